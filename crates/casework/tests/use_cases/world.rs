//! The documents of a synthetic deployment, all really signed, and its register.
//!
//! Place in the flow: made once for a test and never changed by it; what changes is in
//! [`crate::durable`].
//!
//! Left to others: what is kept and logged (durable), the ports (ports).

use casework::{office::Documents, use_case::identify_rows::matcher};
use instrument::{
    agreement::{Agreement, AgreementSignatory},
    authority::{Authority, RosterPerson},
    certificate::Certificate,
    genesis::Genesis,
    manifest::Manifest,
    signed::Signed,
    testing::{self, NOON, id, key},
};
use model::{
    digest::Digest,
    id::{Epoch, OfficialId},
    role::Role,
    time::Instant,
};
use note::SigningKey;
use policy::Policy;
use seal::delivery::{GateDelivery, KeeperShares};

use crate::register::{Register, epoch_keys};

/// Who is on the roster: id, agency, role, use of the key.
const ROSTER: [(&str, &str, Role, &str); 11] = [
    ("SIG-1", "ASKS", Role::Signatory, "official"),
    ("SIG-2", "ASKS", Role::Signatory, "official"),
    ("OFF-1001", "ASKS", Role::NamedOfficer, "assurance"),
    ("OFF-1002", "ASKS", Role::NamedOfficer, "assurance"),
    ("DO-1", "HOLDS", Role::DisclosureOfficer, "review"),
    ("DO-2", "HOLDS", Role::DisclosureOfficer, "review"),
    ("CO-1", "HOLDS", Role::Counsel, "review"),
    ("OWN-1", "HOLDS", Role::DataOwner, "official"),
    ("OP-1", "HOLDS", Role::Operator, "official"),
    ("CO-9", "ASKS", Role::Counsel, "review"),
    ("INS-1", "WATCHES", Role::Inspector, "official"),
];

/// The signing key of somebody on the roster.
pub fn key_of(person: &str) -> SigningKey {
    let (.., use_word) = ROSTER.iter().find(|(name, ..)| *name == person).unwrap();
    key(person, use_word)
}

/// An official's id.
pub fn official(name: &str) -> OfficialId {
    id(name)
}

/// The gate's key.
pub fn gate_key() -> SigningKey {
    key("gate.example", "gate")
}

/// What a world has otherwise than the plain one.
pub struct Changes {
    pub genesis: fn(&mut Genesis),
    pub agreement: fn(&mut Agreement),
    pub authority: fn(&mut Authority),
    pub certificate: fn(&mut Certificate),
    /// People the register says it has.
    pub people: u64,
    /// People its manifest says it has, where these are others.
    pub people_of_manifest: Option<u64>,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            genesis: |_| {},
            agreement: |_| {},
            authority: |_| {},
            certificate: |_| {},
            people: 200_000,
            people_of_manifest: None,
        }
    }
}

/// The deployment.
pub struct World {
    pub genesis: Signed<Genesis>,
    pub documents: Documents,
    pub certificate: Signed<Certificate>,
    pub policy: Policy,
    pub register: Register,
    pub delivery: GateDelivery,
    pub shares: Vec<KeeperShares>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Changes::default())
    }

    pub fn with(changes: Changes) -> Self {
        let policy = Policy::load().unwrap();
        let keys = epoch_keys();
        let register = Register::new(&keys).of_people(changes.people);
        let people_of_manifest = changes.people_of_manifest.unwrap_or(changes.people);
        let mut genesis = testing::genesis();
        (changes.genesis)(&mut genesis);
        let genesis =
            Signed::sign(genesis, &[&key("a1", "authority"), &key("a2", "authority")]).unwrap();
        let root = genesis.digest();
        let agreement = agreement(root, changes.agreement);
        let authority = authority(root, &policy, &agreement, changes.authority);
        let documents = Documents {
            genesis: genesis.document().clone(),
            genesis_digest: root,
            authority,
            earlier: Vec::new(),
            agreements: vec![agreement],
            manifest: manifest(root, &register, people_of_manifest),
        };
        let shares = (0..testing::KEEPERS)
            .map(|position| KeeperShares::of(&keys, &testing::keeper_id(position)).unwrap())
            .collect();
        Self {
            certificate: certificate(root, changes.certificate),
            genesis,
            documents,
            policy,
            register,
            delivery: GateDelivery::of(&keys),
            shares,
        }
    }
}

fn agreement(genesis: Digest, change: fn(&mut Agreement)) -> Signed<Agreement> {
    let mut agreement = Agreement {
        genesis,
        records_agency: id("HOLDS"),
        requesting_agency: id("ASKS"),
        signatories: vec![AgreementSignatory {
            id: id("SIG-1"),
            title: "Director".to_owned(),
        }],
        answer_days: 0,
        ..statute::sample::agreement().unwrap()
    };
    change(&mut agreement);
    Signed::sign(agreement, &[&key_of("SIG-1"), &key_of("OWN-1")]).unwrap()
}

fn authority(
    genesis: Digest,
    policy: &Policy,
    agreement: &Signed<Agreement>,
    change: fn(&mut Authority),
) -> Signed<Authority> {
    let person = |(name, agency, role, _): &(&str, &str, Role, &str)| RosterPerson {
        id: id(name),
        agency: id(agency),
        role: *role,
        from: id("2026-01-01"),
        until: id("2027-12-31"),
        key: key_of(name).verifier().into(),
        recipient: None,
    };
    let mut authority = Authority {
        genesis,
        version: 1,
        from: Instant(NOON.0 - 3600),
        until: Instant(NOON.0 + 20 * 3600),
        policy: policy.digest(),
        statute_book: Digest::of(b"book"),
        agreements: vec![(agreement.document().id.clone(), agreement.digest())],
        roster: ROSTER.iter().map(person).collect(),
        suspensions: Vec::new(),
    };
    change(&mut authority);
    Signed::sign(
        authority,
        &[&key("a1", "authority"), &key("a3", "authority")],
    )
    .unwrap()
}

fn manifest(genesis: Digest, register: &Register, people: u64) -> Signed<Manifest> {
    let manifest = Manifest {
        genesis,
        kind: instrument::genesis::GenesisKind::Synthetic,
        register: testing::register(),
        epoch: Epoch(1),
        extract: Digest::of(b"extract"),
        built_at: Instant(NOON.0 - 86_400),
        people,
        addresses: 6,
        headers_root: register.headers_root(),
        files: Vec::new(),
        shares: Vec::new(),
    };
    Signed::sign(manifest, &[&key("builder", "official"), &key_of("OWN-1")]).unwrap()
}

fn certificate(genesis: Digest, change: fn(&mut Certificate)) -> Signed<Certificate> {
    let mut certificate = Certificate {
        genesis,
        id: id("CAL-1"),
        made_on: id("2026-11-01"),
        measurement: testing::measurement(matcher(), (13_000, 15_000), 1_000_000),
    };
    change(&mut certificate);
    Signed::sign(certificate, &[&key("lab", "certificate")]).unwrap()
}
