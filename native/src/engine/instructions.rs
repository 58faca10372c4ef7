//! The instructions that differ from revm's.
//!
//! DUP tells a stack that is too small from one that is full. EXTCODEHASH undoes what `Overlay`
//! does for EIP-7610. What a fork does not know yet is invalid whatever gas is left; revm asks for
//! its price first. SSTORE under Constantinople has the net gas metering that Petersburg took back:
//! the one Istanbul brought again, without the floor of 2,300 gas and with SLOAD at 200. No public
//! chain runs it alone.
//!
//! Spec: EIP-1283, EIP-7610.

use alloy_primitives::{Address, KECCAK256_EMPTY};
use revm::bytecode::opcode::{
    BASEFEE, BLOBBASEFEE, BLOBHASH, CHAINID, CLZ, CREATE2, DELEGATECALL, DUP1, DUPN, EXCHANGE,
    EXTCODEHASH, MCOPY, PUSH0, RETURNDATACOPY, RETURNDATASIZE, REVERT, SAR, SELFBALANCE, SHL, SHR,
    SLOTNUM, SSTORE, STATICCALL, SWAPN, TLOAD, TSTORE,
};
use revm::context_interface::Host;
use revm::context_interface::cfg::{GasParams, gas_params::GasId};
use revm::interpreter::instructions::{Instruction, host};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::{InstructionContext, InstructionExecResult, InstructionResult};

use super::Fork;
use super::block::Evm;

const SLOAD_GAS: u64 = 200;
const SET_GAS: u64 = 20_000 - SLOAD_GAS;
const RESET_GAS: u64 = 5_000 - SLOAD_GAS;

/// Instructions that came with a fork; None: with none that we have.
const NEWCOMERS: [(Option<Fork>, &[u8]); 9] = [
    (Some(Fork::Homestead), &[DELEGATECALL]),
    (
        Some(Fork::Byzantium),
        &[REVERT, RETURNDATASIZE, RETURNDATACOPY, STATICCALL],
    ),
    (
        Some(Fork::Constantinople),
        &[SHL, SHR, SAR, EXTCODEHASH, CREATE2],
    ),
    (Some(Fork::Istanbul), &[CHAINID, SELFBALANCE]),
    (Some(Fork::London), &[BASEFEE]),
    (Some(Fork::Shanghai), &[PUSH0]),
    (
        Some(Fork::Cancun),
        &[BLOBHASH, BLOBBASEFEE, TLOAD, TSTORE, MCOPY],
    ),
    (Some(Fork::Osaka), &[CLZ]),
    (None, &[SLOTNUM, DUPN, SWAPN, EXCHANGE]),
];

/// Gas parameters of Constantinople, from those of Petersburg.
pub fn constantinople_gas_params(mut params: GasParams) -> GasParams {
    params.override_gas([
        (GasId::sstore_static(), SLOAD_GAS),
        (GasId::sstore_set_without_load_cost(), SET_GAS),
        (GasId::sstore_reset_without_cold_load_cost(), RESET_GAS),
        (GasId::sstore_set_refund(), SET_GAS),
        (GasId::sstore_reset_refund(), RESET_GAS),
    ]);
    params
}

/// Replaces the instructions.
pub fn install(evm: &mut Evm<'_>, fork: Fork) {
    let gas = evm.instruction.gas_table()[EXTCODEHASH as usize];
    evm.instruction
        .insert_instruction(EXTCODEHASH, Instruction::new(extcodehash), gas);
    macro_rules! replace_dups {
        ($($n:literal)*) => {$(
            let gas = evm.instruction.gas_table()[DUP1 as usize + $n - 1];
            evm.instruction.insert_instruction(DUP1 + $n - 1, Instruction::new(dup::<$n, _>), gas);
        )*};
    }
    replace_dups!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    if fork == Fork::Constantinople {
        evm.instruction
            .insert_instruction(SSTORE, Instruction::new(constantinople_sstore), 0);
    }
    for (first, opcodes) in NEWCOMERS {
        if first.is_none_or(|first| fork < first) {
            for &opcode in opcodes {
                evm.instruction
                    .insert_instruction(opcode, Instruction::unknown(), 0);
            }
        }
    }
}

fn dup<const N: usize, H: ?Sized>(
    context: InstructionContext<'_, H, EthInterpreter>,
) -> InstructionExecResult {
    let stack = &mut context.interpreter.stack;
    if stack.dup(N) {
        Ok(())
    } else if stack.len() < N {
        Err(InstructionResult::StackUnderflow)
    } else {
        Err(InstructionResult::StackOverflow)
    }
}

/// A zero hash that stands for no code (see `Overlay`) must not be seen by contracts.
fn extcodehash<H: Host + ?Sized>(
    context: InstructionContext<'_, H, EthInterpreter>,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let address = interpreter
        .stack
        .top()
        .map(|top| Address::from_word((*top).into()));
    host::extcodehash(InstructionContext {
        interpreter: &mut *interpreter,
        host: &mut *host,
    })?;
    if let (Some(address), Some(top)) = (address, interpreter.stack.top())
        && top.is_zero()
        && !host
            .load_account_info_skip_cold_load(address, false, false)?
            .is_empty
    {
        *top = KECCAK256_EMPTY.into();
    }
    Ok(())
}

fn constantinople_sstore<H: Host + ?Sized>(
    context: InstructionContext<'_, H, EthInterpreter>,
) -> InstructionExecResult {
    host::sstore_with_gas_accounting(context, |context, _, load| {
        let params = context.host.gas_params();
        let gas = params.sstore_dynamic_gas(true, &load.data, load.is_cold);
        let refund = params.sstore_refund(true, &load.data);
        if !context.interpreter.gas.record_regular_cost(gas) {
            return Err(InstructionResult::OutOfGas);
        }
        context.interpreter.gas.record_refund(refund);
        Ok(())
    })
}
