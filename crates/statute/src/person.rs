//! Who a row says it means: name, birth date, number and addresses, as the matcher is given them.
//!
//! Place in the flow: casework asks the register with it once a row is admitted, the laboratory measures
//! the matcher with it. It stands here once, so that what is certified is what is asked.
//!
//! Left to others: whether the row may be asked at all (rules), tokens (identity).

use model::{column::Column, row::Row, time::Date, tin::Tin};
use standard::{
    address::{self, AddressProblem, StandardAddress},
    name::{StandardName, standard_name},
};

use crate::{
    date::DateReading,
    reading::{Reading, TinReading, more_addresses, value},
};

/// What a row states about the person it means.
#[derive(Debug, Clone)]
pub struct StatedPerson {
    /// Name in standard form.
    pub name: StandardName,
    /// Date of birth, where it reads as one date.
    pub date_of_birth: Option<Date>,
    /// Taxpayer number, where it reads as one.
    pub tin: Option<Tin>,
    /// The address given, then the older ones; those only that name one place.
    pub addresses: Vec<StandardAddress>,
}

impl StatedPerson {
    /// Takes it from a row and its reading.
    #[must_use]
    pub fn of(row: &Row, reading: &Reading) -> Self {
        let older = more_addresses(row);
        let addresses = std::iter::once(&reading.address).chain(&older);
        Self {
            name: standard_name(
                value(row, Column::GivenNames),
                value(row, Column::Surnames),
                value(row, Column::Suffix),
            ),
            date_of_birth: match reading.date_of_birth {
                DateReading::Date(date) => Some(date),
                _ => None,
            },
            tin: match &reading.tin {
                TinReading::Tin(tin) => Some(tin.clone()),
                _ => None,
            },
            addresses: addresses
                .filter(|address| names_one_place(address))
                .map(|address| address.address.clone())
                .collect(),
        }
    }
}

/// Whether nothing about an address is worse than a question.
fn names_one_place(address: &address::Reading) -> bool {
    let mut problems = address.problems.iter();
    problems.all(AddressProblem::is_question)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reading::read_row, sample, statute_book};

    fn stated(values: &[(Column, &str)]) -> StatedPerson {
        let values = values
            .iter()
            .map(|(column, text)| (*column, (*text).to_owned()));
        let row = sample::row(2, &values.collect::<Vec<_>>());
        StatedPerson::of(&row, &read_row(&row, statute_book()))
    }

    #[test]
    fn addresses_that_name_no_one_place_are_not_asked_with() {
        let check = |given: [&str; 4], older: &str, expected: &[&str]| {
            let [line, city, state, zip] = given;
            let person = stated(&[
                (Column::AddressLine1, line),
                (Column::City, city),
                (Column::State, state),
                (Column::PostalCode, zip),
                (Column::MoreAddresses, older),
            ]);
            let streets = person.addresses.iter();
            let streets: Vec<&str> = streets.map(|address| address.street.as_str()).collect();
            assert_eq!(streets, expected, "{given:?} {older:?}");
        };
        let reno = ["12 Oakwood Ave", "Reno", "NV", "89501"];
        check(reno, "", &["OAKWOOD"]);
        check(
            reno,
            "700 Quartz St, Sparks NV 89431\n\nunknown",
            &["OAKWOOD", "QUARTZ"],
        );
        check(["unknown", "Reno", "NV", "89501"], "", &[]);
    }

    #[test]
    fn what_cannot_be_read_is_not_asked_with() {
        let check = |birth: &str, tin: &str, expected: (bool, bool)| {
            let person = stated(&[(Column::DateOfBirth, birth), (Column::Tin, tin)]);
            let found = (person.date_of_birth.is_some(), person.tin.is_some());
            assert_eq!(found, expected, "{birth:?} {tin:?}");
        };
        check("1980-02-29", "666-12-3456", (true, true));
        check("03/04/1980", "000-00-0000", (false, false));
        check("", "", (false, false));
    }
}
