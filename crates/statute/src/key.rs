//! 64-bit keys for comparing rows with each other in bounded memory.
//!
//! Place in the flow: a row's officer, case number, name, address and TIN become keys
//! ([`crate::trace`]); equal keys mean equal values. A false equality has odds below 1 in 10^7 for
//! 1.28 million rows and can only add a question. The function is fixed, so that a replay on
//! another machine finds the same.
//!
//! Left to others: anything secret. These keys never leave the process and hide nothing.

use standard::fold::fold;

/// Key of a text whatever its case, spacing, punctuation, accents and look-alikes; 0 for a text
/// without letters or digits.
pub fn text_key(text: &str) -> u64 {
    if text.is_ascii() {
        folded_key(text)
    } else {
        folded_key(&fold(text))
    }
}

fn folded_key(text: &str) -> u64 {
    let mut hash = START;
    let mut any = false;
    for byte in text.bytes().filter(u8::is_ascii_alphanumeric) {
        hash = step(hash, byte.to_ascii_uppercase());
        any = true;
    }
    if any { finish(hash) } else { 0 }
}

/// Key of exact bytes.
pub fn exact_key(text: &str) -> u64 {
    finish(text.bytes().fold(START, step))
}

/// Key of two keys in order; 0 if either is 0.
pub const fn pair_key(left: u64, right: u64) -> u64 {
    if left == 0 || right == 0 {
        return 0;
    }
    finish(left.rotate_left(23) ^ right.wrapping_mul(PRIME))
}

/// Seed `index` of a family of functions over keys.
pub const fn reseeded(key: u64, index: u64) -> u64 {
    finish(key ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

const START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(PRIME)
}

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014); never gives 0.
const fn finish(hash: u64) -> u64 {
    let a = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let c = b ^ (b >> 31);
    if c == 0 { 1 } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dress_does_not_matter_and_content_does() {
        assert_eq!(text_key("O'Brien-Diaz"), text_key("OBRIEN DIAZ"));
        assert_eq!(text_key("García"), text_key("GARCIA"));
        assert_ne!(text_key("24-CR-100"), text_key("24-CR-101"));
        assert_eq!(text_key(" - "), 0);
        assert_ne!(pair_key(1, 2), pair_key(2, 1));
        assert_eq!(pair_key(0, 2), 0);
        assert_ne!(exact_key("a"), exact_key("A"));
    }
}
