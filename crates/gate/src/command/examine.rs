//! `countersign examine`: the examination a requester can run before sending.
//!
//! Place in the flow: outside it; stage A alone, streamed, on a file of any size. Nothing is kept.
//!
//! Left to others: rules (statute), reading (intake).

use std::collections::BTreeMap;

use instrument::agreement::Agreement;
use intake::{Event, Stop};
use model::{
    fault::ExitStatus,
    finding::{Finding, FindingClass, FindingView},
    time::{Date, parse_date},
};
use serde::Serialize;
use statute::{Channel, CoverView, Examination, SheetColumns, Terms, TinAcceptance, statute_book};

use crate::{
    arguments::{ExamineArguments, ReportFormat},
    command::Print,
    home::read_signed,
    log::system_now,
    workbook,
};

/// Findings printed in full as text; the rest are counted.
const SHOWN: usize = 200;

/// The JSON document (DESIGN.md section 6).
#[derive(Debug, Serialize)]
struct Report {
    request: RequestView,
    findings: Vec<FindingView>,
    rows: Vec<RowView>,
    counts: CountsView,
    not_examined: Vec<String>,
}

#[derive(Debug, Serialize)]
struct RequestView {
    request_id: String,
    as_of: Date,
    agreement: Option<String>,
    file_sha256: String,
    format: String,
}

#[derive(Debug, Serialize)]
struct RowView {
    sheet: String,
    row: u32,
    admissible: bool,
    findings: Vec<FindingView>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct CountsView {
    rows: u64,
    admissible: u64,
    rejected: u64,
}

/// Examines a workbook and prints its findings.
pub fn run(arguments: &ExamineArguments, print: Print) -> Result<ExitStatus, anyhow::Error> {
    let agreement = match &arguments.agreement {
        Some(path) => Some(read_signed::<Agreement>(path)?.document().clone()),
        None => None,
    };
    let as_of = match &arguments.as_of {
        Some(text) => parse_date(text)?,
        None => system_now().day(),
    };
    let report = examine(arguments, agreement.as_ref(), as_of)?;
    let found = report.findings.len()
        + report
            .rows
            .iter()
            .map(|row| row.findings.len())
            .sum::<usize>();
    if print.json || arguments.format == ReportFormat::Json {
        print.line(&serde_json::to_string_pretty(&report)?)?;
    } else {
        print.line(&text(&report))?;
    }
    Ok(if found == 0 {
        ExitStatus::Done
    } else {
        ExitStatus::Findings
    })
}

fn examine(
    arguments: &ExamineArguments,
    agreement: Option<&Agreement>,
    as_of: Date,
) -> Result<Report, anyhow::Error> {
    let mut examination = Examination::new(Terms {
        as_of,
        agreement,
        book: statute_book(),
        accepts: TinAcceptance::Any,
        channel: Channel::Open,
    });
    let mut rows: BTreeMap<(u16, u32), Vec<Finding>> = BTreeMap::new();
    let mut findings: Vec<FindingView> = Vec::new();
    let mut cover = CoverView::new();
    let given = workbook::read_cover(arguments.cover.as_deref())?;
    let summary = workbook::stream(
        &arguments.request,
        &mut |event: Event| -> Result<(), Stop> {
            match event {
                Event::Cover(fields) => set_cover(&mut cover, &fields),
                Event::Sheet {
                    number, columns, ..
                } => examination.sheet(number, SheetColumns::new(&columns)),
                Event::Row(row) => {
                    let own = examination.row(&row).findings;
                    rows.insert((row.sheet, row.row), own);
                }
                Event::Finding(finding) => findings.push(FindingView::from(&finding)),
            }
            Ok(())
        },
    )?;
    if let Some((fields, about)) = given {
        set_cover(&mut cover, &fields);
        findings.extend(about);
    }
    examination.cover(&cover);
    let outcome = examination.finish();
    for (sheet, row, finding) in outcome.later.iter() {
        rows.entry((sheet, row)).or_default().push(finding);
    }
    findings.extend(outcome.request.iter().map(FindingView::from));
    Ok(Report {
        request: RequestView {
            request_id: cover.text("request_id").to_owned(),
            as_of,
            agreement: agreement.map(|agreement| agreement.id.to_string()),
            file_sha256: summary.digest.to_string(),
            format: format!("{:?}", summary.format).to_lowercase(),
        },
        findings,
        rows: rows.into_iter().map(row_view).collect(),
        counts: CountsView {
            rows: outcome.counts.rows,
            admissible: outcome.counts.admissible,
            rejected: outcome.counts.rejected,
        },
        not_examined: outcome
            .not_examined
            .iter()
            .map(ToString::to_string)
            .collect(),
    })
}

fn set_cover(cover: &mut CoverView, fields: &intake::CoverFields) {
    for (key, value) in &fields.values {
        cover.set(key, &value.text, &value.cell);
    }
}

fn row_view(((sheet, row), findings): ((u16, u32), Vec<Finding>)) -> RowView {
    RowView {
        sheet: sheet_name(sheet),
        row,
        admissible: model::finding::is_admissible(&findings),
        findings: findings.iter().map(FindingView::from).collect(),
    }
}

fn sheet_name(sheet: u16) -> String {
    if sheet == 1 {
        "Subjects".to_owned()
    } else {
        format!("Subjects {sheet}")
    }
}

fn text(report: &Report) -> String {
    let mut lines = vec![format!(
        "Request {} examined as of {}{}",
        if report.request.request_id.is_empty() {
            "(no id)"
        } else {
            &report.request.request_id
        },
        report.request.as_of,
        report
            .request
            .agreement
            .as_ref()
            .map_or(String::new(), |id| format!(" under agreement {id}")),
    )];
    let counts = report.counts;
    lines.push(format!(
        "{} rows: {} admissible, {} rejected.",
        counts.rows, counts.admissible, counts.rejected
    ));
    lines.push(String::new());
    for finding in &report.findings {
        lines.extend(finding_lines("request", finding));
    }
    let mut shown = 0;
    for row in &report.rows {
        for finding in &row.findings {
            shown += 1;
            if shown <= SHOWN {
                let place = finding
                    .cell
                    .clone()
                    .unwrap_or_else(|| format!("row {}", row.row));
                lines.extend(finding_lines(&format!("{} {place}", row.sheet), finding));
            }
        }
    }
    if shown > SHOWN {
        lines.push(format!(
            "… and {} more findings; --format json has all.",
            shown - SHOWN
        ));
    }
    if !report.not_examined.is_empty() {
        lines.push(format!(
            "Not examined, as these need the agreement (--agreement): {}.",
            report.not_examined.join(", ")
        ));
    }
    lines.push(by_rule(report));
    lines.join("\n")
}

fn finding_lines(place: &str, finding: &FindingView) -> [String; 3] {
    let class = match finding.class {
        FindingClass::Deficient => "deficient",
        FindingClass::Question => "question",
        FindingClass::Deferred => "deferred",
    };
    [
        format!("{place}: {class}: {} [{}]", finding.message, finding.rule),
        format!("    mend: {}", finding.remedy),
        format!("    law:  {}", finding.citation),
    ]
}

fn by_rule(report: &Report) -> String {
    let mut counts: BTreeMap<(FindingClass, &str), u64> = BTreeMap::new();
    let of_rows = report.rows.iter().flat_map(|row| &row.findings);
    for finding in report.findings.iter().chain(of_rows) {
        *counts.entry((finding.class, &finding.rule)).or_default() += 1;
    }
    if counts.is_empty() {
        return "No findings.".to_owned();
    }
    let lines = counts.iter().map(|((class, rule), count)| {
        format!(
            "{count:>8}  {:<10} {rule}",
            format!("{class:?}").to_lowercase()
        )
    });
    format!(
        "\nFindings by rule:\n{}",
        lines.collect::<Vec<_>>().join("\n")
    )
}
