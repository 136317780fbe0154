//! Directionals before and after a street's name.
//!
//! Place in the flow: [`super::street`] splits them off before it looks for name and type (Publication 28
//! section 233): one word, two words (`N W`), or a letter glued to a grid number (`400E`).
//!
//! Left to others: a street named by a directional (`NORTH AVE`).

use super::{form::Direction, words::Word};

/// Splits off a directional at the end, also one of two words.
pub(crate) fn take_postdirectional<'b, 'a>(
    body: &'b [Word<'a>],
) -> (&'b [Word<'a>], Option<Direction>) {
    if let [rest @ .., north, east] = body
        && rest
            .last()
            .is_some_and(|word| word.is_letters() && word.text.len() > 1)
        && let Some(direction) = combined(north, east)
    {
        return (rest, Some(direction));
    }
    match body {
        [rest @ .., last] if !rest.is_empty() && is_postdirectional(rest, last) => {
            (rest, last.direction())
        }
        _ => (body, None),
    }
}

fn is_postdirectional(rest: &[Word<'_>], last: &Word<'_>) -> bool {
    let careless = || last.is_one_of(&["NO", "SO", "SUR", "ESTE", "NORTE", "OESTE"]);
    last.direction().is_some() && (!careless() || rest.last().is_some_and(Word::is_strong_type))
}

/// Splits off a directional at the start, also one of two words, if a name is left.
pub(crate) fn take_predirectional<'b, 'a>(
    body: &'b [Word<'a>],
) -> (&'b [Word<'a>], Option<Direction>) {
    if let [north, east, rest @ ..] = body
        && let Some(direction) = combined(north, east)
        && !rest.is_empty()
        && !(rest.len() == 1
            && rest
                .first()
                .is_some_and(|word| word.street_type().is_some()))
    {
        return (rest, Some(direction));
    }
    match body {
        [first, rest @ ..] if first.direction().is_some() && !rest.is_empty() => {
            (rest, first.direction())
        }
        _ => (body, None),
    }
}

fn combined(north: &Word<'_>, east: &Word<'_>) -> Option<Direction> {
    let same_length = (north.text.len() == 1) == (east.text.len() == 1);
    match (north.direction()?, east.direction()?) {
        _ if !same_length => None,
        (Direction::North, Direction::East) => Some(Direction::Northeast),
        (Direction::North, Direction::West) => Some(Direction::Northwest),
        (Direction::South, Direction::East) => Some(Direction::Southeast),
        (Direction::South, Direction::West) => Some(Direction::Southwest),
        _ => None,
    }
}

/// `400E`: a street of a grid with its directional.
pub(crate) fn directed_number<'a>(word: &Word<'a>) -> Option<(&'a str, Direction)> {
    let (digits, letter) = word
        .text
        .split_at_checked(word.text.len().checked_sub(1)?)?;
    let direction = match letter {
        "N" => Direction::North,
        "S" => Direction::South,
        "E" => Direction::East,
        "W" => Direction::West,
        _ => return None,
    };
    let number = digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    number.then_some((digits, direction))
}
