//! What people of the records agency see of requests, rows and cases.
//!
//! Place in the flow: `countersign cases` and `countersign case`, the desk later. A reviewer sees a
//! row's own words and findings; of a case which evidence agrees; never the address on file, and
//! not the other reviewer's decision before giving their own. Who may not know of a case is told
//! there is none.
//!
//! Left to others: how it looks (gate, desk).

use instrument::{
    approval::{Approval, ApprovalDecision},
    document::Document,
    face::FaceDecision,
    signed::Signed,
};
use model::{
    answer::Answer,
    column::Column,
    finding::FindingView,
    id::{CaseId, OfficialId, RequestId, RowId},
    role::Role,
};
use policy::Action;
use serde::Serialize;

use crate::{
    error::CaseworkError,
    office::{Loaded, Office},
    record::{RequestState, RowRecord},
    state::RowState,
    use_case::decide_person::{find_case, row_of_case},
};

/// One line of the list of work.
#[derive(Debug, Clone, Serialize)]
pub struct RowLine {
    /// The row.
    pub row: RowId,
    /// Its case, once there is one.
    pub case: Option<CaseId>,
    /// Its state.
    pub state: RowState,
    /// What it waits for, in words.
    pub waits_for: &'static str,
    /// Questions among its findings.
    pub questions: usize,
    /// The answer, once issued.
    pub answer: Option<Answer>,
}

/// A request in the list of work.
#[derive(Debug, Clone, Serialize)]
pub struct RequestLine {
    /// The request.
    pub request: RequestId,
    /// Whether it has issued.
    pub state: RequestState,
    /// Its rows.
    pub rows: Vec<RowLine>,
}

/// A state as those see it who are to decide without knowing of another's decision.
const fn blind(state: RowState) -> RowState {
    match state {
        RowState::HalfApproved => RowState::InReview,
        other => other,
    }
}

/// What a row waits for.
#[must_use]
pub const fn waits_for(state: RowState) -> &'static str {
    match state {
        RowState::Admissible => "officer and counsel, on its face",
        RowState::HalfAdmitted => "the second reviewer, on its face",
        RowState::Admitted => "the register",
        RowState::InReview => "officer and counsel, on the person",
        RowState::HalfApproved => "the second reviewer, on the person",
        RowState::Rejected
        | RowState::Declined
        | RowState::Withheld
        | RowState::Approved
        | RowState::Ended => "the day its request issues",
    }
}

/// Lists requests and their rows.
///
/// # Errors
/// [`CaseworkError`].
pub fn list(office: &Office<'_>) -> Result<Vec<RequestLine>, CaseworkError> {
    let mut lines = Vec::new();
    for id in office.store.requests()? {
        let loaded = office.load(&id)?;
        let rows = loaded.rows.iter().map(row_line).collect();
        lines.push(RequestLine {
            request: id,
            state: loaded.request.state,
            rows,
        });
    }
    Ok(lines)
}

fn row_line(row: &RowRecord) -> RowLine {
    let questions = row
        .findings
        .iter()
        .filter(|finding| finding.class != model::finding::FindingClass::Deficient);
    RowLine {
        row: row.id(),
        case: row
            .statement
            .as_ref()
            .map(|statement| statement.case.clone()),
        state: blind(row.state),
        waits_for: waits_for(blind(row.state)),
        questions: questions.count(),
        answer: row.answer,
    }
}

/// One cell of a row as a reviewer reads it.
#[derive(Debug, Clone, Serialize)]
pub struct CellView {
    /// Column.
    pub column: Column,
    /// Its text.
    pub text: String,
}

/// One reviewer's decision as another may see it.
#[derive(Debug, Clone, Serialize)]
pub struct DecisionView {
    /// Who.
    pub reviewer: OfficialId,
    /// In which role.
    pub role: Role,
    /// What, in words; none while the viewer has not decided.
    pub decision: Option<String>,
}

/// A row or case as a reviewer sees it.
#[derive(Debug, Clone, Serialize)]
pub struct CaseView {
    /// The row.
    pub row: RowId,
    /// The case, once there is one.
    pub case: Option<CaseId>,
    /// Its state.
    pub state: RowState,
    /// The row's own words.
    pub cells: Vec<CellView>,
    /// Stage A's findings.
    pub findings: Vec<FindingView>,
    /// Its findings about the request as a whole, as that a row is hidden.
    pub about_the_request: Vec<FindingView>,
    /// Face decisions.
    pub face: Vec<DecisionView>,
    /// Evidence: field, level, milli-bits. Never a value on file.
    pub evidence: Vec<(String, String, i64)>,
    /// Digest of the statement to be signed.
    pub statement: Option<String>,
    /// Approvals.
    pub approvals: Vec<DecisionView>,
}

/// A row, by its id.
///
/// # Errors
/// [`CaseworkError::NoRow`] also where the viewer may not know of it.
pub fn row(
    office: &Office<'_>,
    id: &RowId,
    viewer: &OfficialId,
) -> Result<CaseView, CaseworkError> {
    let loaded = office.load(&id.request)?;
    let row = loaded.row(id)?;
    if may_read(office, &loaded, row, viewer)? {
        Ok(view(&loaded, row, viewer))
    } else {
        Err(CaseworkError::NoRow(id.clone()))
    }
}

/// A case, by its id.
///
/// # Errors
/// [`CaseworkError::NoCase`] also where the viewer may not know of it.
pub fn case(
    office: &Office<'_>,
    id: &CaseId,
    viewer: &OfficialId,
) -> Result<CaseView, CaseworkError> {
    let place = find_case(office, id)?;
    let loaded = office.load(&place.request)?;
    let row = row_of_case(&loaded, &place, id)?;
    if may_read(office, &loaded, row, viewer)? {
        Ok(view(&loaded, row, viewer))
    } else {
        Err(CaseworkError::NoCase(id.clone()))
    }
}

fn may_read(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
    viewer: &OfficialId,
) -> Result<bool, CaseworkError> {
    let agreement = office
        .agreement_of(loaded.envelope.cover.document())?
        .document();
    let matter = loaded.matter(agreement, row.state.code(), Vec::new());
    Ok(office.permit(viewer, Action::Read, &matter).is_ok())
}

fn view(loaded: &Loaded, row: &RowRecord, viewer: &OfficialId) -> CaseView {
    let cells = Column::ALL
        .iter()
        .map(|column| CellView {
            column: *column,
            text: row.text(*column).to_owned(),
        })
        .filter(|cell| !cell.text.is_empty())
        .collect();
    let decided_face = row
        .faces
        .iter()
        .any(|face| face.document().reviewer == *viewer)
        || row.state.was_admitted()
        || row.state == RowState::Declined;
    let face = row.faces.iter().map(|face| {
        let face = face.document();
        let words = match face.decision {
            FaceDecision::Admit => "admit".to_owned(),
            FaceDecision::Decline(ground) => format!("decline: {}", ground.code()),
        };
        DecisionView {
            reviewer: face.reviewer.clone(),
            role: face.role,
            decision: decided_face.then_some(words),
        }
    });
    let decided = row
        .approvals
        .iter()
        .any(|approval| approval.document().reviewer == *viewer)
        || matches!(row.state, RowState::Approved | RowState::Ended);
    let in_case = row.statement.is_some();
    let evidence = row
        .identity
        .as_ref()
        .filter(|_| in_case)
        .map(|identity| identity.evidence.clone());
    CaseView {
        row: row.id(),
        case: row
            .statement
            .as_ref()
            .map(|statement| statement.case.clone()),
        state: if decided { row.state } else { blind(row.state) },
        cells,
        findings: row.findings.clone(),
        about_the_request: loaded.request.findings.clone(),
        face: face.collect(),
        evidence: evidence.unwrap_or_default(),
        statement: row
            .statement
            .as_ref()
            .map(|statement| statement.digest().to_string()),
        approvals: if decided { approvals(row) } else { Vec::new() },
    }
}

/// The reviewers' decisions on the person. An end is final, so that anybody has decided tells how: they
/// are shown to nobody before their own.
fn approvals(row: &RowRecord) -> Vec<DecisionView> {
    let decision = |approval: &Signed<Approval>| {
        let approval = approval.document();
        let words = match approval.decision {
            ApprovalDecision::Allow(question) => format!("allow {}", question.code()),
            ApprovalDecision::End => "end".to_owned(),
        };
        DecisionView {
            reviewer: approval.reviewer.clone(),
            role: approval.role,
            decision: Some(words),
        }
    };
    row.approvals.iter().map(decision).collect()
}
