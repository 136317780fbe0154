//! The reasons the rows give: four sentences with the row's own facts, so that hardly two are alike.
//!
//! Place in the flow: written into each row.
//!
//! Left to others: judging whether a reason is one (officer and counsel), finding clones (statute).

use model::time::Date;

use super::offence::{Elements, Facts, before};
use crate::dice::Dice;

/// What the sentences may name.
pub(super) struct Setting<'row> {
    pub facts: &'row Facts,
    /// City of the given address, as the row writes it.
    pub city: &'row str,
    pub as_of: Date,
}

const DEPARTURE: [&str; 9] = [
    "The order of removal became final and the 90 days ended without departure; the file for {month} shows no exit from any port.",
    "A warrant of removal was returned unserved in {month} and the travel document issued by the consulate was never collected.",
    "The subject was told in person on {day} to report for departure and did not appear; the officer's memorandum is in the case file.",
    "Two letters setting a date of departure came back signed for, the second in {month}, and neither date was kept.",
    "A bond was declared breached after the surrender date of {day} passed.",
    "A relative told investigators on {day} that the subject had decided not to leave and had taken work in {city}.",
    "Airline and border records searched on {day} show no departure since the order, under any spelling on file.",
    "The subject applied for a travel document, then withdrew the application in {month} and ceased to answer the case officer.",
    "A notice to surrender was served through counsel of record on {day}; counsel later reported having lost contact.",
];
const REENTRY: [&str; 8] = [
    "Fingerprints taken by the sheriff's office near {city} on {day} match those of the earlier removal.",
    "The subject was removed by air and was met again in {city} in {month} by an officer who had handled the first case.",
    "A traffic stop on {day} gave a name and photograph that the removal file also holds.",
    "A body-camera recording of {day} shows the subject naming the border crossing used after removal.",
    "A hospital in {city} reported in {month} an identity that two examiners have matched with the removal file.",
    "A witness who travelled with the subject described the return across the border in an interview of {day}.",
    "A pawn-shop record of {month} from {city} bears the subject's right index print.",
    "The certificate of non-existence of record was issued on {day}: no consent to reapply was ever given.",
];
const ENTRY: [&str; 6] = [
    "A camera at mile marker {number} recorded the crossing; the vehicle was traced to {city} within the week.",
    "The driver of the vehicle pleaded guilty in {month} and named the subject as one of {few} passengers.",
    "A ledger seized on {day} lists the subject's crossing, its price and a telephone number with a {city} exchange.",
    "The subject's own messages, produced under a warrant of {day}, describe the place and the hour of the crossing.",
    "Ranch security on the river road photographed the subject; the picture was matched in {month}.",
    "A co-traveller's proffer of {day} sets out where the fence was passed and who drove on to {city}.",
];
const DOCUMENT: [&str; 8] = [
    "Document examiners reported on {day} that the permanent resident card shown to an employer in {city} is counterfeit.",
    "The visa number on the card belongs to another person; the consulate confirmed it in {month}.",
    "A search of a printing shop in {city} on {day} found the subject's photograph in the order book, item {number}.",
    "A bank officer kept a copy of the card tendered in {month}; its hologram is printed, not embedded.",
    "The subject tendered the same border crossing card under two birth dates, most lately on {day}.",
    "An arrival record attached to an application of {month} was altered in two places, as the laboratory's report {number} shows.",
    "A licensing clerk in {city} retained the card on {day} after the machine-readable lines failed their check digits.",
    "An informant's purchase on {day} was of a card of the same batch and serial run as the one the subject used.",
];
const STATEMENT: [&str; 8] = [
    "On a form signed on {day} the subject claimed citizenship; the record of birth abroad says otherwise.",
    "The voter roll of the county of {city} holds an application with a box ticked for citizen, dated {month}.",
    "The subject told a state trooper on {day} of a birth in {city}; no such birth is registered there.",
    "An employment form kept since {month} has the line for citizens marked and signed.",
    "A mortgage file opened in {month} holds a sworn statement of citizenship in the subject's hand.",
    "A passport agent refused an application in {month} because the certificate behind it was issued to a child who died.",
    "The oath before the clerk in {city} on {day} repeated an answer that an earlier file contradicts under number {number}.",
    "A federal job application of {month} states naturalisation under a certificate number that was never used.",
];
const SOURCE: [&str; 11] = [
    "The address in this row was read from a lease that the landlord produced on {day}.",
    "The address was given by the subject at booking and was confirmed by a utility account open in {month}.",
    "The address comes from the subject's own change-of-address card, stamped in {month}.",
    "A process server found the name on the letter box at this address on {day} but nobody at home.",
    "The address was taken from a vehicle registration renewed in {month}.",
    "The address stands on a school form that the other parent supplied on {day}.",
    "A parcel was signed for at this address in {month}; the carrier kept the slip.",
    "The address was written on the envelope of a letter that counsel forwarded on {day}.",
    "A court clerk in {city} has this address from a civil docket closed in {month}.",
    "A neighbour knew the subject at this address until about {month}.",
    "A clinic's intake sheet of {month}, produced under subpoena, carries this address.",
];
const RELEVANCE: [&str; 13] = [
    "Whether it is still used for mail decides where a summons can lawfully be served.",
    "If a return was filed from it after the order, the stay was deliberate and not an oversight.",
    "The prosecutor must show residence in the district at that time; the mailing address of those periods bears on venue.",
    "Two people of this name live in {city}; the address tells the subject of this case from the other.",
    "A later mailing address would let the case officer interview the subject before the grand jury sits in {next}.",
    "It will show whether the subject had left the premises before the search and so what can be charged.",
    "Surveillance of {few} hours found nobody; without a confirmed address the warrant would be stale.",
    "The defence has given notice of an alibi that places the subject elsewhere in those periods.",
    "Continuity of the address bears on the element of wilfulness, which the indictment must allege.",
    "The magistrate asked on {day} for fresh grounds to believe that the subject lives there.",
    "The witness will be asked whether the subject still received mail there; the answer must be checked.",
    "It decides whether this case is tried here or is transferred to the district that covers {city}.",
    "The indictment will state the place of residence; counsel wants it from a source of record.",
];
const NEXT: [&str; 17] = [
    "The matter is before the grand jury under this case number.",
    "An application for a search warrant is being drawn up and rests on this point.",
    "An assistant United States attorney accepted the case for prosecution on {day}.",
    "The answer will be used by the named officer alone and in this case only.",
    "A complaint is to be filed in {next}.",
    "Other sources were tried first: motor vehicle, utility and postal records of {month} gave nothing newer.",
    "The officer named has worked on this case since it was opened and will testify.",
    "No other agency holds a mailing address later than {month}.",
    "A hearing is set for {next}.",
    "Indictment is expected in {next}; the period of limitation is running.",
    "Statements of {few} witnesses are on file and agree.",
    "The federal defender has been told that this question would be asked.",
    "A sealed complaint was sworn in {month}; the arrest has not been made.",
    "The evidence binder stands at {number} pages and lacks this point only.",
    "Plea talks broke off in {month} and trial counsel is preparing exhibits.",
    "A pretrial officer asked the same of the family in {month} without success.",
    "The laboratory and the two agents are under subpoena for {next}.",
];

/// A reason of four sentences, dealt from four decks by the row's number. The decks' sizes have no
/// common divisor, so no two of some 850 rows running have three sentences in common.
pub(super) fn reason(setting: &Setting<'_>, number: u64, dice: &mut Dice) -> String {
    let first: &[&str] = match setting.facts.elements {
        Elements::FinalOrder => &DEPARTURE,
        Elements::Reentry => &REENTRY,
        Elements::Entry => &ENTRY,
        Elements::Document => &DOCUMENT,
        Elements::Statement => &STATEMENT,
    };
    let mut sentences = [first, &SOURCE, &RELEVANCE, &NEXT].map(|deck| dealt(deck, number));
    if dice.one_in(3) {
        sentences.swap(0, 1);
    }
    sentences.map(|text| fill(text, setting, dice)).join(" ")
}

/// The card of that number, the deck dealt over and over.
fn dealt(deck: &'static [&'static str], number: u64) -> &'static str {
    let size = u64::try_from(deck.len()).unwrap_or(1).max(1);
    let place = usize::try_from(number % size).unwrap_or(0);
    deck.get(place).copied().unwrap_or_default()
}

/// Puts the row's facts into a sentence.
fn fill(text: &str, setting: &Setting<'_>, dice: &mut Dice) -> String {
    let opened = setting.facts.case_opened_on;
    let day = before(opened, dice.between(1, 60));
    let next = setting
        .as_of
        .checked_add(jiff::Span::new().days(dice.between(20, 120)));
    text.replace("{day}", &long(day))
        .replace("{month}", &month(before(opened, dice.between(5, 150))))
        .replace("{next}", &month(next.unwrap_or(setting.as_of)))
        .replace("{city}", setting.city)
        .replace("{number}", &dice.between(11, 498).to_string())
        .replace("{few}", &dice.between(3, 17).to_string())
}

/// `14 March 2026`.
fn long(date: Date) -> String {
    format!("{} {}", date.day(), month(date))
}

/// `March 2026`.
fn month(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let name = usize::try_from(date.month() - 1)
        .ok()
        .and_then(|place| MONTHS.get(place));
    format!("{} {}", name.unwrap_or(&"January"), date.year())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::dice::Component;

    /// The decks of one offence have sizes without a common divisor.
    #[test]
    fn decks_fall_out_of_step() {
        let gcd = |mut a: usize, mut b: usize| {
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        for first in [
            DEPARTURE.len(),
            REENTRY.len(),
            ENTRY.len(),
            DOCUMENT.len(),
            STATEMENT.len(),
        ] {
            let decks = [first, SOURCE.len(), RELEVANCE.len(), NEXT.len()];
            for (place, a) in decks.iter().enumerate() {
                assert!(
                    decks[place + 1..].iter().all(|b| gcd(*a, *b) == 1),
                    "{decks:?}"
                );
            }
        }
    }

    #[test]
    fn hardly_two_reasons_are_alike() {
        let as_of = Date::constant(2026, 11, 21);
        let reasons: HashSet<String> = (0..1_000)
            .map(|number| {
                let mut dice = Component::new(2, "reasons").dice(number);
                let facts = Facts::draw(None, as_of, &mut dice);
                let text = reason(
                    &Setting {
                        facts: &facts,
                        city: "Reno",
                        as_of,
                    },
                    number,
                    &mut dice,
                );
                assert!(!text.contains(['{', '}']) && text.len() > 120, "{text}");
                text
            })
            .collect();
        assert!(reasons.len() >= 995, "{}", reasons.len());
    }
}
