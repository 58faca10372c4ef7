//! Raw transactions: decoding, the rules that need no state, recovery of senders.
//!
//! Mirrors `contractchain.execution.stateless`: same order of checks, same error for the same
//! transaction.

mod cache;
mod decode;
mod recover;
mod rules;

pub use cache::Cache;
pub use decode::Parsed;
use recover::recover;
pub use recover::{SHARED_BATCH, recover_address, recover_authority, recover_many, sign};
pub use rules::{Fees, Intrinsic, Rules};

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::{Address, B256};
use revm::context::TxEnv;

use crate::fault::Result;
use crate::workers::{Work, finish, start};

/// A transaction with its sender. Says nothing about rules.
#[derive(Debug)]
pub struct Recovered {
    /// keccak256 of the encoding.
    pub hash: B256,
    /// Who signed.
    pub sender: Address,
    /// Whether s is in the lower half (EIP-2).
    pub is_low_s: bool,
    /// Chain id in the signature (EIP-155), of any size; None for unprotected legacy.
    pub signed_chain_id: Option<alloy_primitives::U256>,
    /// Fees as they are signed.
    pub fees: Fees,
    /// All fields, ready for the EVM.
    pub env: TxEnv,
}

/// Decodes, checks and recovers raw transactions, remembering those it has recovered.
#[derive(Default)]
pub struct Decoder {
    cache: Arc<Cache>,
    under_way: Mutex<Vec<UnderWay>>,
}

/// Transactions that are being recovered before anybody waits for them.
struct UnderWay {
    hashes: HashSet<B256>,
    work: Arc<dyn Work>,
}

/// A transaction that passed, and its least gas limit.
pub type Checked = (Arc<Recovered>, Intrinsic);

impl Decoder {
    /// Begins to recover transactions that will be decoded soon, and returns at once.
    pub fn prepare(&self, raws: &[&[u8]], rules: &Rules) {
        let hashes: Vec<B256> = raws.iter().map(alloy_primitives::keccak256).collect();
        let known = self.cache.find_many(&hashes);
        let items: Vec<(Vec<u8>, B256)> = known
            .iter()
            .zip(raws.iter().zip(&hashes))
            .filter(|(known, _)| known.is_none())
            .map(|(_, (raw, hash))| (raw.to_vec(), *hash))
            .collect();
        if items.is_empty() {
            return;
        }
        let (cache, rules) = (Arc::clone(&self.cache), rules.clone());
        let mut under_way = self.lock_under_way();
        under_way.retain(|batch| batch.work.left() > 0);
        let work = start(items, move |(raw, hash): (Vec<u8>, B256)| {
            // A fault is found again, and reported, by whoever decodes.
            if let Ok(parsed) = parse(&raw, hash, &rules) {
                cache.insert_many(&[recover(parsed)], &[raw.len()]);
            }
        });
        let hashes = hashes.into_iter().collect();
        under_way.push(UnderWay { hashes, work });
    }

    /// Decodes a batch; the result has the order and length of `raws`.
    pub fn decode_many(&self, raws: &[&[u8]], rules: &Rules) -> Vec<Result<Checked>> {
        let hashes: Vec<B256> = raws.iter().map(alloy_primitives::keccak256).collect();
        let mut known = self.find_known(&hashes);
        let mut faults = Vec::new();
        let mut work = Vec::new();
        for (index, slot) in known.iter().enumerate() {
            if slot.is_some() {
                continue;
            }
            match parse(raws[index], hashes[index], rules) {
                Ok(parsed) => work.push((index, parsed)),
                Err(fault) => faults.push((index, fault)),
            }
        }
        let (places, parsed): (Vec<_>, Vec<_>) = work.into_iter().unzip();
        let sizes: Vec<usize> = places.iter().map(|&index| raws[index].len()).collect();
        let recovered = recover_many(parsed);
        self.cache.insert_many(&recovered, &sizes);
        for (index, result) in places.into_iter().zip(recovered) {
            match result {
                Ok(transaction) => known[index] = Some(transaction),
                Err(fault) => faults.push((index, fault)),
            }
        }
        let mut results: Vec<Result<Checked>> = known
            .into_iter()
            .map(|slot| {
                let transaction = slot.ok_or_else(|| crate::fault::Fault::internal("lost"))?;
                let intrinsic = rules.check(&transaction.facts())?;
                Ok((transaction, intrinsic))
            })
            .collect();
        for (index, fault) in faults {
            results[index] = Err(fault);
        }
        results
    }

    /// The known ones, after those that are under way have been finished.
    fn find_known(&self, hashes: &[B256]) -> Vec<Option<Arc<Recovered>>> {
        let known = self.cache.find_many(hashes);
        let missing = || known.iter().zip(hashes).filter(|(slot, _)| slot.is_none());
        let awaited: Vec<Arc<dyn Work>> = {
            let mut under_way = self.lock_under_way();
            under_way.retain(|batch| batch.work.left() > 0);
            let is_awaited =
                |batch: &UnderWay| missing().any(|(_, hash)| batch.hashes.contains(hash));
            let awaited = under_way.iter().filter(|batch| is_awaited(batch));
            awaited.map(|batch| Arc::clone(&batch.work)).collect()
        };
        if awaited.is_empty() && missing().next().is_none() {
            return known;
        }
        awaited.iter().for_each(finish);
        self.cache.find_many(hashes)
    }

    fn lock_under_way(&self) -> MutexGuard<'_, Vec<UnderWay>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Decoder").finish_non_exhaustive()
    }
}

/// Decodes and checks what counts before the recovery.
fn parse(raw: &[u8], hash: B256, rules: &Rules) -> Result<Parsed> {
    let parsed = Parsed::decode(raw, hash)?;
    rules.check_before_recovery(&parsed.facts())?;
    Ok(parsed)
}
