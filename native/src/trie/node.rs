//! The three kinds of node, their encoding and their hash.
//!
//! Spec: yellow paper, appendix D.

use std::sync::{Arc, OnceLock};

use alloy_primitives::{B256, keccak256};

use super::Value;
use crate::rlp;

/// Nibbles in a key.
pub(super) const KEY_NIBBLES: usize = 64;

/// How a parent refers to a node: its hash, or its RLP if that is shorter than a hash.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeRef {
    length: u8,
    bytes: [u8; 32],
}

impl NodeRef {
    pub(super) fn of(rlp: &[u8]) -> Self {
        if rlp.len() >= 32 {
            return Self {
                length: 32,
                bytes: keccak256(rlp).0,
            };
        }
        let mut bytes = [0; 32];
        bytes[..rlp.len()].copy_from_slice(rlp);
        Self {
            length: rlp.len() as u8,
            bytes,
        }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        if self.length == 32 {
            out.push(0xa0);
        }
        out.extend_from_slice(&self.bytes[..self.length as usize]);
    }

    /// Hash of the node as the root of a trie.
    pub(super) fn root_hash(&self) -> B256 {
        if self.length == 32 {
            return B256::new(self.bytes);
        }
        keccak256(&self.bytes[..self.length as usize])
    }
}

#[derive(Debug, Clone)]
pub(super) enum Kind<V> {
    /// Holds the whole key; how much of it is in the encoding depends on the depth.
    Leaf { key: B256, value: V },
    /// `path` holds one nibble a byte; the child is always a branch.
    Extension {
        path: Box<[u8]>,
        child: Arc<Node<V>>,
    },
    Branch {
        children: [Option<Arc<Node<V>>>; 16],
    },
}

/// The reference comes first, beside the counts of the `Arc` around the node: what is needed of
/// the children that a change leaves alone is then in one place of memory each.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Node<V> {
    /// Empty while the node, or one below it, has changes that are not hashed.
    pub(super) reference: OnceLock<NodeRef>,
    pub(super) kind: Kind<V>,
}

impl<V: Clone> Clone for Node<V> {
    /// A node is cloned in order to be changed, so the copy forgets its hash.
    fn clone(&self) -> Self {
        if let Kind::Branch { children } = &self.kind {
            fetch(children);
        }
        Self::new(self.kind.clone())
    }
}

/// Reads something of every child, which the processor does for all of them at once. Counting the
/// children's references one after the other would wait for the memory of each.
fn fetch<V>(children: &[Option<Arc<Node<V>>>; 16]) {
    let known = children
        .iter()
        .flatten()
        .filter(|child| child.reference.get().is_some());
    std::hint::black_box(known.count());
}

/// Nibble of `key` at `index`.
pub(super) fn nibble(key: &B256, index: usize) -> u8 {
    let byte = key[index / 2];
    if index.is_multiple_of(2) {
        byte >> 4
    } else {
        byte & 15
    }
}

impl<V> Node<V> {
    pub(super) fn new(kind: Kind<V>) -> Self {
        Self {
            kind,
            reference: OnceLock::new(),
        }
    }

    pub(super) fn leaf(key: B256, value: V) -> Arc<Self> {
        Arc::new(Self::new(Kind::Leaf { key, value }))
    }
}

impl<V: Value> Node<V> {
    pub(super) fn hash_as_root(&self) -> B256 {
        self.reference(0, &mut Scratch::default()).root_hash()
    }

    /// Hashes the subtrees below a root branch on all cores.
    pub(super) fn hash_children_in_parallel(&self) {
        let Kind::Branch { children } = &self.kind else {
            return;
        };
        let workers = std::thread::available_parallelism().map_or(1, |count| count.get());
        let children: Vec<_> = children.iter().flatten().collect();
        if workers < 2 || children.len() < 2 {
            return;
        }
        std::thread::scope(|scope| {
            for share in children.chunks(children.len().div_ceil(workers)) {
                scope.spawn(move || {
                    let mut scratch = Scratch::default();
                    for child in share {
                        child.reference(1, &mut scratch);
                    }
                });
            }
        });
    }

    /// The reference by which a parent at `depth` knows this node.
    pub(super) fn reference(&self, depth: usize, scratch: &mut Scratch) -> &NodeRef {
        self.reference.get_or_init(|| {
            self.encode(depth, scratch);
            NodeRef::of(&scratch.node)
        })
    }

    /// Leaves the RLP of the node in `scratch.node`.
    pub(super) fn encode(&self, depth: usize, scratch: &mut Scratch) {
        match &self.kind {
            Kind::Leaf { key, value } => {
                scratch.value.clear();
                value.encode(&mut scratch.value);
                encode_leaf(key, depth, scratch);
            }
            Kind::Extension { path, child } => {
                let reference = *child.reference(depth + path.len(), scratch);
                encode_extension(path, &reference, scratch);
            }
            Kind::Branch { children } => {
                for child in children.iter().flatten() {
                    child.reference(depth + 1, scratch);
                }
                let known = |child: &Arc<Self>| child.reference.get().copied();
                encode_branch(
                    children.iter().map(|child| child.as_ref().and_then(known)),
                    scratch,
                );
            }
        }
    }
}

/// Buffers that are reused from node to node.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// RLP of the node encoded last.
    pub(super) node: Vec<u8>,
    pub(super) value: Vec<u8>,
    payload: Vec<u8>,
}

impl Scratch {
    fn finish(&mut self) {
        self.node.clear();
        rlp::put_list(&mut self.node, &self.payload);
    }
}

fn encode_leaf(key: &B256, depth: usize, scratch: &mut Scratch) {
    let mut path = [0u8; 33];
    let rest = &key[depth.div_ceil(2)..];
    path[0] = if depth.is_multiple_of(2) {
        0x20
    } else {
        0x30 | nibble(key, depth)
    };
    path[1..=rest.len()].copy_from_slice(rest);
    scratch.payload.clear();
    rlp::put_bytes(&mut scratch.payload, &path[..=rest.len()]);
    rlp::put_bytes(&mut scratch.payload, &scratch.value);
    scratch.finish();
}

/// Encodes a leaf whose remaining path is given as nibbles; the value is in `scratch.value`.
pub(super) fn encode_leaf_nibbles(path: &[u8], scratch: &mut Scratch) {
    scratch.payload.clear();
    put_path(&mut scratch.payload, path, 0x20);
    rlp::put_bytes(&mut scratch.payload, &scratch.value);
    scratch.finish();
}

pub(super) fn encode_extension(path: &[u8], child: &NodeRef, scratch: &mut Scratch) {
    scratch.payload.clear();
    put_path(&mut scratch.payload, path, 0);
    child.put(&mut scratch.payload);
    scratch.finish();
}

pub(super) fn encode_branch(
    children: impl Iterator<Item = Option<NodeRef>>,
    scratch: &mut Scratch,
) {
    scratch.payload.clear();
    for child in children {
        match child {
            Some(reference) => reference.put(&mut scratch.payload),
            None => scratch.payload.push(0x80),
        }
    }
    scratch.payload.push(0x80);
    scratch.finish();
}

/// Appends the compact form of a path of nibbles.
fn put_path(out: &mut Vec<u8>, path: &[u8], flag: u8) {
    let mut compact = Vec::with_capacity(1 + path.len() / 2);
    let even = match path.split_first() {
        Some((first, rest)) if path.len() % 2 == 1 => {
            compact.push(flag | 0x10 | first);
            rest
        }
        _ => {
            compact.push(flag);
            path
        }
    };
    compact.extend(even.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]));
    rlp::put_bytes(out, &compact);
}
