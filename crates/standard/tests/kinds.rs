//! At least five hundred lines of each kind of address, handwritten and made from the handwritten ones.
//!
//! Place in the flow: the lists under `data/addresses/` say of each line what is wrong with it, or how it
//! reads; what is made from a line keeps its verdict. `General Delivery` with city, state and ZIP code is
//! good: it is a mailing address of Publication 28 (section 26), and 26 U.S.C. 6103(b)(6) speaks of the
//! mailing address.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

#[path = "support/addresses.rs"]
mod addresses;

use addresses::{Dice, disguises, reason, rows, slips};
use countersign_standard::address::{self, AddressText};

const SEED: u64 = 20_260_226;
/// All reasons that say that something stands in the address's place. A slip may turn one into another:
/// `on file None`.
const PLACEHOLDERS: &[&str] = &[
    "unknown",
    "not-provided",
    "refused",
    "no-fixed",
    "see",
    "undetermined",
    "sample",
    "withheld",
    "status",
];
const FEWEST: usize = 500;

fn at_reno(line: &str) -> AddressText<'_> {
    AddressText {
        line_1: line,
        line_2: "",
        city: "Reno",
        state: "NV",
        postal_code: "89501",
    }
}

/// The reason a line is refused for; `good` for none.
fn verdict(text: &AddressText<'_>) -> &'static str {
    address::standardize(text)
        .err()
        .map_or("good", |problem| reason(&problem))
}

/// What the lines made of one kind came to.
#[derive(Default)]
struct Tally {
    tried: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn expect(&mut self, line: &str, allowed: &[&str]) {
        self.tried += 1;
        let found = verdict(&at_reno(line));
        if !allowed.contains(&found) {
            self.wrong
                .push(format!("{line:?}: {found}, not {allowed:?}"));
        }
    }

    fn finish(self, kind: &str) {
        println!("{kind}: {} of {} otherwise", self.wrong.len(), self.tried);
        assert!(self.tried >= FEWEST, "{kind}: {}", self.tried);
        assert!(
            self.wrong.is_empty(),
            "{kind} {}/{}: {:#?}",
            self.wrong.len(),
            self.tried,
            self.wrong
        );
    }
}

/// Reasons that stand for one another where a line is disguised: what is said is as true.
fn as_well(expected: &'static str) -> Vec<&'static str> {
    let also: &[&str] = match expected {
        "zip" => &["digits", "filler"],
        "digits" => &["zip", "filler", "no-street"],
        "filler" => &["not-provided", "sample", "mash", "digits", "missing"],
        "mash" => &["filler", "sample"],
        "sample" => &["mash", "filler"],
        "no-number" => &["no-street", "crossing", "description"],
        "no-street" | "no-box" => &["no-number", "digits"],
        "crossing" => &["no-number"],
        "description" => &["no-number"],
        "jail" | "detention" | "agency" => &["jail", "detention", "agency"],
        _ => &[],
    };
    [&[expected], also].concat()
}

#[test]
fn what_the_court_found_is_refused_with_its_reason_however_it_is_written() {
    let (mut tally, mut dice) = (Tally::default(), Dice(SEED));
    for row in rows(addresses::COURT) {
        let [expected, line] = row[..] else {
            panic!("{row:?}")
        };
        tally.expect(line, &[expected]);
        for _ in 0..4 {
            for form in disguises(line, &mut dice) {
                tally.expect(&form, &[expected]);
            }
            for form in slips(line, &mut dice) {
                tally.expect(&form, PLACEHOLDERS);
            }
        }
    }
    tally.finish("court");
}

#[test]
fn placeholders_in_english_and_spanish_are_refused_as_placeholders() {
    let (mut tally, mut dice) = (Tally::default(), Dice(SEED + 1));
    for row in rows(addresses::PLACEHOLDERS) {
        let [expected, line] = row[..] else {
            panic!("{row:?}")
        };
        tally.expect(line, &[expected]);
        for form in disguises(line, &mut dice) {
            tally.expect(&form, &[expected]);
        }
        tally.expect(&format!("{line}, Reno, NV 89501"), &[expected]);
        tally.expect(&format!("{line} 12345"), &[expected]);
    }
    tally.finish("placeholders");
}

#[test]
fn noise_is_refused() {
    let (mut tally, mut dice) = (Tally::default(), Dice(SEED + 2));
    for row in rows(addresses::NOISE) {
        let [expected, line] = row[..] else {
            panic!("{row:?}")
        };
        tally.expect(line, &[expected]);
        for form in disguises(line, &mut dice) {
            tally.expect(&form, &as_well(expected));
        }
    }
    tally.finish("noise");
}

#[test]
fn institutions_are_refused_without_unit_and_good_with_one() {
    let (mut tally, mut dice) = (Tally::default(), Dice(SEED + 3));
    for row in rows(addresses::INSTITUTIONS) {
        let [expected, line] = row[..] else {
            panic!("{row:?}")
        };
        tally.expect(line, &[expected]);
        for form in disguises(line, &mut dice) {
            tally.expect(&form, &as_well(expected));
        }
        tally.expect(&format!("{line}, Reno, NV 89501"), &as_well(expected));
        let housed = line
            .split(|c: char| !c.is_ascii_digit())
            .any(|digits| !digits.is_empty());
        for unit in [
            "Cell 14", "Unit 3B", "Dorm C", "Apt 2", "Ste 400", "# 12", "Rm 7",
        ] {
            if housed {
                tally.expect(&format!("{line} {unit}"), &["good"]);
                tally.expect(&format!("{line}, {unit}"), &["good"]);
            }
        }
    }
    tally.finish("institutions");
}

#[test]
fn unusual_addresses_are_good_however_they_are_written() {
    let mut dice = Dice(SEED + 4);
    let (mut tried, mut wrong) = (0, Vec::new());
    let lists = rows(addresses::UNUSUAL).chain(rows(addresses::UNUSUAL_FIRST));
    for row in lists.filter(|row| row[0] != "# line 1") {
        let [line_1, line_2, city, state, postal_code, expected] = row[..] else {
            panic!("{row:?}")
        };
        let text = AddressText {
            line_1,
            line_2,
            city,
            state,
            postal_code,
        };
        let whole = format!("  {}. ", line_1.to_lowercase());
        let mixed = disguises(line_1, &mut dice).swap_remove(2);
        let (upper, marked) = (line_1.to_uppercase(), format!("({line_1})"));
        for form in [line_1, &whole, &mixed, &upper, &marked] {
            tried += 1;
            match address::standardize(&AddressText {
                line_1: form,
                ..text
            }) {
                Ok(found) if found.delivery_line() == expected => {}
                Ok(found) => wrong.push(format!("{form}: {}", found.delivery_line())),
                Err(problem) => wrong.push(format!("{form}: {problem:?}")),
            }
        }
    }
    println!("unusual: {} of {tried} otherwise", wrong.len());
    assert!(
        tried >= FEWEST && wrong.is_empty(),
        "{}/{tried} {wrong:#?}",
        wrong.len()
    );
}

/// An independent source: street names as people typed them, a house number put before each.
#[test]
fn street_names_as_people_typed_them_are_good() {
    let mut dice = Dice(SEED + 5);
    let (mut tried, mut refused) = (0, Vec::new());
    for row in rows(addresses::STREET_NAMES) {
        let unit = ["", " Apt 4", " # 2B", " Unit 12", ", Lot 7"][dice.below(5)];
        let line = format!("{} {}{unit}", 1 + dice.below(19_999), row[0]);
        tried += 1;
        let found = verdict(&at_reno(&line));
        if found != "good" {
            refused.push(format!("{line}: {found}"));
        }
    }
    println!("street names: {} of {tried} refused", refused.len());
    assert!(
        tried >= 3_000 && refused.len() * 1_000 <= tried * 5,
        "{}/{tried} {refused:#?}",
        refused.len()
    );
}

#[test]
fn city_state_and_zip_are_held_against_each_other() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for row in rows(addresses::LAST_LINES) {
        let [line_1, city, state, postal_code, expected] = row[..] else {
            panic!("{row:?}")
        };
        let forms = [
            (city.to_owned(), state.to_owned(), postal_code.to_owned()),
            (
                city.to_uppercase(),
                state.to_uppercase(),
                format!(" {postal_code} "),
            ),
            (
                city.to_lowercase(),
                state.to_lowercase(),
                postal_code.to_owned(),
            ),
            (
                format!(" {city} "),
                format!(" {state}."),
                postal_code.to_owned(),
            ),
        ];
        for (city, state, zip) in forms {
            for line_1 in [line_1, "77 W Elm Ave Apt 3", "PO Box 12"] {
                if line_1 == "PO Box 12" && city.trim().eq_ignore_ascii_case("apo") {
                    continue;
                }
                tried += 1;
                let text = AddressText {
                    line_1,
                    line_2: "",
                    city: &city,
                    state: &state,
                    postal_code: &zip,
                };
                let found = address::problems(&text);
                let found: Vec<&str> = found.iter().map(reason).collect();
                let fits = match expected {
                    "good" => found.is_empty(),
                    expected => found == [expected],
                };
                if !fits {
                    wrong.push(format!(
                        "{line_1}, {city}, {state} {zip}: {found:?}, not {expected}"
                    ));
                }
            }
        }
    }
    println!("last lines: {} of {tried} otherwise", wrong.len());
    assert!(
        tried >= FEWEST && wrong.is_empty(),
        "{}/{tried} {wrong:#?}",
        wrong.len()
    );
}
