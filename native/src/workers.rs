//! Mapping a batch in order on every core that is free.
//!
//! Whoever has a batch works on it itself; threads that wait for batches join in and take items
//! from it one by one. Nobody waits for a thread that has not begun: on a busy machine the caller
//! does all of it, and has lost the few microseconds that the call for help took. A batch may also
//! be started by somebody who has other things to do first.

use std::any::Any;
use std::collections::VecDeque;
use std::iter::Enumerate;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use std::{hint, ptr, vec};

/// How long the caller looks out for the last items of others before it sleeps: to be woken costs
/// more than most of them take.
const LOOK_OUT: Duration = Duration::from_micros(60);
/// Turns between two looks at the clock.
const SPINS: usize = 16;

static CREW: LazyLock<Crew> = LazyLock::new(Crew::start);

/// Maps in order, with the help of other threads if there are at least `threshold` items.
pub fn map_shared<T, R, F>(items: Vec<T>, threshold: usize, map: F) -> Vec<R>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Fn(T) -> R + Send + Sync + 'static,
{
    if items.len() < threshold.max(2) || CREW.size == 0 {
        return items.into_iter().map(map).collect();
    }
    let batch = Arc::new(Batch::new(items, map));
    let shared: Arc<dyn Work> = Arc::clone(&batch) as Arc<dyn Work>;
    CREW.call(&shared, batch.left() - 1);
    finish(&shared);
    batch.take_outcomes()
}

/// Starts to do something with each item; others do it if anybody is free, whoever waits for it
/// otherwise.
pub fn start<T, F>(items: Vec<T>, act: F) -> Arc<dyn Work>
where
    T: Send + 'static,
    F: Fn(T) + Send + Sync + 'static,
{
    let work: Arc<dyn Work> = Arc::new(Batch::new(items, act));
    CREW.call(&work, work.left());
    work
}

/// Works until nothing is left to take, and waits for what others have taken.
///
/// Meanwhile it takes items from batches that were started, instead of looking on.
pub fn finish(work: &Arc<dyn Work>) {
    work.work();
    CREW.recall(work);
    while work.left() > 0 {
        let Some(other) = CREW.find_call() else {
            return work.wait();
        };
        if !other.work_once() {
            CREW.recall(&other);
        }
    }
}

/// Threads that wait for batches. They end with the process.
struct Crew {
    size: usize,
    calls: Mutex<VecDeque<Arc<dyn Work>>>,
    called: Condvar,
}

impl Crew {
    /// One thread less than there are cores: the caller works too.
    fn start() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let mut size = 0;
        for _ in 1..cores {
            let member = thread::Builder::new().name("ctc-worker".to_owned());
            if member.spawn(|| CREW.serve()).is_ok() {
                size += 1;
            }
        }
        Self {
            size,
            calls: Mutex::default(),
            called: Condvar::new(),
        }
    }

    /// Asks for as many helpers as there are, at most `wanted`.
    fn call(&self, work: &Arc<dyn Work>, wanted: usize) {
        let wanted = self.size.min(wanted);
        let mut calls = lock(&self.calls);
        calls.extend((0..wanted).map(|_| Arc::clone(work)));
        drop(calls);
        for _ in 0..wanted {
            self.called.notify_one();
        }
    }

    /// Some batch that was called for and not begun.
    fn find_call(&self) -> Option<Arc<dyn Work>> {
        lock(&self.calls).front().map(Arc::clone)
    }

    /// Takes back the calls that nobody has answered.
    fn recall(&self, work: &Arc<dyn Work>) {
        lock(&self.calls).retain(|call| !ptr::addr_eq(Arc::as_ptr(call), Arc::as_ptr(work)));
    }

    fn serve(&self) {
        let mut calls = lock(&self.calls);
        loop {
            if let Some(work) = calls.pop_front() {
                drop(calls);
                work.work();
                drop(work);
                calls = lock(&self.calls);
            } else {
                calls = self
                    .called
                    .wait(calls)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// What several threads can work on at once.
pub trait Work: Send + Sync {
    /// Takes one item, if there is one left to take.
    fn work_once(&self) -> bool;
    /// Takes items until none is left to take.
    fn work(&self) {
        while self.work_once() {}
    }
    /// Waits for the items that others have taken.
    fn wait(&self);
    /// Items that are not finished.
    fn left(&self) -> usize;
}

type Outcome<R> = Result<R, Box<dyn Any + Send>>;

struct Batch<T, R, F> {
    items: Mutex<Enumerate<vec::IntoIter<T>>>,
    outcomes: Mutex<Vec<Option<Outcome<R>>>>,
    left: AtomicUsize,
    finished: Condvar,
    map: F,
}

impl<T, R, F> Batch<T, R, F> {
    fn new(items: Vec<T>, map: F) -> Self {
        Self {
            outcomes: Mutex::new(items.iter().map(|_| None).collect()),
            left: AtomicUsize::new(items.len()),
            items: Mutex::new(items.into_iter().enumerate()),
            finished: Condvar::new(),
            map,
        }
    }

    /// The outcomes; all items must be finished.
    fn take_outcomes(&self) -> Vec<R> {
        std::mem::take(&mut *lock(&self.outcomes))
            .into_iter()
            .flatten()
            .map(|outcome| outcome.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    }
}

impl<T, R, F> Work for Batch<T, R, F>
where
    T: Send,
    R: Send,
    F: Fn(T) -> R + Send + Sync,
{
    fn work_once(&self) -> bool {
        let taken = lock(&self.items).next();
        let Some((place, item)) = taken else {
            return false;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.map)(item)));
        let mut outcomes = lock(&self.outcomes);
        outcomes[place] = Some(outcome);
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.finished.notify_all();
        }
        true
    }

    fn wait(&self) {
        let began = Instant::now();
        while self.left() > 0 && began.elapsed() < LOOK_OUT {
            for _ in 0..SPINS {
                hint::spin_loop();
            }
        }
        let mut outcomes = lock(&self.outcomes);
        while self.left() > 0 {
            outcomes = self
                .finished
                .wait(outcomes)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn left(&self) -> usize {
        self.left.load(Ordering::Acquire)
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_order_of_the_items() {
        for count in [0, 1, 2, 3, 100, 5000] {
            let mapped = map_shared((0..count).collect(), 2, |item: u64| item * item);
            assert_eq!(
                mapped,
                (0..count).map(|item| item * item).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn several_callers_share_the_crew() {
        let callers: Vec<_> = (0..8_u64)
            .map(|caller| {
                thread::spawn(move || {
                    for round in 0..200 {
                        let items = (0..20)
                            .map(|item| (caller, round, item))
                            .collect::<Vec<_>>();
                        assert_eq!(map_shared(items.clone(), 2, |item| item), items);
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.join().unwrap();
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_crew_goes_on() {
        let panicking = || map_shared(vec![1, 2, 3, 4], 2, |item| assert_ne!(item, 3));
        assert!(catch_unwind(panicking).is_err());
        assert_eq!(map_shared(vec![1, 2], 2, |item| item), [1, 2]);
    }

    #[test]
    fn what_was_started_is_done_when_somebody_waits_for_it() {
        for count in [0, 1, 5, 500] {
            let sum = Arc::new(AtomicUsize::new(0));
            let seen = Arc::clone(&sum);
            let work = start((0..count).collect(), move |item| {
                seen.fetch_add(item, Ordering::Relaxed);
            });
            finish(&work);
            finish(&work);
            assert_eq!(work.left(), 0);
            assert_eq!(sum.load(Ordering::Relaxed), (0..count).sum::<usize>());
        }
    }

    #[test]
    fn a_batch_may_hold_batches() {
        let sums = map_shared((0..10_u64).collect(), 2, |item| {
            map_shared((0..item).collect(), 2, |inner: u64| inner)
                .iter()
                .sum::<u64>()
        });
        assert_eq!(
            sums,
            (0..10_u64)
                .map(|n| n * n.saturating_sub(1) / 2)
                .collect::<Vec<_>>()
        );
    }
}
