//! Private keys of a synthetic deployment, as files that only their owner reads.
//!
//! Place in the flow: the genesis draws them; the demo hands each to the program that needs it. In a
//! production deployment every one of these files would be with another person or in a device.
//!
//! Left to others: which keys there are (documents).

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use age::secrecy::ExposeSecret as _;
use note::{CosignerSigningKey, KeyName, SigningKey};

use super::GenesisError;

/// What every key's name begins with: a domain that can never be anybody's (RFC 2606).
pub const DOMAIN: &str = "demo.countersign.invalid";

/// The folder of private keys.
#[derive(Debug, Clone)]
pub struct KeyFolder(PathBuf);

impl KeyFolder {
    /// Makes the folder, for its owner only.
    ///
    /// # Errors
    /// [`GenesisError::File`].
    pub fn create(path: PathBuf) -> Result<Self, GenesisError> {
        fs::create_dir_all(&path).map_err(GenesisError::file(&path))?;
        restrict(&path, 0o700)?;
        Ok(Self(path))
    }

    /// The folder of keys of a deployment that is there already.
    #[must_use]
    pub fn of(deployment: &Path) -> Self {
        Self(deployment.join("keys"))
    }

    /// File of a signing key.
    #[must_use]
    pub fn key(&self, holder: &str) -> PathBuf {
        self.0.join(format!("{holder}.key"))
    }

    /// File of a keeper's cosigning key.
    #[must_use]
    pub fn cosigner(&self, keeper: &str) -> PathBuf {
        self.0.join(format!("{keeper}.cosigner"))
    }

    /// File of an age identity.
    #[must_use]
    pub fn identity(&self, holder: &str) -> PathBuf {
        self.0.join(format!("{holder}.age"))
    }

    /// Draws a signing key named `demo.countersign.invalid/HOLDER/USE` and keeps it.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn draw(&self, holder: &str, use_word: &str) -> Result<SigningKey, GenesisError> {
        let name = KeyName::of(&format!("{DOMAIN}/{holder}"), use_word)?;
        self.keep(holder, SigningKey::generate(name)?)
    }

    /// Draws the log's key, which has the log's name.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn draw_log(&self) -> Result<SigningKey, GenesisError> {
        self.keep("log", SigningKey::generate(KeyName::of(DOMAIN, "log")?)?)
    }

    fn keep(&self, holder: &str, key: SigningKey) -> Result<SigningKey, GenesisError> {
        write_secret(&self.key(holder), key.to_secret_text().expose())?;
        Ok(key)
    }

    /// Draws a keeper's cosigning key and keeps it.
    ///
    /// # Errors
    /// [`GenesisError`].
    pub fn draw_cosigner(&self, keeper: &str) -> Result<CosignerSigningKey, GenesisError> {
        let name = KeyName::of(&format!("{DOMAIN}/{keeper}"), "witness")?;
        let key = CosignerSigningKey::generate(name)?;
        write_secret(&self.cosigner(keeper), key.to_secret_text().expose())?;
        Ok(key)
    }

    /// Draws an age identity, keeps it and gives its recipient, `age1…`.
    ///
    /// # Errors
    /// [`GenesisError::File`].
    pub fn draw_identity(&self, holder: &str) -> Result<String, GenesisError> {
        let identity = age::x25519::Identity::generate();
        let secret = identity.to_string();
        write_secret(&self.identity(holder), secret.expose_secret())?;
        Ok(identity.to_public().to_string())
    }
}

/// Writes a secret with a newline into a new file that only its owner reads.
///
/// # Errors
/// [`GenesisError::File`]; a file that is there already is one too.
pub fn write_secret(path: &Path, text: &str) -> Result<(), GenesisError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(GenesisError::file(path))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .map_err(GenesisError::file(path))
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> Result<(), GenesisError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(GenesisError::file(path))
}

#[cfg(not(unix))]
fn restrict(_path: &Path, _mode: u32) -> Result<(), GenesisError> {
    Ok(())
}
