//! The commands, one a file.
//!
//! Place in the flow: each reads what its arguments name, calls one use case, and prints.
//!
//! Left to others: everything that decides.

mod audit_bundle;
mod cases;
mod certify;
mod cover;
mod examine;
mod face;
mod identify;
mod person;
mod register;
mod release;
mod submit;

use clap::CommandFactory as _;
use instrument::{approval::ApprovalDecision, face::FaceDecision, statement::Question};
use model::{answer::DeclineGround, fault::ExitStatus};
use serde::Serialize;

use crate::{
    arguments::{Arguments, Command, RegisterAction, Widest},
    files::contents,
    template,
};

/// Runs a command and gives its exit status.
pub fn run(arguments: Arguments) -> Result<ExitStatus, anyhow::Error> {
    let home = arguments.home.as_deref();
    let print = Print {
        json: arguments.json,
    };
    match &arguments.command {
        Command::Examine(examine) => examine::run(examine, print),
        Command::Template(template) => template::run(template),
        Command::Cover(cover) => cover::run(cover, print),
        Command::Submit(submit) => submit::run(submit, home, print),
        Command::Admit(admit) => {
            face::run(&admit.row, &admit.signer, FaceDecision::Admit, home, print)
        }
        Command::Decline(decline) => {
            let ground = DeclineGround::from_code(&decline.ground)
                .ok_or_else(|| contents(decline.ground.as_ref(), "one of the coded grounds"))?;
            face::run(
                &decline.row,
                &decline.signer,
                FaceDecision::Decline(ground),
                home,
                print,
            )
        }
        Command::Identify(identify) => identify::run(identify, home, print),
        Command::Cases => cases::list(home, print),
        Command::Case(case) => cases::show(case, home, print),
        Command::Approve(approve) => {
            let widest = match approve.allow {
                Widest::Verify => Question::Verify,
                Widest::Address => Question::Address,
            };
            let decision = ApprovalDecision::Allow(widest);
            person::run(&approve.case, &approve.signer, decision, home, print)
        }
        Command::End(end) => {
            person::run(&end.case, &end.signer, ApprovalDecision::End, home, print)
        }
        Command::Release(release) => release::run(release, home, print),
        Command::AuditBundle(bundle) => audit_bundle::run(bundle, home, print),
        Command::Certify(certify) => certify::run(certify, print),
        Command::Register(register) => match register.action {
            RegisterAction::Show => register::show(home, print),
        },
        Command::Digests => digests(print),
        Command::Completions { shell } => completions(*shell),
        Command::IntakeChild { .. } => Ok(ExitStatus::Unreadable),
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub struct Print {
    json: bool,
}

impl Print {
    /// Prints one JSON document, or the text for people.
    pub fn result<T: Serialize>(
        self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> Result<(), anyhow::Error> {
        if self.json {
            return self.line(&serde_json::to_string_pretty(value)?);
        }
        self.line(&text())
    }

    /// Prints a line; a reader that has gone away is no error.
    pub fn line(self, text: &str) -> Result<(), anyhow::Error> {
        use std::io::Write as _;
        match writeln!(std::io::stdout(), "{text}") {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        }
    }
}

fn digests(print: Print) -> Result<ExitStatus, anyhow::Error> {
    let policy = policy::Policy::load()?.digest().to_string();
    let book = statute::statute_book().digest().to_string();
    let value = serde_json::json!({ "policy": policy, "statute_book": book });
    print.result(&value, || {
        format!("policy        {policy}\nstatute book  {book}")
    })?;
    Ok(ExitStatus::Done)
}

fn completions(shell: clap_complete::Shell) -> Result<ExitStatus, anyhow::Error> {
    use std::io::Write as _;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "countersign", &mut script);
    let _ = std::io::stdout().write_all(&script);
    Ok(ExitStatus::Done)
}
