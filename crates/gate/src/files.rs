//! Reading and writing small files, with errors that name them.
//!
//! Place in the flow: keys, notes, envelopes, bundles, configuration.
//!
//! Left to others: workbooks (intake, in a child process), the log's tiles.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use model::fault::{Explain, Fault};
use note::SigningKey;
use thiserror::Error;
use zeroize::Zeroizing;

/// Longest file read here, in bytes: bundles are read by the verifier.
const LONGEST: u64 = 64 * 1024 * 1024;

/// A file that cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read or written. Try again, or name another.
    #[error("`{path}`")]
    Access {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Its contents are not what they should be. The fault of whoever made it.
    #[error("`{path}` is not {what}")]
    Contents {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// It is there already. Name another.
    #[error("`{path}` is there already and is not written over")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// One of its lines is not what it should be. The fault of whoever wrote it.
    #[error("`{path}` line {line}: {problem}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

impl Explain for FileError {
    fn fault(&self) -> Fault {
        match self {
            Self::Access { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Fault::Input
            }
            Self::Access { .. } => Fault::Unavailable,
            Self::Contents { .. } | Self::Exists { .. } | Self::Line { .. } => Fault::Input,
        }
    }
}

fn access(path: &Path) -> impl FnOnce(std::io::Error) -> FileError + '_ {
    move |source| FileError::Access {
        path: path.to_owned(),
        source,
    }
}

/// That a file is not what it should be.
pub fn contents(path: &Path, what: &'static str) -> FileError {
    FileError::Contents {
        path: path.to_owned(),
        what,
    }
}

/// Reads a file of at most 64 MiB.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let file = File::open(path).map_err(access(path))?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(access(path))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(contents(path, "a file of at most 64 MiB"));
    }
    Ok(bytes)
}

/// Reads a text file.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    String::from_utf8(read(path)?).map_err(|_| contents(path, "UTF-8 text"))
}

/// Reads a private key file.
pub fn read_key(path: &Path) -> Result<SigningKey, FileError> {
    let text = Zeroizing::new(read_text(path)?);
    SigningKey::parse(text.trim()).map_err(|_| contents(path, "a private signing key"))
}

/// Writes a file whole or not at all: a temporary file beside it, flushed, then renamed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(access(folder))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = File::create(&temporary).map_err(access(&temporary))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(access(&temporary))?;
    fs::rename(&temporary, path).map_err(access(path))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(access(folder))
}

/// Writes a file somebody named: what stands there already is not written over, no folder is made, and
/// nobody else may read it.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => FileError::Exists {
            path: path.to_owned(),
        },
        _ => access(path)(source),
    })?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(access(path))
}

/// The files of a folder, by name.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(access(folder))? {
        let path = entry.map_err(access(folder))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
