//! The extract: one row per person and tax period, as a records agency would hand it over.
//!
//! Place in the flow: takes the people of a nation as they are made, and streams rows to a file.
//!
//! Left to others: reading it (register, builder).

#[cfg(feature = "parquet")]
mod columnar;
mod comma;

use std::{path::Path, str::FromStr};

use crate::{
    error::LabError,
    nation::{
        atlas::{AddressLines, Atlas},
        person::{Filing, Person},
    },
};

/// Number of columns.
pub const COLUMN_COUNT: usize = 15;

/// The columns of DESIGN.md section 6, in order. Every value is text in both formats: dates
/// `2026-11-21`, tax periods `2025`, `hold` and `identity_theft` `true` or `false`, missing values
/// empty.
pub const COLUMNS: [&str; COLUMN_COUNT] = [
    "person_id",
    "tin",
    "given_names",
    "surnames",
    "suffix",
    "date_of_birth",
    "tax_period",
    "filed_on",
    "address_line_1",
    "address_line_2",
    "city",
    "state",
    "postal_code",
    "hold",
    "identity_theft",
];

/// The file formats of an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtractFormat {
    /// Comma-separated values, RFC 4180, UTF-8.
    Csv,
    /// Apache Parquet; only where the feature `parquet` is built.
    Parquet,
}

impl ExtractFormat {
    /// The format taken where none is asked for: Parquet where it is built.
    pub const USUAL: Self = if cfg!(feature = "parquet") {
        Self::Parquet
    } else {
        Self::Csv
    };

    /// The file name's ending, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

impl FromStr for ExtractFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err("an extract is `csv` or `parquet`".to_owned()),
        }
    }
}

/// Where rows go, in one format.
trait Rows {
    fn row(&mut self, row: &[&str; COLUMN_COUNT]) -> Result<(), LabError>;
    fn finish(self: Box<Self>) -> Result<(), LabError>;
}

/// Writes an extract, person by person.
pub struct ExtractWriter<'atlas> {
    atlas: &'atlas Atlas,
    rows: Box<dyn Rows>,
    lines: AddressLines,
}

impl<'atlas> ExtractWriter<'atlas> {
    /// Begins the file at `path`, replacing what is there.
    ///
    /// # Errors
    /// [`LabError::File`] where it cannot be made, [`LabError::FormatNotBuilt`] for Parquet in a
    /// program without it.
    pub fn create(
        path: &Path,
        format: ExtractFormat,
        atlas: &'atlas Atlas,
    ) -> Result<Self, LabError> {
        let rows: Box<dyn Rows> = match format {
            ExtractFormat::Csv => Box::new(comma::CommaRows::create(path)?),
            #[cfg(feature = "parquet")]
            ExtractFormat::Parquet => Box::new(columnar::ColumnarRows::create(path)?),
            #[cfg(not(feature = "parquet"))]
            ExtractFormat::Parquet => return Err(LabError::FormatNotBuilt { format: "parquet" }),
        };
        Ok(Self {
            atlas,
            rows,
            lines: AddressLines::default(),
        })
    }

    /// Writes the rows of one person; nothing for somebody who is not on file.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn person(&mut self, person: &Person) -> Result<(), LabError> {
        let Some(id) = &person.id else { return Ok(()) };
        let tin = person
            .tin
            .as_ref()
            .map(model::tin::Tin::digits)
            .unwrap_or_default();
        let given = given_names(person);
        let birth = person.birth_date_recorded();
        let birth = birth.map(|date| date.to_string()).unwrap_or_default();
        let suffix = person.suffix_recorded();
        let flag = |set: bool| if set { "true" } else { "false" };
        let mut written: Option<&Filing> = None;
        for filing in &person.filings {
            if written.map(|last| (last.dwelling, last.wording))
                != Some((filing.dwelling, filing.wording))
            {
                self.atlas
                    .write(filing.dwelling, filing.wording, &mut self.lines);
                written = Some(filing);
            }
            let period = filing.period.to_string();
            let filed_on = filed(filing);
            self.rows.row(&[
                id.as_str(),
                &tin,
                &given,
                person.surnames_in(i32::from(filing.period.year()) + 1),
                suffix,
                &birth,
                &period,
                &filed_on,
                &self.lines.line_1,
                &self.lines.line_2,
                &self.lines.city,
                &self.lines.state,
                &self.lines.postal_code,
                flag(person.hold),
                flag(person.identity_theft),
            ])?;
        }
        Ok(())
    }

    /// Ends the file. Without this call it is not complete.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn finish(self) -> Result<(), LabError> {
        self.rows.finish()
    }
}

/// First and middle given names as one text.
#[must_use]
pub fn given_names(person: &Person) -> String {
    if person.middle.is_empty() {
        person.given.clone()
    } else {
        format!("{} {}", person.given, person.middle)
    }
}

fn filed(filing: &Filing) -> String {
    let date = filing.filed_on;
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}
