//! Whole blocks of calls that nobody signed, on a state that may be changed beforehand.

use alloy_primitives::B256;
use revm::context::TxEnv;
use revm::context::result::ExecutionResult;
use revm::{DatabaseCommit, ExecuteEvm};

use super::block::{Evm, GAS_PER_BLOB, build_evm};
use super::call::{env_of, free_of_signature};
use super::outcome::refusal;
use super::overlay::Overlay;
use super::transfers::{Event, Transfers};
use super::{BlockContext, Engine, Fork, Message, Outcome, Override, system, trace};
use crate::fault::{Fault, Result};
use crate::state::World;

/// A call of a simulated block.
#[derive(Debug, Clone)]
pub struct PlannedCall {
    /// The call; without a gas limit it may use what the block has left.
    pub message: Message,
    /// None: the sender's in the state.
    pub nonce: Option<u64>,
}

/// How strictly calls are taken, and what is reported of them.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Whether nonces must be right and the base fee be paid.
    pub validates: bool,
    /// Whether movements of ether are events.
    pub traces_transfers: bool,
    /// Gas that all calls of the block may use.
    pub gas: u64,
}

/// A call as it was executed.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct SimulatedCall {
    pub nonce: u64,
    pub gas_limit: u64,
    pub outcome: Outcome,
    pub gas_used: u64,
    /// Before refunds.
    pub max_gas_used: u64,
    pub events: Vec<Event>,
    /// Before Byzantium.
    pub state_root: Option<B256>,
}

/// A block as it was simulated.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct SimulatedBlock {
    pub state_root: B256,
    pub requests_hash: Option<B256>,
    pub gas_used: u64,
    pub blob_gas_used: u64,
    pub calls: Vec<SimulatedCall>,
}

/// What came of a simulation.
#[derive(Debug)]
pub enum Simulation {
    /// Every call was executed; the new state is held once.
    Block(SimulatedBlock),
    /// A call cannot be part of the block.
    Refused {
        /// Its place.
        index: usize,
        /// Why.
        fault: Fault,
    },
}

impl Engine {
    /// Executes the calls as one block, system calls and withdrawals included.
    pub fn simulate_block(
        &self,
        parent_root: &B256,
        context: &BlockContext,
        overrides: &[Override],
        calls: &[PlannedCall],
        terms: Terms,
    ) -> Result<Simulation> {
        let parent = self.states.get(parent_root)?;
        let mut overlay = Overlay::new(&parent, &self.codes, context);
        let mut roots = None;
        if context.fork < Fork::Byzantium {
            overlay.track_dirty();
            roots = Some(parent.clone());
        }
        overlay.apply_overrides(overrides);
        let mut evm = build_evm(overlay, context);
        evm.precompiles.apply(overrides)?;
        free_of_signature(&mut evm);
        system::call_before_transactions(&mut evm, context);
        let mut run = Run {
            context,
            terms,
            evm,
            roots,
            deposits: Vec::new(),
            output: SimulatedBlock::default(),
        };
        for (index, call) in calls.iter().enumerate() {
            if let Err(fault) = run.take(call) {
                return Ok(Simulation::Refused { index, fault });
            }
        }
        let Run {
            mut evm,
            mut output,
            deposits,
            ..
        } = run;
        output.requests_hash = system::finish_block(&mut evm, context, &deposits)?;
        let mut world = parent.clone();
        world.apply(&evm.ctx.journaled_state.database.changes());
        output.state_root = self.states.insert(world);
        Ok(Simulation::Block(output))
    }
}

/// A block on its way.
struct Run<'a> {
    context: &'a BlockContext,
    terms: Terms,
    evm: Evm<'a>,
    /// The state after the last call, where receipts name its root.
    roots: Option<World>,
    deposits: Vec<u8>,
    output: SimulatedBlock,
}

impl Run<'_> {
    fn take(&mut self, call: &PlannedCall) -> Result<()> {
        let message = &call.message;
        let gas_limit = self.gas_limit_of(message)?;
        let held = self.evm.ctx.journaled_state.database.info(&message.sender);
        let held = held.map_or(0, |info| info.nonce);
        let nonce = call.nonce.unwrap_or(held);
        self.check_nonce(message, nonce, held)?;
        let mut env = env_of(message, self.context, 0);
        env.gas_limit = gas_limit;
        let result = self.execute(env, message)?;
        let mut changes = self.evm.finalize();
        if held == u64::MAX
            && let Some(sender) = changes.get_mut(&message.sender)
        {
            sender.info.nonce = 0; // the one after the last, as where nobody looks at nonces
        }
        self.evm.ctx.journaled_state.database.commit(changes);
        self.output.blob_gas_used += message.blob_hashes.len() as u64 * GAS_PER_BLOB;
        self.include(nonce, gas_limit, result)
    }

    /// What the call asks for, within what block and simulation have left.
    fn gas_limit_of(&self, message: &Message) -> Result<u64> {
        let used = self.output.gas_used;
        let available = self.context.gas_limit.saturating_sub(used);
        let wanted = message.gas_limit.unwrap_or(available);
        if wanted > available {
            return Err(Fault::gas_limit_exceeded(wanted, available));
        }
        match self.terms.gas.saturating_sub(used) {
            0 => Err(Fault::message(
                "simulation-limit",
                "the gas that one simulation may use is used up",
            )),
            left => Ok(wanted.min(left)),
        }
    }

    fn check_nonce(&self, message: &Message, nonce: u64, held: u64) -> Result<()> {
        let facts = [("got", nonce.into()), ("expected", held.into())];
        if !self.terms.validates {
            if message.to.is_none() && held == u64::MAX {
                return Err(Fault::new("nonce-overflow", []));
            }
        } else if nonce > held {
            return Err(Fault::new("nonce-too-high", facts));
        } else if nonce < held {
            return Err(Fault::new("nonce-too-low", facts));
        } else if nonce == u64::MAX {
            return Err(Fault::new("nonce-overflow", []));
        }
        Ok(())
    }

    fn execute(&mut self, env: TxEnv, message: &Message) -> Result<ExecutionResult> {
        let waives_fees = !self.terms.validates;
        self.evm.ctx.cfg.disable_base_fee = waives_fees && message.max_fee_per_gas == 0;
        let usual_price = self.evm.ctx.block.blob_excess_gas_and_price;
        if waives_fees
            && message.max_fee_per_blob_gas == 0
            && !message.blob_hashes.is_empty()
            && let Some(price) = &mut self.evm.ctx.block.blob_excess_gas_and_price
        {
            price.blob_gasprice = 0;
        }
        self.evm.inspector.1 = self.terms.traces_transfers.then(Transfers::default);
        let result = trace::transact(&mut self.evm, env.clone());
        let result = result.map_err(|error| {
            self.evm.finalize();
            let balance = self.evm.ctx.journaled_state.database.balance(&env.caller);
            refusal(error, &env, self.context, balance)
        });
        self.evm.ctx.block.blob_excess_gas_and_price = usual_price;
        result
    }

    fn include(&mut self, nonce: u64, gas_limit: u64, result: ExecutionResult) -> Result<()> {
        let gas = result.gas();
        let gas_used = gas.tx_gas_used();
        let max_gas_used = gas.total_gas_spent().max(gas.floor_gas());
        self.output.gas_used += gas_used;
        let outcome = Outcome::from(&result);
        let transfers = self.evm.inspector.1.take();
        let mut events = Vec::new();
        if outcome.is_success() {
            let logs = result.into_logs();
            if self.context.fork >= Fork::Prague {
                let contract = &self.context.deposit_contract;
                system::collect_deposits(contract, &logs, &mut self.deposits)?;
            }
            events = match transfers {
                Some(transfers) => transfers.into_events(),
                None => logs.into_iter().map(Event::Log).collect(),
            };
        }
        let state_root = self.roots.as_mut().map(|world| {
            world.apply(&self.evm.ctx.journaled_state.database.take_dirty());
            world.root()
        });
        self.output.calls.push(SimulatedCall {
            nonce,
            gas_limit,
            outcome,
            gas_used,
            max_gas_used,
            events,
            state_root,
        });
        Ok(())
    }
}
