//! Reading, writing, signing and verifying notes with Ed25519 keys and witnesses' keys.
//!
//! Place in the flow: tests of note. The oracle is Cloudflare's `signed_note`.
//!
//! Left to others: authenticators (authenticators.rs), the vectors on disk (vectors.rs).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_note as note;

use model::{
    fault::{Explain, Fault},
    time::Instant,
};
use note::{
    Context, CosignerKey, CosignerSigningKey, KeyName, MAX_NOTE_BYTES, Note, NoteError,
    SignatureLine, SigningKey, Verifier, VerifierKey, verified_by,
};
use proptest::prelude::*;

const APPROVAL: Context = Context::document("countersign/approval/v1");
const TEXT: &str = "countersign/approval/v1\ndecision allow\n";

/// The note and key of the Go package `golang.org/x/mod/sumdb/note` (2019).
const NEUMANN: &str = "If you think cryptography is the answer to your problem,\n\
then you don't know what your problem is.\n\
\n\
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const NEUMANN_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/// The cosigned checkpoint in the text of C2SP tlog-cosignature.
const SOFA: &str = "example.com/behind-the-sofa\n\
20852163\n\
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
\n\
— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().unwrap(), &[seed; 32])
}

fn signed(keys: &[&SigningKey]) -> Note {
    let mut note = Note::unsigned(TEXT).unwrap();
    for key in keys {
        note.add(key.sign(&APPROVAL, TEXT).unwrap()).unwrap();
    }
    note
}

#[test]
fn notes_of_others_read_and_render_back() {
    for text in [NEUMANN, SOFA] {
        let note = Note::parse(text).unwrap();
        assert_eq!(note.render(), text);
        assert_eq!(Note::parse_bytes(text.as_bytes()), Ok(note));
    }
    let key: VerifierKey = NEUMANN_KEY.parse().unwrap();
    assert_eq!(key.to_string(), NEUMANN_KEY);
    let witness = &Note::parse(SOFA).unwrap().signatures()[1].clone();
    assert_eq!(witness.bytes.len(), 72);
    assert_eq!(witness.bytes[..8], 1_679_315_147_u64.to_be_bytes());
}

#[test]
fn a_text_may_have_blank_lines_of_its_own() {
    let text = "countersign/approval/v1\n\n— not a signature\n\n";
    let note = key("ana/approval", 1).sign_note(&APPROVAL, text).unwrap();
    let read = Note::parse(&note.render()).unwrap();
    assert_eq!(read.text(), text);
    assert_eq!(read.signatures().len(), 1);
}

fn check_malformed(input: &str, line: usize) {
    match Note::parse(input) {
        Err(NoteError::Malformed { line: found, .. }) => assert_eq!(found, line, "{input:?}"),
        other => panic!("{input:?}: {other:?}"),
    }
}

#[test]
fn malformed_notes_are_refused_at_their_line() {
    let good = signed(&[&key("ana/approval", 1)]).render();
    check_malformed("", 1);
    check_malformed("text\n", 1);
    check_malformed(TEXT, 1);
    check_malformed("\n\n— a AAAAAAA=\n", 1);
    check_malformed(&format!("\n{good}"), 1);
    check_malformed(&good.replace("decision", "deci\tsion"), 2);
    check_malformed(&good.replace("decision", "deci\rsion"), 2);
    check_malformed(&good.replace("decision", "deci\u{7f}sion"), 2);
    check_malformed(&good.replace("decision", "deci\u{85}sion"), 2);
    for unseen in "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}".chars()
    {
        check_malformed(&good.replace("decision", &format!("deci{unseen}sion")), 2);
    }
    check_malformed(&format!("{TEXT}\n"), 4);
    check_malformed(good.trim_end(), 4);
    check_malformed(&good.replace("— ", "- "), 4);
    check_malformed(&good.replace("— ", "—"), 4);
    check_malformed(&good.replace("— ", "—  "), 4);
    check_malformed(&good.replace("ana/", "a+na/"), 4);
    check_malformed(&good.replace("ana/", "a\u{a0}na/"), 4);
    check_malformed(&good.replace("=\n", "\n"), 4);
    check_malformed(&good.replace("=\n", "==\n"), 4);
    check_malformed(&good.replace("=\n", "= \n"), 4);
    check_malformed(&format!("{good}trailing\n"), 5);
    check_malformed(&format!("{good}— b/approval AAAAAA==\n"), 5);
    check_malformed(&format!("{good}— b/approval AAAAAB==\n"), 5);
    check_malformed(&format!("{good}— b/approval AAAAAAF=\n"), 5);
    check_malformed(&format!("{good}— b/approval A-_AAAA=\n"), 5);
    let line = good.lines().last().unwrap();
    check_malformed(&format!("{good}{line}\n"), 5);
    let bytes = [good.as_bytes(), b"\xff\n"].concat();
    assert!(matches!(
        Note::parse_bytes(&bytes),
        Err(NoteError::Malformed { line: 5, .. })
    ));
}

#[test]
fn notes_have_limits() {
    let tail = signed(&[&key("ana/approval", 1)]).render().len() - TEXT.len();
    let text_of = |bytes: usize| format!("countersign/approval/v1\n{}\n", "x".repeat(bytes - 25));
    let largest = text_of(MAX_NOTE_BYTES - tail);
    let signer = key("ana/approval", 1);
    let note = signer.sign_note(&APPROVAL, largest.clone()).unwrap();
    assert_eq!(note.render().len(), MAX_NOTE_BYTES);
    assert_eq!(Note::parse(&note.render()), Ok(note.clone()));
    let larger = note.render().replacen("xx", "xxx", 1);
    assert!(matches!(
        Note::parse(&larger),
        Err(NoteError::TooLarge { unit: "bytes", .. })
    ));
    let too_long = signer.sign_note(&APPROVAL, text_of(MAX_NOTE_BYTES - tail + 1));
    assert!(matches!(
        too_long,
        Err(NoteError::TooLarge { unit: "bytes", .. })
    ));
    let unsigned = Note::unsigned("x\n".repeat(MAX_NOTE_BYTES));
    assert!(matches!(
        unsigned,
        Err(NoteError::TooLarge { unit: "bytes", .. })
    ));

    let mut note = Note::unsigned(TEXT).unwrap();
    for number in 0..100 {
        let name = format!("k{number}/approval");
        note.add(key(&name, 1).sign(&APPROVAL, TEXT).unwrap())
            .unwrap();
    }
    assert_eq!(Note::parse(&note.render()), Ok(note.clone()));
    let one_more = key("more/approval", 1).sign(&APPROVAL, TEXT).unwrap();
    let error = note.add(one_more.clone()).unwrap_err();
    assert!(matches!(
        error,
        NoteError::TooLarge {
            limit: 100,
            unit: "signatures"
        }
    ));
    let rendered = format!("{}{one_more}\n", note.render());
    assert_eq!(Note::parse(&rendered), Err(error));
}

#[test]
fn every_byte_of_a_signed_note_counts() {
    let signer = key("ana/approval", 1);
    let verifier = signer.verifier();
    let good = signed(&[&signer]).render();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let outcome =
                Note::parse_bytes(&bytes).and_then(|note| verifier.verify(&note, &APPROVAL));
            assert!(outcome.is_err(), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn a_key_signs_and_verifies_its_own_use_only() {
    let cover = Context::document("countersign/cover/v1");
    let signer = key("ana/approval", 1);
    let error = signer.sign(&cover, "countersign/cover/v1\n").unwrap_err();
    assert_eq!(error.code(), "key-use");
    assert_eq!(error.fault(), Fault::Refused);
    assert_eq!(
        signer.sign(&cover, TEXT).unwrap_err().code(),
        "wrong-context"
    );
    assert_eq!(
        signer
            .sign(&APPROVAL, "countersign/approval/v1")
            .unwrap_err()
            .code(),
        "malformed"
    );

    let log = Context::checkpoint("gate.example/log").unwrap();
    let head = "gate.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    assert_eq!(signer.sign(&log, head).unwrap_err().code(), "key-use");
    let log_key = key("gate.example/log", 2);
    assert!(log_key.sign(&log, head).is_ok());
    assert_eq!(log_key.sign(&APPROVAL, TEXT).unwrap_err().code(), "key-use");

    // A signature made elsewhere, by a key of another use, is refused though it is genuine.
    let rogue = ed25519_dalek::SigningKey::from_bytes(&[2; 32]);
    let line = SignatureLine {
        name: log_key.name().clone(),
        key_id: log_key.verifier().key_id(),
        bytes: ed25519_dalek::Signer::sign(&rogue, TEXT.as_bytes())
            .to_bytes()
            .to_vec(),
    };
    let note = Note::unsigned(TEXT).unwrap().with(line).unwrap();
    assert_eq!(
        log_key
            .verifier()
            .verify(&note, &APPROVAL)
            .unwrap_err()
            .code(),
        "key-use"
    );
}

#[test]
fn verification_says_what_is_wrong() {
    let (ana, ben) = (key("ana/approval", 1), key("ben/approval", 2));
    let note = signed(&[&ana]);
    assert_eq!(ana.verifier().verify(&note, &APPROVAL), Ok(()));
    assert_eq!(
        ben.verifier().verify(&note, &APPROVAL).unwrap_err().code(),
        "not-signed"
    );
    let other = Context::document("countersign/approval/v2");
    assert_eq!(
        ana.verifier().verify(&note, &other).unwrap_err().code(),
        "wrong-context"
    );
    // The same name with another key is another key.
    let twin = key("ana/approval", 3).verifier();
    assert_eq!(
        twin.verify(&note, &APPROVAL).unwrap_err().code(),
        "not-signed"
    );
    let mut line = note.signatures()[0].clone();
    line.bytes.pop();
    let short = Note::unsigned(TEXT).unwrap().with(line).unwrap();
    assert_eq!(
        ana.verifier().verify(&short, &APPROVAL).unwrap_err().code(),
        "bad-signature"
    );
}

#[test]
fn keys_read_back_from_their_texts() {
    let drawn = SigningKey::generate("ana/approval".parse().unwrap()).unwrap();
    let again = SigningKey::parse(drawn.to_secret_text().expose()).unwrap();
    assert_eq!(again.verifier(), drawn.verifier());
    let secret = drawn.to_secret_text();
    assert!(!format!("{drawn:?} {secret:?}").contains(&secret.expose()[40..]));
    let other = SigningKey::generate("ana/approval".parse().unwrap()).unwrap();
    assert_ne!(other.verifier(), drawn.verifier());

    let witness = CosignerSigningKey::generate("k1/witness".parse().unwrap()).unwrap();
    let again = CosignerSigningKey::parse(witness.to_secret_text().expose()).unwrap();
    assert_eq!(again.verifier(), witness.verifier());
    let text = witness.verifier().to_string();
    assert_eq!(text.parse(), Ok(witness.verifier()));

    // One kind of key is not read as the other.
    assert!(SigningKey::parse(witness.to_secret_text().expose()).is_err());
    assert!(CosignerSigningKey::parse(secret.expose()).is_err());
    assert!(text.parse::<VerifierKey>().is_err());
    assert!(text.parse::<Verifier>().is_err());
    assert!(drawn.verifier().to_string().parse::<CosignerKey>().is_err());
}

#[test]
fn distinct_keys_are_counted() {
    let (ana, ben, eve) = (
        key("ana/approval", 1),
        key("ben/approval", 2),
        key("eve/approval", 3),
    );
    let twin = key("anna/approval", 1);
    let roster: Vec<Verifier> = [&ana, &ben, &twin]
        .map(|key| Verifier::from(key.verifier()))
        .to_vec();
    let check = |keys: &[&SigningKey], expected: &[usize]| {
        assert_eq!(
            verified_by(&signed(keys), &roster, &APPROVAL).unwrap(),
            expected
        );
    };
    check(&[&ana], &[0]);
    check(&[&ben, &ana], &[0, 1]);
    check(&[&eve], &[]);
    check(&[&eve, &ben], &[1]);
    check(&[&ana, &twin], &[0]);
    check(&[&twin], &[2]);
    // A bad line of a known key spoils the note; of an unknown one it does not.
    let mut bad = ben.sign(&APPROVAL, TEXT).unwrap();
    bad.bytes[0] ^= 1;
    let note = signed(&[&ana]).with(bad).unwrap();
    let error = verified_by(&note, &roster, &APPROVAL).unwrap_err();
    assert_eq!(
        error,
        NoteError::BadSignature {
            name: "ben/approval".to_owned()
        }
    );
    assert_eq!(verified_by(&note, &roster[..1], &APPROVAL), Ok(vec![0]));
}

#[test]
fn cosignatures_are_of_checkpoints_and_bind_their_time() {
    let context = Context::checkpoint("gate.example/log").unwrap();
    let head = "gate.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let witness = CosignerSigningKey::from_seed("k1/witness".parse().unwrap(), &[9; 32]);
    let line = witness
        .cosign(&context, head, Instant(1_800_000_000))
        .unwrap();
    assert_eq!(line.bytes.len(), 72);
    let note = Note::unsigned(head).unwrap().with(line.clone()).unwrap();
    let found = witness.verifier().verify(&note, &context).unwrap();
    assert_eq!(found.time, Instant(1_800_000_000));
    for at in 0..line.bytes.len() {
        let mut changed = line.clone();
        changed.bytes[at] ^= 1;
        let note = Note::unsigned(head).unwrap().with(changed).unwrap();
        let error = witness.verifier().verify(&note, &context).unwrap_err();
        assert_eq!(error.code(), "bad-signature", "{at}");
    }
    let error = witness.cosign(&APPROVAL, TEXT, Instant(1)).unwrap_err();
    assert_eq!(error.code(), "key-use");
    let error = witness
        .cosign(&context, head, Instant(1 << 63))
        .unwrap_err();
    assert_eq!(error.code(), "malformed");
    let other = Context::checkpoint("other.example/log").unwrap();
    assert_eq!(
        witness.cosign(&other, head, Instant(1)).unwrap_err().code(),
        "wrong-context"
    );
    let error = witness.verifier().verify(&note, &other).unwrap_err();
    assert_eq!(error.code(), "wrong-context");
    let bare = Note::unsigned(head).unwrap();
    assert_eq!(
        witness
            .verifier()
            .verify(&bare, &context)
            .unwrap_err()
            .code(),
        "not-signed"
    );
}

#[test]
fn small_order_and_crooked_public_keys_are_refused() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let text_of = |public: [u8; 32]| {
        let name: KeyName = "ana/approval".parse().unwrap();
        let payload = [&[1_u8][..], &public].concat();
        format!(
            "{name}+{}+{}",
            note::KeyId::of(&name, &payload),
            STANDARD.encode(payload)
        )
    };
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut above_the_prime = [0xff; 32];
    above_the_prime[0] = 0xf0;
    above_the_prime[31] = 0x7f;
    let not_a_point = [2; 32];
    for bad in [identity, [0; 32], above_the_prime, not_a_point] {
        let parsed = text_of(bad).parse::<VerifierKey>();
        assert_eq!(parsed.unwrap_err().code(), "key-text", "{bad:?}");
    }
    let good = key("ana/approval", 1).verifier();
    assert_eq!(text_of(good.public_bytes()).parse(), Ok(good));
}

#[test]
fn the_oracle_reads_and_verifies_what_we_sign() {
    use signed_note::{Note as OtherNote, StandardSigner, StandardVerifier, VerifierList};
    let signer = key("ana/approval", 1);
    let ours = signed(&[&signer]);
    let theirs = StandardVerifier::new(&signer.verifier().to_string()).unwrap();
    let list = VerifierList::new(vec![Box::new(theirs)]);
    let read = OtherNote::from_bytes(ours.render().as_bytes()).unwrap();
    let (verified, unverified) = read.verify(&list).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 0));
    assert_eq!(verified[0].name(), "ana/approval");
    assert_eq!(read.text(), ours.text().as_bytes());
    // And the other way: a private key of ours in their hands, their signature in ours.
    let their_signer = StandardSigner::new(signer.to_secret_text().expose()).unwrap();
    let mut note = OtherNote::new(TEXT.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&their_signer]).unwrap();
    let read = Note::parse_bytes(&note.to_bytes()).unwrap();
    assert_eq!(signer.verifier().verify(&read, &APPROVAL), Ok(()));
    assert_eq!(read, ours);
}

proptest! {
    #[test]
    fn parsing_inverts_rendering(
        lines in prop::collection::vec("[^\\p{C}\\p{Z}]{0,12}", 0..6),
        names in prop::collection::btree_set("[a-zä/.]{1,8}", 1..5),
        bytes in prop::collection::vec(any::<u8>(), 1..80),
    ) {
        let text = format!("first\n{}\n", lines.join("\n"));
        let mut note = Note::unsigned(text).unwrap();
        for name in names {
            let id = note::KeyId([bytes[0]; 4]);
            let name = name.parse().unwrap();
            note.add(SignatureLine { name, key_id: id, bytes: bytes.clone() }).unwrap();
        }
        prop_assert_eq!(Note::parse(&note.render()), Ok(note));
    }

    #[test]
    fn rendering_inverts_parsing(input in "(a|\\PC|\n){0,12}\n\n(— a AAAAAAA=\n){0,2}(.|\n){0,3}") {
        if let Ok(note) = Note::parse(&input) {
            prop_assert_eq!(note.render(), input);
        }
    }

    #[test]
    fn bytes_never_crash_the_readers(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Note::parse_bytes(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = text.parse::<Verifier>();
        let _ = SigningKey::parse(&text);
    }
}
