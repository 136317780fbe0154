//! A sample request that examines clean: made-up persons, never-issued numbers, real streets' forms.
//!
//! Place in the flow: the template's example rows, the examples of every rule and the tests start
//! from it and change a cell.
//!
//! Left to others: writing a workbook (gate).

use instrument::agreement::{Agreement, AgreementSignatory, Budgets};
use model::{
    column::Column,
    digest::Digest,
    personal::Personal,
    row::{Cell, CellKind, Row},
    time::{Date, parse_date},
};

use crate::{
    cover::CoverView,
    examination::{Examination, Outcome, RowFindings},
    rule::{Change, Example, TermsChange},
    terms::{Channel, Terms, TinAcceptance},
    view::SheetColumns,
};

/// The day the sample is examined as of.
pub const AS_OF: &str = "2026-11-20";

/// What one sample row says where rows differ: given names, surnames, birth date, TIN, number and
/// street, case number, reason.
const PERSONS: [[&str; 7]; 6] = [
    [
        "Mariela",
        "Quintero Vale",
        "1988-04-17",
        "666-12-3456",
        "1420 Marlin St",
        "25-CR-1187",
        "Indicted in June after leaving the halfway house; two letters to the last lodging came back and the summons is still unserved",
    ],
    [
        "Tobias",
        "Renner",
        "1979-12-02",
        "666-27-1190",
        "77 Sage Hill Rd",
        "25-CR-1240",
        "Travel agent's ledger shows a refund posted to this person days after the surrender notice; investigators must learn where the refund cheque went",
    ],
    [
        "Anjali",
        "Prabhu",
        "1991-07-23",
        "666-41-8052",
        "903 Kirman Ave",
        "25-CR-1302",
        "Employer closed in March and coworkers give three towns; the grand jury subpoena for her testimony expires this winter",
    ],
    [
        "Cormac",
        "Dunleavy",
        "1968-01-30",
        "666-05-2277",
        "58 Wheeler Ave",
        "26-CR-0044",
        "Co-owner of the van found at the depot told agents he moved in with a cousin; his statement must be put to him again",
    ],
    [
        "Yevgenia",
        "Sorokina",
        "1985-10-09",
        "666-33-6419",
        "2211 Plumas St",
        "26-CR-0098",
        "Signed for both certified notices in 2024 yet denied receipt under oath; handwriting samples are to be taken by warrant",
    ],
    [
        "Lamine",
        "Toure",
        "1994-03-15",
        "666-18-9903",
        "316 Thoma St",
        "26-CR-0121",
        "Bail was forfeited when the monitoring bracelet was cut near the freight yard; pretrial services lost contact in August",
    ],
];

/// Columns all sample rows fill alike.
const COMMON: [(Column, &str); 16] = [
    (Column::AddressLine2, "Apt 4"),
    (Column::City, "Reno"),
    (Column::State, "NV"),
    (Column::PostalCode, "89501"),
    (Column::AddressAsOf, "2026-05-24"),
    (Column::AsksFor, "verify"),
    (Column::TaxPeriods, "2023-2024"),
    (Column::Statute, "8 U.S.C. 1253(a)(1)(A)"),
    (Column::CaseOpenedOn, "2026-03-16"),
    (Column::OfficerName, "Dana Ortiz"),
    (Column::OfficerId, "OFF-1001"),
    (Column::FinalOrderDate, "2025-03-04"),
    (Column::OrderGround, "8 U.S.C. 1227(a)(1)(B)"),
    (Column::FinalityBasis, "appeal-time-expired"),
    (Column::ReviewStatus, "none"),
    (Column::StayOrRelief, "none"),
];

/// The cells of sample row `number`, counted from 0, in column order. Rows repeat after six.
#[must_use]
pub fn values(number: usize) -> Vec<(Column, String)> {
    const OWN: [Column; 7] = [
        Column::GivenNames,
        Column::Surnames,
        Column::DateOfBirth,
        Column::Tin,
        Column::AddressLine1,
        Column::CaseNumber,
        Column::Reason,
    ];
    let person = PERSONS
        .iter()
        .cycle()
        .nth(number % PERSONS.len())
        .into_iter()
        .flatten();
    let own = OWN
        .into_iter()
        .zip(person)
        .map(|(column, text)| (column, (*text).to_owned()));
    let common = COMMON
        .into_iter()
        .map(|(column, text)| (column, text.to_owned()));
    let order = (
        Column::FinalOrderCaseNumber,
        format!("RNO-2024-{:04}", 310 + number),
    );
    let mut values: Vec<_> = own.chain(common).chain([order]).collect();
    values.sort_by_key(|(column, _)| *column);
    values
}

/// Where the template puts each column.
#[must_use]
pub fn columns() -> SheetColumns {
    let all: Vec<(Column, u16)> = Column::ALL.iter().copied().zip(0..).collect();
    SheetColumns::new(&all)
}

/// A row of sheet 1 with these texts in the template's columns; empty texts leave the cell out.
#[must_use]
pub fn row(number: u32, values: &[(Column, String)]) -> Row {
    let cells = values
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(column, text)| cell(*column, CellKind::Text, text));
    Row::new(1, number, false, cells.collect())
}

fn cell(column: Column, kind: CellKind, text: &str) -> Cell {
    Cell {
        column,
        position: u16::try_from(column.index()).unwrap_or(u16::MAX),
        kind,
        formula: false,
        text: Personal::from(text),
    }
}

/// The sample cover.
#[must_use]
pub fn cover() -> CoverView {
    let mut cover = CoverView::new();
    let fields = [
        ("request_id", "REQ-2026-118"),
        ("agency", "homeland-investigations"),
        ("agreement", "AGR-2026-1"),
        ("signatory", "director-hale"),
        ("signatory_title", "Director"),
        ("signed_on", "2026-11-18"),
        (
            "purpose",
            "Criminal investigations of the persons listed, each opened under its own case number",
        ),
    ];
    for ((key, text), line) in fields.into_iter().zip(1..) {
        cover.set(key, text, &format!("B{line}"));
    }
    cover
}

/// The sample agreement. `None` only if an identifier in this file were malformed; a test shows it
/// is not.
#[must_use]
pub fn agreement() -> Option<Agreement> {
    let day = |text| parse_date(text).ok();
    Some(Agreement {
        genesis: Digest::of(b"sample genesis"),
        id: "AGR-2026-1".parse().ok()?,
        records_agency: "revenue".parse().ok()?,
        requesting_agency: "homeland-investigations".parse().ok()?,
        signed_on: day("2025-12-15")?,
        from: day("2026-01-01")?,
        until: day("2027-06-30")?,
        subject_scope: "persons under criminal investigation".to_owned(),
        signatories: vec![AgreementSignatory {
            id: "director-hale".parse().ok()?,
            title: "Director".to_owned(),
        }],
        officers: vec!["OFF-1001".parse().ok()?, "OFF-1002".parse().ok()?],
        statutes: [
            "8 U.S.C. 1253",
            "8 U.S.C. 1325",
            "8 U.S.C. 1326",
            "8 U.S.C. 1306",
            "18 U.S.C. 911",
            "18 U.S.C. 1028",
            "18 U.S.C. 1542",
            "18 U.S.C. 1546",
        ]
        .map(str::to_owned)
        .to_vec(),
        required_columns: Vec::new(),
        periods_per_row: 4,
        answer_days: 14,
        safeguards_until: day("2027-06-30")?,
        safeguard_findings_open: 0,
        budgets: Budgets {
            admitted_rows_per_request: 12,
            open_subjects_per_officer: 25,
            openings_per_day: 50,
            openings_per_year: 2000,
            probes_per_day: 200,
        },
    })
}

/// What an example's rows and request are found to be.
#[derive(Debug)]
pub struct Examined {
    /// Findings of each row, those across rows not included.
    pub rows: Vec<RowFindings>,
    /// The rest.
    pub outcome: Outcome,
}

/// Examines an example: the sample request with its changes. `None` only where [`agreement`] is.
#[must_use]
pub fn examine(example: &Example) -> Option<Examined> {
    let mut agreement = agreement()?;
    let mut terms = Terms {
        as_of: parse_date(AS_OF).ok()?,
        agreement: None,
        book: crate::statute_book(),
        accepts: TinAcceptance::NeverIssuedOnly,
        channel: Channel::Open,
    };
    for change in example.terms {
        apply(*change, &mut agreement, &mut terms);
    }
    let has = |wanted: fn(&TermsChange) -> bool| example.terms.iter().any(wanted);
    if !has(|change| matches!(change, TermsChange::NoAgreement)) {
        terms.agreement = Some(&agreement);
    }
    let mut examination = Examination::new(terms);
    examination.sheet(1, columns());
    if !has(|change| matches!(change, TermsChange::NoCover)) {
        examination.cover(&changed_cover(example));
    }
    let rows = (example.rows.iter().zip(0_u32..))
        .map(|(changes, number)| examination.row(&changed_row(number, changes)));
    Some(Examined {
        rows: rows.collect(),
        outcome: examination.finish(),
    })
}

fn apply<'a>(change: TermsChange, agreement: &mut Agreement, terms: &mut Terms<'a>) {
    let day = |text: &str| parse_date(text).unwrap_or(Date::MIN);
    match change {
        TermsChange::NoAgreement | TermsChange::NoCover => {}
        TermsChange::Suspended => terms.channel = Channel::Suspended,
        TermsChange::AsOf(text) => terms.as_of = day(text),
        TermsChange::SafeguardsUntil(text) => agreement.safeguards_until = day(text),
        TermsChange::SafeguardFindings(open) => agreement.safeguard_findings_open = open,
        TermsChange::RowCeiling(rows) => agreement.budgets.admitted_rows_per_request = rows,
        TermsChange::Titled(title) => {
            for signatory in &mut agreement.signatories {
                title.clone_into(&mut signatory.title);
            }
        }
        TermsChange::OfficerCap(rows) => agreement.budgets.open_subjects_per_officer = rows,
        TermsChange::Requires(column) => agreement.required_columns.push(column),
        TermsChange::Accepts(accepts) => terms.accepts = accepts,
    }
}

fn changed_cover(example: &Example) -> CoverView {
    let mut changed = cover();
    for (key, text) in example.cover {
        let cell = changed.cell(key).unwrap_or("B9").to_owned();
        changed.set(key, text, &cell);
    }
    changed
}

fn changed_row(number: u32, changes: &[Change]) -> Row {
    let values = values(usize::try_from(number).unwrap_or(0));
    let kept = values
        .into_iter()
        .filter(|(column, _)| changes.iter().all(|change| change.column != *column));
    let changed = changes
        .iter()
        .filter(|change| !change.text.is_empty())
        .map(|change| Cell {
            formula: change.formula,
            ..cell(change.column, change.kind, change.text)
        });
    let kept = kept.map(|(column, text)| cell(column, CellKind::Text, &text));
    Row::new(1, number + 2, false, kept.chain(changed).collect())
}
