//! The examination of a whole request, a row at a time, in bounded memory.
//!
//! Place in the flow: the caller feeds the cover, the sheets' headers and each row as intake
//! delivers them; [`Examination::row`] gives a row's own findings at once, [`Examination::finish`]
//! those of the request and those that only all rows together show. [`RowExaminer`] does the first
//! part alone and can be shared by threads.
//!
//! Left to others: what a rule looks for (`rule`), what is kept of a row (`trace`).

use std::{collections::BTreeMap, num::NonZeroUsize};

use model::{
    finding::{Finding, FindingClass, RuleId, is_admissible},
    row::Row,
};

use crate::{
    cover::CoverView,
    rule::{Examine, Group, RULES, Rule},
    terms::{Setting, Terms},
    trace::Trace,
    view::{RequestReport, RequestView, RowReport, RowView, SheetColumns},
};

/// Places named in a message before it says how many more there are.
const PLACES_NAMED: usize = 6;

/// The findings of one row on its own cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowFindings {
    /// In the order of the rules.
    pub findings: Vec<Finding>,
}

impl RowFindings {
    /// Whether none is deficient; findings across rows may still make the row so.
    #[must_use]
    pub fn is_admissible(&self) -> bool {
        is_admissible(&self.findings)
    }
}

/// Rows by outcome. `rows = admissible + rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExaminationCounts {
    /// Rows examined.
    pub rows: u64,
    /// Rows without a deficient finding.
    pub admissible: u64,
    /// Rows with one.
    pub rejected: u64,
}

/// Examines single rows; holds no state, so threads may share it.
pub struct RowExaminer<'a> {
    setting: Setting<'a>,
    rules: Vec<&'static Rule>,
}

impl<'a> RowExaminer<'a> {
    /// Prepares the terms.
    #[must_use]
    pub fn new(terms: Terms<'a>) -> Self {
        let setting = Setting::new(terms);
        let rules = RULES
            .iter()
            .copied()
            .filter(|rule| rule.is_examined(&setting))
            .collect();
        Self { setting, rules }
    }

    /// The findings of one row and what is to be kept of it.
    #[must_use]
    pub fn examine(&self, row: &Row, columns: &SheetColumns) -> (RowFindings, Trace) {
        let view = RowView::new(row, columns, &self.setting);
        let mut found = Vec::new();
        for rule in &self.rules {
            if let Examine::Row(examine) = rule.examine {
                let mut report = RowReport {
                    about: &rule.about,
                    view: &view,
                    found: &mut found,
                };
                examine(&view, &self.setting, &mut report);
            }
        }
        let findings = RowFindings { findings: found };
        let mut trace = Trace::new(&view);
        trace.admissible = findings.is_admissible();
        (findings, trace)
    }
}

/// The examination of one request.
pub struct Examination<'a> {
    examiner: RowExaminer<'a>,
    cover: Option<CoverView>,
    sheets: BTreeMap<u16, SheetColumns>,
    traces: Vec<Trace>,
}

impl<'a> Examination<'a> {
    /// Begins an examination under these terms.
    #[must_use]
    pub fn new(terms: Terms<'a>) -> Self {
        Self {
            examiner: RowExaminer::new(terms),
            cover: None,
            sheets: BTreeMap::new(),
            traces: Vec::new(),
        }
    }

    /// Takes the cover; before or after the rows.
    pub fn cover(&mut self, fields: &CoverView) {
        self.cover = Some(fields.clone());
    }

    /// Takes the header of a sheet of subjects, counted from 1, so that findings can name the cell of
    /// a column that a row leaves empty.
    pub fn sheet(&mut self, number: u16, columns: SheetColumns) {
        self.sheets.insert(number, columns);
    }

    /// Examines a row.
    pub fn row(&mut self, row: &Row) -> RowFindings {
        let nowhere = SheetColumns::default();
        let columns = self.sheets.get(&row.sheet).unwrap_or(&nowhere);
        let (findings, trace) = self.examiner.examine(row, columns);
        self.traces.push(trace);
        findings
    }

    /// Examines rows on several threads; the findings come back in the order of the rows, and are
    /// those that [`Examination::row`] gives one by one. A few thousand rows at a time are well.
    pub fn batch(&mut self, rows: &[Row], threads: NonZeroUsize) -> Vec<RowFindings> {
        let share = rows.len().div_ceil(threads.get()).max(1);
        let (examiner, sheets) = (&self.examiner, &self.sheets);
        let nowhere = &SheetColumns::default();
        let examined: Vec<(RowFindings, Trace)> = std::thread::scope(|scope| {
            let shares: Vec<_> = (rows.chunks(share))
                .map(|rows| {
                    scope.spawn(move || {
                        let columns = |row: &Row| sheets.get(&row.sheet).unwrap_or(nowhere);
                        let examined = rows.iter().map(|row| examiner.examine(row, columns(row)));
                        examined.collect::<Vec<_>>()
                    })
                })
                .collect();
            let joined = shares.into_iter().map(|share| match share.join() {
                Ok(examined) => examined,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.flatten().collect()
        });
        let (findings, traces): (Vec<_>, Vec<_>) = examined.into_iter().unzip();
        self.traces.extend(traces);
        findings
    }

    /// Takes a row that [`RowExaminer::examine`] has examined elsewhere.
    pub fn add(&mut self, trace: Trace) {
        self.traces.push(trace);
    }

    /// Finds what only the whole shows.
    #[must_use]
    pub fn finish(mut self) -> Outcome {
        self.traces.sort_unstable_by_key(Trace::place);
        let later = self.across();
        let deficient = later.deficient_rows();
        for (trace, _) in
            (self.traces.iter_mut().zip(&deficient)).filter(|(_, deficient)| **deficient)
        {
            trace.admissible = false;
        }
        let rows = u64::try_from(self.traces.len()).unwrap_or(u64::MAX);
        let admissible = self.traces.iter().filter(|trace| trace.admissible).count();
        let admissible = u64::try_from(admissible).unwrap_or(u64::MAX);
        let counts = ExaminationCounts {
            rows,
            admissible,
            rejected: rows.saturating_sub(admissible),
        };
        Outcome {
            request: self.request(counts),
            later,
            counts,
            not_examined: self.not_examined(),
        }
    }

    fn request(&self, counts: ExaminationCounts) -> Vec<Finding> {
        let view = RequestView {
            cover: self.cover.as_ref(),
            counts,
        };
        let mut found = Vec::new();
        for rule in &self.examiner.rules {
            if let Examine::Request(examine) = rule.examine {
                let mut report = RequestReport {
                    about: &rule.about,
                    view: &view,
                    found: &mut found,
                };
                examine(&view, &self.examiner.setting, &mut report);
            }
        }
        found
    }

    fn across(&mut self) -> Later {
        let view = RequestView {
            cover: self.cover.as_ref(),
            counts: ExaminationCounts::default(),
        };
        let mut later = Later::default();
        for rule in &self.examiner.rules {
            if let Examine::Across { find, .. } = rule.examine {
                let groups = find(&self.traces, &self.examiner.setting, &view);
                groups
                    .into_iter()
                    .for_each(|group| later.add(rule, group, &self.traces));
            }
        }
        later.entries.sort_unstable();
        later.places = self.traces.iter().map(Trace::place).collect();
        later.sheets = std::mem::take(&mut self.sheets);
        later
    }

    fn not_examined(&self) -> Vec<RuleId> {
        let left = RULES
            .iter()
            .filter(|rule| !rule.is_examined(&self.examiner.setting));
        left.map(|rule| rule.about.id).collect()
    }
}

/// What the whole request shows, beside the findings each row was given at once.
#[derive(Debug)]
pub struct Outcome {
    /// Findings on cover, agreement and request.
    pub request: Vec<Finding>,
    /// Findings of rows that only all rows together show.
    pub later: Later,
    /// Rows by outcome, with the findings of `later` counted in.
    pub counts: ExaminationCounts,
    /// Rules that need an agreement where there is none.
    pub not_examined: Vec<RuleId>,
}

/// Rows that one rule found to belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The rule.
    pub rule: RuleId,
    /// What each of its rows is told.
    pub message: String,
    /// Places of its rows, sheet and row, ascending.
    pub rows: Vec<(u16, u32)>,
}

struct Kept {
    rule: &'static Rule,
    message: String,
}

/// Findings across rows, kept small: a message for each group, an entry for each row in it.
#[derive(Default)]
pub struct Later {
    kept: Vec<Kept>,
    /// Position of the row, position in `kept`; ascending.
    entries: Vec<(u32, u32)>,
    places: Vec<(u16, u32)>,
    sheets: BTreeMap<u16, SheetColumns>,
}

impl std::fmt::Debug for Later {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Later({} groups, {} findings)",
            self.kept.len(),
            self.entries.len()
        )
    }
}

impl Later {
    fn add(&mut self, rule: &'static Rule, group: Group, traces: &[Trace]) {
        let number = u32::try_from(self.kept.len()).unwrap_or(u32::MAX);
        let message = with_places(group.message, &group.rows, traces);
        self.entries
            .extend(group.rows.into_iter().map(|row| (row, number)));
        self.kept.push(Kept { rule, message });
    }

    /// How many findings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All findings with their sheet and row, in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u32, Finding)> + '_ {
        self.entries.iter().filter_map(|entry| self.finding(*entry))
    }

    /// The findings of one row.
    #[must_use]
    pub fn of(&self, sheet: u16, row: u32) -> Vec<Finding> {
        let Ok(place) = self.places.binary_search(&(sheet, row)) else {
            return Vec::new();
        };
        let position = u32::try_from(place).unwrap_or(u32::MAX);
        let first = self.entries.partition_point(|(row, _)| *row < position);
        let entries = self
            .entries
            .iter()
            .skip(first)
            .take_while(|(row, _)| *row == position);
        entries
            .filter_map(|entry| Some(self.finding(*entry)?.2))
            .collect()
    }

    /// The groups, in the order of the rules and of their first rows.
    #[must_use]
    pub fn clusters(&self) -> Vec<Cluster> {
        let mut clusters: Vec<Cluster> = (self.kept.iter())
            .map(|kept| Cluster {
                rule: kept.rule.about.id,
                message: kept.message.clone(),
                rows: Vec::new(),
            })
            .collect();
        for (row, kept) in &self.entries {
            let place = usize::try_from(*row)
                .ok()
                .and_then(|row| self.places.get(row));
            let cluster = usize::try_from(*kept)
                .ok()
                .and_then(|kept| clusters.get_mut(kept));
            if let (Some(place), Some(cluster)) = (place, cluster) {
                cluster.rows.push(*place);
            }
        }
        clusters
    }

    fn finding(&self, (row, kept): (u32, u32)) -> Option<(u16, u32, Finding)> {
        let (sheet, row) = *self.places.get(usize::try_from(row).ok()?)?;
        let kept = self.kept.get(usize::try_from(kept).ok()?)?;
        let column = kept.rule.column();
        let columns = self.sheets.get(&sheet);
        let finding = Finding {
            rule: kept.rule.about.id,
            class: kept.rule.about.class,
            column,
            cell: column.and_then(|column| columns?.cell_name(column, row)),
            citation: kept.rule.about.citation,
            message: kept.message.clone(),
            remedy: kept.rule.about.remedy.to_owned(),
        };
        Some((sheet, row, finding))
    }

    /// For each row whether a group of a deficient rule holds it.
    fn deficient_rows(&self) -> Vec<bool> {
        let mut deficient = vec![false; self.places.len()];
        for (row, kept) in &self.entries {
            let kept = usize::try_from(*kept)
                .ok()
                .and_then(|kept| self.kept.get(kept));
            let is = kept.is_some_and(|kept| kept.rule.about.class == FindingClass::Deficient);
            let place = usize::try_from(*row)
                .ok()
                .and_then(|row| deficient.get_mut(row));
            if let Some(place) = place.filter(|_| is) {
                *place = true;
            }
        }
        deficient
    }
}

/// Adds `: rows 2, 3 and 5` to a message about several rows.
fn with_places(message: String, rows: &[u32], traces: &[Trace]) -> String {
    let mut places = rows
        .iter()
        .filter_map(|row| traces.get(usize::try_from(*row).ok()?))
        .map(Trace::place);
    if rows.len() < 2 {
        return message;
    }
    let named: Vec<String> = places
        .by_ref()
        .take(PLACES_NAMED)
        .map(|(sheet, row)| match sheet {
            1 => row.to_string(),
            _ => format!("{row} of sheet {sheet}"),
        })
        .collect();
    match places.count() {
        0 => format!("{message}: rows {}", named.join(", ")),
        more => format!("{message}: rows {} and {more} more", named.join(", ")),
    }
}
