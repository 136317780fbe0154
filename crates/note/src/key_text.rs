//! The written form of keys: `NAME+ID+BASE64(type ‖ key)`.
//!
//! Place in the flow: rosters and key files hold this text for every type of key.
//!
//! Left to others: what stands behind the type byte (ed25519, cosignature, webauthn modules).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::personal::Personal;
use zeroize::Zeroizing;

use crate::{KeyId, KeyName, NoteError};

/// Longest written key in bytes: enough for any credential id, relying party and origin.
const MAX_KEY_TEXT_BYTES: usize = 8192;

const PRIVATE: &str = "PRIVATE+KEY+";

/// Writes a public key. The id is that of the payload.
pub(crate) fn render_public(name: &KeyName, payload: &[u8]) -> String {
    format!(
        "{name}+{}+{}",
        KeyId::of(name, payload),
        STANDARD.encode(payload)
    )
}

/// Reads a public key: name, id and payload, the id checked.
pub(crate) fn parse_public(text: &str) -> Result<(KeyName, KeyId, Vec<u8>), NoteError> {
    let (name, id, mut payload) = split(text)?;
    if KeyId::of(&name, &payload) != id {
        return Err(NoteError::key_text("the key id is not that of the key"));
    }
    Ok((name, id, std::mem::take(&mut *payload)))
}

/// Writes a private Ed25519 key: `PRIVATE+KEY+NAME+ID+BASE64(type ‖ seed)`, `id` of the public key.
pub(crate) fn render_private(
    name: &KeyName,
    id: KeyId,
    type_byte: u8,
    seed: &[u8; 32],
) -> Personal<String> {
    let mut payload = Zeroizing::new(Vec::with_capacity(33));
    payload.push(type_byte);
    payload.extend_from_slice(seed);
    let encoded = Zeroizing::new(STANDARD.encode(payload.as_slice()));
    Personal::new(format!("{PRIVATE}{name}+{id}+{}", encoded.as_str()))
}

/// Reads a private Ed25519 key of the type: name, claimed id and seed.
pub(crate) fn parse_private(
    text: &str,
    type_byte: u8,
) -> Result<(KeyName, KeyId, Zeroizing<[u8; 32]>), NoteError> {
    let rest = text
        .strip_prefix(PRIVATE)
        .ok_or(NoteError::key_text("a private key begins `PRIVATE+KEY+`"))?;
    let (name, id, payload) = split(rest)?;
    let (found, seed) = payload
        .split_first()
        .ok_or(NoteError::key_text("the key is empty"))?;
    if *found != type_byte {
        return Err(NoteError::key_text("the key is of another type"));
    }
    let seed = <[u8; 32]>::try_from(seed)
        .map_err(|_| NoteError::key_text("a private key has 32 bytes"))?;
    Ok((name, id, Zeroizing::new(seed)))
}

type Parts = (KeyName, KeyId, Zeroizing<Vec<u8>>);

fn split(text: &str) -> Result<Parts, NoteError> {
    if text.len() > MAX_KEY_TEXT_BYTES {
        return Err(NoteError::key_text("a key text has at most 8192 bytes"));
    }
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NoteError::key_text("a key is written NAME+ID+BASE64"));
    };
    let id = KeyId::from_hex(id).ok_or(NoteError::key_text(
        "a key id is eight lower-case hexadecimal digits",
    ))?;
    let payload = STANDARD
        .decode(encoded)
        .map_err(|_| NoteError::key_text("the key is not canonical base64"))?;
    Ok((name.parse()?, id, Zeroizing::new(payload)))
}
