//! Reading a workbook, always in a child process with limits.
//!
//! Place in the flow: `examine`, `cover` and `submit` read requests through this. The child is this same
//! program; a workbook that breaks a limit ends the child, not the gate.
//!
//! Left to others: formats (intake).

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use casework::examine::Given;
use intake::{Collected, CoverFields, Limits, Summary, child::read_in_child};
use model::{finding::FindingView, time::Date};

use crate::files::{self, FileError};

/// A workbook read whole.
#[derive(Debug)]
pub struct Workbook {
    /// What was read.
    pub collected: Collected,
    /// Digest, size, format.
    pub summary: Summary,
}

/// Reads a workbook into a sink, in a child process.
///
/// A file that is not there, or is no regular file, is the caller's mistake and not a lack of ours.
pub fn stream(path: &Path, sink: &mut dyn intake::Sink) -> Result<Summary, anyhow::Error> {
    let program = std::env::current_exe().context("this program cannot find itself")?;
    let limits = Limits::standard();
    let access = |source| FileError::Access {
        path: path.to_owned(),
        source,
    };
    if !std::fs::metadata(path).map_err(access)?.is_file() {
        return Err(files::contents(path, "a regular file").into());
    }
    read_in_child(&program, &["intake-child"], path, &limits, sink)
        .map_err(|error| anyhow::Error::new(error).context(format!("`{}`", path.display())))
}

/// The cover of a csv: a TOML beside it.
pub fn read_cover(
    path: Option<&Path>,
) -> Result<Option<(CoverFields, Vec<FindingView>)>, anyhow::Error> {
    let Some(path) = path else {
        return Ok(None);
    };
    let text = files::read_text(path)?;
    let (fields, findings) = intake::read_cover_toml(&text)
        .map_err(|error| anyhow::Error::new(error).context(format!("`{}`", path.display())))?;
    Ok(Some((
        fields,
        findings.iter().map(FindingView::from).collect(),
    )))
}

/// Reads a workbook whole, with its cover.
pub fn read(path: &Path, cover: Option<&Path>) -> Result<Workbook, anyhow::Error> {
    let mut collected = Collected::default();
    let summary = stream(path, &mut collected)?;
    if let Some((fields, _)) = read_cover(cover)? {
        collected.cover = Some(fields);
    }
    Ok(Workbook { collected, summary })
}

impl Workbook {
    /// What stage A is given beside the rows.
    pub fn given(&self, as_of: Date) -> Given {
        Given {
            as_of,
            cover: self.stated_cover(),
            sheets: self.collected.sheets.iter().cloned().collect(),
            workbook: self
                .collected
                .findings
                .iter()
                .map(FindingView::from)
                .collect(),
        }
    }

    /// The cover as stage A reads it: text and cell by key.
    pub fn stated_cover(&self) -> BTreeMap<String, (String, String)> {
        let fields = self.collected.cover.iter().flat_map(|cover| &cover.values);
        fields
            .map(|(key, value)| (key.clone(), (value.text.clone(), value.cell.clone())))
            .collect()
    }

    /// A field of the cover, trimmed.
    pub fn cover_text(&self, key: &str) -> &str {
        self.collected
            .cover
            .as_ref()
            .map_or("", |cover| cover.text(key))
    }
}
