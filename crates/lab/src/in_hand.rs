//! A synthetic register with every key in hand: it is asked without keepers.
//!
//! Place in the flow: between a staged extract and whoever measures the matcher. The register comes from
//! the real builder's library with headers only in its sealed plane, since nothing is opened; rows are
//! read exactly as the gate reads admitted ones.
//!
//! Left to others: the extract (staging), decisions (identity), what they mean (calibrate, measure).

use std::{error::Error, path::Path};

use identity::query::{Query, RowParts};
use model::{
    column::Column,
    digest::Digest,
    id::{Epoch, PersonId},
    personal::Personal,
    row::{Cell, CellKind, Row},
};
use rayon::prelude::*;
use register::{
    build::{self, BuildOptions, BuildReport, SealedPlane},
    extract,
    kind::Synthetic,
    register::Register,
};
use seal::{keys::EpochKeys, shares::ShareSets, token::TokenEvaluator};
use statute::{person::StatedPerson, reading, statute_book};
use thiserror::Error;

use crate::request::{Subject, Value};

/// The synthetic register could not be built, opened or asked: ours, or the disk's.
#[derive(Debug, Error)]
#[error("the synthetic register cannot be built or asked")]
pub struct InHandError(#[source] Box<dyn Error + Send + Sync>);

impl InHandError {
    fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

/// What a register is made for: its name, and the label its keys are derived under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose {
    /// First part of the register's id.
    pub name: &'static str,
    /// Keeps keys of one seed apart.
    pub label: &'static str,
}

/// A register's keys, none of them anybody else's.
pub struct KeysInHand {
    keys: EpochKeys,
    digest: Digest,
}

impl KeysInHand {
    /// The keys that an extract's register has for a purpose and a seed.
    ///
    /// # Errors
    /// [`InHandError`] where the extract cannot be read.
    pub fn of(extract: &Path, purpose: Purpose, seed: u64) -> Result<Self, InHandError> {
        let digest = extract::digest_of_file(extract).map_err(InHandError::of)?;
        let register = extract::register_id(purpose.name, &digest).map_err(InHandError::of)?;
        let keepers = ["lab-1", "lab-2"].map(str::parse).into_iter();
        let keepers = keepers
            .collect::<Result<Vec<_>, _>>()
            .map_err(InHandError::of)?;
        let sets = ShareSets::new(2, keepers).map_err(InHandError::of)?;
        let seed = Digest::of_parts(&[purpose.label.as_bytes(), &seed.to_be_bytes()]);
        Ok(Self {
            keys: EpochKeys::from_seed(register, Epoch(1), sets, seed.as_bytes()),
            digest,
        })
    }

    /// Builds the register in `out`.
    ///
    /// # Errors
    /// [`InHandError`].
    pub fn build(
        &self,
        extract: &Path,
        options: &BuildOptions<'_>,
        out: &Path,
    ) -> Result<BuildReport, InHandError> {
        let rows = extract::open(extract).map_err(InHandError::of)?;
        build::build::<Synthetic>(rows, &self.digest, &self.keys, options, out)
            .map_err(InHandError::of)
    }

    /// Opens what was built in `out`.
    ///
    /// # Errors
    /// [`InHandError`].
    pub fn open(self, out: &Path) -> Result<RegisterInHand, InHandError> {
        Ok(RegisterInHand {
            register: Register::open(out).map_err(InHandError::of)?,
            tokens: TokenEvaluator::new(&self.keys),
            keys: self.keys,
        })
    }
}

/// Headers only: what asking needs.
#[must_use]
pub fn headers_only() -> BuildOptions<'static> {
    BuildOptions {
        sealed_plane: SealedPlane::HeadersOnly,
        ..BuildOptions::standard()
    }
}

/// An open register and its keys.
pub struct RegisterInHand {
    /// The register.
    pub register: Register<Synthetic>,
    keys: EpochKeys,
    tokens: TokenEvaluator,
}

impl RegisterInHand {
    /// A query with its tokens.
    ///
    /// # Errors
    /// [`InHandError`] where tokens and parts do not fit each other.
    pub fn query(&self, parts: &RowParts) -> Result<Query, InHandError> {
        let tokens = parts
            .token_values()
            .iter()
            .map(|value| self.tokens.evaluate(value.kind, value.part.expose()))
            .collect();
        parts.query(tokens).map_err(InHandError::of)
    }

    /// The places of these people in the order of their record numbers, as the builder numbers them:
    /// by a keyed value. All people of the extract must be given, each once.
    #[must_use]
    pub fn in_record_order<'id>(
        &self,
        people: impl IndexedParallelIterator<Item = &'id PersonId>,
    ) -> Vec<usize> {
        let values = self.keys.builder_values();
        let keyed = people.enumerate().map(|(place, id)| {
            let order = values.value("record-order", &[id.as_str().as_bytes()]);
            (order, place)
        });
        let mut ordered: Vec<([u8; 32], usize)> = keyed.collect();
        ordered.par_sort_unstable();
        ordered.into_iter().map(|(_, place)| place).collect()
    }
}

/// The row as intake reads it from a workbook.
#[must_use]
pub fn sheet_row(subject: &Subject) -> Row {
    let cells = Column::ALL
        .iter()
        .zip(0_u16..)
        .filter_map(|(column, position)| {
            let (kind, text) = match subject.row.value(*column)? {
                Value::Text(text) => (CellKind::Text, text.clone()),
                Value::Number(number) => (CellKind::Number, number.to_string()),
                Value::Date(date) => (CellKind::Date, date.to_string()),
            };
            Some(Cell {
                column: *column,
                position,
                kind,
                formula: false,
                text: Personal::new(text),
            })
        });
    Row::new(1, 2, false, cells.collect())
}

/// What a row states about the person, as casework takes it from an admitted row.
#[must_use]
pub fn row_parts(row: &Row) -> RowParts {
    let read = reading::read_row(row, statute_book());
    let person = StatedPerson::of(row, &read);
    RowParts {
        name: person.name,
        date_of_birth: person.date_of_birth,
        tin: person.tin,
        addresses: person.addresses,
    }
}
