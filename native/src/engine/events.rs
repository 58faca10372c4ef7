//! What a trace tells: instructions, and if asked for what happens between them.

use alloy_primitives::{Address, Bytes, Log, U256};

/// What is reported.
#[derive(Debug, Clone)]
pub struct TraceOptions {
    /// By instruction, whether its steps are.
    pub instructions: [bool; 256],
    /// Steps have the memory.
    pub with_memory: bool,
    /// Frames, logs and destructions are.
    pub with_frames: bool,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self {
            instructions: [true; 256],
            with_memory: false,
            with_frames: false,
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum TraceEvent {
    Step(Step),
    Start(FrameStart),
    End(FrameEnd),
    Log(Log),
    Destruction(Destruction),
}

impl TraceEvent {
    pub(super) fn size_bytes(&self) -> usize {
        let variable = match self {
            Self::Step(step) => {
                let memory = step.memory.as_ref().map_or(0, Vec::len);
                32 * step.stack.len() + step.return_data.len() + memory
            }
            Self::Start(start) => start.data.len(),
            Self::End(end) => end.output.len(),
            Self::Log(log) => log.data.data.len(),
            Self::Destruction(_) => 0,
        };
        size_of::<Self>() + variable
    }
}

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

/// A call or a creation begins.
#[derive(Debug, Clone)]
pub struct FrameStart {
    /// Name of the instruction.
    pub kind: &'static str,
    /// Who makes it.
    pub caller: Address,
    /// Whom it asks, or the new contract.
    pub callee: Address,
    /// Whose storage and balance it works on.
    pub address: Address,
    /// Wei.
    pub value: U256,
    /// What it is given.
    pub gas: u64,
    /// Calldata or init code.
    pub data: Bytes,
}

/// A call or a creation ends.
#[derive(Debug, Clone)]
pub struct FrameEnd {
    /// Return data, revert data or runtime code.
    pub output: Bytes,
    /// Of what it was given.
    pub gas_used: u64,
    /// How it failed, as in a step.
    pub error: Option<&'static str>,
    /// The instruction at which it halted.
    pub instruction: Option<Instruction>,
}

/// What decides how the failure of an instruction is called.
#[derive(Debug, Clone, Copy)]
pub struct Instruction {
    /// The instruction.
    pub op: u8,
    /// On the stack before it.
    pub words: usize,
    /// The third word from the top is not zero.
    pub has_third: bool,
    /// Nothing may be changed.
    pub is_static: bool,
}

/// A contract destroys itself.
#[derive(Debug, Clone)]
pub struct Destruction {
    /// The contract.
    pub address: Address,
    /// Who gets what it has.
    pub beneficiary: Address,
    /// Wei.
    pub balance: U256,
}
