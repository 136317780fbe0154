//! `countersign-builder`: see the library's page.
//!
//! Place in the flow: hands the process's arguments to [`countersign_builder::command`].
//!
//! Left to others: everything else.

use std::process::ExitCode;

/// Sealing makes and drops many small values on all threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    countersign_builder::command::run(std::env::args_os()).into()
}
