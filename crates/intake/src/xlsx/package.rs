//! Relationships, the workbook part, and the comments of a sheet.
//!
//! Place in the flow: the first parts of an xlsx that are read. Targets are names of parts inside
//! the package; one that leads outside is counted as a link and never followed.
//!
//! Left to others: the sheets themselves.

use std::{collections::BTreeSet, io::Read};

use crate::{
    IntakeError, LimitKind, Limits,
    archive::{Archive, Part, part_place},
    error::printable,
    notice::{Beginning, Tally},
    value::DateSystem,
    xml::{Element, Node, Space, Xml, is_true},
};

/// Relationships read from one part.
const RELATIONSHIPS: usize = 10_000;

/// A sheet as the workbook part lists it.
#[derive(Debug, Clone)]
pub(super) struct SheetEntry {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Name of its part.
    pub(super) part: String,
}

/// What the workbook part and its relationships say.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) sheets: Vec<SheetEntry>,
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
    pub(super) dates: DateSystem,
    /// Links to other files.
    pub(super) links: Tally,
}

#[derive(Debug, Default)]
struct Relationship {
    id: String,
    /// Last word of the type's URI, the same in transitional and strict documents.
    kind: String,
    target: String,
    external: bool,
}

impl Package {
    pub(super) fn read(archive: &mut Archive<'_>, limits: &Limits) -> Result<Self, IntakeError> {
        let root = relationships(archive, "", limits)?;
        let workbook = only(&root, "officeDocument")?;
        let workbook = workbook.unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let related = relationships(archive, &workbook, limits)?;
        let mut links = Tally::default();
        for relationship in &related {
            let kind = relationship.kind.as_str();
            let is_link = matches!(kind, "externalLink" | "externalLinkPath" | "connections");
            if is_link || relationship.external {
                links.add(|| printable(kind));
            }
        }
        let mut package = Self {
            sheets: Vec::new(),
            strings: only(&related, "sharedStrings")?,
            styles: only(&related, "styles")?,
            dates: DateSystem::From1900,
            links,
        };
        package.read_workbook(archive, &workbook, &related, limits)?;
        let parts = package.sheets.iter().map(|sheet| sheet.part.as_str());
        refuse_twice(parts.filter(|part| !part.is_empty()))?;
        Ok(package)
    }

    fn read_workbook(
        &mut self,
        archive: &mut Archive<'_>,
        name: &str,
        related: &[Relationship],
        limits: &Limits,
    ) -> Result<(), IntakeError> {
        let part = archive
            .part(name)?
            .ok_or_else(|| IntakeError::damaged("the archive", "it has no workbook part"))?;
        let mut xml = Xml::new(part, name, limits);
        xml.root(&[(Space::Main, b"workbook")])?;
        loop {
            match xml.next()? {
                Node::Open(element)
                    if matches!(element.main(), b"extLst" | b"customWorkbookViews") =>
                {
                    xml.skip()?;
                }
                Node::Open(element) if element.main() == b"sheet" => {
                    let sheet = sheet_entry(&element, related)?;
                    self.sheets.push(sheet);
                    if self.sheets.len() as u64 > limits.sheets {
                        let place = "the workbook";
                        return Err(IntakeError::limit(LimitKind::Sheets, limits.sheets, place));
                    }
                }
                Node::Open(element) if element.main() == b"workbookPr" => {
                    let from_1904 = element.plain(b"date1904")?;
                    if from_1904.is_some_and(|value| is_true(value.as_bytes())) {
                        self.dates = DateSystem::From1904;
                    }
                }
                Node::End => return Ok(()),
                _ => {}
            }
        }
    }
}

/// The target of the only relationship of a kind, which must lie in the package.
fn only(related: &[Relationship], kind: &str) -> Result<Option<String>, IntakeError> {
    let mut found = related.iter().filter(|related| related.kind == kind);
    let Some(first) = found.next() else {
        return Ok(None);
    };
    if found.next().is_some() || first.external {
        let place = format!("relationship `{kind}`");
        let what = "it is there twice, or leads out of the package";
        return Err(IntakeError::hostile(place, what));
    }
    Ok(Some(first.target.clone()))
}

/// A part that a relationship names.
pub(super) fn part<'a>(archive: &'a mut Archive<'_>, name: &str) -> Result<Part<'a>, IntakeError> {
    let part = archive.part(name)?;
    part.ok_or_else(|| IntakeError::damaged(part_place(name), "it is not in the archive"))
}

/// Each part is read for one purpose and once.
fn refuse_twice<'p>(parts: impl Iterator<Item = &'p str>) -> Result<(), IntakeError> {
    let mut seen = BTreeSet::new();
    for part in parts {
        if !seen.insert(part.to_ascii_lowercase()) {
            let what = "it is named twice as the part of a sheet";
            return Err(IntakeError::hostile(part_place(part), what));
        }
    }
    Ok(())
}

fn sheet_entry(element: &Element<'_>, related: &[Relationship]) -> Result<SheetEntry, IntakeError> {
    let name = element.plain(b"name")?.unwrap_or_default();
    let id = element.attribute((Space::Related, b"id"))?;
    let id = id.unwrap_or_default();
    let state = element.plain(b"state")?.unwrap_or_default();
    let relationship = related.iter().find(|relationship| relationship.id == id);
    let part = relationship.map(|relationship| relationship.target.clone());
    Ok(SheetEntry {
        name,
        hidden: matches!(&*state, "hidden" | "veryHidden"),
        part: part.unwrap_or_default(),
    })
}

/// The relationships of a part (of the package itself for an empty name), with targets resolved.
fn relationships(
    archive: &mut Archive<'_>,
    of: &str,
    limits: &Limits,
) -> Result<Vec<Relationship>, IntakeError> {
    let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
    let name = join(folder, &format!("_rels/{file}.rels"));
    let mut found = Vec::new();
    let Some(part) = archive.part(&name)? else {
        return Ok(found);
    };
    let mut xml = Xml::new(part, &name, limits);
    xml.root(&[(Space::Packages, b"Relationships")])?;
    let mut ids = BTreeSet::new();
    loop {
        match xml.next()? {
            Node::Open(element) if element.tag() == (Space::Packages, b"Relationship") => {
                let mut relationship = relationship(&element)?;
                if !relationship.external {
                    relationship.target = join(folder, &relationship.target);
                }
                if !ids.insert(relationship.id.clone()) {
                    let what = "two of its relationships have the same id";
                    return Err(IntakeError::hostile(xml.place(), what));
                }
                found.push(relationship);
                if found.len() > RELATIONSHIPS {
                    let what = "it has more than 10000 relationships";
                    return Err(IntakeError::hostile(xml.place(), what));
                }
            }
            Node::End => return Ok(found),
            _ => {}
        }
    }
}

fn relationship(element: &Element<'_>) -> Result<Relationship, IntakeError> {
    let attribute = |name: &[u8]| Ok::<_, IntakeError>(element.plain(name)?.unwrap_or_default());
    let kind = attribute(b"Type")?;
    Ok(Relationship {
        id: attribute(b"Id")?,
        kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
        target: attribute(b"Target")?,
        external: attribute(b"TargetMode")?.eq_ignore_ascii_case("external"),
    })
}

/// A target relative to a folder, or absolute in the package; `..` never leaves the package.
fn join(folder: &str, target: &str) -> String {
    let absolute = target.starts_with('/');
    let base = if absolute { "" } else { folder };
    let mut steps: Vec<&str> = Vec::new();
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The authors of a part with comments, for as long as they are looked for: at most this many.
const AUTHORS: usize = 1_000;

/// Whose comments a part holds, and which of them are those of a marked copy.
#[derive(Default)]
struct Authors {
    count: usize,
    /// Numbers whose whole text is ours, or nothing: LibreOffice drops authors when it saves.
    ours: Vec<usize>,
    text: Beginning,
}

impl Authors {
    fn open(&mut self) {
        self.text = Beginning::default();
    }

    fn close(&mut self) {
        if self.text.is_our_author() && self.count < AUTHORS {
            self.ours.push(self.count);
        }
        self.count = self.count.saturating_add(1);
    }

    /// Whether the attribute `authorId` of a comment names us or nobody.
    fn may_be_ours(&self, id: Option<&str>) -> bool {
        let id: Option<usize> = id.and_then(|id| id.parse().ok());
        id.is_none_or(|id| self.ours.contains(&id))
    }
}

/// The cells of a sheet that have comments, old or threaded, in the order of the part; not those of a
/// marked copy's own comments.
pub(super) fn comments_of(
    archive: &mut Archive<'_>,
    sheet: &SheetEntry,
    limits: &Limits,
) -> Result<Vec<String>, IntakeError> {
    let related = relationships(archive, &sheet.part, limits)?;
    let mut cells = Vec::new();
    let targets = related
        .iter()
        .filter(|relationship| matches!(&*relationship.kind, "comments" | "threadedComment"));
    refuse_twice(
        targets
            .clone()
            .map(|relationship| relationship.target.as_str()),
    )?;
    for relationship in targets {
        let Some(part) = archive.part(&relationship.target)? else {
            continue;
        };
        let xml = Xml::new(part, &relationship.target, limits);
        take_comments(xml, &mut cells)?;
    }
    cells.sort_by_key(|cell| (cell.len(), cell.clone()));
    cells.dedup();
    Ok(cells)
}

/// Adds the cells that a part with comments names, but for those of a marked copy.
fn take_comments<R: Read>(mut xml: Xml<R>, cells: &mut Vec<String>) -> Result<(), IntakeError> {
    let mut authors = Authors::default();
    let mut text = Beginning::default();
    // The cell of a comment that may be one of a marked copy, until its text is known.
    let mut open = None;
    xml.root(&[
        (Space::Main, b"comments"),
        (Space::Threads, b"ThreadedComments"),
    ])?;
    loop {
        match xml.next()? {
            Node::Open(element) => match element.tag() {
                (Space::Main, b"author") => authors.open(),
                (Space::Main, b"comment") => {
                    let may_be_ours = authors.may_be_ours(element.plain(b"authorId")?.as_deref());
                    let cell = printable(&element.plain(b"ref")?.unwrap_or_default());
                    text = Beginning::default();
                    open = Some((cell, may_be_ours));
                }
                (Space::Threads, b"threadedComment") => {
                    let cell = printable(&element.plain(b"ref")?.unwrap_or_default());
                    add_comment(cells, cell);
                }
                _ => {}
            },
            Node::Text(piece) => {
                authors.text.add(piece);
                text.add(piece);
            }
            Node::Close((Space::Main, b"author")) => authors.close(),
            Node::Close((Space::Main, b"comment")) => {
                if let Some((cell, may_be_ours)) = open.take()
                    && !(may_be_ours && text.is_our_comment())
                {
                    add_comment(cells, cell);
                }
            }
            Node::End => return Ok(()),
            _ => {}
        }
    }
}

fn add_comment(cells: &mut Vec<String>, cell: String) {
    if cells.len() < 100_000 && cells.last() != Some(&cell) {
        cells.push(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stay_in_the_package() {
        for (folder, target, expected) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            (
                "xl",
                "/xl/worksheets/sheet1.xml",
                "xl/worksheets/sheet1.xml",
            ),
            ("xl/worksheets", "../comments1.xml", "xl/comments1.xml"),
            ("xl", "../../../etc/passwd", "etc/passwd"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("", "./a//b", "a/b"),
        ] {
            assert_eq!(join(folder, target), expected);
        }
    }
}
