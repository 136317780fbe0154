//! The signatory's office is one of those the statute lists.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 2: head or Inspector General of a
//! Federal agency; for the Department of Justice also its listed officers. (i)(2) has no delegate
//! wording, whereas (i)(7)(A) says "or his delegate"; so an assistant or deputy does not suffice
//! unless named. Under an agreement that lists the signatory with this title only words of delegation
//! are looked for.
//!
//! Left to others: whether a component is itself the agency (counsel), the agreement's own list
//! (`cover_signatory`).

use instrument::agreement::AgreementSignatory;
use model::finding::{FindingClass, RuleId};
use standard::fold::fold;

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange};
use crate::{
    key::text_key,
    terms::Setting,
    view::{RequestReport, RequestView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cover.title"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(A)",
        title: "the office is one that 6103(i)(2)(A) lists",
        remedy: "have the head of the agency, its Inspector General or an officer of the statute's list sign",
        checks: &[2],
        needs: Needs::Nothing,
    },
    examine: Examine::Request(examine),
    failing: &[
        Example::cover("an assistant", &[("signatory_title", "Assistant Director")])
            .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "a field office",
            &[("signatory_title", "Field Office Director")],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover("a delegate", &[("signatory_title", "for the Director")])
            .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "by delegation",
            &[("signatory_title", "Secretary (by delegation)")],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "a part of the agency",
            &[(
                "signatory_title",
                "Director of Enforcement and Removal Operations",
            )],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "a state's officer",
            &[("signatory_title", "Attorney General of Nevada")],
        )
        .under(&[TermsChange::NoAgreement]),
    ],
    passing: &[
        Example::cover(
            "a title of no list, which the agreement lists",
            &[("signatory_title", "Director for Records")],
        )
        .under(&[TermsChange::Titled("Director for Records")]),
        Example::cover(
            "the head of an agency",
            &[("signatory_title", "Secretary of Homeland Security")],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover("the title the agreement lists", &[]),
        Example::cover(
            "the agency before the office",
            &[("signatory_title", "Acting ICE Director")],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "the office held for a time",
            &[(
                "signatory_title",
                "Interim United States Attorney for the District of Nevada",
            )],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "listed by name",
            &[(
                "signatory_title",
                "Assistant Attorney General, Criminal Division",
            )],
        )
        .under(&[TermsChange::NoAgreement]),
        Example::cover(
            "a prosecutor",
            &[(
                "signatory_title",
                "U.S. Attorney for the District of Nevada",
            )],
        )
        .under(&[TermsChange::NoAgreement]),
    ],
};

fn examine(view: &RequestView<'_>, setting: &Setting<'_>, report: &mut RequestReport<'_>) {
    let title = view.text("signatory_title");
    if title.is_empty() {
        return;
    }
    let folded = fold(title);
    if names_delegate(&folded) {
        return report.at(
            "signatory_title",
            "the signatory's office is that of a delegate, and 26 U.S.C. 6103(i)(2)(A) knows none",
        );
    }
    if !is_agreed(view, setting) && !is_listed(&folded) {
        report.at(
            "signatory_title",
            "the signatory's office is not one that 26 U.S.C. 6103(i)(2)(A) lists",
        );
    }
}

/// Whether the agreement lists this signatory under this title: counsel has decided on it.
fn is_agreed(view: &RequestView<'_>, setting: &Setting<'_>) -> bool {
    let (id, title) = (view.text("signatory"), view.text("signatory_title"));
    let signatories = setting
        .terms
        .agreement
        .map_or(&[][..], |agreement| &agreement.signatories);
    lists(signatories, id, title)
}

fn lists(signatories: &[AgreementSignatory], id: &str, title: &str) -> bool {
    signatories.iter().any(|signatory| {
        signatory.id.as_str() == id && text_key(&signatory.title) == text_key(title)
    })
}

/// Whether a folded title is that of somebody who acts for the officer.
fn names_delegate(title: &str) -> bool {
    const DELEGATES: &[&str] = &[
        "DELEGATE",
        "DELEGATED",
        "DELEGATION",
        "DESIGNEE",
        "DESIGNEES",
    ];
    title.split(' ').any(|word| DELEGATES.contains(&word))
        || title.starts_with("FOR ")
        || title.contains("ON BEHALF OF")
}

/// What may follow an office.
#[derive(Clone, Copy)]
enum Of {
    /// Nothing more.
    Nothing,
    /// `of` or `for` an agency, or the agency's name.
    Agency,
    /// A department of the Cabinet.
    Department,
    /// `of the United States`: officers of the Department of Justice, not of a state.
    UnitedStates,
    /// A division of the Department of Justice.
    Division,
    /// A court district.
    District,
}

/// Offices, with what may follow. A head of an agency has one of the titles of heads.
const OFFICES: &[(&str, Of)] = &[
    ("SECRETARY", Of::Department),
    ("DIRECTOR", Of::Agency),
    ("ADMINISTRATOR", Of::Agency),
    ("COMMISSIONER", Of::Agency),
    ("CHAIR", Of::Agency),
    ("CHAIRMAN", Of::Agency),
    ("CHAIRWOMAN", Of::Agency),
    ("CHAIRPERSON", Of::Agency),
    ("POSTMASTER GENERAL", Of::UnitedStates),
    ("HEAD OF AGENCY", Of::Nothing),
    ("HEAD OF THE AGENCY", Of::Nothing),
    ("ARCHIVIST", Of::UnitedStates),
    ("COMPTROLLER OF THE CURRENCY", Of::Nothing),
    ("SPECIAL COUNSEL", Of::Nothing),
    ("INSPECTOR GENERAL", Of::Agency),
    ("ATTORNEY GENERAL", Of::UnitedStates),
    ("DEPUTY ATTORNEY GENERAL", Of::UnitedStates),
    ("ASSOCIATE ATTORNEY GENERAL", Of::UnitedStates),
    ("ASSISTANT ATTORNEY GENERAL", Of::Division),
    ("ATTORNEY", Of::District),
    ("SPECIAL PROSECUTOR", Of::Nothing),
    (
        "ATTORNEY IN CHARGE OF A CRIMINAL DIVISION ORGANIZED CRIME STRIKE FORCE",
        Of::Nothing,
    ),
    ("STRIKE FORCE CHIEF", Of::Nothing),
    ("CHIEF ORGANIZED CRIME STRIKE FORCE", Of::Nothing),
];

/// Agencies by their short names, before an office or after it.
const AGENCIES: &[&str] = &[
    "ATF", "CBP", "CIA", "DEA", "DHS", "DOJ", "DOL", "DOT", "EPA", "FBI", "FDA", "FTC", "GSA",
    "HHS", "HUD", "ICE", "NASA", "OPM", "SBA", "SEC", "SSA", "TSA", "USCIS", "USDA", "USMS",
    "USPS", "USSS", "VA",
];

/// Departments whose heads are called Secretary (5 U.S.C. 101, and the military departments).
const DEPARTMENTS: &[&str] = &[
    "STATE",
    "TREASURY",
    "DEFENSE",
    "WAR",
    "INTERIOR",
    "AGRICULTURE",
    "COMMERCE",
    "LABOR",
    "HEALTH AND HUMAN SERVICES",
    "HOUSING AND URBAN DEVELOPMENT",
    "TRANSPORTATION",
    "ENERGY",
    "EDUCATION",
    "VETERANS AFFAIRS",
    "HOMELAND SECURITY",
    "ARMY",
    "NAVY",
    "AIR FORCE",
];

/// Words of which an agency's name has some, beside others (`Director of Administration` is no head).
const AGENCY_WORDS: &[&str] = &[
    "ADMINISTRATION",
    "AGENCY",
    "BOARD",
    "BUREAU",
    "COMMISSION",
    "CORPORATION",
    "FOUNDATION",
    "INSTITUTE",
    "SERVICE",
    "BORDER PROTECTION",
    "CENTRAL INTELLIGENCE",
    "CUSTOMS ENFORCEMENT",
    "DRUG CONTROL POLICY",
    "DRUG ENFORCEMENT",
    "FINANCIAL PROTECTION",
    "GOVERNMENT ETHICS",
    "IMMIGRATION SERVICES",
    "INTERNAL REVENUE",
    "MANAGEMENT AND BUDGET",
    "NATIONAL INTELLIGENCE",
    "PERSONNEL MANAGEMENT",
    "SOCIAL SECURITY",
    "STATES MINT",
];

/// Words of parts of an agency, whose heads the statute does not list.
const PARTS: &[&str] = &[
    "BRANCH",
    "DISTRICT",
    "DIVISION",
    "FIELD",
    "OPERATIONS",
    "PROGRAM",
    "REGION",
    "REGIONAL",
    "SECTION",
    "UNIT",
];

/// Whether a folded title is one of the offices, whole.
fn is_listed(title: &str) -> bool {
    let plain = without_prefixes(title);
    let bare = |title: &str| -> bool {
        OFFICES.iter().any(|(office, of)| {
            let rest = title.strip_prefix(office);
            rest.is_some_and(|rest| match rest.strip_prefix(' ') {
                None => rest.is_empty() && *office != "ATTORNEY",
                Some(rest) => may_follow(*of, rest) && *office != "ATTORNEY",
            })
        })
    };
    // `United States` is part of the office before `Attorney`, and no more than dress before others.
    let national = ["UNITED STATES ", "U S ", "US "]
        .iter()
        .find_map(|prefix| plain.strip_prefix(prefix));
    let attorney = national.and_then(|rest| rest.strip_prefix("ATTORNEY"));
    let attorney = attorney.is_some_and(|rest| {
        rest.is_empty()
            || rest
                .strip_prefix(' ')
                .is_some_and(|rest| may_follow(Of::District, rest))
    });
    let agency = plain
        .split_once(' ')
        .filter(|(first, _)| AGENCIES.contains(first))
        .map(|(_, rest)| rest);
    bare(plain) || attorney || national.is_some_and(bare) || agency.is_some_and(bare)
}

/// Leaves out what tells how somebody holds the office.
fn without_prefixes(title: &str) -> &str {
    const PREFIXES: &[&str] = &[
        "THE ",
        "HON ",
        "HONORABLE ",
        "ACTING ",
        "INTERIM ",
        "SENIOR OFFICIAL PERFORMING THE DUTIES OF ",
        "PERFORMING THE DUTIES OF ",
    ];
    let mut plain = title;
    while let Some(rest) = PREFIXES
        .iter()
        .find_map(|prefix| plain.strip_prefix(prefix))
    {
        plain = rest;
    }
    plain
}

fn may_follow(of: Of, rest: &str) -> bool {
    let words = || rest.split(' ');
    let named = ["OF THE ", "FOR THE ", "OF ", "FOR "]
        .iter()
        .find_map(|joint| rest.strip_prefix(joint));
    let name = named.unwrap_or(rest);
    let name = name
        .strip_prefix("U S ")
        .or_else(|| name.strip_prefix("US "))
        .unwrap_or(name);
    let whole_department = name
        .strip_prefix("DEPARTMENT OF THE ")
        .or_else(|| name.strip_prefix("DEPARTMENT OF "))
        .unwrap_or(name);
    let department = DEPARTMENTS.contains(&whole_department);
    match of {
        Of::Nothing => false,
        Of::Department => department || AGENCIES.contains(&name),
        Of::Agency => {
            let agency = AGENCIES.contains(&name)
                || department
                || AGENCY_WORDS.iter().any(|words| has_part(name, words))
                || whole_department == "JUSTICE";
            agency && !words().any(|word| PARTS.contains(&word)) && !rest.starts_with("TO ")
        }
        Of::UnitedStates => named.is_some_and(|name| name.starts_with("UNITED STATES")),
        Of::Division => {
            words().any(|word| word == "DIVISION")
                || named.is_some_and(|name| name.starts_with("UNITED STATES"))
        }
        Of::District => named.is_some() || words().any(|word| word == "DISTRICT"),
    }
}

/// Whether some words stand in a name, which is more than one word.
fn has_part(name: &str, words: &str) -> bool {
    name.contains(' ') && format!(" {name} ").contains(&format!(" {words} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreement_lists_a_person_under_a_title() {
        let listed = [AgreementSignatory {
            id: "director-hale".parse().unwrap(),
            title: "Director for Records".to_owned(),
        }];
        assert!(lists(&listed, "director-hale", "director for records"));
        assert!(!lists(&listed, "director-other", "Director for Records"));
        assert!(!lists(&listed, "director-hale", "Director"));
        assert!(!lists(&[], "director-hale", "Director for Records"));
    }

    #[test]
    fn offices_of_the_statute() {
        for title in [
            "Director",
            "The Acting Director",
            "Secretary",
            "Secretary of Homeland Security",
            "Secretary of the Treasury",
            "Secretary, Department of Homeland Security",
            "U.S. Secretary of Homeland Security",
            "Hon. Secretary of Homeland Security",
            "DHS Secretary",
            "Acting ICE Director",
            "DEA Administrator",
            "FBI Director",
            "Director, FBI",
            "Director, Federal Bureau of Investigation",
            "Director of U.S. Immigration and Customs Enforcement",
            "Director, Office of Personnel Management",
            "Director of the Bureau of Prisons",
            "Administrator, Drug Enforcement Administration",
            "Administrator of Drug Enforcement",
            "Commissioner of Social Security",
            "Chair of the Federal Trade Commission",
            "Inspector General",
            "Inspector General, Department of Justice",
            "Inspector General of the Department of Labor",
            "Postmaster General",
            "Archivist of the United States",
            "Comptroller of the Currency",
            "Special Counsel",
            "Attorney General",
            "Attorney General of the United States",
            "Acting Deputy Attorney General",
            "Associate Attorney General",
            "Assistant Attorney General",
            "Assistant Attorney General, Criminal Division",
            "Assistant Attorney General for the Tax Division",
            "U.S. Attorney",
            "US Attorney, District of Nevada",
            "Acting U.S. Attorney",
            "Interim United States Attorney for the District of Nevada",
            "Senior Official Performing the Duties of the Director",
            "Chief, Organized Crime Strike Force",
            "Strike Force Chief",
            "Special Prosecutor",
            "Head of the Agency",
        ] {
            let folded = fold(title);
            assert!(is_listed(&folded) && !names_delegate(&folded), "{title}");
        }
    }

    #[test]
    fn other_offices() {
        for title in [
            "Director of Enforcement and Removal Operations",
            "Director, Seattle Field Office",
            "Director of Human Resources",
            "Director of Administration",
            "Director of Enforcement",
            "Director, Office of Professional Responsibility",
            "Administrator, Systems",
            "Director of the Regional Service Center",
            "Directorate of Services",
            "Secretary to the Director",
            "Secretary of State of Nevada",
            "Secretary (by delegation, Dana Reyes)",
            "Director or designee",
            "Director's designee",
            "Director to the Bureau",
            "for the Director",
            "Director, on behalf of the agency",
            "Attorney General of Nevada",
            "Deputy Attorney General of California",
            "Assistant Attorney General of Nevada",
            "Attorney",
            "Attorney for the District of Nevada",
            "District Attorney",
            "Assistant United States Attorney",
            "U.S. Attorney Liaison Officer",
            "United States Attorney's Office",
            "United States Attorneys",
            "Deputy Inspector General",
            "Inspector General's counsel",
            "Special Agent in Charge",
            "Special Counsel to the Director",
            "Assistant Director",
            "ICE Deputy Director",
            "ICE",
            "Chief of Staff",
        ] {
            let folded = fold(title);
            assert!(!is_listed(&folded) || names_delegate(&folded), "{title}");
        }
    }
}
