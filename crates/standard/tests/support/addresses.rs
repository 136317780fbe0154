//! Lists of addresses of one kind each (`data/addresses/`), and the ways of writing them that must change
//! nothing. Seeded: every run makes the same lines.

#![allow(dead_code)]

use countersign_standard::address::{AddressProblem, InstitutionKind, PlaceholderKind};

pub const COURT: &str = include_str!("../data/addresses/court.tsv");
pub const PLACEHOLDERS: &str = include_str!("../data/addresses/placeholders.tsv");
pub const NOISE: &str = include_str!("../data/addresses/noise.tsv");
pub const INSTITUTIONS: &str = include_str!("../data/addresses/institutions.tsv");
pub const UNUSUAL: &str = include_str!("../data/addresses/unusual.tsv");
pub const UNUSUAL_FIRST: &str = include_str!("../data/unusual.tsv");
pub const LAST_LINES: &str = include_str!("../data/addresses/last_line.tsv");
pub const STREET_NAMES: &str = include_str!("../data/addresses/street_names.txt");

/// The lines of a list, cut at tabs.
pub fn rows(list: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    list.lines()
        .filter(|line| !line.starts_with("# ") && !line.is_empty())
        .map(|line| line.split('\t').collect())
}

/// The word by which the lists name a reason.
pub fn reason(problem: &AddressProblem) -> &'static str {
    use AddressProblem as P;
    match problem {
        P::Placeholder(kind) => placeholder(*kind),
        P::ZipOnly => "zip",
        P::DigitsOnly => "digits",
        P::RepeatedFiller => "filler",
        P::KeyboardMash => "mash",
        P::Description => "description",
        P::Uncertain => "uncertain",
        P::Intersection => "crossing",
        P::Institution { kind } => match kind {
            InstitutionKind::Jail => "jail",
            InstitutionKind::Detention => "detention",
            InstitutionKind::AgencyOffice => "agency",
        },
        P::NoNumber => "no-number",
        P::NoStreet => "no-street",
        P::NoBox => "no-box",
        P::LineMissing => "missing",
        P::TooLong { .. } => "long",
        P::CityMissing | P::CityPlaceholder(_) | P::CityForm => "city",
        P::StateMissing | P::StateUnknown => "state",
        P::ZipMissing | P::ZipForm | P::ZipNotAssigned => "zip",
        P::StateZipMismatch { .. } => "state-zip",
        P::CityZipMismatch => "question",
        _ => "another",
    }
}

fn placeholder(kind: PlaceholderKind) -> &'static str {
    match kind {
        PlaceholderKind::Unknown => "unknown",
        PlaceholderKind::NotProvided => "not-provided",
        PlaceholderKind::Refused => "refused",
        PlaceholderKind::NoFixedAddress => "no-fixed",
        PlaceholderKind::SeeElsewhere => "see",
        PlaceholderKind::Undetermined => "undetermined",
        PlaceholderKind::Sample => "sample",
        PlaceholderKind::Withheld => "withheld",
        PlaceholderKind::Status => "status",
    }
}

/// SplitMix64, printed seeds only.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap()
    }
}

/// Ways of writing that keep every letter and digit: case, spaces, punctuation, look-alike letters.
pub fn disguises(line: &str, dice: &mut Dice) -> Vec<String> {
    let mixed: String = line
        .chars()
        .map(|c| {
            if dice.below(2) == 0 {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let mark = [
        "-", "_", " - ", " / ", "...", "  ", "\u{a0}", ", ", "*", " | ",
    ][dice.below(10)];
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        other => other,
    };
    vec![
        line.to_uppercase(),
        line.to_lowercase(),
        mixed,
        line.replace(' ', mark),
        format!("  {line}  "),
        format!("{line}{}", [".", "!!", "?", " -", ";", ")"][dice.below(6)]),
        format!("\"{line}\""),
        look_alike(line, dice),
        line.chars().map(wide).collect(),
        line.chars().flat_map(|c| [c, '\u{200b}']).collect(),
    ]
}

/// Half of the letters that have a Cyrillic or Greek twin are that twin.
fn look_alike(line: &str, dice: &mut Dice) -> String {
    let twin = |c: char| match c {
        'a' => 'а',
        'e' => 'е',
        'o' => 'о',
        'p' => 'р',
        'c' => 'с',
        'i' => 'і',
        'A' => 'А',
        'E' => 'Ε',
        'O' => 'Ο',
        'T' => 'Т',
        'N' => 'Ν',
        'K' => 'К',
        other => other,
    };
    line.chars()
        .map(|c| if dice.below(2) == 0 { twin(c) } else { c })
        .collect()
}

/// Slips and additions: a letter doubled, lost, changed or swapped; digits for letters; city, state and
/// ZIP code behind; a number before; words turned round.
pub fn slips(line: &str, dice: &mut Dice) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    let inner: Vec<usize> = (1..letters.len().saturating_sub(1))
        .filter(|&place| {
            letters[place - 1..=place + 1]
                .iter()
                .all(|c| c.is_ascii_alphabetic())
        })
        .collect();
    let mut all = vec![
        format!("{line}, Reno, NV 89501"),
        format!("{line} Reno NV"),
        format!("{line} {:05}", 10_000 + dice.below(80_000)),
        format!("{line} 89501-{:04}", 1 + dice.below(9_000)),
        digits_for_letters(line),
    ];
    let mut words: Vec<&str> = line.split(' ').collect();
    words.rotate_left(1);
    all.push(words.join(" "));
    if let Some(&place) = inner.get(dice.below(inner.len())) {
        let mut doubled = letters.clone();
        doubled.insert(place, letters[place]);
        doubled.insert(place, letters[place]);
        let mut lost = letters.clone();
        lost.remove(place);
        let mut swapped = letters.clone();
        swapped.swap(place, place + 1);
        let mut changed = letters.clone();
        changed[place] = ['e', 'r', 'w', 'm', 'b'][dice.below(5)];
        let slipped = [doubled, lost, swapped, changed];
        all.extend(
            slipped
                .into_iter()
                .map(|letters| letters.into_iter().collect()),
        );
    }
    all
}

fn digits_for_letters(line: &str) -> String {
    line.replace('o', "0").replace('e', "3").replace('O', "0")
}
