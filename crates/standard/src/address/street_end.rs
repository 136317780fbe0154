//! Where a street ends and the unit or building begins.
//!
//! Place in the flow: asked by [`super::street`] about the words after a house number, before the street
//! itself is read.
//!
//! Left to others: reading the unit ([`super::secondary`]).

use super::{
    lexicon::DesignatorClass,
    street::{PRETYPES, SAINTS, is_numbered_road},
    words::{Shape, Word},
};

/// Where the unit or building begins among the words after a house number; their count if nowhere.
pub(crate) fn secondary_start(words: &[Word<'_>]) -> usize {
    (1..words.len())
        .find(|&place| begins_secondary(words, place))
        .unwrap_or(words.len())
}

/// The words around a place where a unit may begin.
struct Around<'a, 'b> {
    word: &'b Word<'a>,
    before: &'b Word<'a>,
    next: Option<&'b Word<'a>>,
    words: &'b [Word<'a>],
    place: usize,
}

fn begins_secondary(words: &[Word<'_>], place: usize) -> bool {
    let (Some(word), Some(before)) = (words.get(place), words.get(place - 1)) else {
        return false;
    };
    let next = words.get(place + 1);
    let around = Around {
        word,
        before,
        next,
        words,
        place,
    };
    around.is_other_address()
        || around.is_hash()
        || around.is_number_mark()
        || ends_at_break(words, place)
        || around.is_designator(words.len() - place)
        || around.is_floor_number()
        || around.is_bare_unit(words.len() - place)
}

/// Whether the words before a place end in a type, or a type and directional, with a name before it.
fn is_complete(words: &[Word<'_>], place: usize) -> bool {
    let Some(before) = words.get(..place) else {
        return false;
    };
    let before = match before {
        [rest @ .., north, east]
            if north.is_single_letter()
                && east.is_single_letter()
                && north.direction().is_some()
                && east.direction().is_some()
                && rest.len() >= 2 =>
        {
            rest
        }
        [rest @ .., last] if last.direction().is_some() && rest.len() >= 2 => rest,
        _ => before,
    };
    let Some((last, rest)) = before.split_last() else {
        return false;
    };
    let name = match rest.split_first() {
        Some((first, others)) if first.direction().is_some() && last.is_one_of(PRETYPES) => others,
        _ => rest,
    };
    let saint = last.is("ST") && words.get(place).is_some_and(|next| next.is_one_of(SAINTS));
    last.is_strong_type() && !name.is_empty() && !saint
}

/// A break ends a name without type (`4401 N MESA, COVENTRY PARK`), but not before the rest of a name
/// (`MARTIN LUTHER KING, JR BLVD`), a type or a directional.
fn ends_at_break(words: &[Word<'_>], place: usize) -> bool {
    let (Some(before), Some(after)) = (words.get(..place), words.get(place..)) else {
        return false;
    };
    let Some((word, rest)) = after.split_first().filter(|(word, _)| word.after_break) else {
        return false;
    };
    let segment = rest.iter().take_while(|next| !next.after_break);
    let goes_on = std::iter::once(word)
        .chain(segment)
        .any(Word::is_strong_type);
    let named = before
        .iter()
        .any(|word| word.is_letters() && word.text.len() >= 3 && word.direction().is_none());
    let stands_apart = word.street_type().is_none() && word.direction().is_none();
    named && stands_apart && !goes_on
}

/// Whether a word is a directional in one or two letters that stands for itself: nothing, a break, a unit
/// or a number comes after it (`1800 M ST, NW, STE 700`).
fn is_lone_directional(word: &Word<'_>, next: Option<&Word<'_>>) -> bool {
    word.direction().is_some()
        && word.text.len() <= 2
        && next.is_none_or(|next| {
            next.after_break
                || (next.is_single_letter() && next.direction().is_some())
                || next.shape == Shape::Hash
                || next.has_digit()
                || next.designator().is_some_and(|known| known.strong)
        })
}

impl Around<'_, '_> {
    /// Whether the words before make a street with its type.
    fn complete(&self) -> bool {
        is_complete(self.words, self.place)
    }

    /// `CIR NO L2`, `AVE NO. 102`: not a directional.
    fn is_number_mark(&self) -> bool {
        self.word.is_one_of(&["NO", "NUMBER", "NUM"])
            && self.next.is_some_and(Word::has_digit)
            && self.complete()
    }

    fn is_other_address(&self) -> bool {
        let next_is = |texts: &[&str]| self.next.is_some_and(|next| next.is_one_of(texts));
        let numbered = || self.next.is_some_and(Word::has_digit);
        match self.word.text {
            "C/O" | "ATTN" | "ATTENTION" | "POBOX" | "LOCKBOX" => true,
            "PO" => next_is(&["BOX", "DRAWER"]) || numbered(),
            "RR" | "HC" | "BOX" => numbered(),
            "P" => next_is(&["O"]),
            _ => false,
        }
    }

    fn is_hash(&self) -> bool {
        let numbered_road = || self.before.is_one_of(PRETYPES) && !self.complete();
        self.word.shape == Shape::Hash && !numbered_road()
    }

    fn is_designator(&self, left: usize) -> bool {
        if self.word.shape == Shape::LetterFirst {
            return super::lexicon::glued_designator(self.word.text).is_some();
        }
        let Some(designator) = self.word.designator() else {
            return false;
        };
        let names_one = self.next.is_some_and(|next| {
            next.is_identifier() || next.shape == Shape::Hash || next.is_one_of(&["NO", "NUMBER"])
        });
        let last = left == 2 && self.next.is_some_and(Word::has_digit);
        let at_end = self
            .next
            .is_none_or(|next| next.after_break || next.designator().is_some());
        if self.word.after_break {
            return names_one || at_end || designator.strong;
        }
        match designator.class {
            _ if self.complete() => names_one || at_end || designator.strong,
            DesignatorClass::Alone => designator.strong && at_end,
            DesignatorClass::Building => {
                let digit = self.next.is_some_and(Word::has_digit);
                digit || (designator.strong && names_one)
            }
            DesignatorClass::Floor => designator.strong && names_one,
            _ => last || (designator.strong && (names_one || at_end)),
        }
    }

    /// `2ND FLOOR`, `LOWER LEVEL`, `SECOND FL`.
    fn is_floor_number(&self) -> bool {
        let floor = self
            .next
            .and_then(Word::designator)
            .is_some_and(|d| d.class == DesignatorClass::Floor && (d.strong || self.complete()));
        let numbers = || {
            self.word.has_digit()
                || self.word.number_word().is_some()
                || self
                    .word
                    .is_one_of(&["LOWER", "UPPER", "GROUND", "TOP", "MAIN", "LWR", "UPR"])
        };
        floor && numbers()
    }

    /// A unit or building without designator after a complete street: `MAIN ST 4B`, `MAIN ST, 4`.
    fn is_bare_unit(&self, left: usize) -> bool {
        let direction = || {
            self.word.direction().is_some()
                && (!self.word.after_break || is_lone_directional(self.word, self.next))
        };
        let unit = self.word.has_digit() && self.word.shape != Shape::Ordinal && left <= 3;
        let letter = self.word.is_single_letter() && left == 1;
        (self.word.after_break || unit || letter)
            && !direction()
            && !is_numbered_road(self.before)
            && self.complete()
    }
}
