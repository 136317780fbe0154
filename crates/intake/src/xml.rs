//! XML as the parts of a workbook use it: elements, attributes and text, within fixed memory.
//!
//! Place in the flow: over a part of an archive, under the readers of xlsx and ods. No document
//! type, no entity but the five of XML and character references, UTF-8 only, names without their
//! namespace prefix. A tag or a text larger than the limit ends the reading before it is held.
//!
//! Left to others: the meaning of elements; the length of a text that comes in several pieces.

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
};

use quick_xml::{
    Reader,
    escape::resolve_xml_entity,
    events::{BytesRef, Event},
};

use crate::{IntakeError, LimitKind, Limits, archive::part_place, error::printable};

/// Deepest nesting of elements.
const DEPTH: u64 = 256;

/// What comes next in a part.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    /// A start tag. An empty element gives this and [`Node::Close`].
    Open(Element<'a>),
    /// An end tag, with its name without prefix.
    Close(&'a [u8]),
    /// A piece of text, entities resolved, line ends as one `\n`.
    Text(&'a str),
    /// A comment or a processing instruction.
    Nothing,
    /// The end of the part.
    End,
}

/// A start tag.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    name: &'a [u8],
    /// What stands between the name and the end of the tag.
    attributes: &'a [u8],
    place: &'a str,
}

impl<'a> Element<'a> {
    /// Name without its prefix.
    pub(crate) fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Calls `take` with each attribute: its name without prefix and its value as written.
    pub(crate) fn each_attribute(
        &self,
        mut take: impl FnMut(&[u8], &[u8]),
    ) -> Result<(), IntakeError> {
        let mut rest = self.attributes.trim_ascii_start();
        while !rest.is_empty() {
            let (name, value, after) = split_attribute(rest)
                .ok_or_else(|| IntakeError::damaged(self.place, "an attribute is not XML"))?;
            take(local(name), value);
            rest = after.trim_ascii_start();
        }
        Ok(())
    }

    /// The value of an attribute by its name without prefix, entities resolved.
    pub(crate) fn attribute(&self, name: &[u8]) -> Result<Option<String>, IntakeError> {
        let mut found = None;
        self.each_attribute(|key, value| {
            if key == name && found.is_none() {
                found = Some(value.to_vec());
            }
        })?;
        found.map(|value| self.unescape(&value)).transpose()
    }

    fn unescape(&self, value: &[u8]) -> Result<String, IntakeError> {
        let text = std::str::from_utf8(value)
            .map_err(|_| IntakeError::damaged(self.place, "an attribute is not UTF-8"))?;
        quick_xml::escape::unescape(text)
            .map(Cow::into_owned)
            .map_err(|_| IntakeError::hostile(self.place, "an attribute uses an XML entity"))
    }
}

/// Name, value and what follows of `name="value"…`.
fn split_attribute(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let equals = text.iter().position(|byte| *byte == b'=')?;
    let (name, after) = text.split_at_checked(equals)?;
    let value = after.get(1..)?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let end = value.iter().position(|byte| byte == quote)?;
    let (value, after) = value.split_at_checked(end)?;
    Some((name.trim_ascii_end(), value, after.get(1..)?))
}

/// A name without its namespace prefix.
fn local(name: &[u8]) -> &[u8] {
    let prefix = name.iter().rposition(|byte| *byte == b':');
    prefix
        .and_then(|at| name.get(at.saturating_add(1)..))
        .unwrap_or(name)
}

/// Whether an attribute's value is `1`, `true` or `on`.
pub(crate) fn is_true(value: &[u8]) -> bool {
    matches!(value, b"1" | b"true" | b"on")
}

/// Lets only so many bytes through for each event.
struct Gauge<R> {
    inner: R,
    left: usize,
    allowed: u64,
    place: String,
}

impl<R: BufRead> Read for Gauge<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for Gauge<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let place = self.place.as_str();
            return Err(IntakeError::limit(LimitKind::CellBytes, self.allowed, place).into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.inner.consume(count);
    }
}

/// Reads one part.
pub(crate) struct Xml<R> {
    reader: Reader<Gauge<R>>,
    buffer: Vec<u8>,
    place: String,
    allowed: usize,
    depth: u64,
    began: bool,
    /// After an empty element: the length of its name, which stands at the head of the buffer.
    closing: Option<usize>,
    /// Text that is not in the part as it is given.
    scratch: String,
}

impl<R: BufRead> Xml<R> {
    pub(crate) fn new(part: R, name: &str, limits: &Limits) -> Self {
        // A piece of text may be read in chunks of the buffer below, so the gauge is generous by
        // one of them and the consumers hold cells against the exact limit.
        let allowed = usize::try_from(limits.cell_bytes)
            .unwrap_or(usize::MAX)
            .saturating_mul(2)
            .saturating_add(4096);
        let place = part_place(name);
        let mut reader = Reader::from_reader(Gauge {
            inner: part,
            left: allowed,
            allowed: limits.cell_bytes,
            place: place.clone(),
        });
        let config = reader.config_mut();
        config.trim_markup_names_in_closing_tags = true;
        Self {
            reader,
            buffer: Vec::with_capacity(1024),
            place,
            allowed,
            depth: 0,
            began: false,
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
        if let Some(length) = self.closing.take() {
            let name = self.buffer.get(1..length.saturating_add(1));
            return Ok(Node::Close(local(name.unwrap_or(&[]))));
        }
        self.buffer.clear();
        self.reader.get_mut().left = self.allowed;
        let found = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => find(&event, &mut self.scratch, &self.place)?,
            Err(error) => {
                let at = self.reader.error_position();
                return Err(xml_error(&self.place, &error, at));
            }
        };
        self.give(found)
    }

    fn give(&mut self, found: Found) -> Result<Node<'_>, IntakeError> {
        match found {
            Found::Open { name, all, empty } => {
                if empty {
                    self.closing = Some(name);
                } else {
                    self.depth = self.depth.saturating_add(1);
                }
                if self.depth > DEPTH {
                    let place = self.place.as_str();
                    return Err(IntakeError::limit(LimitKind::Depth, DEPTH, place));
                }
                Ok(self.open(name, all))
            }
            Found::Close { name } => {
                self.depth = self.depth.saturating_sub(1);
                let name = self.buffer.get(2..name.saturating_add(2));
                Ok(Node::Close(local(name.unwrap_or(&[]))))
            }
            Found::Text { start, length } => {
                let bytes = self.buffer.get(start..start.saturating_add(length));
                plain_text(bytes.unwrap_or(&[]), &mut self.scratch, &self.place)
            }
            Found::Character => Ok(Node::Text(&self.scratch)),
            Found::Nothing => Ok(Node::Nothing),
            Found::End if self.began && self.depth == 0 => Ok(Node::End),
            Found::End => Err(IntakeError::damaged(&*self.place, "its XML ends too early")),
        }
    }

    /// The tag that stands in the buffer as `<name attributes>`.
    fn open(&mut self, name: usize, all: usize) -> Node<'_> {
        self.began = true;
        let content = self.buffer.get(1..all.saturating_add(1)).unwrap_or(&[]);
        let (name, attributes) = content.split_at_checked(name).unwrap_or((content, &[]));
        Node::Open(Element {
            name: local(name),
            attributes,
            place: &self.place,
        })
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
}

fn check_encoding(encoding: Option<&[u8]>, place: &str) -> Result<(), IntakeError> {
    let utf8 = encoding.is_none_or(|name| {
        name.eq_ignore_ascii_case(b"utf-8")
            || name.eq_ignore_ascii_case(b"utf8")
            || name.eq_ignore_ascii_case(b"us-ascii")
    });
    if utf8 {
        Ok(())
    } else {
        let name = printable(&String::from_utf8_lossy(encoding.unwrap_or(b"")));
        let what = format!("its XML is encoded as `{name}`, not UTF-8");
        Err(IntakeError::damaged(place, what))
    }
}

/// Where in the buffer an event's content stands; the library keeps the markup around it there.
enum Found {
    Open {
        name: usize,
        all: usize,
        empty: bool,
    },
    Close {
        name: usize,
    },
    Text {
        start: usize,
        length: usize,
    },
    /// A resolved reference, in the scratch text.
    Character,
    Nothing,
    End,
}

fn find(event: &Event<'_>, scratch: &mut String, place: &str) -> Result<Found, IntakeError> {
    Ok(match event {
        Event::Start(start) => Found::Open {
            name: start.name().0.len(),
            all: start.len(),
            empty: false,
        },
        Event::Empty(start) => Found::Open {
            name: start.name().0.len(),
            all: start.len(),
            empty: true,
        },
        Event::End(end) => Found::Close {
            name: end.name().0.len(),
        },
        Event::Text(text) => Found::Text {
            start: 0,
            length: text.len(),
        },
        Event::CData(text) => Found::Text {
            start: b"<![CDATA[".len(),
            length: text.len(),
        },
        Event::GeneralRef(reference) => {
            resolve(reference, scratch, place)?;
            Found::Character
        }
        Event::DocType(_) => {
            return Err(IntakeError::hostile(place, "it has a document type"));
        }
        Event::Decl(declaration) => {
            let encoding = declaration.encoding().and_then(Result::ok);
            check_encoding(encoding.as_deref(), place)?;
            Found::Nothing
        }
        Event::Comment(_) | Event::PI(_) => Found::Nothing,
        Event::Eof => Found::End,
    })
}

fn plain_text<'a>(
    bytes: &'a [u8],
    scratch: &'a mut String,
    place: &str,
) -> Result<Node<'a>, IntakeError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| IntakeError::damaged(place, "a text is not UTF-8"))?;
    if text.contains('\r') {
        // XML 1.0 section 2.11
        *scratch = text.replace("\r\n", "\n").replace('\r', "\n");
        return Ok(Node::Text(scratch));
    }
    Ok(Node::Text(text))
}

fn resolve(reference: &BytesRef<'_>, scratch: &mut String, place: &str) -> Result<(), IntakeError> {
    let refused = |what: &str| IntakeError::hostile(place, what);
    scratch.clear();
    if reference.is_char_ref() {
        let character = reference.resolve_char_ref().ok().flatten();
        let allowed = character.filter(|c| matches!(c, '\t' | '\n' | '\r' | ' '..));
        scratch.push(
            allowed.ok_or_else(|| refused("it refers to a character that XML does not have"))?,
        );
    } else {
        let name = std::str::from_utf8(reference).ok();
        let text = name.and_then(resolve_xml_entity);
        scratch.push_str(text.ok_or_else(|| refused("it uses an XML entity"))?);
    }
    Ok(())
}

fn xml_error(place: &str, error: &quick_xml::Error, at: u64) -> IntakeError {
    if let quick_xml::Error::Io(error) = error {
        return IntakeError::from_io(error, place);
    }
    IntakeError::damaged(format!("{place}, byte {at}"), "it is not well-formed XML")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str, limits: &Limits) -> Result<String, IntakeError> {
        let mut xml = Xml::new(text.as_bytes(), "p.xml", limits);
        let mut seen = String::new();
        loop {
            match xml.next()? {
                Node::Open(element) => {
                    seen.push_str(&format!("<{}", String::from_utf8_lossy(element.name())));
                    if let Some(value) = element.attribute(b"r")? {
                        seen.push_str(&format!(" r={value}"));
                    }
                    seen.push('>');
                }
                Node::Close(name) => {
                    seen.push_str(&format!("</{}>", String::from_utf8_lossy(name)))
                }
                Node::Text(text) => seen.push_str(text),
                Node::Nothing => {}
                Node::End => return Ok(seen),
            }
        }
    }

    fn check(text: &str, expected: Result<&str, &str>) {
        let found = events(text, &Limits::standard());
        match expected {
            Ok(expected) => assert_eq!(found.unwrap(), expected, "{text}"),
            Err(part) => {
                let message = found.unwrap_err().to_string();
                assert!(message.contains(part), "{text}: {message}");
            }
        }
    }

    #[test]
    fn the_xml_of_workbooks() {
        check("<a/>", Ok("<a></a>"));
        check(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><x:a r=\"1&lt;\"><!-- c --><?p?>t</x:a>",
            Ok("<a r=1<>t</a>"),
        );
        check(
            "<a>1 &amp; 2 &#65;&#x42;<![CDATA[<&]]>\r\nx\ry</a>",
            Ok("<a>1 & 2 AB<&\nx\ny</a>"),
        );
        check(
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            Err("document type"),
        );
        check("<a>&b;</a>", Err("entity"));
        check("<a r='&b;'/>", Err("entity"));
        check("<a>&#0;</a>", Err("character"));
        check("<a><b></a>", Err("not well-formed"));
        check("<a><b>", Err("too early"));
        check("", Err("too early"));
        check("plain", Err("too early"));
        check(
            "<?xml version='1.0' encoding='UTF-16'?><a/>",
            Err("`UTF-16`"),
        );
        check(&"<a>".repeat(300), Err("deeper than 256"));
    }

    #[test]
    fn a_huge_tag_or_text_is_not_held() {
        let limits = Limits {
            cell_bytes: 1000,
            ..Limits::standard()
        };
        for text in [
            format!("<a>{}</a>", "x".repeat(100_000)),
            format!("<a r='{}'/>", "x".repeat(100_000)),
            format!("<a><!--{}--></a>", "x".repeat(100_000)),
        ] {
            let reader = std::io::BufReader::with_capacity(512, text.as_bytes());
            let mut xml = Xml::new(reader, "p.xml", &limits);
            let error = loop {
                match xml.next() {
                    Ok(Node::End) => panic!("read to the end"),
                    Ok(_) => {}
                    Err(error) => break error,
                }
            };
            assert!(error.to_string().contains("larger than 1000"), "{error}");
        }
    }
}
