//! Merging sorted runs into one.

use super::{entry::Entry, run::Run};
use crate::store::fault::Result;
use std::{iter::Peekable, sync::Arc};

/// Iterate over the entries of several runs in order, each entry once.
pub fn merge(runs: &[Arc<Run>]) -> impl Iterator<Item = Result<Entry>> {
    let mut sources: Vec<Peekable<_>> = runs.iter().map(|run| run.entries().peekable()).collect();
    let mut last = None;
    std::iter::from_fn(move || {
        loop {
            let next = take_least(&mut sources)?;
            match next {
                Ok(entry) if last == Some(entry) => {}
                Ok(entry) => {
                    last = Some(entry);
                    return Some(Ok(entry));
                }
                fault => return Some(fault),
            }
        }
    })
}

/// Take the least of the next entries, or a fault if there is one.
fn take_least<I>(sources: &mut [Peekable<I>]) -> Option<Result<Entry>>
where
    I: Iterator<Item = Result<Entry>>,
{
    let mut least: Option<(usize, Entry)> = None;
    let mut faulty = None;
    for (at, source) in sources.iter_mut().enumerate() {
        match source.peek() {
            None => {}
            Some(Err(_)) => faulty = Some(at),
            Some(Ok(entry)) if least.is_none_or(|(_, found)| *entry < found) => {
                least = Some((at, *entry));
            }
            Some(Ok(_)) => {}
        }
    }
    let at = faulty.or(least.map(|(at, _)| at))?;
    sources[at].next()
}
