//! The gate's configuration: one TOML in its home folder.
//!
//! Place in the flow: read at the start of every command that works with the gate's own data. Paths are
//! relative to the home. Unknown keys are refused.
//!
//! Left to others: what the files hold.

use std::path::{Path, PathBuf};

use instrument::{document::Document, signed::Signed};
use model::id::KeeperId;
use serde::Deserialize;

use crate::files::{self, FileError};

/// Name of the configuration file.
pub const CONFIGURATION: &str = "countersign.toml";

/// A keeper's address: stated, or in a file the keeper writes when it starts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeeperConfiguration {
    /// Its id in the genesis.
    pub id: KeeperId,
    /// `ADDRESS:PORT`.
    pub address: Option<String>,
    /// A file that holds `ADDRESS:PORT`.
    pub address_file: Option<PathBuf>,
}

/// The configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The signed genesis.
    pub genesis: PathBuf,
    /// Folder of authority notes; the one of highest version counts.
    pub authorities: PathBuf,
    /// Folder of agreements.
    pub agreements: PathBuf,
    /// Folder of calibration certificates; the last by name counts.
    pub certificates: PathBuf,
    /// The register's manifest note.
    pub manifest: PathBuf,
    /// Folder of the register's snapshot.
    pub register: PathBuf,
    /// The builder's delivery to the gate, age-encrypted.
    pub delivery: PathBuf,
    /// The age identity it is encrypted to.
    pub identity: PathBuf,
    /// The gate's key for receipts and bundles.
    pub gate_key: PathBuf,
    /// The log's key.
    pub log_key: PathBuf,
    /// 64 hexadecimal digits: the key of the database's sealed values.
    pub store_key: PathBuf,
    /// The database.
    pub database: PathBuf,
    /// Folder of the log.
    pub log: PathBuf,
    /// Folder for responses.
    pub responses: PathBuf,
    /// The keepers.
    pub keeper: Vec<KeeperConfiguration>,
}

/// A home folder with its configuration.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
    /// The configuration.
    pub configuration: Configuration,
}

impl Home {
    /// Reads a home's configuration.
    pub fn open(folder: &Path) -> Result<Self, anyhow::Error> {
        let path = folder.join(CONFIGURATION);
        let text = files::read_text(&path)?;
        let configuration = toml::from_str(&text).map_err(|error| {
            let place = error.span().map_or(0, |span| span.start);
            let before = text.get(..place).unwrap_or_default();
            FileError::Line {
                path,
                line: before.matches('\n').count() + 1,
                problem: error.message().to_owned(),
            }
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            configuration,
        })
    }

    /// A path of the configuration, from the home.
    pub fn path(&self, relative: &Path) -> PathBuf {
        self.folder.join(relative)
    }

    /// A signed document in a file.
    pub fn signed<D: Document>(&self, relative: &Path) -> Result<Signed<D>, anyhow::Error> {
        read_signed(&self.path(relative))
    }

    /// All signed documents of a folder, by file name.
    pub fn all_signed<D: Document>(
        &self,
        relative: &Path,
    ) -> Result<Vec<Signed<D>>, anyhow::Error> {
        files::list(&self.path(relative))?
            .iter()
            .map(|path| read_signed(path))
            .collect()
    }

    /// The address of a keeper, where it is known now.
    pub fn keeper_address(
        &self,
        keeper: &KeeperConfiguration,
    ) -> Result<Option<String>, FileError> {
        match (&keeper.address, &keeper.address_file) {
            (Some(address), _) => Ok(Some(address.clone())),
            (None, Some(file)) => {
                let path = self.path(file);
                if !path.exists() {
                    return Ok(None);
                }
                Ok(Some(files::read_text(&path)?.trim().to_owned()))
            }
            (None, None) => Ok(None),
        }
    }
}

/// Reads a signed document. Its signatures are not checked here.
pub fn read_signed<D: Document>(path: &Path) -> Result<Signed<D>, anyhow::Error> {
    let text = files::read_text(path)?;
    Signed::parse(&text)
        .map_err(|error| anyhow::Error::new(error).context(format!("`{}`", path.display())))
}
