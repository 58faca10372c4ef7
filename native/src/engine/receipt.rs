//! Consensus receipts and the bloom filter over logs.
//!
//! Spec: yellow paper, section 4.3.1; EIP-658, EIP-2718.

use alloy_primitives::{B256, Bloom, BloomInput, Log};

use crate::rlp;

/// What a receipt says first.
#[derive(Debug, Clone, Copy)]
pub enum Status {
    /// From Byzantium on.
    Succeeded(bool),
    /// State root after the transaction, before Byzantium.
    Root(B256),
}

/// Filter over addresses and topics of the logs.
pub fn bloom_of(logs: &[Log]) -> Bloom {
    let mut bloom = Bloom::ZERO;
    for log in logs {
        bloom.accrue(BloomInput::Raw(log.address.as_slice()));
        for topic in log.data.topics() {
            bloom.accrue(BloomInput::Raw(topic.as_slice()));
        }
    }
    bloom
}

/// EIP-2718 encoding of a receipt.
pub fn encode_receipt(
    kind: u8,
    status: Status,
    cumulative_gas_used: u64,
    bloom: &Bloom,
    logs: &[Log],
) -> Vec<u8> {
    let mut payload = Vec::with_capacity(300 + logs.len() * 160);
    match status {
        Status::Succeeded(succeeded) => rlp::put_uint64(&mut payload, u64::from(succeeded)),
        Status::Root(root) => rlp::put_bytes(&mut payload, root.as_slice()),
    }
    rlp::put_uint64(&mut payload, cumulative_gas_used);
    rlp::put_bytes(&mut payload, bloom.as_slice());
    rlp::put_list_with(&mut payload, |out| {
        for log in logs {
            put_log(out, log);
        }
    });
    let mut out = Vec::with_capacity(payload.len() + 10);
    if kind != 0 {
        out.push(kind);
    }
    rlp::put_list(&mut out, &payload);
    out
}

fn put_log(out: &mut Vec<u8>, log: &Log) {
    rlp::put_list_with(out, |out| {
        rlp::put_bytes(out, log.address.as_slice());
        rlp::put_list_with(out, |out| {
            for topic in log.data.topics() {
                rlp::put_bytes(out, topic.as_slice());
            }
        });
        rlp::put_bytes(out, &log.data.data);
    });
}
