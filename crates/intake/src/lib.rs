//! Reads a request workbook (xlsx, ods or csv) within fixed limits.
//!
//! Place in the flow: the first step of a row. [`read`] streams a file and delivers the cover, each
//! sheet's columns, its rows and what is odd about the workbook; [`child::read_in_child`] does the
//! same in a process of its own with limits on memory and time, which is how the gate reads files
//! from outside. A bad workbook is data: it gives findings, or one clear error that names the cell,
//! the line or the byte; never a crash.
//!
//! Left to others: what the values mean and whether they suffice (statute), showing findings (gate).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod archive;
pub mod child;
mod cover;
mod csv;
mod error;
mod event;
mod limits;
mod notice;
mod oddity;
mod ods;
mod plan;
mod sniff;
mod survey;
mod table;
mod taker;
mod value;
mod xlsx;
mod xml;

use std::io::{Read, Seek};

pub use crate::{
    cover::read_cover_toml,
    error::{IntakeError, LimitKind},
    event::{COVER_KEYS, Collected, CoverFields, CoverValue, Event, Format, Sink, Stop, Summary},
    limits::Limits,
    sniff::sniff,
};
use crate::{event::Outlet, survey::survey};

/// Anything a workbook can be read from.
pub(crate) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// Reads a workbook and delivers everything in it to `sink`.
///
/// `name` is the file's name; only its extension is looked at, to tell a csv from something that is
/// no workbook. The reader is taken from its beginning, whatever its position.
///
/// # Errors
/// [`IntakeError`] for a file that cannot be read as a request. What was delivered before it is
/// then to be thrown away.
pub fn read(
    mut reader: impl Read + Seek,
    name: &str,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<Summary, IntakeError> {
    let survey = survey(&mut reader, limits)?;
    let format = sniff::recognise(&mut reader, &survey, name)?;
    let mut outlet = Outlet::new(limits, survey.bytes, sink);
    match format {
        Format::Xlsx | Format::Ods => archive_format(&mut reader, survey.bytes, &mut outlet),
        Format::Csv => csv::read(&mut reader, &survey, &mut outlet).map(|()| Format::Csv),
    }
    .map(|format| Summary {
        format,
        digest: survey.digest,
        bytes: survey.bytes,
        rows: outlet.rows,
        sheets: outlet.sheets,
    })
}

fn archive_format(
    reader: &mut dyn Source,
    bytes: u64,
    outlet: &mut Outlet<'_>,
) -> Result<Format, IntakeError> {
    let mut archive = archive::Archive::open(reader, bytes, outlet.limits)?;
    let format = sniff::archive_format(&mut archive)?;
    match format {
        Format::Ods => ods::read(&mut archive, outlet)?,
        Format::Xlsx | Format::Csv => xlsx::read(&mut archive, outlet)?,
    }
    Ok(format)
}
