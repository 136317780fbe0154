//! The frames a reading process writes: events, then a summary or an error.
//!
//! Place in the flow: between [`super::serve`] and [`super::read_in_child`]. A frame is the length
//! of its payload (4 bytes, little-endian) and the payload: a tag and fields, numbers
//! little-endian, texts behind their length. Rules and columns travel as numbers of fixed tables.
//! Every length is checked before it is believed.
//!
//! Left to others: keeping the bytes for later (nobody does: both ends are the same binary).

use std::io::{self, Read, Write};

use model::{
    column::Column,
    digest::Digest,
    finding::Finding,
    personal::Personal,
    row::{Cell, CellKind, Row},
};

use crate::{
    CoverFields, CoverValue, Event, Format, IntakeError, Sink, Stop, Summary, notice::Notice,
};

/// Largest payload. The largest row has fewer columns than [`Column::COUNT`] cells of 128 KiB.
const FRAME_BYTES: usize = 16 << 20;

const COVER: u8 = 1;
const SHEET: u8 = 2;
const ROW: u8 = 3;
const FINDING: u8 = 4;
const SUMMARY: u8 = 5;
const ERROR: u8 = 6;

const KINDS: [CellKind; 5] = [
    CellKind::Text,
    CellKind::Number,
    CellKind::Date,
    CellKind::Boolean,
    CellKind::Error,
];
const FORMATS: [Format; 3] = [Format::Xlsx, Format::Ods, Format::Csv];
/// No column.
const NONE: u8 = u8::MAX;

/// One frame as the parent gets it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Event(Event),
    Summary(Summary),
    Error(IntakeError),
}

/// Writes frames; one buffer is used for all.
pub(super) struct FrameWriter<W> {
    output: W,
    payload: Vec<u8>,
}

fn place_of<T: PartialEq>(table: &[T], value: &T) -> u8 {
    let place = table.iter().position(|entry| entry == value);
    place.and_then(|at| u8::try_from(at).ok()).unwrap_or(NONE)
}

impl<W: Write> FrameWriter<W> {
    pub(super) fn new(output: W) -> Self {
        Self {
            output,
            payload: Vec::new(),
        }
    }

    pub(super) fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        self.payload.clear();
        self.byte(SUMMARY);
        self.byte(place_of(&FORMATS, &summary.format));
        self.payload.extend_from_slice(summary.digest.as_bytes());
        self.u64(summary.bytes);
        self.u64(summary.rows);
        self.u16(summary.sheets);
        self.finish()?;
        self.output.flush()
    }

    pub(super) fn error(&mut self, error: &IntakeError) -> io::Result<()> {
        let json = serde_json::to_string(error).unwrap_or_default();
        self.payload.clear();
        self.byte(ERROR);
        self.text(&json);
        self.finish()?;
        self.output.flush()
    }

    fn write_event(&mut self, event: &Event) -> io::Result<()> {
        self.payload.clear();
        match event {
            Event::Cover(cover) => self.cover(cover),
            Event::Sheet {
                number,
                name,
                columns,
            } => self.sheet(*number, name, columns),
            Event::Row(row) => self.row(row),
            Event::Finding(finding) => self.finding(finding),
        }
        self.finish()
    }

    fn cover(&mut self, cover: &CoverFields) {
        self.byte(COVER);
        self.length(cover.values.len());
        for (key, value) in &cover.values {
            self.text(key);
            self.text(&value.text);
            self.text(&value.cell);
        }
    }

    fn sheet(&mut self, number: u16, name: &str, columns: &[(Column, u16)]) {
        self.byte(SHEET);
        self.u16(number);
        self.text(name);
        self.length(columns.len());
        for (column, position) in columns {
            self.byte(*column as u8);
            self.u16(*position);
        }
    }

    fn row(&mut self, row: &Row) {
        self.byte(ROW);
        self.u16(row.sheet);
        self.u32(row.row);
        self.byte(u8::from(row.hidden));
        self.length(row.cells().len());
        for cell in row.cells() {
            self.byte(cell.column as u8);
            self.u16(cell.position);
            self.byte(place_of(&KINDS, &cell.kind));
            self.byte(u8::from(cell.formula));
            self.text(cell.text.expose());
        }
    }

    fn finding(&mut self, finding: &Finding) {
        self.byte(FINDING);
        let notice = Notice::of_rule(finding.rule);
        self.byte(notice.map_or(NONE, |notice| place_of(Notice::ALL, &notice)));
        self.byte(finding.column.map_or(NONE, |column| column as u8));
        self.text(finding.cell.as_deref().unwrap_or(""));
        self.text(&finding.message);
        self.text(&finding.remedy);
    }

    fn finish(&mut self) -> io::Result<()> {
        let length = u32::try_from(self.payload.len()).map_err(io::Error::other)?;
        self.output.write_all(&length.to_le_bytes())?;
        self.output.write_all(&self.payload)
    }

    fn byte(&mut self, value: u8) {
        self.payload.push(value);
    }

    fn u16(&mut self, value: u16) {
        self.payload.extend_from_slice(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.payload.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.payload.extend_from_slice(&value.to_le_bytes());
    }

    fn length(&mut self, value: usize) {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX));
    }

    fn text(&mut self, value: &str) {
        self.length(value.len());
        self.payload.extend_from_slice(value.as_bytes());
    }
}

impl<W: Write> Sink for FrameWriter<W> {
    fn event(&mut self, event: Event) -> Result<(), Stop> {
        // The parent has gone: there is nobody to tell.
        self.write_event(&event).map_err(|_| Stop)
    }
}

/// Reads frames; one buffer is used for all.
pub(super) struct FrameReader<R> {
    input: R,
    payload: Vec<u8>,
}

fn bad(what: &str) -> IntakeError {
    IntakeError::Child {
        what: what.to_owned(),
    }
}

impl<R: Read> FrameReader<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            payload: Vec::new(),
        }
    }

    /// The next frame; `None` where the other end stopped writing, at a frame's end or within one.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, IntakeError> {
        let mut length = [0; 4];
        if !self.fill(&mut length)? {
            return Ok(None);
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > FRAME_BYTES {
            return Err(bad("it wrote a frame that is too large"));
        }
        let mut payload = std::mem::take(&mut self.payload);
        payload.resize(length, 0);
        let complete = self.fill(&mut payload)?;
        let frame = if complete {
            let frame = Fields(&payload).frame();
            Some(frame.ok_or_else(|| bad("it wrote a frame that cannot be read"))?)
        } else {
            None
        };
        self.payload = payload;
        Ok(frame)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<bool, IntakeError> {
        match self.input.read_exact(buffer) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(_) => Err(bad("its output cannot be read")),
        }
    }
}

/// A payload, read from its beginning.
struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn frame(mut self) -> Option<Frame> {
        let frame = match self.byte()? {
            COVER => Frame::Event(Event::Cover(self.cover()?)),
            SHEET => Frame::Event(self.sheet()?),
            ROW => Frame::Event(Event::Row(self.row()?)),
            FINDING => Frame::Event(Event::Finding(self.finding()?)),
            SUMMARY => Frame::Summary(self.summary()?),
            ERROR => Frame::Error(serde_json::from_str(&self.text()?).ok()?),
            _ => return None,
        };
        self.0.is_empty().then_some(frame)
    }

    fn cover(&mut self) -> Option<CoverFields> {
        let mut cover = CoverFields::default();
        for _ in 0..self.u32()? {
            let key = self.text()?;
            let text = self.text()?;
            let cell = self.text()?;
            cover.values.insert(key, CoverValue { text, cell });
        }
        Some(cover)
    }

    fn sheet(&mut self) -> Option<Event> {
        let number = self.u16()?;
        let name = self.text()?;
        let mut columns = Vec::new();
        for _ in 0..self.u32()? {
            columns.push((self.column()?, self.u16()?));
        }
        Some(Event::Sheet {
            number,
            name,
            columns,
        })
    }

    fn row(&mut self) -> Option<Row> {
        let (sheet, row, hidden) = (self.u16()?, self.u32()?, self.byte()? != 0);
        let count = self.u32()?;
        let mut cells = Vec::with_capacity(Column::COUNT.min(usize::try_from(count).ok()?));
        for _ in 0..count {
            cells.push(Cell {
                column: self.column()?,
                position: self.u16()?,
                kind: *KINDS.get(usize::from(self.byte()?))?,
                formula: self.byte()? != 0,
                text: Personal::new(self.text()?),
            });
        }
        Some(Row::new(sheet, row, hidden, cells))
    }

    fn finding(&mut self) -> Option<Finding> {
        let notice = *Notice::ALL.get(usize::from(self.byte()?))?;
        let column = match self.byte()? {
            NONE => None,
            code => Some(*Column::ALL.get(usize::from(code))?),
        };
        let cell = Some(self.text()?).filter(|cell| !cell.is_empty());
        Some(Finding {
            message: self.text()?,
            remedy: self.text()?,
            ..notice.finding_about(column, String::new(), cell)
        })
    }

    fn summary(&mut self) -> Option<Summary> {
        Some(Summary {
            format: *FORMATS.get(usize::from(self.byte()?))?,
            digest: Digest::from_bytes(self.take(Digest::LENGTH)?.try_into().ok()?),
            bytes: self.u64()?,
            rows: self.u64()?,
            sheets: self.u16()?,
        })
    }

    fn column(&mut self) -> Option<Column> {
        Column::ALL.get(usize::from(self.byte()?)).copied()
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.u32()?).ok()?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::LimitKind;

    fn written(write: impl FnOnce(&mut FrameWriter<&mut Vec<u8>>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut FrameWriter::new(&mut bytes));
        bytes
    }

    fn frames(bytes: &[u8]) -> Result<Vec<Frame>, IntakeError> {
        let mut reader = FrameReader::new(bytes);
        let mut frames = Vec::new();
        while let Some(frame) = reader.next()? {
            frames.push(frame);
        }
        Ok(frames)
    }

    fn example_events() -> Vec<Event> {
        let cell = |column, text: &str| Cell {
            column,
            position: 300,
            kind: CellKind::Date,
            formula: true,
            text: Personal::from(text),
        };
        let cells = vec![cell(Column::City, "Reno"), cell(Column::ActDate, "")];
        let mut cover = CoverFields::default();
        let value = CoverValue {
            text: "R-1".to_owned(),
            cell: "B2".to_owned(),
        };
        cover.values.insert("request_id".to_owned(), value);
        vec![
            Event::Cover(cover),
            Event::Sheet {
                number: 2,
                name: "Subjects 2".to_owned(),
                columns: vec![(Column::City, 7), (Column::GivenNames, 0)],
            },
            Event::Row(Row::new(2, 1_048_576, true, cells)),
            Event::Finding(Notice::Formulas.finding_about(
                Some(Column::City),
                "m".to_owned(),
                Some("C2".to_owned()),
            )),
            Event::Finding(Notice::CoverDuplicateKey.finding("n".to_owned(), None)),
        ]
    }

    #[test]
    fn everything_reads_back() {
        let events = example_events();
        let summary = Summary {
            format: Format::Csv,
            digest: Digest::of(b"x"),
            bytes: 1 << 40,
            rows: 7,
            sheets: 3,
        };
        let error = IntakeError::limit(LimitKind::Ratio, 200, "part `x`");
        let bytes = written(|writer| {
            for event in &events {
                writer.event(event.clone()).unwrap();
            }
            writer.summary(&summary).unwrap();
            writer.error(&error).unwrap();
        });
        let mut expected: Vec<Frame> = events.into_iter().map(Frame::Event).collect();
        expected.push(Frame::Summary(summary));
        expected.push(Frame::Error(error));
        assert_eq!(frames(&bytes).unwrap(), expected);
    }

    #[test]
    fn a_cut_anywhere_gives_fewer_frames_and_no_other() {
        let bytes = written(|writer| {
            for event in example_events() {
                writer.event(event).unwrap();
            }
        });
        let all = frames(&bytes).unwrap();
        for cut in 0..bytes.len() {
            let some = frames(&bytes[..cut]).unwrap();
            assert!(some.len() < all.len());
            assert_eq!(some, all[..some.len()]);
        }
    }

    proptest! {
        #[test]
        fn hostile_frames_end_in_an_error_or_frames(
            mut bytes in prop::collection::vec(any::<u8>(), 0..200),
            at in 0..200_usize,
            value in any::<u8>(),
        ) {
            let _ = frames(&bytes);
            bytes = written(|writer| {
                for event in example_events() {
                    writer.event(event).unwrap();
                }
            });
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = frames(&bytes);
        }
    }
}
