//! The commands of `countersign-keeper` and the files of its home.
//!
//! Place in the flow: between the terminal and the library. A home is a folder only its operator can
//! read: `genesis`, `keeper`, `cosigner.key`, `values.key`, `identity.age`, for each epoch
//! `REGISTER.EPOCH.manifest` and `REGISTER.EPOCH.shares.age`, and the library's own files.
//!
//! Left to others: what is checked and answered (the library).

use std::{
    fs, io,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{CommandFactory as _, Parser, Subcommand};
use countersign_keeper::{
    folder::{FolderHome, SUSPENDED, replace_file},
    holding::{Holding, HoldingError},
    home::HomeError,
    keeper::{Identity, Keeper, KeeperError},
    serve::{Rim, serve},
};
use instrument::{genesis::Genesis, manifest::Manifest, signed::Signed};
use model::{
    digest::Digest,
    fault::{ExitStatus, Explain as _},
    id::KeeperId,
    time::Instant,
};
use note::{CosignerSigningKey, SigningKey};
use zeroize::Zeroizing;

const EXAMPLES: &str = "Examples:
  countersign-keeper init --home k1 --genesis genesis.note --keeper k1 \\
      --cosigner-key k1.cosigner --values-key k1.values --identity k1.age
  countersign-keeper install --home k1 --manifest manifest.note --shares k1.shares.age
  countersign-keeper serve --home k1 --listen 127.0.0.1:4101
  countersign-keeper suspend --home k1

Exit codes: 0 done, 2 usage or unreadable input, 3 refused, 4 something needed is unavailable.";

/// Runs one keeper: a trustee that witnesses the log and checks every warrant from scratch.
#[derive(Debug, Parser)]
#[command(name = "countersign-keeper", version, about, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a home: pin the genesis and take this keeper's keys.
    Init(Init),
    /// Take the shares of one epoch of a register.
    Install(Install),
    /// Answer asks until stopped. Prints `listening ADDRESS:PORT` and writes it to HOME/address.
    Serve(Serve),
    /// Give no more values and tokens until resumed; a running keeper obeys at once.
    Suspend(HomeOnly),
    /// End a suspension.
    Resume(HomeOnly),
    /// Say who this keeper is, how far it has followed and what it holds.
    Status(HomeOnly),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, clap::Args)]
struct Init {
    /// Folder to make.
    #[arg(long)]
    home: PathBuf,
    /// The signed genesis.
    #[arg(long)]
    genesis: PathBuf,
    /// Digest the genesis must have, 64 hexadecimal digits, from the ceremony's record.
    #[arg(long)]
    genesis_digest: Option<Digest>,
    /// This keeper's name in the genesis.
    #[arg(long)]
    keeper: KeeperId,
    /// File with the private cosigning key.
    #[arg(long)]
    cosigner_key: PathBuf,
    /// File with the private key for values.
    #[arg(long)]
    values_key: PathBuf,
    /// File with the age identity shares are encrypted to.
    #[arg(long)]
    identity: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Install {
    /// The keeper's folder.
    #[arg(long)]
    home: PathBuf,
    /// A copy of the genesis, compared with the pinned one.
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// The manifest note.
    #[arg(long)]
    manifest: PathBuf,
    /// The delivered file of shares, encrypted to this keeper.
    #[arg(long)]
    shares: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// The keeper's folder.
    #[arg(long)]
    home: PathBuf,
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
}

#[derive(Debug, clap::Args)]
struct HomeOnly {
    /// The keeper's folder.
    #[arg(long)]
    home: PathBuf,
}

/// Runs a command.
pub fn run(arguments: Arguments) -> Result<ExitStatus> {
    match arguments.command {
        Command::Init(arguments) => init(&arguments)?,
        Command::Install(arguments) => install(&arguments)?,
        Command::Serve(arguments) => run_server(&arguments)?,
        Command::Suspend(arguments) => suspend(&arguments.home)?,
        Command::Resume(arguments) => resume(&arguments.home)?,
        Command::Status(arguments) => status(&arguments.home)?,
        Command::Completions { shell } => {
            let name = "countersign-keeper";
            clap_complete::generate(shell, &mut Arguments::command(), name, &mut io::stdout());
        }
    }
    Ok(ExitStatus::Done)
}

/// The exit status an error asks for.
pub fn status_of(error: &anyhow::Error) -> ExitStatus {
    if let Some(error) = error.downcast_ref::<KeeperError>() {
        return error.fault().into();
    }
    if let Some(error) = error.downcast_ref::<HoldingError>() {
        return error.fault().into();
    }
    if let Some(error) = error.downcast_ref::<HomeError>() {
        return error.fault().into();
    }
    crate::unknown()
}

fn init(arguments: &Init) -> Result<()> {
    let genesis_text = read_text(&arguments.genesis)?;
    let genesis = read_genesis(&genesis_text, &arguments.genesis)?;
    if arguments
        .genesis_digest
        .is_some_and(|digest| digest != genesis.digest())
    {
        bail!("the genesis has another digest: `{}`", genesis.digest());
    }
    let cosigner = read_secret(&arguments.cosigner_key)?;
    let values = read_secret(&arguments.values_key)?;
    let identity_text = read_secret(&arguments.identity)?;
    read_age_identity(&identity_text)?;
    let identity = Identity {
        genesis,
        keeper: arguments.keeper.clone(),
        cosigner: CosignerSigningKey::parse(cosigner.trim())?,
        values: SigningKey::parse(values.trim())?,
    };
    identity.check()?;
    let home = &arguments.home;
    make_folder(home)?;
    if home.join("genesis").exists() {
        bail!("`{}` is already a keeper's home", home.display());
    }
    put(home, "keeper", format!("{}\n", identity.keeper).as_bytes())?;
    put(home, "cosigner.key", cosigner.as_bytes())?;
    put(home, "values.key", values.as_bytes())?;
    put(home, "identity.age", identity_text.as_bytes())?;
    put(home, "genesis", genesis_text.as_bytes())?;
    let (keeper, genesis) = (&identity.keeper, identity.genesis.digest());
    say(&format!("keeper {keeper} under genesis {genesis}\n"))
}

fn install(arguments: &Install) -> Result<()> {
    let home = &arguments.home;
    let identity = read_identity(home)?;
    if let Some(path) = &arguments.genesis {
        let other = read_genesis(&read_text(path)?, path)?;
        if other.digest() != identity.genesis.digest() {
            bail!(
                "`{}` is not the genesis this keeper has pinned",
                path.display()
            );
        }
    }
    let manifest = read_text(&arguments.manifest)?;
    let shares = read(&arguments.shares)?;
    let holding = take_holding(home, &identity, &manifest, &shares)?;
    let name = format!("{}.{}", holding.register(), holding.epoch());
    put(home, &format!("{name}.shares.age"), &shares)?;
    put(home, &format!("{name}.manifest"), manifest.as_bytes())?;
    let (register, epoch) = (holding.register(), holding.epoch());
    say(&format!(
        "holding shares of register {register} epoch {epoch}\n"
    ))
}

fn run_server(arguments: &Serve) -> Result<()> {
    let keeper = open_keeper(&arguments.home)?;
    let listener = TcpListener::bind(&arguments.listen)
        .map_err(|error| unavailable("address", error))
        .with_context(|| format!("cannot listen on `{}`", arguments.listen))?;
    let address = listener.local_addr()?;
    put(
        &arguments.home,
        "address",
        format!("{address}\n").as_bytes(),
    )?;
    say(&format!("listening {address}\n"))?;
    let rim = Rim { now: clock, log };
    serve(&listener, keeper, rim).map_err(|error| unavailable("address", error).into())
}

/// Prints a text. A reader who is gone is no failure.
fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(()),
    }
}

/// A line of the log. Where it cannot be written the keeper goes on: what counts is in its journal, and
/// whoever asked must have the answer that was charged for.
fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{} {line}", clock());
}

fn suspend(home: &Path) -> Result<()> {
    read_identity(home)?;
    put(home, SUSPENDED, b"suspended by the operator\n")
}

fn resume(home: &Path) -> Result<()> {
    read_identity(home)?;
    match fs::remove_file(home.join(SUSPENDED)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).context("the suspension cannot be ended")
        }
        _ => Ok(()),
    }
}

fn status(home: &Path) -> Result<()> {
    let identity = read_identity(home)?;
    let mut lines = vec![
        format!("keeper {}", identity.keeper),
        format!("genesis {}", identity.genesis.digest()),
        format!("kind {}", identity.genesis.document().kind.code()),
        format!("suspended {}", home.join(SUSPENDED).exists()),
    ];
    match open_keeper(home) {
        Ok(keeper) => {
            let status = keeper.status();
            let (size, root) = (status.size, status.root);
            lines.push(format!("followed {size} leaves, root {root}"));
            lines.push(format!("warrants served {}", keeper.opened_count()));
            let shares = status.shares.into_iter();
            lines.extend(
                shares.map(|(register, epoch)| {
                    format!("shares of register {register} epoch {epoch}")
                }),
            );
        }
        Err(error) if error.downcast_ref::<HomeError>().is_some() => {
            let address = read_text(&home.join("address"))?;
            lines.push(format!("running: ask it at {}", address.trim()));
        }
        Err(error) => return Err(error),
    }
    say(&(lines.join("\n") + "\n"))
}

fn open_keeper(home: &Path) -> Result<Keeper<FolderHome>> {
    let identity = read_identity(home)?;
    let holdings = read_holdings(home, &identity)?;
    let home = FolderHome::open(home)?;
    Ok(Keeper::open(identity, holdings, home)?)
}

fn read_identity(home: &Path) -> Result<Identity> {
    let path = home.join("genesis");
    let genesis = read_genesis(&read_text(&path)?, &path)?;
    let identity = Identity {
        genesis,
        keeper: read_text(&home.join("keeper"))?.trim().parse()?,
        cosigner: CosignerSigningKey::parse(read_secret(&home.join("cosigner.key"))?.trim())?,
        values: SigningKey::parse(read_secret(&home.join("values.key"))?.trim())?,
    };
    identity.check()?;
    Ok(identity)
}

fn read_genesis(text: &str, path: &Path) -> Result<Signed<Genesis>> {
    let name = || format!("`{}` is not a genesis", path.display());
    let genesis: Signed<Genesis> = Signed::parse(text).with_context(name)?;
    let document = genesis.document();
    let needed = usize::try_from(document.authority_threshold).unwrap_or(usize::MAX);
    genesis
        .verify_threshold(&document.authorities, needed)
        .with_context(name)?;
    Ok(genesis)
}

fn read_holdings(home: &Path, identity: &Identity) -> Result<Vec<Holding>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(home).with_context(|| format!("`{}`", home.display()))? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        names.extend(name.strip_suffix(".manifest").map(str::to_owned));
    }
    names.sort();
    names
        .iter()
        .map(|name| {
            let manifest = read_text(&home.join(format!("{name}.manifest")))?;
            let shares = read(&home.join(format!("{name}.shares.age")))?;
            take_holding(home, identity, &manifest, &shares)
        })
        .collect()
}

fn take_holding(
    home: &Path,
    identity: &Identity,
    manifest: &str,
    encrypted: &[u8],
) -> Result<Holding> {
    let manifest: Signed<Manifest> = Signed::parse(manifest).map_err(HoldingError::from)?;
    let age = read_age_identity(&read_secret(&home.join("identity.age"))?)?;
    let shares = decrypt(encrypted, &age)?;
    let delivered = Digest::of(encrypted);
    Ok(Holding::take(
        &identity.genesis,
        &identity.keeper,
        manifest,
        &delivered,
        &shares,
    )?)
}

fn read_age_identity(text: &str) -> Result<age::x25519::Identity> {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .and_then(|line| line.parse().ok())
        .ok_or_else(|| anyhow!("the age identity is a line `AGE-SECRET-KEY-1…`"))
}

fn decrypt(bytes: &[u8], identity: &age::x25519::Identity) -> Result<Zeroizing<String>> {
    let what = "the file of shares is not encrypted to this keeper";
    let decryptor = age::Decryptor::new(bytes).context(what)?;
    let mut reader = decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .context(what)?;
    let mut text = Zeroizing::new(String::with_capacity(64 * 1024));
    reader
        .read_to_string(&mut text)
        .context("the file of shares is damaged")?;
    Ok(text)
}

fn make_folder(home: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
        .create(home)
        .with_context(|| format!("the folder `{}` cannot be made", home.display()))
}

fn put(home: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = home.join(name);
    replace_file(&path, bytes)
        .map_err(|error| unavailable("home", error))
        .with_context(|| format!("`{}` cannot be written", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn read_secret(path: &Path) -> Result<Zeroizing<String>> {
    read_text(path).map(Zeroizing::new)
}

fn unavailable(file: &'static str, source: io::Error) -> HomeError {
    HomeError {
        file,
        action: "used",
        source,
    }
}

fn clock() -> Instant {
    let seconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    Instant(seconds)
}
