//! Every instruction as it is executed, in chunks to whoever asked for it.
//!
//! Spec: EIP-3155. Where it leaves room: `gas_cost` counts the gas that a CALL hands on, not what a
//! CREATE does, as geth; an exceptional halt costs all gas that was left; `refund` is that of the
//! whole transaction so far, not of the frame; code that is empty has no steps.

use std::convert::Infallible;
use std::marker::PhantomData;

use alloy_primitives::{Address, Bytes, Log, U256};
use revm::ExecuteEvm;
use revm::context::result::{EVMError, ExecutionResult, HaltReason};
use revm::context::{ContextSetters, ContextTr, JournalTr, TxEnv};
use revm::handler::{EthFrame, Handler, MainnetHandler, PreExecutionOutput};
use revm::inspector::{Inspector, InspectorEvmTr, InspectorHandler};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{
    Jumps, LegacyBytecode, LoopControl, MemoryTr, ReturnData, RuntimeFlag,
};
use revm::interpreter::{
    CallInputs, CallOutcome, CreateInputs, CreateOutcome, FrameInput, GasTracker,
    InstructionResult, Interpreter, InterpreterAction, SuccessOrHalt,
};
use revm::state::EvmState;

use super::block::Evm;
use super::outcome::halt_reason;
use super::transfers::Transfers;

/// Steps are handed over when they hold about this many bytes.
const CHUNK_BYTES: usize = 1 << 18;

/// One instruction.
#[derive(Debug, Clone)]
pub struct Step {
    /// Position in the code.
    pub pc: usize,
    /// The instruction.
    pub op: u8,
    /// Before it.
    pub gas: u64,
    /// What it took.
    pub gas_cost: u64,
    /// Bytes, before it.
    pub memory_size: usize,
    /// Before it, the top last.
    pub stack: Vec<U256>,
    /// Of the frames, 1 for the outermost.
    pub depth: usize,
    /// What the last call returned, before it.
    pub return_data: Bytes,
    /// Of the transaction, before it.
    pub refund: i64,
    /// How it failed: `revert`, or a reason of `Outcome::Halt`.
    pub error: Option<&'static str>,
    /// Before it, if asked for.
    pub memory: Option<Vec<u8>>,
    /// Whose code runs.
    pub code_address: Address,
    /// Nothing may be changed.
    pub is_static: bool,
}

impl Step {
    fn size_bytes(&self) -> usize {
        let memory = self.memory.as_ref().map_or(0, Vec::len);
        size_of::<Self>() + 32 * self.stack.len() + self.return_data.len() + memory
    }
}

/// Takes steps; false ends the execution.
pub type Sink<'a> = Box<dyn FnMut(Vec<Step>) -> bool + 'a>;

/// A frame on its way.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Of the transaction when the frame began.
    refund: i64,
    code_address: Address,
}

/// Collects steps and hands them over.
pub struct Recorder<'a> {
    sink: Sink<'a>,
    with_memory: bool,
    steps: Vec<Step>,
    size_bytes: usize,
    frames: Vec<Frame>,
    /// Of the transaction, after the last instruction.
    refund: i64,
    is_stopped: bool,
}

impl std::fmt::Debug for Recorder<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl<'a> Recorder<'a> {
    /// Hands steps to `sink`, with the memory before each if `with_memory`.
    pub fn new(sink: Sink<'a>, with_memory: bool) -> Self {
        Self {
            sink,
            with_memory,
            steps: Vec::new(),
            size_bytes: 0,
            frames: Vec::new(),
            refund: 0,
            is_stopped: false,
        }
    }

    /// Hands over what is left.
    pub fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        let steps = std::mem::take(&mut self.steps);
        self.size_bytes = 0;
        if !steps.is_empty() && !self.is_stopped {
            self.is_stopped = !(self.sink)(steps);
        }
    }

    fn begin_frame(&mut self) {
        self.frames.push(Frame {
            refund: self.refund,
            code_address: Address::ZERO,
        });
    }

    fn end_frame(&mut self) {
        self.frames.pop();
    }

    fn begin(&mut self, interpreter: &mut Interpreter<EthInterpreter>) {
        if self.is_stopped {
            interpreter.halt(InstructionResult::Stop);
            return;
        }
        let Some(frame) = self.frames.last() else {
            return;
        };
        if interpreter.bytecode.bytecode_len() == 0 {
            return;
        }
        let memory_size = interpreter.memory.size();
        let memory = self
            .with_memory
            .then(|| interpreter.memory.slice(0..memory_size).to_vec());
        self.steps.push(Step {
            pc: interpreter.bytecode.pc(),
            op: interpreter.bytecode.opcode(),
            gas: interpreter.gas.remaining(),
            gas_cost: 0,
            memory_size,
            stack: interpreter.stack.data().to_vec(),
            depth: self.frames.len(),
            return_data: interpreter.return_data.buffer().clone(),
            refund: frame.refund + interpreter.gas.refunded(),
            error: None,
            memory,
            code_address: frame.code_address,
            is_static: interpreter.runtime_flag.is_static(),
        });
    }

    fn end(&mut self, interpreter: &mut Interpreter<EthInterpreter>) {
        let before = self.frames.last().map_or(0, |frame| frame.refund);
        self.refund = before + interpreter.gas.refunded();
        if interpreter.bytecode.bytecode_len() == 0 {
            return;
        }
        let Some(step) = self.steps.last_mut() else {
            return;
        };
        step.gas_cost = step.gas.saturating_sub(interpreter.gas.remaining());
        match interpreter.bytecode.action() {
            Some(InterpreterAction::NewFrame(FrameInput::Create(inputs))) => {
                step.gas_cost = step.gas_cost.saturating_sub(inputs.gas_limit());
            }
            Some(InterpreterAction::Return(result)) => {
                step.error = match SuccessOrHalt::<HaltReason>::from(result.result) {
                    SuccessOrHalt::Revert => Some("revert"),
                    SuccessOrHalt::Halt(reason) => Some(halt_reason(&reason)),
                    _ => None,
                };
                if step.error.is_some_and(|error| error != "revert") {
                    step.gas_cost = step.gas;
                }
            }
            _ => {}
        }
        self.size_bytes += step.size_bytes();
        if self.size_bytes >= CHUNK_BYTES {
            self.flush();
        }
    }
}

/// What an EVM is built with: a recorder while it is being traced, and a collector of events.
#[derive(Debug, Default)]
pub struct Tracing<'a>(pub Option<Recorder<'a>>, pub Option<Transfers>);

impl<CTX> Inspector<CTX, EthInterpreter> for Tracing<'_>
where
    CTX: ContextTr<Journal: JournalTr<State = EvmState>>,
{
    fn initialize_interp(
        &mut self,
        interpreter: &mut Interpreter<EthInterpreter>,
        context: &mut CTX,
    ) {
        let Some(frame) = self.0.as_mut().and_then(|it| it.frames.last_mut()) else {
            return;
        };
        let input = &interpreter.input;
        let called = input.bytecode_address.unwrap_or(input.target_address);
        let code = (context.journal().evm_state().get(&called))
            .and_then(|account| account.info.code.as_ref());
        frame.code_address = code
            .and_then(|code| code.eip7702_address())
            .unwrap_or(called);
    }

    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, context: &mut CTX) {
        if let Some(recorder) = &mut self.0 {
            recorder.begin(interpreter);
        }
        if let Some(transfers) = &mut self.1 {
            transfers.begin_step(interpreter, context);
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
        if let Some(recorder) = &mut self.0 {
            recorder.end(interpreter);
        }
        if let Some(transfers) = &mut self.1 {
            transfers.end_step(interpreter);
        }
    }

    fn log(&mut self, _: &mut CTX, log: Log) {
        if let Some(transfers) = &mut self.1 {
            transfers.log(log);
        }
    }

    fn call(&mut self, _: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.0.as_mut().map(Recorder::begin_frame);
        if let Some(transfers) = &mut self.1 {
            transfers.begin_call(inputs);
        }
        None
    }

    fn call_end(&mut self, _: &mut CTX, _: &CallInputs, outcome: &mut CallOutcome) {
        self.0.as_mut().map(Recorder::end_frame);
        if let Some(transfers) = &mut self.1 {
            transfers.end_frame(outcome.result.result.is_ok());
        }
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.0.as_mut().map(Recorder::begin_frame);
        if let Some(transfers) = &mut self.1 {
            transfers.begin_create(inputs, context);
        }
        None
    }

    fn create_end(&mut self, _: &mut CTX, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.0.as_mut().map(Recorder::end_frame);
        if let Some(transfers) = &mut self.1 {
            transfers.end_frame(outcome.result.result.is_ok());
        }
    }
}

/// Executes a transaction; traced if the EVM has a recorder.
pub fn transact(
    evm: &mut Evm<'_>,
    env: TxEnv,
) -> std::result::Result<ExecutionResult, EVMError<Infallible>> {
    if evm.inspector.0.is_none() && evm.inspector.1.is_none() {
        return evm.transact_one(env);
    }
    evm.ctx.set_tx(env);
    TracingHandler(PhantomData).inspect_run(evm)
}

/// revm's handler, but that the recorder is told of the refund for authorizations (EIP-7702).
struct TracingHandler<'a>(PhantomData<Evm<'a>>);

impl<'a> Handler for TracingHandler<'a> {
    type Evm = Evm<'a>;
    type Error = EVMError<Infallible>;
    type HaltReason = HaltReason;

    fn pre_execution(
        &self,
        evm: &mut Self::Evm,
        gas: &mut GasTracker,
    ) -> std::result::Result<Option<PreExecutionOutput>, Self::Error> {
        let usual = MainnetHandler::<Evm<'a>, Self::Error, EthFrame<EthInterpreter>>::default();
        let output = usual.pre_execution(evm, gas)?;
        if let (Some(output), Some(recorder)) = (&output, &mut evm.inspector().0) {
            recorder.refund = output.eip7702_refund as i64;
        }
        Ok(output)
    }
}

impl InspectorHandler for TracingHandler<'_> {
    type IT = EthInterpreter;
}
