//! The vectors in `spec/vectors/note`: read and checked, and made again to be compared.
//!
//! Place in the flow: tests of note. Another implementation can use the same files. After a change
//! of a format: `UPDATE=1 cargo test -p countersign-note --test vectors` writes them.
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
    let mut cases = signed_cases();
    cases.extend(misused_cases());
    let ana = key("ana/approval", 1);
    let roster: [&dyn ToString; 1] = [&ana.verifier()];
    let good = signed(&[&ana]).render();
    for (name, note) in malformed_texts(&good)
        .into_iter()
        .chain(malformed_lines(&good))
    {
        cases.push(case(name, &note, &roster, error("malformed")));
    }
    cases
}

fn signed_cases() -> Vec<Case> {
    let (ana, ben) = (key("ana/approval", 1), key("ben/approval", 2));
    let other_name = key("anna/approval", 1);
    let (a, b, twin) = (ana.verifier(), ben.verifier(), other_name.verifier());
    let good = signed(&[&ana]).render();
    let both = signed(&[&ben, &ana]).render();
    let text = format!("{LINE}\n\n— ana/approval no signature\n\n");
    let blank = ana
        .sign_note(&Context::document(LINE), text)
        .unwrap()
        .render();
    let twins = signed(&[&ana, &other_name]).render();
    let garbage = format!("{good}— eve/approval AAAAAAA=\n");
    let once = "one public key under two names counts once";
    vec![
        case("one signature", &good, &[&a], by(&[0])),
        case("two signatures", &both, &[&a, &b], by(&[0, 1])),
        case("unknown keys are ignored", &both, &[&b], by(&[0])),
        case("unknown garbage is ignored", &garbage, &[&a], by(&[0])),
        case("nobody of the roster", &good, &[&b], by(&[])),
        case("blank lines in the text", &blank, &[&a], by(&[0])),
        case(once, &twins, &[&a, &twin], by(&[0])),
    ]
}

fn misused_cases() -> Vec<Case> {
    let (ana, cover) = (key("ana/approval", 1), key("ana/cover", 1));
    let good = signed(&[&ana]);
    let genuine = SignatureLine {
        name: cover.name().clone(),
        key_id: cover.verifier().key_id(),
        bytes: good.signatures()[0].bytes.clone(),
    };
    let misused = Note::unsigned(TEXT)
        .unwrap()
        .with(genuine)
        .unwrap()
        .render();
    let changed = good.render().replace("allow", "allov");
    let other = good.render().replace(LINE, "countersign/cover/v1");
    let (a, c) = (ana.verifier(), cover.verifier());
    vec![
        case("text changed", &changed, &[&a], error("bad-signature")),
        case("key for another use", &misused, &[&c], error("key-use")),
        case("another first line", &other, &[&a], error("wrong-context")),
    ]
}

fn malformed_texts(good: &str) -> Vec<(&'static str, String)> {
    let put = |letter: &str| good.replace("allow", &format!("al{letter}low"));
    vec![
        ("empty", String::new()),
        ("no signatures", TEXT.to_owned()),
        ("blank line but no signatures", format!("{TEXT}\n")),
        ("no final newline", good.trim_end().to_owned()),
        ("carriage returns", good.replace('\n', "\r\n")),
        ("tab in the text", put("\t")),
        ("right-to-left override in the text", put("\u{202e}")),
        ("line separator in the text", put("\u{2028}")),
    ]
}

fn malformed_lines(good: &str) -> Vec<(&'static str, String)> {
    let last = good.lines().last().unwrap();
    let and = |line: &str| format!("{good}{line}\n");
    let named = |name: &str| good.replace("— ana", &format!("— {name}"));
    vec![
        ("hyphen for the em dash", good.replace("— ", "- ")),
        ("no space after the em dash", good.replace("— ", "—")),
        ("plus in the key name", named("a+na")),
        ("no-break space in the key name", named("a\u{a0}na")),
        ("base64 without padding", good.replace("=\n", "\n")),
        ("base64 with stray bits", and("— eve/approval AAAAAAF=")),
        ("shorter than a key id", and("— eve/approval AAAA")),
        ("signature of no bytes", and("— eve/approval AAAAAA==")),
        ("the same key twice", and(last)),
        ("text after the signatures", and("more")),
    ]
}

fn checkpoint_cases() -> Vec<Case> {
    let context = Context::checkpoint(ORIGIN).unwrap();
    let log = key(ORIGIN, 3);
    let other_log = key("other.example/log", 3).verifier().to_string();
    let witness = CosignerSigningKey::from_seed("k1/witness".parse().unwrap(), &[4; 32]);
    let time = Instant(1_800_000_000);
    let head = log.sign_note(&context, HEAD).unwrap();
    let line = witness.cosign(&context, HEAD, time).unwrap();
    let mut later = line.clone();
    later.bytes[7] ^= 1;
    let later = head.clone().with(later).unwrap().render();
    let both = head.clone().with(line).unwrap().render();
    let head = head.render();
    let (log, witness) = (log.verifier().to_string(), witness.verifier().to_string());
    let make = |kind: Kind, name: &str, origin: &str, key: &str, note: &str, expected| Case {
        kind,
        context: origin.to_owned(),
        keys: vec![key.to_owned()],
        ..case(name, note, &[], expected)
    };
    let cosigned = |name: &str, origin: &str, key: &str, note: &str, expected| {
        make(Kind::Cosignature, name, origin, key, note, expected)
    };
    let checkpoint = |name: &str, origin: &str, key: &str, expected| {
        make(Kind::Checkpoint, name, origin, key, &both, expected)
    };
    let (good, other) = (Expected::CosignedAt(time.0), "other.example/log");
    let (bad, absent) = (error("bad-signature"), error("not-signed"));
    let (key_text, wrong) = (error("key-text"), error("wrong-context"));
    vec![
        checkpoint("checkpoint", ORIGIN, &log, by(&[0])),
        cosigned("cosignature", ORIGIN, &witness, &both, good),
        cosigned("another time", ORIGIN, &witness, &later, bad),
        cosigned("cosignature missing", ORIGIN, &witness, &head, absent),
        cosigned("cosigned elsewhere", other, &witness, &both, wrong.clone()),
        cosigned("log key as witness", ORIGIN, &log, &both, key_text.clone()),
        checkpoint("witness key as log", ORIGIN, &witness, key_text.clone()),
        checkpoint("another log", other, &other_log, wrong),
        checkpoint("origin that is none", "gate.example", &log, key_text),
    ]
}

/// What is done to an honest ceremony, and the code expected after `assertion-`, or `ok`.
const CEREMONIES: &[(&str, &str, &str)] = &[
    ("ok", "kind", "webauthn.get"),
    ("ok", "more", ""),
    ("ok", "more", ",\"crossOrigin\":null,\"unknown\":1"),
    ("ok", "flags", "1d"),
    ("ok", "flags and extensions", "9d"),
    ("type", "kind", "webauthn.create"),
    ("challenge", "text", "countersign/approval/v1\n"),
    ("challenge", "challenge", ""),
    ("challenge", "challenge", "AAAA"),
    ("origin", "origin", "https://x.desk.example"),
    ("origin", "origin", "https://desk.example:8443"),
    ("origin", "origin", "http://desk.example"),
    ("cross-origin", "more", ",\"crossOrigin\":true"),
    ("cross-origin", "more", ",\"topOrigin\":\"https://x\""),
    ("client-data", "more", ",\"type\":\"webauthn.get\""),
    ("client-data", "more", ",\"crossOrigin\":\"no\""),
    ("client-data", "more", "}"),
    ("relying-party", "rp_id", "example"),
    ("user-presence", "flags", "04"),
    ("user-verification", "flags", "01"),
    ("authenticator-data", "flags", "45"),
    ("authenticator-data", "flags", "85"),
    ("authenticator-data", "extensions unannounced", "05"),
];

fn spoil(ana: &SoftwareAuthenticator, what: &str, value: &str) -> Ceremony {
    let mut ceremony = ana.ceremony(TEXT);
    let text = value.to_owned();
    match what {
        "kind" => ceremony.kind = text,
        "text" => ceremony = ana.ceremony(value),
        "challenge" => ceremony.challenge = text,
        "origin" => ceremony.origin = text,
        "more" => ceremony.more_members = text,
        "rp_id" => ceremony.rp_id = text,
        _ => ceremony.flags = u8::from_str_radix(value, 16).unwrap(),
    }
    if what.contains("extensions") {
        ceremony.extensions = vec![0xa0];
    }
    ceremony
}

fn assertion_cases() -> Vec<Case> {
    let ana = authenticator("ana/approval", 5);
    let honest = ana.credential().line(&ana.assert(TEXT).unwrap());
    let make = |name: &str, bytes: Vec<u8>, code: &str| {
        let line = SignatureLine {
            bytes,
            ..honest.clone()
        };
        let note = Note::unsigned(TEXT).unwrap().with(line).unwrap().render();
        let expected = match code {
            "ok" => by(&[0]),
            _ => error(&format!("assertion-{code}")),
        };
        case(
            &format!("assertion: {name}"),
            &note,
            &[ana.credential()],
            expected,
        )
    };
    let mut cases = Vec::new();
    for (code, what, value) in CEREMONIES {
        let assertion = ana.perform(&spoil(&ana, what, value)).unwrap();
        cases.push(make(
            &format!("{what} {value:?}"),
            assertion.to_bytes(),
            code,
        ));
    }
    let good = honest.bytes.clone();
    let mut changed = good.clone();
    *changed.last_mut().unwrap() ^= 1;
    let foreign = authenticator("ana/approval", 6).assert(TEXT).unwrap();
    let mut renamed = foreign.clone();
    renamed.credential_id = ana.credential().credential_id().to_vec();
    cases.extend([
        make("signature changed", changed, "signature"),
        make("cut short", good[..40].to_vec(), "form"),
        make("longer by a byte", [&good[..], &[0]].concat(), "form"),
        make("another credential", foreign.to_bytes(), "credential-id"),
        make("another key, this id", renamed.to_bytes(), "signature"),
    ]);
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
    WRITTEN.call_once(write_where_asked);
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
    WRITTEN.call_once(write_where_asked);
    for (file, cases) in files() {
        cases.iter().for_each(check);
        let text = std::fs::read_to_string(path_of(file)).unwrap();
        assert_eq!(text, rendered(&cases), "{file}");
    }
}

static WRITTEN: std::sync::Once = std::sync::Once::new();

/// Writes the vectors anew where `UPDATE` is set; then they are checked as any others.
fn write_where_asked() {
    if std::env::var_os("UPDATE").is_none() {
        return;
    }
    for (file, cases) in files() {
        std::fs::write(path_of(file), rendered(&cases)).unwrap();
    }
}
