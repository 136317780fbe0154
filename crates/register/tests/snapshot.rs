//! A whole snapshot: built, opened, matched against, unsealed; and everything that must be refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::{fs, path::Path};

use countersign_register as register;
use identity::{decide::Outcome, query::RowParts};
use model::{
    answer::WithheldReason,
    fault::{Explain, Fault},
    id::{EntryNumber, RecordNumber},
    time::TaxPeriod,
};
use register::{
    build::{BuildError, BuildReport, SealedPlane},
    kind::{Production, RegisterKind, Synthetic},
    register::{Register, RegisterError},
};
use seal::{
    address::MailingAddress, context::SlotKey, delivery::KeeperShares, keys::EpochKeys,
    merkle::verify_inclusion, open::open,
};

use common::{Building, at_reno, outcome, parts, refused};

const EXTRACT: &str = "\
P1,666-11-0001,Maria Elena,Lopez,,1984-05-17,2022,2023-04-01,12 Oakwood Avenue,,Reno,NV,89501,,
P1,666-11-0001,Maria Elena,Lopez,,1984-05-17,2023,2024-04-01,12 OAKWOOD AVE,,RENO,NV,89501,,
P1,666-11-0001,Maria Elena,Lopez,,1984-05-17,2024,2025-04-01,700 Quartz Street,Apt 4,Sparks,NV,89431,,
P2,666-11-0002,Marta,Lopez,,1984-05-17,2024,2025-04-01,700 Quartz Street,Apt 4,Sparks,NV,89431,,
P3,666-11-0003,John,Smith,Sr,1950-01-02,2024,2025-04-01,7 Main Street,,New York,NY,10001,,
P4,666-11-0004,John,Smith,Jr,1980-03-04,2024,2025-04-01,7 Main Street,,New York,NY,10001,,
P5,666-11-0005,Held,Person,,1970-03-04,2024,2025-04-01,9 Elm Street,,Reno,NV,89501,true,
P6,,Stolen,Identity,,1971-03-04,2024,,11 Elm Street,,Reno,NV,89501,,1
P7,,Nowhere,Man,,1972-03-04,2024,,Unknown,,Reno,NV,89501,,
";

fn built<K: RegisterKind>(extract: &str, out: &Path) -> Result<BuildReport, BuildError> {
    Building::of(extract, SealedPlane::Whole).build::<K>(out)
}

fn sample() -> (tempfile::TempDir, BuildReport, EpochKeys) {
    let directory = tempfile::tempdir().unwrap();
    let building = Building::of(EXTRACT, SealedPlane::Whole);
    let report = building.build::<Synthetic>(&directory.path().join("snapshot"));
    (directory, report.unwrap(), building.keys())
}

const OLD: [&str; 5] = at_reno("12 Oakwood Ave.");
const NEW: [&str; 5] = ["700 QUARTZ ST APT 4", "", "Sparks", "NV", "89431"];

#[test]
fn a_row_is_matched_and_its_latest_address_opens_under_the_old_one() {
    let (directory, report, keys) = sample();
    let out = directory.path().join("snapshot");
    let register = Register::<Synthetic>::open(&out).unwrap();
    register.check_files().unwrap();
    assert_eq!((report.snapshot.people, report.snapshot.rows), (7, 9));
    assert_eq!((report.snapshot.entries, report.snapshot.addresses), (8, 7));
    assert_eq!((report.records_without_key, report.held), (1, 2));

    let row = parts(("Maria", "Lopez", ""), "1984-05-17", "666-11-0001", &[OLD]);
    let Outcome::Identified(record) = outcome(&register, &keys, &row) else {
        panic!("not identified")
    };
    let periods = [2022, 2023, 2024].map(|year| TaxPeriod::new(year).unwrap());
    let (entry, period) = register.latest_entry(record, &periods).unwrap().unwrap();
    assert_eq!((entry, period.year()), (EntryNumber(1), 2024));
    let (entry_before, _) = register
        .latest_entry(record, &periods[..2])
        .unwrap()
        .unwrap();
    assert_eq!(entry_before, EntryNumber(0));
    let header = register.header(record).unwrap();
    verify_inclusion(
        &header.leaf_hash(),
        record.0.into(),
        report.snapshot.people.into(),
        &register.header_proof(record).unwrap(),
        &register.headers_root().unwrap(),
    )
    .unwrap();

    let opened = |key: &SlotKey| opened(&register, &keys, (record, entry), key);
    let old = SlotKey::on_file(row.addresses[0].key().expose());
    let address = opened(&old).unwrap();
    assert_eq!(address.line_1.expose(), "700 Quartz Street");
    assert_eq!(address.city.expose(), "Sparks");
    assert!(opened(&SlotKey::on_file("countersign-key-v1|street|1|X|89501")).is_none());
    assert!(opened(&SlotKey::CourtOrder).is_none());
}

/// What an entry holds, asked of three keepers; `None` where the key does not open it.
fn opened(
    register: &Register<Synthetic>,
    keys: &EpochKeys,
    (record, entry): (RecordNumber, EntryNumber),
    key: &SlotKey,
) -> Option<MailingAddress> {
    let context = register.slot_context(record, entry).unwrap();
    let sealed = register.sealed_entry(record, entry).unwrap();
    let keepers = keys.sets().keepers().iter().take(3);
    let values = keepers.flat_map(|keeper| {
        let shares = KeeperShares::of(keys, keeper).unwrap();
        shares.slot_values(&context, key)
    });
    let values: Vec<_> = values.collect();
    let opened = open(&sealed, &context, key, keys.sets(), &values);
    opened.ok().map(|opened| opened.address)
}

/// Rows of one person, who moves every year from 2018 on.
fn mover(lines: &[String]) -> String {
    let rows = (2018..).zip(lines).map(|(year, line)| {
        format!("P1,666-11-0001,Ana,Diaz,,1984-05-17,{year},,{line},,Reno,NV,89501,,\n")
    });
    rows.collect()
}

#[test]
fn each_of_many_addresses_opens_under_the_latest_and_holds_its_own() {
    let lines: Vec<String> = (1..8)
        .map(|number| format!("{number} Main Street"))
        .collect();
    let rows = mover(&lines);
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let building = Building::of(&rows, SealedPlane::Whole);
    building.build::<Synthetic>(&out).unwrap();
    let register = Register::<Synthetic>::open(&out).unwrap();
    let last = at_reno("7 Main St");
    let last = parts(("Ana", "Diaz", ""), "1984-05-17", "", &[last]);
    let key = SlotKey::on_file(last.addresses[0].key().expose());
    let keys = building.keys();
    for (entry, line) in (0..).map(EntryNumber).zip(&lines) {
        let address = opened(&register, &keys, (RecordNumber(0), entry), &key).unwrap();
        assert_eq!(address.line_1.expose(), line);
    }
    assert!(
        register
            .sealed_entry(RecordNumber(0), EntryNumber(7))
            .is_err()
    );
}

#[test]
fn the_row_of_an_address_that_cannot_be_sealed_is_named() {
    for row in 1..8 {
        let long = |number| "x".repeat(if number == row { 200 } else { 0 });
        let lines = (1..8).map(|number| format!("{number} Main Street {}", long(number)));
        let lines: Vec<String> = lines.collect();
        refused(
            &mover(&lines),
            &format!(
                "row {row} of the extract cannot be sealed: the address has `225` bytes of text; at most 153 can be sealed"
            ),
        );
    }
}

#[test]
fn twins_holds_and_strangers_are_withheld() {
    let (directory, _, keys) = sample();
    let register = Register::<Synthetic>::open(&directory.path().join("snapshot")).unwrap();
    let check = |row: &RowParts, reason| {
        assert_eq!(outcome(&register, &keys, row), Outcome::Withheld(reason));
    };
    let twin = parts(("M", "Lopez", ""), "1984-05-17", "", &[NEW]);
    check(&twin, WithheldReason::HouseholdAmbiguous);
    let held = at_reno("9 Elm St");
    check(
        &parts(("Held", "Person", ""), "1970-03-04", "666-11-0005", &[held]),
        WithheldReason::Hold,
    );
    let stolen = at_reno("11 Elm St");
    check(
        &parts(("Stolen", "Identity", ""), "1971-03-04", "", &[stolen]),
        WithheldReason::Hold,
    );
    let elsewhere = ["99 Birch Road", "", "Carson City", "NV", "89701"];
    check(
        &parts(
            ("Maria", "Lopez", ""),
            "1984-05-17",
            "666-11-0001",
            &[elsewhere],
        ),
        WithheldReason::AddressNotOnFile,
    );
}

#[test]
fn no_file_holds_any_text_of_an_address_or_a_number() {
    let (directory, _, _) = sample();
    let out = directory.path().join("snapshot");
    let mut checked = 0;
    for file in fs::read_dir(&out).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).to_uppercase();
        for word in [
            "OAKWOOD",
            "QUARTZ",
            "SPARKS",
            "RENO",
            "NEW YORK",
            "89501",
            "89431",
            "10001",
            "666110001",
            "666-11",
            "P1,",
        ] {
            assert!(!text.contains(word), "{word}");
        }
        checked += 1;
    }
    assert_eq!(checked, 5);
}

#[test]
fn the_same_rows_and_keys_give_the_same_bytes_in_any_order_and_on_any_threads() {
    let directory = tempfile::tempdir().unwrap();
    let mut lines: Vec<&str> = EXTRACT.lines().collect();
    lines.reverse();
    let reversed = lines.join("\n");
    let snapshot = |name: &str, text: &str, threads: usize| {
        let building = Building::of_any_order(text, SealedPlane::Whole);
        let report = building.build_on(threads, &directory.path().join(name));
        report.unwrap().snapshot
    };
    let one = snapshot("one", EXTRACT, 1);
    assert_eq!(one, snapshot("two", EXTRACT, 3));
    assert_eq!(one, snapshot("three", &reversed, 2));
    let out = directory.path();
    for file in [
        "match.plane",
        "index.plane",
        "sealed.plane",
        "headers.plane",
    ] {
        let read = |name: &str| fs::read(out.join(name).join(file)).unwrap();
        assert_eq!(read("one"), read("two"), "{file}");
    }
}

#[test]
fn bad_extracts_are_refused_by_row_and_field() {
    let row = "P1,666-11-0001,Ana,Diaz,,1984-05-17,2022,,1 Main St,,Reno,NV,89501,,\n";
    refused("", "the extract has no rows");
    refused(
        &row.replace("666-11-0001", "123-45-6789"),
        "row 1 of the extract, field `tin`: a synthetic register takes never-issued numbers only",
    );
    refused(
        &format!("{row}{row}"),
        "rows 1 and 2 of the extract are of one person and tax period `2022`",
    );
    refused(
        &row.replace("1984-05-17", "17.5.1984"),
        "the extract cannot be used: row 1 of the extract, field `date_of_birth`: a date written 2026-11-21 is needed",
    );
    refused(
        &row.replace("P1", "P 1"),
        "the extract cannot be used: row 1 of the extract, field `person_id`: 1 to 64 letters, digits, `.`, `_` or `-` are needed",
    );
    refused(
        &row.replace("1 Main St", &format!("1 Main St {}", "x".repeat(200))),
        "row 1 of the extract cannot be sealed: the address has `221` bytes of text; at most 153 can be sealed",
    );
}

#[test]
fn the_two_worlds_do_not_meet() {
    let (directory, _, _) = sample();
    let out = directory.path().join("snapshot");
    let error = Register::<Production>::open(&out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the snapshot is synthetic; this program was asked to open a production one"
    );
    assert_eq!(error.fault(), Fault::Refused);
    let other = directory.path().join("production");
    let error = built::<Production>(EXTRACT, &other).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("a production register takes no never-issued number")
    );
    // A manifest that claims the other world does not help a synthetic program either.
    let path = out.join("snapshot.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace("\"synthetic\": true", "\"synthetic\": false"),
    )
    .unwrap();
    assert!(Register::<Synthetic>::open(&out).is_err());
}

#[test]
fn damaged_and_missing_files_are_told() {
    let (directory, _, _) = sample();
    let out = directory.path().join("snapshot");
    for file in ["match.plane", "index.plane"] {
        let path = out.join(file);
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(&path, bad).unwrap();
        let error = Register::<Synthetic>::open(&out).unwrap_err();
        assert!(matches!(error, RegisterError::Digest { .. }), "{error}");
        fs::write(&path, good).unwrap();
    }
    let path = out.join("headers.plane");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(&path, bad).unwrap();
    let error = Register::<Synthetic>::open(&out).unwrap_err();
    assert!(matches!(error, RegisterError::Format(_)), "{error}");
    // The last byte before the ends of seven records.
    let mut bad = good.clone();
    let last = bad.len() - 7 * 8 - 1;
    bad[last] ^= 1;
    fs::write(&path, bad).unwrap();
    let register = Register::<Synthetic>::open(&out).unwrap();
    assert!(register.check_files().is_err());
    assert!(matches!(
        register.header_proof(RecordNumber(0)),
        Err(RegisterError::Root)
    ));
    fs::remove_file(out.join("sealed.plane")).unwrap();
    let error = Register::<Synthetic>::open(&out).unwrap_err();
    assert_eq!(error.fault(), Fault::Unavailable);
    let error = Register::<Synthetic>::open(&directory.path().join("none")).unwrap_err();
    assert_eq!(error.fault(), Fault::Unavailable);
}

/// More people than are made at a time, all of one name; the first sixty live at one address.
#[test]
fn thousands_of_one_name_and_a_household_of_sixty_are_told_apart() {
    let people = 9_000_u32;
    let mut extract = String::new();
    for person in 0..people {
        let home = if person < 60 { 7 } else { 100 + person };
        extract.push_str(&format!(
            "P{person},666{person:06},John,Smith,,{}-{:02}-{:02},2024,,{home} Oakwood Avenue,,Reno,NV,89501,,\n",
            1940 + person % 60,
            1 + person / 60 % 12,
            1 + person / 720 % 28,
        ));
    }
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let building = Building::of(&extract, SealedPlane::Whole);
    let report = building.build::<Synthetic>(&out).unwrap();
    assert_eq!(report.snapshot.people, people);
    let keys = building.keys();
    let register = Register::<Synthetic>::open(&out).unwrap();
    register.check_files().unwrap();
    let ask = |home: &str, birth: &str, tin: &str| {
        let row = parts(("John", "Smith", ""), birth, tin, &[at_reno(home)]);
        outcome(&register, &keys, &row)
    };
    let found = |outcome| matches!(outcome, Outcome::Identified(_));
    // The name says nothing here: birth date, address and number say it.
    assert!(found(ask("4899 Oakwood Ave", "1999-08-07", "666004799")));
    assert!(found(ask("7 Oakwood Ave", "1950-01-01", "666000010")));
    assert!(!found(ask("7 Oakwood Ave", "", "")), "any of sixty");
    assert!(
        !found(ask("9 Oakwood Ave", "1950-01-01", "")),
        "not on file"
    );
    let records: Vec<RecordNumber> = (0..people).map(RecordNumber).collect();
    for record in records.iter().step_by(611) {
        let leaf = register.header(*record).unwrap().leaf_hash();
        verify_inclusion(
            &leaf,
            record.0.into(),
            people.into(),
            &register.header_proof(*record).unwrap(),
            &register.headers_root().unwrap(),
        )
        .unwrap();
        register.sealed_entry(*record, EntryNumber(0)).unwrap();
    }
}

#[test]
fn a_directory_with_files_in_it_is_not_built_into() {
    let (directory, _, _) = sample();
    let out = directory.path().join("snapshot");
    assert!(matches!(
        built::<Synthetic>(EXTRACT, &out),
        Err(BuildError::NotEmpty { .. })
    ));
}
