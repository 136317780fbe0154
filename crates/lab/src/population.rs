//! A folder with everything a trial needs: extract, request workbook, truth.
//!
//! Place in the flow: what `countersign-lab population` does.
//!
//! Left to others: keys (the genesis), building the register (builder).

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use model::time::Date;
use serde::Serialize;

use crate::{
    error::LabError,
    extract::{ExtractFormat, ExtractWriter},
    nation::{self, Census, Parameters, PersonSink, World, person::Person},
    rates::{Rate, Rates},
    request::{self, Chooser, Cover, Kind, RequestParameters, TruthWriter, WorkbookWriter},
};

/// Rows a request may have here: eight full sheets.
const MOST_ROWS: u32 = 8_000_000;

/// What to make, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationArguments {
    /// People on file.
    pub people: u64,
    /// Rows of the request.
    pub rows: u32,
    /// The seed.
    pub seed: u64,
    /// The day it is.
    pub as_of: Date,
    /// Folder to write into; made where it is missing.
    pub out: PathBuf,
    /// Format of the extract.
    pub format: ExtractFormat,
    /// Share of the rows that are deficient.
    pub deficient: Rate,
    /// Officers at least.
    pub officers: u32,
    /// Rows with a reason copied from one another.
    pub boilerplate: u32,
    /// Rates of the nation.
    pub rates: Rates,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Always true: nothing else is made here.
    pub synthetic: bool,
    /// The seed everything came from.
    pub seed: u64,
    /// The day it was.
    pub as_of: Date,
    /// First and last tax period.
    pub tax_periods: (i32, i32),
    /// Files written.
    pub files: Files,
    /// ZIP areas the nation lives in.
    pub places: usize,
    /// Families.
    pub families: u64,
    /// People on file.
    pub people: u64,
    /// Members of those families who are not on file.
    pub absent: u64,
    /// Rows of the extract.
    pub extract_rows: u64,
    /// People born into those families, on file or not.
    pub births: u64,
    /// Those of them who are one of twins.
    pub twin_births: u64,
    /// People on file who are one of twins.
    pub twins: u64,
    /// People on file with a relative of the same given name and surname.
    pub namesakes: u64,
    /// People on file with two or more mailing addresses.
    pub movers: u64,
    /// Rows of the request.
    pub rows: u32,
    /// Officers the rows name.
    pub officers: u32,
    /// Rows by kind, as in the truth file; the deficient ones together.
    pub kinds: BTreeMap<String, u32>,
}

/// The files of a population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Files {
    /// The extract.
    pub extract: PathBuf,
    /// The request workbook.
    pub request: PathBuf,
    /// The truth.
    pub truth: PathBuf,
}

impl Files {
    /// The files of the folder `out`.
    #[must_use]
    pub fn of(out: &Path, format: ExtractFormat) -> Self {
        Self {
            extract: out.join("extract").with_extension(format.extension()),
            request: out.join("request.xlsx"),
            truth: out.join("truth.csv"),
        }
    }
}

/// Writes extract and sample as people come.
struct Writer<'run> {
    extract: ExtractWriter<'run>,
    chooser: Chooser,
    progress: &'run mut dyn FnMut(u64),
    people: u64,
}

impl PersonSink for Writer<'_> {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        self.chooser.offer(person);
        self.extract.person(person)?;
        if person.is_on_file() {
            self.people += 1;
            if self.people.is_multiple_of(10_000) {
                (self.progress)(self.people);
            }
        }
        Ok(())
    }
}

/// Makes a population. The same arguments and program make the same bytes. `progress` hears how many
/// people are done.
///
/// # Errors
/// [`LabError::Argument`] for arguments out of range, [`LabError::FormatNotBuilt`], or whatever the
/// file system says.
pub fn write(
    arguments: &PopulationArguments,
    progress: &mut dyn FnMut(u64),
) -> Result<Report, LabError> {
    let parameters = Parameters {
        people: arguments.people,
        seed: arguments.seed,
        as_of: arguments.as_of,
        rates: arguments.rates.clone(),
    };
    parameters.check()?;
    check_rows(arguments.rows)?;
    let request = RequestParameters {
        rows: arguments.rows,
        seed: arguments.seed,
        deficient: arguments.deficient,
        officers: arguments.officers,
        boilerplate: arguments.boilerplate,
    };
    fs::create_dir_all(&arguments.out).map_err(LabError::file(&arguments.out))?;
    let files = Files::of(&arguments.out, arguments.format);
    let world = World::new(&parameters)?;
    let wanted = request::wanted(&request, &arguments.rates);
    let mut writer = Writer {
        extract: ExtractWriter::create(&files.extract, arguments.format, world.atlas())?,
        chooser: Chooser::new(arguments.seed, parameters.last_year(), wanted),
        progress,
        people: 0,
    };
    let census = nation::populate(&world, arguments.people, &mut writer)?;
    writer.extract.finish()?;
    let chosen = writer.chooser.finish();
    let kinds = write_request(&world, arguments, &request, &chosen, &files)?;
    Ok(report(arguments, &world, census, files, kinds))
}

fn check_rows(rows: u32) -> Result<(), LabError> {
    if rows <= MOST_ROWS {
        return Ok(());
    }
    Err(LabError::Argument {
        what: "--rows",
        range: format!("at most {MOST_ROWS}"),
        value: rows.to_string(),
    })
}

fn write_request(
    world: &World,
    arguments: &PopulationArguments,
    parameters: &RequestParameters,
    chosen: &request::Chosen,
    files: &Files,
) -> Result<BTreeMap<String, u32>, LabError> {
    let cover = Cover::synthetic(arguments.seed, arguments.as_of);
    let mut workbook = WorkbookWriter::new(&cover, arguments.rows)?;
    let mut truth = TruthWriter::create(&files.truth)?;
    let mut kinds = BTreeMap::new();
    request::rows(
        world,
        &arguments.rates,
        parameters,
        chosen,
        &mut |subject| {
            let place = workbook.subject(&subject)?;
            truth.subject(place, &subject)?;
            let kind = match subject.kind {
                Kind::Deficient(_) => "deficient".to_owned(),
                kind => kind.label(),
            };
            *kinds.entry(kind).or_default() += 1;
            Ok(())
        },
    )?;
    truth.finish()?;
    workbook.finish(&files.request)?;
    Ok(kinds)
}

fn report(
    arguments: &PopulationArguments,
    world: &World,
    census: Census,
    files: Files,
    kinds: BTreeMap<String, u32>,
) -> Report {
    Report {
        synthetic: true,
        seed: arguments.seed,
        as_of: arguments.as_of,
        tax_periods: world.years(),
        files,
        places: world.atlas().places(),
        families: census.families,
        people: census.people,
        absent: census.absent,
        extract_rows: census.filings,
        births: census.births,
        twin_births: census.twin_births,
        twins: census.twins,
        namesakes: census.namesakes,
        movers: census.movers,
        rows: arguments.rows,
        officers: request::officers_needed(arguments.rows, arguments.officers),
        kinds,
    }
}
