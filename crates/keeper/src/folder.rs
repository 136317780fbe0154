//! A home in a folder of the file system.
//!
//! Place in the flow: the binary's [`Home`]. Replacing writes a second file, syncs it, renames it and
//! syncs the folder; adding writes in place and syncs. One process at a time: the folder is locked.
//!
//! Left to others: keys and share files in the same folder (the binary).

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use crate::home::{Home, HomeError, HomeFile};

/// Name of the file whose presence suspends the keeper.
pub const SUSPENDED: &str = "suspended";

/// A folder that holds a keeper's memory.
#[derive(Debug)]
pub struct FolderHome {
    folder: PathBuf,
    _lock: File,
}

impl FolderHome {
    /// Takes hold of a folder.
    ///
    /// # Errors
    /// [`HomeError`] where it is not there, or another process has it.
    pub fn open(folder: &Path) -> Result<Self, HomeError> {
        let wrap = |source| HomeError {
            file: "lock",
            action: "written",
            source,
        };
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("lock"))
            .map_err(wrap)?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::Error(source) => wrap(source),
            fs::TryLockError::WouldBlock => wrap(io::Error::new(
                io::ErrorKind::WouldBlock,
                "another keeper process has this home",
            )),
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    fn path(&self, file: HomeFile) -> PathBuf {
        self.folder.join(file.name())
    }
}

/// Replaces a file so that after a power cut it is wholly old or wholly new.
///
/// # Errors
/// What the operating system says.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a file has a folder"))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let second = folder.join(name);
    let mut file = private_file(&second)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&second, path)?;
    File::open(folder)?.sync_all()
}

/// A new or emptied file that only its owner can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn add_to_file(path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    if file.metadata()?.len() < at {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the file is shorter than it was",
        ));
    }
    file.set_len(at)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) if is_new => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

impl Home for FolderHome {
    fn read(&self, file: HomeFile) -> Result<Vec<u8>, HomeError> {
        match fs::read(self.path(file)) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(HomeError {
                file: file.name(),
                action: "read",
                source,
            }),
        }
    }

    fn replace(&mut self, file: HomeFile, bytes: &[u8]) -> Result<(), HomeError> {
        replace_file(&self.path(file), bytes).map_err(|source| written(file, source))
    }

    fn append(&mut self, file: HomeFile, at: u64, bytes: &[u8]) -> Result<(), HomeError> {
        add_to_file(&self.path(file), at, bytes).map_err(|source| written(file, source))
    }

    fn is_suspended(&self) -> bool {
        self.folder.join(SUSPENDED).try_exists().unwrap_or(true)
    }
}

const fn written(file: HomeFile, source: io::Error) -> HomeError {
    HomeError {
        file: file.name(),
        action: "written",
        source,
    }
}
