//! Registers built from a few lines of csv, and rows asked of them with every key in hand.
//!
//! Place in the flow: tests of register only.
//!
//! Left to others: the checks themselves.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::{error::Error, io::Cursor, path::Path};

use countersign_register as register;
use identity::{
    decide::{Outcome, Thresholds, identify},
    query::{Query, RowParts},
};
use model::{digest::Digest, id::Epoch, time::parse_date};
use register::{
    build::{BuildError, BuildOptions, BuildReport, SealedPlane, build},
    extract::{read_csv, register_id},
    kind::{RegisterKind, Synthetic},
    register::Register,
};
use seal::{keys::EpochKeys, shares::ShareSets, token::TokenEvaluator};
use standard::{
    address::{AddressText, standardize},
    name::standard_name,
};

/// The first line of an extract.
const HEADER: &str = "person_id,tin,given_names,surnames,suffix,date_of_birth,tax_period,filed_on,\
address_line_1,address_line_2,city,state,postal_code,hold,identity_theft\n";

/// Keys of an epoch of 3 of 4 keepers, for the register of an extract.
pub fn keys(extract: &Digest) -> EpochKeys {
    let names = ["k1", "k2", "k3", "k4"].map(|name| name.parse().unwrap());
    let sets = ShareSets::new(3, names.to_vec()).unwrap();
    let id = register_id("TEST", extract).unwrap();
    EpochKeys::from_seed(id, Epoch(1), sets, &[7; 32])
}

/// An extract without its header, and how it is built.
pub struct Building<'a> {
    pub rows: &'a str,
    /// What the build is told the extract's digest is; it decides the keys.
    pub digest: Digest,
    pub sealed_plane: SealedPlane,
}

impl<'a> Building<'a> {
    /// Of these rows, under their own digest.
    pub fn of(rows: &'a str, sealed_plane: SealedPlane) -> Self {
        Self {
            rows,
            digest: Digest::of(format!("{HEADER}{rows}").as_bytes()),
            sealed_plane,
        }
    }

    /// Under one digest whatever the rows: the same rows in another order give the same bytes.
    pub fn of_any_order(rows: &'a str, sealed_plane: SealedPlane) -> Self {
        Self {
            digest: Digest::of(b"one digest for all"),
            ..Self::of(rows, sealed_plane)
        }
    }

    pub fn keys(&self) -> EpochKeys {
        keys(&self.digest)
    }

    pub fn build<K: RegisterKind>(&self, out: &Path) -> Result<BuildReport, BuildError> {
        let rows = read_csv(Cursor::new(format!("{HEADER}{}", self.rows)))?;
        let options = BuildOptions {
            sealed_plane: self.sealed_plane,
            ..BuildOptions::standard()
        };
        build::<K>(rows, &self.digest, &self.keys(), &options, out)
    }

    /// On so many threads.
    pub fn build_on(&self, threads: usize, out: &Path) -> Result<BuildReport, BuildError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        pool.install(|| self.build::<Synthetic>(out))
    }
}

/// The building is refused with this sentence, and leaves no snapshot.
#[track_caller]
pub fn refused(rows: &str, expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("snapshot");
    let building = Building::of(rows, SealedPlane::Whole);
    let error = building.build::<Synthetic>(&out).unwrap_err();
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    assert_eq!(message, expected);
    assert!(!out.join("snapshot.json").exists());
}

/// Lines of an address in Reno.
pub const fn at_reno(line_1: &str) -> [&str; 5] {
    [line_1, "", "Reno", "NV", "89501"]
}

/// What a row states: given names, surnames and suffix; date and number, empty where not stated.
pub fn parts(
    (given, surnames, suffix): (&str, &str, &str),
    birth: &str,
    tin: &str,
    addresses: &[[&str; 5]],
) -> RowParts {
    let address = |[line_1, line_2, city, state, postal_code]: &[&str; 5]| {
        let text = AddressText {
            line_1,
            line_2,
            city,
            state,
            postal_code,
        };
        standardize(&text).unwrap()
    };
    RowParts {
        name: standard_name(given, surnames, suffix),
        date_of_birth: parse_date(birth).ok(),
        tin: tin.parse().ok(),
        addresses: addresses.iter().map(address).collect(),
    }
}

/// A row with its tokens.
pub fn query(keys: &EpochKeys, parts: &RowParts) -> Query {
    let evaluator = TokenEvaluator::new(keys);
    let tokens = parts
        .token_values()
        .iter()
        .map(|value| evaluator.evaluate(value.kind, value.part.expose()))
        .collect();
    parts.query(tokens).unwrap()
}

/// What the register says to a row.
pub fn outcome(register: &Register<Synthetic>, keys: &EpochKeys, parts: &RowParts) -> Outcome {
    identify(&query(keys, parts), register, &Thresholds::UNCERTIFIED)
        .unwrap()
        .outcome
}
