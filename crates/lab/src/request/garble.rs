//! How a request's row differs from the record of the same person: nicknames, slips, left-out
//! parts, accents, another order.
//!
//! Place in the flow: between the truth and the row.
//!
//! Left to others: rates (nation.toml), tables (tables::errors).

use model::time::Date;

use crate::{
    dice::Dice,
    nation::person::Person,
    rates::{Rate, Rates},
    tables::{Group, errors::ErrorTables},
};

/// Names as a row gives them.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct RowName {
    pub given: String,
    pub surnames: String,
    pub suffix: String,
}

/// The person's names as somebody wrote them down, with capitals.
pub(super) fn name(
    person: &Person,
    rates: &Rates,
    tables: &ErrorTables,
    dice: &mut Dice,
) -> RowName {
    let first = spoiled(&person.given, rates, tables, dice);
    let first = if dice.happens(rates.row_nickname) {
        tables.nickname(&person.given, dice).unwrap_or(first)
    } else {
        first
    };
    let given = join(&first, &middle(person, rates, dice));
    let surnames = surnames(person, rates, tables, dice);
    let suffix = match person.suffix {
        Some(suffix) if !dice.happens(rates.row_suffix_dropped) => suffix.label(),
        _ => "",
    };
    let accents = person.group == Group::Hispanic && dice.happens(rates.row_accents);
    let written = |name: &str| {
        if accents {
            accented(&capitals(name))
        } else {
            capitals(name)
        }
    };
    let mut row = RowName {
        given: written(&given),
        surnames: written(&surnames),
        suffix: written(suffix),
    };
    if row.suffix == "Iii" {
        "III".clone_into(&mut row.suffix);
    }
    if dice.happens(rates.row_given_and_surname_swapped) {
        std::mem::swap(&mut row.given, &mut row.surnames);
    }
    row
}

fn join(first: &str, second: &str) -> String {
    if second.is_empty() {
        first.to_owned()
    } else {
        format!("{first} {second}")
    }
}

fn middle(person: &Person, rates: &Rates, dice: &mut Dice) -> String {
    let roll = Rate::millionths(u32::try_from(dice.below(1_000_000)).unwrap_or(0));
    let dropped = rates.row_middle_dropped;
    let cut = dropped.per_million() + rates.row_middle_to_initial.per_million();
    if roll < dropped {
        String::new()
    } else if roll.per_million() < cut {
        person.middle.chars().take(1).collect()
    } else {
        person.middle.clone()
    }
}

fn surnames(person: &Person, rates: &Rates, tables: &ErrorTables, dice: &mut Dice) -> String {
    let borne = match &person.former_surname {
        Some(former) if dice.happens(rates.row_former_surname) => &former.surnames,
        _ => &person.surnames,
    };
    let mut parts: Vec<String> = borne
        .split([' ', '-'])
        .map(|part| spoiled(part, rates, tables, dice))
        .collect();
    if parts.len() > 1 {
        if dice.happens(rates.row_second_surname_dropped) {
            parts.truncate(1);
        } else if dice.happens(rates.row_surnames_swapped) {
            parts.reverse();
        }
    }
    let hyphen = borne.contains('-') && !dice.one_in(4);
    parts.join(if hyphen { "-" } else { " " })
}

/// The name with at most one slip.
fn spoiled(name: &str, rates: &Rates, tables: &ErrorTables, dice: &mut Dice) -> String {
    let slip = if dice.happens(rates.row_phonetic) {
        tables.phonetic(name, dice)
    } else if dice.happens(rates.row_keyboard) {
        tables.mistyped(name, dice)
    } else if dice.happens(rates.row_ocr) {
        tables.misread(name, dice)
    } else {
        None
    };
    slip.unwrap_or_else(|| name.to_owned())
}

/// The birth date with, now and then, one error: day and month exchanged, a day, month, year or
/// decade off.
pub(super) fn birth_date(date: Date, rates: &Rates, dice: &mut Dice) -> Date {
    if !dice.happens(rates.row_birth_date_wrong) {
        return date;
    }
    let (year, month, day) = (date.year(), date.month(), date.day());
    let made = match dice.below(5) {
        0 => Date::new(year, day, month),
        1 => Date::new(year, month, if day > 15 { day - 10 } else { day + 10 }),
        2 => Date::new(
            year,
            if month > 6 { month - 1 } else { month + 1 },
            day.min(28),
        ),
        3 => Date::new(year - 1, month, day.min(28)),
        _ => Date::new(year - 10, month, day.min(28)),
    };
    made.unwrap_or(date)
}

/// The taxpayer number as digits with hyphens, now and then with two neighbouring serial digits
/// exchanged: the range it lies in stays the same.
pub(super) fn tin(digits: &str, rates: &Rates, dice: &mut Dice) -> String {
    let mut digits: Vec<char> = digits.chars().collect();
    if dice.happens(rates.row_tin_wrong) && digits.len() == 9 {
        let place = 5 + dice.index(3);
        digits.swap(place, place + 1);
    }
    let text: String = digits.into_iter().collect();
    match (text.get(..3), text.get(3..5), text.get(5..)) {
        (Some(area), Some(group), Some(serial)) if !dice.one_in(3) => {
            format!("{area}-{group}-{serial}")
        }
        _ => text,
    }
}

/// Upper case to capitals at the beginning of words: `MARIA DE LA O'NEIL-RUIZ` to
/// `Maria De La O'neil-Ruiz`. Words of address and route keep their capitals.
#[must_use]
pub(super) fn capitals(text: &str) -> String {
    const KEPT: [&str; 13] = [
        "PO", "NE", "NW", "SE", "SW", "N", "S", "E", "W", "RR", "III", "P.O.", "HC",
    ];
    let word = |word: &str| {
        if KEPT.contains(&word)
            || word.bytes().next().is_some_and(|byte| {
                byte.is_ascii_digit()
                    && word.len() < 4
                    && word.len() > 1
                    && word.bytes().skip(1).all(|byte| byte.is_ascii_uppercase())
            })
        {
            return word.to_owned();
        }
        let mut begins = true;
        word.chars()
            .map(|letter| {
                let made = if begins {
                    letter
                } else {
                    letter.to_ascii_lowercase()
                };
                begins = letter == '-' || letter == '#';
                made
            })
            .collect()
    };
    text.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// Spanish names with the accents their bearers write.
fn accented(text: &str) -> String {
    const ACCENTS: [(&str, &str); 32] = [
        ("Garcia", "García"),
        ("Martinez", "Martínez"),
        ("Rodriguez", "Rodríguez"),
        ("Hernandez", "Hernández"),
        ("Lopez", "López"),
        ("Gonzalez", "González"),
        ("Perez", "Pérez"),
        ("Sanchez", "Sánchez"),
        ("Ramirez", "Ramírez"),
        ("Gomez", "Gómez"),
        ("Diaz", "Díaz"),
        ("Vasquez", "Vásquez"),
        ("Jimenez", "Jiménez"),
        ("Gutierrez", "Gutiérrez"),
        ("Fernandez", "Fernández"),
        ("Alvarez", "Álvarez"),
        ("Mendez", "Méndez"),
        ("Munoz", "Muñoz"),
        ("Nunez", "Núñez"),
        ("Pena", "Peña"),
        ("Suarez", "Suárez"),
        ("Chavez", "Chávez"),
        ("Guzman", "Guzmán"),
        ("Velazquez", "Velázquez"),
        ("Jose", "José"),
        ("Jesus", "Jesús"),
        ("Maria", "María"),
        ("Angel", "Ángel"),
        ("Ruben", "Rubén"),
        ("Sofia", "Sofía"),
        ("Andres", "Andrés"),
        ("Victor", "Víctor"),
    ];
    let with = |word: &str| {
        ACCENTS
            .iter()
            .find(|(plain, _)| *plain == word)
            .map_or(word, |(_, accented)| accented)
            .to_owned()
    };
    let words = text
        .split(' ')
        .map(|word| word.split('-').map(with).collect::<Vec<_>>().join("-"));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Component;

    fn check(input: &str, expected: &str) {
        assert_eq!(capitals(input), expected);
    }

    #[test]
    fn capitals_read_well() {
        check("GARCIA-LOPEZ", "Garcia-Lopez");
        check("1421 NW 12TH ST", "1421 NW 12th St");
        check("PO BOX 17", "PO Box 17");
        check("APT 3D", "Apt 3D");
        check("#12", "#12");
        check("", "");
    }

    #[test]
    fn wrong_numbers_stay_never_issued() {
        let rates = Rates {
            row_tin_wrong: Rate::millionths(1_000_000),
            ..Rates::built_in().unwrap()
        };
        for number in 0..500 {
            let mut dice = Component::new(8, "tin").dice(number);
            for digits in ["666120123", "000990001", "911674321"] {
                let made: model::tin::Tin = tin(digits, &rates, &mut dice).parse().unwrap();
                assert!(made.is_never_issued());
            }
        }
    }

    #[test]
    fn wrong_birth_dates_are_dates() {
        let rates = Rates {
            row_birth_date_wrong: Rate::millionths(1_000_000),
            ..Rates::built_in().unwrap()
        };
        let mut changed = 0;
        for number in 0..500 {
            let mut dice = Component::new(8, "birth").dice(number);
            let date = Date::constant(1988, 2, 29);
            changed += u32::from(birth_date(date, &rates, &mut dice) != date);
        }
        assert!(changed > 300);
    }

    #[test]
    fn accents_go_on_whole_words() {
        assert_eq!(accented("Garcia-Nunez Penaloza"), "García-Núñez Penaloza");
    }
}
