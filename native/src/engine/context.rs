//! The environment of a block, and what revm is told about it.

use alloy_primitives::{Address, B256, U256};
use revm::context::{BlockEnv, CfgEnv};
use revm::context_interface::block::BlobExcessGasAndPrice;

use super::{Fork, instructions};
use crate::transaction::Rules;

/// Blob parameters in force (EIP-7840).
#[derive(Debug, Clone, Copy)]
pub struct BlobSchedule {
    /// Blobs per block at most.
    pub max: u64,
    /// Denominator of the exponential of the blob base fee.
    pub base_fee_update_fraction: u64,
}

const CANCUN_BLOBS: BlobSchedule = BlobSchedule {
    max: 6,
    base_fee_update_fraction: 3_338_477,
};
const PRAGUE_BLOBS: BlobSchedule = BlobSchedule {
    max: 9,
    base_fee_update_fraction: 5_007_716,
};

/// A withdrawal of a validator's stake (EIP-4895).
#[derive(Debug, Clone)]
pub struct Withdrawal {
    /// Position among all withdrawals.
    pub index: u64,
    /// Validator.
    pub validator_index: u64,
    /// Recipient.
    pub address: Address,
    /// Gwei.
    pub amount_gwei: u64,
}

/// Everything a block's transactions can see, and what the block itself pays out.
#[derive(Debug, Clone)]
pub struct BlockContext {
    /// Rules in force.
    pub fork: Fork,
    /// EIP-155.
    pub chain_id: u64,
    /// Block number.
    pub number: u64,
    /// Seconds.
    pub timestamp: u64,
    /// Gas.
    pub gas_limit: u64,
    /// Receives the fees.
    pub beneficiary: Address,
    /// Wei per gas; 0 before London.
    pub base_fee_per_gas: u64,
    /// EIP-4399.
    pub prev_randao: B256,
    /// 0 after the merge.
    pub difficulty: U256,
    /// Gas.
    pub excess_blob_gas: u64,
    /// Wei per blob gas; None: what the excess gives.
    pub blob_base_fee: Option<u128>,
    /// None before Cancun.
    pub blob_schedule: Option<BlobSchedule>,
    /// For EIP-2935.
    pub parent_hash: B256,
    /// Of up to 256 ancestors, the parent first.
    pub ancestor_hashes: Vec<u8>,
    /// EIP-4788.
    pub parent_beacon_block_root: Option<B256>,
    /// From Shanghai on.
    pub withdrawals: Option<Vec<Withdrawal>>,
    /// Number and beneficiary of each uncle.
    pub uncles: Vec<(u64, Address)>,
    /// Whose logs become deposit requests (EIP-6110).
    pub deposit_contract: Address,
    /// The system calls before the transactions are made.
    pub opens: bool,
    /// Withdrawals, rewards and requests follow the transactions.
    pub closes: bool,
}

impl BlockContext {
    /// Blob parameters, from Cancun on.
    pub fn blobs(&self) -> Option<BlobSchedule> {
        let usual = if self.fork == Fork::Cancun {
            CANCUN_BLOBS
        } else {
            PRAGUE_BLOBS
        };
        (self.fork >= Fork::Cancun).then(|| self.blob_schedule.unwrap_or(usual))
    }

    /// What transactions are checked against without a state.
    pub fn rules(&self) -> Rules {
        let max_blobs = self.blobs().map_or(0, |schedule| schedule.max);
        let mut rules = Rules::new(self.fork, self.chain_id, max_blobs);
        if self.fork >= Fork::London {
            rules.base_fee_per_gas = self.base_fee_per_gas;
        }
        rules
    }

    /// Hash of an ancestor, zero if it is unknown or out of reach.
    pub fn ancestor_hash(&self, number: u64) -> B256 {
        let distance = self.number.wrapping_sub(number).wrapping_sub(1);
        if distance >= 256 {
            return B256::ZERO;
        }
        let start = distance as usize * 32;
        match self.ancestor_hashes.get(start..start + 32) {
            Some(hash) => B256::from_slice(hash),
            None => B256::ZERO,
        }
    }

    pub(super) fn block_env(&self) -> BlockEnv {
        let is_merged = self.fork >= Fork::Paris;
        BlockEnv {
            number: U256::from(self.number),
            beneficiary: self.beneficiary,
            timestamp: U256::from(self.timestamp),
            gas_limit: self.gas_limit,
            basefee: self.base_fee_per_gas,
            difficulty: if is_merged {
                U256::ZERO
            } else {
                self.difficulty
            },
            prevrandao: is_merged.then_some(self.prev_randao),
            blob_excess_gas_and_price: self.blobs().map(|schedule| {
                let fraction = schedule.base_fee_update_fraction;
                let mut price = BlobExcessGasAndPrice::new(self.excess_blob_gas, fraction);
                price.blob_gasprice = self.blob_base_fee.unwrap_or(price.blob_gasprice);
                price
            }),
            slot_num: 0,
        }
    }

    pub(super) fn cfg_env(&self) -> CfgEnv {
        let mut cfg = CfgEnv::new_with_spec(self.fork.spec()).with_chain_id(self.chain_id);
        if self.fork == Fork::Constantinople {
            cfg.gas_params = instructions::constantinople_gas_params(cfg.gas_params);
        }
        if let Some(schedule) = self.blobs() {
            cfg.max_blobs_per_tx = Some(self.rules().max_blobs_per_transaction());
            cfg.blob_base_fee_update_fraction = Some(schedule.base_fee_update_fraction);
        }
        cfg
    }
}
