//! Any bytes as a workbook, archive and all.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = countersign_fuzz::read(data, "request.xlsx");
    let _ = countersign_fuzz::read(data, "request.ods");
});
