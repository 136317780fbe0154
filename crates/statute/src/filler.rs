//! Words written where a value belongs: `N/A`, `TBD`, `xxxx`.
//!
//! Place in the flow: rules on case numbers, officers and reasons ask here. Names and addresses have
//! larger lists of their own (standard).
//!
//! Left to others: what the finding says.

use std::sync::OnceLock;

use standard::fold::fold;

/// Texts that state nothing, folded and without spaces.
const FILLERS: &str = "AGENT ANYOFFICER ASABOVE ASAP BLANK CASENUMBER CLASSIFIED CONFIDENTIAL DITTO DONOTKNOW \
    EMPTY FAILEDTOPROVIDE FILLIN FORTHCOMING INFORMATIONNOTAVAILABLE MULTIPLE NA NIL NOCASE \
    NODATA NONE NONEGIVEN NONEPROVIDED NONUMBER NOTAPPLICABLE NOTASSIGNED NOTAVAILABLE \
    NOTGIVEN NOTKNOWN NOTPROVIDED NOTYETASSIGNED NULL OFFICER OFFICERNAME ONFILE OTHER PENDING \
    PERREQUEST PLACEHOLDER REASON REDACTED SAME SAMEASABOVE SEEABOVE SEEATTACHED SEEATTACHMENT \
    SEECASEFILE SEECOVER SEECOVERLETTER SEEFILE SEENOTES SEEREQUEST SEVERAL TBA TBD TEST \
    TESTING TOBEASSIGNED TOBEDETERMINED TOBEPROVIDED UNASSIGNED UNAVAILABLE UNK UNKNOWN \
    UNKNOWNCASE VARIOUS VARIOUSCASES";

/// More letters and digits than any filler has; a longer text is looked at for repetition only.
const LONGEST: usize = 40;

/// Whether a text that is not empty states nothing: a filler word, one character repeated, digits
/// in counting order, or no letter and no digit.
pub fn is_filler(text: &str) -> bool {
    if text.is_ascii() {
        return is_plain_filler(text);
    }
    is_plain_filler(&fold(text))
}

fn is_plain_filler(text: &str) -> bool {
    let mut plain = [0_u8; LONGEST];
    let letters = text
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|b| b.to_ascii_uppercase());
    let mut count = 0;
    for (slot, byte) in plain.iter_mut().zip(letters.clone()) {
        *slot = byte;
        count += 1;
    }
    let plain = plain.get(..count).unwrap_or_default();
    let repeated = letters.clone().zip(letters.skip(1)).all(|(a, b)| a == b);
    repeated || count < LONGEST && (is_listed(plain) || is_counting(plain) || is_doubled(plain))
}

fn is_listed(plain: &[u8]) -> bool {
    // No filler holds a digit, and most case numbers, ids and dates do.
    if plain.iter().any(u8::is_ascii_digit) {
        return false;
    }
    static LIST: OnceLock<Vec<&[u8]>> = OnceLock::new();
    let list = LIST.get_or_init(|| {
        let mut list: Vec<&[u8]> = FILLERS.split_whitespace().map(str::as_bytes).collect();
        list.sort_unstable();
        list
    });
    list.binary_search(&plain).is_ok()
}

/// `12345`, `98765`.
fn is_counting(plain: &[u8]) -> bool {
    let within = |row: &[u8]| row.windows(plain.len()).any(|window| window == plain);
    (4..=20).contains(&plain.len())
        && (within(b"12345678901234567890") || within(b"98765432109876543210"))
}

/// `NANA`, `NONENONE`, `TBDTBD`.
fn is_doubled(plain: &[u8]) -> bool {
    let (left, right) = plain.split_at_checked(plain.len() / 2).unwrap_or_default();
    left == right && left.len() >= 2 && is_listed(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_and_values() {
        for filler in [
            "N/A",
            "n.a.",
            "NA NA",
            "TBD",
            "xxxx",
            "0000",
            "---",
            "Unknown",
            "see file",
            "12345",
            "Pending",
            "ＴＢＤ",
            "?",
        ] {
            assert!(is_filler(filler), "{filler}");
        }
        for value in [
            "24-CR-00117",
            "HSI-2291",
            "OFF-1001",
            "12346",
            "Dana Ortiz",
            "1123",
        ] {
            assert!(!is_filler(value), "{value}");
        }
    }
}
