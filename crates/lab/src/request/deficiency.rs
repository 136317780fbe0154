//! The common ways in which a row is deficient, each made on purpose and named in the truth file.
//!
//! Place in the flow: spoils a row that was in order.
//!
//! Left to others: finding it (statute).

use model::{column::Column, time::Date};

use super::{
    offence::{Elements, before},
    subject::{SubjectRow, Value},
};
use crate::{dice::Dice, nation::atlas::Atlas};

/// A way of being deficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deficiency {
    /// The street without a house number.
    #[default]
    NoNumber,
    /// Words in place of an address, as the court quoted them in February 2026 (LAW.md section 3).
    PlaceholderAddress,
    /// A ZIP code and nothing else.
    ZipOnly,
    /// A jail or an office, without a unit.
    Institution,
    /// `00000` for a ZIP code.
    ZeroZip,
    /// A ZIP code that lost its leading zero as a number.
    ZipAsNumber,
    /// A ZIP code of another state.
    ZipOfOtherState,
    /// No state and no city.
    NoCity,
    /// A civil provision.
    CivilStatute,
    /// The civil twin of a criminal provision.
    CivilTwin,
    /// A provision of tax administration.
    TaxStatute,
    /// A final order less than 90 days old.
    OrderTooRecent,
    /// An order under 8 U.S.C. 1182, which 8 U.S.C. 1253(a)(1) does not reach.
    OrderOfInadmissibility,
    /// No date of the final order.
    NoOrderDate,
    /// A stay in force.
    StayInForce,
    /// No case number.
    NoCaseNumber,
    /// A case opened after the request was signed.
    CaseOpenedLater,
    /// A tax period that has not ended.
    FuturePeriod,
    /// No tax period.
    NoPeriod,
    /// No officer.
    NoOfficer,
    /// No reason.
    NoReason,
    /// A placeholder for a name.
    PlaceholderName,
    /// No date on which the address was known.
    NoAddressDate,
}

use Deficiency::{
    CaseOpenedLater, CivilStatute, CivilTwin, FuturePeriod, Institution, NoAddressDate,
    NoCaseNumber, NoCity, NoNumber, NoOfficer, NoOrderDate, NoPeriod, NoReason,
    OrderOfInadmissibility, OrderTooRecent, PlaceholderAddress, PlaceholderName, StayInForce,
    TaxStatute, ZeroZip, ZipAsNumber, ZipOfOtherState, ZipOnly,
};

/// Placeholders the court or a watchdog quoted in 2026 (LAW.md section 3, S20 and S21).
const PLACEHOLDERS: [&str; 5] = [
    "Failed to Provide",
    "Unknown Address",
    "NA NA",
    "Don't Care 12345",
    "No Street Name",
];
const INSTITUTIONS: [&str; 4] = [
    "County Jail",
    "State Correctional Facility",
    "Regional Detention Center",
    "Immigration Field Office",
];
const NAMES: [(&str, &str); 4] = [
    ("Unknown", "Unknown"),
    ("FNU", "LNU"),
    ("John", "Doe"),
    ("N/A", "N/A"),
];

impl Deficiency {
    /// All ways, the commonest of 2025 and 2026 first.
    pub const ALL: [Self; 23] = [
        NoNumber,
        PlaceholderAddress,
        ZipOnly,
        Institution,
        CivilStatute,
        OrderTooRecent,
        NoCaseNumber,
        FuturePeriod,
        NoOfficer,
        ZipAsNumber,
        ZeroZip,
        NoReason,
        StayInForce,
        ZipOfOtherState,
        OrderOfInadmissibility,
        NoOrderDate,
        CivilTwin,
        CaseOpenedLater,
        NoPeriod,
        NoCity,
        PlaceholderName,
        TaxStatute,
        NoAddressDate,
    ];

    /// The word in the truth file.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            NoNumber => "no_number",
            PlaceholderAddress => "placeholder_address",
            ZipOnly => "zip_only",
            Institution => "institution",
            ZeroZip => "zero_zip",
            ZipAsNumber => "zip_as_number",
            ZipOfOtherState => "zip_of_other_state",
            NoCity => "no_city",
            CivilStatute => "civil_statute",
            CivilTwin => "civil_twin",
            TaxStatute => "tax_statute",
            OrderTooRecent => "order_too_recent",
            OrderOfInadmissibility => "order_of_inadmissibility",
            NoOrderDate => "no_order_date",
            StayInForce => "stay_in_force",
            NoCaseNumber => "no_case_number",
            CaseOpenedLater => "case_opened_later",
            FuturePeriod => "future_period",
            NoPeriod => "no_period",
            NoOfficer => "no_officer",
            NoReason => "no_reason",
            PlaceholderName => "placeholder_name",
            NoAddressDate => "no_address_date",
        }
    }

    /// The offence the row must state for the deficiency to be one.
    #[must_use]
    pub const fn elements(self) -> Option<Elements> {
        match self {
            OrderTooRecent | OrderOfInadmissibility | NoOrderDate | StayInForce | CivilTwin => {
                Some(Elements::FinalOrder)
            }
            _ => None,
        }
    }

    /// Spoils the row.
    pub(super) fn apply(self, row: &mut SubjectRow, atlas: &Atlas, as_of: Date, dice: &mut Dice) {
        match self {
            NoNumber | PlaceholderAddress | ZipOnly | Institution | ZeroZip | ZipAsNumber
            | ZipOfOtherState | NoCity | NoAddressDate => self.spoil_address(row, atlas, dice),
            _ => self.spoil_law(row, as_of, dice),
        }
    }

    fn spoil_address(self, row: &mut SubjectRow, atlas: &Atlas, dice: &mut Dice) {
        row.clear(Column::AddressLine2);
        match self {
            NoNumber => row.text(
                Column::AddressLine1,
                dice.pick(&["Main Street", "Oak Ave", "Maple Dr"]),
            ),
            PlaceholderAddress => row.text(Column::AddressLine1, dice.pick(&PLACEHOLDERS)),
            ZipOnly => {
                let zip = row.words(Column::PostalCode).to_owned();
                row.text(Column::AddressLine1, &zip);
                row.clear(Column::City);
                row.clear(Column::State);
            }
            Institution => row.text(Column::AddressLine1, dice.pick(&INSTITUTIONS)),
            ZeroZip => row.text(Column::PostalCode, "00000"),
            ZipAsNumber => {
                let place = atlas.leading_zero_place();
                row.text(Column::City, &super::garble::capitals(&place.city));
                row.text(Column::State, &place.state);
                row.set(
                    Column::PostalCode,
                    place.zip.parse().map_or(Value::Number(0), Value::Number),
                );
            }
            ZipOfOtherState => {
                let other = if row.words(Column::State) == "CA" {
                    ("NY", "Albany")
                } else {
                    ("CA", "Fresno")
                };
                row.text(Column::State, other.0);
                row.text(Column::City, other.1);
            }
            NoCity => {
                row.clear(Column::City);
                row.clear(Column::State);
            }
            _ => row.clear(Column::AddressAsOf),
        }
    }

    fn spoil_law(self, row: &mut SubjectRow, as_of: Date, dice: &mut Dice) {
        match self {
            CivilStatute => row.text(
                Column::Statute,
                dice.pick(&[
                    "8 U.S.C. 1229a",
                    "8 U.S.C. 1227(a)(1)(B)",
                    "8 U.S.C. 1231(a)",
                ]),
            ),
            CivilTwin => row.text(
                Column::Statute,
                dice.pick(&["8 U.S.C. 1253(c)", "8 U.S.C. 1324d", "8 U.S.C. 1229c(d)"]),
            ),
            TaxStatute => row.text(Column::Statute, "26 U.S.C. 7203"),
            OrderTooRecent => {
                row.set(
                    Column::FinalOrderDate,
                    Value::Date(before(as_of, dice.between(12, 80))),
                );
                row.set(
                    Column::CaseOpenedOn,
                    Value::Date(before(as_of, dice.between(2, 10))),
                );
            }
            OrderOfInadmissibility => row.text(Column::OrderGround, "1182(a)(6)(A)(i)"),
            NoOrderDate => row.clear(Column::FinalOrderDate),
            StayInForce => row.text(Column::StayOrRelief, "stay of removal granted"),
            NoCaseNumber => row.clear(Column::CaseNumber),
            CaseOpenedLater => row.set(Column::CaseOpenedOn, Value::Date(before(as_of, -30))),
            FuturePeriod => row.text(Column::TaxPeriods, &(as_of.year() + 2).to_string()),
            NoPeriod => row.clear(Column::TaxPeriods),
            NoOfficer => {
                row.clear(Column::OfficerName);
                row.clear(Column::OfficerId);
            }
            NoReason => row.text(
                Column::Reason,
                dice.pick(&[
                    "For investigation",
                    "See case file",
                    "Immigration enforcement",
                ]),
            ),
            _ => {
                let (given, surnames) = dice.pick(&NAMES);
                row.text(Column::GivenNames, given);
                row.text(Column::Surnames, surnames);
            }
        }
    }
}
