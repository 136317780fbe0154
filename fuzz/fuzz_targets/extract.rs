//! Any bytes as an extract in csv: each row is read or named in an error, and reading ends.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use register::extract::read_csv;

fuzz_target!(|data: &[u8]| {
    if let Ok(rows) = read_csv(Cursor::new(data.to_vec())) {
        let most = data.len() + 2;
        assert!(rows.take(most + 1).count() <= most, "more rows than bytes");
    }
});
