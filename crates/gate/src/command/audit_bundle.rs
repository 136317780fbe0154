//! `countersign audit-bundle`: what anyone, or an entitled inspector, checks it all with.
//!
//! Place in the flow: at any time.
//!
//! Left to others: what is in it (casework's `audit_bundle`), checking it (`countersign-verify`).

use std::path::Path;

use casework::{
    ports::TransparencyLog as _,
    use_case::audit_bundle::{BundleInput, audit_bundle},
};
use instrument::bundle::BundleKind;
use model::fault::ExitStatus;

use crate::{arguments::BundleArguments, command::Print, files, office::Gate};

/// Writes a bundle.
pub fn run(
    arguments: &BundleArguments,
    home: Option<&Path>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let mut gate = Gate::open(home)?;
    let head = gate.log.cosigned_head()?;
    let leaves = gate.log.all_entries(head.size)?;
    let key = gate.key()?;
    let genesis = gate.genesis.clone();
    let authorities = gate.authorities.clone();
    let certificates = gate.certificates.clone();
    let input = BundleInput {
        official: &arguments.official,
        kind: if arguments.sealed {
            BundleKind::Sealed
        } else {
            BundleKind::Public
        },
        genesis: &genesis,
        authorities: &authorities,
        certificates: &certificates,
        head: &head,
        leaves,
        gate: &key,
    };
    let bytes = audit_bundle(&gate.office(), input)?;
    files::write_new(&arguments.out, &bytes)?;
    let value = serde_json::json!({ "leaves": head.size, "bytes": bytes.len(), "sealed": arguments.sealed });
    print.result(&value, || {
        format!(
            "{} leaves, {} bytes: {}",
            head.size,
            bytes.len(),
            arguments.out.display()
        )
    })?;
    Ok(ExitStatus::Done)
}
