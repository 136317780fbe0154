//! Good addresses that people labelled must be read, and read as they were labelled.
//!
//! Counted is a row of usaddress's labelled sets (MIT) that states what LAW.md check 4 asks for: a house
//! number and a street name, or a box number; not crossings, not rows with words labelled `NotAddress`.
//! Rows without city, state and ZIP get those of Reno, so that only what the row states is judged; rows
//! that have all three keep them and are read from one line.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod support;

use countersign_standard::address::{self, AddressKind, AddressText};
use support::{Labelled, counts, sets as rows};

const LAST_LINE: &[&str] = &["PlaceName", "StateName", "ZipCode", "CountryName"];

fn delivery_problem(row: &Labelled) -> Option<address::AddressProblem> {
    let line = row.without(LAST_LINE);
    let text = AddressText {
        line_1: &line,
        line_2: "",
        city: "Reno",
        state: "NV",
        postal_code: "89501",
    };
    address::standardize(&text).err()
}

#[test]
fn labelled_good_addresses_are_read() {
    let good: Vec<Labelled> = rows().into_iter().filter(counts).collect();
    let refused: Vec<String> = good
        .iter()
        .filter_map(|row| {
            Some(format!(
                "{:?}: {}",
                delivery_problem(row)?,
                row.without(LAST_LINE)
            ))
        })
        .collect();
    println!("labelled: {} of {} refused", refused.len(), good.len());
    for line in &refused {
        println!("  {line}");
    }
    assert!(good.len() >= 500);
    assert!(
        refused.len() * 1000 <= good.len() * 5,
        "more than 0.5% refused"
    );
}

/// A row with all of city, state and ZIP is read from one line; its city, state and ZIP must come out
/// as labelled, or the row's own parts contradict one another.
#[test]
fn one_line_addresses_are_cut_as_labelled() {
    let full = |row: &&Labelled| {
        row.has("PlaceName")
            && row.has("StateName")
            && row.has("ZipCode")
            && !row.has("CountryName")
    };
    let rows = rows();
    let good: Vec<&Labelled> = rows.iter().filter(|row| counts(row)).filter(full).collect();
    let mut wrong = Vec::new();
    for row in &good {
        let line = row.without(&[]);
        let reading = address::read_line(&line);
        let city = countersign_standard::fold::fold(&row.text(&["PlaceName"]));
        let zip = row.text(&["ZipCode"]);
        if reading.address.city != city || !zip.starts_with(&reading.address.zip5) {
            wrong.push(format!("{line} -> {}", reading.address.city));
        }
    }
    println!("one line: {} of {} cut otherwise", wrong.len(), good.len());
    for line in &wrong {
        println!("  {line}");
    }
    assert!(good.len() >= 400);
    assert!(wrong.len() * 100 <= good.len() * 4);
}

/// House number, street name, directionals and unit against the labels.
#[test]
fn parts_agree_with_the_labels() {
    let good: Vec<Labelled> = rows().into_iter().filter(counts).collect();
    let (mut whole, mut total) = (0, 0);
    let mut wrong = Vec::new();
    for row in good
        .iter()
        .filter(|row| row.has("AddressNumber") && row.has("StreetName"))
    {
        let line = row.without(LAST_LINE);
        let text = AddressText {
            line_1: &line,
            line_2: "",
            city: "Reno",
            state: "NV",
            postal_code: "89501",
        };
        let found = address::read(&text).address;
        if found.kind != AddressKind::Street {
            continue;
        }
        total += 1;
        let plain = |text: &str| countersign_standard::fold::fold(text).replace(' ', "");
        let number = plain(&row.text(&[
            "AddressNumberPrefix",
            "AddressNumber",
            "AddressNumberSuffix",
        ]));
        let name = plain(&row.text(&[
            "StreetNamePreModifier",
            "StreetNamePreType",
            "StreetName",
            "StreetNamePostModifier",
        ]));
        let spelled = number.chars().all(|c| c.is_ascii_alphabetic());
        let number_fits = spelled
            || plain(&format!("{}{}", found.number, found.fraction))
                == number.trim_start_matches('0');
        let printed = plain(&found.street);
        let road = ["HIGHWAY", "ROUTE", "ROAD", "INTERSTATE", "FM"];
        let numbered_road = road.iter().any(|word| found.street.contains(word))
            && name.chars().any(|c| c.is_ascii_digit());
        let name_fits = printed == name || found.street_core() == name || numbered_road;
        if number_fits && name_fits {
            whole += 1;
        } else {
            wrong.push(format!("{line} -> {}", found.delivery_line()));
        }
    }
    println!("parts: {whole} of {total} as labelled");
    for line in &wrong {
        println!("  {line}");
    }
    assert!(total >= 500);
    assert!(whole * 100 >= total * 90);
}
