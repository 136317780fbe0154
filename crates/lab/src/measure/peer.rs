//! The same people and rows as csv, for a peer that links them.
//!
//! Place in the flow: people are written while the nation streams past, rows afterwards. Names and
//! addresses are in our standard form, which spares the peer that work. `people.csv` has a row for each
//! person and distinct address and surname on file, so that a former address can agree; `current` is 1
//! for that of the last return. In both files an absent value is an empty cell.
//!
//! Left to others: linking (the peer).

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use model::{time::Date, tin::Tin};
use rayon::prelude::*;
use standard::{
    address::{self, AddressKind, Direction, StandardAddress},
    name::{StandardName, standard_name},
};

use super::ground::Asked;
use crate::{
    error::LabError,
    extract::given_names,
    nation::{atlas::Atlas, person::Person},
};

/// Columns both files have.
const FIELDS: &str = "given,middle,surname,suffix,dob,tin,house,street,unit,zip";
/// People written at once.
const BATCH: usize = 8_192;

/// Writes `people.csv`.
pub struct PeerPeople<'atlas> {
    atlas: &'atlas Atlas,
    path: PathBuf,
    file: BufWriter<File>,
    waiting: Vec<Person>,
    rows: u64,
}

impl<'atlas> PeerPeople<'atlas> {
    /// Begins the file in `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// [`LabError::File`].
    pub fn create(folder: &Path, atlas: &'atlas Atlas) -> Result<Self, LabError> {
        std::fs::create_dir_all(folder).map_err(LabError::file(folder))?;
        let path = folder.join("people.csv");
        let mut file = BufWriter::new(File::create(&path).map_err(LabError::file(&path))?);
        writeln!(file, "unique_id,person,current,{FIELDS}").map_err(LabError::file(&path))?;
        Ok(Self {
            atlas,
            path,
            file,
            waiting: Vec::with_capacity(BATCH),
            rows: 0,
        })
    }

    /// Takes one person.
    ///
    /// # Errors
    /// [`LabError::File`].
    pub fn person(&mut self, person: &Person) -> Result<(), LabError> {
        if person.is_on_file() {
            self.waiting.push(person.clone());
        }
        if self.waiting.len() >= BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), LabError> {
        let atlas = self.atlas;
        let rows: Vec<Vec<String>> = self
            .waiting
            .par_iter()
            .map(|person| rows_of(person, atlas))
            .collect();
        for row in rows.iter().flatten() {
            self.rows += 1;
            writeln!(self.file, "{},{row}", self.rows).map_err(LabError::file(&self.path))?;
        }
        self.waiting.clear();
        Ok(())
    }

    /// Ends the file and has it written to disk, so that no writing is left for the time in which
    /// rows are timed.
    ///
    /// # Errors
    /// [`LabError::File`].
    pub fn finish(mut self) -> Result<(), LabError> {
        self.flush()?;
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(LabError::file(&self.path))
    }
}

/// The rows of a person without the number: last return first.
fn rows_of(person: &Person, atlas: &Atlas) -> Vec<String> {
    let Some(id) = &person.id else {
        return Vec::new();
    };
    let given = given_names(person);
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    for filing in person.filings.iter().rev() {
        let surnames = person.surnames_in(i32::from(filing.period.year()) + 1);
        if seen.contains(&(filing.dwelling, surnames)) {
            continue;
        }
        seen.push((filing.dwelling, surnames));
        let lines = atlas.lines(filing.dwelling, filing.wording);
        let read = address::read(&lines.text());
        let current = u8::from(rows.is_empty());
        let name = standard_name(&given, surnames, person.suffix_recorded());
        let born = person.birth_date_recorded();
        let fields = fields(&name, born, person.tin.as_ref(), Some(&read.address));
        rows.push(format!("{id},{current},{fields}"));
    }
    rows
}

/// Writes `requests.csv`: the first `training` rows are marked `train`, the others `measure`.
///
/// # Errors
/// [`LabError::File`].
pub fn write_requests(folder: &Path, rows: &[Asked], training: usize) -> Result<(), LabError> {
    let path = folder.join("requests.csv");
    let mut text = format!("unique_id,truth,answerable,part,{FIELDS}\n");
    for (number, row) in rows.iter().enumerate() {
        let parts = &row.parts;
        let part = if number < training {
            "train"
        } else {
            "measure"
        };
        let truth = row.person.as_deref().unwrap_or_default();
        let answerable = u8::from(row.answerable);
        let fields = fields(
            &parts.name,
            parts.date_of_birth,
            parts.tin.as_ref(),
            parts.addresses.first(),
        );
        // Writing to a string does not fail.
        let _ = writeln!(text, "q{number},{truth},{answerable},{part},{fields}");
    }
    std::fs::write(&path, text).map_err(LabError::file(&path))
}

/// The values of [`FIELDS`].
fn fields(
    name: &StandardName,
    born: Option<Date>,
    tin: Option<&Tin>,
    address: Option<&StandardAddress>,
) -> String {
    let (given, middle) = match name.given.split_first() {
        Some((first, rest)) => (first.clone(), rest.join(" ")),
        None => Default::default(),
    };
    let [house, street, unit, zip] = address.map(place).unwrap_or_default();
    [
        given,
        middle,
        name.surnames.join(" "),
        name.suffix
            .map_or("", |suffix| suffix.abbreviation())
            .to_owned(),
        born.map(|date| date.to_string()).unwrap_or_default(),
        tin.map(Tin::digits).unwrap_or_default(),
        house,
        street,
        unit,
        zip,
    ]
    // Standard forms have no comma; nothing else may make a cell of its own.
    .map(|value| value.replace([',', '"', '\n'], " "))
    .join(",")
}

/// House, street, unit and ZIP. A box has its route, or `PO BOX`, for a street.
fn place(address: &StandardAddress) -> [String; 4] {
    let (house, street) = if address.kind == AddressKind::Street {
        let words = [
            address.predirectional.map_or("", Direction::abbreviation),
            &address.street,
            address.street_type.unwrap_or_default(),
            address.postdirectional.map_or("", Direction::abbreviation),
        ];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let house = [address.number.as_str(), &address.fraction].join(" ");
        (house.trim_end().to_owned(), words.join(" "))
    } else if address.route.is_empty() {
        (address.box_number.clone(), "PO BOX".to_owned())
    } else {
        (address.box_number.clone(), address.route.clone())
    };
    [house, street, address.unit.clone(), address.zip5.clone()]
}

#[cfg(test)]
mod tests {
    use standard::address::AddressText;

    use super::*;

    #[test]
    fn fields_are_in_standard_form() {
        let check = |line_1, line_2, expected: &str| {
            let read = address::read(&AddressText {
                line_1,
                line_2,
                city: "Reno",
                state: "NV",
                postal_code: "89501-1234",
            });
            let name = standard_name("Anna Maria", "O'Brien-Smith", "Jr.");
            let date = Date::new(1970, 2, 3).unwrap();
            let found = fields(&name, Some(date), None, Some(&read.address));
            assert_eq!(found, expected);
            assert_eq!(found.matches(',').count(), FIELDS.matches(',').count());
        };
        check(
            "12 North Main Street",
            "Apt 4B",
            "ANNA,MARIA,OBRIEN SMITH,JR,1970-02-03,,12,N MAIN ST,4B,89501",
        );
        check(
            "P.O. Box 17",
            "",
            "ANNA,MARIA,OBRIEN SMITH,JR,1970-02-03,,17,PO BOX,,89501",
        );
        check(
            "RR 2 Box 18",
            "",
            "ANNA,MARIA,OBRIEN SMITH,JR,1970-02-03,,18,RR 2,,89501",
        );
    }

    #[test]
    fn a_row_that_states_nothing_has_empty_cells() {
        let found = fields(&StandardName::default(), None, None, None);
        assert_eq!(found, ",,,,,,,,,");
    }
}
