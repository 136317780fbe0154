//! Words written where a value belongs: `N/A`, `TBD`, `xxxx`.
//!
//! Place in the flow: rules on case numbers, officers and reasons ask here. Names and addresses have
//! larger lists of their own (standard).
//!
//! Left to others: what the finding says.

use standard::fold::fold;

/// Texts that state nothing, folded and without spaces.
const FILLERS: &[&str] = &[
    "ASABOVE", "ASAP", "BLANK", "CLASSIFIED", "CONFIDENTIAL", "DITTO", "DONOTKNOW", "EMPTY",
    "FAILEDTOPROVIDE", "FILLIN", "FORTHCOMING", "INFORMATIONNOTAVAILABLE", "NA", "NIL", "NOCASE",
    "NODATA", "NONE", "NONEGIVEN", "NONEPROVIDED", "NONUMBER", "NOTAPPLICABLE", "NOTASSIGNED",
    "NOTAVAILABLE", "NOTGIVEN", "NOTKNOWN", "NOTPROVIDED", "NOTYETASSIGNED", "NULL", "OTHER",
    "PENDING", "PERREQUEST", "PLACEHOLDER", "REDACTED", "SAME", "SAMEASABOVE", "SEEABOVE",
    "SEEATTACHED", "SEEATTACHMENT", "SEECASEFILE", "SEECOVER", "SEECOVERLETTER", "SEEFILE",
    "SEENOTES", "SEEREQUEST", "TBA", "TBD", "TEST", "TESTING", "TOBEASSIGNED", "TOBEDETERMINED",
    "TOBEPROVIDED", "UNASSIGNED", "UNAVAILABLE", "UNK", "UNKNOWN", "UNKNOWNCASE", "VARIOUS",
    "VARIOUSCASES", "MULTIPLE", "ONFILE", "SEVERAL", "ANYOFFICER", "OFFICER", "AGENT", "CASENUMBER",
    "OFFICERNAME", "REASON",
];

/// Whether a text that is not empty states nothing: a filler word, one character repeated, digits
/// in counting order, or no letter and no digit.
pub fn is_filler(text: &str) -> bool {
    let mut plain = if text.is_ascii() { text.to_ascii_uppercase() } else { fold(text) };
    plain.retain(|c| c.is_ascii_alphanumeric());
    let repeated = plain.bytes().zip(plain.bytes().skip(1)).all(|(a, b)| a == b);
    repeated
        || FILLERS.contains(&plain.as_str())
        || (plain.len() >= 4 && ("12345678901234567890".contains(&plain) || "98765432109876543210".contains(&plain)))
        || is_doubled_filler(&plain)
}

/// `NANA`, `NONENONE`, `TBDTBD`.
fn is_doubled_filler(plain: &str) -> bool {
    let (left, right) = plain.split_at_checked(plain.len() / 2).unwrap_or_default();
    left == right && left.len() >= 2 && FILLERS.contains(&left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_and_values() {
        for filler in [
            "N/A", "n.a.", "NA NA", "TBD", "xxxx", "0000", "---", "Unknown", "see file", "12345", "Pending", "ＴＢＤ", "?",
        ] {
            assert!(is_filler(filler), "{filler}");
        }
        for value in ["24-CR-00117", "HSI-2291", "OFF-1001", "12346", "Dana Ortiz", "1123"] {
            assert!(!is_filler(value), "{value}");
        }
    }
}
