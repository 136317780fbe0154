//! What a requester can learn of a row, and the counts that must add up.
//!
//! Place in the flow: the end of it. Casework derives an [`Answer`] from a row's state; answer and
//! verify check [`AnswerCounts::is_conserved`] (promise P5).
//!
//! Left to others: the internal reasons of a withheld row never reach this type's users outside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The answer to one row, as the requester sees it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The address given is the latest on file for the periods asked.
    Confirmed,
    /// The mailing address last reported for a period.
    Disclosed,
    /// Nothing can be said, in the same words whatever the cause.
    NoDisclosure,
    /// A statutory element is absent; all findings are given.
    Rejected,
    /// Officer or counsel declined on the row's own words; the ground is given.
    Declined,
    /// Decided later, with the rest of the request.
    Pending,
}

impl Answer {
    /// All answers, in the order of the counts.
    pub const ALL: [Self; 6] = [
        Self::Confirmed,
        Self::Disclosed,
        Self::NoDisclosure,
        Self::Rejected,
        Self::Declined,
        Self::Pending,
    ];

    /// The word shown to people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Confirmed => "Confirmed",
            Self::Disclosed => "Disclosed",
            Self::NoDisclosure => "No disclosure",
            Self::Rejected => "Rejected",
            Self::Declined => "Declined",
            Self::Pending => "Pending",
        }
    }
}

/// The one sentence for every row about which nothing is said: nobody matched, several did, or a
/// hold applies.
pub const NO_DISCLOSURE_WORDS: &str = "No disclosure can be made in answer to this row. This says \
nothing about whether the person is on file.";

/// The sentence that stands beside every disclosed address.
pub const DISCLOSED_WORDS: &str = "Mailing address last reported for the tax period shown; not \
proof of residence.";

/// The sentence of a confirmation.
pub const CONFIRMED_WORDS: &str =
    "The address you gave is the latest on file for the periods asked.";

/// Rows of a request by answer (promise P5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct AnswerCounts {
    /// Rows read.
    pub rows: u64,
    /// Rows of each answer.
    pub confirmed: u64,
    /// Rows disclosed.
    pub disclosed: u64,
    /// Rows without disclosure.
    pub no_disclosure: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Rows declined.
    pub declined: u64,
    /// Rows pending.
    pub pending: u64,
}

impl AnswerCounts {
    /// Counts answers; `rows` is given apart, from what was read, so that the sum can be checked.
    #[must_use]
    pub fn count(rows: u64, answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut counts = Self {
            rows,
            ..Self::default()
        };
        for answer in answers {
            let place = match answer {
                Answer::Confirmed => &mut counts.confirmed,
                Answer::Disclosed => &mut counts.disclosed,
                Answer::NoDisclosure => &mut counts.no_disclosure,
                Answer::Rejected => &mut counts.rejected,
                Answer::Declined => &mut counts.declined,
                Answer::Pending => &mut counts.pending,
            };
            *place = place.saturating_add(1);
        }
        counts
    }

    /// The count of one answer.
    #[must_use]
    pub const fn of(&self, answer: Answer) -> u64 {
        match answer {
            Answer::Confirmed => self.confirmed,
            Answer::Disclosed => self.disclosed,
            Answer::NoDisclosure => self.no_disclosure,
            Answer::Rejected => self.rejected,
            Answer::Declined => self.declined,
            Answer::Pending => self.pending,
        }
    }

    /// Whether every row read has exactly one answer.
    #[must_use]
    pub fn is_conserved(&self) -> bool {
        Answer::ALL
            .iter()
            .try_fold(0_u64, |sum, answer| sum.checked_add(self.of(*answer)))
            == Some(self.rows)
    }
}

/// Why an admitted row's person was not identified. Internal: the requester never sees it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WithheldReason {
    /// No record shares a blocking key.
    NoCandidate,
    /// Several records fit.
    ManyMatch,
    /// A member of the household cannot be told apart.
    HouseholdAmbiguous,
    /// The evidence is too little.
    LowEvidence,
    /// The address given is not one on file for the best record.
    AddressNotOnFile,
    /// A block was too large to read and could decide.
    BlockOverflow,
    /// A hold or an identity-theft marker applies.
    Hold,
}

/// Coded ground on which officer or counsel decline a row on its own words.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DeclineGround {
    /// The reason given does not show that the disclosure is or may be relevant (6103(i)(2)(B)(iv)).
    RelevanceNotShown,
    /// The row does not show a criminal proceeding or an investigation that may lead to one.
    NotACriminalMatter,
    /// The named officer does not appear to be personally and directly engaged.
    OfficerNotEngaged,
    /// A question asked of the row was not answered.
    QuestionNotAnswered,
    /// The offence cannot be complete on the facts stated.
    OffenceNotComplete,
    /// A stay, relief or order of a court stands against it.
    StayOrOrder,
}

impl DeclineGround {
    /// All grounds.
    pub const ALL: [Self; 6] = [
        Self::RelevanceNotShown,
        Self::NotACriminalMatter,
        Self::OfficerNotEngaged,
        Self::QuestionNotAnswered,
        Self::OffenceNotComplete,
        Self::StayOrOrder,
    ];

    /// The code, as commands and notes write it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RelevanceNotShown => "relevance-not-shown",
            Self::NotACriminalMatter => "not-a-criminal-matter",
            Self::OfficerNotEngaged => "officer-not-engaged",
            Self::QuestionNotAnswered => "question-not-answered",
            Self::OffenceNotComplete => "offence-not-complete",
            Self::StayOrOrder => "stay-or-order",
        }
    }

    /// The legal ground as the requester reads it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::RelevanceNotShown => {
                "26 U.S.C. 6103(i)(2)(B)(iv): the reason stated does not show why disclosure is or may be relevant"
            }
            Self::NotACriminalMatter => {
                "26 U.S.C. 6103(i)(2)(A)(i): no criminal proceeding, or investigation that may lead to one, is shown"
            }
            Self::OfficerNotEngaged => {
                "26 U.S.C. 6103(i)(2)(A): the officer named does not appear personally and directly engaged"
            }
            Self::QuestionNotAnswered => {
                "26 U.S.C. 6103(i)(2)(B): a question put to this row was not answered"
            }
            Self::OffenceNotComplete => {
                "26 U.S.C. 6103(i)(2)(B)(iii): on the facts stated the designated offence cannot be complete"
            }
            Self::StayOrOrder => {
                "26 U.S.C. 6103(i)(2)(B)(iii): a stay, relief or order stated on the row stands against the offence"
            }
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_or_doubled_row_breaks_conservation() {
        let answers = [Answer::Rejected, Answer::Confirmed, Answer::NoDisclosure];
        assert!(AnswerCounts::count(3, answers).is_conserved());
        assert!(!AnswerCounts::count(4, answers).is_conserved());
        assert!(!AnswerCounts::count(2, answers).is_conserved());
        let huge = AnswerCounts {
            rows: 1,
            confirmed: u64::MAX,
            disclosed: 2,
            ..Default::default()
        };
        assert!(!huge.is_conserved());
    }

    #[test]
    fn grounds_read_back() {
        for ground in DeclineGround::ALL {
            assert_eq!(DeclineGround::from_code(ground.code()), Some(ground));
        }
    }
}
