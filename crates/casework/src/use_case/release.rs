//! Releasing a request: all its answers together, log before open.
//!
//! Place in the flow: after every row is decided and the fixed day has come. First every admitted
//! row's `matter` leaf goes to the log, one for each, whatever came of it; then keepers cosign; only
//! then are warrants put to keepers and the addresses allowed opened, in memory. The gate makes
//! response workbooks of the [`Release`], and [`issue`] signs the receipt and logs it
//! ([`crate::use_case::issue`]).
//!
//! Left to others: workbooks and encryption (answer, gate).

use instrument::{
    approval::{ApprovalDecision, widest_allowed},
    budget::BudgetError,
    cover::Cover,
    document::Document,
    leaf::{Act, Leaf},
    signed::Signed,
    statement::Question,
    warrant::matter_commitment,
};
use model::{
    answer::{Answer, AnswerCounts, DeclineGround},
    column::Column,
    digest::Digest,
    finding::FindingView,
    id::{OfficialId, RequestId, RowId},
    role::Role,
    time::{Date, TaxPeriod},
};
use policy::Action;
use seal::address::MailingAddress;

use crate::{
    error::CaseworkError,
    office::{Loaded, Office},
    ports::{CosignedHead, Keepers, Records},
    record::RowRecord,
    state::{RowEvent, RowState, next},
    use_case::{
        decide_face::log_faces,
        open_case::{Opening, Wanted, open_case},
        submit::log_intake,
    },
};

use crate::use_case::issue::check_not_issued;
pub use crate::use_case::issue::{issue, issued_receipt};

/// Days a recipient may keep what it received.
const RETENTION_DAYS: i32 = 365;

/// What a release works with.
pub struct ReleaseInput<'a> {
    /// Who runs it. Decides nothing.
    pub operator: &'a OfficialId,
    /// The register.
    pub records: &'a dyn Records,
    /// The keepers.
    pub keepers: &'a dyn Keepers,
    /// The share sets.
    pub sets: &'a seal::shares::ShareSets,
}

/// One row's answer, in memory only.
#[derive(Debug, Clone)]
pub struct ReleasedRow {
    /// The row.
    pub row: RowId,
    /// The officer it names, as the row writes it.
    pub officer: String,
    /// The requester's own case number.
    pub case_number: String,
    /// The answer.
    pub answer: Answer,
    /// Where disclosed: the address, and the latest period it was reported for.
    pub disclosed: Option<(MailingAddress, TaxPeriod)>,
    /// Where declined: the ground.
    pub ground: Option<DeclineGround>,
    /// Stage A's findings.
    pub findings: Vec<FindingView>,
}

/// All answers of a request.
#[derive(Debug, Clone)]
pub struct Release {
    /// The request.
    pub request: RequestId,
    /// The cover.
    pub cover: Cover,
    /// The day they issue.
    pub issued_on: Date,
    /// Day by which recipients destroy them.
    pub destroy_by: Date,
    /// Findings about the request as a whole.
    pub findings: Vec<FindingView>,
    /// Every row, in workbook order.
    pub rows: Vec<ReleasedRow>,
    /// Counts that add up.
    pub counts: AnswerCounts,
}

/// Logs every admitted row, has the log cosigned, opens what is allowed, and gives all answers.
///
/// # Errors
/// [`CaseworkError::Undecided`], [`CaseworkError::TooEarly`], [`CaseworkError::Issued`] and others;
/// everything done is found again when it is repeated.
pub fn release(
    office: &mut Office<'_>,
    request: &RequestId,
    input: &ReleaseInput<'_>,
) -> Result<Release, CaseworkError> {
    if issued_receipt(office, request, input.operator)?.is_some() {
        return Err(CaseworkError::Issued(request.clone()));
    }
    let mut loaded = office.load_to_act(request)?;
    check_not_issued(office, &loaded)?;
    let agreement = office
        .agreement_of(loaded.envelope.cover.document())?
        .clone();
    lapse(office, &mut loaded)?;
    check_decided(&loaded)?;
    let matter = loaded.matter(agreement.document(), "decided", Vec::new());
    office.permit(input.operator, Action::Release, &matter)?;
    let day = loaded.request.received.day();
    let days = jiff::Span::new().days(i64::from(agreement.document().answer_days));
    let due = day.checked_add(days).unwrap_or(day);
    if office.today() < due {
        return Err(CaseworkError::TooEarly(due));
    }
    log_intake(office, &mut loaded)?;
    log_matters(office, &mut loaded)?;
    let head = office.log.cosigned_head()?;
    let mut rows = Vec::with_capacity(loaded.rows.len());
    for row in &loaded.rows {
        rows.push(answer_row(office, &loaded, row, input, &agreement, &head)?);
    }
    finish(office, loaded, rows)
}

/// Ends cases whose statements ran out before both had decided.
fn lapse(office: &mut Office<'_>, loaded: &mut Loaded) -> Result<(), CaseworkError> {
    let now = office.now();
    for row in &mut loaded.rows {
        let expired = row
            .statement
            .as_ref()
            .is_some_and(|statement| statement.expires <= now);
        if let (true, Some(to)) = (expired, next(row.state, RowEvent::Lapse)) {
            let after = RowRecord {
                state: to,
                lapsed: true,
                ..row.clone()
            };
            office.store.replace_row(row, &after)?;
            *row = after;
        }
    }
    Ok(())
}

fn check_decided(loaded: &Loaded) -> Result<(), CaseworkError> {
    let mut undecided = loaded.rows.iter().filter(|row| !row.state.is_final());
    match undecided.next() {
        None => Ok(()),
        Some(first) => Err(CaseworkError::Undecided {
            count: undecided.count() + 1,
            first: first.id(),
        }),
    }
}

/// Appends the matter leaves that are not logged yet, in one batch ordered by commitment, so that
/// their order says nothing. What a budget defers stays for another day; nothing issues before all
/// are logged.
fn log_matters(office: &mut Office<'_>, loaded: &mut Loaded) -> Result<(), CaseworkError> {
    log_faces(office, loaded)?;
    let mut batch: Vec<(usize, Digest, Leaf)> = Vec::new();
    for (position, row) in loaded.rows.iter().enumerate() {
        if row.state.was_admitted() && row.matter_leaf.is_none() {
            let (commitment, leaf) = matter_leaf(office, loaded, row)
                .ok_or_else(|| CaseworkError::damaged("a decided row cannot be logged"))?;
            batch.push((position, commitment, leaf));
        }
    }
    batch.sort_by_key(|(_, commitment, _)| *commitment);
    let mut leaves: Vec<Leaf> = batch.iter().map(|(_, _, leaf)| leaf.clone()).collect();
    let (fitting, deferred) = within_budgets(office, loaded, &leaves)?;
    leaves.truncate(fitting);
    let places = office.log.append_once(&leaves)?;
    for ((position, _, _), place) in batch.iter().zip(places) {
        if let Some(row) = loaded.rows.get_mut(*position) {
            row.matter_leaf = Some(place);
        }
    }
    office
        .store
        .replace_request(&loaded.request, &loaded.rows)?;
    match deferred {
        None => Ok(()),
        Some(source) => Err(CaseworkError::Budget {
            day: office.today(),
            source,
        }),
    }
}

/// How many of the leaves, from the first, the budgets allow today, and which budget the next one
/// passes. Leaves that are in the log already, since a crash came before their places were kept, charge
/// nothing more.
fn within_budgets(
    office: &Office<'_>,
    loaded: &Loaded,
    leaves: &[Leaf],
) -> Result<(usize, Option<BudgetError>), CaseworkError> {
    let budgets = office
        .agreement_of(loaded.envelope.cover.document())?
        .document()
        .budgets;
    let mut charged: Vec<&Leaf> = Vec::new();
    for (position, leaf) in leaves.iter().enumerate() {
        if office.log.find(leaf)?.is_some() {
            continue;
        }
        let Some(mut counts) = office.log.preview(leaf)? else {
            continue;
        };
        let openings = count(charged.len());
        let decisions = count(
            charged
                .iter()
                .filter(|other| share_reviewer(other, leaf))
                .count(),
        );
        counts.agency_openings_today = counts.agency_openings_today.saturating_add(openings);
        counts.agency_openings_this_year =
            counts.agency_openings_this_year.saturating_add(openings);
        counts.reviewer_decisions_today = counts.reviewer_decisions_today.saturating_add(decisions);
        if let Err(passed) = counts.check(&budgets) {
            return Ok((position, Some(passed)));
        }
        charged.push(leaf);
    }
    Ok((leaves.len(), None))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn share_reviewer(one: &Leaf, other: &Leaf) -> bool {
    match (&one.act, &other.act) {
        (Act::Matter(one), Act::Matter(other)) => one
            .reviewers
            .iter()
            .any(|tag| other.reviewers.contains(tag)),
        _ => false,
    }
}

/// The matter leaf of an admitted row whose case is decided, with what it commits to.
fn matter_leaf(office: &Office<'_>, loaded: &Loaded, row: &RowRecord) -> Option<(Digest, Leaf)> {
    let commitments = loaded.commitments();
    let salt = commitments.salt(row.opening.sheet, row.opening.row, "matter");
    let faces: Vec<&OfficialId> = row
        .faces
        .iter()
        .map(|face| &face.document().reviewer)
        .collect();
    let commitment = match (row.state, &row.statement, row.approvals.as_slice()) {
        (RowState::Approved, Some(statement), [_, _]) => {
            let [officer, counsel] = approvals_in_order(row)?;
            matter_commitment(
                &salt,
                &statement.digest(),
                [&officer.note_digest(), &counsel.note_digest()],
            )
        }
        (RowState::Ended, Some(statement), approvals) => {
            let notes = approvals.iter().map(Signed::note_digest);
            let ended: Vec<Digest> = std::iter::once(statement.digest()).chain(notes).collect();
            commitments.silent_matter(row.place(), &row.leaf(), &ended)
        }
        (RowState::Withheld, None, []) => commitments.silent_matter(row.place(), &row.leaf(), &[]),
        _ => return None,
    };
    let reviewers = match approvals_in_order(row) {
        Some([officer, counsel]) => [&officer.document().reviewer, &counsel.document().reviewer],
        None => [*faces.first()?, *faces.last()?],
    };
    let act = Act::Matter(office.row_act(loaded, row, reviewers, commitment)?);
    Some((
        commitment,
        Leaf {
            day: office.today(),
            act,
        },
    ))
}

/// A row's two approvals, the disclosure officer's first; `None` unless there are two that allow.
#[must_use]
pub fn approvals_in_order(row: &RowRecord) -> Option<[&Signed<instrument::approval::Approval>; 2]> {
    let of = |role| {
        row.approvals.iter().find(|approval| {
            let approval = approval.document();
            approval.role == role && approval.decision != ApprovalDecision::End
        })
    };
    Some([of(Role::DisclosureOfficer)?, of(Role::Counsel)?])
}

fn answer_row(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
    input: &ReleaseInput<'_>,
    agreement: &Signed<instrument::agreement::Agreement>,
    head: &CosignedHead,
) -> Result<ReleasedRow, CaseworkError> {
    let mut released = ReleasedRow {
        row: row.id(),
        officer: row.text(Column::OfficerId).to_owned(),
        case_number: row.text(Column::CaseNumber).to_owned(),
        answer: row.state.answer().unwrap_or(Answer::NoDisclosure),
        disclosed: None,
        ground: ground(row),
        findings: row.findings.clone(),
    };
    let lapsed = row
        .statement
        .as_ref()
        .is_some_and(|statement| statement.expires <= office.now());
    if row.state != RowState::Approved || lapsed {
        // No keeper acts on a statement that has lapsed: nothing is said, and the others still issue.
        return Ok(released);
    }
    let Some([officer, counsel]) = approvals_in_order(row) else {
        return Err(CaseworkError::damaged(
            "an approved row has not two approvals",
        ));
    };
    let allowed = widest_allowed(officer.document().decision, counsel.document().decision);
    let given_is_latest = row
        .identity
        .as_ref()
        .is_some_and(|identity| identity.given_is_latest);
    let wanted = if given_is_latest {
        Wanted::Confirmation
    } else {
        Wanted::Address
    };
    let opened = open_case(
        office,
        loaded,
        row,
        input,
        &Opening {
            agreement,
            head,
            wanted,
        },
    )?;
    match (allowed, given_is_latest, opened) {
        (None, _, _) => {}
        (Some(_), true, _) => released.answer = Answer::Confirmed,
        (Some(Question::Address), false, Some(disclosed)) => {
            released.answer = Answer::Disclosed;
            released.disclosed = Some(disclosed);
        }
        (Some(_), false, _) => {}
    }
    Ok(released)
}

fn ground(row: &RowRecord) -> Option<DeclineGround> {
    row.faces
        .iter()
        .find_map(|face| match face.document().decision {
            instrument::face::FaceDecision::Decline(ground) => Some(ground),
            instrument::face::FaceDecision::Admit => None,
        })
}

fn finish(
    office: &Office<'_>,
    loaded: Loaded,
    rows: Vec<ReleasedRow>,
) -> Result<Release, CaseworkError> {
    let cover = loaded.envelope.cover.document().clone();
    let counts = AnswerCounts::count(u64::from(cover.rows), rows.iter().map(|row| row.answer));
    if !counts.is_conserved() || counts.pending > 0 {
        return Err(CaseworkError::damaged(
            "the answers do not add up to the rows",
        ));
    }
    let issued_on = office.today();
    let destroy_by = issued_on
        .checked_add(jiff::Span::new().days(RETENTION_DAYS))
        .unwrap_or(issued_on);
    let request = loaded.request.id.clone();
    Ok(Release {
        request,
        cover,
        issued_on,
        destroy_by,
        findings: loaded.request.findings,
        rows,
        counts,
    })
}
