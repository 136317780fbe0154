//! What the fuzz targets share: a sink that counts, and archives around one hostile part.
//!
//! Place in the flow: outside it; `cargo xtask fuzz` runs every target on the good and bad vectors of
//! `spec/vectors` and on what the fuzzer makes of them.
//!
//! Left to others: what each parser must hold to (the targets).

use std::io::{Cursor, Write as _};

use intake::{Collected, Limits};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The limits of a gate, but no case may take long: what they refuse is refused sooner.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        input_bytes: 1 << 20,
        inflated_bytes: 1 << 24,
        shared_string_bytes: 1 << 22,
        rows: 5_000,
        ..Limits::standard()
    }
}

/// Reads a file; gives what was read where it could be.
#[must_use]
pub fn read(bytes: &[u8], name: &str) -> Option<Collected> {
    let mut collected = Collected::default();
    match intake::read(Cursor::new(bytes), name, &limits(), &mut collected) {
        Ok(summary) => {
            assert_eq!(
                summary.rows,
                collected.rows.len() as u64,
                "rows counted and rows delivered"
            );
            Some(collected)
        }
        Err(error) => {
            let words = error.to_string();
            assert!(
                !words.is_empty() && words.len() < 1_000,
                "an error in few words: {words}"
            );
            None
        }
    }
}

/// An archive of these entries, stored uncompressed so that the fuzzer sees through to them.
#[must_use]
pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        if zip.start_file(*name, options).is_err() || zip.write_all(bytes).is_err() {
            return Vec::new();
        }
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// Cuts data at the first marker byte: two hostile parts of one case.
#[must_use]
pub fn cut(data: &[u8]) -> (&[u8], &[u8]) {
    let place = data.iter().position(|byte| *byte == 0xff);
    match place {
        Some(place) => (&data[..place], &data[place + 1..]),
        None => (data, &[]),
    }
}
