//! The street of a delivery line: directionals, name, type.
//!
//! Place in the flow: given the words between the house number and the unit, gives the parts of
//! Publication 28 section 23; numbered highways go through [`super::highway`].
//!
//! Left to others: the house number and what stands before it ([`super::delivery`]), the unit
//! ([`super::secondary`]).

use super::{
    directional::{directed_number, take_postdirectional, take_predirectional},
    form::Direction,
    highway,
    lexicon::entry,
    street_end::secondary_start,
    words::{Shape, Word},
};

/// A street in its parts.
#[derive(Default)]
pub(crate) struct Street {
    pub(crate) predirectional: Option<Direction>,
    pub(crate) name: String,
    pub(crate) street_type: Option<&'static str>,
    pub(crate) postdirectional: Option<Direction>,
    /// How many of the words given belong to it; the rest is unit or building.
    pub(crate) length: usize,
    /// How sure it is that this is a street.
    pub(crate) evidence: Evidence,
}

/// What speaks for words being a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Evidence {
    /// A name only: `BROADWAY`.
    #[default]
    Name,
    /// A name and a directional: `E 1700 S`.
    Direction,
    /// A name and a type.
    Type,
    /// A numbered highway or road.
    Road,
}

/// Words that stand before the number or letter that names a street: `AVENUE H`, `ROAD 20`.
pub(crate) const PRETYPES: &[&str] = &[
    "AVENUE", "AVE", "ROAD", "RD", "LOOP", "SPUR", "HIGHWAY", "HWY", "ROUTE", "RTE", "PARK", "MALL",
];

/// Words of Spanish that stand before a street's name.
const SPANISH: &[&str] = &[
    "CALLE",
    "CALZADA",
    "CAMINO",
    "AVENIDA",
    "CARR",
    "CARRETERA",
    "PASEO",
    "VIA",
    "CLL",
];

/// Types which alone name nothing.
const BARE_TYPES: &[&str] = &[
    "ST", "AVE", "RD", "DR", "LN", "CT", "BLVD", "HWY", "PL", "CIR", "TER", "WAY",
];

/// After `ST`, these make it `SAINT`.
pub(crate) const SAINTS: &[&str] = &[
    "ALBANS",
    "ANDREW",
    "ANDREWS",
    "ANN",
    "ANNE",
    "ANNS",
    "ANTHONY",
    "AUGUSTINE",
    "BERNARD",
    "CATHERINE",
    "CHARLES",
    "CHRISTOPHER",
    "CLAIR",
    "CLAIRE",
    "CLOUD",
    "CROIX",
    "DAVID",
    "DAVIDS",
    "DENIS",
    "EDWARD",
    "ELMO",
    "FRANCIS",
    "GEORGE",
    "GEORGES",
    "GERMAIN",
    "HELENA",
    "HELENS",
    "JAMES",
    "JOE",
    "JOHN",
    "JOHNS",
    "JOSEPH",
    "LAWRENCE",
    "LOUIS",
    "LUCIE",
    "LUKE",
    "LUKES",
    "MARGARET",
    "MARK",
    "MARKS",
    "MARTIN",
    "MARY",
    "MARYS",
    "MATTHEW",
    "MICHAEL",
    "MICHAELS",
    "MORITZ",
    "NICHOLAS",
    "PATRICK",
    "PAUL",
    "PAULS",
    "PETER",
    "PETERS",
    "PETERSBURG",
    "REGIS",
    "SIMONS",
    "STEPHEN",
    "STEPHENS",
    "THOMAS",
    "VINCENT",
];

/// Reads the street at the start of the words after a house number. `None` where they hold none.
pub(crate) fn read_street(words: &[Word<'_>]) -> Option<Street> {
    if let Some(street) = highway::read_highway(words) {
        return Some(street);
    }
    let end = secondary_start(words);
    let body = without_trailing_unit(words.get(..end)?);
    read_body(body)
}

/// Leaves out a unit that stands bare after a street without type: `W BRYN MAWR 211`.
fn without_trailing_unit<'b, 'a>(body: &'b [Word<'a>]) -> &'b [Word<'a>] {
    let [rest @ .., last] = body else { return body };
    let unit = matches!(last.shape, Shape::Digits | Shape::DigitFirst) && !last.text.contains('.');
    if !unit {
        return body;
    }
    let named = match rest {
        [first, others @ ..] if first.direction().is_some() => others,
        _ => rest,
    };
    let name = named.first().is_some_and(|word| {
        word.is_letters()
            && word.text.len() >= 3
            && word.street_type().is_none()
            && word.designator().is_none()
            && !word.is_one_of(SPANISH)
    });
    let road = rest.last().is_some_and(|word| {
        is_numbered_road(word) || word.is_one_of(PRETYPES) || word.is_one_of(&["BUSINESS", "BUS"])
    });
    if name && !road { rest } else { body }
}

/// A word after which a number is the road's own.
pub(crate) fn is_numbered_road(word: &Word<'_>) -> bool {
    word.street_type()
        .is_some_and(|known| matches!(known.abbreviation, "HWY" | "RTE"))
}

fn read_body(body: &[Word<'_>]) -> Option<Street> {
    let (after_post, post) = take_postdirectional(body);
    let (middle, pre) = take_predirectional(after_post);
    let before = after_post.len() - middle.len();
    let whole = body.len();
    match middle {
        [] => None,
        [only] if only.street_type().is_some() => lone_type(body, only, pre, post),
        [name @ .., last] if ends_in_type(middle) => {
            if let Some(street) = cut_early(middle, pre, before) {
                return Some(street);
            }
            let (name, inner) = match name {
                [rest @ .., inner] if !rest.is_empty() && inner.text.len() <= 2 => inner
                    .direction()
                    .map_or((name, None), |direction| (rest, Some(direction))),
                _ => (name, None),
            };
            Some(street_of(
                name,
                last.street_type(),
                pre,
                post.or(inner),
                whole,
            ))
        }
        [only] if let Some((digits, direction)) = directed_number(only) => Some(Street {
            predirectional: pre,
            name: digits.to_owned(),
            postdirectional: Some(direction),
            length: whole,
            evidence: Evidence::Direction,
            ..Street::default()
        }),
        _ => cut_early(middle, pre, before)
            .or_else(|| Some(late_type(middle, pre, post, whole)))
            .filter(|street| !street.name.is_empty()),
    }
}

fn ends_in_type(middle: &[Word<'_>]) -> bool {
    let pretype = middle.len() == 2 && middle.first().is_some_and(|w| w.is("AVENUE"));
    middle
        .last()
        .is_some_and(|last| last.street_type().is_some() && !(pretype && last.text.len() == 1))
}

fn street_of(
    name: &[Word<'_>],
    street_type: Option<&'static super::lexicon::StreetType>,
    pre: Option<Direction>,
    post: Option<Direction>,
    length: usize,
) -> Street {
    let evidence = match (street_type, pre.or(post)) {
        (Some(_), _) => Evidence::Type,
        (None, Some(_)) => Evidence::Direction,
        (None, None) if is_pretyped(name) => Evidence::Type,
        (None, None) => Evidence::Name,
    };
    Street {
        predirectional: pre,
        name: join(name),
        street_type: street_type.map(|known| known.abbreviation),
        postdirectional: post,
        length,
        evidence,
    }
}

/// `AVENUE H`, `ROAD 20`, `CALLE 4`.
fn is_pretyped(name: &[Word<'_>]) -> bool {
    match name {
        [first, rest @ ..] if first.is_one_of(SPANISH) => !rest.is_empty(),
        [first, of, _, ..] if first.is_one_of(PRETYPES) && of.is("OF") => true,
        [first, name, ..] if first.is_one_of(&["AVE", "AVENUE", "BLVD", "BOULEVARD"]) => {
            (name.is_letters() && name.text.len() >= 3)
                || name.has_digit()
                || name.is_single_letter()
        }
        [first, second] => {
            first.is_one_of(PRETYPES) && (second.has_digit() || second.is_single_letter())
        }
        _ => false,
    }
}

pub(crate) fn join(words: &[Word<'_>]) -> String {
    let mut joined = String::with_capacity(words.iter().map(|word| word.text.len() + 1).sum());
    for word in words {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word.text);
    }
    joined
}

/// Abbreviations that are types only at the end of a name: `SHADY OAK LA`.
const LATE_TYPES: &[(&str, &str)] = &[
    ("LA", "LANE"),
    ("RO", "ROAD"),
    ("LP", "LOOP"),
    ("PLA", "PLACE"),
    ("PLAC", "PLACE"),
    ("BL", "BOULEVARD"),
    ("BD", "BOULEVARD"),
    ("BV", "BOULEVARD"),
    ("TR", "TRAIL"),
    ("PTH", "PATH"),
    ("PY", "PARKWAY"),
];

/// A street without known type; a doubtful abbreviation at its end counts as one.
fn late_type(
    middle: &[Word<'_>],
    pre: Option<Direction>,
    post: Option<Direction>,
    length: usize,
) -> Street {
    if let [name @ .., last] = middle
        && name
            .last()
            .is_some_and(|word| word.is_letters() && word.text.len() >= 3)
        && let Some((_, word)) = LATE_TYPES.iter().find(|(short, _)| last.is(short))
    {
        return street_of(name, entry(word).street_type, pre, post, length);
    }
    street_of(middle, None, pre, post, length)
}

/// One type and nothing between the directionals: `NORTH AVE`, `AVENUE N`, `BROADWAY`-like `PARK`.
fn lone_type(
    body: &[Word<'_>],
    only: &Word<'_>,
    pre: Option<Direction>,
    post: Option<Direction>,
) -> Option<Street> {
    let found = only.street_type()?;
    let first = body.first()?;
    if pre.is_some() && !found.strong {
        let name = std::slice::from_ref(only);
        return Some(street_of(name, None, pre, post, body.len()));
    }
    if pre.is_some() {
        let name = body.get(..1)?;
        return Some(street_of(name, Some(found), None, post, body.len()));
    }
    if post.is_some() {
        return Some(Street {
            name: format!("{} {}", found.word, body.last()?.text),
            length: body.len(),
            evidence: Evidence::Type,
            ..Street::default()
        });
    }
    let bare = BARE_TYPES.contains(&found.abbreviation) || first.text.len() <= 2;
    (!bare).then(|| street_of(body, None, None, None, body.len()))
}

/// A strong type, with its directional if any, before further words: the street ends there and the
/// rest is the name of a building.
fn cut_early(middle: &[Word<'_>], pre: Option<Direction>, before: usize) -> Option<Street> {
    let typed = ends_in_type(middle);
    let cut = (1..middle.len().checked_sub(1)?).rev().find(|&place| {
        let (Some(word), Some(next)) = (middle.get(place), middle.get(place + 1)) else {
            return false;
        };
        if !word.is_strong_type() {
            return false;
        }
        let saint = word.is("ST") && next.is_one_of(SAINTS);
        let phrase = next.is_one_of(&["OF", "DE", "DEL", "LA", "AND", "LOS", "LAS", "EXT"]);
        let directed = next.direction().is_some() && next.text.len() <= 2;
        let phrase = phrase || (is_numbered_road(word) && next.has_digit());
        !saint && !phrase && (directed || !typed)
    })?;
    let post = middle
        .get(cut + 1)
        .filter(|w| w.text.len() <= 2)
        .and_then(Word::direction);
    let length = before + cut + 1 + usize::from(post.is_some());
    let street_type = middle.get(cut).and_then(Word::street_type);
    Some(street_of(
        middle.get(..cut)?,
        street_type,
        pre,
        post,
        length,
    ))
}
