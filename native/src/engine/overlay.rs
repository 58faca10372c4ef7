//! What a block or a call has changed so far, on top of a state that stays as it is.

use std::convert::Infallible;
use std::sync::Arc;

use alloy_primitives::map::{AddressMap, U256Map};
use alloy_primitives::{Address, B256, U256, keccak256};
use revm::bytecode::Bytecode;
use revm::state::{Account, AccountInfo};
use revm::{Database, DatabaseCommit};

use super::{BlockContext, Override};
use crate::state::{AccountChange, Changes, Code, CodeTable, Info, World};

/// A state with changes; the database of the EVM.
#[derive(Debug)]
pub struct Overlay<'a> {
    world: &'a World,
    codes: &'a CodeTable,
    context: &'a BlockContext,
    accounts: AddressMap<Entry>,
    /// Accounts touched since the last `take_dirty`, if anybody wants to know.
    dirty: Option<Vec<Address>>,
}

#[derive(Debug)]
struct Entry {
    /// keccak256 of the address.
    key: B256,
    /// In the state below.
    original: Option<Info>,
    current: Option<Info>,
    /// Whether the state below has storage for it.
    had_storage: bool,
    /// Whether the storage of the state below is gone.
    is_cleared: bool,
    slots: U256Map<SlotEntry>,
}

#[derive(Debug)]
struct SlotEntry {
    /// In the state below.
    original: U256,
    current: U256,
}

impl<'a> Overlay<'a> {
    /// No changes yet.
    pub fn new(world: &'a World, codes: &'a CodeTable, context: &'a BlockContext) -> Self {
        let accounts = AddressMap::default();
        Self {
            world,
            codes,
            context,
            accounts,
            dirty: None,
        }
    }

    /// From now on remembers which accounts are touched.
    pub fn track_dirty(&mut self) {
        self.dirty = Some(Vec::new());
    }

    fn entry(&mut self, address: &Address) -> &mut Entry {
        let world = self.world;
        self.accounts.entry(*address).or_insert_with(|| {
            let key = keccak256(address);
            let account = world.account_by_key(&key);
            let original = account.map(|account| Info {
                nonce: account.nonce,
                balance: account.balance,
                code: account.code.clone(),
            });
            let had_storage = account.is_some_and(|account| !account.storage.is_empty());
            Entry {
                key,
                current: original.clone(),
                original,
                had_storage,
                is_cleared: false,
                slots: U256Map::default(),
            }
        })
    }

    /// The account as it is now.
    pub fn info(&mut self, address: &Address) -> Option<&Info> {
        self.entry(address).current.as_ref()
    }

    /// Balance as it is now, in wei.
    pub fn balance(&mut self, address: &Address) -> U256 {
        self.info(address).map_or(U256::ZERO, |info| info.balance)
    }

    /// Whether there is code at `address`.
    pub fn has_code(&mut self, address: &Address) -> bool {
        self.info(address).is_some_and(|info| info.code.is_some())
    }

    /// Changes an account, making it if need be.
    pub fn update(&mut self, address: &Address, change: impl FnOnce(&mut Info)) {
        let entry = self.entry(address);
        change(entry.current.get_or_insert(Info {
            nonce: 0,
            balance: U256::ZERO,
            code: None,
        }));
        self.mark_dirty(*address);
    }

    /// Removes an account that is empty (EIP-161).
    pub fn remove_if_empty(&mut self, address: &Address) {
        let entry = self.entry(address);
        if entry.current.as_ref().is_some_and(Info::is_empty) {
            entry.destroy();
            self.mark_dirty(*address);
        }
    }

    /// Replaces the whole storage of an account.
    pub fn replace_storage(&mut self, address: &Address, slots: &[(U256, U256)]) {
        let entry = self.entry(address);
        entry.is_cleared = true;
        entry.slots.clear();
        self.write_slots(address, slots);
    }

    /// Writes slots of an account.
    pub fn write_slots(&mut self, address: &Address, slots: &[(U256, U256)]) {
        let world = self.world;
        let entry = self.entry(address);
        for (slot, value) in slots {
            entry.slot(world, slot).current = *value;
        }
    }

    /// Changes accounts as overrides say; one that says nothing makes no account.
    pub fn apply_overrides(&mut self, overrides: &[Override]) {
        let codes = self.codes;
        for change in overrides {
            let address = &change.address;
            let says_nothing = change.balance.is_none()
                && change.nonce.is_none()
                && change.code.is_none()
                && change.storage.is_none()
                && change.storage_diff.is_empty();
            if says_nothing {
                continue;
            }
            self.update(address, |info| {
                info.balance = change.balance.unwrap_or(info.balance);
                info.nonce = change.nonce.unwrap_or(info.nonce);
                if let Some(code) = &change.code {
                    info.code = codes.intern_bytes(code);
                }
            });
            if let Some(slots) = &change.storage {
                self.replace_storage(address, slots);
            }
            self.write_slots(address, &change.storage_diff);
        }
    }

    fn mark_dirty(&mut self, address: Address) {
        if let Some(dirty) = &mut self.dirty {
            dirty.push(address);
        }
    }

    /// Everything about the accounts touched since the last time, changed in the end or not.
    pub fn take_dirty(&mut self) -> Changes {
        let mut touched = self.dirty.as_mut().map(std::mem::take).unwrap_or_default();
        touched.sort_unstable();
        touched.dedup();
        let accounts = touched
            .iter()
            .filter_map(|address| {
                let entry = self.accounts.get(address)?;
                Some(AccountChange {
                    address: *address,
                    info: entry.current.clone(),
                    cleared: entry.is_cleared,
                    slots: entry
                        .slots
                        .iter()
                        .map(|(at, slot)| (*at, slot.current))
                        .collect(),
                    has_new_code: false,
                })
            })
            .collect();
        Changes { accounts }
    }

    /// What differs from the state below.
    pub fn changes(&self) -> Changes {
        let accounts = self
            .accounts
            .iter()
            .filter_map(|(address, entry)| entry.change(*address))
            .collect();
        Changes { accounts }
    }

    fn commit_account(&mut self, address: Address, account: Account) {
        if !account.is_touched() {
            return;
        }
        let (world, codes) = (self.world, self.codes);
        let entry = self.entry(&address);
        if account.is_selfdestructed() || (account.is_empty() && !account.is_created()) {
            entry.destroy();
        } else {
            if account.is_created() {
                entry.is_cleared = true;
                entry.slots.clear();
            }
            let hash = account.info.code_hash;
            let code = match &entry.current {
                Some(Info {
                    code: Some(code), ..
                }) if code.hash == hash => Some(Arc::clone(code)),
                _ => new_code(account.info.code, hash, codes),
            };
            let (nonce, balance) = (account.info.nonce, account.info.balance);
            entry.current = Some(Info {
                nonce,
                balance,
                code,
            });
            for (slot, value) in account.storage {
                if value.is_changed() {
                    entry.slot(world, &slot).current = value.present_value();
                }
            }
        }
        self.mark_dirty(address);
    }
}

fn new_code(code: Option<Bytecode>, hash: B256, codes: &CodeTable) -> Option<Arc<Code>> {
    match code {
        Some(code) if !code.is_empty() => Some(codes.intern(hash, code)),
        Some(_) => None,
        None => codes.find(&hash),
    }
}

impl Entry {
    /// Whether only its storage keeps a contract from being created here (EIP-7610).
    ///
    /// revm looks at nonce and code hash alone. A zero hash counts as no code everywhere but in
    /// that check and in EXTCODEHASH (see `instructions`). Only a genesis allocation or blocks
    /// before Spurious Dragon leave such accounts.
    fn blocks_creation(&self, info: &Info) -> bool {
        info.nonce == 0
            && info.code.is_none()
            && (self.had_storage && !self.is_cleared
                || self.slots.values().any(|slot| !slot.current.is_zero()))
    }

    fn destroy(&mut self) {
        self.current = None;
        self.is_cleared = true;
        self.slots.clear();
    }

    fn slot(&mut self, world: &World, slot: &U256) -> &mut SlotEntry {
        let (key, is_below) = (&self.key, self.had_storage && !self.is_cleared);
        self.slots.entry(*slot).or_insert_with(|| {
            let below = match world.account_by_key(key) {
                Some(account) if is_below => account.slot(slot),
                _ => U256::ZERO,
            };
            SlotEntry {
                original: below,
                current: below,
            }
        })
    }

    fn change(&self, address: Address) -> Option<AccountChange> {
        let cleared = self.is_cleared && self.had_storage;
        let slots: Vec<_> = self
            .slots
            .iter()
            .filter(|(_, slot)| slot.original != slot.current)
            .map(|(at, slot)| (*at, slot.current))
            .collect();
        if self.original == self.current && !cleared && slots.is_empty() {
            return None;
        }
        let hash = |info: &Option<Info>| {
            info.as_ref()
                .and_then(|info| info.code.as_ref())
                .map(|code| code.hash)
        };
        Some(AccountChange {
            address,
            info: self.current.clone(),
            cleared,
            slots: if self.current.is_some() {
                slots
            } else {
                Vec::new()
            },
            has_new_code: hash(&self.original) != hash(&self.current),
        })
    }
}

impl Database for Overlay<'_> {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        let entry = self.entry(&address);
        Ok(entry.current.as_ref().map(|info| {
            let code = match &info.code {
                Some(code) => code.bytecode.clone(),
                None => Bytecode::default(),
            };
            let hash = if entry.blocks_creation(info) {
                B256::ZERO
            } else {
                info.code_hash()
            };
            AccountInfo::new(info.balance, info.nonce, hash, code)
        }))
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, Infallible> {
        let code = self.codes.find(&hash);
        Ok(code.map_or_else(Bytecode::default, |code| code.bytecode.clone()))
    }

    fn storage(&mut self, address: Address, index: U256) -> Result<U256, Infallible> {
        let world = self.world;
        Ok(self.entry(&address).slot(world, &index).current)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(self.context.ancestor_hash(number))
    }
}

impl DatabaseCommit for Overlay<'_> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        for (address, account) in changes {
            self.commit_account(address, account);
        }
    }
}
