//! The text of a cell of an ods: paragraphs, spans, and white space written as elements.
//!
//! Place in the flow: under the grid. White space is collapsed as OpenDocument 1.3 part 3 section
//! 6.1.2 says; paragraphs are joined by one line feed. Comments are counted, not read.
//!
//! Left to others: values of other types than text (grid).

use std::io::Read;

use crate::{
    IntakeError, LimitKind, Limits,
    notice::Beginning,
    xml::{Element, Node, Space, Xml},
};

/// What stands in a cell beside its text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beside {
    /// Comments, but for those of a marked copy.
    pub(super) comments: u32,
    /// Drawings, pictures and text boxes.
    pub(super) drawings: u32,
}

/// Reads to the end of a cell and adds its paragraphs to `text`, which holds this cell from `start`
/// on; paragraphs are passed over where the cell has a string value already.
pub(super) fn read_cell<R: Read>(
    xml: &mut Xml<R>,
    text: &mut String,
    start: usize,
    has_value: bool,
    limits: &Limits,
    place: &dyn Fn() -> String,
) -> Result<Beside, IntakeError> {
    let mut beside = Beside::default();
    let mut paragraphs = 0_u32;
    loop {
        match xml.next()? {
            Node::Open(element) => match element.tag() {
                (Space::Text, b"p" | b"h") if !has_value => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs = paragraphs.saturating_add(1);
                    read_paragraph(xml, text, start, limits, place, &mut beside)?;
                }
                (Space::Text, b"p" | b"h") => {
                    // The text is known; what stands beside it is not.
                    let mut shown = String::new();
                    read_paragraph(xml, &mut shown, 0, limits, place, &mut beside)?;
                }
                (Space::Office, b"annotation") => beside.take_comment(xml)?,
                (Space::Draw, _) => {
                    beside.drawings = beside.drawings.saturating_add(1);
                    xml.skip()?;
                }
                _ => xml.skip()?,
            },
            Node::Close(_) | Node::End => {
                return check(text, start, limits, place).map(|()| beside);
            }
            Node::Text(_) | Node::Nothing => {}
        }
    }
}

impl Beside {
    /// Reads to the end of a comment; one of a marked copy does not count.
    fn take_comment<R: Read>(&mut self, xml: &mut Xml<R>) -> Result<(), IntakeError> {
        let mut author = Beginning::default();
        let mut text = Beginning::default();
        let mut in_author = false;
        let mut in_text = false;
        let mut open = 1_u32;
        while open > 0 {
            match xml.next()? {
                Node::Open(element) => {
                    in_author = element.tag() == (Space::Dublin, b"creator");
                    in_text |= element.tag() == (Space::Text, b"p");
                    open = open.saturating_add(1);
                }
                Node::Close(_) => {
                    in_author = false;
                    open = open.saturating_sub(1);
                }
                Node::Text(piece) if in_author => author.add(piece),
                Node::Text(piece) if in_text => text.add(piece),
                Node::Text(_) | Node::Nothing => {}
                Node::End => break,
            }
        }
        if !(author.is_our_author() && text.is_our_comment()) {
            self.comments = self.comments.saturating_add(1);
        }
        Ok(())
    }
}

fn check(
    text: &str,
    start: usize,
    limits: &Limits,
    place: &dyn Fn() -> String,
) -> Result<(), IntakeError> {
    if text.len().saturating_sub(start) as u64 > limits.cell_bytes {
        let allowed = limits.cell_bytes;
        return Err(IntakeError::limit(LimitKind::CellBytes, allowed, place()));
    }
    Ok(())
}

/// White space before anything else is dropped. A blank at the end stays, although section 6.1.2 would
/// drop it: LibreOffice writes it so and reads it back.
struct Paragraph<'t> {
    text: &'t mut String,
    /// Whether the last character was a blank of the document's own, which swallows the next.
    after_blank: bool,
}

impl Paragraph<'_> {
    fn add(&mut self, piece: &str) {
        for character in piece.chars() {
            if matches!(character, ' ' | '\t' | '\n' | '\r') {
                if !self.after_blank {
                    self.text.push(' ');
                }
                self.after_blank = true;
            } else {
                self.text.push(character);
                self.after_blank = false;
            }
        }
    }

    fn add_exactly(&mut self, piece: char) {
        self.text.push(piece);
        self.after_blank = false;
    }
}

/// Reads to the end of a paragraph.
fn read_paragraph<R: Read>(
    xml: &mut Xml<R>,
    text: &mut String,
    start: usize,
    limits: &Limits,
    place: &dyn Fn() -> String,
    beside: &mut Beside,
) -> Result<(), IntakeError> {
    let mut depth = 1_u32;
    let mut paragraph = Paragraph {
        text,
        after_blank: true,
    };
    while depth > 0 {
        match xml.next()? {
            Node::Open(element) => match element.tag() {
                (Space::Text, b"s") => {
                    let count = spaces(&element)?;
                    let room = limits.cell_bytes.saturating_add(1);
                    (0..count.min(room)).for_each(|_| paragraph.add_exactly(' '));
                    depth = depth.saturating_add(1);
                }
                (Space::Text, name @ (b"tab" | b"line-break")) => {
                    paragraph.add_exactly(if name == b"tab" { '\t' } else { '\n' });
                    depth = depth.saturating_add(1);
                }
                (Space::Office, b"annotation") => beside.take_comment(xml)?,
                (Space::Draw, name) if name != b"a" => {
                    beside.drawings = beside.drawings.saturating_add(1);
                    xml.skip()?;
                }
                (Space::Text, b"note" | b"ruby-text") => xml.skip()?,
                _ => depth = depth.saturating_add(1),
            },
            Node::Close(_) => depth = depth.saturating_sub(1),
            Node::Text(piece) => paragraph.add(piece),
            Node::Nothing => {}
            Node::End => break,
        }
        check(paragraph.text, start, limits, place)?;
    }
    Ok(())
}

fn spaces(element: &Element<'_>) -> Result<u64, IntakeError> {
    let count = element.attribute((Space::Text, b"c"))?;
    Ok(count.map_or(1, |count| count.trim().parse().unwrap_or(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = "xmlns='urn:oasis:names:tc:opendocument:xmlns:text:1.0' \
        xmlns:t='urn:oasis:names:tc:opendocument:xmlns:text:1.0' \
        xmlns:o='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
        xmlns:d='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0' \
        xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:x='urn:x'";

    fn check_text(inside: &str, expected: &str, comments: u32, drawings: u32) {
        let whole = format!("<c {NAMES}>{inside}</c>");
        let limits = Limits::standard();
        let mut xml = Xml::new(whole.as_bytes(), "content.xml", &limits);
        assert!(matches!(xml.next().unwrap(), Node::Open(_)));
        let mut text = "before".to_owned();
        let place = || "there".to_owned();
        let found = read_cell(&mut xml, &mut text, 6, false, &limits, &place).unwrap();
        let beside = Beside { comments, drawings };
        assert_eq!((&text[6..], found), (expected, beside), "{inside}");
    }

    #[test]
    fn white_space_is_as_opendocument_says() {
        check_text("<p>a</p>", "a", 0, 0);
        check_text("\n  <p>a</p>\n <p>b</p>", "a\nb", 0, 0);
        check_text("<p>  a \n  b  </p>", "a b ", 0, 0);
        check_text("<p> </p>", "", 0, 0);
        check_text("<p>a<s/><s t:c='2'/>b</p>", "a   b", 0, 0);
        check_text("<p><s/>a<s/></p>", " a ", 0, 0);
        check_text("<p>a<tab/>b<line-break/>c</p>", "a\tb\nc", 0, 0);
        check_text("<p>a<span> b <span>c</span></span> d</p>", "a b c d", 0, 0);
        check_text(
            "<o:annotation><p>secret</p></o:annotation><p>a</p>",
            "a",
            1,
            0,
        );
        check_text("<p>a<o:annotation><p>x</p></o:annotation>b</p>", "ab", 1, 0);
        check_text("<d:frame><p>x</p></d:frame>", "", 0, 1);
        check_text("<p>a<d:frame><p>x</p></d:frame></p>", "a", 0, 1);
        check_text("<x:p>x</x:p><p>a<x:s/><x:span>b</x:span></p>", "a", 0, 0);
        check_text("<p/><p>a</p>", "\na", 0, 0);
    }

    #[test]
    fn comments_of_a_marked_copy_are_none() {
        for (author, text, comments) in [
            ("", "DEFICIENT · address.zip", 0),
            ("<dc:creator>countersign</dc:creator>", "QUESTION · x", 0),
            ("<dc:creator>Ann</dc:creator>", "QUESTION · x", 1),
            ("<dc:creator>countersign</dc:creator>", "see John Doe", 1),
            ("", "see John Doe", 1),
        ] {
            let comment = format!("<o:annotation>{author}<p>{text}</p></o:annotation><p>a</p>");
            check_text(&comment, "a", comments, 0);
        }
    }

    #[test]
    fn a_count_of_spaces_is_held_to_the_limit() {
        let limits = Limits {
            cell_bytes: 100,
            ..Limits::standard()
        };
        let whole = format!("<c {NAMES}><p><s t:c='99999999999'/></p></c>");
        let mut xml = Xml::new(whole.as_bytes(), "c", &limits);
        assert!(matches!(xml.next().unwrap(), Node::Open(_)));
        let mut text = String::new();
        let error = read_cell(&mut xml, &mut text, 0, false, &limits, &|| {
            "there".to_owned()
        });
        assert!(error.unwrap_err().to_string().starts_with("there"));
        assert!(text.len() <= 101);
    }
}
