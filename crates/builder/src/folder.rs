//! The folder of one build: written beside its place, moved there when everything is in it.
//!
//! Place in the flow: the one part of this crate that touches files besides reading its inputs.
//!
//! Left to others: the snapshot's own files (register).

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::error::BuilderError;

/// A folder that is being filled. Dropped before [`OutFolder::finish`], it removes what it has.
#[derive(Debug)]
pub struct OutFolder {
    place: PathBuf,
    partial: PathBuf,
    finished: bool,
}

impl OutFolder {
    /// Begins to fill `place`, which must not exist or be an empty folder.
    ///
    /// # Errors
    /// [`BuilderError::OutNotEmpty`], [`BuilderError::LeftOver`], [`BuilderError::Write`].
    pub fn begin(place: &Path) -> Result<Self, BuilderError> {
        let occupied = match fs::read_dir(place) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        };
        if occupied {
            return Err(BuilderError::OutNotEmpty {
                path: place.to_owned(),
            });
        }
        let mut name = place.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        if partial.exists() {
            return Err(BuilderError::LeftOver { path: partial });
        }
        fs::create_dir_all(&partial).map_err(|source| write_error(&partial, source))?;
        Ok(Self {
            place: place.to_owned(),
            partial,
            finished: false,
        })
    }

    /// Makes a folder in it and gives its path.
    ///
    /// # Errors
    /// [`BuilderError::Write`].
    pub fn folder(&self, name: &str) -> Result<PathBuf, BuilderError> {
        let path = self.partial.join(name);
        fs::create_dir_all(&path).map_err(|source| write_error(&path, source))?;
        Ok(path)
    }

    /// Moves the folder to its place. Every file has been synced; a crash before this line leaves
    /// `OUT.partial`, after it everything.
    ///
    /// # Errors
    /// [`BuilderError::Write`].
    pub fn finish(mut self) -> Result<(), BuilderError> {
        sync_folder(&self.partial)?;
        fs::rename(&self.partial, &self.place)
            .map_err(|source| write_error(&self.place, source))?;
        self.finished = true;
        match self.place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
            _ => sync_folder(Path::new(".")),
        }
    }

    /// Where files go until it is finished.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.partial
    }
}

impl Drop for OutFolder {
    fn drop(&mut self) {
        if !self.finished {
            // Nothing in it is of use: its keys are gone. If removing fails, the next run says so.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// Writes a new file and syncs it.
///
/// # Errors
/// [`BuilderError::Write`], also where the file exists.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), BuilderError> {
    let write = || {
        let mut file = File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| write_error(path, source))
}

/// Puts new bytes in the place of a file. A crash leaves the old file or the new one, and perhaps
/// `FILE.new` beside it.
///
/// # Errors
/// [`BuilderError::Write`], also where `FILE.new` exists.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), BuilderError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    write_new(&new, bytes)?;
    fs::rename(&new, path).map_err(|source| write_error(path, source))
}

/// Syncs every file of a folder and the folder itself.
///
/// # Errors
/// [`BuilderError::Write`].
pub fn sync_folder(path: &Path) -> Result<(), BuilderError> {
    let sync = || {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                File::open(entry.path())?.sync_all()?;
            }
        }
        File::open(path)?.sync_all()
    };
    sync().map_err(|source| write_error(path, source))
}

/// Names and lengths of the files of a folder, by name.
///
/// # Errors
/// [`BuilderError::Write`]: it is our own folder.
pub fn files_of(path: &Path) -> Result<Vec<(String, u64)>, BuilderError> {
    let list = || {
        let mut files = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push((name, entry.metadata()?.len()));
        }
        files.sort();
        Ok(files)
    };
    list().map_err(|source| write_error(path, source))
}

fn write_error(path: &Path, source: io::Error) -> BuilderError {
    BuilderError::Write {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("out");
        let folder = OutFolder::begin(&place).unwrap();
        write_new(&folder.path().join("a"), b"x").unwrap();
        assert!(!place.exists());
        drop(folder);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);

        let folder = OutFolder::begin(&place).unwrap();
        assert!(matches!(
            OutFolder::begin(&place),
            Err(BuilderError::LeftOver { .. })
        ));
        write_new(&folder.path().join("a"), b"x").unwrap();
        folder.finish().unwrap();
        assert_eq!(fs::read(place.join("a")).unwrap(), b"x");
        assert!(matches!(
            OutFolder::begin(&place),
            Err(BuilderError::OutNotEmpty { .. })
        ));
        assert!(OutFolder::begin(&place.join("a")).is_err());
    }
}
