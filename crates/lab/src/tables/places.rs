//! ZIP areas with city, state and who lives there; street names.
//!
//! Place in the flow: loaded once; the atlas of the nation takes some of the areas.
//!
//! Left to others: dwellings (nation).

use super::{each_line, weights_by_group};
use crate::error::LabError;

/// A ZIP area.
#[derive(Clone)]
pub struct Place {
    /// Five digits.
    pub zip: String,
    /// City, upper case.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// Weight of the area among the nation's people of each group.
    pub weights: [u32; 6],
}

/// A street name in parts, upper case, as USPS Publication 28 has them.
pub struct Street {
    /// Directional before the name, or empty.
    pub before: String,
    /// The name without directionals and type.
    pub core: String,
    /// The type, abbreviated.
    pub street_type: String,
    /// Directional after the type, or empty.
    pub after: String,
}

/// All ZIP areas of the 2010 ZCTA table that have a city, in order of ZIP.
///
/// # Errors
/// [`LabError::Table`] where the built-in table is damaged.
pub fn places() -> Result<Vec<Place>, LabError> {
    let mut places = Vec::new();
    each_line(
        "places",
        include_bytes!("../../data/places.csv.gz"),
        |fields| {
            let [zip, city, state, ..] = fields else {
                return None;
            };
            places.push(Place {
                zip: (*zip).to_owned(),
                city: (*city).to_owned(),
                state: (*state).to_owned(),
                weights: weights_by_group(fields)?,
            });
            Some(())
        },
    )?;
    Ok(places)
}

/// All street names.
///
/// # Errors
/// [`LabError::Table`] where the built-in table is damaged.
pub fn streets() -> Result<Vec<Street>, LabError> {
    let mut streets = Vec::new();
    each_line(
        "streets",
        include_bytes!("../../data/streets.csv.gz"),
        |fields| {
            let [before, core, street_type, after] = fields.try_into().ok()?;
            let own = |part: &str| part.to_owned();
            streets.push(Street {
                before: own(before),
                core: own(core),
                street_type: own(street_type),
                after: own(after),
            });
            Some(())
        },
    )?;
    Ok(streets)
}

/// The street type written out.
#[must_use]
pub fn type_in_full(short: &str) -> &str {
    match short {
        "ST" => "STREET",
        "AVE" => "AVENUE",
        "RD" => "ROAD",
        "DR" => "DRIVE",
        "LN" => "LANE",
        "CT" => "COURT",
        "BLVD" => "BOULEVARD",
        "PL" => "PLACE",
        "CIR" => "CIRCLE",
        "TER" => "TERRACE",
        "TRL" => "TRAIL",
        "PKWY" => "PARKWAY",
        "CV" => "COVE",
        "PT" => "POINT",
        "SQ" => "SQUARE",
        "XING" => "CROSSING",
        "RDG" => "RIDGE",
        "HL" => "HILL",
        "VW" => "VIEW",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_unpack() {
        let places = places().unwrap();
        assert_eq!(places.len(), 33_119);
        let boston = places.iter().find(|place| place.zip == "02108").unwrap();
        assert_eq!(
            (boston.city.as_str(), boston.state.as_str()),
            ("BOSTON", "MA")
        );
        assert!(
            streets()
                .unwrap()
                .iter()
                .any(|street| street.core == "MAIN")
        );
    }
}
