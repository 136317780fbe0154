//! What can stop a build, and whose fault it is.
//!
//! Place in the flow: the command turns the fault into an exit code.
//!
//! Left to others: errors inside the extract (register), documents (instrument), keys (note).

use std::{io, path::PathBuf};

use instrument::signed::SignedError;
use model::{
    entropy::EntropyError,
    fault::{Explain, Fault},
    id::IdError,
};
use note::NoteError;
use register::{build::BuildError, extract::ExtractError};
use seal::shares::ShareSetsError;
use thiserror::Error;

use crate::recipients::RecipientsError;

/// A build that did not happen. Nothing of it is left but, after a crash, `OUT.partial`.
#[derive(Debug, Error)]
pub enum BuilderError {
    /// An input file cannot be read. Whoever named it.
    #[error("`{}` cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file or folder cannot be written. The machine's.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The folder to build into has something in it. Whoever named it.
    #[error("`{}` is not empty; an epoch is built once, into a folder of its own", path.display())]
    OutNotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// An earlier run was interrupted. Its folder is of no use to anybody and can be removed.
    #[error("`{}` is left of an interrupted run; remove it and start again", path.display())]
    LeftOver {
        /// The folder.
        path: PathBuf,
    },
    /// The genesis is not in order. Whoever made or changed it.
    #[error("the genesis `{}` is not in order", path.display())]
    Genesis {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: SignedError,
    },
    /// A key file is not in order. Whoever named it.
    #[error("the key file `{}` is not in order", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong, without the key.
        #[source]
        source: NoteError,
    },
    /// The builder's key is not the one the genesis names.
    #[error("the genesis does not name the key `{name}` as its builder's")]
    NotTheBuilder {
        /// The key's name.
        name: String,
    },
    /// Builder and data owner must be two. Whoever named the keys.
    #[error("builder and data owner must sign with two different keys")]
    OneKeyForTwo,
    /// The recipients are not in order.
    #[error(transparent)]
    Recipients(#[from] RecipientsError),
    /// The genesis names keepers that make no share sets. Whoever made it.
    #[error("the keepers of the genesis make no share sets")]
    Sets(#[from] ShareSetsError),
    /// The extract is not in order. Whoever made it.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The register's name makes no id. Whoever named it.
    #[error("the register's name makes no id")]
    Name(#[from] IdError),
    /// The register could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A manifest to be countersigned is not in order, or the key has signed it already. Whoever
    /// named them.
    #[error("the manifest `{}` cannot be countersigned", path.display())]
    Countersign {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: SignedError,
    },
    /// The manifest stands under another genesis. Whoever named them.
    #[error("the manifest stands under another genesis")]
    OtherGenesis,
    /// A file of the register is not as long as what was written. The machine's, or somebody else's who
    /// changes it.
    #[error("`{}` is not what was written", path.display())]
    NotAsWritten {
        /// The file.
        path: PathBuf,
    },
    /// The register states no headers root. Ours.
    #[error("the register that was built states no root of its headers")]
    HeadersRoot,
    /// The system's generator did not answer.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A delivery could not be encrypted. The library's.
    #[error("the delivery to `{to}` could not be encrypted")]
    Encrypt {
        /// The recipient's id.
        to: String,
        /// What the library said.
        #[source]
        source: Box<age::EncryptError>,
    },
    /// The manifest could not be signed. Usually a key for another use.
    #[error("the manifest could not be signed")]
    Sign(#[source] SignedError),
}

impl Explain for BuilderError {
    fn fault(&self) -> Fault {
        match self {
            Self::Read { .. }
            | Self::OutNotEmpty { .. }
            | Self::LeftOver { .. }
            | Self::Key { .. }
            | Self::OneKeyForTwo
            | Self::OtherGenesis
            | Self::Recipients(_)
            | Self::Sets(_)
            | Self::Name(_) => Fault::Input,
            Self::NotTheBuilder { .. } => Fault::Refused,
            Self::HeadersRoot | Self::NotAsWritten { .. } => Fault::Integrity,
            Self::Write { .. } | Self::Entropy(_) | Self::Encrypt { .. } => Fault::Unavailable,
            Self::Genesis { source, .. }
            | Self::Countersign { source, .. }
            | Self::Sign(source) => source.fault(),
            Self::Extract(error) => error.fault(),
            Self::Build(error) => error.fault(),
        }
    }
}
