//! Everybody else that a row could mean, beside the best candidate.
//!
//! Place in the flow: decide adds them up to the odds; gather asks before the last search whether they are
//! too many already.
//!
//! Left to others: weights (score), thresholds and outcomes (decide).

use model::answer::WithheldReason;

use crate::{
    bound::{Bounds, RowClasses},
    candidates::UnreadBlock,
    kinds::Search,
    parameters::PASSED_OVER,
    scale::Fixed,
    score::{fields_weight, household, prior},
    transcript::{CandidateGroup, PassedOver, Transcript},
    unseen::unseen,
};

/// What the alternatives depend on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'t> {
    pub(crate) classes: &'t RowClasses,
    pub(crate) people: u64,
    pub(crate) search: Search,
    pub(crate) unread: &'t [UnreadBlock],
    pub(crate) candidates: &'t [CandidateGroup],
    pub(crate) passed_over: &'t [PassedOver],
    pub(crate) light: u64,
}

impl<'t> Case<'t> {
    /// As a transcript tells it, whose row has these classes.
    pub(crate) fn of(transcript: &'t Transcript, classes: &'t RowClasses) -> Self {
        Self {
            classes,
            people: transcript.people,
            search: transcript.search,
            unread: &transcript.unread,
            candidates: &transcript.candidates,
            passed_over: &transcript.passed_over,
            light: transcript.light,
        }
    }
}

/// The alternatives to a candidate, each as log2 of its odds against the candidate, rounded up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alternatives {
    stranger: Fixed,
    rivals_at_home: Fixed,
    rivals_elsewhere: Fixed,
    household: Fixed,
    passed_over: Fixed,
    unread: Fixed,
    unfound: Fixed,
}

impl Alternatives {
    pub(crate) fn of(case: &Case<'_>, best: &CandidateGroup) -> Self {
        let Case {
            classes,
            people,
            search,
            unread,
            ..
        } = *case;
        let row = &classes.row;
        let prior = prior(people);
        let own = fields_weight(&best.levels, row) + prior;
        let mut at_home = Fixed::default();
        let mut elsewhere = Fixed::default();
        for group in case.candidates {
            let others = if group == best {
                group.count.saturating_sub(1)
            } else {
                group.count
            };
            let theirs = fields_weight(&group.levels, row) + prior;
            // No less than one passed over counts for: whoever is found under a key more, by a name that
            // another brings, may be compared for it, and must not count for less.
            let term = Fixed::power((theirs - own).max(-PASSED_OVER));
            if group.levels.address.is_on_file() {
                at_home = at_home.plus_times(term, others);
            } else {
                elsewhere = elsewhere.plus_times(term, others);
            }
        }
        let bounds = Bounds::new(classes, search, unread, people);
        let mut passed_over = Fixed::default().plus_times(Fixed::power(-PASSED_OVER), case.light);
        for each in case.passed_over {
            let most = Fixed::power(bounds.greatest(each.kinds, each.birth) - own);
            passed_over = passed_over.plus_times(most, each.count);
        }
        let unseen = unseen(classes, search, unread, people);
        Self {
            stranger: Fixed::power(-own),
            rivals_at_home: at_home,
            rivals_elsewhere: elsewhere,
            household: household(&best.levels, row),
            passed_over,
            unread: Fixed::power(unseen.unread - own),
            unfound: Fixed::power(unseen.unfound - own),
        }
    }

    pub(crate) fn named(&self) -> [(&'static str, Fixed, WithheldReason); 7] {
        [
            (
                "against-stranger",
                self.stranger,
                WithheldReason::LowEvidence,
            ),
            (
                "against-same-address",
                self.rivals_at_home,
                WithheldReason::HouseholdAmbiguous,
            ),
            (
                "against-other-records",
                self.rivals_elsewhere,
                WithheldReason::ManyMatch,
            ),
            (
                "against-absent-relative",
                self.household,
                WithheldReason::HouseholdAmbiguous,
            ),
            (
                "against-passed-over",
                self.passed_over,
                WithheldReason::ManyMatch,
            ),
            (
                "against-unread-blocks",
                self.unread,
                WithheldReason::BlockOverflow,
            ),
            ("against-unfound", self.unfound, WithheldReason::LowEvidence),
        ]
    }

    pub(crate) fn total(&self) -> Fixed {
        self.named()
            .iter()
            .fold(Fixed::default(), |sum, (_, term, _)| sum.plus(*term))
    }

    /// The reason of the largest term.
    pub(crate) fn reason(&self) -> WithheldReason {
        self.named()
            .into_iter()
            .max_by_key(|(_, term, _)| *term)
            .map_or(WithheldReason::LowEvidence, |(_, _, reason)| reason)
    }
}
