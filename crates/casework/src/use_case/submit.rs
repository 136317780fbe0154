//! Taking in a request: signatures, stage A, and its first leaves.
//!
//! Place in the flow: the first use case. The cover must be signed by a signatory of an agreement in
//! force, over exactly this file and these rows; then every row is examined. Rejected rows are
//! logged together in one leaf. A request over the ceiling is examined and then refused whole.
//!
//! Left to others: reading the workbook (intake), people's decisions (the next use cases).

use instrument::{
    envelope::Envelope,
    leaf::{Act, Leaf},
    row_commitment::RowContent,
    signed::Signed,
};
use model::{digest::Digest, id::RequestId, role::Role, row::Row};
use policy::{Action, Matter};
use statute::{Channel, CoverView, statute_book};

use crate::{
    error::CaseworkError,
    examine::{Against, Given, examine, without_assurance},
    office::{Loaded, Office, request_tag},
    record::{LoggedLeaf, RequestRecord, RequestState, RowRecord, officer_of},
    state::RowState,
    use_case::cover_request::row_content,
};

/// Most rows the gate keeps of one request. Larger files are examined, then refused.
pub const ROWS_MAX: usize = 10_000;

/// What comes in.
#[derive(Debug)]
pub struct Submission<'a> {
    /// Digest of the workbook.
    pub file: Digest,
    /// Its rows.
    pub rows: &'a [Row],
    /// What stage A is given beside them.
    pub given: Given,
    /// The envelope's bytes.
    pub envelope: Vec<u8>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitReport {
    /// The request.
    pub request: RequestId,
    /// Rows read.
    pub rows: usize,
    /// Of these admissible.
    pub admissible: usize,
    /// Of these rejected.
    pub rejected: usize,
    /// Whether it had been taken in before, with the same contents.
    pub again: bool,
}

/// Takes a request in.
///
/// # Errors
/// [`CaseworkError`]; a request taken in before with the same contents is no error.
pub fn submit(
    office: &mut Office<'_>,
    submission: &Submission<'_>,
) -> Result<SubmitReport, CaseworkError> {
    office.check_authority()?;
    if submission.rows.len() > ROWS_MAX {
        return Err(CaseworkError::RequestRefused(format!(
            "it has {} rows; a request under an agreement is individual",
            submission.rows.len()
        )));
    }
    let envelope = Envelope::parse(&submission.envelope)?;
    let contents: Vec<RowContent> = submission
        .rows
        .iter()
        .map(|row| row_content(row, statute_book()))
        .collect();
    check_signatures(office, &envelope)?;
    check_stated(&submission.given, &envelope)?;
    envelope.check(&submission.file, &contents)?;
    let id = envelope.cover.document().request.clone();
    let again = office.store.request(&id)?;
    if again
        .as_ref()
        .is_some_and(|kept| kept.envelope != submission.envelope)
    {
        return Err(CaseworkError::Twice(id));
    }
    if again.is_none() {
        let (request, rows) = records(office, submission, &envelope, &contents)?;
        office.store.add(&request, &rows)?;
    }
    let mut loaded = office.load(&id)?;
    log_intake(office, &mut loaded)?;
    let rejected = loaded
        .rows
        .iter()
        .filter(|row| row.state == RowState::Rejected)
        .count();
    Ok(SubmitReport {
        request: id,
        rows: loaded.rows.len(),
        admissible: loaded.rows.len() - rejected,
        rejected,
        again: again.is_some(),
    })
}

/// What the workbook's own cover states is what was signed, so that nobody reads one and signs another.
fn check_stated(given: &Given, envelope: &Envelope) -> Result<(), CaseworkError> {
    match CoverView::of(&given.cover).differs_from(envelope.cover.document()) {
        None => Ok(()),
        Some(key) => Err(CaseworkError::RequestRefused(format!(
            "the workbook's cover states another `{key}` than the signed one"
        ))),
    }
}

fn check_signatures(office: &Office<'_>, envelope: &Envelope) -> Result<(), CaseworkError> {
    let cover = envelope.cover.document();
    if cover.genesis != office.documents.genesis_digest {
        return Err(CaseworkError::RequestRefused(
            "it was signed under another genesis".to_owned(),
        ));
    }
    let agreement = office.agreement_of(cover)?.document();
    let matter = Matter {
        state: "new",
        requesting_agency: agreement.requesting_agency.clone(),
        records_agency: agreement.records_agency.clone(),
        decided_by: Vec::new(),
    };
    let signatory = office.permit(&cover.signatory, Action::Submit, &matter)?;
    if cover.agency != agreement.requesting_agency
        || agreement.signatory(&cover.signatory).is_none()
    {
        return Err(CaseworkError::RequestRefused(
            "its signatory is not one the agreement names".to_owned(),
        ));
    }
    envelope.cover.verify(&signatory.key)?;
    for assurance in &envelope.assurances {
        let officer = office.person(&assurance.document().officer, "assure rows")?;
        if officer.role != Role::NamedOfficer || officer.agency != agreement.requesting_agency {
            return Err(CaseworkError::NotPermitted {
                official: officer.id.clone(),
                action: "assure rows",
                why: "not a named officer of the requesting agency".to_owned(),
            });
        }
        assurance.verify(&officer.key)?;
    }
    Ok(())
}

fn records(
    office: &Office<'_>,
    submission: &Submission<'_>,
    envelope: &Envelope,
    contents: &[RowContent],
) -> Result<(RequestRecord, Vec<RowRecord>), CaseworkError> {
    let cover = envelope.cover.document();
    let agreement = office.agreement_of(cover)?.document();
    let against = Against {
        agreement,
        kind: office.documents.genesis.kind,
        channel: Channel::Open,
    };
    let examined = examine(&submission.given, submission.rows, against);
    let rows: Vec<RowRecord> = contents
        .iter()
        .zip(examined.rows)
        .map(|(content, mut findings)| {
            let leaf = content.commit(&envelope.secret).leaf_hash();
            let assured = envelope.assurance_for(&leaf).map(Signed::document);
            let opening = content.open(&cover.request, &envelope.secret, |_| true);
            let named = officer_of(&opening);
            if assured.is_none_or(|assurance| Some(&assurance.officer) != named.as_ref()) {
                findings.push(without_assurance());
            }
            RowRecord::new(opening, findings)
        })
        .collect();
    let request = RequestRecord {
        id: cover.request.clone(),
        envelope: submission.envelope.clone(),
        file: submission.file,
        received: office.now(),
        given: submission.given.clone(),
        findings: examined.request,
        state: RequestState::Received,
        request_leaf: None,
        refusals_leaf: None,
        receipt: None,
        issued_leaf: None,
    };
    Ok((request, rows))
}

/// Logs a request's first leaves, if they are not logged yet: that it came, and its rejected rows.
pub(crate) fn log_intake(
    office: &mut Office<'_>,
    loaded: &mut Loaded,
) -> Result<(), CaseworkError> {
    let rejected: Vec<(Digest, Digest)> = loaded
        .rows
        .iter()
        .filter(|row| row.state == RowState::Rejected)
        .map(|row| (row.leaf(), row.findings_digest()))
        .collect();
    let missing = loaded.request.request_leaf.is_none()
        || (loaded.request.refusals_leaf.is_none() && !rejected.is_empty());
    if !missing {
        return Ok(());
    }
    let leaves = intake_leaves(office, loaded, &rejected)
        .ok_or_else(|| CaseworkError::damaged("a request has no tag"))?;
    let places = office.log.append_once(&leaves)?;
    let [request, refusals] =
        [places.first(), places.get(1)].map(|place: Option<&LoggedLeaf>| place.copied());
    loaded.request.request_leaf = request;
    loaded.request.refusals_leaf = refusals;
    office
        .store
        .replace_request(&loaded.request, &loaded.rows)?;
    Ok(())
}

fn intake_leaves(
    office: &Office<'_>,
    loaded: &Loaded,
    rejected: &[(Digest, Digest)],
) -> Option<Vec<Leaf>> {
    let cover = loaded.envelope.cover.document();
    let tag = request_tag(&loaded.envelope.secret, &cover.request)?;
    let day = office.today();
    let came = Act::Request {
        request: tag.clone(),
        agency: cover.agency.clone(),
        agreement: cover.agreement.1,
        rows: cover.rows,
        commitment: loaded
            .commitments()
            .request(&loaded.envelope.cover.note_digest()),
    };
    let mut leaves = vec![Leaf { day, act: came }];
    if !rejected.is_empty() {
        let refused = Act::Refusals {
            request: tag,
            rows: u32::try_from(rejected.len()).ok()?,
            commitment: loaded.commitments().refusals(rejected),
        };
        leaves.push(Leaf { day, act: refused });
    }
    Some(leaves)
}
