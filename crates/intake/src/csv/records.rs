//! Splits text into records and fields (RFC 4180), streaming, with lines counted.
//!
//! Place in the flow: over decoded text. Quotes count only at the start of a field; a quote inside
//! an unquoted field is text; text after a closing quote is added to the field. A quote that is
//! never closed is an error that names its line, which is why this is not left to a library.
//!
//! Left to others: the number of fields a record should have (csv).

use std::io::BufRead;

use crate::{IntakeError, LimitKind, Limits};

/// Bytes of one record.
const RECORD_BYTES: usize = 8 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    RecordStart,
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: closing, or the first of two.
    Quote,
}

/// One record.
#[derive(Debug)]
pub(super) struct Record<'r> {
    /// Line on which it starts, counted from 1.
    pub(super) line: u32,
    /// Whether text stands after the closing quote of a field.
    pub(super) after_quote: bool,
    text: &'r str,
    ends: &'r [usize],
}

impl<'r> Record<'r> {
    /// Its fields from left to right, without quotes.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'r str> {
        let text = self.text;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(self.ends.iter().copied())
            .map(move |(start, end)| text.get(start..end).unwrap_or(""))
    }
}

/// Splits a text.
pub(super) struct Records<R> {
    input: R,
    machine: Machine,
}

/// The state between chunks.
struct Machine {
    separator: u8,
    cell_bytes: usize,
    state: State,
    /// Line of the byte to come.
    line: u32,
    record_line: u32,
    quote_line: u32,
    /// Whether the last byte was a carriage return that ended a line.
    after_return: bool,
    /// Whether text stood after a closing quote in the record at hand.
    after_quote: bool,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(input: R, separator: u8, limits: &Limits) -> Self {
        Self {
            input,
            machine: Machine {
                separator,
                cell_bytes: usize::try_from(limits.cell_bytes).unwrap_or(usize::MAX),
                state: State::RecordStart,
                line: 1,
                record_line: 1,
                quote_line: 1,
                after_return: false,
                after_quote: false,
                text: Vec::new(),
                ends: Vec::new(),
            },
        }
    }

    /// The next record that is not an empty line.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, IntakeError> {
        self.machine.text.clear();
        self.machine.ends.clear();
        self.machine.after_quote = false;
        loop {
            let chunk = self
                .input
                .fill_buf()
                .map_err(|error| IntakeError::from_io(&error, "the file"))?;
            if chunk.is_empty() {
                if self.machine.end_of_text()? {
                    break;
                }
                return Ok(None);
            }
            let (used, complete) = self.machine.feed(chunk)?;
            self.input.consume(used);
            if complete {
                break;
            }
        }
        self.machine.record().map(Some)
    }
}

impl Machine {
    fn record(&self) -> Result<Record<'_>, IntakeError> {
        let text = std::str::from_utf8(&self.text).map_err(|_| {
            let place = format!("line {}", self.record_line);
            IntakeError::damaged(place, "the text is not UTF-8 although the file was")
        })?;
        Ok(Record {
            line: self.record_line,
            after_quote: self.after_quote,
            text,
            ends: &self.ends,
        })
    }

    /// Takes bytes of the chunk until a record is complete: bytes used, and whether it is.
    fn feed(&mut self, chunk: &[u8]) -> Result<(usize, bool), IntakeError> {
        let mut used = 0;
        while let Some(rest) = chunk.get(used..).filter(|rest| !rest.is_empty()) {
            let run = self.run(rest);
            if run > 0 {
                self.text.extend_from_slice(rest.get(..run).unwrap_or(&[]));
                used = used.saturating_add(run);
                self.after_return = false;
                self.check_length()?;
                continue;
            }
            let Some(byte) = rest.first() else { break };
            used = used.saturating_add(1);
            if self.special(*byte)? {
                return Ok((used, true));
            }
        }
        Ok((used, false))
    }

    /// How many bytes of `rest` are plain text of the field at hand; enters it if there are any.
    fn run(&mut self, rest: &[u8]) -> usize {
        if self.state == State::Quoted {
            return rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\n' | b'\r' | 0))
                .unwrap_or(rest.len());
        }
        // At its start a field may be quoted, and after a quote that closed a field another one makes
        // a quote of the two. Seen before anything is looked for in the rest of the chunk.
        if self.state != State::Plain && rest.first() == Some(&b'"') {
            return 0;
        }
        let separator = self.separator;
        let run = rest
            .iter()
            .position(|byte| *byte == separator || matches!(byte, b'\n' | b'\r' | 0))
            .unwrap_or(rest.len());
        if run > 0 {
            self.begin_record();
            self.after_quote |= self.state == State::Quote;
            self.state = State::Plain;
        }
        run
    }

    fn begin_record(&mut self) {
        if self.state == State::RecordStart {
            self.record_line = self.line;
        }
    }

    /// Takes one byte that is not plain text; whether it completes a record.
    fn special(&mut self, byte: u8) -> Result<bool, IntakeError> {
        let second_of_pair = byte == b'\n' && self.after_return;
        self.after_return = byte == b'\r';
        if byte == 0 {
            let place = format!("line {}", self.line);
            return Err(IntakeError::hostile(place, "there is a NUL character"));
        }
        match (self.state, byte) {
            (State::Quoted, b'"') => self.state = State::Quote,
            (State::Quoted, byte) => {
                self.text.push(byte);
                self.count_line(second_of_pair);
                self.check_length()?;
            }
            (State::Quote, b'"') => {
                self.text.push(b'"');
                self.state = State::Quoted;
                self.check_length()?;
            }
            (State::RecordStart | State::FieldStart, b'"') => {
                self.begin_record();
                self.quote_line = self.line;
                self.state = State::Quoted;
            }
            (_, b'\n' | b'\r') => return self.line_end(second_of_pair),
            (_, _) => {
                self.begin_record();
                self.state = State::FieldStart;
                self.end_field()?;
            }
        }
        Ok(false)
    }

    fn count_line(&mut self, second_of_pair: bool) {
        if !second_of_pair {
            self.line = self.line.saturating_add(1);
        }
    }

    fn line_end(&mut self, second_of_pair: bool) -> Result<bool, IntakeError> {
        self.count_line(second_of_pair);
        if self.state == State::RecordStart {
            return Ok(false);
        }
        self.end_field()?;
        self.state = State::RecordStart;
        Ok(true)
    }

    fn end_field(&mut self) -> Result<(), IntakeError> {
        self.ends.push(self.text.len());
        if self.ends.len() as u64 > Limits::SHEET_COLUMNS {
            let place = format!("line {}", self.record_line);
            let allowed = Limits::SHEET_COLUMNS;
            return Err(IntakeError::limit(LimitKind::Columns, allowed, place));
        }
        Ok(())
    }

    fn check_length(&self) -> Result<(), IntakeError> {
        let start = self.ends.last().copied().unwrap_or(0);
        let limit = if self.text.len().saturating_sub(start) > self.cell_bytes {
            LimitKind::CellBytes
        } else if self.text.len() > RECORD_BYTES {
            LimitKind::RecordBytes
        } else {
            return Ok(());
        };
        let allowed = match limit {
            LimitKind::CellBytes => self.cell_bytes,
            _ => RECORD_BYTES,
        };
        let field = self.ends.len().saturating_add(1);
        let place = match self.state {
            State::Quoted => format!(
                "line {}, field {field} (its quote opens on line {} and is perhaps never closed)",
                self.record_line, self.quote_line
            ),
            _ => format!("line {}, field {field}", self.record_line),
        };
        Err(IntakeError::limit(limit, allowed as u64, place))
    }

    /// Whether the end of the text completes a record.
    fn end_of_text(&mut self) -> Result<bool, IntakeError> {
        match self.state {
            State::RecordStart => Ok(false),
            State::Quoted => Err(IntakeError::UnclosedQuote {
                line: self.quote_line,
            }),
            State::FieldStart | State::Plain | State::Quote => {
                self.end_field()?;
                self.state = State::RecordStart;
                Ok(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    type Read = Result<Vec<(u32, Vec<String>)>, IntakeError>;

    fn split_by(text: &[u8], capacity: usize, limits: &Limits) -> Read {
        let input = BufReader::with_capacity(capacity, text);
        let mut records = Records::new(input, b',', limits);
        let mut found = Vec::new();
        while let Some(record) = records.next()? {
            found.push((record.line, record.fields().map(str::to_owned).collect()));
        }
        Ok(found)
    }

    fn check(text: &str, expected: &[(u32, &[&str])]) {
        let expected: Vec<(u32, Vec<String>)> = expected
            .iter()
            .map(|(line, fields)| {
                (
                    *line,
                    fields.iter().map(|field| (*field).to_owned()).collect(),
                )
            })
            .collect();
        for capacity in [1, 2, 3, 1000] {
            let found = split_by(text.as_bytes(), capacity, &Limits::standard());
            assert_eq!(found.unwrap(), expected, "{text:?} by {capacity}");
        }
    }

    #[test]
    fn records_fields_and_lines() {
        check("", &[]);
        check("\n\r\n\r", &[]);
        check("a,b", &[(1, &["a", "b"])]);
        check("a,b\nc,d\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
        check("a\r\n\r\nb\rc", &[(1, &["a"]), (3, &["b"]), (4, &["c"])]);
        check("a\rb\nc", &[(1, &["a"]), (2, &["b"]), (3, &["c"])]);
        check(",\n,", &[(1, &["", ""]), (2, &["", ""])]);
        check("\"a,b\",\"c\"\"d\"", &[(1, &["a,b", "c\"d"])]);
        check(
            "\"a\nb\r\nc\",d\ne",
            &[(1, &["a\nb\r\nc", "d"]), (4, &["e"])],
        );
        check("a\"b\",c", &[(1, &["a\"b\"", "c"])]);
        check("\"a\"b,c", &[(1, &["ab", "c"])]);
        check("\"\"", &[(1, &[""])]);
        check("\"\",\n", &[(1, &["", ""])]);
        check("José,“x”", &[(1, &["José", "“x”"])]);
    }

    #[test]
    fn what_is_refused_names_its_line() {
        let limits = Limits {
            cell_bytes: 10,
            ..Limits::standard()
        };
        for (text, message) in [
            (
                "a,b\nc,\"d\ne,f".to_owned(),
                "line 2: a quote is opened and never closed",
            ),
            (
                "a\nb,\0".to_owned(),
                "line 2: there is a NUL character, which no spreadsheet program writes",
            ),
            (
                format!("a\nb,{}", "x".repeat(11)),
                "line 2, field 2: a value is larger than 10 bytes",
            ),
            (
                format!("a\nb,\"{}", "x\n".repeat(11)),
                "line 2, field 2 (its quote opens on line 2 and is perhaps never closed): a value is larger than 10 bytes",
            ),
            (
                format!("a\n{}", ",".repeat(20_000)),
                "line 2: there are more than 16384 columns",
            ),
        ] {
            let error = split_by(text.as_bytes(), 1000, &limits).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn a_value_of_quotes_or_line_ends_is_held_to_the_limit() {
        let limits = Limits {
            cell_bytes: 10,
            ..Limits::standard()
        };
        for inside in ["\"\"", "\n", "\r", "\"\"\n"] {
            for (times, fits) in [(3, true), (11, false)] {
                let text = format!("a,\"{}\"\n", inside.repeat(times));
                let found = split_by(text.as_bytes(), 1000, &limits);
                assert_eq!(found.is_ok(), fits, "{inside:?} {times} times");
            }
        }
    }

    #[test]
    fn doubled_quotes_take_time_in_proportion() {
        let text = format!("a,\"{}\"\n", "\"\"".repeat(500_000));
        let limits = Limits {
            cell_bytes: u64::MAX,
            ..Limits::standard()
        };
        let begin = std::time::Instant::now();
        let found = split_by(text.as_bytes(), 1 << 20, &limits).unwrap();
        assert_eq!(found[0].1[1].len(), 500_000);
        // Less than a tenth of a second alone; half a minute where each quote looks through the rest.
        assert!(begin.elapsed() < std::time::Duration::from_secs(2));
    }

    fn oracle(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    proptest! {
        #[test]
        fn fields_are_those_of_the_csv_library(text in "([a-c,\"\n]|\r\n){0,40}", capacity in 1..8_usize) {
            match split_by(text.as_bytes(), capacity, &Limits::standard()) {
                Ok(found) => {
                    let fields: Vec<_> = found.into_iter().map(|(_, fields)| fields).collect();
                    prop_assert_eq!(fields, oracle(&text));
                }
                Err(error) => {
                    let unclosed = matches!(error, IntakeError::UnclosedQuote { .. });
                    prop_assert!(unclosed, "{error}");
                }
            }
        }
    }
}
