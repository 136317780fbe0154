//! A register of a handful of made-up people: match plane, headers and sealed entries, with real keys.
//!
//! Place in the flow: the world's [`casework::ports::Records`] read it.
//!
//! Left to others: files (register), the people a request asks about (the scenario).

use identity::{
    birth_code::BirthCode,
    blocking::{BlockKey, record_keys},
    candidates::{
        BoundAddress, Candidates, CandidatesError, Marker, NameField, NameShare, RecordView,
        UnreadBlock,
    },
    compare::{bound_part, is_slip},
    found::FoundSet,
    kinds::{KindSet, shared_kinds},
    query::AddressTokens,
};
use instrument::testing::{KEEPERS, id, keeper_id, register as register_id};
use model::{
    id::{EntryNumber, Epoch, LeafIndex, RecordNumber},
    time::{Date, TaxPeriod, parse_date},
    tin::Tin,
    token::{Token, TokenKind},
};
use seal::{
    address::MailingAddress, context::SlotKey, entry::SealedEntry, header::RecordHeader,
    keys::EpochKeys, merkle::MerkleTree, sealer::Sealer, shares::ShareSets, token::TokenEvaluator,
};
use standard::{
    address::{AddressText, StandardAddress, standardize},
    name::{StandardName, standard_name},
};
use translog::InclusionProof;

/// A person of the extract: given names, surnames, birth date, TIN, and addresses with their years.
pub struct Person {
    pub name: [&'static str; 2],
    pub birth: &'static str,
    pub tin: &'static str,
    pub addresses: &'static [(&'static str, &'static [u16])],
    pub marker: Marker,
}

/// The people on file. All live at flat 4 of some house in one town, as the sample rows do.
pub const PEOPLE: [Person; 5] = [
    person(
        ["Mariela", "Quintero Vale"],
        "1988-04-17",
        "666-12-3456",
        &[("1420 Marlin St", &[2023, 2024])],
    ),
    person(
        ["Tobias", "Renner"],
        "1979-12-02",
        "666-27-1190",
        &[("77 Sage Hill Rd", &[2021, 2022]), (LATEST, &[2023, 2024])],
    ),
    person(
        ["Cormac", "Dunleavy"],
        "1968-01-30",
        "666-05-2277",
        &[("58 Wheeler Ave", &[2023])],
    ),
    person(
        ["Lamine", "Toure"],
        "1994-03-15",
        "666-18-9903",
        &[("316 Thoma St", &[2023, 2024])],
    ),
    Person {
        marker: Marker::Hold,
        ..person(
            ["Yevgenia", "Sorokina"],
            "1985-10-09",
            "666-33-6419",
            &[("2211 Plumas St", &[2024])],
        )
    },
];

/// The address that only the register knows.
pub const LATEST: &str = "640 Evergreen Ct";

const fn person(
    name: [&'static str; 2],
    birth: &'static str,
    tin: &'static str,
    addresses: &'static [(&'static str, &'static [u16])],
) -> Person {
    Person {
        name,
        birth,
        tin,
        addresses,
        marker: Marker::None,
    }
}

/// Keys of the epoch: 3 of 4 keepers.
pub fn epoch_keys() -> EpochKeys {
    let keepers = (0..KEEPERS).map(keeper_id).collect();
    let sets = ShareSets::new(3, keepers).unwrap();
    EpochKeys::from_seed(register_id(), Epoch(1), sets, &[7; 32])
}

struct Record {
    name: StandardName,
    given: String,
    surnames: String,
    birth: Option<Date>,
    tin: Option<Token>,
    addresses: Vec<AddressTokens>,
    marker: Marker,
    header: RecordHeader,
    entries: Vec<SealedEntry>,
}

/// The register.
pub struct Register {
    records: Vec<Record>,
    tree: MerkleTree,
    people: u64,
}

fn address(line: &str) -> StandardAddress {
    let text = AddressText {
        line_1: line,
        line_2: "Apt 4",
        city: "Reno",
        state: "NV",
        postal_code: "89501",
    };
    standardize(&text).unwrap()
}

fn years(years: &[u16]) -> Vec<TaxPeriod> {
    years.iter().map(|y| TaxPeriod::new(*y).unwrap()).collect()
}

fn build(number: u32, person: &Person, keys: &EpochKeys) -> Record {
    let tokens = TokenEvaluator::new(keys);
    let name = standard_name(person.name[0], person.name[1], "");
    let periods = person.addresses.iter().map(|(_, on)| years(on)).collect();
    let header = RecordHeader::new(RecordNumber(number), periods).unwrap();
    let slots: Vec<SlotKey> = (person.addresses.iter())
        .map(|(line, _)| SlotKey::on_file(address(line).key().expose()))
        .collect();
    let sealed = |(entry, (line, _)): (u16, &(&str, &[u16]))| {
        let context = header
            .context(keys.register(), keys.epoch(), EntryNumber(entry))
            .unwrap();
        let mailing = MailingAddress::new(line, "Apt 4", "Reno", "NV", "89501");
        Sealer::new(keys).seal(&context, &mailing, &slots).unwrap()
    };
    let address_tokens = |(line, _): &(&str, &[u16])| AddressTokens {
        parts: (address(line).token_parts().into_iter())
            .map(|(kind, part)| (kind, tokens.evaluate(kind, &part)))
            .collect(),
    };
    let tin: Tin = id(person.tin);
    Record {
        given: name.given.join(" "),
        surnames: name.surnames.join(" "),
        name,
        birth: parse_date(person.birth).ok(),
        tin: Some(tokens.evaluate(TokenKind::Tin, &tin.digits())),
        addresses: person.addresses.iter().map(address_tokens).collect(),
        marker: person.marker,
        entries: (0..).zip(person.addresses).map(sealed).collect(),
        header,
    }
}

impl Register {
    /// The register of [`PEOPLE`].
    pub fn new(keys: &EpochKeys) -> Self {
        let records: Vec<Record> = (0..)
            .zip(&PEOPLE)
            .map(|(number, person)| build(number, person, keys))
            .collect();
        let leaves = records.iter().map(|r| r.header.leaf_hash()).collect();
        Self {
            tree: MerkleTree::from_leaf_hashes(leaves),
            records,
            people: 200_000,
        }
    }

    /// The same, as if it had so many people.
    pub fn of_people(mut self, people: u64) -> Self {
        self.people = people;
        self
    }

    pub fn headers_root(&self) -> model::digest::Digest {
        self.tree.root()
    }

    fn get(&self, record: RecordNumber) -> &Record {
        &self.records[usize::try_from(record.0).unwrap()]
    }

    pub fn header(&self, record: RecordNumber) -> (RecordHeader, InclusionProof) {
        let proof = InclusionProof {
            index: LeafIndex(record.0.into()),
            size: self.tree.size(),
            hashes: self.tree.proof(record.0.into()).unwrap(),
        };
        (self.get(record).header.clone(), proof)
    }

    pub fn entry(&self, record: RecordNumber, entry: EntryNumber) -> SealedEntry {
        self.get(record).entries[usize::from(entry.0)].clone()
    }
}

impl Candidates for Register {
    fn people(&self) -> u64 {
        self.people
    }

    fn find(
        &self,
        keys: &[BlockKey],
        _: &[i16],
        found: &mut FoundSet,
    ) -> Result<Vec<UnreadBlock>, CandidatesError> {
        found.reserve(self.records.len());
        for (number, record) in (0..).zip(&self.records) {
            let tin = record.tin.as_ref();
            let own = record_keys(&record.name, record.birth, tin, &record.addresses);
            let kinds = shared_kinds(&own, keys);
            if kinds != KindSet::default() {
                found.add(RecordNumber(number), kinds, BirthCode::of(record.birth));
            }
        }
        Ok(Vec::new())
    }

    fn record(&self, number: RecordNumber) -> Result<RecordView<'_>, CandidatesError> {
        let record = self.get(number);
        let bind = |(entry, tokens): (u16, &AddressTokens)| {
            let mut bound = BoundAddress {
                entry: EntryNumber(entry),
                residence: number.0 * 10 + u32::from(entry),
                ..BoundAddress::default()
            };
            for (bit, kind) in TokenKind::OF_ADDRESS.iter().enumerate() {
                if let Some(token) = tokens.get(*kind) {
                    bound.parts[bit] = bound_part(token, number);
                    bound.present |= 1 << bit;
                }
            }
            bound
        };
        let top = |token: &Token| u32::try_from(token.bound(number) >> 32).unwrap();
        Ok(RecordView {
            given: &record.given,
            surnames: &record.surnames,
            suffix: None,
            date_of_birth: record.birth,
            tin: record.tin.as_ref().map(top),
            addresses: (0..).zip(&record.addresses).map(bind).collect(),
            marker: record.marker,
        })
    }

    fn share(&self, _: NameField, _: &str) -> NameShare {
        NameShare {
            same: 600,
            similar: 300,
            forms: 200,
        }
    }

    fn slips(&self, field: NameField, token: &str) -> Vec<&str> {
        let names = self.records.iter().flat_map(|record| match field {
            NameField::Given => record.name.given.iter().take(1),
            NameField::Surname => record.name.surnames.iter().take(9),
        });
        names
            .filter(|n| is_slip(n, token))
            .map(String::as_str)
            .collect()
    }
}
