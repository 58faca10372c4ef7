//! The thread that writes runs and merges them, out of the way of commits.

use super::{
    Batch, MANIFEST_FILE, collect, encode_offsets,
    manifest::{Manifest, RunName},
    merge::merge,
    run::Run,
    run_path, write_offsets,
};
use crate::store::{
    fault::{At, Fault, Result},
    lock::{lock, read, write},
};
use std::{
    fs::{self, File},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, RwLock, mpsc},
    thread::{self, JoinHandle},
};

/// Runs of one level that become one of the next.
const FAN_OUT: usize = 4;
/// Batches that may wait; beyond that, adding waits.
const MAX_WAITING: usize = 8;

/// Hands batches to its thread and searches in what is waiting and what is written.
#[derive(Debug)]
pub struct Worker {
    shared: Arc<Shared>,
    sender: Option<mpsc::Sender<Arc<Batch>>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    offsets: File,
    manifest: Mutex<Manifest>,
    view: RwLock<View>,
    progress: Mutex<Progress>,
    changed: Condvar,
}

/// What a search looks through, apart from the newest entries.
#[derive(Debug)]
struct View {
    waiting: Vec<Arc<Batch>>,
    runs: Vec<Arc<Run>>,
}

#[derive(Debug)]
struct Progress {
    waiting: usize,
    covered_blocks: usize,
    fault: Option<Fault>,
}

impl Worker {
    /// Start the thread; `runs` are those of the manifest.
    pub fn start(
        path: PathBuf,
        offsets: File,
        manifest: Manifest,
        runs: Vec<Arc<Run>>,
    ) -> Result<Self> {
        remove_strays(&path, &manifest)?;
        let covered_blocks = manifest.blocks as usize;
        let shared = Arc::new(Shared {
            offsets,
            manifest: Mutex::new(manifest),
            view: RwLock::new(View {
                waiting: Vec::new(),
                runs,
            }),
            progress: Mutex::new(Progress {
                waiting: 0,
                covered_blocks,
                fault: None,
            }),
            changed: Condvar::new(),
            path,
        });
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("ctc-index".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.work(&receiver)
            })
            .at(&shared.path)?;
        Ok(Self {
            shared,
            sender: Some(sender),
            thread: Some(thread),
        })
    }

    /// Fail if an earlier batch could not be written.
    pub fn check(&self) -> Result<()> {
        lock(&self.shared.progress)
            .fault
            .clone()
            .map_or(Ok(()), Err)
    }

    /// How many blocks the batches announced so far cover.
    pub fn covered_blocks(&self) -> usize {
        lock(&self.shared.progress).covered_blocks
    }

    /// Make a batch visible to searches.
    pub fn announce(&self, batch: &Arc<Batch>) {
        write(&self.shared.view).waiting.push(Arc::clone(batch));
        let mut progress = lock(&self.shared.progress);
        progress.waiting += 1;
        progress.covered_blocks += batch.offsets.len();
    }

    /// Have an announced batch written, and wait if too many are waiting.
    pub fn write(&self, batch: Arc<Batch>) {
        if let Some(sender) = &self.sender {
            // The thread ends only after the sender, so this cannot fail.
            let _ = sender.send(batch);
        }
        self.wait(MAX_WAITING);
    }

    /// Add the places of this prefix to `places`.
    pub fn find(&self, prefix: u64, places: &mut Vec<u64>) -> Result<()> {
        let runs = {
            let view = read(&self.shared.view);
            for batch in &view.waiting {
                collect(&batch.entries, prefix, places);
            }
            view.runs.clone()
        };
        runs.iter().try_for_each(|run| run.find(prefix, places))
    }

    /// Let the manifest cover no more than the first `blocks` blocks.
    pub fn rollback_to(&self, blocks: u64, log_end: u64, offsets: &[u64]) -> Result<()> {
        self.wait(0);
        self.check()?;
        let mut manifest = lock(&self.shared.manifest);
        if manifest.blocks > blocks {
            let kept = encode_offsets(&offsets[..blocks as usize]);
            let lowered = Manifest {
                blocks,
                log_end,
                offsets_checksum: crc32fast::hash(&kept),
                runs: manifest.runs.clone(),
            };
            lowered.save(&self.shared.path.join(MANIFEST_FILE))?;
            *manifest = lowered;
            lock(&self.shared.progress).covered_blocks = blocks as usize;
        }
        Ok(())
    }

    /// Wait until no more than `most` batches wait, or writing has failed.
    fn wait(&self, most: usize) {
        let progress = lock(&self.shared.progress);
        drop(
            self.shared
                .changed
                .wait_while(progress, |now| now.waiting > most && now.fault.is_none()),
        );
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been told on standard error already.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn work(&self, batches: &mpsc::Receiver<Arc<Batch>>) {
        for batch in batches {
            let outcome = catch_unwind(AssertUnwindSafe(|| self.write_batch(&batch)))
                .unwrap_or_else(|_| Err(Fault::internal("the thread of the index panicked")));
            let mut progress = lock(&self.progress);
            progress.waiting -= 1;
            let failed = outcome.is_err();
            progress.fault = outcome.err();
            self.changed.notify_all();
            if failed {
                return;
            }
        }
    }

    fn write_batch(&self, batch: &Arc<Batch>) -> Result<()> {
        let mut manifest = lock(&self.manifest);
        let mut runs = read(&self.view).runs.clone();
        let mut names = manifest.runs.clone();
        let mut id = names.iter().map(|name| name.id + 1).max().unwrap_or(0);
        let entries = batch.entries.iter().copied().map(Ok);
        runs.push(Arc::new(Run::write(run_path(&self.path, id), entries)?));
        names.push(RunName { id, level: 0 });
        let mut replaced = Vec::new();
        while let Some(from) = find_mergeable(&names) {
            id += 1;
            let level = names[from].level + 1;
            let merged = Run::write(run_path(&self.path, id), merge(&runs[from..]))?;
            replaced.extend(runs.drain(from..));
            names.truncate(from);
            runs.push(Arc::new(merged));
            names.push(RunName { id, level });
        }
        let offsets = encode_offsets(&batch.offsets);
        write_offsets(&self.offsets, &self.path, manifest.blocks, &offsets)?;
        let mut checksum = crc32fast::Hasher::new_with_initial(manifest.offsets_checksum);
        checksum.update(&offsets);
        let next = Manifest {
            blocks: manifest.blocks + batch.offsets.len() as u64,
            log_end: batch.log_end,
            offsets_checksum: checksum.finalize(),
            runs: names,
        };
        next.save(&self.path.join(MANIFEST_FILE))?;
        *manifest = next;
        let mut view = write(&self.view);
        view.runs = runs;
        view.waiting.retain(|waiting| !Arc::ptr_eq(waiting, batch));
        drop(view);
        for run in replaced {
            // Where an open file cannot be removed, the next start does it.
            let _ = fs::remove_file(run.path());
        }
        Ok(())
    }
}

/// Return where the last runs begin, if they are of one level and enough to be merged.
fn find_mergeable(names: &[RunName]) -> Option<usize> {
    let level = names.last()?.level;
    let count = names
        .iter()
        .rev()
        .take_while(|name| name.level == level)
        .count();
    (count >= FAN_OUT).then(|| names.len() - count)
}

/// Remove runs that the manifest does not name: a crash came between the two.
fn remove_strays(path: &PathBuf, manifest: &Manifest) -> Result<()> {
    for file in fs::read_dir(path).at(path)? {
        let file = file.at(path)?;
        let name = file.file_name();
        let id = name
            .to_str()
            .and_then(|name| name.strip_prefix("run-"))
            .map(str::parse::<u64>);
        if let Some(Ok(id)) = id
            && !manifest.runs.iter().any(|run| run.id == id)
        {
            fs::remove_file(file.path()).at(path)?;
        }
    }
    Ok(())
}
