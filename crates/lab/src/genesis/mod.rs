//! A synthetic deployment: keys, genesis, agreement and one day's authority note in a folder.
//!
//! Place in the flow: before builder, keepers and gate in every trial. It plays every part of a key
//! ceremony at once, which is why nothing made here can serve for production: the genesis says
//! `synthetic`, and nothing under a production genesis accepts its notes.
//!
//! Left to others: what each document says (documents), building the register (builder).

mod documents;
mod keys;

use std::{
    fs,
    path::{Path, PathBuf},
};

use instrument::signed::SignedError;
use model::{
    digest::Digest,
    fault::{Explain, Fault},
    time::Instant,
};
use note::NoteError;
use serde::Serialize;
use thiserror::Error;

pub use documents::{AGENCY, AGREEMENT, KEEPERS, RECORDS_AGENCY};
pub use keys::{DOMAIN, KeyFolder, write_secret};

/// Why a deployment could not be made.
#[derive(Debug, Error)]
pub enum GenesisError {
    /// A file cannot be written, or stands there already: the disk's or the path's fault.
    #[error("cannot write `{}`", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The folder has a deployment already: the caller's fault, choose another.
    #[error("`{}` has a deployment already; choose another folder", .0.display())]
    Twice(PathBuf),
    /// A key could not be drawn or named: the system's generator's fault, or ours.
    #[error("a key could not be made")]
    Key(#[from] NoteError),
    /// A document could not be signed: our fault.
    #[error("a document could not be signed")]
    Sign(#[from] SignedError),
    /// A built-in name does not read: our fault.
    #[error("the built-in name `{0}` does not read")]
    Name(String),
}

impl GenesisError {
    /// For `map_err`: a file that could not be written.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

impl Explain for GenesisError {
    fn fault(&self) -> Fault {
        match self {
            Self::File { .. } => Fault::Unavailable,
            Self::Twice(_) => Fault::Input,
            Self::Key(error) => error.fault(),
            Self::Sign(_) | Self::Name(_) => Fault::Integrity,
        }
    }
}

/// What a deployment is to be.
#[derive(Debug, Clone)]
pub struct GenesisOrder {
    /// The time it is.
    pub now: Instant,
    /// Named officers on the roster, from `OFF-1001`.
    pub officers: u32,
    /// Digest of the policy in force, as `countersign digests` prints it.
    pub policy: Digest,
    /// Digest of the statute book in force, likewise.
    pub statute_book: Digest,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Always true.
    pub synthetic: bool,
    /// Digest of the genesis document, hexadecimal.
    pub genesis: String,
    /// The folder.
    pub folder: PathBuf,
    /// Ids of the keepers.
    pub keepers: Vec<String>,
    /// Ids on the roster, with their roles.
    pub roster: Vec<(String, String)>,
    /// The authority note ends then.
    pub authority_until: String,
}

/// Makes a deployment in a folder: `genesis.note`, `recipients.txt`, `agreement.note`,
/// `authority.note` and `keys/`.
///
/// # Errors
/// [`GenesisError`]; a folder that has a deployment already is left as it is.
pub fn make(order: &GenesisOrder, folder: &Path) -> Result<Report, GenesisError> {
    if folder.join("genesis.note").exists() || folder.join("keys").exists() {
        return Err(GenesisError::Twice(folder.to_owned()));
    }
    let keys = KeyFolder::create(folder.join("keys"))?;
    let (genesis, recipients) = documents::genesis(&keys, order.now)?;
    write(folder, "genesis.note", &genesis.render())?;
    write(folder, "recipients.txt", &recipients)?;
    let people = documents::people(&keys, order)?;
    let agreement = documents::agreement(&people, order, genesis.digest())?;
    write(folder, "agreement.note", &agreement.render())?;
    let authority =
        documents::authority(&keys, people.roster, order, genesis.digest(), &agreement)?;
    write(folder, "authority.note", &authority.render())?;
    let authority = authority.document();
    Ok(Report {
        synthetic: true,
        genesis: genesis.digest().to_string(),
        folder: folder.to_owned(),
        keepers: KEEPERS.map(|(id, _)| id.to_owned()).to_vec(),
        roster: authority
            .roster
            .iter()
            .map(|person| (person.id.to_string(), person.role.to_string()))
            .collect(),
        authority_until: authority.until.to_string(),
    })
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), GenesisError> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(GenesisError::file(&path))
}
