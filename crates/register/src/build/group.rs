//! Rows to people.
//!
//! Place in the flow: first step of build. Rows of one person may stand anywhere in the extract.
//!
//! Left to others: what the rows say (person).

use std::collections::HashMap;

use model::{id::PersonId, time::TaxPeriod};

use super::{BuildError, BuildOptions, Stage};
use crate::extract::{ExtractError, ExtractRow, Field};

/// The rows of one person.
#[derive(Debug)]
pub struct PersonRows {
    /// The agency's key.
    pub person: PersonId,
    /// Rows with their periods, in ascending order of period; no period twice.
    pub rows: Vec<(TaxPeriod, ExtractRow)>,
}

/// All rows by person.
#[derive(Debug)]
pub struct Groups {
    /// People in order of their first row.
    pub people: Vec<PersonRows>,
    /// Rows read.
    pub rows: u64,
}

/// Reads all rows.
///
/// # Errors
/// [`BuildError`] for a row that cannot be read and for a second row of one person and period.
pub fn by_person(
    rows: impl Iterator<Item = Result<ExtractRow, ExtractError>>,
    options: &BuildOptions<'_>,
) -> Result<Groups, BuildError> {
    let mut places: HashMap<PersonId, usize> = HashMap::new();
    let mut people: Vec<PersonRows> = Vec::new();
    let mut count = 0_u64;
    let mut place = 0;
    for row in rows {
        let row = row?;
        count = count.saturating_add(1);
        if count.is_multiple_of(1 << 16) {
            (options.progress)(Stage::Reading, count);
        }
        let person = row.text(Field::PersonId);
        // Rows of one person mostly stand together.
        let repeated = people
            .get(place)
            .is_some_and(|g| g.person.as_str() == person);
        if !repeated {
            let person = row.person()?;
            let next = people.len();
            place = *places.entry(person.clone()).or_insert(next);
            if place == next {
                people.push(PersonRows {
                    person,
                    rows: Vec::with_capacity(6),
                });
            }
        }
        let period = row.tax_period()?;
        if let Some(group) = people.get_mut(place) {
            group.rows.push((period, row));
        }
    }
    for group in &mut people {
        order(group)?;
    }
    Ok(Groups {
        people,
        rows: count,
    })
}

fn order(group: &mut PersonRows) -> Result<(), BuildError> {
    group
        .rows
        .sort_by_key(|(period, row)| (*period, row.number()));
    let twice = group.rows.windows(2).find_map(|pair| match pair {
        [(a, first), (b, second)] if a == b => Some(BuildError::PeriodTwice {
            first: first.number(),
            second: second.number(),
            period: *a,
        }),
        _ => None,
    });
    twice.map_or(Ok(()), Err)
}
