//! How many people have a value that is like a request's: what a slip in a common value is worth.
//!
//! Place in the flow: found once for each distinct value of the requests, after reading. A place that many
//! people have is often misspelt too: a slip away from it says less than a slip away from a rare one
//! (LINKAGE.md section 5, point 4: frequencies that survive typos).
//!
//! Left to others: names, which have neighbours of their own (compare), what it is worth (model).

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    compare::value_level,
    form::{Dictionary, WordId},
    level::{CITY, EXTRA, FIELDS, Level, STATE, STREET},
    load::{Loaded, values_of},
};

/// Most pairs of distinct values that are compared in one field; beyond, every value counts alike.
const MOST_PAIRS: usize = 20_000_000;
/// Levels that depend on how common the values are that are like the row's.
pub const LEVELS: [Level; 2] = [Level::Slip, Level::Near];

/// For field and value, people with a value at each of [`LEVELS`] from it.
#[derive(Default)]
pub struct LikeValues(HashMap<(usize, WordId), [u64; 2]>);

impl LikeValues {
    /// Finds them for every value of the requests, in fields whose values are compared as words.
    #[must_use]
    pub fn of(loaded: &Loaded) -> Self {
        let fields = [STREET, CITY, STATE].into_iter().chain(EXTRA..FIELDS);
        let all = fields.flat_map(|field| in_field(loaded, field));
        Self(all.collect())
    }

    /// People with a value like this one, at each of [`LEVELS`]; `None` where nobody counted.
    #[must_use]
    pub fn of_value(&self, field: usize, id: WordId) -> Option<[u64; 2]> {
        self.0.get(&(field, id)).copied()
    }
}

fn in_field(loaded: &Loaded, field: usize) -> Vec<((usize, WordId), [u64; 2])> {
    let distinct = |forms: &mut dyn Iterator<Item = &super::form::Form>| {
        let mut ids: Vec<WordId> = forms
            .flat_map(|form| values_of(form).filter(|(of, id)| *of == field && *id != 0))
            .map(|(_, id)| id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let asked = distinct(&mut loaded.requests.iter().map(|request| &request.form));
    let on_file = distinct(&mut loaded.people.iter());
    if asked.len().saturating_mul(on_file.len()) > MOST_PAIRS {
        return Vec::new();
    }
    let values = &loaded.words.values;
    let like = |id: WordId| {
        let sums = counted(values, id, &on_file, |other| {
            loaded.counts.of_value(field, other)
        });
        ((field, id), sums)
    };
    asked.into_par_iter().map(like).collect()
}

fn counted(
    values: &Dictionary,
    id: WordId,
    on_file: &[WordId],
    people: impl Fn(WordId) -> u64,
) -> [u64; 2] {
    let mut sums = [0_u64; 2];
    for other in on_file {
        let level = value_level(values, id, *other);
        for (sum, of) in sums.iter_mut().zip(LEVELS) {
            if level == of {
                *sum = sum.saturating_add(people(*other));
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_by_level() {
        let mut values = Dictionary::default();
        let ids = ["LONDON", "LONDN", "LNODON", "LEEDS", "LONDONS"].map(|text| values.id(text));
        let people = |id: WordId| u64::from(id) * 10;
        let [london, londn, lnodon, leeds, londons] = ids;
        let slips = people(londn) + people(lnodon) + people(londons);
        assert_eq!(counted(&values, london, &ids, people), [slips, 0]);
        assert_eq!(counted(&values, leeds, &ids, people), [0, 0]);
    }
}
