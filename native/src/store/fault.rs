//! What can go wrong with a store, as plain data.

use std::{fmt, io, path::Path};

/// Result of every operation of the store.
pub type Result<T> = std::result::Result<T, Fault>;

/// The kind of a fault; its name is what crosses to Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The disk refuses.
    Io,
    /// What is on disk fails its checks.
    Damaged,
    /// The caller asks for something that cannot be.
    Refused,
}

impl Kind {
    /// The name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Io => "io",
            Self::Damaged => "damaged",
            Self::Refused => "refused",
        }
    }
}

/// One fault: what is wrong, where, and what the reader can do about it.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its kind.
    pub kind: Kind,
    /// What is wrong, without a full stop.
    pub message: String,
    /// The file it is in.
    pub path: String,
    /// What to do; empty if there is nothing to say.
    pub hint: &'static str,
}

/// For damage to blocks, which cannot be made again from anything else here.
pub const RESTORE: &str =
    "restore the data directory from a backup, or delete it and start a new chain";

/// For damage to the index, which is made from the blocks.
pub const REINDEX: &str = "delete the folder `index`; it is made again when the store is opened";

impl Fault {
    /// Damage to the blocks.
    pub fn damaged(path: &Path, message: String) -> Self {
        Self {
            kind: Kind::Damaged,
            message,
            path: path.display().to_string(),
            hint: RESTORE,
        }
    }

    /// Damage to the index.
    pub fn bad_index(path: &Path) -> Self {
        Self {
            kind: Kind::Damaged,
            message: "the index is damaged".to_owned(),
            path: path.display().to_string(),
            hint: REINDEX,
        }
    }

    /// A request that cannot be met.
    pub fn refused(path: &Path, message: String) -> Self {
        Self {
            kind: Kind::Refused,
            message,
            path: path.display().to_string(),
            hint: "",
        }
    }

    /// A fault of the disk.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        Self {
            kind: Kind::Io,
            message: format!("the disk refuses: {error}"),
            path: path.display().to_string(),
            hint: "",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Fault {}

/// Names the file in errors of the disk.
pub trait At<T> {
    /// Turn an I/O error into a fault in `path`.
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|error| Fault::io(path, &error))
    }
}
