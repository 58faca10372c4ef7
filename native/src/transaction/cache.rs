//! Remembers recovered transactions by hash, so that none is recovered twice on its way from the
//! pool into a block.
//!
//! Two generations: lookups see both, insertions go to the young one, which becomes the old one
//! when it is full. What is used again within a generation therefore stays.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use alloy_primitives::B256;

use super::Recovered;
use crate::fault::Result;

const MAX_ENTRIES: usize = 65_536;
const MAX_BYTES: usize = 64 << 20;
/// What an entry costs besides its raw size.
const ENTRY_BYTES: usize = 512;

/// A bounded map from transaction hash to transaction.
#[derive(Debug, Default)]
pub struct Cache {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<B256, Arc<Recovered>>,
    old: HashMap<B256, Arc<Recovered>>,
    young_bytes: usize,
}

impl Cache {
    /// The known ones among `hashes`, in order.
    pub fn find_many(&self, hashes: &[B256]) -> Vec<Option<Arc<Recovered>>> {
        let generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let find = |hash| {
            generations
                .young
                .get(hash)
                .or_else(|| generations.old.get(hash))
        };
        hashes.iter().map(|hash| find(hash).cloned()).collect()
    }

    /// Remembers those that were recovered; `sizes` are their raw sizes.
    pub fn insert_many(&self, results: &[Result<Arc<Recovered>>], sizes: &[usize]) {
        if results.is_empty() {
            return;
        }
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut dropped = Vec::new();
        for (result, size) in results.iter().zip(sizes) {
            let Ok(transaction) = result else {
                continue;
            };
            let is_full =
                generations.young.len() >= MAX_ENTRIES || generations.young_bytes >= MAX_BYTES;
            if is_full {
                let full = mem::take(&mut generations.young);
                dropped.push(mem::replace(&mut generations.old, full));
                generations.young_bytes = 0;
            }
            generations.young_bytes += size + ENTRY_BYTES;
            generations
                .young
                .insert(transaction.hash, Arc::clone(transaction));
        }
        drop(generations);
    }
}
