//! clientDataJSON: what the browser says the authenticator was asked.
//!
//! Place in the flow: checked against the note's text and the enrolled origin before the signature.
//!
//! Left to others: the bytes around it (assertion).

use serde::{Deserialize, de::IgnoredAny};

use crate::WebAuthnFault;

/// The members that decide (W3C Web Authentication Level 2, section 5.8.1). A member given twice is
/// refused; unknown members are allowed, as the standard asks.
#[derive(Deserialize)]
pub(super) struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<IgnoredAny>,
}

impl ClientData {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WebAuthnFault> {
        serde_json::from_slice(bytes).map_err(|_| WebAuthnFault::ClientData)
    }

    /// Compares with the challenge (base64url without padding) and the enrolled origin, exactly.
    pub(super) fn check(&self, challenge: &str, origin: &str) -> Result<(), WebAuthnFault> {
        if self.kind != "webauthn.get" {
            return Err(WebAuthnFault::Type);
        }
        if self.challenge != challenge {
            return Err(WebAuthnFault::Challenge);
        }
        if self.origin != origin {
            return Err(WebAuthnFault::Origin);
        }
        if self.cross_origin == Some(true) || self.top_origin.is_some() {
            return Err(WebAuthnFault::CrossOrigin);
        }
        Ok(())
    }
}
