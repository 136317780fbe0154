//! The statement: what exactly is to be released about one case, under which terms.
//!
//! Place in the flow: made when a row is identified, shown to each reviewer, named by their
//! approvals, committed to by its leaf, carried by its warrant.
//!
//! Left to others: the reviewers' signatures ([`crate::approval`]).

use model::{
    digest::{Digest, hex, unhex},
    id::{AgencyId, CaseId, EntryNumber, Epoch, OfficialId, RecordNumber, RegisterId, RowId},
    time::{Instant, TaxPeriod},
};

use translog::LogOrigin;

use crate::document::{Document, DocumentError, Reader, Writer, parsed};

/// What the row asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Is the address given the latest on file for the periods asked?
    Verify,
    /// What is the mailing address last reported for the periods asked?
    Address,
}

impl Question {
    /// The word in rows and documents.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Address => "address",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Verify, Self::Address]
            .into_iter()
            .find(|question| question.code() == code)
    }
}

/// The statement of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// The case.
    pub case: CaseId,
    /// The row.
    pub row: RowId,
    /// Leaf hash of the canonical row.
    pub row_leaf: Digest,
    /// Digest of the cover's text.
    pub cover: Digest,
    /// Requesting agency.
    pub agency: AgencyId,
    /// The named officer, who alone receives the answer.
    pub officer: OfficialId,
    /// Digest of the agreement.
    pub agreement: Digest,
    /// Digest of the policy.
    pub policy: Digest,
    /// Digest of the calibration certificate.
    pub certificate: Digest,
    /// Origin of the log its leaf goes to.
    pub log_origin: LogOrigin,
    /// The register.
    pub register: RegisterId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The record identified.
    pub record: RecordNumber,
    /// The entry that is the latest within the periods asked.
    pub entry: EntryNumber,
    /// The tax periods the row asks about.
    pub periods: Vec<TaxPeriod>,
    /// The row's question.
    pub question: Question,
    /// When it was made.
    pub created: Instant,
    /// When it lapses.
    pub expires: Instant,
    /// 16 random bytes, so that its digest tells nothing.
    pub salt: [u8; 16],
}

impl Document for Statement {
    const CONTEXT: &'static str = "countersign/statement/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("case", &self.case)
            .line("row", &self.row)
            .line("row-leaf", self.row_leaf)
            .line("cover", self.cover)
            .line("agency", &self.agency)
            .line("officer", &self.officer)
            .line("agreement", self.agreement)
            .line("policy", self.policy)
            .line("certificate", self.certificate)
            .line("log-origin", &self.log_origin)
            .line("register", &self.register)
            .line("epoch", self.epoch)
            .line("record", self.record)
            .line("entry", self.entry)
            .lines("period", &self.periods)
            .line("question", self.question.code())
            .line("created", self.created)
            .line("expires", self.expires)
            .line("salt", hex(&self.salt));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let statement = Self {
            genesis: reader.value("genesis")?,
            case: reader.value("case")?,
            row: reader.value("row")?,
            row_leaf: reader.value("row-leaf")?,
            cover: reader.value("cover")?,
            agency: reader.value("agency")?,
            officer: reader.value("officer")?,
            agreement: reader.value("agreement")?,
            policy: reader.value("policy")?,
            certificate: reader.value("certificate")?,
            log_origin: reader.value("log-origin")?,
            register: reader.value("register")?,
            epoch: reader.value("epoch")?,
            record: reader.value("record")?,
            entry: reader.value("entry")?,
            periods: reader.repeated("period", parsed)?,
            question: reader.with("question", Question::from_code)?,
            created: reader.value("created")?,
            expires: reader.value("expires")?,
            salt: reader.with("salt", |text| unhex(text)?.try_into().ok())?,
        };
        if statement.periods.is_empty() || !statement.periods.is_sorted_by(|a, b| a < b) {
            return Err(DocumentError::Inconsistent(
                "a statement names its periods once each, in order",
            ));
        }
        if statement.expires <= statement.created {
            return Err(DocumentError::Inconsistent(
                "a statement lapses after it is made",
            ));
        }
        Ok(statement)
    }
}
