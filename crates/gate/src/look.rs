//! How things look that this program makes: colours, cells and heights of workbooks, texts from outside.
//!
//! Place in the flow: the template, the annotated copy of a request and what is printed are made with it.
//!
//! Left to others: what stands in them (`template`, `command::examine`); responses (answer).

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// Dark blue of headers.
pub const NAVY: Color = Color::RGB(0x16_2E_51);
/// Grey of lines between cells.
pub const LINE: Color = Color::RGB(0xC9_CF_D9);
/// Points of a line of text, and lines a row is made high at most.
const LINE_POINTS: f64 = 15.0;
const MOST_LINES: usize = 8;

fn cell() -> Format {
    Format::new()
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
}

/// White on a dark colour.
pub fn header(colour: Color) -> Format {
    cell()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(colour)
        .set_align(FormatAlign::VerticalCenter)
}

/// Text that wraps, from the top of its cell; never taken for a number, date or formula.
pub fn body() -> Format {
    cell().set_num_format("@").set_align(FormatAlign::Top)
}

/// Height in points of a row whose longest text takes so many lines.
pub fn height(lines: usize) -> f64 {
    let lines = u32::try_from(lines.clamp(1, MOST_LINES)).unwrap_or(1);
    LINE_POINTS * f64::from(lines) + 1.0
}

/// A text from outside as it may be shown: control characters and marks that turn the direction of
/// text become `\u{fffd}`, so that a cell cannot command a terminal.
pub fn shown(text: &str) -> String {
    let safe = |c: char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_grow_with_their_lines_up_to_a_bound() {
        assert!(height(0) > 0.0 && height(2) > height(1));
        assert_eq!(height(500).to_bits(), height(MOST_LINES).to_bits());
    }

    #[test]
    fn a_text_cannot_command_a_terminal() {
        assert_eq!(
            shown("a\u{1b}[2Jb\u{202e}c\r\n"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}"
        );
        assert_eq!(shown("Núñez ✗"), "Núñez ✗");
    }
}
