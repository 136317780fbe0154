//! One row of a request: its cells, and the truth about it.
//!
//! Place in the flow: made from a chosen person, written to workbook and truth file.
//!
//! Left to others: names gone wrong (garble), offences (offence), deficiencies (deficiency).

use model::{column::Column, time::Date};

use super::{
    deficiency::Deficiency,
    garble,
    offence::{Facts, before},
    officer::Officer,
    reason::{Setting, reason},
};
use crate::{
    dice::Dice,
    nation::{
        World,
        atlas::{AddressLines, Dwelling, Wording},
        person::{Person, PersonNumber, Presence, Profile},
    },
    rates::Rates,
    tables::errors::ErrorTables,
};

/// What stands in a cell.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, kept as text by the spreadsheet.
    Text(String),
    /// A number, as a careless spreadsheet stores a ZIP code.
    Number(u32),
    /// A date cell.
    Date(Date),
}

/// The cells of a row.
#[derive(Clone)]
pub struct SubjectRow {
    cells: [Option<Value>; Column::COUNT],
}

impl Default for SubjectRow {
    fn default() -> Self {
        Self {
            cells: std::array::from_fn(|_| None),
        }
    }
}

impl SubjectRow {
    /// The value of a column.
    #[must_use]
    pub fn value(&self, column: Column) -> Option<&Value> {
        self.cells.get(column.index()).and_then(Option::as_ref)
    }

    /// The text of a text cell; empty for any other.
    #[must_use]
    pub fn words(&self, column: Column) -> &str {
        match self.value(column) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    pub(super) fn set(&mut self, column: Column, value: Value) {
        if let Some(cell) = self.cells.get_mut(column.index()) {
            *cell = Some(value);
        }
    }

    /// Sets a text; an empty one clears the cell.
    pub(super) fn text(&mut self, column: Column, text: &str) {
        if text.is_empty() {
            self.clear(column);
        } else {
            self.set(column, Value::Text(text.to_owned()));
        }
    }

    pub(super) fn clear(&mut self, column: Column) {
        if let Some(cell) = self.cells.get_mut(column.index()) {
            *cell = None;
        }
    }
}

/// What a right gate can make of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// On file, with the given address on file and a birth date or TIN in the row.
    Answerable,
    /// Answerable but for a hold or an identity-theft marker: nothing may be said.
    Held,
    /// Not on file.
    Absent,
    /// On file, but the row has neither birth date nor TIN.
    NoEvidence,
    /// On file, but the given address is not.
    AddressNotOnFile,
    /// A statutory element is absent.
    Deficient(Deficiency),
}

impl Kind {
    /// The word in the truth file.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Answerable => "answerable".to_owned(),
            Self::Held => "held".to_owned(),
            Self::Absent => "absent".to_owned(),
            Self::NoEvidence => "no_evidence".to_owned(),
            Self::AddressNotOnFile => "address_not_on_file".to_owned(),
            Self::Deficient(why) => format!("deficient:{}", why.label()),
        }
    }
}

/// What the row is to be, before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    Present,
    AbsentWithFamily,
    AbsentStranger,
    OtherAddress,
    Deficient(Deficiency),
}

/// A row with the truth about it.
#[derive(Clone)]
pub struct Subject {
    /// Its cells.
    pub row: SubjectRow,
    /// What a right gate can make of it.
    pub kind: Kind,
    /// The person meant, where on file: their id in the extract.
    pub person_id: Option<String>,
    /// The person meant, where on file: their place in the extract.
    pub number: Option<PersonNumber>,
    /// The person meant, on file or not.
    pub profile: Profile,
    /// Whether the given address is the latest on file within the periods asked.
    pub latest_address_given: bool,
}

/// What rows are made with.
pub(super) struct Desk<'world> {
    pub world: &'world World,
    pub rates: &'world Rates,
    pub tables: &'world ErrorTables,
}

/// The address a row gives, and the periods it asks about.
struct Question {
    given: Option<Dwelling>,
    from_year: i32,
    to_year: i32,
}

impl Desk<'_> {
    /// The row number `number` about `person`.
    pub fn subject(
        &self,
        number: u64,
        person: &Person,
        intent: Intent,
        officer: &Officer,
        dice: &mut Dice,
    ) -> Subject {
        let as_of = self.world.as_of();
        let question = self.question(person, intent, dice);
        let elements = match intent {
            Intent::Deficient(why) => why.elements(),
            _ => None,
        };
        let facts = Facts::draw(elements, as_of, dice);
        let mut row = SubjectRow::default();
        let evidence = self.identity(&mut row, person, dice);
        self.address(&mut row, person, &question, dice);
        self.periods(&mut row, &question, dice);
        self.law(&mut row, number, &facts, dice);
        row.text(Column::OfficerName, &officer.name);
        row.text(Column::OfficerId, officer.id.as_str());
        let city = garble::capitals(row.words(Column::City));
        row.text(
            Column::Reason,
            &reason(
                &Setting {
                    facts: &facts,
                    city: &city,
                    as_of,
                },
                number,
                dice,
            ),
        );
        if let Intent::Deficient(why) = intent {
            why.apply(&mut row, self.world.atlas(), as_of, dice);
        }
        let latest = person
            .latest_filing(question.from_year, question.to_year)
            .map(|filing| filing.dwelling);
        Subject {
            row,
            kind: kind(person, intent, evidence),
            person_id: person.id.as_ref().map(ToString::to_string),
            number: match person.presence {
                Presence::OnFile(number) => Some(number),
                Presence::FamilyOnFile | Presence::Unknown => None,
            },
            profile: Profile::of(person),
            latest_address_given: latest.is_some() && latest == question.given,
        }
    }

    /// Writes names, birth date and TIN; gives whether there is either of the last two.
    fn identity(&self, row: &mut SubjectRow, person: &Person, dice: &mut Dice) -> bool {
        let name = garble::name(person, self.rates, self.tables, dice);
        row.text(Column::GivenNames, &name.given);
        row.text(Column::Surnames, &name.surnames);
        row.text(Column::Suffix, &name.suffix);
        let birth_date = dice.happens(self.rates.asked_birth_date);
        if birth_date {
            let date = garble::birth_date(person.date_of_birth, self.rates, dice);
            row.set(Column::DateOfBirth, Value::Date(date));
        }
        let rate = if birth_date {
            self.rates.asked_tin_with_birth_date
        } else {
            self.rates.asked_tin_without_birth_date
        };
        let tin = person.tin.as_ref().filter(|_| dice.happens(rate));
        if let Some(tin) = tin {
            row.text(Column::Tin, &garble::tin(&tin.digits(), self.rates, dice));
        }
        birth_date || tin.is_some()
    }

    fn question(&self, person: &Person, intent: Intent, dice: &mut Dice) -> Question {
        let (_, last_year) = self.world.years();
        let last = person
            .filings
            .last()
            .map(|filing| i32::from(filing.period.year()));
        let mut to = last.unwrap_or(last_year);
        if last.is_none() && dice.one_in(3) {
            to -= 1;
        }
        let from = to - dice.pick(&[0, 0, 1, 1, 1, 2]);
        let current = person.latest_filing(from, to).map(|filing| filing.dwelling);
        let current = current.or_else(|| person.dwelling_in(to + 1));
        let former = person
            .filings
            .iter()
            .map(|filing| filing.dwelling)
            .find(|old| Some(*old) != current);
        let given = match intent {
            Intent::OtherAddress => self.elsewhere(person, current, dice),
            _ if dice.happens(self.rates.asked_former_address) => former.or(current),
            _ => current,
        };
        Question {
            given,
            from_year: from,
            to_year: to,
        }
    }

    /// An address that is not on file for the person: half the time one in the same ZIP area.
    fn elsewhere(
        &self,
        person: &Person,
        current: Option<Dwelling>,
        dice: &mut Dice,
    ) -> Option<Dwelling> {
        let atlas = self.world.atlas();
        let near = dice.one_in(2);
        (0..20).find_map(|_| {
            let place = current.filter(|_| near).map(|dwelling| dwelling.place);
            let place = place.unwrap_or_else(|| atlas.place_for(person.group, dice));
            let dwelling = atlas.dwelling(place, dice);
            (!person.has_on_file(dwelling)).then_some(dwelling)
        })
    }

    fn address(&self, row: &mut SubjectRow, person: &Person, question: &Question, dice: &mut Dice) {
        let Some(given) = question.given else { return };
        let mut lines = self.world.atlas().lines(given, Wording::draw(dice));
        if dice.happens(self.rates.row_street_wrong) {
            self.spoil_street(&mut lines, dice);
        }
        if dice.happens(self.rates.row_unit_dropped) {
            lines.line_2.clear();
        }
        let shout = dice.one_in(8);
        let written = |text: &str| {
            if shout {
                text.to_owned()
            } else {
                garble::capitals(text)
            }
        };
        row.text(Column::AddressLine1, &written(&lines.line_1));
        row.text(Column::AddressLine2, &written(&lines.line_2));
        row.text(Column::City, &written(&lines.city));
        row.text(Column::State, &lines.state);
        row.text(Column::PostalCode, &lines.postal_code);
        row.set(
            Column::AddressAsOf,
            Value::Date(self.known_on(person, given, dice)),
        );
        if dice.happens(self.rates.asked_more_addresses) {
            row.text(Column::MoreAddresses, &self.older(person, given));
        }
    }

    /// One letter of the longest word of the first line goes wrong.
    fn spoil_street(&self, lines: &mut AddressLines, dice: &mut Dice) {
        let longest = lines
            .line_1
            .split(' ')
            .max_by_key(|word| word.len())
            .unwrap_or("")
            .to_owned();
        if longest.bytes().all(|byte| byte.is_ascii_uppercase())
            && let Some(wrong) = self.tables.mistyped(&longest, dice)
        {
            lines.line_1 = lines.line_1.replacen(&longest, &wrong, 1);
        }
    }

    /// A day on which the address was the person's; a late one for a current address.
    fn known_on(&self, person: &Person, given: Dwelling, dice: &mut Dice) -> Date {
        let as_of = self.world.as_of();
        let place = person.stays.iter().position(|stay| stay.dwelling == given);
        let Some(place) = place else {
            return before(as_of, dice.between(40, 700));
        };
        let first_day = |place: usize| {
            let year = person.stays.get(place).map(|stay| stay.from_year);
            year.and_then(|year| Date::new(i16::try_from(year).ok()?, 1, 1).ok())
        };
        let late = before(as_of, dice.between(20, 290));
        let known = first_day(place + 1).map_or(late, |left| before(left, dice.between(5, 330)));
        known
            .max(first_day(place).unwrap_or(known))
            .min(before(as_of, 20))
    }

    /// The person's other addresses on file, one a line, at most three.
    fn older(&self, person: &Person, given: Dwelling) -> String {
        let mut seen = vec![given];
        let mut lines = Vec::new();
        for filing in person.filings.iter().rev() {
            if !seen.contains(&filing.dwelling) && lines.len() < 3 {
                seen.push(filing.dwelling);
                let AddressLines {
                    line_1,
                    line_2,
                    city,
                    state,
                    postal_code,
                } = self
                    .world
                    .atlas()
                    .lines(filing.dwelling, Wording::default());
                let unit = if line_2.is_empty() {
                    String::new()
                } else {
                    format!(" {line_2}")
                };
                let street = garble::capitals(&format!("{line_1}{unit}"));
                lines.push(format!(
                    "{street}, {}, {state} {postal_code}",
                    garble::capitals(&city)
                ));
            }
        }
        lines.join("\n")
    }

    fn periods(&self, row: &mut SubjectRow, question: &Question, dice: &mut Dice) {
        let (from, to) = (question.from_year, question.to_year);
        let text = match (to - from, dice.below(3)) {
            (0, _) => to.to_string(),
            (_, 0) => (from..=to)
                .map(|year| year.to_string())
                .collect::<Vec<_>>()
                .join("; "),
            _ => format!("{from}-{to}"),
        };
        row.text(Column::TaxPeriods, &text);
        let asks = if dice.happens(self.rates.asked_address_released) {
            "address"
        } else {
            "verify"
        };
        row.text(Column::AsksFor, asks);
    }

    fn law(&self, row: &mut SubjectRow, number: u64, facts: &Facts, dice: &mut Dice) {
        row.text(Column::Statute, facts.citation);
        let year = facts.case_opened_on.year();
        let district = dice.pick(&["NV", "TX", "AZ", "GA", "IL", "WA", "FL", "OH"]);
        row.text(
            Column::CaseNumber,
            &format!("CR-{year}-{district}-{:06}", number + 1),
        );
        row.set(Column::CaseOpenedOn, Value::Date(facts.case_opened_on));
        if let Some((day, case)) = &facts.final_order {
            row.set(Column::FinalOrderDate, Value::Date(*day));
            row.text(Column::FinalOrderCaseNumber, case);
        }
        if let Some((ground, finality)) = facts.order {
            row.text(Column::OrderGround, ground);
            row.text(Column::FinalityBasis, finality);
            row.text(Column::ReviewStatus, "none");
            row.text(Column::StayOrRelief, "none");
        }
        if let Some(day) = facts.act_date {
            row.set(Column::ActDate, Value::Date(day));
        }
    }
}

fn kind(person: &Person, intent: Intent, evidence: bool) -> Kind {
    match intent {
        Intent::Deficient(why) => Kind::Deficient(why),
        Intent::AbsentWithFamily | Intent::AbsentStranger => Kind::Absent,
        Intent::OtherAddress => Kind::AddressNotOnFile,
        Intent::Present if !evidence => Kind::NoEvidence,
        Intent::Present if person.hold || person.identity_theft => Kind::Held,
        Intent::Present => Kind::Answerable,
    }
}
