//! What records that were never read could weigh: the completeness term (LINKAGE.md section 5, point
//! 5).
//!
//! Place in the flow: decide adds it to the alternatives. It goes through every combination of
//! levels that a record may have without sharing a key with the row, or in an oversized block's
//! unread part, so that a missing rival can only withhold, never release.
//!
//! Left to others: which keys there are (blocking), weights of fields (score).

use crate::{
    blocking::KeyKind,
    candidates::{BlockPart, UnreadBlock},
    level::{AddressLevel, BirthLevel, GivenLevel, SurnameLevel},
    parameters::UNSEEN_RIVALS,
    scale::{Millibits, log2_integer},
    score::{Logs, line, prior, stranger_given, stranger_surname, tables},
    transcript::RowFacts,
};

/// The levels an unfound record could have, apart from those no key depends on.
#[derive(Clone, Copy)]
struct Unfound {
    surname: SurnameLevel,
    given: GivenLevel,
    birth: BirthLevel,
    address: AddressLevel,
}

impl Unfound {
    /// Whether a record agreeing so has a key of this kind in common with the row, for certain.
    fn has(self, kind: KeyKind) -> bool {
        // Queries are looked up with names a slip away, and with month and day exchanged.
        let sound = matches!(
            self.surname,
            SurnameLevel::Exact | SurnameLevel::Part | SurnameLevel::Alike | SurnameLevel::Sound
        );
        let surname = sound || self.surname == SurnameLevel::Similar;
        let form = matches!(self.given, GivenLevel::Exact | GivenLevel::Nickname);
        let given = form || matches!(self.given, GivenLevel::Misspelt | GivenLevel::Similar);
        let birth = matches!(self.birth, BirthLevel::Exact | BirthLevel::Exchanged);
        let on_file = self.address.is_on_file();
        let zip = on_file || matches!(self.address, AddressLevel::Near | AddressLevel::Zip5);
        match kind {
            KeyKind::Tin => false,
            KeyKind::Address => on_file || self.address == AddressLevel::OtherZip,
            KeyKind::SurnameZip => surname && zip,
            KeyKind::GivenZip => given && zip,
            KeyKind::BirthZip => birth && self.address != AddressLevel::Different,
            KeyKind::GivenBirth => given && birth,
            KeyKind::SurnameBirth => surname && birth,
            KeyKind::Name => (form && surname) || (given && sound),
        }
    }

    /// Whether it stands in the part of an oversized block that was read.
    fn was_read(self, part: BlockPart) -> bool {
        let year = !matches!(self.birth, BirthLevel::Different | BirthLevel::Missing);
        let initial = matches!(self.given, GivenLevel::Exact | GivenLevel::Nickname);
        match part {
            BlockPart::Nothing => false,
            BlockPart::BirthYear => year,
            BlockPart::Initial => initial,
            BlockPart::BirthYearAndInitial => year || initial,
        }
    }

    /// log2 of the greatest number of such records that no read key leads to; `None` for none.
    fn count(self, unread: &[UnreadBlock], expected: Millibits) -> Option<(Millibits, Found)> {
        let mut least: Option<u64> = None;
        for kind in KINDS.into_iter().filter(|kind| self.has(*kind)) {
            let blocks = unread.iter().filter(|block| block.kind == kind);
            let left = blocks
                .filter(|block| !self.was_read(block.read))
                .fold(0_u64, |sum, block| sum.saturating_add(block.size));
            if left == 0 {
                return None;
            }
            least = Some(least.map_or(left, |other| other.min(left)));
        }
        Some(match least {
            Some(size) => (log2_integer(size), Found::Unread),
            None => (expected.max(0) + UNSEEN_RIVALS, Found::Nowhere),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Unread,
    Nowhere,
}

const KINDS: [KeyKind; 8] = [
    KeyKind::Tin,
    KeyKind::Address,
    KeyKind::SurnameZip,
    KeyKind::GivenZip,
    KeyKind::BirthZip,
    KeyKind::GivenBirth,
    KeyKind::SurnameBirth,
    KeyKind::Name,
];

/// What records outside the blocks read could weigh (point 5): log2 of their greatest total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// Those in blocks that were too large.
    pub unread: Millibits,
    /// Those no key leads to.
    pub unfound: Millibits,
}

/// A level with its likelihoods for this row.
#[derive(Clone, Copy)]
struct Possible<L> {
    level: L,
    person: Millibits,
    stranger: Millibits,
}

fn possible<L: Copy>(
    levels: &[L],
    logs: impl Fn(L) -> Logs,
    stranger: impl Fn(L) -> Option<Millibits>,
) -> Vec<Possible<L>> {
    levels
        .iter()
        .map(|level| Possible {
            level: *level,
            person: logs(*level).person,
            stranger: stranger(*level).unwrap_or(logs(*level).stranger),
        })
        .collect()
}

/// The completeness term Δ without the candidate's weight: every combination of levels that a
/// record may have without having been read, each with the number of people it could be true of.
#[must_use]
pub fn unseen(row: &RowFacts, unread: &[UnreadBlock], people: u64) -> Unseen {
    let tables = tables();
    let mut surnames = possible(
        stated(row.surnames > 0, SurnameLevel::ALL),
        |level| line(&tables.surname, level as usize),
        |level| stranger_surname(level, &row.straight),
    );
    let mut givens = possible(
        stated(row.given_names > 0, GivenLevel::ALL),
        |level| line(&tables.given, level as usize),
        |level| stranger_given(level, &row.straight),
    );
    let births = possible(
        stated(row.date_of_birth, BirthLevel::ALL),
        |level| line(&tables.birth, level as usize),
        |_| None,
    );
    let addresses = possible(
        AddressLevel::ALL,
        |level| line(&tables.address, level as usize),
        |_| None,
    );
    if !row.surname_on_file {
        let borne = |level| matches!(level, SurnameLevel::Exact | SurnameLevel::Part);
        surnames.retain(|surname| !borne(surname.level));
    }
    if !row.given_on_file {
        givens.retain(|given| given.level != GivenLevel::Exact);
    }
    let mut unseen = Unseen {
        unread: NOTHING,
        unfound: NOTHING,
    };
    let people = log2_integer(people);
    for surname in &surnames {
        for given in &givens {
            for birth in &births {
                for address in &addresses {
                    let levels = Unfound {
                        surname: surname.level,
                        given: given.level,
                        birth: birth.level,
                        address: address.level,
                    };
                    let person = surname.person + given.person + birth.person + address.person;
                    let stranger =
                        surname.stranger + given.stranger + birth.stranger + address.stranger;
                    unseen.take(levels, person - stranger, people + stranger, unread);
                }
            }
        }
    }
    unseen.plus(prior(1) - people + greatest_rest(row))
}

/// The weight of nobody.
const NOTHING: Millibits = -1_000_000;

impl Unseen {
    /// Counts a combination of levels with its weight and the number of people expected of it.
    fn take(
        &mut self,
        levels: Unfound,
        weight: Millibits,
        expected: Millibits,
        unread: &[UnreadBlock],
    ) {
        let most = weight + expected.max(0) + UNSEEN_RIVALS;
        if unread.is_empty() && most <= self.unfound {
            return;
        }
        match levels.count(unread, expected) {
            Some((count, Found::Unread)) => self.unread = self.unread.max(weight + count),
            Some((count, Found::Nowhere)) => self.unfound = self.unfound.max(weight + count),
            None => {}
        }
    }

    fn plus(self, base: Millibits) -> Self {
        Self {
            unread: self.unread + base,
            unfound: self.unfound + base,
        }
    }
}

/// The levels possible where the row states the field or not; the last level is `Missing`.
fn stated<L>(is_stated: bool, all: &'static [L]) -> &'static [L] {
    if is_stated {
        all
    } else {
        all.last().map_or(&[], std::slice::from_ref)
    }
}

/// The greatest weight of the fields that no key depends on.
fn greatest_rest(row: &RowFacts) -> Millibits {
    let tables = tables();
    let greatest = |table: &[Logs]| {
        table
            .iter()
            .map(|logs| logs.person - logs.stranger)
            .max()
            .unwrap_or(0)
            .max(0)
    };
    let mut sum = greatest(&tables.arrangement);
    if row.given_names > 1 {
        sum += greatest(&tables.middle);
    }
    if row.suffix {
        sum += greatest(&tables.suffix);
    }
    sum
}
