//! Putting admitted rows to the register.
//!
//! Place in the flow: after two admissions are logged.
//!
//! Left to others: the model (identity), more than five people (register, lab).

use casework::{error::CaseworkError, state::RowState};
use instrument::{
    certificate::measurement::GroupShares, document::Document as _, signed::Signed, testing,
};
use model::{
    answer::WithheldReason,
    column::Column,
    digest::Digest,
    fault::{ExitStatus, Explain as _},
};

use crate::{
    ports::Gate,
    scenario::{Intake, admit, intake, kept, put_to_register, sample_row, six_rows, take_in},
    world::{Changes, World, key_of},
};

fn admitted<'w>(world: &'w World, rows: &[u32]) -> (Gate<'w>, Intake) {
    let mut gate = Gate::new(world);
    let intake = intake(world, "REQ-1", six_rows());
    take_in(&mut gate, &intake).unwrap();
    for row in rows {
        admit(&mut gate, &intake.row(*row));
    }
    (gate, intake)
}

#[test]
fn only_admitted_rows_are_put_to_the_register_and_each_once() {
    let world = World::new();
    let (mut gate, intake) = admitted(&world, &[2, 3, 6]);
    let report = put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    assert_eq!((report.rows, report.identified), (3, 2));
    let asked = gate
        .faults
        .calls
        .borrow()
        .iter()
        .filter(|c| **c == "keepers.tokens")
        .count();
    assert_eq!(asked, 3);
    for (row, state) in [
        (2, RowState::InReview),
        (3, RowState::InReview),
        (4, RowState::Rejected),
        (5, RowState::Admissible),
        (6, RowState::Withheld),
    ] {
        assert_eq!(kept(&mut gate, &intake.row(row)).state, state, "row {row}");
    }
    let again = put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    assert_eq!((again.rows, again.identified), (0, 0));
    let asked = gate
        .faults
        .calls
        .borrow()
        .iter()
        .filter(|c| **c == "keepers.tokens")
        .count();
    assert_eq!(asked, 3);
}

#[test]
fn a_withheld_row_keeps_its_reason_inside_and_has_no_case() {
    let world = World::new();
    let (mut gate, intake) = admitted(&world, &[6]);
    put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    let row = kept(&mut gate, &intake.row(6));
    assert_eq!(row.identity.unwrap().withheld, Some(WithheldReason::Hold));
    assert!(row.statement.is_none());
}

/// A request of one row, with cells changed, is withheld for this reason.
#[track_caller]
fn check_withheld(changes: &[(Column, &str)], reason: WithheldReason) {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", vec![sample_row(0, changes)]);
    take_in(&mut gate, &intake).unwrap();
    admit(&mut gate, &intake.row(2));
    let report = put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    assert_eq!((report.rows, report.identified), (1, 0));
    let row = kept(&mut gate, &intake.row(2));
    assert_eq!(row.state, RowState::Withheld);
    assert_eq!(row.identity.unwrap().withheld, Some(reason));
}

#[test]
fn who_cannot_be_told_is_withheld() {
    let elsewhere = [
        (Column::AddressLine1, "88 Quail Run"),
        (Column::PostalCode, "89501"),
    ];
    check_withheld(&elsewhere, WithheldReason::AddressNotOnFile);
    let thin = [(Column::DateOfBirth, ""), (Column::Tin, "")];
    check_withheld(&thin, WithheldReason::LowEvidence);
    // On file, and nothing for the period asked.
    check_withheld(
        &[(Column::TaxPeriods, "2022")],
        WithheldReason::AddressNotOnFile,
    );
}

#[test]
fn a_statement_says_what_the_row_asks_and_whether_the_address_is_the_latest() {
    let world = World::new();
    let (mut gate, intake) = admitted(&world, &[2, 3]);
    put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    for (row, record, entry, is_latest) in [(2, 0, 0, true), (3, 1, 1, false)] {
        let row = kept(&mut gate, &intake.row(row));
        let statement = row.statement.clone().unwrap();
        assert_eq!((statement.record.0, statement.entry.0), (record, entry));
        assert_eq!(statement.row_leaf, row.leaf());
        assert_eq!(statement.certificate, world.certificate.digest());
        assert_eq!(row.identity.unwrap().given_is_latest, is_latest);
    }
}

/// Identification is refused, no keeper is asked, and no row changes.
#[track_caller]
fn check_stopped(changes: Changes, words: &str) -> CaseworkError {
    let world = World::with(changes);
    let (mut gate, intake) = admitted(&world, &[2]);
    let error = put_to_register(&mut gate, &intake.request, "OP-1").unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(
        ExitStatus::from(error.fault()),
        ExitStatus::Refused,
        "{error}"
    );
    assert!(!gate.faults.calls.borrow().contains(&"keepers.tokens"));
    assert_eq!(kept(&mut gate, &intake.row(2)).state, RowState::Admitted);
    error
}

#[test]
fn without_a_certificate_that_holds_nobody_is_identified() {
    check_stopped(
        Changes {
            people: 1_000_001,
            ..Changes::default()
        },
        "a smaller register",
    );
    check_stopped(
        Changes {
            people_of_manifest: Some(199_999),
            ..Changes::default()
        },
        "another number of people",
    );
    check_stopped(
        Changes {
            certificate: |certificate| {
                let measurement = &mut certificate.measurement;
                measurement.thresholds.matcher.parameters = Digest::of(b"another model");
                measurement.frozen = measurement.thresholds.digest();
            },
            ..Changes::default()
        },
        "another model",
    );
    check_stopped(
        Changes {
            certificate: |certificate| certificate.genesis = Digest::of(b"another genesis"),
            ..Changes::default()
        },
        "another genesis",
    );
}

#[test]
fn a_signed_certificate_that_does_not_follow_from_its_counts_stops_identification() {
    check_stopped(
        Changes {
            certificate: |certificate| {
                certificate.measurement.with_birth_date[0].wrong_bound_per_billion = 1;
            },
            ..Changes::default()
        },
        "the bound `1` of `with-birth-date all`",
    );
    check_stopped(
        Changes {
            certificate: |certificate| {
                let thresholds = &mut certificate.measurement.thresholds;
                thresholds.without_birth_date.threshold_millibits = 14_999;
            },
            ..Changes::default()
        },
        "not those that were frozen",
    );
    check_stopped(
        Changes {
            certificate: |certificate| certificate.measurement.largest_register = 10_000_000,
            ..Changes::default()
        },
        "measured were `1000000`",
    );
    check_stopped(
        Changes {
            certificate: |certificate| certificate.measurement.row_errors_times = "1/2".to_owned(),
            ..Changes::default()
        },
        "`1/2` times",
    );
    check_stopped(
        Changes {
            certificate: |certificate| certificate.measurement.groups = GroupShares::Equal,
            ..Changes::default()
        },
        "groups are `equal`",
    );
}

#[test]
fn a_certificate_the_certifier_did_not_sign_is_none() {
    let mut world = World::new();
    let document = world.certificate.document().clone();
    let stranger = testing::key("stranger", "certificate");
    world.certificate = Signed::sign(document, &[&stranger]).unwrap();
    let (mut gate, intake) = admitted(&world, &[2]);
    let error = put_to_register(&mut gate, &intake.request, "OP-1").unwrap_err();
    assert!(matches!(error, CaseworkError::Signed(_)), "{error}");
    assert!(!gate.faults.calls.borrow().contains(&"keepers.tokens"));
}

#[test]
fn a_certificate_of_the_future_does_not_hold() {
    check_stopped(
        Changes {
            certificate: |certificate| certificate.made_on = "2027-01-01".parse().unwrap(),
            ..Changes::default()
        },
        "of a later day",
    );
}

#[test]
fn a_threshold_no_score_reaches_withholds_everybody() {
    let world = World::with(Changes {
        certificate: |certificate| {
            let matcher = certificate.measurement.thresholds.matcher.clone();
            certificate.measurement = testing::measurement(matcher, (90_000, 90_000), 1_000_000);
        },
        ..Changes::default()
    });
    let (mut gate, intake) = admitted(&world, &[2, 3]);
    let report = put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    assert_eq!((report.rows, report.identified), (2, 0));
}

#[test]
fn nobody_but_the_operator_puts_rows_to_the_register() {
    let world = World::new();
    let (mut gate, intake) = admitted(&world, &[2]);
    for somebody in ["DO-1", "CO-1", "CO-9", "SIG-1", "INS-1"] {
        let error = put_to_register(&mut gate, &intake.request, somebody).unwrap_err();
        assert!(
            matches!(error, CaseworkError::NotPermitted { .. }),
            "{error}"
        );
    }
    assert!(!gate.faults.calls.borrow().contains(&"keepers.tokens"));
}

#[test]
fn one_keeper_may_be_away_and_two_may_not() {
    let world = World::new();
    let (mut gate, intake) = admitted(&world, &[2]);
    gate.take_away(&[1, 2]);
    let error = put_to_register(&mut gate, &intake.request, "OP-1").unwrap_err();
    assert_eq!(
        ExitStatus::from(error.fault()),
        ExitStatus::Unavailable,
        "{error}"
    );
    assert_eq!(kept(&mut gate, &intake.row(2)).state, RowState::Admitted);
    gate.take_away(&[3]);
    let report = put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    assert_eq!((report.rows, report.identified), (1, 1));
}

/// Whoever can write the database admits nobody with it: the reviewers' signatures are checked before
/// a row is put to the register.
#[test]
fn admissions_written_into_the_database_are_none() {
    let world = World::new();
    let (mut gate, intake) = admitted(&world, &[2]);
    let forged = |signer: &str| {
        let mut durable = gate.durable.borrow_mut();
        let (_, rows) = &mut durable.requests[0];
        let (template, row) = (rows[0].faces.clone(), &mut rows[1]);
        row.faces = Vec::new();
        for face in template {
            let mut face = face.document().clone();
            face.row = row.id();
            face.leaf = row.leaf();
            face.findings = row.findings_digest();
            row.faces
                .push(Signed::sign(face, &[&key_of(signer)]).unwrap());
        }
        row.state = RowState::Admitted;
    };
    forged("CO-9");
    let error = put_to_register(&mut gate, &intake.request, "OP-1").unwrap_err();
    assert!(matches!(error, CaseworkError::Damaged(_)), "{error}");
    assert!(!gate.faults.calls.borrow().contains(&"keepers.tokens"));
}
