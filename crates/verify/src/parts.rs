//! The parts of a sealed bundle about requests, sorted by request and row.
//!
//! Place in the flow: before any of them is read. A part without a place is a failure.
//!
//! Left to others: what the parts say (request, row).

use std::collections::BTreeMap;

use instrument::{archive::Archive, bundle::REQUESTS};

use crate::Report;

/// The parts of one row.
#[derive(Debug, Default)]
pub(crate) struct RowParts<'a> {
    pub(crate) opening: Option<&'a [u8]>,
    pub(crate) findings: Option<&'a [u8]>,
    pub(crate) faces: Vec<&'a [u8]>,
    pub(crate) statement: Option<&'a [u8]>,
    pub(crate) approvals: Vec<&'a [u8]>,
    pub(crate) transcript: Option<&'a [u8]>,
}

/// The parts of one request.
#[derive(Debug, Default)]
pub(crate) struct RequestParts<'a> {
    pub(crate) cover: Option<&'a [u8]>,
    pub(crate) secret: Option<&'a [u8]>,
    pub(crate) examination: Option<&'a [u8]>,
    pub(crate) receipt: Option<&'a [u8]>,
    pub(crate) assurances: Vec<&'a [u8]>,
    pub(crate) rows: BTreeMap<(u16, u32), RowParts<'a>>,
}

impl<'a> RequestParts<'a> {
    /// Puts a part in its place; false where it has none, or its number is out of order.
    fn take(&mut self, name: &str, bytes: &'a [u8]) -> bool {
        let words: Vec<&str> = name.split('/').collect();
        match words.as_slice() {
            ["cover"] => self.cover = Some(bytes),
            ["secret"] => self.secret = Some(bytes),
            ["examination"] => self.examination = Some(bytes),
            ["receipt"] => self.receipt = Some(bytes),
            ["assurance", _] => self.assurances.push(bytes),
            [word, place, rest @ ..] => return self.take_row(word, place, rest, bytes),
            _ => return false,
        }
        true
    }

    fn take_row(&mut self, word: &str, place: &str, rest: &[&str], bytes: &'a [u8]) -> bool {
        let Some(place) = read_place(place) else {
            return false;
        };
        let row = self.rows.entry(place).or_default();
        match (word, rest) {
            ("row", []) => row.opening = Some(bytes),
            ("findings", []) => row.findings = Some(bytes),
            ("statement", []) => row.statement = Some(bytes),
            ("transcript", []) => row.transcript = Some(bytes),
            ("face", [number]) if is_next(number, &row.faces) => row.faces.push(bytes),
            ("approval", [number]) if is_next(number, &row.approvals) => row.approvals.push(bytes),
            _ => return false,
        }
        true
    }
}

fn is_next(number: &str, before: &[&[u8]]) -> bool {
    number == (before.len() + 1).to_string()
}

/// Reads `S-N`.
fn read_place(text: &str) -> Option<(u16, u32)> {
    let (sheet, row) = text.split_once('-')?;
    let place: (u16, u32) = (sheet.parse().ok()?, row.parse().ok()?);
    (format!("{}-{}", place.0, place.1) == text).then_some(place)
}

pub(crate) fn group<'a>(
    archive: &'a Archive,
    report: &mut Report,
) -> BTreeMap<&'a str, RequestParts<'a>> {
    let mut requests: BTreeMap<&str, RequestParts<'_>> = BTreeMap::new();
    for (name, bytes) in archive.under(REQUESTS) {
        let rest = name.strip_prefix(REQUESTS).unwrap_or_default();
        let taken = rest
            .split_once('/')
            .is_some_and(|(id, part)| requests.entry(id).or_default().take(part, bytes));
        if !taken {
            report.fail(
                format!("part {name}"),
                "no request has such a part in this place",
            );
        }
    }
    requests
}
