//! Thresholds chosen from a grid and frozen before anything is scored.
//!
//! Place in the flow: `countersign-lab calibrate tune` writes this text from its tuning trials; a
//! measurement begins with it and with its digest, so that no other threshold can be measured or
//! certified in its name.
//!
//! Left to others: the trials (lab), what was measured at these thresholds (`measurement`).

use model::{digest::Digest, time::Date};

use super::CertificateError;
use crate::document::{Document, DocumentError, Reader, Writer, date, parsed, parts};

/// The matcher that thresholds and measurements are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// Version of the model.
    pub model_version: String,
    /// Version of its blocking keys.
    pub keys_version: String,
    /// Digest of its parameters.
    pub parameters: Digest,
}

/// One synthetic register and the rows asked of it. Equal trials give equal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Seed of nation and rows.
    pub seed: u64,
    /// People on file.
    pub people: u64,
    /// Rows asked, each about another household.
    pub rows: u32,
    /// The day it is in that nation.
    pub as_of: Date,
}

impl Trial {
    pub(super) fn write(&self) -> String {
        let Self {
            seed,
            people,
            rows,
            as_of,
        } = self;
        format!("{seed} {people} {rows} {as_of}")
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let [seed, people, rows, as_of] = parts(text)?;
        Some(Self {
            seed: seed.parse().ok()?,
            people: people.parse().ok()?,
            rows: rows.parse().ok()?,
            as_of: date(as_of)?,
        })
    }
}

/// The odds a threshold is chosen from, milli-bits: the lowest, the highest, and what lies between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Lowest.
    pub lowest: i64,
    /// Highest.
    pub highest: i64,
    /// From one to the next; at least 1.
    pub step: i64,
}

impl Grid {
    /// The least point of the grid that is at least `odds`; none above the highest.
    #[must_use]
    pub fn at_least(&self, odds: i64) -> Option<i64> {
        let step = self.step.max(1);
        let above = odds.max(self.lowest).checked_sub(self.lowest)?;
        let steps = above.checked_add(step - 1)?.checked_div(step)?;
        let point = self.lowest.checked_add(steps.checked_mul(step)?)?;
        (point <= self.highest).then_some(point)
    }
}

/// What thresholds are chosen by: fixed before the tuning trials are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceRule {
    /// The grid.
    pub grid: Grid,
    /// Share wrong aimed at, in parts per billion: the odds must nominally be as good.
    pub aim_per_billion: u64,
    /// How far a threshold lies above the best odds that a wrong answer had, milli-bits.
    pub margin_millibits: i64,
}

impl ChoiceRule {
    /// The threshold for the best odds any wrong answer of the tuning trials had: the least of the grid
    /// that is nominally good enough and a margin above those. None where the grid ends before.
    #[must_use]
    pub fn threshold(&self, misled_at: Option<i64>) -> Option<i64> {
        let nominal = nominal_millibits(self.aim_per_billion)?;
        let margin = misled_at.map(|odds| odds.saturating_add(self.margin_millibits));
        self.grid
            .at_least(margin.map_or(nominal, |m| m.max(nominal)))
    }
}

/// Log-odds at which a calibrated matcher is wrong in so many of a billion, milli-bits, rounded up.
fn nominal_millibits(per_billion: u64) -> Option<i64> {
    if !(1..=1_000_000_000).contains(&per_billion) {
        return None;
    }
    // From 0 to 29,898, so the cast is exact.
    Some(((1e9 / per_billion as f64).log2() * 1000.0).ceil() as i64)
}

/// A threshold with what it was chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// Odds a best candidate must reach, milli-bits.
    pub threshold_millibits: i64,
    /// The best odds of a wrong answer in the tuning trials, milli-bits; none where nothing at or above
    /// the grid's lowest point was wrong.
    pub misled_at: Option<i64>,
}

impl Chosen {
    fn write(self) -> String {
        let misled = self
            .misled_at
            .map_or("-".to_owned(), |odds| odds.to_string());
        format!("{} {misled}", self.threshold_millibits)
    }

    fn read(text: &str) -> Option<Self> {
        let [threshold, misled] = parts(text)?;
        Some(Self {
            threshold_millibits: parsed(threshold)?,
            misled_at: match misled {
                "-" => None,
                odds => Some(parsed(odds)?),
            },
        })
    }
}

/// Thresholds as they were frozen. Not signed by itself: the certificate holds it whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenThresholds {
    /// The matcher they are for.
    pub matcher: Matcher,
    /// Digest of the rates of the synthetic nation.
    pub nation: Digest,
    /// How they were chosen.
    pub rule: ChoiceRule,
    /// The tuning trials, at least one.
    pub tuned_on: Vec<Trial>,
    /// For candidates whose record and row both state a birth date.
    pub with_birth_date: Chosen,
    /// For all others.
    pub without_birth_date: Chosen,
}

impl FrozenThresholds {
    /// Checks that the thresholds follow from the rule.
    ///
    /// # Errors
    /// [`CertificateError::Threshold`] for one that does not, [`CertificateError::Tuning`] without a
    /// tuning trial.
    pub fn check(&self) -> Result<(), CertificateError> {
        if self.tuned_on.is_empty() {
            return Err(CertificateError::Tuning);
        }
        for chosen in [self.with_birth_date, self.without_birth_date] {
            let follows = self.rule.threshold(chosen.misled_at);
            if follows != Some(chosen.threshold_millibits) {
                return Err(CertificateError::Threshold {
                    stated: chosen.threshold_millibits,
                    follows,
                });
            }
        }
        Ok(())
    }
}

impl Document for FrozenThresholds {
    const CONTEXT: &'static str = "countersign/thresholds/v1";

    fn write(&self, writer: &mut Writer) {
        let ChoiceRule {
            grid,
            aim_per_billion,
            margin_millibits,
        } = self.rule;
        writer
            .line("model-version", &self.matcher.model_version)
            .line("keys-version", &self.matcher.keys_version)
            .line("parameters", self.matcher.parameters)
            .line("nation", self.nation)
            .line(
                "grid",
                format!("{} {} {}", grid.lowest, grid.highest, grid.step),
            )
            .line("aim-per-billion", aim_per_billion)
            .line("margin", margin_millibits)
            .lines("tuned-on", self.tuned_on.iter().map(Trial::write))
            .line("with-birth-date", self.with_birth_date.write())
            .line("without-birth-date", self.without_birth_date.write());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            matcher: Matcher {
                model_version: reader.text("model-version")?.to_owned(),
                keys_version: reader.text("keys-version")?.to_owned(),
                parameters: reader.value("parameters")?,
            },
            nation: reader.value("nation")?,
            rule: ChoiceRule {
                grid: reader.with("grid", read_grid)?,
                aim_per_billion: reader.value("aim-per-billion")?,
                margin_millibits: reader.value("margin")?,
            },
            tuned_on: reader.repeated("tuned-on", Trial::read)?,
            with_birth_date: reader.with("with-birth-date", Chosen::read)?,
            without_birth_date: reader.with("without-birth-date", Chosen::read)?,
        })
    }
}

fn read_grid(text: &str) -> Option<Grid> {
    let [lowest, highest, step] = parts(text)?;
    Some(Grid {
        lowest: parsed(lowest)?,
        highest: parsed(highest)?,
        step: parsed(step).filter(|step: &i64| *step >= 1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: ChoiceRule = ChoiceRule {
        grid: Grid {
            lowest: 10_000,
            highest: 30_000,
            step: 500,
        },
        aim_per_billion: 100_000,
        margin_millibits: 3_000,
    };

    #[test]
    fn thresholds_follow_the_rule() {
        let check = |misled_at: Option<i64>, expected: Option<i64>| {
            assert_eq!(RULE.threshold(misled_at), expected, "{misled_at:?}");
        };
        // log2 of 10,000 is 13.288.
        check(None, Some(13_500));
        check(Some(10_400), Some(13_500));
        check(Some(10_500), Some(13_500));
        check(Some(10_501), Some(14_000));
        check(Some(27_000), Some(30_000));
        check(Some(27_001), None);
        check(Some(i64::MAX), None);
        check(Some(i64::MIN), Some(13_500));
        for (aim, expected) in [
            (1_000_000_000, Some(10_000)),
            (10_000, Some(17_000)),
            (1_000, Some(20_000)),
            (1, Some(30_000)),
            (0, None),
            (1_000_000_001, None),
        ] {
            let rule = ChoiceRule {
                aim_per_billion: aim,
                ..RULE
            };
            assert_eq!(rule.threshold(None), expected, "{aim}");
        }
    }

    #[test]
    fn a_grid_without_steps_is_not_read() {
        assert_eq!(read_grid("1 2 0"), None);
        assert_eq!(read_grid("1 2 -3"), None);
        assert!(read_grid("1 2 3").is_some());
    }
}
