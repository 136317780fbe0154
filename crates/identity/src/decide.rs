//! The decision: the one person, or nobody and why.
//!
//! Place in the flow: [`identify`] gathers the candidates of a register into a transcript and
//! judges it; [`judge`] alone repeats the outcome from the transcript, without the register. The
//! odds for a candidate are against everybody else at once (LINKAGE.md section 5, point 1): a
//! stranger, every other candidate, an absent member of the candidate's household, those passed over,
//! and whoever the keys could have missed.
//!
//! Left to others: thresholds (the calibration certificate), what the requester hears (casework).

use model::{
    answer::WithheldReason,
    fault::{Explain, Fault},
    id::{EntryNumber, RecordNumber},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    alternatives::{Alternatives, Case},
    blocking::KEYS_VERSION,
    bound::RowClasses,
    candidates::{Candidates, CandidatesError, Marker},
    floor::{floor, floor_for},
    gather::{gather, model_digest_text},
    level::{Arrangement, BirthLevel, GivenLevel, Levels, SurnameLevel, TinLevel},
    parameters::{LEAST_WEIGHT, MODEL_VERSION},
    query::Query,
    scale::Millibits,
    score::{best_group, field_weights, prior, weight},
    transcript::{CandidateGroup, NameClasses, RowFacts, Transcript},
    unseen::unseen,
};

/// The odds a release needs, as the calibration certificate states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Least log-odds where row and record both state a birth date, milli-bits.
    pub with_birth_date: Millibits,
    /// Least log-odds where one of them states none.
    pub without_birth_date: Millibits,
    /// People in the largest register these hold for.
    pub largest_register: u64,
}

impl Thresholds {
    /// Thresholds for demonstrations and tests without a certificate: 2^−13 nominal with a birth
    /// date, 2^−15 without, registers up to 10 million.
    pub const UNCERTIFIED: Self = Self {
        with_birth_date: 13_000,
        without_birth_date: 15_000,
        largest_register: 10_000_000,
    };
}

/// Stage B's two outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The row means this record.
    Identified(RecordNumber),
    /// Nothing is said.
    Withheld(WithheldReason),
}

/// One line of the waterfall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Field, or `against-…` for an alternative.
    pub field: &'static str,
    /// Level of agreement; empty for an alternative.
    pub level: &'static str,
    /// Milli-bits: of a field for the candidate against a stranger; of an alternative, log2 of its
    /// odds against the candidate.
    pub millibits: Millibits,
}

/// An outcome and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The outcome.
    pub outcome: Outcome,
    /// Log-odds of the best candidate against everybody else; `None` without a candidate.
    pub odds: Option<Millibits>,
    /// The waterfall of the best candidate.
    pub evidence: Vec<Evidence>,
}

/// A judgement with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// Log-odds of the best candidate, milli-bits.
    pub odds: Option<Millibits>,
    /// The waterfall of the best candidate.
    pub evidence: Vec<Evidence>,
    /// The best candidate, whatever the outcome; internal, never shown to a requester.
    pub best: Option<RecordNumber>,
    /// Entries of the best candidate that the row's own address is the key of.
    pub entries_given: Vec<EntryNumber>,
    /// What repeats the decision.
    pub transcript: Transcript,
}

/// Why no decision could be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdentifyError {
    /// The register cannot be read. A fault of ours or of the disk.
    #[error("the register cannot be read")]
    Register(#[source] CandidatesError),
    /// The thresholds do not hold for so large a register. The operator's: calibrate anew.
    #[error("the register has `{people}` people; the calibration holds for `{largest}`")]
    NotCertified {
        /// People in the register.
        people: u64,
        /// Most people the thresholds hold for.
        largest: u64,
    },
    /// The transcript is none that identifying writes. The fault of whoever made it.
    #[error("the transcript is not in order: {problem}")]
    Form {
        /// What is wrong.
        problem: &'static str,
    },
    /// The transcript was made by another model. The fault of whoever mixed versions.
    #[error("the transcript was made by the model `{found}`, not by `{expected}`")]
    OtherModel {
        /// Digest or version in the transcript.
        found: String,
        /// Ours.
        expected: String,
    },
}

impl Explain for IdentifyError {
    fn fault(&self) -> Fault {
        match self {
            Self::Register(_) => Fault::Integrity,
            Self::NotCertified { .. } => Fault::Refused,
            Self::OtherModel { .. } | Self::Form { .. } => Fault::Input,
        }
    }
}

impl From<CandidatesError> for IdentifyError {
    fn from(error: CandidatesError) -> Self {
        Self::Register(error)
    }
}

/// Finds the one person a row means, or says nothing.
///
/// # Errors
/// [`IdentifyError`] where the register cannot be read or is larger than the thresholds allow.
pub fn identify(
    query: &Query,
    register: &dyn Candidates,
    thresholds: &Thresholds,
) -> Result<Decision, IdentifyError> {
    let transcript = gather(query, register)?;
    let judgement = judge(&transcript, thresholds)?;
    Ok(Decision {
        outcome: judgement.outcome,
        odds: judgement.odds,
        evidence: judgement.evidence,
        best: transcript.best,
        entries_given: transcript.entries_given.clone(),
        transcript,
    })
}

/// Judges a transcript. The same transcript and thresholds always give the same outcome.
///
/// # Errors
/// [`IdentifyError::OtherModel`] for a transcript of other numbers, [`IdentifyError::Form`] for one that
/// contradicts itself,
/// [`IdentifyError::NotCertified`] for a register larger than the thresholds hold for.
pub fn judge(transcript: &Transcript, thresholds: &Thresholds) -> Result<Judgement, IdentifyError> {
    check_versions(transcript)?;
    check_form(transcript)?;
    let best = checked_best(transcript)?;
    if transcript.people > thresholds.largest_register {
        return Err(IdentifyError::NotCertified {
            people: transcript.people,
            largest: thresholds.largest_register,
        });
    }
    let classes = RowClasses::of(&transcript.row);
    let case = Case::of(transcript, &classes);
    let Some(best) = best else {
        return Ok(Judgement {
            outcome: Outcome::Withheld(reason_for_nobody(&case)),
            odds: None,
            evidence: Vec::new(),
        });
    };
    let alternatives = Alternatives::of(&case, &best);
    let odds = -alternatives.total().log2_up();
    Ok(Judgement {
        outcome: outcome(transcript, &best, &alternatives, odds, thresholds),
        odds: Some(odds),
        evidence: evidence(transcript, &best, &alternatives),
    })
}

fn outcome(
    transcript: &Transcript,
    best: &CandidateGroup,
    alternatives: &Alternatives,
    odds: Millibits,
    thresholds: &Thresholds,
) -> Outcome {
    if let Err(reason) = floor(&best.levels) {
        return Outcome::Withheld(reason);
    }
    // Below it rivals were not compared.
    if weight(&best.levels, &transcript.row, transcript.people) < LEAST_WEIGHT {
        return Outcome::Withheld(WithheldReason::LowEvidence);
    }
    let threshold = if best.levels.birth == BirthLevel::Missing {
        thresholds.without_birth_date
    } else {
        thresholds.with_birth_date
    };
    // Below it some are not searched for.
    let threshold = threshold.max(LEAST_WEIGHT);
    match transcript.best {
        _ if odds < threshold => Outcome::Withheld(alternatives.reason()),
        None => Outcome::Withheld(alternatives.reason()),
        Some(_) if best.marker == Marker::Hold => Outcome::Withheld(WithheldReason::Hold),
        Some(record) => Outcome::Identified(record),
    }
}

/// Why nobody was worth comparing: the row says too little of anybody, or a block left unread only where somebody in it could be named.
fn reason_for_nobody(case: &Case<'_>) -> WithheldReason {
    if let Err(reason) = floor_for(&case.classes.row) {
        return reason;
    }
    let unseen = unseen(case.classes, case.search, case.unread, case.people);
    if unseen.unread >= LEAST_WEIGHT {
        WithheldReason::BlockOverflow
    } else if case.passed_over.is_empty() {
        WithheldReason::NoCandidate
    } else {
        WithheldReason::LowEvidence
    }
}

/// Refuses what gather never writes: a count of nobody, one group twice, a name rarer than any.
fn check_form(transcript: &Transcript) -> Result<(), IdentifyError> {
    let strange = |problem| Err(IdentifyError::Form { problem });
    let groups = &transcript.candidates;
    let passed_over = &transcript.passed_over;
    if !groups.is_sorted_by(|a, b| (&a.levels, a.marker) < (&b.levels, b.marker)) {
        return strange("its candidates are not in order");
    }
    if !passed_over.is_sorted_by(|a, b| (a.kinds, a.birth) < (b.kinds, b.birth)) {
        return strange("those passed over are not in order");
    }
    let counts = groups.iter().map(|group| group.count);
    if counts
        .chain(passed_over.iter().map(|each| each.count))
        .any(|count| count == 0)
    {
        return strange("it counts nobody");
    }
    if transcript.light > 0 && groups.is_empty() {
        return strange("it has light records beside no best one");
    }
    if transcript.people == 0 || !transcript.unread.is_sorted() {
        return strange("it has nobody, or unread blocks out of order");
    }
    if !passed_over
        .iter()
        .all(|each| each.kinds == each.kinds.searched(transcript.search))
    {
        return strange("somebody was found by a search that was not made");
    }
    if !groups
        .iter()
        .all(|group| may_agree_so(&group.levels, &transcript.row))
    {
        return strange("a candidate agrees in what the row does not state or nobody bears");
    }
    let classes = [transcript.row.straight, transcript.row.exchanged];
    if !classes.iter().all(NameClasses::are_possible) {
        return strange("a name is rarer or commoner than any can be");
    }
    Ok(())
}

/// Whether a record can agree so with a row: in what it states, and in names that are on file as it agrees
/// in them.
fn may_agree_so(levels: &Levels, row: &RowFacts) -> bool {
    let is_straight = levels.arrangement == Arrangement::Straight;
    let surname = levels.surname > SurnameLevel::Part || row.surname_on_file;
    let given = levels.given != GivenLevel::Exact || row.given_on_file;
    let names = if is_straight {
        surname && given
    } else {
        row.exchanged_on_file
    };
    names
        && (row.date_of_birth || levels.birth == BirthLevel::Missing)
        && (row.tin || levels.tin == TinLevel::Missing)
}

fn check_versions(transcript: &Transcript) -> Result<(), IdentifyError> {
    let pairs = [
        (&transcript.version, MODEL_VERSION),
        (&transcript.keys, KEYS_VERSION),
        (&transcript.model, model_digest_text()),
    ];
    for (found, expected) in pairs {
        if *found != expected {
            return Err(IdentifyError::OtherModel {
                found: found.clone(),
                expected: expected.to_owned(),
            });
        }
    }
    Ok(())
}

/// The group of greatest weight; of equal ones the first, whose odds are then even at most.
///
/// # Errors
/// [`IdentifyError::Form`] where the best record stated is not it.
fn checked_best(transcript: &Transcript) -> Result<Option<CandidateGroup>, IdentifyError> {
    let best = best_group(transcript.candidates.iter(), &transcript.row);
    if transcript.best.is_some() != best.is_some_and(|best| best.is_alone) {
        let problem = "its best record is not the heaviest";
        return Err(IdentifyError::Form { problem });
    }
    Ok(best.and_then(|best| transcript.candidates.get(best.place).copied()))
}

fn evidence(
    transcript: &Transcript,
    best: &CandidateGroup,
    alternatives: &Alternatives,
) -> Vec<Evidence> {
    let mut lines: Vec<Evidence> = field_weights(&best.levels, &transcript.row)
        .iter()
        .map(|field| Evidence {
            field: field.field,
            level: field.level,
            millibits: field.weight(),
        })
        .collect();
    lines.push(Evidence {
        field: "register-size",
        level: "",
        millibits: prior(transcript.people),
    });
    lines.extend(alternatives.named().map(|(field, term, _)| Evidence {
        field,
        level: "",
        millibits: term.log2_up(),
    }));
    lines
}
