//! A run: a sorted file of entries that never changes.
//!
//! Pages of 4 KiB, each with its checksum, then the first prefix of every page, then a trailer. The
//! first prefixes stay in memory (8 bytes per 255 entries), so a search reads one page.

use super::entry::{ENTRY_SIZE, Entry};
use crate::store::{
    fault::{self, At, Result},
    file::read_exact_at,
    record::{u32_at, u64_at},
};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

const PAGE: usize = 4096;
const PER_PAGE: usize = 255;
const CHECKSUM_AT: usize = PAGE - 4;
const MAGIC: &[u8; 8] = b"CTCRUN01";
const TRAILER: usize = 20;

/// An open run.
#[derive(Debug)]
pub struct Run {
    file: File,
    path: PathBuf,
    entries: u64,
    fences: Vec<u64>,
}

impl Run {
    /// Write sorted entries as a new run, durably.
    pub fn write(path: PathBuf, entries: impl Iterator<Item = Result<Entry>>) -> Result<Self> {
        let mut out = BufWriter::with_capacity(16 * PAGE, File::create(&path).at(&path)?);
        let mut page = Vec::with_capacity(PAGE);
        let mut fences = Vec::new();
        let mut count = 0;
        for entry in entries {
            let (prefix, place) = entry?;
            if page.is_empty() {
                fences.push(prefix);
            }
            page.extend_from_slice(&prefix.to_le_bytes());
            page.extend_from_slice(&place.to_le_bytes());
            count += 1;
            if page.len() == PER_PAGE * ENTRY_SIZE {
                write_page(&mut out, &mut page).at(&path)?;
            }
        }
        if !page.is_empty() {
            write_page(&mut out, &mut page).at(&path)?;
        }
        let fence_bytes: Vec<u8> = fences
            .iter()
            .flat_map(|fence: &u64| fence.to_le_bytes())
            .collect();
        out.write_all(&fence_bytes).at(&path)?;
        out.write_all(&trailer(count, &fence_bytes)).at(&path)?;
        let file = out
            .into_inner()
            .map_err(|error| fault::io(&path, error.error()))?;
        file.sync_all().at(&path)?;
        drop(file);
        let file = File::open(&path).at(&path)?;
        Ok(Self {
            file,
            path,
            entries: count,
            fences,
        })
    }

    /// Open a run that `write` made.
    pub fn open(path: PathBuf) -> Result<Self> {
        let file = File::open(&path).at(&path)?;
        let size = file.metadata().at(&path)?.len();
        let bad = || fault::bad_index(&path);
        let body = size.checked_sub(TRAILER as u64).ok_or_else(bad)?;
        let mut end = [0; TRAILER];
        read_exact_at(&file, &mut end, body).at(&path)?;
        let entries = u64_at(&end, 8);
        let pages = entries.div_ceil(PER_PAGE as u64);
        let fences_size = pages.checked_mul(8).ok_or_else(bad)?;
        let expected = pages
            .checked_mul(PAGE as u64)
            .and_then(|size| size.checked_add(fences_size));
        if expected != Some(body) {
            return Err(bad());
        }
        let mut fence_bytes = vec![0; fences_size as usize];
        read_exact_at(&file, &mut fence_bytes, body - fences_size).at(&path)?;
        if end != trailer(entries, &fence_bytes) {
            return Err(bad());
        }
        let fences = fence_bytes
            .chunks_exact(8)
            .map(|fence| u64_at(fence, 0))
            .collect();
        Ok(Self {
            file,
            path,
            entries,
            fences,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Add the places of all entries with this prefix to `places`.
    pub fn find(&self, prefix: u64, places: &mut Vec<u64>) -> Result<()> {
        let first = self
            .fences
            .partition_point(|fence| *fence < prefix)
            .saturating_sub(1);
        for page in first..self.fences.len() {
            if self.fences[page] > prefix {
                break;
            }
            let entries = self.read_page(page)?;
            let from = entries.partition_point(|entry| entry.0 < prefix);
            places.extend(
                entries[from..]
                    .iter()
                    .take_while(|entry| entry.0 == prefix)
                    .map(|entry| entry.1),
            );
        }
        Ok(())
    }

    /// Iterate over all entries in order.
    pub fn entries(&self) -> impl Iterator<Item = Result<Entry>> {
        (0..self.fences.len()).flat_map(|page| {
            let (entries, fault) = match self.read_page(page) {
                Ok(entries) => (entries, None),
                Err(fault) => (Vec::new(), Some(Err(fault))),
            };
            entries.into_iter().map(Ok).chain(fault)
        })
    }

    fn read_page(&self, page: usize) -> Result<Vec<Entry>> {
        let mut bytes = [0; PAGE];
        read_exact_at(&self.file, &mut bytes, (page * PAGE) as u64).at(&self.path)?;
        if crc32fast::hash(&bytes[..CHECKSUM_AT]) != u32_at(&bytes, CHECKSUM_AT) {
            return Err(fault::bad_index(&self.path));
        }
        let count = (self.entries - (page * PER_PAGE) as u64).min(PER_PAGE as u64) as usize;
        let entries = bytes[..count * ENTRY_SIZE].chunks_exact(ENTRY_SIZE);
        Ok(entries
            .map(|entry| (u64_at(entry, 0), u64_at(entry, 8)))
            .collect())
    }
}

fn write_page(out: &mut impl Write, page: &mut Vec<u8>) -> std::io::Result<()> {
    page.resize(CHECKSUM_AT, 0);
    let checksum = crc32fast::hash(page);
    page.extend_from_slice(&checksum.to_le_bytes());
    out.write_all(page)?;
    page.clear();
    Ok(())
}

fn trailer(entries: u64, fences: &[u8]) -> [u8; TRAILER] {
    let mut bytes = [0; TRAILER];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&entries.to_le_bytes());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..16]);
    hasher.update(fences);
    bytes[16..].copy_from_slice(&hasher.finalize().to_le_bytes());
    bytes
}
