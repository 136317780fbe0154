//! Extracts as Parquet: text columns, dates also as DATE, the period also as an integer, markers
//! also as BOOLEAN.
//!
//! Place in the flow: one of the two readers behind [`super::open`].
//!
//! Left to others: the meaning of the fields (row).

use std::{fs::File, sync::Arc, time::Duration};

use model::time::Date;
use parquet::{
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
    record::{Field as Value, reader::RowIter},
};

use super::{ExtractError, ExtractRow, delimited::columns};

/// Reads a Parquet file, row group by row group.
///
/// # Errors
/// [`ExtractError::Parquet`] for a file that is none, [`ExtractError::ColumnMissing`] or
/// [`ExtractError::ColumnTwice`]; each item is an error where its row cannot be read.
pub fn read_parquet(
    file: File,
) -> Result<impl Iterator<Item = Result<ExtractRow, ExtractError>>, ExtractError> {
    let reader = SerializedFileReader::new(file).map_err(|error| of_parquet(&error))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema
        .columns()
        .iter()
        .map(|column| Arc::as_ref(column).name().to_owned())
        .collect();
    let columns = columns(&names)?;
    let rows = RowIter::from_file_into(Box::new(reader));
    let mut number = 0;
    let mut finished = false;
    Ok(rows.map_while(move |row| {
        if finished {
            return None;
        }
        number += 1;
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                finished = true;
                let problem = format!("the Parquet page is damaged: {}", kind(&error));
                return Some(Err(ExtractError::Row {
                    row: number,
                    problem,
                }));
            }
        };
        let values: Vec<&Value> = row.get_column_iter().map(|(_, value)| value).collect();
        let texts: Result<Vec<String>, ExtractError> = columns
            .iter()
            .zip(super::Field::ALL)
            .map(|(place, field)| {
                values
                    .get(*place)
                    .and_then(|value| text(value))
                    .ok_or(ExtractError::Field {
                        row: number,
                        field: field.name(),
                        problem: "the column's type is neither text, date, integer nor boolean",
                    })
            })
            .collect();
        Some(texts.and_then(|texts| ExtractRow::new(number, texts.iter().map(String::as_str))))
    }))
}

fn of_parquet(error: &ParquetError) -> ExtractError {
    ExtractError::Parquet(kind(error).to_owned())
}

/// The kind of failure, without any text of the file.
fn kind(error: &ParquetError) -> &'static str {
    match error {
        ParquetError::EOF(_) => "it ends too early",
        ParquetError::NYI(_) => "it uses a feature this reader does not have",
        _ => "it is damaged or not Parquet",
    }
}

/// A value as the text a csv would have; `None` for a type that no column has.
fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => String::new(),
        Value::Str(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Byte(value) => value.to_string(),
        Value::Short(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::UByte(value) => value.to_string(),
        Value::UShort(value) => value.to_string(),
        Value::UInt(value) => value.to_string(),
        Value::ULong(value) => value.to_string(),
        Value::Date(days) => date(*days)?.to_string(),
        Value::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok()?.to_owned(),
        _ => return None,
    })
}

/// The day so many days after, or before, 1 January 1970.
fn date(days: i32) -> Option<Date> {
    let epoch = Date::constant(1970, 1, 1);
    let span = Duration::from_secs(u64::from(days.unsigned_abs()).saturating_mul(86_400));
    let date = if days < 0 {
        epoch.checked_sub(span)
    } else {
        epoch.checked_add(span)
    };
    date.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(date(0).unwrap().to_string(), "1970-01-01");
        assert_eq!(date(-3653).unwrap().to_string(), "1960-01-01");
        assert_eq!(date(18_321).unwrap().to_string(), "2020-02-29");
        assert_eq!(date(i32::MAX), None);
    }

    #[test]
    fn other_files_are_refused() {
        let path = std::env::temp_dir().join("countersign-no-parquet-test");
        std::fs::write(&path, b"PAR1 but no more").unwrap();
        let error = read_parquet(File::open(&path).unwrap()).err().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(
            error
                .to_string()
                .starts_with("the Parquet file cannot be read")
        );
    }
}
