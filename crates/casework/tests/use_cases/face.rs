//! Admitting and declining on the face of a row.
//!
//! Place in the flow: after submission, before any register is touched.
//!
//! Left to others: who may (policy has its own matrix), documents (instrument).

use std::{cell::RefCell, rc::Rc};

use casework::{error::CaseworkError, record::RowRecord, state::RowState};
use instrument::{face::FaceDecision, leaf::Act};
use model::{
    answer::DeclineGround,
    fault::{ExitStatus, Explain as _},
    id::RowId,
};

use crate::{
    ports::{Faults, Gate, Way},
    scenario::{Intake, admit, face, intake, kept, put_to_register, six_rows, take_in},
    world::{Changes, World, key_of, official},
};

const ADMIT: FaceDecision = FaceDecision::Admit;
const DECLINE: FaceDecision = FaceDecision::Decline(DeclineGround::OffenceNotComplete);

fn submitted(world: &World) -> (Gate<'_>, Intake) {
    let mut gate = Gate::new(world);
    let intake = intake(world, "REQ-1", six_rows());
    take_in(&mut gate, &intake).unwrap();
    (gate, intake)
}

/// A decision is refused, and neither row nor log change.
#[track_caller]
fn check_refused(gate: &mut Gate<'_>, row: &RowId, who: &str, decision: FaceDecision, words: &str) {
    let before = (kept(gate, row).faces, gate.durable.borrow().leaves());
    let error = face(gate, row, who, decision).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(
        ExitStatus::from(error.fault()),
        ExitStatus::Refused,
        "{error}"
    );
    let after = (kept(gate, row).faces, gate.durable.borrow().leaves());
    assert_eq!(before, after);
}

/// The last leaf of the log, which the row's kept place must name.
fn leaf_of(gate: &Gate<'_>, row: &RowRecord) -> Act {
    let leaves = gate.durable.borrow().leaves();
    let place = row.face_leaf.expect("the row's leaf is kept");
    assert_eq!(usize::try_from(place.index.0).unwrap() + 1, leaves.len());
    leaves.last().unwrap().act.clone()
}

#[test]
fn two_people_of_two_roles_admit_in_either_order() {
    let world = World::new();
    let (mut gate, intake) = submitted(&world);
    for (row, [first, second]) in [(2, ["DO-1", "CO-1"]), (3, ["CO-1", "DO-2"])] {
        let row = intake.row(row);
        let before = gate.durable.borrow().leaves().len();
        assert_eq!(
            face(&mut gate, &row, first, ADMIT).unwrap(),
            RowState::HalfAdmitted
        );
        assert_eq!(
            gate.durable.borrow().leaves().len(),
            before,
            "half an admission is no leaf"
        );
        assert_eq!(
            face(&mut gate, &row, second, ADMIT).unwrap(),
            RowState::Admitted
        );
        let kept = kept(&mut gate, &row);
        let leaf = leaf_of(&gate, &kept);
        assert!(matches!(leaf, Act::Admitted(_)), "{leaf:?}");
        kept.faces[0]
            .verify(&key_of(first).verifier().into())
            .unwrap();
        kept.faces[1]
            .verify(&key_of(second).verifier().into())
            .unwrap();
        assert_eq!(kept.faces[1].document().findings, kept.findings_digest());
    }
}

#[test]
fn one_decline_is_final_first_or_second() {
    let world = World::new();
    let (mut gate, intake) = submitted(&world);
    let row = intake.row(2);
    assert_eq!(
        face(&mut gate, &row, "DO-1", DECLINE).unwrap(),
        RowState::Declined
    );
    let declined = kept(&mut gate, &row);
    let Act::Declined(act) = leaf_of(&gate, &declined) else {
        panic!("no leaf of the decline")
    };
    assert_eq!(
        act.reviewers[0], act.reviewers[1],
        "one reviewer, named twice"
    );
    let row = intake.row(3);
    face(&mut gate, &row, "DO-1", ADMIT).unwrap();
    assert_eq!(
        face(&mut gate, &row, "CO-1", DECLINE).unwrap(),
        RowState::Declined
    );
    for row in [2, 3] {
        check_refused(
            &mut gate,
            &intake.row(row),
            "CO-1",
            ADMIT,
            "cannot be admitted now",
        );
        check_refused(
            &mut gate,
            &intake.row(row),
            "DO-2",
            DECLINE,
            "cannot be declined now",
        );
    }
}

#[test]
fn nobody_decides_twice_and_no_role_twice() {
    let world = World::new();
    let (mut gate, intake) = submitted(&world);
    let row = intake.row(2);
    face(&mut gate, &row, "DO-1", ADMIT).unwrap();
    check_refused(&mut gate, &row, "DO-1", ADMIT, "separation-of-duty");
    check_refused(&mut gate, &row, "DO-1", DECLINE, "separation-of-duty");
    check_refused(&mut gate, &row, "DO-2", ADMIT, "separation-of-duty");
    assert_eq!(kept(&mut gate, &row).state, RowState::HalfAdmitted);
}

#[test]
fn only_reviewers_of_the_records_agency_decide() {
    let world = World::new();
    let (mut gate, intake) = submitted(&world);
    let row = intake.row(2);
    check_refused(&mut gate, &row, "CO-9", ADMIT, "requester-decides-nothing");
    check_refused(&mut gate, &row, "OFF-1001", ADMIT, "may not admit");
    check_refused(&mut gate, &row, "OP-1", ADMIT, "no policy permits");
    check_refused(&mut gate, &row, "INS-1", DECLINE, "no policy permits");
}

#[test]
fn a_key_that_is_not_the_reviewers_signs_nothing() {
    let world = World::new();
    let (mut gate, intake) = submitted(&world);
    let row = intake.row(2);
    let input = casework::use_case::decide_face::FaceInput {
        row: &row,
        reviewer: &official("DO-1"),
        key: &key_of("DO-2"),
        decision: ADMIT,
    };
    let error =
        casework::use_case::decide_face::decide_face(&mut gate.office(), &input).unwrap_err();
    assert!(
        error.to_string().contains("not the one on the roster"),
        "{error}"
    );
    assert!(kept(&mut gate, &row).faces.is_empty());
}

#[test]
fn rejected_admitted_and_unknown_rows_are_not_decided() {
    let world = World::new();
    let (mut gate, intake) = submitted(&world);
    check_refused(&mut gate, &intake.row(4), "DO-1", ADMIT, "is rejected");
    check_refused(&mut gate, &intake.row(4), "DO-1", DECLINE, "is rejected");
    admit(&mut gate, &intake.row(2));
    check_refused(&mut gate, &intake.row(2), "DO-2", ADMIT, "is admitted");
    put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    check_refused(&mut gate, &intake.row(2), "DO-1", DECLINE, "is in-review");
    let error = face(&mut gate, &intake.row(99), "DO-1", ADMIT).unwrap_err();
    assert!(matches!(error, CaseworkError::NoRow(_)), "{error}");
    let other = RowId {
        request: "REQ-9".parse().unwrap(),
        ..intake.row(2)
    };
    let error = face(&mut gate, &other, "DO-1", ADMIT).unwrap_err();
    assert!(matches!(error, CaseworkError::NoRequest(_)), "{error}");
}

#[test]
fn an_admission_over_a_budget_is_deferred_and_a_decline_is_not() {
    let world = World::with(Changes {
        agreement: |agreement| agreement.budgets.probes_per_day = 1,
        ..Changes::default()
    });
    let (mut gate, intake) = submitted(&world);
    admit(&mut gate, &intake.row(2));
    face(&mut gate, &intake.row(3), "DO-1", ADMIT).unwrap();
    check_refused(
        &mut gate,
        &intake.row(3),
        "CO-1",
        ADMIT,
        "deferred on 2026-11-21",
    );
    face(&mut gate, &intake.row(5), "DO-1", DECLINE).unwrap();
    // On the next day the budget is there again.
    gate.clock.step(13 * 3600);
    assert_eq!(
        face(&mut gate, &intake.row(3), "CO-1", ADMIT).unwrap(),
        RowState::Admitted
    );
}

/// A crash between the second admission and its leaf, with one place left in the budget: the row that
/// was admitted first is logged first, and the next one is deferred.
#[test]
fn a_row_left_admitted_and_not_logged_comes_first() {
    let world = World::with(Changes {
        agreement: |agreement| agreement.budgets.probes_per_day = 1,
        ..Changes::default()
    });
    let (mut gate, intake) = submitted(&world);
    let (first, second) = (intake.row(2), intake.row(3));
    for row in [&first, &second] {
        face(&mut gate, row, "DO-1", ADMIT).unwrap();
    }
    // How far the way to the append is, tried on a copy.
    let copy = Rc::new(RefCell::new(gate.durable.borrow().clone()));
    let mut trial = Gate::open(&world, &copy, &gate.clock, Faults::none());
    face(&mut trial, &first, "CO-1", ADMIT).unwrap();
    let calls = trial.faults.calls.take();
    let append = calls
        .iter()
        .position(|name| *name == "log.append_once")
        .unwrap();
    let mut failing = Gate::open(
        &world,
        &gate.durable,
        &gate.clock,
        Faults::at(append, Way::Before),
    );
    face(&mut failing, &first, "CO-1", ADMIT).unwrap_err();
    assert_eq!(kept(&mut gate, &first).state, RowState::Admitted);
    assert!(kept(&mut gate, &first).face_leaf.is_none());
    let error = face(&mut gate, &second, "CO-1", ADMIT).unwrap_err();
    assert!(matches!(error, CaseworkError::Budget { .. }), "{error}");
    assert!(kept(&mut gate, &first).face_leaf.is_some());
    let report = put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    assert_eq!((report.rows, report.identified), (1, 1));
}
