//! XML as the parts of a workbook use it: elements, attributes and text, within fixed memory.
//!
//! Place in the flow: over a part of an archive, under the readers of xlsx and ods. No document
//! type, no entity but the five of XML and character references, UTF-8 only, names by their namespace,
//! one root, every end tag held against its start tag. Elements of other namespaces are passed over. A tag or a text larger than the limit
//! ends the reading before it is held. Most of the time of reading goes through here, so nothing is
//! copied that stands in the window over the part.
//!
//! Left to others: the meaning of elements; the length of a text that comes in several pieces.

mod element;
mod names;
mod reference;
mod window;

use std::{io::Read, ops::Range};

pub(crate) use self::{
    element::{Element, is_true, is_zero},
    names::{Space, Tag},
};
use self::{
    element::{each, resolved},
    names::{Bindings, Foreign, may_declare},
    reference::resolve,
    window::Window,
};
use crate::{IntakeError, LimitKind, Limits, archive::part_place, error::printable};

/// Deepest nesting of elements.
const DEPTH: u64 = 256;
/// Bytes of a reference such as `&#x1F980;`.
const REFERENCE_BYTES: usize = 64;

/// What comes next in a part.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    /// A start tag. An empty element gives this and [`Node::Close`].
    Open(Element<'a>),
    /// An end tag, with its namespace and its name without prefix.
    Close(Tag<'a>),
    /// A piece of text, entities resolved, line ends as one `\n`.
    Text(&'a str),
    /// A comment, a processing instruction, or an element of another namespace.
    Nothing,
    /// The end of the part.
    End,
}

/// Names of the open elements, one after the other.
#[derive(Default)]
struct OpenElements {
    names: Vec<u8>,
    // INVARIANT: ascending, the last one the length of `names`.
    ends: Vec<usize>,
}

impl OpenElements {
    fn push(&mut self, name: &[u8]) {
        self.names.extend_from_slice(name);
        self.ends.push(self.names.len());
    }

    /// Whether the name is that of the innermost element, which is then no longer open.
    fn pop(&mut self, name: &[u8]) -> bool {
        self.ends.pop();
        let start = self.ends.last().copied().unwrap_or(0);
        let is_innermost = self.names.get(start..) == Some(name) && !name.is_empty();
        self.names.truncate(start);
        is_innermost
    }

    /// The innermost element's name; empty where there is none.
    fn innermost(&self) -> &[u8] {
        let before = self.ends.len().checked_sub(2);
        let start = before.and_then(|at| self.ends.get(at)).copied();
        self.names.get(start.unwrap_or(0)..).unwrap_or(&[])
    }

    fn depth(&self) -> u64 {
        self.ends.len() as u64
    }
}

/// Reads one part.
pub(crate) struct Xml<R> {
    window: Window<R>,
    place: String,
    open: OpenElements,
    bindings: Bindings,
    began: bool,
    /// Whether the last tag has an `x` outside of quotes, as each that declares a namespace.
    has_x: bool,
    /// Whether it has a `:` there, as each with a prefix.
    has_colon: bool,
    /// Whether elements of other namespaces are given too, because all of it is passed over.
    passing: bool,
    /// After an empty element: its name, which is still in the window.
    closing: Option<Range<usize>>,
    /// Text that is not in the part as it is given.
    scratch: String,
}

/// Where in the window a piece of the part stands.
enum Piece {
    Open {
        inside: Range<usize>,
    },
    Close {
        name: Range<usize>,
    },
    Text(Range<usize>),
    /// A resolved reference, in the scratch text.
    Character,
    Nothing,
    End,
}

impl<R: Read> Xml<R> {
    pub(crate) fn new(part: R, name: &str, limits: &Limits) -> Self {
        let place = part_place(name);
        Self {
            window: Window::new(part, place.clone(), limits.cell_bytes),
            place,
            open: OpenElements::default(),
            bindings: Bindings::new(),
            began: false,
            has_x: false,
            has_colon: false,
            passing: false,
            closing: None,
            scratch: String::new(),
        }
    }

    /// The part's name in messages.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The next node.
    pub(crate) fn next(&mut self) -> Result<Node<'_>, IntakeError> {
        if let Some(name) = self.closing.take() {
            return Ok(self.give_close(name));
        }
        match self.piece()? {
            Piece::Text(range) => {
                let bytes = self.window.get(range);
                if self.open.depth() == 0 && !bytes.trim_ascii().is_empty() {
                    return Err(self.not_well_formed());
                }
                plain_text(bytes, &mut self.scratch, &self.place)
            }
            Piece::Open { inside } => self.give_open(inside),
            Piece::Close { name } => {
                if self.open.pop(self.window.get(name.clone())) {
                    Ok(self.give_close(name))
                } else {
                    Err(self.not_well_formed())
                }
            }
            Piece::Character if self.open.depth() == 0 => Err(self.not_well_formed()),
            Piece::Character => Ok(Node::Text(&self.scratch)),
            Piece::Nothing => Ok(Node::Nothing),
            Piece::End if self.began && self.open.depth() == 0 => Ok(Node::End),
            Piece::End => Err(IntakeError::damaged(&*self.place, "its XML ends too early")),
        }
    }

    /// Reads to the root element, which must be one of these.
    pub(crate) fn root(&mut self, expected: &[Tag<'_>]) -> Result<(), IntakeError> {
        loop {
            let is_expected = match self.next()? {
                Node::Open(element) => expected.contains(&element.tag()),
                Node::End => false,
                _ => continue,
            };
            if is_expected {
                return Ok(());
            }
            let what = "its root element, or the namespace of that, is not a workbook's";
            return Err(IntakeError::damaged(&*self.place, what));
        }
    }

    /// Passes over the rest of the element whose start tag came last.
    pub(crate) fn skip(&mut self) -> Result<(), IntakeError> {
        let mut open = 1_u64;
        while open > 0 {
            match self.next()? {
                Node::Open(_) => open = open.saturating_add(1),
                Node::Close(_) => open = open.saturating_sub(1),
                Node::Text(_) | Node::Nothing => {}
                Node::End => break,
            }
        }
        Ok(())
    }

    fn piece(&mut self) -> Result<Piece, IntakeError> {
        match self.window.first()? {
            None => Ok(Piece::End),
            Some(b'<') => self.markup(),
            Some(b'&') => self.reference(),
            Some(_) => self
                .window
                .take_until(|byte| matches!(byte, b'<' | b'&'))
                .map(Piece::Text),
        }
    }

    fn markup(&mut self) -> Result<Piece, IntakeError> {
        match self.window.second()? {
            Some(b'/') => {
                let tag = self.tag()?;
                let name = tag.start.saturating_add(1)..tag.end;
                let written = self.window.get(name.clone());
                let end = name.start.saturating_add(written.trim_ascii_end().len());
                Ok(Piece::Close {
                    name: name.start..end,
                })
            }
            Some(b'!') => self.declaration(),
            Some(b'?') => self.instruction(),
            _ => self.tag().map(|inside| Piece::Open { inside }),
        }
    }

    /// What stands between `<` and the `>` that is not in quotes.
    fn tag(&mut self) -> Result<Range<usize>, IntakeError> {
        let mut quote = 0_u8;
        let (mut has_x, mut has_colon) = (false, false);
        let found = self.window.take_through(1, |byte| {
            if quote != 0 {
                if byte == quote {
                    quote = 0;
                }
                return false;
            }
            if matches!(byte, b'"' | b'\'') {
                quote = byte;
            }
            has_x |= byte == b'x';
            has_colon |= byte == b':';
            byte == b'>'
        })?;
        self.has_x = has_x;
        self.has_colon = has_colon;
        found.ok_or_else(|| self.not_well_formed())
    }

    fn declaration(&mut self) -> Result<Piece, IntakeError> {
        if self.window.starts_with(b"<!--")? {
            return self.take_to(b"<!--", b"-->").map(|_| Piece::Nothing);
        }
        if self.window.starts_with(b"<![CDATA[")? {
            return self.take_to(b"<![CDATA[", b"]]>").map(Piece::Text);
        }
        if self.window.starts_with(b"<!DOCTYPE")? || self.window.starts_with(b"<!doctype")? {
            let what = "it has a document type";
            return Err(IntakeError::hostile(&*self.place, what));
        }
        Err(self.not_well_formed())
    }

    fn instruction(&mut self) -> Result<Piece, IntakeError> {
        let range = self.take_to(b"<?", b"?>")?;
        let text = self.window.get(range);
        if let Some(rest) = text.strip_prefix(b"xml")
            && rest.first().is_none_or(u8::is_ascii_whitespace)
        {
            check_encoding(rest, &self.place)?;
        }
        Ok(Piece::Nothing)
    }

    /// What stands between a mark at the place and the next `end`.
    fn take_to(&mut self, start: &[u8], end: &[u8]) -> Result<Range<usize>, IntakeError> {
        let mut last = [0_u8; 3];
        let found = self.window.take_through(start.len(), |byte| {
            last = [last[1], last[2], byte];
            last.ends_with(end)
        })?;
        // The mark itself is taken off, of which `take_through` left its last byte.
        let found = found.map(|range| {
            let shorter = range.end.saturating_sub(end.len().saturating_sub(1));
            range.start..shorter.max(range.start)
        });
        found.ok_or_else(|| self.not_well_formed())
    }

    fn reference(&mut self) -> Result<Piece, IntakeError> {
        let mut seen = 0_usize;
        let found = self.window.take_through(1, |byte| {
            seen = seen.saturating_add(1);
            byte == b';' || seen > REFERENCE_BYTES
        })?;
        let Some(range) = found.filter(|_| seen <= REFERENCE_BYTES) else {
            return Err(self.not_well_formed());
        };
        self.scratch.clear();
        resolve(self.window.get(range), &mut self.scratch)
            .map_err(|what| IntakeError::hostile(&*self.place, what))?;
        Ok(Piece::Character)
    }

    fn give_open(&mut self, inside: Range<usize>) -> Result<Node<'_>, IntakeError> {
        if self.began && self.open.depth() == 0 {
            return Err(self.not_well_formed());
        }
        self.began = true;
        let tag = self.window.get(inside.clone());
        let (tag, is_empty) = match tag.split_last() {
            Some((b'/', rest)) => (rest, true),
            _ => (tag, false),
        };
        let length = tag
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(tag.len());
        let name = inside.start..inside.start.saturating_add(length);
        let attributes = name.end..inside.start.saturating_add(tag.len());
        let begins = tag.first().copied();
        if !begins.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80) {
            return Err(self.not_well_formed());
        }
        self.declare(attributes.clone())?;
        let (space, local) = self.local(name.clone());
        let foreign = matches!(space, Space::Other | Space::Choices) && !self.passing;
        let foreign = foreign.then(|| Foreign::new(space, self.open.innermost()));
        if is_empty {
            self.closing = Some(name.clone());
        } else {
            self.open.push(self.window.get(name.clone()));
        }
        if self.open.depth() > DEPTH {
            let place = self.place.as_str();
            return Err(IntakeError::limit(LimitKind::Depth, DEPTH, place));
        }
        if let Some(foreign) = foreign {
            self.pass_over(foreign)?;
            return Ok(Node::Nothing);
        }
        Ok(Node::Open(Element::new(
            (space, self.window.get(local)),
            self.window.get(attributes),
            self.has_colon.then_some(&self.bindings),
            &self.place,
        )))
    }

    /// Takes the namespaces that a tag declares.
    fn declare(&mut self, attributes: Range<usize>) -> Result<(), IntakeError> {
        let attributes = self.window.get(attributes);
        if !self.has_x || !may_declare(attributes) {
            return Ok(());
        }
        let depth = self.open.depth().saturating_add(1);
        let (bindings, place) = (&mut self.bindings, self.place.as_str());
        each(attributes, place, |name, value| {
            if !name.starts_with(b"xmlns") {
                return Ok(());
            }
            if bindings.take(name, &resolved(value, place)?, depth) {
                return Ok(());
            }
            Err(IntakeError::hostile(
                place,
                "it declares more than 1000 namespaces",
            ))
        })
    }

    /// Passes over an element of another namespace, in which nothing of a workbook may stand that
    /// another program would see.
    fn pass_over(&mut self, foreign: Foreign) -> Result<(), IntakeError> {
        let mut is_ambiguous = foreign.is_ambiguous();
        let mut open = 1_u64;
        self.passing = true;
        while open > 0 && !is_ambiguous {
            match self.next()? {
                Node::Open(element) => {
                    is_ambiguous = foreign.must_not_hold(element.tag());
                    open = open.saturating_add(1);
                }
                Node::Close(_) => open = open.saturating_sub(1),
                Node::Text(_) | Node::Nothing => {}
                Node::End => break,
            }
        }
        self.passing = false;
        if is_ambiguous {
            let what = "cells, sheets or formats stand inside elements that one program reads and another does not";
            return Err(IntakeError::hostile(&*self.place, what));
        }
        Ok(())
    }

    fn give_close(&mut self, name: Range<usize>) -> Node<'_> {
        let (space, local) = self.local(name);
        self.bindings.leave(self.open.depth());
        Node::Close((space, self.window.get(local)))
    }

    /// The namespace of an element's name, and where the rest of the name stands.
    fn local(&self, name: Range<usize>) -> (Space, Range<usize>) {
        if !self.has_colon {
            return (self.bindings.default(), name);
        }
        let (space, local) = self.bindings.element(self.window.get(name.clone()));
        (space, name.end.saturating_sub(local.len())..name.end)
    }

    fn not_well_formed(&self) -> IntakeError {
        let place = format!("{}, byte {}", self.place, self.window.position());
        IntakeError::damaged(place, "it is not well-formed XML")
    }
}

/// Holds the encoding that an XML declaration names, if it does, against UTF-8.
fn check_encoding(declaration: &[u8], place: &str) -> Result<(), IntakeError> {
    let declaration = Element::new((Space::None, b"xml"), declaration, None, place);
    let Some(encoding) = declaration.plain(b"encoding").ok().flatten() else {
        return Ok(());
    };
    let is_utf8 = ["utf-8", "utf8", "us-ascii"]
        .iter()
        .any(|known| encoding.eq_ignore_ascii_case(known));
    if is_utf8 {
        Ok(())
    } else {
        let what = format!(
            "its XML is encoded as `{}`, not UTF-8",
            printable(&encoding)
        );
        Err(IntakeError::damaged(place, what))
    }
}

fn plain_text<'a>(
    bytes: &'a [u8],
    scratch: &'a mut String,
    place: &str,
) -> Result<Node<'a>, IntakeError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| IntakeError::damaged(place, "a text is not UTF-8"))?;
    if bytes.contains(&b'\r') {
        // XML 1.0 section 2.11
        *scratch = text.replace("\r\n", "\n").replace('\r', "\n");
        return Ok(Node::Text(scratch));
    }
    Ok(Node::Text(text))
}

#[cfg(test)]
mod tests;
