//! Good and bad vectors of every document: `spec/vectors/instrument/documents.json`.
//!
//! Place in the flow: an implementation of its own reads the same file and must agree. After an
//! intended change of a format `UPDATE=1 cargo test -p countersign-instrument --features testing` writes
//! it anew.
//!
//! Left to others: signatures (vectors of note), archives (unit tests).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

extern crate countersign_instrument as instrument;

use instrument::{
    agreement::Agreement,
    approval::{Approval, ApprovalDecision},
    assurance::Assurance,
    authority::Authority,
    certificate::{Certificate, measurement::Measurement, thresholds::FrozenThresholds},
    cover::Cover,
    document::Document,
    face::{Face, FaceDecision},
    genesis::Genesis,
    leaf::Leaf,
    manifest::Manifest,
    row_commitment::RowOpening,
    statement::{Question, Statement},
    testing::{RowSpec, World},
};
use model::{answer::DeclineGround, digest::Digest};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    context: String,
    text: String,
    /// `ok`, or why it is refused.
    expected: String,
}

type Reader = fn(&str) -> String;

fn outcome(vector: &Vector) -> String {
    fn read<D: Document>(text: &str) -> String {
        match D::parse(text) {
            Ok(document) => {
                assert_eq!(document.text(), text);
                "ok".to_owned()
            }
            Err(error) => error.to_string(),
        }
    }
    let readers: [(&str, Reader); 14] = [
        (FrozenThresholds::CONTEXT, read::<FrozenThresholds>),
        (Measurement::CONTEXT, read::<Measurement>),
        (Genesis::CONTEXT, read::<Genesis>),
        (Authority::CONTEXT, read::<Authority>),
        (Agreement::CONTEXT, read::<Agreement>),
        (Manifest::CONTEXT, read::<Manifest>),
        (Certificate::CONTEXT, read::<Certificate>),
        (Cover::CONTEXT, read::<Cover>),
        (Assurance::CONTEXT, read::<Assurance>),
        (Face::CONTEXT, read::<Face>),
        (Statement::CONTEXT, read::<Statement>),
        (Approval::CONTEXT, read::<Approval>),
        (RowOpening::CONTEXT, read::<RowOpening>),
        (Leaf::CONTEXT, read::<Leaf>),
    ];
    let (_, read) = readers
        .iter()
        .find(|(context, _)| *context == vector.context)
        .unwrap();
    read(&vector.text)
}

fn good() -> Vec<(&'static str, &'static str, String)> {
    let mut world = World::new(Digest::of(b"headers"), Vec::new());
    let spec = RowSpec::new(Question::Address, "countersign-key-v1|street|12|ELM|89501");
    let request = world.request("REQ-1", vec![spec]);
    let statement = world.statement(&request, 0, 7, 1);
    let end = world.approval(&statement, "CO-1", ApprovalDecision::End, world.now);
    let allow = &world.approvals(&statement)[0];
    let admit = world.face(&request, 0, "DO-1", FaceDecision::Admit, b"[]");
    let ground = FaceDecision::Decline(DeclineGround::RelevanceNotShown);
    let decline = world.face(&request, 0, "CO-1", ground, b"[]");
    let opening = request.rows[0].open(&request.id, &request.secret, |_| true);
    let closed = request.rows[0].open(&request.id, &request.secret, |_| false);
    world.admit(&request, 0, b"[]");
    world.silent_matter(&request, 0);
    let measured = world.certificate.document().measurement.clone();
    let frozen = &measured.thresholds;
    let mut all = vec![
        ("genesis", Genesis::CONTEXT, world.genesis.document().text()),
        (
            "authority note",
            Authority::CONTEXT,
            world.authority().document().text(),
        ),
        (
            "agreement",
            Agreement::CONTEXT,
            world.agreement.document().text(),
        ),
        (
            "manifest",
            Manifest::CONTEXT,
            world.manifest.document().text(),
        ),
        (
            "certificate",
            Certificate::CONTEXT,
            world.certificate.document().text(),
        ),
        ("measurement", Measurement::CONTEXT, measured.text()),
        ("thresholds", FrozenThresholds::CONTEXT, frozen.text()),
        ("cover", Cover::CONTEXT, request.cover.document().text()),
        (
            "assurance",
            Assurance::CONTEXT,
            request.assurances[0].document().text(),
        ),
        ("face: admit", Face::CONTEXT, admit.document().text()),
        ("face: decline", Face::CONTEXT, decline.document().text()),
        ("statement", Statement::CONTEXT, statement.text()),
        (
            "approval: allow",
            Approval::CONTEXT,
            allow.document().text(),
        ),
        ("approval: end", Approval::CONTEXT, end.document().text()),
        ("row, opened", RowOpening::CONTEXT, opening.text()),
        ("row, closed", RowOpening::CONTEXT, closed.text()),
    ];
    for entry in &world.entries {
        let leaf = Leaf::from_entry(entry).unwrap().text();
        let act = leaf.lines().nth(2).unwrap();
        if all
            .iter()
            .all(|(_, _, text)| text.lines().nth(2) != Some(act))
        {
            all.push(("leaf", Leaf::CONTEXT, leaf));
        }
    }
    all
}

/// For each good text: a line dropped, doubled, two exchanged, a capital where none is, an end without
/// newline, another version.
fn spoilt(name: &str, context: &str, text: &str) -> Vec<Vector> {
    let lines: Vec<&str> = text.lines().collect();
    let join = |lines: &[&str]| lines.join("\n") + "\n";
    let middle = lines.len() / 2;
    let mut dropped = lines.clone();
    dropped.remove(1);
    let mut doubled = lines.clone();
    doubled.push(lines[lines.len() - 1]);
    let mut exchanged = lines.clone();
    exchanged.swap(1, lines.len() - 1);
    let mut indented = lines.clone();
    let wide = format!(" {}", lines[middle]);
    indented[middle] = &wide;
    let cases = [
        ("first line dropped", join(&dropped)),
        ("last line doubled", join(&doubled)),
        ("first and last exchanged", join(&exchanged)),
        ("a line indented", join(&indented)),
        ("no newline at the end", text.trim_end().to_owned()),
        ("another version", another_version(text)),
        ("carriage returns", text.replace('\n', "\r\n")),
        ("empty", String::new()),
    ];
    let vector = |(how, text): (&str, String)| Vector {
        name: format!("{name}: {how}"),
        context: context.to_owned(),
        text,
        expected: String::new(),
    };
    cases.into_iter().map(vector).collect()
}

/// The first line's version is the one digit before its end.
fn another_version(text: &str) -> String {
    let (context, rest) = text.split_once('\n').unwrap();
    let (name, version) = context.rsplit_once("/v").unwrap();
    let other = version.parse::<u32>().unwrap() + 1;
    format!("{name}/v{other}\n{rest}")
}

/// A name, a context, and what of its good text is exchanged for what: values that contradict.
const CONTRADICTIONS: [(&str, &str, &str, &str); 14] = [
    (
        "certificate: a stratum of another kind",
        Certificate::CONTEXT,
        "stratum with-birth-date all",
        "stratum without-birth-date all",
    ),
    (
        "certificate: a grid without steps",
        Certificate::CONTEXT,
        "grid 5000 100000 1",
        "grid 5000 100000 0",
    ),
    (
        "measurement: counts below nothing",
        Measurement::CONTEXT,
        "stratum with-birth-date all 4000000",
        "stratum with-birth-date all -4000000",
    ),
    (
        "measurement: groups of another sort",
        Measurement::CONTEXT,
        "groups as-in-the-nation",
        "groups as-you-like",
    ),
    (
        "genesis: q too small",
        Genesis::CONTEXT,
        "cosignatures-needed 3",
        "cosignatures-needed 2",
    ),
    (
        "genesis: unknown kind",
        Genesis::CONTEXT,
        "kind synthetic",
        "kind demo",
    ),
    (
        "authority: roster role unknown",
        Authority::CONTEXT,
        " counsel ",
        " boss ",
    ),
    (
        "agreement: longer than 18 months",
        Agreement::CONTEXT,
        "\nuntil 20",
        "\nuntil 21",
    ),
    (
        "face: no such ground",
        Face::CONTEXT,
        "decision admit",
        "decision decline because",
    ),
    (
        "statement: unknown question",
        Statement::CONTEXT,
        "question address",
        "question employer",
    ),
    (
        "approval: signatory as reviewer",
        Approval::CONTEXT,
        "role disclosure-officer",
        "role signatory",
    ),
    (
        "approval: allow everything",
        Approval::CONTEXT,
        "decision allow address",
        "decision allow all",
    ),
    (
        "assurance: other words",
        Assurance::CONTEXT,
        "solely",
        "mainly",
    ),
    (
        "row: capital hexadecimal",
        RowOpening::CONTEXT,
        " opened ",
        " opened A",
    ),
];

fn contradictions(good: &[(&str, &str, String)]) -> Vec<Vector> {
    let spoil = |(name, context, from, to): (&str, &str, &str, &str)| {
        let (_, _, text) = good.iter().find(|(_, other, _)| *other == context).unwrap();
        let spoilt = text.replacen(from, to, 1);
        assert_ne!(&spoilt, text, "{name}");
        Vector {
            name: name.to_owned(),
            context: context.to_owned(),
            text: spoilt,
            expected: String::new(),
        }
    };
    CONTRADICTIONS.into_iter().map(spoil).collect()
}

fn vectors() -> Vec<Vector> {
    let good = good();
    let mut vectors: Vec<Vector> = Vec::new();
    for (name, context, text) in &good {
        vectors.push(Vector {
            name: (*name).to_owned(),
            context: (*context).to_owned(),
            text: text.clone(),
            expected: String::new(),
        });
        vectors.extend(spoilt(name, context, text));
    }
    vectors.extend(contradictions(&good));
    for vector in &mut vectors {
        vector.expected = outcome(vector);
    }
    vectors
}

#[test]
fn the_vectors_hold() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../spec/vectors/instrument/documents.json"
    );
    let now = vectors();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
    }
    let kept: Vec<Vector> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for vector in &kept {
        assert_eq!(outcome(vector), vector.expected, "{}", vector.name);
    }
    assert_eq!(kept, now);
    let good = kept.iter().filter(|vector| vector.expected == "ok").count();
    assert!(good * 2 < kept.len(), "at least as many bad as good");
    for vector in kept.iter().filter(|vector| vector.name.contains(": ")) {
        let whole = [
            "face: admit",
            "face: decline",
            "approval: allow",
            "approval: end",
        ];
        let spoilt = !whole.contains(&vector.name.as_str());
        assert!(
            !spoilt || vector.expected != "ok",
            "{} was read",
            vector.name
        );
    }
}
