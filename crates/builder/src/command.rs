//! The command line: reads inputs and the clock, builds, prints, gives an exit code.
//!
//! Place in the flow: called by `main`; the only part that reads the clock and the terminal.
//!
//! Left to others: the build (epoch).

use std::{
    error::Error as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};
use clap_complete::Shell;
use indicatif::{ProgressBar, ProgressStyle};
use instrument::{
    document::Document as _,
    genesis::Genesis,
    manifest::Manifest,
    signed::{Signed, SignedError},
};
use model::{
    fault::{ExitStatus, Explain as _},
    id::Epoch,
    time::Instant,
};
use note::{Note, SigningKey};
use zeroize::Zeroizing;

use crate::{
    epoch::{EpochOrder, build_epoch},
    error::BuilderError,
    folder::replace,
    recipients::{KeeperRecipient, Receiver, Recipients},
    report::EpochReport,
};

/// Builds and seals one epoch of a register, offline.
#[derive(Debug, Parser)]
#[command(name = "countersign-builder", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build and seal one epoch from an extract
    Build(BuildArguments),
    /// Add the data owner's signature to a manifest that the builder signed
    Countersign(CountersignArguments),
    /// Print a shell's completions
    Completions {
        /// The shell
        shell: Shell,
    },
}

const EXAMPLES: &str = "\
The recipients file has one line for each keeper of the genesis and one for the gate:
    keeper north age1…
    gate age1…

Examples:
    countersign-builder build --extract extract.parquet --genesis genesis.note \\
        --key builder.key --data-owner-key owner.key --out epoch-1
    countersign-builder build --extract extract.csv --genesis genesis.note --key builder.key \\
        --recipients recipients.txt --name RETURNS-2026 --out epoch-1 --json

Exit codes: 0 built; 2 usage or unreadable input; 3 refused (signatures, keys, taxpayer numbers); 4 disk or
generator unavailable.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct BuildArguments {
    /// The extract: csv or Parquet, one row a person and tax period
    #[arg(long, value_name = "FILE")]
    extract: PathBuf,
    /// The deployment's signed genesis
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// The builder's private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The data owner's private key; without it the owner countersigns the manifest elsewhere
    #[arg(long, value_name = "FILE")]
    data_owner_key: Option<PathBuf>,
    /// The folder to build into; new or empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Recipients of shares [default: `recipients.txt` beside the genesis, where there is one]
    #[arg(long, value_name = "FILE")]
    recipients: Option<PathBuf>,
    /// A keeper's recipient, `ID=age1…`; in addition to the file's
    #[arg(long, value_name = "ID=AGE")]
    keeper_recipient: Vec<KeeperRecipient>,
    /// The gate's recipient
    #[arg(long, value_name = "AGE")]
    gate_recipient: Option<age::x25519::Recipient>,
    /// First part of the register's id
    #[arg(long, value_name = "NAME", default_value = "REGISTER")]
    name: String,
    /// Number of the epoch
    #[arg(long, value_name = "NUMBER", default_value_t = Epoch(1))]
    epoch: Epoch,
    /// The time the manifest states, for example 2026-11-21T19:45:32Z [default: now]
    #[arg(long, value_name = "INSTANT")]
    built_at: Option<Instant>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
    countersign-builder countersign epoch-1/manifest.note --key owner.key --genesis genesis.note

Exit codes: 0 signed; 2 usage or unreadable input; 4 disk unavailable.")]
struct CountersignArguments {
    /// The manifest; the signature is added to it
    #[arg(value_name = "MANIFEST")]
    manifest: PathBuf,
    /// The data owner's private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The deployment's signed genesis, whose builder must have signed the manifest
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
}

/// Runs the command of these arguments, the program's name first.
pub fn run<I, T>(arguments: I) -> ExitStatus
where
    I: IntoIterator<Item = T>,
    T: Into<std::ffi::OsString> + Clone,
{
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    match arguments.command {
        Command::Completions { shell } => {
            let mut text = Vec::new();
            let name = "countersign-builder";
            clap_complete::generate(shell, &mut Arguments::command(), name, &mut text);
            say(&text);
            ExitStatus::Done
        }
        Command::Countersign(arguments) => match countersign(&arguments) {
            Ok(()) => ExitStatus::Done,
            Err(error) => fail(&error),
        },
        Command::Build(arguments) => match build(&arguments) {
            Ok(report) => print(&report, arguments.json),
            Err(error) => fail(&error),
        },
    }
}

fn usage(error: &clap::Error) -> ExitStatus {
    // A closed standard output is no reason for another exit code.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitStatus::Done,
        _ => ExitStatus::Unreadable,
    }
}

fn fail(error: &BuilderError) -> ExitStatus {
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because {cause}");
        source = cause.source();
    }
    error.fault().into()
}

fn print(report: &EpochReport, json: bool) -> ExitStatus {
    let text = if json {
        serde_json::to_string(report).map(|text| text + "\n")
    } else {
        Ok(report.to_string())
    };
    match text {
        Ok(text) => {
            say(text.as_bytes());
            ExitStatus::Done
        }
        Err(error) => {
            eprintln!("error: the report cannot be written: {error}");
            ExitStatus::Findings
        }
    }
}

/// Prints to standard output. That nobody reads on is no reason to fail: what was built is built.
fn say(text: &[u8]) {
    let _ = io::stdout().write_all(text);
}

fn build(arguments: &BuildArguments) -> Result<EpochReport, BuilderError> {
    let genesis = read_genesis(&arguments.genesis)?;
    let builder = read_key(&arguments.key)?;
    let owner = arguments
        .data_owner_key
        .as_deref()
        .map(read_key)
        .transpose()?;
    let recipients = read_recipients(arguments)?;
    let order = EpochOrder {
        extract: &arguments.extract,
        genesis: genesis.document(),
        name: &arguments.name,
        epoch: arguments.epoch,
        recipients: &recipients,
        builder: &builder,
        data_owner: owner.as_ref(),
        built_at: arguments.built_at.unwrap_or_else(now),
    };
    let bar = progress_bar();
    let report = build_epoch(&order, &arguments.out, &|stage| {
        bar.set_message(stage.words())
    });
    bar.finish_and_clear();
    report
}

/// Adds a signature to a manifest of this genesis that its builder has signed.
fn countersign(arguments: &CountersignArguments) -> Result<(), BuilderError> {
    let genesis = read_genesis(&arguments.genesis)?;
    let key = read_key(&arguments.key)?;
    let wrap = |source| BuilderError::Countersign {
        path: arguments.manifest.clone(),
        source,
    };
    let wrap_note = |source| {
        wrap(SignedError::Note {
            context: Manifest::CONTEXT,
            source,
        })
    };
    let text = read(&arguments.manifest)?;
    let signed: Signed<Manifest> = Signed::parse(&text).map_err(wrap)?;
    signed.verify(&genesis.document().builder).map_err(wrap)?;
    if signed.document().genesis != genesis.digest() {
        return Err(BuilderError::OtherGenesis);
    }
    let mut note = Note::parse(&text).map_err(wrap_note)?;
    let line = key
        .sign(&Signed::<Manifest>::context(), note.text())
        .map_err(wrap_note)?;
    note.add(line).map_err(wrap_note)?;
    replace(&arguments.manifest, note.render().as_bytes())
}

/// Reads a genesis and checks that enough of its own authorities signed it. That it is the right
/// one, the reader of the manifest checks by its digest.
fn read_genesis(path: &Path) -> Result<Signed<Genesis>, BuilderError> {
    let wrap = |source| BuilderError::Genesis {
        path: path.to_owned(),
        source,
    };
    let signed: Signed<Genesis> = Signed::parse(&read(path)?).map_err(wrap)?;
    let genesis = signed.document();
    let needed = usize::try_from(genesis.authority_threshold).unwrap_or(usize::MAX);
    signed
        .verify_threshold(&genesis.authorities, needed)
        .map_err(wrap)?;
    Ok(signed)
}

fn read_key(path: &Path) -> Result<SigningKey, BuilderError> {
    let text = read(path)?;
    SigningKey::parse(text.trim_end()).map_err(|source| BuilderError::Key {
        path: path.to_owned(),
        source,
    })
}

fn read_recipients(arguments: &BuildArguments) -> Result<Recipients, BuilderError> {
    let beside = arguments.genesis.with_file_name("recipients.txt");
    let file = match &arguments.recipients {
        Some(path) => Some(path.clone()),
        None => beside.exists().then_some(beside),
    };
    let mut recipients = match file {
        Some(path) => Recipients::parse(&read(&path)?)?,
        None => Recipients::default(),
    };
    for KeeperRecipient { keeper, recipient } in &arguments.keeper_recipient {
        recipients.add(Receiver::Keeper(keeper.clone()), recipient.clone())?;
    }
    if let Some(recipient) = &arguments.gate_recipient {
        recipients.add(Receiver::Gate, recipient.clone())?;
    }
    Ok(recipients)
}

/// A small text file; wiped when dropped, since some hold keys.
fn read(path: &Path) -> Result<Zeroizing<String>, BuilderError> {
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| BuilderError::Read {
            path: path.to_owned(),
            source,
        })
}

fn now() -> Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Instant(since.map_or(0, |since| since.as_secs()))
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn usage_errors_and_help_have_their_exit_codes() {
        let check = |arguments: &[&str], expected: ExitStatus| {
            let program = ["countersign-builder"];
            assert_eq!(
                run(program.iter().chain(arguments)),
                expected,
                "{arguments:?}"
            );
        };
        check(&["--help"], ExitStatus::Done);
        check(&["build", "--help"], ExitStatus::Done);
        check(&[], ExitStatus::Unreadable);
        check(&["build"], ExitStatus::Unreadable);
        check(
            &[
                "build",
                "--extract",
                "a",
                "--genesis",
                "b",
                "--key",
                "c",
                "--out",
                "d",
                "--keeper-recipient",
                "k1",
            ],
            ExitStatus::Unreadable,
        );
    }
}
