//! Extracts as csv: UTF-8, comma, header line.
//!
//! Place in the flow: one of the two readers behind [`super::open`].
//!
//! Left to others: the meaning of the fields (row).

use std::{collections::VecDeque, io::Read, string::FromUtf8Error, sync::Arc};

use rayon::prelude::*;

use super::{
    ExtractError, ExtractRow, Field,
    row::{BlockRows, RowBlock, Spare},
};

/// Bytes that are read and divided among threads at a time; whole records of them.
const BLOCK_BYTES: usize = 1 << 21;
/// Longest record, in bytes.
const RECORD_BYTES_MAX: usize = 1 << 24;

/// Reads a csv with a header line. Column names are case-insensitive, other columns are ignored.
/// Blocks of records are read on all threads; rows come in the file's order.
///
/// # Errors
/// [`ExtractError::ColumnMissing`], [`ExtractError::ColumnTwice`] or an unreadable header; each
/// item is an error where its row cannot be read, and the last.
pub fn read_csv(
    reader: impl Read + 'static,
) -> Result<impl Iterator<Item = Result<ExtractRow, ExtractError>>, ExtractError> {
    let mut blocks = Blocks::new(reader);
    let first = blocks.take().unwrap_or_else(|| Ok(Vec::new()));
    let first = first.map_err(|why| why.error(0))?;
    let mut header = csv_reader(&first, true);
    let names = header.headers().map_err(|error| problem(0, &error))?;
    let names: Vec<String> = names.iter().map(str::to_owned).collect();
    let shape = Shape {
        columns: columns(&names)?,
        width: names.len(),
    };
    let parsed = VecDeque::from([shape.parse(first, true, Spare::default())]);
    Ok(CsvRows {
        blocks,
        shape,
        parsed,
        current: BlockRows::default(),
        lent: Vec::new(),
        spare: Vec::new(),
        failed: None,
        before: 0,
        finished: false,
    })
}

fn csv_reader(bytes: &[u8], has_header: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(has_header)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(bytes)
}

/// Which columns mean what.
struct Shape {
    /// The place of each field.
    columns: Vec<usize>,
    /// Columns of the header.
    width: usize,
}

impl Shape {
    /// The records of a block, up to an error.
    fn parse(&self, block: Vec<u8>, has_header: bool, spare: Spare) -> Parsed {
        if has_header || !self.is_plain() {
            return self.parse_any(&block, has_header);
        }
        let plain = String::from_utf8(block).map_err(FromUtf8Error::into_bytes);
        let plain = plain
            .and_then(|text| RowBlock::of_plain_lines(text, spare).map_err(String::into_bytes));
        match plain {
            Ok(rows) => Parsed { rows, failed: None },
            Err(block) => self.parse_any(&block, false),
        }
    }

    /// Whether the columns are those of an extract, in their order.
    fn is_plain(&self) -> bool {
        self.width == Field::ALL.len() && self.columns.is_sorted()
    }

    /// As [`Self::parse`], of whatever the csv library reads.
    fn parse_any(&self, block: &[u8], has_header: bool) -> Parsed {
        let mut reader = csv_reader(block, has_header);
        let mut rows = RowBlock::with_capacity(block.len(), block.len() / 64);
        let mut record = csv::StringRecord::new();
        for number in 1.. {
            let read = match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) if record.len() == self.width => {
                    let fields = self.columns.iter();
                    rows.push(number, fields.map(|place| record.get(*place).unwrap_or("")))
                }
                Ok(true) => Err(unequal(number, record.len(), self.width)),
                Err(error) => Err(problem(number, &error)),
            };
            if let Err(error) = read {
                let failed = Some(error);
                return Parsed { rows, failed };
            }
        }
        Parsed { rows, failed: None }
    }
}

/// The rows of a block, and the error that ended it, counted from 1 within it.
#[derive(Default)]
struct Parsed {
    rows: RowBlock,
    failed: Option<ExtractError>,
}

/// Rows of all blocks, in order.
struct CsvRows<R> {
    blocks: Blocks<R>,
    shape: Shape,
    parsed: VecDeque<Parsed>,
    current: BlockRows,
    /// Texts of blocks, which are read into again when no row has them any more.
    lent: Vec<Arc<String>>,
    /// Memory of blocks whose rows were all given.
    spare: Vec<Spare>,
    /// What comes after the current rows.
    failed: Option<ExtractError>,
    /// Rows up to the end of the current block.
    before: u64,
    finished: bool,
}

impl<R: Read> CsvRows<R> {
    /// Reads some blocks and parses them on all threads. A block that cannot be read is an error in
    /// its place.
    fn refill(&mut self) {
        let lent = std::mem::take(&mut self.lent).into_iter();
        let (free, lent): (Vec<_>, Vec<_>) = lent.partition(|text| Arc::strong_count(text) == 1);
        let free = free.into_iter().filter_map(Arc::into_inner);
        self.blocks.spare.extend(free.map(String::into_bytes));
        self.lent = lent;
        let wanted = rayon::current_num_threads().saturating_mul(2);
        let mut blocks = Vec::with_capacity(wanted);
        while blocks.len() < wanted
            && let Some(block) = self.blocks.take()
        {
            blocks.push((block, self.spare.pop().unwrap_or_default()));
        }
        let shape = &self.shape;
        self.parsed = blocks
            .into_par_iter()
            .map(|(block, spare)| match block {
                Ok(bytes) => shape.parse(bytes, false, spare),
                Err(why) => Parsed {
                    rows: RowBlock::default(),
                    failed: Some(why.error(1)),
                },
            })
            .collect::<Vec<_>>()
            .into();
    }

    /// Goes on to the next block; whether there is one.
    fn advance(&mut self) -> bool {
        if self.parsed.is_empty() {
            self.refill();
        }
        let Some(block) = self.parsed.pop_front() else {
            return false;
        };
        let before = self.before;
        let (text, rows) = block.rows.rows(before);
        self.lent.push(text);
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.before = before.saturating_add(count);
        self.failed = block.failed.map(|error| error.after(before));
        let before = std::mem::replace(&mut self.current, rows);
        self.spare.push(before.into_spare());
        true
    }
}

impl<R: Read> Iterator for CsvRows<R> {
    type Item = Result<ExtractRow, ExtractError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.finished {
            if let Some(row) = self.current.next() {
                return Some(Ok(row));
            }
            if let Some(error) = self.failed.take() {
                self.finished = true;
                return Some(Err(error));
            }
            self.finished = !self.advance();
        }
        None
    }
}

/// Why a block could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockError {
    Io,
    Endless,
}

impl BlockError {
    fn error(self, row: u64) -> ExtractError {
        let problem = match self {
            Self::Io => "the file ended or failed while it was read",
            Self::Endless => "a record is longer than 16 MiB",
        };
        ExtractError::Row {
            row,
            problem: problem.to_owned(),
        }
    }
}

/// Cuts a csv into blocks of whole records.
struct Blocks<R> {
    reader: R,
    rest: Vec<u8>,
    ended: bool,
    /// Memory of blocks before.
    spare: Vec<Vec<u8>>,
}

impl<R: Read> Blocks<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            rest: Vec::new(),
            ended: false,
            spare: Vec::new(),
        }
    }

    /// The next block; `None` after the last.
    fn take(&mut self) -> Option<Result<Vec<u8>, BlockError>> {
        let mut wanted = BLOCK_BYTES;
        while !self.ended {
            if self.fill(wanted).is_err() {
                self.ended = true;
                self.rest = Vec::new();
                return Some(Err(BlockError::Io));
            }
            if self.ended {
                break;
            }
            if let Some(end) = last_record_end(&self.rest) {
                let mut rest = self.spare.pop().unwrap_or_default();
                rest.clear();
                rest.extend_from_slice(self.rest.get(end..).unwrap_or(&[]));
                self.rest.truncate(end);
                return Some(Ok(std::mem::replace(&mut self.rest, rest)));
            }
            if self.rest.len() > RECORD_BYTES_MAX {
                self.ended = true;
                self.rest = Vec::new();
                return Some(Err(BlockError::Endless));
            }
            wanted = self.rest.len().saturating_mul(2);
        }
        (!self.rest.is_empty()).then(|| Ok(std::mem::take(&mut self.rest)))
    }

    /// Reads until so many bytes are there or the file ends.
    fn fill(&mut self, wanted: usize) -> std::io::Result<()> {
        let missing = wanted.saturating_sub(self.rest.len());
        self.rest.reserve(missing);
        let limit = u64::try_from(missing).unwrap_or(u64::MAX);
        let read = (&mut self.reader).take(limit).read_to_end(&mut self.rest)?;
        self.ended = read < missing;
        Ok(())
    }
}

/// Where the last whole record ends in bytes that begin with a record; `None` where none ends.
/// Quotes are read as the csv library reads them: they open only at the start of a field.
fn last_record_end(bytes: &[u8]) -> Option<usize> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum At {
        FieldStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }
    let after = |place: usize| place.saturating_add(1);
    if !bytes.contains(&b'"') {
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        if end.is_some() {
            return end.map(after);
        }
    }
    let mut at = At::FieldStart;
    let mut end = None;
    for (place, byte) in bytes.iter().enumerate() {
        at = match (at, byte) {
            (At::FieldStart, b'"') | (At::QuoteInQuoted, b'"') => At::Quoted,
            (At::Quoted, b'"') => At::QuoteInQuoted,
            (At::Quoted, _) => At::Quoted,
            (_, b',') => At::FieldStart,
            (_, b'\n' | b'\r') => {
                end = Some(after(place));
                At::FieldStart
            }
            _ => At::Plain,
        };
    }
    end
}

/// The place of each field in the file.
pub(super) fn columns(names: &[String]) -> Result<Vec<usize>, ExtractError> {
    let find = |field: Field| {
        let mut places = names
            .iter()
            .enumerate()
            .filter(|(_, name)| {
                let name = name.trim_start_matches('\u{feff}').trim();
                name.eq_ignore_ascii_case(field.name())
            })
            .map(|(place, _)| place);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (None, _) => Err(ExtractError::ColumnMissing(field.name())),
            (Some(_), Some(_)) => Err(ExtractError::ColumnTwice(field.name())),
        }
    };
    Field::ALL.into_iter().map(find).collect()
}

/// What the csv reader found, without the text it found it in.
fn problem(row: u64, error: &csv::Error) -> ExtractError {
    let problem = match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => {
            format!("field {} is not UTF-8", err.field().saturating_add(1))
        }
        csv::ErrorKind::Io(_) => "the file ended or failed while it was read".to_owned(),
        _ => "it is not csv".to_owned(),
    };
    ExtractError::Row { row, problem }
}

fn unequal(row: u64, fields: usize, header: usize) -> ExtractError {
    ExtractError::Row {
        row,
        problem: format!("it has {fields} fields where the header has {header}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "person_id,tin,given_names,surnames,suffix,date_of_birth,tax_period,\
filed_on,address_line_1,address_line_2,city,state,postal_code,hold,identity_theft";

    fn rows(text: String) -> Result<Vec<Result<ExtractRow, ExtractError>>, ExtractError> {
        Ok(read_csv(std::io::Cursor::new(text))?.collect())
    }

    fn first_error(text: String) -> String {
        match rows(text) {
            Err(error) => error.to_string(),
            Ok(rows) => rows
                .into_iter()
                .find_map(Result::err)
                .map_or_else(String::new, |error| error.to_string()),
        }
    }

    #[test]
    fn rows_come_in_order_with_their_numbers() {
        let text = format!(
            "\u{feff}{HEADER}\nP1,,Ana,Diaz,,,2023,,\"1 Main St, rear\",,Reno,NV,89501,,\n"
        );
        let rows = rows(text).unwrap();
        let row = rows[0].as_ref().unwrap();
        assert_eq!((rows.len(), row.number()), (1, 1));
        assert_eq!(row.text(Field::AddressLine1), "1 Main St, rear");
    }

    proptest! {
        /// Wherever a block ends, the records of both parts are those of the whole.
        #[test]
        fn cutting_at_the_end_of_a_record_changes_no_record(text in "[a,\"\n\r]{0,40}") {
            let all = |text: &[u8]| -> Vec<csv::StringRecord> {
                csv_reader(text, false).records().map(Result::unwrap).collect()
            };
            if let Some(end) = last_record_end(text.as_bytes()) {
                let (before, after) = text.as_bytes().split_at(end);
                let mut parts = all(before);
                parts.extend(all(after));
                prop_assert_eq!(parts, all(text.as_bytes()));
            }
        }
    }

    proptest! {
        /// Plain lines, read where they stand, against the csv library.
        #[test]
        fn plain_lines_have_the_fields_that_the_library_finds(
            lines in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec("[aB1é ]{0,3}|\u{a0}a", 14..17).prop_map(|f| f.join(",")),
                    "[a,\"\r]{0,20}",
                ],
                0..8,
            ),
            ended: bool,
        ) {
            let mut text = lines.join("\n");
            if ended {
                text.push('\n');
            }
            let shape = Shape { columns: (0..15).collect(), width: 15 };
            let fields = |parsed: Parsed| {
                let rows = parsed.rows.rows(7).1.map(|row| {
                    (row.number(), Field::ALL.map(|field| row.text(field).to_owned()))
                });
                (rows.collect::<Vec<_>>(), parsed.failed.map(|error| error.to_string()))
            };
            let quick = fields(shape.parse(text.clone().into_bytes(), false, Spare::default()));
            prop_assert_eq!(quick, fields(shape.parse_any(text.as_bytes(), false)));
        }
    }

    #[test]
    fn rows_of_many_blocks_come_in_order_with_their_numbers() {
        let mut text = format!("{HEADER}\n");
        let count = 3 * BLOCK_BYTES / 50;
        for number in 1..=count {
            text.push_str(&format!(
                "P{number},,Ana,Diaz,,,2023,,\"1 Main St,\nrear\",,Reno,NV,89501,,\n"
            ));
        }
        let rows = rows(text.clone()).unwrap();
        assert_eq!(rows.len(), count);
        for (number, row) in (1..).zip(&rows) {
            let row = row.as_ref().unwrap();
            assert_eq!(row.number(), number);
            assert_eq!(row.text(Field::PersonId), format!("P{number}"));
        }
        text.push_str("P,too,short\n");
        let expected = format!(
            "row {} of the extract cannot be read: it has 3 fields where the header has 15",
            count + 1
        );
        assert_eq!(first_error(text), expected);
    }

    #[test]
    fn a_record_without_end_is_refused() {
        let text = format!("{HEADER}\nP1,,\"{}", "x".repeat(RECORD_BYTES_MAX * 3));
        assert_eq!(
            first_error(text),
            "row 1 of the extract cannot be read: a record is longer than 16 MiB"
        );
    }

    #[test]
    fn defects_are_named() {
        let check = |text: String, expected: &str| assert_eq!(first_error(text), expected);
        check(
            HEADER.replace("tin,", ""),
            "the extract has no column `tin`",
        );
        check(
            HEADER.replace("suffix", "tin"),
            "the extract has the column `tin` twice",
        );
        check(
            format!("{HEADER}\nP1,,\n"),
            "row 1 of the extract cannot be read: it has 3 fields where the header has 15",
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named_by_field() {
        let mut bytes = format!("{HEADER}\nP1,,").into_bytes();
        bytes.extend_from_slice(&[0xff, 0xfe]);
        bytes.extend_from_slice(b",D,,,2023,,1 A St,,Reno,NV,89501,,\n");
        let rows: Vec<_> = read_csv(std::io::Cursor::new(bytes)).unwrap().collect();
        let error = rows[0].as_ref().unwrap_err().to_string();
        assert_eq!(
            error,
            "row 1 of the extract cannot be read: field 3 is not UTF-8"
        );
    }
}
