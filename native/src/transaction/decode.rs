//! From raw bytes to fields, strictly.
//!
//! Spec: EIP-155, 2718, 2930, 1559, 4844, 7702.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use revm::context::TxEnv;
use revm::context::transaction::{AccessList, AccessListItem, Authorization, SignedAuthorization};

use super::rules::{Facts, Fees};
use crate::fault::{Fault, Result};
use crate::rlp::{self, Reader, RlpError};

const WHAT: &str = "transaction";

/// A decoded transaction whose sender is not known yet.
#[derive(Debug)]
pub struct Parsed {
    /// keccak256 of the encoding.
    pub hash: B256,
    /// What the sender signed.
    pub signing_hash: B256,
    /// Whether the y coordinate is odd.
    pub is_odd: bool,
    /// Signature.
    pub r: U256,
    /// Signature.
    pub s: U256,
    /// Chain id in the signature; None for unprotected legacy.
    pub signed_chain_id: Option<U256>,
    /// Signed delegations (EIP-7702).
    pub authorizations: Vec<SignedAuthorization>,
    /// All fields but sender and authorizations.
    pub env: TxEnv,
    /// Fees as they are signed.
    pub fees: Fees,
    /// What is wrong with v or the y parity.
    pub parity_fault: Option<String>,
}

type Decoded<T> = std::result::Result<T, RlpError>;

impl Parsed {
    /// Decodes the encoding of a transaction as blocks hold it.
    pub fn decode(raw: &[u8], hash: B256) -> Result<Self> {
        let parsed = match raw.first() {
            None => Reader::new(raw, 0).error("no bytes"),
            Some(0xc0..) => decode_legacy(raw, hash),
            Some(kind @ 1..=4) => decode_typed(raw, *kind, hash),
            Some(kind) => Reader::new(raw, 0).error(format!("unknown transaction type {kind}")),
        };
        let parsed = parsed.map_err(|error| Fault::decode(WHAT, error))?;
        match parsed.parity_fault {
            Some(message) => Err(Fault::message("invalid-signature", message)),
            None => Ok(parsed),
        }
    }

    /// What the rules look at.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            env: &self.env,
            signed_chain_id: self.signed_chain_id,
            authorizations: self.authorizations.len(),
            s: Some(self.s),
            fees: self.fees,
        }
    }
}

/// A fee as the EVM counts it; the true one is in `Fees`.
fn clamp(fee: U256) -> u128 {
    u128::try_from(fee).unwrap_or(u128::MAX)
}

fn recipient(fields: &mut Reader<'_>) -> Decoded<TxKind> {
    let at = fields.clone();
    let bytes = fields.bytes()?;
    match bytes.len() {
        0 => Ok(TxKind::Create),
        20 => Ok(TxKind::Call(Address::from_slice(bytes))),
        size => at.error(format!("`to` has {size} bytes, must have 20 or none")),
    }
}

fn access_list(mut items: Reader<'_>) -> Decoded<AccessList> {
    let mut entries = Vec::new();
    while !items.is_empty() {
        let mut entry = items.list()?;
        let address = Address::from(entry.fixed::<20>()?);
        let storage_keys = hashes(entry.list()?)?;
        entry.finish()?;
        entries.push(AccessListItem {
            address,
            storage_keys,
        });
    }
    Ok(AccessList(entries))
}

fn hashes(mut items: Reader<'_>) -> Decoded<Vec<B256>> {
    let mut hashes = Vec::new();
    while !items.is_empty() {
        hashes.push(B256::from(items.fixed::<32>()?));
    }
    Ok(hashes)
}

fn authorizations(mut items: Reader<'_>) -> Decoded<Vec<SignedAuthorization>> {
    let mut list = Vec::new();
    while !items.is_empty() {
        let mut entry = items.list()?;
        let inner = Authorization {
            chain_id: entry.uint()?,
            address: Address::from(entry.fixed::<20>()?),
            nonce: entry.uint64()?,
        };
        let (y_parity, r, s) = (entry.uint8()?, entry.uint()?, entry.uint()?);
        entry.finish()?;
        list.push(SignedAuthorization::new_unchecked(inner, y_parity, r, s));
    }
    Ok(list)
}

fn empty_env(tx_type: u8) -> TxEnv {
    TxEnv {
        tx_type,
        caller: Address::ZERO,
        gas_limit: 0,
        gas_price: 0,
        kind: TxKind::Create,
        value: U256::ZERO,
        data: Bytes::new(),
        nonce: 0,
        chain_id: None,
        access_list: AccessList::default(),
        gas_priority_fee: None,
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        authorization_list: Vec::new(),
    }
}

fn decode_legacy(raw: &[u8], hash: B256) -> Decoded<Parsed> {
    let mut outer = Reader::new(raw, 0);
    let mut fields = outer.list()?;
    outer.finish()?;
    let start = fields.rest();
    let mut env = empty_env(0);
    let mut fees = Fees::default();
    env.nonce = fields.uint64()?;
    fees.max = fields.uint()?;
    fees.priority = fees.max;
    env.gas_price = clamp(fees.max);
    env.gas_limit = fields.uint64()?;
    env.kind = recipient(&mut fields)?;
    env.value = fields.uint()?;
    env.data = Bytes::copy_from_slice(fields.bytes()?);
    let mut signed = start[..start.len() - fields.rest().len()].to_vec();
    let v = fields.uint()?;
    let (r, s) = (fields.uint()?, fields.uint()?);
    fields.finish()?;
    let base = U256::from(35);
    let mut parity_fault = None;
    let (signed_chain_id, is_odd) = if v == U256::from(27) || v == U256::from(28) {
        (None, v == U256::from(28))
    } else if v >= base {
        (Some((v - base) >> 1), (v - base).bit(0))
    } else {
        parity_fault = Some(format!("v is {v}, must be 27, 28 or at least 35"));
        (None, false)
    };
    if let Some(chain_id) = &signed_chain_id {
        rlp::put_uint(&mut signed, chain_id);
        signed.extend_from_slice(&[0x80, 0x80]);
        env.chain_id = u64::try_from(*chain_id).ok();
    }
    let mut preimage = Vec::with_capacity(signed.len() + 9);
    rlp::put_list(&mut preimage, &signed);
    Ok(Parsed {
        hash,
        signing_hash: keccak256(&preimage),
        is_odd,
        r,
        s,
        signed_chain_id,
        authorizations: Vec::new(),
        env,
        fees,
        parity_fault,
    })
}

fn decode_typed(raw: &[u8], kind: u8, hash: B256) -> Decoded<Parsed> {
    let mut outer = Reader::new(&raw[1..], 1);
    let mut fields = outer.list()?;
    outer.finish()?;
    let start = fields.rest();
    let mut env = empty_env(kind);
    let mut fees = Fees::default();
    let chain_id = fields.uint64()?;
    env.chain_id = Some(chain_id);
    env.nonce = fields.uint64()?;
    if kind > 1 {
        fees.priority = fields.uint()?;
        env.gas_priority_fee = Some(clamp(fees.priority));
    }
    fees.max = fields.uint()?;
    env.gas_price = clamp(fees.max);
    if kind == 1 {
        fees.priority = fees.max;
    }
    env.gas_limit = fields.uint64()?;
    env.kind = recipient(&mut fields)?;
    env.value = fields.uint()?;
    env.data = Bytes::copy_from_slice(fields.bytes()?);
    env.access_list = access_list(fields.list()?)?;
    let mut signed_authorizations = Vec::new();
    if kind == 3 {
        fees.blob = fields.uint()?;
        env.max_fee_per_blob_gas = clamp(fees.blob);
        env.blob_hashes = hashes(fields.list()?)?;
    } else if kind == 4 {
        signed_authorizations = authorizations(fields.list()?)?;
    }
    let signed = &start[..start.len() - fields.rest().len()];
    let parity = fields.uint()?;
    let parity_fault =
        (parity > U256::ONE).then(|| format!("y parity is {parity}, must be 0 or 1"));
    let (r, s) = (fields.uint()?, fields.uint()?);
    fields.finish()?;
    let mut preimage = Vec::with_capacity(signed.len() + 10);
    preimage.push(kind);
    rlp::put_list(&mut preimage, signed);
    Ok(Parsed {
        hash,
        signing_hash: keccak256(&preimage),
        is_odd: parity == U256::ONE,
        r,
        s,
        signed_chain_id: Some(U256::from(chain_id)),
        authorizations: signed_authorizations,
        env,
        fees,
        parity_fault,
    })
}
