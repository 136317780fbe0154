//! A small synthetic world for tests: keys, documents, a log, warrants and bundles, all real.
//!
//! Place in the flow: tests of keeper and verify (and of whoever needs a warrant that stands). Every
//! key comes from a fixed seed, every date from one fixed day; nothing here is for production, and
//! the feature `testing` keeps it out of every shipped binary.
//!
//! Left to others: sealed entries (tests that use seal hand in headers and proofs).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a world that cannot be built should stop its test at once"
)]

use model::{
    answer::{Answer, AnswerCounts, DeclineGround},
    column::Column,
    digest::{Digest, hex},
    id::{
        AgencyId, CaseId, EntryNumber, Epoch, KeeperId, LeafIndex, OfficialId, RecordNumber,
        RegisterId, RequestId, RowId,
    },
    personal::Personal,
    role::Role,
    row::{Cell, CellKind, Row},
    time::{Instant, TaxPeriod},
};
use note::{CosignerSigningKey, KeyName, Note, SigningKey, Verifier};
use translog::{Checkpoint, InclusionProof, leaf_hash, tree_root};

use crate::{
    agreement::{Agreement, AgreementSignatory, Budgets},
    approval::{Approval, ApprovalDecision},
    archive::Archive,
    assurance::{Assurance, AssuredRow},
    authority::{Authority, RosterPerson},
    bundle::{self, BundleIndex, BundleKind, Commitments, RequestPart},
    certificate::{
        Certificate,
        measurement::{Counted, GroupShares, Measurement, Strata, Stratum, band_of, part_of_group},
        thresholds::{ChoiceRule, Chosen, FrozenThresholds, Grid, Matcher, Trial},
    },
    cover::{Cover, CoverFile},
    document::Document,
    face::{Face, FaceDecision},
    genesis::{Genesis, GenesisKeeper, GenesisKind},
    leaf::{Act, DocumentKind, Elements, Leaf, RowAct, Tag, official_tag},
    manifest::Manifest,
    receipt::Receipt,
    row_commitment::{RequestSecret, RowContent},
    signed::Signed,
    statement::{Question, Statement},
    tree,
    warrant::{LeafOpening, Warrant, matter_commitment, opens_to_keepers},
};

/// The moment of the world: noon of 21 November 2026, UTC.
pub const NOON: Instant = Instant(1_795_262_400);

/// Keepers in the world; three are needed.
pub const KEEPERS: usize = 4;

/// A private key of the world, from its name alone.
#[must_use]
pub fn key(holder: &str, use_word: &str) -> SigningKey {
    let name = KeyName::of(holder, use_word).unwrap();
    SigningKey::from_seed(
        name,
        Digest::of(format!("{holder}/{use_word}").as_bytes()).as_bytes(),
    )
}

/// A keeper's cosigning key.
#[must_use]
pub fn cosigner(keeper: &str) -> CosignerSigningKey {
    let name = KeyName::of(keeper, "witness").unwrap();
    CosignerSigningKey::from_seed(
        name,
        Digest::of(format!("{keeper} cosigns").as_bytes()).as_bytes(),
    )
}

/// Parses anything that must parse.
#[must_use]
pub fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

/// Name of the keeper at a position, `k1` to `k4`.
#[must_use]
pub fn keeper_id(position: usize) -> KeeperId {
    id(&format!("k{}", position + 1))
}

fn verifier(key: &SigningKey) -> Verifier {
    key.verifier().into()
}

/// The genesis of the world.
#[must_use]
pub fn genesis() -> Genesis {
    let keepers = (0..KEEPERS).map(|position| {
        let name = keeper_id(position).to_string();
        GenesisKeeper {
            id: keeper_id(position),
            operator: id(&format!("OP-{}", position + 1)),
            cosigner: cosigner(&name).verifier(),
            values: verifier(&key(&name, "values")),
        }
    });
    Genesis {
        kind: GenesisKind::Synthetic,
        created: Instant(NOON.0 - 86_400 * 30),
        log_origin: id("gate.example/log"),
        authority_threshold: 2,
        authorities: ["a1", "a2", "a3"]
            .map(|name| verifier(&key(name, "authority")))
            .to_vec(),
        log: key("gate.example", "log").verifier(),
        gate: verifier(&key("gate.example", "gate")),
        builder: verifier(&key("builder", "official")),
        certifier: verifier(&key("lab", "certificate")),
        keepers_needed: 3,
        cosignatures_needed: 3,
        keepers: keepers.collect(),
        approval_gap_seconds: 30,
    }
}

/// Who is on the roster: id, agency, role, use of the key.
pub const PEOPLE: [(&str, &str, Role, &str); 9] = [
    ("SIG-1", "ASKS", Role::Signatory, "official"),
    ("OFF-1", "ASKS", Role::NamedOfficer, "assurance"),
    ("OFF-2", "ASKS", Role::NamedOfficer, "assurance"),
    ("DO-1", "HOLDS", Role::DisclosureOfficer, "review"),
    ("DO-2", "HOLDS", Role::DisclosureOfficer, "review"),
    ("CO-1", "HOLDS", Role::Counsel, "review"),
    ("CO-2", "HOLDS", Role::Counsel, "review"),
    ("OWN-1", "HOLDS", Role::DataOwner, "official"),
    ("INS-1", "TIGTA", Role::Inspector, "official"),
];

/// The private key of a person of the roster.
#[must_use]
pub fn person_key(official: &str) -> SigningKey {
    let (.., use_word) = PEOPLE.iter().find(|(id, ..)| *id == official).unwrap();
    key(official, use_word)
}

fn roster() -> Vec<RosterPerson> {
    let person = |(name, agency, role, _): &(&str, &str, Role, &str)| RosterPerson {
        id: id(name),
        agency: id(agency),
        role: *role,
        from: id("2026-01-01"),
        until: id("2027-12-31"),
        key: verifier(&person_key(name)),
        recipient: None,
    };
    PEOPLE.iter().map(person).collect()
}

/// Name of the register.
#[must_use]
pub fn register() -> RegisterId {
    id("R-0011223344556677")
}

fn manifest(genesis: Digest, headers_root: Digest, shares: Vec<(KeeperId, Digest)>) -> Manifest {
    Manifest {
        genesis,
        kind: GenesisKind::Synthetic,
        register: register(),
        epoch: Epoch(1),
        extract: Digest::of(b"extract"),
        built_at: Instant(NOON.0 - 86_400 * 20),
        people: 3,
        addresses: 4,
        headers_root,
        files: Vec::new(),
        shares,
    }
}

fn agreement(genesis: Digest) -> Agreement {
    Agreement {
        genesis,
        id: id("MOU-1"),
        records_agency: id("HOLDS"),
        requesting_agency: id("ASKS"),
        signed_on: id("2026-10-01"),
        from: id("2026-10-01"),
        until: id("2027-09-30"),
        subject_scope: "persons with a final order of removal".to_owned(),
        signatories: vec![AgreementSignatory {
            id: id("SIG-1"),
            title: "Director".to_owned(),
        }],
        officers: vec![id("OFF-1"), id("OFF-2")],
        statutes: vec!["8 U.S.C. 1253(a)(1)".to_owned()],
        required_columns: Vec::new(),
        periods_per_row: 3,
        answer_days: 3,
        safeguards_until: id("2027-06-30"),
        safeguard_findings_open: 0,
        budgets: Budgets {
            admitted_rows_per_request: 12,
            open_subjects_per_officer: 25,
            openings_per_day: 20,
            openings_per_year: 200,
            probes_per_day: 40,
        },
    }
}

/// A matcher that is nobody's.
fn matcher() -> Matcher {
    Matcher {
        model_version: "test".to_owned(),
        keys_version: "test".to_owned(),
        parameters: Digest::of(b"parameters"),
    }
}

fn certificate(genesis: Digest, matcher: Matcher) -> Certificate {
    Certificate {
        genesis,
        id: id("CAL-1"),
        made_on: id("2026-11-01"),
        measurement: measurement(matcher, (14_000, 14_000), 5_000_000),
    }
}

/// A measurement in order: 2.9 million releases of each kind of row, none wrong, at these thresholds
/// (with a birth date, without), on one register of so many people.
#[must_use]
pub fn measurement(matcher: Matcher, (with, without): (i64, i64), people: u64) -> Measurement {
    let trial = |seed, rows| Trial {
        seed,
        people,
        rows,
        as_of: id("2026-11-01"),
    };
    let chosen = |threshold_millibits: i64| Chosen {
        threshold_millibits,
        misled_at: Some(threshold_millibits - 3_000),
    };
    let thresholds = FrozenThresholds {
        matcher,
        nation: Digest::of(b"nation"),
        rule: ChoiceRule {
            grid: Grid {
                lowest: 5_000,
                highest: 100_000,
                step: 1,
            },
            aim_per_billion: 1_000_000_000,
            margin_millibits: 3_000,
        },
        tuned_on: vec![trial(7, 30_000)],
        with_birth_date: chosen(with),
        without_birth_date: chosen(without),
    };
    let strata = strata(Counted {
        rows: 4_000_000,
        answerable: 3_000_000,
        answered: 2_900_000,
        identified: 2_900_000,
        wrong: 0,
    });
    Measurement {
        frozen: thresholds.digest(),
        thresholds,
        row_errors_times: "1".to_owned(),
        groups: GroupShares::AsInTheNation,
        data: "synthetic nation".to_owned(),
        trials: vec![trial(8, 8_000_000)],
        with_birth_date: strata,
        without_birth_date: strata,
        largest_register: people,
    }
}

/// Strata of rows that all mean people with a surname of 51 to 500 bearers and of the first group.
#[must_use]
pub fn strata(counted: Counted) -> Strata {
    let mut strata = Strata::default();
    for (part, stratum) in strata.iter_mut().enumerate() {
        let here = [0, band_of(51), part_of_group(0)].contains(&part);
        *stratum = Stratum::of(part, if here { counted } else { Counted::default() });
    }
    strata
}

fn authority(
    genesis: Digest,
    version: u64,
    now: Instant,
    agreement: &Signed<Agreement>,
) -> Authority {
    Authority {
        genesis,
        version,
        from: Instant(now.0 - 3600),
        until: Instant(now.0 + 3600 * 20),
        policy: Digest::of(b"policy"),
        statute_book: Digest::of(b"book"),
        agreements: vec![(agreement.document().id.clone(), agreement.digest())],
        roster: roster(),
        suspensions: Vec::new(),
    }
}

/// A row of a request, in few words.
#[derive(Debug, Clone)]
pub struct RowSpec {
    /// What it asks.
    pub question: Question,
    /// The named officer.
    pub officer: &'static str,
    /// Address keys, the given address's first.
    pub address_keys: Vec<Option<String>>,
    /// Tax periods asked about.
    pub periods: Vec<TaxPeriod>,
    /// Other cells.
    pub cells: Vec<(Column, String)>,
}

impl RowSpec {
    /// A row that asks OFF-1's question about 2023 with one address key.
    #[must_use]
    pub fn new(question: Question, address_key: &str) -> Self {
        Self {
            question,
            officer: "OFF-1",
            address_keys: vec![Some(address_key.to_owned())],
            periods: vec![TaxPeriod::new(2023).unwrap()],
            cells: Vec::new(),
        }
    }

    /// The row as intake would read it.
    #[must_use]
    pub fn row(&self, number: u32) -> Row {
        let cell = |(column, text): (Column, String)| Cell {
            column,
            position: u16::try_from(column.index()).unwrap(),
            kind: CellKind::Text,
            formula: false,
            text: Personal::new(text),
        };
        let own = [
            (Column::AsksFor, self.question.code().to_owned()),
            (Column::OfficerId, self.officer.to_owned()),
        ];
        let cells = own.into_iter().chain(self.cells.iter().cloned()).map(cell);
        Row::new(1, number, false, cells.collect())
    }
}

/// A request that was signed, with its secret.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Its secret.
    pub secret: RequestSecret,
    /// The rows' values.
    pub rows: Vec<RowContent>,
    /// What was asked for each.
    pub specs: Vec<RowSpec>,
    /// The signed cover.
    pub cover: Signed<Cover>,
    /// The named officers' assurances.
    pub assurances: Vec<Signed<Assurance>>,
}

impl Request {
    /// The request's tag in the log.
    #[must_use]
    pub fn tag(&self) -> Tag {
        Tag::new(&self.secret.tag(&self.id)).unwrap()
    }

    /// Leaf hash of a row.
    #[must_use]
    pub fn leaf(&self, row: usize) -> Digest {
        self.rows[row].commit(&self.secret).leaf_hash()
    }

    /// Sheet and number of a row.
    #[must_use]
    pub fn place(&self, row: usize) -> (u16, u32) {
        (self.rows[row].sheet, self.rows[row].row)
    }

    /// The row's id.
    #[must_use]
    pub fn row_id(&self, row: usize) -> RowId {
        let (sheet, number) = self.place(row);
        RowId {
            request: self.id.clone(),
            sheet,
            row: number,
        }
    }

    /// What opens the request's commitments.
    #[must_use]
    pub const fn commitments(&self) -> Commitments<'_> {
        Commitments {
            secret: &self.secret,
        }
    }

    fn officer(&self, row: usize) -> OfficialId {
        id(self.specs[row].officer)
    }
}

mod leaves;
mod requests;
mod reviews;
mod world;

use leaves::place;
pub use world::World;
