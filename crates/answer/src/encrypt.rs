//! Encryption of a response to one officer (age v1, X25519).
//!
//! Place in the flow: the last step before a response leaves memory; the demo's officer opens it with
//! [`decrypt`], which gives nothing until the whole file has been authenticated.
//!
//! Left to others: whose recipient (authority note).

use std::io::{Read as _, Write as _};

use crate::AnswerError;

/// Encrypts bytes to one recipient (`age1…`).
///
/// # Errors
/// [`AnswerError::Recipient`], [`AnswerError::Encrypt`].
pub fn encrypt(officer: &str, recipient: &str, plaintext: &[u8]) -> Result<Vec<u8>, AnswerError> {
    let recipient: age::x25519::Recipient =
        recipient.parse().map_err(|_| AnswerError::Recipient {
            officer: officer.to_owned(),
        })?;
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(|_| AnswerError::Encrypt)?;
    let mut encrypted = Vec::with_capacity(plaintext.len() + 1024);
    let mut writer = encryptor
        .wrap_output(&mut encrypted)
        .map_err(|_| AnswerError::Encrypt)?;
    writer
        .write_all(plaintext)
        .map_err(|_| AnswerError::Encrypt)?;
    writer.finish().map_err(|_| AnswerError::Encrypt)?;
    Ok(encrypted)
}

/// Decrypts a response wholly, or not at all.
///
/// # Errors
/// [`AnswerError::Decrypt`].
pub fn decrypt(identity: &str, encrypted: &[u8]) -> Result<Vec<u8>, AnswerError> {
    let identity: age::x25519::Identity = identity.parse().map_err(|_| AnswerError::Decrypt)?;
    let decryptor = age::Decryptor::new(encrypted).map_err(|_| AnswerError::Decrypt)?;
    let mut reader = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|_| AnswerError::Decrypt)?;
    let mut plaintext = Vec::new();
    reader
        .read_to_end(&mut plaintext)
        .map_err(|_| AnswerError::Decrypt)?;
    Ok(plaintext)
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn opens_for_its_officer_only_and_unchanged_only() {
        let identity = age::x25519::Identity::generate();
        let secret = identity.to_string();
        let text = b"PK workbook".repeat(10_000);
        let encrypted = encrypt("OFF-1", &identity.to_public().to_string(), &text).unwrap();
        assert_eq!(decrypt(secret.expose_secret(), &encrypted).unwrap(), text);
        let other = age::x25519::Identity::generate().to_string();
        assert!(decrypt(other.expose_secret(), &encrypted).is_err());
        let mut changed = encrypted.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(decrypt(secret.expose_secret(), &changed).is_err());
        assert!(decrypt(secret.expose_secret(), &encrypted[..encrypted.len() - 1]).is_err());
        assert!(encrypt("OFF-1", "age1nonsense", b"x").is_err());
    }
}
