//! One row against one record: a level for each field.
//!
//! Place in the flow: identify runs it over the candidates of the blocking keys. Pure; its cost is
//! bounded because queries are cut to size (query) and the builder cuts names the same way.
//!
//! Left to others: what a level weighs (score).

use std::cell::Cell;

use model::{
    id::{EntryNumber, RecordNumber},
    time::Date,
    token::{Token, TokenKind},
};
use standard::name::{StandardName, Suffix, canonical_given};

use crate::{
    candidates::{BOUND_PART_BITS, BoundAddress, RecordView},
    level::{
        AddressLevel, Arrangement, BirthLevel, GivenLevel, Levels, MiddleLevel, SuffixLevel,
        SurnameLevel, TinLevel,
    },
    memo::Memo,
    phonetic::sound_code,
    query::{AddressTokens, Query},
};

/// Compares one query with many records. Names are compared once for each distinct text.
#[derive(Debug)]
pub struct Comparator<'q, 'r> {
    query: &'q Query,
    bearing: Bearing,
    row_given: Vec<&'q str>,
    row_surnames: Vec<&'q str>,
    surnames: Memo<'r, SurnameLevel>,
    given: Memo<'r, (GivenLevel, MiddleLevel)>,
}

/// Whether the row's first given name is one that people bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearing {
    /// It is a name of its own.
    Common,
    /// Hardly anybody bears it.
    HardlyAnybody,
}

/// The levels that depend on names alone.
type NameLevels = (Arrangement, SurnameLevel, GivenLevel, MiddleLevel);

impl<'q, 'r> Comparator<'q, 'r> {
    /// A comparator for a query.
    #[must_use]
    pub fn new(query: &'q Query, bearing: Bearing) -> Self {
        Self {
            query,
            bearing,
            row_given: texts(&query.name().given),
            row_surnames: texts(&query.name().surnames),
            surnames: Memo::new(),
            given: Memo::new(),
        }
    }

    /// The levels of a record.
    #[must_use]
    pub fn levels(&mut self, record: RecordNumber, view: &RecordView<'r>) -> Levels {
        let (arrangement, surname, given, middle) = self.names(view);
        Levels {
            arrangement,
            surname,
            given,
            middle,
            suffix: suffix_level(self.query.name().suffix, view.suffix),
            birth: birth_level(self.query.date_of_birth(), view.date_of_birth),
            tin: tin_level(self.query.tin(), view.tin, record),
            address: address_level(self.query.addresses(), &view.addresses, record),
        }
    }

    /// Name levels, exchanged where nothing agrees straight and the exchange makes both agree.
    fn names(&mut self, view: &RecordView<'r>) -> NameLevels {
        let surname = self.surname(view.surnames);
        let (given, middle) = self.given(view.given);
        if surname != SurnameLevel::Different || given != GivenLevel::Different {
            return (Arrangement::Straight, surname, given, middle);
        }
        let exchanged = exchanged_levels(self.query.name(), view, self.bearing);
        exchanged.unwrap_or((Arrangement::Straight, surname, given, middle))
    }

    fn surname(&mut self, record: &'r str) -> SurnameLevel {
        let row = &self.row_surnames;
        self.surnames
            .get(record, |text| surname_level(row, &words(text)))
    }

    fn given(&mut self, record: &'r str) -> (GivenLevel, MiddleLevel) {
        let (row, bearing) = (&self.row_given, self.bearing);
        self.given.get(record, |text| {
            let words = words(text);
            (given_level(row, &words, bearing), middle_level(row, &words))
        })
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

fn texts(tokens: &[String]) -> Vec<&str> {
    tokens.iter().map(String::as_str).collect()
}

/// Levels with given names and surnames exchanged, where both then agree.
fn exchanged_levels(
    name: &StandardName,
    view: &RecordView<'_>,
    bearing: Bearing,
) -> Option<NameLevels> {
    let (given, surnames) = (words(view.given), words(view.surnames));
    let row = texts(&name.surnames);
    let surname = surname_level(&texts(&name.given), &surnames);
    let first = given_level(&row, &given, bearing);
    let agrees = matches!(surname, SurnameLevel::Exact | SurnameLevel::Part)
        && matches!(first, GivenLevel::Exact | GivenLevel::Nickname);
    agrees.then(|| {
        let middle = middle_level(&row, &given);
        (Arrangement::Exchanged, surname, first, middle)
    })
}

/// Whether two tokens are a slip of the pen apart: one edit or exchange of neighbours (optimal
/// string alignment distance 1), in words of four letters at least.
#[must_use]
pub fn is_slip(a: &str, b: &str) -> bool {
    let (long, short) = if a.len() < b.len() {
        (b.as_bytes(), a.as_bytes())
    } else {
        (a.as_bytes(), b.as_bytes())
    };
    if short.len() < 4 || long.len() - short.len() > 1 {
        return false;
    }
    let same = long.iter().zip(short).take_while(|(x, y)| x == y).count();
    let (Some(long_rest), Some(short_rest)) = (long.get(same..), short.get(same..)) else {
        return false;
    };
    match (long_rest, short_rest) {
        ([_, long_tail @ ..], rest) if long.len() > short.len() => long_tail == rest,
        ([x, y, long_tail @ ..], [v, w, short_tail @ ..]) if x == w && y == v => {
            long_tail == short_tail
        }
        ([_, long_tail @ ..], [_, short_tail @ ..]) => long_tail == short_tail,
        _ => false,
    }
}

/// Whether two lists have the same words in any order, or the same letters in all.
fn same_words(a: &[&str], b: &[&str]) -> bool {
    if let ([a], [b]) = (a, b) {
        return a == b;
    }
    a.concat() == b.concat() || (a.len() == b.len() && sorted(a) == sorted(b))
}

fn sorted<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
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
        let level = match (is_slip(a, b), sound_code(a) == sound_code(b)) {
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
pub fn given_level(row: &[&str], record: &[&str], bearing: Bearing) -> GivenLevel {
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
    match (is_slip(a, b), bearing) {
        (true, Bearing::HardlyAnybody) => GivenLevel::Misspelt,
        (true, Bearing::Common) => GivenLevel::Similar,
        (false, _) if sounds_alike(a, b) => GivenLevel::Sound,
        (false, _) => GivenLevel::Different,
    }
}

/// Whether two given names of four letters or more have one sound of three classes or more.
fn sounds_alike(a: &str, b: &str) -> bool {
    let code = sound_code(a);
    let [_, _, third, ..] = code;
    a.len() >= 4 && b.len() >= 4 && third != 0 && code == sound_code(b)
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

/// Whether two numbers of four digits differ in one digit or by one exchange of neighbours.
fn is_digit_slip(a: u16, b: u16) -> bool {
    let differs = |power: u16| a / power % 10 != b / power % 10;
    let crossed =
        |high: u16, low: u16| a / high % 10 == b / low % 10 && a / low % 10 == b / high % 10;
    match [1000, 100, 10, 1].map(differs) {
        [true, true, false, false] => crossed(1000, 100),
        [false, true, true, false] => crossed(100, 10),
        [false, false, true, true] => crossed(10, 1),
        places => places.into_iter().filter(|place| *place).count() == 1,
    }
}

/// Dates of birth.
#[must_use]
pub fn birth_level(row: Option<Date>, record: Option<Date>) -> BirthLevel {
    let (Some(a), Some(b)) = (row, record) else {
        return BirthLevel::Missing;
    };
    let day = |date: Date| {
        u16::from(date.month().unsigned_abs()) * 100 + u16::from(date.day().unsigned_abs())
    };
    let year = |date: Date| date.year().unsigned_abs();
    let apart = a.year().abs_diff(b.year());
    match (apart == 0, day(a) == day(b)) {
        (true, true) => BirthLevel::Exact,
        (true, false) if a.month() == b.day() && a.day() == b.month() => BirthLevel::Exchanged,
        (true, false) if is_digit_slip(day(a), day(b)) => BirthLevel::DaySlip,
        (true, false) => BirthLevel::SameYear,
        (false, true) if is_digit_slip(year(a), year(b)) && apart <= 15 => BirthLevel::YearSlip,
        (false, true) if is_digit_slip(year(a), year(b)) => BirthLevel::GenerationSlip,
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

/// A row's address bound to one record; each part is bound when it is first looked at.
struct BoundQuery<'q> {
    address: &'q AddressTokens,
    record: RecordNumber,
    parts: [Cell<Option<u16>>; 8],
}

/// How one part of two addresses compares.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Part {
    Same,
    Different,
    OneOnly,
    Neither,
}

impl<'q> BoundQuery<'q> {
    fn new(address: &'q AddressTokens, record: RecordNumber) -> Self {
        Self {
            address,
            record,
            parts: Default::default(),
        }
    }

    fn bound(&self, kind: TokenKind) -> Option<u16> {
        let token = self.address.get(kind)?;
        let position = TokenKind::OF_ADDRESS.iter().position(|k| *k == kind)?;
        let place = self.parts.get(position)?;
        let part = place
            .get()
            .unwrap_or_else(|| bound_part(token, self.record));
        place.set(Some(part));
        Some(part)
    }

    fn part(&self, kind: TokenKind, other: &BoundAddress) -> Part {
        match (self.bound(kind), other.part(kind)) {
            (Some(a), Some(b)) if a == b => Part::Same,
            (Some(_), Some(_)) => Part::Different,
            (None, None) => Part::Neither,
            _ => Part::OneOnly,
        }
    }

    fn level(&self, other: &BoundAddress) -> AddressLevel {
        use TokenKind as K;
        let part = |kind| self.part(kind, other);
        if part(K::Zip3) != Part::Same {
            return AddressLevel::Different;
        }
        let (number, street) = (part(K::Number), part(K::Street));
        let agrees = |part| matches!(part, Part::Same | Part::Neither);
        let one_there = number == Part::Same || street == Part::Same;
        let both = one_there && agrees(number) && agrees(street);
        let halves = || part(K::StreetLeft) == Part::Same || part(K::StreetRight) == Part::Same;
        match (part(K::Zip5), both) {
            (Part::Same, true) => match part(K::Unit) {
                Part::Same => AddressLevel::OnFileUnit,
                Part::Different => AddressLevel::OnFileOtherUnit,
                Part::OneOnly | Part::Neither => AddressLevel::OnFile,
            },
            (Part::Same, false) if one_there || halves() => AddressLevel::Near,
            (Part::Same, false) => AddressLevel::Zip5,
            (_, true) => AddressLevel::OtherZip,
            (_, false) => AddressLevel::Zip3,
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
        .filter_map(|bound| record.iter().map(|other| bound.level(other)).min())
        .min()
        .unwrap_or(AddressLevel::Different)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Option<Date> {
        (!text.is_empty()).then(|| model::time::parse_date(text).unwrap())
    }

    proptest! {
        /// The linear comparison against the dynamic programme of a library.
        #[test]
        fn slips_are_alignments_of_distance_one(a in "[AB]{0,9}", b in "[AB]{0,9}") {
            let distance = rapidfuzz::distance::osa::distance(a.bytes(), b.bytes());
            let long_enough = a.len().min(b.len()) >= 4;
            prop_assert_eq!(is_slip(&a, &b), a != b && long_enough && distance == 1);
        }
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
        check("1979-02-03", "1997-02-03", BirthLevel::GenerationSlip);
        check("1960-02-03", "1980-02-03", BirthLevel::GenerationSlip);
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
            for (a, b) in [(a, b), (b, a)] {
                let found = given_level(&words(a), &words(b), Bearing::Common);
                assert_eq!(found, level, "{a} / {b}");
            }
        };
        check("MARIA ELENA", "MARIA", GivenLevel::Exact);
        check("ELENA", "MARIA ELENA", GivenLevel::Later);
        check("ANA MARIA", "ANAMARIA", GivenLevel::Later);
        check("M", "MARIA", GivenLevel::Initial);
        check("J", "MARIA", GivenLevel::Different);
        check("BOB", "ROBERT", GivenLevel::Nickname);
        check("MARTA", "MARIA", GivenLevel::Similar);
        check("XAVIERRA", "SABIRA", GivenLevel::Sound);
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
