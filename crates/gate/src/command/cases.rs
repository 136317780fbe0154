//! `countersign cases` and `countersign case`: what there is to do, and one matter in full.
//!
//! Place in the flow: before each decision.
//!
//! Left to others: who may see what (casework's `view`).

use std::path::Path;

use casework::use_case::view::{self, CaseView, DecisionView, RequestLine};
use model::{fault::ExitStatus, finding::FindingView, id::RowId};

use crate::{arguments::CaseArguments, command::Print, look::shown, office::Gate};

/// Lists requests and what their rows wait for.
pub fn list(home: Option<&Path>, print: Print) -> Result<ExitStatus, anyhow::Error> {
    let mut gate = Gate::open(home)?;
    let requests = view::list(&gate.office())?;
    print.result(&requests, || {
        requests
            .iter()
            .map(request_text)
            .collect::<Vec<_>>()
            .join("\n\n")
    })?;
    Ok(ExitStatus::Done)
}

fn request_text(request: &RequestLine) -> String {
    let mut lines = vec![format!(
        "Request {} ({} rows)",
        request.request,
        request.rows.len()
    )];
    for row in &request.rows {
        let case = row
            .case
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let what = match row.answer {
            Some(answer) => format!("answered: {}", answer.label()),
            None => format!("waits for {}", row.waits_for),
        };
        let questions = if row.questions > 0 {
            format!(" ({} questions)", row.questions)
        } else {
            String::new()
        };
        lines.push(format!(
            "  {:<18} {:<14} {case:<14} {what}{questions}",
            row.row.to_string(),
            row.state
        ));
    }
    lines.join("\n")
}

/// Shows one case or row.
pub fn show(
    arguments: &CaseArguments,
    home: Option<&Path>,
    print: Print,
) -> Result<ExitStatus, anyhow::Error> {
    let mut gate = Gate::open(home)?;
    let office = gate.office();
    let view = match arguments.case.parse::<RowId>() {
        Ok(row) => view::row(&office, &row, &arguments.official)?,
        Err(_) => view::case(&office, &arguments.case.parse()?, &arguments.official)?,
    };
    print.result(&view, || case_text(&view))?;
    Ok(ExitStatus::Done)
}

fn case_text(view: &CaseView) -> String {
    let mut lines = Vec::new();
    match &view.case {
        Some(case) => lines.push(format!("Case {case}, row {} ({})", view.row, view.state)),
        None => lines.push(format!("Row {} ({})", view.row, view.state)),
    }
    lines.push("\nThe row's own words".to_owned());
    for cell in &view.cells {
        let text = shown(&cell.text.replace('\n', "; "));
        lines.push(format!("  {:<24} {text}", cell.column.header()));
    }
    lines.extend(findings("Findings", &view.findings));
    lines.extend(findings(
        "Findings about the whole request",
        &view.about_the_request,
    ));
    if !view.evidence.is_empty() {
        lines.push("\nEvidence (bits for this record; never a value on file)".to_owned());
        for (field, level, millibits) in &view.evidence {
            lines.push(format!("  {field:<24} {level:<22} {:>8}", bits(*millibits)));
        }
    }
    lines.extend(decisions("On its face", &view.face));
    lines.extend(decisions("On the person", &view.approvals));
    if let Some(statement) = &view.statement {
        lines.push(format!("\nStatement to be signed: {statement}"));
    }
    lines.join("\n")
}

fn findings(title: &str, findings: &[FindingView]) -> Vec<String> {
    if findings.is_empty() {
        return Vec::new();
    }
    let line = |finding: &FindingView| {
        let class = format!("{:?}", finding.class).to_lowercase();
        let message = shown(&finding.message);
        format!("  {class}: {message} [{}]", finding.citation)
    };
    std::iter::once(format!("\n{title}"))
        .chain(findings.iter().map(line))
        .collect()
}

fn decisions(title: &str, decisions: &[DecisionView]) -> Vec<String> {
    if decisions.is_empty() {
        return Vec::new();
    }
    let line = |decision: &DecisionView| {
        let words = decision
            .decision
            .as_deref()
            .unwrap_or("decided; shown after your own decision");
        format!("  {} ({}): {words}", decision.reviewer, decision.role)
    };
    std::iter::once(format!("\n{title}"))
        .chain(decisions.iter().map(line))
        .collect()
}

/// Milli-bits as bits with one decimal.
fn bits(millibits: i64) -> String {
    let sign = if millibits < 0 { '-' } else { '+' };
    let tenths = (millibits.unsigned_abs() + 50) / 100;
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}
