//! Lookup, iteration and proofs.

use std::ops::ControlFlow;
use std::sync::Arc;

use alloy_primitives::B256;

use super::node::{Kind, Node, Scratch, nibble};
use super::{Trie, Value};

impl<V: Value> Trie<V> {
    /// The value of `key`.
    pub fn get(&self, key: &B256) -> Option<&V> {
        let mut node = self.root.as_ref()?;
        let mut depth = 0;
        loop {
            match &node.kind {
                Kind::Leaf {
                    key: present,
                    value,
                } => return (present == key).then_some(value),
                Kind::Extension { path, child } => {
                    if !lies_on_path(key, depth, path) {
                        return None;
                    }
                    depth += path.len();
                    node = child;
                }
                Kind::Branch { children } => {
                    node = children[nibble(key, depth) as usize].as_ref()?;
                    depth += 1;
                }
            }
        }
    }

    /// Visits the entries from `start` on, in the order of keys, until `visit` breaks.
    pub fn visit_from(&self, start: &B256, visit: &mut impl FnMut(&B256, &V) -> ControlFlow<()>) {
        if let Some(root) = &self.root {
            let _ = visit_below(root, Some(start), 0, visit);
        }
    }

    /// The RLP of the nodes from the root towards `key`, whether or not it is present.
    ///
    /// Nodes shorter than a hash are part of their parent and not listed on their own.
    pub fn prove(&self, key: &B256) -> Vec<Vec<u8>> {
        let mut proof = Vec::new();
        let mut scratch = Scratch::default();
        let mut next = self.root.as_ref();
        let mut depth = 0;
        while let Some(node) = next {
            node.encode(depth, &mut scratch);
            if depth == 0 || scratch.node.len() >= 32 {
                proof.push(scratch.node.clone());
            }
            next = match &node.kind {
                Kind::Leaf { .. } => None,
                Kind::Extension { path, child } => {
                    let on_path = lies_on_path(key, depth, path);
                    depth += path.len();
                    on_path.then_some(child)
                }
                Kind::Branch { children } => {
                    let child = children[nibble(key, depth) as usize].as_ref();
                    depth += 1;
                    child
                }
            };
        }
        proof
    }
}

fn lies_on_path(key: &B256, depth: usize, path: &[u8]) -> bool {
    path.iter()
        .enumerate()
        .all(|(index, step)| *step == nibble(key, depth + index))
}

/// Visits what is not below `start`; `None` means that everything here is above it.
fn visit_below<V: Value>(
    node: &Arc<Node<V>>,
    start: Option<&B256>,
    depth: usize,
    visit: &mut impl FnMut(&B256, &V) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match &node.kind {
        Kind::Leaf { key, value } => match start {
            Some(start) if key < start => ControlFlow::Continue(()),
            _ => visit(key, value),
        },
        Kind::Extension { path, child } => {
            let Some(bound) = start else {
                return visit_below(child, None, depth + path.len(), visit);
            };
            let steps = (depth..).map(|index| nibble(bound, index));
            match path.iter().copied().cmp(steps.take(path.len())) {
                std::cmp::Ordering::Less => ControlFlow::Continue(()),
                std::cmp::Ordering::Equal => visit_below(child, start, depth + path.len(), visit),
                std::cmp::Ordering::Greater => visit_below(child, None, depth + path.len(), visit),
            }
        }
        Kind::Branch { children } => {
            let first = start.map_or(0, |bound| nibble(bound, depth) as usize);
            for (index, child) in children.iter().enumerate().skip(first) {
                if let Some(child) = child {
                    let bound = if index == first { start } else { None };
                    visit_below(child, bound, depth + 1, visit)?;
                }
            }
            ControlFlow::Continue(())
        }
    }
}
