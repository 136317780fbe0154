//! The files of a snapshot.
//!
//! Place in the flow: last step of build. Planes are written and synced first, `snapshot.json`
//! last: a crash at any point leaves a directory that no register opens, and that the next build
//! refuses until somebody empties it.
//!
//! Left to others: their content.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use model::digest::Digest;
use sha2::{Digest as _, Sha256};

use super::BuildError;
use crate::{
    index, match_plane,
    snapshot::{self, FileFacts, Snapshot},
    table::{HEADERS, SEALED, TableKind, write_table},
};

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

fn write_file(
    out: &Path,
    name: &str,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<FileFacts, BuildError> {
    let path = out.join(name);
    let attempt = || -> io::Result<FileFacts> {
        let mut writer = Counted {
            inner: BufWriter::with_capacity(1 << 20, File::create_new(&path)?),
            hasher: Sha256::new(),
            bytes: 0,
        };
        content(&mut writer)?;
        writer.flush()?;
        writer.inner.get_ref().sync_all()?;
        let digest = Digest::from_bytes(writer.hasher.finalize().into());
        Ok(FileFacts {
            bytes: writer.bytes,
            digest: digest.to_string(),
        })
    };
    attempt().map_err(|source| BuildError::Unwritable {
        path: path.clone(),
        source,
    })
}

fn table(out: &Path, kind: TableKind, rows: &[Vec<u8>]) -> Result<FileFacts, BuildError> {
    write_file(out, kind.file, |mut writer| {
        write_table(kind, rows, &mut writer)
    })
}

/// Writes the four planes.
pub fn planes(
    out: &Path,
    match_bytes: &[u8],
    index_bytes: &[u8],
    sealed: &[Vec<u8>],
    headers: &[Vec<u8>],
) -> Result<BTreeMap<String, FileFacts>, BuildError> {
    let mut files = BTreeMap::new();
    for (name, bytes) in [(match_plane::FILE, match_bytes), (index::FILE, index_bytes)] {
        let facts = write_file(out, name, |writer| writer.write_all(bytes))?;
        files.insert(name.to_owned(), facts);
    }
    files.insert(SEALED.file.to_owned(), table(out, SEALED, sealed)?);
    files.insert(HEADERS.file.to_owned(), table(out, HEADERS, headers)?);
    Ok(files)
}

/// Writes the manifest and gives its digest.
pub fn snapshot(out: &Path, snapshot: &Snapshot) -> Result<Digest, BuildError> {
    let mut text =
        serde_json::to_string_pretty(snapshot).map_err(|error| BuildError::Unwritable {
            path: out.join(snapshot::FILE),
            source: io::Error::other(error),
        })?;
    text.push('\n');
    write_file(out, snapshot::FILE, |writer| {
        writer.write_all(text.as_bytes())
    })?;
    let directory = File::open(out).and_then(|directory| directory.sync_all());
    directory.map_err(|source| BuildError::Unwritable {
        path: out.to_owned(),
        source,
    })?;
    Ok(Digest::of(text.as_bytes()))
}
