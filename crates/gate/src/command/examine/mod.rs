//! `countersign examine`: the examination a requester can run before sending.
//!
//! Place in the flow: outside it; stage A alone, streamed, on a file of any size. Nothing is kept.
//! Reading order: [`stream`] examines, [`rows`] gives each row with its findings, then the forms of
//! output: [`text`], [`json`], [`sarif`], [`annotate`].
//!
//! Left to others: rules (statute), reading (intake).

mod annotate;
mod finding_list;
mod found;
mod groups;
mod json;
mod marked_sheet;
mod paint;
mod progress;
mod rows;
mod sarif;
mod spool;
mod stream;
mod text;

use std::io::{self, BufWriter, ErrorKind, Write as _, stdout};

use instrument::agreement::Agreement;
use model::{fault::ExitStatus, time::parse_date};

use self::{
    paint::Paint,
    progress::Progress,
    stream::{Examined, Task},
    text::Shown,
};
use crate::{
    arguments::{ExamineArguments, ReportFormat},
    command::Print,
    files::FileError,
    home::read_signed,
    log::system_now,
};

/// Examines a workbook and prints its findings.
pub fn run(arguments: &ExamineArguments, print: Print) -> Result<ExitStatus, anyhow::Error> {
    let agreement = match &arguments.agreement {
        Some(path) => Some(read_signed::<Agreement>(path)?.document().clone()),
        None => None,
    };
    let task = Task {
        request: &arguments.request,
        cover: arguments.cover.as_deref(),
        agreement: agreement.as_ref(),
        as_of: match &arguments.as_of {
            Some(text) => parse_date(text)?,
            None => system_now().day(),
        },
    };
    // Taken before the examination, so that a name that is taken is told at once.
    let marked = arguments.annotate.as_deref();
    let marked = marked.map(annotate::NewFile::create).transpose()?;
    let progress = Progress::default();
    let examined = stream::examine(&task, &progress)?;
    if let Some(file) = marked {
        annotate::write(&examined, &task, &progress, file)?;
    }
    progress.clear();
    let format = match arguments.format {
        ReportFormat::Text if print.json => ReportFormat::Json,
        format => format,
    };
    let shown = Shown {
        paint: Paint::new(arguments.colour),
        rows: arguments.rows,
    };
    let found = match report(&examined, &task, format, shown) {
        Err(error) if is_reader_gone(&error) => examined.rows_have_findings()?,
        found => found? > 0,
    };
    Ok(status(&examined, found))
}

fn status(examined: &Examined, rows_have_findings: bool) -> ExitStatus {
    if rows_have_findings || !examined.request.is_empty() {
        ExitStatus::Findings
    } else {
        ExitStatus::Done
    }
}

/// Prints in one of the forms; gives how many findings rows have.
fn report(
    examined: &Examined,
    task: &Task<'_>,
    format: ReportFormat,
    shown: Shown,
) -> Result<u64, anyhow::Error> {
    let mut out = BufWriter::new(stdout().lock());
    let found = match format {
        ReportFormat::Text => text::print(examined, task, shown, &mut out),
        ReportFormat::Json => json::print(examined, task, &mut out),
        ReportFormat::Sarif => sarif::print(examined, task, &mut out),
    };
    let found = found.and_then(|found| out.flush().map(|()| found).map_err(anyhow::Error::new));
    found.map_err(|error| match error.downcast::<io::Error>() {
        Ok(source) => FileError::Access {
            path: "standard output".into(),
            source,
        }
        .into(),
        Err(error) => error,
    })
}

/// Whether printing ended because nobody reads any more, which is no error.
fn is_reader_gone(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(FileError::Access { source, .. }) if source.kind() == ErrorKind::BrokenPipe
    )
}
