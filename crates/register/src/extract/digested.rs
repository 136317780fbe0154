//! The digest of an extract, made of the bytes that are read as rows.
//!
//! Place in the flow: [`super::open_digested`] puts [`Digesting`] under the csv reader. So the manifest's
//! digest is that of the very bytes the register was built of, and the file is read once. Parquet's reader
//! goes back and forth: there the same open file is digested by itself.
//!
//! Left to others: rows (the readers), a file's digest without rows ([`super::digest_of_file`]).

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    num::NonZeroU64,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use model::digest::Digest;
use rustix::fs::{Advice, fadvise};
use sha2::{Digest as _, Sha256};

use super::{ExtractError, digest_of, digest_of_file};

/// What was read so far.
#[derive(Default)]
struct Progress {
    hasher: Sha256,
    ended: bool,
}

/// Passes bytes on and digests them.
pub(super) struct Digesting<R> {
    inner: R,
    progress: Arc<Mutex<Progress>>,
}

/// Bytes after which the system is told that they are not read again.
const GIVEN_BACK_BYTES: u64 = 1 << 25;

/// A file that is read once: what was read need not be kept in memory, where what is written takes
/// its place.
pub(super) struct OnceRead {
    file: File,
    read: u64,
    given_back: u64,
}

impl OnceRead {
    /// Reads a file from its beginning.
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            read: 0,
            given_back: 0,
        }
    }
}

impl Read for OnceRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read = self.read.saturating_add(u64::try_from(read).unwrap_or(0));
        let since = self.read.saturating_sub(self.given_back);
        if since >= GIVEN_BACK_BYTES {
            // Advice only: a system that does not take it keeps the bytes.
            let length = NonZeroU64::new(since);
            let _ = fadvise(&self.file, self.given_back, length, Advice::DontNeed);
            self.given_back = self.read;
        }
        Ok(read)
    }
}

/// The digest of an extract that is being read.
pub struct ExtractDigest {
    path: PathBuf,
    source: Source,
}

/// What the digest is made of.
enum Source {
    /// What was read so far, from end to end.
    Reading(Arc<Mutex<Progress>>),
    /// The file, whose reader goes back and forth.
    Whole(File),
}

impl<R> Digesting<R> {
    /// Digests what is read of a file; gives also the digest to come.
    pub(super) fn new(inner: R, path: PathBuf) -> (Self, ExtractDigest) {
        let progress = Arc::new(Mutex::default());
        let digest = ExtractDigest {
            path,
            source: Source::Reading(Arc::clone(&progress)),
        };
        (Self { inner, progress }, digest)
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        // Nobody else asks for it before the end.
        let progress = self.progress.lock();
        let mut progress = progress.unwrap_or_else(PoisonError::into_inner);
        progress.ended |= read == 0 && !buffer.is_empty();
        progress.hasher.update(buffer.get(..read).unwrap_or(&[]));
        Ok(read)
    }
}

impl ExtractDigest {
    /// Of a file whose reader does not read it from end to end.
    pub(super) fn of_file(file: File, path: PathBuf) -> Self {
        Self {
            path,
            source: Source::Whole(file),
        }
    }

    /// The SHA-256 of the whole extract. After its last row nothing is left to do, for csv; before, or
    /// for Parquet, the file is read for it.
    ///
    /// # Errors
    /// [`ExtractError::Unreadable`].
    pub fn finish(self) -> Result<Digest, ExtractError> {
        match self.source {
            Source::Reading(progress) => {
                let progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
                if progress.ended {
                    return Ok(Digest::from_bytes(
                        progress.hasher.clone().finalize().into(),
                    ));
                }
                digest_of_file(&self.path)
            }
            Source::Whole(mut file) => {
                let unreadable = |source| ExtractError::Unreadable {
                    path: self.path.clone(),
                    source,
                };
                file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
                digest_of(file).map_err(unreadable)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use crate::extract::{ExtractRow, open, open_digested};

    use super::*;

    const HEADER: &str = "person_id,tin,given_names,surnames,suffix,date_of_birth,tax_period,\
filed_on,address_line_1,address_line_2,city,state,postal_code,hold,identity_theft\n";

    fn write(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("extract.csv");
        fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn the_digest_of_what_was_read_is_that_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let row = "P1,,Ana,Diaz,,,2023,,1 Main St,,Reno,NV,89501,,\n";
        // Around the size of a block, with and without a line's end, and nothing but a header.
        for rows in [0, 1, 2, 40_000, 41_944, 41_945] {
            for end in ["", "\n", "\n\n"] {
                let text = format!("{HEADER}{}", row.repeat(rows));
                let text = format!("{}{end}", text.trim_end());
                let path = write(folder.path(), &text);
                let (read, digest) = open_digested(&path).unwrap();
                let read: Vec<ExtractRow> = read.map(Result::unwrap).collect();
                assert_eq!(read.len(), rows);
                let Source::Reading(progress) = &digest.source else {
                    panic!("a csv");
                };
                assert!(progress.lock().unwrap().ended);
                assert_eq!(digest.finish().unwrap(), digest_of_file(&path).unwrap());
            }
        }
    }

    #[test]
    fn a_digest_asked_for_too_early_is_still_that_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let row = "P1,,Ana,Diaz,,,2023,,1 Main St,,Reno,NV,89501,,\n";
        let path = write(folder.path(), &format!("{HEADER}{}", row.repeat(100_000)));
        let (mut rows, digest) = open_digested(&path).unwrap();
        assert!(rows.next().is_some());
        assert_eq!(digest.finish().unwrap(), digest_of_file(&path).unwrap());
        assert_eq!(open(&path).unwrap().count(), 100_000);
    }

    #[test]
    fn a_file_whose_reader_goes_back_and_forth_is_digested_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "PAR1 and more");
        let mut file = File::open(&path).unwrap();
        file.seek(SeekFrom::End(-2)).unwrap();
        let digest = ExtractDigest::of_file(file, path.clone());
        // Another file under the name is not the one that was opened.
        fs::remove_file(&path).unwrap();
        write(folder.path(), "PAR1");
        assert_eq!(digest.finish().unwrap(), Digest::of(b"PAR1 and more"));
    }

    #[test]
    fn bytes_that_changed_since_are_not_digested() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{HEADER}P1,,Ana,Diaz,,,2023,,1 Main St,,Reno,NV,89501,,\n");
        let path = write(folder.path(), &text);
        let (rows, digest) = open_digested(&path).unwrap();
        assert_eq!(rows.count(), 1);
        write(folder.path(), HEADER);
        assert_eq!(digest.finish().unwrap(), Digest::of(text.as_bytes()));
    }
}
