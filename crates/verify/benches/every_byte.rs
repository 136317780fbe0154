//! Changes every byte of a bundle, one at a time, and sees each change refused.
//!
//! Place in the flow: the part `demo` of `cargo xtask test`, on the bundles it left; by hand
//! `cargo bench -p countersign-verify --bench every_byte -- BUNDLE…`. It measures nothing: it is a bench
//! so that it is built optimised and runs only when it is named.
//!
//! Left to others: telling what is wrong with a bundle (the checks).

use std::{
    fs,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use countersign_verify::{Options, is_bundle, verify};

/// Whether the checker takes these bytes for a good bundle.
fn passes(bytes: &[u8], options: &Options) -> bool {
    is_bundle(bytes) && verify(bytes, options).is_verified()
}

/// The bits that are flipped, a different one from byte to byte; 0x20 turns letters over.
const MASKS: [u8; 4] = [0x20, 0x01, 0x80, 0x04];

/// Places whose change went unnoticed.
fn unnoticed(bytes: &[u8]) -> Vec<usize> {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let start = |_| {
            scope.spawn(|| {
                let options = Options::default();
                let mut changed = bytes.to_vec();
                let mut found = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(byte) = changed.get_mut(place) else {
                        return found;
                    };
                    let mask = MASKS.iter().cycle().nth(place % MASKS.len()).copied();
                    let mask = mask.unwrap_or(1);
                    *byte ^= mask;
                    if passes(&changed, &options) {
                        found.push(place);
                    }
                    if let Some(byte) = changed.get_mut(place) {
                        *byte ^= mask;
                    }
                }
            })
        };
        let handles: Vec<_> = (0..workers).map(start).collect();
        let found = handles.into_iter().map(|handle| handle.join());
        found
            .flat_map(|found| found.unwrap_or_else(|_| vec![usize::MAX]))
            .collect()
    })
}

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in std::env::args().skip(1).filter(|word| word != "--bench") {
        let Ok(bytes) = fs::read(&path) else {
            eprintln!("`{path}` cannot be read");
            return ExitCode::from(2);
        };
        if !passes(&bytes, &Options::default()) {
            eprintln!("`{path}` does not verify to begin with");
            return ExitCode::from(1);
        }
        let found = unnoticed(&bytes);
        println!(
            "{path}: {} bytes changed one at a time, {} unnoticed",
            bytes.len(),
            found.len()
        );
        if !found.is_empty() {
            eprintln!(
                "first unnoticed: {:?}",
                found.iter().take(10).collect::<Vec<_>>()
            );
            code = ExitCode::from(1);
        }
    }
    code
}
