//! What a calibration promises: equal counts for equal trials, thresholds frozen before, each household
//! asked once, and a measurement kept with the program that can be made again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeSet;

use countersign_lab::calibrate::{self, CalibrateError, Conditions, RowErrors, Tuned};
use instrument::{
    certificate::{
        Certificate, CertificateError,
        bound::trials_needed,
        measurement::{Counted, GroupShares, Measurement, PARTS, RowKind, part_of_group},
        thresholds::Trial,
    },
    document::Document as _,
};
use model::{digest::Digest, time::Date};

fn trial(seed: u64) -> Trial {
    Trial {
        seed,
        people: 1_500,
        rows: 120,
        as_of: Date::constant(2026, 11, 1),
    }
}

fn tuned() -> Tuned {
    calibrate::tune(&[trial(3)], 100_000, &mut |_| {}).unwrap()
}

fn measure(tuned: &Tuned, trials: &[Trial]) -> Result<Measurement, CalibrateError> {
    calibrate::measure(&tuned.frozen, trials, Conditions::USUAL, &mut |_, _, _| {})
        .map(|measured| measured.measurement)
}

fn whole(measurement: &Measurement) -> Counted {
    let [with, without] = RowKind::ALL.map(|kind| measurement.whole(kind).counted);
    with.plus(without)
}

#[test]
fn small_trials_repeat_add_up_and_name_nobody_else() {
    let tuned = tuned();
    let both = measure(&tuned, &[trial(5), trial(6)]).unwrap();
    assert_eq!(both, measure(&tuned, &[trial(5), trial(6)]).unwrap());
    let one_by_one = [5, 6].map(|seed| whole(&measure(&tuned, &[trial(seed)]).unwrap()));
    let all = whole(&both);
    assert_eq!(all, one_by_one[0].plus(one_by_one[1]));
    assert_eq!((all.rows, all.wrong), (240, 0));
    assert!(all.answered * 10 >= all.answerable * 7, "{all:?}");
    assert!(all.answerable > 120 && all.answerable < 240, "{all:?}");
    assert_eq!(both.check(), Ok(()));
    assert_eq!(Measurement::parse(&both.text()).unwrap(), both);
    assert_eq!(both.largest_register, 1_500);
}

#[test]
fn the_grid_is_what_thresholds_are_chosen_from() {
    let tuned = tuned();
    tuned.frozen.check().unwrap();
    for kind in RowKind::ALL {
        let points: Vec<_> = tuned.points.iter().filter(|p| p.kind == kind).collect();
        assert_eq!(points.len(), 41);
        assert!(points.windows(2).all(|pair| {
            let [low, high] = pair else { return false };
            low.identified >= high.identified && low.wrong >= high.wrong
        }));
    }
    assert!(tuned.points[0].identified > 30);
}

#[test]
fn nothing_is_measured_that_was_tuned_on_or_measured_before() {
    let tuned = tuned();
    for trials in [vec![trial(3)], vec![trial(5), trial(5)]] {
        let refused = measure(&tuned, &trials).unwrap_err();
        assert!(matches!(
            refused,
            CalibrateError::Measurement(CertificateError::Seed(_))
        ));
    }
    let mut other = tuned;
    other.frozen.matcher.model_version.push('x');
    let refused = measure(&other, &[trial(5)]).unwrap_err();
    assert!(matches!(refused, CalibrateError::Frozen("matcher")));
}

#[test]
fn no_household_is_asked_about_twice() {
    let many = Trial {
        rows: 1_200,
        ..trial(5)
    };
    let error = measure(&tuned(), &[many]).unwrap_err().to_string();
    assert!(
        error.contains("no household is asked about twice"),
        "{error}"
    );
}

#[test]
fn more_errors_in_rows_are_measured_and_not_certified() {
    let tuned = tuned();
    let triple = Conditions {
        row_errors: RowErrors {
            numerator: 3,
            denominator: 1,
        },
        ..Conditions::USUAL
    };
    let measured =
        calibrate::measure(&tuned.frozen, &[trial(5)], triple, &mut |_, _, _| {}).unwrap();
    assert_eq!(measured.measurement.row_errors_times, "3");
    let usual = whole(&measure(&tuned, &[trial(5)]).unwrap());
    let hard = whole(&measured.measurement);
    assert!(hard.answered < usual.answered, "{hard:?} {usual:?}");
}

#[test]
fn equal_groups_are_measured_and_not_certified() {
    let tuned = tuned();
    let equal = Conditions {
        groups: GroupShares::Equal,
        ..Conditions::USUAL
    };
    let trial = Trial {
        people: 6_000,
        rows: 600,
        ..trial(5)
    };
    let measured = calibrate::measure(&tuned.frozen, &[trial], equal, &mut |_, _, _| {}).unwrap();
    let measurement = measured.measurement;
    for group in 0..6 {
        let part = part_of_group(group);
        let rows = RowKind::ALL.map(|kind| measurement.of(kind)[part].counted.rows);
        let rows: u64 = rows.iter().sum();
        assert!((60..=140).contains(&rows), "{}: {rows}", PARTS[part]);
    }
    assert_eq!(
        Measurement::parse(&measurement.text()).unwrap(),
        measurement
    );
    // In order as a measurement, and no certificate.
    assert_eq!(measurement.check(), Ok(()));
    let certificate = Certificate {
        genesis: Digest::of(b"genesis"),
        id: "CAL-1".parse().unwrap(),
        made_on: trial.as_of,
        measurement,
    };
    assert_eq!(certificate.check(), Err(CertificateError::Groups("equal")));
}

/// What is kept is in order and certifies one in 10,000 for both kinds of row.
#[test]
fn what_is_kept_certifies_one_in_ten_thousand() {
    let kept = calibrate::KEPT.measurement().unwrap();
    kept.check().unwrap();
    assert_eq!(kept.row_errors_times, "1");
    assert_eq!(kept.groups, GroupShares::AsInTheNation);
    for kind in RowKind::ALL {
        let whole = kept.whole(kind);
        assert!(
            whole.wrong_bound_per_billion <= 100_000,
            "{kind:?}: {whole:?}"
        );
        assert!(whole.counted.identified >= trials_needed(100_000, 1).unwrap());
    }
}

/// What is kept of equal groups has the thresholds of what is certified, and bounds each group with a
/// birth date.
#[test]
fn what_is_kept_of_equal_groups_is_of_the_same_thresholds() {
    let groups = calibrate::KEPT_GROUPS.measurement().unwrap();
    groups.check().unwrap();
    assert_eq!(groups.groups, GroupShares::Equal);
    let certified = calibrate::KEPT.measurement().unwrap();
    assert_eq!(groups.thresholds, certified.thresholds);
    let seeds = |measurement: &Measurement| -> BTreeSet<u64> {
        measurement.trials.iter().map(|trial| trial.seed).collect()
    };
    assert!(seeds(&groups).is_disjoint(&seeds(&certified)));
    for group in 0..6 {
        let stratum = groups.of(RowKind::WithBirthDate)[part_of_group(group)];
        assert!(
            stratum.wrong_bound_per_billion <= 20_000,
            "{group}: {stratum:?}"
        );
    }
}

/// What is kept of large registers has the thresholds of what is certified and seeds of its own, and
/// bounds every band of surnames with a birth date, the commonest too.
#[test]
fn what_is_kept_of_large_registers_bounds_every_band_of_surnames() {
    let large = calibrate::KEPT_LARGE.measurement().unwrap();
    large.check().unwrap();
    assert_eq!(large.largest_register, 5_000_000);
    assert_eq!(large.groups, GroupShares::AsInTheNation);
    let certified = calibrate::KEPT.measurement().unwrap();
    let groups = calibrate::KEPT_GROUPS.measurement().unwrap();
    assert_eq!(large.thresholds, certified.thresholds);
    for other in [&certified, &groups] {
        let other: BTreeSet<u64> = other.trials.iter().map(|trial| trial.seed).collect();
        assert!(
            large
                .trials
                .iter()
                .all(|trial| !other.contains(&trial.seed))
        );
    }
    let parts = PARTS.iter().zip(large.of(RowKind::WithBirthDate));
    let bands = parts.filter(|(part, _)| part.starts_with("bearers-"));
    let bounds: Vec<u64> = bands
        .map(|(_, band)| band.wrong_bound_per_billion)
        .collect();
    assert_eq!(bounds.len(), 5);
    assert!(bounds.iter().all(|bound| *bound <= 10_000), "{bounds:?}");
}

/// What is kept is of the matcher and nation of this program: where this fails, run the command that
/// `calibrate::KEPT.command` names, after deleting the frozen thresholds.
#[test]
fn what_is_kept_is_of_this_matcher() {
    let kept = calibrate::KEPT.measurement().unwrap();
    assert!(
        kept.thresholds.matcher == calibrate::matcher(),
        "measure anew: {}",
        calibrate::KEPT.command
    );
    let small = include_str!("../data/measurement-small.txt");
    let small = Measurement::parse(small).unwrap();
    assert_eq!(small.thresholds, kept.thresholds);
    let again = calibrate::measure(
        &kept.thresholds,
        &small.trials,
        Conditions::USUAL,
        &mut |_, _, _| {},
    );
    assert_eq!(again.unwrap().measurement, small, "measure anew");
}
