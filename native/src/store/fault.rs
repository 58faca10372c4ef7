//! The faults of a store: what is wrong, in which file, and what the reader can do about it.

pub use crate::fault::{Fault, Result};
use std::{io, path::Path};

const RESTORE: &str =
    "restore the data directory from a backup, or delete it and start a new chain";
const REINDEX: &str = "delete the folder `index`; it is made again when the store is opened";

/// Damage to the blocks, which cannot be made again from anything else here.
pub fn damaged(path: &Path, message: &str) -> Fault {
    with_hint("corrupt-store", path, message, RESTORE)
}

/// Damage to the index, which is made from the blocks.
pub fn bad_index(path: &Path) -> Fault {
    with_hint("corrupt-store", path, "the index is damaged", REINDEX)
}

/// A request that cannot be met.
pub fn refused(path: &Path, message: &str) -> Fault {
    let path = path.display().to_string();
    Fault::new(
        "store",
        [("message", message.into()), ("path", path.into())],
    )
}

/// A fault of the disk.
pub fn io(path: &Path, error: &io::Error) -> Fault {
    refused(path, &format!("the disk refuses: {error}"))
}

fn with_hint(code: &'static str, path: &Path, message: &str, hint: &str) -> Fault {
    let path = path.display().to_string();
    Fault::new(
        code,
        [
            ("message", message.into()),
            ("path", path.into()),
            ("hint", hint.into()),
        ],
    )
}

/// Names the file in errors of the disk.
pub trait At<T> {
    /// Turn an I/O error into a fault in `path`.
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|error| self::io(path, &error))
    }
}
