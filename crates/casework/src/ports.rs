//! What casework needs from outside, as traits in the domain's own nouns.
//!
//! Place in the flow: store implements [`Store`], the gate implements [`Clock`], [`TransparencyLog`],
//! [`Keepers`] and [`Records`]; tests have their own.
//!
//! Left to others: everything behind them.

use identity::candidates::Candidates;
use instrument::{
    budget::Counts,
    leaf::{Leaf, Tag},
    wire::{SlotValues, TokenValues, TokensAsk},
};
use model::{
    fault::{Explain, Fault},
    id::{CaseId, LeafIndex, OfficialId, RecordNumber, RequestId, RowId},
    time::Instant,
};
use seal::{entry::SealedEntry, header::RecordHeader};
use thiserror::Error;
use translog::InclusionProof;

use crate::record::{LoggedLeaf, RequestRecord, RowRecord};

/// Something outside did not do its part. Nothing is lost: every use case can be repeated.
#[derive(Debug, Error)]
#[error("{what}: {detail}")]
pub struct PortError {
    /// Which part: `the database`, `the log`, `keeper k2`.
    pub what: String,
    /// For the operator's log; no personal data.
    pub detail: String,
    /// Whose fault.
    pub fault: Fault,
}

impl PortError {
    /// The part is away for now.
    #[must_use]
    pub fn unavailable(what: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self {
            what: what.into(),
            detail: detail.to_string(),
            fault: Fault::Unavailable,
        }
    }

    /// The part's own data is damaged.
    #[must_use]
    pub fn damaged(what: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self {
            what: what.into(),
            detail: detail.to_string(),
            fault: Fault::Integrity,
        }
    }
}

impl Explain for PortError {
    fn fault(&self) -> Fault {
        self.fault
    }
}

/// The time.
pub trait Clock {
    /// Now.
    fn now(&self) -> Instant;
}

/// The database.
pub trait Store {
    /// Adds a request with all its rows, or nothing.
    ///
    /// # Errors
    /// [`PortError`]; a request of the same id is one too.
    fn add(&mut self, request: &RequestRecord, rows: &[RowRecord]) -> Result<(), PortError>;

    /// A request.
    ///
    /// # Errors
    /// [`PortError`].
    fn request(&self, id: &RequestId) -> Result<Option<RequestRecord>, PortError>;

    /// The ids of all requests, oldest first.
    ///
    /// # Errors
    /// [`PortError`].
    fn requests(&self) -> Result<Vec<RequestId>, PortError>;

    /// A request's rows in workbook order.
    ///
    /// # Errors
    /// [`PortError`].
    fn rows(&self, id: &RequestId) -> Result<Vec<RowRecord>, PortError>;

    /// The row that a case is about.
    ///
    /// # Errors
    /// [`PortError`].
    fn case(&self, case: &CaseId) -> Result<Option<RowId>, PortError>;

    /// When a reviewer last signed a decision on a person, in any request.
    ///
    /// # Errors
    /// [`PortError`].
    fn latest_approval(&self, reviewer: &OfficialId) -> Result<Option<Instant>, PortError>;

    /// Replaces a row, if its kept state and number of notes are still those of `before`; all or
    /// nothing.
    ///
    /// # Errors
    /// [`PortError`]; that somebody else changed the row meanwhile is one too.
    fn replace_row(&mut self, before: &RowRecord, after: &RowRecord) -> Result<(), PortError>;

    /// Replaces what changes of a request (leaves, receipt, state) together with its rows' leaves
    /// and answers; all or nothing.
    ///
    /// # Errors
    /// [`PortError`].
    fn replace_request(
        &mut self,
        after: &RequestRecord,
        rows: &[RowRecord],
    ) -> Result<(), PortError>;
}

/// A cosigned state of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedHead {
    /// Leaves in it.
    pub size: u64,
    /// The checkpoint note with the log's signature and the keepers' cosignatures.
    pub checkpoint: String,
}

/// The log, as the gate writes it.
pub trait TransparencyLog {
    /// Appends leaves in order, each at most once: one whose act is already in the log keeps its
    /// place there. Gives each leaf's place. Durable when it returns.
    ///
    /// # Errors
    /// [`PortError`].
    fn append_once(&mut self, leaves: &[Leaf]) -> Result<Vec<LoggedLeaf>, PortError>;

    /// Place of the leaf whose act, whatever its day, is in the log already; `None` where none is. What
    /// is found is not charged again, and answers whose `issued` leaf is found have issued.
    ///
    /// # Errors
    /// [`PortError`].
    fn find(&self, leaf: &Leaf) -> Result<Option<LoggedLeaf>, PortError>;

    /// Whether the answers of the request with this tag have issued, whoever logged that.
    ///
    /// # Errors
    /// [`PortError`].
    fn has_issued(&self, request: &Tag) -> Result<bool, PortError>;

    /// The counts a leaf would reach if it were appended now; `None` for one that charges nothing.
    ///
    /// # Errors
    /// [`PortError`].
    fn preview(&self, leaf: &Leaf) -> Result<Option<Counts>, PortError>;

    /// Has keepers follow the log and cosign its head.
    ///
    /// # Errors
    /// [`PortError`] where fewer than the quorum cosign.
    fn cosigned_head(&mut self) -> Result<CosignedHead, PortError>;

    /// Proof of a leaf's inclusion in a tree of `size`.
    ///
    /// # Errors
    /// [`PortError`].
    fn prove(&self, index: LeafIndex, size: u64) -> Result<InclusionProof, PortError>;
}

/// The keepers together. Each method asks as many as answer and gives what they signed; the
/// signatures are checked already.
pub trait Keepers {
    /// Values for the tokens of one admitted row.
    ///
    /// # Errors
    /// [`PortError`] where fewer keepers answer than are needed.
    fn tokens(&self, ask: &TokensAsk) -> Result<Vec<TokenValues>, PortError>;

    /// Values for a warrant.
    ///
    /// # Errors
    /// [`PortError`] where fewer keepers answer than are needed; its fault is
    /// [`Fault::Refused`] where keepers refused.
    fn open(&self, warrant: &[u8]) -> Result<Vec<SlotValues>, PortError>;
}

/// The register, as casework needs it.
pub trait Records {
    /// The match plane.
    fn candidates(&self) -> &dyn Candidates;

    /// A record's header and its proof under the manifest's root.
    ///
    /// # Errors
    /// [`PortError`].
    fn header(&self, record: RecordNumber) -> Result<(RecordHeader, InclusionProof), PortError>;

    /// A sealed entry.
    ///
    /// # Errors
    /// [`PortError`].
    fn sealed_entry(
        &self,
        record: RecordNumber,
        entry: model::id::EntryNumber,
    ) -> Result<SealedEntry, PortError>;
}
