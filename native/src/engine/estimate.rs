//! The least gas limit with which a call succeeds.

use alloy_primitives::{B256, U256};

use super::call::Simulation;
use super::outcome::insufficient_funds;
use super::{BlockContext, Engine, Message, Outcome, Override};
use crate::fault::{Fault, Result};

/// What an estimate says.
#[derive(Debug)]
pub enum Estimate {
    /// Gas limit.
    Gas(u64),
    /// How the call fails at any limit.
    Failure(Outcome),
}

/// Gas that a call with value hands to the callee for free.
const CALL_STIPEND: u64 = 2_300;

/// How one attempt went.
enum Attempt {
    Success {
        gas_used: u64,
        refunded: u64,
    },
    Failure(Outcome),
    /// The limit does not cover the intrinsic gas.
    BelowIntrinsic(Fault),
}

impl Engine {
    /// Searches for the least gas limit with which the call succeeds.
    pub fn estimate_gas(
        &self,
        root: &B256,
        context: &BlockContext,
        message: &Message,
        overrides: &[Override],
    ) -> Result<Estimate> {
        let world = self.states.get(root)?;
        let mut simulation = self.simulation(&world, context, message, overrides)?;
        let wanted = context.rules().gas_cap(simulation.env.gas_limit);
        let limit = affordable(&mut simulation, message, wanted)?;
        match attempt(&mut simulation, limit)? {
            Attempt::Success { gas_used, refunded } => {
                search(&mut simulation, gas_used, refunded, limit).map(Estimate::Gas)
            }
            Attempt::Failure(outcome) => Ok(Estimate::Failure(outcome)),
            Attempt::BelowIntrinsic(fault) => Err(fault),
        }
    }
}

/// The part of the gas limit `wanted` that the sender can pay for.
fn affordable(simulation: &mut Simulation<'_>, message: &Message, wanted: u64) -> Result<u64> {
    let balance = simulation.sender_balance();
    if balance < message.value {
        return Err(insufficient_funds(balance, message.value));
    }
    if message.max_fee_per_gas == 0 {
        return Ok(wanted);
    }
    let limit = (balance - message.value) / U256::from(message.max_fee_per_gas);
    Ok(u64::try_from(limit).map_or(wanted, |limit| limit.min(wanted)))
}

/// Narrows down to the exact limit between a failing and a succeeding one.
fn search(
    simulation: &mut Simulation<'_>,
    gas_used: u64,
    refunded: u64,
    limit: u64,
) -> Result<u64> {
    // No limit below what was spent can do.
    let mut fails = gas_used.saturating_sub(1);
    let mut succeeds = limit;
    // Most calls need what they spent, or a 64th more for the frames below (EIP-150).
    let spent = gas_used.saturating_add(refunded);
    let guesses = [
        gas_used,
        spent,
        spent.saturating_add(CALL_STIPEND).saturating_mul(64) / 63,
    ];
    for guess in guesses {
        if fails < guess && guess < succeeds {
            match attempt(simulation, guess)? {
                Attempt::Success { .. } => succeeds = guess,
                _ => fails = guess,
            }
        }
    }
    while fails + 1 < succeeds {
        let middle = fails + (succeeds - fails) / 2;
        match attempt(simulation, middle)? {
            Attempt::Success { .. } => succeeds = middle,
            _ => fails = middle,
        }
    }
    Ok(succeeds)
}

fn attempt(simulation: &mut Simulation<'_>, limit: u64) -> Result<Attempt> {
    use revm::ExecuteEvm;
    simulation.env.gas_limit = limit;
    let result = match simulation.run() {
        Ok(result) => result,
        Err(fault) if fault.code == "intrinsic-gas-too-low" => {
            return Ok(Attempt::BelowIntrinsic(fault));
        }
        Err(fault) => return Err(fault),
    };
    simulation.evm.finalize();
    let gas = result.gas();
    Ok(if result.is_success() {
        Attempt::Success {
            gas_used: gas.tx_gas_used(),
            refunded: gas.inner_refunded(),
        }
    } else {
        Attempt::Failure(Outcome::from(&result))
    })
}
