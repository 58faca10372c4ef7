//! Signatures: recovery of senders in batches, on all cores, and signing.
//!
//! Spec: yellow paper, appendix F; EIP-7702.

use std::sync::Arc;

use alloy_primitives::{Address, B256, U256};
use revm::context::either::Either;
use revm::context::transaction::{RecoveredAuthority, RecoveredAuthorization, SignedAuthorization};
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, SECP256K1, SecretKey};

use super::rules::is_low_s;
use super::{Parsed, Recovered};
use crate::fault::{Fault, Result};
use crate::workers::map_shared;

/// Signatures below which calling for help costs more than it saves.
pub const SHARED_BATCH: usize = 3;

/// The address whose key signed `digest`; None if the signature is not valid.
pub fn recover_address(digest: &B256, is_odd: bool, r: &U256, s: &U256) -> Option<Address> {
    let mut compact = [0; 64];
    compact[..32].copy_from_slice(&r.to_be_bytes::<32>());
    compact[32..].copy_from_slice(&s.to_be_bytes::<32>());
    let id = if is_odd {
        RecoveryId::One
    } else {
        RecoveryId::Zero
    };
    let signature = RecoverableSignature::from_compact(&compact, id).ok()?;
    let key = SECP256K1
        .recover_ecdsa(Message::from_digest(digest.0), &signature)
        .ok()?;
    Some(Address::from_raw_public_key(
        &key.serialize_uncompressed()[1..],
    ))
}

/// Signs `digest`; None if `key` is not a private key. Returns r, s and the y parity.
pub fn sign(digest: &B256, key: &[u8; 32]) -> Option<([u8; 64], bool)> {
    let key = SecretKey::from_byte_array(*key).ok()?;
    let signature = SECP256K1.sign_ecdsa_recoverable(Message::from_digest(digest.0), &key);
    let (id, compact) = signature.serialize_compact();
    Some((compact, i32::from(id) & 1 == 1))
}

/// Recovers the senders of a batch, in order.
pub fn recover_many(parsed: Vec<Parsed>) -> Vec<Result<Arc<Recovered>>> {
    map_shared(parsed, SHARED_BATCH, recover)
}

/// Recovers the sender of one transaction.
pub fn recover(parsed: Parsed) -> Result<Arc<Recovered>> {
    let sender = recover_address(&parsed.signing_hash, parsed.is_odd, &parsed.r, &parsed.s)
        .ok_or_else(|| Fault::new("invalid-signature", []))?;
    let mut env = parsed.env;
    env.caller = sender;
    env.authorization_list = parsed
        .authorizations
        .into_iter()
        .map(|signed| Either::Right(recover_authority(signed)))
        .collect();
    Ok(Arc::new(Recovered {
        hash: parsed.hash,
        sender,
        is_low_s: is_low_s(&parsed.s),
        signed_chain_id: parsed.signed_chain_id,
        fees: parsed.fees,
        env,
    }))
}

/// Recovers who signed a delegation; one that is not valid is skipped when it is applied.
pub fn recover_authority(signed: SignedAuthorization) -> RecoveredAuthorization {
    let (parity, r, s) = (signed.y_parity(), signed.r(), signed.s());
    let authority = if parity > 1 || !is_low_s(&s) {
        None
    } else {
        recover_address(&signed.signature_hash(), parity == 1, &r, &s)
    };
    let authority = authority.map_or(RecoveredAuthority::Invalid, RecoveredAuthority::Valid);
    RecoveredAuthorization::new_unchecked(signed.strip_signature(), authority)
}
