//! `countersign-lab completions`: shell completions on stdout.
//!
//! Place in the flow: for packagers and shells.
//!
//! Left to others: everything else.

use clap::CommandFactory;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  countersign-lab completions bash > /etc/bash_completion.d/countersign-lab"
)]
pub struct Arguments {
    /// Which shell.
    shell: Shell,
}

/// Prints the completions.
pub fn run(arguments: &Arguments) {
    let mut command = super::CommandLine::command();
    clap_complete::generate(
        arguments.shell,
        &mut command,
        "countersign-lab",
        &mut std::io::stdout(),
    );
}
