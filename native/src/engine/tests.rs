//! Blocks and calls on small states.

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use revm::context::transaction::AccessList;

use super::{
    BlobSchedule, BlockContext, Engine, Estimate, Fork, Message, Outcome, Override, Recorder, Step,
    TraceEvent, TraceOptions,
};
use crate::rlp;
use crate::state::{AccountChange, Changes, CodeTable, Info};
use crate::transaction::{Rules, recover_address, sign};
use crate::trie::EMPTY_ROOT;

const KEY: [u8; 32] = [7; 32];
const COUNTER: Address = address!("00000000000000000000000000000000000c0de0");
/// Adds one to slot 0 and logs nothing.
const COUNTER_CODE: &[u8] = &[0x60, 0, 0x54, 0x60, 1, 0x01, 0x60, 0, 0x55, 0x00];

fn sender() -> Address {
    let digest = keccak256(b"who");
    let (signature, is_odd) = sign(&digest, &KEY).expect("a key");
    let r = U256::from_be_slice(&signature[..32]);
    let s = U256::from_be_slice(&signature[32..]);
    recover_address(&digest, is_odd, &r, &s).expect("our own signature")
}

fn context(fork: Fork) -> BlockContext {
    BlockContext {
        fork,
        chain_id: 31337,
        number: 1,
        timestamp: 1000,
        gas_limit: 30_000_000,
        beneficiary: Address::repeat_byte(0xbe),
        base_fee_per_gas: if fork >= Fork::London { 7 } else { 0 },
        prev_randao: B256::ZERO,
        difficulty: U256::from(1),
        excess_blob_gas: 0,
        blob_base_fee: None,
        blob_schedule: Some(BlobSchedule {
            max: 9,
            base_fee_update_fraction: 5_007_716,
        }),
        parent_hash: B256::repeat_byte(1),
        ancestor_hashes: vec![1; 32],
        parent_beacon_block_root: None,
        withdrawals: None,
        uncles: Vec::new(),
        deposit_contract: Address::ZERO,
        opens: true,
        closes: true,
    }
}

fn engine() -> (Engine, B256) {
    let engine = Engine::default();
    let codes = CodeTable::default();
    let change = |address, balance: u128, code: &[u8]| AccountChange {
        address,
        info: Some(Info {
            nonce: 0,
            balance: U256::from(balance),
            code: codes.intern_bytes(code),
        }),
        cleared: false,
        slots: Vec::new(),
        has_new_code: !code.is_empty(),
    };
    let accounts = vec![
        change(sender(), 1 << 100, b""),
        change(COUNTER, 0, COUNTER_CODE),
        change(
            address!("00000961ef480eb55e80d19ad83579a64c007002"),
            0,
            b"\x00",
        ),
        change(
            address!("0000bbddc7ce488642fb579f8b00f3a590007251"),
            0,
            b"\x00",
        ),
    ];
    let diff = Changes { accounts }.encode();
    let root = engine
        .apply_diffs(&EMPTY_ROOT, &[&diff])
        .expect("the diff is ours");
    (engine, root)
}

fn increment(nonce: u64, gas_limit: u64) -> Vec<u8> {
    let mut fields = Vec::new();
    for value in [nonce, 1_000_000_000, gas_limit] {
        rlp::put_uint64(&mut fields, value);
    }
    rlp::put_bytes(&mut fields, COUNTER.as_slice());
    fields.extend_from_slice(&[0x80, 0x80]);
    let mut preimage = Vec::new();
    rlp::put_list(&mut preimage, &fields);
    let (signature, is_odd) = sign(&keccak256(&preimage), &KEY).expect("a key");
    rlp::put_uint64(&mut fields, 27 + u64::from(is_odd));
    rlp::put_uint(&mut fields, &U256::from_be_slice(&signature[..32]));
    rlp::put_uint(&mut fields, &U256::from_be_slice(&signature[32..]));
    let mut raw = Vec::new();
    rlp::put_list(&mut raw, &fields);
    raw
}

fn message(gas_limit: Option<u64>) -> Message {
    Message {
        sender: sender(),
        to: Some(COUNTER),
        value: U256::ZERO,
        data: Bytes::new(),
        gas_limit,
        max_fee_per_gas: 0,
        max_priority_fee_per_gas: 0,
        access_list: AccessList::default(),
        authorization_list: Vec::new(),
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
    }
}

#[test]
fn the_state_diff_leads_to_the_same_root_under_every_fork() {
    for order in 0..15 {
        let fork = Fork::from_order(order).expect("a fork");
        let (engine, root) = engine();
        let raws: Vec<_> = (0..40).map(|nonce| increment(nonce, 60_000)).collect();
        let raws: Vec<&[u8]> = raws.iter().map(Vec::as_slice).collect();
        let block = engine
            .execute_block(&root, &context(fork), &raws, true)
            .expect("valid");
        assert_eq!(block.included.len(), 40);
        let world = engine.world(&block.state_root).expect("held");
        assert_eq!(world.storage(&COUNTER, &U256::ZERO), U256::from(40));
        let replayed = engine
            .apply_diffs(&root, &[&block.state_diff])
            .expect("our diff");
        assert_eq!(replayed, block.state_root, "{fork:?}");
    }
}

#[test]
fn a_prague_block_needs_the_request_contracts() {
    let engine = Engine::default();
    let fault = engine
        .execute_block(&EMPTY_ROOT, &context(Fork::Prague), &[], false)
        .expect_err("there is no code");
    assert_eq!(fault.code, "invalid-block");
}

#[test]
fn building_leaves_out_what_is_invalid_and_what_does_not_fit() {
    let (engine, root) = engine();
    let mut context = context(Fork::Prague);
    context.gas_limit = 200_000;
    let raws = [
        increment(0, 60_000),
        increment(0, 60_000),
        increment(1, 150_000),
        increment(2, 140_000),
        increment(9, 300_000),
        b"\xc0".to_vec(),
    ];
    let raws: Vec<&[u8]> = raws.iter().map(Vec::as_slice).collect();
    let block = engine
        .execute_block(&root, &context, &raws, false)
        .expect("building never fails");
    assert_eq!(block.included, [0, 2]);
    let codes: Vec<_> = block
        .rejected
        .iter()
        .map(|(at, fault)| (*at, fault.code))
        .collect();
    assert_eq!(
        codes,
        [
            (1, "nonce-too-low"),
            (4, "gas-limit-exceeded"),
            (5, "decode")
        ]
    );
    assert_eq!(block.skipped, [3]);
    let fault = engine
        .execute_block(&root, &context, &raws, true)
        .expect_err("strict");
    assert_eq!(fault.code, "nonce-too-low");
}

#[test]
fn a_sender_waits_behind_its_own_transaction_that_does_not_fit() {
    let (engine, root) = engine();
    let mut context = context(Fork::Prague);
    context.gas_limit = 100_000;
    let raws = [
        increment(0, 50_000),
        increment(1, 90_000),
        increment(2, 30_000),
    ];
    let raws: Vec<&[u8]> = raws.iter().map(Vec::as_slice).collect();
    let block = engine
        .execute_block(&root, &context, &raws, false)
        .expect("building never fails");
    assert_eq!((block.included, block.skipped), (vec![0], vec![1, 2]));
    assert!(block.rejected.is_empty());
}

#[test]
fn an_estimate_is_the_least_gas_that_succeeds() {
    let (engine, root) = engine();
    let context = context(Fork::Prague);
    let Ok(Estimate::Gas(gas)) = engine.estimate_gas(&root, &context, &message(None), &[]) else {
        panic!("the call succeeds");
    };
    let enough = engine
        .call(&root, &context, &message(Some(gas)), &[])
        .expect("it runs");
    assert!(enough.outcome.is_success());
    let short = engine
        .call(&root, &context, &message(Some(gas - 1)), &[])
        .expect("it runs");
    assert_eq!(
        short.outcome,
        Outcome::Halt {
            reason: "out-of-gas"
        }
    );
}

#[test]
fn the_access_list_names_the_slots_of_the_callee() {
    let (engine, root) = engine();
    let (list, result) = engine
        .create_access_list(&root, &context(Fork::Prague), &message(None))
        .expect("it runs");
    assert_eq!(list, [(COUNTER, vec![U256::ZERO])]);
    assert!(result.outcome.is_success());
}

#[test]
fn decoding_is_bounded_by_rules_of_the_fork() {
    let (engine, _) = engine();
    let raw = increment(0, 21_000 - 1);
    let rules = Rules::new(Fork::Prague, 31337, 9);
    let results = engine.decoder.decode_many(&[&raw, b"", &raw[..40]], &rules);
    let codes: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().err().map(|f| f.code))
        .collect();
    assert_eq!(
        codes,
        [
            Some("intrinsic-gas-too-low"),
            Some("decode"),
            Some("decode")
        ]
    );
}

/// Code that never ends.
const LOOP: &[u8] = &[0x5b, 0x60, 0, 0x56];

fn looping() -> Vec<Override> {
    vec![Override {
        address: COUNTER,
        balance: None,
        nonce: None,
        code: Some(LOOP.to_vec()),
        storage: None,
        storage_diff: Vec::new(),
        move_precompile_to: None,
    }]
}

fn steps(events: Vec<TraceEvent>) -> Vec<Step> {
    let steps = events.into_iter().map(|event| match event {
        TraceEvent::Step(step) => Some(step),
        _ => None,
    });
    steps
        .collect::<Option<_>>()
        .expect("nothing else was asked for")
}

#[test]
fn steps_come_in_order_and_in_chunks() {
    let (engine, root) = engine();
    let mut chunks = Vec::new();
    let sink = |events: Vec<TraceEvent>| {
        chunks.push(
            steps(events)
                .iter()
                .map(|step| step.gas)
                .collect::<Vec<_>>(),
        );
        true
    };
    let recorder = Recorder::new(Box::new(sink), TraceOptions::default());
    let context = context(Fork::Prague);
    let message = message(Some(100_000));
    engine
        .trace_call(&root, &context, &message, &looping(), recorder)
        .expect("it runs");
    assert!(chunks.len() > 2);
    let gas = chunks.concat();
    assert_eq!(gas[0], 79_000);
    assert!(gas.windows(2).all(|pair| pair[0] > pair[1]));
}

#[test]
fn a_sink_that_has_enough_gets_no_more() {
    let (engine, root) = engine();
    let mut calls = 0;
    let with_memory = TraceOptions {
        with_memory: true,
        ..TraceOptions::default()
    };
    let sink = |_: Vec<TraceEvent>| {
        calls += 1;
        false
    };
    let recorder = Recorder::new(Box::new(sink), with_memory);
    let context = context(Fork::Prague);
    let message = message(Some(20_000_000));
    engine
        .trace_call(&root, &context, &message, &looping(), recorder)
        .expect("it runs");
    assert_eq!(calls, 1);
}

#[test]
fn only_the_last_transaction_of_a_block_is_traced() {
    let (engine, root) = engine();
    let raws = [increment(0, 60_000), increment(1, 60_000)];
    let raws: Vec<&[u8]> = raws.iter().map(Vec::as_slice).collect();
    let mut seen = Vec::new();
    let sink = |events: Vec<TraceEvent>| {
        seen.extend(steps(events));
        true
    };
    let recorder = Recorder::new(Box::new(sink), TraceOptions::default());
    let block = engine
        .trace_block(&root, &context(Fork::Prague), &raws, recorder)
        .expect("valid");
    assert_eq!(block.included, [0, 1]);
    assert!(
        block
            .traced
            .is_some_and(|result| result.outcome.is_success())
    );
    let codes: Vec<u8> = seen.iter().map(|step| step.op).collect();
    assert_eq!(codes, [0x60, 0x54, 0x60, 0x01, 0x60, 0x55, 0x00]);
    assert_eq!(seen[2].stack, [U256::ONE]);
}
