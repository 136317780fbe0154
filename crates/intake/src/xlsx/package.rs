//! Relationships, the workbook part, and the comments of a sheet.
//!
//! Place in the flow: the first parts of an xlsx that are read. Targets are names of parts inside
//! the package; one that leads outside is counted as a link and never followed.
//!
//! Left to others: the sheets themselves.

use std::collections::BTreeSet;

use crate::{
    IntakeError, LimitKind, Limits,
    archive::{Archive, part_place},
    error::printable,
    notice::Tally,
    value::DateSystem,
    xml::{Element, Node, Xml, is_true},
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
        let workbook = root
            .iter()
            .find(|relationship| relationship.kind == "officeDocument")
            .map_or_else(
                || "xl/workbook.xml".to_owned(),
                |found| found.target.clone(),
            );
        let related = relationships(archive, &workbook, limits)?;
        let mut links = Tally::default();
        for relationship in &related {
            let kind = relationship.kind.as_str();
            let is_link = matches!(kind, "externalLink" | "externalLinkPath" | "connections");
            if is_link || relationship.external {
                links.add(|| printable(kind));
            }
        }
        let of_kind = |kind: &str| {
            let found = related
                .iter()
                .find(|relationship| relationship.kind == kind);
            found.map(|relationship| relationship.target.clone())
        };
        let mut package = Self {
            sheets: Vec::new(),
            strings: of_kind("sharedStrings"),
            styles: of_kind("styles"),
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
        loop {
            match xml.next()? {
                Node::Open(element) if element.name() == b"sheet" => {
                    let sheet = sheet_entry(&element, related)?;
                    self.sheets.push(sheet);
                    if self.sheets.len() as u64 > limits.sheets {
                        let place = "the workbook";
                        return Err(IntakeError::limit(LimitKind::Sheets, limits.sheets, place));
                    }
                }
                Node::Open(element) if element.name() == b"workbookPr" => {
                    let from_1904 = element.attribute(b"date1904")?;
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
    let name = element.attribute(b"name")?.unwrap_or_default();
    let id = element.attribute(b"id")?.unwrap_or_default();
    let state = element.attribute(b"state")?.unwrap_or_default();
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
    loop {
        match xml.next()? {
            Node::Open(element) if element.name() == b"Relationship" => {
                let mut relationship = relationship(&element)?;
                if !relationship.external {
                    relationship.target = join(folder, &relationship.target);
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
    let attribute =
        |name: &[u8]| Ok::<_, IntakeError>(element.attribute(name)?.unwrap_or_default());
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

/// The author of comments that the examination itself wrote into a marked copy: they need no reading.
pub(super) const OURS: &str = "countersign";

/// The authors of a part with comments, for as long as they are looked for: at most this many.
const AUTHORS: usize = 1_000;

/// Who wrote the comments of a part, by number.
#[derive(Default)]
struct Authors {
    count: usize,
    // Numbers whose whole text is ours.
    ours: Vec<usize>,
    text: String,
    inside: bool,
}

impl Authors {
    fn open(&mut self) {
        self.inside = true;
        self.text.clear();
    }

    fn text(&mut self, piece: &str) {
        if self.inside && self.text.len() <= OURS.len() {
            self.text.push_str(piece);
        }
    }

    fn close(&mut self) {
        if self.text == OURS && self.count < AUTHORS {
            self.ours.push(self.count);
        }
        self.count = self.count.saturating_add(1);
        self.inside = false;
    }

    /// Whether the attribute `authorId` of a comment names us.
    fn is_ours(&self, id: Option<&str>) -> bool {
        let id = id.and_then(|id| id.parse().ok());
        id.is_some_and(|id: usize| self.ours.contains(&id))
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
        let mut xml = Xml::new(part, &relationship.target, limits);
        let mut authors = Authors::default();
        loop {
            match xml.next()? {
                Node::Open(element) if element.name() == b"author" => authors.open(),
                Node::Text(piece) => authors.text(piece),
                Node::Close(b"author") => authors.close(),
                Node::Open(element)
                    if matches!(element.name(), b"comment" | b"threadedComment") =>
                {
                    if authors.is_ours(element.attribute(b"authorId")?.as_deref()) {
                        continue;
                    }
                    let cell = element.attribute(b"ref")?.unwrap_or_default();
                    let cell = printable(&cell);
                    if cells.len() < 100_000 && cells.last() != Some(&cell) {
                        cells.push(cell);
                    }
                }
                Node::End => break,
                _ => {}
            }
        }
    }
    cells.sort_by_key(|cell| (cell.len(), cell.clone()));
    cells.dedup();
    Ok(cells)
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
