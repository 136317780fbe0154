//! Findings of rows by rule, with their wordings and places: what a person reads first.
//!
//! Place in the flow: one pass over the rows; memory stays fixed however many there are.
//!
//! Left to others: showing it ([`super::text`], [`super::annotate`]).

use std::collections::HashMap;

use model::{column::column_letters, finding::FindingClass};

use super::{
    found::Place,
    rows::{ExaminedRow, RowFinding, sheet_name},
};

/// Wordings kept of one rule; findings in further ones are counted.
const MOST_WORDINGS: usize = 64;
/// Ranges of cells kept of one wording; further cells are counted.
const MOST_RANGES: usize = 12;

/// All findings of rows.
#[derive(Debug)]
pub struct Groups {
    rules: HashMap<&'static str, usize>,
    list: Vec<Group>,
    by_rule: HashMap<String, usize>,
    /// For each kept text its group and wording.
    by_text: Vec<Option<(usize, usize)>>,
    /// Rows with at least one question.
    pub with_questions: u64,
    /// Rows with at least one deferral.
    pub deferred: u64,
    /// Rows with at least one finding.
    pub with_findings: u64,
    /// Findings of rows in all.
    pub findings: u64,
}

/// The findings of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    order: usize,
    /// Stable rule name.
    pub rule: String,
    /// Class of all its findings.
    pub class: FindingClass,
    /// The law.
    pub citation: String,
    /// Rows with one or more of them.
    pub rows: u64,
    /// Wordings, the commonest first once [`Groups::finish`] has sorted them.
    pub wordings: Vec<Wording>,
    /// Findings in wordings that were not kept.
    pub other: u64,
    last_row: Option<(u16, u32)>,
}

/// The findings of one rule that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// What is wrong.
    pub message: String,
    /// What mends it.
    pub remedy: String,
    /// How many findings say it.
    pub findings: u64,
    /// Where.
    pub places: Places,
}

impl Groups {
    /// Without findings.
    pub fn new() -> Self {
        let rules = statute::rules();
        let rules = rules.iter().enumerate();
        Self {
            rules: rules.map(|(order, rule)| (rule.id.0, order)).collect(),
            list: Vec::new(),
            by_rule: HashMap::new(),
            by_text: Vec::new(),
            with_questions: 0,
            deferred: 0,
            with_findings: 0,
            findings: 0,
        }
    }

    /// Adds a row.
    pub fn add(&mut self, row: &ExaminedRow) {
        let mut classes = [false; 2];
        for finding in &row.findings {
            let [question, deferred] = &mut classes;
            match finding.text.class {
                FindingClass::Question => *question = true,
                FindingClass::Deferred => *deferred = true,
                FindingClass::Deficient => {}
            }
            self.findings = self.findings.saturating_add(1);
            self.add_finding(row, finding);
        }
        let with_findings = u64::from(!row.findings.is_empty());
        self.with_findings = self.with_findings.saturating_add(with_findings);
        let [question, deferred] = classes.map(u64::from);
        self.with_questions = self.with_questions.saturating_add(question);
        self.deferred = self.deferred.saturating_add(deferred);
    }

    fn add_finding(&mut self, row: &ExaminedRow, finding: &RowFinding) {
        let known = (finding.id).and_then(|id| self.by_text.get(id.index()).copied().flatten());
        let (group, wording) = known.unwrap_or_else(|| self.place_of(finding));
        let Some(group) = self.list.get_mut(group) else {
            return;
        };
        if group.last_row != Some((row.sheet, row.row)) {
            group.last_row = Some((row.sheet, row.row));
            group.rows = group.rows.saturating_add(1);
        }
        match group.wordings.get_mut(wording) {
            Some(wording) => {
                wording.findings = wording.findings.saturating_add(1);
                wording.places.add(row.sheet, &finding.place, row.row);
            }
            None => group.other = group.other.saturating_add(1),
        }
    }

    /// The group and wording of a text met for the first time; a wording beyond the last one where
    /// no more are kept.
    fn place_of(&mut self, finding: &RowFinding) -> (usize, usize) {
        let text = &finding.text;
        let next = self.list.len();
        let group = *self.by_rule.entry(text.rule.clone()).or_insert(next);
        if group == next {
            self.list.push(Group {
                order: (self.rules.get(text.rule.as_str()).copied()).unwrap_or(usize::MAX),
                rule: text.rule.clone(),
                class: text.class,
                citation: text.citation.clone(),
                rows: 0,
                wordings: Vec::new(),
                other: 0,
                last_row: None,
            });
        }
        let mut wording = usize::MAX;
        if let Some(group) = self.list.get_mut(group) {
            wording = (group.wordings.iter())
                .position(|known| known.message == text.message && known.remedy == text.remedy)
                .unwrap_or(group.wordings.len());
            if wording == group.wordings.len() && wording < MOST_WORDINGS {
                group.wordings.push(Wording {
                    message: text.message.clone(),
                    remedy: text.remedy.clone(),
                    findings: 0,
                    places: Places::default(),
                });
            }
        }
        if let Some(id) = finding.id {
            if self.by_text.len() <= id.index() {
                self.by_text.resize(id.index().saturating_add(1), None);
            }
            if let Some(place) = self.by_text.get_mut(id.index()) {
                *place = Some((group, wording));
            }
        }
        (group, wording)
    }

    /// The groups: by class, then in the order of the rules.
    pub fn finish(&mut self) -> Vec<Group> {
        let mut groups = std::mem::take(&mut self.list);
        for group in &mut groups {
            let key = |wording: &Wording| std::cmp::Reverse(wording.findings);
            group.wordings.sort_by_key(key);
        }
        groups.sort_by(|a, b| (a.class, a.order, &a.rule).cmp(&(b.class, b.order, &b.rule)));
        groups
    }
}

/// Cells, as ranges down a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    ranges: Vec<Range>,
    /// Cells that are in no kept range.
    more: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Range {
    sheet: u16,
    column: Place,
    first: u32,
    last: u32,
}

impl Places {
    /// Adds a cell; rows ascend.
    pub fn add(&mut self, sheet: u16, place: &Place, row: u32) {
        let continued = self.ranges.iter_mut().rev().find(|range| {
            range.sheet == sheet
                && range.last.checked_add(1) == Some(row)
                && range.column == *place
                && !matches!(place, Place::Named(_))
        });
        if let Some(range) = continued {
            range.last = row;
        } else if self.ranges.len() < MOST_RANGES {
            self.ranges.push(Range {
                sheet,
                column: place.clone(),
                first: row,
                last: row,
            });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// `C2:C9, C14 and 3 more`, at most so many ranges; `Subjects 2!C5` on later sheets.
    pub fn to_text(&self, most: usize) -> String {
        let shown: Vec<String> = self.ranges.iter().take(most).map(Range::to_text).collect();
        let rest = self.ranges.iter().skip(most);
        let rest = rest.fold(self.more, |more, range| {
            let cells = u64::from(range.last.saturating_sub(range.first)).saturating_add(1);
            more.saturating_add(cells)
        });
        match rest {
            0 => shown.join(", "),
            more => format!(
                "{} and {} more",
                shown.join(", "),
                super::paint::count(more)
            ),
        }
    }
}

impl Range {
    fn to_text(&self) -> String {
        let sheet = match self.sheet {
            1 => String::new(),
            sheet => format!("{}!", sheet_name(sheet)),
        };
        let Self { first, last, .. } = self;
        let cells = match &self.column {
            Place::Named(name) => name.to_string(),
            Place::Row if first == last => format!("row {first}"),
            Place::Row => format!("rows {first} to {last}"),
            Place::Column(column) if first == last => format!("{}{first}", column_letters(*column)),
            Place::Column(column) => {
                let column = column_letters(*column);
                format!("{column}{first}:{column}{last}")
            }
        };
        format!("{sheet}{cells}")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::command::examine::found::{Text, TextId};

    fn check_places(cells: &[(u16, Place, u32)], most: usize, expected: &str) {
        let mut places = Places::default();
        for (sheet, place, row) in cells {
            places.add(*sheet, place, *row);
        }
        assert_eq!(places.to_text(most), expected);
    }

    #[test]
    fn cells_become_ranges_down_their_column() {
        let c = Place::Column(2);
        let d = Place::Column(3);
        check_places(&[(1, c.clone(), 2)], 9, "C2");
        let run: Vec<_> = (2..=9).map(|row| (1, c.clone(), row)).collect();
        check_places(&run, 9, "C2:C9");
        check_places(
            &[
                (1, c.clone(), 2),
                (1, d.clone(), 2),
                (1, c.clone(), 3),
                (1, d.clone(), 3),
                (1, c.clone(), 9),
            ],
            9,
            "C2:C3, D2:D3, C9",
        );
        check_places(
            &[(1, c.clone(), 9), (2, c.clone(), 10)],
            9,
            "C9, Subjects 2!C10",
        );
        check_places(&[(1, Place::Row, 4), (1, Place::Row, 5)], 9, "rows 4 to 5");
        check_places(
            &[(1, c.clone(), 2), (1, c.clone(), 4), (1, c.clone(), 5)],
            1,
            "C2 and 2 more",
        );
        let many: Vec<_> = (0..2000).map(|row| (1, c.clone(), 2 * row + 2)).collect();
        check_places(&many, 2, "C2, C4 and 1,998 more");
    }

    fn row(number: u32, findings: &[(&str, u32, FindingClass)]) -> ExaminedRow {
        let findings = findings.iter().map(|(rule, id, class)| RowFinding {
            id: (*id < 1000).then_some(TextId(*id)),
            text: Arc::new(Text {
                rule: (*rule).to_owned(),
                class: *class,
                citation: "law".to_owned(),
                message: format!("message {id}"),
                remedy: "mend".to_owned(),
            }),
            place: Place::Column(0),
        });
        ExaminedRow {
            sheet: 1,
            row: number,
            findings: findings.collect(),
        }
    }

    #[test]
    fn groups_count_rows_and_findings_by_rule_and_wording() {
        use FindingClass::{Deficient, Question};
        let mut groups = Groups::new();
        groups.add(&row(
            2,
            &[
                ("reason.clone", 0, Question),
                ("name.missing", 1, Deficient),
            ],
        ));
        groups.add(&row(
            3,
            &[
                ("name.missing", 2, Deficient),
                ("name.missing", 1, Deficient),
            ],
        ));
        groups.add(&row(4, &[("name.missing", 1, Deficient)]));
        groups.add(&row(5, &[]));
        assert_eq!(
            (groups.with_questions, groups.deferred, groups.findings),
            (1, 0, 5)
        );
        let list = groups.finish();
        let rules: Vec<_> = list
            .iter()
            .map(|group| (group.rule.as_str(), group.rows))
            .collect();
        assert_eq!(rules, [("name.missing", 3), ("reason.clone", 1)]);
        let wordings: Vec<_> = (list[0].wordings.iter())
            .map(|wording| {
                (
                    wording.message.as_str(),
                    wording.findings,
                    wording.places.to_text(9),
                )
            })
            .collect();
        assert_eq!(
            wordings,
            [
                ("message 1", 3, "A2:A4".to_owned()),
                ("message 2", 1, "A3".to_owned())
            ]
        );
    }

    #[test]
    fn more_wordings_than_are_kept_are_counted() {
        let mut groups = Groups::new();
        for number in 0..2000 {
            groups.add(&row(
                number + 2,
                &[("name.missing", number, FindingClass::Deficient)],
            ));
        }
        let list = groups.finish();
        assert_eq!(list[0].rows, 2000);
        assert_eq!(list[0].wordings.len(), MOST_WORDINGS);
        assert_eq!(list[0].other, 2000 - u64::try_from(MOST_WORDINGS).unwrap());
    }
}
