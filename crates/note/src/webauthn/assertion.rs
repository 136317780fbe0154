//! The bytes of an assertion: four length-prefixed fields, and authenticatorData inside.
//!
//! Place in the flow: what a signature line of type `countersign/webauthn-es256` holds.
//!
//! Left to others: clientDataJSON (client_data), the order of the checks (the parent module).

use std::fmt;

use model::digest::Digest;

use crate::{NoteError, WebAuthnFault};

/// What an authenticator returned for one challenge (W3C Web Authentication Level 2, section 5.2.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Id of the credential used, 1 to 1023 bytes.
    pub credential_id: Vec<u8>,
    /// authenticatorData as signed, 37 to 1024 bytes.
    pub authenticator_data: Vec<u8>,
    /// clientDataJSON as signed, 1 to 4096 bytes.
    pub client_data_json: Vec<u8>,
    /// ES256 signature in DER, 8 to 72 bytes.
    pub signature: Vec<u8>,
}

impl Assertion {
    /// Longest credential id (section 4, "Credential ID").
    pub const MAX_CREDENTIAL_ID_BYTES: usize = 1023;
    /// Longest authenticatorData taken.
    pub const MAX_AUTHENTICATOR_DATA_BYTES: usize = 1024;
    /// Longest clientDataJSON taken.
    pub const MAX_CLIENT_DATA_BYTES: usize = 4096;
    /// Longest ES256 signature in DER.
    pub const MAX_SIGNATURE_BYTES: usize = 72;

    /// Takes an assertion as a browser hands it over.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] for a field that is empty or longer than it may be.
    pub fn new(
        credential_id: Vec<u8>,
        authenticator_data: Vec<u8>,
        client_data_json: Vec<u8>,
        signature: Vec<u8>,
    ) -> Result<Self, NoteError> {
        let assertion = Self {
            credential_id,
            authenticator_data,
            client_data_json,
            signature,
        };
        if assertion.lengths_are_good() {
            Ok(assertion)
        } else {
            Err(NoteError::malformed(
                1,
                "a field of the assertion is empty or too long",
            ))
        }
    }

    fn lengths_are_good(&self) -> bool {
        let within = |field: &[u8], limit: usize| (1..=limit).contains(&field.len());
        within(&self.credential_id, Self::MAX_CREDENTIAL_ID_BYTES)
            && within(&self.authenticator_data, Self::MAX_AUTHENTICATOR_DATA_BYTES)
            && within(&self.client_data_json, Self::MAX_CLIENT_DATA_BYTES)
            && within(&self.signature, Self::MAX_SIGNATURE_BYTES)
    }

    /// The four fields in their order, each behind its length in two big-endian bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_field(&mut bytes, &self.credential_id);
        put_field(&mut bytes, &self.authenticator_data);
        put_field(&mut bytes, &self.client_data_json);
        put_field(&mut bytes, &self.signature);
        bytes
    }

    /// Reads what [`Assertion::to_bytes`] wrote, and nothing else.
    pub(super) fn from_bytes(mut bytes: &[u8]) -> Result<Self, WebAuthnFault> {
        let mut next = || take_field(&mut bytes).map(<[u8]>::to_vec);
        let (
            Some(credential_id),
            Some(authenticator_data),
            Some(client_data_json),
            Some(signature),
        ) = (next(), next(), next(), next())
        else {
            return Err(WebAuthnFault::Form);
        };
        let assertion = Self {
            credential_id,
            authenticator_data,
            client_data_json,
            signature,
        };
        if bytes.is_empty() && assertion.lengths_are_good() {
            Ok(assertion)
        } else {
            Err(WebAuthnFault::Form)
        }
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Assertion(..)")
    }
}

/// Adds a field behind its length. Every field's limit is far below 65,536.
pub(super) fn put_field(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u16::try_from(field.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(field);
}

/// Takes a field from the front; `None` where the bytes end before it does.
pub(super) fn take_field<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (field, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    *bytes = rest;
    Some(field)
}

/// authenticatorData of an assertion (section 6.1): hash of the relying party, flags, counter.
pub(super) struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8; 32],
    flags: u8,
}

impl<'a> AuthenticatorData<'a> {
    const USER_PRESENT: u8 = 0x01;
    const USER_VERIFIED: u8 = 0x04;
    const ATTESTED_DATA: u8 = 0x40;
    const EXTENSIONS: u8 = 0x80;

    /// 37 bytes, more only with the flag for extensions; attested data is for enrolment only.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, WebAuthnFault> {
        let fault = WebAuthnFault::AuthenticatorData;
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(fault)?;
        let [flags, _, _, _, _, extensions @ ..] = rest else {
            return Err(fault);
        };
        let announced = flags & Self::EXTENSIONS != 0;
        if flags & Self::ATTESTED_DATA != 0 || announced == extensions.is_empty() {
            return Err(fault);
        }
        Ok(Self {
            rp_id_hash,
            flags: *flags,
        })
    }

    pub(super) fn check(&self, rp_id: &str) -> Result<(), WebAuthnFault> {
        if self.rp_id_hash != Digest::of(rp_id.as_bytes()).as_bytes() {
            return Err(WebAuthnFault::RelyingParty);
        }
        if self.flags & Self::USER_PRESENT == 0 {
            return Err(WebAuthnFault::UserPresence);
        }
        if self.flags & Self::USER_VERIFIED == 0 {
            return Err(WebAuthnFault::UserVerification);
        }
        Ok(())
    }
}
