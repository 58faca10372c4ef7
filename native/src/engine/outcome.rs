//! How an execution ended, and why a transaction may not be executed at all.

use alloy_primitives::{Address, Bytes, U256};
use revm::context::TxEnv;
use revm::context::result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, Output};
use std::convert::Infallible;

use super::BlockContext;
use crate::fault::Fault;

/// How a message call or a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The call returned or stopped.
    Success {
        /// Return data; the runtime code for a creation.
        return_data: Bytes,
        /// Address of the new contract, for a creation.
        created: Option<Address>,
    },
    /// The call executed REVERT.
    Revert {
        /// Return data.
        data: Bytes,
    },
    /// The call failed exceptionally.
    Halt {
        /// Kind of failure in kebab case.
        reason: &'static str,
    },
}

impl Outcome {
    /// Whether the call succeeded.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Success { .. })
    }
}

impl From<&ExecutionResult> for Outcome {
    fn from(result: &ExecutionResult) -> Self {
        match result {
            ExecutionResult::Success {
                output: Output::Call(data),
                ..
            } => Self::Success {
                return_data: data.clone(),
                created: None,
            },
            ExecutionResult::Success {
                output: Output::Create(data, created),
                ..
            } => Self::Success {
                return_data: data.clone(),
                created: *created,
            },
            ExecutionResult::Revert { output, .. } => Self::Revert {
                data: output.clone(),
            },
            ExecutionResult::Halt { reason, .. } => Self::Halt {
                reason: halt_reason(reason),
            },
        }
    }
}

/// Name of a kind of failure.
pub fn halt_reason(reason: &HaltReason) -> &'static str {
    match reason {
        HaltReason::OutOfGas(_) => "out-of-gas",
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode | HaltReason::NotActivated => {
            "invalid-opcode"
        }
        HaltReason::InvalidJump => "invalid-jump",
        HaltReason::StackUnderflow => "stack-underflow",
        HaltReason::StackOverflow => "stack-overflow",
        HaltReason::CreateCollision => "create-collision",
        HaltReason::CreateContractSizeLimit => "code-size-limit",
        HaltReason::CreateContractStartingWithEF => "invalid-code-prefix",
        HaltReason::StateChangeDuringStaticCall | HaltReason::CallNotAllowedInsideStatic => {
            "static-violation"
        }
        HaltReason::CallTooDeep => "call-depth",
        HaltReason::OutOfOffset => "other: return data out of bounds",
        HaltReason::PrecompileError | HaltReason::PrecompileErrorWithContext(_) => {
            "other: precompile failed"
        }
        HaltReason::NonceOverflow => "other: nonce overflow",
        HaltReason::CreateInitCodeSizeLimit => "other: init code size limit",
        HaltReason::OutOfFunds | HaltReason::OverflowPayment => "other: insufficient balance",
    }
}

/// Makes the typed fault of a transaction that the EVM refuses.
pub fn refusal(
    error: EVMError<Infallible>,
    env: &TxEnv,
    context: &BlockContext,
    balance: U256,
) -> Fault {
    let error = match error {
        EVMError::Transaction(error) => error,
        EVMError::Header(error) => return Fault::message("invalid-header", error.to_string()),
        EVMError::Database(never) => match never {},
        error => return Fault::internal(error.to_string()),
    };
    refusal_of_transaction(error, env, context, balance)
}

fn refusal_of_transaction(
    error: InvalidTransaction,
    env: &TxEnv,
    context: &BlockContext,
    balance: U256,
) -> Fault {
    match error {
        InvalidTransaction::NonceTooLow { tx, state } => Fault::new(
            "nonce-too-low",
            [("got", tx.into()), ("expected", state.into())],
        ),
        InvalidTransaction::NonceTooHigh { tx, state } => Fault::new(
            "nonce-too-high",
            [("got", tx.into()), ("expected", state.into())],
        ),
        InvalidTransaction::NonceOverflowInTransaction => Fault::new("nonce-overflow", []),
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            insufficient_funds(*balance, *fee)
        }
        InvalidTransaction::OverflowPaymentInTransaction => insufficient_funds(balance, U256::MAX),
        InvalidTransaction::RejectCallerWithCode => Fault::new("sender-has-code", []),
        InvalidTransaction::GasPriceLessThanBasefee => Fault::new(
            "fee-too-low",
            [
                ("max_fee_per_gas", env.gas_price.into()),
                ("base_fee_per_gas", context.base_fee_per_gas.into()),
            ],
        ),
        InvalidTransaction::BlobGasPriceGreaterThanMax {
            block_blob_gas_price,
            tx_max_fee_per_blob_gas,
        } => Fault::new(
            "blob-fee-too-low",
            [
                ("max_fee_per_blob_gas", tx_max_fee_per_blob_gas.into()),
                ("blob_base_fee", block_blob_gas_price.into()),
            ],
        ),
        InvalidTransaction::CallerGasLimitMoreThanBlock => {
            Fault::gas_limit_exceeded(env.gas_limit, context.gas_limit)
        }
        InvalidTransaction::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            Fault::gas_limit_exceeded(gas_limit, cap)
        }
        InvalidTransaction::CallGasCostMoreThanGasLimit { gas_limit, .. }
        | InvalidTransaction::GasFloorMoreThanGasLimit { gas_limit, .. } => {
            let rules = context.rules();
            let required = rules.required_gas(env, env.authorization_list.len());
            Fault::new(
                "intrinsic-gas-too-low",
                [
                    ("gas_limit", gas_limit.into()),
                    ("required", required.into()),
                ],
            )
        }
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => Fault::new(
            "priority-fee-above-max-fee",
            [
                (
                    "max_priority_fee_per_gas",
                    env.gas_priority_fee.unwrap_or_default().into(),
                ),
                ("max_fee_per_gas", env.gas_price.into()),
            ],
        ),
        InvalidTransaction::CreateInitCodeSizeLimit => Fault::new(
            "init-code-too-large",
            [("size_bytes", (env.data.len() as u64).into())],
        ),
        other => Fault::message("invalid-transaction", other.to_string()),
    }
}

/// A sender that cannot pay.
pub fn insufficient_funds(balance: U256, required: U256) -> Fault {
    Fault::new(
        "insufficient-funds",
        [("balance", balance.into()), ("required", required.into())],
    )
}
