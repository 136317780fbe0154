//! The map: which column of a file is what (`spec/link.md`).
//!
//! Place in the flow: read first; the tables are then read by the columns it names.
//!
//! Left to others: reading the tables (table), what the values mean (form).

use std::path::Path;

use serde::Deserialize;

use super::error::LinkError;

/// Most columns compared as plain fields.
pub const MOST_EXTRA: usize = 8;

/// Columns of both files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// Columns of the people.
    pub people: Columns,
    /// Columns of the requests; `truth` is demanded.
    pub requests: Columns,
}

/// Columns of one file. What is left out is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// A row's name for itself, unique in the file.
    pub id: Option<String>,
    /// Given name or names.
    pub given: Option<String>,
    /// Middle names or initials.
    pub middle: Option<String>,
    /// Surnames.
    pub surname: Option<String>,
    /// Generational suffix.
    pub suffix: Option<String>,
    /// Date of birth.
    pub dob: Option<String>,
    /// A number meant to be one person's.
    pub tin: Option<String>,
    /// House number.
    pub house_number: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// Flat or unit.
    pub unit: Option<String>,
    /// City, suburb or place.
    pub city: Option<String>,
    /// State or county.
    pub state: Option<String>,
    /// Postcode or ZIP.
    pub postcode: Option<String>,
    /// A whole address in one column, instead of its parts.
    pub address: Option<String>,
    /// The id of the right person, empty where that person is not on file. Requests only.
    pub truth: Option<String>,
    /// Columns compared as plain fields, in the same order in both files.
    pub extra: Vec<String>,
}

impl Columns {
    /// Whether no column has two meanings (the right answer must not be evidence for itself) and the address
    /// is either whole or in parts.
    fn agree(&self) -> Result<(), String> {
        let named = self.named();
        for (place, (key, column)) in named.iter().enumerate() {
            let before = named.iter().take(place).find(|(_, other)| other == column);
            if let Some((other, _)) = before {
                return Err(format!(
                    "names the column `{column}` twice: `{}` and `{}`",
                    other.name(),
                    key.name()
                ));
            }
        }
        let part = named.iter().find(|(key, _)| key.is_part_of_address());
        match (&self.address, part) {
            (Some(_), Some((part, _))) => Err(format!(
                "has `address` and `{}`: an address is either whole or in parts",
                part.name()
            )),
            _ => Ok(()),
        }
    }

    /// Key and column of all that is named, in the order the form reads them; extras last.
    #[must_use]
    pub fn named(&self) -> Vec<(Key, &str)> {
        let single = [
            (Key::Id, &self.id),
            (Key::Given, &self.given),
            (Key::Middle, &self.middle),
            (Key::Surname, &self.surname),
            (Key::Suffix, &self.suffix),
            (Key::Dob, &self.dob),
            (Key::Tin, &self.tin),
            (Key::HouseNumber, &self.house_number),
            (Key::Street, &self.street),
            (Key::Unit, &self.unit),
            (Key::City, &self.city),
            (Key::State, &self.state),
            (Key::Postcode, &self.postcode),
            (Key::Address, &self.address),
            (Key::Truth, &self.truth),
        ];
        let extra = self.extra.iter().enumerate();
        single
            .into_iter()
            .filter_map(|(key, column)| column.as_deref().map(|column| (key, column)))
            .chain(extra.map(|(place, column)| (Key::Extra(place), column.as_str())))
            .collect()
    }
}

/// Keys of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in `Columns`")]
pub enum Key {
    Id,
    Given,
    Middle,
    Surname,
    Suffix,
    Dob,
    Tin,
    HouseNumber,
    Street,
    Unit,
    City,
    State,
    Postcode,
    Address,
    Truth,
    Extra(usize),
}

impl Key {
    const fn is_part_of_address(self) -> bool {
        matches!(
            self,
            Self::HouseNumber
                | Self::Street
                | Self::Unit
                | Self::City
                | Self::State
                | Self::Postcode
        )
    }

    /// The key as the map spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Given => "given",
            Self::Middle => "middle",
            Self::Surname => "surname",
            Self::Suffix => "suffix",
            Self::Dob => "dob",
            Self::Tin => "tin",
            Self::HouseNumber => "house_number",
            Self::Street => "street",
            Self::Unit => "unit",
            Self::City => "city",
            Self::State => "state",
            Self::Postcode => "postcode",
            Self::Address => "address",
            Self::Truth => "truth",
            Self::Extra(_) => "extra",
        }
    }
}

/// Reads a map.
///
/// # Errors
/// [`LinkError::Read`], or [`LinkError::Map`] naming the key that is missing, unknown or too much.
pub fn read_map(path: &Path) -> Result<Map, LinkError> {
    let text = std::fs::read_to_string(path).map_err(LinkError::read(path))?;
    parse_map(&text).map_err(|problem| LinkError::Map {
        path: path.to_owned(),
        problem,
    })
}

/// Reads the text of a map.
///
/// # Errors
/// What is wrong, in one line.
pub fn parse_map(text: &str) -> Result<Map, String> {
    let map: Map = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| {
            let before = text.get(..span.start).unwrap_or_default();
            before.matches('\n').count() + 1
        });
        format!("line {line}: {}", error.message().replace('\n', " "))
    })?;
    for (table, columns) in [("people", &map.people), ("requests", &map.requests)] {
        if columns.id.is_none() {
            return Err(format!("table [{table}] wants the key `id`"));
        }
        if columns.given.is_none() && columns.surname.is_none() {
            return Err(format!("table [{table}] wants `given` or `surname`"));
        }
        columns
            .agree()
            .map_err(|problem| format!("table [{table}] {problem}"))?;
    }
    if map.requests.truth.is_none() {
        return Err("table [requests] wants the key `truth`: only labelled data are linked".into());
    }
    if map.people.truth.is_some() {
        return Err("table [people] must not have the key `truth`".into());
    }
    let (people, requests) = (map.people.extra.len(), map.requests.extra.len());
    if people != requests || people > MOST_EXTRA {
        return Err(format!(
            "key `extra` wants as many columns in both tables, {MOST_EXTRA} at most, not {people} and {requests}"
        ));
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str, part: &str) {
        let problem = parse_map(text).unwrap_err();
        assert!(
            problem.contains(part) && !problem.contains('\n'),
            "{problem}"
        );
    }

    #[test]
    fn maps_say_what_they_lack() {
        let good = "[people]\nid='a'\nsurname='s'\n[requests]\nid='b'\nsurname='t'\ntruth='u'\n";
        assert_eq!(
            parse_map(good).unwrap().requests.truth.as_deref(),
            Some("u")
        );
        problem(&good.replace("truth='u'", ""), "`truth`");
        problem(&good.replace("id='a'", ""), "[people] wants the key `id`");
        problem(&good.replace("surname='t'", ""), "`given` or `surname`");
        problem(&good.replace("truth='u'", "truth='u'\nshoe='x'"), "line 8");
        problem(
            &good.replace("truth='u'", "truth='u'\nextra=['x']"),
            "`extra`",
        );
        problem("[people]\n", "requests");
        problem(
            &good.replace("id='b'", "id='b'\ntin='u'"),
            "[requests] names the column `u` twice: `tin` and `truth`",
        );
        problem(
            &good.replace("id='a'", "id='a'\nextra=['a']"),
            "[people] names the column `a` twice: `id` and `extra`",
        );
        problem(
            &good.replace("id='a'", "id='a'\naddress='x'\ncity='y'"),
            "`address` and `city`",
        );
    }
}
