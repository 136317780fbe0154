//! `countersign certify`: what the certifier signs, and what is signed by nobody.
//!
//! Place in the flow: the program as a process, with a genesis and a measurement of a small synthetic world.
//!
//! Left to others: what else a certificate may not state (instrument's tests of certificates).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod common;

use std::fs;

use casework::use_case::identify_rows::matcher;
use common::{Run, World, check_golden};
use instrument::{
    certificate::{
        Certificate,
        measurement::{Counted, Measurement},
        thresholds::Matcher,
    },
    document::Document as _,
    signed::Signed,
    testing::{genesis, key, measurement, strata},
};
use note::SigningKey;

const PEOPLE: u64 = 200_000;
const OUT: &str = "certificate.note";

/// A measurement of this program's matcher in good order.
fn good() -> Measurement {
    measurement(matcher(), (13_000, 15_000), PEOPLE)
}

fn secret(key: &SigningKey) -> String {
    format!("{}\n", key.to_secret_text().expose())
}

/// A folder with a genesis that enough authorities signed, the certifier's key and this measurement.
fn world(measurement: &str) -> World {
    let world = World::new();
    let keys = [key("a1", "authority"), key("a3", "authority")];
    let signed = Signed::sign(genesis(), &[&keys[0], &keys[1]]).unwrap();
    world.file("genesis.note", signed.render().as_bytes());
    world.file(
        "certifier.key",
        secret(&key("lab", "certificate")).as_bytes(),
    );
    world.file("measurement.txt", measurement.as_bytes());
    world
}

fn certify(world: &World, options: &[&str]) -> Run {
    let mut words = vec!["certify", "measurement.txt", "--genesis", "genesis.note"];
    words.extend(["--key", "certifier.key", "--out", OUT]);
    words.extend(options);
    world.run(&words)
}

/// Nothing is written, the exit code is this, and one line says why.
#[track_caller]
fn refused(world: &World, code: i32, part: &str) {
    let run = certify(world, &[]);
    assert_eq!(run.code, code, "{run:?}");
    assert!(
        run.errors.contains(part) && run.errors.lines().count() == 1,
        "`{part}` is not in: {}",
        run.errors
    );
    assert!(run.text.is_empty() && !world.path(OUT).exists(), "{run:?}");
}

/// A measurement whose parts were changed, before it is written.
#[track_caller]
fn changed(change: impl FnOnce(&mut Measurement), code: i32, part: &str) {
    let mut measurement = good();
    change(&mut measurement);
    refused(&world(&measurement.text()), code, part);
}

/// A measurement whose text was changed in one place.
#[track_caller]
fn tampered(from: &str, to: &str, code: i32, part: &str) {
    let text = good().text();
    assert!(text.contains(from), "`{from}` is not in:\n{text}");
    refused(&world(&text.replacen(from, to, 1)), code, part);
}

#[test]
fn a_measurement_in_order_is_signed_and_told() {
    let world = world(&good().text());
    let run = certify(&world, &["--id", "CAL-GOLDEN"]);
    assert_eq!((run.code, run.errors.as_str()), (0, ""));
    check_golden("certify.txt", &run.text);
    let text = fs::read_to_string(world.path(OUT)).unwrap();
    let signed = Signed::<Certificate>::parse(&text).unwrap();
    signed.verify(&genesis().certifier).unwrap();
    let certificate = signed.document();
    assert_eq!(certificate.measurement, good());
    assert_eq!(certificate.id.to_string(), "CAL-GOLDEN");
    assert_eq!(certificate.genesis, genesis().digest());
    assert_eq!(certificate.holds_for(PEOPLE, &matcher()), Ok(()));
}

#[test]
fn the_document_says_the_same() {
    let world = world(&good().text());
    let run = certify(&world, &["--id", "CAL-GOLDEN", "--json"]);
    assert_eq!(run.code, 0, "{}", run.errors);
    check_golden("certify.json", &run.text);
}

#[test]
fn the_usual_name_is_the_measurements() {
    let world = world(&good().text());
    let run = certify(&world, &[]);
    assert_eq!(run.code, 0, "{}", run.errors);
    let digest = good().digest().to_string();
    assert!(
        run.text
            .starts_with(&format!("Certificate CAL-{},", &digest[..12])),
        "{}",
        run.text
    );
}

#[test]
fn what_stands_there_is_not_written_over() {
    let world = world(&good().text());
    assert_eq!(certify(&world, &[]).code, 0);
    let before = fs::read(world.path(OUT)).unwrap();
    let again = certify(&world, &["--id", "CAL-OTHER"]);
    assert_eq!(again.code, 2, "{}", again.errors);
    assert_eq!(fs::read(world.path(OUT)).unwrap(), before);
}

#[test]
fn only_the_certifiers_key_signs() {
    // Keys of other offices of the same genesis, and one that only bears the certifier's name.
    let same_name = SigningKey::from_seed(key("lab", "certificate").name().clone(), &[9; 32]);
    let others = [
        key("gate.example", "gate"),
        key("gate.example", "log"),
        key("builder", "official"),
        key("a1", "authority"),
        key("k1", "values"),
        same_name,
    ];
    for other in others {
        let world = world(&good().text());
        world.file("certifier.key", secret(&other).as_bytes());
        let run = certify(&world, &[]);
        assert_ne!(run.code, 0, "{other:?}");
        assert!(!world.path(OUT).exists(), "{other:?}");
        // The key itself is in no message.
        let text = secret(&other);
        let bytes = text.trim().rsplit('+').next().unwrap();
        assert!(!run.errors.contains(bytes), "{}", run.errors);
    }
    for text in [
        "",
        "no key\n",
        "PRIVATE+KEY+lab/certificate+00000000+AAAA\n",
    ] {
        let world = world(&good().text());
        world.file("certifier.key", text.as_bytes());
        refused(&world, 2, "is not a private signing key");
    }
}

#[test]
fn the_genesis_is_signed_by_enough_authorities() {
    let signers = [
        vec![key("a1", "authority")],
        vec![key("a1", "authority"), key("a1", "authority")],
        vec![key("a1", "authority"), key("lab", "certificate")],
        vec![key("x1", "authority"), key("x2", "authority")],
    ];
    for keys in signers {
        let world = world(&good().text());
        let keys: Vec<&SigningKey> = keys.iter().collect();
        let Ok(signed) = Signed::sign(genesis(), &keys) else {
            continue;
        };
        world.file("genesis.note", signed.render().as_bytes());
        let run = certify(&world, &[]);
        assert_ne!(run.code, 0, "{keys:?}");
        assert!(!world.path(OUT).exists(), "{keys:?}");
    }
    let world = world(&good().text());
    world.file("genesis.note", b"countersign/genesis/v1\n");
    let run = certify(&world, &[]);
    assert_eq!(run.code, 2, "{}", run.errors);
    assert!(run.errors.contains("genesis.note"), "{}", run.errors);
}

#[test]
fn tampered_measurements_are_not_signed() {
    tampered("2900000", "2900001", 3, "do not add up");
    tampered(" 8000000 ", " 7999999 ", 3, "rows of the trials");
    tampered("largest-register 200000", "largest-register 200001", 3, "");
    tampered("grid 5000", "grid 4999", 3, "not those that were frozen");
    tampered("row-errors-times 1", "row-errors-times 1/2", 3, "`1/2`");
    tampered("groups as-in-the-nation", "groups equal", 3, "`equal`");
    tampered(
        "groups as-in-the-nation",
        "groups others",
        2,
        "is no measurement",
    );
    tampered("largest-register 200000\n", "", 2, "is no measurement");
    tampered(
        "synthetic nation",
        "synthetic\u{0} nation",
        2,
        "is no measurement",
    );
    tampered(
        "countersign/measurement/v2",
        "countersign/thresholds/v1",
        2,
        "",
    );
    refused(&world(""), 2, "is no measurement");
    refused(&world(&"x".repeat(1 << 20)), 2, "is no measurement");
}

#[test]
fn changed_measurements_are_not_signed() {
    changed(
        |m| m.thresholds.with_birth_date.threshold_millibits = 12_000,
        3,
        "not those that were frozen",
    );
    changed(|m| m.trials[0].seed = 7, 3, "seed `7`");
    changed(
        |m| m.with_birth_date[0].wrong_bound_per_billion = 500,
        3,
        "`500` of `with-birth-date all`",
    );
    changed(|m| m.largest_register += 1, 3, "measured were `200000`");
    // Another program's matcher.
    changed(
        |m| {
            m.thresholds.matcher = Matcher {
                model_version: "other".to_owned(),
                ..matcher()
            };
            m.frozen = m.thresholds.digest();
        },
        3,
        "another model",
    );
}

/// So many releases and wrong ones of rows with a birth date.
fn released(identified: u64, wrong: u64) -> Measurement {
    let mut measurement = good();
    measurement.with_birth_date = strata(Counted {
        rows: 4_000_000,
        answerable: 3_000_000,
        answered: identified - wrong,
        identified,
        wrong,
    });
    measurement
}

#[test]
fn few_releases_certify_little() {
    let check = |identified, wrong, expected: &str| {
        let world = world(&released(identified, wrong).text());
        let run = certify(&world, &[]);
        assert_eq!(run.code, 0, "{}", run.errors);
        assert!(run.text.contains(expected), "{}", run.text);
    };
    // Without a release nothing is known: at most a million in a million.
    check(
        0,
        0,
        "0 of 0 identified wrong: at most 1000000 in a million",
    );
    check(1, 0, "0 of 1 identified wrong: at most 950000 in a million");
    // Three hundred error-free releases are one in a hundred, and 29,956 one in ten thousand.
    check(
        300,
        0,
        "0 of 300 identified wrong: at most 9937 in a million",
    );
    check(
        29_956,
        0,
        "0 of 29956 identified wrong: at most 100.0 in a million",
    );
    check(
        1_000,
        1_000,
        "1000 of 1000 identified wrong: at most 1000000",
    );
    // The bound of many releases is not to be had with few.
    let mut measurement = released(300, 0);
    measurement.with_birth_date[0].wrong_bound_per_billion =
        good().with_birth_date[0].wrong_bound_per_billion;
    refused(&world(&measurement.text()), 3, "does not follow");
}
