//! What anybody can check: parts, documents, order, budgets and counts; and the program itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod common;

use common::{Parts, Story, check, failed, remove, spec, verified, world};
use countersign_verify::{Options, Report, verify};
use instrument::{
    agreement::Agreement,
    authority::Suspension,
    bundle::{BundleKind, RequestPart},
    leaf::{Act, Leaf, RowAct, Tag},
    signed::Signed,
    statement::Question,
    testing::{id, key, person_key},
};
use model::digest::Digest;
use statute::statute_book;

#[test]
fn a_whole_story_is_verified_public_and_sealed() {
    let story = Story::told();
    let public = story.verify(BundleKind::Public);
    verified(&public);
    let totals = public.totals;
    assert_eq!(
        (
            totals.requests,
            totals.issued,
            totals.rows,
            totals.rejected,
            totals.declined,
            totals.answered
        ),
        (1, 1, 6, 1, 1, 4)
    );
    assert!(public.unchecked.keys().any(|what| what.contains("public")));
    let sealed = story.verify(BundleKind::Sealed);
    verified(&sealed);
    let count = |what: &str| sealed.checked.get(what).copied().unwrap_or(0);
    assert_eq!(
        count("rows whose stage A was done again with the same findings"),
        6
    );
    assert_eq!(count("transcripts scored again with the same outcome"), 4);
    assert_eq!(count("commitments of leaves recomputed"), 12);
    assert_eq!(
        sealed.unchecked.keys().collect::<Vec<_>>(),
        ["whose genesis this is: no digest was given"]
    );
    let text = sealed.to_string();
    assert!(
        text.ends_with("VERIFIED\n") && text.contains("SYNTHETIC"),
        "{text}"
    );
    assert_eq!(sealed.to_json()["verified"], true);
    for secret in ["Quintero", "Marlin", "666-12"] {
        assert!(!text.contains(secret));
    }
}

#[test]
fn stories_that_are_not_at_their_end_are_verified_too() {
    let story = Story::begun();
    // Nothing was decided, but row 3 is deficient: its refusal must be in the log.
    let mut begun = story;
    for (row, findings) in begun.findings.clone().iter().enumerate() {
        begun.seal_row(RequestPart::Findings, row, findings.clone());
    }
    failed(
        &begun.verify(BundleKind::Sealed),
        "refusals",
        "no leaf says so",
    );
    verified(&begun.verify(BundleKind::Public));
    let story = Story::decided();
    let report = story.verify(BundleKind::Sealed);
    verified(&report);
    assert_eq!(report.totals.pending, 6);
}

#[test]
fn the_auditors_genesis_digest_decides() {
    let story = Story::told();
    let bytes = story.world.bundle(BundleKind::Public).to_bytes();
    let with = |digest| {
        verify(
            &bytes,
            &Options {
                genesis_digest: Some(digest),
            },
        )
    };
    verified(&with(story.world.root()));
    failed(&with(Digest::of(b"x")), "part genesis", "another digest");
}

#[test]
fn any_changed_byte_fails() {
    let story = Story::told();
    let bytes = story.world.bundle(BundleKind::Sealed).to_bytes();
    for position in (0..bytes.len()).step_by(bytes.len() / 150) {
        let mut bad = bytes.clone();
        bad[position] ^= 1;
        assert!(!check(&bad).is_verified(), "byte {position}");
    }
    assert!(!check(&bytes[..bytes.len() - 1]).is_verified());
    assert!(!check(&[bytes.as_slice(), b"x"].concat()).is_verified());
    assert!(!check(b"countersign/archive/v1 bundle\n").is_verified());
}

#[test]
fn parts_and_index_are_the_same() {
    let story = Story::told();
    let bundle = story.world.bundle(BundleKind::Sealed);
    let rebuilt = |change: &dyn Fn(&mut Parts)| {
        let mut parts: Parts = bundle
            .parts()
            .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
            .collect();
        change(&mut parts);
        let mut archive = instrument::archive::Archive::new("bundle");
        for (name, bytes) in parts {
            archive.add(&name, bytes);
        }
        check(&archive.to_bytes())
    };
    verified(&rebuilt(&|_| {}));
    let index = "the index does not name this part";
    failed(&rebuilt(&|p| p.swap(5, 6)), "part ", index);
    failed(&rebuilt(&|p| p[7].1.push(b' ')), "part ", index);
    failed(
        &rebuilt(&|p| {
            p.pop();
        }),
        "part ",
        "it is missing",
    );
    failed(
        &rebuilt(&|p| p.push(("more".to_owned(), vec![]))),
        "part more",
        index,
    );
    failed(
        &rebuilt(&|p| {
            p.remove(0);
        }),
        "part index",
        "missing",
    );
    // Signed by somebody else than the gate.
    let other = |p: &mut Parts| {
        let text = String::from_utf8(p[0].1.clone()).unwrap();
        let signed: Signed<instrument::bundle::BundleIndex> = Signed::parse(&text).unwrap();
        let forged = Signed::sign(signed.document().clone(), &[&key("other", "gate")]).unwrap();
        p[0].1 = forged.render().into_bytes();
    };
    failed(
        &rebuilt(&|p| other(p)),
        "part index",
        "countersign/gate/bundle/v1",
    );
    let report = story.with(BundleKind::Sealed, |p| {
        p.push(("notes/x".to_owned(), vec![1]))
    });
    failed(&report, "part notes/x", "does not belong");
    let mut public = story.parts(BundleKind::Public);
    public.push(("request/REQ-1/secret".to_owned(), vec![b'0'; 64]));
    let report = check(&story.world.index(BundleKind::Public, public).to_bytes());
    failed(&report, "request/REQ-1/secret", "does not belong");
}

/// A note signed anew by these keys only.
fn resign(name: &'static str, keys: &'static [(&str, &str)]) -> impl Fn(&mut Parts) {
    move |parts: &mut Parts| {
        let (_, bytes) = parts.iter_mut().find(|(found, _)| found == name).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (text, _) = text.split_once("\n\n").unwrap();
        let text = format!("{text}\n");
        let mut note = note::Note::unsigned(text.clone()).unwrap();
        let line = text.lines().next().unwrap();
        let context = note::Context::document_of(line).unwrap();
        for (holder, use_word) in keys {
            let line = key(holder, use_word).sign(&context, &text).unwrap();
            note.add(line).unwrap();
        }
        *bytes = note.render().into_bytes();
    }
}

#[test]
fn a_signed_certificate_must_follow_from_its_counts() {
    let story = Story::told();
    let better = |parts: &mut Parts| {
        let (_, bytes) = parts
            .iter_mut()
            .find(|(name, _)| name == "certificate/CAL-1")
            .unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let changed = text.replacen(" 0 1034\n", " 0 34\n", 1);
        assert_ne!(text, changed);
        *bytes = changed.into_bytes();
        resign("certificate/CAL-1", &[("lab", "certificate")])(parts);
    };
    failed(
        &story.with(BundleKind::Public, better),
        "certificate/CAL-1",
        "does not follow from its counts",
    );
}

#[test]
fn documents_are_signed_logged_and_present() {
    let story = Story::told();
    let with = |change: &dyn Fn(&mut Parts)| story.with(BundleKind::Public, |p| change(p));
    failed(
        &with(&|p| remove(p, "agreement/MOU-1")),
        "leaf 5",
        "not in the bundle",
    );
    failed(
        &with(&|p| remove(p, "authority/2")),
        "leaf 6",
        "not in the bundle",
    );
    failed(
        &with(&|p| remove(p, "certificate/CAL-1")),
        "leaf 4",
        "not in the bundle",
    );
    failed(
        &with(&resign("authority/3", &[("a1", "authority")])),
        "authority/3",
        "1 of 2",
    );
    failed(
        &with(&resign("agreement/MOU-1", &[("SIG-1", "official")])),
        "agreement/MOU-1",
        "0 of 1",
    );
    failed(
        &with(&resign("agreement/MOU-1", &[("OWN-1", "official")])),
        "agreement/MOU-1",
        "0 of 1",
    );
    let manifest = "manifest/R-0011223344556677-1";
    failed(
        &with(&resign(
            "manifest/R-0011223344556677-1",
            &[("builder", "official")],
        )),
        manifest,
        "0 of 1",
    );
    failed(
        &with(&resign(
            "manifest/R-0011223344556677-1",
            &[("OWN-1", "official")],
        )),
        manifest,
        "manifest/v1",
    );
    failed(
        &with(&resign("certificate/CAL-1", &[("lab2", "certificate")])),
        "certificate/CAL-1",
        "certificate/v3",
    );
    failed(
        &with(&resign("genesis", &[("a1", "authority")])),
        "part genesis",
        "1 of 2",
    );
    // A second agreement that never came into force.
    let report = with(&|p| {
        let mut agreement: Agreement = story.world.agreement.document().clone();
        agreement.id = id("MOU-2");
        let keys = [person_key("SIG-1"), person_key("OWN-1")];
        let note = Signed::sign(agreement, &[&keys[0], &keys[1]]).unwrap();
        p.push(("agreement/MOU-2".to_owned(), note.render().into_bytes()));
    });
    failed(&report, "agreement/MOU-2", "no leaf says");
}

#[test]
fn the_checkpoint_holds_the_leaves() {
    let mut story = Story::told();
    let report = story.with(BundleKind::Public, |parts| {
        let (_, bytes) = parts
            .iter_mut()
            .find(|(name, _)| name == "checkpoint")
            .unwrap();
        *bytes = story.world.cosigned(&[0, 1], story.world.now).into_bytes();
    });
    failed(&report, "part checkpoint", "2 of 3");
    let report = story.with(BundleKind::Public, |parts| {
        let (_, bytes) = parts.iter_mut().find(|(name, _)| name == "leaves").unwrap();
        let length = bytes.len();
        bytes.truncate(length - 768);
    });
    failed(
        &report,
        "part checkpoint",
        "do not lead to the cosigned root",
    );
    let report = story.with(BundleKind::Public, |parts| {
        let (_, bytes) = parts.iter_mut().find(|(name, _)| name == "leaves").unwrap();
        bytes.pop();
    });
    failed(&report, "part leaves", "not whole");
    story.world.entries.swap(0, 1);
    failed(
        &story.verify(BundleKind::Public),
        "leaf 0",
        "is the genesis",
    );
}

/// The story with one leaf changed, cosigned again by colluding keepers.
fn with_leaf(story: &Story, find: impl Fn(&Act) -> bool, change: impl Fn(&mut Leaf)) -> Report {
    let mut world = story.world.clone();
    let found = world
        .entries
        .iter_mut()
        .find(|entry| find(&Leaf::from_entry(entry).unwrap().act));
    let entry = found.unwrap();
    let mut leaf = Leaf::from_entry(entry).unwrap();
    change(&mut leaf);
    *entry = leaf.entry();
    check(&world.bundle(BundleKind::Public).to_bytes())
}

fn row_act(leaf: &mut Leaf) -> &mut RowAct {
    match &mut leaf.act {
        Act::Declined(act) | Act::Admitted(act) | Act::Matter(act) => act,
        other => panic!("{other:?}"),
    }
}

#[test]
fn acts_come_in_their_order_under_what_is_in_force() {
    let story = Story::told();
    let matter = |act: &Act| matches!(act, Act::Matter(_));
    let admitted = |act: &Act| matches!(act, Act::Admitted(_));
    let request = |act: &Act| matches!(act, Act::Request { .. });
    let check = |find: &dyn Fn(&Act) -> bool, change: &dyn Fn(&mut Leaf), problem: &str| {
        failed(&with_leaf(&story, find, change), "leaf ", problem);
    };
    check(
        &matter,
        &|l| l.day = id("2026-11-20"),
        "before an earlier leaf's",
    );
    check(
        &request,
        &|l| l.day = id("2026-11-29"),
        "no authority note was fresh",
    );
    check(
        &matter,
        &|l| row_act(l).agreement = Digest::of(b"x"),
        "an agreement that is not in the log",
    );
    check(
        &matter,
        &|l| row_act(l).agency = id("DHS"),
        "another agency's",
    );
    check(
        &admitted,
        &|l| row_act(l).policy = Digest::of(b"x"),
        "another policy",
    );
    check(
        &admitted,
        &|l| {
            let a = row_act(l);
            a.reviewers[1] = a.reviewers[0].clone();
        },
        "one person reviewed twice",
    );
    check(
        &matter,
        &|l| row_act(l).reviewers[0] = Tag::new("00000000000000aa").unwrap(),
        "not one disclosure officer",
    );
    check(
        &admitted,
        &|l| row_act(l).officer = Tag::new("00000000000000aa").unwrap(),
        "not one the agreement designates",
    );
    check(&admitted, &|l| row_act(l).elements.0 = 0xfe, "an element");
    check(
        &admitted,
        &|l| row_act(l).request = Tag::new("00000000000000aa").unwrap(),
        "not taken in before",
    );
    check(
        &request,
        &|l| {
            if let Act::Request { rows, .. } = &mut l.act {
                *rows = 7
            }
        },
        "do not add up",
    );
}

#[test]
fn counts_are_conserved() {
    let story = Story::told();
    let matter = |act: &Act| matches!(act, Act::Matter(_));
    let admitted = |act: &Act| matches!(act, Act::Admitted(_));
    let issued = |act: &Act| matches!(act, Act::Issued { .. });
    let check = |find: &dyn Fn(&Act) -> bool, change: &dyn Fn(&mut Leaf), problem: &str| {
        failed(&with_leaf(&story, find, change), "leaf ", problem);
    };
    for change in [
        |act: &mut Act| {
            if let Act::Issued {
                rejected, declined, ..
            } = act
            {
                *rejected += 1;
                *declined -= 1;
            }
        },
        |act: &mut Act| {
            if let Act::Issued { answered, rows, .. } = act {
                *answered += 1;
                *rows += 1;
            }
        },
        |act: &mut Act| {
            if let Act::Issued { declined, .. } = act {
                *declined = 0;
            }
        },
    ] {
        check(&issued, &|l| change(&mut l.act), "the counts are not those");
    }
    // A matter becomes a second admitted row, and the other way round.
    check(
        &matter,
        &|l| l.act = Act::Admitted(row_act(l).clone()),
        "the counts are not those",
    );
    check(
        &admitted,
        &|l| l.act = Act::Matter(row_act(l).clone()),
        "no admitted row before it",
    );
}

#[test]
fn a_leaf_dropped_or_doubled_is_noticed() {
    let story = Story::told();
    let matter = |act: &Act| matches!(act, Act::Matter(_));
    let admitted = |act: &Act| matches!(act, Act::Admitted(_));
    let request = |act: &Act| matches!(act, Act::Request { .. });
    // Dropped leaves.
    for kind in 0..4 {
        let mut dropped = story.world.clone();
        let finders: [&dyn Fn(&Act) -> bool; 4] = [&matter, &admitted, &request, &|act| {
            matches!(act, Act::Refusals { .. })
        }];
        let at = dropped
            .entries
            .iter()
            .position(|e| finders[kind](&Leaf::from_entry(e).unwrap().act))
            .unwrap();
        dropped.entries.remove(at);
        assert!(
            !check(&dropped.bundle(BundleKind::Public).to_bytes()).is_verified(),
            "{kind}"
        );
    }
    // The same leaf twice.
    for entry in &story.world.entries[8..] {
        let mut doubled = story.world.clone();
        doubled.entries.push(entry.clone());
        assert!(!check(&doubled.bundle(BundleKind::Public).to_bytes()).is_verified());
    }
}

#[test]
fn suspensions_versions_and_budgets_show_in_public() {
    let mut story = Story::begun();
    story.world.new_authority(|a| {
        a.statute_book = statute_book().digest();
        a.suspensions.push(Suspension::Agreement(id("MOU-1")));
    });
    story.world.admit(&story.request, 0, b"[]");
    failed(&story.verify(BundleKind::Public), "leaf", "or suspended");

    let mut story = Story::begun();
    story.world.new_authority(|a| a.version = 0);
    failed(
        &story.verify(BundleKind::Public),
        "leaf",
        "version does not rise",
    );

    let mut world = world();
    world.change_agreement(|a| a.budgets.admitted_rows_per_request = 2);
    let specs = (0..3)
        .map(|number| spec(number, Question::Verify))
        .collect();
    let request = world.request("REQ-1", specs);
    for row in 0..3 {
        world.admit(&request, row, b"[]");
    }
    let report = check(&world.bundle(BundleKind::Public).to_bytes());
    failed(
        &report,
        "leaf",
        "admitted rows of one request: 3 is more than 2",
    );
}

#[test]
fn the_program_prints_and_exits_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_countersign-verify"))
            .args(arguments)
            .output()
            .unwrap()
    };
    let story = Story::told();
    let path = folder.path().join("a.bundle");
    let name = path.to_str().unwrap();
    let bytes = story.world.bundle(BundleKind::Sealed).to_bytes();
    std::fs::write(&path, &bytes).unwrap();
    let good = run(&[name, "--genesis-digest", &story.world.root().to_string()]);
    assert_eq!(good.status.code(), Some(0));
    assert!(
        String::from_utf8(good.stdout)
            .unwrap()
            .ends_with("VERIFIED\n")
    );
    let json = run(&[name, "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["totals"]["rows"], 6);
    let mut bad = bytes.clone();
    bad[bytes.len() / 2] ^= 1;
    std::fs::write(&path, &bad).unwrap();
    let failed = run(&[name]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        String::from_utf8(failed.stdout)
            .unwrap()
            .ends_with("FAILED\n")
    );
    std::fs::write(&path, b"something else").unwrap();
    assert_eq!(run(&[name]).status.code(), Some(2));
    assert_eq!(run(&["/nonexistent"]).status.code(), Some(2));
    assert_eq!(run(&[]).status.code(), Some(2));
    assert!(!run(&["--completions", "fish"]).stdout.is_empty());
}

#[test]
fn a_reader_who_is_gone_does_not_change_the_result() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bundle");
    let bytes = Story::told().world.bundle(BundleKind::Public).to_bytes();
    std::fs::write(&path, bytes).unwrap();
    for format in [&[][..], &["--json"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_countersign-verify"))
            .arg(&path)
            .args(format)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}
