//! Floors: what must agree, whatever the score.
//!
//! Place in the flow: decide holds the best candidate to them; gather asks them whether anybody
//! compared so far could be named at all.
//!
//! Left to others: odds (score), thresholds (decide).

use model::answer::WithheldReason;

use crate::{
    level::{BirthLevel, GivenLevel, Levels, SurnameLevel, TinLevel},
    transcript::RowFacts,
};

/// Whether anybody on file could meet the floors for a row: where it states neither birth date nor TIN, or
/// no given name, or no address, nobody is looked for.
pub(crate) fn floor_for(row: &RowFacts) -> Result<(), WithheldReason> {
    if row.addresses == 0 {
        Err(WithheldReason::AddressNotOnFile)
    } else if row.given_names == 0 || !(row.date_of_birth || row.tin) {
        Err(WithheldReason::LowEvidence)
    } else {
        Ok(())
    }
}

/// Floors that no score overrides (point 9): an address on file; a name that agrees in both parts, or
/// in the given name where the birth date is exact; a birth date that agrees, or the TIN. Another given
/// name is never answered for, whatever else agrees: twins' and spouses' numbers are written on each
/// other's papers.
pub(crate) fn floor(levels: &Levels) -> Result<(), WithheldReason> {
    if !levels.address.is_on_file() {
        return Err(WithheldReason::AddressNotOnFile);
    }
    let given = !matches!(levels.given, GivenLevel::Different | GivenLevel::Missing);
    let surname = !matches!(
        levels.surname,
        SurnameLevel::Different | SurnameLevel::Missing
    );
    let birth = matches!(
        levels.birth,
        BirthLevel::Exact
            | BirthLevel::Exchanged
            | BirthLevel::DaySlip
            | BirthLevel::YearSlip
            | BirthLevel::GenerationSlip
    );
    let tin = levels.tin == TinLevel::Same;
    let name = match (given, surname) {
        (true, true) => true,
        // A married name: only with both birth date and given name.
        (true, false) => levels.birth == BirthLevel::Exact,
        (false, _) => false,
    };
    if name && (birth || tin) {
        Ok(())
    } else {
        Err(WithheldReason::LowEvidence)
    }
}
