//! One row against one record: a level for each field.
//!
//! Place in the flow: identify runs it over the candidates of the blocking keys. Pure; its cost is
//! bounded because queries are cut to size (query) and the builder cuts names the same way.
//!
//! Left to others: what a level weighs (score).

use model::{
    id::{EntryNumber, RecordNumber},
    time::Date,
    token::{Token, TokenKind},
};
use rapidfuzz::distance::osa;
use standard::name::{StandardName, Suffix, canonical_given};

use crate::{
    candidates::{BOUND_PART_BITS, BoundAddress, RecordView},
    level::{
        AddressLevel, Arrangement, BirthLevel, GivenLevel, Levels, MiddleLevel, SuffixLevel,
        SurnameLevel, TinLevel,
    },
    phonetic::sound,
    query::{AddressTokens, Query},
};

/// Compares one query with many records.
#[derive(Debug)]
pub struct Comparator<'q> {
    query: &'q Query,
}

impl<'q> Comparator<'q> {
    /// A comparator for a query.
    #[must_use]
    pub fn new(query: &'q Query) -> Self {
        Self { query }
    }

    /// The levels of a record.
    #[must_use]
    pub fn levels(&self, record: RecordNumber, view: &RecordView<'_>) -> Levels {
        let given: Vec<&str> = words(view.given);
        let surnames: Vec<&str> = words(view.surnames);
        let name = self.query.name();
        let (arrangement, surname, first, middle) = names(name, &given, &surnames);
        Levels {
            arrangement,
            surname,
            given: first,
            middle,
            suffix: suffix_level(name.suffix, view.suffix),
            birth: birth_level(self.query.date_of_birth(), view.date_of_birth),
            tin: tin_level(self.query.tin(), view.tin, record),
            address: address_level(self.query.addresses(), &view.addresses, record),
        }
    }

    /// The entries of a record that the row's own address (the first) is the key of.
    #[must_use]
    pub fn entries_given(&self, record: RecordNumber, view: &RecordView<'_>) -> Vec<EntryNumber> {
        let mut entries: Vec<EntryNumber> = self
            .query
            .addresses()
            .first()
            .map(|address| BoundQuery::new(address, record))
            .map(|bound| {
                let on_file = view
                    .addresses
                    .iter()
                    .filter(|address| bound.level(address).is_on_file());
                on_file.map(|address| address.entry).collect()
            })
            .unwrap_or_default();
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}

/// Name levels, exchanged where nothing agrees straight and the exchange makes both names agree.
fn names(
    name: &StandardName,
    given: &[&str],
    surnames: &[&str],
) -> (Arrangement, SurnameLevel, GivenLevel, MiddleLevel) {
    let row_given: Vec<&str> = name.given.iter().map(String::as_str).collect();
    let row_surnames: Vec<&str> = name.surnames.iter().map(String::as_str).collect();
    let straight = (
        Arrangement::Straight,
        surname_level(&row_surnames, surnames),
        given_level(&row_given, given),
        middle_level(&row_given, given),
    );
    if straight.1 != SurnameLevel::Different || straight.2 != GivenLevel::Different {
        return straight;
    }
    let surname = surname_level(&row_given, surnames);
    let first = given_level(&row_surnames, given);
    let agrees = matches!(surname, SurnameLevel::Exact | SurnameLevel::Part)
        && matches!(first, GivenLevel::Exact | GivenLevel::Nickname);
    if agrees {
        let middle = middle_level(&row_surnames, given);
        (Arrangement::Exchanged, surname, first, middle)
    } else {
        straight
    }
}

/// Whether two tokens are a slip of the pen apart: one edit or exchange of neighbours, in words of
/// four letters; two in words of eight.
#[must_use]
pub fn is_slip(a: &str, b: &str) -> bool {
    let shorter = a.len().min(b.len());
    let allowed = match shorter {
        0..=3 => return false,
        4..=7 => 1,
        _ => 2,
    };
    if a.len().abs_diff(b.len()) > allowed {
        return false;
    }
    let arguments = osa::Args::default().score_cutoff(allowed);
    osa::distance_with_args(a.bytes(), b.bytes(), &arguments).is_some()
}

fn same_words(a: &[&str], b: &[&str]) -> bool {
    let sorted = |words: &[&str]| {
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        words.sort_unstable();
        words
    };
    a == b || (a.len() == b.len() && sorted(a) == sorted(b)) || a.concat() == b.concat()
}

/// Surnames of a row against those of a record.
#[must_use]
pub fn surname_level(row: &[&str], record: &[&str]) -> SurnameLevel {
    if row.is_empty() || record.is_empty() {
        return SurnameLevel::Missing;
    }
    if same_words(row, record) {
        return SurnameLevel::Exact;
    }
    let pairs = || {
        row.iter()
            .flat_map(|a| record.iter().map(move |b| (*a, *b)))
    };
    if pairs().any(|(a, b)| a == b) {
        return SurnameLevel::Part;
    }
    let mut best = SurnameLevel::Different;
    for (a, b) in pairs() {
        let level = match (is_slip(a, b), sound(a) == sound(b)) {
            (true, true) => SurnameLevel::Alike,
            (true, false) => SurnameLevel::Similar,
            (false, true) => SurnameLevel::Sound,
            (false, false) => SurnameLevel::Different,
        };
        best = best.min(level);
    }
    best
}

/// First given name of a row against that of a record.
#[must_use]
pub fn given_level(row: &[&str], record: &[&str]) -> GivenLevel {
    let (Some((a, row_later)), Some((b, record_later))) = (row.split_first(), record.split_first())
    else {
        return GivenLevel::Missing;
    };
    if a == b {
        return GivenLevel::Exact;
    }
    if a.len() == 1 || b.len() == 1 {
        return if a.bytes().next() == b.bytes().next() {
            GivenLevel::Initial
        } else {
            GivenLevel::Different
        };
    }
    if canonical_given(a) == canonical_given(b) {
        return GivenLevel::Nickname;
    }
    let joined = row.concat() == record.concat();
    if joined || record_later.contains(a) || row_later.contains(b) {
        return GivenLevel::Later;
    }
    if is_slip(a, b) || sounds_alike(a, b) {
        return GivenLevel::Similar;
    }
    GivenLevel::Different
}

/// Whether two given names of four letters or more have one sound of three classes or more.
fn sounds_alike(a: &str, b: &str) -> bool {
    let code = sound(a);
    a.len() >= 4 && b.len() >= 4 && code.len() >= 3 && code == sound(b)
}

/// Later given names of a row against those of a record.
#[must_use]
pub fn middle_level(row: &[&str], record: &[&str]) -> MiddleLevel {
    let (Some((first, row)), Some((other, record))) = (row.split_first(), record.split_first())
    else {
        return MiddleLevel::Missing;
    };
    // Given names shifted by one say nothing more than the given-name level does.
    if row.is_empty() || record.is_empty() || row.contains(other) || record.contains(first) {
        return MiddleLevel::Missing;
    }
    let pairs = || {
        row.iter()
            .flat_map(|a| record.iter().map(move |b| (*a, *b)))
    };
    if pairs().any(|(a, b)| a.len() > 1 && (a == b || canonical_given(a) == canonical_given(b))) {
        return MiddleLevel::Exact;
    }
    let initial = |(a, b): (&str, &str)| {
        (a.len() == 1 || b.len() == 1) && a.bytes().next() == b.bytes().next()
    };
    if pairs().any(initial) {
        return MiddleLevel::Initial;
    }
    MiddleLevel::Different
}

fn suffix_level(row: Option<Suffix>, record: Option<Suffix>) -> SuffixLevel {
    match (row, record) {
        (None, None) => SuffixLevel::Neither,
        (Some(a), Some(b)) if a == b => SuffixLevel::Same,
        // A `Second` is often called `Junior`: no conflict, no agreement.
        (Some(Suffix::Junior), Some(Suffix::Second))
        | (Some(Suffix::Second), Some(Suffix::Junior))
        | (None, Some(_))
        | (Some(_), None) => SuffixLevel::OneOnly,
        (Some(_), Some(_)) => SuffixLevel::Conflict,
    }
}

/// Whether two numbers of equal width differ in one digit or by one exchange of neighbours.
fn is_digit_slip(a: &[u8], b: &[u8]) -> bool {
    let differing: Vec<usize> = a
        .iter()
        .zip(b)
        .enumerate()
        .filter_map(|(place, (x, y))| (x != y).then_some(place))
        .collect();
    match differing.as_slice() {
        [_] => true,
        [i, j] => *j == i + 1 && a.get(*i) == b.get(*j) && a.get(*j) == b.get(*i),
        _ => false,
    }
}

/// Dates of birth.
#[must_use]
pub fn birth_level(row: Option<Date>, record: Option<Date>) -> BirthLevel {
    let (Some(a), Some(b)) = (row, record) else {
        return BirthLevel::Missing;
    };
    let day = |date: Date| format!("{:02}{:02}", date.month(), date.day()).into_bytes();
    let year = |date: Date| format!("{:04}", date.year()).into_bytes();
    let apart = a.year().abs_diff(b.year());
    match (apart == 0, day(a) == day(b)) {
        (true, true) => BirthLevel::Exact,
        (true, false) if a.month() == b.day() && a.day() == b.month() => BirthLevel::Exchanged,
        (true, false) if is_digit_slip(&day(a), &day(b)) => BirthLevel::DaySlip,
        (true, false) => BirthLevel::SameYear,
        (false, true) if is_digit_slip(&year(a), &year(b)) => BirthLevel::YearSlip,
        (false, _) if apart <= 3 => BirthLevel::Near,
        (false, _) => BirthLevel::Different,
    }
}

fn tin_level(row: Option<&Token>, record: Option<u32>, number: RecordNumber) -> TinLevel {
    let (Some(token), Some(bound)) = (row, record) else {
        return TinLevel::Missing;
    };
    if u32::try_from(token.bound(number) >> 32) == Ok(bound) {
        TinLevel::Same
    } else {
        TinLevel::Different
    }
}

/// The part of a bound token that a record keeps.
#[must_use]
pub fn bound_part(token: &Token, record: RecordNumber) -> u16 {
    u16::try_from(token.bound(record) >> (64 - BOUND_PART_BITS)).unwrap_or(u16::MAX)
}

/// A row's address bound to one record.
struct BoundQuery([Option<u16>; 8]);

/// How one part of two addresses compares.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Part {
    Same,
    Different,
    OneOnly,
    Neither,
}

impl BoundQuery {
    fn new(address: &AddressTokens, record: RecordNumber) -> Self {
        Self(
            TokenKind::OF_ADDRESS
                .map(|kind| address.get(kind).map(|token| bound_part(token, record))),
        )
    }

    fn part(&self, kind: TokenKind, other: &BoundAddress) -> Part {
        let ours = TokenKind::OF_ADDRESS
            .iter()
            .position(|k| *k == kind)
            .and_then(|position| self.0.get(position).copied().flatten());
        match (ours, other.part(kind)) {
            (Some(a), Some(b)) if a == b => Part::Same,
            (Some(_), Some(_)) => Part::Different,
            (None, None) => Part::Neither,
            _ => Part::OneOnly,
        }
    }

    fn level(&self, other: &BoundAddress) -> AddressLevel {
        use TokenKind as K;
        let part = |kind| self.part(kind, other);
        let (zip, number, street) = (part(K::Zip5), part(K::Number), part(K::Street));
        let agrees = |part| matches!(part, Part::Same | Part::Neither);
        let one_there = number == Part::Same || street == Part::Same;
        let halves = || part(K::StreetLeft) == Part::Same || part(K::StreetRight) == Part::Same;
        match zip {
            Part::Same if one_there && agrees(number) && agrees(street) => match part(K::Unit) {
                Part::Same => AddressLevel::OnFileUnit,
                Part::Different => AddressLevel::OnFileOtherUnit,
                Part::OneOnly | Part::Neither => AddressLevel::OnFile,
            },
            Part::Same if one_there || halves() => AddressLevel::Near,
            Part::Same => AddressLevel::Zip5,
            _ if part(K::Zip3) != Part::Same => AddressLevel::Different,
            _ if one_there && agrees(number) && agrees(street) => AddressLevel::OtherZip,
            _ => AddressLevel::Zip3,
        }
    }
}

fn address_level(
    row: &[AddressTokens],
    record: &[BoundAddress],
    number: RecordNumber,
) -> AddressLevel {
    row.iter()
        .map(|address| BoundQuery::new(address, number))
        .flat_map(|bound| {
            let levels: Vec<AddressLevel> =
                record.iter().map(|other| bound.level(other)).collect();
            levels
        })
        .min()
        .unwrap_or(AddressLevel::Different)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<Date> {
        (!text.is_empty()).then(|| model::time::parse_date(text).unwrap())
    }

    #[test]
    fn births() {
        let check = |a, b, level| assert_eq!(birth_level(date(a), date(b)), level, "{a} {b}");
        check("1980-02-03", "1980-02-03", BirthLevel::Exact);
        check("1980-02-03", "1980-03-02", BirthLevel::Exchanged);
        check("1980-02-03", "1980-02-13", BirthLevel::DaySlip);
        check("1980-03-12", "1980-03-21", BirthLevel::DaySlip);
        check("1980-02-03", "1980-11-27", BirthLevel::SameYear);
        check("1980-02-03", "1990-02-03", BirthLevel::YearSlip);
        check("1979-02-03", "1997-02-03", BirthLevel::YearSlip);
        check("1980-02-03", "1982-05-03", BirthLevel::Near);
        check("1980-02-03", "1955-05-03", BirthLevel::Different);
        check("1980-02-03", "", BirthLevel::Missing);
    }

    #[test]
    fn surnames() {
        let check = |a, b, level| {
            assert_eq!(surname_level(&words(a), &words(b)), level, "{a} / {b}");
            assert_eq!(surname_level(&words(b), &words(a)), level, "{b} / {a}");
        };
        check("GARCIA LOPEZ", "LOPEZ GARCIA", SurnameLevel::Exact);
        check("SMITH JONES", "SMITHJONES", SurnameLevel::Exact);
        check("GARCIA LOPEZ", "GARCIA", SurnameLevel::Part);
        check("GONZALEZ", "GONZALES", SurnameLevel::Alike);
        check("MILLER", "MILTER", SurnameLevel::Similar);
        check("MEYER", "MAIER", SurnameLevel::Sound);
        check("LEE", "LE", SurnameLevel::Sound);
        check("SMITH", "JOHNSON", SurnameLevel::Different);
        check("", "JOHNSON", SurnameLevel::Missing);
    }

    #[test]
    fn given_names() {
        let check = |a, b, level| {
            assert_eq!(given_level(&words(a), &words(b)), level, "{a} / {b}");
            assert_eq!(given_level(&words(b), &words(a)), level, "{b} / {a}");
        };
        check("MARIA ELENA", "MARIA", GivenLevel::Exact);
        check("ELENA", "MARIA ELENA", GivenLevel::Later);
        check("ANA MARIA", "ANAMARIA", GivenLevel::Later);
        check("M", "MARIA", GivenLevel::Initial);
        check("J", "MARIA", GivenLevel::Different);
        check("MICHEAL", "MICHAEL", GivenLevel::Similar);
        check("JUAN", "MARIANA", GivenLevel::Different);
        check("", "MARIA", GivenLevel::Missing);
    }

    #[test]
    fn middle_names() {
        let check = |a, b, level| {
            assert_eq!(middle_level(&words(a), &words(b)), level, "{a} / {b}");
            assert_eq!(middle_level(&words(b), &words(a)), level, "{b} / {a}");
        };
        check("ANA MARIA", "ANA MARIA", MiddleLevel::Exact);
        check("ANA M", "ANA MARIA", MiddleLevel::Initial);
        check("ANA M", "ANA M", MiddleLevel::Initial);
        check("ANA LUZ", "ANA MARIA", MiddleLevel::Different);
        check("ANA", "ANA MARIA", MiddleLevel::Missing);
        check("MARIA JOSE", "ANA MARIA", MiddleLevel::Missing);
    }
}
