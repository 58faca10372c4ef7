//! Net gas metering of SSTORE as Constantinople had it before Petersburg took it back.
//!
//! It is the metering that Istanbul brought again, without the floor of 2,300 gas and with the
//! price of SLOAD at 200. No public chain runs it alone.
//!
//! Spec: EIP-1283.

use revm::bytecode::opcode::SSTORE;
use revm::context_interface::Host;
use revm::context_interface::cfg::{GasParams, gas_params::GasId};
use revm::interpreter::instructions::{Instruction, host::sstore_with_gas_accounting};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::{InstructionContext, InstructionExecResult, InstructionResult};

use super::block::Evm;

const SLOAD_GAS: u64 = 200;
const SET_GAS: u64 = 20_000 - SLOAD_GAS;
const RESET_GAS: u64 = 5_000 - SLOAD_GAS;

/// Gas parameters with those of SSTORE replaced.
pub fn gas_params(mut petersburg: GasParams) -> GasParams {
    petersburg.override_gas([
        (GasId::sstore_static(), SLOAD_GAS),
        (GasId::sstore_set_without_load_cost(), SET_GAS),
        (GasId::sstore_reset_without_cold_load_cost(), RESET_GAS),
        (GasId::sstore_set_refund(), SET_GAS),
        (GasId::sstore_reset_refund(), RESET_GAS),
    ]);
    petersburg
}

/// Replaces the instruction.
pub fn install(evm: &mut Evm<'_>) {
    evm.instruction
        .insert_instruction(SSTORE, Instruction::new(sstore), 0);
}

fn sstore<H: Host + ?Sized>(
    context: InstructionContext<'_, H, EthInterpreter>,
) -> InstructionExecResult {
    sstore_with_gas_accounting(context, |context, _, load| {
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
