//! Little-endian sections with lengths: the one way plane files are written and read.
//!
//! Place in the flow: under match plane, index and tables. Reading never goes past the end and
//! never asks for more memory than the file has bytes.
//!
//! Left to others: what the numbers mean.

use model::fault::{Explain, Fault};
use thiserror::Error;

/// A plane file that contradicts itself. A fault of ours or of the disk.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormatError {
    /// It does not begin as this kind of file does.
    #[error("`{file}` does not begin with `{expected}`")]
    Magic {
        /// The file.
        file: &'static str,
        /// The eight letters it should begin with.
        expected: &'static str,
    },
    /// A version this program does not know.
    #[error("`{file}` is of version {found}; this program reads version {expected}")]
    Version {
        /// The file.
        file: &'static str,
        /// Version in the file.
        found: u32,
        /// Ours.
        expected: u32,
    },
    /// It ends within a section, or goes on after the last.
    #[error("`{file}` has a length that does not fit its section `{section}`")]
    Length {
        /// The file.
        file: &'static str,
        /// The section.
        section: &'static str,
    },
    /// A number points outside what it counts, or an order is broken.
    #[error("`{file}` contradicts itself in section `{section}`")]
    Content {
        /// The file.
        file: &'static str,
        /// The section.
        section: &'static str,
    },
}

impl Explain for FormatError {
    fn fault(&self) -> Fault {
        Fault::Integrity
    }
}

/// Writes a plane file into memory.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Begins with eight letters and a version.
    #[must_use]
    pub fn new(magic: &'static str, version: u32) -> Self {
        let mut writer = Self(magic.as_bytes().to_vec());
        writer.number32(version);
        writer
    }

    /// A number of four bytes.
    pub fn number32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A number of eight bytes.
    pub fn number64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// Bytes behind their length (eight bytes).
    pub fn section(&mut self, bytes: &[u8]) {
        self.number64(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.0.extend_from_slice(bytes);
    }

    /// Bytes in several pieces behind their length together.
    pub fn section_of(&mut self, pieces: &[Vec<u8>]) {
        let length: usize = pieces.iter().map(Vec::len).sum();
        self.number64(u64::try_from(length).unwrap_or(u64::MAX));
        self.0.reserve(length);
        for piece in pieces {
            self.0.extend_from_slice(piece);
        }
    }

    /// Numbers of four bytes behind their length.
    pub fn section32(&mut self, values: impl ExactSizeIterator<Item = u32>) {
        let count = u64::try_from(values.len()).unwrap_or(u64::MAX);
        self.number64(count.saturating_mul(4));
        for value in values {
            self.number32(value);
        }
    }

    /// Numbers of eight bytes behind their length.
    pub fn section64(&mut self, values: impl ExactSizeIterator<Item = u64>) {
        let count = u64::try_from(values.len()).unwrap_or(u64::MAX);
        self.number64(count.saturating_mul(8));
        for value in values {
            self.number64(value);
        }
    }

    /// The file's bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads a plane file from memory.
#[derive(Debug)]
pub struct Reader<'a> {
    file: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Checks the beginning.
    ///
    /// # Errors
    /// [`FormatError::Magic`] or [`FormatError::Version`].
    pub fn new(
        file: &'static str,
        bytes: &'a [u8],
        magic: &'static str,
        version: u32,
    ) -> Result<Self, FormatError> {
        let error = FormatError::Magic {
            file,
            expected: magic,
        };
        let rest = bytes.strip_prefix(magic.as_bytes()).ok_or(error)?;
        let mut reader = Self { file, rest };
        let found = reader.number32("version")?;
        if found == version {
            Ok(reader)
        } else {
            Err(FormatError::Version {
                file,
                found,
                expected: version,
            })
        }
    }

    fn take(&mut self, length: usize, section: &'static str) -> Result<&'a [u8], FormatError> {
        let (bytes, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(self.length_error(section))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn length_error(&self, section: &'static str) -> FormatError {
        FormatError::Length {
            file: self.file,
            section,
        }
    }

    /// An error about the content of a section.
    #[must_use]
    pub fn content_error(&self, section: &'static str) -> FormatError {
        FormatError::Content {
            file: self.file,
            section,
        }
    }

    /// A number of four bytes.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn number32(&mut self, section: &'static str) -> Result<u32, FormatError> {
        let bytes = self.take(4, section)?;
        Ok(le32(bytes))
    }

    /// A number of eight bytes.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn number64(&mut self, section: &'static str) -> Result<u64, FormatError> {
        let bytes = self.take(8, section)?;
        Ok(le64(bytes))
    }

    /// The bytes of a section.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn section(&mut self, section: &'static str) -> Result<&'a [u8], FormatError> {
        let length = usize::try_from(self.number64(section)?);
        self.take(length.map_err(|_| self.length_error(section))?, section)
    }

    /// The numbers of a section.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn section32(&mut self, section: &'static str) -> Result<Vec<u32>, FormatError> {
        let (values, rest) = self.section(section)?.as_chunks::<4>();
        if rest.is_empty() {
            Ok(values.iter().map(|v| u32::from_le_bytes(*v)).collect())
        } else {
            Err(self.length_error(section))
        }
    }

    /// The numbers of a section.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn section64(&mut self, section: &'static str) -> Result<Vec<u64>, FormatError> {
        let (values, rest) = self.section(section)?.as_chunks::<8>();
        if rest.is_empty() {
            Ok(values.iter().map(|v| u64::from_le_bytes(*v)).collect())
        } else {
            Err(self.length_error(section))
        }
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn end(&self) -> Result<(), FormatError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.length_error("end"))
        }
    }
}

/// The first two bytes as a number; 0 where there are fewer.
#[must_use]
pub fn le16(bytes: &[u8]) -> u16 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

/// The first four bytes as a number; 0 where there are fewer.
#[must_use]
pub fn le32(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// The first eight bytes as a number; 0 where there are fewer.
#[must_use]
pub fn le64(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// A count as `u32`.
///
/// # Errors
/// `None` beyond 2^32 − 1.
#[must_use]
pub fn count32(count: usize) -> Option<u32> {
    u32::try_from(count).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut writer = Writer::new("CSGNTEST", 1);
        writer.section(b"abc");
        writer.section32([1, 2].into_iter());
        writer.section64([3].into_iter());
        writer.finish()
    }

    type Sections = (Vec<u8>, Vec<u32>, Vec<u64>);

    fn read(bytes: &[u8]) -> Result<Sections, FormatError> {
        let mut reader = Reader::new("test", bytes, "CSGNTEST", 1)?;
        let result = (
            reader.section("a")?.to_vec(),
            reader.section32("b")?,
            reader.section64("c")?,
        );
        reader.end()?;
        Ok(result)
    }

    #[test]
    fn what_is_written_is_read_and_every_cut_is_refused() {
        let bytes = sample();
        assert_eq!(
            read(&bytes).unwrap(),
            (b"abc".to_vec(), vec![1, 2], vec![3])
        );
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{length}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(read(&longer).is_err());
        let mut other = bytes;
        other[8] = 2;
        assert!(matches!(
            read(&other),
            Err(FormatError::Version { found: 2, .. })
        ));
    }

    #[test]
    fn a_length_beyond_all_memory_is_refused() {
        let mut writer = Writer::new("CSGNTEST", 1);
        writer.number64(u64::MAX);
        assert!(read(&writer.finish()).is_err());
    }
}
