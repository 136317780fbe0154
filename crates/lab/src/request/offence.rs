//! The offences the rows state, with dates under which each can be complete (LAW.md section 5).
//!
//! Place in the flow: one is drawn for each row; its dates and columns follow.
//!
//! Left to others: examining them (statute).

use jiff::Span;
use model::time::Date;

use crate::dice::Dice;

/// What an offence's columns need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Elements {
    /// A final order under 8 U.S.C. 1227(a), more than 90 days old: failure to depart.
    #[default]
    FinalOrder,
    /// An earlier removal and the day the person was found: re-entry.
    Reentry,
    /// The day of entry.
    Entry,
    /// The day of a false document.
    Document,
    /// The day of a false statement.
    Statement,
}

/// A provision with how often rows state it.
pub struct Offence {
    /// As the row cites it.
    pub citation: &'static str,
    /// What it needs.
    pub elements: Elements,
    /// Share of the rows, in hundredths.
    pub share: u32,
}

/// The criminal provisions the rows state. An agreement for these requests lists them all.
pub const OFFENCES: [Offence; 9] = [
    Offence {
        citation: "8 U.S.C. 1253(a)(1)(A)",
        elements: Elements::FinalOrder,
        share: 44,
    },
    Offence {
        citation: "8 U.S.C. 1326(a)",
        elements: Elements::Reentry,
        share: 18,
    },
    Offence {
        citation: "8 U.S.C. 1326(b)",
        elements: Elements::Reentry,
        share: 4,
    },
    Offence {
        citation: "8 U.S.C. 1325(a)",
        elements: Elements::Entry,
        share: 6,
    },
    Offence {
        citation: "18 U.S.C. 1546(a)",
        elements: Elements::Document,
        share: 10,
    },
    Offence {
        citation: "18 U.S.C. 1546(b)",
        elements: Elements::Document,
        share: 3,
    },
    Offence {
        citation: "18 U.S.C. 1028",
        elements: Elements::Document,
        share: 4,
    },
    Offence {
        citation: "18 U.S.C. 911",
        elements: Elements::Statement,
        share: 7,
    },
    Offence {
        citation: "18 U.S.C. 1015",
        elements: Elements::Statement,
        share: 4,
    },
];

/// Grounds of the order, each of a class of 8 U.S.C. 1227(a).
const GROUNDS: [&str; 6] = [
    "1227(a)(1)(A)",
    "1227(a)(1)(B)",
    "1227(a)(1)(B)",
    "1227(a)(1)(C)(i)",
    "1227(a)(2)(A)(i)",
    "1227(a)(2)(A)(iii)",
];

/// What makes an order final (8 CFR 1241.1).
const FINALITY: [&str; 5] = [
    "appeal dismissed by the Board",
    "appeal waived",
    "appeal period expired",
    "ordered in absentia",
    "voluntary departure overstayed",
];

/// The facts of one row's offence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Citation.
    pub citation: &'static str,
    /// What it needs.
    pub elements: Elements,
    /// Day the case was opened.
    pub case_opened_on: Date,
    /// Final order: day, case number.
    pub final_order: Option<(Date, String)>,
    /// Ground and finality basis of the order, where the offence turns on them.
    pub order: Option<(&'static str, &'static str)>,
    /// Day of the act, or of its discovery.
    pub act_date: Option<Date>,
}

/// `days` before `date`.
pub(super) fn before(date: Date, days: i32) -> Date {
    date.checked_sub(Span::new().days(days)).unwrap_or(date)
}

impl Facts {
    /// Facts of an offence, by share or of the elements asked for, complete as of `as_of`.
    pub fn draw(elements: Option<Elements>, as_of: Date, dice: &mut Dice) -> Self {
        let mut ticket = u32::try_from(dice.below(100)).unwrap_or(0);
        let drawn = OFFENCES.iter().find(|offence| {
            let here = ticket < offence.share;
            ticket = ticket.saturating_sub(offence.share);
            here
        });
        let asked =
            elements.and_then(|wanted| OFFENCES.iter().find(|offence| offence.elements == wanted));
        let (citation, elements) = asked
            .or(drawn)
            .map_or(("8 U.S.C. 1253(a)(1)(A)", Elements::FinalOrder), |o| {
                (o.citation, o.elements)
            });
        // The case is 10 to 400 days old; act and order lie before it, within five years of today.
        let opened = dice.between(10, 400);
        let case_opened_on = before(as_of, opened);
        let act_date = Some(before(case_opened_on, dice.between(20, 1_300)));
        let number = 100_000 + dice.below(900_000);
        let numbered = |date: Date| (date, format!("IJ-{}-{number}", date.year()));
        let blank = Self {
            citation,
            elements,
            case_opened_on,
            final_order: None,
            order: None,
            act_date: None,
        };
        match elements {
            Elements::FinalOrder => Self {
                final_order: Some(numbered(before(case_opened_on, dice.between(100, 900)))),
                order: Some((dice.pick(&GROUNDS), dice.pick(&FINALITY))),
                ..blank
            },
            Elements::Reentry => Self {
                final_order: act_date.map(|act| numbered(before(act, dice.between(200, 2_500)))),
                act_date,
                ..blank
            },
            _ => Self { act_date, ..blank },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Component;

    #[test]
    fn shares_add_up() {
        assert_eq!(
            OFFENCES.iter().map(|offence| offence.share).sum::<u32>(),
            100
        );
    }

    #[test]
    fn dates_fit_the_offence() {
        let as_of = Date::constant(2026, 11, 21);
        for number in 0..2_000 {
            let facts = Facts::draw(None, as_of, &mut Component::new(1, "facts").dice(number));
            assert!(facts.case_opened_on < as_of);
            if let Some(act) = facts.act_date {
                assert!(act < facts.case_opened_on && before(as_of, 1_826) < act);
            }
            if let Some((day, _)) = facts.final_order {
                assert!(day < before(facts.case_opened_on, 90));
                assert!(facts.act_date.is_none_or(|act| day < act));
            }
            assert_eq!(
                facts.order.is_some(),
                facts.elements == Elements::FinalOrder
            );
            assert_eq!(
                facts.act_date.is_none(),
                facts.elements == Elements::FinalOrder
            );
        }
    }
}
