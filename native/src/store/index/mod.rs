//! From hash to place: a small log-structured index, made from the log and made again if it is lost.
//!
//! New entries gather in memory; 16,384 of them become a sorted run in the background, and four runs
//! of a level become one of the next. Entries are never removed: a lookup yields candidates, and the
//! caller checks the full hash in the block it is led to. Nothing here is needed for durability.

mod entry;
mod manifest;
mod merge;
mod run;
mod worker;

pub use entry::{MAX_TRANSACTIONS, Place, prefix_of};

use super::{
    fault::{At, Result},
    file::{read_exact_at, write_all_at},
    record::u64_at,
};
use entry::Entry;
use manifest::Manifest;
use run::Run;
use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::Arc,
};
use worker::Worker;

const BATCH: usize = 16_384;
const MANIFEST_FILE: &str = "manifest";
const OFFSETS_FILE: &str = "offsets";
const OFFSET_SIZE: usize = 8;

/// Entries on their way to disk, with the offsets in the log of the blocks they come from.
#[derive(Debug)]
struct Batch {
    entries: BTreeSet<Entry>,
    offsets: Vec<u64>,
    log_end: u64,
}

/// The index of one log. One thread adds at a time; any number search.
#[derive(Debug)]
pub struct Index {
    worker: Worker,
    active: std::sync::RwLock<BTreeSet<Entry>>,
}

/// What an index says when it is opened.
#[derive(Debug)]
pub struct Covered {
    /// Where each block begins in the log.
    pub offsets: Vec<u64>,
    /// Where the last one ends.
    pub log_end: u64,
}

impl Index {
    /// Open the index in the folder `path`, or begin an empty one if it is missing or damaged.
    ///
    /// `start` is where the log's first frame begins.
    pub fn open(path: PathBuf, start: u64) -> Result<(Self, Covered)> {
        fs::create_dir_all(&path).at(&path)?;
        let offsets_path = path.join(OFFSETS_FILE);
        let offsets_file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&offsets_path)
            .at(&offsets_path)?;
        let found = match Manifest::load(&path.join(MANIFEST_FILE))? {
            Some(manifest) => load(&path, &offsets_file, &manifest).map(|found| (manifest, found)),
            None => None,
        };
        let (manifest, (runs, offsets)) = found.unwrap_or_else(|| {
            (
                Manifest {
                    log_end: start,
                    ..Manifest::default()
                },
                (Vec::new(), Vec::new()),
            )
        });
        let covered = Covered {
            offsets,
            log_end: manifest.log_end,
        };
        let worker = Worker::start(path, offsets_file, manifest, runs)?;
        Ok((
            Self {
                worker,
                active: std::sync::RwLock::default(),
            },
            covered,
        ))
    }

    /// Fail if earlier entries could not be written.
    pub fn check(&self) -> Result<()> {
        self.worker.check()
    }

    /// Add the entries of a block; `unwritten` makes the offsets of the blocks not yet covered.
    pub fn add(
        &self,
        entries: impl Iterator<Item = (u64, Place)>,
        log_end: u64,
        unwritten: impl FnOnce(usize) -> Vec<u64>,
    ) {
        let batch = {
            let mut active = super::lock::write(&self.active);
            active.extend(entries.map(|(prefix, place)| (prefix, place.encode())));
            if active.len() < BATCH {
                return;
            }
            let offsets = unwritten(self.worker.covered_blocks());
            let batch = Arc::new(Batch {
                entries: std::mem::take(&mut active),
                offsets,
                log_end,
            });
            self.worker.announce(&batch);
            batch
        };
        self.worker.write(batch);
    }

    /// Return the places that hashes with this prefix may stand for, lowest first.
    pub fn find(&self, prefix: u64) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        collect(&super::lock::read(&self.active), prefix, &mut places);
        self.worker.find(prefix, &mut places)?;
        places.sort_unstable();
        places.dedup();
        Ok(places.into_iter().map(Place::decode).collect())
    }

    /// Cover no more than the first `blocks` blocks, durably; the last of them ends at `log_end`.
    pub fn rollback_to(&self, blocks: u64, log_end: u64, offsets: &[u64]) -> Result<()> {
        self.worker.rollback_to(blocks, log_end, offsets)?;
        super::lock::write(&self.active).retain(|entry| match Place::decode(entry.1) {
            Place::Block(number) | Place::Transaction(number, _) => number < blocks,
        });
        Ok(())
    }
}

fn collect(entries: &BTreeSet<Entry>, prefix: u64, places: &mut Vec<u64>) {
    places.extend(
        entries
            .range((prefix, 0)..=(prefix, u64::MAX))
            .map(|entry| entry.1),
    );
}

/// Open the runs and read the offsets; None if anything is not as the manifest says.
fn load(path: &Path, offsets: &File, manifest: &Manifest) -> Option<(Vec<Arc<Run>>, Vec<u64>)> {
    let size = usize::try_from(manifest.blocks)
        .ok()?
        .checked_mul(OFFSET_SIZE)?;
    if offsets.metadata().ok()?.len() < size as u64 {
        return None;
    }
    let mut bytes = vec![0; size];
    read_exact_at(offsets, &mut bytes, 0).ok()?;
    if crc32fast::hash(&bytes) != manifest.offsets_checksum {
        return None;
    }
    let runs: Option<Vec<_>> = (manifest.runs.iter())
        .map(|name| Run::open(run_path(path, name.id)).ok().map(Arc::new))
        .collect();
    let offsets = bytes
        .chunks_exact(OFFSET_SIZE)
        .map(|offset| u64_at(offset, 0))
        .collect();
    Some((runs?, offsets))
}

fn run_path(path: &Path, id: u64) -> PathBuf {
    path.join(format!("run-{id}"))
}

fn encode_offsets(offsets: &[u64]) -> Vec<u8> {
    offsets
        .iter()
        .flat_map(|offset| offset.to_le_bytes())
        .collect()
}

fn write_offsets(file: &File, path: &Path, first: u64, offsets: &[u8]) -> Result<()> {
    let path = path.join(OFFSETS_FILE);
    write_all_at(file, offsets, first * OFFSET_SIZE as u64).at(&path)?;
    file.sync_data().at(&path)
}
