//! The decision: odds of one person against everybody else it could be.
//!
//! Place in the flow: weights of all candidates come in, the best one's score and the reason for
//! withholding go out.
//!
//! Left to others: weights (model), counting what was right (report).

use identity::scale::{Fixed, Millibits, log2_integer};
use serde::Serialize;

use super::{
    compare::{Comparer, Neighbours},
    index::Index,
    level::{
        ARRANGEMENT, GIVEN, Grid, HOUSE, Level, Levels, MIDDLE, POSTCODE, STREET, SUFFIX, SURNAME,
    },
    load::{Loaded, PersonNumber, Request},
    model::{Model, rarity},
};

/// Score where there is no candidate.
pub const NOBODY: Millibits = -90_000;
/// Weight above a stranger's that a person in an unread block may have.
const UNREAD_WEIGHT: Millibits = 12_000;

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is.
    None,
    /// Nobody shares a key.
    NoCandidate,
    /// Other people on file fit too.
    ManyMatch,
    /// A member of the household may be meant.
    HouseholdAmbiguous,
    /// A block was too large to go through.
    BlockOverflow,
    /// Too little agrees.
    LowEvidence,
    /// Nothing but names agrees.
    NameAlone,
}

impl Reason {
    /// As results.csv has it; empty for an answer.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::NoCandidate => "no_candidate",
            Self::ManyMatch => "many_match",
            Self::HouseholdAmbiguous => "household_ambiguous",
            Self::BlockOverflow => "block_overflow",
            Self::LowEvidence => "low_evidence",
            Self::NameAlone => "name_alone",
        }
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The best candidate.
    pub best: Option<PersonNumber>,
    /// log2 of its odds, in milli-bits.
    pub score: Millibits,
    /// Why it is not answered.
    pub reason: Reason,
    /// Whether the right person was among the candidates.
    pub reached: bool,
}

/// A candidate compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared {
    /// Who.
    pub person: PersonNumber,
    /// How the fields agree.
    pub levels: Levels,
}

/// Everything a decision needs but the request.
pub struct Matcher<'l> {
    /// What was loaded.
    pub loaded: &'l Loaded,
    /// Names like the requests'.
    pub near: &'l Neighbours,
    /// The blocking index; `None` compares with everybody, for tests.
    pub index: Option<&'l Index>,
    /// Compares.
    pub comparer: Comparer<'l>,
}

impl<'l> Matcher<'l> {
    /// Over what was loaded.
    #[must_use]
    pub fn new(loaded: &'l Loaded, near: &'l Neighbours, index: Option<&'l Index>) -> Self {
        Self {
            loaded,
            near,
            index,
            comparer: Comparer::new(loaded, near),
        }
    }

    /// The candidates compared, and how many were left unread.
    #[must_use]
    pub fn compared(&self, request: &Request) -> (Vec<Compared>, u64) {
        let (people, unread) = match self.index {
            Some(index) => {
                let found = index.candidates(self.loaded, self.near, &request.form);
                (found.people, found.unread)
            }
            None => (
                (0..u32::MAX)
                    .zip(&self.loaded.people)
                    .map(|(number, _)| number)
                    .collect(),
                0,
            ),
        };
        let compare = |person: PersonNumber| {
            let form = self.loaded.people.get(person as usize)?;
            Some(Compared {
                person,
                levels: self.comparer.levels(&request.form, form),
            })
        };
        (people.into_iter().filter_map(compare).collect(), unread)
    }

    /// What agreeing with a request's values says under a model; see [`rarity`].
    #[must_use]
    pub fn rarity(&self, model: &Model, request: &Request) -> Grid<Millibits> {
        rarity(
            &request.form,
            &self.loaded.counts,
            self.near,
            &model.anybody,
        )
    }

    /// Decides a request.
    #[must_use]
    pub fn decide(&self, model: &Model, request: &Request) -> Decided {
        let (compared, unread) = self.compared(request);
        let reached = compared.iter().any(|one| Some(one.person) == request.truth);
        let rare = self.rarity(model, request);
        let weights: Vec<Millibits> = compared
            .iter()
            .map(|one| model.weight(&rare, &one.levels))
            .collect();
        let key = |person: PersonNumber| self.loaded.names_of_people.get(person as usize).copied();
        let best = compared
            .iter()
            .zip(&weights)
            .max_by_key(|(one, weight)| (**weight, key(one.person)));
        let Some((best, weight)) = best else {
            return Decided {
                best: None,
                score: NOBODY,
                reason: Reason::NoCandidate,
                reached,
            };
        };
        let mut terms = Terms::default();
        for (one, other) in compared.iter().zip(&weights) {
            if one.person != best.person {
                terms.rivals = terms.rivals.plus(Fixed::power(*other - *weight));
            }
            let member = model.household_weight(&rare, &one.levels) + model.member;
            terms.household = terms.household.plus(Fixed::power(member - *weight));
        }
        let people = log2_integer(self.loaded.counts.people);
        terms.stranger = Fixed::power(model.absent + people - *weight);
        if unread > 0 {
            terms.unread = Fixed::power(log2_integer(unread) + UNREAD_WEIGHT - *weight);
        }
        let score = -terms.sum().log2_up();
        let reason = if !has_more_than_names(&best.levels) {
            Reason::NameAlone
        } else if score >= model.threshold {
            Reason::None
        } else {
            terms.reason()
        };
        Decided {
            best: Some(best.person),
            score,
            reason,
            reached,
        }
    }
}

/// Who else it could be, relative to the best candidate.
#[derive(Debug, Clone, Copy, Default)]
struct Terms {
    rivals: Fixed,
    household: Fixed,
    stranger: Fixed,
    unread: Fixed,
}

impl Terms {
    fn sum(self) -> Fixed {
        self.rivals
            .plus(self.household)
            .plus(self.stranger)
            .plus(self.unread)
    }

    fn reason(self) -> Reason {
        let terms = [
            (self.stranger, Reason::LowEvidence),
            (self.rivals, Reason::ManyMatch),
            (self.household, Reason::HouseholdAmbiguous),
            (self.unread, Reason::BlockOverflow),
        ];
        let largest = terms.into_iter().max_by_key(|(term, _)| *term);
        largest.map_or(Reason::LowEvidence, |(_, reason)| reason)
    }
}

/// Whether the person lives where the request says, under the surname it says.
#[must_use]
pub fn is_of_household(levels: &Levels) -> bool {
    let at = |field: usize| levels.get(field).copied().unwrap_or_default();
    let agrees = |level: Level| matches!(level, Level::Exact | Level::Slip);
    let name = agrees(at(SURNAME)) || at(SURNAME) == Level::Part;
    let place = match (at(HOUSE), at(STREET)) {
        (Level::Missing, Level::Missing) => agrees(at(POSTCODE)),
        (house, street) => agrees(house) && agrees(street),
    };
    name && place
}

fn has_more_than_names(levels: &Levels) -> bool {
    let names = [SURNAME, GIVEN, MIDDLE, SUFFIX, ARRANGEMENT];
    let nothing = [
        Level::Missing,
        Level::Different,
        Level::Contrary,
        Level::Close,
    ];
    (0..)
        .zip(levels)
        .any(|(field, level)| !names.contains(&field) && !nothing.contains(level))
}
