//! Where people live over the years, when they die, and the returns they file.
//!
//! Place in the flow: called for each member of a family after names and kinship are settled.
//!
//! Left to others: the dwellings themselves (atlas).

use model::time::Date;

use super::{
    atlas::Wording,
    period,
    person::{Filing, Person, Stay},
    world::World,
};
use crate::{dice::Dice, rates::Rate, tables::Group};

/// Addresses one person leaves behind at most within the periods.
const MOST_MOVES: usize = 4;

/// Homes from `from_year` to the end, beginning in `place`. Younger people move more often.
pub(super) fn homes(
    world: &World,
    group: Group,
    place: u32,
    from_year: i32,
    birth_year: i32,
    dice: &mut Dice,
) -> Vec<Stay> {
    let mut place = place;
    let mut stays = vec![Stay {
        from_year,
        dwelling: settle(world, place, dice),
    }];
    for year in from_year + 1..=world.last_year + 1 {
        let rate = match year - birth_year {
            ..35 => world.rates.moves_a_year.scaled(17, 10),
            35..55 => world.rates.moves_a_year,
            _ => world.rates.moves_a_year.scaled(4, 10),
        };
        if stays.len() > MOST_MOVES || !dice.happens(rate) {
            continue;
        }
        if !dice.happens(world.rates.moves_within_zip) {
            place = world.atlas.place_for(group, dice);
        }
        stays.push(Stay {
            from_year: year,
            dwelling: settle(world, place, dice),
        });
    }
    stays
}

fn settle(world: &World, place: u32, dice: &mut Dice) -> super::atlas::Dwelling {
    if dice.happens(world.rates.mail_to_post_office_box) {
        world.atlas.post_office_box(place, dice)
    } else {
        world.atlas.dwelling(place, dice)
    }
}

/// `before` until `year`, then `after`.
pub(super) fn then(before: &[Stay], year: i32, after: &[Stay]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = before
        .iter()
        .copied()
        .filter(|stay| stay.from_year < year)
        .collect();
    let place = after
        .iter()
        .rposition(|stay| stay.from_year <= year)
        .unwrap_or(0);
    for (number, stay) in after.iter().enumerate().skip(place) {
        let from_year = if number == place {
            year
        } else {
            stay.from_year
        };
        stays.push(Stay {
            from_year,
            dwelling: stay.dwelling,
        });
    }
    stays
}

/// Settles death, flags and returns of one person.
pub(super) fn live(world: &World, person: &mut Person, dice: &mut Dice) {
    let birth_year = i32::from(person.date_of_birth.year());
    person.died_in = (world.first_year..=world.last_year).find(|year| {
        dice.happens(deadliness(
            world.rates.dies_in_a_year_at_65,
            year - birth_year,
        ))
    });
    person.birth_date_on_file = !dice.happens(world.rates.birth_date_missing);
    person.hold = dice.happens(world.rates.hold);
    person.identity_theft = dice.happens(world.rates.identity_theft);
    let mut begins = (birth_year + dice.between(16, 20)).max(world.first_year);
    if dice.happens(world.rates.short_history) {
        begins = begins.max(dice.between(world.first_year + 1, world.last_year));
    }
    if dice.happens(world.rates.adult_not_on_file) {
        return;
    }
    let ends = person.died_in.map_or(world.last_year, |year| year - 1);
    let mut wording = Wording::draw(dice);
    for year in begins..=ends {
        if dice.happens(world.rates.wording_changes) {
            wording = Wording::draw(dice);
        }
        if dice.happens(world.rates.period_skipped) {
            continue;
        }
        let filed_on = filed_on(world, year, dice);
        if let (Some(period), Some(dwelling)) = (period(year), person.dwelling_in(year + 1)) {
            person.filings.push(Filing {
                period,
                filed_on,
                dwelling,
                wording,
            });
        }
    }
}

/// Doubles every eight years of age, as mortality does (Gompertz 1825).
fn deadliness(at_65: Rate, age: i32) -> Rate {
    let steps = (age - 65).div_euclid(8);
    let factor = 1_u32 << steps.unsigned_abs().min(10);
    if steps < 0 {
        at_65.scaled(1, factor)
    } else {
        at_65.scaled(factor, 1)
    }
}

/// A day from late January to 15 April of the next year; for the late ones to 15 October.
fn filed_on(world: &World, year: i32, dice: &mut Dice) -> Date {
    let day_of_year = if dice.happens(world.rates.filed_late) {
        dice.between(106, 288)
    } else {
        dice.between(26, 105)
    };
    date(year + 1, day_of_year).min(world.as_of)
}

/// The `day`th day of a year, from 1 to 365.
pub(super) fn date(year: i32, day: i32) -> Date {
    let first = Date::constant(1900, 1, 1);
    let year = i16::try_from(year).unwrap_or(1900);
    Date::new(year, 1, 1)
        .and_then(|first| first.checked_add(jiff::Span::new().days(day - 1)))
        .unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nation::atlas::{Door, Dwelling};

    fn stay(from_year: i32, number: u32) -> Stay {
        Stay {
            from_year,
            dwelling: Dwelling {
                place: 0,
                door: Door::Box { number },
            },
        }
    }

    fn check(before: &[Stay], year: i32, after: &[Stay], expected: &[(i32, u32)]) {
        let expected: Vec<Stay> = expected
            .iter()
            .map(|(from, box_)| stay(*from, *box_))
            .collect();
        assert_eq!(then(before, year, after), expected);
    }

    #[test]
    fn homes_follow_one_another() {
        let before = [stay(2019, 1), stay(2022, 2)];
        let after = [stay(2019, 8), stay(2024, 9)];
        check(&before, 2021, &after, &[(2019, 1), (2021, 8), (2024, 9)]);
        check(&before, 2024, &after, &[(2019, 1), (2022, 2), (2024, 9)]);
        check(&before, 2019, &after, &[(2019, 8), (2024, 9)]);
        check(&before, 2018, &after, &[(2018, 8), (2024, 9)]);
    }

    #[test]
    fn death_doubles_every_eight_years() {
        let rate = Rate::millionths(10_000);
        for (age, expected) in [
            (65, 10_000),
            (73, 20_000),
            (57, 5_000),
            (25, 312),
            (113, 640_000),
        ] {
            assert_eq!(deadliness(rate, age).per_million(), expected, "{age}");
        }
    }

    #[test]
    fn days_of_a_year() {
        assert_eq!(date(2026, 1).to_string(), "2026-01-01");
        assert_eq!(date(2026, 105).to_string(), "2026-04-15");
    }
}
