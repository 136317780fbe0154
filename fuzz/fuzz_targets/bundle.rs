//! Any bytes as an auditor's bundle.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::digest::Digest;

fuzz_target!(|data: &[u8]| {
    let options = verify::Options {
        genesis_digest: Some(Digest::of(b"another deployment")),
    };
    let report = verify::verify(data, &options);
    assert!(
        !report.is_verified(),
        "a bundle of another deployment verifies"
    );
});
