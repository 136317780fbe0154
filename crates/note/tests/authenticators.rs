//! Signatures by authenticators: every check has a ceremony that fails it alone.
//!
//! Place in the flow: tests of note, with the software authenticator.
//!
//! Left to others: real browsers (the desk's tests).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_note as note;

use note::{
    Assertion, Context, Note, NoteError, Verifier, WebAuthnCredential, WebAuthnFault,
    testing::{Ceremony, SoftwareAuthenticator},
    verified_by,
};

const APPROVAL: Context = Context::document("countersign/approval/v1");
const TEXT: &str = "countersign/approval/v1\ndecision allow\n";

fn authenticator(name: &str, scalar: u8) -> SoftwareAuthenticator {
    SoftwareAuthenticator::from_scalar(
        name.parse().unwrap(),
        &[scalar; 32],
        "desk.example",
        "https://desk.example:8443",
    )
    .unwrap()
}

fn note_of(credential: &WebAuthnCredential, assertion: &Assertion) -> Note {
    Note::unsigned(TEXT)
        .unwrap()
        .with(credential.line(assertion))
        .unwrap()
}

fn fault_of(outcome: Result<(), NoteError>) -> Option<WebAuthnFault> {
    match outcome {
        Ok(()) => None,
        Err(NoteError::Assertion { fault, .. }) => Some(fault),
        Err(other) => panic!("{other:?}"),
    }
}

fn check(spoil: impl Fn(&mut Ceremony), expected: Option<WebAuthnFault>) {
    let ana = authenticator("ana/approval", 7);
    let mut ceremony = ana.ceremony(TEXT);
    spoil(&mut ceremony);
    let note = note_of(ana.credential(), &ana.perform(&ceremony).unwrap());
    let read = Note::parse(&note.render()).unwrap();
    let outcome = ana.credential().verify(&read, &APPROVAL);
    assert_eq!(fault_of(outcome), expected, "{ceremony:?}");
}

#[test]
fn honest_ceremonies_verify() {
    check(|_| {}, None);
    check(|c| c.more_members.clear(), None);
    check(
        |c| c.more_members = ",\"other_keys_can_be_added_here\":\"x\"".into(),
        None,
    );
    check(|c| c.flags = 0x1d, None);
    check(|c| (c.flags, c.extensions) = (0x85, vec![0xa0]), None);
}

#[test]
fn each_spoilt_part_is_refused_for_what_it_is() {
    use WebAuthnFault as Fault;
    check(|c| c.kind = "webauthn.create".into(), Some(Fault::Type));
    check(|c| c.kind = "payment.get".into(), Some(Fault::Type));
    let other_text = authenticator("ana/approval", 7).ceremony("countersign/approval/v1\n");
    check(
        |c| c.challenge = other_text.challenge.clone(),
        Some(Fault::Challenge),
    );
    check(|c| c.challenge.push('='), Some(Fault::Challenge));
    check(|c| c.challenge.clear(), Some(Fault::Challenge));
    check(
        |c| c.origin = "https://desk.example".into(),
        Some(Fault::Origin),
    );
    check(
        |c| c.origin = "https://a.desk.example:8443".into(),
        Some(Fault::Origin),
    );
    check(
        |c| c.origin = "https://desk.example:8443/".into(),
        Some(Fault::Origin),
    );
    check(
        |c| c.origin = "http://desk.example:8443".into(),
        Some(Fault::Origin),
    );
    check(
        |c| c.more_members = ",\"crossOrigin\":true".into(),
        Some(Fault::CrossOrigin),
    );
    check(
        |c| c.more_members = ",\"crossOrigin\":false,\"topOrigin\":\"https://x\"".into(),
        Some(Fault::CrossOrigin),
    );
    check(
        |c| c.more_members = ",\"type\":\"webauthn.get\"".into(),
        Some(Fault::ClientData),
    );
    check(
        |c| c.more_members = ",\"crossOrigin\":\"no\"".into(),
        Some(Fault::ClientData),
    );
    check(|c| c.more_members = "}".into(), Some(Fault::ClientData));
    check(|c| c.rp_id = "example".into(), Some(Fault::RelyingParty));
    check(|c| c.flags = 0x04, Some(Fault::UserPresence));
    check(|c| c.flags = 0x01, Some(Fault::UserVerification));
    check(|c| c.flags = 0x45, Some(Fault::AuthenticatorData));
    check(|c| c.flags = 0x85, Some(Fault::AuthenticatorData));
    check(
        |c| c.extensions = vec![0xa0],
        Some(Fault::AuthenticatorData),
    );
}

#[test]
fn another_credential_or_key_is_refused() {
    let (ana, eve) = (
        authenticator("ana/approval", 7),
        authenticator("ana/approval", 8),
    );
    let by_eve = eve.assert(TEXT).unwrap();
    let note = note_of(ana.credential(), &by_eve);
    let fault = fault_of(ana.credential().verify(&note, &APPROVAL));
    assert_eq!(fault, Some(WebAuthnFault::CredentialId));
    // Eve claims Ana's credential id, which is no secret.
    let claimed = Assertion {
        credential_id: ana.credential().credential_id().to_vec(),
        ..by_eve
    };
    let note = note_of(ana.credential(), &claimed);
    let fault = fault_of(ana.credential().verify(&note, &APPROVAL));
    assert_eq!(fault, Some(WebAuthnFault::Signature));
}

#[test]
fn every_bit_of_an_assertion_counts() {
    let ana = authenticator("ana/approval", 7);
    let good = ana.credential().line(&ana.assert(TEXT).unwrap());
    for at in 0..good.bytes.len() {
        for bit in 0..8 {
            let mut line = good.clone();
            line.bytes[at] ^= 1 << bit;
            let note = Note::unsigned(TEXT).unwrap().with(line).unwrap();
            let fault = fault_of(ana.credential().verify(&note, &APPROVAL));
            assert!(fault.is_some(), "byte {at} bit {bit}");
        }
    }
    for length in 1..good.bytes.len() {
        let mut line = good.clone();
        line.bytes.truncate(length);
        let note = Note::unsigned(TEXT).unwrap().with(line).unwrap();
        let fault = fault_of(ana.credential().verify(&note, &APPROVAL));
        assert_eq!(fault, Some(WebAuthnFault::Form), "{length}");
    }
    let mut longer = good;
    longer.bytes.push(0);
    let note = Note::unsigned(TEXT).unwrap().with(longer).unwrap();
    let fault = fault_of(ana.credential().verify(&note, &APPROVAL));
    assert_eq!(fault, Some(WebAuthnFault::Form));
}

#[test]
fn assertions_have_limits() {
    let with = |id: usize, data: usize, client: usize, signature: usize| {
        Assertion::new(
            vec![0; id],
            vec![0; data],
            vec![0; client],
            vec![0; signature],
        )
        .is_ok()
    };
    assert!(with(1, 1, 1, 1));
    assert!(with(1023, 1024, 4096, 72));
    assert!(!with(0, 1, 1, 1));
    assert!(!with(1024, 1, 1, 1));
    assert!(!with(1, 0, 1, 1));
    assert!(!with(1, 1025, 1, 1));
    assert!(!with(1, 1, 0, 1));
    assert!(!with(1, 1, 4097, 1));
    assert!(!with(1, 1, 1, 0));
    assert!(!with(1, 1, 1, 73));
}

#[test]
fn use_context_and_presence_are_checked_as_for_any_key() {
    let ana = authenticator("ana/approval", 7);
    let note = note_of(ana.credential(), &ana.assert(TEXT).unwrap());
    let code = |credential: &WebAuthnCredential, context: &Context| {
        credential.verify(&note, context).unwrap_err().code()
    };
    assert_eq!(
        code(ana.credential(), &Context::document("countersign/cover/v1")),
        "wrong-context"
    );
    assert_eq!(
        code(authenticator("ana/cover", 7).credential(), &APPROVAL),
        "key-use"
    );
    assert_eq!(
        code(authenticator("ben/approval", 7).credential(), &APPROVAL),
        "not-signed"
    );
}

#[test]
fn credentials_read_back_and_every_part_changes_the_id() {
    let ana = authenticator("ana/approval", 7);
    let credential = ana.credential();
    let text = credential.to_string();
    assert_eq!(text.parse(), Ok(Verifier::WebAuthn(credential.clone())));
    assert_eq!(text.parse().as_ref(), Ok(credential));
    let with = |name: &str, id: &[u8], rp_id: &str, origin: &str| {
        let public = credential.public_bytes();
        WebAuthnCredential::new(name.parse().unwrap(), id, &public, rp_id, origin)
            .unwrap()
            .key_id()
    };
    let (name, id) = ("ana/approval", credential.credential_id());
    let origin = "https://desk.example:8443";
    assert_eq!(with(name, id, "desk.example", origin), credential.key_id());
    for other in [
        with("ana/cover", id, "desk.example", origin),
        with(name, b"id", "desk.example", origin),
        with(name, id, "example", origin),
        with(name, id, "desk.example", "https://desk.example"),
    ] {
        assert_ne!(other, credential.key_id());
    }
}

#[test]
fn authenticators_and_software_keys_are_counted_together() {
    let (ana, ben) = (
        authenticator("ana/approval", 7),
        authenticator("ben/approval", 8),
    );
    let software = note::SigningKey::from_seed("cyd/approval".parse().unwrap(), &[9; 32]);
    let twin = authenticator("anna/approval", 7);
    let roster = [
        Verifier::from(ana.credential().clone()),
        Verifier::from(ben.credential().clone()),
        Verifier::from(software.verifier()),
        Verifier::from(twin.credential().clone()),
    ];
    let note = note_of(ana.credential(), &ana.assert(TEXT).unwrap())
        .with(twin.credential().line(&twin.assert(TEXT).unwrap()))
        .unwrap()
        .with(software.sign(&APPROVAL, TEXT).unwrap())
        .unwrap();
    assert_eq!(verified_by(&note, &roster, &APPROVAL), Ok(vec![0, 2]));
}
