//! Junk must never come out as an address, however it is written.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use countersign_standard::address::{
    self, AddressProblem, AddressText, InstitutionKind, PlaceholderKind,
};
use proptest::prelude::*;

fn corpus() -> Vec<&'static str> {
    include_str!("data/junk.txt")
        .lines()
        .filter(|line| !line.starts_with("# "))
        .collect()
}

fn at_reno(line: &str) -> AddressText<'_> {
    AddressText {
        line_1: line,
        line_2: "",
        city: "Reno",
        state: "NV",
        postal_code: "89501",
    }
}

/// The first column's problem, as a requester would be told.
fn reason(line: &str) -> Option<AddressProblem> {
    address::problems(&at_reno(line))
        .into_iter()
        .find(|problem| !problem.is_question())
}

/// Ways of writing a line that must change nothing.
fn disguises(line: &str) -> Vec<String> {
    let cyrillic = |c: char| match c {
        'a' => 'а',
        'e' => 'е',
        'o' => 'о',
        'A' => 'А',
        'E' => 'Е',
        'O' => 'О',
        'T' => 'Т',
        'N' => 'Ν',
        other => other,
    };
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        other => other,
    };
    vec![
        line.to_uppercase(),
        line.to_lowercase(),
        format!("  {line}  "),
        line.replace(' ', "   "),
        line.replace(' ', "\u{a0}"),
        line.replace(' ', "-"),
        line.replace(' ', "_"),
        format!("{line}."),
        format!("{line}!!!"),
        format!("({line})"),
        format!("\"{line}\""),
        format!("** {line} **"),
        line.replace('\'', "’"),
        line.chars().map(cyrillic).collect(),
        line.chars().map(wide).collect(),
        line.chars().flat_map(|c| [c, '\u{200b}']).collect(),
    ]
}

#[test]
fn no_junk_becomes_an_address() {
    let corpus = corpus();
    let (mut tried, mut passed) = (0, Vec::new());
    for line in &corpus {
        let mut forms = disguises(line);
        forms.push((*line).to_owned());
        for form in forms {
            tried += 1;
            if let Ok(address) = address::standardize(&at_reno(&form)) {
                passed.push(format!("{form} -> {}", address.delivery_line()));
            }
        }
    }
    println!(
        "junk: {} of {tried} passed ({} lines)",
        passed.len(),
        corpus.len()
    );
    assert!(corpus.len() >= 500, "{}", corpus.len());
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn no_junk_becomes_an_address_in_the_second_line_or_split_over_both() {
    let mut passed = Vec::new();
    for line in corpus() {
        let text = AddressText {
            line_1: "",
            line_2: line,
            ..at_reno("")
        };
        if address::standardize(&text).is_ok() {
            passed.push(line.to_owned());
        }
        if let Some((first, second)) = line.split_once(' ')
            && address::standardize(&AddressText {
                line_2: second,
                ..at_reno(first)
            })
            .is_ok()
        {
            passed.push(format!("{first} / {second}"));
        }
    }
    assert!(passed.is_empty(), "{passed:#?}");
}

/// The court saw that a number like a ZIP code made such lines pass.
#[test]
fn an_appended_zip_makes_no_junk_an_address() {
    let mut passed = Vec::new();
    for line in corpus() {
        if line.to_lowercase().ends_with("box") {
            continue; // a box may have such a number
        }
        for zip in ["12345", "20001", "89501", "89501-1234", "00000"] {
            for form in [
                format!("{line} {zip}"),
                format!("{line}, {zip}"),
                format!("{line}, Reno, NV {zip}"),
            ] {
                if address::standardize(&at_reno(&form)).is_ok()
                    || address::standardize_line(&form).is_ok()
                {
                    passed.push(form);
                }
            }
        }
    }
    println!("{} passed with a ZIP appended", passed.len());
    assert!(passed.is_empty(), "{passed:#?}");
}

/// A number put before makes some lines an address in form (`12345 Oak Ave`); those that say that there
/// is none stay refused.
#[test]
fn a_number_put_before_makes_no_placeholder_an_address() {
    let mut passed = Vec::new();
    for line in corpus() {
        if !matches!(reason(line), Some(AddressProblem::Placeholder(_))) {
            continue;
        }
        let longest = line
            .split(|c: char| !c.is_alphabetic())
            .map(str::len)
            .max()
            .unwrap_or(0);
        if (line.split_whitespace().count() == 1 && line.len() < 9)
            || longest < 2
            || line == "United States"
        {
            continue; // `12345 Home`, `1 N A St`, `1 United States St`: streets of that name may exist
        }
        for form in [format!("12345 {line}"), format!("1 {line} St")] {
            if address::standardize(&at_reno(&form)).is_ok() {
                passed.push(form);
            }
        }
    }
    assert!(passed.is_empty(), "{passed:#?}");
}

fn check(line: &str, expected: AddressProblem) {
    assert_eq!(reason(line), Some(expected), "{line}");
    for form in disguises(line) {
        assert!(reason(&form).is_some(), "{form}");
    }
}

/// LAW.md section 3: the strings found in the request of 2025, each with its reason.
#[test]
fn the_courts_strings_are_refused_with_their_reason() {
    use AddressProblem::{DigitsOnly, Institution, NoNumber, Placeholder, RepeatedFiller, ZipOnly};
    check("Don't Care 12345", Placeholder(PlaceholderKind::Refused));
    check(
        "Failed to Provide",
        Placeholder(PlaceholderKind::NotProvided),
    );
    check("Unknown Address", Placeholder(PlaceholderKind::Unknown));
    check("NA NA", Placeholder(PlaceholderKind::NotProvided));
    check("00000", RepeatedFiller);
    check("12345", ZipOnly);
    check("123 456 789", DigitsOnly);
    check("Main Street", NoNumber);
    check(
        "Cook County Jail",
        Institution {
            kind: InstitutionKind::Jail,
        },
    );
    check(
        "Stewart Detention Center",
        Institution {
            kind: InstitutionKind::Detention,
        },
    );
    check(
        "ICE Field Office",
        Institution {
            kind: InstitutionKind::AgencyOffice,
        },
    );
}

#[test]
fn spaces_inside_words_and_digits_for_letters_hide_nothing() {
    for line in [
        "D o n ' t  C a r e 12345",
        "U n k n o w n",
        "Un known Address",
        "Unkn0wn Addre55",
        "D0nt C4re 12345",
        "F4iled t0 Pr0vide",
        "N  A   N  A",
        "S.e.e F.i.l.e",
        "HOME LESS",
        "T B D",
    ] {
        assert!(reason(line).is_some(), "{line}");
        assert!(reason(&format!("{line} 20001")).is_some(), "{line} 20001");
    }
}

/// A long placeholder stays one behind a number, and a number parted from a name is no address.
#[test]
fn a_number_alone_lends_nothing_to_what_follows() {
    assert_eq!(
        reason("12345 United States"),
        Some(AddressProblem::Placeholder(PlaceholderKind::Sample))
    );
    for line in ["12, Sparks", "1111, Fernley", "12345, Carson City"] {
        assert!(reason(line).is_some(), "{line}");
    }
}

#[test]
fn institutions_pass_only_with_a_unit_and_streets_named_after_them_are_streets() {
    for line in [
        "2700 S California Ave, Cook County Jail",
        "Cook County Jail 2700 S California Ave",
        "PO Box 12, State Prison",
        "500 12th St SW, ICE",
    ] {
        assert!(
            matches!(reason(line), Some(AddressProblem::Institution { .. })),
            "{line}"
        );
    }
    for line in [
        "Cook County Jail 2700 S California Ave Cell 4",
        "123 Jail Rd",
        "45 Prison Hill Rd",
        "7 Old Courthouse Sq Apt 2",
        "900 Detention Center Dr",
    ] {
        assert_eq!(reason(line), None, "{line}");
    }
    let office = AddressText {
        line_1: "26 Federal Plz",
        line_2: "",
        city: "New York",
        state: "NY",
        postal_code: "10278",
    };
    assert_eq!(
        address::problems(&office),
        [AddressProblem::Institution {
            kind: InstitutionKind::AgencyOffice
        }]
    );
}

#[test]
fn last_line_junk_is_refused_in_its_own_column() {
    let check = |city, state, postal_code, expected: &[AddressProblem]| {
        let text = AddressText {
            line_1: "123 Main St",
            line_2: "",
            city,
            state,
            postal_code,
        };
        assert_eq!(
            address::problems(&text),
            expected,
            "{city} {state} {postal_code}"
        );
    };
    use AddressProblem as P;
    check("", "NV", "89501", &[P::CityMissing]);
    check(
        "Unknown",
        "NV",
        "89501",
        &[P::CityPlaceholder(PlaceholderKind::Unknown)],
    );
    check(
        "N/A",
        "NV",
        "89501",
        &[P::CityPlaceholder(PlaceholderKind::NotProvided)],
    );
    check(
        "Anytown",
        "NV",
        "89501",
        &[P::CityPlaceholder(PlaceholderKind::Sample)],
    );
    check("12345", "NV", "89501", &[P::CityForm]);
    check("ZZZZ", "NV", "89501", &[P::CityForm]);
    check("...", "NV", "89501", &[P::CityForm]);
    check("Reno", "", "89501", &[P::StateMissing]);
    check("Reno", "ZZ", "89501", &[P::StateUnknown]);
    check("Reno", "NV", "", &[P::ZipMissing]);
    check("Reno", "NV", "8950", &[P::ZipForm]);
    check("Reno", "NV", "00000", &[P::ZipNotAssigned]);
    check("Reno", "NV", "99999", &[P::ZipNotAssigned]);
    check(
        "Reno",
        "CA",
        "89501",
        &[P::StateZipMismatch { zip_state: "NV" }],
    );
    check("Las Vegas", "NV", "89501", &[P::CityZipMismatch]);
    check("Springfield", "NV", "89501", &[P::CityZipMismatch]);
}

#[test]
fn text_beyond_any_address_is_refused_at_once() {
    for size in [300, 10_000, 1_000_000] {
        let long = "é".repeat(size);
        assert_eq!(
            reason(&long),
            Some(AddressProblem::TooLong {
                column: model::column::Column::AddressLine1
            })
        );
        assert!(address::standardize_line(&long).is_err());
        let text = AddressText {
            city: &long,
            ..at_reno("123 Main St")
        };
        assert!(address::standardize(&text).is_err());
        let text = AddressText {
            state: &long,
            postal_code: &long,
            ..at_reno("123 Main St")
        };
        assert!(address::standardize(&text).is_err());
    }
}

proptest! {
    #[test]
    fn nothing_crashes_the_parser(lines in proptest::collection::vec("\\PC{0,80}", 5)) {
        let text = AddressText { line_1: &lines[0], line_2: &lines[1], city: &lines[2], state: &lines[3], postal_code: &lines[4] };
        let reading = address::read(&text);
        let _ = (reading.address.key(), reading.address.token_parts(), reading.address.label_lines());
        let _ = address::read_line(&lines[0]);
    }

    #[test]
    fn words_of_addresses_in_any_order_never_crash(words in proptest::collection::vec(prop_oneof![
        Just("123"), Just("N"), Just("ST"), Just("AVE"), Just("APT"), Just("#"), Just("4B"), Just("BOX"), Just("PO"), Just("RR"), Just("HC"),
        Just("5TH"), Just("1/2"), Just("HWY"), Just("COUNTY"), Just("RD"), Just("URB"), Just("CALLE"), Just(","), Just("FLOOR"), Just("UNIT"),
        Just("MAIN"), Just("PSC"), Just("S"), Just("AVENUE"), Just("OF"), Just("89501"), Just("NV"), Just("RENO"), Just("&"), Just("A17"),
    ], 0..14), state in prop_oneof![Just("NV"), Just("PR"), Just("AE"), Just("")]) {
        let line = words.join(" ");
        let text = AddressText { state, ..at_reno(&line) };
        let _ = address::read(&text).address.label_lines();
        let _ = address::read_line(&line);
    }

    #[test]
    fn letters_without_a_number_are_never_an_address(line in "[A-Za-z]{3,12}( [A-Za-z]{3,12}){0,3}") {
        let spelled = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "general", "teen", "ty", "eleven", "twelve"];
        prop_assume!(!spelled.iter().any(|word| line.to_lowercase().contains(word)));
        prop_assert!(address::standardize(&at_reno(&line)).is_err());
    }
}
