//! How families are put together: couples, children at home and away, one parent, three
//! generations, flatmates, grown siblings.
//!
//! Place in the flow: [`make`] is called once for each family with its own dice.
//!
//! Left to others: names (naming), homes and returns (life).

use super::{
    life::{self, date},
    naming::{self, Custom},
    person::{FamilyNumber, Likeness, Person, Presence, Stay},
    world::World,
};
use crate::{
    dice::{Cumulative, Dice},
    rates::{Rate, Rates},
    tables::{Group, names::Sex},
};

/// Shares of the kinds of family, in the order [`make`] takes them.
pub(super) const fn kind_rates(rates: &Rates) -> [Rate; 7] {
    [
        rates.family_single,
        rates.family_couple,
        rates.family_couple_with_children,
        rates.family_single_parent,
        rates.family_three_generations,
        rates.family_roommates,
        rates.family_siblings,
    ]
}

/// Makes the family of that number.
pub(super) fn make(world: &World, number: FamilyNumber, dice: Dice) -> Vec<Person> {
    let mut maker = Maker::new(world, number, dice);
    match maker.dice.weighted(&world.kinds) {
        0 => maker.single(),
        1 => drop(maker.couple(20, 90)),
        2 => maker.couple_with_children(),
        3 => maker.single_parent(),
        4 => maker.three_generations(),
        5 => maker.roommates(),
        _ => maker.siblings(),
    }
    maker.finish()
}

/// Positions of a child's parents in the family.
#[derive(Clone, Copy)]
struct Parents {
    father: Option<usize>,
    mother: Option<usize>,
}

/// A family in the making.
struct Maker<'world> {
    world: &'world World,
    number: FamilyNumber,
    dice: Dice,
    group: Group,
    custom: Custom,
    place: u32,
    people: Vec<Person>,
}

impl<'world> Maker<'world> {
    fn new(world: &'world World, number: FamilyNumber, mut dice: Dice) -> Self {
        let group = world.group(&mut dice);
        let custom = Custom::draw(world, group, &mut dice);
        let place = world.atlas.place_for(group, &mut dice);
        Self {
            world,
            number,
            dice,
            group,
            custom,
            place,
            people: Vec::with_capacity(6),
        }
    }

    fn finish(mut self) -> Vec<Person> {
        naming::mark_namesakes(&mut self.people);
        for (person, member) in self.people.iter_mut().zip(0..) {
            person.member = member;
            life::live(self.world, person, &mut self.dice);
        }
        self.people
    }

    /// A birth year for an age from `low` to `high` as of the last tax period, by the table of ages.
    fn birth_year(&mut self, low: usize, high: usize) -> i32 {
        let ages = self.world.ages.iter().copied().take(high + 1).skip(low);
        let age = low + self.dice.weighted(&Cumulative::new(ages));
        self.world.last_year - i32::try_from(age).unwrap_or(40)
    }

    fn sex(&mut self) -> Sex {
        if self.dice.one_in(2) {
            Sex::Female
        } else {
            Sex::Male
        }
    }

    /// Somebody born in a year, with names; homes come later.
    fn person(&mut self, group: Group, sex: Sex, birth_year: i32, surnames: String) -> Person {
        let (world, dice) = (self.world, &mut self.dice);
        Person {
            family: self.number,
            member: 0,
            presence: Presence::Unknown,
            id: None,
            tin: None,
            group,
            sex,
            given: naming::given(world, (group, sex, birth_year), &self.people, dice),
            middle: naming::middle(world, group, sex, birth_year, dice),
            surnames,
            former_surname: None,
            suffix: None,
            suffix_on_file: false,
            date_of_birth: date(birth_year, dice.between(1, 365)),
            birth_date_on_file: true,
            died_in: None,
            stays: Vec::new(),
            filings: Vec::new(),
            hold: false,
            identity_theft: false,
            likeness: Likeness::default(),
        }
    }

    /// Somebody whose parents are not in the family.
    fn newcomer(&mut self, group: Group, sex: Sex, birth_year: i32) -> Person {
        let custom = if group == Group::Hispanic {
            self.custom
        } else {
            Custom::One
        };
        let surnames = custom.surnames(self.world, group, &mut self.dice);
        self.person(group, sex, birth_year, surnames)
    }

    fn add(&mut self, person: Person) -> usize {
        self.people.push(person);
        self.people.len() - 1
    }

    fn homes(&mut self, group: Group, place: u32, birth_year: i32) -> Vec<Stay> {
        life::homes(
            self.world,
            group,
            place,
            self.world.first_year,
            birth_year,
            &mut self.dice,
        )
    }

    fn group_of_partner(&mut self, group: Group) -> Group {
        if self.dice.happens(self.world.rates.spouse_of_other_group) {
            self.world.group(&mut self.dice)
        } else {
            group
        }
    }

    fn single(&mut self) {
        let birth_year = self.birth_year(18, 95);
        let sex = self.sex();
        let mut person = self.newcomer(self.group, sex, birth_year);
        person.stays = self.homes(self.group, self.place, birth_year);
        self.add(person);
    }

    /// A couple, the first of an age from `low` to `high`; gives their positions.
    fn couple(&mut self, low: usize, high: usize) -> Parents {
        let birth_year = self.birth_year(low, high);
        let mut first = self.newcomer(self.group, Sex::Male, birth_year);
        first.stays = self.homes(self.group, self.place, birth_year);
        let same_sex = self.dice.happens(self.world.rates.same_sex_couple);
        if same_sex && self.dice.one_in(2) {
            first.sex = Sex::Female;
            first.given = self.given_of(&first);
        }
        let young = birth_year > self.world.last_year - 40;
        let within = young && self.dice.happens(self.world.rates.married_within_periods);
        let year = if within {
            self.dice
                .between(self.world.first_year + 1, self.world.last_year)
        } else {
            self.world.first_year
        };
        let father = self.add(first);
        let sex = if same_sex {
            self.people.get(father).map(|p| p.sex)
        } else {
            None
        };
        let mother = self.partner(father, sex, year);
        Parents {
            father: Some(father),
            mother: Some(mother),
        }
    }

    fn given_of(&mut self, person: &Person) -> String {
        let birth_year = i32::from(person.date_of_birth.year());
        let kind = (person.group, person.sex, birth_year);
        naming::given(self.world, kind, &self.people, &mut self.dice)
    }

    /// Marries somebody new to the member at `place` in `year`; the women's names may change.
    fn partner(&mut self, place: usize, sex: Option<Sex>, year: i32) -> usize {
        let Some(member) = self.people.get(place).cloned() else {
            return place;
        };
        let group = self.group_of_partner(member.group);
        let older = self.dice.between(-4, 6);
        let birth_year =
            (i32::from(member.date_of_birth.year()) + older).min(self.world.last_year - 18);
        let sex = sex.unwrap_or(member.sex.other());
        let mut partner = self.newcomer(group, sex, birth_year);
        let zip = self.world.atlas.place_for(group, &mut self.dice);
        partner.stays = if year > self.world.first_year {
            let alone = self.homes(group, zip, birth_year);
            life::then(&alone, year, &member.stays)
        } else {
            member.stays.clone()
        };
        let (world, custom) = (self.world, self.custom);
        if sex == Sex::Female {
            naming::marry(
                world,
                custom,
                &mut partner,
                &member.surnames,
                year,
                &mut self.dice,
            );
        } else if let Some(bride) = self.people.get_mut(place) {
            naming::marry(
                world,
                custom,
                bride,
                &partner.surnames,
                year,
                &mut self.dice,
            );
        }
        self.add(partner)
    }

    fn couple_with_children(&mut self) {
        let parents = self.couple(24, 84);
        self.children(parents);
    }

    fn single_parent(&mut self) {
        let birth_year = self.birth_year(22, 75);
        let sex = if self.dice.one_in(5) {
            Sex::Male
        } else {
            Sex::Female
        };
        let mut parent = self.newcomer(self.group, sex, birth_year);
        parent.stays = self.homes(self.group, self.place, birth_year);
        let place = Some(self.add(parent));
        let parents = match sex {
            Sex::Male => Parents {
                father: place,
                mother: None,
            },
            Sex::Female => Parents {
                father: None,
                mother: place,
            },
        };
        self.children(parents);
    }

    fn three_generations(&mut self) {
        let parents = self.couple(48, 84);
        let before = self.people.len();
        self.children(parents);
        let adult = self.world.last_year - 20;
        let heir = self
            .people
            .iter()
            .enumerate()
            .skip(before)
            .find(|(_, child)| i32::from(child.date_of_birth.year()) <= adult)
            .map(|(place, child)| (place, child.sex));
        let home = parents
            .father
            .and_then(|father| self.people.get(father))
            .map(|p| p.stays.clone());
        let (Some((place, sex)), Some(home)) = (heir, home) else {
            return;
        };
        if let Some(heir) = self.people.get_mut(place) {
            heir.stays = home;
        }
        let parents = match sex {
            Sex::Male => Parents {
                father: Some(place),
                mother: None,
            },
            Sex::Female => Parents {
                father: None,
                mother: Some(place),
            },
        };
        self.children(parents);
    }

    fn roommates(&mut self) {
        let count = 2 + self.dice.below(4);
        let first = self.birth_year(18, 45);
        let home = self.homes(self.group, self.place, first);
        for _ in 0..count {
            let group = self.group_of_partner(self.group);
            let birth_year = self.birth_year(18, 45);
            let sex = self.sex();
            let mut person = self.newcomer(group, sex, birth_year);
            let joined = self
                .dice
                .between(self.world.first_year - 3, self.world.last_year);
            let zip = self.world.atlas.place_for(group, &mut self.dice);
            person.stays = if joined > self.world.first_year {
                life::then(&self.homes(group, zip, birth_year), joined, &home)
            } else {
                home.clone()
            };
            self.add(person);
        }
    }

    fn siblings(&mut self) {
        let oldest = self.birth_year(19, 70);
        let home = self.homes(self.group, self.place, oldest);
        let surnames = self.custom.surnames(self.world, self.group, &mut self.dice);
        let count = 2 + self.dice.below(2);
        for birth in self.births(oldest, count) {
            let sibling = self.born(birth, &surnames);
            let place = self.add(sibling);
            if let Some(sibling) = self.people.get_mut(place) {
                sibling.stays.clone_from(&home);
            }
        }
    }

    /// Birth years of `count` children from the first on, each with whether it is the second of
    /// twins.
    fn births(&mut self, first: i32, count: u64) -> Vec<(i32, bool)> {
        let twin = u64::from(self.world.rates.born_a_twin.per_million());
        let mut births = Vec::new();
        let mut year = first;
        for _ in 0..count {
            if year > self.world.last_year {
                break;
            }
            births.push((year, false));
            // A share t of births being twins, t / (2 − t) of deliveries are of two.
            if self.dice.below(2_000_000 - twin) < twin {
                births.push((year, true));
            }
            year += self.dice.between(1, 5);
        }
        births
    }

    /// A child of the surnames; the second of twins shares the day with the one before.
    fn born(&mut self, (birth_year, twin): (i32, bool), surnames: &str) -> Person {
        let sex = self.sex();
        let mut child = self.person(self.group, sex, birth_year, surnames.to_owned());
        child.likeness.born_into_family = true;
        if twin && let Some(other) = self.people.last_mut() {
            other.likeness.twin = true;
            child.likeness.twin = true;
            child.date_of_birth = other.date_of_birth;
            if self.dice.happens(self.world.rates.twins_alike_names) {
                child.sex = other.sex;
                child.given =
                    naming::like_given(self.world, other, child.sex, birth_year, &mut self.dice);
            }
        }
        child
    }

    fn children(&mut self, parents: Parents) {
        let bearer = parents.mother.or(parents.father);
        let Some(parent) = bearer.and_then(|place| self.people.get(place)).cloned() else {
            return;
        };
        let surnames = self.surnames_of_children(parents);
        let first = i32::from(parent.date_of_birth.year()) + self.dice.between(18, 34);
        let count = [1, 1, 1, 2, 2, 2, 2, 3, 3, 4];
        let count = self.dice.pick(&count);
        let mut named = [false; 2];
        // Partners of children come after all children, so that twins stand side by side.
        let mut leavers = Vec::new();
        for birth in self.births(first, count) {
            let mut child = self.born(birth, &surnames);
            let done = named.get_mut(child.sex as usize);
            if !birth.1 && done.is_some_and(|done| !std::mem::replace(done, true)) {
                self.name_after(parents, &mut child);
            }
            let leaves = self.leaves_home(&parent.stays, &mut child);
            let place = self.add(child);
            leavers.extend(leaves.map(|year| (place, year)));
        }
        for (place, year) in leavers {
            if self.dice.happens(self.world.rates.child_has_partner) {
                let year = (year + self.dice.between(0, 6)).max(self.world.first_year);
                self.partner(place, None, year.min(self.world.last_year));
            }
        }
    }

    fn surnames_of_children(&self, parents: Parents) -> String {
        let at = |place: Option<usize>| place.and_then(|place| self.people.get(place));
        let birth_name = |person: &Person| {
            person
                .former_surname
                .as_ref()
                .map_or_else(|| person.surnames.clone(), |former| former.surnames.clone())
        };
        match (at(parents.father), at(parents.mother)) {
            (Some(father), Some(mother)) => self.custom.join(&father.surnames, &birth_name(mother)),
            (Some(parent), None) | (None, Some(parent)) => parent.surnames.clone(),
            (None, None) => String::new(),
        }
    }

    fn name_after(&mut self, parents: Parents, child: &mut Person) {
        let (parent, rate) = match child.sex {
            Sex::Male => (parents.father, self.world.rates.named_after_father),
            Sex::Female => (parents.mother, self.world.rates.named_after_mother),
        };
        let Some(parent) = parent.and_then(|place| self.people.get_mut(place)) else {
            return;
        };
        if parent.sex == child.sex && self.dice.happens(rate) {
            naming::name_after(self.world, parent, child, &mut self.dice);
        }
    }

    /// Settles where a child lives; gives the year of leaving home for those who did when grown.
    fn leaves_home(&mut self, home: &[Stay], child: &mut Person) -> Option<i32> {
        let world = self.world;
        let birth_year = i32::from(child.date_of_birth.year());
        let year = birth_year + self.dice.between(18, 30);
        if year > world.last_year || !self.dice.happens(world.rates.child_leaves_home) {
            child.stays = home.to_vec();
            return None;
        }
        let zip = if self.dice.one_in(2) {
            self.place
        } else {
            world.atlas.place_for(self.group, &mut self.dice)
        };
        let own = self.homes(self.group, zip, birth_year);
        child.stays = if year <= world.first_year {
            own
        } else {
            life::then(home, year, &own)
        };
        Some(year)
    }
}
