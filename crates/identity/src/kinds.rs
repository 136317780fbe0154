//! Sets of kinds of blocking key, and by which route a query came to them.
//!
//! Place in the flow: the register tells of each record it finds under which kinds of key it found
//! it; bound draws from the kinds that are not among them how little the record can agree.
//!
//! Left to others: what a kind is made of (blocking).

use serde::{Deserialize, Serialize};

use crate::blocking::{BlockKey, KeyKind};

/// All kinds, in the order of their numbers.
pub const ALL_KINDS: [KeyKind; 8] = [
    KeyKind::Tin,
    KeyKind::Address,
    KeyKind::SurnameZip,
    KeyKind::GivenZip,
    KeyKind::BirthZip,
    KeyKind::GivenBirth,
    KeyKind::SurnameBirth,
    KeyKind::Name,
];

/// How a query came to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// With its names as they stand.
    Own,
    /// With a name on file that is a slip away from one of its own.
    Slip,
    /// With given names and surnames exchanged.
    Exchanged,
}

/// How far a row was searched for: each looks for all that those before it look for. Small blocks first:
/// most rows need no others.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Search {
    /// At the row's addresses and under its TIN: whoever may be named is among these.
    Addresses,
    /// Also by part of the name with the birth date or the ZIP, and by birth date and ZIP.
    Parts,
    /// Also by given name and surname alone.
    Names,
    /// Also by given name and surname of which one is on file a slip away from the row's.
    Slips,
    /// Also by given names a slip away with the birth date or the ZIP.
    #[default]
    SlipParts,
}

impl Search {
    /// All, in order.
    pub const ALL: [Self; 5] = [
        Self::Addresses,
        Self::Parts,
        Self::Names,
        Self::Slips,
        Self::SlipParts,
    ];

    /// The search in which keys of a kind are first looked up by a route.
    #[must_use]
    pub const fn first_for(kind: KeyKind, route: Route) -> Self {
        match (kind, route) {
            (KeyKind::Tin | KeyKind::Address, _) => Self::Addresses,
            (KeyKind::Name, Route::Slip) => Self::Slips,
            (KeyKind::Name, _) => Self::Names,
            (_, Route::Slip) => Self::SlipParts,
            _ => Self::Parts,
        }
    }

    /// The next; `None` after the last.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Addresses => Some(Self::Parts),
            Self::Parts => Some(Self::Names),
            Self::Names => Some(Self::Slips),
            Self::Slips => Some(Self::SlipParts),
            Self::SlipParts => None,
        }
    }

    /// The kinds looked up by a route in this search or one before it, a bit each.
    fn kinds(self, route: Route) -> u32 {
        let kinds = ALL_KINDS.into_iter();
        let looked_up = kinds.filter(|kind| Self::first_for(*kind, route) <= self);
        looked_up.fold(0, |bits, kind| bits | 1 << kind as u32)
    }
}

/// Kinds of key with the routes to each. What is reached by the row's own names counts as reached by
/// a slip too: the lesser claim. Written as three lists.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(from = "KindLists", into = "KindLists")]
pub struct KindSet(u32);

/// A set as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindLists {
    own: Vec<KeyKind>,
    slip: Vec<KeyKind>,
    exchanged: Vec<KeyKind>,
}

impl KindSet {
    /// Every kind by every route.
    pub const ALL: Self = Self(0xff_ffff);

    /// With one more kind.
    #[must_use]
    pub const fn with(self, kind: KeyKind, route: Route) -> Self {
        let routes = match route {
            Route::Own => 0x101,
            Route::Slip => 0x100,
            Route::Exchanged => 0x1_0000,
        };
        Self(self.0 | routes << kind as u32)
    }

    /// Whether a kind is among them, by whatever route.
    #[must_use]
    pub const fn has(self, kind: KeyKind) -> bool {
        self.0 & 0x1_0101 << kind as u32 != 0
    }

    /// Those of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that a search so far looks for: by a slip only what it finds anyway, until it looks for slips.
    #[must_use]
    pub fn searched(self, search: Search) -> Self {
        let own = self.0 & search.kinds(Route::Own);
        // What is reached by the row's own names counts as reached by a slip too.
        let slip = self.0 & (own | search.kinds(Route::Slip)) << 8;
        let exchanged = self.0 & search.kinds(Route::Exchanged) << 16;
        Self(own | slip | exchanged)
    }

    /// Whether all of these are among others, by as good a route.
    #[must_use]
    pub const fn is_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Those of these that are not among others by as good a route.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// The set as a number.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The kinds, by whatever route.
    pub fn kinds(self) -> impl Iterator<Item = KeyKind> {
        ALL_KINDS.into_iter().filter(move |kind| self.has(*kind))
    }
}

/// The kinds of those keys of a record that a query is looked up under.
#[must_use]
pub fn shared_kinds(record: &[BlockKey], query: &[BlockKey]) -> KindSet {
    record
        .iter()
        .flat_map(|key| {
            let shared = query
                .iter()
                .filter(|other| other.fingerprint == key.fingerprint);
            shared.map(|other| (key.kind, other.route))
        })
        .collect()
}

impl From<KindLists> for KindSet {
    fn from(lists: KindLists) -> Self {
        let routed = |kinds: Vec<KeyKind>, route| kinds.into_iter().map(move |kind| (kind, route));
        let own = routed(lists.own, Route::Own);
        let slip = routed(lists.slip, Route::Slip);
        let exchanged = routed(lists.exchanged, Route::Exchanged);
        own.chain(slip).chain(exchanged).collect()
    }
}

impl FromIterator<(KeyKind, Route)> for KindSet {
    fn from_iter<I: IntoIterator<Item = (KeyKind, Route)>>(kinds: I) -> Self {
        let kinds = kinds.into_iter();
        kinds.fold(Self::default(), |set, (kind, route)| set.with(kind, route))
    }
}

impl From<KindSet> for KindLists {
    fn from(set: KindSet) -> Self {
        let is_own = |kind: &KeyKind| set.0 & 1 << *kind as u32 != 0;
        let of = |routes: u32| {
            let has = move |kind: &KeyKind| set.0 & routes << *kind as u32 != 0;
            ALL_KINDS.into_iter().filter(has)
        };
        Self {
            own: of(1).collect(),
            slip: of(0x100).filter(|kind| !is_own(kind)).collect(),
            exchanged: of(0x1_0000).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_written_and_read() {
        for number in (0..6_u32.pow(8)).step_by(101) {
            let kinds = ALL_KINDS.into_iter().enumerate();
            let routes = kinds.flat_map(|(place, kind)| {
                let routes: &[Route] = match number / 6_u32.pow(place as u32) % 6 {
                    0 => &[],
                    1 => &[Route::Slip],
                    2 => &[Route::Own],
                    3 => &[Route::Exchanged],
                    4 => &[Route::Exchanged, Route::Slip],
                    _ => &[Route::Exchanged, Route::Own],
                };
                routes.iter().map(move |route| (kind, *route))
            });
            let set: KindSet = routes.collect();
            let text = serde_json::to_string(&set).unwrap();
            assert_eq!(serde_json::from_str::<KindSet>(&text).unwrap(), set);
        }
    }

    #[test]
    fn a_search_looks_for_what_its_keys_are_of() {
        use Route::{Exchanged, Own, Slip};
        for search in Search::ALL {
            for kind in ALL_KINDS {
                for route in [Own, Exchanged] {
                    let set = KindSet::default().with(kind, route);
                    let is_looked_for = Search::first_for(kind, route) <= search;
                    let expected = if is_looked_for {
                        set
                    } else {
                        KindSet::default()
                    };
                    assert_eq!(
                        set.searched(search),
                        expected,
                        "{kind:?} {route:?} {search:?}"
                    );
                }
                let slip = KindSet::default().with(kind, Slip);
                let is_empty = slip.searched(search) == KindSet::default();
                let is_of_names = !matches!(kind, KeyKind::Tin | KeyKind::Address);
                let is_looked_for = Search::first_for(kind, Slip) <= search;
                assert!(
                    is_empty != is_looked_for || !is_of_names,
                    "{kind:?} {search:?}"
                );
            }
        }
    }

    #[test]
    fn own_names_are_the_better_route() {
        let own = KindSet::default().with(KeyKind::Name, Route::Own);
        let slip = KindSet::default().with(KeyKind::Name, Route::Slip);
        assert!(slip.is_within(own) && !own.is_within(slip));
        assert!(own.has(KeyKind::Name) && slip.has(KeyKind::Name));
        assert!(!own.has(KeyKind::Tin));
        assert!(own.without(slip).has(KeyKind::Name));
        assert_eq!(slip.without(own), KindSet::default());
        let text = serde_json::to_string(&own).unwrap();
        assert_eq!(text, r#"{"own":["name"],"slip":[],"exchanged":[]}"#);
    }
}
