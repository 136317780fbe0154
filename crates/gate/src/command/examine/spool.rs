//! Which row has which findings, compactly, on disk where it grows large.
//!
//! Place in the flow: filled in the order of the rows while a request is read; read once or twice
//! when everything is known that only all rows together show. The file is deleted as soon as it is
//! open, so nothing of it outlives the process. It holds no value of any cell.
//!
//! Left to others: the texts ([`super::found`]).

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::PathBuf,
    sync::Arc,
};

use model::finding::FindingView;
use thiserror::Error;

use super::found::{Found, FoundText, Place, Text, TextId};
use crate::files::FileError;

/// Bytes kept in memory before a file is made.
const IN_MEMORY: usize = 4 << 20;

/// The findings of one row on its own cells, as coded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpooledRow {
    /// Sheet of subjects, counted from 1.
    pub sheet: u16,
    /// The sheet's own row number.
    pub row: u32,
    /// In the order of the rules.
    pub found: Vec<Found>,
}

/// The findings cannot be read back: a fault of ours, or of the disk.
#[derive(Debug, Error)]
#[error("the findings kept on disk do not read back")]
pub struct Damaged;

/// Codes a row behind others.
pub fn encode(row: &SpooledRow, out: &mut Vec<u8>) {
    number(u32::from(row.sheet), out);
    number(row.row, out);
    number(u32::try_from(row.found.len()).unwrap_or(u32::MAX), out);
    for found in &row.found {
        match &found.text {
            FoundText::Kept(id) => number(id.0.saturating_add(1), out),
            FoundText::Own(text) => {
                number(0, out);
                // A view of strings always has a JSON form.
                text_bytes(&serde_json::to_vec(&text.at(None)).unwrap_or_default(), out);
            }
        }
        match &found.place {
            Place::Row => number(0, out),
            Place::Named(name) => {
                number(1, out);
                text_bytes(name.as_bytes(), out);
            }
            Place::Column(column) => number(u32::from(*column).saturating_add(2), out),
        }
    }
}

fn number(mut value: u32, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

fn text_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    number(u32::try_from(bytes.len()).unwrap_or(u32::MAX), out);
    out.extend_from_slice(bytes);
}

/// Reads what [`encode`] wrote.
struct Decoder<'b> {
    rest: &'b [u8],
}

impl<'b> Decoder<'b> {
    fn number(&mut self) -> Result<u32, Damaged> {
        let mut value = 0_u32;
        for shift in (0..35).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Damaged)?;
            self.rest = rest;
            value |= u32::from(byte & 0x7f).checked_shl(shift).ok_or(Damaged)?;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Damaged)
    }

    fn bytes(&mut self) -> Result<&'b [u8], Damaged> {
        let length = usize::try_from(self.number()?).map_err(|_| Damaged)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Damaged)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn found(&mut self) -> Result<Found, Damaged> {
        let text = match self.number()?.checked_sub(1) {
            Some(id) => FoundText::Kept(TextId(id)),
            None => {
                let view: FindingView =
                    serde_json::from_slice(self.bytes()?).map_err(|_| Damaged)?;
                FoundText::Own(Arc::new(Text::from(&view)))
            }
        };
        let place = match self.number()? {
            0 => Place::Row,
            1 => Place::Named(
                std::str::from_utf8(self.bytes()?)
                    .map_err(|_| Damaged)?
                    .into(),
            ),
            column => Place::Column(u16::try_from(column.saturating_sub(2)).map_err(|_| Damaged)?),
        };
        Ok(Found { text, place })
    }

    fn row(&mut self, row: &mut SpooledRow) -> Result<(), Damaged> {
        row.sheet = u16::try_from(self.number()?).map_err(|_| Damaged)?;
        row.row = self.number()?;
        row.found.clear();
        for _ in 0..self.number()? {
            let found = self.found()?;
            row.found.push(found);
        }
        Ok(())
    }
}

/// Blocks of coded rows, in memory first and then in a file.
#[derive(Debug, Default)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<File>,
    /// Length of each block, in the order of writing.
    blocks: Vec<u32>,
    written: u64,
}

impl Spool {
    /// Adds a block of whole rows.
    pub fn append(&mut self, block: &[u8]) -> Result<(), FileError> {
        self.blocks
            .push(u32::try_from(block.len()).unwrap_or(u32::MAX));
        self.memory.extend_from_slice(block);
        if self.memory.len() > IN_MEMORY {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FileError> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => temporary()?,
        };
        file.write_all(&self.memory).map_err(of_temporary)?;
        let bytes = u64::try_from(self.memory.len()).unwrap_or(u64::MAX);
        self.written = self.written.saturating_add(bytes);
        self.memory.clear();
        self.file = Some(file);
        Ok(())
    }

    /// The rows in the order of writing.
    pub fn rows(&self) -> SpoolRows<'_> {
        SpoolRows {
            spool: self,
            blocks: self.blocks.iter(),
            from: 0,
            block: Vec::new(),
            read: 0,
        }
    }

    fn block(&self, from: u64, length: usize, block: &mut Vec<u8>) -> Result<(), anyhow::Error> {
        block.clear();
        if let Some(start) = from.checked_sub(self.written) {
            let start = usize::try_from(start).map_err(|_| Damaged)?;
            let kept = self.memory.get(start..).and_then(|rest| rest.get(..length));
            block.extend_from_slice(kept.ok_or(Damaged)?);
            return Ok(());
        }
        block.resize(length, 0);
        let file = self.file.as_ref().ok_or(Damaged)?;
        file.read_exact_at(block, from).map_err(of_temporary)?;
        Ok(())
    }
}

fn of_temporary(source: std::io::Error) -> FileError {
    FileError::Access {
        path: std::env::temp_dir(),
        source,
    }
}

/// A new file without a name, readable by nobody else.
fn temporary() -> Result<File, FileError> {
    let folder = std::env::temp_dir();
    for attempt in 0..100 {
        let name = format!(".countersign-findings-{}-{attempt}", std::process::id());
        let path: PathBuf = folder.join(name);
        let made = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        match made {
            Ok(file) => {
                std::fs::remove_file(&path).map_err(of_temporary)?;
                return Ok(file);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(of_temporary(error)),
        }
    }
    Err(of_temporary(std::io::ErrorKind::AlreadyExists.into()))
}

/// Reads a spool row by row.
#[derive(Debug)]
pub struct SpoolRows<'s> {
    spool: &'s Spool,
    blocks: std::slice::Iter<'s, u32>,
    from: u64,
    block: Vec<u8>,
    read: usize,
}

impl SpoolRows<'_> {
    /// The next row into `row`; `false` after the last one.
    pub fn next(&mut self, row: &mut SpooledRow) -> Result<bool, anyhow::Error> {
        while self.read >= self.block.len() {
            let Some(length) = self.blocks.next() else {
                return Ok(false);
            };
            let bytes = usize::try_from(*length).map_err(|_| Damaged)?;
            self.spool.block(self.from, bytes, &mut self.block)?;
            self.from = self.from.saturating_add(u64::from(*length));
            self.read = 0;
        }
        let mut decoder = Decoder {
            rest: self.block.get(self.read..).ok_or(Damaged)?,
        };
        decoder.row(row)?;
        self.read = self.block.len().saturating_sub(decoder.rest.len());
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use model::finding::FindingClass;

    use super::*;

    fn row(sheet: u16, row: u32, found: Vec<Found>) -> SpooledRow {
        SpooledRow { sheet, row, found }
    }

    fn sample(number: u32) -> SpooledRow {
        let own = Text {
            rule: "a.b".to_owned(),
            class: FindingClass::Deferred,
            citation: "c".to_owned(),
            message: format!("message {number} \"quoted\" é"),
            remedy: "r".to_owned(),
        };
        let found = vec![
            Found {
                text: FoundText::Kept(TextId(number)),
                place: Place::Column(u16::try_from(number % 16_384).unwrap()),
            },
            Found {
                text: FoundText::Own(Arc::new(own)),
                place: Place::Named("line 7".into()),
            },
            Found {
                text: FoundText::Kept(TextId(0)),
                place: Place::Row,
            },
        ];
        let length = usize::try_from(number % 4).unwrap();
        row(1, number, found.into_iter().take(length).collect())
    }

    fn read_all(spool: &Spool) -> Vec<SpooledRow> {
        let mut rows = spool.rows();
        let mut all = Vec::new();
        let mut row = SpooledRow::default();
        while rows.next(&mut row).unwrap() {
            all.push(row.clone());
        }
        all
    }

    #[test]
    fn rows_read_back_from_memory_and_from_disk() {
        for (blocks, rows) in [(0, 0), (1, 1), (3, 5), (60, 4000)] {
            let mut spool = Spool::default();
            let mut all = Vec::new();
            for block in 0..blocks {
                let mut bytes = Vec::new();
                for number in 0..rows {
                    let row = sample(block * rows + number);
                    encode(&row, &mut bytes);
                    all.push(row);
                }
                spool.append(&bytes).unwrap();
            }
            assert_eq!(spool.file.is_some(), blocks == 60);
            assert_eq!(read_all(&spool), all);
            assert_eq!(read_all(&spool), all, "a second time");
        }
    }

    #[test]
    fn numbers_of_any_size_read_back() {
        for value in [0, 1, 127, 128, 16_383, 16_384, 1 << 28, u32::MAX] {
            let mut bytes = Vec::new();
            number(value, &mut bytes);
            assert_eq!(Decoder { rest: &bytes }.number().unwrap(), value);
        }
    }

    #[test]
    fn damage_is_an_error() {
        let mut bytes = Vec::new();
        encode(&sample(7), &mut bytes);
        for length in 1..bytes.len() {
            let mut spool = Spool::default();
            spool.append(&bytes[..length]).unwrap();
            assert!(spool.rows().next(&mut SpooledRow::default()).is_err());
        }
    }
}
