//! Putting admitted rows to the register: stage B.
//!
//! Place in the flow: after two admissions are logged. Keepers evaluate the row's tokens under the
//! probe budget its `admitted` leaf charged; identity names one person or nobody. Somebody
//! identified becomes a case with a statement; nobody becomes Withheld, with an internal reason.
//!
//! Left to others: the model (identity), the register's files (register), review of the person.

use identity::{
    blocking::KEYS_VERSION,
    compare::bound_part,
    decide::{Decision, IdentifyError, Outcome, Thresholds, identify},
    parameters::{MODEL_VERSION, model_digest},
    query::{Query, RowParts},
};
use instrument::{
    certificate::{Certificate, thresholds::Matcher},
    document::Document,
    signed::Signed,
    statement::Statement,
    wire::{TokenValues, TokensAsk},
};
use model::{
    answer::WithheldReason,
    digest::Digest,
    entropy::random_bytes,
    id::{CaseId, EntryNumber, OfficialId, RecordNumber, RequestId},
    time::TaxPeriod,
    token::{Token, TokenKind},
};
use policy::Action;
use seal::delivery::GateDelivery;
use statute::{person::StatedPerson, reading};

use crate::{
    error::CaseworkError,
    keeper_values::values_of_item,
    office::{Loaded, Office},
    ports::{Keepers, Records},
    record::{IdentityRecord, RowRecord},
    state::RowState,
    use_case::decide_face::log_face,
};

/// Days a statement stands.
const STATEMENT_DAYS: u64 = 30;

/// What stage B works with.
pub struct IdentifyInput<'a> {
    /// Who runs it. Decides nothing.
    pub operator: &'a OfficialId,
    /// The register.
    pub records: &'a dyn Records,
    /// The keepers.
    pub keepers: &'a dyn Keepers,
    /// The gate's own token key and the share sets.
    pub delivery: &'a GateDelivery,
    /// The calibration certificate.
    pub certificate: &'a Signed<Certificate>,
}

/// What came of it: counts only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IdentifyReport {
    /// Rows put to the register now.
    pub rows: u32,
    /// Of these identified: cases in review.
    pub identified: u32,
}

/// Puts every admitted row of a request to the register.
///
/// # Errors
/// [`CaseworkError`]; rows already done stay done, the rest can be tried again.
pub fn identify_rows(
    office: &mut Office<'_>,
    request: &RequestId,
    input: &IdentifyInput<'_>,
) -> Result<IdentifyReport, CaseworkError> {
    office.check_authority()?;
    let loaded = office.load_to_act(request)?;
    let thresholds = certified(office, input)?;
    let agreement = office
        .agreement_of(loaded.envelope.cover.document())?
        .document();
    let matter = loaded.matter(agreement, RowState::Admitted.code(), Vec::new());
    office.permit(input.operator, Action::Identify, &matter)?;
    let mut report = IdentifyReport::default();
    let admitted: Vec<RowRecord> = loaded
        .rows
        .iter()
        .filter(|row| row.state == RowState::Admitted)
        .cloned()
        .collect();
    let mut logged = Vec::new();
    for row in admitted {
        logged.push(log_face(office, &loaded, row)?);
    }
    if !logged.is_empty() {
        office.log.cosigned_head()?;
    }
    for row in logged {
        let after = identify_row(office, &loaded, &row, input, &thresholds)?;
        report.rows += 1;
        report.identified += u32::from(after.state == RowState::InReview);
        office.store.replace_row(&row, &after)?;
    }
    Ok(report)
}

fn certified(office: &Office<'_>, input: &IdentifyInput<'_>) -> Result<Thresholds, CaseworkError> {
    let certificate = input.certificate.document();
    input
        .certificate
        .verify(&office.documents.genesis.certifier)?;
    if certificate.genesis != office.documents.genesis_digest {
        return Err(CaseworkError::NotCertified(
            "the certificate stands under another genesis",
        ));
    }
    if certificate.made_on > office.today() {
        return Err(CaseworkError::NotCertified(
            "the certificate is of a later day than today",
        ));
    }
    let people = input.records.candidates().people();
    if people != office.documents.manifest.document().people {
        return Err(CaseworkError::NotCertified(
            "the register has another number of people than its manifest says",
        ));
    }
    certificate
        .holds_for(people, &matcher())
        .map_err(CaseworkError::Certificate)?;
    let frozen = &certificate.measurement.thresholds;
    Ok(Thresholds {
        with_birth_date: frozen.with_birth_date.threshold_millibits,
        without_birth_date: frozen.without_birth_date.threshold_millibits,
        largest_register: certificate.measurement.largest_register,
    })
}

/// The matcher of this program, as a certificate names it.
#[must_use]
pub fn matcher() -> Matcher {
    Matcher {
        model_version: MODEL_VERSION.to_owned(),
        keys_version: KEYS_VERSION.to_owned(),
        parameters: model_digest(),
    }
}

/// What a row states, as stage B uses it.
struct Stated {
    parts: RowParts,
    periods: Vec<TaxPeriod>,
    question: instrument::statement::Question,
}

fn stated(row: &RowRecord) -> Result<Stated, CaseworkError> {
    let words = row
        .opening
        .row()
        .ok_or_else(|| CaseworkError::damaged("a row cannot be read back"))?;
    let read = reading::read_row(&words, statute::statute_book());
    let person = StatedPerson::of(&words, &read);
    Ok(Stated {
        parts: RowParts {
            name: person.name,
            date_of_birth: person.date_of_birth,
            tin: person.tin,
            addresses: person.addresses,
        },
        periods: read.periods.periods().to_vec(),
        question: read
            .question
            .ok_or_else(|| CaseworkError::damaged("an admitted row asks no question"))?,
    })
}

fn identify_row(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
    input: &IdentifyInput<'_>,
    thresholds: &Thresholds,
) -> Result<RowRecord, CaseworkError> {
    let stated = stated(row)?;
    let query = query(row, &stated.parts, input)?;
    let decision = identify(&query, input.records.candidates(), thresholds)?;
    let mut after = row.clone();
    let identified = match decision.outcome {
        Outcome::Identified(record) => {
            let (header, _) = input.records.header(record)?;
            header
                .latest_within(&stated.periods)
                .map(|(entry, _)| (record, entry))
        }
        Outcome::Withheld(_) => None,
    };
    let mut kept = kept(&decision);
    match (identified, decision.outcome) {
        (Some((record, entry)), _) => {
            kept.given_is_latest = is_given_whole(&query, input.records, record, entry)?;
            after.state = RowState::InReview;
            after.statement = Some(statement(
                office,
                loaded,
                row,
                &stated,
                input,
                (record, entry),
            )?);
        }
        (None, Outcome::Withheld(reason)) => {
            kept.withheld = Some(reason);
            after.state = RowState::Withheld;
        }
        (None, Outcome::Identified(_)) => {
            // The person has nothing on file for the periods asked: nothing can be said.
            kept.withheld = Some(WithheldReason::AddressNotOnFile);
            after.state = RowState::Withheld;
        }
    }
    after.identity = Some(kept);
    Ok(after)
}

/// Whether the address given is this entry's whole address: every part agrees, and neither states a
/// unit the other does not.
fn is_given_whole(
    query: &Query,
    records: &dyn Records,
    record: RecordNumber,
    entry: EntryNumber,
) -> Result<bool, CaseworkError> {
    let view = records
        .candidates()
        .record(record)
        .map_err(IdentifyError::from)?;
    let (Some(given), Some(bound)) = (
        query.addresses().first(),
        view.addresses.get(usize::from(entry.0)),
    ) else {
        return Ok(false);
    };
    let agrees = |kind: &TokenKind| {
        bound.part(*kind) == given.get(*kind).map(|token| bound_part(token, record))
    };
    Ok(TokenKind::OF_ADDRESS.iter().all(agrees))
}

fn kept(decision: &Decision) -> IdentityRecord {
    let line = |evidence: &identity::decide::Evidence| {
        (
            evidence.field.to_owned(),
            evidence.level.to_owned(),
            evidence.millibits,
        )
    };
    IdentityRecord {
        withheld: None,
        given_is_latest: false,
        evidence: decision.evidence.iter().map(line).collect(),
        transcript: serde_json::to_value(&decision.transcript).unwrap_or_default(),
    }
}

fn query(
    row: &RowRecord,
    parts: &RowParts,
    input: &IdentifyInput<'_>,
) -> Result<Query, CaseworkError> {
    let values = parts.token_values();
    let inputs: Vec<[u8; 32]> = values
        .iter()
        .map(|value| {
            *seal::token::gate_prf(&input.delivery.key, value.kind, value.part.expose()).expose()
        })
        .collect();
    let admitted = row
        .face_leaf
        .ok_or_else(|| CaseworkError::damaged("an admitted row has no leaf"))?
        .index;
    let ask = TokensAsk {
        register: input.delivery.register.clone(),
        epoch: input.delivery.epoch,
        admitted,
        inputs: inputs.clone(),
    };
    let answers = input.keepers.tokens(&ask)?;
    let digest = Digest::of(&inputs.concat());
    if answers
        .iter()
        .any(|answer| answer.inputs != digest || answer.admitted != admitted)
    {
        return Err(CaseworkError::damaged(
            "a keeper answered about other tokens",
        ));
    }
    let tokens = (0..inputs.len())
        .map(|item| token(input, &answers, item))
        .collect::<Result<Vec<_>, _>>()?;
    parts
        .query(tokens)
        .map_err(|_| CaseworkError::damaged("tokens do not fit the row"))
}

fn token(
    input: &IdentifyInput<'_>,
    answers: &[TokenValues],
    item: usize,
) -> Result<Token, CaseworkError> {
    let lines = answers
        .iter()
        .map(|answer| (&answer.keeper, answer.values.as_slice()));
    let values = values_of_item(lines, item);
    seal::token::token(&input.delivery.sets, &values)
        .map_err(|_| CaseworkError::damaged("keepers' token values do not agree"))
}

fn statement(
    office: &Office<'_>,
    loaded: &Loaded,
    row: &RowRecord,
    stated: &Stated,
    input: &IdentifyInput<'_>,
    (record, entry): (RecordNumber, EntryNumber),
) -> Result<Statement, CaseworkError> {
    let cover = loaded.envelope.cover.document();
    let now = office.now();
    let manifest = office.documents.manifest.document();
    let officer = row
        .officer()
        .ok_or_else(|| CaseworkError::damaged("an admitted row names no officer"))?;
    let mut periods = stated.periods.clone();
    periods.sort_unstable();
    periods.dedup();
    Ok(Statement {
        genesis: office.documents.genesis_digest,
        case: new_case()?,
        row: row.id(),
        row_leaf: row.leaf(),
        cover: loaded.envelope.cover.digest(),
        agency: cover.agency.clone(),
        officer,
        agreement: cover.agreement.1,
        policy: office.policy.digest(),
        certificate: input.certificate.document().digest(),
        log_origin: office.documents.genesis.log_origin.clone(),
        register: manifest.register.clone(),
        epoch: manifest.epoch,
        record,
        entry,
        periods,
        question: stated.question,
        created: now,
        expires: now.plus(STATEMENT_DAYS * 24 * 60 * 60),
        salt: random_bytes()?,
    })
}

/// A random name: nothing about row or person can be read from it.
fn new_case() -> Result<CaseId, CaseworkError> {
    let name = format!("C-{}", model::digest::hex(&random_bytes::<5>()?));
    name.parse()
        .map_err(|_| CaseworkError::damaged("a case id has no form"))
}
