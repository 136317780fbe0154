//! One row of an extract: its text, and typed readings of each field with errors that name it.
//!
//! Place in the flow: made by the readers, read by build.
//!
//! Left to others: names and addresses in standard form (standard).

use std::fmt;

use model::{
    id::PersonId,
    time::{Date, TaxPeriod, parse_date},
    tin::Tin,
};

use super::ExtractError;

/// Longest field, in bytes.
const FIELD_BYTES: usize = 1000;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// A column of the extract, in the order of DESIGN.md section 6.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $variant,)* }

        impl Field {
            /// All columns.
            pub const ALL: [Self; 15] = [$(Self::$variant),*];

            /// The column's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

fields!(
    /// The agency's own key of a person.
    PersonId = "person_id",
    /// Taxpayer number; may be empty.
    Tin = "tin",
    /// Given names.
    GivenNames = "given_names",
    /// Surnames.
    Surnames = "surnames",
    /// Suffix; may be empty.
    Suffix = "suffix",
    /// Date of birth; may be empty.
    DateOfBirth = "date_of_birth",
    /// Tax period.
    TaxPeriod = "tax_period",
    /// Day of filing; may be empty.
    FiledOn = "filed_on",
    /// First address line.
    AddressLine1 = "address_line_1",
    /// Second address line; may be empty.
    AddressLine2 = "address_line_2",
    /// City.
    City = "city",
    /// State.
    State = "state",
    /// ZIP.
    PostalCode = "postal_code",
    /// Hold of the records agency.
    Hold = "hold",
    /// Identity-theft marker.
    IdentityTheft = "identity_theft",
);

/// One row. `Debug` prints only its number.
#[derive(Clone, PartialEq, Eq)]
pub struct ExtractRow {
    row: u64,
    text: Box<str>,
    // INVARIANT: ascending, each a boundary within `text`.
    ends: [u16; 15],
}

impl fmt::Debug for ExtractRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ExtractRow({})", self.row)
    }
}

impl ExtractRow {
    /// A row from the text of its fields in the order of [`Field::ALL`].
    ///
    /// # Errors
    /// [`ExtractError::Field`] for a field of more than 1000 bytes.
    pub fn new<'a>(row: u64, fields: impl Iterator<Item = &'a str>) -> Result<Self, ExtractError> {
        let mut text = String::with_capacity(160);
        let mut ends = [0_u16; 15];
        let places = Field::ALL.into_iter().zip(ends.iter_mut());
        for ((field, end), value) in places.zip(fields) {
            let value = value.trim();
            if value.len() > FIELD_BYTES {
                return Err(ExtractError::Field {
                    row,
                    field: field.name(),
                    problem: "at most 1000 bytes can stand in a field",
                });
            }
            text.push_str(value);
            *end = u16::try_from(text.len()).unwrap_or(u16::MAX);
        }
        Ok(Self {
            row,
            text: text.into_boxed_str(),
            ends,
        })
    }

    /// The row with its number counted from so many rows before it.
    pub(super) fn after(mut self, rows: u64) -> Self {
        self.row = self.row.saturating_add(rows);
        self
    }

    /// Number of the row, counted from 1 without the header.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.row
    }

    /// The text of a field, without white space around it.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        let place = field as usize;
        let start = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0);
        let end = self.ends.get(place).copied().unwrap_or(0);
        self.text
            .get(usize::from(start)..usize::from(end))
            .unwrap_or("")
    }

    /// An error about a field of this row.
    #[must_use]
    pub fn error(&self, field: Field, problem: &'static str) -> ExtractError {
        ExtractError::Field {
            row: self.row,
            field: field.name(),
            problem,
        }
    }

    /// The person.
    ///
    /// # Errors
    /// [`ExtractError::Field`] where it is no identifier.
    pub fn person(&self) -> Result<PersonId, ExtractError> {
        self.text(Field::PersonId).parse().map_err(|_| {
            self.error(
                Field::PersonId,
                "1 to 64 letters, digits, `.`, `_` or `-` are needed",
            )
        })
    }

    /// The taxpayer number; `None` where empty.
    ///
    /// # Errors
    /// [`ExtractError::Field`] where it is not nine digits.
    pub fn tin(&self) -> Result<Option<Tin>, ExtractError> {
        match self.text(Field::Tin) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                self.error(Field::Tin, "nine digits are needed, plain or 000-00-0000")
            }),
        }
    }

    /// The tax period.
    ///
    /// # Errors
    /// [`ExtractError::Field`] where it is not a year from 1913 to 2199.
    pub fn tax_period(&self) -> Result<TaxPeriod, ExtractError> {
        self.text(Field::TaxPeriod)
            .parse()
            .map_err(|_| self.error(Field::TaxPeriod, "a year of four digits is needed"))
    }

    /// The date of birth; `None` where empty.
    ///
    /// # Errors
    /// [`ExtractError::Field`] where it is not written 2026-11-21.
    pub fn date_of_birth(&self) -> Result<Option<Date>, ExtractError> {
        self.date(Field::DateOfBirth)
    }

    /// The day of filing; `None` where empty.
    ///
    /// # Errors
    /// [`ExtractError::Field`] where it is not written 2026-11-21.
    pub fn filed_on(&self) -> Result<Option<Date>, ExtractError> {
        self.date(Field::FiledOn)
    }

    fn date(&self, field: Field) -> Result<Option<Date>, ExtractError> {
        match self.text(field) {
            "" => Ok(None),
            text => parse_date(text)
                .map(Some)
                .map_err(|_| self.error(field, "a date written 2026-11-21 is needed")),
        }
    }

    /// Whether a marker is set: `true`, `1`, `yes` or `y`; empty, `false`, `0`, `no` or `n` is not.
    ///
    /// # Errors
    /// [`ExtractError::Field`] for any other text.
    pub fn marker(&self, field: Field) -> Result<bool, ExtractError> {
        match self.text(field).to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "y" => Ok(true),
            "" | "false" | "0" | "no" | "n" => Ok(false),
            _ => Err(self.error(field, "`true` or `false` is needed")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_kept_apart_and_errors_name_them() {
        let values = [
            "P-1",
            "666-12-3456",
            " ANA ",
            "DIAZ",
            "",
            "1980-13-01",
            "23",
            "",
            "1 Main St",
            "",
            "Reno",
            "NV",
            "89501",
            "maybe",
            "yes",
        ];
        let row = ExtractRow::new(7, values.into_iter()).unwrap();
        assert_eq!(row.text(Field::GivenNames), "ANA");
        assert_eq!(row.text(Field::Suffix), "");
        assert_eq!(row.text(Field::IdentityTheft), "yes");
        assert!(row.marker(Field::IdentityTheft).unwrap());
        assert!(row.tin().unwrap().is_some());
        let message = row.date_of_birth().unwrap_err().to_string();
        assert_eq!(
            message,
            "row 7 of the extract, field `date_of_birth`: a date written 2026-11-21 is needed"
        );
        assert!(row.tax_period().is_err());
        assert!(row.marker(Field::Hold).is_err());
        let long = "x".repeat(1001);
        assert!(ExtractRow::new(1, [long.as_str()].into_iter()).is_err());
        assert_eq!(format!("{row:?}"), "ExtractRow(7)");
    }
}
