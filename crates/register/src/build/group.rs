//! Rows to runs of one person's rows.
//!
//! Place in the flow: first step of build. Rows of one person mostly stand together, so a run of them
//! is taken as a person. Runs are cut into pieces, and pieces come in rounds: while one round is
//! prepared on all threads, the next is read.
//!
//! Left to others: what the rows say (prepare), people of several runs (order).

use super::{BuildError, BuildOptions, Stage};
use crate::extract::{ExtractError, ExtractRow, Field};

/// Runs in a piece.
pub const PIECE_RUNS: usize = 512;

/// Pieces in a round: what stands in memory as text at a time, twice (some 50 MB each). Many, because a
/// thread that is done waits for the last piece of others. It does not depend on the number of threads, so
/// that neither does which of two errors is told.
pub const ROUND_PIECES: usize = 128;

/// Some runs, in the order of the file. Neighbours in the file, who often share a household, are
/// prepared together.
#[derive(Debug, Default)]
pub struct Piece {
    /// Rows of all runs.
    rows: Vec<ExtractRow>,
    /// Where each run's rows end.
    ends: Vec<usize>,
}

impl Piece {
    /// The rows of each run.
    pub fn runs(&self) -> impl Iterator<Item = &[ExtractRow]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.rows.get(start..*end).unwrap_or(&[]))
    }

    /// All rows.
    pub fn rows(&self) -> &[ExtractRow] {
        &self.rows
    }

    /// Adds a row, to the last run or as the first of another.
    fn push(&mut self, row: ExtractRow, begins: bool) {
        if begins {
            self.ends.push(self.rows.len());
        }
        self.rows.push(row);
        if let Some(end) = self.ends.last_mut() {
            *end = self.rows.len();
        }
    }
}

/// Reads rows and groups them.
pub struct Grouping<'o, I> {
    rows: I,
    options: &'o BuildOptions<'o>,
    /// The first row of the next piece.
    next: Option<ExtractRow>,
    count: u64,
    failed: Option<ExtractError>,
}

impl<'o, I: Iterator<Item = Result<ExtractRow, ExtractError>>> Grouping<'o, I> {
    /// Nothing read yet.
    pub fn new(rows: I, options: &'o BuildOptions<'o>) -> Self {
        Self {
            rows,
            options,
            next: None,
            count: 0,
            failed: None,
        }
    }

    /// The next pieces, in the memory of others; none after the last row or an error.
    pub fn round(&mut self, spare: Vec<Piece>) -> Vec<Piece> {
        let mut spare = spare.into_iter();
        std::iter::from_fn(|| self.piece(spare.next().unwrap_or_default()))
            .take(ROUND_PIECES)
            .collect()
    }

    /// How many rows were read.
    ///
    /// # Errors
    /// [`BuildError`] for the row that could not be, after which there are no more pieces.
    pub fn finish(self) -> Result<u64, BuildError> {
        self.failed
            .map_or(Ok(self.count), |error| Err(error.into()))
    }

    fn row(&mut self) -> Option<ExtractRow> {
        if self.failed.is_some() {
            return None;
        }
        match self.rows.next()? {
            Ok(row) => {
                self.count = self.count.saturating_add(1);
                if self.count.is_multiple_of(1 << 16) {
                    (self.options.progress)(Stage::Reading, self.count);
                }
                Some(row)
            }
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    fn piece(&mut self, mut piece: Piece) -> Option<Piece> {
        piece.rows.clear();
        piece.ends.clear();
        let first = self.next.take().or_else(|| self.row())?;
        piece.push(first, true);
        while let Some(row) = self.row() {
            let person = row.text(Field::PersonId);
            let last = piece.rows.last();
            let begins = last.is_none_or(|last| last.text(Field::PersonId) != person);
            if begins && piece.ends.len() >= PIECE_RUNS {
                self.next = Some(row);
                break;
            }
            piece.push(row, begins);
        }
        Some(piece)
    }
}
