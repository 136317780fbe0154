//! How the members of a family are named.
//!
//! Place in the flow: called as each member is born into a family or marries into it.
//!
//! Left to others: the tables of names; how a record or row garbles them.

use super::{
    person::{FormerSurname, Person, Suffix},
    world::World,
};
use crate::{
    dice::Dice,
    tables::{Group, names::Sex},
};

/// The surname customs of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Custom {
    /// One surname.
    One,
    /// Father's and mother's, in that order.
    Two,
    /// The same, joined by a hyphen.
    TwoHyphenated,
}

impl Custom {
    pub(super) fn draw(world: &World, group: Group, dice: &mut Dice) -> Self {
        if group != Group::Hispanic || !dice.happens(world.rates.two_surnames) {
            Self::One
        } else if dice.happens(world.rates.two_surnames_hyphenated) {
            Self::TwoHyphenated
        } else {
            Self::Two
        }
    }

    /// Two families' surnames as a child bears them.
    pub(super) fn join(self, father: &str, mother: &str) -> String {
        let (father, mother) = (first_surname(father), first_surname(mother));
        match self {
            Self::One => father.to_owned(),
            Self::Two => format!("{father} {mother}"),
            Self::TwoHyphenated => format!("{father}-{mother}"),
        }
    }

    /// The surnames of somebody whose parents are not in the family.
    pub(super) fn surnames(self, world: &World, group: Group, dice: &mut Dice) -> String {
        let first = world.names.surname(group, dice);
        match self {
            Self::One => first,
            _ => self.join(&first, &world.names.surname(group, dice)),
        }
    }
}

/// The first of one or two surnames.
pub(super) fn first_surname(surnames: &str) -> &str {
    surnames.split([' ', '-']).next().unwrap_or(surnames)
}

/// A given name that none of `taken` has, as far as twenty draws can tell.
pub(super) fn given(
    world: &World,
    (group, sex, birth_year): (Group, Sex, i32),
    taken: &[Person],
    dice: &mut Dice,
) -> String {
    let mut name = "";
    for _ in 0..20 {
        name = world.names.given(group, sex, birth_year, dice);
        if !taken.iter().any(|other| other.given == name) {
            break;
        }
    }
    name.to_owned()
}

/// A given name that sounds like `twin`'s: the same first two letters where forty draws find one.
pub(super) fn like_given(
    world: &World,
    twin: &Person,
    sex: Sex,
    birth_year: i32,
    dice: &mut Dice,
) -> String {
    let mut name = "";
    for _ in 0..40 {
        name = world.names.given(twin.group, sex, birth_year, dice);
        if name != twin.given && name.get(..2) == twin.given.get(..2) {
            break;
        }
    }
    if name == twin.given {
        format!("{name}A")
    } else {
        name.to_owned()
    }
}

/// A middle name, an initial, or nothing.
pub(super) fn middle(
    world: &World,
    group: Group,
    sex: Sex,
    birth_year: i32,
    dice: &mut Dice,
) -> String {
    let roll = dice.below(1_000_000);
    let full = u64::from(world.rates.middle_name.per_million());
    let initial = u64::from(world.rates.middle_initial.per_million());
    if roll >= full + initial {
        return String::new();
    }
    let name = world.names.given(group, sex, birth_year, dice);
    let length = if roll < full { name.len() } else { 1 };
    name.get(..length).unwrap_or(name).to_owned()
}

/// Names a child after a parent of the same sex. Sons and their fathers get suffixes.
pub(super) fn name_after(world: &World, parent: &mut Person, child: &mut Person, dice: &mut Dice) {
    child.given.clone_from(&parent.given);
    if dice.happens(world.rates.same_middle_as_parent) {
        child.middle.clone_from(&parent.middle);
    }
    if child.sex == Sex::Male {
        child.suffix = Some(match parent.suffix {
            Some(Suffix::Junior | Suffix::Third) => Suffix::Third,
            _ => Suffix::Junior,
        });
        child.suffix_on_file = dice.happens(world.rates.suffix_of_son_on_file);
        if parent.suffix.is_none() {
            parent.suffix = Some(Suffix::Senior);
            parent.suffix_on_file = dice.happens(world.rates.suffix_of_father_on_file);
        }
    }
}

/// Gives `spouse` the surname of a marriage in `year` to somebody of `surnames`.
pub(super) fn marry(
    world: &World,
    custom: Custom,
    spouse: &mut Person,
    surnames: &str,
    year: i32,
    dice: &mut Dice,
) {
    if custom != Custom::One {
        return;
    }
    let roll = dice.below(1_000_000);
    let takes = u64::from(world.rates.surname_of_spouse.per_million());
    let joins = u64::from(world.rates.surname_hyphenated.per_million());
    let married = if roll < takes {
        surnames.to_owned()
    } else if roll < takes + joins {
        format!(
            "{}-{}",
            first_surname(&spouse.surnames),
            first_surname(surnames)
        )
    } else {
        return;
    };
    let former = std::mem::replace(&mut spouse.surnames, married);
    if year > world.first_year && former != spouse.surnames {
        spouse.former_surname = Some(FormerSurname {
            surnames: former,
            until_year: year,
        });
    }
}

/// Marks all who share first given name and first surname with another of the family.
pub(super) fn mark_namesakes(family: &mut [Person]) {
    for place in 0..family.len() {
        let Some((before, [person, after @ ..])) = family.split_at_mut_checked(place) else {
            break;
        };
        let alike = |other: &Person| {
            other.given == person.given
                && first_surname(&other.surnames) == first_surname(&person.surnames)
        };
        person.likeness.namesake = before.iter().any(alike) || after.iter().any(alike);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_join_by_custom() {
        for (custom, expected) in [
            (Custom::One, "GARCIA"),
            (Custom::Two, "GARCIA PEREZ"),
            (Custom::TwoHyphenated, "GARCIA-PEREZ"),
        ] {
            assert_eq!(custom.join("GARCIA LOPEZ", "PEREZ-RUIZ"), expected);
        }
    }
}
