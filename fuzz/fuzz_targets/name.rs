//! Any text as a name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use standard::name::standard_name;

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, '\n');
    let mut next = || parts.next().unwrap_or_default();
    let (given, surnames, suffix) = (next(), next(), next());
    let once = standard_name(given, surnames, suffix);
    assert_eq!(once, standard_name(given, surnames, suffix));
});
