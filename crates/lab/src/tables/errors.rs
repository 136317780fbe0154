//! How names and numbers go wrong in records: nicknames, spelling by ear, misread and mistyped
//! letters.
//!
//! Place in the flow: loaded once; the request's rows are garbled with it.
//!
//! Left to others: how often (nation.toml).

use std::collections::BTreeMap;

use super::each_line;
use crate::{dice::Dice, error::LabError};

/// Where in a word a spelling by ear applies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    Anywhere,
    Start,
    Middle,
    End,
}

/// The tables of errors.
pub struct ErrorTables {
    nicknames: BTreeMap<String, Vec<String>>,
    phonetic: Vec<(Spot, String, String)>,
    misread: Vec<(String, String)>,
    neighbours: BTreeMap<char, Vec<char>>,
}

impl ErrorTables {
    /// Unpacks the tables.
    ///
    /// # Errors
    /// [`LabError::Table`] where a built-in table is damaged.
    pub fn load() -> Result<Self, LabError> {
        Ok(Self {
            nicknames: nicknames()?,
            phonetic: phonetic()?,
            misread: misread()?,
            neighbours: neighbours()?,
        })
    }

    /// A nickname of an upper-case given name, where one is known.
    pub fn nickname(&self, name: &str, dice: &mut Dice) -> Option<String> {
        let names = self.nicknames.get(name)?;
        names.get(dice.index(names.len())).cloned()
    }

    /// The name spelled as somebody heard it, where a rule applies.
    pub fn phonetic(&self, name: &str, dice: &mut Dice) -> Option<String> {
        let fitting: Vec<(usize, &str, &str)> = self
            .phonetic
            .iter()
            .filter_map(|(spot, from, to)| Some((find(name, *spot, from)?, &**from, &**to)))
            .filter(|(_, from, to)| name.len() - from.len() + to.len() > 2)
            .collect();
        let (at, from, to) = fitting.get(dice.index(fitting.len()))?;
        Some(replaced(name, *at, from.len(), to))
    }

    /// The text with one group of letters misread, where a rule applies.
    pub fn misread(&self, text: &str, dice: &mut Dice) -> Option<String> {
        let fitting: Vec<(usize, &str, &str)> = self
            .misread
            .iter()
            .filter_map(|(from, to)| Some((text.find(from.as_str())?, &**from, &**to)))
            .collect();
        let (at, from, to) = fitting.get(dice.index(fitting.len()))?;
        Some(replaced(text, *at, from.len(), to))
    }

    /// The text with one letter mistyped: a neighbouring key, a letter doubled, left out or
    /// exchanged with the next. The first letter stays.
    pub fn mistyped(&self, text: &str, dice: &mut Dice) -> Option<String> {
        let mut letters: Vec<char> = text.chars().collect();
        if letters.len() < 3 {
            return None;
        }
        let at = 1 + dice.index(letters.len() - 1);
        let letter = *letters.get(at)?;
        match dice.below(4) {
            0 => letters.insert(at, letter),
            1 => drop(letters.remove(at)),
            2 if at + 1 < letters.len() => letters.swap(at, at + 1),
            _ => {
                let near = self.neighbours.get(&letter.to_ascii_uppercase())?;
                *letters.get_mut(at)? = dice.pick(near);
            }
        }
        Some(letters.into_iter().collect())
    }
}

fn find(name: &str, spot: Spot, from: &str) -> Option<usize> {
    let last = name.len().checked_sub(from.len())?;
    match spot {
        Spot::Anywhere => name.find(from),
        Spot::Start => name.starts_with(from).then_some(0),
        Spot::End => name.ends_with(from).then_some(last),
        Spot::Middle => name
            .get(1..)?
            .find(from)
            .map(|at| at + 1)
            .filter(|at| *at < last),
    }
}

fn replaced(text: &str, at: usize, length: usize, to: &str) -> String {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    format!("{before}{to}{}", rest.get(length..).unwrap_or(""))
}

fn nicknames() -> Result<BTreeMap<String, Vec<String>>, LabError> {
    let mut table = BTreeMap::new();
    each_line(
        "nicknames",
        include_bytes!("../../data/nicknames.csv.gz"),
        |fields| {
            let [name, nicknames] = fields else {
                return None;
            };
            let nicknames = nicknames.split(' ').filter(|name| !name.is_empty());
            table.insert((*name).to_owned(), nicknames.map(str::to_owned).collect());
            Some(())
        },
    )?;
    Ok(table)
}

fn phonetic() -> Result<Vec<(Spot, String, String)>, LabError> {
    let mut rules = Vec::new();
    each_line(
        "phonetic",
        include_bytes!("../../data/phonetic.csv.gz"),
        |fields| {
            let [spot, from, to] = fields else {
                return None;
            };
            let spot = match *spot {
                "all" => Spot::Anywhere,
                "start" => Spot::Start,
                "middle" => Spot::Middle,
                "end" => Spot::End,
                _ => return None,
            };
            rules.push((spot, (*from).to_owned(), (*to).to_owned()));
            Some(())
        },
    )?;
    Ok(rules)
}

fn misread() -> Result<Vec<(String, String)>, LabError> {
    let mut rules = Vec::new();
    each_line("ocr", include_bytes!("../../data/ocr.csv.gz"), |fields| {
        let [from, to] = fields else { return None };
        rules.push((from.to_ascii_uppercase(), to.to_ascii_uppercase()));
        Some(())
    })?;
    // Digits and marks are left out: a name with one would not be taken for a name.
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    rules.retain(|(from, to)| from != to && plain(from) && plain(to));
    Ok(rules)
}

fn neighbours() -> Result<BTreeMap<char, Vec<char>>, LabError> {
    let mut table = BTreeMap::new();
    each_line(
        "keyboard",
        include_bytes!("../../data/keyboard.csv.gz"),
        |fields| {
            let [key, near] = fields else { return None };
            table.insert(
                key.chars().next()?,
                near.chars().filter(char::is_ascii_alphabetic).collect(),
            );
            Some(())
        },
    )?;
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Component;

    #[test]
    fn every_error_changes_the_name_and_keeps_it_a_name() {
        let tables = ErrorTables::load().unwrap();
        for number in 0..500 {
            let mut dice = Component::new(5, "errors").dice(number);
            for name in ["ELIZABETH", "RODRIGUEZ", "LEE", "THOMPSON", "ROBERT"] {
                let made = [
                    tables.nickname(name, &mut dice),
                    tables.phonetic(name, &mut dice),
                    tables.misread(name, &mut dice),
                    tables.mistyped(name, &mut dice),
                ];
                for made in made.into_iter().flatten() {
                    assert!(made.len() >= 2, "{name} {made}");
                    assert!(made.is_ascii(), "{name} {made}");
                }
            }
        }
        let mut dice = Component::new(5, "errors").dice(0);
        assert!(tables.nickname("ELIZABETH", &mut dice).is_some());
        assert_eq!(tables.nickname("XQZ", &mut dice), None);
    }
}
