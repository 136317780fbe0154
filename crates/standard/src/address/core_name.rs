//! The core of a street's name: the same for every usual spelling of one street.
//!
//! Place in the flow: under the on-file address key and the street tokens ([`super::key`]).
//!
//! Left to others: the form printed on a label, which keeps the spelling.

use std::borrow::Cow;

use super::{
    lexicon::{Entry, entry},
    words::NumberWord,
};

/// The core of a street name in standard form: abbreviations written out, ordinals and number words as
/// digits, numbered highways without their system, no spaces. `5TH` and `FIFTH` are `5`, `ST JAMES` is
/// `SAINTJAMES`, `US HIGHWAY 50` and `STATE ROUTE 50` are `HIGHWAY50`. A type that is mostly part of a
/// name (`HILL`, not `RD`) belongs to the core.
pub(crate) fn street_core(street: &str, street_type: Option<&str>) -> String {
    if let Some(rest) = highway_number(street) {
        return format!("HIGHWAY{}", rest.replace(' ', ""));
    }
    if let Some(king) = martin_luther_king(street) {
        return king.to_owned();
    }
    let mut core = String::with_capacity(street.len());
    let mut words = street.split(' ').peekable();
    let mut first = true;
    while let Some(word) = words.next() {
        let known = entry(word);
        match number(word, known, words.peek().copied()) {
            Some((value, both)) => {
                core.push_str(&value);
                if both {
                    words.next();
                }
            }
            None => core.push_str(written_out(word, known, first && words.peek().is_some())),
        }
        first = false;
    }
    let known = street_type.and_then(|street_type| entry(street_type).street_type);
    core.push_str(
        known
            .filter(|known| !known.strong)
            .map_or("", |known| known.word),
    );
    core
}

/// What follows the words of a numbered highway of state, nation or no stated system.
fn highway_number(street: &str) -> Option<&str> {
    [
        "US HIGHWAY ",
        "STATE HIGHWAY ",
        "STATE ROUTE ",
        "STATE ROAD ",
        "HIGHWAY ",
        "ROUTE ",
        "INTERSTATE ",
        "HWY ",
        "RTE ",
    ]
    .iter()
    .find_map(|prefix| street.strip_prefix(prefix))
}

fn martin_luther_king(street: &str) -> Option<&'static str> {
    let name = ["DR ", "REV ", "REVEREND ", "DOCTOR "]
        .iter()
        .fold(street, |name, title| {
            name.strip_prefix(title).unwrap_or(name)
        });
    let name = ["JR", "JUNIOR"]
        .iter()
        .fold(name, |name, suffix| {
            name.strip_suffix(suffix).unwrap_or(name)
        })
        .trim_end();
    matches!(
        name,
        "MLK" | "M L KING" | "ML KING" | "MARTIN LUTHER KING" | "MARTIN L KING" | "M L K"
    )
    .then_some("MARTINLUTHERKING")
}

/// The digits of an ordinal or number word, and whether the next word belongs to it (`FORTY SECOND`).
fn number<'a>(word: &'a str, known: Entry, next: Option<&str>) -> Option<(Cow<'a, str>, bool)> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let (number, ending) = word.split_at_checked(digits)?;
        let ordinal = matches!(ending, "ST" | "ND" | "RD" | "TH");
        return ordinal.then(|| (number.trim_start_matches('0').into(), false));
    }
    let (value, kind) = known.number?;
    let following = next.and_then(|next| entry(next).number);
    match (kind, following) {
        (NumberWord::Cardinal, Some((units, NumberWord::Ordinal))) if value >= 20 && units < 10 => {
            Some(((value + units).to_string().into(), true))
        }
        (NumberWord::Ordinal, _) => Some((value.to_string().into(), false)),
        (NumberWord::Cardinal, _) => None,
    }
}

/// A word with its usual abbreviation written out.
fn written_out(word: &str, known: Entry, begins: bool) -> &str {
    match word {
        "ST" if begins => "SAINT",
        "STE" if begins => "SAINTE",
        "MT" => "MOUNT",
        "FT" => "FORT",
        "&" => "AND",
        "CLL" => "CALLE",
        _ => known.street_type.map_or(word, |known| known.word),
    }
}

/// The two halves of a core, so that one mistake spoils one of them only. They have one of few lengths,
/// so that a letter lost or added in one half seldom moves the other: up to 3 letters, both are the
/// whole; then 2, 3, 5 and 7 letters from either end for cores of 4, 6, 10 and 14 letters on.
pub(crate) fn halves(core: &str) -> (&str, &str) {
    let length = match core.len() {
        0..=3 => return (core, core),
        4..=5 => 2,
        6..=9 => 3,
        10..=13 => 5,
        _ => 7,
    };
    let left = core.get(..length).unwrap_or(core);
    let right = core.get(core.len() - length..).unwrap_or(core);
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(street: &str, core: &str) {
        assert_eq!(street_core(street, None), core, "{street}");
    }

    #[test]
    fn spellings_of_one_street_have_one_core() {
        check("MAIN", "MAIN");
        check("5TH", "5");
        check("FIFTH", "5");
        check("FORTY SECOND", "42");
        check("ST JAMES", "SAINTJAMES");
        check("SAINT JAMES", "SAINTJAMES");
        check("US HIGHWAY 50", "HIGHWAY50");
        check("STATE ROUTE 50", "HIGHWAY50");
        check("COUNTY ROAD 12", "COUNTYROAD12");
        check("MT VERNON", "MOUNTVERNON");
        check("DR MARTIN LUTHER KING JR", "MARTINLUTHERKING");
        check("MLK", "MARTINLUTHERKING");
        check("AVENUE H", "AVENUEH");
        check("1700", "1700");
        check("S", "S");
        assert_eq!(street_core("OAK HILL", Some("RD")), "OAKHILL");
        assert_eq!(street_core("OAK", Some("HL")), "OAKHILL");
    }

    #[test]
    fn halves_keep_apart() {
        assert_eq!(halves("MAPLEWOOD"), ("MAP", "OOD"));
        assert_eq!(halves("5"), ("5", "5"));
        assert_eq!(halves(""), ("", ""));
        assert_eq!(halves("ELM"), ("ELM", "ELM"));
        assert_eq!(halves("PARK"), ("PA", "RK"));
    }
}
