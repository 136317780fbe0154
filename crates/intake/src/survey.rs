//! The first pass over a file: its size, its digest, and what its bytes look like.
//!
//! Place in the flow: before anything is parsed. A csv's encoding is decided from the whole file,
//! not from a sample; the digest names the file in cover and log.
//!
//! Left to others: which format it is (sniff), decoding (csv).

use std::io::SeekFrom;

use model::digest::Digest;
use sha2::{Digest as _, Sha256};

use crate::{IntakeError, LimitKind, Limits, Source};

/// Bytes kept from the beginning of the file.
const HEAD_BYTES: usize = 4096;
/// `EncryptedPackage` in UTF-16LE: the name of the stream in which Office keeps a workbook under a
/// password (MS-OFFCRYPTO section 2.3.4).
const ENCRYPTED_PACKAGE: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// What the first pass found.
#[derive(Debug, Clone)]
pub(crate) struct Survey {
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
    /// The first bytes.
    pub(crate) head: Vec<u8>,
    /// Position of the first NUL byte.
    pub(crate) first_nul: Option<u64>,
    /// Position of the first byte that is not UTF-8.
    pub(crate) first_not_utf8: Option<u64>,
    /// Whether the name of Office's encrypted stream occurs.
    pub(crate) encrypted_package: bool,
}

/// Reads the whole file once.
pub(crate) fn survey(reader: &mut dyn Source, limits: &Limits) -> Result<Survey, IntakeError> {
    let failed = |error: &std::io::Error| IntakeError::from_io(error, "the file");
    reader
        .seek(SeekFrom::Start(0))
        .map_err(|error| failed(&error))?;
    let mut scan = Scan::default();
    let mut buffer = vec![0_u8; 128 * 1024];
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(&error)),
        };
        scan.take(buffer.get(..count).unwrap_or(&[]));
        if scan.bytes > limits.input_bytes {
            let place = "the file";
            return Err(IntakeError::limit(
                LimitKind::InputBytes,
                limits.input_bytes,
                place,
            ));
        }
    }
    reader
        .seek(SeekFrom::Start(0))
        .map_err(|error| failed(&error))?;
    Ok(scan.finish())
}

#[derive(Default)]
struct Scan {
    bytes: u64,
    hasher: Sha256,
    head: Vec<u8>,
    first_nul: Option<u64>,
    first_not_utf8: Option<u64>,
    /// Bytes of a character that began in the last chunk.
    carry: Vec<u8>,
    /// End of the last chunk, for the search across chunks.
    tail: Vec<u8>,
    encrypted_package: bool,
}

impl Scan {
    fn take(&mut self, chunk: &[u8]) {
        self.hasher.update(chunk);
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        if self.first_nul.is_none() {
            let nul = chunk.iter().position(|byte| *byte == 0);
            self.first_nul = nul.map(|at| self.bytes.saturating_add(at as u64));
        }
        if self.first_not_utf8.is_none() && !self.is_binary() {
            self.check_utf8(chunk);
        }
        if self.is_compound_file() {
            self.search(chunk);
        }
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
    }

    fn is_binary(&self) -> bool {
        self.head.starts_with(b"PK\x03\x04") || self.is_compound_file()
    }

    fn is_compound_file(&self) -> bool {
        self.head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
    }

    fn check_utf8(&mut self, chunk: &[u8]) {
        let start = self.bytes.saturating_sub(self.carry.len() as u64);
        let joined;
        let text = if self.carry.is_empty() {
            chunk
        } else {
            joined = [self.carry.as_slice(), chunk].concat();
            &joined
        };
        let rest = match std::str::from_utf8(text) {
            Ok(_) => Vec::new(),
            Err(error) if error.error_len().is_some() => {
                self.first_not_utf8 = Some(start.saturating_add(error.valid_up_to() as u64));
                Vec::new()
            }
            Err(error) => text.get(error.valid_up_to()..).unwrap_or(&[]).to_vec(),
        };
        self.carry = rest;
    }

    fn search(&mut self, chunk: &[u8]) {
        let length = ENCRYPTED_PACKAGE.len();
        let joined = [self.tail.as_slice(), chunk].concat();
        self.encrypted_package |= joined
            .windows(length)
            .any(|window| window == ENCRYPTED_PACKAGE);
        let keep = joined.len().saturating_sub(length.saturating_sub(1));
        self.tail = joined.get(keep..).unwrap_or(&[]).to_vec();
    }

    fn finish(self) -> Survey {
        let cut =
            (!self.carry.is_empty()).then(|| self.bytes.saturating_sub(self.carry.len() as u64));
        Survey {
            bytes: self.bytes,
            digest: Digest::from_bytes(self.hasher.finalize().into()),
            head: self.head,
            first_nul: self.first_nul,
            first_not_utf8: self.first_not_utf8.or(cut),
            encrypted_package: self.encrypted_package,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn check(bytes: &[u8], not_utf8: Option<u64>, nul: Option<u64>) {
        for size in [1, 2, 3, 1000] {
            let mut scan = Scan::default();
            for chunk in bytes.chunks(size) {
                scan.take(chunk);
            }
            let survey = scan.finish();
            assert_eq!(survey.first_not_utf8, not_utf8, "{bytes:?} by {size}");
            assert_eq!(survey.first_nul, nul, "{bytes:?} by {size}");
            assert_eq!(survey.digest, Digest::of(bytes));
        }
    }

    #[test]
    fn encodings_are_told_whatever_the_chunks() {
        check(b"", None, None);
        check("José 世界 🦀".as_bytes(), None, None);
        check(b"Jos\xe9,x", Some(3), None);
        check(b"Jos\xc3", Some(3), None);
        check(b"a\0b", None, Some(1));
        check(b"PK,name\nJos\xe9", Some(11), None);
        check(b"PK\x03\x04\xff", None, None);
    }

    #[test]
    fn the_encrypted_stream_is_seen_across_chunks() {
        let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0];
        bytes.extend_from_slice(ENCRYPTED_PACKAGE);
        for size in [1, 7, 1000] {
            let mut scan = Scan::default();
            bytes.chunks(size).for_each(|chunk| scan.take(chunk));
            assert!(scan.finish().encrypted_package, "{size}");
        }
    }

    #[test]
    fn a_file_above_the_limit_is_not_read_to_its_end() {
        let limits = Limits {
            input_bytes: 10,
            ..Limits::standard()
        };
        assert!(survey(&mut Cursor::new([b'x'; 10]), &limits).is_ok());
        assert!(survey(&mut Cursor::new([b'x'; 11]), &limits).is_err());
    }
}
