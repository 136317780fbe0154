//! The two reviews, played by rules that are printed: first of the law, then of the person.
//!
//! Place in the flow: between submission and release. Each decision is one command of one reviewer with
//! that reviewer's key, as it would be at a desk; the order of rows is the workbook's.
//!
//! Left to others: whether a decision is permitted (the gate).

use model::finding::{FindingClass, FindingView};
use serde_json::Value;

use super::{Demo, DemoError, list, number, request::Submitted, text, tools::Line};

/// What the scripted reviewers make of a row's findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaceRule {
    /// Nothing is asked that bears on an element of the statute.
    Admit,
    /// Something is asked that the row's own words do not answer.
    Decline {
        /// The coded ground.
        ground: &'static str,
        /// The rule whose question stands.
        rule: String,
    },
}

/// Questions about how well a person could be found. They touch no element of the statute, and the
/// matcher is silent where evidence is thin.
const LEFT_TO_THE_MATCHER: [&str; 8] = [
    "evidence.thin",
    "birth_date.unread",
    "tin.unread",
    "cell.formula",
    "address.as_of_old",
    "address.city",
    "address.more",
    "address.reused",
];

/// The scripted reviewers' rule, from the findings of an admissible row.
#[must_use]
pub fn on_its_face(findings: &[FindingView]) -> FaceRule {
    let asked = findings
        .iter()
        .filter(|finding| finding.class == FindingClass::Question)
        .find(|finding| !LEFT_TO_THE_MATCHER.contains(&finding.rule.as_str()));
    match asked {
        None => FaceRule::Admit,
        Some(finding) => FaceRule::Decline {
            ground: ground(&finding.rule),
            rule: finding.rule.clone(),
        },
    }
}

/// The coded ground for a question nobody answered.
fn ground(rule: &str) -> &'static str {
    match rule.split('.').next().unwrap_or_default() {
        "reason" => "relevance-not-shown",
        "officer" => "officer-not-engaged",
        "act" => "offence-not-complete",
        "order" => "stay-or-order",
        _ => "question-not-answered",
    }
}

/// A reviewer and the word for them.
const OFFICER: (&str, &str) = ("DO-1", "the disclosure officer");
const COUNSEL: (&str, &str) = ("CO-1", "counsel");
/// Commands of a kind shown as typed before the rest is told in words.
const SHOWN: usize = 2;
/// With fewer cases than this none is ended for show.
const CASES_TO_END_ONE: usize = 6;

/// A case in review.
#[derive(Debug, Clone)]
pub(super) struct Case {
    id: String,
    row: String,
    asks_for: String,
    /// What the evidence comes to, in milli-bits.
    weight: i64,
}

impl Demo<'_> {
    fn signed(&self, line: Line, reviewer: &str) -> Line {
        let key = self.keys().key(reviewer);
        self.at_home(line.option("--as", reviewer).option("--key", key))
    }

    /// Runs a command, shown while it is one of the first of its kind.
    fn decide(&mut self, line: &Line, already: usize) -> Result<(), DemoError> {
        if already < SHOWN {
            self.tell.command(&line.typed());
        }
        self.tools.run(line, &[0]).map(|_| ())
    }

    /// What a reviewer sees of a row or case.
    fn view(&mut self, matter: &str, reviewer: &str) -> Result<Value, DemoError> {
        let line = self.gate("case").with(matter).option("--as", reviewer);
        let line = self.at_home(line);
        self.tools.json(&line, &[0])
    }

    fn rows(&self, submitted: &Submitted) -> Result<Vec<Value>, DemoError> {
        let line = self.at_home(self.gate("cases"));
        let requests = self.tools.json(&line, &[0])?;
        let requests = requests.as_array().cloned().unwrap_or_default();
        let own = requests
            .iter()
            .find(|request| text(request, "request") == submitted.request);
        Ok(own
            .map(|own| list(own, "rows").to_vec())
            .unwrap_or_default())
    }

    /// Ids of rows and their answers, after the release.
    pub(super) fn answers(
        &self,
        submitted: &Submitted,
    ) -> Result<Vec<(String, String)>, DemoError> {
        let rows = self.rows(submitted)?;
        Ok(rows
            .iter()
            .map(|row| (text(row, "row").to_owned(), text(row, "answer").to_owned()))
            .collect())
    }

    pub(super) fn review_of_the_law(&mut self, submitted: &Submitted) -> Result<(), DemoError> {
        self.tell.step(
            "Review of the law: officer and counsel, row by row",
            "Both read each admissible row's own words and findings, before any record is looked at. Here \
             they follow a script: admit where nothing is asked; leave questions on how to find the person \
             to the matcher; decline, with a coded ground, where anything else is asked that the row does \
             not answer.",
        );
        let rows: Vec<String> = self
            .rows(submitted)?
            .iter()
            .filter(|row| text(row, "state") == "admissible")
            .map(|row| text(row, "row").to_owned())
            .collect();
        let (mut admitted, mut declined) = (0, Vec::new());
        for row in &rows {
            match self.face(row, admitted, declined.len())? {
                None => admitted += 1,
                Some(words) => declined.push(words),
            }
        }
        self.tell.say(&format!(
            "Of {} admissible rows, {admitted} admitted by both, {} declined.",
            rows.len(),
            declined.len()
        ));
        for words in declined {
            self.tell.say(&words);
        }
        Ok(())
    }

    /// Decides one row; gives words on it where it is declined.
    fn face(
        &mut self,
        row: &str,
        admitted: usize,
        declined: usize,
    ) -> Result<Option<String>, DemoError> {
        let view = self.view(row, OFFICER.0)?;
        let findings = view.get("findings").cloned().unwrap_or_default();
        let findings: Vec<FindingView> = serde_json::from_value(findings)
            .map_err(|error| DemoError::Check(format!("findings of {row} do not read: {error}")))?;
        match on_its_face(&findings) {
            FaceRule::Admit => {
                for (reviewer, _) in [OFFICER, COUNSEL] {
                    let line = self.signed(self.gate("admit").with(row), reviewer);
                    if let Err(refused) = self.decide(&line, admitted) {
                        return self.over_budget(row, reviewer, refused).map(Some);
                    }
                }
                Ok(None)
            }
            FaceRule::Decline { ground, rule } => {
                let line = self.gate("decline").with(row).option("--ground", ground);
                let line = self.signed(line, OFFICER.0);
                self.decide(&line, declined)?;
                Ok(Some(format!("{row}: declined, {ground} ({rule})")))
            }
        }
    }

    /// A row that a budget does not let in today is declined by whoever was refused; any other error stays
    /// one.
    fn over_budget(
        &mut self,
        row: &str,
        reviewer: &str,
        refused: DemoError,
    ) -> Result<String, DemoError> {
        let DemoError::Failed {
            code: 3, message, ..
        } = refused
        else {
            return Err(refused);
        };
        let line = self.gate("decline").with(row);
        let line = self.signed(line.option("--ground", "question-not-answered"), reviewer);
        self.tools.run(&line, &[0])?;
        Ok(format!("{row}: not admitted ({message}), so declined"))
    }

    pub(super) fn identify(&mut self, submitted: &Submitted) -> Result<Vec<Case>, DemoError> {
        self.tell.step(
            "The one person, or nobody",
            "Admitted rows are put to the register. Keepers evaluate each row's tokens, charged to a budget \
             whatever comes of it; the matcher names one person or says nothing. The operator who runs it \
             learns counts only.",
        );
        let line = self
            .gate("identify")
            .with(&submitted.request)
            .option("--as", "OP-1");
        let report = self.show_json(&self.at_home(line), &[0])?;
        let (rows, identified) = (number(&report, "rows"), number(&report, "identified"));
        self.tell.say(&format!(
            "{rows} rows: {identified} identified, about {} nothing can be said.",
            rows.saturating_sub(identified)
        ));
        let mut cases = Vec::new();
        for row in self.rows(submitted)? {
            let id = text(&row, "case").to_owned();
            if text(&row, "state") == "in-review" {
                let view = self.view(&id, OFFICER.0)?;
                if cases.is_empty() {
                    self.tell.say(&format!(
                        "What a reviewer sees of the first case, {id}; never a value on file:"
                    ));
                    for line in waterfall(&view) {
                        self.tell.say(&line);
                    }
                }
                cases.push(case(&id, &view));
            }
        }
        Ok(cases)
    }

    pub(super) fn review_of_the_person(&mut self, cases: &[Case]) -> Result<(), DemoError> {
        self.tell.step(
            "Review of the person: officer and counsel, case by case",
            "Each sees which pieces of evidence agree, and neither sees the other's decision before giving \
             their own. Here both sign the statement, allowing what the row asks for. There is no command for \
             more than one case.",
        );
        let ended = (cases.len() >= CASES_TO_END_ONE)
            .then(|| cases.iter().min_by_key(|case| case.weight))
            .flatten();
        for (already, case) in cases.iter().enumerate() {
            let allow = self
                .gate("approve")
                .with(&case.id)
                .option("--allow", &case.asks_for);
            let line = self.signed(allow.clone(), OFFICER.0);
            self.decide(&line, already)?;
            self.view(&case.id, COUNSEL.0)?;
            if ended.is_some_and(|ended| ended.id == case.id) {
                let line = self.signed(self.gate("end").with(&case.id), COUNSEL.0);
                self.tell.say(&format!(
                    "{} ({}): {} approves; {} finds the evidence too weak and ends the case.",
                    case.id, case.row, OFFICER.1, COUNSEL.1
                ));
                self.decide(&line, 0)?;
            } else {
                let line = self.signed(allow, COUNSEL.0);
                self.decide(&line, already)?;
            }
        }
        let count = |asked: &str| {
            let of_it = cases.iter().filter(|case| case.asks_for == asked);
            of_it
                .filter(|case| ended.is_none_or(|ended| ended.id != case.id))
                .count()
        };
        self.tell.say(&format!(
            "Of {} cases, both allow an address in {}, a confirmation only in {}; ended: {}.",
            cases.len(),
            count("address"),
            count("verify"),
            usize::from(ended.is_some())
        ));
        Ok(())
    }
}

fn case(id: &str, view: &Value) -> Case {
    let asked = list(view, "cells")
        .iter()
        .find(|cell| text(cell, "column") == "asks_for")
        .map(|cell| text(cell, "text").to_ascii_lowercase());
    let evidence = list(view, "evidence").iter();
    let of_fields = evidence.filter(|line| !field(line).starts_with("against-"));
    Case {
        id: id.to_owned(),
        row: text(view, "row").to_owned(),
        asks_for: match asked.as_deref() {
            Some("address") => "address".to_owned(),
            _ => "verify".to_owned(),
        },
        weight: of_fields.map(millibits).sum(),
    }
}

fn field(line: &Value) -> &str {
    line.get(0).and_then(Value::as_str).unwrap_or_default()
}

fn millibits(line: &Value) -> i64 {
    line.get(2).and_then(Value::as_i64).unwrap_or(0)
}

/// The evidence of a case, line by line, in bits.
fn waterfall(view: &Value) -> Vec<String> {
    list(view, "evidence")
        .iter()
        .map(|line| {
            let level = line.get(1).and_then(Value::as_str).unwrap_or_default();
            format!(
                "  {:<24} {level:<22} {:>8} bits",
                field(line),
                bits(millibits(line))
            )
        })
        .collect()
}

/// Milli-bits as bits with one decimal and a sign.
fn bits(millibits: i64) -> String {
    let tenths = (millibits.unsigned_abs() + 50) / 100;
    let sign = match (tenths, millibits < 0) {
        (0, _) => ' ',
        (_, true) => '-',
        (_, false) => '+',
    };
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &[(&str, FindingClass)], expected: Option<&str>) {
        let findings: Vec<FindingView> = rules
            .iter()
            .map(|(rule, class)| FindingView {
                rule: (*rule).to_owned(),
                class: *class,
                cell: None,
                citation: String::new(),
                message: String::new(),
                remedy: String::new(),
            })
            .collect();
        let found = match on_its_face(&findings) {
            FaceRule::Admit => None,
            FaceRule::Decline { ground, .. } => Some(ground),
        };
        assert_eq!(found, expected, "{rules:?}");
        if let Some(ground) = found {
            assert!(model::answer::DeclineGround::from_code(ground).is_some());
        }
    }

    #[test]
    fn the_script_admits_what_asks_nothing_and_declines_the_rest() {
        use FindingClass::{Deferred, Question};
        check(&[], None);
        check(&[("evidence.thin", Question)], None);
        check(&[("officer.over_cap", Deferred)], None);
        check(&[("reason.clone", Question)], Some("relevance-not-shown"));
        check(
            &[("tin.unread", Question), ("officer.caseload", Question)],
            Some("officer-not-engaged"),
        );
        check(
            &[("act.limitation", Question)],
            Some("offence-not-complete"),
        );
        check(&[("case.shared", Question)], Some("question-not-answered"));
        check(
            &[("a.rule_of_tomorrow", Question)],
            Some("question-not-answered"),
        );
    }

    #[test]
    fn bits_have_a_sign_and_a_decimal() {
        assert_eq!(bits(12_345), "+12.3");
        assert_eq!(bits(-40), " 0.0");
        assert_eq!(bits(-1_950), "-2.0");
    }
}
