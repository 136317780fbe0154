//! Any bytes as a sealed entry, a record header, a delivery.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::{
    delivery::{GateDelivery, KeeperShares},
    entry::SealedEntry,
    header::RecordHeader,
};

fuzz_target!(|data: &[u8]| {
    if let Ok(entry) = SealedEntry::parse(data) {
        assert_eq!(entry.to_bytes(), data, "an entry has one form");
    }
    if let Ok(header) = RecordHeader::parse(data) {
        assert_eq!(header.to_bytes(), data, "a header has one form");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(delivery) = KeeperShares::parse(text) {
            assert_eq!(delivery.to_text().as_str(), text, "a delivery has one form");
        }
        let _ = GateDelivery::parse(text);
    }
});
