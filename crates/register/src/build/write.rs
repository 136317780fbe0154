//! The files of a snapshot.
//!
//! Place in the flow: last step of build. Planes are written and synced first, `snapshot.json`
//! last: a crash at any point leaves a directory that no register opens, and that the next build
//! refuses until somebody empties it.
//!
//! Left to others: their content, writing around the page cache (direct).

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use model::digest::Digest;
use sha2::{Digest as _, Sha256};

use super::{
    BuildError,
    direct::{DirectFile, Written},
    person::Rows,
};
use crate::{
    snapshot::{self, FileFacts, Snapshot},
    table::{TableKind, TableWriter},
};

/// Small pieces are collected up to so many bytes.
const BUFFER_BYTES: usize = 1 << 16;

/// A writer that also counts and hashes.
struct Counted<W> {
    inner: W,
    hasher: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hasher.update(buffer.get(..written).unwrap_or(&[]));
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(written).unwrap_or(0));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

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

/// A file of the snapshot while it is written.
struct PlaneFile {
    path: PathBuf,
    writer: Counted<BufWriter<File>>,
}

impl PlaneFile {
    fn create(out: &Path, name: &str) -> Result<Self, BuildError> {
        let path = out.join(name);
        let file = File::create_new(&path).map_err(unwritable(&path))?;
        Ok(Self {
            path,
            writer: Counted {
                inner: BufWriter::with_capacity(BUFFER_BYTES, file),
                hasher: Sha256::new(),
                bytes: 0,
            },
        })
    }

    fn write<T>(
        &mut self,
        content: impl FnOnce(&mut Counted<BufWriter<File>>) -> io::Result<T>,
    ) -> Result<T, BuildError> {
        content(&mut self.writer).map_err(unwritable(&self.path))
    }

    fn finish(mut self) -> Result<FileFacts, BuildError> {
        self.write(|writer| {
            writer.flush()?;
            writer.inner.get_ref().sync_all()
        })?;
        let digest = Digest::from_bytes(self.writer.hasher.finalize().into());
        let bytes = self.writer.bytes;
        Ok(facts(&Written { bytes, digest }))
    }
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

/// Writes a whole file, given in pieces.
pub fn file<'p>(
    out: &Path,
    name: &str,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> Result<FileFacts, BuildError> {
    let mut file = PlaneFile::create(out, name)?;
    for piece in pieces {
        file.write(|writer| writer.write_all(piece))?;
    }
    file.finish()
}

/// Writes the manifest and gives its digest.
pub fn snapshot(out: &Path, snapshot: &Snapshot) -> Result<Digest, BuildError> {
    let mut text =
        serde_json::to_string_pretty(snapshot).map_err(|error| BuildError::Unwritable {
            path: out.join(snapshot::FILE),
            source: io::Error::other(error),
        })?;
    text.push('\n');
    file(out, snapshot::FILE, [text.as_bytes()])?;
    let directory = File::open(out).and_then(|directory| directory.sync_all());
    directory.map_err(|source| BuildError::Unwritable {
        path: out.to_owned(),
        source,
    })?;
    Ok(Digest::of(text.as_bytes()))
}
