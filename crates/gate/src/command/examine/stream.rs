//! A request of any size examined: rows read in a child process, examined on threads, their
//! findings spooled in order.
//!
//! Place in the flow: first half of the command. What is kept of a row is its findings, coded, and
//! what statute keeps to compare it with the others. [`Examined::rows`] then gives each row with all
//! of its findings.
//!
//! Left to others: reading (intake), rules (statute), printing ([`super::text`], [`super::json`],
//! [`super::sarif`], [`super::annotate`]).

use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
    thread::{self, ScopedJoinHandle},
};

use instrument::agreement::Agreement;
use intake::{CoverFields, Event, Stop, Summary};
use model::{
    column::Column,
    finding::{FindingClass, FindingView, RuleId},
    row::Row,
    time::Date,
};
use statute::{
    Channel, CoverView, Examination, ExaminationCounts, Later, RowExaminer, RowFindings,
    SheetColumns, Terms, TinAcceptance, statute_book,
};

use super::{
    found::{Coder, Texts},
    progress::Progress,
    rows::{ExaminedRow, Rows},
    spool::{Spool, SpooledRow, encode},
};
use crate::{files::FileError, workbook};

/// Rows examined by one thread at a time, and bytes of their texts.
const BATCH: usize = 1024;
const BATCH_BYTES: usize = 4 << 20;

/// What is examined, against what.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The workbook.
    pub request: &'a Path,
    /// A csv's cover.
    pub cover: Option<&'a Path>,
    /// The agreement, if one is given.
    pub agreement: Option<&'a Agreement>,
    /// The day to examine as of.
    pub as_of: Date,
}

/// Where the cover was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverPlace {
    /// In the workbook's own sheet.
    Sheet,
    /// In a file beside it, or nowhere.
    Elsewhere,
}

/// What was found, whole.
#[derive(Debug)]
pub struct Examined {
    /// Digest, size and format of the file.
    pub summary: Summary,
    /// The cover's request id; empty where it states none.
    pub request_id: String,
    /// Where the cover was.
    pub cover_place: CoverPlace,
    /// Findings about the workbook and the request as a whole.
    pub request: Vec<FindingView>,
    /// Rows by outcome.
    pub counts: ExaminationCounts,
    /// Rules that need an agreement where there is none.
    pub not_examined: Vec<RuleId>,
    /// Texts of the findings of rows.
    pub texts: Texts,
    pub(super) spool: Spool,
    pub(super) later: Later,
}

impl Examined {
    /// Each row with all of its findings, in the order of the rows.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(self)
    }

    /// Whether any row has a finding.
    pub fn rows_have_findings(&self) -> Result<bool, anyhow::Error> {
        let mut rows = self.rows();
        let mut row = ExaminedRow::default();
        while rows.next(&mut row)? {
            if !row.findings.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the request as a whole is deficient, so that no row of it can be answered.
    pub fn is_refused_whole(&self) -> bool {
        let mut classes = self.request.iter().map(|finding| finding.class);
        classes.any(|class| class == FindingClass::Deficient)
    }
}

/// Examines a request.
pub fn examine(task: &Task<'_>, progress: &Progress) -> Result<Examined, anyhow::Error> {
    let terms = Terms {
        as_of: task.as_of,
        agreement: task.agreement,
        book: statute_book(),
        accepts: TinAcceptance::Any,
        channel: Channel::Open,
    };
    let given = workbook::read_cover(task.cover)?;
    let mut examination = Examination::new(terms);
    let texts = Texts::default();
    let mut read = Read::default();
    let summary = read_rows(
        task.request,
        terms,
        &mut examination,
        &texts,
        &mut read,
        progress,
    )?;
    let Read { mut head, spool } = read;
    if let Some((fields, about)) = given {
        head.set_cover(&fields, CoverPlace::Elsewhere);
        head.findings.extend(about);
    }
    examination.cover(&head.cover);
    for (number, columns) in &head.sheets {
        examination.sheet(*number, SheetColumns::new(columns));
    }
    progress.comparing();
    let outcome = examination.finish();
    head.findings
        .extend(outcome.request.iter().map(FindingView::from));
    Ok(Examined {
        summary,
        request_id: head.cover.text("request_id").to_owned(),
        cover_place: head.cover_place,
        request: head.findings,
        counts: outcome.counts,
        not_examined: outcome.not_examined,
        texts,
        spool,
        later: outcome.later,
    })
}

/// What is read and found before the rows are compared with each other.
#[derive(Default)]
struct Read {
    head: Head,
    spool: Spool,
}

/// What is read beside the rows.
struct Head {
    cover: CoverView,
    cover_place: CoverPlace,
    sheets: Vec<(u16, Vec<(Column, u16)>)>,
    findings: Vec<FindingView>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            cover: CoverView::new(),
            cover_place: CoverPlace::Elsewhere,
            sheets: Vec::new(),
            findings: Vec::new(),
        }
    }
}

impl Head {
    fn set_cover(&mut self, fields: &CoverFields, place: CoverPlace) {
        self.cover_place = place;
        for (key, value) in &fields.values {
            self.cover.set(key, &value.text, &value.cell);
        }
    }
}

/// Rows that wait for a thread, all of one sheet.
#[derive(Default)]
struct Batch {
    columns: Arc<SheetColumns>,
    rows: Vec<Row>,
    /// Bytes of the texts of the rows.
    bytes: usize,
}

impl Batch {
    fn add(&mut self, row: Row) {
        let lengths = row.cells().iter().map(|cell| cell.text.expose().len());
        self.bytes = lengths.fold(self.bytes, usize::saturating_add);
        self.rows.push(row);
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= BATCH || self.bytes >= BATCH_BYTES
    }

    fn take(&mut self) -> Self {
        Self {
            columns: Arc::clone(&self.columns),
            rows: std::mem::replace(&mut self.rows, Vec::with_capacity(BATCH)),
            bytes: std::mem::take(&mut self.bytes),
        }
    }
}

/// Threads under way, the oldest first, and never more than so many.
struct UnderWay<'scope, T> {
    threads: VecDeque<ScopedJoinHandle<'scope, T>>,
    most: usize,
}

impl<'scope, T> UnderWay<'scope, T> {
    /// Room for one thread a core, and for one that waits to be put away.
    fn new() -> Self {
        let cores = thread::available_parallelism().map_or(2, NonZeroUsize::get);
        Self {
            threads: VecDeque::new(),
            most: cores.saturating_add(1),
        }
    }

    /// Adds a thread; gives what the oldest made once there are too many.
    fn add(&mut self, thread: ScopedJoinHandle<'scope, T>) -> Option<T> {
        self.threads.push_back(thread);
        if self.threads.len() > self.most {
            return self.next();
        }
        None
    }

    /// Waits for the oldest.
    fn next(&mut self) -> Option<T> {
        match self.threads.pop_front()?.join() {
            Ok(made) => Some(made),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Reads the file. This thread takes rows from the child and puts away, in order, what other
/// threads have examined; memory does not grow with the file but for what statute keeps of each row.
fn read_rows(
    request: &Path,
    terms: Terms<'_>,
    examination: &mut Examination<'_>,
    texts: &Texts,
    Read { head, spool }: &mut Read,
    progress: &Progress,
) -> Result<Summary, anyhow::Error> {
    let examiner = &RowExaminer::new(terms);
    thread::scope(|scope| {
        let mut under_way = UnderWay::new();
        let start = |batch: Batch| {
            scope.spawn(move || {
                examine_batch(&batch, texts, |row, columns| examiner.examine(row, columns))
            })
        };
        let mut failed: Option<FileError> = None;
        let mut put_away = |(traces, coded): (Vec<_>, Vec<u8>)| {
            progress.examined(traces.len());
            traces.into_iter().for_each(|trace| examination.add(trace));
            spool.append(&coded)
        };
        let mut batch = Batch::default();
        let summary = workbook::stream(request, &mut |event: Event| -> Result<(), Stop> {
            let is_due = batch.is_full() || matches!(event, Event::Sheet { .. });
            let done = if is_due {
                under_way.add(start(batch.take()))
            } else {
                None
            };
            if let Some(Err(error)) = done.map(&mut put_away) {
                failed = Some(error);
                return Err(Stop);
            }
            match event {
                Event::Cover(fields) => head.set_cover(&fields, CoverPlace::Sheet),
                Event::Sheet {
                    number, columns, ..
                } => {
                    batch.columns = Arc::new(SheetColumns::new(&columns));
                    head.sheets.push((number, columns));
                }
                Event::Row(row) => batch.add(row),
                Event::Finding(finding) => head.findings.push(FindingView::from(&finding)),
            }
            Ok(())
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        let summary = summary?;
        let last = under_way.add(start(batch));
        last.map_or(Ok(()), &mut put_away)?;
        while let Some(done) = under_way.next() {
            put_away(done)?;
        }
        Ok(summary)
    })
}

/// Examines the rows of a batch; gives what is kept of each, and their findings coded.
fn examine_batch<T>(
    batch: &Batch,
    texts: &Texts,
    examine: impl Fn(&Row, &SheetColumns) -> (RowFindings, T),
) -> (Vec<T>, Vec<u8>) {
    let mut coder = Coder::new(texts);
    let mut coded = Vec::with_capacity(BATCH * 16);
    let mut traces = Vec::with_capacity(batch.rows.len());
    for row in &batch.rows {
        let (own, trace) = examine(row, &batch.columns);
        let found = own.findings.into_iter();
        let spooled = SpooledRow {
            sheet: row.sheet,
            row: row.row,
            found: found.map(|finding| coder.code(finding, row.row)).collect(),
        };
        encode(&spooled, &mut coded);
        traces.push(trace);
    }
    (traces, coded)
}

#[cfg(test)]
mod tests {
    use model::{
        personal::Personal,
        row::{Cell, CellKind},
    };

    use super::*;

    fn row(bytes: usize) -> Row {
        let cell = Cell {
            column: Column::Reason,
            position: 0,
            kind: CellKind::Text,
            formula: false,
            text: Personal::new("x".repeat(bytes)),
        };
        Row::new(1, 2, false, vec![cell])
    }

    #[test]
    fn a_batch_is_full_by_rows_or_by_bytes() {
        for (bytes, expected) in [(1, BATCH), (1 << 20, 4), (BATCH_BYTES, 1)] {
            let mut batch = Batch::default();
            let mut rows = 0;
            while !batch.is_full() {
                batch.add(row(bytes));
                rows += 1;
            }
            assert_eq!(rows, expected, "{bytes}");
            assert_eq!(batch.take().rows.len(), rows);
            assert!(!batch.is_full());
        }
    }
}
