//! Any text as an address, on one line and in its columns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use standard::address::{AddressText, problems, standardize, standardize_line};

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let columns = AddressText {
        line_1: next(),
        line_2: next(),
        city: next(),
        state: next(),
        postal_code: next(),
    };
    if let Ok(address) = standardize(&columns) {
        assert!(
            problems(&columns)
                .iter()
                .all(|problem| problem.is_question())
        );
        assert_eq!(
            standardize(&columns).map(|a| a.delivery_line()),
            Ok(address.delivery_line())
        );
    }
    let _ = standardize_line(text);
});
