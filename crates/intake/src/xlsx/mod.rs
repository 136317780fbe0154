//! xlsx: from the parts of the package to events.
//!
//! Place in the flow: finds the workbook part and its sheets by their relationships (ECMA-376
//! part 2), tells what is odd about the package as a whole, then reads the cover and each sheet of
//! subjects in the order of their numbers.
//!
//! Left to others: relationships and workbook ([`package`]), texts ([`strings`]), number formats
//! ([`styles`]), cells ([`sheet`]).

mod package;
mod sheet;
mod strings;
mod styles;

use self::{
    package::{Package, SheetEntry},
    sheet::{CellReader, SheetContent},
    strings::SharedStrings,
    styles::DateStyles,
};
use crate::{
    IntakeError,
    archive::Archive,
    cover::CoverSheet,
    event::{Event, Outlet},
    notice::{Notice, Tally},
    plan::{SheetPlan, tell_tally},
    table::Assembler,
};

/// Reads an xlsx.
pub(crate) fn read(archive: &mut Archive<'_>, outlet: &mut Outlet<'_>) -> Result<(), IntakeError> {
    let package = Package::read(archive, outlet.limits)?;
    let names = package.sheets.iter();
    let plan = SheetPlan::new(names.map(|sheet| (sheet.name.as_str(), sheet.hidden)))?;
    tell_package(&package, archive, outlet)?;
    plan.tell(outlet)?;
    let styles = DateStyles::read(archive, package.styles.as_deref(), outlet.limits)?;
    let strings = SharedStrings::read(archive, package.strings.as_deref(), outlet.limits)?;
    let cells = CellReader {
        strings: &strings,
        styles: &styles,
        dates: package.dates,
    };
    if let Some(sheet) = plan.cover.and_then(|index| package.sheets.get(index)) {
        read_cover(archive, outlet, sheet, cells)?;
    }
    for (number, index) in &plan.subjects {
        if let Some(sheet) = package.sheets.get(*index) {
            read_subjects(archive, outlet, *number, sheet, cells)?;
        }
    }
    Ok(())
}

fn tell_package(
    package: &Package,
    archive: &Archive<'_>,
    outlet: &mut Outlet<'_>,
) -> Result<(), IntakeError> {
    let mut macros = Tally::default();
    let mut embedded = Tally::default();
    for name in archive.names() {
        let lower = name.to_ascii_lowercase();
        if lower.ends_with("vbaproject.bin") || lower.contains("/macrosheets/") {
            macros.add(|| crate::error::printable(name));
        }
        let is_archive = [
            ".zip", ".xlsx", ".xlsm", ".docx", ".ods", ".7z", ".rar", ".gz",
        ]
        .iter()
        .any(|extension| lower.ends_with(extension));
        if lower.contains("/embeddings/") || is_archive {
            embedded.add(|| crate::error::printable(name));
        }
    }
    tell_tally(outlet, Notice::Macros, "macros", &macros)?;
    tell_tally(outlet, Notice::Embedded, "embedded files", &embedded)?;
    let links = "links to other files or data connections";
    tell_tally(outlet, Notice::ExternalLinks, links, &package.links)
}

fn read_cover(
    archive: &mut Archive<'_>,
    outlet: &mut Outlet<'_>,
    sheet: &SheetEntry,
    cells: CellReader<'_>,
) -> Result<(), IntakeError> {
    let mut cover = CoverSheet::default();
    for cell in package::comments_of(archive, sheet, outlet.limits)? {
        cover.note(Notice::Comments, || cell);
    }
    let content = SheetContent::new(sheet, cells, outlet.limits);
    content.read(archive, &mut cover)?;
    let (fields, findings) = cover.finish();
    outlet.send(Event::Cover(fields))?;
    for finding in findings {
        outlet.send(Event::Finding(finding))?;
    }
    Ok(())
}

fn read_subjects(
    archive: &mut Archive<'_>,
    outlet: &mut Outlet<'_>,
    number: u16,
    sheet: &SheetEntry,
    cells: CellReader<'_>,
) -> Result<(), IntakeError> {
    let content = SheetContent::new(sheet, cells, outlet.limits);
    let mut assembler = Assembler::new(outlet, number);
    let comments = package::comments_of(archive, sheet, assembler.limits())?;
    for cell in comments {
        assembler.note(Notice::Comments, || cell);
    }
    content.read(archive, &mut assembler)?;
    assembler.finish()
}
