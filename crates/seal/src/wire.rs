//! Reading what [`model::canonical::Encoder`] wrote: strict, bounded, never past the end.
//!
//! Place in the flow: record headers are read with it.
//!
//! Left to others: what the values mean.

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
