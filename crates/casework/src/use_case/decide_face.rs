//! Admitting or declining a row on its face: the review of the law.
//!
//! Place in the flow: after submission, before any register is touched. Two people of two roles
//! admit; one decline, with a coded ground, is final. Each decision is a signed note on exactly
//! these words and these findings. The second admission, or a decline, is logged.
//!
//! Left to others: stage B (identify).

use instrument::{
    face::{Face, FaceDecision},
    leaf::{Act, Leaf},
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
    let loaded = office.load(&input.row.request)?;
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
    office.check_key(person, input.key, action.code())?;

    let mut after = row.clone();
    after
        .faces
        .push(sign(office, &loaded, &row, input, person.role)?);
    after.state = to;
    if to == RowState::Admitted {
        check_budgets(office, &loaded, &after)?;
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
fn face_leaf(office: &Office<'_>, loaded: &Loaded, row: &RowRecord) -> Option<Leaf> {
    let notes: Vec<_> = row.faces.iter().map(Signed::note_digest).collect();
    let first = &row.faces.first()?.document().reviewer;
    let last = &row.faces.last()?.document().reviewer;
    let act = |commitment| office.row_act(loaded, row, [first, last], commitment);
    let act = match row.state {
        RowState::Declined => Act::Declined(act(loaded.commitments().declined(
            row.place(),
            &row.leaf(),
            &notes,
        ))?),
        RowState::Admitted => Act::Admitted(act(loaded.commitments().admitted(
            row.place(),
            &row.leaf(),
            &notes,
        ))?),
        _ => return None,
    };
    Some(Leaf {
        day: office.today(),
        act,
    })
}

fn check_budgets(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
) -> Result<(), CaseworkError> {
    let budgets = office
        .agreement_of(loaded.envelope.cover.document())?
        .document()
        .budgets;
    let leaf = face_leaf(office, loaded, row)
        .ok_or_else(|| CaseworkError::damaged("an admitted row names no officer"))?;
    match office.log.preview(&leaf)? {
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
/// a leaf, which the next use case on the request finds and logs; after it, a leaf the log gives
/// again instead of appending twice.
pub(crate) fn log_face(
    office: &mut Office<'_>,
    loaded: &Loaded,
    row: RowRecord,
) -> Result<RowRecord, CaseworkError> {
    if row.face_leaf.is_some() {
        return Ok(row);
    }
    let Some(leaf) = face_leaf(office, loaded, &row) else {
        return Ok(row);
    };
    let place = office.log.append_once(&[leaf])?.into_iter().next();
    let after = RowRecord {
        face_leaf: place,
        ..row.clone()
    };
    office.store.replace_row(&row, &after)?;
    Ok(after)
}
