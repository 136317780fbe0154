//! The vectors in `spec/vectors/note`: read and checked, and made again to be compared.
//!
//! Place in the flow: tests of note. Another implementation can use the same files. After a change
//! of a format: `cargo test -p countersign-note --test vectors -- --ignored` writes them.
//!
//! Left to others: cases too large for a file (notes.rs).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_note as note;

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::time::Instant;
use note::{
    Context, CosignerKey, CosignerSigningKey, KeyId, KeyName, Note, NoteError, SignatureLine,
    SigningKey, Verifier,
    testing::{Ceremony, SoftwareAuthenticator},
    verified_by,
};
use serde::{Deserialize, Serialize};

/// One case. `keys` are those a roster holds; `expected` is who signed, or the error's code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    kind: Kind,
    /// The context line, or the log's origin for a cosignature.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    context: String,
    keys: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
    expected: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// A document's note, checked with `verified_by`.
    Document,
    /// A checkpoint with its log's signature.
    Checkpoint,
    /// A checkpoint with a cosignature of the one key.
    Cosignature,
    /// Only the keys are read.
    Key,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    /// Positions of the keys that signed.
    SignedBy(Vec<usize>),
    /// When the witness signed.
    CosignedAt(u64),
    /// The code of the error.
    Error(String),
}

fn outcome(case: &Case) -> Result<Expected, NoteError> {
    match case.kind {
        Kind::Key => {
            for key in &case.keys {
                assert_eq!(key.parse::<Verifier>()?.to_string(), *key);
            }
            Ok(Expected::SignedBy(vec![]))
        }
        Kind::Document | Kind::Checkpoint => {
            let context = match case.kind {
                Kind::Document => Context::document_of(&case.context)?,
                _ => Context::checkpoint(&case.context)?,
            };
            let keys: Vec<Verifier> = case
                .keys
                .iter()
                .map(|key| key.parse())
                .collect::<Result<_, _>>()?;
            let note = Note::parse(&case.note)?;
            assert_eq!(note.render(), case.note);
            verified_by(&note, &keys, &context).map(Expected::SignedBy)
        }
        Kind::Cosignature => {
            let key: CosignerKey = case.keys[0].parse()?;
            let note = Note::parse(&case.note)?;
            let context = Context::checkpoint(&case.context)?;
            let cosignature = key.verify(&note, &context)?;
            Ok(Expected::CosignedAt(cosignature.time.0))
        }
    }
}

fn check(case: &Case) {
    let found = outcome(case).unwrap_or_else(|error| Expected::Error(error.code().to_owned()));
    assert_eq!(found, case.expected, "{}", case.name);
}

const LINE: &str = "countersign/approval/v1";
const TEXT: &str = "countersign/approval/v1\nstatement 6d\ndecision allow\n";
const ORIGIN: &str = "gate.example/log";
const HEAD: &str = "gate.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().unwrap(), &[seed; 32])
}

fn authenticator(name: &str, scalar: u8) -> SoftwareAuthenticator {
    let name = name.parse().unwrap();
    let origin = "https://desk.example";
    SoftwareAuthenticator::from_scalar(name, &[scalar; 32], "desk.example", origin).unwrap()
}

fn case(name: &str, note: &str, keys: &[&dyn ToString], expected: Expected) -> Case {
    Case {
        name: name.to_owned(),
        kind: Kind::Document,
        context: LINE.to_owned(),
        keys: keys.iter().map(|key| key.to_string()).collect(),
        note: note.to_owned(),
        expected,
    }
}

fn by(positions: &[usize]) -> Expected {
    Expected::SignedBy(positions.to_vec())
}

fn error(code: &str) -> Expected {
    Expected::Error(code.to_owned())
}

fn signed(keys: &[&SigningKey]) -> Note {
    let context = Context::document(LINE);
    let mut note = Note::unsigned(TEXT).unwrap();
    for key in keys {
        note.add(key.sign(&context, TEXT).unwrap()).unwrap();
    }
    note
}

fn document_cases() -> Vec<Case> {
    let (ana, ben) = (key("ana/approval", 1), key("ben/approval", 2));
    let (a, b) = (ana.verifier(), ben.verifier());
    let twin = key("anna/approval", 1).verifier();
    let good = signed(&[&ana]).render();
    let both = signed(&[&ben, &ana]).render();
    let blank = ana
        .sign_note(
            &Context::document(LINE),
            format!("{LINE}\n\n— ana/approval no signature\n\n"),
        )
        .unwrap()
        .render();
    let twins = signed(&[&ana, &key("anna/approval", 1)]).render();
    let changed = good.replace("allow", "allov");
    let stranger_bad = format!("{good}— eve/approval AAAAAAA=\n");
    let cover = key("ana/cover", 1);
    let wrong_use = SignatureLine {
        name: cover.name().clone(),
        key_id: cover.verifier().key_id(),
        bytes: signed(&[&ana]).signatures()[0].bytes.clone(),
    };
    let wrong_use = Note::unsigned(TEXT)
        .unwrap()
        .with(wrong_use)
        .unwrap()
        .render();
    let last = good.lines().last().unwrap();
    let mut cases = vec![
        case("one signature", &good, &[&a], by(&[0])),
        case(
            "two signatures, roster order",
            &both,
            &[&a, &b],
            by(&[0, 1]),
        ),
        case("unknown keys are ignored", &both, &[&b], by(&[0])),
        case("unknown garbage is ignored", &stranger_bad, &[&a], by(&[0])),
        case("nobody of the roster", &good, &[&b], by(&[])),
        case(
            "blank lines and a dash line in the text",
            &blank,
            &[&a],
            by(&[0]),
        ),
        case(
            "one public key under two names counts once",
            &twins,
            &[&a, &twin],
            by(&[0]),
        ),
        case("text changed", &changed, &[&a], error("bad-signature")),
        case(
            "key for another use",
            &wrong_use,
            &[&cover.verifier()],
            error("key-use"),
        ),
    ];
    let other_line = good.replace(LINE, "countersign/cover/v1");
    cases.push(case(
        "another first line",
        &other_line,
        &[&a],
        error("wrong-context"),
    ));
    for (name, note) in [
        ("empty", String::new()),
        ("no signatures", TEXT.to_owned()),
        ("blank line but no signatures", format!("{TEXT}\n")),
        ("no final newline", good.trim_end().to_owned()),
        ("carriage returns", good.replace('\n', "\r\n")),
        ("tab in the text", good.replace("decision ", "decision\t")),
        (
            "right-to-left override in the text",
            good.replace("allow", "\u{202e}allow"),
        ),
        (
            "line separator in the text",
            good.replace("allow", "al\u{2028}low"),
        ),
        ("hyphen for the em dash", good.replace("— ", "- ")),
        ("no space after the em dash", good.replace("— ", "—")),
        ("plus in the key name", good.replace("— ana", "— a+na")),
        (
            "no-break space in the key name",
            good.replace("— ana", "— a\u{a0}na"),
        ),
        ("base64 without padding", good.replace("=\n", "\n")),
        (
            "base64 with stray bits",
            format!("{good}— eve/approval AAAAAAF=\n"),
        ),
        (
            "signature shorter than a key id",
            format!("{good}— eve/approval AAAA\n"),
        ),
        (
            "signature of no bytes",
            format!("{good}— eve/approval AAAAAA==\n"),
        ),
        ("the same key twice", format!("{good}{last}\n")),
        ("text after the signatures", format!("{good}more\n")),
    ] {
        cases.push(case(name, &note, &[&a], error("malformed")));
    }
    cases
}

fn checkpoint_cases() -> Vec<Case> {
    let context = Context::checkpoint(ORIGIN).unwrap();
    let log = key(ORIGIN, 3);
    let witness = CosignerSigningKey::from_seed("k1/witness".parse().unwrap(), &[4; 32]);
    let head = log.sign_note(&context, HEAD).unwrap();
    let line = witness
        .cosign(&context, HEAD, Instant(1_800_000_000))
        .unwrap();
    let cosigned = head.clone().with(line.clone()).unwrap().render();
    let with = |name: &str, kind: Kind, origin: &str, key: String, note: &str, expected| Case {
        kind,
        context: origin.to_owned(),
        keys: vec![key],
        ..case(name, note, &[], expected)
    };
    let mut later = line;
    later.bytes[7] ^= 1;
    let later = head.clone().with(later).unwrap().render();
    let log_key = log.verifier().to_string();
    let witness_key = witness.verifier().to_string();
    let other_log = key("other.example/log", 3).verifier().to_string();
    let (head, other) = (head.render(), "other.example/log");
    vec![
        with(
            "checkpoint",
            Kind::Checkpoint,
            ORIGIN,
            log_key.clone(),
            &cosigned,
            by(&[0]),
        ),
        with(
            "cosignature",
            Kind::Cosignature,
            ORIGIN,
            witness_key.clone(),
            &cosigned,
            Expected::CosignedAt(1_800_000_000),
        ),
        with(
            "cosignature of another time",
            Kind::Cosignature,
            ORIGIN,
            witness_key.clone(),
            &later,
            error("bad-signature"),
        ),
        with(
            "cosignature missing",
            Kind::Cosignature,
            ORIGIN,
            witness_key.clone(),
            &head,
            error("not-signed"),
        ),
        with(
            "cosignature of another log",
            Kind::Cosignature,
            other,
            witness_key.clone(),
            &cosigned,
            error("wrong-context"),
        ),
        with(
            "log key where a witness is expected",
            Kind::Cosignature,
            ORIGIN,
            log_key.clone(),
            &cosigned,
            error("key-text"),
        ),
        with(
            "witness key where a log is expected",
            Kind::Checkpoint,
            ORIGIN,
            witness_key,
            &cosigned,
            error("key-text"),
        ),
        with(
            "another log",
            Kind::Checkpoint,
            other,
            other_log,
            &cosigned,
            error("wrong-context"),
        ),
        with(
            "origin that is none",
            Kind::Checkpoint,
            "gate.example",
            log_key,
            &cosigned,
            error("key-text"),
        ),
    ]
}

fn assertion_cases() -> Vec<Case> {
    let ana = authenticator("ana/approval", 5);
    let note_of = |ceremony: &Ceremony| {
        let line = ana.credential().line(&ana.perform(ceremony).unwrap());
        Note::unsigned(TEXT).unwrap().with(line).unwrap()
    };
    let make = |name: &str, spoil: &dyn Fn(&mut Ceremony), expected: Expected| {
        let mut ceremony = ana.ceremony(TEXT);
        spoil(&mut ceremony);
        case(
            name,
            &note_of(&ceremony).render(),
            &[ana.credential()],
            expected,
        )
    };
    let other = ana.ceremony("countersign/approval/v1\n").challenge;
    let mut cases = vec![
        make("assertion", &|_| {}, by(&[0])),
        make(
            "assertion without crossOrigin",
            &|c| c.more_members.clear(),
            by(&[0]),
        ),
        make(
            "assertion with extensions and backup flags",
            &|c| (c.flags, c.extensions) = (0x9d, vec![0xa0]),
            by(&[0]),
        ),
    ];
    let bad: [(&str, &dyn Fn(&mut Ceremony), &str); 14] = [
        (
            "of a registration",
            &|c| c.kind = "webauthn.create".into(),
            "type",
        ),
        (
            "of another text",
            &|c| c.challenge.clone_from(&other),
            "challenge",
        ),
        (
            "with a padded challenge",
            &|c| c.challenge.push('='),
            "challenge",
        ),
        (
            "from a subdomain",
            &|c| c.origin = "https://x.desk.example".into(),
            "origin",
        ),
        (
            "from another port",
            &|c| c.origin.push_str(":8443"),
            "origin",
        ),
        (
            "in a frame",
            &|c| c.more_members = ",\"crossOrigin\":true".into(),
            "cross-origin",
        ),
        (
            "with topOrigin",
            &|c| c.more_members = ",\"topOrigin\":\"https://x\"".into(),
            "cross-origin",
        ),
        (
            "with a member twice",
            &|c| c.more_members = ",\"type\":\"x\"".into(),
            "client-data",
        ),
        (
            "with more after the JSON",
            &|c| c.more_members = "}".into(),
            "client-data",
        ),
        (
            "for another relying party",
            &|c| c.rp_id = "example".into(),
            "relying-party",
        ),
        ("without presence", &|c| c.flags = 0x04, "user-presence"),
        (
            "without verification",
            &|c| c.flags = 0x01,
            "user-verification",
        ),
        (
            "with attested data flag",
            &|c| c.flags = 0x45,
            "authenticator-data",
        ),
        (
            "with unannounced extensions",
            &|c| c.extensions = vec![0xa0],
            "authenticator-data",
        ),
    ];
    for (name, spoil, code) in bad {
        let expected = error(&format!("assertion-{code}"));
        cases.push(make(&format!("assertion {name}"), spoil, expected));
    }
    let good = ana.credential().line(&ana.assert(TEXT).unwrap());
    let with_bytes = |bytes: Vec<u8>| {
        let line = SignatureLine {
            bytes,
            ..good.clone()
        };
        Note::unsigned(TEXT).unwrap().with(line).unwrap().render()
    };
    let mut flipped = good.bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let longer = [&good.bytes[..], &[0]].concat();
    let by_other = authenticator("ana/approval", 6).assert(TEXT).unwrap();
    let mut renamed = by_other.clone();
    renamed.credential_id = ana.credential().credential_id().to_vec();
    for (name, bytes, code) in [
        ("signature changed", flipped, "assertion-signature"),
        ("longer by a byte", longer, "assertion-form"),
        ("cut short", good.bytes[..40].to_vec(), "assertion-form"),
        (
            "by another credential",
            by_other.to_bytes(),
            "assertion-credential-id",
        ),
        (
            "by another key under this credential's id",
            renamed.to_bytes(),
            "assertion-signature",
        ),
    ] {
        let name = format!("assertion {name}");
        cases.push(case(
            &name,
            &with_bytes(bytes),
            &[ana.credential()],
            error(code),
        ));
    }
    cases
}

fn key_cases() -> Vec<Case> {
    let ana = key("ana/approval", 1).verifier();
    let passkey = authenticator("ana/approval", 5);
    let text_of = |payload: &[u8]| {
        let name: KeyName = "ana/approval".parse().unwrap();
        format!(
            "{name}+{}+{}",
            KeyId::of(&name, payload),
            STANDARD.encode(payload)
        )
    };
    let public = ana.public_bytes();
    let text = ana.to_string();
    let credential = passkey.credential().to_string();
    let payload = STANDARD
        .decode(credential.splitn(3, '+').last().unwrap())
        .unwrap();
    let mut off_curve = payload.clone();
    off_curve[1 + 27 + 1] ^= 1;
    let mut compressed = payload.clone();
    compressed[1 + 26 + 1] = 2;
    let mut identity = [0; 33];
    (identity[0], identity[1]) = (1, 1);
    let make = |name: &str, key: &str, expected: Expected| Case {
        kind: Kind::Key,
        context: String::new(),
        keys: vec![key.to_owned()],
        ..case(&format!("key: {name}"), "", &[], expected)
    };
    let good = |name: &str, key: &str| make(name, key, by(&[]));
    let bad = |name: &str, key: &str| make(name, key, error("key-text"));
    vec![
        good("Ed25519", &text),
        good("WebAuthn credential", &credential),
        good(
            "of others",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ),
        bad("empty", ""),
        bad("name only", "ana/approval"),
        bad("no name", text.strip_prefix("ana/approval").unwrap()),
        bad("space in the name", &text.replace("ana", "an a")),
        bad("other name under the same id", &text.replace("ana", "ben")),
        bad(
            "id in capitals",
            &text.replace(&ana.key_id().to_string(), "ABCDEF01"),
        ),
        bad("base64 without padding", &credential.replace('=', "")),
        bad("31 bytes", &text_of(&[&[1], &public[..31]].concat())),
        bad("33 bytes", &text_of(&[&[1], &public[..], &[0]].concat())),
        bad("point of small order", &text_of(&identity)),
        bad("unknown type", &text_of(&[&[2], &public[..]].concat())),
        bad("cosigner type", &text_of(&[&[4], &public[..]].concat())),
        bad(
            "extended type of another name",
            &text_of(b"\xffother/type\n0123"),
        ),
        bad(
            "credential cut short",
            &text_of(&payload[..payload.len() - 1]),
        ),
        bad(
            "credential with more behind",
            &text_of(&[&payload[..], &[0]].concat()),
        ),
        bad(
            "credential with a point off the curve",
            &text_of(&off_curve),
        ),
        bad("credential with a compressed point", &text_of(&compressed)),
    ]
}

fn files() -> [(&'static str, Vec<Case>); 4] {
    [
        ("documents.json", document_cases()),
        ("checkpoints.json", checkpoint_cases()),
        ("assertions.json", assertion_cases()),
        ("keys.json", key_cases()),
    ]
}

fn path_of(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec/vectors/note")
        .join(file)
}

fn rendered(cases: &[Case]) -> String {
    format!("{}\n", serde_json::to_string_pretty(cases).unwrap())
}

#[test]
fn the_vectors_hold() {
    let (mut good, mut bad) = (0, 0);
    for (file, _) in files() {
        let text = std::fs::read_to_string(path_of(file)).unwrap();
        let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
        for case in cases {
            check(&case);
            match case.expected {
                Expected::Error(_) => bad += 1,
                _ => good += 1,
            }
        }
    }
    assert!(bad > good && good > 10, "{good} good, {bad} bad");
}

#[test]
fn the_vectors_are_what_this_code_makes() {
    for (file, cases) in files() {
        cases.iter().for_each(check);
        let text = std::fs::read_to_string(path_of(file)).unwrap();
        assert_eq!(text, rendered(&cases), "{file}");
    }
}

#[test]
#[ignore = "writes spec/vectors/note"]
fn write_the_vectors() {
    for (file, cases) in files() {
        std::fs::write(path_of(file), rendered(&cases)).unwrap();
    }
}
