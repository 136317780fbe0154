//! What an examination keeps of each row to compare it with all others: keys, no texts.
//!
//! Place in the flow: made beside a row's findings; the rules across rows read all traces at the
//! end. One trace is about 100 bytes, so 1.28 million rows need some 130 MB.
//!
//! Left to others: the keys' function ([`crate::key`]), the signature of a reason
//! ([`crate::reason`]).

use model::{column::Column, time::Date};

use crate::{
    date::DateReading,
    filler::is_filler,
    key::{pair_key, text_key},
    officer::name_key,
    reading::TinReading,
    reason::{ReasonSignature, signature},
    view::RowView,
};

/// Keys of one row; 0 where the row has no value to compare.
#[derive(Debug, Clone)]
pub struct Trace {
    pub(crate) sheet: u16,
    pub(crate) row: u32,
    pub(crate) admissible: bool,
    pub(crate) officer: u64,
    /// The officer's name, whatever the order of its words and its titles.
    pub(crate) officer_name: u64,
    pub(crate) case_number: u64,
    /// The order's case number; 0 also for a placeholder.
    pub(crate) final_order: u64,
    /// Given names and surnames.
    pub(crate) name: u64,
    pub(crate) surname: u64,
    /// Name and birth date.
    pub(crate) name_and_birth: u64,
    /// The address in standard form with its unit.
    pub(crate) address: u64,
    pub(crate) tin: u64,
    pub(crate) case_opened_on: Option<Date>,
    pub(crate) reason: ReasonSignature,
}

impl Trace {
    pub(crate) fn new(view: &RowView<'_>) -> Self {
        let surname = text_key(view.text(Column::Surnames));
        let name = pair_key(text_key(view.text(Column::GivenNames)), surname);
        let id = text_key(view.text(Column::OfficerId));
        let officer = if id == 0 {
            text_key(view.text(Column::OfficerName))
        } else {
            id
        };
        Self {
            sheet: view.row.sheet,
            row: view.row.row,
            admissible: true,
            officer,
            officer_name: name_key(view.text(Column::OfficerName)),
            case_number: text_key(view.text(Column::CaseNumber)),
            final_order: order_key(view.text(Column::FinalOrderCaseNumber)),
            name,
            surname,
            name_and_birth: match view.reading.date_of_birth {
                DateReading::Date(birth) => pair_key(name, birth_key(birth)),
                _ => 0,
            },
            address: address_key(view),
            tin: match view.reading.tin {
                TinReading::Tin(_) => text_key(view.text(Column::Tin)),
                _ => 0,
            },
            case_opened_on: view.reading.case_opened_on.date(),
            reason: signature(&view.content),
        }
    }

    /// Where the row stands, for ordering and for people.
    pub(crate) const fn place(&self) -> (u16, u32) {
        (self.sheet, self.row)
    }
}

fn order_key(text: &str) -> u64 {
    if is_filler(text) { 0 } else { text_key(text) }
}

fn birth_key(birth: Date) -> u64 {
    let year = u64::from(birth.year().unsigned_abs());
    let day = u64::from(birth.day_of_year().unsigned_abs());
    crate::key::reseeded(year * 400 + day, 1)
}

/// Key of an address without hard problems: what would open it, and the unit.
fn address_key(view: &RowView<'_>) -> u64 {
    let reading = &view.reading.address;
    if reading
        .problems
        .iter()
        .any(|problem| !problem.is_question())
    {
        return 0;
    }
    let address = &reading.address;
    let place = pair_key(text_key(&address.number_part()), text_key(&address.zip5));
    let street = pair_key(
        text_key(address.kind.label()),
        text_key(&address.street_core()),
    );
    let whole = pair_key(place, street);
    match text_key(&address.unit) {
        0 => whole,
        unit => pair_key(whole, unit),
    }
}
