//! Execution of a whole block.

use std::collections::HashSet;
use std::sync::Arc;

use alloy_primitives::{Address, B256, Bloom, Log, U256};
use revm::context::result::ExecutionResult;
use revm::context::{Context, TxEnv};
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, MainnetContext};
use revm::interpreter::interpreter::EthInterpreter;
use revm::{DatabaseCommit, ExecuteEvm, MainBuilder, MainContext};

use super::outcome::{insufficient_funds, refusal};
use super::overlay::Overlay;
use super::precompiles::Precompiles;
use super::receipt::{Status, bloom_of, encode_receipt};
use super::trace::{self, Recorder, Tracing};
use super::{BlockContext, Engine, Fork, Outcome, Simulated, instructions, system};
use crate::fault::{Fault, Result};
use crate::state::World;
use crate::transaction::{Checked, Recovered};
use crate::trie::ordered_root;

/// Gas of one blob (EIP-4844).
pub const GAS_PER_BLOB: u64 = 1 << 17;

/// revm on an overlay.
pub type Evm<'a> = revm::context::Evm<
    MainnetContext<Overlay<'a>>,
    Tracing<'a>,
    EthInstructions<EthInterpreter, MainnetContext<Overlay<'a>>>,
    Precompiles,
    EthFrame<EthInterpreter>,
>;

/// A block as executed: all that its header commits to, and what changed.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct BlockOutput {
    pub state_root: B256,
    pub transactions_root: B256,
    pub receipts_root: B256,
    pub withdrawals_root: Option<B256>,
    pub requests_hash: Option<B256>,
    pub logs_bloom: Bloom,
    pub gas_used: u64,
    pub blob_gas_used: u64,
    pub included: Vec<usize>,
    pub hashes: Vec<B256>,
    pub senders: Vec<Address>,
    pub receipts: Vec<Vec<u8>>,
    pub failures: Vec<(usize, Outcome)>,
    pub rejected: Vec<(usize, Fault)>,
    pub skipped: Vec<usize>,
    pub state_diff: Vec<u8>,
    /// Result of the last transaction, if it was traced.
    pub traced: Option<Simulated>,
}

/// What to do with a transaction that is not executed.
enum Refusal {
    /// Invalid in this place.
    Invalid(Fault),
    /// It may fit in a later block.
    DoesNotFit(Fault),
}

/// Makes an EVM for `context`.
pub fn build_evm<'a>(overlay: Overlay<'a>, context: &BlockContext) -> Evm<'a> {
    let mut evm = Context::mainnet()
        .with_db(overlay)
        .with_cfg(context.cfg_env())
        .with_block(context.block_env())
        .build_mainnet_with_inspector(Tracing::default())
        .with_precompiles(Precompiles::new(context.fork.spec()));
    instructions::install(&mut evm, context.fork);
    evm
}

impl Engine {
    /// Executes a block; the new state is held once.
    pub fn execute_block(
        &self,
        parent_root: &B256,
        context: &BlockContext,
        raws: &[&[u8]],
        strict: bool,
    ) -> Result<BlockOutput> {
        self.execute(parent_root, context, raws, strict, None)
    }

    /// Executes a block strictly and records the steps of its last transaction; the new state is
    /// held once.
    pub fn trace_block(
        &self,
        parent_root: &B256,
        context: &BlockContext,
        raws: &[&[u8]],
        recorder: Recorder<'_>,
    ) -> Result<BlockOutput> {
        self.execute(parent_root, context, raws, true, Some(recorder))
    }

    fn execute(
        &self,
        parent_root: &B256,
        context: &BlockContext,
        raws: &[&[u8]],
        strict: bool,
        mut recorder: Option<Recorder<'_>>,
    ) -> Result<BlockOutput> {
        let parent = self.states.get(parent_root)?;
        let decoded = self.decoder.decode_many(raws, &context.rules());
        let mut overlay = Overlay::new(&parent, &self.codes, context);
        let mut roots = None;
        if context.fork < Fork::Byzantium {
            overlay.track_dirty();
            roots = Some(parent.clone());
        }
        let mut run = Run {
            context,
            strict,
            evm: build_evm(overlay, context),
            roots,
            deposits: Vec::new(),
            senders_to_skip: HashSet::new(),
            output: BlockOutput::default(),
        };
        if context.opens {
            system::call_before_transactions(&mut run.evm, context);
        }
        for (index, transaction) in decoded.into_iter().enumerate() {
            if index + 1 == raws.len() {
                run.evm.inspector.0 = recorder.take();
            }
            run.take(index, transaction)?;
        }
        if let Some(recorder) = run.evm.inspector.0.take() {
            recorder.finish();
        }
        if context.closes {
            run.finish_block()?;
        }
        let Run {
            evm, mut output, ..
        } = run;
        let mut changes = evm.ctx.journaled_state.database.changes();
        output.state_diff = changes.encode();
        output.transactions_root = ordered_root(output.included.iter().map(|&index| raws[index]));
        output.receipts_root = ordered_root(output.receipts.iter().map(Vec::as_slice));
        let mut world = parent.clone();
        world.apply(&changes);
        output.state_root = self.states.insert(world);
        Ok(output)
    }
}

/// A block in the making.
struct Run<'a> {
    context: &'a BlockContext,
    strict: bool,
    evm: Evm<'a>,
    /// The state after the last transaction, where receipts name its root.
    roots: Option<World>,
    deposits: Vec<u8>,
    /// Senders of transactions that did not fit: their later ones must wait, too.
    senders_to_skip: HashSet<Address>,
    output: BlockOutput,
}

impl<'a> Run<'a> {
    /// Includes a transaction or records why not.
    fn take(&mut self, index: usize, transaction: Result<Checked>) -> Result<()> {
        let refusal = match transaction {
            Err(fault) => Refusal::Invalid(fault),
            Ok((transaction, _)) => match self.execute(&transaction) {
                Ok(result) => {
                    self.include(index, &transaction, result)?;
                    return Ok(());
                }
                Err(refusal) => {
                    if matches!(refusal, Refusal::DoesNotFit(_)) {
                        self.senders_to_skip.insert(transaction.sender);
                    }
                    refusal
                }
            },
        };
        match refusal {
            Refusal::Invalid(fault) | Refusal::DoesNotFit(fault) if self.strict => Err(fault),
            Refusal::Invalid(fault) => {
                self.output.rejected.push((index, fault));
                Ok(())
            }
            Refusal::DoesNotFit(_) => {
                self.output.skipped.push(index);
                Ok(())
            }
        }
    }

    fn execute(
        &mut self,
        transaction: &Recovered,
    ) -> std::result::Result<ExecutionResult, Refusal> {
        let env = &transaction.env;
        let available = self.context.gas_limit - self.output.gas_used;
        if env.gas_limit > available {
            let fault = Fault::gas_limit_exceeded(env.gas_limit, available);
            let fits_never = env.gas_limit > self.context.gas_limit;
            return Err(if fits_never {
                Refusal::Invalid(fault)
            } else {
                Refusal::DoesNotFit(fault)
            });
        }
        let blobs = self.output.blob_gas_used / GAS_PER_BLOB + env.blob_hashes.len() as u64;
        let max_blobs = self.context.blobs().map_or(0, |schedule| schedule.max);
        if blobs > max_blobs {
            let message = format!("{blobs} blobs in the block, at most {max_blobs} are allowed");
            return Err(Refusal::DoesNotFit(Fault::message(
                "blob-transaction",
                message,
            )));
        }
        if !self.strict && self.senders_to_skip.contains(&transaction.sender) {
            return Err(Refusal::DoesNotFit(Fault::gas_limit_exceeded(
                env.gas_limit,
                available,
            )));
        }
        if transaction.fees.are_huge() {
            return self.execute_with_huge_fees(transaction);
        }
        self.transact(env.clone(), &transaction.sender)
    }

    fn transact(
        &mut self,
        env: TxEnv,
        sender: &Address,
    ) -> std::result::Result<ExecutionResult, Refusal> {
        trace::transact(&mut self.evm, env.clone()).map_err(|error| {
            self.evm.finalize();
            let balance = self.evm.ctx.journaled_state.database.balance(sender);
            Refusal::Invalid(refusal(error, &env, self.context, balance))
        })
    }

    /// The EVM counts what gas costs at most in 128 bits: it is told of a lower maximum, and what
    /// the true one asks of the sender is checked here.
    fn execute_with_huge_fees(
        &mut self,
        transaction: &Recovered,
    ) -> std::result::Result<ExecutionResult, Refusal> {
        let mut env = transaction.env.clone();
        let blob_gas = env.blob_hashes.len() as u128 * u128::from(GAS_PER_BLOB);
        let most = u128::MAX / 2 / u128::from(env.gas_limit).max(1);
        env.gas_price = env.gas_price.min(most);
        env.gas_priority_fee = env.gas_priority_fee.map(|fee| fee.min(most));
        env.max_fee_per_blob_gas = env
            .max_fee_per_blob_gas
            .min(u128::MAX / 2 / blob_gas.max(1));
        let balance = (self.evm.ctx.journaled_state.database).balance(&transaction.sender);
        let required = (transaction.fees.max)
            .saturating_mul(U256::from(env.gas_limit))
            .saturating_add(transaction.fees.blob.saturating_mul(U256::from(blob_gas)))
            .saturating_add(env.value);
        let result = match self.transact(env, &transaction.sender) {
            Err(Refusal::Invalid(fault)) if fault.code != "insufficient-funds" => {
                return Err(Refusal::Invalid(fault));
            }
            result => result,
        };
        let fault = if balance < required {
            insufficient_funds(balance, required)
        } else if transaction.fees.priority > U256::from(most) {
            Fault::new("fee-overflow", [])
        } else {
            return result;
        };
        self.evm.finalize();
        Err(Refusal::Invalid(fault))
    }

    fn include(
        &mut self,
        index: usize,
        transaction: &Arc<Recovered>,
        result: ExecutionResult,
    ) -> Result<()> {
        let changes = self.evm.finalize();
        self.evm.ctx.journaled_state.database.commit(changes);
        let output = &mut self.output;
        if self.evm.inspector.0.is_some() {
            output.traced = Some(Simulated::from(result.clone()));
        }
        output.gas_used += result.gas().tx_gas_used();
        output.blob_gas_used += transaction.env.blob_hashes.len() as u64 * GAS_PER_BLOB;
        let succeeded = result.is_success();
        if !succeeded {
            output
                .failures
                .push((output.included.len(), Outcome::from(&result)));
        }
        let status = match &mut self.roots {
            None => Status::Succeeded(succeeded),
            Some(world) => {
                world.apply(&self.evm.ctx.journaled_state.database.take_dirty());
                Status::Root(world.root())
            }
        };
        let logs: Vec<Log> = if succeeded {
            result.into_logs()
        } else {
            Vec::new()
        };
        let bloom = bloom_of(&logs);
        output.logs_bloom |= bloom;
        let kind = transaction.env.tx_type;
        output
            .receipts
            .push(encode_receipt(kind, status, output.gas_used, &bloom, &logs));
        output.included.push(index);
        output.hashes.push(transaction.hash);
        output.senders.push(transaction.sender);
        if self.context.fork >= Fork::Prague && self.context.closes {
            let contract = &self.context.deposit_contract;
            system::collect_deposits(contract, &logs, &mut self.deposits)?;
        }
        Ok(())
    }

    fn finish_block(&mut self) -> Result<()> {
        let context = self.context;
        if context.fork >= Fork::Shanghai {
            let withdrawals = context.withdrawals.as_deref().unwrap_or_default();
            self.output.withdrawals_root = Some(system::withdrawals_root(withdrawals));
        }
        self.output.requests_hash = system::finish_block(&mut self.evm, context, &self.deposits)?;
        Ok(())
    }
}
