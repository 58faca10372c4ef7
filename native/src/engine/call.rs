//! Message calls that leave no trace.

use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256};
use revm::context::TxEnv;
use revm::context::either::Either;
use revm::context::result::ExecutionResult;
use revm::context::transaction::{AccessList, RecoveredAuthorization};
use revm::{DatabaseCommit, ExecuteEvm};

use super::block::{Evm, build_evm};
use super::outcome::refusal;
use super::overlay::Overlay;
use super::trace::{self, Recorder};
use super::{BlockContext, Engine, Fork, Outcome};
use crate::fault::Result;
use crate::state::World;

/// A call to simulate.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who calls.
    pub sender: Address,
    /// Whom; a creation if None.
    pub to: Option<Address>,
    /// Wei.
    pub value: U256,
    /// Calldata or init code.
    pub data: Bytes,
    /// None: the block's gas limit.
    pub gas_limit: Option<u64>,
    /// Wei per gas; 0 waives fees.
    pub max_fee_per_gas: u128,
    /// Wei per gas.
    pub max_priority_fee_per_gas: u128,
    /// EIP-2930.
    pub access_list: AccessList,
    /// EIP-7702, with their authorities.
    pub authorization_list: Vec<RecoveredAuthorization>,
    /// EIP-4844.
    pub blob_hashes: Vec<B256>,
    /// Wei per blob gas; 0 waives that fee.
    pub max_fee_per_blob_gas: u128,
}

/// Changes to an account for the length of one call.
#[derive(Debug, Clone)]
pub struct Override {
    /// Whose account.
    pub address: Address,
    /// Wei.
    pub balance: Option<U256>,
    /// Nonce.
    pub nonce: Option<u64>,
    /// Runtime code.
    pub code: Option<Vec<u8>>,
    /// Replaces the whole storage.
    pub storage: Option<Vec<(U256, U256)>>,
    /// Replaces single slots.
    pub storage_diff: Vec<(U256, U256)>,
    /// Where the precompile of this address is to be found instead.
    pub move_precompile_to: Option<Address>,
}

/// How a simulated call ended.
#[derive(Debug)]
pub struct Simulated {
    /// Return data, revert data or reason.
    pub outcome: Outcome,
    /// Gas that a transaction would pay for.
    pub gas_used: u64,
    /// Logs, if it succeeded.
    pub logs: Vec<Log>,
}

impl From<ExecutionResult> for Simulated {
    fn from(result: ExecutionResult) -> Self {
        let outcome = Outcome::from(&result);
        let gas_used = result.gas().tx_gas_used();
        let logs = if outcome.is_success() {
            result.into_logs()
        } else {
            Vec::new()
        };
        Self {
            outcome,
            gas_used,
            logs,
        }
    }
}

/// An EVM that runs one message again and again, with other gas limits or access lists.
pub struct Simulation<'a> {
    pub(super) evm: Evm<'a>,
    pub(super) env: TxEnv,
    context: &'a BlockContext,
}

impl<'a> Simulation<'a> {
    pub(super) fn run(&mut self) -> Result<ExecutionResult> {
        let result = trace::transact(&mut self.evm, self.env.clone());
        result.map_err(|error| {
            self.evm.finalize();
            let balance = self
                .evm
                .ctx
                .journaled_state
                .database
                .balance(&self.env.caller);
            refusal(error, &self.env, self.context, balance)
        })
    }

    /// Balance of the sender in the state.
    pub(super) fn sender_balance(&mut self) -> U256 {
        let sender = self.env.caller;
        self.evm.ctx.journaled_state.database.balance(&sender)
    }

    /// Nonce of the sender in the state.
    pub(super) fn sender_nonce(&mut self) -> u64 {
        let sender = self.env.caller;
        let info = self.evm.ctx.journaled_state.database.info(&sender);
        info.map_or(0, |info| info.nonce)
    }
}

impl Engine {
    /// Executes a call as `eth_call` does.
    pub fn call(
        &self,
        root: &B256,
        context: &BlockContext,
        message: &Message,
        overrides: &[Override],
    ) -> Result<Simulated> {
        let world = self.states.get(root)?;
        let mut simulation = self.simulation(&world, context, message, overrides)?;
        simulation.run().map(Simulated::from)
    }

    /// Executes a call as `call` does and records what happens; also returns what it changed, as
    /// an encoded state diff that covers the overrides.
    pub fn trace_call(
        &self,
        root: &B256,
        context: &BlockContext,
        message: &Message,
        overrides: &[Override],
        recorder: Recorder<'_>,
    ) -> Result<(Simulated, Vec<u8>)> {
        let world = self.states.get(root)?;
        let mut simulation = self.simulation(&world, context, message, overrides)?;
        simulation.evm.inspector.0 = Some(recorder);
        let result = simulation.run().map(Simulated::from);
        if let Some(recorder) = simulation.evm.inspector.0.take() {
            recorder.finish();
        }
        let result = result?;
        let changes = simulation.evm.finalize();
        let overlay = &mut simulation.evm.ctx.journaled_state.database;
        overlay.commit(changes);
        Ok((result, overlay.changes().encode()))
    }

    /// Prepares a message on a state.
    pub(super) fn simulation<'a>(
        &'a self,
        world: &'a World,
        context: &'a BlockContext,
        message: &Message,
        overrides: &[Override],
    ) -> Result<Simulation<'a>> {
        let mut overlay = Overlay::new(world, &self.codes, context);
        overlay.apply_overrides(overrides);
        let nonce = overlay.info(&message.sender).map_or(0, |info| info.nonce);
        let mut evm = build_evm(overlay, context);
        evm.precompiles.apply(overrides)?;
        free_of_signature(&mut evm);
        evm.ctx.cfg.disable_base_fee = message.max_fee_per_gas == 0;
        if message.max_fee_per_blob_gas == 0
            && !message.blob_hashes.is_empty()
            && let Some(price) = &mut evm.ctx.block.blob_excess_gas_and_price
        {
            price.blob_gasprice = 0;
        }
        Ok(Simulation {
            evm,
            env: env_of(message, context, nonce),
            context,
        })
    }
}

/// Leaves out the rules for what a sender signs: nonce, code, chain id, the caps on gas.
pub fn free_of_signature(evm: &mut Evm<'_>) {
    let cfg = &mut evm.ctx.cfg;
    cfg.disable_nonce_check = true;
    cfg.disable_block_gas_limit = true;
    cfg.disable_eip3607 = true;
    cfg.tx_chain_id_check = false;
    cfg.tx_gas_limit_cap = Some(u64::MAX);
}

/// What the EVM is told of a message.
pub fn env_of(message: &Message, context: &BlockContext, nonce: u64) -> TxEnv {
    let offers_fee = message.max_fee_per_gas > 0 || message.max_priority_fee_per_gas > 0;
    let has_dynamic_fee = context.fork >= Fork::London && offers_fee;
    let tx_type = if !message.authorization_list.is_empty() {
        4
    } else if !message.blob_hashes.is_empty() {
        3
    } else if has_dynamic_fee {
        2
    } else {
        u8::from(!message.access_list.is_empty())
    };
    TxEnv {
        tx_type,
        caller: message.sender,
        gas_limit: message.gas_limit.unwrap_or(context.gas_limit),
        gas_price: message.max_fee_per_gas,
        kind: message.to.map_or(TxKind::Create, TxKind::Call),
        value: message.value,
        data: message.data.clone(),
        nonce,
        chain_id: Some(context.chain_id),
        access_list: message.access_list.clone(),
        gas_priority_fee: (tx_type >= 2).then_some(message.max_priority_fee_per_gas),
        blob_hashes: message.blob_hashes.clone(),
        max_fee_per_blob_gas: message.max_fee_per_blob_gas,
        authorization_list: message
            .authorization_list
            .iter()
            .cloned()
            .map(Either::Right)
            .collect(),
    }
}
