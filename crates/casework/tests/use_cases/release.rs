//! Releasing a request, issuing its answers, and the auditor's bundle.
//!
//! Place in the flow: the last steps.
//!
//! Left to others: workbooks (answer), checking the bundle (verify).

use std::{cell::RefCell, rc::Rc};

use casework::{
    error::CaseworkError,
    record::RequestState,
    state::RowState,
    use_case::{
        audit_bundle::{BundleInput, audit_bundle},
        release::{ReleaseInput, issue, issued_receipt, release},
    },
};
use instrument::{
    approval::ApprovalDecision,
    archive::Archive,
    bundle::{BUNDLE, BundleIndex, BundleKind, CHECKPOINT, INDEX, LEAVES, RequestPart},
    face::FaceDecision,
    leaf::{Act, LEAF_BYTES},
    signed::Signed,
    statement::Question,
};
use model::{
    answer::{Answer, DeclineGround},
    column::Column,
    digest::Digest,
    fault::{ExitStatus, Explain as _, Fault},
};

use crate::{
    ports::{Faults, Gate, Way},
    register::LATEST,
    scenario::{
        Intake, admit, case_of, face, go, intake, issue_all, kept, load, open_all, outcome, person,
        put_to_register, sample_row, six_rows, take_in, write_responses,
    },
    world::{Changes, World, gate_key, key_of, official},
};

const VERIFY: ApprovalDecision = ApprovalDecision::Allow(Question::Verify);
const ADDRESS: ApprovalDecision = ApprovalDecision::Allow(Question::Address);

/// A request of these rows, all admitted, identified, and decided on by DO-1 and CO-1.
fn decided<'w>(
    world: &'w World,
    rows: Vec<model::row::Row>,
    decisions: [ApprovalDecision; 2],
) -> (Gate<'w>, Intake) {
    let mut gate = Gate::new(world);
    let intake = intake(world, "REQ-1", rows);
    take_in(&mut gate, &intake).unwrap();
    for row in &intake.rows {
        admit(&mut gate, &intake.row(row.row));
    }
    put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    for row in &intake.rows {
        for (who, decision) in ["DO-1", "CO-1"].into_iter().zip(decisions) {
            gate.clock.step(60);
            let case = case_of(&mut gate, &intake.row(row.row));
            person(&mut gate, &case, who, decision).unwrap();
        }
    }
    (gate, intake)
}

fn tobias(asks: &str) -> Vec<model::row::Row> {
    vec![sample_row(1, &[(Column::AsksFor, asks)])]
}

/// What is told of Tobias, who has moved: with this question and these approvals.
#[track_caller]
fn check_told(asks: &str, decisions: [ApprovalDecision; 2], expected: Answer) {
    let world = World::new();
    let (mut gate, intake) = decided(&world, tobias(asks), decisions);
    let released = open_all(&mut gate, &intake.request).unwrap();
    assert_eq!(released.rows[0].answer, expected);
    let lines = released.rows[0]
        .disclosed
        .as_ref()
        .map(|(address, _)| address.lines());
    assert_eq!(lines.is_some(), expected == Answer::Disclosed);
    if let Some(lines) = lines {
        assert!(lines.iter().any(|line| line.contains(LATEST)), "{lines:?}");
        assert_eq!(
            released.rows[0].disclosed.as_ref().unwrap().1.to_string(),
            "2024"
        );
    }
}

#[test]
fn an_address_is_told_only_where_it_was_asked_for_and_both_allow_it() {
    check_told("address", [ADDRESS, ADDRESS], Answer::Disclosed);
    check_told("address", [ADDRESS, VERIFY], Answer::NoDisclosure);
    check_told("address", [VERIFY, ADDRESS], Answer::NoDisclosure);
    check_told("verify", [ADDRESS, ADDRESS], Answer::NoDisclosure);
    check_told("verify", [VERIFY, VERIFY], Answer::NoDisclosure);
}

#[test]
fn whoever_gave_the_latest_address_is_told_so_and_nothing_more() {
    let world = World::new();
    for asks in ["verify", "address"] {
        let rows = vec![sample_row(0, &[(Column::AsksFor, asks)])];
        let (mut gate, intake) = decided(&world, rows, [ADDRESS, ADDRESS]);
        let released = open_all(&mut gate, &intake.request).unwrap();
        assert_eq!(released.rows[0].answer, Answer::Confirmed);
        assert!(released.rows[0].disclosed.is_none());
        assert!(!gate.faults.calls.borrow().contains(&"records.sealed_entry"));
    }
}

#[test]
fn answers_add_up_and_the_request_closes() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", six_rows());
    let receipt = go(&mut gate, &intake).unwrap();
    let outcome = outcome(&mut gate, &intake.request);
    assert_eq!(outcome.counts, receipt.document().counts);
    assert_eq!(outcome.counts.rows, 6);
    assert!(outcome.counts.is_conserved());
    let loaded = load(&mut gate, &intake.request).unwrap();
    assert_eq!(loaded.request.state, RequestState::Issued);
}

/// A release that is refused opens nothing and issues nothing.
#[track_caller]
fn check_refused(gate: &mut Gate<'_>, intake: &Intake, status: ExitStatus, words: &str) {
    let openings = gate.durable.borrow().openings.len();
    let error = open_all(gate, &intake.request).unwrap_err();
    let text = format!("{error}: {error:?}");
    assert!(text.contains(words), "{text}");
    assert_eq!(ExitStatus::from(error.fault()), status, "{text}");
    assert_eq!(gate.durable.borrow().openings.len(), openings);
    let loaded = load(gate, &intake.request).unwrap();
    assert_eq!(loaded.request.state, RequestState::Received);
}

#[test]
fn nothing_issues_while_a_row_is_undecided() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", six_rows());
    take_in(&mut gate, &intake).unwrap();
    check_refused(
        &mut gate,
        &intake,
        ExitStatus::Refused,
        "5 rows are not decided yet",
    );
    for row in [2, 3, 6, 7] {
        admit(&mut gate, &intake.row(row));
    }
    let decline = FaceDecision::Decline(DeclineGround::OffenceNotComplete);
    face(&mut gate, &intake.row(5), "DO-1", decline).unwrap();
    check_refused(
        &mut gate,
        &intake,
        ExitStatus::Refused,
        "4 rows are not decided yet",
    );
    put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    check_refused(
        &mut gate,
        &intake,
        ExitStatus::Refused,
        "3 rows are not decided yet",
    );
    let matters = |gate: &Gate<'_>| {
        let leaves = gate.durable.borrow().leaves();
        leaves
            .iter()
            .filter(|leaf| matches!(leaf.act, Act::Matter(_)))
            .count()
    };
    assert_eq!(matters(&gate), 0);
}

#[test]
fn answers_wait_for_their_day() {
    let world = World::with(Changes {
        agreement: |agreement| agreement.answer_days = 1,
        ..Changes::default()
    });
    let (mut gate, intake) = decided(&world, tobias("address"), [ADDRESS, ADDRESS]);
    check_refused(
        &mut gate,
        &intake,
        ExitStatus::Refused,
        "issue on 2026-11-22",
    );
    gate.clock.step(12 * 3600);
    let released = open_all(&mut gate, &intake.request).unwrap();
    assert_eq!(released.issued_on, "2026-11-22".parse().unwrap());
}

#[test]
fn only_the_operator_releases() {
    let world = World::new();
    let (mut gate, intake) = decided(&world, tobias("address"), [ADDRESS, ADDRESS]);
    for somebody in ["DO-1", "CO-1", "SIG-1", "INS-1", "OFF-1001"] {
        let port = gate.port();
        let input = ReleaseInput {
            operator: &official(somebody),
            records: &port,
            keepers: &port,
            sets: &world.delivery.sets,
        };
        let error = release(&mut gate.office(), &intake.request, &input).unwrap_err();
        assert!(
            matches!(error, CaseworkError::NotPermitted { .. }),
            "{error}"
        );
    }
    assert!(gate.durable.borrow().openings.is_empty());
}

#[test]
fn fewer_keepers_than_the_quorum_open_nothing_and_lose_nothing() {
    let world = World::new();
    let (mut gate, intake) = decided(&world, tobias("address"), [ADDRESS, ADDRESS]);
    gate.take_away(&[0, 3]);
    check_refused(&mut gate, &intake, ExitStatus::Unavailable, "the log");
    let matters = gate.durable.borrow().leaves().len();
    gate.take_away(&[3]);
    let released = open_all(&mut gate, &intake.request).unwrap();
    assert_eq!(released.rows[0].answer, Answer::Disclosed);
    assert_eq!(
        gate.durable.borrow().leaves().len(),
        matters,
        "no leaf twice"
    );
}

#[test]
fn a_budget_defers_what_it_does_not_allow_and_the_rest_is_logged() {
    let world = World::with(Changes {
        agreement: |agreement| agreement.budgets.openings_per_day = 1,
        ..Changes::default()
    });
    let rows = vec![sample_row(0, &[]), sample_row(5, &[])];
    let (mut gate, intake) = decided(&world, rows, [VERIFY, VERIFY]);
    check_refused(
        &mut gate,
        &intake,
        ExitStatus::Refused,
        "deferred on 2026-11-21",
    );
    check_refused(
        &mut gate,
        &intake,
        ExitStatus::Refused,
        "deferred on 2026-11-21",
    );
    gate.clock.step(12 * 3600);
    issue_all(&mut gate, &intake.request).unwrap();
    let outcome = outcome(&mut gate, &intake.request);
    assert_eq!((outcome.counts.confirmed, outcome.acts["matter"]), (2, 2));
}

#[test]
fn a_case_that_nobody_finished_lapses() {
    let world = World::with(Changes {
        // In place of forty daily notes.
        authority: |authority| authority.until = authority.from.plus(86_400 * 40),
        ..Changes::default()
    });
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", six_rows()[..2].to_vec());
    take_in(&mut gate, &intake).unwrap();
    for row in [2, 3] {
        admit(&mut gate, &intake.row(row));
    }
    put_to_register(&mut gate, &intake.request, "OP-1").unwrap();
    // Row 2: one of two has decided. Row 3: both have, and the answers did not issue in time.
    let cases = [2, 3].map(|row| case_of(&mut gate, &intake.row(row)));
    person(&mut gate, &cases[0], "DO-1", VERIFY).unwrap();
    gate.clock.step(60);
    for who in ["DO-1", "CO-1"] {
        person(&mut gate, &cases[1], who, ADDRESS).unwrap();
    }
    check_refused(
        &mut gate,
        &intake,
        ExitStatus::Refused,
        "1 rows are not decided yet",
    );
    gate.clock.step(86_400 * 30);
    issue_all(&mut gate, &intake.request).unwrap();
    let [first, second] = [2, 3].map(|row| kept(&mut gate, &intake.row(row)));
    assert_eq!((first.state, first.lapsed), (RowState::Ended, true));
    assert_eq!(second.state, RowState::Approved);
    assert_eq!(
        [first.answer, second.answer],
        [Some(Answer::NoDisclosure); 2]
    );
    assert!(gate.durable.borrow().openings.is_empty());
}

#[test]
fn answers_issue_once() {
    let world = World::new();
    let (mut gate, intake) = decided(&world, tobias("address"), [ADDRESS, ADDRESS]);
    let operator = official("OP-1");
    assert!(
        issued_receipt(&mut gate.office(), &intake.request, &operator)
            .unwrap()
            .is_none()
    );
    let released = open_all(&mut gate, &intake.request).unwrap();
    let responses = write_responses(&gate, &released);
    let receipt = issue(
        &mut gate.office(),
        &released,
        responses.clone(),
        &gate_key(),
    )
    .unwrap();
    let leaves = gate.durable.borrow().leaves();
    let error = open_all(&mut gate, &intake.request).unwrap_err();
    assert!(matches!(error, CaseworkError::Issued(_)), "{error}");
    let other = vec![(official("OFF-1001"), Digest::of(b"another response"))];
    let error = issue(&mut gate.office(), &released, other, &gate_key()).unwrap_err();
    assert!(matches!(error, CaseworkError::Issued(_)), "{error}");
    assert_eq!(error.fault(), Fault::Refused);
    let again = issued_receipt(&mut gate.office(), &intake.request, &operator).unwrap();
    assert_eq!(again, Some(receipt));
    assert_eq!(gate.durable.borrow().leaves(), leaves);
    let error = issued_receipt(&mut gate.office(), &intake.request, &official("DO-1"));
    assert!(matches!(error, Err(CaseworkError::NotPermitted { .. })));
}

/// Two processes release at once, and the first ends between its `issued` leaf and the database: the
/// second must not sign a second receipt.
#[test]
fn a_second_process_does_not_issue_again() {
    let world = World::new();
    let (gate, intake) = decided(&world, tobias("address"), [ADDRESS, ADDRESS]);
    let process = |faults| Gate::open(&world, &gate.durable, &gate.clock, faults);
    let released = open_all(&mut process(Faults::none()), &intake.request).unwrap();
    let responses = write_responses(&gate, &released);
    let copy = Rc::new(RefCell::new(gate.durable.borrow().clone()));
    let mut trial = Gate::open(&world, &copy, &gate.clock, Faults::none());
    issue(
        &mut trial.office(),
        &released,
        responses.clone(),
        &gate_key(),
    )
    .unwrap();
    let calls = trial.faults.calls.take();
    let close = calls
        .iter()
        .rposition(|name| *name == "store.replace_request");
    let mut first = process(Faults::at(close.unwrap(), Way::Before));
    issue(&mut first.office(), &released, responses, &gate_key()).unwrap_err();
    let leaves = gate.durable.borrow().leaves();
    let mut second = process(Faults::none());
    let other = vec![(official("OFF-1001"), Digest::of(b"another response"))];
    let error = issue(&mut second.office(), &released, other, &gate_key()).unwrap_err();
    assert!(matches!(error, CaseworkError::Issued(_)), "{error}");
    assert_eq!(gate.durable.borrow().leaves(), leaves);
    issue_all(&mut second, &intake.request).unwrap();
    assert_eq!(outcome(&mut second, &intake.request).acts["issued"], 1);
}

/// A database put back from before the issue answers nobody a second time.
#[test]
fn a_database_older_than_the_log_answers_nothing() {
    let world = World::new();
    let (mut gate, intake) = decided(&world, tobias("address"), [ADDRESS, VERIFY]);
    let older = gate.durable.borrow().requests.clone();
    issue_all(&mut gate, &intake.request).unwrap();
    let leaves = gate.durable.borrow().leaves();
    gate.durable.borrow_mut().requests = older;
    let error = issue_all(&mut gate, &intake.request).unwrap_err();
    assert_eq!(error.fault(), Fault::Integrity, "{error:?}");
    assert_eq!(gate.durable.borrow().leaves(), leaves);
}

/// What the database says of a row is not believed: its state follows from signed notes.
#[test]
fn a_row_changed_by_hand_stops_the_release() {
    let world = World::new();
    let (gate, intake) = decided(&world, tobias("address"), [ADDRESS, VERIFY]);
    let check = |change: fn(&mut casework::record::RowRecord)| {
        let copy = Rc::new(RefCell::new(gate.durable.borrow().clone()));
        change(&mut copy.borrow_mut().requests[0].1[0]);
        let mut gate = Gate::open(&world, &copy, &gate.clock, Faults::none());
        let error = open_all(&mut gate, &intake.request).unwrap_err();
        assert!(gate.durable.borrow().openings.is_empty());
        error
    };
    let damaged = |error: CaseworkError| assert_eq!(error.fault(), Fault::Integrity, "{error:?}");
    damaged(check(|row| row.state = RowState::Ended));
    damaged(check(|row| row.approvals.truncate(1)));
    damaged(check(|row| row.approvals.clear()));
    damaged(check(|row| row.faces.truncate(1)));
    damaged(check(|row| {
        row.approvals.truncate(1);
        row.lapsed = true;
        row.state = RowState::Ended;
    }));
    damaged(check(|row| {
        row.statement.as_mut().unwrap().question = Question::Verify
    }));
    damaged(check(|row| row.opening.sheet = 2));
    damaged(check(|row| row.statement.as_mut().unwrap().record.0 = 0));
    // Notes of the right words, signed by somebody else.
    damaged(check(|row| {
        let approval = row.approvals[1].document().clone();
        row.approvals[1] = Signed::sign(approval, &[&key_of("DO-1")]).unwrap();
    }));
    damaged(check(|row| {
        let face = row.faces[0].document().clone();
        row.faces[0] = Signed::sign(face, &[&key_of("CO-9")]).unwrap();
    }));
    let stranger = check(|row| {
        let mut face = row.faces[0].document().clone();
        face.reviewer = official("CO-9");
        face.role = model::role::Role::Counsel;
        row.faces[0] = Signed::sign(face, &[&key_of("CO-9")]).unwrap();
    });
    assert!(
        matches!(stranger, CaseworkError::NotPermitted { .. }),
        "{stranger}"
    );
}

#[test]
fn a_bundle_opens_only_to_whom_it_may() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", six_rows());
    go(&mut gate, &intake).unwrap();
    for (who, kind, may) in [
        ("OP-1", BundleKind::Public, true),
        ("INS-1", BundleKind::Public, true),
        ("INS-1", BundleKind::Sealed, true),
        ("OP-1", BundleKind::Sealed, false),
        ("DO-1", BundleKind::Sealed, false),
        ("SIG-1", BundleKind::Public, false),
    ] {
        let bundle = bundle(&mut gate, who, kind);
        assert_eq!(bundle.is_ok(), may, "{who} {kind:?}");
    }
}

fn bundle(gate: &mut Gate<'_>, who: &str, kind: BundleKind) -> Result<Archive, CaseworkError> {
    let head = gate.office().log.cosigned_head().unwrap();
    let leaves = gate.durable.borrow().entries();
    let world = gate.world;
    let input = BundleInput {
        official: &official(who),
        kind,
        genesis: &world.genesis,
        authorities: std::slice::from_ref(&world.documents.authority),
        certificates: std::slice::from_ref(&world.certificate),
        head: &head,
        leaves,
        gate: &gate_key(),
    };
    let bytes = audit_bundle(&gate.office(), input)?;
    Ok(Archive::parse(&bytes, BUNDLE).unwrap())
}

#[test]
fn a_public_bundle_holds_no_word_of_a_row_and_a_sealed_one_holds_all() {
    let world = World::new();
    let mut gate = Gate::new(&world);
    let intake = intake(&world, "REQ-1", six_rows());
    let receipt = go(&mut gate, &intake).unwrap();
    let public = bundle(&mut gate, "OP-1", BundleKind::Public).unwrap();
    let text = String::from_utf8_lossy(&public.to_bytes()).into_owned();
    for word in ["Mariela", "Marlin", "REQ-1", "OFF-1001 verify", LATEST] {
        assert!(!text.contains(word), "{word}");
    }
    let leaves = gate.durable.borrow().leaves().len();
    assert_eq!(public.bytes(LEAVES).unwrap().len(), leaves * LEAF_BYTES);
    assert!(
        public
            .text(CHECKPOINT)
            .unwrap()
            .contains(&format!("\n{leaves}\n"))
    );

    let sealed = bundle(&mut gate, "INS-1", BundleKind::Sealed).unwrap();
    let index: Signed<BundleIndex> = Signed::parse(sealed.text(INDEX).unwrap()).unwrap();
    index.verify(&gate_key().verifier().into()).unwrap();
    for (digest, name) in &index.document().parts {
        assert_eq!(Digest::of(sealed.bytes(name).unwrap()), *digest, "{name}");
    }
    assert_eq!(index.document().parts.len() + 1, sealed.parts().count());
    let kept = RequestPart::Receipt.name(&intake.request, "");
    assert_eq!(sealed.text(&kept).unwrap(), receipt.render());
    for row in 2..=7 {
        let part = RequestPart::Row.name(&intake.request, &RequestPart::row(1, row));
        assert!(sealed.get(&part).is_some(), "{part}");
    }
    let text = String::from_utf8_lossy(&sealed.to_bytes()).into_owned();
    assert!(
        !text.contains(LATEST),
        "what was disclosed is in the response alone"
    );
}
