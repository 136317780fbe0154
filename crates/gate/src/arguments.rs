//! The command line, as types. Stable: scripts and people rely on it.
//!
//! Place in the flow: parsed once in `main`, matched once in [`crate::command::run`].
//!
//! Left to others: what the commands do.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::id::{CaseId, CertificateId, OfficialId, RequestId, RowId};

const EXAMPLES: &str = "Examples:
  countersign template request.xlsx
  countersign examine request.xlsx --agreement agreement.note
  countersign submit request.xlsx request.envelope --home gate
  countersign admit REQ-7/1/2 --as DO-1 --key officer.key --home gate
  countersign cases --home gate

Exit codes: 0 done; 1 done, with findings; 2 usage or unreadable input; 3 refused by law, policy or
budget; 4 something it needs is unavailable.";

/// The gate between a records agency's confidential files and those who may ask about one person at a
/// time.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, about, after_help = EXAMPLES)]
pub struct Arguments {
    /// Folder with the gate's configuration, keys, database and log.
    #[arg(long, global = true, env = "COUNTERSIGN_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Print one JSON document on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Examine a request against the law, without sending it: findings by cell, with remedies.
    Examine(ExamineArguments),
    /// Write an empty request workbook to fill in.
    Template(TemplateArguments),
    /// Sign a request: cover by the signatory, an assurance by each named officer.
    Cover(CoverArguments),
    /// Take a signed request in.
    Submit(SubmitArguments),
    /// Admit one row on its face (review of the law).
    Admit(AdmitArguments),
    /// Decline one row on its face, with a coded ground (review of the law).
    Decline(DeclineArguments),
    /// Put a request's admitted rows to the register.
    Identify(OperatorArguments),
    /// List requests and what their rows wait for.
    Cases,
    /// Show one case or row to a reviewer.
    Case(CaseArguments),
    /// Approve one case (review of the person).
    Approve(ApproveArguments),
    /// End one case: nothing is disclosed.
    End(EndArguments),
    /// Issue all answers of a decided request.
    Release(OperatorArguments),
    /// Write the auditor's bundle.
    AuditBundle(BundleArguments),
    /// Sign a measurement of the matcher: a calibration certificate.
    Certify(CertifyArguments),
    /// Look at the register's manifest.
    Register(RegisterArguments),
    /// Print the digests an authority note names: of the policy and of the statute book.
    Digests,
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Reads a workbook under limits; the gate starts this itself.
    #[command(hide = true)]
    IntakeChild {
        /// Extension and limits.
        arguments: Vec<String>,
    },
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// One JSON document (`spec/examine.md`).
    Json,
    /// SARIF 2.1.0, for tools that show findings of many programs.
    Sarif,
}

/// When text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How many rows with findings text lists in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsShown {
    /// The first so many.
    First(u64),
    /// Every one.
    All,
}

impl std::str::FromStr for RowsShown {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            number => number
                .parse()
                .map(Self::First)
                .map_err(|_| "a number, or `all`"),
        }
    }
}

/// Arguments of `examine`.
#[derive(Debug, Args)]
pub struct ExamineArguments {
    /// The workbook: xlsx, ods or csv.
    pub request: PathBuf,
    /// The agreement's note. Without it the rules that need one are not examined, and said so.
    #[arg(long, value_name = "FILE")]
    pub agreement: Option<PathBuf>,
    /// A csv's cover, as TOML.
    #[arg(long, value_name = "FILE")]
    pub cover: Option<PathBuf>,
    /// The day to examine as of (default: today, UTC).
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReportFormat,
    /// Rows with findings that text lists in full: a number, or `all` (default: 10, or 3 of a request
    /// with more than 1,000 such rows).
    #[arg(long, value_name = "N")]
    pub rows: Option<RowsShown>,
    /// When text is coloured.
    #[arg(
        long = "color",
        visible_alias = "colour",
        value_name = "WHEN",
        value_enum,
        default_value = "auto"
    )]
    pub colour: ColourChoice,
    /// Also give the workbook back with its flagged cells marked and commented (a new xlsx).
    #[arg(long, value_name = "OUT")]
    pub annotate: Option<PathBuf>,
}

/// Arguments of `template`.
#[derive(Debug, Args)]
pub struct TemplateArguments {
    /// The workbook to write (xlsx).
    pub out: PathBuf,
    /// The agreement's note: fills in the cover and offers its officers and statutes.
    #[arg(long, value_name = "FILE")]
    pub agreement: Option<PathBuf>,
}

/// Arguments of `cover`.
#[derive(Debug, Args)]
pub struct CoverArguments {
    /// The workbook.
    pub request: PathBuf,
    /// The agreement's note.
    #[arg(long, value_name = "FILE")]
    pub agreement: PathBuf,
    /// A csv's cover, as TOML.
    #[arg(long, value_name = "FILE")]
    pub cover: Option<PathBuf>,
    /// The signatory's private key.
    #[arg(long, value_name = "FILE")]
    pub signatory_key: PathBuf,
    /// A named officer's private key, `ID=FILE`; once for each officer.
    #[arg(long = "officer-key", value_name = "ID=FILE")]
    pub officer_keys: Vec<String>,
    /// The envelope to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `submit`.
#[derive(Debug, Args)]
pub struct SubmitArguments {
    /// The workbook.
    pub request: PathBuf,
    /// The envelope `countersign cover` wrote.
    pub envelope: PathBuf,
    /// A csv's cover, as TOML.
    #[arg(long, value_name = "FILE")]
    pub cover: Option<PathBuf>,
}

/// Who acts, with which key.
#[derive(Debug, Args)]
pub struct Signer {
    /// The reviewer's id on the roster.
    #[arg(long = "as", value_name = "ID")]
    pub official: OfficialId,
    /// The reviewer's private key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// Arguments of `admit`.
#[derive(Debug, Args)]
pub struct AdmitArguments {
    /// The row, REQUEST/SHEET/ROW.
    pub row: RowId,
    /// Who admits it.
    #[command(flatten)]
    pub signer: Signer,
}

/// Arguments of `decline`.
#[derive(Debug, Args)]
pub struct DeclineArguments {
    /// The row, REQUEST/SHEET/ROW.
    pub row: RowId,
    /// The ground: relevance-not-shown, not-a-criminal-matter, officer-not-engaged,
    /// question-not-answered, offence-not-complete or stay-or-order.
    #[arg(long, value_name = "CODE")]
    pub ground: String,
    /// Who declines it.
    #[command(flatten)]
    pub signer: Signer,
}

/// Arguments of commands an operator runs on a request.
#[derive(Debug, Args)]
pub struct OperatorArguments {
    /// The request.
    pub request: RequestId,
    /// The operator's id on the roster.
    #[arg(long = "as", value_name = "ID")]
    pub official: OfficialId,
}

/// Arguments of `case`.
#[derive(Debug, Args)]
pub struct CaseArguments {
    /// A case id, or a row as REQUEST/SHEET/ROW.
    pub case: String,
    /// Who looks.
    #[arg(long = "as", value_name = "ID")]
    pub official: OfficialId,
}

/// The widest answer a reviewer allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Widest {
    /// Only a confirmation.
    Verify,
    /// The mailing address, where the row asks for it.
    Address,
}

/// Arguments of `approve`.
#[derive(Debug, Args)]
pub struct ApproveArguments {
    /// The case.
    pub case: CaseId,
    /// The widest answer allowed.
    #[arg(long, value_enum, default_value = "verify")]
    pub allow: Widest,
    /// Who approves.
    #[command(flatten)]
    pub signer: Signer,
}

/// Arguments of `end`.
#[derive(Debug, Args)]
pub struct EndArguments {
    /// The case.
    pub case: CaseId,
    /// Who ends it.
    #[command(flatten)]
    pub signer: Signer,
}

/// Arguments of `audit-bundle`.
#[derive(Debug, Args)]
pub struct BundleArguments {
    /// The file to write.
    pub out: PathBuf,
    /// Who asks for it: an operator, or an inspector for a sealed one.
    #[arg(long = "as", value_name = "ID")]
    pub official: OfficialId,
    /// Adds what opens every commitment. Itself return information.
    #[arg(long)]
    pub sealed: bool,
}

/// Arguments of `certify`.
#[derive(Debug, Args)]
pub struct CertifyArguments {
    /// The measurement `countersign-lab calibrate` wrote.
    pub measurement: PathBuf,
    /// The deployment's signed genesis.
    #[arg(long, value_name = "FILE")]
    pub genesis: PathBuf,
    /// The certifier's private key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The certificate's name (default: CAL- and the measurement's digest).
    #[arg(long, value_name = "ID")]
    pub id: Option<CertificateId>,
    /// The certificate to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Arguments of `register`.
#[derive(Debug, Args)]
pub struct RegisterArguments {
    /// What to do with it.
    #[command(subcommand)]
    pub action: RegisterAction,
}

/// What can be done with the register.
#[derive(Debug, Subcommand)]
pub enum RegisterAction {
    /// Show people, addresses and sizes.
    Show,
}
