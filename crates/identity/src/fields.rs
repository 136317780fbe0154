//! The greatest that each field of a row can add, for each class of agreement that keys tell apart.
//!
//! Place in the flow: unseen and bound go through the classes with these, instead of through all
//! levels.
//!
//! Left to others: which classes a record may be in (agreement), weights of levels (score).

use std::sync::OnceLock;

use crate::{
    agreement::{
        AddressClass, Agreement, BirthClass, GivenClass, SurnameClass, address_class, birth_class,
        given_class, surname_class,
    },
    level::{AddressLevel, Arrangement, BirthLevel, GivenLevel, MiddleLevel, SurnameLevel},
    scale::Millibits,
    score::{Logs, line, stranger_given, stranger_surname, tables},
    transcript::RowFacts,
};

/// The greatest a field can add within one class of its levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Greatest {
    /// log2 of the likelihood for the person over that for a stranger.
    pub(crate) weight: Millibits,
    /// log2 of the likelihood for the person.
    pub(crate) person: Millibits,
}

/// The classes of a field that a record may be in, each with the greatest of its levels.
fn greatest<L: Copy, C: Copy + PartialEq>(
    levels: &[L],
    table: &[Logs],
    number: impl Fn(L) -> usize,
    stranger: impl Fn(L) -> Option<Millibits>,
    class: impl Fn(L) -> C,
) -> Vec<(C, Greatest)> {
    let mut classes: Vec<(C, Greatest)> = Vec::with_capacity(5);
    for level in levels {
        let logs = line(table, number(*level));
        let this = Greatest {
            weight: logs.weight(stranger(*level)),
            person: logs.person,
        };
        let class = class(*level);
        match classes.iter_mut().find(|(other, _)| *other == class) {
            Some((_, most)) => {
                most.weight = most.weight.max(this.weight);
                most.person = most.person.max(this.person);
            }
            None => classes.push((class, this)),
        }
    }
    classes
}

/// A combination of classes of names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameCombination {
    /// Beside no birth date and no address.
    pub(crate) agreement: Agreement,
    /// Of both names.
    pub(crate) names: Greatest,
    /// Of the surname alone; 0 where names are exchanged.
    pub(crate) surname: Millibits,
}

/// The classes that a record may be in beside a row, with what each adds at most: worked out once a row.
#[derive(Debug, Clone)]
pub struct RowClasses {
    pub(crate) row: RowFacts,
    pub(crate) names: Vec<NameCombination>,
    pub(crate) births: Vec<(BirthClass, Greatest)>,
}

impl RowClasses {
    /// Of a row.
    #[must_use]
    pub fn of(row: &RowFacts) -> Self {
        let with = |arrangement, surname, given| Agreement {
            arrangement,
            surname,
            given,
            birth: BirthClass::Other,
            address: AddressClass::Other,
        };
        let mut names = Vec::with_capacity(10);
        let givens = givens(row);
        for (surname, a) in surnames(row) {
            for (given, b) in &givens {
                names.push(NameCombination {
                    agreement: with(Arrangement::Straight, surname, *given),
                    names: Greatest {
                        weight: a.weight + b.weight,
                        person: a.person + b.person,
                    },
                    surname: a.weight,
                });
            }
        }
        let (surname, given) = (SurnameClass::Sound, GivenClass::Form);
        names.extend(exchanged_names(row).map(|names| NameCombination {
            agreement: with(Arrangement::Exchanged, surname, given),
            names,
            surname: 0,
        }));
        // The first that a record may be in is then mostly the heaviest.
        names.sort_by_key(|combination| std::cmp::Reverse(combination.names.weight));
        Self {
            row: *row,
            names,
            births: births(row),
        }
    }
}

fn surnames(row: &RowFacts) -> Vec<(SurnameClass, Greatest)> {
    let borne = |level| matches!(level, SurnameLevel::Exact | SurnameLevel::Part);
    let mut levels = stated(row.surnames > 0, SurnameLevel::ALL).to_vec();
    levels.retain(|level| row.surname_on_file || !borne(*level));
    greatest(
        &levels,
        &tables().surname,
        |level| level as usize,
        |level| stranger_surname(level, &row.straight),
        surname_class,
    )
}

fn givens(row: &RowFacts) -> Vec<(GivenClass, Greatest)> {
    let mut levels = stated(row.given_names > 0, GivenLevel::ALL).to_vec();
    levels.retain(|level| row.given_on_file || *level != GivenLevel::Exact);
    greatest(
        &levels,
        &tables().given,
        |level| level as usize,
        |level| stranger_given(level, &row.straight),
        given_class,
    )
}

/// Given names and surnames exchanged: then both are borne, the surname whole or in part and the given
/// name in some form. `None` where nobody on file bears them so.
fn exchanged_names(row: &RowFacts) -> Option<Greatest> {
    if !row.exchanged_on_file {
        return None;
    }
    let greatest = |each: [(Logs, Option<Millibits>); 2]| Greatest {
        weight: each
            .map(|(logs, own)| logs.weight(own))
            .into_iter()
            .max()
            .unwrap_or(0),
        person: each
            .map(|(logs, _)| logs.person)
            .into_iter()
            .max()
            .unwrap_or(0),
    };
    let surname = greatest([SurnameLevel::Exact, SurnameLevel::Part].map(|level| {
        let logs = line(&tables().surname, level as usize);
        (logs, stranger_surname(level, &row.exchanged))
    }));
    let given = greatest([GivenLevel::Exact, GivenLevel::Nickname].map(|level| {
        let logs = line(&tables().given, level as usize);
        (logs, stranger_given(level, &row.exchanged))
    }));
    Some(Greatest {
        weight: surname.weight + given.weight,
        person: surname.person + given.person,
    })
}

fn births(row: &RowFacts) -> Vec<(BirthClass, Greatest)> {
    greatest(
        stated(row.date_of_birth, BirthLevel::ALL),
        &tables().birth,
        |level| level as usize,
        |_| None,
        birth_class,
    )
}

/// Classes of addresses, heaviest first.
pub(crate) fn addresses() -> &'static [(AddressClass, Greatest)] {
    static ADDRESSES: OnceLock<Vec<(AddressClass, Greatest)>> = OnceLock::new();
    ADDRESSES.get_or_init(|| {
        let mut classes = greatest(
            AddressLevel::ALL,
            &tables().address,
            |level| level as usize,
            |_| None,
            address_class,
        );
        classes.sort_by_key(|(_, most)| std::cmp::Reverse(most.weight));
        classes
    })
}

/// The levels possible where the row states the field or not; the last level is `Missing`.
pub(crate) fn stated<L>(is_stated: bool, all: &'static [L]) -> &'static [L] {
    if is_stated {
        all
    } else {
        all.last().map_or(&[], std::slice::from_ref)
    }
}

/// The greatest weight of a table's levels.
pub(crate) fn greatest_of(table: &[Logs]) -> Millibits {
    let weights = table.iter().map(|logs| logs.weight(None));
    weights.max().unwrap_or(0).max(0)
}

/// The greatest weight of later given names, of which a row has some where it has this many.
pub(crate) fn greatest_middle(names: u8) -> Millibits {
    if names > 1 {
        greatest_of(&tables().middle)
    } else {
        0
    }
}

/// The greatest weight of a row's later given names as written: an initial cannot agree in more than
/// the initial.
pub(crate) fn greatest_later(row: &RowFacts) -> Millibits {
    let middle = &tables().middle;
    match middle.get(MiddleLevel::Initial as usize..) {
        Some(initial) if row.later_written_out == 0 && row.given_names > 1 => greatest_of(initial),
        _ => greatest_middle(row.given_names),
    }
}

/// The greatest weight of the suffix.
pub(crate) fn greatest_suffix(row: &RowFacts) -> Millibits {
    if row.suffix {
        greatest_of(&tables().suffix)
    } else {
        0
    }
}
