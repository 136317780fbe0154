//! What a sealed bundle opens: commitments, decisions, receipts, and both stages done again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod common;

use common::{
    ANSWERS, Ended, Parts, Story, check, failed, findings, given, part, remove, spec, transcript,
    verified, world,
};
use countersign_verify::Report;
use identity::{
    level::{BirthLevel, TinLevel},
    transcript::Transcript,
};
use instrument::{
    approval::ApprovalDecision,
    bundle::{BundleKind, RequestPart},
    face::FaceDecision,
    leaf::Act,
    receipt::Receipt,
    signed::Signed,
    statement::Question,
    testing::{Request, World, id, key, person_key},
};
use model::{
    answer::{Answer, AnswerCounts, DeclineGround},
    digest::Digest,
    time::Instant,
};

#[test]
fn what_leaves_commit_to_cannot_be_changed_even_by_the_gate() {
    let story = Story::told();
    let with = |change: &dyn Fn(&mut Parts)| story.with(BundleKind::Sealed, |p| change(p));
    verified(&with(&|_| {}));
    let rows = "not those the cover signed for";
    failed(&with(&|p| remove(p, "row/1-4")), "row 1-4", "missing");
    failed(
        &with(&|p| {
            let copy = part(p, "row/1-2").clone();
            let text = String::from_utf8(copy)
                .unwrap()
                .replace("\nrow 2\n", "\nrow 9\n");
            let findings = part(p, "findings/1-2").clone();
            p.push(("request/REQ-1/row/1-9".to_owned(), text.into_bytes()));
            p.push(("request/REQ-1/findings/1-9".to_owned(), findings));
        }),
        "cover",
        rows,
    );
    failed(
        &with(&|p| {
            let text = String::from_utf8(part(p, "row/1-2").clone()).unwrap();
            // Hexadecimal of the row's reason: one letter changed.
            let changed = text.replacen("x496e6469", "x496e6468", 1);
            assert_ne!(changed, text);
            *part(p, "row/1-2") = changed.into_bytes();
        }),
        "cover",
        rows,
    );
}

#[test]
fn decisions_cannot_be_dropped_or_exchanged() {
    let story = Story::told();
    let with = |change: &dyn Fn(&mut Parts)| story.with(BundleKind::Sealed, |p| change(p));
    for name in [
        "face/1-2/1",
        "face/1-2/2",
        "approval/1-2/1",
        "approval/1-2/2",
        "statement/1-2",
        "approval/1-7/1",
    ] {
        assert!(!with(&|p| remove(p, name)).is_verified(), "without {name}");
    }
    failed(
        &with(&|p| remove(p, "approval/1-2/2")),
        "leaf ",
        "nothing in the bundle opens",
    );
    failed(
        &with(&|p| remove(p, "assurance/OFF-1")),
        "row 1-2",
        "has not assured",
    );
    failed(
        &with(&|p| remove(p, "receipt")),
        "receipt",
        "but not in both",
    );
    failed(&with(&|p| part(p, "secret")[0] ^= 1), "secret", "");
    failed(
        &with(&|p| *part(p, "findings/1-5") = b"[]".to_vec()),
        "",
        "",
    );
    failed(
        &with(&|p| *part(p, "findings/1-2") = part(p, "findings/1-5").clone()),
        "",
        "a rejected row was decided on",
    );
    failed(
        &with(&|p| *part(p, "cover") = part(p, "receipt").clone()),
        "cover",
        "",
    );
    let erased = with(&|p| p.retain(|(name, _)| !name.starts_with("request/")));
    verified(&erased);
    assert!(
        erased
            .unchecked
            .keys()
            .any(|what| what.contains("nothing of its request"))
    );
}

#[test]
fn stage_a_is_done_again() {
    // Colluding reviewers, gate and keepers admit a row that the statute rejects, findings hidden.
    let mut story = Story::begun();
    for row in 0..6 {
        story.world.admit(&story.request, row, b"[]");
    }
    let report = story.verify(BundleKind::Sealed);
    failed(&report, "row 1-5", "stage A done again has other findings");
    // Or reject one it admits.
    let mut story = Story::begun();
    let invented = story.findings[3].clone();
    for row in [0, 1, 2, 4, 5] {
        let findings = story.findings[row].clone();
        story.seal_row(RequestPart::Findings, row, findings);
    }
    story
        .world
        .sealed
        .retain(|(name, _)| !name.ends_with("findings/1-2"));
    story
        .world
        .reject(&story.request, &[(0, &invented), (3, &invented)]);
    let report = story.verify(BundleKind::Sealed);
    failed(&report, "row 1-2", "stage A done again has other findings");
    // Or examine another cover, or on another day.
    let story = Story::told();
    let with = |from: &str, to: &str| {
        story.with(BundleKind::Sealed, |p| {
            let text = String::from_utf8(part(p, "examination").clone()).unwrap();
            assert!(text.contains(from));
            *part(p, "examination") = text.replacen(from, to, 1).into_bytes();
        })
    };
    failed(
        &with("\"REQ-1\"", "\"REQ-2\""),
        "examination",
        "another cover",
    );
    failed(
        &with("2026-11-21", "2026-11-22"),
        "examination",
        "later day",
    );
    failed(
        &with("2026-11-21", "2026-11-20"),
        "face",
        "examination of another day",
    );
    let report = story.with(BundleKind::Sealed, |p| remove(p, "examination"));
    assert!(report.unchecked.keys().any(|what| what.contains("stage A")));
}

#[test]
fn an_address_key_the_row_does_not_hold_is_found() {
    let mut world = world();
    let mut cheat = spec(0, Question::Address);
    cheat.address_keys.push(Some(
        "countersign-key-v1|street|9|ELSEWHERE|89501".to_owned(),
    ));
    let request = world.request("REQ-1", vec![cheat]);
    let given = given(world.now.day(), &request);
    world.seal(
        &request,
        RequestPart::Examination,
        "",
        serde_json::to_vec(&given).unwrap(),
    );
    let found = findings(&world, &request, &given);
    world.admit(&request, 0, &serde_json::to_vec(&found[0]).unwrap());
    let report = check(&world.bundle(BundleKind::Sealed).to_bytes());
    failed(&report, "row 1-2", "do not follow from its words");
    assert_eq!(report.failure_count, 1);
}

#[test]
fn stage_b_is_scored_again() {
    let story = Story::told();
    let with = |name: &'static str, other: Transcript| {
        let bytes = serde_json::to_vec(&other).unwrap();
        story.with(BundleKind::Sealed, |p| *part(p, name) = bytes)
    };
    failed(
        &with("transcript/1-2", transcript(Some(3))),
        "transcript 1-2",
        "another record",
    );
    failed(
        &with("transcript/1-2", transcript(None)),
        "transcript 1-2",
        "names nobody",
    );
    let mut weak = transcript(Some(7));
    weak.candidates[0].levels.birth = BirthLevel::Different;
    weak.candidates[0].levels.tin = TinLevel::Different;
    failed(
        &with("transcript/1-2", weak),
        "transcript 1-2",
        "names nobody",
    );
    let mut several = transcript(Some(7));
    several.candidates[0].count = 2;
    several.best = None;
    failed(
        &with("transcript/1-2", several),
        "transcript 1-2",
        "names nobody",
    );
    for name in ["transcript/1-2", "transcript/1-4"] {
        let mut larger = transcript(Some(7));
        larger.people += 1;
        let place = name.replace('/', " ");
        failed(&with(name, larger), &place, "of a register of 4 people");
    }
    let report = with("transcript/1-4", transcript(Some(3)));
    assert!(
        report
            .unchecked
            .keys()
            .any(|what| what.contains("got no statement"))
    );
    let mut other = transcript(Some(7));
    other.model = "x".to_owned();
    let report = with("transcript/1-2", other);
    assert!(report.unchecked.keys().any(|what| what.contains("stage B")));
    let report = story.with(BundleKind::Sealed, |p| {
        *part(p, "transcript/1-2") = b"{}".to_vec()
    });
    failed(&report, "transcript 1-2", "cannot be read");
}

#[test]
fn receipts_follow_from_the_decisions() {
    let honest = Story::decided();
    let receipt = |answers: &[Answer]| {
        let mut story = Story {
            world: honest.world.clone(),
            request: honest.request.clone(),
            findings: Vec::new(),
        };
        story.world.issue(&story.request, answers);
        story.verify(BundleKind::Sealed)
    };
    verified(&receipt(&ANSWERS));
    let swapped = |at: usize, answer: Answer| {
        let mut answers = ANSWERS;
        answers[at] = answer;
        receipt(&answers)
    };
    // One allowed answer may stay unsaid; more may not be said than was allowed.
    verified(&swapped(1, Answer::NoDisclosure));
    verified(&swapped(1, Answer::Confirmed));
    let words = "do not follow from what was decided";
    failed(&swapped(0, Answer::Disclosed), "receipt", words);
    failed(&swapped(2, Answer::Confirmed), "receipt", words);
    failed(&swapped(3, Answer::NoDisclosure), "receipt", words);
    failed(&swapped(4, Answer::Rejected), "receipt", words);
    failed(&swapped(1, Answer::Pending), "receipt", words);
    // Another receipt than the leaf commits to, signed by the gate.
    let story = Story::told();
    let report = story.with(BundleKind::Sealed, |p| {
        let text = String::from_utf8(part(p, "receipt").clone()).unwrap();
        let signed: Signed<Receipt> = Signed::parse(&text).unwrap();
        let mut document = signed.document().clone();
        document.counts = AnswerCounts::count(
            6,
            ANSWERS.map(|a| {
                if a == Answer::Disclosed {
                    Answer::NoDisclosure
                } else {
                    a
                }
            }),
        );
        let again = Signed::sign(document, &[&key("gate.example", "gate")]).unwrap();
        *part(p, "receipt") = again.render().into_bytes();
    });
    failed(&report, "receipt", "another receipt");
}

/// A request of one row whose decisions are spoilt before anything is logged.
fn one_row(decide: impl Fn(&mut World, &Request, &[u8])) -> Report {
    let mut world = world();
    let request = world.request("REQ-1", vec![spec(0, Question::Address)]);
    let given = given(world.now.day(), &request);
    world.seal(
        &request,
        RequestPart::Examination,
        "",
        serde_json::to_vec(&given).unwrap(),
    );
    let found = serde_json::to_vec(&findings(&world, &request, &given)[0]).unwrap();
    decide(&mut world, &request, &found);
    check(&world.bundle(BundleKind::Sealed).to_bytes())
}

fn open_with(reviewers: [&'static str; 2], ago: [u64; 2]) -> Report {
    one_row(|world, request, findings| {
        world.admit(request, 0, findings);
        let statement = world.statement(request, 0, 7, 0);
        let decision = ApprovalDecision::Allow(Question::Address);
        let approvals = [0, 1].map(|at| {
            let signed_at = Instant(world.now.0 - ago[at]);
            world.approval(&statement, reviewers[at], decision, signed_at)
        });
        world.matter(request, 0, &statement, &approvals);
    })
}

#[test]
fn decisions_are_two_peoples_in_time() {
    verified(&open_with(["DO-1", "CO-1"], [300, 200]));
    failed(
        &open_with(["DO-1", "DO-2"], [300, 200]),
        "row 1-2",
        "one person, or one role, decided twice",
    );
    failed(
        &open_with(["DO-1", "DO-1"], [300, 200]),
        "row 1-2",
        "one person, or one role, decided twice",
    );
    failed(
        &open_with(["DO-1", "CO-1"], [300, 900]),
        "approval 1-2",
        "while the statement stood",
    );
}

#[test]
fn face_decisions_are_two_peoples_in_time() {
    // Face decisions: signed after the leaf's day; by one person; on other findings; by nobody.
    let faces = |change: &dyn Fn(&mut instrument::face::Face), signer: &str| {
        one_row(|world, request, findings| {
            let mut notes = Vec::new();
            for (k, name) in [(1, "DO-1"), (2, "CO-1")] {
                let good = world.face(request, 0, name, FaceDecision::Admit, findings);
                let mut face = good.document().clone();
                if k == 2 {
                    change(&mut face);
                }
                let by = if k == 2 { signer } else { "DO-1" };
                let note = Signed::sign(face, &[&person_key(by)]).unwrap();
                world.seal(
                    request,
                    RequestPart::Face,
                    &format!("1-2/{k}"),
                    note.render(),
                );
                notes.push(note.note_digest());
            }
            world.seal(request, RequestPart::Findings, "1-2", findings);
            let commitment = request
                .commitments()
                .admitted((1, 2), &request.leaf(0), &notes);
            let act = world.row_act(request, 0, ["DO-1", "CO-1"], commitment);
            world.log(Act::Admitted(act));
        })
    };
    verified(&faces(&|_| {}, "CO-1"));
    failed(
        &faces(&|_| {}, "CO-2"),
        "face 1-2",
        "no key the reviewer had",
    );
    failed(
        &faces(&|f| f.signed_at = f.signed_at.plus(86_400), "CO-1"),
        "face 1-2",
        "between the request's leaf and its own",
    );
    failed(
        &faces(&|f| f.signed_at = Instant(f.signed_at.0 - 86_400), "CO-1"),
        "face 1-2",
        "between the request's leaf and its own",
    );
    failed(
        &faces(&|f| f.findings = Digest::of(b"x"), "CO-1"),
        "face 1-2",
        "other findings",
    );
    failed(
        &faces(&|f| f.leaf = Digest::of(b"x"), "CO-1"),
        "face 1-2",
        "other words",
    );
    failed(
        &faces(&|f| f.reviewer = id("CO-2"), "CO-2"),
        "leaf ",
        "other people than decided",
    );
    failed(
        &faces(
            &|f| f.decision = FaceDecision::Decline(DeclineGround::StayOrOrder),
            "CO-1",
        ),
        "leaf ",
        "nothing in the bundle opens",
    );
}

#[test]
fn approvals_of_one_reviewer_are_apart() {
    let mut story = Story::begun();
    let rejected = story.findings[3].clone();
    story.world.reject(&story.request, &[(3, &rejected)]);
    for row in [0, 1, 2, 4, 5] {
        let findings = story.findings[row].clone();
        story.world.admit(&story.request, row, &findings);
    }
    story.allow(0, 7, 300);
    story.allow(1, 8, 270);
    verified(&story.verify(BundleKind::Sealed));
    story.allow(2, 9, 250);
    failed(
        &story.verify(BundleKind::Sealed),
        "reviewer DO-1",
        "too near",
    );
}

#[test]
fn statements_are_about_their_row() {
    let with = |change: &dyn Fn(&mut instrument::statement::Statement)| {
        one_row(|world, request, findings| {
            world.admit(request, 0, findings);
            let mut statement = world.statement(request, 0, 7, 0);
            change(&mut statement);
            let approvals = world.approvals(&statement);
            world.matter(request, 0, &statement, &approvals);
        })
    };
    verified(&with(&|_| {}));
    let row = "another row, request, officer";
    failed(&with(&|s| s.officer = id("OFF-2")), "statement 1-2", row);
    failed(&with(&|s| s.row.row = 3), "statement 1-2", row);
    failed(
        &with(&|s| s.row_leaf = Digest::of(b"x")),
        "statement 1-2",
        row,
    );
    failed(&with(&|s| s.cover = Digest::of(b"x")), "statement 1-2", row);
    failed(
        &with(&|s| s.policy = Digest::of(b"x")),
        "statement 1-2",
        row,
    );
    failed(
        &with(&|s| s.log_origin = id("x.example/log")),
        "statement 1-2",
        row,
    );
    failed(
        &with(&|s| s.question = Question::Verify),
        "statement 1-2",
        "another question",
    );
    failed(
        &with(&|s| {
            s.periods.pop();
        }),
        "statement 1-2",
        "other periods",
    );
    failed(
        &with(&|s| s.register = id("R-9")),
        "statement 1-2",
        "not in the log",
    );
    failed(
        &with(&|s| s.certificate = Digest::of(b"x")),
        "statement 1-2",
        "not in the log",
    );
}

/// A case is silent because somebody ended it or its time ran out, not because a database says so.
#[test]
fn a_case_that_nobody_ended_is_found() {
    let mut story = Story::decided_where(Ended::ByNobody);
    story.world.issue(&story.request, &ANSWERS);
    let report = story.verify(BundleKind::Sealed);
    failed(&report, "statement", "nobody ended this case");
}

/// An older bundle signed again as if it were made now hides what came since.
#[test]
fn cosignatures_older_than_the_bundle_do_not_count() {
    let mut story = Story::told();
    let parts = story.parts(BundleKind::Public);
    let report = check(
        &story
            .world
            .index(BundleKind::Public, parts.clone())
            .to_bytes(),
    );
    assert!(report.is_verified());
    story.world.now = Instant(story.world.now.0 + 3_600);
    let report = check(&story.world.index(BundleKind::Public, parts).to_bytes());
    failed(&report, "checkpoint", "");
}
