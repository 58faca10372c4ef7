//! The log: one file of block records, each in a frame with its length and checksum.
//!
//! A frame is written, synced, and only then part of the chain, so what a crash leaves behind is at
//! most one unfinished frame at the end. Anything else that fails its checks is damage.

use super::{
    fault::{self, At, Fault, Result},
    file::{read_exact_at, write_all_at},
    record::{HEAD_SIZE, Head, u32_at},
};
use std::{
    collections::hash_map::RandomState,
    fs::{File, OpenOptions},
    hash::BuildHasher,
    path::{Path, PathBuf},
};

const FILE_MAGIC: &[u8; 8] = b"CTCLOG01";
const FRAME_MAGIC: u32 = 0x4652_4d31;
const FRAME_HEAD: usize = 12;
/// Where the first frame begins: after the magic and the salt.
pub const START: u64 = 16;
/// A crash cannot leave more than this behind, for no block is so large.
const MAX_LEFTOVER: u64 = 1 << 28;

/// An open log file. Where its frames are is the caller's to remember.
///
/// Checksums begin with a random number of the file's own, so that nobody can put into a
/// transaction what looks like a frame.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
    salt: [u8; 8],
}

impl Log {
    /// Open the file or make it; `empty` says that no block was ever acknowledged.
    pub fn open(path: PathBuf, empty: bool) -> Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .at(&path)?;
        let mut head = [0; START as usize];
        if file.metadata().at(&path)?.len() >= START {
            read_exact_at(&file, &mut head, 0).at(&path)?;
            if !head.starts_with(FILE_MAGIC) {
                return Err(fault::damaged(&path, "it does not start like a log"));
            }
        } else if empty {
            head[..8].copy_from_slice(FILE_MAGIC);
            head[8..].copy_from_slice(&RandomState::new().hash_one(&path).to_le_bytes());
            write_all_at(&file, &head, 0).at(&path)?;
            file.sync_all().at(&path)?;
        } else {
            return Err(fault::damaged(&path, "its blocks are missing"));
        }
        let mut salt = [0; 8];
        salt.copy_from_slice(&head[8..]);
        Ok(Self { file, path, salt })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes in the file.
    pub fn size(&self) -> Result<u64> {
        Ok(self.file.metadata().at(&self.path)?.len())
    }

    /// Write a record at `offset`, sync it and return where its frame ends.
    pub fn append(&self, record: &[u8], offset: u64) -> Result<u64> {
        let Ok(size) = u32::try_from(record.len()) else {
            return Err(fault::refused(&self.path, "the block is larger than 4 GiB"));
        };
        let mut frame = Vec::with_capacity(FRAME_HEAD + record.len());
        frame.extend_from_slice(&FRAME_MAGIC.to_le_bytes());
        frame.extend_from_slice(&size.to_le_bytes());
        frame.extend_from_slice(&self.checksum(size, record).to_le_bytes());
        frame.extend_from_slice(record);
        write_all_at(&self.file, &frame, offset).at(&self.path)?;
        self.file.sync_data().at(&self.path)?;
        Ok(offset + frame.len() as u64)
    }

    /// Cut the file off at `end`, durably.
    pub fn truncate(&self, end: u64) -> Result<()> {
        self.file.set_len(end).at(&self.path)?;
        self.file.sync_all().at(&self.path)
    }

    /// Read the record in the frame from `start` to `end`.
    pub fn read(&self, number: u64, start: u64, end: u64) -> Result<Vec<u8>> {
        let damaged = || self.damaged(number, start);
        let size = usize::try_from(end - start).map_err(|_| damaged())?;
        if size < FRAME_HEAD + HEAD_SIZE || end > self.size()? {
            return Err(damaged());
        }
        let mut frame = vec![0; size];
        read_exact_at(&self.file, &mut frame, start).at(&self.path)?;
        if self
            .parse(&frame, number)
            .is_none_or(|found| found.size != size)
        {
            return Err(damaged());
        }
        frame.drain(..FRAME_HEAD);
        Ok(frame)
    }

    /// Read the head of the record in the frame from `start` to `end`, without its checksum.
    pub fn read_head(&self, start: u64, end: u64) -> Result<Option<Head>> {
        let mut bytes = [0; HEAD_SIZE];
        read_exact_at(&self.file, &mut bytes, start + FRAME_HEAD as u64).at(&self.path)?;
        Ok(Head::parse(
            &bytes,
            ((end - start) as usize).saturating_sub(FRAME_HEAD),
        ))
    }

    /// Tell whether the record in the frame at `start` has these bytes `at` a place in it.
    pub fn has_bytes(&self, start: u64, at: usize, bytes: &[u8; 32]) -> Result<bool> {
        let mut found = [0; 32];
        let offset = start + (FRAME_HEAD + at) as u64;
        read_exact_at(&self.file, &mut found, offset).at(&self.path)?;
        Ok(&found == bytes)
    }

    /// Walk the frames from `offset` on, of which the first must hold block `number`.
    ///
    /// `each` gets every whole frame: its head, its record and where it begins and ends. Returns
    /// where the last whole frame ends. Whatever follows is cut off if it is what a crash leaves;
    /// blocks below `acknowledged` must be there.
    pub fn recover(
        &self,
        mut number: u64,
        mut offset: u64,
        acknowledged: u64,
        mut each: impl FnMut(&Head, &[u8], u64, u64) -> Result<()>,
    ) -> Result<u64> {
        let size = self.size()?;
        if offset > size {
            return Err(self.damaged(number.saturating_sub(1), offset));
        }
        let mut window = Window {
            file: &self.file,
            path: &self.path,
            size,
            from: offset,
            bytes: Vec::new(),
        };
        loop {
            let bytes = window.at(offset, FRAME_HEAD)?;
            let wanted = if bytes.len() < FRAME_HEAD {
                bytes.len()
            } else {
                FRAME_HEAD + u32_at(bytes, 4) as usize
            };
            let bytes = window.at(offset, wanted)?;
            let Some(frame) = self.parse(bytes, number) else {
                break;
            };
            let end = offset + frame.size as u64;
            each(&frame.head, &bytes[FRAME_HEAD..frame.size], offset, end)?;
            offset = end;
            number += 1;
        }
        if number < acknowledged || self.has_frame_after(number, offset, size)? {
            return Err(self.damaged(number, offset));
        }
        if offset < size {
            self.truncate(offset)?;
        }
        Ok(offset)
    }

    /// Tell whether a whole frame follows somewhere after `offset`, where none begins.
    fn has_frame_after(&self, number: u64, offset: u64, size: u64) -> Result<bool> {
        if size - offset > MAX_LEFTOVER {
            return Ok(true);
        }
        let mut rest = vec![0; (size - offset) as usize];
        read_exact_at(&self.file, &mut rest, offset).at(&self.path)?;
        let magic = FRAME_MAGIC.to_le_bytes();
        Ok((1..rest.len()).any(|at| {
            rest[at..].starts_with(&magic)
                && self
                    .parse_any(&rest[at..])
                    .is_some_and(|frame| frame.head.number >= number)
        }))
    }

    /// Read the whole frame of block `number` at the start of some bytes.
    fn parse(&self, bytes: &[u8], number: u64) -> Option<Frame> {
        self.parse_any(bytes)
            .filter(|frame| frame.head.number == number)
    }

    fn parse_any(&self, bytes: &[u8]) -> Option<Frame> {
        if bytes.len() < FRAME_HEAD || u32_at(bytes, 0) != FRAME_MAGIC {
            return None;
        }
        let length = u32_at(bytes, 4);
        let size = FRAME_HEAD + length as usize;
        let record = bytes.get(FRAME_HEAD..size)?;
        if self.checksum(length, record) != u32_at(bytes, 8) {
            return None;
        }
        Some(Frame {
            size,
            head: Head::parse(record, record.len())?,
        })
    }

    fn checksum(&self, size: u32, record: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.salt);
        hasher.update(&size.to_le_bytes());
        hasher.update(record);
        hasher.finalize()
    }

    fn damaged(&self, number: u64, offset: u64) -> Fault {
        fault::damaged(
            &self.path,
            &format!("the record of block {number}, at byte {offset}, is damaged"),
        )
    }
}

/// A whole frame at the start of some bytes.
struct Frame {
    size: usize,
    head: Head,
}

/// A buffered view of the file that can look ahead as far as a frame is long.
struct Window<'a> {
    file: &'a File,
    path: &'a Path,
    size: u64,
    from: u64,
    bytes: Vec<u8>,
}

impl Window<'_> {
    const READ_AHEAD: usize = 1 << 20;

    /// Return up to `wanted` bytes from `offset` on, fewer only at the end of the file.
    fn at(&mut self, offset: u64, wanted: usize) -> Result<&[u8]> {
        let left = self.size - offset;
        let wanted = left.min(wanted as u64) as usize;
        let skip = (offset - self.from) as usize;
        if skip + wanted > self.bytes.len() {
            let size = left.min(wanted.max(Self::READ_AHEAD) as u64) as usize;
            self.bytes.resize(size, 0);
            read_exact_at(self.file, &mut self.bytes, offset).at(self.path)?;
            self.from = offset;
            return Ok(&self.bytes[..wanted]);
        }
        Ok(&self.bytes[skip..skip + wanted])
    }
}
