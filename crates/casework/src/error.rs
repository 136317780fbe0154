//! What can stop a use case.
//!
//! Place in the flow: the gate turns it into an exit code and a message.
//!
//! Left to others: errors of the parts, wrapped here as sources.

use instrument::{
    budget::BudgetError, certificate::CertificateError, document::DocumentError,
    envelope::EnvelopeError, signed::SignedError, warrant::WarrantError,
};
use model::{
    entropy::EntropyError,
    fault::{Explain, Fault},
    id::{CaseId, OfficialId, RequestId, RowId},
    time::Date,
};
use thiserror::Error;

use crate::{ports::PortError, state::RowState};

/// Why a use case did not happen. Nothing was changed, or what was changed is found again when the
/// use case is repeated.
#[derive(Debug, Error)]
pub enum CaseworkError {
    /// Nothing of that name, or the asker may not know of it.
    #[error("there is no request `{0}`")]
    NoRequest(RequestId),
    /// Nothing of that name, or the asker may not know of it.
    #[error("there is no row `{0}`")]
    NoRow(RowId),
    /// Nothing of that name, or the asker may not know of it.
    #[error("there is no case `{0}`")]
    NoCase(CaseId),
    /// The request is there already, with other contents.
    #[error("request `{0}` was submitted before; a mended request has an id of its own")]
    Twice(RequestId),
    /// The official is not on the roster, or not in a role that may do this.
    #[error("`{official}` may not {action} here: {why}")]
    NotPermitted {
        /// Who.
        official: OfficialId,
        /// What.
        action: &'static str,
        /// Why not.
        why: String,
    },
    /// The row is not in a state in which this can happen.
    #[error("row `{row}` is {state}; it cannot be {event} now")]
    WrongState {
        /// The row.
        row: RowId,
        /// Its state.
        state: RowState,
        /// What was tried, as a participle.
        event: &'static str,
    },
    /// The cover, an assurance or another document of the requester's is not in order.
    #[error("the request is refused: {0}")]
    RequestRefused(String),
    /// The envelope does not fit the workbook.
    #[error("the envelope does not fit the workbook")]
    Envelope(#[from] EnvelopeError),
    /// A budget or ceiling is passed.
    #[error("deferred on {day}: {source}")]
    Budget {
        /// The day counted.
        day: Date,
        /// Which budget.
        source: BudgetError,
    },
    /// Answers issue together: some rows are not decided yet.
    #[error("{count} rows are not decided yet, the first is `{first}`")]
    Undecided {
        /// How many.
        count: usize,
        /// One of them.
        first: RowId,
    },
    /// All answers of the request have issued: they issue once. Nobody's fault; its receipt is kept.
    #[error("the answers of request `{0}` have issued; its responses and its receipt stand")]
    Issued(RequestId),
    /// Answers issue on a fixed day.
    #[error("the answers of this request issue on {0}")]
    TooEarly(Date),
    /// One reviewer's approvals need time between them.
    #[error(
        "the last approval of `{official}` was {seconds} seconds ago; the next may follow after {needed}"
    )]
    TooSoon {
        /// Who.
        official: OfficialId,
        /// Seconds since.
        seconds: u64,
        /// Seconds needed.
        needed: u64,
    },
    /// No valid certificate: the gate does not identify.
    #[error("identification is stopped: {0}")]
    NotCertified(&'static str),
    /// The certificate does not hold, or not for this gate: the operator's, calibrate anew.
    #[error("identification is stopped: {0}")]
    Certificate(CertificateError),
    /// The authority note, the agreement or a suspension stops the channel.
    #[error("the channel is stopped: {0}")]
    Stopped(&'static str),
    /// What is kept contradicts itself. The gate stops here.
    #[error("integrity: {0}")]
    Damaged(&'static str),
    /// A signature cannot be made or checked.
    #[error("a signature is not in order")]
    Signed(#[from] SignedError),
    /// A document is not in order.
    #[error("a document is not in order")]
    Document(#[from] DocumentError),
    /// The warrant would be refused.
    #[error("the warrant is not in order")]
    Warrant(#[from] WarrantError),
    /// Something outside did not do its part.
    #[error("it could not be done")]
    Port(#[from] PortError),
    /// No random bytes.
    #[error("no random bytes")]
    Entropy(#[from] EntropyError),
    /// Stage B could not work.
    #[error("stage B cannot work")]
    Identify(#[from] identity::decide::IdentifyError),
}

impl CaseworkError {
    /// Something kept contradicts itself.
    #[must_use]
    pub const fn damaged(what: &'static str) -> Self {
        Self::Damaged(what)
    }
}

impl Explain for CaseworkError {
    fn fault(&self) -> Fault {
        match self {
            Self::NoRequest(_) | Self::NoRow(_) | Self::NoCase(_) | Self::Twice(_) => Fault::Input,
            Self::Envelope(error) => error.fault(),
            Self::NotPermitted { .. }
            | Self::WrongState { .. }
            | Self::RequestRefused(_)
            | Self::Budget { .. }
            | Self::Undecided { .. }
            | Self::Issued(_)
            | Self::TooEarly(_)
            | Self::TooSoon { .. }
            | Self::NotCertified(_)
            | Self::Certificate(_)
            | Self::Stopped(_) => Fault::Refused,
            Self::Damaged(_) => Fault::Integrity,
            Self::Signed(error) => error.fault(),
            Self::Document(error) => error.fault(),
            Self::Warrant(error) => error.fault(),
            Self::Port(error) => error.fault(),
            Self::Entropy(_) => Fault::Unavailable,
            Self::Identify(error) => error.fault(),
        }
    }
}
