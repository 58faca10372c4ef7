//! What the index consists of and how much of the log it covers, in one small file.

use crate::store::{
    fault::{At, Result},
    file::replace,
    record::{u32_at, u64_at},
};
use std::{fs, io, path::Path};

const MAGIC: &[u8; 8] = b"CTCIDX01";
const HEAD: usize = 32;
const RUN: usize = 12;

/// A run by its file's number and its level; each level holds runs about four times as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunName {
    /// Number in the name of the file.
    pub id: u64,
    /// 0 for a run as it was first written.
    pub level: u32,
}

/// The index as of some block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// How many blocks, from 0 on, the runs cover.
    pub blocks: u64,
    /// Where the last of them ends in the log.
    pub log_end: u64,
    /// Checksum of the offsets of the covered blocks.
    pub offsets_checksum: u32,
    /// The runs, longest first.
    pub runs: Vec<RunName>,
}

impl Manifest {
    /// Read the file; None if it is missing or damaged, for then the index is made again.
    pub fn load(path: &Path) -> Result<Option<Self>> {
        match fs::read(path) {
            Ok(bytes) => Ok(Self::decode(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).at(path),
        }
    }

    /// Put this in the place of the file, durably.
    pub fn save(&self, path: &Path) -> Result<()> {
        replace(path, &self.encode())
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&self.blocks.to_le_bytes());
        bytes.extend_from_slice(&self.log_end.to_le_bytes());
        bytes.extend_from_slice(&self.offsets_checksum.to_le_bytes());
        bytes.extend_from_slice(&(self.runs.len() as u32).to_le_bytes());
        for run in &self.runs {
            bytes.extend_from_slice(&run.id.to_le_bytes());
            bytes.extend_from_slice(&run.level.to_le_bytes());
        }
        let checksum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let body = bytes.get(..bytes.len().checked_sub(4)?)?;
        if body.len() < HEAD
            || !body.starts_with(MAGIC)
            || crc32fast::hash(body) != u32_at(bytes, body.len())
            || body.len() != HEAD + RUN * u32_at(body, 28) as usize
        {
            return None;
        }
        let runs = body[HEAD..].chunks_exact(RUN);
        Some(Self {
            blocks: u64_at(body, 8),
            log_end: u64_at(body, 16),
            offsets_checksum: u32_at(body, 24),
            runs: runs
                .map(|run| RunName {
                    id: u64_at(run, 0),
                    level: u32_at(run, 8),
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_back_and_any_change_is_noticed() {
        let manifest = Manifest {
            blocks: 7,
            log_end: 1 << 40,
            offsets_checksum: 5,
            runs: vec![RunName { id: 9, level: 2 }, RunName { id: 12, level: 0 }],
        };
        let bytes = manifest.encode();
        assert_eq!(Manifest::decode(&bytes), Some(manifest));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert_eq!(Manifest::decode(&changed), None, "byte {at}");
            assert_eq!(Manifest::decode(&bytes[..at]), None, "cut at {at}");
        }
    }
}
