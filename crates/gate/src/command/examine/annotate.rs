//! The workbook given back with its flagged cells coloured and commented, and a list of all findings.
//!
//! Place in the flow: `--annotate OUT.xlsx`, after the examination. The request is read a second time
//! and written row by row, so memory stays small however long it is. Everything is written as text:
//! a value that begins with `=` is no formula. The request itself is never written to.
//!
//! Left to others: how sheets look ([`super::marked_sheet`], [`super::finding_list`]).

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
};

use intake::{CoverFields, Event, Stop};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::{
    finding_list::FindingList,
    marked_sheet::{MarkedSheet, Marks, cover_sheet},
    progress::Progress,
    rows::{ExaminedRow, Rows},
    stream::{CoverPlace, Examined, Task},
};
use crate::{
    files::{FileError, contents},
    workbook,
};

/// Rows written. Writing is slower than reading, and the reading process has its time; a workbook of
/// more rows is nobody's to mend by hand.
const MOST_ROWS: u64 = 200_000;

/// A file that was not there before. It is removed again unless it is finished.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    file: File,
    is_finished: bool,
}

impl NewFile {
    /// Makes the file.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let extension = path.extension().unwrap_or_default();
        if !extension.eq_ignore_ascii_case("xlsx") {
            return Err(contents(path, "the name of an xlsx file"));
        }
        let made = OpenOptions::new().write(true).create_new(true).open(path);
        match made {
            Ok(file) => Ok(Self {
                path: path.to_owned(),
                file,
                is_finished: false,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(contents(path, "a new file; what is there stays as it is"))
            }
            Err(source) => Err(FileError::Access {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_finished {
            // Nothing more can be done about a file that cannot be removed.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Writes the annotated workbook.
pub fn write(
    examined: &Examined,
    task: &Task<'_>,
    progress: &Progress,
    mut file: NewFile,
) -> Result<(), anyhow::Error> {
    let annotated = annotate(examined, task, progress).and_then(|mut book| {
        let out = std::io::BufWriter::new(&file.file);
        Ok(book.save_to_writer(out)?)
    });
    annotated.map_err(|error| of_workbook(error, &file.path))?;
    file.is_finished = true;
    Ok(())
}

/// An error of writing, as one that names the file.
fn of_workbook(error: anyhow::Error, path: &Path) -> anyhow::Error {
    match error.downcast::<XlsxError>() {
        Ok(XlsxError::IoError(source)) => FileError::Access {
            path: path.to_owned(),
            source,
        }
        .into(),
        Ok(other) => anyhow::Error::new(other).context(format!("`{}`", path.display())),
        Err(error) => error,
    }
}

fn annotate(
    examined: &Examined,
    task: &Task<'_>,
    progress: &Progress,
) -> Result<Workbook, anyhow::Error> {
    let mut book = Workbook::new();
    let mut annotation = Annotation {
        list: FindingList::new(&mut book, examined, task)?,
        marks: Marks::default(),
        cover: None,
        sheets: Vec::new(),
        rows: examined.rows(),
        row: ExaminedRow::default(),
        left_out: 0,
        written: 0,
    };
    for finding in &examined.request {
        annotation
            .list
            .request_finding(finding, examined.cover_place)?;
    }
    let mut failed = None;
    let summary = workbook::stream(task.request, &mut |event: Event| -> Result<(), Stop> {
        let taken = annotation.event(event, &mut book, examined);
        progress.marked(annotation.written.saturating_add(annotation.left_out));
        taken.map_err(|error| {
            failed = Some(error);
            Stop
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if summary?.digest != examined.summary.digest {
        return Err(changed(task.request).into());
    }
    annotation.finish(&mut book)?;
    Ok(book)
}

fn changed(request: &Path) -> FileError {
    contents(request, "what it was: it changed while it was read")
}

struct Annotation<'e> {
    list: FindingList,
    marks: Marks,
    cover: Option<CoverFields>,
    sheets: Vec<MarkedSheet>,
    rows: Rows<'e>,
    row: ExaminedRow,
    /// Rows beyond [`MOST_ROWS`], or further down than a sheet reaches (a csv may have them).
    left_out: u64,
    written: u64,
}

impl Annotation<'_> {
    fn event(
        &mut self,
        event: Event,
        book: &mut Workbook,
        examined: &Examined,
    ) -> Result<(), anyhow::Error> {
        match event {
            Event::Cover(fields) if examined.cover_place == CoverPlace::Sheet => {
                self.cover = Some(fields);
            }
            Event::Sheet { name, columns, .. } => {
                let sheet = book.new_worksheet_with_constant_memory()?;
                self.sheets.push(MarkedSheet::new(sheet, &name, &columns)?);
            }
            Event::Row(row) => {
                let is_there = self.rows.next(&mut self.row)?;
                if !is_there || (self.row.sheet, self.row.row) != (row.sheet, row.row) {
                    return Err(super::spool::Damaged.into());
                }
                for finding in &self.row.findings {
                    self.list.row_finding(&self.row, finding)?;
                }
                let Some(sheet) = self.sheets.last_mut() else {
                    return Err(super::spool::Damaged.into());
                };
                let is_written =
                    self.written < MOST_ROWS && sheet.row(&row, &self.row, &mut self.marks)?;
                let count = if is_written {
                    &mut self.written
                } else {
                    &mut self.left_out
                };
                *count = count.saturating_add(1);
            }
            Event::Cover(_) | Event::Finding(_) => {}
        }
        Ok(())
    }

    fn finish(self, book: &mut Workbook) -> Result<(), XlsxError> {
        let Self {
            mut list,
            mut marks,
            cover,
            sheets,
            left_out,
            ..
        } = self;
        let cover = match cover {
            Some(fields) => Some(cover_sheet(&fields, list.of_cover(), &mut marks)?),
            None => None,
        };
        list.left_out(left_out, marks.without_comment())?;
        book.push_worksheet(list.finish()?);
        cover.into_iter().for_each(|sheet| {
            book.push_worksheet(sheet);
        });
        for sheet in sheets {
            book.push_worksheet(sheet.finish()?);
        }
        Ok(())
    }
}
