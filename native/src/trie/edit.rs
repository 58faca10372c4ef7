//! Insertion and removal.

use std::mem;
use std::sync::Arc;

use alloy_primitives::B256;

use super::node::{KEY_NIBBLES, Kind, Node, nibble};
use super::{Trie, Value};

impl<V: Value> Trie<V> {
    /// Inserts or replaces the value of `key`.
    pub fn insert(&mut self, key: B256, value: V) {
        match &mut self.root {
            None => self.root = Some(Node::leaf(key, value)),
            Some(root) => insert_below(root, key, 0, value),
        }
    }

    /// The value of `key`, to be changed in place.
    pub fn get_mut(&mut self, key: &B256) -> Option<&mut V> {
        self.get(key)?;
        let mut node = self.root.as_mut()?;
        let mut depth = 0;
        loop {
            let inner = Arc::make_mut(node);
            inner.reference.take();
            match &mut inner.kind {
                Kind::Leaf { value, .. } => return Some(value),
                Kind::Extension { path, child } => {
                    depth += path.len();
                    node = child;
                }
                Kind::Branch { children } => {
                    node = children[nibble(key, depth) as usize].as_mut()?;
                    depth += 1;
                }
            }
        }
    }

    /// Removes the entry of `key` and tells whether there was one.
    pub fn remove(&mut self, key: &B256) -> bool {
        if self.get(key).is_none() {
            return false;
        }
        if let Some(root) = self.root.take() {
            self.root = remove_below(root, key, 0);
        }
        true
    }
}

fn insert_below<V: Value>(slot: &mut Arc<Node<V>>, key: B256, depth: usize, value: V) {
    let node = Arc::make_mut(slot);
    node.reference.take();
    match &mut node.kind {
        Kind::Leaf {
            key: present,
            value: old,
        } => {
            if *present == key {
                *old = value;
                return;
            }
            let present = *present;
            let split = (depth..KEY_NIBBLES)
                .find(|&index| nibble(&present, index) != nibble(&key, index))
                .unwrap_or(KEY_NIBBLES - 1);
            let mut children = empty_children();
            let leaf = mem::replace(&mut node.kind, empty_branch());
            children[nibble(&present, split) as usize] = Some(Arc::new(Node::new(leaf)));
            children[nibble(&key, split) as usize] = Some(Node::leaf(key, value));
            let path: Box<[u8]> = (depth..split).map(|index| nibble(&key, index)).collect();
            node.kind = with_path(path, Kind::Branch { children });
        }
        Kind::Extension { path, child } => {
            let shared = (0..path.len())
                .take_while(|&index| path[index] == nibble(&key, depth + index))
                .count();
            if shared == path.len() {
                insert_below(child, key, depth + shared, value);
                return;
            }
            let mut children = empty_children();
            let tail: Box<[u8]> = path[shared + 1..].into();
            let below = if tail.is_empty() {
                Arc::clone(child)
            } else {
                let child = Arc::clone(child);
                Arc::new(Node::new(Kind::Extension { path: tail, child }))
            };
            children[path[shared] as usize] = Some(below);
            children[nibble(&key, depth + shared) as usize] = Some(Node::leaf(key, value));
            let head: Box<[u8]> = path[..shared].into();
            node.kind = with_path(head, Kind::Branch { children });
        }
        Kind::Branch { children } => match &mut children[nibble(&key, depth) as usize] {
            Some(child) => insert_below(child, key, depth + 1, value),
            empty => *empty = Some(Node::leaf(key, value)),
        },
    }
}

/// Returns `slot` without `key`, which must be in it.
fn remove_below<V: Value>(slot: Arc<Node<V>>, key: &B256, depth: usize) -> Option<Arc<Node<V>>> {
    let mut node = Arc::unwrap_or_clone(slot);
    node.reference.take();
    match node.kind {
        Kind::Leaf { .. } => None,
        Kind::Extension { path, child } => {
            let below = remove_below(child, key, depth + path.len())?;
            Some(join(&path, below))
        }
        Kind::Branch { mut children } => {
            let index = nibble(key, depth) as usize;
            if let Some(child) = children[index].take() {
                children[index] = remove_below(child, key, depth + 1);
            }
            let mut left = (0..16).filter(|&at| children[at].is_some());
            match (left.next(), left.next()) {
                (Some(only), None) => {
                    drop(left);
                    children[only]
                        .take()
                        .map(|child| join(&[only as u8], child))
                }
                _ => {
                    drop(left);
                    Some(Arc::new(Node::new(Kind::Branch { children })))
                }
            }
        }
    }
}

/// Puts a path in front of a node, merging what must be one node.
fn join<V: Value>(path: &[u8], below: Arc<Node<V>>) -> Arc<Node<V>> {
    match &below.kind {
        Kind::Branch { .. } => Arc::new(Node::new(with_path_arc(path.into(), below))),
        Kind::Extension { path: rest, child } => {
            let path = [path, rest].concat().into();
            let child = Arc::clone(child);
            Arc::new(Node::new(Kind::Extension { path, child }))
        }
        Kind::Leaf { .. } => {
            // The leaf moves up, so its encoding changes.
            let mut leaf = Arc::unwrap_or_clone(below);
            leaf.reference.take();
            Arc::new(leaf)
        }
    }
}

fn with_path<V>(path: Box<[u8]>, branch: Kind<V>) -> Kind<V> {
    if path.is_empty() {
        return branch;
    }
    with_path_arc(path, Arc::new(Node::new(branch)))
}

fn with_path_arc<V>(path: Box<[u8]>, child: Arc<Node<V>>) -> Kind<V> {
    Kind::Extension { path, child }
}

fn empty_children<V>() -> [Option<Arc<Node<V>>>; 16] {
    [const { None }; 16]
}

fn empty_branch<V>() -> Kind<V> {
    Kind::Branch {
        children: empty_children(),
    }
}
