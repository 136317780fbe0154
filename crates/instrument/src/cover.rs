//! The cover: an official of the statutory list signs for a whole request.
//!
//! Place in the flow: made by `countersign cover` beside the workbook, checked when the request is
//! submitted and again by every keeper through the row's inclusion in `rows_root`.
//!
//! Left to others: whether signatory and terms are in order (statute), one officer's own assurance
//! ([`crate::assurance`]).

use model::{
    digest::Digest,
    id::{AgencyId, AgreementId, OfficialId, RequestId},
    time::Date,
};

use crate::document::{Document, DocumentError, Reader, Writer, date, parsed, parts};

/// A file the cover names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverFile {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// Its name, for people.
    pub name: String,
}

/// The cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// The request.
    pub request: RequestId,
    /// The requesting agency.
    pub agency: AgencyId,
    /// The agreement, by name and digest.
    pub agreement: (AgreementId, Digest),
    /// Who signs.
    pub signatory: OfficialId,
    /// Their office.
    pub signatory_title: String,
    /// Day of signature.
    pub signed_on: Date,
    /// What the request is for.
    pub purpose: String,
    /// The files.
    pub files: Vec<CoverFile>,
    /// Rows read from them.
    pub rows: u32,
    /// RFC 6962 root over the rows' leaves in workbook order.
    pub rows_root: Digest,
}

impl Document for Cover {
    const CONTEXT: &'static str = "countersign/official/cover/v1";

    fn write(&self, writer: &mut Writer) {
        let (agreement, terms) = &self.agreement;
        writer
            .line("genesis", self.genesis)
            .line("request", &self.request)
            .line("agency", &self.agency)
            .line("agreement", format!("{agreement} {terms}"))
            .line("signatory", &self.signatory)
            .line("signatory-title", &self.signatory_title)
            .line("signed-on", self.signed_on)
            .line("purpose", &self.purpose)
            .lines(
                "file",
                self.files
                    .iter()
                    .map(|f| format!("{} {} {}", f.digest, f.bytes, f.name)),
            )
            .line("rows", self.rows)
            .line("rows-root", self.rows_root);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            genesis: reader.value("genesis")?,
            request: reader.value("request")?,
            agency: reader.value("agency")?,
            agreement: reader.with("agreement", |text| {
                let [id, digest] = parts(text)?;
                Some((parsed(id)?, parsed(digest)?))
            })?,
            signatory: reader.value("signatory")?,
            signatory_title: reader.text("signatory-title")?.to_owned(),
            signed_on: reader.with("signed-on", date)?,
            purpose: reader.text("purpose")?.to_owned(),
            files: reader.repeated("file", |text| {
                let [digest, bytes, name] = parts(text)?;
                Some(CoverFile {
                    digest: parsed(digest)?,
                    bytes: parsed(bytes)?,
                    name: name.to_owned(),
                })
            })?,
            rows: reader.value("rows")?,
            rows_root: reader.value("rows-root")?,
        })
    }
}
