//! The few line forms that checkpoints, proofs and follower states share.
//!
//! Place in the flow: base64 hashes and decimal numbers, read in their one written form.
//!
//! Left to others: which line stands where.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::digest::Digest;

/// A hash as 44 characters of standard base64.
pub(crate) fn render_hash(hash: &Digest) -> String {
    STANDARD.encode(hash.as_bytes())
}

/// Reads what [`render_hash`] wrote.
pub(crate) fn parse_hash(line: &str) -> Option<Digest> {
    if line.len() != 44 {
        return None;
    }
    let bytes = STANDARD.decode(line).ok()?;
    Some(Digest::from_bytes(bytes.try_into().ok()?))
}

/// Reads a decimal number without sign or leading zero.
pub(crate) fn parse_number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|digit| digit.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    (plain && !leading_zero).then(|| text.parse().ok())?
}
