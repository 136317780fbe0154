//! Blocking keys: which records a row is compared with at all.
//!
//! Place in the flow: the builder indexes [`record_keys`], a query is looked up under those of
//! query_keys. The address key alone already finds every record that could be released (its
//! address must be on file); the others find the rivals.
//!
//! Left to others: what a query is looked up under (query_keys), the index (register), what an unfound
//! record could have weighed (unseen).

use std::sync::OnceLock;

use model::{
    time::Date,
    token::{Token, TokenKind},
};
use serde::{Deserialize, Serialize};
use standard::name::{StandardName, canonical_given};

use crate::{
    birth_code::BirthCode,
    compare::birth_level,
    fingerprint::FingerprintKey,
    kinds::Route,
    level::BirthLevel,
    phonetic::{Sound, sound_code},
    query::AddressTokens,
};

/// Version of the keys: files made with another cannot be read.
pub const KEYS_VERSION: &str = "countersign-blocking-v3";

/// What a key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum KeyKind {
    /// The TIN.
    Tin = 0,
    /// Number, street and first three digits of the ZIP of one address.
    Address = 1,
    /// Sound of a surname and ZIP of one address.
    SurnameZip = 2,
    /// Canonical first given name and ZIP of one address.
    GivenZip = 3,
    /// Birth date and first three digits of the ZIP of one address.
    BirthZip = 4,
    /// Canonical first given name and birth date.
    GivenBirth = 5,
    /// Sound of a surname and birth date.
    SurnameBirth = 6,
    /// Canonical first given name and sound of a surname.
    Name = 7,
}

/// One key: a fingerprint of unmarked kind, and the fingerprints that stand in for it where its
/// block is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockKey {
    /// What it is made of. Not in the files.
    pub kind: KeyKind,
    /// How a query comes to it. Not in the files.
    pub route: Route,
    /// SipHash of its parts.
    pub fingerprint: u64,
    /// The fingerprint with the birth year.
    pub by_birth_year: Option<u64>,
    /// The fingerprint with the initial of the canonical first given name.
    pub by_initial: Option<u64>,
}

impl BlockKey {
    /// The fingerprint with a birth year.
    #[must_use]
    pub fn of_year(&self, year: i16) -> Option<u64> {
        let year = u64::try_from(year).ok()?;
        Some(mix(self.fingerprint, year))
    }
}

/// The years of birth under which an oversized block is read: those from which
/// [`crate::compare::birth_level`] gives a slip of the year or less than four years apart. None for
/// rows born outside 1800 to 2199.
#[must_use]
pub fn near_years(date_of_birth: Option<Date>) -> &'static [i16] {
    static NEAR: OnceLock<Vec<Vec<i16>>> = OnceLock::new();
    let Some(date) = date_of_birth else {
        return &[];
    };
    let near = NEAR.get_or_init(|| (FIRST_YEAR..=LAST_YEAR).map(years_near).collect());
    let place = usize::try_from(date.year().saturating_sub(FIRST_YEAR));
    place
        .ok()
        .and_then(|place| near.get(place))
        .map_or(&[], Vec::as_slice)
}

/// The years near one, ascending.
fn years_near(year: i16) -> Vec<i16> {
    let Ok(date) = Date::new(year, 1, 1) else {
        return Vec::new();
    };
    let mut years: Vec<i16> = slipped_years(year)
        .filter(|year| *year > 0 && is_near(date, *year))
        .collect();
    years.sort_unstable();
    years.dedup();
    years
}

const FIRST_YEAR: i16 = 1800;
const LAST_YEAR: i16 = 2199;

/// Every year that may be near: within three years, with one digit changed, or with two neighbouring
/// digits exchanged. Some stand twice.
fn slipped_years(year: i16) -> impl Iterator<Item = i16> {
    let digit = move |power: i16| year / power % 10;
    let close = (-3..=3).map(move |years| year.saturating_add(years));
    let changed = [1000, 100, 10, 1].into_iter().flat_map(move |power| {
        (0..10).map(move |other| year.saturating_add((other - digit(power)).saturating_mul(power)))
    });
    let exchanged = [100, 10, 1].into_iter().map(move |power| {
        let (left, right) = (digit(power * 10), digit(power));
        year.saturating_add((right - left).saturating_mul(power.saturating_mul(9)))
    });
    close.chain(changed).chain(exchanged)
}

fn is_near(date: Date, year: i16) -> bool {
    let other = |year| Date::new(year, date.month(), date.day()).ok();
    // A leap day is compared as the day before: only the year counts here.
    let level = birth_level(
        other(date.year()).or(Date::new(date.year(), 1, 1).ok()),
        other(year).or(Date::new(year, 1, 1).ok()),
    );
    !matches!(level, BirthLevel::Different | BirthLevel::Missing)
}

/// What the refined fingerprints of a person are made of, and the code of its birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refinement {
    birth_year: Option<i16>,
    initial: Option<u8>,
    birth: BirthCode,
}

impl Default for Refinement {
    fn default() -> Self {
        Self::of(&StandardName::default(), None)
    }
}

impl Refinement {
    /// Of a person.
    #[must_use]
    pub fn of(name: &StandardName, date_of_birth: Option<Date>) -> Self {
        let given = name.given.first().map(|token| canonical_given(token));
        Self::with(given, date_of_birth)
    }

    /// Of a canonical first given name and a birth date.
    pub(crate) fn with(given: Option<&str>, date_of_birth: Option<Date>) -> Self {
        Self {
            birth_year: date_of_birth.map(Date::year),
            birth: BirthCode::of(date_of_birth),
            initial: given.and_then(|given| given.bytes().next()),
        }
    }

    /// The code of the birth date.
    #[must_use]
    pub const fn birth(self) -> BirthCode {
        self.birth
    }

    /// A fingerprint with the birth year; `None` where there is none.
    #[must_use]
    pub fn by_birth_year(self, fingerprint: u64) -> Option<u64> {
        let year = u64::try_from(self.birth_year?).ok()?;
        Some(mix(fingerprint, year))
    }

    /// A fingerprint with the initial; `None` where there is none.
    #[must_use]
    pub fn by_initial(self, fingerprint: u64) -> Option<u64> {
        Some(mix(fingerprint, 0x1_0000 + u64::from(self.initial?)))
    }

    pub(crate) fn key(self, kind: KeyKind, route: Route, fingerprint: u64) -> BlockKey {
        BlockKey {
            kind,
            route,
            fingerprint,
            by_birth_year: self.by_birth_year(fingerprint),
            by_initial: self.by_initial(fingerprint),
        }
    }
}

/// Joins a fingerprint with a small number (the finaliser of SplitMix64, Steele et al. 2014).
fn mix(fingerprint: u64, number: u64) -> u64 {
    let mut value = fingerprint ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A birth date as keys have it: `yyyymmdd` in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BirthText([u8; 4]);

impl BirthText {
    pub(crate) fn of(date: Date) -> Self {
        let number =
            i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day());
        Self(number.to_le_bytes())
    }
}

/// The keyed functions of one address: made once where many people share it.
#[derive(Clone, Copy)]
pub struct AddressKeys {
    /// Keyed with number, street and ZIP3; `None` with less than two of them.
    whole: Option<FingerprintKey>,
    zip5: Option<FingerprintKey>,
    zip3: Option<FingerprintKey>,
}

impl AddressKeys {
    /// Of an address.
    #[must_use]
    pub fn of(address: &AddressTokens) -> Self {
        let number = address.get(TokenKind::Number);
        let street = address.get(TokenKind::Street);
        let [zip5, zip3] = [TokenKind::Zip5, TokenKind::Zip3].map(|kind| address.get(kind));
        let keys = [
            [number, street, zip3],
            [zip5, None, None],
            [zip3, None, None],
        ];
        let [whole, at_zip5, at_zip3] = FingerprintKey::of(keys);
        let is_place = Self::is_place([number, street].map(|part| part.is_some()), zip3.is_some());
        Self {
            whole: is_place.then_some(whole),
            zip5: zip5.map(|_| at_zip5),
            zip3: zip3.map(|_| at_zip3),
        }
    }

    /// Whether number, street and ZIP3 have a key of the whole: with two of them, one of which is the ZIP3.
    #[must_use]
    pub const fn is_place([number, street]: [bool; 2], zip3: bool) -> bool {
        zip3 && (number || street)
    }

    /// The key of number, street and ZIP3; `None` with less than two of them or without the ZIP3.
    #[must_use]
    pub fn whole(street: [Option<&Token>; 2], zip3: Option<&Token>) -> Option<FingerprintKey> {
        let [number, street] = street;
        let is_place = Self::is_place([number, street].map(|part| part.is_some()), zip3.is_some());
        let [key] = is_place.then(|| FingerprintKey::of([[number, street, zip3]]))?;
        Some(key)
    }

    /// Of the key of the whole and those of ZIP5 and ZIP3: what [`Self::of`] makes, where keys are kept
    /// by token.
    #[must_use]
    pub const fn of_keys(
        whole: Option<FingerprintKey>,
        zip5: Option<FingerprintKey>,
        zip3: Option<FingerprintKey>,
    ) -> Self {
        Self { whole, zip5, zip3 }
    }

    pub(crate) fn all(addresses: &[AddressTokens]) -> Vec<Self> {
        addresses.iter().map(Self::of).collect()
    }
}

fn print(key: FingerprintKey, kind: KeyKind, parts: &[&[u8]]) -> u64 {
    let start = key.begin().bytes(&[kind as u8]);
    parts
        .iter()
        .fold(start, |print, part| print.text(part))
        .finish()
}

/// The names of a person as keys have them.
#[derive(Debug, Clone)]
pub(crate) struct NameKeys<'n> {
    /// The canonical first given name.
    pub(crate) given: Option<&'n str>,
    /// How surnames sound, each and all joined, without doubles.
    pub(crate) sounds: Vec<Sound>,
}

impl<'n> NameKeys<'n> {
    /// Of given names and surnames.
    pub(crate) fn of(given: &'n [String], surnames: &[String]) -> Self {
        let mut sounds: Vec<Sound> = surnames.iter().map(|token| sound_code(token)).collect();
        if surnames.len() > 1 {
            sounds.push(sound_code(&surnames.concat()));
        }
        sounds.sort_unstable();
        sounds.dedup();
        Self {
            given: given.first().map(|token| canonical_given(token)),
            sounds,
        }
    }
}

/// Collects fingerprints of one person.
pub(crate) struct Prints<'a> {
    addresses: &'a [AddressKeys],
    births: &'a [BirthText],
    prints: Vec<(KeyKind, u64)>,
}

impl<'a> Prints<'a> {
    pub(crate) fn new(
        addresses: &'a [AddressKeys],
        births: &'a [BirthText],
        capacity: usize,
    ) -> Self {
        Self {
            addresses,
            births,
            prints: Vec::with_capacity(capacity),
        }
    }

    fn open(&mut self, kind: KeyKind, parts: &[&[u8]]) {
        let print = print(FingerprintKey::OPEN, kind, parts);
        self.prints.push((kind, print));
    }

    pub(crate) fn of_tin(&mut self, tin: Option<&Token>) {
        if let Some(token) = tin {
            let key = FingerprintKey::of_one(token);
            self.prints
                .push((KeyKind::Tin, print(key, KeyKind::Tin, &[])));
        }
    }

    fn at_zips(&mut self, kind: KeyKind, part: &[u8]) {
        for key in self.addresses.iter().filter_map(|address| address.zip5) {
            self.prints.push((kind, print(key, kind, &[part])));
        }
    }

    /// A given name without the surname.
    pub(crate) fn of_given(&mut self, given: &str) {
        for birth in self.births {
            self.open(KeyKind::GivenBirth, &[given.as_bytes(), &birth.0]);
        }
        self.at_zips(KeyKind::GivenZip, given.as_bytes());
    }

    fn of_surname(&mut self, sound: Sound) {
        for birth in self.births {
            self.open(KeyKind::SurnameBirth, &[&sound, &birth.0]);
        }
        self.at_zips(KeyKind::SurnameZip, &sound);
    }

    /// A given name with a surname.
    pub(crate) fn of_both(&mut self, given: &str, sound: Sound) {
        self.open(KeyKind::Name, &[given.as_bytes(), &sound]);
    }

    /// Given name and surnames apart.
    pub(crate) fn of_name_parts(&mut self, name: &NameKeys<'_>) {
        if let Some(given) = name.given {
            self.of_given(given);
        }
        for sound in &name.sounds {
            self.of_surname(*sound);
        }
    }

    /// Given name and surnames together.
    pub(crate) fn of_whole_name(&mut self, name: &NameKeys<'_>) {
        if let Some(given) = name.given {
            for sound in &name.sounds {
                self.of_both(given, *sound);
            }
        }
    }

    /// Addresses by themselves.
    pub(crate) fn of_addresses(&mut self) {
        for key in self.addresses.iter().filter_map(|address| address.whole) {
            let print = print(key, KeyKind::Address, &[]);
            self.prints.push((KeyKind::Address, print));
        }
    }

    /// Addresses with birth dates.
    pub(crate) fn of_births(&mut self) {
        for key in self.addresses.iter().filter_map(|address| address.zip3) {
            for birth in self.births {
                let print = print(key, KeyKind::BirthZip, &[&birth.0]);
                self.prints.push((KeyKind::BirthZip, print));
            }
        }
    }

    /// What was collected, ascending, none twice.
    pub(crate) fn finish(mut self) -> Vec<(KeyKind, u64)> {
        self.prints.sort_unstable();
        self.prints.dedup();
        self.prints
    }
}

/// The keys a record is indexed under: kind and fingerprint, ascending, none twice. Its
/// [`Refinement`] gives the fingerprints that stand in for those of oversized blocks.
#[must_use]
pub fn record_prints(
    name: &StandardName,
    date_of_birth: Option<Date>,
    tin: Option<&Token>,
    addresses: &[AddressKeys],
) -> Vec<(KeyKind, u64)> {
    let birth = date_of_birth.map(BirthText::of);
    let name = NameKeys::of(&name.given, &name.surnames);
    let mut prints = Prints::new(addresses, birth.as_slice(), 32);
    prints.of_tin(tin);
    prints.of_addresses();
    prints.of_births();
    prints.of_name_parts(&name);
    prints.of_whole_name(&name);
    prints.finish()
}

/// The keys a record is indexed under, with their refined fingerprints.
#[must_use]
pub fn record_keys(
    name: &StandardName,
    date_of_birth: Option<Date>,
    tin: Option<&Token>,
    addresses: &[AddressTokens],
) -> Vec<BlockKey> {
    let refinement = Refinement::of(name, date_of_birth);
    let addresses = AddressKeys::all(addresses);
    record_prints(name, date_of_birth, tin, &addresses)
        .into_iter()
        .map(|(kind, print)| refinement.key(kind, Route::Own, print))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        query::Query,
        query_keys::{ExchangedNames, QueryKeys, Slips},
    };

    fn name(given: &str, surnames: &str) -> StandardName {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect();
        StandardName {
            given: words(given),
            surnames: words(surnames),
            suffix: None,
        }
    }

    fn shared(a: &StandardName, b: &StandardName, birth: Option<Date>) -> Vec<KeyKind> {
        let query = Query::new(b.clone(), birth, None, Vec::new());
        let record = record_keys(a, birth, None, &[]);
        let keys = QueryKeys::new(&query, ExchangedNames::LookedFor).all(&Slips::default());
        let found = record.iter().filter(|key| {
            keys.iter()
                .any(|other| other.fingerprint == key.fingerprint)
        });
        found.map(|key| key.kind).collect()
    }

    #[test]
    fn spellings_exchanges_and_parts_still_meet() {
        let birth = Some(model::time::parse_date("1980-02-03").unwrap());
        let maria = name("MARIA", "GONZALEZ LOPEZ");
        for other in [
            name("MARIA", "GONZALES"),
            name("MARIA", "LOPEZ GONZALEZ"),
            name("GONZALEZ", "MARIA"),
        ] {
            assert!(!shared(&maria, &other, birth).is_empty());
            assert!(shared(&maria, &other, None).contains(&KeyKind::Name));
        }
        assert_eq!(shared(&maria, &name("JOHN", "SMITH"), birth), []);
    }

    /// The plain form of [`near_years`]: any year that a date can have.
    fn all_near_years(date: Date) -> Vec<i16> {
        (1..=9999).filter(|year| is_near(date, *year)).collect()
    }

    #[test]
    fn near_years_are_those_of_all_years_that_are_near() {
        for year in [
            1800, 1801, 1899, 1900, 1909, 1910, 1984, 1999, 2000, 2004, 2026, 2199,
        ] {
            let date = Date::new(year, 2, 28).unwrap();
            assert_eq!(near_years(Some(date)), all_near_years(date), "{year}");
        }
        // Of a leap day, years without one are read too.
        let leap = Date::new(2000, 2, 29).unwrap();
        let near = near_years(Some(leap));
        assert!(all_near_years(leap).iter().all(|year| near.contains(year)));
        assert!(near_years(None).is_empty());
    }

    /// However the keys of an address come together, they are the same, whichever parts it has.
    #[test]
    fn keys_kept_by_token_are_those_of_the_address() {
        use TokenKind::{Number, Street, Zip3, Zip5};
        let kinds = [Number, Street, Zip5, Zip3];
        let mut with_whole = 0;
        for present in 0_u8..16 {
            let token = |place: usize| {
                let byte = u8::try_from(place).unwrap();
                (present & 1 << place != 0).then(|| Token::new([byte; 32]))
            };
            let tokens = [0, 1, 2, 3].map(token);
            let parts = kinds.into_iter().zip(&tokens);
            let parts = parts.filter_map(|(kind, token)| Some((kind, token.clone()?)));
            let address = AddressTokens {
                parts: parts.collect(),
            };
            let [number, street, zip5, zip3] = tokens.each_ref().map(Option::as_ref);
            let whole = AddressKeys::whole([number, street], zip3);
            let [at_zip5, at_zip3] = [zip5, zip3].map(|zip| zip.map(FingerprintKey::of_one));
            let print = |key: Option<FingerprintKey>| key.map(|key| key.begin().finish());
            let prints = |keys: AddressKeys| [keys.whole, keys.zip5, keys.zip3].map(print);
            let kept = AddressKeys::of_keys(whole, at_zip5, at_zip3);
            assert_eq!(prints(AddressKeys::of(&address)), prints(kept), "{present}");
            let expected = zip3.is_some() && (number.is_some() || street.is_some());
            assert_eq!(whole.is_some(), expected, "{present}");
            with_whole += usize::from(whole.is_some());
        }
        assert_eq!(with_whole, 6);
    }

    #[test]
    fn kinds_never_share_a_fingerprint() {
        let keys = record_keys(
            &name("ANA", "ANA"),
            Some(model::time::parse_date("1980-02-03").unwrap()),
            Some(&Token::new([1; 32])),
            &[AddressTokens {
                parts: vec![
                    (TokenKind::Zip5, Token::new([1; 32])),
                    (TokenKind::Zip3, Token::new([1; 32])),
                    (TokenKind::Street, Token::new([1; 32])),
                ],
            }],
        );
        let mut prints: Vec<u64> = keys.iter().map(|key| key.fingerprint).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), keys.len());
        assert_eq!(keys.len(), 8);
    }
}
