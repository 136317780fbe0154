//! Signatures by a person's authenticator: note signature type `countersign/webauthn-es256`.
//!
//! Place in the flow: a reviewer's passkey signs SHA-256 of the note's text as its WebAuthn
//! challenge; the assertion is kept whole in the signature line, so that keepers and verify check it
//! offline, years later, against the enrolled credential.
//!
//! Left to others: the browser's side (the desk), attestation at enrolment (the ceremony).

mod assertion;
mod client_data;

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::digest::Digest;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};

pub use assertion::Assertion;

use crate::{Context, KeyId, KeyName, Note, NoteError, SignatureLine, WebAuthnFault, key_text};
use assertion::{AuthenticatorData, put_field, take_field};
use client_data::ClientData;

/// Type byte of signature types without an assigned one (C2SP signed-note).
pub(crate) const EXTENDED_TYPE: u8 = 0xff;

/// The longer name of this signature type, behind [`EXTENDED_TYPE`].
pub const ES256_TYPE: &str = "countersign/webauthn-es256";

/// Length of an uncompressed SEC1 point of P-256.
const POINT_BYTES: usize = 65;

/// An enrolled credential: which authenticator, for which relying party, from which page.
///
/// Assertions are accepted from exactly this credential, relying party and origin.
// INVARIANT: made only by `new`, so `origin` belongs to `rp_id` and the credential id is 1 to
// Assertion::MAX_CREDENTIAL_ID_BYTES long.
#[derive(Clone, PartialEq, Eq)]
pub struct WebAuthnCredential {
    name: KeyName,
    key_id: KeyId,
    credential_id: Vec<u8>,
    public_key: VerifyingKey,
    rp_id: String,
    origin: String,
}

impl WebAuthnCredential {
    /// Enrols a credential.
    ///
    /// `public_key` is the uncompressed SEC1 point, 65 bytes; `rp_id` a host name; `origin` is
    /// `https://HOST[:PORT]` with HOST the relying party or below it (`http` for `localhost` only).
    ///
    /// # Errors
    /// [`NoteError::KeyText`] naming the part that is not so.
    pub fn new(
        name: KeyName,
        credential_id: &[u8],
        public_key: &[u8],
        rp_id: &str,
        origin: &str,
    ) -> Result<Self, NoteError> {
        if !(1..=Assertion::MAX_CREDENTIAL_ID_BYTES).contains(&credential_id.len()) {
            return Err(NoteError::key_text("a credential id has 1 to 1023 bytes"));
        }
        let point = NoteError::key_text("the bytes are no uncompressed point of P-256");
        if public_key.len() != POINT_BYTES {
            return Err(point);
        }
        let public_key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| point)?;
        if !is_host(rp_id) {
            return Err(NoteError::key_text("a relying party is a host name"));
        }
        if !origin_belongs(origin, rp_id) {
            return Err(NoteError::key_text(
                "an origin is `https://HOST[:PORT]` of its relying party",
            ));
        }
        let mut credential = Self {
            name,
            key_id: KeyId([0; 4]),
            credential_id: credential_id.to_vec(),
            public_key,
            rp_id: rp_id.to_owned(),
            origin: origin.to_owned(),
        };
        credential.key_id = KeyId::of(&credential.name, &credential.payload());
        Ok(credential)
    }

    /// The challenge an authenticator is given for a text: SHA-256 of it.
    #[must_use]
    pub fn challenge(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    /// The signature line of an assertion by this credential. Nothing is verified: verify the note.
    #[must_use]
    pub fn line(&self, assertion: &Assertion) -> SignatureLine {
        SignatureLine {
            name: self.name.clone(),
            key_id: self.key_id,
            bytes: assertion.to_bytes(),
        }
    }

    /// The key's name.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id. It depends on every part of the enrolment.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The credential's id, 1 to 1023 bytes, as the browser is asked for it.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential_id
    }

    /// The relying party, a host name.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The origin of the page, `https://HOST[:PORT]`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The uncompressed SEC1 point, 65 bytes.
    #[must_use]
    pub fn public_bytes(&self) -> Box<[u8]> {
        self.public_key.to_sec1_point(false).to_bytes()
    }

    /// Whether the note is a document of the context and this credential's person signed its text.
    ///
    /// # Errors
    /// [`NoteError::WrongContext`], [`NoteError::KeyUse`], [`NoteError::NotSigned`],
    /// [`NoteError::Assertion`] with the check that failed.
    pub fn verify(&self, note: &Note, context: &Context) -> Result<(), NoteError> {
        let line = note.line_for(&self.name, self.key_id, context)?;
        self.check(&line.bytes, note.text())
            .map_err(|fault| NoteError::Assertion {
                name: self.name.to_string(),
                fault,
            })
    }

    /// The checks of W3C Web Authentication Level 2 section 7.2 that need no session. The signature
    /// counter is not looked at: the log, not the counter, orders approvals.
    fn check(&self, bytes: &[u8], text: &str) -> Result<(), WebAuthnFault> {
        let assertion = Assertion::from_bytes(bytes)?;
        if assertion.credential_id != self.credential_id {
            return Err(WebAuthnFault::CredentialId);
        }
        let client = ClientData::parse(&assertion.client_data_json)?;
        let challenge = URL_SAFE_NO_PAD.encode(Self::challenge(text).as_bytes());
        client.check(&challenge, &self.origin)?;
        AuthenticatorData::parse(&assertion.authenticator_data)?.check(&self.rp_id)?;
        self.check_signature(&assertion)
    }

    fn check_signature(&self, assertion: &Assertion) -> Result<(), WebAuthnFault> {
        let signature =
            Signature::from_der(&assertion.signature).map_err(|_| WebAuthnFault::Signature)?;
        let mut message = assertion.authenticator_data.clone();
        message.extend_from_slice(Digest::of(&assertion.client_data_json).as_bytes());
        self.public_key
            .verify(&message, &signature)
            .map_err(|_| WebAuthnFault::Signature)
    }

    fn payload(&self) -> Vec<u8> {
        let mut payload = vec![EXTENDED_TYPE];
        payload.extend_from_slice(ES256_TYPE.as_bytes());
        payload.push(b'\n');
        payload.extend_from_slice(&self.public_bytes());
        put_field(&mut payload, &self.credential_id);
        put_field(&mut payload, self.rp_id.as_bytes());
        put_field(&mut payload, self.origin.as_bytes());
        payload
    }

    /// Reads the part of a key text after its name and id.
    pub(crate) fn from_payload(name: KeyName, payload: &[u8]) -> Result<Self, NoteError> {
        let form = || NoteError::key_text("the bytes are no enrolled WebAuthn credential");
        let (found, rest) = payload.split_first().ok_or_else(form)?;
        let rest = rest
            .strip_prefix(ES256_TYPE.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"\n"))
            .filter(|_| *found == EXTENDED_TYPE)
            .ok_or(NoteError::key_text("the key is of another type"))?;
        let (public_key, mut rest) = rest.split_at_checked(POINT_BYTES).ok_or_else(form)?;
        let credential_id = take_field(&mut rest).ok_or_else(form)?;
        let rp_id = take_field(&mut rest).ok_or_else(form)?;
        let origin = take_field(&mut rest).ok_or_else(form)?;
        let (Ok(rp_id), Ok(origin), []) = (
            std::str::from_utf8(rp_id),
            std::str::from_utf8(origin),
            rest,
        ) else {
            return Err(form());
        };
        Self::new(name, credential_id, public_key, rp_id, origin)
    }
}

impl fmt::Display for WebAuthnCredential {
    /// `NAME+ID+BASE64(0xff ‖ type ‖ 0x0A ‖ point ‖ fields)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&key_text::render_public(&self.name, &self.payload()))
    }
}

impl fmt::Debug for WebAuthnCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "WebAuthnCredential({} {})",
            self.name, self.key_id
        )
    }
}

impl FromStr for WebAuthnCredential {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, _, payload) = key_text::parse_public(text)?;
        Self::from_payload(name, &payload)
    }
}

/// Lower-case host name: labels of letters, digits and inner hyphens, at most 253 bytes.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// Whether `origin` is a secure origin whose host is `rp_id` or ends in `.rp_id`.
fn origin_belongs(origin: &str, rp_id: &str) -> bool {
    let (secure, rest) = match (
        origin.strip_prefix("https://"),
        origin.strip_prefix("http://"),
    ) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return false,
    };
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let is_port = |port: &str| {
        !port.starts_with('0')
            && port.bytes().all(|digit| digit.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    };
    let below = |host: &str| {
        host.strip_suffix(rp_id)
            .is_some_and(|front| front.is_empty() || front.ends_with('.'))
    };
    (secure || host == "localhost") && is_host(host) && below(host) && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_belong_to_their_relying_party() {
        for (origin, rp_id, good) in [
            ("https://desk.example", "desk.example", true),
            ("https://a.desk.example:8443", "desk.example", true),
            ("http://localhost:8080", "localhost", true),
            ("https://xdesk.example", "desk.example", false),
            ("https://desk.example.evil", "desk.example", false),
            ("http://desk.example", "desk.example", false),
            ("https://desk.example/", "desk.example", false),
            ("https://desk.example:0", "desk.example", false),
            ("https://desk.example:", "desk.example", false),
            ("https://desk.example:70000", "desk.example", false),
            ("https://u@desk.example", "desk.example", false),
            ("https://DESK.example", "desk.example", false),
            ("desk.example", "desk.example", false),
        ] {
            assert_eq!(origin_belongs(origin, rp_id), good, "{origin} {rp_id}");
        }
    }
}
