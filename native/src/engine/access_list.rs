//! The access list with which a call finds everything warm (EIP-2930).

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use revm::ExecuteEvm;
use revm::context::transaction::{AccessList, AccessListItem};
use revm::state::EvmState;

use super::call::Simulation;
use super::{BlockContext, Engine, Fork, Message, Simulated};
use crate::fault::Result;

/// Runs after which a list that keeps changing is given back as it is.
const MAX_RUNS: usize = 8;

/// An access list, sorted.
pub type Listed = Vec<(Address, Vec<U256>)>;

/// Addresses with the slots of each that are touched.
type Touched = BTreeMap<Address, Vec<U256>>;

impl Engine {
    /// Slots that the call touches, and its result when it declares them.
    pub fn create_access_list(
        &self,
        root: &B256,
        context: &BlockContext,
        message: &Message,
    ) -> Result<(Listed, Simulated)> {
        let world = self.states.get(root)?;
        let mut simulation = self.simulation(&world, context, message, &[])?;
        let target = match message.to {
            Some(to) => to,
            None => message.sender.create(simulation.sender_nonce()),
        };
        let precompiles = simulation.evm.precompiles.clone();
        let is_declared = |address: &Address| -> bool {
            *address == message.sender
                || *address == target
                || precompiles.has(address)
                || *address == context.beneficiary
        };
        let mut listed = Touched::new();
        let mut runs = 0;
        loop {
            declare(&mut simulation, &listed, context.fork);
            let result = simulation.run()?;
            let touched = touched_by(&simulation.evm.finalize(), is_declared);
            runs += 1;
            if touched == listed || runs == MAX_RUNS {
                return Ok((listed.into_iter().collect(), Simulated::from(result)));
            }
            listed = touched;
        }
    }
}

fn declare(simulation: &mut Simulation<'_>, listed: &Touched, fork: Fork) {
    let env = &mut simulation.env;
    env.access_list = AccessList(
        listed
            .iter()
            .map(|(address, slots)| AccessListItem {
                address: *address,
                storage_keys: slots.iter().map(|slot| B256::from(*slot)).collect(),
            })
            .collect(),
    );
    if env.tx_type == 0 && fork >= Fork::Berlin {
        env.tx_type = 1;
    }
}

/// What was looked at, except accounts that every transaction has warm and no slot of which was.
fn touched_by(state: &EvmState, is_declared: impl Fn(&Address) -> bool) -> Touched {
    let mut touched = Touched::new();
    for (address, account) in state {
        if account.storage.is_empty() && (is_declared(address) || account.is_created()) {
            continue;
        }
        let mut slots: Vec<U256> = account.storage.keys().copied().collect();
        slots.sort_unstable();
        touched.insert(*address, slots);
    }
    touched
}
