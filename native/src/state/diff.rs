//! The change from one state to another, in memory and as the bytes that both engines write alike.
//!
//! RLP of `[accounts, codes]`; an account is `[address, account, cleared, slots]`, sorted by
//! address, where `account` is empty if the account is gone and `[nonce, balance, code_hash]`
//! otherwise. `cleared` is 1 where storage that was not empty is wiped first. Slots are
//! `[slot, value]`, sorted by slot, value 0 deleting. `codes` holds, sorted by hash and once each,
//! the code of every listed account whose code hash changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};

use super::{Code, CodeTable};
use crate::fault::{Fault, Result};
use crate::rlp::{self, Reader, RlpError};

const WHAT: &str = "state diff";

/// What an account is apart from its storage.
#[derive(Debug, Clone)]
pub struct Info {
    /// Transactions sent, or contracts created by a contract.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// None if there is no code.
    pub code: Option<Arc<Code>>,
}

impl Info {
    /// keccak256 of the code.
    pub fn code_hash(&self) -> B256 {
        self.code.as_ref().map_or(KECCAK256_EMPTY, |code| code.hash)
    }

    /// Whether EIP-161 treats the account as absent.
    pub fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code.is_none()
    }
}

impl PartialEq for Info {
    fn eq(&self, other: &Self) -> bool {
        self.nonce == other.nonce
            && self.balance == other.balance
            && self.code_hash() == other.code_hash()
    }
}

/// What became of one account.
#[derive(Debug, Clone)]
pub struct AccountChange {
    /// 20 bytes.
    pub address: Address,
    /// None if the account is gone.
    pub info: Option<Info>,
    /// Whether the previous storage is wiped before `slots` are written.
    pub cleared: bool,
    /// New values; 0 deletes.
    pub slots: Vec<(U256, U256)>,
    /// Whether the code hash differs from the one in the parent state.
    pub has_new_code: bool,
}

/// All that changed between two states.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// In any order until encoded.
    pub accounts: Vec<AccountChange>,
}

impl Changes {
    /// Sorts and encodes.
    pub fn encode(&mut self) -> Vec<u8> {
        self.accounts.sort_unstable_by_key(|change| change.address);
        let mut codes: BTreeMap<B256, &Arc<Code>> = BTreeMap::new();
        for change in &mut self.accounts {
            change.slots.sort_unstable_by_key(|(slot, _)| *slot);
        }
        let mut accounts = Vec::new();
        for change in &self.accounts {
            put_change(&mut accounts, change);
            if let Some(Info {
                code: Some(code), ..
            }) = &change.info
                && change.has_new_code
            {
                codes.insert(code.hash, code);
            }
        }
        let mut code_list = Vec::new();
        for code in codes.values() {
            rlp::put_bytes(&mut code_list, code.bytes());
        }
        let mut payload = Vec::with_capacity(accounts.len() + code_list.len() + 18);
        rlp::put_list(&mut payload, &accounts);
        rlp::put_list(&mut payload, &code_list);
        let mut out = Vec::with_capacity(payload.len() + 9);
        rlp::put_list(&mut out, &payload);
        out
    }

    /// Decodes, taking code that the diff does not bring from `codes`.
    pub fn decode(data: &[u8], codes: &CodeTable) -> Result<Self> {
        decode(data, codes).map_err(|error| Fault::decode(WHAT, error))
    }
}

fn put_change(out: &mut Vec<u8>, change: &AccountChange) {
    rlp::put_list_with(out, |out| {
        rlp::put_bytes(out, change.address.as_slice());
        rlp::put_list_with(out, |out| {
            if let Some(info) = &change.info {
                rlp::put_uint64(out, info.nonce);
                rlp::put_uint(out, &info.balance);
                rlp::put_bytes(out, info.code_hash().as_slice());
            }
        });
        rlp::put_uint64(out, u64::from(change.cleared));
        let mut slots = Vec::with_capacity(change.slots.len() * 36);
        for (slot, value) in &change.slots {
            rlp::put_list_with(&mut slots, |slots| {
                rlp::put_bytes(slots, &slot.to_be_bytes::<32>());
                rlp::put_uint(slots, value);
            });
        }
        rlp::put_list(out, &slots);
    });
}

fn decode(data: &[u8], table: &CodeTable) -> std::result::Result<Changes, RlpError> {
    let mut outer = Reader::new(data, 0);
    let mut fields = outer.list()?;
    outer.finish()?;
    let mut accounts = fields.list()?;
    let mut codes = fields.list()?;
    fields.finish()?;
    let mut by_hash: BTreeMap<B256, Arc<Code>> = BTreeMap::new();
    while !codes.is_empty() {
        let at = codes.clone();
        let Some(code) = table.intern_bytes(codes.bytes()?) else {
            return at.error("empty code");
        };
        if by_hash
            .last_key_value()
            .is_some_and(|(last, _)| *last >= code.hash)
        {
            return at.error("codes out of order");
        }
        by_hash.insert(code.hash, code);
    }
    let mut changes = Changes::default();
    while !accounts.is_empty() {
        let at = accounts.clone();
        let change = decode_change(accounts.list()?, &by_hash, table)?;
        let last: Option<&AccountChange> = changes.accounts.last();
        if last.is_some_and(|last| last.address >= change.address) {
            return at.error("accounts out of order");
        }
        changes.accounts.push(change);
    }
    Ok(changes)
}

fn decode_change(
    mut fields: Reader<'_>,
    codes: &BTreeMap<B256, Arc<Code>>,
    table: &CodeTable,
) -> std::result::Result<AccountChange, RlpError> {
    let address = Address::from(fields.fixed::<20>()?);
    let mut body = fields.list()?;
    let mut has_new_code = false;
    let info = if body.is_empty() {
        None
    } else {
        let (nonce, balance) = (body.uint64()?, body.uint()?);
        let at = body.clone();
        let hash = B256::from(body.fixed::<32>()?);
        body.finish()?;
        has_new_code = codes.contains_key(&hash);
        let code = match codes.get(&hash) {
            _ if hash == KECCAK256_EMPTY => None,
            Some(code) => Some(Arc::clone(code)),
            None => match table.find(&hash) {
                None => return at.error("code that is neither in the diff nor known"),
                found => found,
            },
        };
        Some(Info {
            nonce,
            balance,
            code,
        })
    };
    let at = fields.clone();
    let cleared = match fields.uint8()? {
        0 => false,
        1 => true,
        _ => return at.error("the cleared flag is neither 0 nor 1"),
    };
    let slots = decode_slots(fields.list()?)?;
    if info.is_none() && !slots.is_empty() {
        return at.error("storage of an account that is gone");
    }
    fields.finish()?;
    Ok(AccountChange {
        address,
        info,
        cleared,
        slots,
        has_new_code,
    })
}

fn decode_slots(mut items: Reader<'_>) -> std::result::Result<Vec<(U256, U256)>, RlpError> {
    let mut slots: Vec<(U256, U256)> = Vec::new();
    while !items.is_empty() {
        let at = items.clone();
        let mut pair = items.list()?;
        let slot = U256::from_be_bytes(pair.fixed::<32>()?);
        let value = pair.uint()?;
        pair.finish()?;
        if slots.last().is_some_and(|(last, _)| *last >= slot) {
            return at.error("slots out of order");
        }
        slots.push((slot, value));
    }
    Ok(slots)
}
