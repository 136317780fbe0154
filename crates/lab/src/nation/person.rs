//! A person of the synthetic nation, with the whole truth about them.
//!
//! Place in the flow: made by the families, written by the extract, asked about by the requests.
//!
//! Left to others: how a record or a row words it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use model::{
    id::PersonId,
    time::{Date, TaxPeriod},
    tin::Tin,
};

use super::atlas::{Dwelling, Wording};
use crate::tables::{Group, names::Sex};

/// A family of the nation, counted from 0. Relatives, and those who share a dwelling, are one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyNumber(pub u64);

/// A person who is on file, counted from 0 in the order of the extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonNumber(pub u64);

/// Whether the register knows the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Has at least one return on file.
    OnFile(PersonNumber),
    /// Has none; somebody of the family has.
    FamilyOnFile,
    /// Neither the person nor the family has any.
    Unknown,
}

/// A generational suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suffix {
    /// Jr.
    Junior,
    /// Sr.
    Senior,
    /// III.
    Third,
}

impl Suffix {
    /// As records write it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Junior => "JR",
            Self::Senior => "SR",
            Self::Third => "III",
        }
    }
}

/// Where somebody got their mail, from a year on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// First year.
    pub from_year: i32,
    /// Where.
    pub dwelling: Dwelling,
}

/// A surname borne until a marriage.
#[derive(Clone, PartialEq, Eq)]
pub struct FormerSurname {
    /// The surname.
    pub surnames: String,
    /// The first year without it.
    pub until_year: i32,
}

/// One return on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filing {
    /// Its tax period.
    pub period: TaxPeriod,
    /// Day of filing.
    pub filed_on: Date,
    /// Mailing address.
    pub dwelling: Dwelling,
    /// How the address is worded.
    pub wording: Wording,
}

/// How a person resembles a relative, where that makes them hard to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Likeness {
    /// Born into the family, that is, a brother or sister or parent of it is known.
    pub born_into_family: bool,
    /// Born in one birth with a brother or sister.
    pub twin: bool,
    /// A relative has the same first given name and first surname.
    pub namesake: bool,
}

/// A person. Not `Debug`: it is made of what the house style keeps out of logs.
#[derive(Clone)]
pub struct Person {
    /// Family.
    pub family: FamilyNumber,
    /// Position in the family, from 0.
    pub member: u8,
    /// Whether on file, and as whom.
    pub presence: Presence,
    /// Id in the extract; none for those who are not on file.
    pub id: Option<PersonId>,
    /// Taxpayer number, of a never-issued range. Those who are not on file have one too.
    pub tin: Option<Tin>,
    /// Group, for names, places and reports by group.
    pub group: Group,
    /// Sex, as the name tables have it.
    pub sex: Sex,
    /// First given name, upper case.
    pub given: String,
    /// Middle name or initial, or empty.
    pub middle: String,
    /// Surname or two, upper case, as of the last year.
    pub surnames: String,
    /// The surname before a marriage within the tax periods.
    pub former_surname: Option<FormerSurname>,
    /// Suffix, whether or not it is on file.
    pub suffix: Option<Suffix>,
    /// Whether the suffix is on file.
    pub suffix_on_file: bool,
    /// Date of birth.
    pub date_of_birth: Date,
    /// Whether the date of birth is on file.
    pub birth_date_on_file: bool,
    /// Year of death, where it lies in the past.
    pub died_in: Option<i32>,
    /// Where the mail went, in order of year.
    pub stays: Vec<Stay>,
    /// Returns on file, in order of period; none for those who are not on file.
    pub filings: Vec<Filing>,
    /// Whether a disclosure hold applies (26 U.S.C. 6103(i)(6)).
    pub hold: bool,
    /// Whether an identity-theft marker applies.
    pub identity_theft: bool,
    /// Likeness to relatives.
    pub likeness: Likeness,
}

/// What tells whether two people are one family, twins, namesakes or strangers, in few bytes: names are
/// kept as hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Family.
    pub family: FamilyNumber,
    /// Group.
    pub group: Group,
    /// Date of birth.
    pub date_of_birth: Date,
    /// Whether born in one birth with a brother or sister.
    pub twin: bool,
    /// Hash of the first given name.
    pub given: u64,
    /// Hash of the first surname.
    pub surname: u64,
}

impl Profile {
    /// Of a person.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        let surname = person.surnames.split([' ', '-']).next();
        Self {
            family: person.family,
            group: person.group,
            date_of_birth: person.date_of_birth,
            twin: person.likeness.twin,
            given: hash(&person.given),
            surname: hash(surname.unwrap_or_default()),
        }
    }
}

/// A hash that is the same in every run: its keys are fixed.
fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

impl Person {
    /// The dwelling in a year: the last stay begun by then, or the first.
    #[must_use]
    pub fn dwelling_in(&self, year: i32) -> Option<Dwelling> {
        let begun = self.stays.iter().rev().find(|stay| stay.from_year <= year);
        begun.or(self.stays.first()).map(|stay| stay.dwelling)
    }

    /// The surnames borne in a year.
    #[must_use]
    pub fn surnames_in(&self, year: i32) -> &str {
        match &self.former_surname {
            Some(former) if year < former.until_year => &former.surnames,
            _ => &self.surnames,
        }
    }

    /// The suffix as records have it; empty where none is on file.
    #[must_use]
    pub fn suffix_recorded(&self) -> &'static str {
        let suffix = self.suffix.filter(|_| self.suffix_on_file);
        suffix.map_or("", Suffix::label)
    }

    /// The date of birth, where it is on file.
    #[must_use]
    pub fn birth_date_recorded(&self) -> Option<Date> {
        self.birth_date_on_file.then_some(self.date_of_birth)
    }

    /// Whether the register holds anything about the person.
    #[must_use]
    pub const fn is_on_file(&self) -> bool {
        matches!(self.presence, Presence::OnFile(_))
    }

    /// The last filing for the tax periods of these years, both included.
    #[must_use]
    pub fn latest_filing(&self, from_year: i32, to_year: i32) -> Option<&Filing> {
        let asked = from_year..=to_year;
        self.filings
            .iter()
            .rev()
            .find(|filing| asked.contains(&filing.period.year().into()))
    }

    /// Whether a dwelling is the mailing address of any return on file.
    #[must_use]
    pub fn has_on_file(&self, dwelling: Dwelling) -> bool {
        self.filings
            .iter()
            .any(|filing| filing.dwelling == dwelling)
    }
}
