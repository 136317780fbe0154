//! What can be wrong with an address, each with the cell it is about.
//!
//! Place in the flow: made by the parser of [`super`]; statute turns each into a finding under LAW.md
//! checks 4 to 6.
//!
//! Left to others: the finding's citation and remedy (statute).

use model::{
    column::Column,
    fault::{Explain, Fault},
};

/// What somebody wrote in place of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceholderKind {
    /// `Unknown Address`, `do not know`.
    Unknown,
    /// `Failed to Provide`, `NA NA`, `none`.
    NotProvided,
    /// `Refused`, `Don't Care`.
    Refused,
    /// `Homeless`, `no fixed address`.
    NoFixedAddress,
    /// `See file`, `Same as above`.
    SeeElsewhere,
    /// `TBD`, `to be determined`.
    Undetermined,
    /// `Test`, `Sample`, `123 Fake St`.
    Sample,
    /// `Confidential`, `redacted`, `sealed`.
    Withheld,
    /// `Deported`, `deceased`, `moved`: a state of the person, not a place.
    Status,
}

impl PlaceholderKind {
    /// The kind in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "that the address is unknown",
            Self::NotProvided => "that no address was provided",
            Self::Refused => "that an address was refused",
            Self::NoFixedAddress => "that there is no fixed address",
            Self::SeeElsewhere => "that the address is somewhere else",
            Self::Undetermined => "that the address is still to be determined",
            Self::Sample => "a sample or test value",
            Self::Withheld => "that the address is withheld",
            Self::Status => "what became of the person",
        }
    }
}

/// Which institution an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstitutionKind {
    /// Jail, prison, correctional institution.
    Jail,
    /// Immigration or other detention centre.
    Detention,
    /// Office of an agency, court or police.
    AgencyOffice,
}

impl InstitutionKind {
    /// The kind in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Jail => "a jail or prison",
            Self::Detention => "a detention centre",
            Self::AgencyOffice => "an agency's office or a court",
        }
    }
}

/// What is wrong with an address. All are the writer's to mend. No variant holds what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AddressProblem {
    /// Both delivery lines are empty. Input.
    #[error("the address line is empty")]
    LineMissing,
    /// The line says that there is no address, or is a sample. Input.
    #[error("the address line says {}, not an address", .0.words())]
    Placeholder(PlaceholderKind),
    /// Nothing but a ZIP code stands in the line. Input.
    #[error("the address line holds only a ZIP code")]
    ZipOnly,
    /// Nothing but digits stand in the line. Input.
    #[error("the address line holds only digits")]
    DigitsOnly,
    /// One character or word over and over. Input.
    #[error("the address line is filler: one character or word repeated")]
    RepeatedFiller,
    /// Keys struck at random or in keyboard order. Input.
    #[error("the address line is keys struck at random, not a street")]
    KeyboardMash,
    /// A description of a place (`behind the church`) and no address. Input.
    #[error("the address line describes a place and states no number and street")]
    Description,
    /// `near 12 Oak St`, `100 block of Oak St`, `1XX Oak St`, `12 Oak St or 14 Elm St`. Input.
    #[error(
        "the address line is not one certain address: it leaves the number open, or says `near`, `not`, `or` or `block of`"
    )]
    Uncertain,
    /// Two streets that cross, no house number. Input.
    #[error("the address line names a crossing of streets and no house number")]
    Intersection,
    /// An institution without the unit, dormitory or cell that would make it one person's. Input.
    #[error("the address is that of {} and states no unit", .kind.words())]
    Institution {
        /// Which kind of institution.
        kind: InstitutionKind,
    },
    /// No house number. Input.
    #[error("the address line states no house number or box")]
    NoNumber,
    /// A number, and no street. Input.
    #[error("the address line states no street")]
    NoStreet,
    /// A PO box, rural or military address without its box number. Input.
    #[error("the address line names a box or route and states no box number")]
    NoBox,
    /// Longer than any address: 200 characters a line, 60 a city. Input.
    #[error("the text is longer than an address can be")]
    TooLong {
        /// The column it stands in.
        column: Column,
    },
    /// No city. Input.
    #[error("the city is missing")]
    CityMissing,
    /// The city says that it is not known, or is a sample. Input.
    #[error("the city says {}, not a place", .0.words())]
    CityPlaceholder(PlaceholderKind),
    /// The city has no letters, or is filler. Input.
    #[error("the city is not the name of a place")]
    CityForm,
    /// No state. Input.
    #[error("the state is missing")]
    StateMissing,
    /// Neither a state's code nor its name. Input.
    #[error("the state is not one of the United States, its territories or military states")]
    StateUnknown,
    /// No ZIP code. Input.
    #[error("the ZIP code is missing")]
    ZipMissing,
    /// Not five or nine digits. Input.
    #[error("the ZIP code is not five digits or ZIP+4")]
    ZipForm,
    /// In a range the Postal Service has not assigned. Input.
    #[error("the ZIP code is not assigned to any place")]
    ZipNotAssigned,
    /// The ZIP code belongs to another state. Input.
    #[error("the ZIP code belongs to `{zip_state}`, not to the state given")]
    StateZipMismatch {
        /// The state the ZIP code belongs to.
        zip_state: &'static str,
    },
    /// A question, not a refusal: the city is not known in the state or near the ZIP code.
    #[error("the city is not one that this ZIP code is known to serve")]
    CityZipMismatch,
}

impl AddressProblem {
    /// Whether this is a question to ask rather than a reason to refuse: the tables know one name a
    /// ZIP code, and the Postal Service accepts many.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        matches!(self, Self::CityZipMismatch)
    }

    /// The column the problem is about.
    #[must_use]
    pub const fn column(&self) -> Column {
        match self {
            Self::TooLong { column } => *column,
            Self::CityMissing | Self::CityPlaceholder(_) | Self::CityForm => Column::City,
            Self::CityZipMismatch => Column::City,
            Self::StateMissing | Self::StateUnknown => Column::State,
            Self::ZipMissing | Self::ZipForm | Self::ZipNotAssigned => Column::PostalCode,
            Self::StateZipMismatch { .. } => Column::PostalCode,
            _ => Column::AddressLine1,
        }
    }
}

impl Explain for AddressProblem {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}
