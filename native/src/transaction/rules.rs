//! The rules of a transaction that need no state, in the order in which faults are reported:
//! type, chain id, nonce, fees, blobs, authorizations, init code, base fee, signature, gas limit.
//!
//! The gas limit is compared last, when the sender is known: a signature that nobody made is the
//! fault of a transaction whatever gas it has.
//!
//! Spec: EIP-2, 155, 1559, 2028, 2681, 2718, 2930, 3860, 4844, 7594, 7623, 7702, 7825.

use alloy_primitives::{U256, uint};
use revm::context::TxEnv;
use revm::context_interface::cfg::GasParams;
use revm::primitives::hardfork::SpecId;

use super::Recovered;
use crate::engine::Fork;
use crate::fault::{Fault, Result};

const MAX_INIT_CODE_BYTES: usize = 49_152;
const MAX_TRANSACTION_GAS: u64 = 1 << 24;
const MAX_TRANSACTION_BLOBS: u64 = 6;
const BLOB_HASH_VERSION: u8 = 1;

/// Half the order of secp256k1, rounded down.
const HALF_ORDER: U256 =
    uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

/// What a transaction is checked against when no state is at hand.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Rules in force.
    pub fork: Fork,
    /// EIP-155.
    pub chain_id: u64,
    /// Blobs that one block may carry.
    pub max_blobs: u64,
    /// What the block charges, in wei per gas; 0 leaves it unchecked.
    pub base_fee_per_gas: u64,
    gas: GasParams,
}

/// What a transaction costs before any instruction runs, or at least.
#[derive(Debug, Clone, Copy)]
pub struct Intrinsic {
    /// Least gas limit: the larger of intrinsic and floor gas.
    pub required: u64,
}

/// The part of a transaction that the rules look at.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Fields; the authorization list may still be missing.
    pub env: &'a TxEnv,
    /// Chain id in the signature.
    pub signed_chain_id: Option<U256>,
    /// Length of the authorization list.
    pub authorizations: usize,
    /// The s of the signature; None if it is known to be in the lower half.
    pub s: Option<U256>,
    /// Fees as they are signed.
    pub fees: Fees,
}

/// Fees as they are signed, in wei per gas: 256 bits on the wire, 128 in the EVM.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fees {
    /// Max fee; the gas price of types 0 and 1.
    pub max: U256,
    /// Max priority fee; the gas price of types 0 and 1.
    pub priority: U256,
    /// Max fee per blob gas; 0 unless type 3.
    pub blob: U256,
}

impl Fees {
    /// Whether one of them is not in the EVM's environment as it is.
    pub fn are_huge(&self) -> bool {
        self.max.max(self.priority).max(self.blob) > U256::from(u128::MAX)
    }
}

impl Recovered {
    /// What the rules look at.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            env: &self.env,
            signed_chain_id: self.signed_chain_id,
            authorizations: self.env.authorization_list.len(),
            s: (!self.is_low_s).then_some(U256::MAX),
            fees: self.fees,
        }
    }
}

/// Whether EIP-2 accepts `s`.
pub fn is_low_s(s: &U256) -> bool {
    *s <= HALF_ORDER
}

impl Rules {
    /// Rules of `fork` on one chain.
    pub fn new(fork: Fork, chain_id: u64, max_blobs: u64) -> Self {
        let gas = GasParams::new_spec(fork.spec());
        Self {
            fork,
            chain_id,
            max_blobs,
            base_fee_per_gas: 0,
            gas,
        }
    }

    /// Checks everything and returns the intrinsic gas.
    pub fn check(&self, facts: &Facts<'_>) -> Result<Intrinsic> {
        self.check_before_recovery(facts)?;
        self.check_gas(facts)
    }

    /// Checks what counts before the sender, so that nobody is recovered in vain.
    pub fn check_before_recovery(&self, facts: &Facts<'_>) -> Result<()> {
        self.check_type(facts.env.tx_type)?;
        self.check_chain_id(facts)?;
        let env = facts.env;
        if env.nonce == u64::MAX {
            return Err(Fault::new("nonce-overflow", []));
        }
        self.check_fees(facts)?;
        self.check_blobs(env)?;
        check_authorizations(facts)?;
        let size = env.data.len();
        if env.kind.is_create() && self.fork >= Fork::Shanghai && size > MAX_INIT_CODE_BYTES {
            return Err(Fault::new(
                "init-code-too-large",
                [
                    ("size_bytes", (size as u64).into()),
                    ("limit_bytes", (MAX_INIT_CODE_BYTES as u64).into()),
                ],
            ));
        }
        if facts.fees.max < U256::from(self.base_fee_per_gas) {
            return Err(Fault::new(
                "fee-too-low",
                [
                    ("max_fee_per_gas", facts.fees.max.into()),
                    ("base_fee_per_gas", self.base_fee_per_gas.into()),
                ],
            ));
        }
        if self.fork >= Fork::Homestead && facts.s.is_some_and(|s| !is_low_s(&s)) {
            return Err(Fault::message(
                "invalid-signature",
                "s is in the upper half of the order",
            ));
        }
        Ok(())
    }

    fn check_type(&self, kind: u8) -> Result<()> {
        let first = match kind {
            0 => Fork::Frontier,
            1 => Fork::Berlin,
            2 => Fork::London,
            3 => Fork::Cancun,
            _ => Fork::Prague,
        };
        if self.fork < first {
            return Err(Fault::new(
                "transaction-type",
                [
                    ("got", u64::from(kind).into()),
                    ("fork", self.fork.name().into()),
                ],
            ));
        }
        Ok(())
    }

    fn check_chain_id(&self, facts: &Facts<'_>) -> Result<()> {
        let Some(chain_id) = facts.signed_chain_id else {
            return Ok(());
        };
        if facts.env.tx_type == 0 && self.fork < Fork::SpuriousDragon {
            let message = "v names a chain id, which EIP-155 allows later";
            return Err(Fault::message("invalid-signature", message));
        }
        if chain_id != U256::from(self.chain_id) {
            return Err(Fault::new(
                "wrong-chain-id",
                [("got", chain_id.into()), ("expected", self.chain_id.into())],
            ));
        }
        Ok(())
    }

    fn check_fees(&self, facts: &Facts<'_>) -> Result<()> {
        let fees = &facts.fees;
        if fees.priority > fees.max {
            return Err(Fault::new(
                "priority-fee-above-max-fee",
                [
                    ("max_priority_fee_per_gas", fees.priority.into()),
                    ("max_fee_per_gas", fees.max.into()),
                ],
            ));
        }
        let gas_limit = U256::from(facts.env.gas_limit);
        if fees.max.checked_mul(gas_limit).is_none() {
            return Err(Fault::new("fee-overflow", []));
        }
        Ok(())
    }

    fn check_blobs(&self, env: &TxEnv) -> Result<()> {
        if env.tx_type != 3 {
            return Ok(());
        }
        let fault = |message: String| Err(Fault::message("blob-transaction", message));
        if env.kind.is_create() {
            return fault("a blob transaction cannot create a contract".into());
        }
        let count = env.blob_hashes.len() as u64;
        if count == 0 {
            return fault("a blob transaction carries at least one blob".into());
        }
        let limit = self.max_blobs_per_transaction();
        if count > limit {
            return fault(format!("{count} blobs, at most {limit} are allowed"));
        }
        for (index, hash) in env.blob_hashes.iter().enumerate() {
            if hash[0] != BLOB_HASH_VERSION {
                return fault(format!(
                    "blob hash {index} has version {}, must be {BLOB_HASH_VERSION}",
                    hash[0]
                ));
            }
        }
        Ok(())
    }

    /// Blobs that one transaction may carry.
    pub fn max_blobs_per_transaction(&self) -> u64 {
        if self.fork >= Fork::Osaka {
            return self.max_blobs.min(MAX_TRANSACTION_BLOBS);
        }
        self.max_blobs
    }

    /// `gas_limit`, or the most that one transaction may have (EIP-7825).
    pub fn gas_cap(&self, gas_limit: u64) -> u64 {
        if self.fork >= Fork::Osaka {
            return gas_limit.min(MAX_TRANSACTION_GAS);
        }
        gas_limit
    }

    /// Least gas limit: the larger of intrinsic and floor gas.
    pub fn required_gas(&self, env: &TxEnv, authorizations: usize) -> u64 {
        let slots = env
            .access_list
            .iter()
            .map(|item| item.storage_keys.len() as u64)
            .sum();
        let gas = self.gas.initial_tx_gas(
            &env.data,
            env.kind.is_create(),
            env.access_list.len() as u64,
            slots,
            authorizations as u64,
            None,
        );
        let floor = if self.fork.spec() >= SpecId::PRAGUE {
            gas.floor_gas()
        } else {
            0
        };
        gas.initial_total_gas().max(floor)
    }

    fn check_gas(&self, facts: &Facts<'_>) -> Result<Intrinsic> {
        let env = facts.env;
        let required = self.required_gas(env, facts.authorizations);
        if env.gas_limit < required {
            return Err(Fault::new(
                "intrinsic-gas-too-low",
                [
                    ("gas_limit", env.gas_limit.into()),
                    ("required", required.into()),
                ],
            ));
        }
        if self.fork >= Fork::Osaka && env.gas_limit > MAX_TRANSACTION_GAS {
            return Err(Fault::gas_limit_exceeded(
                env.gas_limit,
                MAX_TRANSACTION_GAS,
            ));
        }
        Ok(Intrinsic { required })
    }
}

impl Fault {
    /// A gas limit above what there is room for.
    pub fn gas_limit_exceeded(gas_limit: u64, available: u64) -> Self {
        Self::new(
            "gas-limit-exceeded",
            [
                ("gas_limit", gas_limit.into()),
                ("available", available.into()),
            ],
        )
    }
}

fn check_authorizations(facts: &Facts<'_>) -> Result<()> {
    if facts.env.tx_type != 4 {
        return Ok(());
    }
    if facts.env.kind.is_create() {
        let message = "a set-code transaction cannot create a contract";
        return Err(Fault::message("authorization-list", message));
    }
    if facts.authorizations == 0 {
        return Err(Fault::message(
            "authorization-list",
            "the authorization list is empty",
        ));
    }
    Ok(())
}
