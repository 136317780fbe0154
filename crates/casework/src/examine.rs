//! Stage A over a whole small request: findings of the request and of each row.
//!
//! Place in the flow: submission examines what came in; the same function examines for an auditor
//! what a sealed bundle opens. Pure.
//!
//! Left to others: rules (statute), reading workbooks (intake), examinations of any size (the gate
//! streams those through statute itself).

use std::collections::BTreeMap;

use instrument::{agreement::Agreement, genesis::GenesisKind};
use model::{
    column::Column,
    finding::{Finding, FindingClass, FindingView, RuleId},
    row::Row,
    time::Date,
};
use serde::{Deserialize, Serialize};
use statute::{Channel, CoverView, Examination, SheetColumns, Terms, TinAcceptance, statute_book};

/// What stage A was given beside the rows; kept so that it can be given it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The day as of which it examined.
    pub as_of: Date,
    /// Cover fields: key, text and cell.
    pub cover: BTreeMap<String, (String, String)>,
    /// Columns of each sheet of subjects, with their positions.
    pub sheets: BTreeMap<u16, Vec<(Column, u16)>>,
    /// What intake found about the workbook.
    pub workbook: Vec<FindingView>,
}

/// Findings, row by row in the order of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// About the request as a whole.
    pub request: Vec<FindingView>,
    /// About each row.
    pub rows: Vec<Vec<FindingView>>,
}

/// What rows are examined against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// The agreement.
    pub agreement: &'a Agreement,
    /// Which root: decides the taxpayer numbers accepted.
    pub kind: GenesisKind,
    /// Whether the channel is open.
    pub channel: Channel,
}

/// Taxpayer numbers a genesis accepts.
#[must_use]
pub const fn accepts(kind: GenesisKind) -> TinAcceptance {
    match kind {
        GenesisKind::Synthetic => TinAcceptance::NeverIssuedOnly,
        GenesisKind::Production => TinAcceptance::IssuableOnly,
    }
}

/// Examines a request.
#[must_use]
pub fn examine(given: &Given, rows: &[Row], against: Against<'_>) -> Examined {
    let terms = Terms {
        as_of: given.as_of,
        agreement: Some(against.agreement),
        book: statute_book(),
        accepts: accepts(against.kind),
        channel: against.channel,
    };
    let mut examination = Examination::new(terms);
    examination.cover(&CoverView::of(&given.cover));
    for (number, columns) in &given.sheets {
        examination.sheet(*number, SheetColumns::new(columns));
    }
    let own: Vec<Vec<Finding>> = rows
        .iter()
        .map(|row| examination.row(row).findings)
        .collect();
    let outcome = examination.finish();
    let mut findings: BTreeMap<(u16, u32), Vec<Finding>> = rows
        .iter()
        .zip(own)
        .map(|(row, own)| ((row.sheet, row.row), own))
        .collect();
    for (sheet, row, finding) in outcome.later.iter() {
        findings.entry((sheet, row)).or_default().push(finding);
    }
    let request: Vec<FindingView> = given
        .workbook
        .iter()
        .cloned()
        .chain(outcome.request.iter().map(FindingView::from))
        .collect();
    let rows = rows
        .iter()
        .map(|row| findings.remove(&(row.sheet, row.row)).unwrap_or_default())
        .map(|own| own.iter().map(FindingView::from).collect())
        .collect();
    reject_with_request(Examined { request, rows })
}

/// A request that is itself deficient is refused whole: each row is told so.
fn reject_with_request(mut examined: Examined) -> Examined {
    let deficient = examined
        .request
        .iter()
        .find(|finding| finding.class == FindingClass::Deficient);
    if let Some(cause) = deficient.cloned() {
        let finding = Finding {
            rule: RuleId("request.deficient"),
            class: FindingClass::Deficient,
            column: None,
            cell: None,
            citation: "26 U.S.C. 6103(i)(2)(B)",
            message: format!("the request as a whole is deficient: {}", cause.message),
            remedy: cause.remedy,
        };
        for row in &mut examined.rows {
            row.push(FindingView::from(&finding));
        }
    }
    examined
}

/// The finding of a row whose named officer has signed no assurance for it.
#[must_use]
pub fn without_assurance() -> FindingView {
    FindingView::from(&Finding {
        rule: RuleId("officer.assurance"),
        class: FindingClass::Deficient,
        column: Some(Column::OfficerId),
        cell: None,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        message: "the officer named has not signed an assurance for this row".to_owned(),
        remedy: "have the officer personally and directly engaged sign for the row, and send it under a new cover".to_owned(),
    })
}
