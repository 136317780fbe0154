//! Fields, agreement levels, and tables over both.
//!
//! Place in the flow: under comparing, learning and deciding.
//!
//! Left to others: numbers (model).

use super::map::MOST_EXTRA;

/// Fields compared; plain ones follow from [`EXTRA`].
pub const FIELDS: usize = 13 + MOST_EXTRA;
/// Surnames.
pub const SURNAME: usize = 0;
/// First given name.
pub const GIVEN: usize = 1;
/// Later given names.
pub const MIDDLE: usize = 2;
/// Generational suffix.
pub const SUFFIX: usize = 3;
/// Date of birth.
pub const BIRTH: usize = 4;
/// A person's number.
pub const TIN: usize = 5;
/// House number.
pub const HOUSE: usize = 6;
/// Street.
pub const STREET: usize = 7;
/// Unit.
pub const UNIT: usize = 8;
/// City.
pub const CITY: usize = 9;
/// State.
pub const STATE: usize = 10;
/// Postcode.
pub const POSTCODE: usize = 11;
/// Whether given name and surname stand in each other's place.
pub const ARRANGEMENT: usize = 12;
/// First plain field.
pub const EXTRA: usize = 13;

/// How two values agree. What a level means for a field says `spec/link.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Level {
    /// Not stated on one side: no evidence.
    #[default]
    Missing,
    /// The same.
    Exact,
    /// One edit apart.
    Slip,
    /// Alike in sound or letters.
    Near,
    /// A part agrees: a word, an area, year and month.
    Part,
    /// Another form: nickname, day and month or the two names exchanged.
    Form,
    /// An initial agrees.
    Initial,
    /// Found in another place: a later name, the other name's field; a date two edits apart.
    Elsewhere,
    /// Only the year agrees.
    Year,
    /// Years close to each other.
    Close,
    /// Agrees where a field implying it agrees already.
    Implied,
    /// Differs although a field implying it agrees.
    Contrary,
    /// Not the same.
    Different,
}

/// How many levels there are.
pub const LEVELS: usize = 13;

impl Level {
    /// All levels, in order.
    pub const ALL: [Self; LEVELS] = [
        Self::Missing,
        Self::Exact,
        Self::Slip,
        Self::Near,
        Self::Part,
        Self::Form,
        Self::Initial,
        Self::Elsewhere,
        Self::Year,
        Self::Close,
        Self::Implied,
        Self::Contrary,
        Self::Different,
    ];
}

/// The level of every field.
pub type Levels = [Level; FIELDS];

/// A number for each level of each field.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid<T>([[T; LEVELS]; FIELDS]);

impl<T: Copy + Default> Default for Grid<T> {
    fn default() -> Self {
        Self([[T::default(); LEVELS]; FIELDS])
    }
}

impl<T: Copy + Default> Grid<T> {
    /// The number; nought outside the table.
    #[must_use]
    pub fn at(&self, field: usize, level: Level) -> T {
        let row = self.0.get(field);
        row.and_then(|row| row.get(level as usize))
            .copied()
            .unwrap_or_default()
    }

    /// The place of a number.
    pub fn slot(&mut self, field: usize, level: Level) -> Option<&mut T> {
        self.0
            .get_mut(field)
            .and_then(|row| row.get_mut(level as usize))
    }

    /// Sets a number.
    pub fn set(&mut self, field: usize, level: Level, value: T) {
        if let Some(slot) = self.slot(field, level) {
            *slot = value;
        }
    }

    /// All fields and levels.
    pub fn places() -> impl Iterator<Item = (usize, Level)> {
        (0..FIELDS).flat_map(|field| Level::ALL.into_iter().map(move |level| (field, level)))
    }
}
