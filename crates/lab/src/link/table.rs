//! Rows of a csv or Parquet file, by the columns a map names.
//!
//! Place in the flow: between the files and the standard forms. One row is in memory at a time.
//!
//! Left to others: what the values mean (form).

use std::{
    borrow::Cow,
    cell::Cell,
    fs::File,
    io::{self, Read, Seek as _},
    path::Path,
    rc::Rc,
};

use super::{error::LinkError, map::Key};

/// Most bytes of a cell that are looked at; what is longer is no name, date or address.
const LONGEST_CELL: usize = 1024;
/// Most bytes of one row of a csv; a quotation mark that is never closed makes the rest one row.
const LONGEST_ROW: u64 = 64 << 20;
/// Bytes of a csv in which its separator is looked for.
const START: u64 = 64 << 10;
/// What may stand between cells.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What takes the rows: line and the wanted values in their order.
pub type RowSink<'s> = dyn FnMut(u64, &[&str]) -> Result<(), LinkError> + 's;

/// Reads the wanted columns of every row; trimmed, cut at 1024 bytes. A csv may have commas, semicolons,
/// tabs or bars between its cells.
///
/// # Errors
/// [`LinkError::Read`], [`LinkError::Column`], [`LinkError::File`] for a file without a heading,
/// [`LinkError::Line`] for a row of another length, and what the sink returns.
pub fn read_rows(
    path: &Path,
    wanted: &[(Key, &str)],
    sink: &mut RowSink<'_>,
) -> Result<(), LinkError> {
    let parquet = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
    let file = File::open(path).map_err(LinkError::read(path))?;
    if parquet {
        columnar(path, file, wanted, sink)
    } else {
        comma(path, file, wanted, sink)
    }
}

fn comma(
    path: &Path,
    file: File,
    wanted: &[(Key, &str)],
    sink: &mut RowSink<'_>,
) -> Result<(), LinkError> {
    let (file, separator) = separator(path, file)?;
    let end = Rc::new(Cell::new(LONGEST_ROW));
    let bounded = Bounded {
        file,
        read: 0,
        end: Rc::clone(&end),
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .delimiter(separator)
        .buffer_capacity(1 << 20)
        .from_reader(bounded);
    let heading = reader.byte_headers().map_err(|error| of_csv(path, error))?;
    let heading: Vec<String> = heading.iter().map(text).collect();
    let places = places(path, &heading, wanted)?;
    let mut record = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| of_csv(path, error))?
    {
        end.set(reader.position().byte() + LONGEST_ROW);
        let line = record.position().map_or(0, csv::Position::line);
        let values: Vec<String> = places
            .iter()
            .map(|place| text(record.get(*place).unwrap_or_default()))
            .collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        sink(line, &values)?;
    }
    Ok(())
}

/// The file from its start, and the separator its first line has most of; a comma where it has none.
fn separator(path: &Path, mut file: File) -> Result<(File, u8), LinkError> {
    let mut start = Vec::new();
    (&mut file)
        .take(START)
        .read_to_end(&mut start)
        .and_then(|_| file.rewind())
        .map_err(LinkError::read(path))?;
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Err(LinkError::File {
            path: path.to_owned(),
            problem: "is UTF-16: save it as UTF-8".into(),
        });
    }
    let first = start
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let count = |separator: u8| first.iter().filter(|byte| **byte == separator).count();
    // Of equals the first.
    let most = SEPARATORS.into_iter().rev().max_by_key(|one| count(*one));
    Ok((file, most.unwrap_or(b',')))
}

/// A file of which no more is read than one row may be long.
struct Bounded {
    file: File,
    read: u64,
    end: Rc<Cell<u64>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read > self.end.get() {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

/// The places of the wanted columns.
fn places(
    path: &Path,
    heading: &[String],
    wanted: &[(Key, &str)],
) -> Result<Vec<usize>, LinkError> {
    if heading.iter().all(String::is_empty) {
        return Err(LinkError::File {
            path: path.to_owned(),
            problem: "is empty: its first line must name the columns".into(),
        });
    }
    let place = |(key, column): &(Key, &str)| {
        let mut found = heading
            .iter()
            .enumerate()
            .filter(|(_, name)| name == column);
        match (found.next(), found.count()) {
            (Some((place, _)), 0) => Ok(place),
            (first, more) => Err(LinkError::Column {
                path: path.to_owned(),
                key: key.name().to_owned(),
                column: (*column).to_owned(),
                found: more + usize::from(first.is_some()),
            }),
        }
    };
    wanted.iter().map(place).collect()
}

/// A cell as text, trimmed: UTF-8, or Windows-1252 where it cannot be that. Whole numbers that a spreadsheet
/// or a data frame wrote as fractions (`2000.0`) are whole again.
fn text(bytes: &[u8]) -> String {
    let whole = bytes.get(..LONGEST_CELL).unwrap_or(bytes);
    let text = match std::str::from_utf8(whole) {
        Ok(text) => Cow::Borrowed(text),
        // Cut within a letter.
        Err(error) if error.error_len().is_none() && whole.len() < bytes.len() => {
            String::from_utf8_lossy(whole.get(..error.valid_up_to()).unwrap_or_default())
        }
        Err(_) => whole.iter().map(|byte| windows_1252(*byte)).collect(),
    };
    let empty = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    let text = text.trim_matches(empty);
    match text.strip_suffix(".0") {
        Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            number.to_owned()
        }
        _ => text.to_owned(),
    }
}

/// A byte of Windows-1252 (WHATWG Encoding Standard, index windows-1252).
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
    ];
    let high = byte.checked_sub(0x80).map(usize::from);
    high.and_then(|place| HIGH.get(place).copied())
        .unwrap_or(char::from(byte))
}

fn of_csv(path: &Path, error: csv::Error) -> LinkError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) if source.kind() == io::ErrorKind::FileTooLarge => {
            LinkError::File {
                path: path.to_owned(),
                problem: format!(
                    "has a row of more than {} MiB: a quotation mark may be open",
                    LONGEST_ROW >> 20
                ),
            }
        }
        csv::ErrorKind::Io(source) => LinkError::Read {
            path: path.to_owned(),
            source,
        },
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => LinkError::Line {
            path: path.to_owned(),
            line,
            problem: format!("has {len} cells, the heading has {expected_len}"),
        },
        _ => LinkError::Line {
            path: path.to_owned(),
            line,
            problem: "cannot be read as csv".into(),
        },
    }
}

#[cfg(not(feature = "parquet"))]
fn columnar(path: &Path, _: File, _: &[(Key, &str)], _: &mut RowSink<'_>) -> Result<(), LinkError> {
    Err(LinkError::File {
        path: path.to_owned(),
        problem: "is Parquet, and this program was built without it; give csv".into(),
    })
}

#[cfg(feature = "parquet")]
fn columnar(
    path: &Path,
    file: File,
    wanted: &[(Key, &str)],
    sink: &mut RowSink<'_>,
) -> Result<(), LinkError> {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    let damaged = |_| LinkError::File {
        path: path.to_owned(),
        problem: "is no Parquet file that can be read".into(),
    };
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    // Columns of the row, not leaves: a list or a struct before a wanted column is one.
    let fields = schema.root_schema().get_fields();
    let heading: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let places = places(path, &heading, wanted)?;
    for ((key, column), place) in wanted.iter().zip(&places) {
        if fields
            .get(*place)
            .is_some_and(|field| !field.is_primitive())
        {
            return Err(LinkError::File {
                path: path.to_owned(),
                problem: format!(
                    "has lists or groups in `{column}`, and the map's key `{}` wants values",
                    key.name()
                ),
            });
        }
    }
    for (line, row) in (1..).zip(reader.get_row_iter(None).map_err(damaged)?) {
        let row = row.map_err(|_| LinkError::Line {
            path: path.to_owned(),
            line,
            problem: "the Parquet page is damaged".into(),
        })?;
        let cells: Vec<String> = row
            .get_column_iter()
            .map(|(_, value)| shown(value))
            .collect();
        let values: Vec<&str> = places
            .iter()
            .map(|place| cells.get(*place).map_or("", String::as_str))
            .collect();
        sink(line, &values)?;
    }
    Ok(())
}

/// A Parquet value as the text a csv would have.
#[cfg(feature = "parquet")]
fn shown(value: &parquet::record::Field) -> String {
    use parquet::record::Field;
    match value {
        Field::Null => String::new(),
        Field::Str(value) => text(value.as_bytes()),
        Field::Bytes(value) => text(value.data()),
        // Display would give `0E0`.
        Field::Float(value) if value.fract() == 0.0 && value.abs() < 1e7 => format!("{value:.0}"),
        Field::Double(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        other => text(other.to_string().as_bytes()),
    }
}
