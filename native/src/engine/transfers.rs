//! What a transaction emits and pays, in order: logs, and between them each movement of ether.
//!
//! Ether moves with the transaction, CALL, CREATE and SELFDESTRUCT; fees, withdrawals and rewards
//! are no such movement. What a failed frame did is not reported.

use alloy_primitives::{Address, Log, U256};
use revm::bytecode::opcode::SELFDESTRUCT;
use revm::context::{ContextTr, JournalTr};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{InputsTr, Jumps, LoopControl};
use revm::interpreter::{
    CallInputs, CallScheme, CreateInputs, InstructionResult, Interpreter, InterpreterAction,
};
use revm::state::EvmState;

/// Ether on its way.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Who had it.
    pub sender: Address,
    /// Who has it.
    pub recipient: Address,
    /// Wei, more than none.
    pub value: U256,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A contract emitted a log.
    Log(Log),
    /// Ether was moved.
    Transfer(Transfer),
}

/// Collects the events of one transaction.
#[derive(Debug, Default)]
pub struct Transfers {
    events: Vec<Event>,
    /// For each open frame, how many events were there before.
    frames: Vec<usize>,
    /// What the SELFDESTRUCT that is being executed moves.
    destruction: Option<Transfer>,
}

impl Transfers {
    /// The events; the transaction must have succeeded.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    pub(super) fn log(&mut self, log: Log) {
        self.events.push(Event::Log(log));
    }

    pub(super) fn begin_call(&mut self, inputs: &CallInputs) {
        self.frames.push(self.events.len());
        let value = inputs.transfer_value().unwrap_or_default();
        if inputs.scheme != CallScheme::CallCode {
            self.add(inputs.caller, inputs.target_address, value);
        }
    }

    pub(super) fn begin_create(
        &mut self,
        inputs: &CreateInputs,
        context: &impl ContextTr<Journal: JournalTr<State = EvmState>>,
    ) {
        self.frames.push(self.events.len());
        let caller = inputs.caller();
        let state = context.journal_ref().evm_state();
        let nonce = state.get(&caller).map_or(0, |account| account.info.nonce);
        self.add(caller, inputs.created_address(nonce), inputs.value());
    }

    pub(super) fn end_frame(&mut self, succeeded: bool) {
        if let Some(before) = self.frames.pop()
            && !succeeded
        {
            self.events.truncate(before);
        }
    }

    pub(super) fn begin_step(
        &mut self,
        interpreter: &Interpreter<EthInterpreter>,
        context: &impl ContextTr<Journal: JournalTr<State = EvmState>>,
    ) {
        if interpreter.bytecode.opcode() != SELFDESTRUCT {
            return;
        }
        let sender = interpreter.input.target_address();
        let state = context.journal_ref().evm_state();
        let (Some(account), Some(top)) = (state.get(&sender), interpreter.stack.data().last())
        else {
            return;
        };
        self.destruction = Some(Transfer {
            sender,
            recipient: Address::from_word((*top).into()),
            value: account.info.balance,
        });
    }

    pub(super) fn end_step(&mut self, interpreter: &mut Interpreter<EthInterpreter>) {
        let Some(transfer) = self.destruction.take() else {
            return;
        };
        if let Some(InterpreterAction::Return(result)) = interpreter.bytecode.action()
            && result.result == InstructionResult::SelfDestruct
        {
            self.add(transfer.sender, transfer.recipient, transfer.value);
        }
    }

    fn add(&mut self, sender: Address, recipient: Address, value: U256) {
        if !value.is_zero() {
            self.events.push(Event::Transfer(Transfer {
                sender,
                recipient,
                value,
            }));
        }
    }
}
