//! What a row states, and what the register knows of its names.
//!
//! Place in the flow: the first thing gather asks; keys, bounds and weights depend on it.
//!
//! Left to others: what the facts weigh (score), names a slip away themselves (query_keys).

use standard::name::StandardName;

use crate::{
    candidates::{Candidates, NameField, NameShare},
    compare::Bearing,
    query::Query,
    query_keys::{ExchangedNames, Slips},
    score::name_classes,
    transcript::RowFacts,
};

/// The facts, and how the row's given name is borne.
pub(crate) fn facts_of(query: &Query, register: &dyn Candidates) -> (RowFacts, Bearing) {
    let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    let name = query.name();
    let people = register.people();
    let share = |field| move |token: &String| register.share(field, token);
    // Exchanged names are compared as they stand, never with slips.
    let borne = |field| move |token: &String| register.borne(field, token);
    let given = name.given.first().map(share(NameField::Given));
    let surnames: Vec<_> = name
        .surnames
        .iter()
        .map(share(NameField::Surname))
        .collect();
    let exchanged_given = name.surnames.first().map(borne(NameField::Given));
    let exchanged_surnames: Vec<_> = name.given.iter().map(borne(NameField::Surname)).collect();
    let bearers = given.map_or(0, |share| share.same);
    let is_given = |share: NameShare| share.same > 0 || share.forms > 0;
    let any_borne = |shares: &[NameShare]| shares.iter().any(|share| share.same > 0);
    let facts = RowFacts {
        given_names: small(name.given.len()),
        later_written_out: small(name.given.iter().skip(1).filter(|n| n.len() > 1).count()),
        surnames: small(name.surnames.len()),
        given_on_file: bearers > 0,
        surname_on_file: any_borne(&surnames),
        exchanged_on_file: exchanged_given.is_some_and(is_given) && any_borne(&exchanged_surnames),
        suffix: name.suffix.is_some(),
        date_of_birth: query.date_of_birth().is_some(),
        tin: query.tin().is_some(),
        addresses: small(query.addresses().len()),
        straight: name_classes(given, &surnames, people),
        exchanged: name_classes(exchanged_given, &exchanged_surnames, people),
    };
    (facts, Bearing::of(bearers, people))
}

/// Whether the row is looked up with given names and surnames exchanged.
pub(crate) fn exchanged_names(row: &RowFacts) -> ExchangedNames {
    if row.exchanged_on_file {
        ExchangedNames::LookedFor
    } else {
        ExchangedNames::BorneByNobody
    }
}

/// Names on file a slip away from the row's.
pub(crate) fn slips_of<'r>(name: &StandardName, register: &'r dyn Candidates) -> Slips<'r> {
    let of = |field, token: &String| register.slips(field, token);
    let given = name.given.first();
    let surnames = name.surnames.iter();
    Slips {
        given: given
            .map(|token| of(NameField::Given, token))
            .unwrap_or_default(),
        surnames: surnames
            .flat_map(|token| of(NameField::Surname, token))
            .collect(),
    }
}
