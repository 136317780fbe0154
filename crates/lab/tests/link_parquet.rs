//! Linking Parquet files: columns are found behind lists and groups, and numbers are read as a csv has them.
//!
//! Place in the flow: beside `link`, which checks everything else on csv.
//!
//! Left to others: reading the format (the crate `parquet`).

#![cfg(feature = "parquet")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::{
    fs::{self, File},
    path::Path,
    sync::Arc,
};

use countersign_lab::link::{self, LinkArguments, error::LinkError, report::Report};
use parquet::{
    data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

/// One column of a file; `None` is a null.
enum Column {
    /// Of text within a group, before the others.
    Grouped(Vec<&'static str>),
    Text(Vec<Option<String>>),
    /// Days since 1970.
    Days(Vec<i32>),
    Fraction(Vec<Option<f64>>),
}

fn write(path: &Path, schema: &str, columns: &[Column]) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer =
        SerializedFileWriter::new(File::create(path).unwrap(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for column in columns {
        let mut to = group.next_column().unwrap().unwrap();
        match column {
            Column::Grouped(values) => {
                let levels = vec![2; values.len()];
                let values: Vec<ByteArray> =
                    values.iter().map(|text| ByteArray::from(*text)).collect();
                to.typed::<ByteArrayType>()
                    .write_batch(&values, Some(&levels), None)
                    .unwrap();
            }
            Column::Text(values) => {
                let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_some())).collect();
                let values: Vec<ByteArray> = values
                    .iter()
                    .flatten()
                    .map(|text| ByteArray::from(text.as_str()))
                    .collect();
                to.typed::<ByteArrayType>()
                    .write_batch(&values, Some(&levels), None)
                    .unwrap();
            }
            Column::Days(values) => {
                to.typed::<Int32Type>()
                    .write_batch(values, None, None)
                    .unwrap();
            }
            Column::Fraction(values) => {
                let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_some())).collect();
                let values: Vec<f64> = values.iter().flatten().copied().collect();
                to.typed::<DoubleType>()
                    .write_batch(&values, Some(&levels), None)
                    .unwrap();
            }
        }
        to.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

const MAP: &str = "[people]\nid='id'\ngiven='given'\nsurname='surname'\ndob='born'\npostcode='code'\n\
[requests]\nid='id'\ngiven='given'\nsurname='surname'\ndob='born'\npostcode='code'\ntruth='truth'\n";
const FIELDS: &str = "optional binary given (UTF8); optional binary surname (UTF8); \
required int32 born (DATE); optional double code;";

/// Given name, surname, birth day and code of forty people; every seventh has no given name.
fn columns() -> Vec<Column> {
    let given = ["ANNA", "BORIS", "CLARA", "DMITRI", "ELSA"];
    let ends = [
        "SON", "MAN", "BERG", "FIELD", "WOOD", "LAND", "STONE", "BROOK",
    ];
    let numbers = 0..40_usize;
    vec![
        Column::Text(
            numbers
                .clone()
                .map(|n| (n % 7 != 0).then(|| given[n % 5].to_owned()))
                .collect(),
        ),
        Column::Text(
            numbers
                .clone()
                .map(|n| Some(format!("HOLM{}", ends[n % 8])))
                .collect(),
        ),
        Column::Days(numbers.clone().map(|n| 400 * n as i32 - 9_000).collect()),
        Column::Fraction(numbers.map(|n| Some(10_000.0 + 7.0 * n as f64)).collect()),
    ]
}

fn run(schema: &str) -> Result<Report, LinkError> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let ids = |prefix: &str| (0..40).map(|n| Some(format!("{prefix}{n}"))).collect();
    let mut people = vec![Column::Grouped(vec!["x"; 40]), Column::Text(ids(""))];
    people.extend(columns());
    write(&path("people.parquet"), schema, &people);
    let truths = (0..40)
        .map(|n| (n % 10 != 9).then_some(f64::from(n)))
        .collect();
    let mut requests = vec![Column::Text(ids("q")), Column::Fraction(truths)];
    requests.extend(columns());
    let asked =
        format!("message m {{ optional binary id (UTF8); optional double truth; {FIELDS} }}");
    write(&path("requests.parquet"), &asked, &requests);
    fs::write(path("map.toml"), MAP).unwrap();
    link::run(&LinkArguments {
        people: path("people.parquet"),
        requests: path("requests.parquet"),
        map: path("map.toml"),
        out: path("out"),
        learn: None,
    })
}

#[test]
fn columns_behind_a_group_and_numbers_as_fractions() {
    let report = run(&format!(
        "message m {{ optional group st {{ optional binary a (UTF8); }} optional binary id (UTF8); {FIELDS} }}"
    ))
    .unwrap();
    assert_eq!((report.people, report.truth_not_on_file), (40, 0));
    assert_eq!((report.all.present, report.all.candidate_recall), (36, 1.0));
    // Dates and codes were read on both sides.
    assert_eq!(report.strata["birth_date_stated"].requests, 40);
    assert_eq!(report.strata["postcode_stated"].requests, 40);
    assert_eq!(report.strata["given_name_unknown"].requests, 6);
}

#[test]
fn a_group_is_no_value() {
    let schema = format!(
        "message m {{ optional group id {{ optional binary a (UTF8); }} optional binary x (UTF8); {FIELDS} }}"
    );
    let error = run(&schema).unwrap_err().to_string();
    assert!(
        error.contains("has lists or groups in `id`, and the map's key `id` wants values"),
        "{error}"
    );
}
