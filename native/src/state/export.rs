//! A whole state as a sequence of diffs from the empty state.

use std::ops::ControlFlow;

use alloy_primitives::B256;

use super::{Account, AccountChange, Changes, Info, World};

/// Accounts and slots in one chunk, at most.
const CHUNK: usize = 10_000;

/// Walks a state chunk by chunk. An account with much storage is spread over several chunks.
#[derive(Debug)]
pub struct Export {
    world: World,
    /// Key of the account to go on with; None at the end.
    account: Option<B256>,
    /// Key of the slot of that account to go on with.
    slot: B256,
}

impl Export {
    /// Starts at the first account.
    pub fn new(world: World) -> Self {
        let account = Some(B256::ZERO);
        Self {
            world,
            account,
            slot: B256::ZERO,
        }
    }

    fn take_account(&mut self, account: &Account, room: usize) -> (AccountChange, bool) {
        let mut slots = Vec::new();
        let mut rest = None;
        account.storage.visit_from(&self.slot, &mut |key, slot| {
            if slots.len() == room {
                rest = Some(*key);
                return ControlFlow::Break(());
            }
            slots.push((slot.slot, slot.value));
            ControlFlow::Continue(())
        });
        let info = Info {
            nonce: account.nonce,
            balance: account.balance,
            code: account.code.clone(),
        };
        let change = AccountChange {
            address: account.address,
            info: Some(info),
            cleared: false,
            slots,
            has_new_code: self.slot == B256::ZERO,
        };
        self.slot = rest.unwrap_or_default();
        (change, rest.is_none())
    }
}

impl Iterator for Export {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let start = self.account?;
        self.account = None;
        let mut changes = Changes::default();
        let mut room = CHUNK;
        let world = self.world.clone();
        world.trie().visit_from(&start, &mut |key, account| {
            if room <= 1 {
                self.account = Some(*key);
                return ControlFlow::Break(());
            }
            let (change, complete) = self.take_account(account, room - 1);
            room -= 1 + change.slots.len();
            changes.accounts.push(change);
            if !complete {
                self.account = Some(*key);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        (!changes.accounts.is_empty()).then(|| changes.encode())
    }
}
