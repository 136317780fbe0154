//! A software authenticator, for tests, vectors and synthetic deployments only.
//!
//! Place in the flow: plays browser and passkey, so that good and bad assertions can be made without
//! either. Nobody verifies a person here; a production roster never holds such a key.
//!
//! Left to others: real authenticators (the desk).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::digest::Digest;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};

use crate::{Assertion, KeyName, NoteError, WebAuthnCredential};

/// A credential with its private key in plain memory. Synthetic only.
pub struct SoftwareAuthenticator {
    credential: WebAuthnCredential,
    key: SigningKey,
}

/// What the authenticator is made to say: each field as a browser would fill it unless changed.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// `type` of clientDataJSON.
    pub kind: String,
    /// `challenge` of clientDataJSON, base64url without padding.
    pub challenge: String,
    /// `origin` of clientDataJSON.
    pub origin: String,
    /// More members of clientDataJSON, as JSON text beginning with a comma, or nothing.
    pub more_members: String,
    /// Hashed into authenticatorData.
    pub rp_id: String,
    /// Flags of authenticatorData: 0x01 present, 0x04 verified, 0x40 attested, 0x80 extensions.
    pub flags: u8,
    /// Bytes after the 37 of authenticatorData.
    pub extensions: Vec<u8>,
}

impl SoftwareAuthenticator {
    /// A credential of a 32-byte scalar, its id the scalar's digest.
    ///
    /// # Errors
    /// [`NoteError::KeyText`] for a scalar that is no key, or a relying party or origin that
    /// [`WebAuthnCredential::new`] refuses.
    pub fn from_scalar(
        name: KeyName,
        scalar: &[u8; 32],
        rp_id: &str,
        origin: &str,
    ) -> Result<Self, NoteError> {
        let key = SigningKey::from_slice(scalar)
            .map_err(|_| NoteError::key_text("the scalar is no P-256 key"))?;
        let point = key.verifying_key().to_sec1_point(false).to_bytes();
        let id = Digest::of_parts(&[b"credential", &point]);
        let credential = WebAuthnCredential::new(name, id.as_bytes(), &point, rp_id, origin)?;
        Ok(Self { credential, key })
    }

    /// The enrolment of this authenticator.
    #[must_use]
    pub const fn credential(&self) -> &WebAuthnCredential {
        &self.credential
    }

    /// The ceremony a browser would run for a note's text.
    #[must_use]
    pub fn ceremony(&self, text: &str) -> Ceremony {
        Ceremony {
            kind: "webauthn.get".to_owned(),
            challenge: URL_SAFE_NO_PAD.encode(WebAuthnCredential::challenge(text).as_bytes()),
            origin: self.credential.origin().to_owned(),
            more_members: ",\"crossOrigin\":false".to_owned(),
            rp_id: self.credential.rp_id().to_owned(),
            flags: 0x05,
            extensions: Vec::new(),
        }
    }

    /// Signs a ceremony, good or spoilt (deterministic ECDSA, RFC 6979).
    ///
    /// # Errors
    /// [`NoteError::Malformed`] where a spoilt field is longer than an assertion may hold.
    pub fn perform(&self, ceremony: &Ceremony) -> Result<Assertion, NoteError> {
        let client_data = format!(
            "{{\"type\":\"{}\",\"challenge\":\"{}\",\"origin\":\"{}\"{}}}",
            ceremony.kind, ceremony.challenge, ceremony.origin, ceremony.more_members
        );
        let mut data = Digest::of(ceremony.rp_id.as_bytes()).as_bytes().to_vec();
        data.push(ceremony.flags);
        data.extend_from_slice(&[0, 0, 0, 1]);
        data.extend_from_slice(&ceremony.extensions);
        let mut message = data.clone();
        message.extend_from_slice(Digest::of(client_data.as_bytes()).as_bytes());
        let signature: Signature = self.key.sign(&message);
        Assertion::new(
            self.credential.credential_id().to_vec(),
            data,
            client_data.into_bytes(),
            signature.to_der().as_bytes().to_vec(),
        )
    }

    /// The assertion for a note's text, as an honest browser and person would give it.
    ///
    /// # Errors
    /// As [`SoftwareAuthenticator::perform`].
    pub fn assert(&self, text: &str) -> Result<Assertion, NoteError> {
        self.perform(&self.ceremony(text))
    }
}

impl std::fmt::Debug for SoftwareAuthenticator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SoftwareAuthenticator({:?})", self.credential)
    }
}
