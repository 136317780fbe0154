//! What can be wrong with a note, a key or a signature.
//!
//! Place in the flow: every function of this crate that can fail returns [`NoteError`]. Its code is
//! what the vectors in `spec/vectors/note` name.
//!
//! Left to others: what a document means.

use model::{entropy::EntropyError, fault::Explain, fault::Fault};
use thiserror::Error;

/// A note, key or signature that is not accepted. Nothing of the note's text is quoted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// The bytes are not a signed note. The fault of whoever wrote it: have it written again.
    #[error("line {line} of the note: {problem}")]
    Malformed {
        /// Line counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The note is longer than a note may be. The fault of whoever wrote it.
    #[error("a note has at most {limit} {unit}")]
    TooLarge {
        /// The limit passed.
        limit: usize,
        /// What is counted: `bytes` or `signatures`.
        unit: &'static str,
    },
    /// The text is not a key in its written form. The fault of whoever wrote the roster or key file.
    #[error("key text: {problem}")]
    KeyText {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The first line of the text is not the one this kind of document has. The fault of whoever
    /// handed in the wrong document.
    #[error("the note's first line is not `{expected}`")]
    WrongContext {
        /// The line expected.
        expected: String,
    },
    /// The key is for another use. The fault of whoever put the key to this use: law and roster
    /// give one key one use.
    #[error("key `{name}` may not sign a `{context}`")]
    KeyUse {
        /// The key's name.
        name: String,
        /// The context line it was tried on.
        context: String,
    },
    /// The note bears no signature of this key. Get it signed.
    #[error("the note is not signed by `{name}`")]
    NotSigned {
        /// The key's name.
        name: String,
    },
    /// A signature under a known key's name and id does not verify: text or signature were changed,
    /// or it was forged. Reject the whole note.
    #[error("the signature of `{name}` does not verify")]
    BadSignature {
        /// The key's name.
        name: String,
    },
    /// An authenticator's assertion fails one of the checks of WebAuthn section 7.2. Reject the
    /// whole note.
    #[error("the assertion of `{name}` is refused: {fault}")]
    Assertion {
        /// The key's name.
        name: String,
        /// The check that failed.
        fault: WebAuthnFault,
    },
    /// The operating system gave no random bytes. Nobody's fault; try again.
    #[error("no key could be drawn")]
    Entropy(#[from] EntropyError),
}

/// The check an assertion failed (W3C Web Authentication Level 2, section 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WebAuthnFault {
    /// The signature line's bytes are not four length-prefixed fields.
    #[error("its bytes are not four length-prefixed fields")]
    Form,
    /// Another credential was used than the enrolled one (step 7).
    #[error("it was made with another credential")]
    CredentialId,
    /// clientDataJSON is not the JSON of client data (step 10).
    #[error("clientDataJSON cannot be read")]
    ClientData,
    /// `type` is not `webauthn.get` (step 11).
    #[error("its type is not `webauthn.get`")]
    Type,
    /// The challenge is not SHA-256 of this note's text (step 12).
    #[error("its challenge is not this text")]
    Challenge,
    /// The origin is not exactly the enrolled one (step 13).
    #[error("its origin is not the enrolled one")]
    Origin,
    /// The page was framed by another origin.
    #[error("it was made across origins")]
    CrossOrigin,
    /// authenticatorData has not the form of an assertion's.
    #[error("authenticatorData cannot be read")]
    AuthenticatorData,
    /// The hash in authenticatorData is not that of the enrolled relying party (step 15).
    #[error("it was made for another relying party")]
    RelyingParty,
    /// No person touched the authenticator (step 16).
    #[error("no person was present")]
    UserPresence,
    /// The authenticator did not verify the person (step 17).
    #[error("the person was not verified")]
    UserVerification,
    /// The ES256 signature is not one (step 20).
    #[error("its signature does not verify")]
    Signature,
}

impl NoteError {
    /// A stable word for the error, as vectors and machine-readable reports name it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::TooLarge { .. } => "too-large",
            Self::KeyText { .. } => "key-text",
            Self::WrongContext { .. } => "wrong-context",
            Self::KeyUse { .. } => "key-use",
            Self::NotSigned { .. } => "not-signed",
            Self::BadSignature { .. } => "bad-signature",
            Self::Assertion { fault, .. } => fault.code(),
            Self::Entropy(_) => "entropy",
        }
    }

    pub(crate) const fn malformed(line: usize, problem: &'static str) -> Self {
        Self::Malformed { line, problem }
    }

    pub(crate) const fn key_text(problem: &'static str) -> Self {
        Self::KeyText { problem }
    }
}

impl WebAuthnFault {
    /// A stable word for the failed check.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form => "assertion-form",
            Self::CredentialId => "assertion-credential-id",
            Self::ClientData => "assertion-client-data",
            Self::Type => "assertion-type",
            Self::Challenge => "assertion-challenge",
            Self::Origin => "assertion-origin",
            Self::CrossOrigin => "assertion-cross-origin",
            Self::AuthenticatorData => "assertion-authenticator-data",
            Self::RelyingParty => "assertion-relying-party",
            Self::UserPresence => "assertion-user-presence",
            Self::UserVerification => "assertion-user-verification",
            Self::Signature => "assertion-signature",
        }
    }
}

impl Explain for NoteError {
    fn fault(&self) -> Fault {
        match self {
            Self::Malformed { .. }
            | Self::TooLarge { .. }
            | Self::KeyText { .. }
            | Self::WrongContext { .. } => Fault::Input,
            Self::KeyUse { .. }
            | Self::NotSigned { .. }
            | Self::BadSignature { .. }
            | Self::Assertion { .. } => Fault::Refused,
            Self::Entropy(_) => Fault::Unavailable,
        }
    }
}
