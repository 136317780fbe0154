//! Doing both stages again from what a sealed bundle opens.
//!
//! Place in the flow: stage A is statute's own examination over the opened rows as of the day it was
//! made; stage B scores each transcript again under the certificate's thresholds. What comes out must
//! be what was decided on.
//!
//! Left to others: rules (statute), the model (identity), comparing with the leaves (request, row).

use std::collections::BTreeMap;

use identity::{
    blocking::KEYS_VERSION,
    decide::{IdentifyError, Outcome, Thresholds, judge},
    parameters::{MODEL_VERSION, model_digest},
    transcript::Transcript,
};
use instrument::{
    agreement::Agreement,
    certificate::{Certificate, CertificateError, thresholds::Matcher},
    genesis::GenesisKind,
    row_commitment::{ADDRESS_KEYS, RowContent},
};
use model::{
    column::Column,
    finding::{Finding, FindingClass, FindingView, RuleId},
    row::Row,
    time::Date,
};
use serde::{Deserialize, Serialize};
use statute::{
    Channel, CoverView, Examination, SheetColumns, Terms, TinAcceptance, reading, statute_book,
};

/// What stage A was given beside the rows: part `examination` of a request, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The day as of which it examined.
    pub as_of: Date,
    /// Cover fields: key, text and cell.
    pub cover: BTreeMap<String, (String, String)>,
    /// Columns of each sheet of subjects, with their positions.
    pub sheets: BTreeMap<u16, Vec<(Column, u16)>>,
    /// What intake found about the workbook.
    pub workbook: Vec<FindingView>,
}

/// A row with whether its named officer has assured it.
#[derive(Debug)]
pub struct AssuredRow {
    /// The row as intake read it.
    pub row: Row,
    /// Whether the assurance is there.
    pub is_assured: bool,
}

/// Stage A again: the findings of each row, in the order given.
#[must_use]
pub fn examine(
    given: &Given,
    rows: &[AssuredRow],
    agreement: &Agreement,
    kind: GenesisKind,
) -> Vec<Vec<FindingView>> {
    let mut examination = Examination::new(Terms {
        as_of: given.as_of,
        agreement: Some(agreement),
        book: statute_book(),
        accepts: match kind {
            GenesisKind::Synthetic => TinAcceptance::NeverIssuedOnly,
            GenesisKind::Production => TinAcceptance::IssuableOnly,
        },
        channel: Channel::Open,
    });
    examination.cover(&CoverView::of(&given.cover));
    for (number, columns) in &given.sheets {
        examination.sheet(*number, SheetColumns::new(columns));
    }
    let mut findings: Vec<Vec<Finding>> = rows
        .iter()
        .map(|assured| examination.row(&assured.row).findings)
        .collect();
    let outcome = examination.finish();
    for (own, assured) in findings.iter_mut().zip(rows) {
        own.extend(outcome.later.of(assured.row.sheet, assured.row.row));
    }
    let request = outcome.request.iter().map(FindingView::from);
    let deficient = given
        .workbook
        .iter()
        .cloned()
        .chain(request)
        .find(|finding| finding.class == FindingClass::Deficient);
    findings
        .iter()
        .zip(rows)
        .map(|(own, assured)| {
            let mut views: Vec<FindingView> = own.iter().map(FindingView::from).collect();
            views.extend(deficient.as_ref().map(refused_whole));
            views.extend((!assured.is_assured).then(without_assurance));
            views
        })
        .collect()
}

/// What every row is told where the request as a whole is deficient.
fn refused_whole(cause: &FindingView) -> FindingView {
    view(
        RuleId("request.deficient"),
        "26 U.S.C. 6103(i)(2)(B)",
        format!("the request as a whole is deficient: {}", cause.message),
        cause.remedy.clone(),
    )
}

fn without_assurance() -> FindingView {
    view(
        RuleId("officer.assurance"),
        "26 U.S.C. 6103(i)(2)(A)",
        "the officer named has not signed an assurance for this row".to_owned(),
        "have the officer personally and directly engaged sign for the row, and send it under a new cover".to_owned(),
    )
}

fn view(rule: RuleId, citation: &str, message: String, remedy: String) -> FindingView {
    FindingView {
        rule: rule.0.to_owned(),
        class: FindingClass::Deficient,
        cell: None,
        citation: citation.to_owned(),
        message,
        remedy,
    }
}

/// The canonical content that a row's own words give: periods and address keys are read from them,
/// so that a requester cannot sign for a key its row does not hold.
#[must_use]
pub fn content(row: &Row) -> RowContent {
    let read = reading::read_row(row, statute_book());
    let older = reading::more_addresses(row);
    let keys: Vec<Option<String>> = std::iter::once(&read.address)
        .chain(&older)
        .take(ADDRESS_KEYS)
        .map(|address| {
            let sufficient = address.problems.iter().all(|problem| problem.is_question());
            sufficient.then(|| address.address.key().expose().to_owned())
        })
        .collect();
    RowContent::new(row, read.periods.periods(), &keys)
}

/// Why a transcript was not scored again.
#[derive(Debug)]
pub enum RescoreError {
    /// It is not a transcript.
    Unreadable(serde_json::Error),
    /// It was made by another model than this verifier's, or outside the certificate.
    Identify(IdentifyError),
    /// It is of a register of so many people, and none that it may be of has as many.
    Register(u64),
    /// The certificate does not hold for the transcript's register and this verifier's matcher.
    Certificate(CertificateError),
}

/// The matcher of this verifier, as a certificate names it.
#[must_use]
pub fn matcher() -> Matcher {
    Matcher {
        model_version: MODEL_VERSION.to_owned(),
        keys_version: KEYS_VERSION.to_owned(),
        parameters: model_digest(),
    }
}

/// Stage B again, from the transcript alone. It may be of a register with so many people as one of
/// `registers`: how many there are decides how likely a stranger is.
///
/// # Errors
/// [`RescoreError`].
pub fn rescore(
    transcript: &[u8],
    certificate: &Certificate,
    registers: &[u64],
) -> Result<Outcome, RescoreError> {
    let transcript: Transcript =
        serde_json::from_slice(transcript).map_err(RescoreError::Unreadable)?;
    if !registers.contains(&transcript.people) {
        return Err(RescoreError::Register(transcript.people));
    }
    certificate
        .holds_for(transcript.people, &matcher())
        .map_err(RescoreError::Certificate)?;
    let frozen = &certificate.measurement.thresholds;
    let thresholds = Thresholds {
        with_birth_date: frozen.with_birth_date.threshold_millibits,
        without_birth_date: frozen.without_birth_date.threshold_millibits,
        largest_register: certificate.measurement.largest_register,
    };
    judge(&transcript, &thresholds)
        .map(|judgement| judgement.outcome)
        .map_err(RescoreError::Identify)
}
