//! One row of an extract: its text, and typed readings of each field with errors that name it.
//!
//! Place in the flow: made by the readers, read by build.
//!
//! Left to others: names and addresses in standard form (standard).

use std::{fmt, sync::Arc};

use model::{
    id::PersonId,
    time::{Date, TaxPeriod, parse_date},
    tin::Tin,
};

use super::{ExtractError, plain};

/// Columns of an extract.
pub(super) const FIELDS: usize = 15;
/// Longest field, in bytes.
pub(super) const FIELD_BYTES: usize = 1000;

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// A column of the extract, in the order of DESIGN.md section 6.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $variant,)* }

        impl Field {
            /// All columns.
            pub const ALL: [Self; FIELDS] = [$(Self::$variant),*];

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

/// One row. `Debug` prints only its number. Rows of one block of an extract share their text.
#[derive(Clone)]
pub struct ExtractRow {
    row: u64,
    text: Arc<String>,
    place: Place,
    gap: u8,
}

impl fmt::Debug for ExtractRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ExtractRow({})", self.row)
    }
}

/// Bytes of a row as long as most are not, for room taken beforehand.
const LONG_ROW_BYTES: usize = 160;

/// Where a row stands in its block's text.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Where its first field begins.
    pub(super) start: u32,
    // INVARIANT: ascending, counted from `start`, each a boundary within the text.
    pub(super) ends: [u16; FIELDS],
}

/// Rows with one text, so that none has an allocation of its own. `Debug` prints nothing of it.
#[derive(Default)]
pub(super) struct RowBlock {
    text: String,
    rows: Vec<Place>,
    /// Bytes between two fields: none where text was copied, a comma where it is the file's.
    gap: u8,
}

impl RowBlock {
    /// Room for so many bytes and rows.
    pub(super) fn with_capacity(bytes: usize, rows: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            rows: Vec::with_capacity(rows),
            gap: 0,
        }
    }

    /// Adds a row; see [`ExtractRow::new`]. Fields that are missing at the end are empty.
    ///
    /// # Errors
    /// As there, and [`ExtractError::Row`] beyond 4 GiB of text.
    pub(super) fn push<'a>(
        &mut self,
        row: u64,
        mut fields: impl Iterator<Item = &'a str>,
    ) -> Result<(), ExtractError> {
        let begin = self.text.len();
        let start = u32::try_from(begin).map_err(|_| ExtractError::Row {
            row,
            problem: "its block has more than 4 GiB of text".to_owned(),
        })?;
        let mut ends = [0_u16; FIELDS];
        for (field, end) in Field::ALL.into_iter().zip(ends.iter_mut()) {
            let value = fields.next().unwrap_or("").trim();
            if value.len() > FIELD_BYTES {
                return Err(ExtractError::Field {
                    row,
                    field: field.name(),
                    problem: "at most 1000 bytes can stand in a field",
                });
            }
            self.text.push_str(value);
            *end = u16::try_from(self.text.len().saturating_sub(begin)).unwrap_or(u16::MAX);
        }
        self.rows.push(Place { start, ends });
        Ok(())
    }

    /// Takes whole lines of a csv, whose columns are those of [`Field::ALL`] in their order, without
    /// copying them. Gives the text back where it is not as simple as that: quotes, carriage
    /// returns, white space around a field, a line with other than 15 fields, a field too long.
    /// `rows` is memory to keep their places in.
    pub(super) fn of_plain_lines(text: String, Spare(mut rows): Spare) -> Result<Self, String> {
        rows.clear();
        match plain::places(text.as_bytes(), &mut rows) {
            Some(()) => Ok(Self { text, rows, gap: 1 }),
            None => Err(text),
        }
    }

    /// The rows, in the order they were added, numbered from 1 after so many rows before them; and the
    /// text they share.
    pub(super) fn rows(self, before: u64) -> (Arc<String>, BlockRows) {
        let text = Arc::new(self.text);
        let rows = BlockRows {
            text: Arc::clone(&text),
            places: self.rows,
            next: 0,
            before,
            gap: self.gap,
        };
        (text, rows)
    }
}

/// The rows of a block, one after the other.
#[derive(Default)]
pub(super) struct BlockRows {
    text: Arc<String>,
    places: Vec<Place>,
    next: usize,
    /// Number of the row before the next.
    before: u64,
    gap: u8,
}

impl BlockRows {
    /// Memory for the places of another block's rows.
    pub(super) fn into_spare(self) -> Spare {
        Spare(self.places)
    }
}

impl Iterator for BlockRows {
    type Item = ExtractRow;

    fn next(&mut self) -> Option<ExtractRow> {
        let place = *self.places.get(self.next)?;
        self.next = self.next.saturating_add(1);
        self.before = self.before.saturating_add(1);
        Some(ExtractRow {
            row: self.before,
            text: Arc::clone(&self.text),
            place,
            gap: self.gap,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.places.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for BlockRows {}

/// Memory for the places of a block's rows.
#[derive(Default)]
pub(super) struct Spare(Vec<Place>);

/// Where the five fields of a row's address end, counted from the first of them and without what stands
/// between them.
type AddressEnds = [u16; 5];

impl ExtractRow {
    /// A row from the text of its fields in the order of [`Field::ALL`].
    ///
    /// # Errors
    /// [`ExtractError::Field`] for a field of more than 1000 bytes.
    pub fn new<'a>(row: u64, fields: impl Iterator<Item = &'a str>) -> Result<Self, ExtractError> {
        let mut block = RowBlock::with_capacity(LONG_ROW_BYTES, 1);
        block.push(row, fields)?;
        let before = row.saturating_sub(1);
        let (_, mut rows) = block.rows(before);
        rows.next().ok_or_else(|| ExtractError::Row {
            row,
            problem: "it was lost".to_owned(),
        })
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
        self.span(place, place)
    }

    /// Where a field begins and ends, counted from the row's start.
    fn bounds(&self, field: usize) -> (usize, usize) {
        let end_of = |place: usize| self.place.ends.get(place).copied().map_or(0, usize::from);
        let before = field.checked_sub(1).map(end_of);
        let start = before.map_or(0, |end| end.saturating_add(usize::from(self.gap)));
        (start, end_of(field))
    }

    /// The text from one field to another.
    fn span(&self, first: usize, last: usize) -> &str {
        let begin = usize::try_from(self.place.start).unwrap_or(usize::MAX);
        let start = begin.saturating_add(self.bounds(first).0);
        let end = begin.saturating_add(self.bounds(last).1);
        self.text.get(start..end).unwrap_or("")
    }

    /// The text of the five fields of the address as it stands, and where each ends. Those of two rows are
    /// equal only if each field is: equal ends with texts of equal length have as many commas between.
    pub(crate) fn address_span(&self) -> (&str, AddressEnds) {
        let first = Field::AddressLine1 as usize;
        let mut before = u16::try_from(self.bounds(first).0).unwrap_or(u16::MAX);
        let mut ends = [0; 5];
        for (to, from) in ends.iter_mut().zip(self.place.ends.iter().skip(first)) {
            *to = from.saturating_sub(before);
            before = before.saturating_add(self.gap.into());
        }
        (self.span(first, Field::PostalCode as usize), ends)
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
            text => quick_date(text)
                .or_else(|| parse_date(text).ok())
                .map(Some)
                .ok_or_else(|| self.error(field, "a date written 2026-11-21 is needed")),
        }
    }

    /// Whether a marker is set: `true`, `1`, `yes` or `y`; empty, `false`, `0`, `no` or `n` is not.
    ///
    /// # Errors
    /// [`ExtractError::Field`] for any other text.
    pub fn marker(&self, field: Field) -> Result<bool, ExtractError> {
        let text = self.text(field);
        let is = |word: &&str| text.eq_ignore_ascii_case(word);
        if ["", "false", "0", "no", "n"].iter().any(is) {
            return Ok(false);
        }
        if ["true", "1", "yes", "y"].iter().any(is) {
            return Ok(true);
        }
        Err(self.error(field, "`true` or `false` is needed"))
    }
}

/// A date of the usual form, `2026-11-21`; `None` for any other text, which [`parse_date`] judges.
fn quick_date(text: &str) -> Option<Date> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = *text.as_bytes() else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |sum, digit| {
            let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
            sum.checked_mul(10)?.checked_add(i16::from(digit))
        })
    };
    let year = number(&[a, b, c, d])?;
    let month = i8::try_from(number(&[e, f])?).ok()?;
    let day = i8::try_from(number(&[g, h])?).ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        /// The quick reading of a date against the one that all other documents have.
        #[test]
        fn dates_are_read_as_everywhere(text in "[0-9]{3,5}-[0-2][0-9]-[0-3][0-9]|[-+0-9]{8,12}") {
            let usual = parse_date(&text).ok();
            let quick = quick_date(&text);
            proptest::prop_assert!(quick.is_none() || quick == usual, "{}", text);
            let row = ExtractRow::new(1, ["", "", "", "", "", &text].into_iter()).unwrap();
            proptest::prop_assert_eq!(row.date_of_birth().ok().flatten(), usual);
        }

        #[test]
        fn addresses_are_equal_where_every_field_is(
            a in proptest::array::uniform5("[ab]{0,2}"), b in proptest::array::uniform5("[ab]{0,2}"),
            before in "[ab]{0,3}",
        ) {
            let row = |fields: &[String; 5]| {
                let empty = [before.as_str(), "", "", "", "", "", "", ""];
                let fields = fields.iter().map(String::as_str);
                ExtractRow::new(1, empty.into_iter().chain(fields)).unwrap()
            };
            let (row_a, row_b) = (row(&a), row(&b));
            let (text, ends) = row_a.address_span();
            proptest::prop_assert_eq!(text, a.concat());
            proptest::prop_assert_eq!((text, ends) == row_b.address_span(), a == b);
        }

        /// A row that was copied and one that stands as it was written, whatever commas fields begin with.
        #[test]
        fn copied_and_plain_rows_are_equal_only_where_every_field_is(
            plain in proptest::array::uniform5("[ab]{0,1}"),
            commas in proptest::array::uniform5(",?"),
        ) {
            let copied: [String; 5] = std::array::from_fn(|at| commas[at].clone() + &plain[at]);
            let line = format!(",,,,,,,,{},,", plain.join(","));
            let block = RowBlock::of_plain_lines(line, Spare::default()).ok().unwrap();
            let plain_row = block.rows(0).1.next().unwrap();
            let fields = [""; 8].into_iter().chain(copied.iter().map(String::as_str));
            let copied_row = ExtractRow::new(1, fields).unwrap();
            let equal = plain_row.address_span() == copied_row.address_span();
            proptest::prop_assert!(!equal || copied == plain, "{copied:?} {plain:?}");
            let fields: Vec<&str> = Field::ALL.map(|field| plain_row.text(field)).to_vec();
            proptest::prop_assert_eq!(&fields[8..13], plain.each_ref().map(String::as_str));
        }

        #[test]
        fn fields_missing_at_the_end_are_empty(count in 0_usize..=15) {
            let row = ExtractRow::new(1, ["ab"; 15].into_iter().take(count)).unwrap();
            for (place, field) in Field::ALL.into_iter().enumerate() {
                proptest::prop_assert_eq!(row.text(field), if place < count { "ab" } else { "" });
            }
            proptest::prop_assert!(row.place.ends.is_sorted());
        }
    }

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
