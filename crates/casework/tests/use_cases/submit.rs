//! Taking in a request.
//!
//! Place in the flow: the first use case.
//!
//! Left to others: stage A's rules (statute).

use casework::{
    error::CaseworkError, record::RequestState, state::RowState, use_case::submit::ROWS_MAX,
};
use instrument::{envelope::EnvelopeError, leaf::Act};
use model::{
    column::Column,
    digest::Digest,
    fault::{ExitStatus, Explain as _},
};

use crate::{
    ports::Gate,
    scenario::{CoverWords, intake, intake_by, load, sample_row, six_rows, take_in},
    world::{Changes, World},
};

/// States of the rows after submission, in workbook order.
#[track_caller]
fn check_states(gate: &mut Gate<'_>, name: &str, expected: &[RowState]) {
    let loaded = load(gate, &name.parse().unwrap()).unwrap();
    for (row, expected) in loaded.rows.iter().zip(expected) {
        assert_eq!(row.state, *expected, "row {}: {:?}", row.id(), row.findings);
    }
    assert_eq!(loaded.rows.len(), expected.len());
}

#[test]
fn a_request_is_taken_in_examined_and_logged() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let report = take_in(&mut gate, &intake(&world, "REQ-1", six_rows())).unwrap();
    assert_eq!((report.rows, report.admissible, report.rejected), (6, 5, 1));
    assert!(!report.again);
    let mut states = [RowState::Admissible; 6];
    states[2] = RowState::Rejected;
    check_states(&mut gate, "REQ-1", &states);
    let loaded = load(&mut gate, &report.request).unwrap();
    assert_eq!(loaded.request.state, RequestState::Received);
    let leaves = gate.durable.borrow().leaves();
    let logged = [loaded.request.request_leaf, loaded.request.refusals_leaf].map(|place| {
        let index = usize::try_from(place.unwrap().index.0).unwrap();
        leaves[index].act.clone()
    });
    assert!(
        matches!(logged[0], Act::Request { rows: 6, .. }),
        "{logged:?}"
    );
    assert!(
        matches!(logged[1], Act::Refusals { rows: 1, .. }),
        "{logged:?}"
    );
}

#[test]
fn a_request_without_rejected_rows_logs_no_refusals() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", vec![sample_row(0, &[])]);
    take_in(&mut gate, &intake).unwrap();
    take_in(&mut gate, &intake).unwrap();
    let loaded = load(&mut gate, &intake.request).unwrap();
    assert!(loaded.request.refusals_leaf.is_none());
    let requests = gate.durable.borrow().leaves();
    assert_eq!(requests.len(), 6, "five documents and the request");
}

#[test]
fn the_same_request_twice_is_one_request() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", six_rows());
    take_in(&mut gate, &intake).unwrap();
    let leaves = gate.durable.borrow().leaves();
    let again = take_in(&mut gate, &intake).unwrap();
    assert!(again.again);
    assert_eq!((again.rows, again.rejected), (6, 1));
    assert_eq!(gate.durable.borrow().leaves(), leaves);
    assert_eq!(gate.office().store.requests().unwrap().len(), 1);
}

/// A request that is refused leaves nothing in database or log.
#[track_caller]
fn check_refused(
    gate: &mut Gate<'_>,
    submitted: &crate::scenario::Intake,
    status: ExitStatus,
    words: &str,
) -> CaseworkError {
    let before = gate.durable.borrow().leaves().len();
    let kept = gate.durable.borrow().requests.len();
    let error = take_in(gate, submitted).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(ExitStatus::from(error.fault()), status, "{error}");
    assert_eq!(gate.durable.borrow().leaves().len(), before);
    assert_eq!(gate.durable.borrow().requests.len(), kept);
    error
}

#[test]
fn another_request_of_the_same_id_is_refused() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    take_in(&mut gate, &intake(&world, "REQ-1", six_rows())).unwrap();
    let other = intake(&world, "REQ-1", vec![sample_row(0, &[])]);
    check_refused(
        &mut gate,
        &other,
        ExitStatus::Unreadable,
        "was submitted before",
    );
    // Even of the very same rows: the envelope is signed anew, under another secret.
    let other = intake(&world, "REQ-1", six_rows());
    check_refused(
        &mut gate,
        &other,
        ExitStatus::Unreadable,
        "was submitted before",
    );
    let loaded = load(&mut gate, &other.request).unwrap();
    assert_eq!(loaded.rows.len(), 6, "the first one stands");
}

#[test]
fn rows_or_files_that_were_not_signed_are_refused() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let signed = intake(&world, "REQ-1", six_rows());
    let mut other = signed.clone();
    other.rows[0] = sample_row(0, &[(Column::PostalCode, "89502")]);
    let error = check_refused(&mut gate, &other, ExitStatus::Unreadable, "does not fit");
    assert!(matches!(
        error,
        CaseworkError::Envelope(EnvelopeError::OtherRows)
    ));
    let mut other = signed.clone();
    other.rows.swap(0, 1);
    check_refused(&mut gate, &other, ExitStatus::Unreadable, "does not fit");
    let mut other = signed.clone();
    other.file = Digest::of(b"another file");
    let error = check_refused(&mut gate, &other, ExitStatus::Unreadable, "does not fit");
    assert!(matches!(
        error,
        CaseworkError::Envelope(EnvelopeError::OtherFile)
    ));
    let mut other = signed;
    other.envelope.truncate(400);
    check_refused(&mut gate, &other, ExitStatus::Unreadable, "does not fit");
}

#[test]
fn a_request_under_another_genesis_is_refused() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let words = CoverWords {
        genesis: Digest::of(b"another genesis"),
        ..CoverWords::of(&world)
    };
    let foreign = intake_by(&world, "REQ-1", six_rows(), words);
    check_refused(&mut gate, &foreign, ExitStatus::Refused, "another genesis");
}

#[test]
fn whoever_is_no_signatory_of_the_agreement_submits_nothing() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let by = |signatory| {
        let words = CoverWords {
            signatory,
            ..CoverWords::of(&world)
        };
        intake_by(&world, "REQ-1", six_rows(), words)
    };
    // On the roster as a signatory, and not in the agreement.
    check_refused(
        &mut gate,
        &by("SIG-2"),
        ExitStatus::Refused,
        "not one the agreement names",
    );
    // The data owner of the records agency.
    check_refused(
        &mut gate,
        &by("OWN-1"),
        ExitStatus::Refused,
        "may not submit",
    );
    check_refused(
        &mut gate,
        &by("INS-1"),
        ExitStatus::Refused,
        "may not submit",
    );
}

#[test]
fn a_cover_signed_with_somebody_elses_key_is_refused() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let signed = intake(&world, "REQ-1", six_rows());
    let envelope = instrument::envelope::Envelope::parse(&signed.envelope).unwrap();
    let cover = envelope.cover.document().clone();
    let forged =
        instrument::signed::Signed::sign(cover, &[&crate::world::key_of("SIG-2")]).unwrap();
    let envelope = instrument::envelope::Envelope {
        cover: forged,
        ..envelope
    };
    let forged = crate::scenario::Intake {
        envelope: envelope.to_bytes(),
        ..signed
    };
    check_refused(&mut gate, &forged, ExitStatus::Refused, "signature");
}

#[test]
fn a_row_whose_officer_signed_nothing_is_rejected_and_the_others_are_not() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let rows = vec![
        sample_row(0, &[]),
        sample_row(
            1,
            &[
                (Column::OfficerId, "OFF-1002"),
                (Column::OfficerName, "Lee Park"),
            ],
        ),
    ];
    let words = CoverWords {
        officers: &["OFF-1001"],
        ..CoverWords::of(&world)
    };
    take_in(&mut gate, &intake_by(&world, "REQ-1", rows, words)).unwrap();
    check_states(
        &mut gate,
        "REQ-1",
        &[RowState::Admissible, RowState::Rejected],
    );
    let loaded = load(&mut gate, &"REQ-1".parse().unwrap()).unwrap();
    let rules: Vec<_> = loaded.rows[1]
        .findings
        .iter()
        .map(|f| f.rule.to_string())
        .collect();
    assert!(rules.contains(&"officer.assurance".to_owned()), "{rules:?}");
}

#[test]
fn more_rows_than_the_gate_keeps_are_refused_whole() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let mut many = intake(&world, "REQ-1", vec![sample_row(0, &[])]);
    many.rows = vec![sample_row(0, &[]); ROWS_MAX + 1];
    check_refused(&mut gate, &many, ExitStatus::Refused, "10001 rows");
    many.rows.truncate(ROWS_MAX);
    check_refused(&mut gate, &many, ExitStatus::Unreadable, "does not fit");
}

#[test]
fn more_admissible_rows_than_the_agreement_allows_are_rejected_whole() {
    let world = World::with(Changes {
        agreement: |agreement| agreement.budgets.admitted_rows_per_request = 2,
        ..Changes::default()
    });
    let mut gate = Gate::new(&world);
    let report = take_in(&mut gate, &intake(&world, "REQ-1", six_rows())).unwrap();
    assert_eq!((report.admissible, report.rejected), (0, 6));
    check_states(&mut gate, "REQ-1", &[RowState::Rejected; 6]);
}

/// Nothing is taken in while the channel is stopped.
#[track_caller]
fn check_stopped(changes: Changes, words: &str) {
    let world = World::with(changes);
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", six_rows());
    check_refused(&mut gate, &intake, ExitStatus::Refused, words);
}

#[test]
fn a_stopped_channel_takes_nothing_in() {
    check_stopped(
        Changes {
            authority: |authority| authority.until = authority.from.plus(60),
            ..Changes::default()
        },
        "not fresh",
    );
    check_stopped(
        Changes {
            authority: |authority| authority.policy = Digest::of(b"another policy"),
            ..Changes::default()
        },
        "another policy",
    );
    check_stopped(
        Changes {
            authority: |authority| authority.agreements.clear(),
            ..Changes::default()
        },
        "not in order",
    );
    check_stopped(
        Changes {
            agreement: |agreement| agreement.until = "2026-06-30".parse().unwrap(),
            ..Changes::default()
        },
        "not in force",
    );
}
