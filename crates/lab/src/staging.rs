//! A nation set up to be asked about: its extract on disk, rows about its people, and the truth of each.
//!
//! Place in the flow: first step of calibration and measurement. The nation streams past once; whoever
//! wants to know more of it than the extract tells looks on.
//!
//! Left to others: the register (in_hand), asking (calibrate, measure).

use std::path::{Path, PathBuf};

use model::time::Date;

use crate::{
    error::LabError,
    extract::{ExtractFormat, ExtractWriter},
    nation::{self, Parameters, PersonSink, World, person::Person},
    rates::{Rate, Rates},
    request::{self, Chooser, Chosen, RequestParameters, Subject, Wanted},
};

/// What nation, and how many rows about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageParameters {
    /// People on file.
    pub people: u64,
    /// Rows.
    pub rows: u32,
    /// Seed of nation and rows.
    pub seed: u64,
    /// The day it is in that nation.
    pub as_of: Date,
}

/// A nation about to stream past.
pub struct Stage<'run> {
    rates: &'run Rates,
    nation: Parameters,
    world: World,
    request: RequestParameters,
}

/// Writes the extract, samples whom to ask about, and lets somebody look on.
struct Writer<'stage> {
    extract: ExtractWriter<'stage>,
    chooser: Chooser,
    onlooker: &'stage mut dyn PersonSink,
}

impl PersonSink for Writer<'_> {
    fn person(&mut self, person: &Person) -> Result<(), LabError> {
        self.chooser.offer(person);
        self.onlooker.person(person)?;
        self.extract.person(person)
    }
}

impl<'run> Stage<'run> {
    /// Prepares a nation.
    ///
    /// # Errors
    /// [`LabError`] for a number out of range or a damaged table.
    pub fn new(parameters: &StageParameters, rates: &'run Rates) -> Result<Self, LabError> {
        let nation = Parameters {
            people: parameters.people,
            seed: parameters.seed,
            as_of: parameters.as_of,
            rates: rates.clone(),
        };
        nation.check()?;
        Ok(Self {
            rates,
            world: World::new(&nation)?,
            nation,
            request: RequestParameters {
                rows: parameters.rows,
                seed: parameters.seed,
                deficient: Rate::millionths(0),
                officers: 1,
                boilerplate: 0,
            },
        })
    }

    /// What the nation is made of.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// How many people of each sort the rows are about.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        request::wanted(&self.request, self.rates)
    }

    /// Lets the nation stream past: into `extract.csv` in `folder`, and before the onlooker. Gives the
    /// extract's path and whom the rows can be about.
    ///
    /// # Errors
    /// [`LabError`] of a file, or the onlooker's.
    pub fn populate(
        &self,
        folder: &Path,
        onlooker: &mut dyn PersonSink,
    ) -> Result<(PathBuf, Chosen), LabError> {
        let path = folder.join("extract.csv");
        let mut writer = Writer {
            extract: ExtractWriter::create(&path, ExtractFormat::Csv, self.world.atlas())?,
            chooser: Chooser::new(self.nation.seed, self.nation.last_year(), self.wanted()),
            onlooker,
        };
        nation::populate(&self.world, self.nation.people, &mut writer)?;
        writer.extract.finish()?;
        Ok((path, writer.chooser.finish()))
    }

    /// The rows.
    ///
    /// # Errors
    /// [`LabError::Argument`] where the nation has nobody to ask about.
    pub fn rows(&self, chosen: &Chosen) -> Result<Vec<Subject>, LabError> {
        let mut subjects = Vec::new();
        request::rows(
            &self.world,
            self.rates,
            &self.request,
            chosen,
            &mut |subject| {
                subjects.push(subject);
                Ok(())
            },
        )?;
        Ok(subjects)
    }
}
