//! The local headers of an archive, held against its directory.
//!
//! Place in the flow: when an archive is opened, before any part is. Some programs read an archive
//! from its front and believe the local headers: those must say what the directory says, and
//! nothing may stand between the entries that only such a program would see (APPNOTE 6.3.10
//! sections 4.3.7 and 4.3.9).
//!
//! Left to others: the directory itself.

use super::{Entry, Fields, enlarge, part_place, read_at, truncated};
use crate::{IntakeError, Source};

const SIGNATURE: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR_SIGNATURE: [u8; 4] = *b"PK\x07\x08";
const HEADER_BYTES: u64 = 30;
/// A data descriptor with signature and sizes of 64 bits.
const DESCRIPTOR_BYTES: u64 = 24;
/// Flags that change how an entry is read: encryption, descriptor, strong encryption, UTF-8 names,
/// masked headers. Others say how it was compressed.
const FLAGS: u16 = 1 | 1 << 3 | 1 << 6 | 1 << 11 | 1 << 13;
/// Sizes and checksum stand in a descriptor behind the bytes.
const HAS_DESCRIPTOR: u16 = 1 << 3;

/// Checks each local header and the bytes between the entries, and notes where their bytes begin.
/// The entries must not overlap.
pub(super) fn check(
    reader: &mut dyn Source,
    entries: &mut [Entry],
    directory: u64,
) -> Result<(), IntakeError> {
    let mut order: Vec<&mut Entry> = entries.iter_mut().collect();
    order.sort_by_key(|entry| entry.offset);
    let mut nexts: Vec<u64> = order.iter().skip(1).map(|entry| entry.offset).collect();
    nexts.push(directory);
    let first = order.first().map_or(directory, |entry| entry.offset);
    if first != 0 {
        let what = "something stands before its first entry";
        return Err(IntakeError::hostile("the archive", what));
    }
    for (entry, next) in order.into_iter().zip(nexts) {
        entry.data = check_header(reader, entry)?;
        let end = entry.data.saturating_add(entry.compressed);
        check_gap(reader, entry, end, next)?;
    }
    Ok(())
}

/// Holds a local header against the directory; gives where the bytes begin.
fn check_header(reader: &mut dyn Source, entry: &Entry) -> Result<u64, IntakeError> {
    let place = || part_place(&entry.name);
    let header = read_at(reader, entry.offset, HEADER_BYTES)?;
    if !header.starts_with(&SIGNATURE) {
        return Err(IntakeError::damaged(place(), "its local header is missing"));
    }
    let mut fields = Fields(header.get(6..).unwrap_or(&[]));
    let parsed = (|| {
        let (flags, method) = (fields.u16()?, fields.u16()?);
        fields.take(4)?;
        let (crc, compressed, inflated) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name, extra) = (fields.u16()?, fields.u16()?);
        let sizes = [u64::from(inflated), u64::from(compressed), 0];
        Some((flags, method, crc, sizes, u64::from(name), u64::from(extra)))
    })();
    let (flags, method, crc, mut sizes, name, extra) = parsed.ok_or_else(truncated)?;
    let after = entry.offset.saturating_add(HEADER_BYTES);
    let rest = read_at(reader, after, name.saturating_add(extra))?;
    let at = usize::try_from(name).unwrap_or(usize::MAX);
    let (local_name, local_extra) = rest.split_at_checked(at).ok_or_else(truncated)?;
    if String::from_utf8_lossy(local_name) != entry.name.as_str() {
        let what = "its local header has another name than the directory";
        return Err(IntakeError::hostile(place(), what));
    }
    enlarge(&mut sizes, local_extra).ok_or_else(truncated)?;
    let same = flags & FLAGS == entry.flags & FLAGS && method == entry.method;
    let is_told_later = flags & HAS_DESCRIPTOR != 0;
    let sized = crc == entry.crc && sizes == [entry.inflated, entry.compressed, 0];
    if !same || !(is_told_later || sized) {
        let what = "its local header contradicts the directory";
        return Err(IntakeError::hostile(place(), what));
    }
    Ok(after.saturating_add(name).saturating_add(extra))
}

/// Between the end of an entry's bytes and what comes next stands its descriptor, if it has one, and
/// nothing else.
fn check_gap(
    reader: &mut dyn Source,
    entry: &Entry,
    end: u64,
    next: u64,
) -> Result<(), IntakeError> {
    let Some(bytes) = next.checked_sub(end) else {
        let what = "its bytes overlap those of another entry or the directory";
        return Err(IntakeError::hostile(part_place(&entry.name), what));
    };
    if bytes == 0 {
        return Ok(());
    }
    let may_have = entry.flags & HAS_DESCRIPTOR != 0 && bytes <= DESCRIPTOR_BYTES;
    if may_have && is_descriptor(&read_at(reader, end, bytes)?, entry) {
        return Ok(());
    }
    let what = "something stands behind it that is no part of the archive";
    Err(IntakeError::hostile(part_place(&entry.name), what))
}

fn is_descriptor(bytes: &[u8], entry: &Entry) -> bool {
    // The checksum may by chance begin as the signature does.
    let without = bytes.strip_prefix(&DESCRIPTOR_SIGNATURE);
    [Some(bytes), without].into_iter().flatten().any(|bytes| {
        let mut fields = Fields(bytes);
        let sizes = [entry.compressed, entry.inflated];
        let crc = fields.u32() == Some(entry.crc);
        let found = match fields.0.len() {
            8 => [fields.u32(), fields.u32()].map(|size| size.map(u64::from)),
            16 => [fields.u64(), fields.u64()],
            _ => return false,
        };
        crc && found == sizes.map(Some)
    })
}
