//! Dates of birth in two bytes, as entries of the index have them.
//!
//! Place in the flow: the builder writes one beside each record of the index; a lookup knows from it
//! how the birth date of a record agrees before anything of the record is fetched.
//!
//! Left to others: levels of agreement (compare).

use std::fmt;

use model::time::Date;

use crate::{compare::birth_level, level::BirthLevel};

/// The first year that has a code of its own, and how many have one.
const FIRST_YEAR: i16 = 1900;
const YEARS: i16 = 128;

/// A date of birth from 1900 to 2027 as year, month and day in 7, 4 and 5 bits; or that there is
/// none; or that there is another. `Debug` prints nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthCode(u16);

impl fmt::Debug for BirthCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BirthCode(personal)")
    }
}

/// The date of birth of a row, and its code: worked out once.
#[derive(Clone, Copy)]
pub struct RowBirth {
    date: Option<Date>,
    code: BirthCode,
}

impl RowBirth {
    /// Of a date, or of none.
    #[must_use]
    pub fn of(date: Option<Date>) -> Self {
        Self {
            date,
            code: BirthCode::of(date),
        }
    }
}

impl BirthCode {
    /// There is no date.
    pub const MISSING: Self = Self(0);
    /// There may be any date, or none.
    pub const ANY: Self = Self(1);

    /// Of a date, or of none.
    #[must_use]
    pub fn of(date: Option<Date>) -> Self {
        let Some(date) = date else {
            return Self::MISSING;
        };
        let year = date.year().saturating_sub(FIRST_YEAR);
        if !(0..YEARS).contains(&year) {
            return Self::ANY;
        }
        let small = |number: i8| u16::from(number.unsigned_abs());
        Self(year.unsigned_abs() << 9 | small(date.month()) << 5 | small(date.day()))
    }

    /// The code of two bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 2]) -> Self {
        Self(u16::from_le_bytes(bytes))
    }

    /// Its two bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }

    /// How the date agrees with that of a row; `None` where the code does not tell.
    #[must_use]
    pub fn level(self, row: RowBirth) -> Option<BirthLevel> {
        let RowBirth {
            date: row,
            code: other,
        } = row;
        match (self, other) {
            (_, Self::MISSING) | (Self::MISSING, _) => return Some(BirthLevel::Missing),
            (Self::ANY, _) => return None,
            (record, row) if record == row => return Some(BirthLevel::Exact),
            _ => {}
        }
        let (years, days) = (self.0 >> 9, self.0 & 0x1ff);
        // Most dates agree in neither: only how far apart the years are counts for them.
        if other != Self::ANY && years != other.0 >> 9 && days != other.0 & 0x1ff {
            return Some(match years.abs_diff(other.0 >> 9) {
                0..=3 => BirthLevel::Near,
                _ => BirthLevel::Different,
            });
        }
        let year = FIRST_YEAR.saturating_add_unsigned(years);
        let part = |number: u16| i8::try_from(number).unwrap_or(0);
        let date = Date::new(year, part(days >> 5), part(days & 0x1f)).ok()?;
        Some(birth_level(row, Some(date)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date() -> impl Strategy<Value = Option<Date>> {
        let near = (1970_i16..1990, 1_i8..=12, 1_i8..=28);
        let any = (1850_i16..2050, 1_i8..=12, 1_i8..=31);
        let of = |(year, month, day)| Date::new(year, month, day).ok();
        prop_oneof![near.prop_map(of), any.prop_map(of)]
    }

    proptest! {
        /// Against the levels of the dates themselves.
        #[test]
        fn levels_are_those_of_the_dates(row in date(), record in date()) {
            let code = BirthCode::of(record);
            prop_assert_eq!(BirthCode::from_bytes(code.to_bytes()), code);
            match code.level(RowBirth::of(row)) {
                Some(level) => prop_assert_eq!(level, birth_level(row, record)),
                None => prop_assert_eq!(code, BirthCode::ANY),
            }
        }
    }

    #[test]
    fn one_date_is_exact() {
        for (year, month, day) in [(1800, 1, 1), (1912, 2, 29), (1984, 12, 31), (2027, 7, 4)] {
            let date = Date::new(year, month, day).ok();
            let level = BirthCode::of(date).level(RowBirth::of(date));
            assert!(level.is_none_or(|level| level == birth_level(date, date)));
            assert_eq!(level.is_none(), BirthCode::of(date) == BirthCode::ANY);
        }
    }

    #[test]
    fn every_code_has_a_level_or_none() {
        let row = Date::new(1980, 2, 29).ok();
        for number in 0..=u16::MAX {
            let _ = BirthCode(number).level(RowBirth::of(row));
            assert_eq!(
                BirthCode(number).level(RowBirth::of(None)),
                Some(BirthLevel::Missing)
            );
        }
    }
}
