//! What a calibration measured: counts and bounds for each kind of row, by surname and by group.
//!
//! Place in the flow: `countersign-lab calibrate measure` writes this text; `countersign certify` checks it
//! and puts it whole into a certificate; gate and auditor check it again.
//!
//! Left to others: running the trials (lab), signing (certificate).

use std::collections::BTreeSet;

use model::digest::Digest;

use super::{
    CertificateError,
    bound::wrong_bound_per_billion,
    thresholds::{FrozenThresholds, Trial},
};
use crate::document::{Document, DocumentError, Reader, Writer, parts};

/// The kinds of row: thresholds, certified bounds and recall are told for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// The row states a birth date.
    WithBirthDate,
    /// It states none.
    WithoutBirthDate,
}

impl RowKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::WithBirthDate, Self::WithoutBirthDate];

    /// The word in a measurement.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::WithBirthDate => "with-birth-date",
            Self::WithoutBirthDate => "without-birth-date",
        }
    }
}

/// The shares of the six groups in the nation measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupShares {
    /// As the nation's rates say: what a certificate must be measured at.
    #[default]
    AsInTheNation,
    /// All six equal, so that small groups get enough releases for a bound of their own.
    Equal,
}

impl GroupShares {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AsInTheNation, Self::Equal];

    /// The word in a measurement.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::AsInTheNation => "as-in-the-nation",
            Self::Equal => "equal",
        }
    }

    /// What the word says; none for another word.
    #[must_use]
    pub fn of_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|groups| groups.label() == label)
    }
}

/// The parts in which rows of one kind are counted: all of them, then by how many people on file bear the
/// surname of the person meant, then by that person's group.
pub const PARTS: [&str; 12] = [
    "all",
    "bearers-to-5",
    "bearers-6-50",
    "bearers-51-500",
    "bearers-501-5000",
    "bearers-over-5000",
    "group-white",
    "group-black",
    "group-api",
    "group-native",
    "group-multiple",
    "group-hispanic",
];
/// How many of [`PARTS`] are bands of surname frequency, after `all`; the rest are groups.
const BANDS: usize = 5;
/// Bounds beside those of the two wholes: they share one chance of 5%.
pub const STRATA_COMPARED: u32 = 22;
/// Least answerable rows of a part whose recall is compared with others'.
const ENOUGH: u64 = 500;
/// Largest difference in recall that is not remarked on, per mille (DESIGN: 0.03).
pub const REMARKABLE_GAP: u64 = 30;

/// Position in [`PARTS`] of a surname that so many people on file bear.
#[must_use]
pub const fn band_of(bearers: u64) -> usize {
    match bearers {
        0..=5 => 1,
        6..=50 => 2,
        51..=500 => 3,
        501..=5_000 => 4,
        _ => 5,
    }
}

/// Position in [`PARTS`] of a group, counted from 0 in the order white, black, api, native, multiple,
/// hispanic.
#[must_use]
pub const fn part_of_group(group: usize) -> usize {
    1 + BANDS + group
}

/// Rows counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Rows asked.
    pub rows: u64,
    /// Of these, rows whose person is on file under the given address, with a birth date or TIN in the row.
    pub answerable: u64,
    /// Of the answerable, those in which the right person was identified.
    pub answered: u64,
    /// Of all rows, those in which somebody was identified.
    pub identified: u64,
    /// Of those identified, rows that mean somebody else, or nobody on file.
    pub wrong: u64,
}

impl Counted {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows.saturating_add(other.rows),
            answerable: self.answerable.saturating_add(other.answerable),
            answered: self.answered.saturating_add(other.answered),
            identified: self.identified.saturating_add(other.identified),
            wrong: self.wrong.saturating_add(other.wrong),
        }
    }

    /// Rightly answered among answerable, in per mille, rounded down; none without an answerable row.
    #[must_use]
    pub fn recall_per_mille(&self) -> Option<u64> {
        self.answered
            .saturating_mul(1000)
            .checked_div(self.answerable)
    }

    fn adds_up(&self) -> bool {
        let named = self.answered.checked_add(self.wrong);
        self.answerable <= self.rows
            && self.identified <= self.rows
            && self.answered <= self.answerable
            && named.is_some_and(|named| named <= self.identified)
    }
}

/// Rows counted, with the bound that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stratum {
    /// The counts.
    pub counted: Counted,
    /// One-sided upper bound on the share wrong among identified, in parts per billion: for `all` with
    /// 95%, for the parts so that all of them hold together with 95%.
    pub wrong_bound_per_billion: u64,
}

impl Stratum {
    /// The stratum of a part ([`PARTS`]) with these counts.
    #[must_use]
    pub fn of(part: usize, counted: Counted) -> Self {
        let comparisons = if part == 0 { 1 } else { STRATA_COMPARED };
        Self {
            counted,
            wrong_bound_per_billion: wrong_bound_per_billion(
                counted.wrong,
                counted.identified,
                comparisons,
            ),
        }
    }

    fn write(&self, kind: RowKind, part: &str) -> String {
        let Counted {
            rows,
            answerable,
            answered,
            identified,
            wrong,
        } = self.counted;
        format!(
            "{} {part} {rows} {answerable} {answered} {identified} {wrong} {}",
            kind.label(),
            self.wrong_bound_per_billion
        )
    }

    fn read(kind: RowKind, part: &str, text: &str) -> Option<Self> {
        let [
            kind_word,
            part_word,
            rows,
            answerable,
            answered,
            identified,
            wrong,
            bound,
        ] = parts(text)?;
        (kind_word == kind.label() && part_word == part).then_some(())?;
        Some(Self {
            counted: Counted {
                rows: rows.parse().ok()?,
                answerable: answerable.parse().ok()?,
                answered: answered.parse().ok()?,
                identified: identified.parse().ok()?,
                wrong: wrong.parse().ok()?,
            },
            wrong_bound_per_billion: bound.parse().ok()?,
        })
    }
}

/// The strata of one kind of row, in the order of [`PARTS`].
pub type Strata = [Stratum; PARTS.len()];

/// Two parts of one kind of row between which recall differs by more than [`REMARKABLE_GAP`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecallGap {
    /// Kind of row.
    pub kind: RowKind,
    /// The part of least recall, with it, in per mille.
    pub low: (&'static str, u64),
    /// The part of most recall, likewise.
    pub high: (&'static str, u64),
}

/// A measurement. Its text is not signed; the certificate holds it whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// The thresholds measured, as frozen before.
    pub thresholds: FrozenThresholds,
    /// Digest of the text of the frozen thresholds.
    pub frozen: Digest,
    /// Times the nation's rates of errors in rows: `1` as they stand.
    pub row_errors_times: String,
    /// The shares of the groups.
    pub groups: GroupShares,
    /// The data, in words.
    pub data: String,
    /// The trials, at least one, of seeds nothing was tuned on.
    pub trials: Vec<Trial>,
    /// Rows that state a birth date.
    pub with_birth_date: Strata,
    /// Rows that state none.
    pub without_birth_date: Strata,
    /// People of the largest register it holds for: those of the smallest register measured.
    pub largest_register: u64,
}

impl Measurement {
    /// The strata of a kind of row.
    #[must_use]
    pub const fn of(&self, kind: RowKind) -> &Strata {
        match kind {
            RowKind::WithBirthDate => &self.with_birth_date,
            RowKind::WithoutBirthDate => &self.without_birth_date,
        }
    }

    /// All rows of a kind.
    #[must_use]
    pub fn whole(&self, kind: RowKind) -> Stratum {
        self.of(kind).first().copied().unwrap_or_default()
    }

    /// Checks that everything stated follows from the counts and from the frozen thresholds.
    ///
    /// # Errors
    /// [`CertificateError`] naming the first thing that does not.
    pub fn check(&self) -> Result<(), CertificateError> {
        if self.thresholds.digest() != self.frozen {
            return Err(CertificateError::Frozen);
        }
        self.thresholds.check()?;
        self.check_seeds()?;
        self.check_register()?;
        for kind in RowKind::ALL {
            check_strata(kind, self.of(kind))?;
        }
        let rows = RowKind::ALL.map(|kind| self.whole(kind).counted.rows);
        let asked: u64 = self.trials.iter().map(|trial| u64::from(trial.rows)).sum();
        if rows.into_iter().try_fold(0, u64::checked_add) != Some(asked) {
            return Err(CertificateError::Rows { asked });
        }
        Ok(())
    }

    /// Checks that no seed was measured twice or tuned on.
    ///
    /// # Errors
    /// [`CertificateError::Seed`].
    pub fn check_seeds(&self) -> Result<(), CertificateError> {
        let mut seeds: BTreeSet<u64> = self.thresholds.tuned_on.iter().map(|t| t.seed).collect();
        for trial in &self.trials {
            if !seeds.insert(trial.seed) {
                return Err(CertificateError::Seed(trial.seed));
            }
        }
        Ok(())
    }

    fn check_register(&self) -> Result<(), CertificateError> {
        let smallest = self.trials.iter().map(|trial| trial.people).min();
        if smallest != Some(self.largest_register) {
            return Err(CertificateError::Largest {
                stated: self.largest_register,
                measured: smallest.unwrap_or(0),
            });
        }
        Ok(())
    }

    /// Where recall differs by more than [`REMARKABLE_GAP`] between surname bands, or between groups, of
    /// at least 500 answerable rows each.
    #[must_use]
    pub fn recall_gaps(&self) -> Vec<RecallGap> {
        let mut gaps = Vec::new();
        for kind in RowKind::ALL {
            let recalls: Vec<(usize, &'static str, u64)> = self
                .of(kind)
                .iter()
                .enumerate()
                .zip(PARTS)
                .filter(|((_, stratum), _)| stratum.counted.answerable >= ENOUGH)
                .filter_map(|((part, stratum), name)| {
                    Some((part, name, stratum.counted.recall_per_mille()?))
                })
                .collect();
            let bands = recalls.iter().filter(|(p, ..)| (1..=BANDS).contains(p));
            let groups = recalls.iter().filter(|(p, ..)| *p > BANDS);
            gaps.extend(gap(kind, bands));
            gaps.extend(gap(kind, groups));
        }
        gaps
    }
}

fn gap<'a>(
    kind: RowKind,
    recalls: impl Iterator<Item = &'a (usize, &'static str, u64)> + Clone,
) -> Option<RecallGap> {
    let (_, low, least) = *recalls.clone().min_by_key(|(.., recall)| *recall)?;
    let (_, high, most) = *recalls.max_by_key(|(.., recall)| *recall)?;
    (most - least > REMARKABLE_GAP).then_some(RecallGap {
        kind,
        low: (low, least),
        high: (high, most),
    })
}

fn check_strata(kind: RowKind, strata: &Strata) -> Result<(), CertificateError> {
    for ((part, stratum), name) in strata.iter().enumerate().zip(PARTS) {
        if !stratum.counted.adds_up() {
            return Err(CertificateError::Counts(kind.label(), name));
        }
        let follows = Stratum::of(part, stratum.counted).wrong_bound_per_billion;
        // Two machines' logarithms may differ in the last digit, so the rounding may too.
        if stratum.wrong_bound_per_billion.abs_diff(follows) > 1 {
            return Err(CertificateError::Bound {
                kind: kind.label(),
                part: name,
                stated: stratum.wrong_bound_per_billion,
                follows,
            });
        }
    }
    let [all, parts @ ..] = strata;
    let sum = |parts: &[Stratum]| {
        let counts = parts.iter().map(|stratum| stratum.counted);
        counts.fold(Counted::default(), Counted::plus)
    };
    let (bands, groups) = parts.split_at(BANDS);
    if sum(bands) != all.counted || sum(groups) != all.counted {
        return Err(CertificateError::Counts(kind.label(), "all"));
    }
    Ok(())
}

impl Document for Measurement {
    const CONTEXT: &'static str = "countersign/measurement/v2";

    fn write(&self, writer: &mut Writer) {
        writer.line("frozen", self.frozen);
        self.thresholds.write(writer);
        writer
            .line("row-errors-times", &self.row_errors_times)
            .line("groups", self.groups.label())
            .line("data", &self.data)
            .lines("trial", self.trials.iter().map(Trial::write));
        for kind in RowKind::ALL {
            let lines = self.of(kind).iter().zip(PARTS);
            writer.lines("stratum", lines.map(|(s, part)| s.write(kind, part)));
        }
        writer.line("largest-register", self.largest_register);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            frozen: reader.value("frozen")?,
            thresholds: FrozenThresholds::read(reader)?,
            row_errors_times: reader.text("row-errors-times")?.to_owned(),
            groups: reader.with("groups", GroupShares::of_label)?,
            data: reader.text("data")?.to_owned(),
            trials: reader.repeated("trial", Trial::read)?,
            with_birth_date: read_strata(RowKind::WithBirthDate, reader)?,
            without_birth_date: read_strata(RowKind::WithoutBirthDate, reader)?,
            largest_register: reader.value("largest-register")?,
        })
    }
}

fn read_strata(kind: RowKind, reader: &mut Reader<'_>) -> Result<Strata, DocumentError> {
    let mut strata = Strata::default();
    for (stratum, part) in strata.iter_mut().zip(PARTS) {
        *stratum = reader.with("stratum", |text| Stratum::read(kind, part, text))?;
    }
    Ok(strata)
}
