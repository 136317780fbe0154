//! An approval: one reviewer's signed decision on one statement.
//!
//! Place in the flow: review of the person. Two of these from two people of the two roles make a
//! release possible; one that ends the statement is final, and no second reviewer is tried.
//!
//! Left to others: the signature itself, Ed25519 under a synthetic genesis or WebAuthn (note); who
//! may sign (policy).

use model::{
    digest::{Digest, hex, unhex},
    id::OfficialId,
    role::Role,
    time::Instant,
};

use crate::{
    document::{Document, DocumentError, Reader, Writer},
    face::reviewer_role,
    statement::Question,
};

/// What a reviewer allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalDecision {
    /// An answer no wider than this: `verify` allows Confirmed only, `address` also Disclosed.
    Allow(Question),
    /// Nothing is to be released; the case ends as NoDisclosure.
    End,
}

impl ApprovalDecision {
    /// The word in documents.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Allow(Question::Verify) => "allow verify",
            Self::Allow(Question::Address) => "allow address",
            Self::End => "end",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [
            Self::Allow(Question::Verify),
            Self::Allow(Question::Address),
            Self::End,
        ]
        .into_iter()
        .find(|decision| decision.code() == code)
    }
}

/// The widest answer two decisions allow together; `None` where one ends the case.
#[must_use]
pub fn widest_allowed(first: ApprovalDecision, second: ApprovalDecision) -> Option<Question> {
    match (first, second) {
        (ApprovalDecision::Allow(a), ApprovalDecision::Allow(b)) => Some(a.min(b)),
        _ => None,
    }
}

/// The signed decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// Digest of the statement's text.
    pub statement: Digest,
    /// Who decides.
    pub reviewer: OfficialId,
    /// Their role: disclosure officer or counsel.
    pub role: Role,
    /// The decision.
    pub decision: ApprovalDecision,
    /// 16 random bytes: one approval is never mistaken for another.
    pub nonce: [u8; 16],
    /// When.
    pub signed_at: Instant,
}

impl Document for Approval {
    const CONTEXT: &'static str = "countersign/review/approval/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("statement", self.statement)
            .line("reviewer", &self.reviewer)
            .line("role", self.role)
            .line("decision", self.decision.code())
            .line("nonce", hex(&self.nonce))
            .line("signed-at", self.signed_at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            statement: reader.value("statement")?,
            reviewer: reader.value("reviewer")?,
            role: reader.with("role", reviewer_role)?,
            decision: reader.with("decision", ApprovalDecision::from_code)?,
            nonce: reader.with("nonce", |text| unhex(text)?.try_into().ok())?,
            signed_at: reader.value("signed-at")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disclosure_needs_both_to_allow_it() {
        use ApprovalDecision::{Allow, End};
        use Question::{Address, Verify};
        assert_eq!(
            widest_allowed(Allow(Address), Allow(Address)),
            Some(Address)
        );
        assert_eq!(widest_allowed(Allow(Address), Allow(Verify)), Some(Verify));
        assert_eq!(widest_allowed(Allow(Verify), Allow(Address)), Some(Verify));
        assert_eq!(widest_allowed(End, Allow(Address)), None);
        assert_eq!(widest_allowed(Allow(Address), End), None);
    }
}
