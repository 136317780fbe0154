//! Good addresses of unusual form pass, each in its one standard form; generated ones come back whole.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

use countersign_standard::address::{self, AddressText};
use proptest::prelude::*;

#[test]
fn unusual_addresses_have_their_standard_form() {
    let mut wrong = Vec::new();
    for row in include_str!("data/unusual.tsv")
        .lines()
        .filter(|line| !line.starts_with("# line"))
    {
        let cells: Vec<&str> = row.split('\t').collect();
        let [line_1, line_2, city, state, postal_code, expected] = cells[..] else {
            panic!("{row}")
        };
        let text = AddressText {
            line_1,
            line_2,
            city,
            state,
            postal_code,
        };
        match address::standardize(&text) {
            Ok(found) if found.delivery_line() == expected => {}
            Ok(found) => wrong.push(format!("{line_1}: {}", found.delivery_line())),
            Err(problem) => wrong.push(format!("{line_1}: {problem:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The form printed is read again as the same address, so the standard form is a fixed point.
#[test]
fn the_standard_form_reads_as_itself() {
    for row in include_str!("data/unusual.tsv")
        .lines()
        .filter(|line| !line.starts_with("# line"))
    {
        let cells: Vec<&str> = row.split('\t').collect();
        let text = AddressText {
            line_1: cells[0],
            line_2: cells[1],
            city: cells[2],
            state: cells[3],
            postal_code: cells[4],
        };
        let first = address::standardize(&text).unwrap();
        let line = first.delivery_line();
        let again = address::read(&AddressText {
            line_1: &line,
            line_2: "",
            ..text
        })
        .address;
        assert_eq!(again.delivery_line(), line);
        assert_eq!(again.key().expose(), first.key().expose(), "{line}");
    }
}

fn same(lines: &[&str]) {
    let key = |line: &str| {
        let text = AddressText {
            line_1: line,
            line_2: "",
            city: "Reno",
            state: "NV",
            postal_code: "89501",
        };
        address::standardize(&text)
            .unwrap_or_else(|problem| panic!("{line}: {problem}"))
            .key()
    };
    for line in lines {
        assert_eq!(key(line), key(lines[0]), "{line}");
    }
}

/// Spellings of one street address have one key.
#[test]
fn spellings_of_one_street_have_one_key() {
    same(&[
        "123 Main St",
        "123 MAIN STREET",
        "123 Main",
        "123 N Main St.",
        "123 main st apt 4",
        "0123 Main Str",
        "123 Main St, Reno, NV 89501",
    ]);
    same(&[
        "45 5th Ave",
        "45 Fifth Avenue",
        "45 FIFTH AV",
        "45 5TH AVE S",
    ]);
    same(&[
        "12 US Highway 50",
        "12 Hwy 50",
        "12 State Route 50",
        "12 SR 50",
        "12 US 50 E",
        "12 Route 50",
    ]);
    same(&[
        "12 County Road 5",
        "12 Co Rd 5",
        "12 CR 5",
        "12 Cnty Rd 5",
        "12 C R 5",
    ]);
    same(&["9 Saint James Pl", "9 St James Pl", "9 St. James"]);
    same(&["9 Mt Vernon Rd", "9 Mount Vernon Rd"]);
    same(&["112-10 Queens Blvd", "11210 Queens Blvd"]);
    same(&["123-125 Main St", "123 Main St"]);
    same(&[
        "7 MLK Blvd",
        "7 Dr Martin Luther King Jr Blvd",
        "7 Martin Luther King Blvd",
    ]);
    same(&["7 Oak Hill", "7 Oak Hill Rd", "7 Oak Hl"]);
    same(&["7 Deer Creek Ln", "7 Deercreek Ln"]);
}

#[test]
fn spellings_of_one_box_have_one_key() {
    same(&[
        "PO Box 12",
        "P.O. Box 12",
        "POB 12",
        "Post Office Box 12",
        "Box 12",
    ]);
    same(&[
        "RR 2 Box 18",
        "Rural Route 2 Box 18",
        "RFD 2 Box 18",
        "Rt 2 Box 18",
    ]);
    same(&["123½ Main St", "123 1/2 Main St"]);
}

#[test]
fn neighbours_have_keys_of_their_own() {
    let mut keys = std::collections::HashMap::new();
    for line in [
        "123 Main St",
        "125 Main St",
        "123A Main St",
        "123 1/2 Main St",
        "123 Maine St",
        "123 5th St",
        "123 15th St",
        "PO Box 123",
        "RR 1 Box 123",
        "HC 1 Box 123",
        "RR 2 Box 123",
        "123 Highway 50",
        "123 County Road 50",
        "123 FM 50",
        "123 Oak Hill",
        "123 Oak St",
        "10-12 50th Ave",
        "10-14 50th Ave",
    ] {
        let text = AddressText {
            line_1: line,
            line_2: "",
            city: "Reno",
            state: "NV",
            postal_code: "89501",
        };
        let key = address::standardize(&text).unwrap().key();
        assert!(!format!("{key:?}").contains("123"));
        assert_eq!(keys.insert(key, line), None, "{line}");
    }
}

const NAMES: &[&str] = &[
    "MAIN",
    "OAK",
    "MAPLE",
    "WASHINGTON",
    "LINCOLN",
    "SUNSET",
    "CHERRY",
    "WALNUT",
    "CEDAR",
    "JEFFERSON",
    "DEER RUN",
    "ROSE HILL",
    "5TH",
    "21ST",
    "102ND",
    "SAN PEDRO",
    "LA CIENEGA",
    "VAN NESS",
    "COLD SPRINGS",
    "BIG BEND",
    "ST CHARLES",
    "KING",
    "QUAIL MEADOW",
    "FAIR OAKS",
];
const TYPES: &[(&str, &[&str])] = &[
    ("ST", &["St", "Street", "STR", "St."]),
    ("AVE", &["Ave", "Avenue", "Av", "AVE."]),
    ("RD", &["Rd", "Road"]),
    ("DR", &["Dr", "Drive", "Drv"]),
    ("BLVD", &["Blvd", "Boulevard", "Boul"]),
    ("LN", &["Ln", "Lane"]),
    ("CT", &["Ct", "Court"]),
    ("CIR", &["Cir", "Circle"]),
    ("PKWY", &["Pkwy", "Parkway"]),
    ("TER", &["Ter", "Terrace"]),
];
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("", &[""]),
    ("N", &["N", "North", "N."]),
    ("SW", &["SW", "Southwest", "S.W."]),
    ("E", &["E", "east"]),
];
const UNITS: &[(&str, &[&str])] = &[
    ("", &[""]),
    (
        "APT 4B",
        &["Apt 4B", "Apartment 4-B", ", Apt. 4B", "APT #4B", "Apt4B"],
    ),
    ("STE 200", &["Suite 200", "Ste 200", ", STE. 200"]),
    ("UNIT 7", &["Unit 7", "unit # 7"]),
    ("# 12", &["#12", "# 12", ", # 12"]),
];

fn spelled(
    table: &'static [(&'static str, &'static [&'static str])],
) -> impl Strategy<Value = (&'static str, &'static str)> {
    (0..table.len(), 0..8_usize).prop_map(move |(row, spelling)| {
        let (standard, spellings) = table[row];
        (standard, spellings[spelling % spellings.len()])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn generated_addresses_come_back_whole(
        number in 1..99_999_u32,
        name in 0..NAMES.len(),
        street_type in spelled(TYPES),
        pre in spelled(DIRECTIONS),
        post in spelled(DIRECTIONS),
        unit in spelled(UNITS),
        second_line in any::<bool>(),
    ) {
        let name = NAMES[name];
        let mut line_1 = format!("{number} {} {name} {} {}", pre.1, street_type.1, post.1);
        let mut line_2 = String::new();
        if second_line { line_2.push_str(unit.1) } else { line_1 = format!("{line_1} {}", unit.1) }
        let text = AddressText { line_1: &line_1, line_2: &line_2, city: "Reno", state: "nv", postal_code: "89501" };
        let found = address::standardize(&text).map(|found| found.delivery_line());
        let words = [&number.to_string(), pre.0, name, street_type.0, post.0, unit.0];
        let expected = words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(found, Ok(expected), "{}", line_1);
    }

    #[test]
    fn one_line_and_columns_agree(number in 1..9_999_u32, name in 0..NAMES.len(), street_type in spelled(TYPES), unit in spelled(UNITS)) {
        let line_1 = format!("{number} {} {} {}", NAMES[name], street_type.1, unit.1);
        let text = AddressText { line_1: &line_1, line_2: "", city: "Reno", state: "NV", postal_code: "89501" };
        let columns = address::standardize(&text);
        prop_assert_eq!(&columns, &address::standardize_line(&format!("{line_1}, Reno, NV 89501")));
        prop_assert_eq!(&columns, &address::standardize_line(&format!("{line_1} Reno Nevada 89501")));
    }
}
