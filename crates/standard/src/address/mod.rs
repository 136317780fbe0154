//! Postal addresses of the United States in the standard form of USPS Publication 28.
//!
//! Place in the flow: an [`AddressText`] as somebody wrote it goes in; a [`StandardAddress`] or the
//! list of [`AddressProblem`]s comes out. [`StandardAddress::key`] is the on-file address key of
//! SEALING.md section 3, [`StandardAddress::token_parts`] what tokens are made of.
//!
//! ```text
//! words -> junk?                                   (placeholder, filler, description)
//!       -> delivery: boxes | number, street, unit  (what form it has)
//!       -> institution without unit?
//! city, state, ZIP -> last line                    (each, then against each other)
//! ```
//!
//! Left to others: whether a problem makes a row deficient (statute).

mod boxes;
mod core_name;
mod delivery;
mod directional;
mod form;
mod highway;
mod house_number;
mod institution;
mod junk;
mod key;
mod last_line;
mod lexicon;
mod near;
mod one_line;
mod problem;
mod puerto_rico;
mod secondary;
mod street;
mod street_end;
mod words;

use model::column::Column;

use boxes::Region;
pub use form::{AddressKind, AddressText, Direction, StandardAddress};
pub use key::{AddressKey, AddressParts};
pub(crate) use near::{LetterSet, is_one_slip, letter_sum, squeeze, squeezed_sum};
pub use problem::{AddressProblem, InstitutionKind, PlaceholderKind};
use words::{LineText, Word};

/// The longest delivery line taken, in characters; the Postal Service prints 64.
const LINE_LENGTH: usize = 200;

/// An address as far as it could be read, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What could be read; parts that could not are empty.
    pub address: StandardAddress,
    /// Everything wrong, in the order of the columns; empty for a good address.
    pub problems: Vec<AddressProblem>,
}

/// Reads an address leniently: never fails, reports every problem beside what could be read. Where
/// street and box are both given, the first of them in reading order is the address.
#[must_use]
pub fn read(text: &AddressText<'_>) -> Reading {
    let mut address = StandardAddress::default();
    let mut last_line_problems = Vec::new();
    last_line::read_last_line(text, &mut address, &mut last_line_problems);
    let mut problems = Vec::new();
    match read_lines(text, &mut address) {
        Ok(()) => {}
        Err(problem) => problems.push(problem),
    }
    problems.append(&mut last_line_problems);
    Reading { address, problems }
}

/// Puts an address into standard form.
///
/// # Errors
/// The first problem that is no mere question ([`AddressProblem::is_question`]); [`problems`] gives
/// all.
pub fn standardize(text: &AddressText<'_>) -> Result<StandardAddress, AddressProblem> {
    finish(read(text))
}

/// Puts an address written on one line into standard form: `123 Main St Apt 4, Reno, NV 89501`.
///
/// # Errors
/// The first problem that is no mere question.
pub fn standardize_line(one_line: &str) -> Result<StandardAddress, AddressProblem> {
    finish(read_line(one_line))
}

/// Reads an address written on one line leniently, as [`read`] does.
#[must_use]
pub fn read_line(one_line: &str) -> Reading {
    if is_too_long(one_line, 2 * LINE_LENGTH) {
        return Reading {
            address: StandardAddress::default(),
            problems: vec![AddressProblem::TooLong {
                column: Column::AddressLine1,
            }],
        };
    }
    let parts = one_line::cut(one_line);
    read(&AddressText {
        line_1: &parts.line_1,
        line_2: "",
        city: &parts.city,
        state: &parts.state,
        postal_code: &parts.postal_code,
    })
}

/// Everything wrong with an address, in the order of its columns; empty for a good one.
#[must_use]
pub fn problems(text: &AddressText<'_>) -> Vec<AddressProblem> {
    read(text).problems
}

fn finish(reading: Reading) -> Result<StandardAddress, AddressProblem> {
    match reading
        .problems
        .into_iter()
        .find(|problem| !problem.is_question())
    {
        Some(problem) => Err(problem),
        None => Ok(reading.address),
    }
}

/// Whether a folded word is keys struck in keyboard order or without any vowel.
pub(crate) fn is_mashed_text(word: &str) -> bool {
    let lines = LineText::new(&[word]);
    lines.words().iter().any(junk::is_mashed)
}

/// Counts characters only where the bytes leave a doubt.
fn is_too_long(text: &str, limit: usize) -> bool {
    text.len() > limit && (text.len() > 4 * limit || text.chars().count() > limit)
}

/// Reads the delivery lines into the address, whose last line is read already.
fn read_lines(text: &AddressText<'_>, address: &mut StandardAddress) -> Result<(), AddressProblem> {
    for (line, column) in [
        (text.line_1, Column::AddressLine1),
        (text.line_2, Column::AddressLine2),
    ] {
        if is_too_long(line, LINE_LENGTH) {
            return Err(AddressProblem::TooLong { column });
        }
    }
    let lines = LineText::new(&[text.line_1, text.line_2]);
    let all = lines.words();
    let words = without_last_line(&all, address);
    if words.is_empty() {
        let filled = !text.line_1.trim().is_empty() || !text.line_2.trim().is_empty();
        return Err(if filled {
            AddressProblem::RepeatedFiller
        } else {
            AddressProblem::LineMissing
        });
    }
    if let Some(problem) = junk::junk(words) {
        return Err(problem);
    }
    let delivery = match delivery::read_delivery(words, region(address)) {
        Ok(delivery) => delivery,
        Err(problem) => return Err(better_reason(words, problem)),
    };
    let street = words.get(delivery.street.clone()).unwrap_or_default();
    if street.iter().any(junk::is_mashed) {
        return Err(AddressProblem::KeyboardMash);
    }
    if junk::is_questioned(text.line_1) || junk::is_questioned(text.line_2) {
        return Err(AddressProblem::Uncertain);
    }
    adopt(delivery.address, address);
    match institution::institution(words, &delivery.street, address) {
        Some(kind) => Err(AddressProblem::Institution { kind }),
        None => Ok(()),
    }
}

fn region(address: &StandardAddress) -> Region {
    let military = crate::place::is_military_state(address.state)
        || matches!(address.city.as_str(), "APO" | "FPO" | "DPO");
    match address.state {
        _ if military => Region::Military,
        "PR" => Region::PuertoRico,
        _ => Region::State,
    }
}

/// For a line without an address: an institution's name or mashed keys say more than "no number".
fn better_reason(words: &[Word<'_>], problem: AddressProblem) -> AddressProblem {
    if let Some(kind) = institution::named(words, &(0..0)) {
        return AddressProblem::Institution { kind };
    }
    if words.iter().any(junk::is_mashed) {
        return AddressProblem::KeyboardMash;
    }
    problem
}

/// Takes over the delivery parts, leaving the last line.
fn adopt(mut delivery: StandardAddress, address: &mut StandardAddress) {
    delivery.city = std::mem::take(&mut address.city);
    delivery.state = address.state;
    delivery.zip5 = std::mem::take(&mut address.zip5);
    delivery.zip4 = std::mem::take(&mut address.zip4);
    *address = delivery;
}

/// Leaves out city, state and ZIP where they are repeated at the end of the delivery line; also any
/// other number like a ZIP code, so that it never counts as a street or unit.
fn without_last_line<'b, 'a>(words: &'b [Word<'a>], address: &StandardAddress) -> &'b [Word<'a>] {
    let rest = match words {
        [rest @ .., last] if is_zip_like(last) && !announce_number(rest) => rest,
        _ => words,
    };
    let rest = if rest.is_empty() { words } else { rest };
    let stripped = without_state(rest, address).unwrap_or(rest);
    let apart = stripped.len() < words.len();
    without_city(stripped, address, apart).unwrap_or(stripped)
}

fn is_zip_like(word: &Word<'_>) -> bool {
    let digits = word.text.bytes().filter(u8::is_ascii_digit).count();
    matches!((word.text.len(), digits), (5, 5) | (9, 9) | (10, 9))
}

/// Words after which five digits are no ZIP code: a word that announces a number, or `INMATE ID`.
fn announce_number(words: &[Word<'_>]) -> bool {
    match words {
        [.., inmate, id] if id.is("ID") && inmate.is_one_of(&["INMATE", "DETAINEE"]) => true,
        [.., last] => announces_number(last),
        [] => false,
    }
}

/// A word after which five digits are a unit, a box or a road's number.
fn announces_number(word: &Word<'_>) -> bool {
    let road = word
        .street_type()
        .is_some_and(|known| matches!(known.abbreviation, "HWY" | "RTE"));
    let strong = word.designator().is_some_and(|known| known.strong);
    road || strong
        || word.shape == words::Shape::Hash
        || word.is_one_of(&["BOX", "BX", "PO", "BIN", "DRAWER", "LOT", "NO", "BOOKING"])
}

/// The words before the address's own state, if they end in it.
fn without_state<'b, 'a>(
    words: &'b [Word<'a>],
    address: &StandardAddress,
) -> Option<&'b [Word<'a>]> {
    if !words.last()?.is_letters() {
        return None;
    }
    [2, 1].into_iter().find_map(|length| {
        let (before, name) = words.split_at_checked(words.len().checked_sub(length)?)?;
        let repeated =
            crate::place::is_name_of_state(name.iter().map(|word| word.text), address.state);
        let floor =
            name.iter().all(|word| word.is("FL")) && before.last().is_some_and(counts_floors);
        (repeated && !before.is_empty() && !floor).then_some(before)
    })
}

/// Whether a word before `FL` makes it a floor and not Florida: `3RD FL`, `SECOND FL`.
fn counts_floors(word: &Word<'_>) -> bool {
    word.shape == words::Shape::Ordinal || word.number_word().is_some()
}

/// The words before the address's own city, if they end in it and it stands apart from the street.
fn without_city<'b, 'a>(
    words: &'b [Word<'a>],
    address: &StandardAddress,
    apart: bool,
) -> Option<&'b [Word<'a>]> {
    if !address.city.ends_with(words.last()?.text) {
        return None;
    }
    let length = address.city.split(' ').count();
    let (before, last) = words.split_at_checked(words.len().checked_sub(length)?)?;
    let repeated = last
        .iter()
        .map(|word| word.text)
        .eq(address.city.split(' '));
    let apart = apart || last.first().is_some_and(|word| word.after_break);
    (repeated && apart && !before.is_empty()).then_some(before)
}
