//! A row gives a specific reason why disclosure is or may be relevant.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 13: 6103(i)(2)(B)(iv). Least content:
//! eight words, three different ones of them neither the statute's own, nor the names in the row, nor
//! words that stand in any request.
//!
//! Left to others: equal reasons (`reason_clone`), whether it convinces (officer and counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    filler::is_filler,
    reason::distinct_substance,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("reason.unspecific"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "a specific reason is given",
        remedy: "say in a sentence or two what in this person's case makes the address relevant",
        checks: &[13],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "seven words",
            &[&[text(
                Column::Reason,
                "Summons came back unserved from three towns",
            )]],
        ),
        Example::row(
            "two words of substance",
            &[&[text(
                Column::Reason,
                "The address of the subject is relevant to this criminal investigation of forged visas",
            )]],
        ),
        Example::row("missing", &[&[empty(Column::Reason)]]),
        Example::row("a placeholder", &[&[text(Column::Reason, "see file")]]),
        Example::row(
            "one word over and over",
            &[&[text(
                Column::Reason,
                "summons summons summons summons summons summons summons summons",
            )]],
        ),
        Example::row(
            "a placeholder in many words",
            &[&[text(
                Column::Reason,
                "See attached case file for the specific reason in this matter",
            )]],
        ),
        Example::row(
            "five words",
            &[&[text(Column::Reason, "Needed to locate the subject")]],
        ),
        Example::row(
            "the statute's words alone",
            &[&[text(
                Column::Reason,
                "The disclosure is or may be relevant to a federal criminal investigation of the subject under this statute",
            )]],
        ),
    ],
    passing: &[
        Example::row(
            "eight words",
            &[&[text(
                Column::Reason,
                "Summons came back unserved from three Nevada towns",
            )]],
        ),
        Example::row(
            "three words of substance",
            &[&[text(
                Column::Reason,
                "The address of the subject is relevant to this criminal investigation of forged entry visas",
            )]],
        ),
        Example::row(
            "one plain sentence",
            &[&[text(
                Column::Reason,
                "Letters to the lodging house in Sparks came back; service of the indictment needs a current address",
            )]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::Reason);
    if text.is_empty() {
        return report.at(
            Column::Reason,
            format!("the reason {}", view.absence(Column::Reason)),
        );
    }
    if is_filler(text) {
        return report.at(Column::Reason, "the reason is a placeholder");
    }
    let count = view.reason.len();
    if count < 8 {
        report.at(
            Column::Reason,
            format!("the reason has {count} words, too few to say why disclosure is relevant"),
        );
    } else if distinct_substance(&view.content, 3) < 3 {
        report.at(
            Column::Reason,
            "the reason repeats the statute, one word or set phrases, and says nothing of this person's case",
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::reason::{Words, distinct_substance};

    fn check(text: &str, expected: bool) {
        let words = Words::of(text);
        let enough = words.len() >= 8 && distinct_substance(&words.content(&[]), 3) >= 3;
        assert_eq!(enough, expected, "{text}");
    }

    #[test]
    fn placeholders_in_many_words() {
        for word in ["asdf", "test", "unknown", "TBD", "summons"] {
            check(&[word; 8].join(" "), false);
        }
        for text in [
            "see file see file see file see file",
            "lorem ipsum dolor sit amet consectetur adipiscing elit",
            "See attached case file for the specific reason in this matter",
            "The specific reason will be provided upon request by this office today",
            "N/A not applicable no specific reason available at this time here",
            "Law enforcement purposes, official use only, please provide current mailing address",
            "Please provide the current address for the above named individual today",
            "To locate the individual in connection with an ongoing matter",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn reasons_in_plain_words() {
        for text in [
            "See attached warrant: the marshal found the flat in Sparks empty on two visits",
            "Summons came back unserved from three Nevada towns",
            "The specific reason is that bail was forfeited when the bracelet was cut",
            "Not at home on three visits; the landlord says he moved to Fallon",
        ] {
            check(text, true);
        }
    }
}
