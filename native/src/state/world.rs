//! One world state.

use alloy_primitives::{Address, B256, U256, keccak256};

use super::{Account, AccountChange, Changes, Slot};
use crate::trie::Trie;

/// Changed accounts above which a root is worth computing on several threads.
const PARALLEL_ROOT: usize = 2_000;

/// All accounts at one point of a chain. Cloning shares everything.
#[derive(Debug, Clone, Default)]
pub struct World {
    accounts: Trie<Account>,
    /// Changes since the last root.
    pending: usize,
}

impl World {
    /// The account at `address`.
    pub fn account(&self, address: &Address) -> Option<&Account> {
        self.accounts.get(&keccak256(address))
    }

    /// As `account`, for a caller that has hashed the address.
    pub fn account_by_key(&self, key: &B256) -> Option<&Account> {
        self.accounts.get(key)
    }

    /// Value of a slot, zero where there is none.
    pub fn storage(&self, address: &Address, slot: &U256) -> U256 {
        self.account(address)
            .map_or(U256::ZERO, |account| account.slot(slot))
    }

    /// The state trie.
    pub fn trie(&self) -> &Trie<Account> {
        &self.accounts
    }

    /// State root.
    pub fn root(&mut self) -> B256 {
        let parallel = self.pending >= PARALLEL_ROOT;
        self.pending = 0;
        if parallel {
            self.accounts.root_hash_parallel()
        } else {
            self.accounts.root_hash()
        }
    }

    /// Makes the changes, which need not be sorted.
    pub fn apply(&mut self, changes: &Changes) {
        for change in &changes.accounts {
            self.pending += 1 + change.slots.len();
            self.apply_change(change);
        }
    }

    fn apply_change(&mut self, change: &AccountChange) {
        let key = keccak256(change.address);
        let Some(info) = &change.info else {
            self.accounts.remove(&key);
            return;
        };
        if let Some(account) = self.accounts.get_mut(&key) {
            account.nonce = info.nonce;
            account.balance = info.balance;
            account.code.clone_from(&info.code);
            if change.cleared {
                account.storage = Trie::default();
            }
            account.write(&change.slots);
            return;
        }
        let mut account = Account {
            address: change.address,
            nonce: info.nonce,
            balance: info.balance,
            code: info.code.clone(),
            storage: Trie::default(),
        };
        account.write(&change.slots);
        self.accounts.insert(key, account);
    }
}

impl Account {
    /// Value of a slot, zero where there is none.
    pub fn slot(&self, slot: &U256) -> U256 {
        if self.storage.is_empty() {
            return U256::ZERO;
        }
        self.storage
            .get(&keccak256(slot.to_be_bytes::<32>()))
            .map_or(U256::ZERO, |found| found.value)
    }

    fn write(&mut self, slots: &[(U256, U256)]) {
        for (slot, value) in slots {
            let key = keccak256(slot.to_be_bytes::<32>());
            if value.is_zero() {
                self.storage.remove(&key);
            } else {
                self.storage.insert(
                    key,
                    Slot {
                        slot: *slot,
                        value: *value,
                    },
                );
            }
        }
    }
}

/// A slot with its value and the nodes that prove it.
pub type SlotProof = (B256, U256, Vec<Vec<u8>>);

impl World {
    /// Nodes that prove an account and slots of it, present or absent (EIP-1186).
    pub fn prove(&self, address: &Address, slots: &[B256]) -> (Vec<Vec<u8>>, Vec<SlotProof>) {
        let nodes = self.accounts.prove(&keccak256(address));
        let account = self.account(address);
        let proofs = slots.iter().map(|slot| match account {
            Some(account) => {
                let value = account.slot(&U256::from_be_bytes(slot.0));
                (*slot, value, account.storage.prove(&keccak256(slot)))
            }
            None => (*slot, U256::ZERO, Vec::new()),
        });
        (nodes, proofs.collect())
    }
}
