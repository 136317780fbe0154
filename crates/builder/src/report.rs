//! What a build tells: one JSON document or a few lines.
//!
//! Place in the flow: printed by the command when everything is in its place.
//!
//! Left to others: the manifest, which is the record (instrument).

use std::{fmt, path::PathBuf};

use serde::Serialize;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// `keeper ID` or `gate`.
    pub to: String,
    /// The encrypted file.
    pub file: PathBuf,
    /// SHA-256 of the encrypted file, in hexadecimal.
    pub digest: String,
}

/// What was built.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpochReport {
    /// The register's id.
    pub register: String,
    /// The epoch.
    pub epoch: u32,
    /// Whether the genesis is a synthetic one.
    pub synthetic: bool,
    /// SHA-256 of the genesis document.
    pub genesis: String,
    /// SHA-256 of the extract.
    pub extract: String,
    /// People in the register.
    pub people: u64,
    /// Distinct addresses sealed.
    pub addresses: u64,
    /// Rows read.
    pub rows: u64,
    /// Sealed addresses without a standard form: no row can hold one of them.
    pub addresses_without_standard_form: u64,
    /// People none of whose addresses has a standard form: only a court's order could open them.
    pub records_without_key: u64,
    /// People whose rows state several birth dates or taxpayer numbers; the latest stands.
    pub contradictory_people: u64,
    /// Records with a hold or an identity-theft marker.
    pub held: u64,
    /// Bytes of the snapshot's files.
    pub bytes: u64,
    /// The snapshot's folder.
    pub snapshot: PathBuf,
    /// The signed manifest.
    pub manifest: PathBuf,
    /// SHA-256 of the manifest document.
    pub manifest_digest: String,
    /// Names of the keys that signed it.
    pub signed_by: Vec<String>,
    /// The encrypted deliveries.
    pub deliveries: Vec<Delivery>,
}

impl fmt::Display for EpochReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stamp = if self.synthetic { " (SYNTHETIC)" } else { "" };
        writeln!(
            formatter,
            "register   {} epoch {}{stamp}",
            self.register, self.epoch
        )?;
        writeln!(
            formatter,
            "sealed     {} addresses of {} people, from {} rows",
            self.addresses, self.people, self.rows
        )?;
        writeln!(
            formatter,
            "           {} addresses without a standard form, {} people with none that has one,",
            self.addresses_without_standard_form, self.records_without_key
        )?;
        writeln!(
            formatter,
            "           {} people whose rows contradict each other, {} on hold",
            self.contradictory_people, self.held
        )?;
        writeln!(
            formatter,
            "snapshot   {} ({} bytes)",
            self.snapshot.display(),
            self.bytes
        )?;
        writeln!(formatter, "manifest   {}", self.manifest.display())?;
        writeln!(formatter, "           {}", self.manifest_digest)?;
        writeln!(formatter, "signed by  {}", self.signed_by.join(", "))?;
        for delivery in &self.deliveries {
            writeln!(
                formatter,
                "for {:<12} {}",
                delivery.to,
                delivery.file.display()
            )?;
        }
        writeln!(
            formatter,
            "The keys of this epoch are wiped; nobody holds them all."
        )
    }
}
