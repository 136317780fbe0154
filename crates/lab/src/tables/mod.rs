//! The frequency tables built into the laboratory (sources and licences: `data/README.md`).
//!
//! Place in the flow: loaded once, before the nation is made. All are csv files with a header,
//! compressed with gzip.
//!
//! Left to others: drawing from them.

pub mod errors;
pub mod names;
pub mod places;

use std::io::Read;

use crate::error::LabError;

/// The groups of the Census name and ZIP tables, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Group {
    /// White, not Hispanic.
    #[default]
    White,
    /// Black, not Hispanic.
    Black,
    /// Asian or Pacific Islander, not Hispanic.
    Api,
    /// American Indian or Alaska Native, not Hispanic.
    Native,
    /// Two or more races, not Hispanic.
    Multiple,
    /// Hispanic.
    Hispanic,
}

impl Group {
    /// All groups, in the tables' order.
    pub const ALL: [Self; 6] = [
        Self::White,
        Self::Black,
        Self::Api,
        Self::Native,
        Self::Multiple,
        Self::Hispanic,
    ];

    /// Position in [`Group::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The word reports use.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Black => "black",
            Self::Api => "api",
            Self::Native => "native",
            Self::Multiple => "multiple",
            Self::Hispanic => "hispanic",
        }
    }
}

/// Unpacks a built-in table and hands its lines, without the header, to `line` as fields.
///
/// # Errors
/// [`LabError::Table`] where it does not unpack or `line` returns `None`.
pub(crate) fn each_line(
    name: &'static str,
    packed: &[u8],
    mut line: impl FnMut(&[&str]) -> Option<()>,
) -> Result<(), LabError> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .map_err(|_| LabError::Table { name, line: 0 })?;
    let mut fields = Vec::new();
    for (number, row) in text.lines().enumerate().skip(1) {
        fields.clear();
        fields.extend(row.split(','));
        line(&fields).ok_or(LabError::Table {
            name,
            line: number + 1,
        })?;
    }
    Ok(())
}

/// The last six fields of a row as weights by group.
pub(crate) fn weights_by_group(fields: &[&str]) -> Option<[u32; 6]> {
    let mut weights = [0; 6];
    let (_, last) = fields.split_at_checked(fields.len().checked_sub(6)?)?;
    for (weight, field) in weights.iter_mut().zip(last) {
        *weight = field.parse().ok()?;
    }
    Some(weights)
}
