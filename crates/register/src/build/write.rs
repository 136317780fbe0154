//! The files of a snapshot.
//!
//! Place in the flow: last step of build. Planes are written and synced first, `snapshot.json`
//! last: a crash at any point leaves a directory that no register opens, and that the next build
//! refuses until somebody empties it.
//!
//! Left to others: their content, writing around the page cache (direct).

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use model::digest::Digest;

use super::{
    BuildError,
    direct::{DirectFile, Written},
    person::Rows,
};
use crate::{
    snapshot::{self, FileFacts, Snapshot},
    table::{TableKind, TableWriter},
};

/// Makes the directory, or checks that it is empty.
pub fn prepare_directory(out: &Path) -> Result<(), BuildError> {
    let failed = |source| BuildError::Unwritable {
        path: out.to_owned(),
        source,
    };
    fs::create_dir_all(out).map_err(failed)?;
    if fs::read_dir(out).map_err(failed)?.next().is_some() {
        return Err(BuildError::NotEmpty {
            path: out.to_owned(),
        });
    }
    Ok(())
}

fn facts(written: &Written) -> FileFacts {
    FileFacts {
        bytes: written.bytes,
        digest: written.digest.to_string(),
    }
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let path = path.to_owned();
    move |source| BuildError::Unwritable { path, source }
}

/// A table of the snapshot while it is written.
pub struct TableFile {
    path: PathBuf,
    file: DirectFile,
    table: TableWriter,
}

impl TableFile {
    /// Begins a table of so many rows.
    pub fn create(out: &Path, kind: TableKind, rows: u64) -> Result<Self, BuildError> {
        let path = out.join(kind.file);
        let begun = File::create_new(&path)
            .and_then(DirectFile::new)
            .and_then(|mut file| {
                let table = TableWriter::begin(kind, rows, &mut file)?;
                Ok((file, table))
            });
        let (file, table) = begun.map_err(unwritable(&path))?;
        Ok(Self { path, file, table })
    }

    /// Writes the next rows.
    pub fn rows(&mut self, rows: &Rows<u8>) -> Result<(), BuildError> {
        let written = self.table.rows(&rows.values, &rows.ends, &mut self.file);
        written.map_err(unwritable(&self.path))
    }

    /// Ends the table.
    pub fn finish(mut self) -> Result<FileFacts, BuildError> {
        let ended = self.table.finish(&mut self.file);
        let written = ended.and_then(|()| self.file.finish());
        Ok(facts(&written.map_err(unwritable(&self.path))?))
    }
}

/// Writes a whole plane.
pub fn plane(
    out: &Path,
    name: &str,
    content: impl FnOnce(&mut DirectFile) -> io::Result<()>,
) -> Result<FileFacts, BuildError> {
    let path = out.join(name);
    let begun = File::create_new(&path).and_then(DirectFile::new);
    let written = begun.and_then(|mut file| {
        content(&mut file)?;
        file.finish()
    });
    Ok(facts(&written.map_err(unwritable(&path))?))
}

/// Writes the manifest and gives its digest.
pub fn snapshot(out: &Path, snapshot: &Snapshot) -> Result<Digest, BuildError> {
    let mut text =
        serde_json::to_string_pretty(snapshot).map_err(|error| BuildError::Unwritable {
            path: out.join(snapshot::FILE),
            source: io::Error::other(error),
        })?;
    text.push('\n');
    let path = out.join(snapshot::FILE);
    let written = File::create_new(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(unwritable(&path))?;
    let directory = File::open(out).and_then(|directory| directory.sync_all());
    directory.map_err(|source| BuildError::Unwritable {
        path: out.to_owned(),
        source,
    })?;
    Ok(Digest::of(text.as_bytes()))
}
