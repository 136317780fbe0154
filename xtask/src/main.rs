//! `cargo xtask`: everything one does to this repository that is more than one cargo command.
//!
//! Place in the flow: beside the workspace. It is compiled first on a fresh clone, so it uses the
//! standard library alone. One file for each command; [`tidy`] holds the house rules that no lint knows.
//!
//! Left to others: what is built and shown (the crates), what runs on a server (`.ci/run`).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod away;
mod bench;
mod bench_addresses;
mod bench_build;
mod bench_examine;
mod bench_link;
mod bench_lookup;
mod demo;
mod docs;
mod failure;
mod fuzz;
mod json;
mod process;
mod python;
mod scratch;
mod setup;
mod tamper;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use crate::{failure::Failure, workspace::Workspace};

const HELP: &str = "\
cargo xtask COMMAND

  setup [--all]       check what the demo needs (--all: what the tests need) and install it where possible
  demo [ARGUMENT…]    build and run the demonstration; arguments go to `countersign-lab demo`
                      (--people N, --rows N, --seed N, --out DIR, --request FILE)
  test [NAME…] [--all]
                      run all parts, or the named ones: fmt tidy clippy unit docs demo fresh fuzz
                      (fresh and fuzz only with --all or by name)
  fuzz [TARGET…] [--cases N | --in-all N]
                      run the fuzz targets (nightly compiler)
  bench NAME          measure; fresh [--cold]: from a clone to a finished demo;
                      addresses: labelled addresses beside usaddress from PyPI;
                      build [--people N]…: a register built and sealed whole;
                      examine [--rows N]: a large request beside Python libraries merely reading it;
                      link [--people N]… [--rows N] [--labelled|--nation]: the matchers beside Splink;
                      lookup [--people N]…: one row against a nation, beside Splink
  tidy                check the house rules
  docs                write the generated pages again and build the book
  help                print this

Exit codes: 0 done; 1 something failed; 2 usage; 4 something needed is missing.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure != Failure::Told {
                eprintln!("xtask: {failure}");
            }
            failure.exit_code()
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    let Some((command, rest)) = arguments.split_first() else {
        println!("{HELP}");
        return Err(Failure::Usage("no command was given".to_owned()));
    };
    if rest
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        println!("{HELP}");
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match command.as_str() {
        "setup" => setup::run(&workspace, setup::Extent::read(rest)?),
        "demo" => demo::run(&workspace, rest),
        "test" => {
            setup::run(&workspace, setup::Extent::Tests)?;
            test::run(&workspace, rest)
        }
        "fuzz" => fuzz::run(&workspace, rest),
        "bench" => bench::run(&workspace, rest),
        "tidy" => tidy::run(&workspace),
        "docs" => docs::run(&workspace),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(Failure::Usage(format!(
            "`{other}` is no command; `cargo xtask help` lists them"
        ))),
    }
}
