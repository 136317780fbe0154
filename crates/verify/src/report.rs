//! What the auditor reads: what was checked how often, what failed where, what could not be checked.
//!
//! Place in the flow: every check adds to a [`Report`]; the binary prints it as text or JSON.
//!
//! Left to others: the checks.

use std::{collections::BTreeMap, fmt};

use instrument::bundle::BundleKind;
use model::{digest::Digest, time::Instant};
use serde::Serialize;

/// Most failures kept; more are counted.
const FAILURES_KEPT: usize = 1000;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The part or leaf: `part index`, `leaf 12`, `request REQ-1 row 1-2`.
    pub place: String,
    /// What is wrong. Holds nothing of a row's contents.
    pub problem: String,
}

/// Rows and requests, as the log counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Requests taken in.
    pub requests: u64,
    /// Of these issued.
    pub issued: u64,
    /// Rows of the issued ones.
    pub rows: u64,
    /// Of these rejected.
    pub rejected: u64,
    /// Of these declined.
    pub declined: u64,
    /// Of these admitted and answered.
    pub answered: u64,
    /// Rows of requests that are still open.
    pub pending: u64,
    /// Recalls.
    pub recalls: u64,
}

/// The outcome of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Public or sealed, once the index was read.
    pub kind: Option<BundleKind>,
    /// Digest of the genesis the bundle stands under, once it was read.
    pub genesis: Option<Digest>,
    /// Whether that genesis is synthetic.
    pub is_synthetic: bool,
    /// Leaves under the cosigned checkpoint, and when the bundle was made: what it says nothing beyond.
    pub head: Option<(u64, Instant)>,
    /// How often each thing was found right.
    pub checked: BTreeMap<&'static str, usize>,
    /// What failed, the first thousand.
    pub failures: Vec<Failure>,
    /// How many failures there are.
    pub failure_count: usize,
    /// What could not be checked, and why.
    pub unchecked: BTreeMap<String, usize>,
    /// Counts of the log.
    pub totals: Totals,
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.failure_count == 0
    }

    pub(crate) fn passed(&mut self, what: &'static str, times: usize) {
        let count = self.checked.entry(what).or_default();
        *count = count.saturating_add(times);
    }

    pub(crate) fn fail(&mut self, place: impl fmt::Display, problem: impl Into<String>) {
        self.failure_count = self.failure_count.saturating_add(1);
        if self.failures.len() < FAILURES_KEPT {
            self.failures.push(Failure {
                place: place.to_string(),
                problem: problem.into(),
            });
        }
    }

    pub(crate) fn not_checked(&mut self, what: impl Into<String>) {
        let count = self.unchecked.entry(what.into()).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts a check that passed, or notes that it failed. Gives whether it passed.
    pub(crate) fn require(
        &mut self,
        test: bool,
        what: &'static str,
        place: impl fmt::Display,
        problem: &'static str,
    ) -> bool {
        if test {
            self.passed(what, 1);
        } else {
            self.fail(place, problem);
        }
        test
    }

    /// The value of a check that can fail with an error.
    pub(crate) fn accept<T, E: std::error::Error>(
        &mut self,
        result: Result<T, E>,
        what: &'static str,
        place: impl fmt::Display,
    ) -> Option<T> {
        match result {
            Ok(value) => {
                self.passed(what, 1);
                Some(value)
            }
            Err(error) => {
                self.fail(place, chain(&error));
                None
            }
        }
    }

    /// Takes in what another thread found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (what, times) in other.checked {
            self.passed(what, times);
        }
        for (what, times) in other.unchecked {
            let count = self.unchecked.entry(what).or_default();
            *count = count.saturating_add(times);
        }
        let left = FAILURES_KEPT.saturating_sub(self.failures.len());
        self.failures.extend(other.failures.into_iter().take(left));
        self.failure_count = self.failure_count.saturating_add(other.failure_count);
    }

    /// The report as one JSON document.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "verified": self.is_verified(),
            "kind": self.kind.map(BundleKind::code),
            "genesis": self.genesis.map(|digest| digest.to_string()),
            "synthetic": self.is_synthetic,
            "leaves": self.head.map(|(leaves, _)| leaves),
            "made_at": self.head.map(|(_, made_at)| made_at.to_string()),
            "totals": self.totals,
            "checked": self.checked,
            "not_checked": self.unchecked,
            "failure_count": self.failure_count,
            "failures": self.failures,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(kind), Some(genesis)) = (self.kind, self.genesis) {
            let stamp = if self.is_synthetic { " SYNTHETIC" } else { "" };
            writeln!(
                formatter,
                "{} bundle under genesis {genesis}{stamp}",
                kind.code()
            )?;
        }
        if let Some((leaves, made_at)) = self.head {
            writeln!(
                formatter,
                "{leaves} leaves of the log, cosigned; made at {made_at}"
            )?;
        }
        let totals = &self.totals;
        writeln!(
            formatter,
            "requests {} (issued {}), rows {} = rejected {} + declined {} + answered {}; pending {}; recalls {}",
            totals.requests,
            totals.issued,
            totals.rows,
            totals.rejected,
            totals.declined,
            totals.answered,
            totals.pending,
            totals.recalls,
        )?;
        writeln!(formatter, "\nchecked and found right")?;
        for (what, times) in &self.checked {
            writeln!(formatter, "  {times:>8}  {what}")?;
        }
        if !self.unchecked.is_empty() {
            writeln!(formatter, "\nnot checked")?;
        }
        for (what, times) in &self.unchecked {
            writeln!(formatter, "  {times:>8}  {what}")?;
        }
        if !self.failures.is_empty() {
            writeln!(formatter, "\nfailed")?;
        }
        for failure in &self.failures {
            writeln!(formatter, "  {}: {}", failure.place, failure.problem)?;
        }
        let more = self.failure_count.saturating_sub(self.failures.len());
        if more > 0 {
            writeln!(formatter, "  and {more} more")?;
        }
        let word = if self.is_verified() {
            "VERIFIED"
        } else {
            "FAILED"
        };
        writeln!(formatter, "\n{word}")
    }
}

/// An error and its sources on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
