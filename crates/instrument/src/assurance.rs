//! A row assurance: the named officer signs for the rows that name them.
//!
//! Place in the flow: comes in with the cover; a warrant without it is refused.
//!
//! Left to others: whether the officer is designated (statute, policy).

use model::{
    digest::Digest,
    id::{OfficialId, RequestId},
    time::Date,
};

use crate::document::{Document, DocumentError, Reader, Writer, date, parsed, parts};

/// What an officer assures, after 26 U.S.C. 6103(i)(2)(A). One fixed sentence; part of the text
/// that is signed.
pub const ASSURANCE_WORDS: &str = "Each row below concerns a person in an active criminal \
investigation or proceeding in which I am personally and directly engaged; what is disclosed will \
be used solely for it.";

/// A row an officer assures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssuredRow {
    /// Sheet of subjects, from 1.
    pub sheet: u16,
    /// Row number of the sheet.
    pub row: u32,
    /// Leaf hash of the canonical row.
    pub leaf: Digest,
}

/// The assurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// The request.
    pub request: RequestId,
    /// The officer.
    pub officer: OfficialId,
    /// Day of signature.
    pub signed_on: Date,
    /// The rows.
    pub rows: Vec<AssuredRow>,
}

impl Assurance {
    /// Whether it covers the row with this leaf hash.
    #[must_use]
    pub fn covers(&self, leaf: &Digest) -> bool {
        self.rows.iter().any(|row| row.leaf == *leaf)
    }
}

impl Document for Assurance {
    const CONTEXT: &'static str = "countersign/assurance/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("request", &self.request)
            .line("officer", &self.officer)
            .line("signed-on", self.signed_on)
            .line("assures", ASSURANCE_WORDS)
            .lines(
                "row",
                self.rows
                    .iter()
                    .map(|row| format!("{} {} {}", row.sheet, row.row, row.leaf)),
            );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let genesis = reader.value("genesis")?;
        let request = reader.value("request")?;
        let officer = reader.value("officer")?;
        let signed_on = reader.with("signed-on", date)?;
        reader.with("assures", |text| (text == ASSURANCE_WORDS).then_some(()))?;
        let rows = reader.repeated("row", |text| {
            let [sheet, row, leaf] = parts(text)?;
            Some(AssuredRow {
                sheet: parsed(sheet)?,
                row: parsed(row)?,
                leaf: parsed(leaf)?,
            })
        })?;
        let rising =
            rows.is_sorted_by(|a: &AssuredRow, b: &AssuredRow| (a.sheet, a.row) < (b.sheet, b.row));
        if !rising {
            return Err(DocumentError::Inconsistent(
                "an assurance names its rows once each, in order",
            ));
        }
        Ok(Self {
            genesis,
            request,
            officer,
            signed_on,
            rows,
        })
    }
}
