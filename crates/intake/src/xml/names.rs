//! Namespaces: whose element or attribute it is.
//!
//! Place in the flow: under [`super::Xml`]. A name counts by the namespace its prefix is bound to,
//! never by the prefix (Namespaces in XML 1.0). What belongs to none of the namespaces here is
//! somebody else's and no part of a workbook.
//!
//! Left to others: which names matter (the readers of xlsx and ods).

use super::element::split_name;

/// The namespaces of workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    /// No namespace: an attribute without prefix, or an element where none is declared.
    None,
    /// Spreadsheets of Office Open XML, transitional or strict.
    Main,
    /// Relationships in other parts (`r:id`), transitional or strict.
    Related,
    /// The part of relationships itself.
    Packages,
    /// Threaded comments.
    Threads,
    /// Alternatives for other programs (ECMA-376 part 3).
    Choices,
    /// The namespaces of OpenDocument.
    Office,
    Table,
    Text,
    Style,
    Draw,
    /// LibreOffice's own additions to cells.
    Calc,
    Manifest,
    /// Author and date of OpenDocument's comments.
    Dublin,
    /// Any other.
    Other,
}

/// A name with its namespace.
pub(crate) type Tag<'a> = (Space, &'a [u8]);

impl Space {
    fn of_uri(uri: &str) -> Self {
        const OASIS: &str = "urn:oasis:names:tc:opendocument:xmlns:";
        if let Some(rest) = uri.strip_prefix(OASIS) {
            return match rest {
                "office:1.0" => Self::Office,
                "table:1.0" => Self::Table,
                "text:1.0" => Self::Text,
                "style:1.0" => Self::Style,
                "drawing:1.0" => Self::Draw,
                "manifest:1.0" => Self::Manifest,
                _ => Self::Other,
            };
        }
        match uri {
            "" => Self::None,
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            | "http://purl.oclc.org/ooxml/spreadsheetml/main" => Self::Main,
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
            | "http://purl.oclc.org/ooxml/officeDocument/relationships" => Self::Related,
            "http://schemas.openxmlformats.org/package/2006/relationships" => Self::Packages,
            "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments" => {
                Self::Threads
            }
            "http://schemas.openxmlformats.org/markup-compatibility/2006" => Self::Choices,
            "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" => Self::Calc,
            "http://purl.org/dc/elements/1.1/" => Self::Dublin,
            _ => Self::Other,
        }
    }
}

struct Binding {
    /// Empty for the default namespace.
    prefix: Vec<u8>,
    space: Space,
    /// Depth of the element that declares it.
    depth: u64,
}

/// The prefixes in force at one place of a part.
pub(super) struct Bindings {
    // INVARIANT: depths ascend.
    declared: Vec<Binding>,
    default: Space,
}

impl Bindings {
    /// Declarations in force at once.
    const MOST: usize = 1_000;

    pub(super) const fn new() -> Self {
        Self {
            declared: Vec::new(),
            default: Space::None,
        }
    }

    /// Takes an attribute of an element at this depth, if it is a declaration; `false` where there
    /// are too many.
    pub(super) fn take(&mut self, name: &[u8], uri: &str, depth: u64) -> bool {
        let prefix = match split_name(name) {
            (Some(b"xmlns"), prefix) => prefix,
            (None, b"xmlns") => b"",
            _ => return true,
        };
        let space = Space::of_uri(uri);
        // What binds a prefix to nothing of ours is kept only where it hides one that does.
        if space == Space::Other && !prefix.is_empty() && self.of(prefix) == Space::Other {
            return true;
        }
        self.declared.push(Binding {
            prefix: prefix.to_vec(),
            space,
            depth,
        });
        self.default = self.find(b"").unwrap_or(Space::None);
        self.declared.len() <= Self::MOST
    }

    /// Forgets what elements deeper than this declared.
    pub(super) fn leave(&mut self, depth: u64) {
        if self.declared.last().is_none_or(|last| last.depth <= depth) {
            return;
        }
        while self.declared.last().is_some_and(|last| last.depth > depth) {
            self.declared.pop();
        }
        self.default = self.find(b"").unwrap_or(Space::None);
    }

    fn find(&self, prefix: &[u8]) -> Option<Space> {
        let mut found = self.declared.iter().rev();
        let found = found.find(|binding| binding.prefix == prefix);
        found.map(|binding| binding.space)
    }

    /// The namespace of a prefix.
    pub(super) fn of(&self, prefix: &[u8]) -> Space {
        self.find(prefix).unwrap_or(Space::Other)
    }

    /// The namespace of an element without prefix.
    pub(super) const fn default(&self) -> Space {
        self.default
    }

    /// An element's name with its namespace.
    pub(super) fn element<'n>(&self, name: &'n [u8]) -> Tag<'n> {
        match split_name(name) {
            (None, local) => (self.default, local),
            (Some(prefix), local) => (self.of(prefix), local),
        }
    }

    /// An attribute's: without a prefix it is in no namespace.
    pub(super) fn attribute<'n>(&self, name: &'n [u8]) -> Tag<'n> {
        match split_name(name) {
            (None, local) => (Space::None, local),
            (Some(prefix), local) => (self.of(prefix), local),
        }
    }
}

/// Whether a tag's attributes may hold a declaration; most hold none, and this is quickly seen.
pub(super) fn may_declare(attributes: &[u8]) -> bool {
    let mut rest = attributes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'x') {
        let (_, from) = rest.split_at(at);
        if from.starts_with(b"xmlns") {
            return true;
        }
        rest = from.get(1..).unwrap_or(&[]);
    }
    false
}

/// Elements whose children are cells, rows, sheets, texts or formats: nothing may stand between them
/// that another program would look through.
const HOLDERS: [&[u8]; 16] = [
    b"sheets",
    b"sheetData",
    b"row",
    b"c",
    b"v",
    b"is",
    b"t",
    b"r",
    b"si",
    b"sst",
    b"cols",
    b"mergeCells",
    b"numFmts",
    b"cellXfs",
    b"commentList",
    b"comment",
];

/// Elements that must not stand inside anything foreign, wherever that is.
const HELD: [&[u8]; 9] = [
    b"workbookPr",
    b"sheets",
    b"sheet",
    b"sheetData",
    b"cols",
    b"mergeCells",
    b"numFmts",
    b"cellXfs",
    b"si",
];

/// What is foreign inside an element of this name.
#[derive(Clone, Copy)]
pub(super) struct Foreign {
    in_holder: bool,
    is_choice: bool,
}

impl Foreign {
    pub(super) fn new(space: Space, parent: &[u8]) -> Self {
        Self {
            in_holder: HOLDERS.contains(&split_name(parent).1),
            is_choice: space == Space::Choices,
        }
    }

    /// Whether a spreadsheet program that knows it would see other content than one that does not.
    pub(super) const fn is_ambiguous(self) -> bool {
        self.in_holder && self.is_choice
    }

    /// Whether this element inside it makes it so.
    pub(super) fn must_not_hold(self, (space, name): Tag<'_>) -> bool {
        space == Space::Main && (self.in_holder || HELD.contains(&name))
    }
}
