//! What a row is looked up under: in several searches, each only where those before it leave room for
//! somebody who matters.
//!
//! Place in the flow: gather asks for the keys of one search after the other. Keys are those of a
//! record with the row's values (blocking), also with given names and surnames exchanged, with month and
//! day of birth exchanged, and with names a slip away.
//!
//! Left to others: how far to search (gather), what the keys of a search imply (agreement).

use model::time::Date;
use standard::name::canonical_given;

use crate::{
    blocking::{AddressKeys, BirthText, BlockKey, KeyKind, NameKeys, Prints, Refinement},
    kinds::{Route, Search},
    phonetic::{Sound, sound_code},
    query::Query,
};

/// Names on file a slip away from those of a row.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Slips<'r> {
    /// From its first given name.
    pub given: Vec<&'r str>,
    /// From each of its surnames.
    pub surnames: Vec<&'r str>,
}

/// Whether a row is looked up with given names and surnames exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangedNames {
    /// It is.
    LookedFor,
    /// Nobody on file bears them so.
    BorneByNobody,
}

/// The keys of one row.
pub struct QueryKeys<'q> {
    addresses: Vec<AddressKeys>,
    births: Vec<BirthText>,
    query: &'q Query,
    name: NameKeys<'q>,
    exchanged: Option<NameKeys<'q>>,
}

/// The day with month and day exchanged, where that is a date.
fn exchanged_date(date: Date) -> Option<Date> {
    Date::new(date.year(), date.day(), date.month()).ok()
}

impl<'q> QueryKeys<'q> {
    /// Of a row.
    #[must_use]
    pub fn new(query: &'q Query, exchanged: ExchangedNames) -> Self {
        let name = query.name();
        let dates = [
            query.date_of_birth(),
            query.date_of_birth().and_then(exchanged_date),
        ];
        let mut births: Vec<BirthText> = dates.into_iter().flatten().map(BirthText::of).collect();
        births.dedup();
        Self {
            addresses: AddressKeys::all(query.addresses()),
            births,
            query,
            name: NameKeys::of(&name.given, &name.surnames),
            exchanged: (exchanged == ExchangedNames::LookedFor)
                .then(|| NameKeys::of(&name.surnames, &name.given)),
        }
    }

    /// The keys that no search before this one looks up. Slips are asked for where they are looked up.
    #[must_use]
    pub fn first_in<'s>(
        &self,
        search: Search,
        slips: impl FnOnce() -> &'s Slips<'s>,
    ) -> Vec<BlockKey> {
        match search {
            Search::Addresses => self.own(|prints, _| {
                prints.of_tin(self.query.tin());
                prints.of_addresses();
            }),
            Search::Parts => {
                let mut keys = self.own(|prints, name| {
                    prints.of_births();
                    prints.of_name_parts(name);
                });
                keys.extend(self.exchanged(|prints, name| prints.of_name_parts(name)));
                keys
            }
            Search::Names => {
                let mut keys = self.own(|prints, name| prints.of_whole_name(name));
                keys.extend(self.exchanged(|prints, name| prints.of_whole_name(name)));
                keys
            }
            Search::Slips => self.of_whole_slips(slips()),
            Search::SlipParts => self.of_slip_parts(slips()),
        }
    }

    /// The keys of all searches.
    #[must_use]
    pub fn all(&self, slips: &Slips<'_>) -> Vec<BlockKey> {
        let searches = Search::ALL.into_iter();
        let keys = searches.flat_map(|search| self.first_in(search, || slips));
        keys.collect()
    }

    fn prints(&self, capacity: usize) -> Prints<'_> {
        Prints::new(&self.addresses, &self.births, capacity)
    }

    /// Keys of the names as they stand.
    fn own(&self, collect: impl FnOnce(&mut Prints<'_>, &NameKeys<'q>)) -> Vec<BlockKey> {
        let mut prints = self.prints(16);
        collect(&mut prints, &self.name);
        self.keys(Route::Own, &self.name, prints.finish())
    }

    /// Keys of the names exchanged, where they are looked for.
    fn exchanged(&self, collect: impl FnOnce(&mut Prints<'_>, &NameKeys<'q>)) -> Vec<BlockKey> {
        let Some(name) = &self.exchanged else {
            return Vec::new();
        };
        let mut prints = self.prints(16);
        collect(&mut prints, name);
        self.keys(Route::Exchanged, name, prints.finish())
    }

    fn keys(
        &self,
        route: Route,
        name: &NameKeys<'_>,
        prints: Vec<(KeyKind, u64)>,
    ) -> Vec<BlockKey> {
        let refinement = Refinement::with(name.given, self.query.date_of_birth());
        let key = |(kind, print)| refinement.key(kind, route, print);
        prints.into_iter().map(key).collect()
    }

    /// Given names a slip away. One that leads to the row's own key leads nowhere else.
    fn givens_near<'s>(&self, slips: &Slips<'s>) -> Vec<&'s str> {
        let mut givens: Vec<&str> = slips.given.iter().map(|s| canonical_given(s)).collect();
        givens.sort_unstable();
        givens.dedup();
        givens.retain(|given| Some(*given) != self.name.given);
        givens
    }

    /// Each given name a slip away beside the row's surnames, and each surname beside its given name.
    fn of_whole_slips(&self, slips: &Slips<'_>) -> Vec<BlockKey> {
        let mut prints = self.prints(64);
        for given in self.givens_near(slips) {
            for sound in &self.name.sounds {
                prints.of_both(given, *sound);
            }
        }
        let mut others: Vec<Sound> = slips.surnames.iter().map(|s| sound_code(s)).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|sound| !self.name.sounds.contains(sound));
        if let Some(given) = self.name.given {
            for sound in others {
                prints.of_both(given, sound);
            }
        }
        self.keys(Route::Slip, &self.name, prints.finish())
    }

    /// Each given name a slip away without a surname. A slip of the surname without a given name that
    /// agrees is not looked for: it weighs little, and unseen counts it.
    fn of_slip_parts(&self, slips: &Slips<'_>) -> Vec<BlockKey> {
        let mut prints = self.prints(64);
        for given in self.givens_near(slips) {
            prints.of_given(given);
        }
        self.keys(Route::Slip, &self.name, prints.finish())
    }
}

#[cfg(test)]
mod tests {
    use model::token::{Token, TokenKind};
    use standard::name::standard_name;

    use super::*;
    use crate::query::AddressTokens;

    #[test]
    fn keys_are_first_looked_up_in_the_search_of_their_kind_and_route() {
        let part = |kind| (kind, Token::new([7; 32]));
        let address = AddressTokens {
            parts: [
                TokenKind::Number,
                TokenKind::Street,
                TokenKind::Zip5,
                TokenKind::Zip3,
            ]
            .map(part)
            .to_vec(),
        };
        let query = Query::new(
            standard_name("Maria Elena", "Lopez Garcia", ""),
            Date::new(1984, 5, 7).ok(),
            Some(Token::new([3; 32])),
            vec![address],
        );
        let slips = Slips {
            given: vec!["MARTA"],
            surnames: vec!["LOPER"],
        };
        let keys = QueryKeys::new(&query, ExchangedNames::LookedFor);
        for search in Search::ALL {
            let keys = keys.first_in(search, || &slips);
            assert!(!keys.is_empty(), "{search:?}");
            for key in keys {
                assert_eq!(Search::first_for(key.kind, key.route), search, "{key:?}");
            }
        }
    }
}
