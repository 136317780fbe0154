//! A recall: a release was found erroneous, and its recipient must return and destroy it.
//!
//! Place in the flow: after the fact (26 U.S.C. 7431(e); LAW.md check 30). Signed by the gate,
//! logged, sent to the officer and to the agreement's signatory.
//!
//! Left to others: suspending (authority note), telling the taxpayer.

use model::{
    digest::Digest,
    id::{CaseId, OfficialId, RequestId},
    time::Instant,
};

use crate::document::{Document, DocumentError, Reader, Writer};

/// The recall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// The request.
    pub request: RequestId,
    /// The case.
    pub case: CaseId,
    /// Who received the release.
    pub officer: OfficialId,
    /// Why, in words without personal data.
    pub reason: String,
    /// When.
    pub made_at: Instant,
}

impl Document for Recall {
    const CONTEXT: &'static str = "countersign/gate/recall/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("request", &self.request)
            .line("case", &self.case)
            .line("officer", &self.officer)
            .line("reason", &self.reason)
            .line("made-at", self.made_at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            request: reader.value("request")?,
            case: reader.value("case")?,
            officer: reader.value("officer")?,
            reason: reader.text("reason")?.to_owned(),
            made_at: reader.value("made-at")?,
        })
    }
}
