//! Any bytes as an envelope, a warrant, a leaf, or a message between gate and keeper.
#![no_main]

use instrument::{
    agreement::Agreement,
    envelope::Envelope,
    leaf::Leaf,
    signed::Signed,
    statement::Statement,
    warrant::Warrant,
    wire::{Ask, Reply},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(envelope) = Envelope::parse(data) {
        assert_eq!(envelope.to_bytes(), data, "an envelope has one form");
    }
    if let Ok(warrant) = Warrant::parse(data) {
        assert_eq!(warrant.to_bytes(), data, "a warrant has one form");
    }
    if let Ok(ask) = Ask::parse(data) {
        assert_eq!(ask.to_bytes(), data, "an ask has one form");
    }
    if let Ok(reply) = Reply::parse(data) {
        assert_eq!(reply.to_bytes(), data, "a reply has one form");
    }
    if let Ok(leaf) = Leaf::from_entry(data) {
        assert_eq!(leaf.entry(), data, "a leaf has one form");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(agreement) = Signed::<Agreement>::parse(text) {
            assert_eq!(agreement.render(), text, "an agreement has one form");
        }
        if let Ok(statement) = Signed::<Statement>::parse(text) {
            assert_eq!(statement.render(), text, "a statement has one form");
        }
    }
});
