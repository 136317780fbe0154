//! The text of a cell of an ods: paragraphs, spans, and white space written as elements.
//!
//! Place in the flow: under the grid. White space is collapsed as OpenDocument 1.3 part 3 section
//! 6.1.2 says; paragraphs are joined by one line feed. Comments are counted, not read.
//!
//! Left to others: values of other types than text (grid).

use std::io::Read;

use crate::{
    IntakeError, LimitKind, Limits,
    xml::{Element, Node, Xml},
};

/// Reads to the end of a cell and adds its paragraphs to `text`, which holds this cell from `start`
/// on; paragraphs are passed over where the cell has a string value already. Gives the number of
/// comments.
pub(super) fn read_cell<R: Read>(
    xml: &mut Xml<R>,
    text: &mut String,
    start: usize,
    has_value: bool,
    limits: &Limits,
    place: &dyn Fn() -> String,
) -> Result<u32, IntakeError> {
    let mut comments = 0_u32;
    let mut paragraphs = 0_u32;
    loop {
        match xml.next()? {
            Node::Open(element) => match element.name() {
                b"p" | b"h" if !has_value => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs = paragraphs.saturating_add(1);
                    let more = read_paragraph(xml, text, start, limits, place)?;
                    comments = comments.saturating_add(more);
                }
                b"annotation" => {
                    comments = comments.saturating_add(1);
                    xml.skip()?;
                }
                _ => xml.skip()?,
            },
            Node::Close(_) | Node::End => {
                return check(text, start, limits, place).map(|()| comments);
            }
            Node::Text(_) | Node::Nothing => {}
        }
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

/// Reads to the end of a paragraph; gives the number of comments in it.
fn read_paragraph<R: Read>(
    xml: &mut Xml<R>,
    text: &mut String,
    start: usize,
    limits: &Limits,
    place: &dyn Fn() -> String,
) -> Result<u32, IntakeError> {
    let mut comments = 0_u32;
    let mut depth = 1_u32;
    let mut paragraph = Paragraph {
        text,
        after_blank: true,
    };
    while depth > 0 {
        match xml.next()? {
            Node::Open(element) => match element.name() {
                b"s" => {
                    let count = spaces(&element)?;
                    let room = limits.cell_bytes.saturating_add(1);
                    (0..count.min(room)).for_each(|_| paragraph.add_exactly(' '));
                    depth = depth.saturating_add(1);
                }
                b"tab" | b"line-break" => {
                    let is_tab = element.name() == b"tab";
                    paragraph.add_exactly(if is_tab { '\t' } else { '\n' });
                    depth = depth.saturating_add(1);
                }
                name @ (b"annotation" | b"note" | b"ruby-text" | b"frame") => {
                    comments = comments.saturating_add(u32::from(name == b"annotation"));
                    xml.skip()?;
                }
                _ => depth = depth.saturating_add(1),
            },
            Node::Close(_) => depth = depth.saturating_sub(1),
            Node::Text(piece) => paragraph.add(piece),
            Node::Nothing => {}
            Node::End => break,
        }
        check(paragraph.text, start, limits, place)?;
    }
    Ok(comments)
}

fn spaces(element: &Element<'_>) -> Result<u64, IntakeError> {
    let count = element.attribute(b"c")?;
    Ok(count.map_or(1, |count| count.trim().parse().unwrap_or(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(inside: &str, expected: &str, comments: u32) {
        let whole = format!("<c>{inside}</c>");
        let limits = Limits::standard();
        let mut xml = Xml::new(whole.as_bytes(), "content.xml", &limits);
        assert!(matches!(xml.next().unwrap(), Node::Open(_)));
        let mut text = "before".to_owned();
        let place = || "there".to_owned();
        let found = read_cell(&mut xml, &mut text, 6, false, &limits, &place).unwrap();
        assert_eq!((&text[6..], found), (expected, comments), "{inside}");
    }

    #[test]
    fn white_space_is_as_opendocument_says() {
        check_text("<p>a</p>", "a", 0);
        check_text("\n  <p>a</p>\n <p>b</p>", "a\nb", 0);
        check_text("<p>  a \n  b  </p>", "a b ", 0);
        check_text("<p> </p>", "", 0);
        check_text("<p>a<s/><s c='2'/>b</p>", "a   b", 0);
        check_text("<p><s/>a<s/></p>", " a ", 0);
        check_text("<p>a<tab/>b<line-break/>c</p>", "a\tb\nc", 0);
        check_text("<p>a<span> b <span>c</span></span> d</p>", "a b c d", 0);
        check_text("<annotation><p>secret</p></annotation><p>a</p>", "a", 1);
        check_text("<p>a<annotation><p>x</p></annotation>b</p>", "ab", 1);
        check_text("<frame><p>x</p></frame>", "", 0);
        check_text("<p/><p>a</p>", "\na", 0);
    }

    #[test]
    fn a_count_of_spaces_is_held_to_the_limit() {
        let limits = Limits {
            cell_bytes: 100,
            ..Limits::standard()
        };
        let mut xml = Xml::new(
            b"<c><p><s c='99999999999'/></p></c>".as_slice(),
            "c",
            &limits,
        );
        assert!(matches!(xml.next().unwrap(), Node::Open(_)));
        let mut text = String::new();
        let error = read_cell(&mut xml, &mut text, 0, false, &limits, &|| {
            "there".to_owned()
        });
        assert!(error.unwrap_err().to_string().starts_with("there"));
        assert!(text.len() <= 101);
    }
}
