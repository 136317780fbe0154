//! csv: encoding, separator, records, rows.
//!
//! Place in the flow: the survey has looked at every byte; [`decode`] makes UTF-8 of them,
//! [`detect`] finds the separator from the beginning of the text, [`records`] splits it, and the
//! assembler makes rows. The cover of a csv is a TOML beside it.
//!
//! Left to others: what stands in the fields.

mod decode;
mod detect;
mod records;

use std::{borrow::Cow, io::BufRead};

use model::row::CellKind;

use self::{
    decode::{Encoding, Transcoder},
    records::Records,
};
use crate::{
    IntakeError, Source,
    event::{Event, Outlet},
    notice::Notice,
    survey::Survey,
    table::{Assembler, RawCell},
};

/// Reads a csv as the one sheet of subjects.
pub(crate) fn read(
    reader: &mut dyn Source,
    survey: &Survey,
    outlet: &mut Outlet<'_>,
) -> Result<(), IntakeError> {
    let encoding = Encoding::of(survey)?;
    if let (Encoding::Windows1252, Some(byte)) = (encoding, survey.first_not_utf8) {
        let message =
            format!("the file is not UTF-8 (first at byte {byte}); it was read as Windows-1252");
        outlet.send(Event::Finding(Notice::NotUtf8.finding(message, None)))?;
    }
    let mut text = Transcoder::new(reader, encoding);
    let sample = text
        .fill_buf()
        .map_err(|error| IntakeError::from_io(&error, "the file"))?;
    let dialect = detect::dialect(sample, outlet.limits);
    let mut records = Records::new(text, dialect.separator, outlet.limits);
    if dialect.declared {
        records.next()?;
    }
    read_records(records, outlet)
}

fn read_records<R: BufRead>(
    mut records: Records<R>,
    outlet: &mut Outlet<'_>,
) -> Result<(), IntakeError> {
    let mut assembler = Assembler::new(outlet, 1);
    let mut width = None;
    while let Some(record) = records.next()? {
        assembler.begin_row(record.line, false);
        let mut fields = 0_u32;
        for (position, text) in (0_u32..).zip(record.fields()) {
            fields = position.saturating_add(1);
            if !text.is_empty() {
                let guarded = guarded(text);
                assembler.cell(&RawCell {
                    position,
                    kind: CellKind::Text,
                    formula: guarded.is_some(),
                    computed: true,
                    text: guarded.as_deref().unwrap_or(text),
                });
            }
        }
        let line = record.line;
        if record.after_quote {
            assembler.note(Notice::TextAfterQuote, || line.to_string());
        }
        let was_reading = assembler.is_reading();
        assembler.end_row()?;
        match width {
            None if assembler.is_reading() => {
                width = Some(fields);
                assembler.has_fields(fields);
            }
            Some(width) if was_reading && fields > width => {
                assembler.note(Notice::ExtraFields, || line.to_string());
            }
            Some(width) if was_reading && fields < width => {
                assembler.note(Notice::MissingFields, || line.to_string());
            }
            _ => {}
        }
    }
    assembler.finish()
}

/// The text inside `="…"`, as Excel's users guard a text from being taken for a number; a spreadsheet
/// program shows the text alone. `None` for any other text.
fn guarded(text: &str) -> Option<Cow<'_, str>> {
    let inside = text.strip_prefix("=\"")?.strip_suffix('"')?;
    let without_pairs = inside.replace("\"\"", "");
    if without_pairs.contains('"') {
        return None;
    }
    Some(if without_pairs.len() == inside.len() {
        Cow::Borrowed(inside)
    } else {
        Cow::Owned(inside.replace("\"\"", "\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guarded_texts() {
        for (text, expected) in [
            ("=\"00042\"", Some("00042")),
            ("=\"\"", Some("")),
            ("=\"a\"\"b\"", Some("a\"b")),
            ("=\"a\"&\"b\"", None),
            ("=\"a\"\"", None),
            ("=\"", None),
            ("=1+1", None),
            ("00042", None),
            ("", None),
        ] {
            assert_eq!(guarded(text).as_deref(), expected, "{text}");
        }
    }
}
