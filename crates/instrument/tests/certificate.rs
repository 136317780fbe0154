//! What gate and auditor refuse of a certificate, though it is signed: anything that does not follow from
//! its own counts, or is for something else.
//!
//! Place in the flow: beside the vectors, which say what cannot be read at all.
//!
//! Left to others: signatures, genesis and days (casework, verify).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

extern crate countersign_instrument as instrument;

use instrument::{
    certificate::{
        Certificate, CertificateError,
        bound::NOTHING_KNOWN,
        measurement::{
            Counted, GroupShares, Measurement, PARTS, RowKind, STRATA_COMPARED, Stratum, band_of,
            part_of_group,
        },
        thresholds::Matcher,
    },
    document::Document,
    testing::{id, measurement, strata},
};
use model::digest::Digest;

const PEOPLE: u64 = 200_000;

fn matcher() -> Matcher {
    Matcher {
        model_version: "model".to_owned(),
        keys_version: "keys".to_owned(),
        parameters: Digest::of(b"parameters"),
    }
}

fn certificate() -> Certificate {
    Certificate {
        genesis: Digest::of(b"genesis"),
        id: id("CAL-1"),
        made_on: id("2026-11-01"),
        measurement: measurement(matcher(), (13_000, 15_000), PEOPLE),
    }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Measurement), expected: &str) {
    let mut certificate = certificate();
    change(&mut certificate.measurement);
    let error = certificate.holds_for(PEOPLE, &matcher()).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    // What is refused reads all the same, so that it can be told why.
    assert_eq!(
        Certificate::parse(&certificate.text()).unwrap(),
        certificate
    );
}

#[test]
fn one_in_order_holds_for_its_own_register_and_matcher_only() {
    let certificate = certificate();
    assert_eq!(certificate.holds_for(PEOPLE, &matcher()), Ok(()));
    assert_eq!(
        certificate.holds_for(PEOPLE + 1, &matcher()),
        Err(CertificateError::Register {
            people: PEOPLE + 1,
            largest: PEOPLE
        })
    );
    let other: [fn(&mut Matcher); 3] = [
        |m| m.model_version.push('x'),
        |m| m.keys_version.push('x'),
        |m| m.parameters = Digest::of(b"other"),
    ];
    for change in other {
        let mut matcher = matcher();
        change(&mut matcher);
        assert_eq!(
            certificate.holds_for(PEOPLE, &matcher),
            Err(CertificateError::Matcher)
        );
    }
}

#[test]
fn thresholds_below_those_frozen_are_refused() {
    check(
        |m| m.thresholds.with_birth_date.threshold_millibits = 12_000,
        "not those that were frozen",
    );
    // Freezing them anew does not help: they must follow from the rule.
    check(
        |m| {
            m.thresholds.without_birth_date.threshold_millibits = 12_000;
            m.frozen = m.thresholds.digest();
        },
        "`12000` does not follow from the rule",
    );
    check(
        |m| {
            m.thresholds.tuned_on.clear();
            m.frozen = m.thresholds.digest();
        },
        "no trial is named",
    );
    check(
        |m| m.frozen = Digest::of(b"x"),
        "not those that were frozen",
    );
}

#[test]
fn bounds_follow_from_counts() {
    check(
        |m| m.with_birth_date[0].wrong_bound_per_billion = 500,
        "`500` of `with-birth-date all` does not follow",
    );
    check(
        |m| m.without_birth_date[3].wrong_bound_per_billion -= 2,
        "of `without-birth-date bearers-51-500` does not follow",
    );
    check(
        |m| m.with_birth_date[1].wrong_bound_per_billion = 0,
        "of `with-birth-date bearers-to-5` does not follow",
    );
    // A wrong answer more, and no other bound.
    check(
        |m| {
            for part in [0, band_of(51), part_of_group(0)] {
                m.with_birth_date[part].counted.wrong = 1;
                m.with_birth_date[part].counted.answered -= 1;
            }
        },
        "does not follow from its counts",
    );
    // One in a billion is another machine's logarithm.
    let mut certificate = certificate();
    certificate.measurement.with_birth_date[0].wrong_bound_per_billion += 1;
    assert_eq!(certificate.check(), Ok(()));
}

#[test]
fn counts_add_up() {
    let add = |m: &mut Measurement, part: usize| {
        let counted = &mut m.with_birth_date[part].counted;
        counted.identified += 1_000_000;
        m.with_birth_date[part] = Stratum::of(part, *counted);
    };
    check(|m| add(m, 0), "counts of `with-birth-date all`");
    check(|m| add(m, 3), "counts of `with-birth-date all`");
    check(
        |m| m.with_birth_date[0].counted.identified = 5_000_000,
        "counts of `with-birth-date all`",
    );
    check(
        |m| m.with_birth_date[0].counted.answered = 2_900_001,
        "counts of `with-birth-date all`",
    );
    check(
        |m| {
            m.without_birth_date = strata(Counted {
                rows: u64::MAX,
                answerable: u64::MAX,
                answered: u64::MAX,
                identified: u64::MAX,
                wrong: u64::MAX,
            });
        },
        "counts of `without-birth-date all`",
    );
    check(
        |m| m.trials[0].rows += 1,
        "the `8000001` rows of the trials",
    );
}

#[test]
fn trials_are_fresh() {
    check(
        |m| m.trials[0].seed = 7,
        "seed `7` was measured twice or tuned on",
    );
    check(
        |m| m.trials.push(m.trials[0]),
        "seed `8` was measured twice or tuned on",
    );
    check(|m| m.trials.clear(), "measured were `0`");
    check(
        |m| m.largest_register += 1,
        "for registers of `200001` people, measured were `200000`",
    );
}

#[test]
fn easier_rows_certify_nothing() {
    check(
        |m| m.row_errors_times = "1/2".to_owned(),
        "`1/2` times the rates of errors in rows",
    );
}

#[test]
fn groups_of_equal_size_certify_nothing() {
    check(
        |m| m.groups = GroupShares::Equal,
        "on a nation whose groups are `equal`",
    );
}

#[test]
fn gaps_in_recall_are_told() {
    let mut measurement = measurement(matcher(), (13_000, 15_000), PEOPLE);
    assert_eq!(measurement.recall_gaps(), []);
    let counted = |answerable, answered| Counted {
        answerable,
        answered,
        ..Counted::default()
    };
    let set = |m: &mut Measurement, part: usize, answered| {
        m.with_birth_date[part] = Stratum::of(part, counted(1_000, answered));
    };
    set(&mut measurement, band_of(6), 936);
    assert_eq!(measurement.recall_gaps(), []);
    set(&mut measurement, band_of(6), 935);
    let gaps = measurement.recall_gaps();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].kind, RowKind::WithBirthDate);
    assert_eq!(gaps[0].low, ("bearers-6-50", 935));
    assert_eq!(gaps[0].high, ("bearers-51-500", 966));
    // Too few rows to say anything.
    measurement.with_birth_date[band_of(6)] = Stratum::of(band_of(6), counted(499, 300));
    assert_eq!(measurement.recall_gaps(), []);
}

#[test]
fn parts_and_bounds() {
    assert_eq!(PARTS[band_of(0)], "bearers-to-5");
    assert_eq!(PARTS[band_of(501)], "bearers-501-5000");
    assert_eq!(PARTS[band_of(u64::MAX)], "bearers-over-5000");
    assert_eq!(PARTS[part_of_group(5)], "group-hispanic");
    assert_eq!(STRATA_COMPARED as usize, 2 * (PARTS.len() - 1));
    let empty = Stratum::of(1, Counted::default());
    assert_eq!(empty.wrong_bound_per_billion, NOTHING_KNOWN);
}
