//! `countersign register show`: the register's manifest in numbers.
//!
//! Place in the flow: outside it.
//!
//! Left to others: the files (register).

use std::path::Path;

use anyhow::Context as _;
use model::fault::ExitStatus;

use crate::{command::Print, home::Home};

/// Shows the register's size.
pub fn show(home: Option<&Path>, print: Print) -> Result<ExitStatus, anyhow::Error> {
    let folder = home.context("name the gate's folder with --home or COUNTERSIGN_HOME")?;
    let home = Home::open(folder)?;
    let show = register::register::read_manifest(&home.path(&home.configuration.register))?.show();
    print.result(&show, || {
        let stamp = if show.synthetic { " SYNTHETIC" } else { "" };
        format!(
            "Register {}{stamp}: {} people, {} addresses",
            show.snapshot, show.people, show.addresses
        )
    })?;
    Ok(ExitStatus::Done)
}
