//! The few fields of an encoded block record that the store needs to find blocks by hash.
//!
//! The layout belongs to `contractchain.store.record`, which encodes and decodes; here it is read.

/// Bytes of a hash.
pub const HASH_SIZE: usize = 32;
/// Bytes of the fixed head of a record.
pub const HEAD_SIZE: usize = 84;

const MAGIC: &[u8] = b"CB";
const VERSION: u8 = 1;

/// The head of a record.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Number of the block.
    pub number: u64,
    /// Hash of the block.
    pub hash: [u8; HASH_SIZE],
    /// How many transactions it has.
    pub transactions: u32,
    /// Where the hashes of the transactions begin.
    pub hashes_at: usize,
}

impl Head {
    /// Read the head from the first bytes of a record; `size` is the size of the whole record.
    pub fn parse(bytes: &[u8], size: usize) -> Option<Self> {
        let head = bytes.get(..HEAD_SIZE)?;
        if !head.starts_with(MAGIC) || head[2] != VERSION {
            return None;
        }
        let block = usize::try_from(u64_at(head, 60)).ok()?;
        let diff = usize::try_from(u64_at(head, 68)).ok()?;
        let hashes_at = HEAD_SIZE.checked_add(block)?.checked_add(diff)?;
        let transactions = u32::from_le_bytes(head[48..52].try_into().ok()?);
        let hashes_end = hashes_at.checked_add((transactions as usize).checked_mul(HASH_SIZE)?)?;
        if hashes_end > size {
            return None;
        }
        let hash = head[16..16 + HASH_SIZE].try_into().ok()?;
        Some(Self {
            number: u64_at(head, 8),
            hash,
            transactions,
            hashes_at,
        })
    }

    /// Iterate over the transaction hashes of the record `bytes`, whose head this is.
    pub fn hashes<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let end = self.hashes_at + self.transactions as usize * HASH_SIZE;
        bytes[self.hashes_at..end].chunks_exact(HASH_SIZE)
    }
}

/// Read a little-endian integer; `bytes` must hold it.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

/// Read a little-endian integer; `bytes` must hold it.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}
