//! Any bytes as a match plane and as an index: refused, or read without harm.
#![no_main]

use identity::{blocking::record_keys, found::FoundSet};
use libfuzzer_sys::fuzz_target;
use model::id::RecordNumber;
use register::{index::Index, match_plane::MatchPlane};
use standard::name::standard_name;

/// People of the register the seeds are of.
const PEOPLE: u32 = 60;

fuzz_target!(|data: &[u8]| {
    if let Ok(plane) = MatchPlane::read(data) {
        for record in 0..plane.people().min(PEOPLE) {
            let _ = plane.record(RecordNumber(record));
        }
        for (name, bearers) in plane.given_tokens().iter().take(20) {
            let _ = (plane.given_tokens().neighbourhood(name), bearers);
        }
    }
    if let Ok(index) = Index::read(data, PEOPLE) {
        let name = standard_name("Maria Elena", "Garcia", "");
        let birth = model::time::parse_date("1980-02-29").ok();
        let keys = record_keys(&name, birth, None, &[]);
        let mut found = FoundSet::default();
        let _ = index.find(&keys, &[1979, 1980], &mut found);
        assert!(found.finish().iter().all(|found| found.record.0 < PEOPLE));
    }
});
