//! Each row with all of its findings: those on its own cells, then those that only all rows show.
//!
//! Place in the flow: what every form of output reads, once or twice, in the order of the rows.
//!
//! Left to others: where the two kinds are kept ([`super::spool`], statute's `Later`).

use std::{iter::Peekable, sync::Arc};

use model::finding::{Finding, FindingClass, FindingView};

use super::{
    found::{Coder, Found, FoundText, Place, Text, TextId, Texts},
    spool::{Damaged, SpoolRows, SpooledRow},
    stream::Examined,
};

/// One finding of a row, with its text.
#[derive(Debug, Clone)]
pub struct RowFinding {
    /// Number of the text, where it is kept.
    pub id: Option<TextId>,
    /// What it says.
    pub text: Arc<Text>,
    /// Where.
    pub place: Place,
}

impl RowFinding {
    /// As JSON and people see it.
    pub fn view(&self, row: u32) -> FindingView {
        self.text.at(self.place.cell(row))
    }
}

/// A row with all of its findings.
#[derive(Debug, Clone, Default)]
pub struct ExaminedRow {
    /// Sheet of subjects, counted from 1.
    pub sheet: u16,
    /// The sheet's own row number.
    pub row: u32,
    /// In the order of the rules.
    pub findings: Vec<RowFinding>,
}

impl ExaminedRow {
    /// Whether none of the findings is deficient.
    pub fn is_admissible(&self) -> bool {
        let mut classes = self.findings.iter().map(|finding| finding.text.class);
        classes.all(|class| class != FindingClass::Deficient)
    }

    /// The standard name of its sheet.
    pub fn sheet_name(&self) -> String {
        sheet_name(self.sheet)
    }
}

/// `Subjects`, `Subjects 2`, …
pub fn sheet_name(sheet: u16) -> String {
    if sheet == 1 {
        "Subjects".to_owned()
    } else {
        format!("Subjects {sheet}")
    }
}

type Later<'e> = Box<dyn Iterator<Item = (u16, u32, Finding)> + 'e>;

/// Reads the rows of an examination.
pub struct Rows<'e> {
    own: SpoolRows<'e>,
    spooled: SpooledRow,
    later: Peekable<Later<'e>>,
    coder: Coder<'e>,
    lookup: Lookup<'e>,
}

impl<'e> Rows<'e> {
    /// From the first row.
    pub fn new(examined: &'e Examined) -> Self {
        let later: Later<'e> = Box::new(examined.later.iter());
        Self {
            own: examined.spool.rows(),
            spooled: SpooledRow::default(),
            later: later.peekable(),
            coder: Coder::new(&examined.texts),
            lookup: Lookup {
                texts: &examined.texts,
                known: Vec::new(),
            },
        }
    }

    /// The next row into `row`; `false` after the last one.
    pub fn next(&mut self, row: &mut ExaminedRow) -> Result<bool, anyhow::Error> {
        if !self.own.next(&mut self.spooled)? {
            // Findings across rows are of rows that were spooled, in the same order.
            return match self.later.peek() {
                None => Ok(false),
                Some(_) => Err(Damaged.into()),
            };
        }
        row.sheet = self.spooled.sheet;
        row.row = self.spooled.row;
        row.findings.clear();
        for found in self.spooled.found.drain(..) {
            row.findings.push(self.lookup.finding(found)?);
        }
        let here =
            |(sheet, number, _): &(u16, u32, Finding)| (*sheet, *number) == (row.sheet, row.row);
        while let Some((_, number, finding)) = self.later.next_if(here) {
            let found = self.coder.code(finding, number);
            row.findings.push(self.lookup.finding(found)?);
        }
        Ok(true)
    }
}

/// The shared table of texts, copied as far as it was met, so that it is seldom locked.
struct Lookup<'e> {
    texts: &'e Texts,
    known: Vec<Option<Arc<Text>>>,
}

impl Lookup<'_> {
    fn finding(&mut self, found: Found) -> Result<RowFinding, Damaged> {
        let Found { text, place } = found;
        match text {
            FoundText::Own(text) => Ok(RowFinding {
                id: None,
                text,
                place,
            }),
            FoundText::Kept(id) => Ok(RowFinding {
                id: Some(id),
                text: self.kept(id).ok_or(Damaged)?,
                place,
            }),
        }
    }

    fn kept(&mut self, id: TextId) -> Option<Arc<Text>> {
        if let Some(Some(text)) = self.known.get(id.index()) {
            return Some(Arc::clone(text));
        }
        let text = self.texts.get(&FoundText::Kept(id))?;
        if self.known.len() <= id.index() {
            self.known.resize(id.index().saturating_add(1), None);
        }
        if let Some(known) = self.known.get_mut(id.index()) {
            *known = Some(Arc::clone(&text));
        }
        Some(text)
    }
}
