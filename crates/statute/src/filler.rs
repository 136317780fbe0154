//! Words written where a value belongs: `N/A`, `TBD`, `xxxx`.
//!
//! Place in the flow: rules on case numbers, officers and reasons ask here. Names and addresses have
//! larger lists of their own (standard).
//!
//! Left to others: what the finding says.

use std::sync::OnceLock;

use standard::fold::fold;

/// Texts that state nothing, folded and without spaces.
const FILLERS: &str = "AGENT ALLCASES ANYOFFICER ASABOVE ASAP BLANK CASE CASENUMBER CASENO CLASSIFIED \
    CONFIDENTIAL DITTO DONOTKNOW EMPTY FAILEDTOPROVIDE FILLIN FORTHCOMING INFORMATIONNOTAVAILABLE \
    MULTIPLE NA NIL NOCASE NODATA NONE NONEGIVEN NONEPROVIDED NONUMBER NOTAPPLICABLE NOTASSIGNED \
    NOTAVAILABLE NOTGIVEN NOTKNOWN NOTPROVIDED NOTYETASSIGNED NULL OFFICER OFFICERNAME ONFILE OTHER \
    PENDING PERREQUEST PLACEHOLDER REASON REDACTED SAME SAMEASABOVE SEEABOVE SEEAFILE SEEATTACHED \
    SEEATTACHMENT SEECASEFILE SEECOVER SEECOVERLETTER SEEFILE SEENOTES SEEREQUEST SEVERAL TBA TBD \
    TEST TESTING TOBEASSIGNED TOBEDETERMINED TOBEPROVIDED UNASSIGNED UNAVAILABLE UNK UNKNOWN \
    UNKNOWNCASE VARIOUS VARIOUSCASES";

/// More letters and digits than any filler has; a longer text is looked at for repetition only.
const LONGEST: usize = 40;

/// Whether a text that is not empty states nothing: a filler word, one letter repeated, zeros alone,
/// one digit repeated or digits in counting order without a break (`22-222` may be a number), or no
/// letter and no digit.
pub fn is_filler(text: &str) -> bool {
    if text.is_ascii() {
        return is_plain_filler(text);
    }
    is_plain_filler(&fold(text))
}

/// Whether a text that should be a number is a filler, or one before a number: `TBD 2025`,
/// `unknown1`, `N/A 0`. `NA` alone is also an abbreviation: it counts with its slash or before zeros.
pub fn is_numbered_filler(text: &str) -> bool {
    is_filler(text) || {
        let folded;
        let plain = if text.is_ascii() {
            text
        } else {
            folded = fold(text);
            &folded
        };
        has_filler_before(plain)
    }
}

fn has_filler_before(text: &str) -> bool {
    let head = text.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let tail = text.get(head.len()..).unwrap_or_default();
    if head.is_empty() || head.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let zeros = tail.bytes().all(|byte| !matches!(byte, b'1'..=b'9'));
    let letters = head.bytes().filter(u8::is_ascii_alphabetic).count();
    let short = letters < 3 && !head.contains('/') && !zeros;
    // A letter or several alike may be the name of a series, `A17`, `CC-17`; `XXX-1` is none.
    let mut plain = head.bytes().filter(u8::is_ascii_alphabetic);
    let series = plain.next().is_some_and(|first| {
        !first.eq_ignore_ascii_case(&b'X') && plain.all(|byte| byte.eq_ignore_ascii_case(&first))
    });
    letters > 1 && !short && !series && is_plain_filler(head)
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
    is_one_character(text, letters)
        || count < LONGEST
            && (is_listed(plain) || is_unbroken(text) && is_counting(plain) || is_doubled(plain))
}

/// One letter or zero over and over, whatever stands between; another digit without a break.
fn is_one_character(text: &str, letters: impl Iterator<Item = u8> + Clone) -> bool {
    let Some(first) = letters.clone().next() else {
        return true;
    };
    letters.clone().all(|byte| byte == first)
        && (!matches!(first, b'1'..=b'9') || is_unbroken(text))
}

/// Whether nothing stands between the first and the last letter or digit.
fn is_unbroken(text: &str) -> bool {
    text.trim_matches(|c: char| !c.is_ascii_alphanumeric())
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
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
            "0000-00",
            "00-000",
            "xx-xx-xxx",
            "7777",
            "(7777)",
            "98765",
            "see A-file",
            "NONE NONE",
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
            "23-4567",
            "12-345",
            "01-2345",
            "22-222",
            "7-777",
            "010-00",
        ] {
            assert!(!is_filler(value), "{value}");
        }
    }

    #[test]
    fn fillers_before_a_number() {
        let check = |text, expected| assert_eq!(is_numbered_filler(text), expected, "{text}");
        for text in [
            "TBD 2025",
            "unknown1",
            "N/A 0",
            "N/A 17",
            "NA 00",
            "to be assigned 1",
            "all cases 2025",
            "pending1",
            "see file 1",
            "see A-file 209555111",
            "case 1",
            "XXX-1",
            "ＴＢＤ 7",
            "tbd",
            "0000",
        ] {
            check(text, true);
        }
        for text in [
            "NA-17",
            "A17",
            "AA-17",
            "CCC-17",
            "TBD-25-CR-1",
            "2:25-cr-00117",
            "OTH-12",
            "HSI-2291",
            "25-CR-1187",
            "2025",
            "1234-TBD",
        ] {
            check(text, false);
        }
    }
}
