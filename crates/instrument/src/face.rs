//! A face decision: officer or counsel admits or declines a row on its own words.
//!
//! Place in the flow: review of the law, before any register is touched. A row is admitted by two
//! of these from two people; one decline ends it with a coded ground.
//!
//! Left to others: who may sign one (policy), the log leaf that commits to both
//! ([`crate::leaf`]).

use model::{
    answer::DeclineGround,
    digest::Digest,
    id::{OfficialId, RowId},
    role::Role,
    time::{Date, Instant},
};

use crate::document::{Document, DocumentError, Reader, Writer, date};

/// What a reviewer decides on the face of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaceDecision {
    /// The row may be put to the register.
    Admit,
    /// It may not, on this ground.
    Decline(DeclineGround),
}

/// The signed decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// The row.
    pub row: RowId,
    /// Leaf hash of the canonical row, so that the decision is on these words and no others.
    pub leaf: Digest,
    /// Digest of the findings the reviewer saw.
    pub findings: Digest,
    /// The day as of which the row was examined.
    pub examined_as_of: Date,
    /// Who decides.
    pub reviewer: OfficialId,
    /// Their role: disclosure officer or counsel.
    pub role: Role,
    /// The decision.
    pub decision: FaceDecision,
    /// When.
    pub signed_at: Instant,
}

impl Document for Face {
    const CONTEXT: &'static str = "countersign/review/face/v1";

    fn write(&self, writer: &mut Writer) {
        let decision = match self.decision {
            FaceDecision::Admit => "admit".to_owned(),
            FaceDecision::Decline(ground) => format!("decline {}", ground.code()),
        };
        writer
            .line("genesis", self.genesis)
            .line("row", &self.row)
            .line("leaf", self.leaf)
            .line("findings", self.findings)
            .line("examined-as-of", self.examined_as_of)
            .line("reviewer", &self.reviewer)
            .line("role", self.role)
            .line("decision", decision)
            .line("signed-at", self.signed_at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            row: reader.value("row")?,
            leaf: reader.value("leaf")?,
            findings: reader.value("findings")?,
            examined_as_of: reader.with("examined-as-of", date)?,
            reviewer: reader.value("reviewer")?,
            role: reader.with("role", reviewer_role)?,
            decision: reader.with("decision", |text| match text.strip_prefix("decline ") {
                Some(code) => DeclineGround::from_code(code).map(FaceDecision::Decline),
                None => (text == "admit").then_some(FaceDecision::Admit),
            })?,
            signed_at: reader.value("signed-at")?,
        })
    }
}

/// Reads a role that reviews: disclosure officer or counsel.
pub(crate) fn reviewer_role(code: &str) -> Option<Role> {
    Role::from_code(code).filter(|role| matches!(role, Role::DisclosureOfficer | Role::Counsel))
}
