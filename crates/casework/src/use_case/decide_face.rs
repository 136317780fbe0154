//! Admitting or declining a row on its face: the review of the law.
//!
//! Place in the flow: after submission, before any register is touched. Two people of two roles
//! admit; one decline, with a coded ground, is final. Each decision is a signed note on exactly
//! these words and these findings. The second admission, or a decline, is logged.
//!
//! Left to others: stage B (identify).

use instrument::{
    face::{Face, FaceDecision},
    leaf::{Act, Leaf, RowAct},
    signed::Signed,
};
use model::{
    id::{OfficialId, RowId},
    role::Role,
};
use note::SigningKey;
use policy::Action;

use crate::{
    error::CaseworkError,
    office::{Loaded, Office},
    record::RowRecord,
    state::{RowEvent, RowState, next},
};

/// One reviewer's decision on one row. The key signs nothing but this note.
#[derive(Debug)]
pub struct FaceInput<'a> {
    /// The row.
    pub row: &'a RowId,
    /// Who decides.
    pub reviewer: &'a OfficialId,
    /// Their key.
    pub key: &'a SigningKey,
    /// The decision.
    pub decision: FaceDecision,
}

/// Decides one row on its face and gives its new state.
///
/// # Errors
/// [`CaseworkError`]: not permitted, wrong state, over a budget, a part away.
pub fn decide_face(
    office: &mut Office<'_>,
    input: &FaceInput<'_>,
) -> Result<RowState, CaseworkError> {
    office.check_authority()?;
    let mut loaded = office.load_to_act(&input.row.request)?;
    let row = loaded.row(input.row)?.clone();
    let (action, event, word) = match input.decision {
        FaceDecision::Admit => (Action::Admit, RowEvent::Admit, "admitted"),
        FaceDecision::Decline(_) => (Action::Decline, RowEvent::Decline, "declined"),
    };
    let agreement = office
        .agreement_of(loaded.envelope.cover.document())?
        .document();
    let decided = decided_by(&row);
    let matter = loaded.matter(agreement, row.state.code(), decided);
    let wrong_state = CaseworkError::WrongState {
        row: input.row.clone(),
        state: row.state,
        event: word,
    };
    let to = next(row.state, event).ok_or(wrong_state)?;
    let person = office.permit(input.reviewer, action, &matter)?;
    let role = person.role;
    office.check_key(person, input.key, action.code())?;

    if to == RowState::Admitted {
        // Rows that a crash left admitted and not logged come before this one in every budget.
        log_faces(office, &mut loaded)?;
    }
    let mut after = row.clone();
    after.faces.push(sign(office, &loaded, &row, input, role)?);
    after.state = to;
    if let Some(leaf) = face_leaf(office, &loaded, &after)? {
        check_budgets(office, &loaded, &leaf)?;
    }
    office.store.replace_row(&row, &after)?;
    log_face(office, &loaded, after)?;
    Ok(to)
}

/// Who has decided on a row's face so far.
fn decided_by(row: &RowRecord) -> Vec<(OfficialId, Role)> {
    row.faces
        .iter()
        .map(|face| (face.document().reviewer.clone(), face.document().role))
        .collect()
}

fn sign(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
    input: &FaceInput<'_>,
    role: Role,
) -> Result<Signed<Face>, CaseworkError> {
    let face = Face {
        genesis: office.documents.genesis_digest,
        row: input.row.clone(),
        leaf: row.leaf(),
        findings: row.findings_digest(),
        examined_as_of: loaded.request.given.as_of,
        reviewer: input.reviewer.clone(),
        role,
        decision: input.decision,
        signed_at: office.now(),
    };
    Ok(Signed::sign(face, &[input.key])?)
}

/// The leaf of a row that is decided on its face; `None` while it is not.
fn face_leaf(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
) -> Result<Option<Leaf>, CaseworkError> {
    let notes: Vec<_> = row.faces.iter().map(Signed::note_digest).collect();
    let (Some(first), Some(last)) = (row.faces.first(), row.faces.last()) else {
        return Ok(None);
    };
    let reviewers = [&first.document().reviewer, &last.document().reviewer];
    let (place, leaf) = (row.place(), row.leaf());
    let commitments = loaded.commitments();
    let (kind, commitment): (fn(RowAct) -> Act, _) = match row.state {
        RowState::Admissible | RowState::HalfAdmitted | RowState::Rejected => return Ok(None),
        RowState::Declined => (Act::Declined, commitments.declined(place, &leaf, &notes)),
        _ => (Act::Admitted, commitments.admitted(place, &leaf, &notes)),
    };
    let act = office
        .row_act(loaded, row, reviewers, commitment)
        .ok_or_else(|| CaseworkError::damaged("a decided row names no officer"))?;
    Ok(Some(Leaf {
        day: office.today(),
        act: kind(act),
    }))
}

/// Checks what a leaf would charge; one that is in the log already charges nothing more.
fn check_budgets(office: &Office<'_>, loaded: &Loaded, leaf: &Leaf) -> Result<(), CaseworkError> {
    let budgets = office
        .agreement_of(loaded.envelope.cover.document())?
        .document()
        .budgets;
    if office.log.find(leaf)?.is_some() {
        return Ok(());
    }
    match office.log.preview(leaf)? {
        Some(counts) => counts
            .check(&budgets)
            .map_err(|source| CaseworkError::Budget {
                day: leaf.day,
                source,
            }),
        None => Ok(()),
    }
}

/// Logs a decided row's leaf if it is not logged yet. A crash before it leaves a decided row without
/// a leaf, which the next use case on the request finds and logs, if the budgets still allow; after it,
/// a leaf the log gives again instead of appending twice.
pub(crate) fn log_face(
    office: &mut Office<'_>,
    loaded: &Loaded,
    row: RowRecord,
) -> Result<RowRecord, CaseworkError> {
    if row.face_leaf.is_some() {
        return Ok(row);
    }
    let Some(leaf) = face_leaf(office, loaded, &row)? else {
        return Ok(row);
    };
    check_budgets(office, loaded, &leaf)?;
    let place = office.log.append_once(&[leaf])?.into_iter().next();
    let after = RowRecord {
        face_leaf: place,
        ..row.clone()
    };
    office.store.replace_row(&row, &after)?;
    Ok(after)
}

/// Logs the leaves of all rows that are decided on their face and not logged yet.
pub(crate) fn log_faces(office: &mut Office<'_>, loaded: &mut Loaded) -> Result<(), CaseworkError> {
    let rows = std::mem::take(&mut loaded.rows);
    for row in rows {
        let row = log_face(office, loaded, row)?;
        loaded.rows.push(row);
    }
    Ok(())
}
