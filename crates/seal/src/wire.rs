//! Reading what [`model::canonical::Encoder`] wrote: strict, bounded, never past the end; and writing
//! the same into memory that is used again.
//!
//! Place in the flow: record headers are read with it; slots and headers are written with it, by the
//! million.
//!
//! Left to others: what the values mean.

/// Appends a value behind its length, as the encoder does.
pub fn put(value: &[u8], bytes: &mut Vec<u8>) {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(value);
}

/// Reads length-prefixed values from bytes.
pub struct Decoder<'a>(&'a [u8]);

impl<'a> Decoder<'a> {
    /// Starts at the label; `None` unless the first value is `label`.
    pub fn new(bytes: &'a [u8], label: &str) -> Option<Self> {
        let mut decoder = Self(bytes);
        (decoder.bytes()? == label.as_bytes()).then_some(decoder)
    }

    /// The next value.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let (prefix, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*prefix)).ok()?;
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(value)
    }

    /// The next value, which is a number of 8 bytes.
    pub fn number(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.bytes()?.try_into().ok()?))
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
