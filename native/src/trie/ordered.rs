//! Roots of the tries over the lists of a block: key is the RLP of the index.
//!
//! Such a trie is built once and never kept, so it is hashed without making nodes.

use alloy_primitives::B256;

use super::EMPTY_ROOT;
use super::node::{NodeRef, Scratch, encode_branch, encode_extension, encode_leaf_nibbles};
use crate::rlp;

struct Entry<'a> {
    /// One nibble a byte.
    key: Vec<u8>,
    value: &'a [u8],
}

/// Root of the trie that maps the RLP of each index to a value.
pub fn ordered_root<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> B256 {
    let mut entries: Vec<Entry<'a>> = values
        .into_iter()
        .enumerate()
        .map(|(index, value)| Entry {
            key: nibbles_of_index(index as u64),
            value,
        })
        .collect();
    if entries.is_empty() {
        return EMPTY_ROOT;
    }
    entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    reference(&entries, 0, &mut Scratch::default()).root_hash()
}

fn nibbles_of_index(index: u64) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(9);
    rlp::put_uint64(&mut encoded, index);
    encoded
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .collect()
}

/// Reference of the node that holds `entries`, sorted and equal in their first `depth` nibbles.
fn reference(entries: &[Entry<'_>], depth: usize, scratch: &mut Scratch) -> NodeRef {
    let (first, last) = (&entries[0], &entries[entries.len() - 1]);
    if entries.len() == 1 {
        scratch.value.clear();
        scratch.value.extend_from_slice(first.value);
        encode_leaf_nibbles(&first.key[depth..], scratch);
        return NodeRef::of(&scratch.node);
    }
    let shared = first.key[depth..]
        .iter()
        .zip(&last.key[depth..])
        .take_while(|(a, b)| a == b)
        .count();
    if shared > 0 {
        let child = reference(entries, depth + shared, scratch);
        encode_extension(&first.key[depth..depth + shared], &child, scratch);
        return NodeRef::of(&scratch.node);
    }
    let mut children = [None; 16];
    for group in entries.chunk_by(|a, b| a.key[depth] == b.key[depth]) {
        children[group[0].key[depth] as usize] = Some(reference(group, depth + 1, scratch));
    }
    encode_branch(children.into_iter(), scratch);
    NodeRef::of(&scratch.node)
}
