//! An examination as text for people: counts, findings by rule with their cells, then rows.
//!
//! Place in the flow: the command's default form. A request of any size stays a few screens long;
//! `--rows` lists more.
//!
//! Left to others: colours and wrapping ([`super::paint`]), grouping ([`super::groups`]).

use std::io::Write;

use model::finding::{FindingClass, FindingView};

use crate::look::shown;

use super::{
    groups::{Group, Groups, Wording},
    paint::{Paint, WIDTH, count, counted, sign, wrap},
    rows::ExaminedRow,
    stream::{Examined, Task},
};
use crate::arguments::RowsShown;

/// Wordings shown of one rule.
const WORDINGS: usize = 4;
/// Ranges of cells shown of one wording.
const RANGES: usize = 8;
/// Rows listed in full, and rows from which fewer are.
const ROWS: u64 = 10;
const ROWS_OF_MANY: u64 = 3;
const MANY_ROWS: u64 = 1000;

/// How it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Colours.
    pub paint: Paint,
    /// Rows listed in full, if that was said.
    pub rows: Option<RowsShown>,
}

/// Prints an examination; gives how many findings rows have.
pub fn print(
    examined: &Examined,
    task: &Task<'_>,
    shown: Shown,
    out: &mut dyn Write,
) -> Result<u64, anyhow::Error> {
    let mut groups = Groups::new();
    let mut rows = examined.rows();
    let mut row = ExaminedRow::default();
    while rows.next(&mut row)? {
        groups.add(&row);
    }
    let mut lines = Lines {
        paint: shown.paint,
        out,
    };
    lines.heading(examined, task)?;
    lines.counts(examined, &groups)?;
    lines.request(examined)?;
    let list = groups.finish();
    for class in [
        FindingClass::Deficient,
        FindingClass::Question,
        FindingClass::Deferred,
    ] {
        lines.class(class, &list)?;
    }
    if groups.findings > 0 {
        lines.rows(examined, shown.rows, groups.with_findings)?;
    }
    lines.ending(examined, groups.findings)?;
    Ok(groups.findings)
}

struct Lines<'o> {
    paint: Paint,
    out: &'o mut dyn Write,
}

impl Lines<'_> {
    fn line(&mut self, text: &str) -> Result<(), anyhow::Error> {
        Ok(writeln!(self.out, "{text}")?)
    }

    /// Wrapped lines: the first behind `head`, the others under it. `head` is as wide as it looks
    /// plain; `paint` colours the text.
    fn wrapped(
        &mut self,
        (head, plain): (&str, &str),
        text: &str,
        paint: impl Fn(&str) -> String,
    ) -> Result<(), anyhow::Error> {
        let indent = plain.chars().count();
        for (number, part) in wrap(text, WIDTH.saturating_sub(indent)).iter().enumerate() {
            let part = paint(part);
            if number == 0 {
                self.line(&format!("{head}{part}"))?;
            } else {
                self.line(&format!("{:indent$}{part}", ""))?;
            }
        }
        Ok(())
    }

    fn plain(&mut self, head: &str, text: &str) -> Result<(), anyhow::Error> {
        self.wrapped((head, head), text, str::to_owned)
    }

    fn faint(&mut self, head: &str, text: &str) -> Result<(), anyhow::Error> {
        let paint = self.paint;
        let painted = paint.faint(head);
        self.wrapped((&painted, head), text, |part| paint.faint(part))
    }

    fn heading(&mut self, examined: &Examined, task: &Task<'_>) -> Result<(), anyhow::Error> {
        let id = shown(&examined.request_id);
        let id = if id.is_empty() {
            "without an id".to_owned()
        } else {
            id
        };
        let under = match task.agreement {
            Some(agreement) => format!("under agreement {}", agreement.id),
            None => "without an agreement".to_owned(),
        };
        let heading = format!("Request {id}, examined as of {} {under}", task.as_of);
        let paint = self.paint;
        self.wrapped(("", ""), &heading, |part| paint.strong(part))?;
        let name = task.request.file_name().unwrap_or_default();
        let file = format!(
            "{} · {} · SHA-256 {}",
            shown(&name.to_string_lossy()),
            examined.summary.format.extension(),
            examined.summary.digest
        );
        self.faint("", &file)
    }

    fn counts(&mut self, examined: &Examined, groups: &Groups) -> Result<(), anyhow::Error> {
        let paint = self.paint;
        let counts = examined.counts;
        let mut parts = vec![
            counted(counts.rows, "row"),
            paint.well(&format!("{} admissible", count(counts.admissible))),
        ];
        let painted = |class, number: u64, what: &str| {
            let text = format!("{} {what}", count(number));
            if number == 0 {
                text
            } else {
                paint.class(class, &text)
            }
        };
        parts.push(painted(
            FindingClass::Deficient,
            counts.rejected,
            "rejected",
        ));
        parts.push(painted(
            FindingClass::Question,
            groups.with_questions,
            "with questions",
        ));
        if groups.deferred > 0 {
            parts.push(painted(FindingClass::Deferred, groups.deferred, "deferred"));
        }
        self.line("")?;
        self.line(&format!("  {}", parts.join("   ")))
    }

    fn request(&mut self, examined: &Examined) -> Result<(), anyhow::Error> {
        if examined.request.is_empty() {
            return Ok(());
        }
        self.line("")?;
        self.line(&self.paint.strong("The request as a whole"))?;
        let same = |a: &FindingView, b: &FindingView| a.rule == b.rule && a.remedy == b.remedy;
        for findings in examined.request.chunk_by(same) {
            let Some(first) = findings.first() else {
                continue;
            };
            self.line("")?;
            self.rule_line(first.class, &first.rule, "", &first.citation)?;
            for finding in findings {
                let cell = finding.cell.as_ref().map(|cell| format!("{cell}: "));
                let message = shown(&finding.message);
                let text = format!("{}{message}", cell.unwrap_or_default());
                self.wrapped(("    ", "      "), &text, str::to_owned)?;
            }
            self.faint("    mend: ", &shown(&first.remedy))?;
        }
        if examined.is_refused_whole() {
            self.line("")?;
            self.plain(
                "  ",
                "No row is answered until what is deficient in the request as a whole is mended.",
            )?;
        }
        Ok(())
    }

    /// `  ✗ rule.name   4 rows   citation`.
    fn rule_line(
        &mut self,
        class: FindingClass,
        rule: &str,
        what: &str,
        citation: &str,
    ) -> Result<(), anyhow::Error> {
        let head = format!("  {} {rule}  ", sign(class));
        let painted = format!(
            "  {}  ",
            self.paint.class(class, &format!("{} {rule}", sign(class)))
        );
        let text = if what.is_empty() {
            citation.to_owned()
        } else {
            format!("{what} · {citation}")
        };
        self.wrapped((&painted, &head), &text, str::to_owned)
    }

    fn class(&mut self, class: FindingClass, list: &[Group]) -> Result<(), anyhow::Error> {
        let mut groups = list.iter().filter(|group| group.class == class).peekable();
        if groups.peek().is_none() {
            return Ok(());
        }
        self.line("")?;
        self.line(&self.paint.strong(match class {
            FindingClass::Deficient => "Deficient: these rows are rejected until they are mended",
            FindingClass::Question => "Questions: explain in the row; an officer decides",
            FindingClass::Deferred => "Deferred: over a budget for now",
        }))?;
        for group in groups {
            self.line("")?;
            self.group(group)?;
        }
        Ok(())
    }

    fn group(&mut self, group: &Group) -> Result<(), anyhow::Error> {
        self.rule_line(
            group.class,
            &group.rule,
            &counted(group.rows, "row"),
            &group.citation,
        )?;
        let remedy = group
            .wordings
            .first()
            .map(|wording| wording.remedy.as_str());
        let is_one = group
            .wordings
            .iter()
            .all(|wording| Some(wording.remedy.as_str()) == remedy);
        for wording in group.wordings.iter().take(WORDINGS) {
            self.wording(wording)?;
            if !is_one {
                self.faint("        mend: ", &shown(&wording.remedy))?;
            }
        }
        let others = group.wordings.iter().skip(WORDINGS);
        let others = others.fold(group.other, |sum, wording| {
            sum.saturating_add(wording.findings)
        });
        if others > 0 {
            let text = format!("and {} in other words", counted(others, "finding"));
            self.plain("    ", &text)?;
        }
        if let (true, Some(remedy)) = (is_one, remedy) {
            self.faint("    mend: ", &shown(remedy))?;
        }
        Ok(())
    }

    fn wording(&mut self, wording: &Wording) -> Result<(), anyhow::Error> {
        let places = wording.places.to_text(RANGES);
        let text = format!("{places}: {}", shown(&wording.message));
        self.wrapped(("    ", "      "), &text, str::to_owned)
    }

    fn rows(
        &mut self,
        examined: &Examined,
        most: Option<RowsShown>,
        all: u64,
    ) -> Result<(), anyhow::Error> {
        let most = match most {
            Some(RowsShown::First(0)) => return Ok(()),
            Some(RowsShown::First(most)) => most,
            Some(RowsShown::All) => all,
            None if all > MANY_ROWS => ROWS_OF_MANY,
            None => ROWS,
        };
        self.line("")?;
        self.line(&self.paint.strong("Rows with findings"))?;
        let mut rows = examined.rows();
        let mut row = ExaminedRow::default();
        let mut listed = 0_u64;
        while listed < most && rows.next(&mut row)? {
            if !row.findings.is_empty() {
                listed = listed.saturating_add(1);
                self.row(&row)?;
            }
        }
        let more = all.saturating_sub(listed);
        if more > 0 {
            let more = counted(more, "more row");
            self.line("")?;
            self.faint(
                "  ",
                &format!("… and {more}; `--rows all` lists them, `--format json` too."),
            )?;
        }
        Ok(())
    }

    fn row(&mut self, row: &ExaminedRow) -> Result<(), anyhow::Error> {
        let outcome = if row.is_admissible() {
            self.paint.well("admissible, with questions")
        } else {
            self.paint.class(FindingClass::Deficient, "rejected")
        };
        self.line("")?;
        self.line(&format!(
            "  {}, row {}: {outcome}",
            row.sheet_name(),
            row.row
        ))?;
        for finding in &row.findings {
            let view = finding.view(row.row);
            self.row_finding(&view)?;
        }
        Ok(())
    }

    fn row_finding(&mut self, finding: &FindingView) -> Result<(), anyhow::Error> {
        let cell = finding.cell.as_deref().unwrap_or("");
        let head = format!("    {} {cell:<5} ", sign(finding.class));
        let painted = format!(
            "    {} {cell:<5} ",
            self.paint.class(finding.class, sign(finding.class))
        );
        let text = format!("{} [{}]", shown(&finding.message), finding.rule);
        self.wrapped((&painted, &head), &text, str::to_owned)
    }

    fn ending(&mut self, examined: &Examined, of_rows: u64) -> Result<(), anyhow::Error> {
        if !examined.not_examined.is_empty() {
            let rules: Vec<&str> = examined.not_examined.iter().map(|rule| rule.0).collect();
            self.line("")?;
            self.faint(
                "",
                &format!(
                    "Not examined without the agreement (--agreement): {}.",
                    rules.join(", ")
                ),
            )?;
        }
        if of_rows == 0 && examined.request.is_empty() {
            self.line("")?;
            self.line(&self.paint.well("No findings."))?;
        }
        Ok(())
    }
}
