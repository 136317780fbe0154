//! Agreement as the blocking keys see it: classes of levels, and the kinds of key that a record
//! agreeing so has in common with the row for certain.
//!
//! Place in the flow: what makes it possible to bound the weight of a record that was never
//! compared: unseen bounds those that no key leads to, bound those that only some keys lead to.
//!
//! Left to others: weights of levels (score), keys (blocking).

use std::sync::OnceLock;

use crate::{
    blocking::KeyKind,
    candidates::{BlockPart, UnreadBlock},
    kinds::{ALL_KINDS, KindSet, Route, Search},
    level::{AddressLevel, Arrangement, BirthLevel, GivenLevel, SurnameLevel},
};

/// How far a record agrees: the first of each is the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agreement {
    pub(crate) arrangement: Arrangement,
    pub(crate) surname: SurnameClass,
    pub(crate) given: GivenClass,
    pub(crate) birth: BirthClass,
    pub(crate) address: AddressClass,
}

/// Surnames as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SurnameClass {
    /// Of one sound.
    Sound,
    /// A slip apart, of another sound.
    Slip,
    /// Neither.
    Other,
}

/// First given names as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenClass {
    /// Forms of one name.
    Form,
    /// A slip apart.
    Slip,
    /// Neither.
    Other,
}

/// Dates of birth as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BirthClass {
    /// The same, or month and day exchanged.
    Day,
    /// Of a year under which oversized blocks are read.
    Year,
    /// Neither.
    Other,
}

impl BirthClass {
    pub(crate) const ALL: [Self; 3] = [Self::Day, Self::Year, Self::Other];
}

/// Addresses as keys see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressClass {
    /// On file.
    OnFile,
    /// On file but for the last two digits of the ZIP.
    OtherZip,
    /// Of one ZIP.
    Zip,
    /// Of one ZIP3.
    Zip3,
    /// None of these.
    Other,
}

pub(crate) const fn surname_class(level: SurnameLevel) -> SurnameClass {
    use SurnameLevel as L;
    match level {
        L::Exact | L::Part | L::Alike | L::Sound => SurnameClass::Sound,
        L::Similar => SurnameClass::Slip,
        L::Different | L::Missing => SurnameClass::Other,
    }
}

pub(crate) const fn given_class(level: GivenLevel) -> GivenClass {
    use GivenLevel as L;
    match level {
        L::Exact | L::Nickname => GivenClass::Form,
        L::Misspelt | L::Similar => GivenClass::Slip,
        L::Later | L::Initial | L::Sound | L::Different | L::Missing => GivenClass::Other,
    }
}

pub(crate) const fn birth_class(level: BirthLevel) -> BirthClass {
    use BirthLevel as L;
    match level {
        L::Exact | L::Exchanged => BirthClass::Day,
        L::DaySlip | L::YearSlip | L::GenerationSlip | L::SameYear | L::Near => BirthClass::Year,
        L::Different | L::Missing => BirthClass::Other,
    }
}

pub(crate) const fn address_class(level: AddressLevel) -> AddressClass {
    use AddressLevel as L;
    match level {
        L::OnFileUnit | L::OnFile | L::OnFileOtherUnit => AddressClass::OnFile,
        L::OtherZip => AddressClass::OtherZip,
        L::Near | L::Zip5 => AddressClass::Zip,
        L::Zip3 => AddressClass::Zip3,
        L::Different => AddressClass::Other,
    }
}

impl Agreement {
    /// All of them, in the order of [`Self::place`].
    fn all() -> Vec<Self> {
        use {AddressClass as A, GivenClass as G, SurnameClass as S};
        let mut all = Vec::with_capacity(270);
        for arrangement in [Arrangement::Straight, Arrangement::Exchanged] {
            for surname in [S::Sound, S::Slip, S::Other] {
                for given in [G::Form, G::Slip, G::Other] {
                    for birth in BirthClass::ALL {
                        for address in [A::OnFile, A::OtherZip, A::Zip, A::Zip3, A::Other] {
                            all.push(Self {
                                arrangement,
                                surname,
                                given,
                                birth,
                                address,
                            });
                        }
                    }
                }
            }
        }
        all
    }

    const fn place(self) -> usize {
        let names = (self.arrangement as usize * 3 + self.surname as usize) * 3;
        ((names + self.given as usize) * 3 + self.birth as usize) * 5 + self.address as usize
    }

    /// The kinds of key that a record agreeing so has in common with the row, for certain, of those that
    /// were searched. Queries are looked up with given names a slip away, with surnames a slip away
    /// beside the given name, and with month and day exchanged.
    pub(crate) fn kinds(self, search: Search) -> KindSet {
        self.kinds_among(Self::kinds_of_all(search))
    }

    /// The same, from the kinds of all agreements.
    pub(crate) fn kinds_among(self, all: &[KindSet]) -> KindSet {
        all.get(self.place()).copied().unwrap_or_default()
    }

    /// The kinds of all agreements that were searched, each at its place.
    pub(crate) fn kinds_of_all(search: Search) -> &'static [KindSet] {
        static KINDS: OnceLock<[Vec<KindSet>; Search::ALL.len()]> = OnceLock::new();
        let kinds = KINDS.get_or_init(|| {
            Search::ALL.map(|search| {
                let all = Self::all().into_iter();
                all.map(|agreement| agreement.all_kinds().searched(search))
                    .collect()
            })
        });
        kinds.get(search as usize).map_or(&[], Vec::as_slice)
    }

    fn all_kinds(self) -> KindSet {
        let routed = |kind| Some((kind, self.route(kind)?));
        ALL_KINDS.into_iter().filter_map(routed).collect()
    }

    /// By which route the row comes to a key of this kind that the record has; `None` where it may
    /// come to none.
    fn route(self, kind: KeyKind) -> Option<Route> {
        let as_named = match self.arrangement {
            Arrangement::Straight => Route::Own,
            Arrangement::Exchanged => Route::Exchanged,
        };
        let surname = match self.surname {
            SurnameClass::Sound => Some(as_named),
            SurnameClass::Slip => Some(Route::Slip),
            SurnameClass::Other => None,
        };
        let given = match self.given {
            GivenClass::Form => Some(as_named),
            GivenClass::Slip => Some(Route::Slip),
            GivenClass::Other => None,
        };
        let birth = self.birth == BirthClass::Day;
        let zip = matches!(self.address, AddressClass::OnFile | AddressClass::Zip);
        let own = |holds: bool| holds.then_some(Route::Own);
        match kind {
            KeyKind::Tin => None,
            KeyKind::Address => own(matches!(
                self.address,
                AddressClass::OnFile | AddressClass::OtherZip
            )),
            KeyKind::SurnameZip => surname.filter(|route| zip && *route != Route::Slip),
            KeyKind::GivenZip => given.filter(|_| zip),
            KeyKind::BirthZip => own(birth && self.address != AddressClass::Other),
            KeyKind::GivenBirth => given.filter(|_| birth),
            KeyKind::SurnameBirth => surname.filter(|route| birth && *route != Route::Slip),
            // A slip is looked up beside the other name as it stands.
            KeyKind::Name => match (surname?, given?) {
                (Route::Slip, Route::Slip) => None,
                (surname, given) => Some(surname.max(given)),
            },
        }
    }

    /// Whether it stands in the part of an oversized block of a kind that was read. Keys made of names
    /// are refined by the initial they were made with, the others by that of the row as it stands.
    fn was_read(self, kind: KeyKind, part: BlockPart) -> bool {
        let year = self.birth != BirthClass::Other;
        let as_it_stands =
            self.arrangement == Arrangement::Straight || self.route(kind) == Some(Route::Exchanged);
        let initial = self.given == GivenClass::Form && as_it_stands;
        match part {
            BlockPart::Nothing => false,
            BlockPart::BirthYear => year,
            BlockPart::Initial => initial,
            BlockPart::BirthYearAndInitial => year || initial,
        }
    }

    /// How many records of the row's blocks of a kind were left unread, this one perhaps among them.
    pub(crate) fn left_of(self, kind: KeyKind, unread: &[UnreadBlock]) -> u64 {
        let blocks = unread.iter().filter(|block| block.kind == kind);
        blocks
            .filter(|block| !self.was_read(kind, block.read))
            .fold(0_u64, |sum, block| sum.saturating_add(block.size))
    }

    /// Whether a record agreeing so may have been found under these kinds of key and no others:
    /// every other kind that it has for certain may have it in an unread block.
    pub(crate) fn may_be_found_under(
        self,
        kinds: KindSet,
        search: Search,
        unread: &[UnreadBlock],
    ) -> bool {
        let missed = self.kinds(search).without(kinds);
        ALL_KINDS
            .into_iter()
            .filter(|kind| missed.has(*kind))
            .all(|kind| self.left_of(kind, unread) > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_agreement_has_a_place_of_its_own() {
        let all = Agreement::all();
        assert_eq!(all.len(), 270);
        for (place, agreement) in all.iter().enumerate() {
            assert_eq!(agreement.place(), place);
            for kind in ALL_KINDS {
                let kinds = agreement.kinds(Search::SlipParts);
                assert_eq!(kinds.has(kind), agreement.route(kind).is_some());
            }
        }
    }
}
