//! The findings about a workbook: one table of their rules, classes, law and remedies.
//!
//! Place in the flow: readers meet something worth telling, name its [`Notice`] and say where; the
//! table gives the rest.
//!
//! Left to others: findings about a row (statute).

use model::{
    column::Column,
    finding::{Finding, FindingClass, RuleId},
};

/// Law of findings about what a request must hold.
const CONTENT: &str = "26 U.S.C. 6103(i)(2)(B)";
/// Ground of findings about the form alone.
const FORM: &str = "agreement, form of requests";

macro_rules! notices {
    ($($(#[$doc:meta])* $name:ident = $rule:literal, $class:ident, $citation:ident, $remedy:literal;)*) => {
        /// A kind of finding about a workbook.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Notice {
            $($(#[$doc])* $name,)*
        }

        impl Notice {
            /// All of them, in the order of their codes between processes.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            pub(crate) const fn rule(self) -> RuleId {
                match self { $(Self::$name => RuleId($rule)),* }
            }

            pub(crate) const fn class(self) -> FindingClass {
                match self { $(Self::$name => FindingClass::$class),* }
            }

            pub(crate) const fn citation(self) -> &'static str {
                match self { $(Self::$name => $citation),* }
            }

            const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy),* }
            }
        }
    };
}

notices! {
    /// A column every row must fill has no header.
    MissingColumn = "workbook.missing-column", Deficient, CONTENT, "add the column and fill it in every row";
    /// A header that names no known column.
    UnknownColumn = "workbook.unknown-column", Question, FORM, "use a header of the template, or remove the column; it was not read";
    /// Two headers that name the same column.
    DuplicateColumn = "workbook.duplicate-column", Question, FORM, "keep one of the two columns; only the one further left was read";
    /// Cells further right than are read.
    BeyondColumns = "workbook.beyond-columns", Question, FORM, "remove what stands to the right of the table; it was not read";
    /// Filled rows above the header row.
    AboveHeader = "workbook.above-header", Question, FORM, "remove the rows above the column headers; they were not read";
    /// Records of a csv with more fields than the header.
    ExtraFields = "workbook.extra-fields", Question, FORM, "put quotes around values that hold the separator; the values after it may stand in wrong columns";
    /// Records of a csv with fewer fields than the header.
    MissingFields = "workbook.missing-fields", Question, FORM, "write every record with as many fields as the header";
    /// Text that is not UTF-8.
    NotUtf8 = "workbook.not-utf8", Question, FORM, "save the file as UTF-8 and compare names with accents";
    /// Hidden rows.
    HiddenRows = "workbook.hidden-rows", Question, FORM, "say whether the hidden rows are part of the request, or remove them";
    /// Hidden columns.
    HiddenColumns = "workbook.hidden-columns", Question, FORM, "show the hidden columns, or remove them";
    /// A hidden sheet.
    HiddenSheet = "workbook.hidden-sheet", Question, FORM, "show the hidden sheet, or remove it";
    /// A sheet that is not part of a request.
    UnreadSheet = "workbook.unread-sheet", Question, FORM, "name sheets of subjects `Subjects`, `Subjects 2` and so on, and remove others";
    /// Sheets of subjects whose numbers leave one out.
    SheetGap = "workbook.sheet-gap", Question, FORM, "say whether a sheet is missing, and number the sheets without a gap";
    /// Merged cells.
    Merged = "workbook.merged-cells", Question, FORM, "unmerge the cells and fill in each of them; only the first of them holds a value";
    /// Cells with formulas.
    Formulas = "workbook.formulas", Question, FORM, "replace formulas with their values";
    /// Formulas whose value was never computed.
    FormulasWithoutValue = "workbook.formulas-without-value", Question, FORM, "open and save the workbook in a spreadsheet program, or replace formulas with their values";
    /// Cells that hold a spreadsheet error.
    ErrorCells = "workbook.error-cells", Question, FORM, "replace the error values";
    /// Filled cells in columns that have no header.
    WithoutHeader = "workbook.cells-without-header", Question, FORM, "give the column a header of the template, or remove it; it was not read";
    /// Letters of other alphabets than the Latin one, many of which look like Latin letters.
    OtherAlphabets = "workbook.other-alphabets", Question, FORM, "write the value in Latin letters as the person's papers do; some letters of other alphabets only look like them";
    /// Full-width characters.
    FullWidth = "workbook.full-width", Question, FORM, "write the value in ordinary characters";
    /// Characters that cannot be seen, or that were lost.
    UnseenCharacters = "workbook.unseen-characters", Question, FORM, "type the value again instead of copying it";
    /// Case numbers and ids stored as numbers.
    IdentifiersAsNumbers = "workbook.identifiers-as-numbers", Question, FORM, "format the column as text and compare with the papers: a spreadsheet drops zeros at the front of a number";
    /// Numbers with more digits than a spreadsheet keeps.
    RoundedNumbers = "workbook.rounded-numbers", Question, FORM, "format the column as text and type the number again: a spreadsheet keeps 15 digits";
    /// Identifiers in scientific notation.
    ScientificNotation = "workbook.scientific-notation", Question, FORM, "format the column as text and type the number again: its digits are lost";
    /// Dates in columns that hold none.
    DatesOutOfPlace = "workbook.dates-out-of-place", Question, FORM, "format the column as text and type the value again: a spreadsheet took it for a date";
    /// Comments or notes on cells.
    Comments = "workbook.comments", Question, FORM, "move what matters from the comments into the cells; comments were not read";
    /// Drawings, pictures, text boxes, forms.
    Drawings = "workbook.drawings", Question, FORM, "move what matters from drawings and text boxes into the cells; they were not read";
    /// Fields of a csv with text after the quote that closes them.
    TextAfterQuote = "workbook.text-after-quote", Question, FORM, "double the quotes inside a value; what stands after a closing quote was added to the value";
    /// Macros.
    Macros = "workbook.macros", Question, FORM, "save the workbook without macros";
    /// Links to other files, or data connections.
    ExternalLinks = "workbook.external-links", Question, FORM, "break the links and keep the values";
    /// Files embedded in the workbook.
    Embedded = "workbook.embedded-files", Question, FORM, "send the embedded files as exhibits; they were not read";
    /// A key of the cover that is not known.
    CoverUnknownKey = "cover.unknown-key", Question, FORM, "use the keys of the template; the line was not read";
    /// A key of the cover that stands twice.
    CoverDuplicateKey = "cover.duplicate-key", Question, FORM, "keep one of the two; only the first was read";
    /// A filled cover without a key.
    CoverWithoutKeys = "cover.no-keys", Question, FORM, "write the keys in column A and the values in column B; nothing of the cover was read";
}

impl Notice {
    /// The finding, with the sentence that says what is where.
    pub(crate) fn finding(self, message: String, cell: Option<String>) -> Finding {
        self.finding_about(None, message, cell)
    }

    /// The same about a column.
    pub(crate) fn finding_about(
        self,
        column: Option<Column>,
        message: String,
        cell: Option<String>,
    ) -> Finding {
        Finding {
            rule: self.rule(),
            class: self.class(),
            column,
            cell,
            citation: self.citation(),
            message,
            remedy: self.remedy().to_owned(),
        }
    }

    /// The notice of a rule, if it is one of these.
    pub(crate) fn of_rule(rule: RuleId) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|notice| notice.rule() == rule)
    }
}

/// Places of one kind: how many, and the first ones by name. Memory stays fixed however many.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    count: u64,
    first: Vec<String>,
}

impl Tally {
    /// Places named before "and N more".
    const NAMED: usize = 10;

    pub(crate) fn add(&mut self, place: impl FnOnce() -> String) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < Self::NAMED {
            self.first.push(place());
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The first place alone.
    pub(crate) fn first(&self) -> Option<String> {
        self.first.first().cloned()
    }

    /// `C2, C5 and 7 more`.
    pub(crate) fn places(&self) -> String {
        let named = self.first.join(", ");
        let more = self
            .count
            .saturating_sub(u64::try_from(self.first.len()).unwrap_or(u64::MAX));
        if more == 0 {
            named
        } else {
            format!("{named} and {more} more")
        }
    }
}

/// The sentence about what was counted on a sheet, and its first cell where the places are cells.
pub(crate) fn sentence(sheet: &str, notice: Notice, tally: &Tally) -> (String, Option<String>) {
    let (what, is_cell) = counted(notice);
    let message = format!(
        "sheet `{sheet}`: {what}: {} ({})",
        tally.count(),
        tally.places()
    );
    let cell = if is_cell { tally.first() } else { None };
    (message, cell)
}

/// What is counted, and whether its places are cells.
const fn counted(notice: Notice) -> (&'static str, bool) {
    match notice {
        Notice::HiddenRows => ("hidden rows", false),
        Notice::AboveHeader => ("rows above the column headers", false),
        Notice::ExtraFields => ("lines with more fields than the header", false),
        Notice::MissingFields => ("lines with fewer fields than the header", false),
        Notice::TextAfterQuote => ("lines with text after a closing quote", false),
        Notice::HiddenColumns => ("hidden columns", false),
        Notice::BeyondColumns => ("cells beyond the last column that is read", true),
        Notice::Merged => ("merged ranges", false),
        Notice::Formulas => ("cells with formulas", true),
        Notice::FormulasWithoutValue => ("formulas without a computed value", true),
        Notice::ErrorCells => ("cells with an error value", true),
        Notice::WithoutHeader => ("filled cells in columns without a header", true),
        Notice::OtherAlphabets => ("cells with letters that are not Latin", true),
        Notice::FullWidth => ("cells with full-width characters", true),
        Notice::UnseenCharacters => (
            "cells with characters that cannot be seen or were lost",
            true,
        ),
        Notice::IdentifiersAsNumbers => ("case numbers and ids stored as numbers", true),
        Notice::RoundedNumbers => ("numbers of more than 15 digits", true),
        Notice::ScientificNotation => ("identifiers in scientific notation", true),
        Notice::DatesOutOfPlace => ("dates in columns that hold no dates", true),
        Notice::Comments => ("cells with comments", true),
        Notice::Drawings => ("drawings and text boxes", false),
        _ => ("places", false),
    }
}

/// The beginning of an author or a comment, as much of it as tells whether it is one that the
/// examination itself wrote into a marked copy: those need no reading.
#[derive(Debug, Default)]
pub(crate) struct Beginning(String);

impl Beginning {
    const BYTES: usize = 64;
    const AUTHOR: &'static str = "countersign";
    /// How the first line of each of our comments begins.
    const COMMENTS: [&'static str; 3] = ["DEFICIENT · ", "QUESTION · ", "DEFERRED · "];

    pub(crate) fn add(&mut self, piece: &str) {
        let room = Self::BYTES.saturating_sub(self.0.len());
        let end = piece.char_indices().map(|(at, _)| at).find(|at| *at > room);
        self.0
            .push_str(piece.get(..end.unwrap_or(piece.len())).unwrap_or(""));
    }

    /// Whether an author is this program, or nobody.
    pub(crate) fn is_our_author(&self) -> bool {
        matches!(self.0.trim(), "" | Self::AUTHOR)
    }

    /// Whether a comment begins as ours do.
    pub(crate) fn is_our_comment(&self) -> bool {
        let text = self.0.trim_start();
        Self::COMMENTS.iter().any(|class| text.starts_with(class))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_are_distinct_and_found_again() {
        let rules: BTreeSet<_> = Notice::ALL.iter().map(|notice| notice.rule()).collect();
        assert_eq!(rules.len(), Notice::ALL.len());
        for notice in Notice::ALL {
            assert_eq!(Notice::of_rule(notice.rule()), Some(*notice));
        }
    }

    #[test]
    fn a_tally_names_ten_and_counts_the_rest() {
        let mut tally = Tally::default();
        for row in 1..=12 {
            tally.add(|| format!("C{row}"));
        }
        assert_eq!(
            tally.places(),
            "C1, C2, C3, C4, C5, C6, C7, C8, C9, C10 and 2 more"
        );
    }
}
