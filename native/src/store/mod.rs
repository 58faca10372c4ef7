//! The native block store: a log of records, and an index that is made from it.
//!
//! Records are opaque but for their head (`record`). What is acknowledged is synced; what a crash
//! leaves unfinished is cut off; anything else that fails its checks is refused (`log`).

mod fault;
mod file;
mod index;
mod lock;
mod log;
mod record;
#[cfg(test)]
mod tests;

pub use fault::Result;
pub use record::HASH_SIZE;

use fault::At;
use index::{Index, MAX_TRANSACTIONS, Place, prefix_of};
use lock::{lock, read, write};
use log::Log;
use record::Head;
use std::{
    fs,
    path::Path,
    sync::{Mutex, RwLock},
};

/// Name of the log in the directory of a store.
pub const LOG_FILE: &str = "blocks.log";
const INDEX_FOLDER: &str = "index";

/// Number and hash of a block.
pub type BlockName = (u64, [u8; HASH_SIZE]);

/// An open store. The caller sees to it that no other process has it open.
#[derive(Debug)]
pub struct BlockStore {
    log: Log,
    index: Index,
    chain: RwLock<Chain>,
    /// Held while blocks are added or removed; true after a failure that leaves the file unknown.
    writer: Mutex<bool>,
}

/// Where the blocks are.
#[derive(Debug)]
struct Chain {
    /// Where the frame of each block begins.
    offsets: Vec<u64>,
    /// Where the last one ends.
    end: u64,
}

impl Chain {
    fn bounds(&self, number: u64) -> Option<(u64, u64)> {
        let number = usize::try_from(number).ok()?;
        let start = *self.offsets.get(number)?;
        Some((
            start,
            self.offsets.get(number + 1).copied().unwrap_or(self.end),
        ))
    }
}

impl BlockStore {
    /// Open the store in a directory, or make an empty one there.
    ///
    /// The first `acknowledged` blocks must be there; a block after them that a crash cut short is
    /// removed.
    pub fn open(directory: &Path, acknowledged: u64) -> Result<Self> {
        fs::create_dir_all(directory).at(directory)?;
        let log = Log::open(directory.join(LOG_FILE), acknowledged == 0)?;
        let (index, covered) = Index::open(directory.join(INDEX_FOLDER), log::START)?;
        let mut chain = Chain {
            offsets: covered.offsets,
            end: covered.log_end,
        };
        if let Some(last) = chain.offsets.len().checked_sub(1) {
            let last = last as u64;
            let (start, end) = chain.bounds(last).unwrap_or_default();
            log.read(last, start, end)?;
        }
        let first = chain.offsets.len() as u64;
        log.recover(
            first,
            covered.log_end,
            acknowledged,
            |head, record, start, end| {
                chain.offsets.push(start);
                chain.end = end;
                let offsets = &chain.offsets;
                index.add(entries(head, record), end, |covered| {
                    offsets[covered..].to_vec()
                });
                index.check()
            },
        )?;
        Ok(Self {
            log,
            index,
            chain: RwLock::new(chain),
            writer: Mutex::new(false),
        })
    }

    /// Number and hash of the highest block, None on an empty store.
    pub fn head(&self) -> Result<Option<BlockName>> {
        let Some(number) = self.head_number() else {
            return Ok(None);
        };
        let Some(record) = self.get(number)? else {
            return Ok(None);
        };
        Ok(Head::parse(&record, record.len()).map(|head| (number, head.hash)))
    }

    /// Number of the highest block, None on an empty store.
    pub fn head_number(&self) -> Option<u64> {
        (read(&self.chain).offsets.len() as u64).checked_sub(1)
    }

    /// Append an encoded record, durably; its number is the head's plus one.
    pub fn commit(&self, record: &[u8]) -> Result<()> {
        let mut failed = lock(&self.writer);
        let path = self.log.path();
        if *failed {
            return Err(fault::refused(
                path,
                "an earlier write failed; the store must be opened anew",
            ));
        }
        self.index.check()?;
        let (next, end) = {
            let chain = read(&self.chain);
            (chain.offsets.len() as u64, chain.end)
        };
        let Some(head) = Head::parse(record, record.len()) else {
            return Err(fault::refused(path, "the record is malformed"));
        };
        if head.number != next {
            let message = format!("block {} cannot follow; the next is {next}", head.number);
            return Err(fault::refused(path, &message));
        }
        if u64::from(head.transactions) > MAX_TRANSACTIONS {
            return Err(fault::refused(path, "the block has too many transactions"));
        }
        let new_end = match self.log.append(record, end) {
            Ok(new_end) => new_end,
            Err(fault) => {
                *failed = self.log.truncate(end).is_err();
                return Err(fault);
            }
        };
        // Entries first: who sees the block finds it by its hashes.
        self.index.add(entries(&head, record), new_end, |covered| {
            let chain = read(&self.chain);
            chain.offsets[covered..]
                .iter()
                .copied()
                .chain([end])
                .collect()
        });
        let mut chain = write(&self.chain);
        chain.offsets.push(end);
        chain.end = new_end;
        Ok(())
    }

    /// Remove every block above `number`, durably; false if `number` is above the head.
    pub fn rollback_to(&self, number: u64) -> Result<bool> {
        let _writer = lock(&self.writer);
        let mut chain = write(&self.chain);
        let Some((_, end)) = chain.bounds(number) else {
            return Ok(false);
        };
        if end == chain.end {
            return Ok(true);
        }
        self.index.rollback_to(number + 1, end, &chain.offsets)?;
        self.log.truncate(end)?;
        chain.offsets.truncate(number as usize + 1);
        chain.end = end;
        Ok(true)
    }

    /// Return the record of a block, None if there is no such block.
    pub fn get(&self, number: u64) -> Result<Option<Vec<u8>>> {
        let chain = read(&self.chain);
        let Some((start, end)) = chain.bounds(number) else {
            return Ok(None);
        };
        self.log.read(number, start, end).map(Some)
    }

    /// Return the number of the block with this hash.
    pub fn find_block(&self, hash: &[u8; HASH_SIZE]) -> Result<Option<u64>> {
        for place in self.index.find(prefix_of(hash))? {
            let Place::Block(number) = place else {
                continue;
            };
            let found = self.check_in_block(number, |log, start, end| {
                Ok(log
                    .read_head(start, end)?
                    .is_some_and(|head| head.hash == *hash))
            })?;
            if found {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Return block and index of the transaction with this hash.
    pub fn find_transaction(&self, hash: &[u8; HASH_SIZE]) -> Result<Option<(u64, u32)>> {
        for place in self.index.find(prefix_of(hash))? {
            let Place::Transaction(number, index) = place else {
                continue;
            };
            let found = self.check_in_block(number, |log, start, end| {
                let Some(head) = log.read_head(start, end)? else {
                    return Ok(false);
                };
                let at = head.hashes_at + index as usize * HASH_SIZE;
                Ok(index < head.transactions && log.has_bytes(start, at, hash)?)
            })?;
            if found {
                return Ok(Some((number, index)));
            }
        }
        Ok(None)
    }

    /// Ask something of a block, if it exists; a denial counts only if the block is undamaged.
    fn check_in_block(
        &self,
        number: u64,
        ask: impl FnOnce(&Log, u64, u64) -> Result<bool>,
    ) -> Result<bool> {
        let chain = read(&self.chain);
        let Some((start, end)) = chain.bounds(number) else {
            return Ok(false);
        };
        let found = ask(&self.log, start, end)?;
        if !found {
            self.log.read(number, start, end)?;
        }
        Ok(found)
    }
}

/// The index entries of a block.
fn entries(head: &Head, record: &[u8]) -> impl Iterator<Item = (u64, Place)> {
    let number = head.number;
    let transactions = (0..).zip(head.hashes(record));
    std::iter::once((prefix_of(&head.hash), Place::Block(number))).chain(
        transactions.map(move |(at, hash)| (prefix_of(hash), Place::Transaction(number, at))),
    )
}
