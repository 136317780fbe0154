//! Little-endian sections with lengths: the one way plane files are written and read.
//!
//! Place in the flow: under match plane, index and tables. Reading never goes past the end and
//! never asks for more memory than the file has bytes.
//!
//! Left to others: what the numbers mean.

use std::{
    ops::{Deref, Range},
    sync::Arc,
};

use model::fault::{Explain, Fault};
use thiserror::Error;

use crate::file_map::FileMap;

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

    /// The length of a section whose bytes follow.
    pub fn section_head(&mut self, bytes: usize) {
        self.number64(u64::try_from(bytes).unwrap_or(u64::MAX));
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

/// The bytes of a plane file: held in memory, or mapped from the disk. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PlaneBytes(Arc<Source>);

#[derive(Debug)]
enum Source {
    Held(Vec<u8>),
    Mapped(FileMap),
}

impl From<Vec<u8>> for PlaneBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Source::Held(bytes)))
    }
}

impl From<FileMap> for PlaneBytes {
    fn from(map: FileMap) -> Self {
        Self(Arc::new(Source::Mapped(map)))
    }
}

impl Deref for PlaneBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &*self.0 {
            Source::Held(bytes) => bytes,
            Source::Mapped(map) => map.bytes(),
        }
    }
}

/// Part of a plane file, read in place.
#[derive(Debug, Clone)]
pub struct Section {
    plane: PlaneBytes,
    range: Range<usize>,
}

impl Deref for Section {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.plane.get(self.range.clone()).unwrap_or(&[])
    }
}

/// Numbers of four bytes, read in place.
#[derive(Debug, Clone)]
pub struct Numbers(Section);

impl Numbers {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len() / 4
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number at a place.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<u32> {
        let start = place.checked_mul(4)?;
        self.0
            .get(start..)?
            .first_chunk()
            .map(|n| u32::from_le_bytes(*n))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.chunks()
            .iter()
            .map(|number| u32::from_le_bytes(*number))
    }

    /// Their bytes, four and four.
    #[must_use]
    pub fn chunks(&self) -> &[[u8; 4]] {
        self.0.as_chunks().0
    }
}

/// Reads a plane file from its bytes.
#[derive(Debug)]
pub struct Reader {
    file: &'static str,
    plane: PlaneBytes,
    /// Where the rest begins.
    at: usize,
}

impl Reader {
    /// Checks the beginning.
    ///
    /// # Errors
    /// [`FormatError::Magic`] or [`FormatError::Version`].
    pub fn new(
        file: &'static str,
        plane: PlaneBytes,
        magic: &'static str,
        version: u32,
    ) -> Result<Self, FormatError> {
        if !plane.starts_with(magic.as_bytes()) {
            return Err(FormatError::Magic {
                file,
                expected: magic,
            });
        }
        let mut reader = Self {
            file,
            plane,
            at: magic.len(),
        };
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

    fn take(&mut self, length: usize, section: &'static str) -> Result<Section, FormatError> {
        let error = self.length_error(section);
        let end = self.at.checked_add(length).ok_or(error.clone())?;
        if end > self.plane.len() {
            return Err(error);
        }
        let range = self.at..end;
        self.at = end;
        Ok(Section {
            plane: self.plane.clone(),
            range,
        })
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
        Ok(le32(&bytes))
    }

    /// A number of eight bytes.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn number64(&mut self, section: &'static str) -> Result<u64, FormatError> {
        let bytes = self.take(8, section)?;
        Ok(le64(&bytes))
    }

    /// The bytes of a section.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn section(&mut self, section: &'static str) -> Result<Section, FormatError> {
        let length = usize::try_from(self.number64(section)?);
        self.take(length.map_err(|_| self.length_error(section))?, section)
    }

    /// The numbers of a section.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn section32(&mut self, section: &'static str) -> Result<Numbers, FormatError> {
        let bytes = self.section(section)?;
        if bytes.len().is_multiple_of(4) {
            Ok(Numbers(bytes))
        } else {
            Err(self.length_error(section))
        }
    }

    /// The numbers of a section, out of place.
    ///
    /// # Errors
    /// [`FormatError::Length`].
    pub fn section64(&mut self, section: &'static str) -> Result<Vec<u64>, FormatError> {
        let bytes = self.section(section)?;
        let (values, rest) = bytes.as_chunks::<8>();
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
        if self.at == self.plane.len() {
            Ok(())
        } else {
            Err(self.length_error("end"))
        }
    }
}

/// Reads the first byte of each of many places, so that the memory fetches them side by side before
/// they are wanted one after the other.
pub fn touch<'a>(places: impl Iterator<Item = Option<&'a u8>>) {
    let read = places.fold(0, |all, byte| all ^ byte.copied().unwrap_or(0));
    std::hint::black_box(read);
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
        let mut reader = Reader::new("test", bytes.to_vec().into(), "CSGNTEST", 1)?;
        let result = (
            reader.section("a")?.to_vec(),
            reader.section32("b")?.iter().collect(),
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
