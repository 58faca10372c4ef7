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
pub use recover::{map_parallel, recover_address, recover_authority, recover_many, sign};
pub use rules::{Fees, Intrinsic, Rules};

use std::sync::Arc;

use alloy_primitives::{Address, B256};
use revm::context::TxEnv;

use crate::fault::Result;

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
#[derive(Debug, Default)]
pub struct Decoder {
    cache: Cache,
}

/// A transaction that passed, and its least gas limit.
pub type Checked = (Arc<Recovered>, Intrinsic);

impl Decoder {
    /// Decodes a batch; the result has the order and length of `raws`.
    pub fn decode_many(&self, raws: &[&[u8]], rules: &Rules) -> Vec<Result<Checked>> {
        let hashes: Vec<B256> = raws.iter().map(alloy_primitives::keccak256).collect();
        let mut known = self.cache.find_many(&hashes);
        let mut faults = Vec::new();
        let mut work = Vec::new();
        for (index, slot) in known.iter().enumerate() {
            if slot.is_some() {
                continue;
            }
            // Everything cheap comes before the recovery.
            let checked = rules
                .check_type(raws[index])
                .and_then(|()| Parsed::decode(raws[index], hashes[index]))
                .and_then(|parsed| rules.check(&parsed.facts()).map(|_| parsed));
            match checked {
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
}
