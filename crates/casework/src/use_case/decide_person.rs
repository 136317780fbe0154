//! Allowing or ending a case: the review of the person.
//!
//! Place in the flow: after stage B. Officer and counsel each sign the statement's digest, seeing
//! which evidence agrees, never the address, and not the other's decision before their own
//! ([`crate::use_case::view`]). One who ends the case ends it for good.
//!
//! Left to others: what follows from two approvals (release).

use instrument::{
    approval::{Approval, ApprovalDecision},
    document::Document,
    genesis::GenesisKind,
    signed::Signed,
};
use model::{
    ceiling::SECONDS_BETWEEN_APPROVALS,
    entropy::random_bytes,
    id::{CaseId, OfficialId, RowId},
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

/// One reviewer's decision on one case. There is no form of it for several.
#[derive(Debug)]
pub struct PersonInput<'a> {
    /// The case.
    pub case: &'a CaseId,
    /// Who decides.
    pub reviewer: &'a OfficialId,
    /// Their key.
    pub key: &'a SigningKey,
    /// The decision.
    pub decision: ApprovalDecision,
}

/// Decides one case and gives its row's new state.
///
/// # Errors
/// [`CaseworkError`]: not permitted, wrong state, too soon after the last one.
pub fn decide_person(
    office: &mut Office<'_>,
    input: &PersonInput<'_>,
) -> Result<RowState, CaseworkError> {
    office.check_authority()?;
    let place = find_case(office, input.case)?;
    let loaded = office.load_to_act(&place.request)?;
    let row = row_of_case(&loaded, &place, input.case)?.clone();
    let (action, event, word) = match input.decision {
        ApprovalDecision::Allow(_) => (Action::Allow, RowEvent::Allow, "approved"),
        ApprovalDecision::End => (Action::End, RowEvent::End, "ended"),
    };
    let wrong_state = CaseworkError::WrongState {
        row: row.id(),
        state: row.state,
        event: word,
    };
    let to = next(row.state, event).ok_or(wrong_state)?;
    let agreement = office
        .agreement_of(loaded.envelope.cover.document())?
        .document();
    let matter = loaded.matter(agreement, row.state.code(), decided_by(&row));
    let person = office.permit(input.reviewer, action, &matter)?;
    office.check_key(person, input.key, action.code())?;
    check_time_between(office, input.reviewer)?;

    let mut after = row.clone();
    after
        .approvals
        .push(sign(office, &row, input, person.role)?);
    after.state = to;
    office.store.replace_row(&row, &after)?;
    Ok(to)
}

/// Finds the row that a case is about.
///
/// # Errors
/// [`CaseworkError::NoCase`].
pub fn find_case(office: &Office<'_>, case: &CaseId) -> Result<RowId, CaseworkError> {
    let place = office.store.case(case)?;
    place.ok_or_else(|| CaseworkError::NoCase(case.clone()))
}

/// The row at the place that [`find_case`] gave, checked to have this case.
///
/// # Errors
/// [`CaseworkError::Damaged`] where it has another.
pub fn row_of_case<'a>(
    loaded: &'a Loaded,
    place: &RowId,
    case: &CaseId,
) -> Result<&'a RowRecord, CaseworkError> {
    let row = loaded.row(place)?;
    match &row.statement {
        Some(statement) if statement.case == *case => Ok(row),
        _ => Err(CaseworkError::damaged("a case is not its row's")),
    }
}

fn decided_by(row: &RowRecord) -> Vec<(OfficialId, Role)> {
    let who = |approval: &Signed<Approval>| {
        (
            approval.document().reviewer.clone(),
            approval.document().role,
        )
    };
    row.approvals.iter().map(who).collect()
}

/// Seconds a reviewer must let pass between two approvals under this genesis.
#[must_use]
pub const fn seconds_between_approvals(kind: GenesisKind, synthetic_gap: u64) -> u64 {
    match kind {
        GenesisKind::Synthetic => synthetic_gap,
        GenesisKind::Production => SECONDS_BETWEEN_APPROVALS,
    }
}

fn check_time_between(office: &Office<'_>, reviewer: &OfficialId) -> Result<(), CaseworkError> {
    let genesis = &office.documents.genesis;
    let needed = seconds_between_approvals(genesis.kind, genesis.approval_gap_seconds);
    let last = office.store.latest_approval(reviewer)?;
    let seconds = last.map_or(u64::MAX, |last| office.now().0.saturating_sub(last.0));
    if seconds >= needed {
        Ok(())
    } else {
        Err(CaseworkError::TooSoon {
            official: reviewer.clone(),
            seconds,
            needed,
        })
    }
}

fn sign(
    office: &Office<'_>,
    row: &RowRecord,
    input: &PersonInput<'_>,
    role: Role,
) -> Result<Signed<Approval>, CaseworkError> {
    let statement = row
        .statement
        .as_ref()
        .ok_or_else(|| CaseworkError::damaged("a case in review has no statement"))?;
    let now = office.now();
    if now < statement.created || now >= statement.expires {
        return Err(CaseworkError::Stopped("the statement has lapsed"));
    }
    let approval = Approval {
        genesis: office.documents.genesis_digest,
        statement: statement.digest(),
        reviewer: input.reviewer.clone(),
        role,
        decision: input.decision,
        nonce: random_bytes()?,
        signed_at: now,
    };
    Ok(Signed::sign(approval, &[input.key])?)
}
