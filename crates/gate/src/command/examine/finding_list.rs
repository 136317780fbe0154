//! The first sheet of the annotated workbook: every finding with a link to its cell.
//!
//! Place in the flow: filled row by row while the workbook is written.
//!
//! Left to others: the sheets it links to ([`super::marked_sheet`]).

use std::collections::BTreeMap;

use model::finding::{FindingClass, FindingView};
use rust_xlsxwriter::{Format, Url, Workbook, Worksheet, XlsxError};

use crate::look::{NAVY, body, header, height};

use super::{
    marked_sheet::{cell_text, end, fill, lines, link},
    paint::{class_word, count, counted},
    rows::{ExaminedRow, RowFinding},
    stream::{CoverPlace, Examined, Task},
};

/// Findings listed; a sheet may hold 65,530 links.
const MOST_LISTED: u64 = 50_000;
/// The line of the headers, counted from 0.
const HEADER_LINE: u32 = 4;
/// Titles of the columns and their widths in characters.
const COLUMNS: [(&str, u32); 6] = [
    ("Where", 18),
    ("Class", 11),
    ("What is wrong", 56),
    ("What mends it", 56),
    ("Rule", 24),
    ("Law", 28),
];

/// The sheet `Findings`.
pub struct FindingList {
    sheet: Worksheet,
    line: u32,
    listed: u64,
    not_listed: u64,
    of_cover: BTreeMap<String, Vec<FindingView>>,
    body: Format,
    classes: [(FindingClass, Format); 3],
}

impl FindingList {
    /// The sheet with its heading.
    pub fn new(
        book: &mut Workbook,
        examined: &Examined,
        task: &Task<'_>,
    ) -> Result<Self, XlsxError> {
        let mut sheet = book.new_worksheet_with_constant_memory()?;
        sheet.set_name("Findings")?;
        sheet.set_tab_color(NAVY);
        sheet.set_screen_gridlines(false);
        for ((_, width), position) in COLUMNS.iter().zip(0..) {
            sheet.set_column_width(position, f64::from(*width))?;
        }
        heading(&mut sheet, examined, task)?;
        let class = |class| (class, body().set_background_color(fill(class)));
        let classes = [
            class(FindingClass::Deficient),
            class(FindingClass::Question),
            class(FindingClass::Deferred),
        ];
        for ((title, _), position) in COLUMNS.iter().zip(0..) {
            sheet.write_string_with_format(HEADER_LINE, position, *title, &header(NAVY))?;
        }
        sheet.set_row_height(HEADER_LINE, 20)?;
        sheet.set_freeze_panes(HEADER_LINE + 1, 0)?;
        Ok(Self {
            sheet,
            line: HEADER_LINE + 1,
            listed: 0,
            not_listed: 0,
            of_cover: BTreeMap::new(),
            body: body(),
            classes,
        })
    }

    /// Adds a finding on the request as a whole.
    pub fn request_finding(
        &mut self,
        finding: &FindingView,
        cover: CoverPlace,
    ) -> Result<(), XlsxError> {
        // Intake's findings about sheets of subjects name cells of those.
        let is_of_cover = cover == CoverPlace::Sheet && !finding.rule.starts_with("workbook.");
        match &finding.cell {
            Some(cell) if is_of_cover => {
                let known = self.of_cover.entry(cell.clone()).or_default();
                known.push(finding.clone());
                let link = format!("internal:'Cover'!{cell}");
                self.add(finding, &format!("Cover, {cell}"), Some(&link))
            }
            Some(cell) => self.add(finding, &format!("request, {cell}"), None),
            None => self.add(finding, "request", None),
        }
    }

    /// Adds a finding of a row.
    pub fn row_finding(
        &mut self,
        row: &ExaminedRow,
        finding: &RowFinding,
    ) -> Result<(), XlsxError> {
        if self.listed >= MOST_LISTED {
            self.not_listed = self.not_listed.saturating_add(1);
            return Ok(());
        }
        let sheet = row.sheet_name();
        let view = finding.view(row.row);
        let place = match &view.cell {
            Some(cell) => format!("{sheet}, {cell}"),
            None => format!("{sheet}, row {}", row.row),
        };
        let link = link(&sheet, &finding.place, row.row);
        self.add(&view, &place, Some(&link))
    }

    fn add(
        &mut self,
        finding: &FindingView,
        place: &str,
        link: Option<&str>,
    ) -> Result<(), XlsxError> {
        self.listed = self.listed.saturating_add(1);
        let line = self.line;
        match link {
            Some(link) => {
                let url = Url::new(link).set_text(place);
                let format = (self.body.clone())
                    .set_font_color(NAVY)
                    .set_underline(rust_xlsxwriter::FormatUnderline::Single);
                self.sheet.write_url_with_format(line, 0, url, &format)?;
            }
            None => {
                (self.sheet).write_string_with_format(line, 0, place, &self.body)?;
            }
        }
        let class = (self.classes.iter()).find(|(class, _)| *class == finding.class);
        let class = class.map_or(&self.body, |(_, format)| format);
        (self.sheet).write_string_with_format(line, 1, class_word(finding.class), class)?;
        let (message, remedy) = (cell_text(&finding.message), cell_text(&finding.remedy));
        let most = lines(&message, 54)
            .max(lines(&remedy, 54))
            .max(lines(&finding.citation, 26));
        let texts = [
            message,
            remedy,
            finding.rule.clone(),
            finding.citation.clone(),
        ];
        for (text, position) in texts.into_iter().zip(2..) {
            (self.sheet).write_string_with_format(line, position, text, &self.body)?;
        }
        self.sheet.set_row_height(line, height(most))?;
        self.line = self.line.saturating_add(1);
        Ok(())
    }

    /// Findings on cells of the cover's sheet, by cell.
    pub const fn of_cover(&self) -> &BTreeMap<String, Vec<FindingView>> {
        &self.of_cover
    }

    /// Says what is not in the workbook, below the list.
    pub fn left_out(&mut self, rows: u64, without_comment: u64) -> Result<(), XlsxError> {
        let said = [
            (
                self.not_listed,
                "more finding",
                "not listed; `countersign examine --format json` has all",
            ),
            (
                without_comment,
                "more flagged cell",
                "coloured without a comment",
            ),
            (
                rows,
                "row",
                "further down than is written here, and left out",
            ),
        ];
        for (number, what, how) in said {
            if number > 0 {
                self.line = self.line.saturating_add(1);
                let text = format!("{}: {how}.", counted(number, what));
                self.sheet.write_string(self.line, 0, text)?;
            }
        }
        Ok(())
    }

    /// The sheet.
    pub fn finish(mut self) -> Result<Worksheet, XlsxError> {
        end(&mut self.sheet, self.line)?;
        let last = HEADER_LINE.saturating_add(u32::try_from(self.listed).unwrap_or(0));
        self.sheet
            .autofilter(HEADER_LINE, 0, last.max(HEADER_LINE), 5)?;
        self.sheet.set_landscape();
        self.sheet.set_print_fit_to_pages(1, 0);
        self.sheet.set_repeat_rows(HEADER_LINE, HEADER_LINE)?;
        Ok(self.sheet)
    }
}

fn heading(sheet: &mut Worksheet, examined: &Examined, task: &Task<'_>) -> Result<(), XlsxError> {
    let id = cell_text(&examined.request_id);
    let title = if id.is_empty() {
        "Findings on this request".to_owned()
    } else {
        format!("Findings on request {id}")
    };
    let large = Format::new().set_bold().set_font_size(15);
    sheet.write_string_with_format(0, 0, title, &large)?;
    sheet.set_row_height(0, 24)?;
    let counts = examined.counts;
    let under = task
        .agreement
        .map(|agreement| format!(" under agreement {}", agreement.id));
    let text = format!(
        "Examined as of {}{}: {}, {} admissible, {} rejected. A click on a place leads to its cell.",
        task.as_of,
        under.unwrap_or_default(),
        counted(counts.rows, "row"),
        count(counts.admissible),
        count(counts.rejected),
    );
    sheet.write_string(1, 0, text)?;
    let classes = "Deficient: the row is rejected until it is mended. Question: explain in the row; an officer decides. Deferred: over a budget for now.";
    sheet.write_string(2, 0, classes)?;
    Ok(())
}
