//! One entry of the index: the first eight bytes of a hash, and the place it stands for.

/// Prefix of a hash and place; entries sort by prefix, then by place.
pub type Entry = (u64, u64);

/// Bytes of an entry on disk.
pub const ENTRY_SIZE: usize = 16;

const INDEX_BITS: u32 = 24;
const BLOCK: u64 = (1 << INDEX_BITS) - 1;

/// Transactions that one block may hold.
pub const MAX_TRANSACTIONS: u64 = BLOCK;

/// What a hash stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A block.
    Block(u64),
    /// A transaction: block and index in the block.
    Transaction(u64, u32),
}

impl Place {
    /// The place as one number; places sort like the chain.
    pub fn encode(self) -> u64 {
        match self {
            Self::Block(number) => number << INDEX_BITS | BLOCK,
            Self::Transaction(number, index) => number << INDEX_BITS | u64::from(index),
        }
    }

    /// The place that `encode` made a number of.
    pub fn decode(place: u64) -> Self {
        let (number, index) = (place >> INDEX_BITS, place & BLOCK);
        match index {
            BLOCK => Self::Block(number),
            _ => Self::Transaction(number, index as u32),
        }
    }
}

/// The part of a hash that is indexed.
pub fn prefix_of(hash: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(word)
}
