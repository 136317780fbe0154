//! The zip container of xlsx and ods: directory checked before anything is inflated.
//!
//! Place in the flow: opened over the whole file; the readers of xlsx and ods ask for parts by
//! name. Only the central directory is believed (APPNOTE 6.3.10 section 4.3.12), every local header
//! must agree with it, no two entries may share bytes or a name, and a part never inflates beyond
//! what the directory declares for it, which was held against the limits first. Nothing is written
//! to a disk, so a name can lead nowhere.
//!
//! Left to others: what the parts hold.

mod local;
mod part;

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Read, SeekFrom},
};

use flate2::bufread::DeflateDecoder;

use self::part::Content;
pub(crate) use self::part::Part;
use crate::{IntakeError, LimitKind, Limits, Source, error::printable};

const BUFFER_BYTES: usize = 64 * 1024;
const END_BYTES: u64 = 22;
const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
const END64_LOCATOR_SIGNATURE: [u8; 4] = *b"PK\x06\x07";
const END64_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
const ENTRY_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// How often the bytes of all parts together may be inflated, and bytes for which that is not
/// looked at. An ods is read once for its outline and as often as its sheets are out of order.
const OPENED_FACTOR: u64 = 4;
const OPENED_FLOOR_BYTES: u64 = 64 << 20;
/// Bytes of a central directory with all its names.
const DIRECTORY_BYTES: u64 = 8 << 20;

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    method: u16,
    crc: u32,
    compressed: u64,
    inflated: u64,
    /// Where its local header begins, and where its bytes do.
    offset: u64,
    data: u64,
    flags: u16,
}

/// An open archive.
pub(crate) struct Archive<'r> {
    reader: &'r mut dyn Source,
    // INVARIANT: keyed by the name in lower-case ASCII; no two entries overlap.
    entries: BTreeMap<String, Entry>,
    /// Inflated bytes of the parts opened so far, each as often as it was opened.
    opened: u64,
    allowed: u64,
}

/// Little-endian fields, read one after the other.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
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
}

/// Where the directory lies.
struct Directory {
    entries: u64,
    bytes: u64,
    offset: u64,
}

fn truncated() -> IntakeError {
    IntakeError::damaged("the archive", "its directory is missing or cut off")
}

impl<'r> Archive<'r> {
    /// Reads and checks the directory. `bytes` is the size of the file.
    pub(crate) fn open(
        reader: &'r mut dyn Source,
        bytes: u64,
        limits: &Limits,
    ) -> Result<Self, IntakeError> {
        let directory = find_directory(reader, bytes)?;
        if directory.entries > limits.entries {
            let place = "the archive";
            return Err(IntakeError::limit(
                LimitKind::Entries,
                limits.entries,
                place,
            ));
        }
        if directory.bytes > DIRECTORY_BYTES {
            return Err(IntakeError::hostile("the archive", "its directory is huge"));
        }
        let content = read_at(reader, directory.offset, directory.bytes)?;
        let mut entries = parse_directory(&content, directory.entries)?;
        check_layout(&entries, directory.offset)?;
        let total = check_sizes(&entries, limits)?;
        refuse_encrypted(&entries)?;
        local::check(reader, &mut entries, directory.offset)?;
        let entries = index(entries)?;
        Ok(Self {
            reader,
            entries,
            opened: 0,
            allowed: total.saturating_mul(OPENED_FACTOR).max(OPENED_FLOOR_BYTES),
        })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(&name.to_ascii_lowercase())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.values().map(|entry| entry.name.as_str())
    }

    /// Opens a part; `None` if there is none of that name (part names differ in more than case,
    /// ECMA-376 part 2 section 6.2.2.3).
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<Part<'_>>, IntakeError> {
        let Some(entry) = self.entries.get(&name.to_ascii_lowercase()) else {
            return Ok(None);
        };
        self.opened = self.opened.saturating_add(entry.inflated);
        if self.opened > self.allowed {
            let place = part_place(&entry.name);
            return Err(IntakeError::limit(
                LimitKind::OpenedBytes,
                self.allowed,
                place,
            ));
        }
        self.reader
            .seek(SeekFrom::Start(entry.data))
            .map_err(|error| io_failed(&error))?;
        let compressed = BufReader::with_capacity(
            BUFFER_BYTES,
            (self.reader as &mut dyn Read).take(entry.compressed),
        );
        let content = match entry.method {
            0 => Content::Stored(compressed),
            8 => Content::Deflated(DeflateDecoder::new(compressed)),
            method => {
                let what = format!("it is compressed by method {method}, which is not read");
                return Err(IntakeError::damaged(part_place(&entry.name), what));
            }
        };
        Ok(Some(Part::new(content, entry)))
    }
}

/// The name of a part in messages.
pub(crate) fn part_place(name: &str) -> String {
    format!("part `{}`", printable(name))
}

fn io_failed(error: &io::Error) -> IntakeError {
    IntakeError::from_io(error, "the archive")
}

fn read_at(reader: &mut dyn Source, offset: u64, bytes: u64) -> Result<Vec<u8>, IntakeError> {
    reader
        .seek(SeekFrom::Start(offset))
        .map_err(|error| io_failed(&error))?;
    let mut content = Vec::new();
    let count = (reader as &mut dyn Read)
        .take(bytes)
        .read_to_end(&mut content)
        .map_err(|error| io_failed(&error))?;
    if u64::try_from(count) == Ok(bytes) {
        Ok(content)
    } else {
        Err(truncated())
    }
}

/// Finds the end record; its comment must reach exactly to the end of the file.
fn find_directory(reader: &mut dyn Source, bytes: u64) -> Result<Directory, IntakeError> {
    let tail_bytes = bytes.min(END_BYTES + u64::from(u16::MAX));
    let tail_start = bytes.saturating_sub(tail_bytes);
    let tail = read_at(reader, tail_start, tail_bytes)?;
    let at = (0..=tail.len().saturating_sub(22))
        .rev()
        .find(|at| is_end(tail.get(*at..).unwrap_or(&[])))
        .ok_or_else(truncated)?;
    let end = tail_start.saturating_add(at as u64);
    let fields = tail.get(at.saturating_add(4)..).unwrap_or(&[]);
    let directory = parse_end(fields).ok_or_else(truncated)?;
    let (directory, end) = match zip64_end(reader, end)? {
        Some((larger, start)) => (larger.in_place_of(&directory)?, start),
        None => (directory, end),
    };
    let after = directory.offset.checked_add(directory.bytes);
    if after.is_none_or(|after| after > end) {
        return Err(truncated());
    }
    if after != Some(end) {
        let what = "something stands between its directory and its end";
        return Err(IntakeError::hostile("the archive", what));
    }
    Ok(directory)
}

impl Directory {
    /// Takes from the larger record what the usual one has no room for (APPNOTE 4.4.1.4); all else
    /// must be the same in both.
    fn in_place_of(self, usual: &Self) -> Result<Self, IntakeError> {
        let fields = [
            (usual.entries, self.entries, u64::from(u16::MAX)),
            (usual.bytes, self.bytes, u64::from(u32::MAX)),
            (usual.offset, self.offset, u64::from(u32::MAX)),
        ];
        if fields
            .iter()
            .all(|(usual, larger, full)| usual == full || usual == larger)
        {
            return Ok(self);
        }
        let what = "its two end records contradict each other";
        Err(IntakeError::hostile("the archive", what))
    }
}

fn is_end(bytes: &[u8]) -> bool {
    let comment = bytes
        .get(20..22)
        .and_then(|field| field.try_into().ok())
        .map(u16::from_le_bytes);
    bytes.starts_with(&END_SIGNATURE)
        && comment.is_some_and(|comment| usize::from(comment).checked_add(22) == Some(bytes.len()))
}

fn parse_end(bytes: &[u8]) -> Option<Directory> {
    let mut fields = Fields(bytes);
    let (disk, start_disk) = (fields.u16()?, fields.u16()?);
    let (here, entries) = (fields.u16()?, fields.u16()?);
    let (bytes, offset) = (fields.u32()?, fields.u32()?);
    let single = (disk == 0 && start_disk == 0 && here == entries) || disk == u16::MAX;
    single.then_some(Directory {
        entries: u64::from(entries),
        bytes: u64::from(bytes),
        offset: u64::from(offset),
    })
}

/// The larger end record, with its place, of an archive beyond 4 GiB or 65,535 entries, if its locator stands
/// before the end record.
fn zip64_end(reader: &mut dyn Source, end: u64) -> Result<Option<(Directory, u64)>, IntakeError> {
    let Some(at) = end.checked_sub(20) else {
        return Ok(None);
    };
    let locator = read_at(reader, at, 20)?;
    if !locator.starts_with(&END64_LOCATOR_SIGNATURE) {
        return Ok(None);
    }
    let mut fields = Fields(locator.get(8..).unwrap_or(&[]));
    let offset = fields.u64().ok_or_else(truncated)?;
    if offset.checked_add(56).is_none_or(|after| after > at) {
        return Err(truncated());
    }
    let record = read_at(reader, offset, 56)?;
    if !record.starts_with(&END64_SIGNATURE) {
        return Err(truncated());
    }
    let mut fields = Fields(record.get(24..).unwrap_or(&[]));
    let parsed = (|| {
        let (here, entries) = (fields.u64()?, fields.u64()?);
        let (bytes, offset) = (fields.u64()?, fields.u64()?);
        (here == entries).then_some(Directory {
            entries,
            bytes,
            offset,
        })
    })();
    let length = record.get(4..12).and_then(|field| field.try_into().ok());
    let after = length
        .and_then(|field| u64::from_le_bytes(field).checked_add(12))
        .and_then(|bytes| bytes.checked_add(offset));
    if after != Some(at) {
        let what = "something stands between its two end records";
        return Err(IntakeError::hostile("the archive", what));
    }
    let placed = parsed.map(|directory| Some((directory, offset)));
    placed.ok_or_else(truncated)
}

fn parse_directory(bytes: &[u8], count: u64) -> Result<Vec<Entry>, IntakeError> {
    let mut fields = Fields(bytes);
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(parse_entry(&mut fields).ok_or_else(truncated)??);
    }
    if !fields.0.is_empty() {
        let what = "its directory holds more than it declares";
        return Err(IntakeError::hostile("the archive", what));
    }
    Ok(entries)
}

fn parse_entry(fields: &mut Fields<'_>) -> Option<Result<Entry, IntakeError>> {
    if fields.take(4)? != ENTRY_SIGNATURE {
        return None;
    }
    fields.take(4)?;
    let flags = fields.u16()?;
    let method = fields.u16()?;
    fields.take(4)?;
    let crc = fields.u32()?;
    let (compressed, inflated) = (fields.u32()?, fields.u32()?);
    let lengths = [fields.u16()?, fields.u16()?, fields.u16()?];
    fields.take(8)?;
    let offset = fields.u32()?;
    let [name, extra, comment] = lengths.map(usize::from);
    let name = fields.take(name)?;
    let extra = fields.take(extra)?;
    fields.take(comment)?;
    let mut sizes = [
        u64::from(inflated),
        u64::from(compressed),
        u64::from(offset),
    ];
    enlarge(&mut sizes, extra)?;
    let [inflated, compressed, offset] = sizes;
    Some(check_name(name).map(|name| Entry {
        name,
        method,
        crc,
        compressed,
        inflated,
        offset,
        data: 0,
        flags,
    }))
}

/// Replaces each size of `0xFFFFFFFF` by the next 8 bytes of the zip64 extra field (APPNOTE 4.5.3).
fn enlarge(sizes: &mut [u64; 3], extra: &[u8]) -> Option<()> {
    if sizes.iter().all(|size| *size != u64::from(u32::MAX)) {
        return Some(());
    }
    let mut fields = Fields(extra);
    while !fields.0.is_empty() {
        let (tag, length) = (fields.u16()?, fields.u16()?);
        let mut content = Fields(fields.take(usize::from(length))?);
        if tag == 1 {
            for size in sizes
                .iter_mut()
                .filter(|size| **size == u64::from(u32::MAX))
            {
                *size = content.u64()?;
            }
            return Some(());
        }
    }
    None
}

fn check_name(bytes: &[u8]) -> Result<String, IntakeError> {
    let name = String::from_utf8_lossy(bytes).into_owned();
    let tricky = name.is_empty()
        || name.starts_with('/')
        || name.contains(['\\', '\0', ':'])
        || name.split('/').any(|step| matches!(step, ".." | "."));
    if tricky {
        let place = format!("entry `{}`", printable(&name));
        return Err(IntakeError::hostile(
            place,
            "its name leads out of the archive",
        ));
    }
    Ok(name)
}

/// No two entries share bytes, and all lie before the directory.
fn check_layout(entries: &[Entry], directory: u64) -> Result<(), IntakeError> {
    let mut spans: Vec<(u64, u64, &str)> = entries
        .iter()
        .map(|entry| {
            let header = 30_u64.saturating_add(entry.name.len() as u64);
            let end = entry
                .offset
                .saturating_add(header)
                .saturating_add(entry.compressed);
            (entry.offset, end, entry.name.as_str())
        })
        .collect();
    spans.sort_unstable();
    let nexts = spans.iter().skip(1).map(|span| span.0).chain([directory]);
    for ((_, end, name), next) in spans.iter().zip(nexts) {
        if *end > next {
            let what = "its bytes overlap those of another entry or the directory";
            return Err(IntakeError::hostile(part_place(name), what));
        }
    }
    Ok(())
}

/// Gives the bytes of all entries inflated.
fn check_sizes(entries: &[Entry], limits: &Limits) -> Result<u64, IntakeError> {
    let mut total = 0_u64;
    for entry in entries {
        total = total.saturating_add(entry.inflated);
        let allowed = entry.compressed.saturating_mul(limits.ratio);
        if entry.inflated > Limits::RATIO_FROM_BYTES && entry.inflated > allowed {
            let place = part_place(&entry.name);
            return Err(IntakeError::limit(LimitKind::Ratio, limits.ratio, place));
        }
    }
    if total > limits.inflated_bytes {
        let place = "the archive";
        return Err(IntakeError::limit(
            LimitKind::InflatedBytes,
            limits.inflated_bytes,
            place,
        ));
    }
    Ok(total)
}

fn index(entries: Vec<Entry>) -> Result<BTreeMap<String, Entry>, IntakeError> {
    let mut map = BTreeMap::new();
    for entry in entries {
        let key = entry.name.to_ascii_lowercase();
        let place = part_place(&entry.name);
        if map.insert(key, entry).is_some() {
            return Err(IntakeError::hostile(place, "the archive holds it twice"));
        }
    }
    Ok(map)
}

/// An entry under a password says so in its flags.
fn refuse_encrypted(entries: &[Entry]) -> Result<(), IntakeError> {
    if entries.iter().any(|entry| entry.flags & 1 != 0) {
        return Err(IntakeError::Encrypted);
    }
    Ok(())
}
