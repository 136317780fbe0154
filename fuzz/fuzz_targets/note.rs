//! Any bytes as a signed note, a checkpoint, a signature line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use note::{Note, SignatureLine};
use translog::Checkpoint;

fuzz_target!(|data: &[u8]| {
    if let Ok(note) = Note::parse_bytes(data) {
        assert_eq!(note.render().as_bytes(), data, "a note has one form");
        if let Ok(head) = Checkpoint::parse(note.text()) {
            assert_eq!(head.text(), note.text(), "a checkpoint has one form");
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(line) = text.parse::<SignatureLine>() {
            assert_eq!(line.to_string(), text, "a signature line has one form");
        }
    }
});
