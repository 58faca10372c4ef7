//! Instructions and frames as they are executed, in chunks to whoever asked for them.
//!
//! Spec: EIP-3155. Where it leaves room: `gas_cost` counts the gas that a CALL hands on, not what a
//! CREATE does, as geth; an exceptional halt costs all gas that was left; `refund` is that of the
//! whole transaction so far, not of the frame; code that is empty has no steps.

use std::convert::Infallible;
use std::marker::PhantomData;

use alloy_primitives::{Address, Bytes, Log, U256};
use revm::ExecuteEvm;
use revm::bytecode::opcode::SELFDESTRUCT;
use revm::context::result::{EVMError, ExecutionResult, HaltReason};
use revm::context::{ContextSetters, ContextTr, JournalTr, TxEnv};
use revm::context_interface::CreateScheme;
use revm::handler::{EthFrame, Handler, MainnetHandler, PreExecutionOutput};
use revm::inspector::{Inspector, InspectorEvmTr, InspectorHandler};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{
    Jumps, LegacyBytecode, LoopControl, MemoryTr, ReturnData, RuntimeFlag,
};
use revm::interpreter::{
    CallInputs, CallOutcome, CallScheme, CreateInputs, CreateOutcome, FrameInput, GasTracker,
    InstructionResult, Interpreter, InterpreterAction, InterpreterResult, SuccessOrHalt,
};
use revm::state::EvmState;

use super::block::Evm;
use super::events::{
    Destruction, FrameEnd, FrameStart, Instruction, Step, TraceEvent, TraceOptions,
};
use super::outcome::halt_reason;
use super::transfers::Transfers;

/// Events are handed over when they hold about this many bytes.
const CHUNK_BYTES: usize = 1 << 18;

/// Takes events; false ends the execution.
pub type Sink<'a> = Box<dyn FnMut(Vec<TraceEvent>) -> bool + 'a>;

/// A frame on its way.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Of the transaction when the frame began.
    refund: i64,
    code_address: Address,
    /// The one it is at.
    instruction: Option<Instruction>,
}

/// Collects events and hands them over.
pub struct Recorder<'a> {
    sink: Sink<'a>,
    options: TraceOptions,
    events: Vec<TraceEvent>,
    size_bytes: usize,
    /// Place of the step whose instruction is being executed.
    step: Option<usize>,
    destruction: Option<Destruction>,
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
    /// Hands what `options` ask for to `sink`.
    pub fn new(sink: Sink<'a>, options: TraceOptions) -> Self {
        Self {
            sink,
            options,
            events: Vec::new(),
            size_bytes: 0,
            step: None,
            destruction: None,
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
        let events = std::mem::take(&mut self.events);
        self.size_bytes = 0;
        if !events.is_empty() && !self.is_stopped {
            self.is_stopped = !(self.sink)(events);
        }
    }

    /// Reports what is complete.
    fn report(&mut self, event: TraceEvent) {
        self.size_bytes += event.size_bytes();
        self.events.push(event);
        if self.size_bytes >= CHUNK_BYTES && self.step.is_none() {
            self.flush();
        }
    }

    fn begin_frame(&mut self, start: impl FnOnce() -> FrameStart) {
        self.frames.push(Frame {
            refund: self.refund,
            code_address: Address::ZERO,
            instruction: None,
        });
        if self.options.with_frames {
            self.report(TraceEvent::Start(start()));
        }
    }

    fn end_frame(&mut self, result: &InterpreterResult, is_missing: bool) {
        let frame = self.frames.pop();
        if !self.options.with_frames {
            return;
        }
        let error = failure(result.result).or(is_missing.then_some("other: nonce overflow"));
        let is_halt = error.is_some_and(|error| error != "revert");
        let gas_used = if result.result.is_ok_or_revert() {
            result.gas.total_gas_spent()
        } else {
            result.gas.limit()
        };
        let output = if is_halt {
            Bytes::new()
        } else {
            result.output.clone()
        };
        self.report(TraceEvent::End(FrameEnd {
            output,
            gas_used,
            error,
            instruction: (frame.filter(|_| is_halt)).and_then(|frame| frame.instruction),
        }));
    }

    fn begin(
        &mut self,
        interpreter: &mut Interpreter<EthInterpreter>,
        balance: impl FnOnce(&Address) -> U256,
    ) {
        if self.is_stopped {
            interpreter.halt(InstructionResult::Stop);
            return;
        }
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        if interpreter.bytecode.bytecode_len() == 0 {
            return;
        }
        let op = interpreter.bytecode.opcode();
        let stack = interpreter.stack.data();
        frame.instruction = Some(Instruction {
            op,
            words: stack.len(),
            has_third: stack.iter().nth_back(2).is_some_and(|word| !word.is_zero()),
            is_static: interpreter.runtime_flag.is_static(),
        });
        let before = *frame;
        if op == SELFDESTRUCT && self.options.with_frames {
            let address = interpreter.input.target_address;
            self.destruction = interpreter.stack.data().last().map(|word| Destruction {
                address,
                beneficiary: Address::from_word((*word).into()),
                balance: balance(&address),
            });
        }
        if !self.options.instructions[usize::from(op)] {
            return;
        }
        let memory_size = interpreter.memory.size();
        let memory =
            (self.options.with_memory).then(|| interpreter.memory.slice(0..memory_size).to_vec());
        self.step = Some(self.events.len());
        self.events.push(TraceEvent::Step(Step {
            pc: interpreter.bytecode.pc(),
            op,
            gas: interpreter.gas.remaining(),
            gas_cost: 0,
            memory_size,
            stack: interpreter.stack.data().to_vec(),
            depth: self.frames.len(),
            return_data: interpreter.return_data.buffer().clone(),
            refund: before.refund + interpreter.gas.refunded(),
            error: None,
            memory,
            code_address: before.code_address,
            is_static: interpreter.runtime_flag.is_static(),
        }));
    }

    fn end(&mut self, interpreter: &mut Interpreter<EthInterpreter>) {
        let before = self.frames.last().map_or(0, |frame| frame.refund);
        self.refund = before + interpreter.gas.refunded();
        if let Some(index) = self.step.take()
            && let Some(TraceEvent::Step(step)) = self.events.get_mut(index)
        {
            complete(step, interpreter);
            self.size_bytes += self.events[index].size_bytes();
        }
        if interpreter.bytecode.action().is_none()
            && let Some(frame) = self.frames.last_mut()
        {
            frame.instruction = None;
        }
        if let Some(destruction) = self.destruction.take()
            && let Some(InterpreterAction::Return(result)) = interpreter.bytecode.action()
            && result.result == InstructionResult::SelfDestruct
        {
            self.report(TraceEvent::Destruction(destruction));
        }
        if self.size_bytes >= CHUNK_BYTES {
            self.flush();
        }
    }
}

/// Fills in what is known of a step when its instruction is over.
fn complete(step: &mut Step, interpreter: &mut Interpreter<EthInterpreter>) {
    step.gas_cost = step.gas.saturating_sub(interpreter.gas.remaining());
    match interpreter.bytecode.action() {
        Some(InterpreterAction::NewFrame(FrameInput::Create(inputs))) => {
            step.gas_cost = step.gas_cost.saturating_sub(inputs.gas_limit());
        }
        Some(InterpreterAction::Return(result)) => {
            step.error = failure(result.result);
            if step.error.is_some_and(|error| error != "revert") {
                step.gas_cost = step.gas;
            }
        }
        _ => {}
    }
}

/// How an instruction or a frame failed, if it did.
fn failure(result: InstructionResult) -> Option<&'static str> {
    match SuccessOrHalt::<HaltReason>::from(result) {
        SuccessOrHalt::Revert => Some("revert"),
        SuccessOrHalt::Halt(reason) => Some(halt_reason(&reason)),
        _ => None,
    }
}

fn start_of_call(inputs: &CallInputs, data: Bytes) -> FrameStart {
    let (kind, caller) = match inputs.scheme {
        CallScheme::Call => ("CALL", inputs.caller),
        CallScheme::CallCode => ("CALLCODE", inputs.caller),
        CallScheme::DelegateCall => ("DELEGATECALL", inputs.target_address),
        CallScheme::StaticCall => ("STATICCALL", inputs.caller),
    };
    FrameStart {
        kind,
        caller,
        callee: inputs.bytecode_address,
        address: inputs.target_address,
        value: inputs.value.get(),
        gas: inputs.gas_limit,
        data,
    }
}

fn start_of_creation(inputs: &CreateInputs, nonce: u64) -> FrameStart {
    let created = inputs.created_address(nonce);
    FrameStart {
        kind: match inputs.scheme() {
            CreateScheme::Create2 { .. } => "CREATE2",
            _ => "CREATE",
        },
        caller: inputs.caller(),
        callee: created,
        address: created,
        value: inputs.value(),
        gas: inputs.gas_limit(),
        data: inputs.init_code().clone(),
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
            recorder.begin(interpreter, |address| {
                let account = context.journal().evm_state().get(address);
                account.map_or(U256::ZERO, |account| account.info.balance)
            });
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
            transfers.log(log.clone());
        }
        if let Some(recorder) = &mut self.0
            && recorder.options.with_frames
        {
            recorder.report(TraceEvent::Log(log));
        }
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        if let Some(recorder) = &mut self.0 {
            recorder.begin_frame(|| start_of_call(inputs, inputs.input.bytes(context)));
        }
        if let Some(transfers) = &mut self.1 {
            transfers.begin_call(inputs);
        }
        None
    }

    fn call_end(&mut self, _: &mut CTX, _: &CallInputs, outcome: &mut CallOutcome) {
        if let Some(recorder) = &mut self.0 {
            recorder.end_frame(&outcome.result, false);
        }
        if let Some(transfers) = &mut self.1 {
            transfers.end_frame(outcome.result.result.is_ok());
        }
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        if let Some(recorder) = &mut self.0 {
            recorder.begin_frame(|| {
                let caller = context.journal().evm_state().get(&inputs.caller());
                start_of_creation(inputs, caller.map_or(0, |account| account.info.nonce))
            });
        }
        if let Some(transfers) = &mut self.1 {
            transfers.begin_create(inputs, context);
        }
        None
    }

    fn create_end(&mut self, _: &mut CTX, _: &CreateInputs, outcome: &mut CreateOutcome) {
        if let Some(recorder) = &mut self.0 {
            let is_missing = outcome.address.is_none() && outcome.result.result.is_ok();
            recorder.end_frame(&outcome.result, is_missing);
        }
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
