//! Lines that leave the address open, and good lines that look like them; boxes and inmates by number;
//! institutions known by their street alone.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use countersign_standard::address::{
    self, AddressProblem, AddressText, InstitutionKind, PlaceholderKind,
};

fn verdict(line_1: &str, line_2: &str, place: [&str; 3]) -> Option<AddressProblem> {
    let text = AddressText {
        line_1,
        line_2,
        city: place[0],
        state: place[1],
        postal_code: place[2],
    };
    address::standardize(&text).err()
}

const RENO: [&str; 3] = ["Reno", "NV", "89501"];

fn check(line: &str, expected: Option<AddressProblem>) {
    assert_eq!(verdict(line, "", RENO), expected, "{line}");
}

#[test]
fn one_certain_address() {
    for line in [
        "12?? Main St",
        "1? Main St",
        "1XX Main St",
        "12XX Main St",
        "100 block of Main St",
        "100 Blk of Main St",
        "near 12 Oak St",
        "not 12 Oak St",
        "approx. 12 Oak St",
        "12 Oak St or 14 Elm St",
    ] {
        check(line, Some(AddressProblem::Uncertain));
    }
    for line in ["TBD 12 Main St", "N/A 12 Main St", "UNK 12 Main St"] {
        let open = AddressProblem::Placeholder(PlaceholderKind::Undetermined);
        check(line, Some(open));
    }
    check(
        "1 Any St",
        Some(AddressProblem::Placeholder(PlaceholderKind::Sample)),
    );
    check("4 XX St", Some(AddressProblem::RepeatedFiller));
    for line in ["Walmart parking lot 12 Main St", "1234 Mexico City Mexico"] {
        check(line, Some(AddressProblem::Description));
    }
}

#[test]
fn good_lines_of_the_same_words() {
    for line in [
        "12 Oak St",
        "12X Oak St",
        "1200 Block Island Ave",
        "12 Near St",
        "12 Not Ln",
        "12 Amy St",
        "12 Any Creek Rd",
        "12 Bethany St",
        "4 X St",
        "12 Or Rd",
        "12 Oak St, Portland, OR 97201",
        "12 Pe?a Blvd",
        "12 Oak St ?",
        "12 Mexico St",
        "45 New Mexico Ave",
        "12 Parking Way",
        "TBD Ranch, 12 Main St",
    ] {
        check(line, None);
    }
}

#[test]
fn boxes_are_numbered_as_houses_are() {
    for line in [
        "PO Box 0",
        "PO Box 00000",
        "PO Box NA",
        "PO Box XX",
        "RR 2 Box NA",
        "RR 2 Box 0",
        "HC 1 Box 0",
        "HC 1 Box NA",
        "Box 0",
    ] {
        check(line, Some(AddressProblem::NoBox));
    }
    for line in [
        "PO Box B",
        "PO Box AB",
        "PO Box 10",
        "PO Box 007",
        "PO Box X",
        "RR 2 Box 18",
        "HC 1 Box 100",
    ] {
        check(line, None);
    }
}

#[test]
fn inmates_are_units() {
    for (line_1, line_2) in [
        ("Washoe County Jail 911 Parr Blvd", "Inmate 12345"),
        ("Washoe County Jail, 911 Parr Blvd", "Inmate No. 12345"),
        ("Washoe County Jail 911 Parr Blvd", "Inmate # 12345"),
        ("Washoe County Jail 911 Parr Blvd", "Inmate ID 12345"),
        ("Washoe County Jail 911 Parr Blvd", "Booking 12345"),
        ("911 Parr Blvd", "Inmate 12345"),
        ("911 Parr Blvd", "Inmate No. 12345"),
        ("911 Parr Blvd", ""),
        ("Inmate 12345, Washoe County Jail, 911 Parr Blvd", ""),
    ] {
        assert_eq!(verdict(line_1, line_2, RENO), None, "{line_1} | {line_2}");
    }
    let jail = AddressProblem::Institution {
        kind: InstitutionKind::Jail,
    };
    for (line_1, line_2) in [
        ("Washoe County Jail 911 Parr Blvd", ""),
        ("Washoe County Jail 911 Parr Blvd", "Inmate"),
        ("Inmate Mail 100 Jail Dr", ""),
    ] {
        assert_eq!(
            verdict(line_1, line_2, RENO),
            Some(jail),
            "{line_1} | {line_2}"
        );
    }
}

#[test]
fn institutions_by_their_street_alone() {
    use InstitutionKind as K;
    let check = |line: &str, place: [&str; 3], kind| {
        let found = AddressProblem::Institution { kind };
        assert_eq!(verdict(line, "", place), Some(found), "{line}");
        assert_eq!(verdict(line, "Dorm 4", place), None, "{line}");
    };
    let miami = ["Miami", "FL", "33194"];
    let elmhurst = ["East Elmhurst", "NY", "11370"];
    check("18201 SW 12th St", miami, K::Detention);
    check("1623 E J St", ["Tacoma", "WA", "98421"], K::Detention);
    check(
        "566 Veteran's Drive",
        ["Pearsall", "TX", "78061"],
        K::Detention,
    );
    check(
        "1705 East Hanna Road",
        ["Eloy", "AZ", "85131"],
        K::Detention,
    );
    check("146 CCA Rd", ["Lumpkin", "GA", "31815"], K::Detention);
    check("10400 Rancho Rd", ["Adelanto", "CA", "92301"], K::Detention);
    let los_fresnos = ["Los Fresnos", "TX", "78566"];
    check("27991 Buena Vista Blvd", los_fresnos, K::Detention);
    check("1 Rikers Island", elmhurst, K::Jail);
    check("15-00 Hazen St", elmhurst, K::Jail);
    let washington = ["Washington", "DC", "20536"];
    check("500 12th St SW", washington, K::AgencyOffice);
    assert_eq!(verdict("18203 SW 12th St", "", miami), None);
}
