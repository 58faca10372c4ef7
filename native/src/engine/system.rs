//! What a block does besides its transactions: system calls, rewards, withdrawals, requests.
//!
//! The contracts of EIP-4788 and 2935 may be missing or fail; those of EIP-7002 and 7251 make the
//! block invalid if they do.
//!
//! Spec: EIP-4788, 2935, 4895, 6110, 7002, 7251, 7685; yellow paper, section 11.3.

use std::convert::Infallible;

use alloy_primitives::{Address, B256, Bytes, Log, U256, address, b256};
use revm::context::result::{EVMError, ExecutionResult};
use revm::context::{ContextSetters, TxEnv};
use revm::handler::{Handler, MainnetHandler, SystemCallTx};
use revm::{DatabaseCommit, ExecuteEvm};

use super::block::Evm;
use super::{BlockContext, Fork, Withdrawal};
use crate::fault::{Fault, Result};
use crate::rlp;
use crate::trie::ordered_root;

const BEACON_ROOTS: Address = address!("000f3df6d732807ef1319fb7b8bb8522d0beac02");
const HISTORY: Address = address!("0000f90827f1c53a10cb7a02335b175320002935");
const WITHDRAWAL_REQUESTS: Address = address!("00000961ef480eb55e80d19ad83579a64c007002");
const CONSOLIDATION_REQUESTS: Address = address!("0000bbddc7ce488642fb579f8b00f3a590007251");
const DEPOSIT_EVENT: B256 =
    b256!("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

/// Gas of a system call (EIP-4788, 2935, 7002, 7251). revm gives more, under every fork: it adds the
/// reserve of EIP-8037, a change that comes after Osaka.
const SYSTEM_CALL_GAS: u64 = 30_000_000;

const GWEI: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
const ETHER: u128 = 1_000_000_000_000_000_000;

/// The calls before the first transaction.
pub fn call_before_transactions(evm: &mut Evm<'_>, context: &BlockContext) {
    if context.number == 0 {
        return;
    }
    if context.fork >= Fork::Cancun {
        let root = context.parent_beacon_block_root.unwrap_or_default();
        let _ = call_contract(evm, BEACON_ROOTS, Bytes::copy_from_slice(root.as_slice()));
    }
    if context.fork >= Fork::Prague {
        let parent = Bytes::copy_from_slice(context.parent_hash.as_slice());
        let _ = call_contract(evm, HISTORY, parent);
    }
}

/// Calls a contract as the system; None if it has no code.
fn call_contract(evm: &mut Evm<'_>, target: Address, data: Bytes) -> Option<Result<Bytes>> {
    if !evm.ctx.journaled_state.database.has_code(&target) {
        return None;
    }
    evm.ctx.set_tx(TxEnv {
        gas_limit: SYSTEM_CALL_GAS,
        ..TxEnv::new_system_tx(target, data)
    });
    let result: std::result::Result<_, EVMError<Infallible>> =
        MainnetHandler::default().run_system_call(evm);
    let state = evm.finalize();
    Some(match result {
        Ok(ExecutionResult::Success { output, .. }) => {
            evm.ctx.journaled_state.database.commit(state);
            Ok(output.into_data())
        }
        _ => Err(Fault::message(
            "invalid-block",
            format!("the system contract {target:#x} failed"),
        )),
    })
}

/// Pays rewards and withdrawals and collects the requests after the last transaction.
///
/// Returns the commitment to the requests, from Prague on.
pub fn finish_block(
    evm: &mut Evm<'_>,
    context: &BlockContext,
    deposits: &[u8],
) -> Result<Option<B256>> {
    pay_rewards(evm, context);
    if context.fork >= Fork::Shanghai {
        pay_withdrawals(evm, context.withdrawals.as_deref().unwrap_or_default());
    }
    if context.fork < Fork::Prague {
        return Ok(None);
    }
    collect_requests(evm, deposits).map(Some)
}

/// Pays the beneficiary and the uncles; nothing after the merge.
fn pay_rewards(evm: &mut Evm<'_>, context: &BlockContext) {
    let ether = match context.fork {
        fork if fork >= Fork::Paris => return,
        fork if fork >= Fork::Constantinople => 2,
        fork if fork >= Fork::Byzantium => 3,
        _ => 5,
    };
    let reward = U256::from(ether * ETHER);
    let state = &mut evm.ctx.journaled_state.database;
    for (number, beneficiary) in &context.uncles {
        let distance = context.number.saturating_sub(*number).min(8);
        let share = reward * U256::from(8 - distance) / U256::from(8);
        state.update(beneficiary, |info| {
            info.balance = info.balance.saturating_add(share)
        });
    }
    let extra = reward / U256::from(32) * U256::from(context.uncles.len());
    state.update(&context.beneficiary, |info| {
        info.balance = info.balance.saturating_add(reward + extra);
    });
}

/// Pays the withdrawals.
fn pay_withdrawals(evm: &mut Evm<'_>, withdrawals: &[Withdrawal]) {
    let state = &mut evm.ctx.journaled_state.database;
    for withdrawal in withdrawals {
        let amount = U256::from(withdrawal.amount_gwei) * GWEI;
        state.update(&withdrawal.address, |info| {
            info.balance = info.balance.saturating_add(amount);
        });
        state.remove_if_empty(&withdrawal.address);
    }
}

/// Root of the trie of withdrawals.
pub fn withdrawals_root(withdrawals: &[Withdrawal]) -> B256 {
    let encoded: Vec<Vec<u8>> = withdrawals
        .iter()
        .map(|withdrawal| {
            let mut out = Vec::with_capacity(48);
            rlp::put_list_with(&mut out, |out| {
                rlp::put_uint64(out, withdrawal.index);
                rlp::put_uint64(out, withdrawal.validator_index);
                rlp::put_bytes(out, withdrawal.address.as_slice());
                rlp::put_uint64(out, withdrawal.amount_gwei);
            });
            out
        })
        .collect();
    ordered_root(encoded.iter().map(Vec::as_slice))
}

/// Collects the requests of the block and returns the commitment to them.
fn collect_requests(evm: &mut Evm<'_>, deposits: &[u8]) -> Result<B256> {
    let mut digests = Vec::new();
    let crypto = revm::precompile::crypto();
    let mut add = |kind: u8, data: &[u8]| {
        if !data.is_empty() {
            digests.extend_from_slice(&crypto.sha256(&[&[kind], data].concat()));
        }
    };
    add(0, deposits);
    for (kind, target) in [(1, WITHDRAWAL_REQUESTS), (2, CONSOLIDATION_REQUESTS)] {
        let data = call_contract(evm, target, Bytes::new()).unwrap_or_else(|| {
            let message = format!("the request contract {target:#x} has no code");
            Err(Fault::message("invalid-block", message))
        });
        add(kind, &data?);
    }
    Ok(B256::new(crypto.sha256(&digests)))
}

/// Appends the deposit requests in `logs` (EIP-6110).
pub fn collect_deposits(contract: &Address, logs: &[Log], out: &mut Vec<u8>) -> Result<()> {
    for log in logs {
        if log.address != *contract || log.data.topics().first() != Some(&DEPOSIT_EVENT) {
            continue;
        }
        let data = &log.data.data;
        let layout_is_right = data.len() == 576
            && DEPOSIT_FIELDS
                .iter()
                .enumerate()
                .all(|(index, (start, size))| {
                    word(data, index * 32) == U256::from(start - 32)
                        && word(data, start - 32) == U256::from(*size)
                });
        if !layout_is_right {
            return Err(Fault::message(
                "invalid-block",
                "a deposit log is not laid out as EIP-6110 says",
            ));
        }
        for (start, size) in DEPOSIT_FIELDS {
            out.extend_from_slice(&data[start..start + size]);
        }
    }
    Ok(())
}

/// Start and size, in bytes, of public key, withdrawal credentials, amount, signature and index.
const DEPOSIT_FIELDS: [(usize, usize); 5] = [(192, 48), (288, 32), (352, 8), (416, 96), (544, 8)];

fn word(data: &[u8], start: usize) -> U256 {
    U256::from_be_slice(&data[start..start + 32])
}
