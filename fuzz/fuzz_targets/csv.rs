//! Any bytes as a csv.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let first = countersign_fuzz::read(data, "request.csv");
    let again = countersign_fuzz::read(data, "request.csv");
    assert_eq!(
        first.map(|c| c.rows),
        again.map(|c| c.rows),
        "the same bytes, the same rows"
    );
});
