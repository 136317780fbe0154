//! The vectors in `spec/vectors/translog`: read and checked, and made again to be compared.
//!
//! Place in the flow: tests of translog. Another implementation can use the same files. After a
//! change of a format: `UPDATE=1 cargo test -p countersign-translog --test vectors` writes them.
//!
//! Left to others: randomised checks (merkle.rs, appending.rs).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_translog as translog;

mod common;

use std::{collections::BTreeMap, path::PathBuf};

use common::{entries, leaves, origin};
use model::{
    digest::{Digest, hex, unhex},
    id::LeafIndex,
    time::Instant,
};
use note::{CosignerSigningKey, Note, SigningKey};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use translog::{
    Checkpoint, CheckpointError, ConsistencyProof, InclusionProof, Log, MemoryStore, ProofError,
    TilePath, WitnessPolicy, decode_bundle, encode_bundle, tree_root,
};

/// A log of the entries `""`, `"entry 1"`, `"entry 2"`, …: its root and SHA-256 of each tile.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Tree {
    entries: u64,
    root: String,
    tiles: BTreeMap<String, String>,
}

/// A proof as text, with hexadecimal hashes; `expected` is `ok` or what is wrong.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Proof {
    name: String,
    /// Leaf hash of an inclusion proof, old root of a consistency proof.
    from: String,
    /// Leaves under `from` for a consistency proof, 0 for an inclusion proof.
    from_size: u64,
    root: String,
    /// Leaves under `root`, as its checkpoint says.
    size: u64,
    proof: String,
    expected: String,
}

/// A text that is read; `expected` is `ok`, or `line N` of what is malformed, or `refused`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Reading {
    name: String,
    text: String,
    expected: String,
}

/// A cosigned checkpoint; `expected` names the witnesses believed, by position, or what is wrong.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Quorum {
    name: String,
    log: String,
    witnesses: Vec<String>,
    quorum: usize,
    freshness_seconds: u64,
    now: u64,
    note: String,
    expected: String,
}

fn log_of(count: u64) -> Log<MemoryStore> {
    let mut log = Log::open(MemoryStore::new(), &Checkpoint::empty(origin())).unwrap();
    log.append(&entries(count)).unwrap();
    log
}

fn trees() -> Vec<Tree> {
    let tree = |count| {
        let log = log_of(count);
        let tiles = log.store().tiles();
        Tree {
            entries: count,
            root: log.head().root.to_string(),
            tiles: tiles
                .map(|(path, bytes)| (path.to_string(), Digest::of(bytes).to_string()))
                .collect(),
        }
    };
    [0, 1, 2, 3, 7, 8, 255, 256, 257, 512, 1000, 65_537]
        .map(tree)
        .into()
}

fn outcome_of(proof: &Proof) -> String {
    let from: Digest = proof.from.parse().unwrap();
    let head = |size: u64, root: Digest| Checkpoint {
        size,
        root,
        origin: origin(),
    };
    let (old, new) = (
        head(proof.from_size, from),
        head(proof.size, proof.root.parse().unwrap()),
    );
    let outcome = if proof.proof.starts_with("consistency") {
        let parsed: Result<ConsistencyProof, _> = proof.proof.parse();
        parsed.and_then(|parsed| parsed.verify_between(&old, &new))
    } else {
        let parsed: Result<InclusionProof, _> = proof.proof.parse();
        parsed.and_then(|parsed| parsed.verify_in(&from, &new))
    };
    match outcome {
        Ok(()) => "ok".to_owned(),
        Err(ProofError::Malformed { line, .. }) => format!("line {line}"),
        Err(ProofError::Range) => "range".to_owned(),
        Err(ProofError::Size) => "size".to_owned(),
        Err(ProofError::Length) => "length".to_owned(),
        Err(ProofError::Root) => "root".to_owned(),
    }
}

fn inclusion_vectors() -> Vec<Proof> {
    let log = log_of(300);
    let hashes = leaves(&entries(300));
    let make = |name: &str, at: usize, size: usize, text: String, expected: &str| Proof {
        name: format!("inclusion: {name}"),
        from: hashes[at].to_string(),
        from_size: 0,
        size: size as u64,
        root: tree_root(&hashes[..size]).to_string(),
        proof: text,
        expected: expected.to_owned(),
    };
    let text = |at: usize, size: usize| {
        log.inclusion_proof(LeafIndex(at as u64), size as u64)
            .unwrap()
            .to_string()
    };
    let good = |at, size| make(&format!("{at} of {size}"), at, size, text(at, size), "ok");
    let mut all: Vec<Proof> = [
        (0, 1),
        (0, 2),
        (1, 2),
        (2, 3),
        (6, 7),
        (255, 256),
        (255, 257),
        (256, 257),
        (123, 300),
    ]
    .map(|(at, size)| good(at, size))
    .into();
    let five = text(2, 5);
    let line = five.lines().nth(1).unwrap().to_owned();
    let mut changed = log.inclusion_proof(LeafIndex(2), 5).unwrap();
    changed.hashes[1] = hashes[0];
    for (name, proof, expected) in [
        ("another index", five.replacen("2 5", "3 5", 1), "root"),
        (
            "another size of the same shape",
            five.replacen("2 5", "2 6", 1),
            "size",
        ),
        ("index at the size", five.replacen("2 5", "5 5", 1), "range"),
        ("size nought", five.replacen("2 5", "2 0", 1), "size"),
        ("larger size", five.replacen("2 5", "2 50", 1), "size"),
        ("smaller size", five.replacen("2 5", "2 3", 1), "size"),
        (
            "a hash less",
            five.replacen(&format!("{line}\n"), "", 1),
            "length",
        ),
        ("a hash more", format!("{five}{line}\n"), "length"),
        ("a hash changed", changed.to_string(), "root"),
        ("leading zero", five.replacen("2 5", "2 05", 1), "line 1"),
        (
            "no newline at the end",
            five.trim_end().to_owned(),
            "line 1",
        ),
        (
            "a hash cut short",
            five.replacen(&line, &line[1..], 1),
            "line 2",
        ),
        ("blank line", format!("{five}\n"), "line 5"),
    ] {
        all.push(make(name, 2, 5, proof, expected));
    }
    all.push(make("another leaf", 1, 5, five, "root"));
    all
}

/// A consistency proof between trees of these sizes, each the beginning of the entries.
fn consistency(name: &str, old: usize, new: usize, proof: &str, expected: &str) -> Proof {
    let hashes = leaves(&entries(300));
    Proof {
        name: format!("consistency: {name}"),
        from: tree_root(&hashes[..old]).to_string(),
        from_size: old as u64,
        size: new as u64,
        root: tree_root(&hashes[..new]).to_string(),
        proof: proof.to_owned(),
        expected: expected.to_owned(),
    }
}

fn consistency_text(old: u64, new: u64) -> String {
    let proof = log_of(300).consistency_proof(old, new);
    proof.unwrap().to_string()
}

fn consistency_vectors() -> Vec<Proof> {
    let good = |(old, new): (usize, usize)| {
        let text = consistency_text(old as u64, new as u64);
        consistency(&format!("{old} to {new}"), old, new, &text, "ok")
    };
    let small = [(0, 0), (0, 7), (7, 7), (1, 2), (3, 7), (4, 7), (6, 8)];
    let large = [(255, 256), (256, 257), (200, 300)];
    let mut all: Vec<Proof> = small.into_iter().chain(large).map(good).collect();
    all.extend(spoilt_consistency_vectors());
    for (name, old, new, from, root) in [
        ("old root other", 3, 7, 2, 7),
        ("new root other", 3, 7, 3, 6),
        ("equal sizes, other old root", 7, 7, 6, 7),
        ("from nothing, old root other", 0, 7, 1, 7),
    ] {
        let other = consistency(name, from, root, "", "");
        let text = consistency_text(old, new);
        let (old, new) = (old as usize, new as usize);
        all.push(Proof {
            from: other.from,
            root: other.root,
            ..consistency(name, old, new, &text, "root")
        });
    }
    all
}

fn spoilt_consistency_vectors() -> Vec<Proof> {
    let proof = consistency_text(3, 7);
    let line = proof.lines().last().unwrap();
    let less = proof.replacen(&format!("{line}\n"), "", 1);
    let more = format!("{proof}{line}\n");
    let head = |numbers: &str| proof.replacen("3 7", numbers, 1);
    let needless = format!("consistency 7 7\n{line}\n");
    let none = "consistency 3 7\n";
    vec![
        consistency("backwards", 3, 7, &head("7 3"), "size"),
        consistency("old size other", 3, 7, &head("2 7"), "size"),
        consistency("a smaller old tree", 2, 7, &proof, "size"),
        consistency("a smaller new tree", 3, 6, &proof, "size"),
        consistency("a hash less", 3, 7, &less, "length"),
        consistency("a hash more", 3, 7, &more, "length"),
        consistency("none where some belong", 3, 7, none, "length"),
        consistency("some where none belong", 7, 7, &needless, "length"),
        consistency("three numbers", 3, 7, &head("3 7 8"), "line 1"),
    ]
}

fn reading(name: &str, text: &str, expected: &str) -> Reading {
    Reading {
        name: name.to_owned(),
        text: text.to_owned(),
        expected: expected.to_owned(),
    }
}

fn checkpoint_outcome(text: &str) -> String {
    match Checkpoint::parse(text) {
        Ok(head) => {
            assert_eq!(head.text(), text);
            "ok".to_owned()
        }
        Err(CheckpointError::Malformed { line, .. }) => format!("line {line}"),
        Err(other) => panic!("{other}"),
    }
}

fn checkpoint_vectors() -> Vec<Reading> {
    let good = log_of(12).head().text();
    let empty = Checkpoint::empty(origin()).text();
    vec![
        reading("twelve leaves", &good, "ok"),
        reading("the empty log", &empty, "ok"),
        reading("nothing", "", "line 1"),
        reading(
            "origin that is none",
            &good.replace("/log", "/other"),
            "line 1",
        ),
        reading("leading zero", &good.replace("\n12\n", "\n012\n"), "line 2"),
        reading("no size", &good.replace("\n12\n", "\n\n"), "line 2"),
        reading(
            "size of 2^63",
            &good.replace("\n12\n", "\n9223372036854775808\n"),
            "line 2",
        ),
        reading(
            "size in hexadecimal",
            &good.replace("\n12\n", "\n0x0c\n"),
            "line 2",
        ),
        reading("root without padding", &good.replace('=', ""), "line 3"),
        reading(
            "root of something for nothing",
            &good.replace("\n12\n", "\n0\n"),
            "line 3",
        ),
        reading("no final newline", good.trim_end(), "line 4"),
        reading("extension line", &format!("{good}more\n"), "line 4"),
        reading("carriage returns", &good.replace('\n', "\r\n"), "line 1"),
    ]
}

fn path_vectors() -> Vec<Reading> {
    let good = [
        "tile/0/000",
        "tile/0/000.p/1",
        "tile/1/x001/x234/067.p/112",
        "tile/63/999.p/255",
        "tile/entries/x001/000",
    ];
    let bad = [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/../000",
        "tile/data/000",
        "/tile/0/000",
    ];
    let good = good.map(|text| reading("", text, "ok"));
    good.into_iter()
        .chain(bad.map(|text| reading("", text, "refused")))
        .collect()
}

fn path_outcome(text: &str) -> String {
    match text.parse::<TilePath>() {
        Ok(path) => {
            assert_eq!(path.to_string(), text);
            "ok".to_owned()
        }
        Err(_) => "refused".to_owned(),
    }
}

fn bundle_vectors() -> Vec<Reading> {
    let none: [&[u8]; 0] = [];
    let good = encode_bundle(&[&b""[..], b"ab", b"c"]).unwrap();
    vec![
        reading("no entry", &hex(&encode_bundle(&none).unwrap()), "ok"),
        reading("empty, two bytes, one byte", &hex(&good), "ok"),
        reading("256 empty entries", &hex(&[0; 512]), "ok"),
        reading("257 empty entries", &hex(&[0; 514]), "refused"),
        reading("half a length", "00", "refused"),
        reading("entry cut short", &hex(&good[..good.len() - 1]), "refused"),
        reading("length beyond the end", "ffff00", "refused"),
    ]
}

fn bundle_outcome(text: &str) -> String {
    let bytes = unhex(text).unwrap();
    match decode_bundle(&bytes) {
        Some(entries) => {
            assert_eq!(encode_bundle(&entries).unwrap(), bytes);
            "ok".to_owned()
        }
        None => "refused".to_owned(),
    }
}

const NOW: u64 = 1_800_000_000;

fn witness(name: &str, seed: u8) -> CosignerSigningKey {
    CosignerSigningKey::from_seed(format!("{name}/witness").parse().unwrap(), &[seed; 32])
}

/// A checkpoint of twelve leaves, cosigned by these at these times after [`NOW`]; k1 to k4 are known.
fn quorum(name: &str, signers: &[(&CosignerSigningKey, i64)], expected: &str) -> Quorum {
    let context = origin().context().unwrap();
    let log = SigningKey::from_seed("gate.example/log".parse().unwrap(), &[1; 32]);
    let mut note = log.sign_note(&context, log_of(12).head().text()).unwrap();
    for (signer, later) in signers {
        let time = Instant(NOW.checked_add_signed(*later).unwrap());
        let line = signer.cosign(&context, note.text(), time).unwrap();
        note.add(line).unwrap();
    }
    let known = (1..=4).map(|k| witness(&format!("k{k}"), 10 + k));
    Quorum {
        name: name.to_owned(),
        log: log.verifier().to_string(),
        witnesses: known.map(|key| key.verifier().to_string()).collect(),
        quorum: 3,
        freshness_seconds: 300,
        now: NOW,
        note: note.render(),
        expected: expected.to_owned(),
    }
}

fn quorum_vectors() -> Vec<Quorum> {
    let [a, b, c, d] = [1, 2, 3, 4].map(|k| witness(&format!("k{k}"), 10 + k));
    let (x, twin) = (witness("x", 99), witness("twin", 11));
    let all = [(&a, 0), (&b, 0), (&c, 0), (&d, 0)];
    let edges = [(&a, 0), (&b, -300), (&c, 60)];
    let with_stranger = [(&a, 0), (&b, 0), (&d, 0), (&x, 0)];
    let one_old = [(&a, -301), (&b, 0), (&c, 0), (&d, 0)];
    let good = quorum("three at the edges of time", &edges, "0 1 2");
    let mut twins = quorum(
        "one key under two names",
        &[(&a, 0), (&b, 0), (&twin, 0)],
        "quorum",
    );
    twins.witnesses[2] = twin.verifier().to_string();
    let mut unsigned = Note::parse(&good.note).unwrap();
    let lines = unsigned.signatures()[1..].to_vec();
    unsigned = Note::unsigned(unsigned.text()).unwrap();
    lines
        .into_iter()
        .for_each(|line| unsigned.add(line).unwrap());
    let spoilt = |name: &str, note: String| Quorum {
        note,
        ..quorum(name, &edges, "signature")
    };
    vec![
        quorum("four fresh", &all, "0 1 2 3"),
        quorum("a stranger beside", &with_stranger, "0 1 3"),
        quorum("one too old, three fresh", &one_old, "1 2 3"),
        quorum("none", &[], "quorum"),
        quorum("two", &all[..2], "quorum"),
        quorum("two and a stranger", &with_stranger[1..], "quorum"),
        quorum("two and one too old", &one_old[..3], "quorum"),
        quorum("from the future", &[(&a, 61), (&b, 0), (&c, 0)], "quorum"),
        spoilt("size changed", good.note.replacen("\n12\n", "\n13\n", 1)),
        spoilt("not signed by the log", unsigned.render()),
        twins,
        good,
    ]
}

fn quorum_outcome(case: &Quorum) -> String {
    let policy = WitnessPolicy {
        log: case.log.parse().unwrap(),
        witnesses: case
            .witnesses
            .iter()
            .map(|key| key.parse().unwrap())
            .collect(),
        quorum: case.quorum,
        freshness_seconds: case.freshness_seconds,
    };
    let note = Note::parse(&case.note).unwrap();
    match policy.verify_cosigned(&note, Instant(case.now)) {
        Ok(cosigned) => {
            let positions = cosigned.witnesses.iter().map(|(at, _)| at.to_string());
            positions.collect::<Vec<_>>().join(" ")
        }
        Err(CheckpointError::Quorum { .. }) => "quorum".to_owned(),
        Err(CheckpointError::Signature(_)) => "signature".to_owned(),
        Err(CheckpointError::Malformed { line, .. }) => format!("line {line}"),
    }
}

fn path_of(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec/vectors/translog")
        .join(file)
}

fn read<T: DeserializeOwned>(file: &str) -> Vec<T> {
    serde_json::from_str(&std::fs::read_to_string(path_of(file)).unwrap()).unwrap()
}

fn proofs() -> Vec<Proof> {
    inclusion_vectors()
        .into_iter()
        .chain(consistency_vectors())
        .collect()
}

#[test]
fn tree_and_proof_vectors_hold() {
    WRITTEN.call_once(write_where_asked);
    assert_eq!(read::<Tree>("trees.json"), trees());
    let found: Vec<Proof> = read("proofs.json");
    for proof in &found {
        assert_eq!(outcome_of(proof), proof.expected, "{}", proof.name);
    }
    assert_eq!(found, proofs());
}

fn check_readings(file: &str, made: &[Reading], outcome: fn(&str) -> String) {
    let found: Vec<Reading> = read(file);
    for case in &found {
        assert_eq!(
            outcome(&case.text),
            case.expected,
            "{} {:?}",
            case.name,
            case.text
        );
    }
    assert_eq!(found, made);
    let good = found.iter().filter(|case| case.expected == "ok").count();
    assert!(good >= 2 && found.len() - good >= good, "{file}");
}

#[test]
fn reading_vectors_hold() {
    WRITTEN.call_once(write_where_asked);
    check_readings(
        "checkpoints.json",
        &checkpoint_vectors(),
        checkpoint_outcome,
    );
    check_readings("paths.json", &path_vectors(), path_outcome);
    check_readings("bundles.json", &bundle_vectors(), bundle_outcome);
}

#[test]
fn quorum_vectors_hold() {
    WRITTEN.call_once(write_where_asked);
    let found: Vec<Quorum> = read("quorums.json");
    for case in &found {
        assert_eq!(quorum_outcome(case), case.expected, "{}", case.name);
    }
    assert_eq!(found, quorum_vectors());
}

static WRITTEN: std::sync::Once = std::sync::Once::new();

/// Writes the vectors anew where `UPDATE` is set; then they are checked as any others.
fn write_where_asked() {
    if std::env::var_os("UPDATE").is_none() {
        return;
    }
    fn write<T: Serialize>(file: &str, cases: &[T]) {
        let text = serde_json::to_string_pretty(cases).unwrap();
        std::fs::write(path_of(file), text + "\n").unwrap();
    }
    write("trees.json", &trees());
    write("proofs.json", &proofs());
    write("checkpoints.json", &checkpoint_vectors());
    write("paths.json", &path_vectors());
    write("bundles.json", &bundle_vectors());
    write("quorums.json", &quorum_vectors());
}
