//! One file of named parts, in which any changed byte is noticed.
//!
//! Place in the flow: the envelope a request comes in, the warrant a keeper reads, messages between
//! gate and keepers and the auditor's bundle are archives of different kinds.
//!
//! Format: `countersign/archive/v1 KIND\n`, then for each part `part NAME LENGTH SHA256\n`, its bytes
//! and `\n`; last `end COUNT SHA256\n`, the digest being of everything before that line. Nothing
//! may follow. Names are 1 to 120 characters of `A–Z a–z 0–9 . _ - /`.
//!
//! Left to others: what the parts mean; signatures (a digest only catches accidents and fools).

use model::{
    digest::Digest,
    fault::{Explain, Fault},
};
use thiserror::Error;

const MAGIC: &str = "countersign/archive/v1";

/// Most parts an archive may have.
pub const MAXIMUM_PARTS: usize = 1_000_000;

/// Why bytes are not the archive they should be. The fault of whoever made or changed them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArchiveError {
    /// A structural error at a byte.
    #[error("byte {at}: {what}")]
    Form {
        /// Position from 0.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// A part's bytes do not have the digest in its header.
    #[error("part `{part}` was changed")]
    Changed {
        /// The part.
        part: String,
    },
    /// A part that should be there is not.
    #[error("part `{part}` is missing")]
    Missing {
        /// The part.
        part: String,
    },
    /// A part is not text.
    #[error("part `{part}` is not UTF-8 text")]
    NotText {
        /// The part.
        part: String,
    },
    /// A part that has no place here.
    #[error("part `{part}` does not belong here")]
    Unexpected {
        /// The part.
        part: String,
    },
}

impl Explain for ArchiveError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// Named parts in order.
#[derive(Clone, PartialEq, Eq)]
pub struct Archive {
    kind: String,
    // INVARIANT: names are well formed and distinct.
    parts: Vec<(String, Vec<u8>)>,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Archive({}, {} parts)",
            self.kind,
            self.parts.len()
        )
    }
}

impl Archive {
    /// An empty archive of a kind (one word).
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            parts: Vec::new(),
        }
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Adds a part. A name that is not well formed or already there gets no second part: the
    /// archive is then missing one, and its reader says which.
    pub fn add(&mut self, name: &str, bytes: impl Into<Vec<u8>>) -> &mut Self {
        if is_name(name) && self.get(name).is_none() {
            self.parts.push((name.to_owned(), bytes.into()));
        }
        self
    }

    /// The parts in order.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.parts
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// The parts whose names begin with `prefix`.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.parts()
            .filter(move |(name, _)| name.starts_with(prefix))
    }

    /// A part's bytes, if it is there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.parts
            .iter()
            .find(|(part, _)| part == name)
            .map(|(_, bytes)| bytes.as_slice())
    }

    /// A part's bytes.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`].
    pub fn bytes(&self, name: &str) -> Result<&[u8], ArchiveError> {
        self.get(name).ok_or_else(|| ArchiveError::Missing {
            part: name.to_owned(),
        })
    }

    /// A part's text.
    ///
    /// # Errors
    /// [`ArchiveError::Missing`], [`ArchiveError::NotText`].
    pub fn text(&self, name: &str) -> Result<&str, ArchiveError> {
        std::str::from_utf8(self.bytes(name)?).map_err(|_| ArchiveError::NotText {
            part: name.to_owned(),
        })
    }

    /// The bytes of the archive.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{MAGIC} {}\n", self.kind).into_bytes();
        for (name, part) in &self.parts {
            let header = format!("part {name} {} {}\n", part.len(), Digest::of(part));
            bytes.extend_from_slice(header.as_bytes());
            bytes.extend_from_slice(part);
            bytes.push(b'\n');
        }
        let end = format!("end {} {}\n", self.parts.len(), Digest::of(&bytes));
        bytes.extend_from_slice(end.as_bytes());
        bytes
    }

    /// Reads an archive of one kind.
    ///
    /// # Errors
    /// [`ArchiveError`] naming the byte or part that is wrong.
    pub fn parse(bytes: &[u8], kind: &str) -> Result<Self, ArchiveError> {
        let mut reader = ArchiveReader {
            bytes,
            at: 0,
            names: std::collections::HashSet::new(),
        };
        let first = reader.line()?;
        if first
            .strip_prefix(MAGIC)
            .and_then(|rest| rest.strip_prefix(' '))
            != Some(kind)
        {
            return Err(ArchiveError::Form {
                at: 0,
                what: "this is another kind of file",
            });
        }
        let mut archive = Self::new(kind);
        loop {
            let start = reader.at;
            let line = reader.line()?;
            if let Some(header) = line.strip_prefix("part ") {
                let part = reader.part(start, header)?;
                archive.parts.push(part);
            } else {
                reader.end(start, line, archive.parts.len())?;
                return Ok(archive);
            }
            if archive.parts.len() > MAXIMUM_PARTS {
                return Err(ArchiveError::Form {
                    at: start,
                    what: "too many parts",
                });
            }
        }
    }
}

struct ArchiveReader<'a> {
    bytes: &'a [u8],
    at: usize,
    names: std::collections::HashSet<&'a str>,
}

impl<'a> ArchiveReader<'a> {
    fn line(&mut self) -> Result<&'a str, ArchiveError> {
        let form = |what| ArchiveError::Form { at: self.at, what };
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let window = rest.get(..rest.len().min(300)).unwrap_or_default();
        let length = window
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or_else(|| form("a line should end within 300 bytes"))?;
        let line = std::str::from_utf8(window.get(..length).unwrap_or_default())
            .map_err(|_| form("a line should be text"))?;
        self.at += length + 1;
        Ok(line)
    }

    fn part(&mut self, start: usize, header: &'a str) -> Result<(String, Vec<u8>), ArchiveError> {
        let form = |what| ArchiveError::Form { at: start, what };
        let [name, length, digest] = crate::document::parts(header)
            .ok_or_else(|| form("a part's header has name, length and digest"))?;
        if !is_name(name) || !self.names.insert(name) {
            return Err(form("a part's name is well formed and stands once"));
        }
        let count: usize = length
            .parse()
            .map_err(|_| form("a part's length is a number"))?;
        if count.to_string() != length {
            return Err(form("a part's length is a plain number"));
        }
        let end = self
            .at
            .checked_add(count)
            .ok_or_else(|| form("a part is longer than the file"))?;
        let part = self
            .bytes
            .get(self.at..end)
            .ok_or_else(|| form("a part is longer than the file"))?;
        if self.bytes.get(end) != Some(&b'\n') {
            return Err(ArchiveError::Form {
                at: end,
                what: "a part ends in a newline",
            });
        }
        if digest != Digest::of(part).to_string() {
            return Err(ArchiveError::Changed {
                part: name.to_owned(),
            });
        }
        self.at = end + 1;
        Ok((name.to_owned(), part.to_vec()))
    }

    fn end(&self, start: usize, line: &str, parts: usize) -> Result<(), ArchiveError> {
        let before = self.bytes.get(..start).unwrap_or_default();
        if line != format!("end {parts} {}", Digest::of(before)) {
            return Err(ArchiveError::Form {
                at: start,
                what: "the file does not end as it should",
            });
        }
        if self.at != self.bytes.len() {
            return Err(ArchiveError::Form {
                at: self.at,
                what: "nothing should follow the end",
            });
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    (1..=120).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Archive {
        let mut archive = Archive::new("sample");
        archive
            .add("a", b"one\n".to_vec())
            .add("b/c", Vec::new())
            .add("d", vec![0, 255, 10]);
        archive
    }

    #[test]
    fn reads_back_and_any_changed_byte_is_noticed() {
        let bytes = sample().to_bytes();
        assert_eq!(Archive::parse(&bytes, "sample").unwrap(), sample());
        assert!(Archive::parse(&bytes, "other").is_err());
        for position in 0..bytes.len() {
            for change in [1, 0x80, 0xff] {
                let mut bad = bytes.clone();
                bad[position] ^= change;
                assert!(Archive::parse(&bad, "sample").is_err(), "byte {position}");
            }
            assert!(Archive::parse(&bytes[..position], "sample").is_err());
        }
        let longer = [bytes.as_slice(), b"\n"].concat();
        assert!(Archive::parse(&longer, "sample").is_err());
    }

    #[test]
    fn a_name_stands_once() {
        let mut archive = sample();
        archive.add("a", b"two".to_vec());
        assert_eq!(archive.bytes("a").unwrap(), b"one\n");
        assert!(matches!(
            archive.bytes("z"),
            Err(ArchiveError::Missing { .. })
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_result(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Archive::parse(&bytes, "sample");
            let mut file = format!("{MAGIC} sample\n").into_bytes();
            file.extend_from_slice(&bytes);
            let _ = Archive::parse(&file, "sample");
        }
    }
}
