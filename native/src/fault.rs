//! Faults as plain data: the code of an error class of `contractchain.errors`, and its fields.
//!
//! The Python adapter makes the exception; nothing here knows Python.

use alloy_primitives::U256;

use crate::rlp::RlpError;

/// The value of a field of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A number.
    Int(U256),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<U256> for Fact {
    fn from(value: U256) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Fact {
    fn from(value: u64) -> Self {
        Self::Int(U256::from(value))
    }
}

impl From<u128> for Fact {
    fn from(value: u128) -> Self {
        Self::Int(U256::from(value))
    }
}

impl From<&str> for Fact {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&[u8]> for Fact {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.into())
    }
}

impl From<String> for Fact {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// A fault, to be raised or returned by the Python adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `code` of the error class.
    pub code: &'static str,
    /// Fields by name.
    pub facts: Vec<(&'static str, Fact)>,
}

/// Result of everything that can be the caller's fault.
pub type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    /// A fault with the given fields.
    pub fn new<const N: usize>(code: &'static str, facts: [(&'static str, Fact); N]) -> Self {
        Self {
            code,
            facts: facts.into(),
        }
    }

    /// A fault whose only field is a message.
    pub fn message(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, [("message", Fact::Text(message.into()))])
    }

    /// Bytes that do not decode; `what` names the thing.
    pub fn decode(what: &'static str, error: RlpError) -> Self {
        Self::new(
            "decode",
            [
                ("message", error.message.into()),
                ("what", what.into()),
                ("offset", (error.offset as u64).into()),
            ],
        )
    }

    /// A state that nobody retains.
    pub fn state_unavailable(root: &[u8]) -> Self {
        Self::new(
            "state-unavailable",
            [("state_root", Fact::Bytes(root.into()))],
        )
    }

    /// A bug of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::message("internal", message)
    }
}
