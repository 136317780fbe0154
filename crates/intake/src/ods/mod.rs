//! ods: from `content.xml` to events.
//!
//! Place in the flow: one pass lists the sheets, then one reads the tables of the cover and of the
//! sheets of subjects (OpenDocument 1.3 part 3 chapter 9), and one more for each time they stand out
//! of order, so that the cover comes first wherever it stands and nothing is kept in memory.
//!
//! Left to others: rows and cells ([`grid`]), paragraphs ([`text`]).

mod grid;
mod text;

use std::{collections::BTreeSet, io::Read};

use self::grid::NoSize;
use crate::{
    IntakeError, LimitKind, Limits,
    archive::{Archive, Part},
    cover::CoverSheet,
    error::printable,
    event::{Event, Outlet},
    notice::{Notice, Tally},
    plan::{SheetPlan, tell_tally},
    table::Assembler,
    xml::{Element, Node, Space, Tag, Xml, is_zero},
};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// Table styles remembered for their visibility.
const STYLES: usize = 10_000;

/// What the first pass finds.
#[derive(Debug, Default)]
struct Outline {
    /// Name and style of each sheet.
    sheets: Vec<(String, String)>,
    hidden_styles: BTreeSet<String>,
    /// Styles of columns and rows without width or height.
    no_size: NoSize,
    links: Tally,
}

/// Reads an ods.
pub(crate) fn read(archive: &mut Archive<'_>, outlet: &mut Outlet<'_>) -> Result<(), IntakeError> {
    refuse_encrypted(archive, outlet.limits)?;
    let outline = outline(archive, outlet.limits)?;
    let sheets = outline.sheets.iter();
    let plan = SheetPlan::new(
        sheets.map(|(name, style)| (name.as_str(), outline.hidden_styles.contains(style))),
    )?;
    tell_document(&outline, archive, outlet)?;
    plan.tell(outlet)?;
    let cover = plan.cover.map(|index| (Job::Cover, index));
    let subjects = plan.subjects.iter();
    let subjects = subjects.map(|(number, index)| (Job::Subjects(*number), *index));
    let wanted: Vec<(Job, usize)> = cover.into_iter().chain(subjects).collect();
    let mut left = wanted.as_slice();
    while !left.is_empty() {
        let (now, later) = left.split_at_checked(in_order(left)).unwrap_or((left, &[]));
        read_tables(archive, now, &outline.no_size, outlet)?;
        left = later;
    }
    Ok(())
}

/// What a sheet that is read is.
#[derive(Debug, Clone, Copy)]
enum Job {
    Cover,
    Subjects(u16),
}

/// How many of the sheets that are wanted, from the first on, stand in this order in the file: those
/// are read in one pass.
fn in_order(wanted: &[(Job, usize)]) -> usize {
    let nexts = wanted.iter().skip(1);
    let pairs = wanted.iter().zip(nexts);
    let further = pairs.take_while(|((_, before), (_, next))| before < next);
    further.count().saturating_add(1)
}

/// An ods under a password says so in its manifest, or is wrapped whole (ODF 1.3 and later).
fn refuse_encrypted(archive: &mut Archive<'_>, limits: &Limits) -> Result<(), IntakeError> {
    if archive.has("encrypted-package") {
        return Err(IntakeError::Encrypted);
    }
    let Some(part) = archive.part(MANIFEST)? else {
        return Ok(());
    };
    let mut xml = Xml::new(part, MANIFEST, limits);
    loop {
        match xml.next()? {
            Node::Open(element) if element.tag().1 == b"encryption-data" => {
                return Err(IntakeError::Encrypted);
            }
            Node::End => return Ok(()),
            _ => {}
        }
    }
}

fn content<'a>(
    archive: &'a mut Archive<'_>,
    limits: &Limits,
) -> Result<Xml<Part<'a>>, IntakeError> {
    let part = archive
        .part(CONTENT)?
        .ok_or_else(|| IntakeError::damaged("the archive", "it has no `content.xml`"))?;
    let mut xml = Xml::new(part, CONTENT, limits);
    xml.root(&[(Space::Office, b"document-content")])?;
    Ok(xml)
}

fn outline(archive: &mut Archive<'_>, limits: &Limits) -> Result<Outline, IntakeError> {
    let mut xml = content(archive, limits)?;
    let mut outline = Outline::default();
    let mut style = String::new();
    loop {
        match xml.next()? {
            Node::Open(element) => match element.tag() {
                (Space::Style, b"style") => {
                    let name = element.attribute((Space::Style, b"name"))?;
                    style = name.unwrap_or_default();
                }
                (
                    Space::Style,
                    b"table-properties" | b"table-column-properties" | b"table-row-properties",
                ) => outline.take_properties(&element, &style)?,
                (Space::Table, b"table") => {
                    outline.take_table(&element, limits)?;
                    xml.skip()?;
                }
                (Space::Table, b"dde-link") => {
                    outline.links.add(|| "dde-link".to_owned());
                    xml.skip()?;
                }
                tag if !leads_to_tables(tag) => xml.skip()?,
                _ => {}
            },
            Node::End => return Ok(outline),
            _ => {}
        }
    }
}

/// Whether sheets, or the styles of sheets, stand inside such an element.
fn leads_to_tables(tag: Tag<'_>) -> bool {
    matches!(
        tag,
        (
            Space::Office,
            b"body" | b"spreadsheet" | b"automatic-styles"
        ) | (Space::Table, b"dde-links")
            | (Space::Style, b"style")
    )
}

impl Outline {
    fn take_properties(&mut self, element: &Element<'_>, style: &str) -> Result<(), IntakeError> {
        let (mut hidden, mut no_size) = (false, false);
        element.each_attribute(|tag, value| match tag {
            (Space::Table, b"display") => hidden |= value == b"false",
            (Space::Style, b"column-width" | b"row-height") => no_size |= is_zero(value),
            _ => {}
        })?;
        if hidden && self.hidden_styles.len() < STYLES {
            self.hidden_styles.insert(style.to_owned());
        }
        if no_size && self.no_size.len() < STYLES {
            self.no_size.insert(style.as_bytes().to_vec());
        }
        Ok(())
    }

    fn take_table(&mut self, element: &Element<'_>, limits: &Limits) -> Result<(), IntakeError> {
        let name = element
            .attribute((Space::Table, b"name"))?
            .unwrap_or_default();
        let style = element
            .attribute((Space::Table, b"style-name"))?
            .unwrap_or_default();
        self.sheets.push((name, style));
        if self.sheets.len() as u64 > limits.sheets {
            let place = "the workbook";
            return Err(IntakeError::limit(LimitKind::Sheets, limits.sheets, place));
        }
        Ok(())
    }
}

fn tell_document(
    outline: &Outline,
    archive: &Archive<'_>,
    outlet: &mut Outlet<'_>,
) -> Result<(), IntakeError> {
    let mut macros = Tally::default();
    let mut embedded = Tally::default();
    for name in archive.names().filter(|name| !name.ends_with('/')) {
        let first = name.split('/').next().unwrap_or_default();
        if matches!(first, "Basic" | "Scripts") {
            macros.add(|| printable(name));
        }
        let is_object = first.starts_with("Object ") && !name.contains("ObjectReplacements");
        if is_object && name.matches('/').count() == 1 && name.ends_with("content.xml") {
            embedded.add(|| printable(name));
        }
    }
    tell_tally(outlet, Notice::Macros, "macros", &macros)?;
    tell_tally(outlet, Notice::Embedded, "embedded files", &embedded)?;
    let links = "links to other files or data connections";
    tell_tally(outlet, Notice::ExternalLinks, links, &outline.links)
}

/// Reads these sheets, whose indexes ascend, in one pass that ends with the last of them.
fn read_tables(
    archive: &mut Archive<'_>,
    wanted: &[(Job, usize)],
    no_size: &NoSize,
    outlet: &mut Outlet<'_>,
) -> Result<(), IntakeError> {
    let mut xml = content(archive, outlet.limits)?;
    let mut wanted = wanted.iter();
    let mut next = wanted.next();
    let mut seen = 0_usize;
    while let Some((job, index)) = next {
        match xml.next()? {
            Node::Open(element) => match element.tag() {
                (Space::Table, b"table") => {
                    if seen == *index {
                        read_table(&mut xml, *job, no_size, outlet)?;
                        next = wanted.next();
                    } else {
                        xml.skip()?;
                    }
                    seen = seen.saturating_add(1);
                }
                tag if !leads_to_tables(tag) => xml.skip()?,
                _ => {}
            },
            Node::End => break,
            _ => {}
        }
    }
    Ok(())
}

fn read_table<R: Read>(
    xml: &mut Xml<R>,
    job: Job,
    no_size: &NoSize,
    outlet: &mut Outlet<'_>,
) -> Result<(), IntakeError> {
    let limits = outlet.limits;
    match job {
        Job::Cover => {
            let mut cover = CoverSheet::default();
            grid::read(xml, no_size, limits, &mut cover)?;
            let (fields, findings) = cover.finish();
            outlet.send(Event::Cover(fields))?;
            for finding in findings {
                outlet.send(Event::Finding(finding))?;
            }
            Ok(())
        }
        Job::Subjects(number) => {
            let mut assembler = Assembler::new(outlet, number);
            grid::read(xml, no_size, limits, &mut assembler)?;
            assembler.finish()
        }
    }
}
