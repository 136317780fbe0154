//! Extracts as csv: UTF-8, comma, header line.
//!
//! Place in the flow: one of the two readers behind [`super::open`].
//!
//! Left to others: the meaning of the fields (row).

use std::io::Read;

use super::{ExtractError, ExtractRow, Field};

/// Reads a csv with a header line. Column names are case-insensitive, other columns are ignored.
///
/// # Errors
/// [`ExtractError::ColumnMissing`], [`ExtractError::ColumnTwice`] or an unreadable header; each
/// item is an error where its row cannot be read.
pub fn read_csv(
    reader: impl Read + 'static,
) -> Result<impl Iterator<Item = Result<ExtractRow, ExtractError>>, ExtractError> {
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(1 << 20)
        .from_reader(reader);
    let header = reader.headers().map_err(|error| problem(0, &error))?;
    let names: Vec<String> = header.iter().map(str::to_owned).collect();
    let columns = columns(&names)?;
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    let mut finished = false;
    Ok(std::iter::from_fn(move || {
        if finished {
            return None;
        }
        number += 1;
        match reader.read_record(&mut record) {
            Ok(true) => Some(ExtractRow::new(
                number,
                columns.iter().map(|place| record.get(*place).unwrap_or("")),
            )),
            Ok(false) => None,
            Err(error) => {
                finished = true;
                Some(Err(problem(number, &error)))
            }
        }
    }))
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
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("it has {len} fields where the header has {expected_len}"),
        csv::ErrorKind::Io(_) => "the file ended or failed while it was read".to_owned(),
        _ => "it is not csv".to_owned(),
    };
    ExtractError::Row { row, problem }
}

#[cfg(test)]
mod tests {
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
