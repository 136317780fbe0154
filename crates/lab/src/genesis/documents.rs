//! The documents of a synthetic deployment: genesis, agreement, authority note, roster.
//!
//! Place in the flow: [`super::make`] writes them. Ids and titles are those that the covers of
//! [`crate::request`] name, statutes those its rows state.
//!
//! Left to others: files (the module above), rules on what documents may say (instrument).

use std::str::FromStr;

use instrument::{
    agreement::{Agreement, AgreementSignatory, Budgets},
    authority::{Authority, RosterPerson},
    document::Document,
    genesis::{Genesis, GenesisKeeper, GenesisKind},
    signed::Signed,
};
use model::{
    ceiling,
    digest::Digest,
    role::Role,
    time::{Date, Instant},
};
use note::{SigningKey, Verifier};

use super::{DOMAIN, GenesisError, GenesisOrder, KeyFolder};
use crate::request::{OFFENCES, officer};

/// The requesting agency.
pub const AGENCY: &str = "DEMO-AGENCY";
/// The records agency.
pub const RECORDS_AGENCY: &str = "DEMO-RECORDS";
/// The agreement between them.
pub const AGREEMENT: &str = "AGR-DEMO-1";
/// The keepers with their operators.
pub const KEEPERS: [(&str, &str); 4] = [
    ("k1", "OPERATOR-1"),
    ("k2", "OPERATOR-2"),
    ("k3", "OPERATOR-3"),
    ("k4", "OPERATOR-4"),
];

/// Seconds an authority note lives: an hour less than the most, so that clocks may differ.
const AUTHORITY_SECONDS: u64 = ceiling::AUTHORITY_NOTE_SECONDS - 3600;
/// Days before today on which agreement and roster began.
const BEGAN_DAYS: i32 = 90;

/// Reads a built-in name.
fn named<T: FromStr>(text: &str) -> Result<T, GenesisError> {
    text.parse()
        .map_err(|_| GenesisError::Name(text.to_owned()))
}

fn verifier(key: &SigningKey) -> Verifier {
    key.verifier().into()
}

fn days_after(day: Date, days: i32) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day)
}

/// The signed genesis, and the recipients file for the builder.
pub(super) fn genesis(
    keys: &KeyFolder,
    now: Instant,
) -> Result<(Signed<Genesis>, String), GenesisError> {
    let authorities = ["authority-1", "authority-2", "authority-3"]
        .map(|holder| keys.draw(holder, "authority"))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let mut recipients =
        String::from("# SYNTHETIC deployment: age recipients of shares and token key\n");
    let mut keepers = Vec::new();
    for (id, operator) in KEEPERS {
        keepers.push(GenesisKeeper {
            id: named(id)?,
            operator: named(operator)?,
            cosigner: keys.draw_cosigner(id)?.verifier(),
            values: verifier(&keys.draw(id, "values")?),
        });
        recipients.push_str(&format!("keeper {id} {}\n", keys.draw_identity(id)?));
    }
    recipients.push_str(&format!("gate {}\n", keys.draw_identity("gate")?));
    let genesis = Genesis {
        kind: GenesisKind::Synthetic,
        created: now,
        log_origin: named(&format!("{DOMAIN}/log"))?,
        authority_threshold: 2,
        authorities: authorities.iter().map(verifier).collect(),
        log: keys.draw_log()?.verifier(),
        gate: verifier(&keys.draw("gate", "gate")?),
        builder: verifier(&keys.draw("builder", "official")?),
        certifier: verifier(&keys.draw("certifier", "certificate")?),
        keepers_needed: 3,
        cosignatures_needed: 3,
        keepers,
        approval_gap_seconds: 0,
    };
    let signers: Vec<&SigningKey> = authorities.iter().take(2).collect();
    Ok((Signed::sign(genesis, &signers)?, recipients))
}

/// The people of a deployment.
pub(super) struct People {
    /// The roster.
    pub roster: Vec<RosterPerson>,
    officers: Vec<model::id::OfficialId>,
    signatory: SigningKey,
    data_owner: SigningKey,
}

/// Everybody but named officers: id, agency, role, use of the key.
const PEOPLE: [(&str, &str, Role, &str); 6] = [
    ("SIG-1", AGENCY, Role::Signatory, "official"),
    ("DO-1", RECORDS_AGENCY, Role::DisclosureOfficer, "review"),
    ("CO-1", RECORDS_AGENCY, Role::Counsel, "review"),
    ("OWN-1", RECORDS_AGENCY, Role::DataOwner, "official"),
    ("OP-1", RECORDS_AGENCY, Role::Operator, "official"),
    ("IN-1", "DEMO-INSPECTORATE", Role::Inspector, "official"),
];

/// Draws everybody's keys.
pub(super) fn people(keys: &KeyFolder, order: &GenesisOrder) -> Result<People, GenesisError> {
    let from = days_after(order.now.day(), -BEGAN_DAYS);
    let until = days_after(from, 365);
    let mut drawn = Vec::new();
    let mut roster = Vec::new();
    for (id, agency, role, use_word) in PEOPLE {
        let key = keys.draw(id, use_word)?;
        roster.push(RosterPerson {
            id: named(id)?,
            agency: named(agency)?,
            role,
            from,
            until,
            key: verifier(&key),
            recipient: None,
        });
        drawn.push((id, key));
    }
    let mut officers = Vec::new();
    for officer in (0..order.officers).filter_map(officer) {
        let id = officer.id;
        roster.push(RosterPerson {
            agency: named(AGENCY)?,
            role: Role::NamedOfficer,
            from,
            until,
            key: verifier(&keys.draw(id.as_str(), "assurance")?),
            recipient: Some(keys.draw_identity(id.as_str())?),
            id: id.clone(),
        });
        officers.push(id);
    }
    let key_of = |wanted: &str| {
        let found = drawn.iter().find(|(id, _)| *id == wanted);
        found
            .map(|(_, key)| key.clone())
            .ok_or_else(|| GenesisError::Name(wanted.to_owned()))
    };
    Ok(People {
        signatory: key_of("SIG-1")?,
        data_owner: key_of("OWN-1")?,
        roster,
        officers,
    })
}

/// The agreement, signed by signatory and data owner. Its budgets are as wide as one demonstration
/// needs; the compiled ceilings hold besides.
pub(super) fn agreement(
    people: &People,
    order: &GenesisOrder,
    genesis: Digest,
) -> Result<Signed<Agreement>, GenesisError> {
    let from = days_after(order.now.day(), -BEGAN_DAYS);
    let agreement = Agreement {
        genesis,
        id: named(AGREEMENT)?,
        records_agency: named(RECORDS_AGENCY)?,
        requesting_agency: named(AGENCY)?,
        signed_on: days_after(from, -20),
        from,
        until: days_after(from, 365),
        subject_scope: "SYNTHETIC: invented persons under investigation for the offences listed"
            .to_owned(),
        signatories: vec![AgreementSignatory {
            id: named("SIG-1")?,
            title: "Director".to_owned(),
        }],
        officers: people.officers.clone(),
        statutes: OFFENCES
            .iter()
            .map(|offence| offence.citation.to_owned())
            .collect(),
        required_columns: Vec::new(),
        periods_per_row: 3,
        answer_days: 0,
        safeguards_until: days_after(from, 365),
        safeguard_findings_open: 0,
        budgets: Budgets {
            admitted_rows_per_request: ceiling::ADMITTED_ROWS_PER_REQUEST,
            open_subjects_per_officer: ceiling::OPEN_SUBJECTS_PER_OFFICER,
            openings_per_day: 50,
            openings_per_year: 500,
            probes_per_day: 100,
        },
    };
    Ok(Signed::sign(
        agreement,
        &[&people.signatory, &people.data_owner],
    )?)
}

/// The authority note of the next hours, signed by two of the three offline keys.
pub(super) fn authority(
    keys: &KeyFolder,
    roster: Vec<RosterPerson>,
    order: &GenesisOrder,
    genesis: Digest,
    agreement: &Signed<Agreement>,
) -> Result<Signed<Authority>, GenesisError> {
    let from = Instant(order.now.0.saturating_sub(60));
    let authority = Authority {
        genesis,
        version: 1,
        from,
        until: from.plus(AUTHORITY_SECONDS),
        policy: order.policy,
        statute_book: order.statute_book,
        agreements: vec![(
            agreement.document().id.clone(),
            agreement.document().digest(),
        )],
        roster,
        suspensions: Vec::new(),
    };
    let signers = ["authority-1", "authority-2"]
        .map(|holder| read_key(keys, holder))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Signed::sign(
        authority,
        &signers.iter().collect::<Vec<_>>(),
    )?)
}

fn read_key(keys: &KeyFolder, holder: &str) -> Result<SigningKey, GenesisError> {
    let path = keys.key(holder);
    let text = std::fs::read_to_string(&path).map_err(GenesisError::file(&path))?;
    Ok(SigningKey::parse(text.trim())?)
}
