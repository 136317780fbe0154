//! Rows of a csv or Parquet file, by the columns a map names.
//!
//! Place in the flow: between the files and the standard forms. One row is in memory at a time.
//!
//! Left to others: what the values mean (form).

use std::{fs::File, path::Path};

use super::{error::LinkError, map::Key};

/// Most bytes of a cell that are looked at; what is longer is no name, date or address.
const LONGEST_CELL: usize = 1024;

/// What takes the rows: line and the wanted values in their order.
pub type RowSink<'s> = dyn FnMut(u64, &[&str]) -> Result<(), LinkError> + 's;

/// Reads the wanted columns of every row; trimmed, cut at 1024 bytes.
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
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .buffer_capacity(1 << 20)
        .from_reader(file);
    let heading = reader.byte_headers().map_err(|error| of_csv(path, error))?;
    let heading: Vec<String> = heading.iter().map(text).collect();
    let places = places(path, &heading, wanted)?;
    let mut record = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| of_csv(path, error))?
    {
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

fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..LONGEST_CELL).unwrap_or(bytes);
    String::from_utf8_lossy(bytes)
        .trim_matches(['\u{feff}', ' '])
        .to_owned()
}

fn of_csv(path: &Path, error: csv::Error) -> LinkError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
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
    let heading: Vec<String> = schema
        .columns()
        .iter()
        .map(|column| column.name().to_owned())
        .collect();
    let places = places(path, &heading, wanted)?;
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
        other => text(other.to_string().as_bytes()),
    }
}
