//! What the store keeps of a request and its rows, and how it is re-verified when read back.
//!
//! Place in the flow: use cases read and write these through [`crate::ports::Store`]. Nothing read
//! back is believed: [`RequestRecord::verify`] recomputes the rows' tree from the rows and compares
//! it with the signed cover, and [`RowRecord::derived_state`] derives a row's state from its signed
//! notes.
//!
//! Left to others: tables and files (store).

use instrument::{
    approval::{Approval, ApprovalDecision},
    document::Document,
    envelope::Envelope,
    face::{Face, FaceDecision},
    row_commitment::{Field, RowCommitment, RowOpening},
    signed::Signed,
    statement::Statement,
    tree::rows_root,
};
use model::{
    answer::{Answer, WithheldReason},
    column::Column,
    digest::Digest,
    finding::{FindingClass, FindingView},
    id::{LeafIndex, OfficialId, RequestId, RowId},
    time::{Date, Instant},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::CaseworkError,
    examine::Given,
    state::{RowEvent, RowState, next},
};

/// Whether a request's answers have issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    /// Taken in; its rows are being decided.
    Received,
    /// All answers issued.
    Issued,
}

/// A leaf in the log, as the store remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedLeaf {
    /// Its position.
    pub index: LeafIndex,
    /// The day it carries.
    pub day: Date,
}

/// A request as kept.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    /// The request.
    pub id: RequestId,
    /// Bytes of the envelope: cover, assurances, secret.
    pub envelope: Vec<u8>,
    /// Digest of the workbook.
    pub file: Digest,
    /// When it was taken in.
    pub received: Instant,
    /// What stage A was given beside the rows.
    pub given: Given,
    /// Stage A's findings about the request as a whole.
    pub findings: Vec<FindingView>,
    /// Its state.
    pub state: RequestState,
    /// Its `request` leaf, once logged.
    pub request_leaf: Option<LoggedLeaf>,
    /// Its `refusals` leaf, once logged.
    pub refusals_leaf: Option<LoggedLeaf>,
    /// The signed receipt, once made.
    pub receipt: Option<String>,
    /// Its `issued` leaf, once logged.
    pub issued_leaf: Option<LoggedLeaf>,
}

impl RequestRecord {
    /// The envelope, parsed, and checked against the rows kept beside it.
    ///
    /// # Errors
    /// [`CaseworkError::Damaged`] where the rows are not those that were signed.
    pub fn verify(&self, rows: &[RowRecord]) -> Result<Envelope, CaseworkError> {
        let envelope = Envelope::parse(&self.envelope)
            .map_err(|_| CaseworkError::damaged("the envelope cannot be read back"))?;
        let cover = envelope.cover.document();
        let commitments: Vec<RowCommitment> =
            rows.iter().map(|row| row.opening.commitment()).collect();
        let same = cover.request == self.id
            && usize::try_from(cover.rows).ok() == Some(rows.len())
            && rows_root(&commitments) == cover.rows_root
            && rows.iter().all(|row| row.opening.request == self.id);
        if !same {
            return Err(CaseworkError::damaged(
                "the rows kept are not those the cover signed for",
            ));
        }
        for row in rows {
            if row.derived_state()? != row.state {
                return Err(CaseworkError::damaged(
                    "a row's state does not follow from its notes",
                ));
            }
        }
        Ok(envelope)
    }
}

/// Stage B's outcome of a row, as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityRecord {
    /// Why nobody was identified; none where somebody was.
    pub withheld: Option<WithheldReason>,
    /// Whether the address given is the entry that is the latest within the periods asked.
    pub given_is_latest: bool,
    /// Evidence lines for reviewers: field, level, milli-bits.
    pub evidence: Vec<(String, String, i64)>,
    /// The transcript, from which the decision can be repeated without the register.
    pub transcript: serde_json::Value,
}

/// A row as kept.
#[derive(Debug, Clone)]
pub struct RowRecord {
    /// The row, wholly opened.
    pub opening: RowOpening,
    /// Stage A's findings.
    pub findings: Vec<FindingView>,
    /// Its state.
    pub state: RowState,
    /// Signed face decisions, in the order they were given.
    pub faces: Vec<Signed<Face>>,
    /// Its `admitted` or `declined` leaf.
    pub face_leaf: Option<LoggedLeaf>,
    /// Stage B's outcome.
    pub identity: Option<IdentityRecord>,
    /// The statement, where somebody was identified.
    pub statement: Option<Statement>,
    /// Signed approvals, in the order they were given.
    pub approvals: Vec<Signed<Approval>>,
    /// When the statement lapsed undecided, if it did.
    pub lapsed: bool,
    /// Its `matter` leaf.
    pub matter_leaf: Option<LoggedLeaf>,
    /// The answer, once issued.
    pub answer: Option<Answer>,
}

impl RowRecord {
    /// A row as it is when taken in.
    #[must_use]
    pub fn new(opening: RowOpening, findings: Vec<FindingView>) -> Self {
        let rejected = findings
            .iter()
            .any(|finding| finding.class == FindingClass::Deficient);
        let state = if rejected {
            RowState::Rejected
        } else {
            RowState::Admissible
        };
        Self {
            opening,
            findings,
            state,
            faces: Vec::new(),
            face_leaf: None,
            identity: None,
            statement: None,
            approvals: Vec::new(),
            lapsed: false,
            matter_leaf: None,
            answer: None,
        }
    }

    /// The row's id.
    #[must_use]
    pub fn id(&self) -> RowId {
        RowId {
            request: self.opening.request.clone(),
            sheet: self.opening.sheet,
            row: self.opening.row,
        }
    }

    /// Sheet and row number.
    #[must_use]
    pub const fn place(&self) -> (u16, u32) {
        (self.opening.sheet, self.opening.row)
    }

    /// Leaf hash of the canonical row.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        self.opening.commitment().leaf_hash()
    }

    /// The text of a column, trimmed; empty where the row has none.
    #[must_use]
    pub fn text(&self, column: Column) -> &str {
        self.opening
            .value(Field::Column(column))
            .unwrap_or_default()
            .trim()
    }

    /// The officer the row names, where the id has the form of one.
    #[must_use]
    pub fn officer(&self) -> Option<OfficialId> {
        officer_of(&self.opening)
    }

    /// Digest of the findings, as face decisions name it.
    #[must_use]
    pub fn findings_digest(&self) -> Digest {
        findings_digest(&self.findings)
    }

    /// The state that follows from findings and signed notes alone.
    ///
    /// # Errors
    /// [`CaseworkError::Damaged`] where the notes contradict each other or are not about this row.
    pub fn derived_state(&self) -> Result<RowState, CaseworkError> {
        let wrong = CaseworkError::damaged;
        let mut state = Self::new(self.opening.clone(), self.findings.clone()).state;
        let leaf = self.leaf();
        for face in &self.faces {
            let face = face.document();
            if face.row != self.id() || face.leaf != leaf {
                return Err(wrong("a face decision is about another row"));
            }
            let event = match face.decision {
                FaceDecision::Admit => RowEvent::Admit,
                FaceDecision::Decline(_) => RowEvent::Decline,
            };
            state = step(state, event)?;
        }
        if let Some(statement) = &self.statement {
            if statement.row != self.id() || statement.row_leaf != leaf {
                return Err(wrong("a statement is about another row"));
            }
            if !self.is_whom_stage_b_found(statement) {
                return Err(wrong("a statement names another record than stage B found"));
            }
        }
        if let Some(identity) = &self.identity {
            let event = match identity.withheld {
                Some(_) => RowEvent::Withhold,
                None => RowEvent::Identify,
            };
            state = step(state, event)?;
        }
        let digest = self.statement.as_ref().map(Document::digest);
        for approval in &self.approvals {
            if Some(approval.document().statement) != digest {
                return Err(wrong("an approval is of another statement"));
            }
            let event = match approval.document().decision {
                ApprovalDecision::Allow(_) => RowEvent::Allow,
                ApprovalDecision::End => RowEvent::End,
            };
            state = step(state, event)?;
        }
        if self.lapsed {
            step(state, RowEvent::Lapse)
        } else {
            Ok(state)
        }
    }

    fn is_whom_stage_b_found(&self, statement: &Statement) -> bool {
        let best = (self.identity.as_ref()).and_then(|identity| identity.transcript.get("best"));
        best.and_then(serde_json::Value::as_u64) == Some(u64::from(statement.record.0))
    }
}

fn step(state: RowState, event: RowEvent) -> Result<RowState, CaseworkError> {
    next(state, event)
        .ok_or_else(|| CaseworkError::damaged("a row's notes make a move there is none of"))
}

/// The officer a row names, where the id has the form of one.
#[must_use]
pub fn officer_of(opening: &RowOpening) -> Option<OfficialId> {
    let text = opening.value(Field::Column(Column::OfficerId));
    text.unwrap_or_default().trim().parse().ok()
}

/// Digest of findings in their JSON form.
#[must_use]
pub fn findings_digest(findings: &[FindingView]) -> Digest {
    Digest::of(
        serde_json::to_string(findings)
            .unwrap_or_default()
            .as_bytes(),
    )
}
