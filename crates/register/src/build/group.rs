//! Rows to people.
//!
//! Place in the flow: first step of build. Rows of one person mostly stand together, so a run of them
//! is taken as a person; people of several runs are found when all are put into their keyed order,
//! where their runs are neighbours.
//!
//! Left to others: what the rows say (prepare).

use std::collections::{HashMap, HashSet};

use model::{id::PersonId, time::TaxPeriod};
use rayon::prelude::*;
use seal::keys::{BuilderValues, EpochKeys};

use super::{BuildError, BuildOptions, Stage};
use crate::extract::{ExtractError, ExtractRow, Field};

/// A row and its period.
pub type PeriodRow = (TaxPeriod, ExtractRow);

/// Runs in a piece.
const PIECE_RUNS: usize = 2048;

/// Some runs, in the order of the file. Neighbours in the file, who often share a household, are
/// prepared together.
#[derive(Debug, Default)]
pub struct Piece {
    /// Rows of all runs.
    pub rows: Vec<PeriodRow>,
    /// Where each run's rows end.
    pub ends: Vec<usize>,
}

impl Piece {
    /// The rows of each run.
    pub fn runs(&self) -> impl Iterator<Item = &[PeriodRow]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.rows.get(start..*end).unwrap_or(&[]))
    }
}

/// All rows, by run.
#[derive(Debug, Default)]
pub struct Runs {
    /// In the order of the file.
    pub pieces: Vec<Piece>,
    /// Rows read.
    pub rows: u64,
}

/// Reads all rows.
///
/// # Errors
/// [`BuildError`] for a row that cannot be read, or has no person or period.
pub fn read(
    rows: impl Iterator<Item = Result<ExtractRow, ExtractError>>,
    options: &BuildOptions<'_>,
) -> Result<Runs, BuildError> {
    let mut runs = Runs::default();
    let mut piece = Piece::default();
    for row in rows {
        let row = row?;
        runs.rows = runs.rows.saturating_add(1);
        if runs.rows.is_multiple_of(1 << 16) {
            (options.progress)(Stage::Reading, runs.rows);
        }
        let person = row.text(Field::PersonId);
        let last = piece.rows.last();
        let repeated = last.is_some_and(|(_, last)| last.text(Field::PersonId) == person);
        if !repeated {
            let _: PersonId = row.person()?;
            if piece.ends.len() >= PIECE_RUNS {
                let next = Piece {
                    rows: Vec::with_capacity(piece.rows.len()),
                    ends: Vec::with_capacity(PIECE_RUNS),
                };
                runs.pieces.push(std::mem::replace(&mut piece, next));
            }
            piece.ends.push(piece.rows.len());
        }
        let period = row.tax_period()?;
        piece.rows.push((period, row));
        if let Some(end) = piece.ends.last_mut() {
            *end = piece.rows.len();
        }
    }
    runs.pieces.push(piece);
    Ok(runs)
}

/// People in the order of records, each as the number of their first run, and the rows of further runs.
#[derive(Debug, Default)]
pub struct Order {
    /// Numbers of runs.
    pub people: Vec<u32>,
    /// Rows of a person's further runs, by their first.
    pub further: HashMap<u32, Vec<PeriodRow>>,
    /// Runs that are no person's first.
    pub merged: HashSet<u32>,
}

/// Puts people into their keyed order.
///
/// # Errors
/// [`BuildError::TooLarge`] beyond 2^32 runs, [`BuildError::Empty`].
pub fn order(runs: &Runs, keys: &EpochKeys) -> Result<Order, BuildError> {
    let values = keys.builder_values();
    let orders: Vec<Vec<[u8; 32]>> = runs
        .pieces
        .par_iter()
        .map(|piece| piece.runs().map(|run| order_of(run, &values)).collect())
        .collect();
    let count: usize = orders.iter().map(Vec::len).sum();
    let count = u32::try_from(count).map_err(|_| BuildError::TooLarge)?;
    let orders = orders.into_iter().flatten().zip(0..count);
    let mut sorted: Vec<([u8; 32], u32)> = orders.collect();
    if sorted.is_empty() {
        return Err(BuildError::Empty);
    }
    sorted.par_sort_unstable();
    let mut order = Order {
        people: Vec::with_capacity(sorted.len()),
        ..Order::default()
    };
    let mut further: Vec<(u32, u32)> = Vec::new();
    for same in sorted.chunk_by(|a, b| a.0 == b.0) {
        if let [(_, first), others @ ..] = same {
            order.people.push(*first);
            further.extend(others.iter().map(|(_, run)| (*first, *run)));
        }
    }
    for (first, run) in further {
        let rows = rows_of(runs, run).unwrap_or(&[]);
        order
            .further
            .entry(first)
            .or_default()
            .extend_from_slice(rows);
        order.merged.insert(run);
    }
    Ok(order)
}

/// A person's place: a keyed value of their id.
fn order_of(run: &[PeriodRow], values: &BuilderValues) -> [u8; 32] {
    let person = run.first().map_or("", |(_, row)| row.text(Field::PersonId));
    values.value("record-order", &[person.as_bytes()])
}

fn rows_of(runs: &Runs, number: u32) -> Option<&[PeriodRow]> {
    let number = usize::try_from(number).ok()?;
    let piece = runs.pieces.get(number / PIECE_RUNS)?;
    piece.runs().nth(number % PIECE_RUNS)
}

/// A person's rows, by period ascending.
///
/// # Errors
/// [`BuildError::PeriodTwice`].
pub fn in_order<'r>(
    run: &'r [PeriodRow],
    further: Option<&'r Vec<PeriodRow>>,
) -> Result<Vec<&'r PeriodRow>, BuildError> {
    let mut rows: Vec<&PeriodRow> = run.iter().chain(further.into_iter().flatten()).collect();
    rows.sort_by_key(|(period, row)| (*period, row.number()));
    let twice = rows.windows(2).find_map(|pair| match pair {
        [(a, first), (b, second)] if a == b => Some(BuildError::PeriodTwice {
            first: first.number(),
            second: second.number(),
            period: *a,
        }),
        _ => None,
    });
    twice.map_or(Ok(rows), Err)
}
