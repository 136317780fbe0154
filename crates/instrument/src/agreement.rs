//! The signed terms between the records agency and one requesting agency.
//!
//! Place in the flow: statute examines rows against it, keepers count its budgets, the authority
//! note says by digest that it is in force. Signed by a signatory and by the data owner.
//!
//! Left to others: suspension ([`crate::authority`]), ceilings no agreement can raise
//! ([`model::ceiling`]).

use model::{
    ceiling,
    column::Column,
    digest::Digest,
    id::{AgencyId, AgreementId, OfficialId},
    time::Date,
};

use crate::document::{Document, DocumentError, Reader, Writer, date, parsed, parts};

/// An official of 26 U.S.C. 6103(i)(2)(A) who may sign covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementSignatory {
    /// Who.
    pub id: OfficialId,
    /// Office held, one of the statutory list, for example `Director`.
    pub title: String,
}

/// The budgets of an agreement; each is also held under the compiled ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Admitted rows in one request.
    pub admitted_rows_per_request: u32,
    /// Open subjects of one named officer.
    pub open_subjects_per_officer: u32,
    /// Openings in one civil day.
    pub openings_per_day: u32,
    /// Openings in one calendar year.
    pub openings_per_year: u32,
    /// Rows put to the register (probes) in one civil day.
    pub probes_per_day: u32,
}

impl Budgets {
    /// These budgets, each lowered to its compiled ceiling.
    #[must_use]
    pub fn under_ceilings(self) -> Self {
        Self {
            admitted_rows_per_request: self
                .admitted_rows_per_request
                .min(ceiling::ADMITTED_ROWS_PER_REQUEST),
            open_subjects_per_officer: self
                .open_subjects_per_officer
                .min(ceiling::OPEN_SUBJECTS_PER_OFFICER),
            openings_per_day: self
                .openings_per_day
                .min(ceiling::OPENINGS_PER_AGENCY_PER_DAY),
            ..self
        }
    }
}

/// The agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// Its name.
    pub id: AgreementId,
    /// Who holds the records.
    pub records_agency: AgencyId,
    /// Who may ask.
    pub requesting_agency: AgencyId,
    /// Day of signature.
    pub signed_on: Date,
    /// First day in force.
    pub from: Date,
    /// Last day in force; at most 18 months after `from` (after 5 U.S.C. 552a(o)(2)(C)).
    pub until: Date,
    /// Which persons may be asked about, in words.
    pub subject_scope: String,
    /// Officials who may sign covers.
    pub signatories: Vec<AgreementSignatory>,
    /// Officers designated to receive answers.
    pub officers: Vec<OfficialId>,
    /// Provisions that may be named, as the statute book writes them.
    pub statutes: Vec<String>,
    /// Columns required beyond those always required.
    pub required_columns: Vec<Column>,
    /// Most tax periods one row may ask about.
    pub periods_per_row: u32,
    /// Days after submission on which a request's answers issue together.
    pub answer_days: u32,
    /// Last day of the recipient's safeguards certification (26 U.S.C. 6103(p)(4)).
    pub safeguards_until: Date,
    /// Safeguard findings not closed; any number but 0 stops the channel.
    pub safeguard_findings_open: u32,
    /// Budgets.
    pub budgets: Budgets,
}

impl Agreement {
    /// Whether the terms are in force on `day`.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// The signatory with this id.
    #[must_use]
    pub fn signatory(&self, id: &OfficialId) -> Option<&AgreementSignatory> {
        self.signatories
            .iter()
            .find(|signatory| signatory.id == *id)
    }

    fn check(&self) -> Result<(), DocumentError> {
        let wrong = |test: bool, words| {
            if test {
                Err(DocumentError::Inconsistent(words))
            } else {
                Ok(())
            }
        };
        wrong(
            self.until < self.from,
            "the agreement ends before it begins",
        )?;
        let latest = self.from.checked_add(jiff_months(18)).unwrap_or(self.from);
        wrong(self.until > latest, "an agreement lasts 18 months at most")?;
        wrong(
            self.signatories.is_empty(),
            "an agreement names at least one signatory",
        )?;
        wrong(
            self.statutes.is_empty(),
            "an agreement names at least one criminal statute",
        )?;
        wrong(
            self.records_agency == self.requesting_agency,
            "an agency makes no agreement with itself",
        )
    }
}

/// A span of months, for checks of an agreement's life.
fn jiff_months(months: i32) -> jiff::Span {
    jiff::Span::new().months(months)
}

impl Document for Agreement {
    const CONTEXT: &'static str = "countersign/official/agreement/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("id", &self.id)
            .line("records-agency", &self.records_agency)
            .line("requesting-agency", &self.requesting_agency)
            .line("signed-on", self.signed_on)
            .line("from", self.from)
            .line("until", self.until)
            .line("subject-scope", &self.subject_scope)
            .lines(
                "signatory",
                self.signatories
                    .iter()
                    .map(|s| format!("{} {}", s.id, s.title)),
            )
            .lines("officer", &self.officers)
            .lines("statute", &self.statutes)
            .lines(
                "requires",
                self.required_columns.iter().map(|column| column.header()),
            )
            .line("periods-per-row", self.periods_per_row)
            .line("answer-days", self.answer_days)
            .line("safeguards-until", self.safeguards_until)
            .line("safeguard-findings-open", self.safeguard_findings_open)
            .line(
                "admitted-rows-per-request",
                self.budgets.admitted_rows_per_request,
            )
            .line(
                "open-subjects-per-officer",
                self.budgets.open_subjects_per_officer,
            )
            .line("openings-per-day", self.budgets.openings_per_day)
            .line("openings-per-year", self.budgets.openings_per_year)
            .line("probes-per-day", self.budgets.probes_per_day);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let agreement = Self {
            genesis: reader.value("genesis")?,
            id: reader.value("id")?,
            records_agency: reader.value("records-agency")?,
            requesting_agency: reader.value("requesting-agency")?,
            signed_on: reader.with("signed-on", date)?,
            from: reader.with("from", date)?,
            until: reader.with("until", date)?,
            subject_scope: reader.text("subject-scope")?.to_owned(),
            signatories: reader.repeated("signatory", |text| {
                let [id, title] = parts(text)?;
                Some(AgreementSignatory {
                    id: parsed(id)?,
                    title: title.to_owned(),
                })
            })?,
            officers: reader.repeated("officer", parsed)?,
            statutes: reader.repeated("statute", |text| Some(text.to_owned()))?,
            required_columns: reader.repeated("requires", |text| {
                Column::ALL
                    .iter()
                    .copied()
                    .find(|column| column.header() == text)
            })?,
            periods_per_row: reader.value("periods-per-row")?,
            answer_days: reader.value("answer-days")?,
            safeguards_until: reader.with("safeguards-until", date)?,
            safeguard_findings_open: reader.value("safeguard-findings-open")?,
            budgets: read_budgets(reader)?,
        };
        agreement.check()?;
        Ok(agreement)
    }
}

fn read_budgets(reader: &mut Reader<'_>) -> Result<Budgets, DocumentError> {
    Ok(Budgets {
        admitted_rows_per_request: reader.value("admitted-rows-per-request")?,
        open_subjects_per_officer: reader.value("open-subjects-per-officer")?,
        openings_per_day: reader.value("openings-per-day")?,
        openings_per_year: reader.value("openings-per-year")?,
        probes_per_day: reader.value("probes-per-day")?,
    })
}
