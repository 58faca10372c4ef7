//! A copy-on-write secure Merkle-Patricia trie.
//!
//! Keys are 32-byte hashes, so no key is a prefix of another and branches hold no values. Nodes
//! are shared between versions of a trie; a change copies the path to the leaf where it is shared
//! and edits in place where it is not. Hashes are computed when a root is asked for and kept until
//! the node changes. What a leaf stands for (an address, a slot) is the business of its value.

mod edit;
mod node;
mod ordered;
mod walk;

use std::sync::Arc;

use alloy_primitives::{B256, b256};

use node::Node;
pub use ordered::ordered_root;

/// Root of a trie without entries: keccak256 of the RLP of the empty string.
pub const EMPTY_ROOT: B256 =
    b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

/// What a leaf holds.
pub trait Value: Clone + Send + Sync {
    /// Appends the bytes that the leaf commits to.
    fn encode(&self, out: &mut Vec<u8>);
}

impl Value for Arc<[u8]> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

/// One version of a trie. Cloning is cheap and shares everything.
#[derive(Debug, Clone)]
pub struct Trie<V> {
    root: Option<Arc<Node<V>>>,
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { root: None }
    }
}

impl<V> Trie<V> {
    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }
}

impl<V: Value> Trie<V> {
    /// Root hash, computed over what has changed since it was last asked for.
    pub fn root_hash(&self) -> B256 {
        match &self.root {
            None => EMPTY_ROOT,
            Some(node) => node.hash_as_root(),
        }
    }

    /// As `root_hash`, on several threads; worth it when thousands of leaves have changed.
    pub fn root_hash_parallel(&self) -> B256 {
        if let Some(node) = &self.root {
            node.hash_children_in_parallel();
        }
        self.root_hash()
    }
}

#[cfg(test)]
mod tests;
