//! Requests about the people of a nation: rows as an office would write them, and the truth.
//!
//! Place in the flow: after the nation has streamed past; the workbook goes to `countersign
//! examine` and `submit`, the truth file to whoever measures.
//!
//! Left to others: signing the cover (`countersign cover`).

mod choose;
mod deficiency;
mod garble;
mod offence;
mod officer;
mod reason;
mod subject;
mod truth;
mod workbook;

use self::subject::{Desk, Intent};
pub use self::{
    choose::{Chooser, Chosen, Wanted},
    deficiency::Deficiency,
    offence::{Elements, Facts, OFFENCES, Offence},
    officer::{Officer, officer, officers_needed},
    subject::{Kind, Subject, SubjectRow, Value},
    truth::TruthWriter,
    workbook::{Cover, WorkbookWriter},
};
use model::column::Column;

use crate::{
    dice::Component,
    error::LabError,
    nation::{World, person::Person},
    rates::{Rate, Rates},
    tables::errors::ErrorTables,
};

/// What a request is to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestParameters {
    /// Rows.
    pub rows: u32,
    /// The seed; that of the nation.
    pub seed: u64,
    /// Share of the rows that are deficient.
    pub deficient: Rate,
    /// Officers at least; there are more where a credible caseload makes it necessary.
    pub officers: u32,
    /// Rows in order but for a reason copied from one another: the first ones about people on file.
    pub boilerplate: u32,
}

/// A reason that says nothing of any one person's case, as it stood in thousands of rows.
const BOILERPLATE: &str = "The whereabouts of the subject are unknown to this office and an address is \
                           needed so that officers can locate the subject and serve process in the pending \
                           criminal matter.";

/// How many rows of each intent: by quota, so that the floors hold for small requests too.
struct Quotas {
    deficient: u32,
    absent_with_family: u32,
    absent_strangers: u32,
    other_address: u32,
    present: u32,
}

impl Quotas {
    fn new(parameters: &RequestParameters, rates: &Rates) -> Self {
        let deficient = parameters
            .deficient
            .of(parameters.rows)
            .min(parameters.rows);
        let clean = parameters.rows - deficient;
        let absent = rates.asked_absent.of(clean);
        let absent_with_family = rates.asked_absent_family_on_file.of(absent);
        let other_address = rates
            .asked_address_not_on_file
            .of(clean)
            .min(clean - absent);
        Self {
            deficient,
            absent_with_family,
            absent_strangers: absent - absent_with_family,
            other_address,
            present: clean - absent - other_address,
        }
    }

    fn intents(&self) -> Vec<Intent> {
        let many = |intent: Intent, count: u32| (0..count).map(move |_| intent);
        Deficiency::ALL
            .into_iter()
            .cycle()
            .map(Intent::Deficient)
            .take(usize::try_from(self.deficient).unwrap_or(0))
            .chain(many(Intent::AbsentWithFamily, self.absent_with_family))
            .chain(many(Intent::AbsentStranger, self.absent_strangers))
            .chain(many(Intent::OtherAddress, self.other_address))
            .chain(many(Intent::Present, self.present))
            .collect()
    }
}

/// How many people of the nation a request needs.
#[must_use]
pub fn wanted(parameters: &RequestParameters, rates: &Rates) -> Wanted {
    let quotas = Quotas::new(parameters, rates);
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    Wanted {
        present: size(quotas.deficient + quotas.other_address + quotas.present),
        absent: size(quotas.absent_with_family),
    }
}

/// Makes the rows of a request in order and hands each to `row`. Where a request has more rows than
/// the nation has families, people are asked about again.
///
/// # Errors
/// [`LabError::Argument`] where the nation has nobody to ask about, [`LabError::Table`] for a
/// damaged table, or whatever `row` returns.
pub fn rows(
    world: &World,
    rates: &Rates,
    parameters: &RequestParameters,
    chosen: &Chosen,
    row: &mut dyn FnMut(Subject) -> Result<(), LabError>,
) -> Result<(), LabError> {
    if chosen.present.is_empty() && parameters.rows > 0 {
        return Err(LabError::Argument {
            what: "--people",
            range: "enough that somebody can be asked about".to_owned(),
            value: "too few".to_owned(),
        });
    }
    let tables = ErrorTables::load()?;
    let desk = Desk {
        world,
        rates,
        tables: &tables,
    };
    let component = Component::new(parameters.seed, "request");
    let mut intents = Quotas::new(parameters, rates).intents();
    component.dice(u64::MAX).shuffle(&mut intents);
    let officers = officers_needed(parameters.rows, parameters.officers);
    let officers: Vec<Officer> = (0..officers).filter_map(officer).collect();
    let mut people = People::new(world, chosen);
    let mut boilerplate = parameters.boilerplate;
    for ((number, intent), officer) in (0..).zip(intents).zip(officers.iter().cycle()) {
        let Some(person) = people.next(intent) else {
            continue;
        };
        let dice = &mut component.dice(number);
        let mut subject = desk.subject(number, &person, intent, officer, dice);
        if intent == Intent::Present && boilerplate > 0 {
            boilerplate -= 1;
            subject.row.text(Column::Reason, BOILERPLATE);
        }
        row(subject)?;
    }
    Ok(())
}

/// Hands out the chosen people, over and over, and strangers without end.
struct People<'chosen> {
    world: &'chosen World,
    present: std::iter::Cycle<std::slice::Iter<'chosen, Person>>,
    absent: std::iter::Cycle<std::slice::Iter<'chosen, Person>>,
    strangers: u64,
}

/// Taxpayer numbers of strangers are counted from here, beyond those of absent family members.
const STRANGER_TINS: u64 = 3_000_000;

impl<'chosen> People<'chosen> {
    fn new(world: &'chosen World, chosen: &'chosen Chosen) -> Self {
        Self {
            world,
            present: chosen.present.iter().cycle(),
            absent: chosen.absent.iter().cycle(),
            strangers: 0,
        }
    }

    fn next(&mut self, intent: Intent) -> Option<Person> {
        match intent {
            // A nation too small to have absent relatives: strangers take their place.
            Intent::AbsentWithFamily => self.absent.next().cloned().or_else(|| self.stranger()),
            Intent::AbsentStranger => self.stranger(),
            _ => self.present.next().cloned(),
        }
    }

    fn stranger(&mut self) -> Option<Person> {
        // Hardly one family in ten has nobody who would file.
        (0..50).find_map(|_| {
            self.strangers += 1;
            self.world
                .stranger(self.strangers, STRANGER_TINS + self.strangers)
        })
    }
}
