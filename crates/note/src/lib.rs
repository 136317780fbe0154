//! Signed notes (C2SP signed-note v1): the one way anything is signed.
//!
//! Place in the flow: covers, statements, approvals, authority notes, receipts and checkpoints are
//! all texts that carry signature lines. A [`Note`] is read strictly, its first line is a
//! [`Context`], and a key signs and verifies only texts of the one use its [`KeyName`] ends in. So a
//! reviewer's approval key cannot sign a checkpoint, and a log's key cannot approve anything.
//!
//! Three kinds of key: Ed25519 ([`SigningKey`], [`VerifierKey`]), witnesses' timestamped Ed25519
//! ([`CosignerSigningKey`], [`CosignerKey`]) and reviewers' authenticators
//! ([`WebAuthnCredential`]). A roster line holds a [`Verifier`].
//!
//! Left to others: what a text says (instrument, translog), who holds which key (rosters), when it
//! is (callers hand times in). The byte formats are in `spec/note.md`.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod context;
mod cosignature;
mod ed25519;
mod error;
mod key_text;
mod name;
mod named_key;
mod signed;
pub mod testing;
mod verifier;
mod webauthn;

pub use context::Context;
pub use cosignature::{Cosignature, CosignerKey, CosignerSigningKey};
pub use ed25519::{SigningKey, VerifierKey};
pub use error::{NoteError, WebAuthnFault};
pub use name::{KeyId, KeyName};
pub use signed::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, SignatureLine};
pub use verifier::{Verifier, verified_by};
pub use webauthn::{Assertion, ES256_TYPE, WebAuthnCredential};
