//! States, cities and ZIP codes.
//!
//! Place in the flow: the address parser checks city, state and ZIP against each other here. The
//! table is that of the Python package zipcodes 8.0.0 (BSD), 42,555 codes with one name each.
//!
//! Left to others: the delivery line.

use std::{borrow::Cow, collections::HashMap, io::Read, sync::OnceLock};

use crate::{fold::fold, hash::QuickHash};

/// The place a ZIP code serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// City in folded form, `CARSON CITY`; the Postal Service accepts other names beside it.
    pub city: &'static str,
    /// State, two letters.
    pub state: &'static str,
}

/// How a city's name goes with a ZIP code and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CityFit {
    /// The name the table has for the ZIP code, or for another with the same first three digits.
    Known,
    /// The state has a city of this name, elsewhere.
    Elsewhere,
    /// The table does not know the name in this state: perhaps a lesser name of the place.
    Unknown,
}

const COMPRESSED: &[u8] = include_bytes!("../data/zip_city_state.csv.gz");

/// Codes, names and usual abbreviations, Publication 28 appendix B; names in folded form.
const STATES: &[(&str, &str, &[&str])] = &[
    ("AL", "ALABAMA", &["ALA"]),
    ("AK", "ALASKA", &["ALAS"]),
    ("AS", "AMERICAN SAMOA", &[]),
    ("AZ", "ARIZONA", &["ARIZ"]),
    ("AR", "ARKANSAS", &["ARK"]),
    ("CA", "CALIFORNIA", &["CALIF", "CAL"]),
    ("CO", "COLORADO", &["COLO"]),
    ("CT", "CONNECTICUT", &["CONN"]),
    ("DE", "DELAWARE", &["DEL"]),
    (
        "DC",
        "DISTRICT OF COLUMBIA",
        &["D C", "WASHINGTON DC", "WASHINGTON D C"],
    ),
    ("FM", "FEDERATED STATES OF MICRONESIA", &["MICRONESIA"]),
    ("FL", "FLORIDA", &["FLA"]),
    ("GA", "GEORGIA", &[]),
    ("GU", "GUAM", &[]),
    ("HI", "HAWAII", &[]),
    ("ID", "IDAHO", &["IDA"]),
    ("IL", "ILLINOIS", &["ILL"]),
    ("IN", "INDIANA", &["IND"]),
    ("IA", "IOWA", &[]),
    ("KS", "KANSAS", &["KANS", "KAN"]),
    ("KY", "KENTUCKY", &["KEN"]),
    ("LA", "LOUISIANA", &[]),
    ("ME", "MAINE", &[]),
    ("MH", "MARSHALL ISLANDS", &[]),
    ("MD", "MARYLAND", &["M D"]),
    ("MA", "MASSACHUSETTS", &["MASS"]),
    ("MI", "MICHIGAN", &["MICH"]),
    ("MN", "MINNESOTA", &["MINN"]),
    ("MS", "MISSISSIPPI", &["MISS"]),
    ("MO", "MISSOURI", &[]),
    ("MT", "MONTANA", &["MONT"]),
    ("NE", "NEBRASKA", &["NEBR", "NEB"]),
    ("NV", "NEVADA", &["NEV"]),
    ("NH", "NEW HAMPSHIRE", &["N H"]),
    ("NJ", "NEW JERSEY", &["N J"]),
    ("NM", "NEW MEXICO", &["N M", "N MEX", "NEW MEX"]),
    ("NY", "NEW YORK", &["N Y"]),
    ("NC", "NORTH CAROLINA", &["N C", "N CAROLINA"]),
    ("ND", "NORTH DAKOTA", &["N D", "N DAKOTA"]),
    (
        "MP",
        "NORTHERN MARIANA ISLANDS",
        &["COMMONWEALTH OF THE NORTHERN MARIANA ISLANDS", "CNMI"],
    ),
    ("OH", "OHIO", &[]),
    ("OK", "OKLAHOMA", &["OKLA"]),
    ("OR", "OREGON", &["OREG", "ORE"]),
    ("PW", "PALAU", &[]),
    ("PA", "PENNSYLVANIA", &["PENNA", "PENN"]),
    ("PR", "PUERTO RICO", &["P R"]),
    ("RI", "RHODE ISLAND", &["R I"]),
    ("SC", "SOUTH CAROLINA", &["S C", "S CAROLINA"]),
    ("SD", "SOUTH DAKOTA", &["S D", "S DAKOTA"]),
    ("TN", "TENNESSEE", &["TENN"]),
    ("TX", "TEXAS", &["TEX"]),
    ("UT", "UTAH", &[]),
    ("VT", "VERMONT", &[]),
    ("VA", "VIRGINIA", &["VIRG"]),
    (
        "VI",
        "VIRGIN ISLANDS",
        &["US VIRGIN ISLANDS", "U S VIRGIN ISLANDS", "USVI", "V I"],
    ),
    ("WA", "WASHINGTON", &["WASH"]),
    ("WV", "WEST VIRGINIA", &["W VA", "W V", "W VIRGINIA"]),
    ("WI", "WISCONSIN", &["WIS", "WISC"]),
    ("WY", "WYOMING", &["WYO"]),
    (
        "AA",
        "ARMED FORCES AMERICAS",
        &["ARMED FORCES THE AMERICAS"],
    ),
    (
        "AE",
        "ARMED FORCES EUROPE",
        &[
            "ARMED FORCES AFRICA",
            "ARMED FORCES CANADA",
            "ARMED FORCES MIDDLE EAST",
        ],
    ),
    ("AP", "ARMED FORCES PACIFIC", &[]),
];

struct Tables {
    /// All city names, one after the other.
    names: String,
    /// For each three-digit prefix below 1,000, where its entries stand in `zips`.
    zips: Vec<ZipEntry>,
    /// For each ZIP code its place in `zips`, counted from 1; 0 for one that is not there.
    places: Vec<u16>,
    /// ZIP3s by state and name.
    cities: Vec<HashMap<String, Vec<u16>, QuickHash>>,
    /// State of each ZIP3 that has only one; `u8::MAX` where several or none.
    prefixes: Vec<PrefixEntry>,
}

#[derive(Clone, Copy)]
struct ZipEntry {
    name_start: u32,
    name_length: u8,
    state: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PrefixEntry {
    Unassigned,
    One(u8),
    Several,
}

static TABLES: OnceLock<Tables> = OnceLock::new();

fn tables() -> &'static Tables {
    TABLES.get_or_init(|| {
        let mut text = String::new();
        // A constant of the program, held to unpack by a test: a failure leaves the table short.
        let _ = flate2::read::GzDecoder::new(COMPRESSED).read_to_string(&mut text);
        Tables::build(&text)
    })
}

impl Tables {
    fn build(text: &str) -> Self {
        let mut tables = Self {
            names: String::with_capacity(text.len()),
            zips: Vec::with_capacity(43_000),
            places: vec![0; 100_000],
            cities: vec![HashMap::default(); STATES.len()],
            prefixes: vec![PrefixEntry::Unassigned; 1_000],
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (Some((zip, rest)), Some((_, state))) =
                (line.split_once(','), line.rsplit_once(','))
            else {
                continue;
            };
            let city = rest.rsplit_once(',').map_or(rest, |(city, _)| city);
            if let (Ok(zip), Some(state)) = (zip.parse(), state_position(state)) {
                tables.add(zip, &fold(city), state);
            }
        }
        tables
    }

    fn add(&mut self, zip: u32, city: &str, state: u8) {
        let zip3 = u16::try_from(zip / 100).unwrap_or(u16::MAX);
        let entry = ZipEntry {
            name_start: u32::try_from(self.names.len()).unwrap_or(u32::MAX),
            name_length: u8::try_from(city.len()).unwrap_or(u8::MAX),
            state,
        };
        self.names.push_str(city);
        self.zips.push(entry);
        let place = usize::try_from(zip).ok();
        if let Some(place) = place.and_then(|zip| self.places.get_mut(zip)) {
            *place = u16::try_from(self.zips.len()).unwrap_or(0);
        }
        if let Some(cities) = self.cities.get_mut(usize::from(state)) {
            let zip3s = cities.entry(city_core(city).into_owned()).or_default();
            if !zip3s.contains(&zip3) {
                zip3s.push(zip3);
            }
        }
        if let Some(prefix) = self.prefixes.get_mut(usize::from(zip3)) {
            *prefix = match *prefix {
                PrefixEntry::Unassigned => PrefixEntry::One(state),
                PrefixEntry::One(other) if other == state => PrefixEntry::One(state),
                _ => PrefixEntry::Several,
            };
        }
    }

    fn find(&'static self, zip5: &str) -> Option<&'static ZipEntry> {
        let zip = usize::try_from(zip_number(zip5)?).ok()?;
        let place = self.places.get(zip)?.checked_sub(1)?;
        self.zips.get(usize::from(place))
    }

    /// ZIP3s of a state's city.
    fn city(&self, state: u8, city: &str) -> Option<&Vec<u16>> {
        let cities = self.cities.get(usize::from(state))?;
        cities.get(&*city_core(city))
    }

    fn place(&'static self, entry: &ZipEntry) -> Place {
        let start = usize::try_from(entry.name_start).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::from(entry.name_length));
        Place {
            city: self.names.get(start..end).unwrap_or_default(),
            state: state_at(entry.state),
        }
    }
}

fn zip_number(zip5: &str) -> Option<u32> {
    let digits: [u8; 5] = zip5.as_bytes().try_into().ok()?;
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        Some(number * 10 + u32::from(digit))
    })
}

fn state_position(code: &str) -> Option<u8> {
    position_of(code.as_bytes().try_into().ok()?)
}

fn position_of(code: [u8; 2]) -> Option<u8> {
    static POSITIONS: OnceLock<[Option<u8>; 26 * 26]> = OnceLock::new();
    let number = |code: [u8; 2]| {
        let [first, second] =
            code.map(|byte| byte.checked_sub(b'A').filter(|n| *n < 26).map(usize::from));
        Some(first? * 26 + second?)
    };
    let positions = POSITIONS.get_or_init(|| {
        let mut positions = [None; 26 * 26];
        for (position, (code, ..)) in (0..).zip(STATES) {
            let place = code.as_bytes().try_into().ok().and_then(number);
            if let Some(place) = place.and_then(|place| positions.get_mut(place)) {
                *place = Some(position);
            }
        }
        positions
    });
    positions.get(number(code)?).copied().flatten()
}

fn state_at(position: u8) -> &'static str {
    STATES
        .get(usize::from(position))
        .map_or("", |(code, ..)| code)
}

/// A city's name as compared: usual abbreviations written out, no spaces.
fn city_core(folded: &str) -> Cow<'_, str> {
    if !folded.contains(' ') && written_out(folded) == folded {
        return Cow::Borrowed(folded);
    }
    folded
        .split(' ')
        .map(written_out)
        .collect::<String>()
        .into()
}

/// A word of a city's name, its usual abbreviation written out.
fn written_out(word: &str) -> &str {
    match word {
        "ST" => "SAINT",
        "STE" => "SAINTE",
        "FT" => "FORT",
        "MT" => "MOUNT",
        "PT" => "POINT",
        "N" => "NORTH",
        "S" => "SOUTH",
        "E" => "EAST",
        "W" => "WEST",
        "HTS" | "HGTS" => "HEIGHTS",
        "SPGS" | "SPRGS" => "SPRINGS",
        "BCH" => "BEACH",
        "PK" => "PARK",
        "TWP" | "TOWNSHIP" => "",
        "VLG" => "VILLAGE",
        "JCT" => "JUNCTION",
        "CTR" | "CENTRE" => "CENTER",
        "IS" => "ISLAND",
        "AFB" => "AIRFORCEBASE",
        "NYC" => "NEWYORK",
        other => other,
    }
}

/// The places a ZIP code serves; none for a ZIP code the table does not know. The table holds one
/// name for each code.
#[must_use]
pub fn zip_places(zip5: &str) -> Vec<Place> {
    zip_place(zip5).into_iter().collect()
}

/// The place the table has for a ZIP code.
#[must_use]
pub fn zip_place(zip5: &str) -> Option<Place> {
    let tables = tables();
    tables.find(zip5).map(|entry| tables.place(entry))
}

/// The state of a ZIP code: from the code itself or, where the table lacks it, from its first three
/// digits if all codes with these lie in one state.
#[must_use]
pub fn state_of_zip(zip5: &str) -> Option<&'static str> {
    let tables = tables();
    if let Some(entry) = tables.find(zip5) {
        return Some(state_at(entry.state));
    }
    match tables.prefix(zip5) {
        PrefixEntry::One(state) => Some(state_at(state)),
        PrefixEntry::Unassigned | PrefixEntry::Several => None,
    }
}

/// Whether a ZIP code may exist: the table has it, or others with its first three digits. New codes
/// appear, and the table is a snapshot; but one digit five times is filler unless the table has it.
#[must_use]
pub fn is_zip_assigned(zip5: &str) -> bool {
    let tables = tables();
    if tables.find(zip5).is_some() {
        return true;
    }
    let one_digit = zip5.bytes().all(|byte| Some(byte) == zip5.bytes().next());
    zip_number(zip5).is_some() && !one_digit && tables.prefix(zip5) != PrefixEntry::Unassigned
}

impl Tables {
    fn prefix(&self, zip5: &str) -> PrefixEntry {
        zip_number(zip5)
            .and_then(|zip| usize::try_from(zip / 100).ok())
            .and_then(|zip3| self.prefixes.get(zip3))
            .copied()
            .unwrap_or(PrefixEntry::Unassigned)
    }
}

/// How a city's name goes with a state and ZIP code. The city in folded form.
#[must_use]
pub fn city_fit(city: &str, state: &str, zip5: &str) -> CityFit {
    let tables = tables();
    let (Some(state), Some(zip)) = (state_position(state), zip_number(zip5)) else {
        return CityFit::Unknown;
    };
    if zip_place(zip5).is_some_and(|place| place.city == city) {
        return CityFit::Known;
    }
    let zip3 = u16::try_from(zip / 100).unwrap_or(u16::MAX);
    match tables.city(state, city) {
        Some(zip3s) if zip3s.contains(&zip3) => CityFit::Known,
        Some(_) => CityFit::Elsewhere,
        None => CityFit::Unknown,
    }
}

/// Whether the table has a city of this folded name in the state.
#[must_use]
pub fn is_city(city: &str, state: &str) -> bool {
    state_position(state).is_some_and(|state| tables().city(state, city).is_some())
}

/// Every city name of the table with its state, for tests.
#[cfg(test)]
pub(crate) fn every_city() -> Vec<(&'static str, &'static str)> {
    let names = &tables().names;
    let zips = tables().zips.iter();
    zips.map(|entry| {
        let start = entry.name_start as usize;
        let (code, ..) = STATES[usize::from(entry.state)];
        (&names[start..start + usize::from(entry.name_length)], code)
    })
    .collect()
}

/// Whether the table has a city of this folded name in any state.
#[must_use]
pub fn is_city_anywhere(city: &str) -> bool {
    let core = city_core(city);
    tables()
        .cities
        .iter()
        .any(|cities| cities.contains_key(&*core))
}

/// Whether a text is one of the 62 two-letter codes, upper case.
#[must_use]
pub fn is_state(code: &str) -> bool {
    state_position(code).is_some()
}

/// Whether a code is one of the three military states.
#[must_use]
pub fn is_military_state(code: &str) -> bool {
    matches!(code, "AA" | "AE" | "AP")
}

/// The code of a state, territory or military state from its code, name or usual abbreviation in any
/// case and punctuation; `None` for anything else.
#[must_use]
pub fn state_code(text: &str) -> Option<&'static str> {
    let trimmed = text.trim();
    if let [first, second] = *trimmed.as_bytes()
        && let Some(place) = position_of([first, second].map(|letter| letter.to_ascii_uppercase()))
    {
        return Some(state_at(place));
    }
    let folded = crate::fold::fold_with(trimmed, crate::fold::Script::LookAlike);
    state_of_folded(&folded)
}

/// Whether folded words are the code, the name or an abbreviation of the state that has a code.
pub(crate) fn is_name_of_state<'a>(
    words: impl Iterator<Item = &'a str> + Clone,
    code: &str,
) -> bool {
    let state = state_position(code).and_then(|place| STATES.get(usize::from(place)));
    state.is_some_and(|(code, name, others)| {
        let length = words.clone().map(|word| word.len() + 1).sum::<usize>();
        let mut names = [code, name].into_iter().chain(*others);
        names.any(|name| name.len() + 1 == length && name.split(' ').eq(words.clone()))
    })
}

/// As [`state_code`], from a folded text.
pub(crate) fn state_of_folded(folded: &str) -> Option<&'static str> {
    static NAMES: OnceLock<HashMap<&'static str, &'static str, QuickHash>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut names = HashMap::default();
        for (code, name, others) in STATES {
            names.insert(*code, *code);
            names.insert(*name, *code);
            names.extend(others.iter().map(|other| (*other, *code)));
        }
        names
    });
    names.get(folded).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_unpacks_whole() {
        assert_eq!(tables().zips.len(), 42_555);
        assert_eq!(STATES.len(), 62);
    }

    /// Every line of the table is found again by look-up, and nothing between them.
    #[test]
    fn look_up_agrees_with_reading_the_table() {
        let mut text = String::new();
        flate2::read::GzDecoder::new(COMPRESSED)
            .read_to_string(&mut text)
            .unwrap();
        let mut known = std::collections::HashSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (zip, state) = (&line[..5], &line[line.len() - 2..]);
            let place = zip_place(zip).unwrap();
            assert_eq!(place.state, state);
            assert_eq!(place.city, fold(&line[6..line.len() - 3]));
            assert_eq!(city_fit(place.city, state, zip), CityFit::Known);
            known.insert(zip.to_owned());
        }
        for zip in (0..100_000).step_by(7).map(|zip| format!("{zip:05}")) {
            assert_eq!(zip_place(&zip).is_some(), known.contains(&zip));
        }
    }

    #[test]
    fn zip_codes_have_their_place() {
        let reno = Place {
            city: "RENO",
            state: "NV",
        };
        assert_eq!(zip_places("89501"), [reno]);
        assert!(zip_places("00000").is_empty());
        assert!(zip_places("8950").is_empty());
        assert!(zip_places("895O1").is_empty());
        assert_eq!(state_of_zip("10001"), Some("NY"));
        assert_eq!(state_of_zip("00601"), Some("PR"));
        assert_eq!(state_of_zip("09012"), Some("AE"));
        assert_eq!(state_of_zip("00000"), None);
        assert!(!is_zip_assigned("00000"));
        assert!(!is_zip_assigned("99999"));
    }

    #[test]
    fn states_are_known_by_code_name_and_abbreviation() {
        for (text, code) in [
            ("nv", "NV"),
            ("Nevada", "NV"),
            ("N.Y.", "NY"),
            ("Calif.", "CA"),
            ("washington, d.c.", "DC"),
            (" Puerto  Rico ", "PR"),
            ("ａｅ", "AE"),
            ("СА", "CA"), // Cyrillic
        ] {
            assert_eq!(state_code(text), Some(code), "{text}");
        }
        for (code, name, others) in STATES {
            for spelled in [code, name].into_iter().chain(*others) {
                assert_eq!(state_of_folded(spelled), Some(*code));
                assert!(is_name_of_state(spelled.split(' '), code));
            }
        }
        assert!(!is_name_of_state(["NEVADA"].into_iter(), "UT"));
        for text in ["", "ZZ", "Ontario", "N", "NA", "XX", "Unknown"] {
            assert_eq!(state_code(text), None, "{text}");
        }
    }

    #[test]
    fn cities_fit_near_their_zip() {
        assert_eq!(city_fit("RENO", "NV", "89501"), CityFit::Known);
        assert_eq!(city_fit("RENO", "NV", "89109"), CityFit::Elsewhere);
        assert_eq!(city_fit("ATLANTIS", "NV", "89501"), CityFit::Unknown);
        assert_eq!(city_fit("ST LOUIS", "MO", "63101"), CityFit::Known);
        assert_eq!(city_fit("SAINT LOUIS", "MO", "63101"), CityFit::Known);
    }
}
