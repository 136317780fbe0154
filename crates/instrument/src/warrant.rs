//! The warrant: everything a keeper needs to check a disclosure from scratch.
//!
//! Place in the flow: gate assembles it once the statement's leaf is cosigned; each keeper runs
//! [`Warrant::verify`] on its own copy of genesis, manifest and log before it gives a value
//! (promises P1, P2, P3).
//!
//! Left to others: the record header (keeper, through seal), counts at the leaf (keeper's ledger),
//! time between approvals (keeper's memory).

use model::{
    column::Column,
    digest::{Digest, hex, unhex},
    fault::{Explain, Fault},
    id::{LeafIndex, OfficialId},
    time::{Date, Instant},
};
use thiserror::Error;
use translog::{CheckpointError, InclusionProof};

use crate::{
    agreement::Agreement,
    approval::Approval,
    archive::{Archive, ArchiveError},
    assurance::Assurance,
    authority::Authority,
    budget::BudgetError,
    cover::Cover,
    document::{Document, DocumentError, Reader, Writer, date},
    genesis::Genesis,
    leaf::Tag,
    manifest::Manifest,
    row_commitment::{Field, RowOpening},
    signed::{Signed, SignedError},
    statement::{Question, Statement},
};

mod verify;

pub use verify::{matter_commitment, verify_agreement, verify_authority};

/// Kind of the archive.
pub const WARRANT: &str = "warrant";

/// Oldest cosignature a keeper acts under, in seconds.
pub const CHECKPOINT_SECONDS: u64 = 15 * 60;

/// Why a warrant is refused. The fault is that of whoever assembled or signed it, unless the variant
/// says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WarrantError {
    /// The bytes are not a warrant.
    #[error("the warrant cannot be read")]
    Archive(#[from] ArchiveError),
    /// A part is not the document it should be.
    #[error("a part of the warrant is not in order")]
    Document(#[from] DocumentError),
    /// A signature is missing or wrong.
    #[error("a signature of the warrant is not in order")]
    Signed(#[from] SignedError),
    /// Two parts contradict each other, or the genesis, the manifest or the log.
    #[error("{0}")]
    Contradiction(&'static str),
    /// A signer is not on the roster with that role on that day.
    #[error("{what} is not on the roster with that role today")]
    NotOnRoster {
        /// Whose signature.
        what: &'static str,
    },
    /// The authority note is not fresh, or something is suspended. Policy.
    #[error("{0}")]
    NotInForce(&'static str),
    /// A budget or ceiling is passed. Policy.
    #[error("a budget is passed")]
    Budget(#[from] BudgetError),
    /// The checkpoint is forged, or not cosigned by enough fresh keepers.
    #[error("the checkpoint is not in order")]
    Checkpoint(#[from] CheckpointError),
}

impl Explain for WarrantError {
    fn fault(&self) -> Fault {
        match self {
            Self::Archive(_) | Self::Document(_) => Fault::Input,
            Self::Checkpoint(error) => error.fault(),
            _ => Fault::Refused,
        }
    }
}

/// Where the leaf is, and the salt that opens its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafOpening {
    /// Position in the log.
    pub index: LeafIndex,
    /// Civil day (UTC) the leaf carries.
    pub day: Date,
    /// Salt of the leaf's commitment.
    pub salt: [u8; 16],
    /// The request's tag, which the leaf carries.
    pub request: Tag,
}

impl Document for LeafOpening {
    const CONTEXT: &'static str = "countersign/leaf-opening/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("index", self.index)
            .line("day", self.day)
            .line("salt", hex(&self.salt))
            .line("request", &self.request);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            index: reader.value("index")?,
            day: reader.with("day", date)?,
            salt: reader.with("salt", |text| unhex(text)?.try_into().ok())?,
            request: reader.with("request", Tag::new)?,
        })
    }
}

/// The parts of a warrant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warrant {
    /// Today's authority note.
    pub authority: Signed<Authority>,
    /// The agreement.
    pub agreement: Signed<Agreement>,
    /// The cover.
    pub cover: Signed<Cover>,
    /// The row, opened as far as keepers need ([`opens_to_keepers`]).
    pub row: RowOpening,
    /// Its inclusion in the cover's tree.
    pub row_proof: InclusionProof,
    /// The named officer's assurance.
    pub assurance: Signed<Assurance>,
    /// The statement.
    pub statement: Statement,
    /// The two approvals, the disclosure officer's first.
    pub approvals: [Signed<Approval>; 2],
    /// Position and salt of the leaf.
    pub leaf: LeafOpening,
    /// Its inclusion under the checkpoint.
    pub leaf_proof: InclusionProof,
    /// The cosigned checkpoint note.
    pub checkpoint: String,
    /// Canonical bytes of the record's header, for seal to read.
    pub header: Vec<u8>,
    /// Its inclusion under the manifest's root.
    pub header_proof: InclusionProof,
}

/// Which fields of a row keepers see: nothing that names the person.
#[must_use]
pub const fn opens_to_keepers(field: Field) -> bool {
    match field {
        Field::AddressKey(_) | Field::Periods => true,
        Field::Layout => false,
        Field::Column(column) => matches!(
            column,
            Column::AsksFor | Column::Statute | Column::CaseNumber | Column::OfficerId
        ),
    }
}

/// What a verified warrant allows a keeper to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Digest of the statement.
    pub statement: Digest,
    /// The widest answer allowed.
    pub question: Question,
    /// On-file address keys the row itself holds.
    pub address_keys: Vec<String>,
    /// The two reviewers and when they signed.
    pub reviewers: [(OfficialId, Instant); 2],
}

/// What the verifier of a warrant brings of its own.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// The pinned genesis.
    pub genesis: &'a Genesis,
    /// Its digest.
    pub genesis_digest: Digest,
    /// The pinned manifest of the epoch.
    pub manifest: &'a Manifest,
    /// The time.
    pub now: Instant,
}

impl Warrant {
    /// The bytes sent to keepers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let [first, second] = &self.approvals;
        let mut archive = Archive::new(WARRANT);
        archive
            .add("authority", self.authority.render())
            .add("agreement", self.agreement.render())
            .add("cover", self.cover.render())
            .add("row", self.row.text())
            .add("row-proof", self.row_proof.to_string())
            .add("assurance", self.assurance.render())
            .add("statement", self.statement.text())
            .add("approval-1", first.render())
            .add("approval-2", second.render())
            .add("leaf", self.leaf.text())
            .add("leaf-proof", self.leaf_proof.to_string())
            .add("checkpoint", self.checkpoint.clone())
            .add("header", self.header.clone())
            .add("header-proof", self.header_proof.to_string());
        archive.to_bytes()
    }

    /// Reads the bytes. Nothing is verified yet.
    ///
    /// # Errors
    /// [`WarrantError`] where a part is missing or not in order.
    pub fn parse(bytes: &[u8]) -> Result<Self, WarrantError> {
        let archive = Archive::parse(bytes, WARRANT)?;
        let text = |name| archive.text(name);
        let warrant = Self {
            authority: Signed::parse(text("authority")?)?,
            agreement: Signed::parse(text("agreement")?)?,
            cover: Signed::parse(text("cover")?)?,
            row: RowOpening::parse(text("row")?)?,
            row_proof: proof(text("row-proof")?)?,
            assurance: Signed::parse(text("assurance")?)?,
            statement: Statement::parse(text("statement")?)?,
            approvals: [
                Signed::parse(text("approval-1")?)?,
                Signed::parse(text("approval-2")?)?,
            ],
            leaf: LeafOpening::parse(text("leaf")?)?,
            leaf_proof: proof(text("leaf-proof")?)?,
            checkpoint: text("checkpoint")?.to_owned(),
            header: archive.bytes("header")?.to_vec(),
            header_proof: proof(text("header-proof")?)?,
        };
        if warrant.to_bytes() == bytes {
            Ok(warrant)
        } else {
            Err(DocumentError::NotCanonical.into())
        }
    }
}

fn proof(text: &str) -> Result<InclusionProof, WarrantError> {
    text.parse()
        .map_err(|_| WarrantError::Contradiction("a proof cannot be read"))
}
