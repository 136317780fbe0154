//! The canonical row: salted commitments to every field, opened one by one.
//!
//! Place in the flow: `countersign cover` commits the requesting side to its rows; a warrant opens
//! to keepers only the fields they must check (address keys, periods, statute), never the name.
//! Beside the workbook's columns a row has up to eight **address keys**: the on-file keys
//! (SEALING.md section 3) of the address given and of the older ones, so that the requester's own
//! signature covers what may open an address, and its **periods** in one written form.
//!
//! Left to others: computing address keys (standard, through statute), the tree over rows (cover).

use model::{
    canonical::Encoder,
    column::Column,
    digest::{Digest, hex, unhex},
    entropy::{EntropyError, random_bytes},
    id::RequestId,
    personal::Personal,
    row::{Cell, CellKind, Row},
    time::TaxPeriod,
};

use crate::document::{Document, DocumentError, Reader, Writer, parsed, parts};

/// Address keys a row can hold: the address given and seven older ones.
pub const ADDRESS_KEYS: usize = 8;

/// Number of fields of a canonical row.
pub const FIELDS: usize = Column::COUNT + 2 + ADDRESS_KEYS;

/// A field of the canonical row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// A column of the workbook.
    Column(Column),
    /// Where and how each filled cell stood ([`write_layout`]), so that an auditor can examine the
    /// same row again.
    Layout,
    /// The tax periods asked about, years in rising order with a space between; empty where the
    /// row's own text names none.
    Periods,
    /// An address key, 0 for the address given, then the older ones.
    AddressKey(u8),
}

impl Field {
    /// All fields in canonical order.
    pub fn all() -> impl Iterator<Item = Self> {
        let keys = (0..ADDRESS_KEYS)
            .filter_map(|key| u8::try_from(key).ok())
            .map(Self::AddressKey);
        let columns = Column::ALL.iter().copied().map(Self::Column);
        columns.chain([Self::Layout, Self::Periods]).chain(keys)
    }

    /// The field's name: the column's header, or `address_key.0` and so on.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Column(column) => column.header().to_owned(),
            Self::Layout => "layout".to_owned(),
            Self::Periods => "periods".to_owned(),
            Self::AddressKey(number) => format!("address_key.{number}"),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|field| field.name() == name)
    }
}

/// 32 random bytes from which all salts of one request are derived. Erasing it (and the rows)
/// leaves commitments nobody can open or enumerate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestSecret(Personal<[u8; 32]>);

impl RequestSecret {
    /// A fresh secret.
    ///
    /// # Errors
    /// [`EntropyError`] where the operating system has no random bytes.
    pub fn generate() -> Result<Self, EntropyError> {
        Ok(Self(Personal::new(random_bytes()?)))
    }

    /// Takes 32 bytes that are already secret.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Personal::new(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// A name for the request in public leaves that says nothing without the secret: the first 8
    /// bytes of a digest, as 16 hexadecimal digits.
    #[must_use]
    pub fn tag(&self, request: &RequestId) -> String {
        let digest = Encoder::new("countersign/request-tag/v1")
            .bytes(self.expose())
            .text(request.as_str())
            .finish();
        digest.to_string().chars().take(16).collect()
    }

    /// A 16-byte salt for one use.
    #[must_use]
    pub fn salt(&self, sheet: u16, row: u32, name: &str) -> [u8; 16] {
        let digest = Encoder::new("countersign/salt/v1")
            .bytes(self.expose())
            .number(sheet.into())
            .number(row.into())
            .text(name)
            .finish();
        let mut salt = [0; 16];
        salt.iter_mut()
            .zip(digest.as_bytes())
            .for_each(|(to, from)| *to = *from);
        salt
    }
}

/// The values of a canonical row; an empty text where the workbook has nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowContent {
    /// Sheet of subjects, from 1.
    pub sheet: u16,
    /// Row number of the sheet.
    pub row: u32,
    // INVARIANT: one value for each of Field::all(), in that order.
    values: Vec<Personal<String>>,
}

impl RowContent {
    /// The canonical row of a workbook's row, the periods read from it, and the address keys found
    /// in it (the first is the key of the address given; at most [`ADDRESS_KEYS`] count).
    #[must_use]
    pub fn new(row: &Row, periods: &[TaxPeriod], address_keys: &[Option<String>]) -> Self {
        let periods = write_periods(periods);
        let value = |field| match field {
            Field::Column(column) => row
                .cell(column)
                .map_or_else(String::new, |cell| cell.text.expose().clone()),
            Field::Layout => write_layout(row),
            Field::Periods => periods.clone(),
            Field::AddressKey(number) => address_keys
                .get(usize::from(number))
                .cloned()
                .flatten()
                .unwrap_or_default(),
        };
        let values = Field::all()
            .map(|field| Personal::new(value(field)))
            .collect();
        Self {
            sheet: row.sheet,
            row: row.row,
            values,
        }
    }

    /// Each field with its value.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &str)> {
        Field::all().zip(self.values.iter().map(|value| value.expose().as_str()))
    }

    /// Commits to every field.
    #[must_use]
    pub fn commit(&self, secret: &RequestSecret) -> RowCommitment {
        let fields = self
            .fields()
            .map(|(field, value)| {
                let name = field.name();
                commitment(&secret.salt(self.sheet, self.row, &name), &name, value)
            })
            .collect();
        RowCommitment {
            sheet: self.sheet,
            row: self.row,
            fields,
        }
    }

    /// Opens the fields for which `open` says so; the others stay digests.
    #[must_use]
    pub fn open(
        &self,
        request: &RequestId,
        secret: &RequestSecret,
        open: impl Fn(Field) -> bool,
    ) -> RowOpening {
        let fields = self
            .fields()
            .map(|(field, value)| {
                let name = field.name();
                let salt = secret.salt(self.sheet, self.row, &name);
                if open(field) {
                    OpenedField::Opened {
                        salt,
                        value: Personal::from(value),
                    }
                } else {
                    OpenedField::Closed(commitment(&salt, &name, value))
                }
            })
            .collect();
        RowOpening {
            request: request.clone(),
            sheet: self.sheet,
            row: self.row,
            fields,
        }
    }
}

/// Periods in their one written form: rising years with a space between.
#[must_use]
pub fn write_periods(periods: &[TaxPeriod]) -> String {
    let mut years: Vec<u16> = periods.iter().map(|period| period.year()).collect();
    years.sort_unstable();
    years.dedup();
    years
        .iter()
        .map(u16::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The layout of a row: `hidden` if the sheet hides it, then for each filled cell
/// `HEADER=POSITION:KIND`, KIND being `text`, `number`, `date`, `boolean` or `error`, with `+formula`
/// where the cell holds one; a space between.
#[must_use]
pub fn write_layout(row: &Row) -> String {
    let hidden = row.hidden.then(|| "hidden".to_owned());
    let cells = row.cells().iter().map(|cell| {
        let formula = if cell.formula { "+formula" } else { "" };
        format!(
            "{}={}:{}{formula}",
            cell.column.header(),
            cell.position,
            kind_word(cell.kind)
        )
    });
    hidden
        .into_iter()
        .chain(cells)
        .collect::<Vec<_>>()
        .join(" ")
}

const KINDS: [CellKind; 5] = [
    CellKind::Text,
    CellKind::Number,
    CellKind::Date,
    CellKind::Boolean,
    CellKind::Error,
];

const fn kind_word(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Text => "text",
        CellKind::Number => "number",
        CellKind::Date => "date",
        CellKind::Boolean => "boolean",
        CellKind::Error => "error",
    }
}

/// Reads one word of a layout that is not `hidden`: column, position, kind, formula.
fn read_layout_word(word: &str) -> Option<(Column, u16, CellKind, bool)> {
    let (header, rest) = word.split_once('=')?;
    let (position, kind) = rest.split_once(':')?;
    let column = Column::ALL
        .iter()
        .copied()
        .find(|column| column.header() == header)?;
    let (kind, formula) = match kind.strip_suffix("+formula") {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let kind = KINDS
        .into_iter()
        .find(|candidate| kind_word(*candidate) == kind)?;
    Some((column, position.parse().ok()?, kind, formula))
}

fn commitment(salt: &[u8; 16], name: &str, value: &str) -> Digest {
    Encoder::new("countersign/field/v1")
        .bytes(salt)
        .text(name)
        .text(value)
        .finish()
}

/// Commitments to all fields of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowCommitment {
    /// Sheet of subjects, from 1.
    pub sheet: u16,
    /// Row number of the sheet.
    pub row: u32,
    fields: Vec<Digest>,
}

impl RowCommitment {
    /// The bytes that are a leaf of the cover's tree.
    #[must_use]
    pub fn leaf_bytes(&self) -> Vec<u8> {
        let mut encoder = Encoder::new("countersign/row/v1");
        encoder.number(self.sheet.into()).number(self.row.into());
        for field in &self.fields {
            encoder.digest(field);
        }
        encoder.as_bytes().to_vec()
    }

    /// The row's leaf hash (RFC 6962 section 2.1): how other documents name the row.
    #[must_use]
    pub fn leaf_hash(&self) -> Digest {
        Digest::of_parts(&[&[0], &self.leaf_bytes()])
    }
}

/// A field of an opening.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpenedField {
    /// Only its commitment.
    Closed(Digest),
    /// Its salt and value.
    Opened {
        /// The salt.
        salt: [u8; 16],
        /// The value.
        value: Personal<String>,
    },
}

/// A row of which some fields are opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowOpening {
    /// The request.
    pub request: RequestId,
    /// Sheet of subjects, from 1.
    pub sheet: u16,
    /// Row number of the sheet.
    pub row: u32,
    // INVARIANT: one for each of Field::all(), in that order.
    fields: Vec<OpenedField>,
}

impl RowOpening {
    /// The commitments, recomputed from what is opened.
    #[must_use]
    pub fn commitment(&self) -> RowCommitment {
        let fields = Field::all()
            .zip(&self.fields)
            .map(|(field, opened)| match opened {
                OpenedField::Closed(digest) => *digest,
                OpenedField::Opened { salt, value } => {
                    commitment(salt, &field.name(), value.expose())
                }
            })
            .collect();
        RowCommitment {
            sheet: self.sheet,
            row: self.row,
            fields,
        }
    }

    /// The value of an opened field; `None` where it is closed.
    #[must_use]
    pub fn value(&self, field: Field) -> Option<&str> {
        let position = Field::all().position(|candidate| candidate == field)?;
        match self.fields.get(position)? {
            OpenedField::Opened { value, .. } => Some(value.expose()),
            OpenedField::Closed(_) => None,
        }
    }

    /// The row as intake read it; `None` unless every field is opened and the layout fits.
    #[must_use]
    pub fn row(&self) -> Option<Row> {
        let layout = self.value(Field::Layout)?;
        let mut words = layout.split(' ').filter(|word| !word.is_empty()).peekable();
        let hidden = words.next_if(|word| *word == "hidden").is_some();
        let cells = words
            .map(|word| {
                let (column, position, kind, formula) = read_layout_word(word)?;
                let text = Personal::from(self.value(Field::Column(column))?);
                Some(Cell {
                    column,
                    position,
                    kind,
                    formula,
                    text,
                })
            })
            .collect::<Option<Vec<_>>>()?;
        let row = Row::new(self.sheet, self.row, hidden, cells);
        let unlisted = |column: &Column| {
            row.cell(*column).is_none() && self.value(Field::Column(*column)) != Some("")
        };
        (write_layout(&row) == layout && !Column::ALL.iter().any(unlisted)).then_some(row)
    }

    /// The opened, non-empty address keys.
    pub fn address_keys(&self) -> impl Iterator<Item = &str> {
        (0..ADDRESS_KEYS)
            .filter_map(|number| u8::try_from(number).ok())
            .filter_map(|number| self.value(Field::AddressKey(number)))
            .filter(|key| !key.is_empty())
    }
}

impl Document for RowOpening {
    const CONTEXT: &'static str = "countersign/row-opening/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("request", &self.request)
            .line("sheet", self.sheet)
            .line("row", self.row);
        writer.lines(
            "field",
            Field::all()
                .zip(&self.fields)
                .map(|(field, opened)| match opened {
                    OpenedField::Closed(digest) => format!("{} closed {digest}", field.name()),
                    OpenedField::Opened { salt, value } => {
                        format!(
                            "{} opened {} x{}",
                            field.name(),
                            hex(salt),
                            hex(value.expose().as_bytes())
                        )
                    }
                }),
        );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let request = reader.value("request")?;
        let sheet = reader.value("sheet")?;
        let row = reader.value("row")?;
        let named = reader.repeated("field", read_field)?;
        if !named.iter().map(|(field, _)| *field).eq(Field::all()) {
            return Err(DocumentError::Inconsistent(
                "a row has every field once, in order",
            ));
        }
        let fields = named.into_iter().map(|(_, opened)| opened).collect();
        Ok(Self {
            request,
            sheet,
            row,
            fields,
        })
    }
}

fn read_field(text: &str) -> Option<(Field, OpenedField)> {
    let [name, kind, rest] = parts(text)?;
    let field = Field::from_name(name)?;
    match kind {
        "closed" => Some((field, OpenedField::Closed(parsed(rest)?))),
        "opened" => {
            let [salt, value] = parts(rest)?;
            let salt = unhex(salt)?.try_into().ok()?;
            let value = Personal::new(String::from_utf8(unhex(value.strip_prefix('x')?)?).ok()?);
            Some((field, OpenedField::Opened { salt, value }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> RowContent {
        let cell = |column, text: &str| Cell {
            column,
            position: 0,
            kind: CellKind::Text,
            formula: false,
            text: Personal::from(text),
        };
        let cells = vec![
            cell(Column::Surnames, "Díaz"),
            cell(Column::MoreAddresses, "1 A St\n2 B St"),
        ];
        RowContent::new(
            &Row::new(1, 2, false, cells),
            &[],
            &[Some("k|1".into()), None, Some("k|3".into())],
        )
    }

    #[test]
    fn an_opening_shows_only_what_is_opened_and_commits_to_the_same_row() {
        let secret = RequestSecret::from_bytes([9; 32]);
        let request: RequestId = "REQ-1".parse().unwrap();
        let content = content();
        let opening = content.open(&request, &secret, |field| {
            matches!(field, Field::AddressKey(_))
        });
        assert_eq!(opening.commitment(), content.commit(&secret));
        assert_eq!(opening.address_keys().collect::<Vec<_>>(), ["k|1", "k|3"]);
        assert_eq!(opening.value(Field::Column(Column::Surnames)), None);
        let text = opening.text();
        assert_eq!(RowOpening::parse(&text).unwrap(), opening);
        let changed = text.replacen("opened", "closed", 1);
        assert!(RowOpening::parse(&changed).is_err());
    }

    #[test]
    fn a_wholly_opened_row_is_the_row_that_was_read() {
        let secret = RequestSecret::from_bytes([9; 32]);
        let request: RequestId = "REQ-1".parse().unwrap();
        let cell = |column, position, kind, formula, text: &str| Cell {
            column,
            position,
            kind,
            formula,
            text: Personal::from(text),
        };
        let cells = vec![
            cell(Column::PostalCode, 9, CellKind::Number, false, "2138"),
            cell(Column::Surnames, 1, CellKind::Text, true, "Díaz"),
            cell(Column::DateOfBirth, 3, CellKind::Date, false, "1980-02-03"),
        ];
        let row = Row::new(2, 7, true, cells);
        let content = RowContent::new(&row, &[], &[]);
        assert_eq!(content.open(&request, &secret, |_| true).row(), Some(row));
        let partly = content.open(&request, &secret, |field| field == Field::Layout);
        assert_eq!(partly.row(), None);
    }

    #[test]
    fn any_change_of_a_value_changes_the_leaf() {
        let secret = RequestSecret::from_bytes([9; 32]);
        let base = content().commit(&secret).leaf_hash();
        let mut other = content();
        other.values[0] = Personal::from("x");
        assert_ne!(other.commit(&secret).leaf_hash(), base);
        let other_secret = RequestSecret::from_bytes([8; 32]);
        assert_ne!(content().commit(&other_secret).leaf_hash(), base);
    }
}
