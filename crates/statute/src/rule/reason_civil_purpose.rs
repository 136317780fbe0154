//! No row states civil removal as its purpose.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 17: 6103(i)(2)(A) allows criminal
//! proceedings and investigations alone. Clear phrases only: a reason may tell of a past removal,
//! of a failure to present for removal, of relief that was sought with forged papers, or of what
//! others came to do. A denial counts within its own clause.
//!
//! Left to others: the cover's purpose (`cover_purpose`, which uses the same phrases), doubt
//! (officer and counsel).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    reason::Words,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("reason.civil_purpose"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the reason states a criminal purpose alone",
        remedy: "withdraw the row if its purpose is civil removal; otherwise state the criminal matter alone",
        checks: &[17],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "locate and remove",
            &[&[text(
                Column::Reason,
                "ERO wishes to locate and remove the subject, who was last seen near the rail yard",
            )]],
        ),
        Example::row(
            "execute the order",
            &[&[text(
                Column::Reason,
                "Address needed to execute the removal order entered after the hearing in Reno last spring",
            )]],
        ),
        Example::row(
            "for deportation",
            &[&[text(
                Column::Reason,
                "Subject has to be found and arrested for deportation as soon as a flight is available",
            )]],
        ),
        Example::row(
            "a failure in another clause",
            &[&[text(
                Column::Reason,
                "He failed to depart; officers intend to locate and remove him from the old lodging",
            )]],
        ),
        Example::row(
            "a notice to appear",
            &[&[text(
                Column::Reason,
                "Needed to serve a Notice to Appear and start removal proceedings before the winter",
            )]],
        ),
    ],
    passing: &[
        Example::row(
            "relief from removal sought with forged papers",
            &[&[text(
                Column::Reason,
                "Forged letters submitted in support of cancellation of removal; handwriting samples are to be taken by warrant",
            )]],
        ),
        Example::row(
            "what others came to do",
            &[&[text(
                Column::Reason,
                "Assaulted officers who came to execute a removal order in May; indictment returned and summons unserved",
            )]],
        ),
        Example::row(
            "failure to present for removal",
            &[&[text(
                Column::Reason,
                "Failed to present for removal at the airport on the day set and is now under investigation by a grand jury",
            )]],
        ),
        Example::row(
            "removed in the past",
            &[&[text(
                Column::Reason,
                "Was removed from the United States twice and was found again at the border crossing with a false visa",
            )]],
        ),
        Example::row(
            "denied in words",
            &[&[text(
                Column::Reason,
                "The address is sought for service of a grand jury subpoena and not for civil removal of anybody",
            )]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    if is_civil_purpose(&view.reason) {
        report.at(
            Column::Reason,
            "the reason states a purpose of civil removal, for which nothing may be disclosed",
        );
    }
}

/// Words for the removal of a person.
const REMOVAL: &[&str] = &[
    "removal",
    "deportation",
    "removing",
    "deporting",
    "repatriation",
    "expulsion",
];

/// What one does to a person in order to remove them.
const SEEKING: &[&str] = &[
    "locate",
    "locating",
    "find",
    "found",
    "identify",
    "identifying",
    "arrest",
    "arrested",
    "arresting",
    "apprehend",
    "apprehended",
    "apprehension",
    "detain",
    "detained",
    "detention",
    "seize",
    "pick",
    "round",
    "track",
    "custody",
];

/// What one does to an order.
const CARRYING_OUT: &[&str] = &[
    "execute",
    "executing",
    "execution",
    "effect",
    "effecting",
    "effectuate",
    "effectuating",
    "enforce",
    "enforcing",
    "enforcement",
    "carry",
    "carrying",
    "initiate",
    "initiating",
    "commence",
    "institute",
    "expedite",
    "facilitate",
    "support",
];

/// What one does to proceedings, or to a paper that begins them.
const OPENING: &[&str] = &[
    "serve", "serving", "issue", "issuing", "start", "starting", "place", "placing", "begin",
    "open", "pending",
];

/// Protection from removal, whose papers are often those forged.
const RELIEF: &[&str] = &[
    "cancellation",
    "withholding",
    "withheld",
    "stay",
    "stays",
    "waiver",
    "waivers",
    "relief",
    "deferral",
    "suspension",
    "protection",
];

/// What follows `removal` where it is no act against a person.
const OTHER_REMOVAL: &[&str] = &[
    "fraud",
    "scheme",
    "scam",
    "defence",
    "defense",
    "hearing",
    "operations",
    "officers",
    "officer",
    "office",
    "file",
    "record",
    "records",
];

/// Things that are removed and are no persons.
const THINGS: &[&str] = &[
    "lien", "liens", "monitor", "bracelet", "tag", "case", "debris", "asbestos", "property",
    "goods", "evidence", "plates", "records", "funds", "money",
];

/// Words that turn a phrase round, or tell of the person's own failure or of another's deed.
const TURNING: &[&str] = &[
    "not",
    "no",
    "never",
    "nor",
    "neither",
    "without",
    "than",
    "during",
    "prevent",
    "prevented",
    "hamper",
    "hampered",
    "hinder",
    "hindered",
    "obstruct",
    "obstructed",
    "resist",
    "resisted",
    "frustrate",
    "frustrated",
    "avoid",
    "avoided",
    "evade",
    "evaded",
    "escape",
    "escaped",
    "fled",
    "hid",
    "destroyed",
    "withheld",
    "failed",
    "failing",
    "failure",
    "refused",
    "refusal",
    "threatened",
    "offered",
    "promised",
    "agreed",
    "claimed",
    "pretended",
    "conspired",
    "bribed",
    "ordered",
    "told",
    "feared",
    "warned",
];

/// Words after which another clause begins.
const JOINTS: &[&str] = &["so", "and", "or", "but", "because", "therefore", "hence"];

/// What somebody means to do; `not` counts where it stands right before.
const MEANING: &[&str] = &[
    "intend", "intends", "want", "wants", "wish", "wishes", "will", "shall", "plan", "plans",
    "seek", "seeks", "need", "needs", "must",
];

/// What others did, after `who` or `which`.
const DID: &[&str] = &[
    "came",
    "tried",
    "attempted",
    "arrived",
    "went",
    "sought",
    "had",
    "were",
    "was",
];

/// Whether words clearly state civil removal as a purpose.
pub(super) fn is_civil_purpose(words: &Words) -> bool {
    (words.iter().enumerate())
        .any(|(place, word)| is_civil(words, place, word) && !is_turned(words, place))
}

/// A word and those around it.
struct Around<'w> {
    words: &'w Words,
    place: usize,
}

impl<'w> Around<'w> {
    /// The word so many steps before; empty before the first.
    fn back(&self, steps: usize) -> &'w str {
        let place = self.place.checked_sub(steps);
        place.map_or("", |place| self.words.at(place))
    }

    /// The word so many steps after; empty beyond the last.
    fn next(&self, steps: usize) -> &'w str {
        self.words.at(self.place + steps)
    }

    /// Whether one of the words of a list stands so many steps before, or nearer.
    fn near(&self, list: &[&str], steps: usize) -> bool {
        (1..=steps).any(|step| list.contains(&self.back(step)))
    }

    /// Whether one of the words of a list stands so many steps after, or nearer.
    fn follows(&self, list: &[&str], steps: usize) -> bool {
        (1..=steps).any(|step| list.contains(&self.next(step)))
    }

    /// `civil`, `civil immigration`.
    fn is_civil(&self) -> bool {
        self.back(1) == "civil" || self.back(1) == "immigration" && self.back(2) == "civil"
    }
}

/// Whether the word at `place` is the middle of a phrase of civil purpose.
fn is_civil(words: &Words, place: usize, word: &str) -> bool {
    let around = Around { words, place };
    match word {
        "remove" => is_removing(&around) || around.near(CARRYING_OUT, 5),
        "deport" | "repatriate" | "expel" => is_deporting(&around, word),
        "removed" | "deported" | "repatriated" | "expelled" => is_to_be_removed(&around, word),
        "deportations" => around.back(1) == "mass",
        "enforcement" | "detention" | "custody" => around.is_civil(),
        "arrest" => {
            let sought = matches!(around.back(2), "for" | "to" | "make" | "conduct" | "effect");
            around.is_civil() || around.back(1) == "administrative" && sought
        }
        "order" | "orders" => around.back(1) == "final" && is_carried_out(&around),
        "appear" => around.back(1) == "to" && around.back(2) == "notice" && around.near(OPENING, 5),
        "operation" | "operations" => {
            around.back(1) == "enforcement" && around.back(2) == "immigration"
        }
        "country" => matches!(around.back(1), "home" | "native") && around.near(&["return"], 7),
        _ => REMOVAL.contains(&word) && is_removal(&around),
    }
}

/// `removal` and its like as a purpose.
fn is_removal(around: &Around<'_>) -> bool {
    let of = |word| matches!(word, "of" | "from");
    let protected = of(around.back(1)) && RELIEF.contains(&around.back(2));
    let thing = around.next(1) == "of" && around.follows(THINGS, 3);
    if protected || thing || OTHER_REMOVAL.contains(&around.next(1)) {
        return false;
    }
    let ordered = matches!(around.back(2), "order" | "orders" | "ordered");
    let joined = matches!(around.back(1), "and" | "for" | "to" | "pending") && !ordered;
    let proceedings = around.next(1) == "proceedings" && around.near(OPENING, 6);
    let warrant = around.back(1) == "of" && around.back(2) == "warrant";
    let planned = (2..=10).any(|step| {
        matches!(around.next(step), "planned" | "intended")
            && matches!(around.next(step - 1), "is" | "are")
    });
    around.is_civil()
        || proceedings
        || planned
        || warrant && around.near(OPENING, 5)
        || joined && around.near(SEEKING, 6)
        || is_carried_out(around)
}

/// Whether somebody carries out what the word names; `criminal enforcement` is another matter.
fn is_carried_out(around: &Around<'_>) -> bool {
    (1..=5).any(|step| {
        let word = around.back(step);
        CARRYING_OUT.contains(&word)
            && !(word == "enforcement" && around.back(step + 1) == "criminal")
    })
}

/// `locate and remove`, `to remove him from the country`.
fn is_removing(around: &Around<'_>) -> bool {
    let joined = matches!(around.back(1), "and" | "or" | "to") && around.near(SEEKING, 6);
    let person = matches!(around.next(1), "him" | "her" | "them");
    let meant = matches!(around.back(1), "to" | "will" | "shall");
    joined || meant && person && is_from_country(around)
}

/// `to deport him`; not `to deport himself`.
fn is_deporting(around: &Around<'_>, word: &str) -> bool {
    let reflexive = matches!(around.next(1), "himself" | "herself" | "themselves");
    let person = matches!(around.next(1), "him" | "her" | "them" | "the" | "this");
    let meant = matches!(around.back(1), "to" | "will" | "shall");
    let joined = matches!(around.back(1), "and" | "or") && around.near(SEEKING, 6);
    (meant || joined) && !reflexive && (word != "expel" || person)
}

/// `can be deported`, `will be removed to Guatemala`.
fn is_to_be_removed(around: &Around<'_>, word: &str) -> bool {
    let certain = matches!(word, "deported" | "repatriated");
    around.back(1) == "be" && (certain || around.next(1) == "to" || is_from_country(around))
}

fn is_from_country(around: &Around<'_>) -> bool {
    around.follows(&["united", "country", "states"], 6)
}

/// Whether a word of the same clause, among the twelve before, turns the phrase round.
pub(super) fn is_turned(words: &Words, place: usize) -> bool {
    let is_deed = |place: usize| {
        let word = words.at(place);
        let verb = matches!(word, "remove" | "deport" | "repatriate" | "expel");
        verb || [SEEKING, CARRYING_OUT, REMOVAL]
            .iter()
            .any(|list| list.contains(&word))
    };
    for at in (place.saturating_sub(12)..place).rev() {
        if words.begins_clause(at + 1) && !(is_deed(at) && is_deed(at + 1)) {
            return false;
        }
        let word = words.at(at);
        let before = at.checked_sub(1);
        let joins_deeds = matches!(word, "and" | "or") && before.is_some_and(is_deed);
        if JOINTS.contains(&word) && !joins_deeds {
            return false;
        }
        let told = matches!(word, "who" | "which") && DID.contains(&words.at(at + 1));
        if told || TURNING.contains(&word) {
            return true;
        }
        if MEANING.contains(&word) {
            return before.is_some_and(|before| TURNING.contains(&words.at(before)));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_civil_purpose;
    use crate::reason::Words;

    fn check(text: &str, expected: bool) {
        assert_eq!(is_civil_purpose(&Words::of(text)), expected, "{text}");
    }

    #[test]
    fn clear_phrases_of_civil_purpose() {
        for text in [
            "To locate and remove the subject",
            "Locate, arrest and deport",
            "needed for civil removal",
            "for civil immigration enforcement",
            "The address will be used to execute the final order of removal",
            "to effectuate removal from the United States",
            "in order to deport him",
            "Subject will be arrested for removal",
            "to initiate removal proceedings",
            "mass deportations",
            "to remove him from the United States",
            "Address wanted so that the subject will be removed to Peru",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn a_denial_counts_in_its_own_clause() {
        for text in [
            "He failed to depart; officers intend to locate and remove him from Reno",
            "No current address on record; needed to execute removal of the subject from Reno",
            "The subject did not report in May and ICE wants to arrest and remove him",
            "Subject refused to leave the country so officers will locate and remove him",
            "He failed to depart, to locate and remove him is the purpose",
            "He never left because officers had no address to locate and remove him at; now to deport him",
            "He failed to leave officers intend to locate and remove him",
            "He did not appear; arrest and remove him",
            "He did not appear and now to deport him",
            "Officers made no arrest; now to deport him",
            "Agents know who to locate and remove",
        ] {
            check(text, true);
        }
        for text in [
            "This is no request to locate, arrest and remove the subject",
            "Officers do not intend to locate and remove the subject",
            "The office never seeks to find or deport witnesses",
            "not to locate, arrest or deport",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn removal_in_other_words() {
        for text in [
            "Address wanted so that the subject can be deported to Guatemala before winter",
            "ERO will take the subject into custody pending removal proceedings in Reno",
            "Officers plan to serve the warrant of removal at the home of the subject",
            "Needed to serve a Notice to Appear and start removal proceedings in Reno",
            "Needed to serve a Notice to Appear at the last lodging",
            "Address needed to place the subject in removal proceedings before the judge",
            "For civil immigration arrest of the subject at the address in Reno Nevada",
            "for civil immigration detention",
            "Needed for administrative arrest under Form I-205 warrant at the Reno home",
            "Enforcement of the final order of removal against the person in Reno",
            "Removal of the subject to Guatemala is planned for the coming winter months",
            "Deportation of the subject to Guatemala is planned for the coming winter months",
            "Subject is deportable and officers wish to repatriate him to Guatemala soon",
            "Immigration enforcement operation planned in Reno this winter for overstays like this",
            "To identify and remove the subject who overstayed his visa in Reno",
            "Needed to execute the final order entered in Reno against the subject",
            "ERO seeks to return the subject to his home country before the winter",
            "To expel the subject from the United States under the order entered in Reno",
        ] {
            check(text, true);
        }
    }

    #[test]
    fn relief_fraud_and_the_deeds_of_others() {
        for text in [
            "Forged letters submitted in support of cancellation of removal; handwriting samples are to be taken by warrant",
            "False affidavit filed in support of withholding of removal was signed at this address in Reno",
            "Was arrested for removal fraud scheme",
            "Assaulted officers who came to execute a removal order in May; indictment returned in Reno",
            "He agreed to deport himself in a sworn statement that was false in every part",
            "Charged with bribing a clerk to facilitate a stay of removal; summons unserved at two lodgings in Reno",
            "Tax preparer says he paid a witness to support his asylum and removal defence with false letters",
            "Subject cut off the monitor on the day of removal and hid with a cousin in Reno",
            "Sworn to enforce removal of liens",
            "Refused to apply for travel documents needed to execute the removal order",
            "Threatened to deport her workers if they spoke to the grand jury",
            "Told the victim that she would be deported",
            "Assaulted an officer during an immigration enforcement operation in May",
            "Failed to appear at removal proceedings under a false name",
            "Criminal enforcement of removal orders under 8 U.S.C. 1253(a)(1)",
            "The bracelet can be removed from the ankle with a key",
            "Was served with a notice to appear and fled",
            "An administrative arrest in 2019 is on record",
            "Final orders of two courts are on file",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn one_half_of_a_phrase_is_none() {
        for text in [
            "A code enforcement operation found the forged visa",
            "Officers will effect his arrest on the indictment returned in Reno",
            "He tore up the notice to appear and used a forged visa",
            "Letters from his home country were forged",
            "False statements in removal proceedings in Reno",
            "Agents will serve two victims of removal by force",
            "Agents will serve the removal clerk at home",
            "Her removal is on record",
            "A clerk was asked to remove the seals",
            "He could sell or remove the seals",
            "A friend helped to remove him from the list",
            "Threats to report and deport workers were made",
            "Courts deport nobody for this",
        ] {
            check(text, false);
        }
    }

    #[test]
    fn reasons_of_a_criminal_case() {
        for text in [
            "Ordered removed in 2019, did not depart within 90 days of the final order of removal",
            "Failed to appear for removal on the date set",
            "was deported in 2015 and found in Reno in 2026",
            "re-entered after deportation; indictment returned",
            "refused to apply for travel documents needed for removal",
            "not for civil removal",
            "Enforcement and Removal Operations referred the matter to the US attorney",
            "took steps to prevent removal by giving false names",
            "arrested in 2020 after an order for removal was entered",
            "referred by immigration enforcement officers",
            "two earlier deportations are on record",
            "travel papers for removal were issued and then sold",
            "agents must locate two witnesses of his removal in 2019",
            "a civil suit about wages is pending; the fraud case is 25-CR-9",
            "removal order of 2021 stands, prosecution for wilful failure to depart",
        ] {
            check(text, false);
        }
    }
}
