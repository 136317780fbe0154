//! Any bytes as the content of an ods.
#![no_main]

use countersign_fuzz::{archive, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let bytes = archive(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", data),
    ]);
    let _ = read(&bytes, "request.ods");
});
