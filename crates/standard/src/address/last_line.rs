//! City, state and ZIP: each read, then checked against the others.
//!
//! Place in the flow: beside the delivery line; Publication 28 section 22.
//!
//! Left to others: the delivery line.

use model::column::Column;

use super::{
    form::{AddressText, StandardAddress},
    is_too_long, junk,
    problem::AddressProblem,
    words::LineText,
};
use crate::{
    fold::{Script, fold_with},
    place::{self, CityFit},
};

/// The longest city name taken; the longest the Postal Service has is 28.
const CITY_LENGTH: usize = 60;

/// Reads city, state and ZIP into the address; adds what is wrong.
pub(crate) fn read_last_line(
    text: &AddressText<'_>,
    address: &mut StandardAddress,
    problems: &mut Vec<AddressProblem>,
) {
    let state = place::state_code(text.state);
    address.state = state.unwrap_or_default();
    if is_known(text, address) {
        return;
    }
    read_city(text.city, address, problems);
    match state {
        Some(_) => {}
        None if text.state.trim().is_empty() => problems.push(AddressProblem::StateMissing),
        None => problems.push(AddressProblem::StateUnknown),
    }
    match read_zip(text.postal_code, address.state) {
        Ok((zip5, zip4)) => {
            address.zip5 = zip5;
            address.zip4 = zip4;
            check_fit(address, problems);
        }
        Err(problem) => problems.push(problem),
    }
}

/// Takes a city and ZIP code that are the table's own for each other and the state: most are, and then
/// nothing is left to be asked.
fn is_known(text: &AddressText<'_>, address: &mut StandardAddress) -> bool {
    let Some(place) = place::zip_place(text.postal_code) else {
        return false;
    };
    let known = place.state == address.state && place.city == text.city;
    if known {
        text.city.clone_into(&mut address.city);
        text.postal_code.clone_into(&mut address.zip5);
    }
    known
}

fn read_city(city: &str, address: &mut StandardAddress, problems: &mut Vec<AddressProblem>) {
    if is_too_long(city, CITY_LENGTH) {
        problems.push(AddressProblem::TooLong {
            column: Column::City,
        });
        return;
    }
    address.city = fold_with(city, Script::LookAlike);
    if address.city.is_empty() {
        let filled = !city.trim().is_empty();
        problems.push(if filled {
            AddressProblem::CityForm
        } else {
            AddressProblem::CityMissing
        });
        return;
    }
    if place::is_city(&address.city, address.state) {
        return;
    }
    let line = LineText::new(&[city]);
    let words = line.words();
    let letters = address.city.bytes().filter(u8::is_ascii_alphabetic).count();
    if let Some(kind) = junk::placeholder(&words) {
        problems.push(AddressProblem::CityPlaceholder(kind));
    } else if letters < 2 || junk::is_noise(&words) {
        problems.push(AddressProblem::CityForm);
    }
}

/// Five digits and four or none. Digits only, hyphen or space between; a leading zero that a
/// spreadsheet dropped is put back where the state has such a code.
fn read_zip(text: &str, state: &str) -> Result<(String, String), AddressProblem> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(AddressProblem::ZipMissing);
    }
    if trimmed.len() > 40 {
        return Err(AddressProblem::TooLong {
            column: Column::PostalCode,
        });
    }
    let ascii = crate::fold::to_ascii(trimmed, Script::LookAlike);
    let (five, four) = match ascii.split_once(['-', ' ']) {
        Some((five, four)) => (five.trim(), four.trim_matches(['-', ' '])),
        None if ascii.len() >= 7 => ascii
            .split_at_checked(ascii.len() - 4)
            .unwrap_or((&ascii, "")),
        None => (ascii.as_ref(), ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let four_fits = four.is_empty() || four.len() == 4;
    if !digits(five) || !digits(four) || !four_fits || !(3..=5).contains(&five.len()) {
        return Err(AddressProblem::ZipForm);
    }
    let mut zip5 = String::with_capacity(5);
    zip5.extend(std::iter::repeat_n('0', 5_usize.saturating_sub(five.len())));
    zip5.push_str(five);
    if five.len() < 5 && place::state_of_zip(&zip5) != Some(state) {
        return Err(AddressProblem::ZipForm);
    }
    let zip4 = if four == "0000" { "" } else { four };
    Ok((zip5, zip4.to_owned()))
}

/// ZIP against state, then city against both.
fn check_fit(address: &StandardAddress, problems: &mut Vec<AddressProblem>) {
    if !place::is_zip_assigned(&address.zip5) {
        problems.push(AddressProblem::ZipNotAssigned);
        return;
    }
    if address.state.is_empty() {
        return;
    }
    if let Some(zip_state) = place::state_of_zip(&address.zip5)
        && zip_state != address.state
    {
        problems.push(AddressProblem::StateZipMismatch { zip_state });
        return;
    }
    let city_fine = !address.city.is_empty() && !problems.iter().any(is_about_city);
    let military = place::is_military_state(address.state);
    if city_fine
        && !military
        && place::city_fit(&address.city, address.state, &address.zip5) != CityFit::Known
    {
        problems.push(AddressProblem::CityZipMismatch);
    }
}

fn is_about_city(problem: &AddressProblem) -> bool {
    problem.column() == Column::City
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_zip(text: &str, state: &str, expected: Result<(&str, &str), AddressProblem>) {
        let expected = expected.map(|(five, four)| (five.to_owned(), four.to_owned()));
        assert_eq!(read_zip(text, state), expected, "{text}");
    }

    /// Problems of city and state; the ZIP is left out.
    fn problems(city: &str, state: &str) -> Vec<AddressProblem> {
        let text = AddressText {
            line_1: "",
            line_2: "",
            city,
            state,
            postal_code: "",
        };
        let (mut address, mut problems) = (StandardAddress::default(), Vec::new());
        read_last_line(&text, &mut address, &mut problems);
        problems.retain(|problem| *problem != AddressProblem::ZipMissing);
        problems
    }

    #[test]
    fn no_city_of_the_table_is_taken_for_a_filler() {
        for (city, state) in place::every_city() {
            assert_eq!(problems(city, state), [], "{city} {state}");
        }
    }

    /// What is known at once is what is read word for word: a space keeps the quick look from it.
    #[test]
    fn a_line_of_the_table_is_read_the_same_at_once_and_word_for_word() {
        let read = |city: &str, state: &'static str, postal_code: &str| {
            let text = AddressText {
                line_1: "",
                line_2: "",
                city,
                state,
                postal_code,
            };
            let mut asked = StandardAddress {
                state,
                ..StandardAddress::default()
            };
            let at_once = is_known(&text, &mut asked);
            let (mut address, mut problems) = (StandardAddress::default(), Vec::new());
            read_last_line(&text, &mut address, &mut problems);
            (at_once, address, problems)
        };
        let mut known = 0;
        for number in 0..100_000 {
            let zip5 = format!("{number:05}");
            let Some(place) = place::zip_place(&zip5) else {
                continue;
            };
            let (at_once, quick, none) = read(place.city, place.state, &zip5);
            let (not_at_once, slow, problems) = read(place.city, place.state, &format!("{zip5} "));
            assert!(at_once && !not_at_once, "{zip5}");
            assert!(quick == slow, "{zip5}");
            assert_eq!((none, problems), (vec![], vec![]), "{zip5}");
            known += 1;
        }
        assert!(known > 30_000, "{known}");
    }

    #[test]
    fn states_are_known_or_missing() {
        assert_eq!(problems("Reno", ""), [AddressProblem::StateMissing]);
        assert_eq!(problems("Reno", "Narnia"), [AddressProblem::StateUnknown]);
    }

    #[test]
    fn zip_codes_are_read_in_every_usual_form() {
        check_zip("89501", "NV", Ok(("89501", "")));
        check_zip(" 89501-1234 ", "NV", Ok(("89501", "1234")));
        check_zip("895011234", "NV", Ok(("89501", "1234")));
        check_zip("89501 - 1234", "NV", Ok(("89501", "1234")));
        check_zip("89501-0000", "NV", Ok(("89501", "")));
        check_zip("２１３４", "MA", Ok(("02134", "")));
        check_zip("2134", "MA", Ok(("02134", "")));
        check_zip("21341234", "MA", Ok(("02134", "1234")));
        check_zip("601", "PR", Ok(("00601", "")));
        check_zip("2134", "NV", Err(AddressProblem::ZipForm));
        check_zip("8950", "NV", Err(AddressProblem::ZipForm));
        check_zip("895O1", "NV", Err(AddressProblem::ZipForm));
        check_zip("K1A 0B1", "NV", Err(AddressProblem::ZipForm));
        check_zip("", "NV", Err(AddressProblem::ZipMissing));
        check_zip("unknown", "NV", Err(AddressProblem::ZipForm));
    }
}
