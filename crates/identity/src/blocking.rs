//! Blocking keys: which records a row is compared with at all.
//!
//! Place in the flow: the builder indexes [`record_keys`], a query is looked up under
//! [`query_keys`]. The address key alone already finds every record that could be released (its
//! address must be on file); the others find the rivals.
//!
//! Left to others: the index (register), what an unfound record could have weighed (score).

use model::{
    canonical::Encoder,
    digest::Digest,
    time::Date,
    token::{Token, TokenKind},
};
use serde::{Deserialize, Serialize};
use standard::name::{StandardName, canonical_given};

use crate::{
    compare::birth_level,
    level::BirthLevel,
    phonetic::sound,
    query::{AddressTokens, Query, exchanged_name},
};

/// Version of the keys: files made with another cannot be read.
pub const KEYS_VERSION: &str = "countersign-blocking-v1";

/// What a key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// The TIN.
    Tin,
    /// Number, street and first three digits of the ZIP of one address.
    Address,
    /// Sound of a surname and ZIP of one address.
    SurnameZip,
    /// Canonical first given name and ZIP of one address.
    GivenZip,
    /// Birth date and first three digits of the ZIP of one address.
    BirthZip,
    /// Canonical first given name and birth date.
    GivenBirth,
    /// Sound of a surname and birth date.
    SurnameBirth,
    /// Canonical first given name and sound of a surname.
    Name,
}

impl KeyKind {
    const fn label(self) -> &'static str {
        match self {
            Self::Tin => "tin",
            Self::Address => "address",
            Self::SurnameZip => "surname-zip",
            Self::GivenZip => "given-zip",
            Self::BirthZip => "birth-zip",
            Self::GivenBirth => "given-birth",
            Self::SurnameBirth => "surname-birth",
            Self::Name => "name",
        }
    }
}

/// One key: a fingerprint of unmarked kind, and the fingerprints that stand in for it where its
/// block is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockKey {
    /// What it is made of. Not in the files.
    pub kind: KeyKind,
    /// First 8 bytes of a digest.
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
/// [`crate::compare::birth_level`] gives a slip of the year or less than four years apart.
#[must_use]
pub fn near_years(date_of_birth: Option<Date>) -> Vec<i16> {
    let Some(date) = date_of_birth else {
        return Vec::new();
    };
    let other = |year| Date::new(year, date.month(), date.day()).ok();
    let far = |year: i16| {
        // A leap day is compared as the day before: only the year counts here.
        let level = birth_level(
            other(date.year()).or(Date::new(date.year(), 1, 1).ok()),
            other(year).or(Date::new(year, 1, 1).ok()),
        );
        matches!(level, BirthLevel::Different | BirthLevel::Missing)
    };
    (1800..=2199).filter(|year| !far(*year)).collect()
}

fn first_eight(digest: &Digest) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// What the refined fingerprints of a person are made of.
#[derive(Clone, Copy)]
struct Refinement {
    birth_year: Option<i16>,
    initial: Option<u8>,
}

impl Refinement {
    fn of(name: &StandardName, date_of_birth: Option<Date>) -> Self {
        Self {
            birth_year: date_of_birth.map(Date::year),
            initial: name
                .given
                .first()
                .and_then(|token| canonical_given(token).bytes().next()),
        }
    }

    fn key(self, kind: KeyKind, encoder: &Encoder) -> BlockKey {
        let fingerprint = first_eight(&encoder.finish());
        BlockKey {
            kind,
            fingerprint,
            by_birth_year: self
                .birth_year
                .and_then(|year| u64::try_from(year).ok())
                .map(|year| mix(fingerprint, year)),
            by_initial: self
                .initial
                .map(|letter| mix(fingerprint, 0x1_0000 + u64::from(letter))),
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

/// Collects keys of one person.
struct Keys {
    refinement: Refinement,
    keys: Vec<BlockKey>,
}

impl Keys {
    fn encoder(kind: KeyKind) -> Encoder {
        let mut encoder = Encoder::new("countersign/fingerprint/v1");
        encoder.text(kind.label());
        encoder
    }

    fn push(&mut self, kind: KeyKind, texts: &[&str], tokens: &[&Token]) {
        let mut encoder = Self::encoder(kind);
        for token in tokens {
            encoder.bytes(token.expose());
        }
        for text in texts {
            encoder.text(text);
        }
        self.keys.push(self.refinement.key(kind, &encoder));
    }

    fn of_given(&mut self, given: &str, birth: Option<&str>, zips: &[&Token]) {
        if let Some(birth) = birth {
            self.push(KeyKind::GivenBirth, &[given, birth], &[]);
        }
        for zip in zips {
            self.push(KeyKind::GivenZip, &[given], &[zip]);
        }
    }

    fn of_surname(&mut self, sound: &str, birth: Option<&str>, zips: &[&Token]) {
        if let Some(birth) = birth {
            self.push(KeyKind::SurnameBirth, &[sound, birth], &[]);
        }
        for zip in zips {
            self.push(KeyKind::SurnameZip, &[sound], &[zip]);
        }
    }

    fn of_name(&mut self, name: &StandardName, birth: Option<&str>, zips: &[&Token]) {
        let given = name.given.first().map(|token| canonical_given(token));
        if let Some(given) = given {
            self.of_given(given, birth, zips);
        }
        for sound in &sounds(name) {
            self.of_surname(sound, birth, zips);
            if let Some(given) = given {
                self.push(KeyKind::Name, &[given, sound], &[]);
            }
        }
    }

    /// Keys of names a slip away: each given name with the row's surnames, the row's given name
    /// with each surname.
    fn of_slips(
        &mut self,
        name: &StandardName,
        slips: &Slips,
        birth: Option<&str>,
        zips: &[&Token],
    ) {
        let mut givens: Vec<&str> = slips.given.iter().map(|s| canonical_given(s)).collect();
        givens.sort_unstable();
        givens.dedup();
        let own = sounds(name);
        for given in givens {
            self.of_given(given, birth, zips);
            for sound in &own {
                self.push(KeyKind::Name, &[given, sound], &[]);
            }
        }
        let mut others: Vec<String> = slips.surnames.iter().map(|s| sound(s)).collect();
        others.sort_unstable();
        others.dedup();
        let given = name.given.first().map(|token| canonical_given(token));
        for sound in &others {
            self.of_surname(sound, birth, zips);
            if let Some(given) = given {
                self.push(KeyKind::Name, &[given, sound], &[]);
            }
        }
    }

    fn of_addresses(&mut self, addresses: &[AddressTokens], birth: Option<&str>) {
        for address in addresses {
            let Some(zip) = address.get(TokenKind::Zip3) else {
                continue;
            };
            let key: Vec<&Token> = [TokenKind::Number, TokenKind::Street]
                .into_iter()
                .filter_map(|kind| address.get(kind))
                .chain([zip])
                .collect();
            if key.len() > 1 {
                self.push(KeyKind::Address, &[], &key);
            }
            if let Some(birth) = birth {
                self.push(KeyKind::BirthZip, &[birth], &[zip]);
            }
        }
    }

    fn of_person(
        &mut self,
        name: &StandardName,
        date_of_birth: Option<Date>,
        addresses: &[AddressTokens],
    ) {
        let birth = date_of_birth.map(|date| date.to_string());
        self.of_addresses(addresses, birth.as_deref());
        self.of_name(name, birth.as_deref(), &zips(addresses));
    }

    fn finish(mut self) -> Vec<BlockKey> {
        self.keys.sort_unstable();
        self.keys.dedup_by_key(|key| (key.kind, key.fingerprint));
        self.keys
    }
}

/// The sounds of a person's surnames, each and all joined, without doubles.
fn sounds(name: &StandardName) -> Vec<String> {
    let mut sounds: Vec<String> = name.surnames.iter().map(|token| sound(token)).collect();
    if name.surnames.len() > 1 {
        sounds.push(sound(&name.surnames.concat()));
    }
    sounds.sort_unstable();
    sounds.dedup();
    sounds
}

fn zips(addresses: &[AddressTokens]) -> Vec<&Token> {
    addresses
        .iter()
        .filter_map(|address| address.get(TokenKind::Zip5))
        .collect()
}

/// The keys a record is indexed under.
#[must_use]
pub fn record_keys(
    name: &StandardName,
    date_of_birth: Option<Date>,
    tin: Option<&Token>,
    addresses: &[AddressTokens],
) -> Vec<BlockKey> {
    let mut keys = Keys {
        refinement: Refinement::of(name, date_of_birth),
        keys: Vec::with_capacity(16),
    };
    if let Some(token) = tin {
        keys.push(KeyKind::Tin, &[], &[token]);
    }
    keys.of_person(name, date_of_birth, addresses);
    keys.finish()
}

/// The day with month and day exchanged, where that is a date.
fn exchanged_date(date: Date) -> Option<Date> {
    Date::new(date.year(), date.day(), date.month()).ok()
}

/// Names on file a slip away from those of a row.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Slips {
    /// From its first given name.
    pub given: Vec<String>,
    /// From each of its surnames.
    pub surnames: Vec<String>,
}

/// The keys a query is looked up under: those of a record with its values, also with given names
/// and surnames exchanged, with month and day of birth exchanged, and with names a slip away.
#[must_use]
pub fn query_keys(query: &Query, slips: &Slips) -> Vec<BlockKey> {
    let mut keys = record_keys(
        query.name(),
        query.date_of_birth(),
        query.tin(),
        query.addresses(),
    );
    let exchanged = exchanged_name(query.name());
    let dates = [
        query.date_of_birth(),
        query.date_of_birth().and_then(exchanged_date),
    ];
    for (name, slips) in [(query.name(), Some(slips)), (&exchanged, None)] {
        let mut more = Keys {
            refinement: Refinement::of(name, query.date_of_birth()),
            keys: Vec::new(),
        };
        let zips = zips(query.addresses());
        for date in dates {
            let birth = date.map(|date| date.to_string());
            more.of_person(name, date, query.addresses());
            if let Some(slips) = slips {
                more.of_slips(name, slips, birth.as_deref(), &zips);
            }
        }
        keys.extend(more.finish());
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let keys = query_keys(&query, &Slips::default());
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
