//! `countersign register show`: the register's manifest in numbers.
//!
//! Place in the flow: outside it.
//!
//! Left to others: the files (register).

use std::path::Path;

use anyhow::Context as _;
use model::fault::ExitStatus;

use register::{
    register::RegisterError,
    snapshot::{Show, check_lengths, read_manifest},
};

use crate::{command::Print, home::Home, office::own_part};

/// Shows the register's size.
pub fn show(home: Option<&Path>, print: Print) -> Result<ExitStatus, anyhow::Error> {
    let folder = home.context("name the gate's folder with --home or COUNTERSIGN_HOME")?;
    let home = Home::open(folder)?;
    let register = home.path(&home.configuration.register);
    let show = read(&register).map_err(|error| own_part(error.into()))?;
    print.result(&show, || {
        let stamp = if show.synthetic { " SYNTHETIC" } else { "" };
        format!(
            "Register {}{stamp}: {} people, {} addresses",
            show.snapshot, show.people, show.addresses
        )
    })?;
    Ok(ExitStatus::Done)
}

fn read(register: &Path) -> Result<Show, RegisterError> {
    let snapshot = read_manifest(register)?;
    check_lengths(register, &snapshot)?;
    Ok(snapshot.show())
}
