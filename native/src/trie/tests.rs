//! Roots and proofs against an independent implementation, on random histories.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{HashBuilder, Nibbles, proof::verify_proof};

use super::{EMPTY_ROOT, Trie, ordered_root};

/// A small generator with a known seed, so that a failure repeats.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Keys that share long prefixes now and then, so that extensions come and go.
    fn key(&mut self, space: u64) -> B256 {
        let number = self.next() % space;
        let mut key = keccak256(number.to_be_bytes());
        if number.is_multiple_of(3) {
            let shared = (number % 31) as usize;
            key[..shared].fill(0x77);
        }
        key
    }

    fn value(&mut self) -> Arc<[u8]> {
        let length = (self.next() % 40 + 1) as usize;
        (0..length).map(|_| self.next() as u8 | 1).collect()
    }
}

fn expected_root(entries: &BTreeMap<B256, Arc<[u8]>>) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in entries {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    builder.root()
}

#[test]
fn the_root_follows_any_history_of_insertions_and_removals() {
    for (seed, space) in [(1u64, 8u64), (2, 40), (3, 400), (4, 4000)] {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut trie = Trie::default();
        let mut model = BTreeMap::new();
        for step in 0..2000 {
            let key = random.key(space);
            if random.next().is_multiple_of(3) {
                assert_eq!(trie.remove(&key), model.remove(&key).is_some());
            } else {
                let value = random.value();
                trie.insert(key, Arc::clone(&value));
                model.insert(key, value);
            }
            if step % 50 == 0 {
                assert_eq!(
                    trie.root_hash(),
                    expected_root(&model),
                    "seed {seed} step {step}"
                );
            }
        }
        assert_eq!(trie.root_hash_parallel(), expected_root(&model));
        for key in model.keys() {
            assert_eq!(trie.get(key), model.get(key));
        }
    }
}

#[test]
fn an_older_version_keeps_its_root_and_entries() {
    let mut random = Random(77);
    let mut versions = Vec::new();
    let mut trie = Trie::default();
    let mut model = BTreeMap::new();
    for _ in 0..50 {
        for _ in 0..20 {
            let key = random.key(60);
            if random.next().is_multiple_of(2) {
                trie.remove(&key);
                model.remove(&key);
            } else if let Some(value) = trie.get_mut(&key) {
                *value = random.value();
                let value = Arc::clone(value);
                model.insert(key, value);
            } else {
                let value = random.value();
                trie.insert(key, Arc::clone(&value));
                model.insert(key, value);
            }
        }
        versions.push((trie.clone(), model.clone()));
    }
    for (trie, model) in versions {
        assert_eq!(trie.root_hash(), expected_root(&model));
    }
}

#[test]
fn removing_everything_gives_the_empty_root() {
    let mut random = Random(5);
    let keys: Vec<_> = (0..300).map(|_| random.key(1000)).collect();
    let mut trie = Trie::default();
    for key in &keys {
        trie.insert(*key, random.value());
    }
    for key in &keys {
        trie.remove(key);
    }
    assert!(trie.is_empty());
    assert_eq!(trie.root_hash(), EMPTY_ROOT);
}

#[test]
fn proofs_verify_for_present_and_absent_keys() {
    let mut random = Random(9);
    let mut trie = Trie::default();
    for _ in 0..500 {
        trie.insert(random.key(2000), random.value());
    }
    let root = trie.root_hash();
    for _ in 0..500 {
        let key = random.key(4000);
        let proof: Vec<Bytes> = trie.prove(&key).into_iter().map(Bytes::from).collect();
        let value = trie.get(&key).map(|value| value.to_vec());
        verify_proof(root, Nibbles::unpack(key), value, &proof).expect("the proof verifies");
    }
}

#[test]
fn iteration_starts_anywhere_and_is_in_order() {
    let mut random = Random(11);
    let mut trie = Trie::default();
    let mut model = BTreeMap::new();
    for _ in 0..400 {
        let (key, value) = (random.key(1000), random.value());
        trie.insert(key, Arc::clone(&value));
        model.insert(key, value);
    }
    for _ in 0..200 {
        let start = random.key(2000);
        let mut seen = Vec::new();
        trie.visit_from(&start, &mut |key, _| {
            seen.push(*key);
            if seen.len() == 10 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let expected: Vec<_> = model.range(start..).map(|(key, _)| *key).take(10).collect();
        assert_eq!(seen, expected);
    }
}

#[test]
fn the_root_of_a_list_is_that_of_its_indexed_trie() {
    for count in [0usize, 1, 2, 16, 17, 127, 128, 129, 300, 1000] {
        let mut random = Random(count as u64 + 1);
        let values: Vec<Vec<u8>> = (0..count).map(|_| random.value().to_vec()).collect();
        let mut sorted: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let mut key = Vec::new();
                crate::rlp::put_uint64(&mut key, index as u64);
                (Nibbles::unpack(&key), value)
            })
            .collect();
        sorted.sort();
        let mut builder = HashBuilder::default();
        for (key, value) in sorted {
            builder.add_leaf(key, value);
        }
        assert_eq!(
            ordered_root(values.iter().map(Vec::as_slice)),
            builder.root()
        );
    }
}
