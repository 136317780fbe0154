//! Allowing and ending a case, and what reviewers see of it.
//!
//! Place in the flow: after stage B.
//!
//! Left to others: what follows (release).

use casework::{error::CaseworkError, state::RowState, use_case::view};
use instrument::{approval::ApprovalDecision, statement::Question};
use model::{
    fault::{ExitStatus, Explain as _},
    id::CaseId,
};

use crate::{
    ports::Gate,
    register::LATEST,
    scenario::{
        Intake, admit, case_of, intake, kept, person, put_to_register, sample_row, take_in,
    },
    world::{Changes, World, key_of, official},
};

const ALLOW: ApprovalDecision = ApprovalDecision::Allow(Question::Verify);
const END: ApprovalDecision = ApprovalDecision::End;

/// Rows 2 and 3 are cases in review, admitted by DO-1 and CO-1.
fn in_review(world: &World) -> (Gate<'_>, Intake, [CaseId; 2]) {
    let mut gate = Gate::new(world);
    let rows = vec![sample_row(0, &[]), sample_row(1, &[])];
    let intake = intake(world, "REQ-1", rows);
    take_in(&mut gate, &intake).unwrap();
    for row in [2, 3] {
        admit(&mut gate, &intake.row(row));
    }
    put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    let cases = [2, 3].map(|row| case_of(&mut gate, &intake.row(row)));
    gate.clock.step(3600);
    (gate, intake, cases)
}

#[track_caller]
fn check_refused(
    gate: &mut Gate<'_>,
    intake: &Intake,
    (case, who, decision): (&CaseId, &str, ApprovalDecision),
    words: &str,
) {
    let before: Vec<_> = [2, 3]
        .map(|row| kept(gate, &intake.row(row)).approvals)
        .into();
    let error = person(gate, case, who, decision).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert_eq!(
        ExitStatus::from(error.fault()),
        ExitStatus::Refused,
        "{error}"
    );
    let after: Vec<_> = [2, 3]
        .map(|row| kept(gate, &intake.row(row)).approvals)
        .into();
    assert_eq!(before, after);
}

#[test]
fn two_people_of_two_roles_approve() {
    let world = World::new();
    let (mut gate, intake, [case, _]) = in_review(&world);
    let leaves = gate.durable.borrow().leaves();
    assert_eq!(
        person(&mut gate, &case, "CO-1", ALLOW).unwrap(),
        RowState::HalfApproved
    );
    // Another disclosure officer than the one who admitted the row may decide on the person.
    assert_eq!(
        person(&mut gate, &case, "DO-2", ALLOW).unwrap(),
        RowState::Approved
    );
    let row = kept(&mut gate, &intake.row(2));
    for (approval, who) in row.approvals.iter().zip(["CO-1", "DO-2"]) {
        approval.verify(&key_of(who).verifier().into()).unwrap();
        assert_eq!(approval.document().statement, {
            use instrument::document::Document as _;
            row.statement.as_ref().unwrap().digest()
        });
    }
    assert_eq!(
        gate.durable.borrow().leaves(),
        leaves,
        "an approval alone is no leaf"
    );
}

#[test]
fn whoever_admitted_a_row_may_decide_on_its_person() {
    let world = World::new();
    let (mut gate, _, [case, _]) = in_review(&world);
    person(&mut gate, &case, "DO-1", ALLOW).unwrap();
    assert_eq!(
        person(&mut gate, &case, "CO-1", ALLOW).unwrap(),
        RowState::Approved
    );
}

#[test]
fn nobody_approves_twice_no_role_twice_and_only_reviewers() {
    let world = World::new();
    let (mut gate, intake, [case, _]) = in_review(&world);
    person(&mut gate, &case, "DO-1", ALLOW).unwrap();
    gate.clock.step(60);
    for (who, words) in [
        ("DO-1", "separation-of-duty"),
        ("DO-2", "separation-of-duty"),
        ("CO-9", "requester-decides-nothing"),
        ("OP-1", "no policy permits"),
        ("INS-1", "no policy permits"),
    ] {
        check_refused(&mut gate, &intake, (&case, who, ALLOW), words);
        check_refused(&mut gate, &intake, (&case, who, END), words);
    }
}

#[test]
fn a_key_that_is_not_the_reviewers_approves_nothing() {
    use casework::use_case::decide_person::{PersonInput, decide_person};
    let world = World::new();
    let (mut gate, intake, [case, _]) = in_review(&world);
    let input = PersonInput {
        case: &case,
        reviewer: &official("DO-1"),
        key: &key_of("CO-1"),
        decision: ALLOW,
    };
    let error = decide_person(&mut gate.office(), &input).unwrap_err();
    assert!(
        error.to_string().contains("not the one on the roster"),
        "{error}"
    );
    assert!(kept(&mut gate, &intake.row(2)).approvals.is_empty());
}

#[test]
fn one_end_is_final_first_or_second() {
    let world = World::new();
    let (mut gate, intake, [first, second]) = in_review(&world);
    assert_eq!(
        person(&mut gate, &first, "DO-1", END).unwrap(),
        RowState::Ended
    );
    gate.clock.step(60);
    person(&mut gate, &second, "DO-1", ALLOW).unwrap();
    assert_eq!(
        person(&mut gate, &second, "CO-1", END).unwrap(),
        RowState::Ended
    );
    gate.clock.step(60);
    for case in [&first, &second] {
        check_refused(&mut gate, &intake, (case, "CO-1", ALLOW), "is ended");
        check_refused(&mut gate, &intake, (case, "DO-2", END), "is ended");
    }
}

#[test]
fn an_approved_case_is_not_decided_again() {
    let world = World::new();
    let (mut gate, intake, [case, _]) = in_review(&world);
    person(&mut gate, &case, "DO-1", ALLOW).unwrap();
    person(&mut gate, &case, "CO-1", ALLOW).unwrap();
    gate.clock.step(60);
    check_refused(&mut gate, &intake, (&case, "CO-1", END), "is approved");
}

#[test]
fn one_reviewers_approvals_need_time_between_them() {
    let world = World::new();
    let (mut gate, intake, [first, second]) = in_review(&world);
    person(&mut gate, &first, "DO-1", ALLOW).unwrap();
    check_refused(
        &mut gate,
        &intake,
        (&second, "DO-1", ALLOW),
        "the next may follow after 30",
    );
    // Ending is a decision as well: a loop over cases is a loop.
    check_refused(
        &mut gate,
        &intake,
        (&second, "DO-1", END),
        "the next may follow after 30",
    );
    // Somebody else's time is their own.
    person(&mut gate, &second, "CO-1", ALLOW).unwrap();
    gate.clock.step(30);
    person(&mut gate, &second, "DO-1", ALLOW).unwrap();
}

#[test]
fn the_time_between_approvals_counts_over_requests() {
    let world = World::new();
    let (mut gate, _, [first, _]) = in_review(&world);
    let other = intake(&world, "REQ-2", vec![sample_row(5, &[])]);
    take_in(&mut gate, &other).unwrap();
    admit(&mut gate, &other.row(7));
    put_to_register(&mut gate, &other.request, "OP-1").unwrap();
    let case = case_of(&mut gate, &other.row(7));
    person(&mut gate, &first, "DO-1", ALLOW).unwrap();
    let error = person(&mut gate, &case, "DO-1", ALLOW).unwrap_err();
    assert!(matches!(error, CaseworkError::TooSoon { .. }), "{error}");
    gate.clock.step(30);
    person(&mut gate, &case, "DO-1", ALLOW).unwrap();
}

#[test]
fn a_synthetic_genesis_may_need_no_time_between() {
    let world = World::with(Changes {
        genesis: |genesis| genesis.approval_gap_seconds = 0,
        ..Changes::default()
    });
    let (mut gate, _, [first, second]) = in_review(&world);
    person(&mut gate, &first, "DO-1", ALLOW).unwrap();
    person(&mut gate, &second, "DO-1", ALLOW).unwrap();
}

#[test]
fn a_lapsed_statement_is_not_signed() {
    let world = World::with(Changes {
        // In place of forty daily notes.
        authority: |authority| authority.until = authority.from.plus(86_400 * 40),
        ..Changes::default()
    });
    let (mut gate, intake, [case, _]) = in_review(&world);
    gate.clock.step(86_400 * 30);
    check_refused(&mut gate, &intake, (&case, "DO-1", ALLOW), "lapsed");
}

#[test]
fn there_is_no_case_of_another_name() {
    let world = World::new();
    let (mut gate, ..) = in_review(&world);
    let case: CaseId = "C-0000000000".parse().unwrap();
    let error = person(&mut gate, &case, "DO-1", ALLOW).unwrap_err();
    assert!(matches!(error, CaseworkError::NoCase(_)), "{error}");
}

/// What somebody is shown of a case, as the JSON a desk would get.
fn shown(gate: &mut Gate<'_>, case: &CaseId, viewer: &str) -> String {
    let view = view::case(&gate.office(), case, &official(viewer)).unwrap();
    serde_json::to_string(&view).unwrap()
}

#[test]
fn the_second_reviewer_sees_nothing_of_the_firsts_decision() {
    let world = World::new();
    let (mut gate, _, [first, second]) = in_review(&world);
    let before = shown(&mut gate, &first, "CO-1");
    person(&mut gate, &first, "DO-1", ALLOW).unwrap();
    gate.clock.step(60);
    person(&mut gate, &second, "DO-1", ALLOW).unwrap();
    let after = shown(&mut gate, &first, "CO-1");
    assert!(
        !before.contains("allow") && !after.contains("allow"),
        "{after}"
    );
    assert!(
        shown(&mut gate, &first, "DO-1").contains("allow verify"),
        "their own they see"
    );
    person(&mut gate, &first, "CO-1", ALLOW).unwrap();
    assert_eq!(
        shown(&mut gate, &first, "CO-1")
            .matches("allow verify")
            .count(),
        2
    );
}

#[test]
fn no_address_on_file_and_no_name_on_file_is_shown() {
    let world = World::new();
    let (mut gate, _, cases) = in_review(&world);
    for case in &cases {
        let text = shown(&mut gate, case, "CO-1");
        assert!(!text.contains(LATEST), "{text}");
        assert!(text.contains("evidence"));
    }
}

#[test]
fn whoever_may_not_know_of_a_case_is_told_there_is_none() {
    let world = World::new();
    let (mut gate, intake, [case, _]) = in_review(&world);
    for viewer in ["SIG-1", "OFF-1001", "OP-1", "INS-1", "CO-9"] {
        let error = view::case(&gate.office(), &case, &official(viewer)).unwrap_err();
        assert!(matches!(error, CaseworkError::NoCase(_)), "{error}");
        let error = view::row(&gate.office(), &intake.row(2), &official(viewer)).unwrap_err();
        assert!(matches!(error, CaseworkError::NoRow(_)), "{error}");
    }
}
