//! The leaves of the state trie and of the storage tries.

use std::sync::Arc;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};

use super::Code;
use crate::rlp;
use crate::trie::{Trie, Value};

/// An account with its storage. The leaf keeps the address, which its key only has hashed.
#[derive(Debug, Clone)]
pub struct Account {
    /// 20 bytes.
    pub address: Address,
    /// Transactions sent, or contracts created by a contract.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// None if there is no code.
    pub code: Option<Arc<Code>>,
    /// Slots that are not zero.
    pub storage: Trie<Slot>,
}

impl Account {
    /// keccak256 of the code.
    pub fn code_hash(&self) -> B256 {
        self.code.as_ref().map_or(KECCAK256_EMPTY, |code| code.hash)
    }
}

impl Value for Account {
    fn encode(&self, out: &mut Vec<u8>) {
        rlp::put_list_with(out, |out| {
            rlp::put_uint64(out, self.nonce);
            rlp::put_uint(out, &self.balance);
            rlp::put_bytes(out, self.storage.root_hash().as_slice());
            rlp::put_bytes(out, self.code_hash().as_slice());
        });
    }
}

/// A storage slot that is not zero.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Number of the slot.
    pub slot: U256,
    /// Its value.
    pub value: U256,
}

impl Value for Slot {
    fn encode(&self, out: &mut Vec<u8>) {
        rlp::put_uint(out, &self.value);
    }
}
