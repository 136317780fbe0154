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
    certificate::{Certificate, Measurement},
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
    ("SIG-1", "ICE", Role::Signatory, "official"),
    ("OFF-1", "ICE", Role::NamedOfficer, "assurance"),
    ("OFF-2", "ICE", Role::NamedOfficer, "assurance"),
    ("DO-1", "IRS", Role::DisclosureOfficer, "review"),
    ("DO-2", "IRS", Role::DisclosureOfficer, "review"),
    ("CO-1", "IRS", Role::Counsel, "review"),
    ("CO-2", "IRS", Role::Counsel, "review"),
    ("OWN-1", "IRS", Role::DataOwner, "official"),
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
        records_agency: id("IRS"),
        requesting_agency: id("ICE"),
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

fn certificate(genesis: Digest) -> Certificate {
    let measurement = Measurement {
        threshold_millibits: 14_000,
        answerable: 3_000_000,
        identified: 2_900_000,
        wrong: 0,
        wrong_bound_per_billion: 1_000,
    };
    Certificate {
        genesis,
        id: id("CAL-1"),
        made_on: id("2026-11-01"),
        model_version: "test".to_owned(),
        parameters: Digest::of(b"parameters"),
        data: "synthetic nation".to_owned(),
        seed: 7,
        people: 5_000_000,
        largest_register: 5_000_000,
        with_birth_date: measurement,
        without_birth_date: measurement,
    }
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

/// The world: documents in force, and the log.
#[derive(Debug, Clone)]
pub struct World {
    /// The clock.
    pub now: Instant,
    /// The signed genesis.
    pub genesis: Signed<Genesis>,
    /// The agreement.
    pub agreement: Signed<Agreement>,
    /// Agreements it replaced.
    pub former_agreements: Vec<Signed<Agreement>>,
    /// The manifest.
    pub manifest: Signed<Manifest>,
    /// The certificate.
    pub certificate: Signed<Certificate>,
    /// Authority notes, the last one in force.
    pub authorities: Vec<Signed<Authority>>,
    /// The log's entries.
    pub entries: Vec<Vec<u8>>,
    /// Parts of the sealed bundle about requests.
    pub sealed: Vec<(String, Vec<u8>)>,
}

impl World {
    /// A world whose register has these headers, with its documents logged.
    #[must_use]
    pub fn new(headers_root: Digest, shares: Vec<(KeeperId, Digest)>) -> Self {
        Self::under(genesis(), headers_root, shares)
    }

    /// As [`World::new`], under another genesis with the same keys.
    #[must_use]
    pub fn under(genesis: Genesis, headers_root: Digest, shares: Vec<(KeeperId, Digest)>) -> Self {
        let kind = genesis.kind;
        let genesis =
            Signed::sign(genesis, &[&key("a1", "authority"), &key("a2", "authority")]).unwrap();
        let root = genesis.digest();
        let agreement = Signed::sign(
            agreement(root),
            &[&person_key("SIG-1"), &person_key("OWN-1")],
        )
        .unwrap();
        let manifest = Signed::sign(
            Manifest {
                kind,
                ..manifest(root, headers_root, shares)
            },
            &[&key("builder", "official"), &person_key("OWN-1")],
        )
        .unwrap();
        let certificate = Signed::sign(certificate(root), &[&key("lab", "certificate")]).unwrap();
        let mut world = Self {
            now: NOON,
            genesis,
            agreement,
            former_agreements: Vec::new(),
            manifest,
            certificate,
            authorities: Vec::new(),
            entries: Vec::new(),
            sealed: Vec::new(),
        };
        world.log_document(DocumentKind::Genesis, root);
        world.log_document(DocumentKind::Agreement, world.agreement.digest());
        world.new_authority(|_| {});
        world.log_document(DocumentKind::Manifest, world.manifest.digest());
        world.log_document(DocumentKind::Certificate, world.certificate.digest());
        world
    }

    /// Digest of the genesis.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.genesis.digest()
    }

    /// The authority note in force.
    ///
    /// # Panics
    /// Never: a world has one.
    #[must_use]
    pub fn authority(&self) -> &Signed<Authority> {
        self.authorities.last().unwrap()
    }

    /// Signs and logs the next authority note, changed as asked.
    pub fn new_authority(&mut self, change: impl FnOnce(&mut Authority)) {
        let version = u64::try_from(self.authorities.len()).unwrap() + 1;
        let mut document = authority(self.root(), version, self.now, &self.agreement);
        change(&mut document);
        let signed = Signed::sign(
            document,
            &[&key("a1", "authority"), &key("a3", "authority")],
        )
        .unwrap();
        self.log_document(DocumentKind::Authority, signed.digest());
        self.authorities.push(signed);
    }

    /// Changes the agreement, signs and logs it and the authority note that names it.
    pub fn change_agreement(&mut self, change: impl FnOnce(&mut Agreement)) {
        let mut document = self.agreement.document().clone();
        change(&mut document);
        let next = Signed::sign(document, &[&person_key("SIG-1"), &person_key("OWN-1")]).unwrap();
        self.former_agreements
            .push(std::mem::replace(&mut self.agreement, next));
        self.log_document(DocumentKind::Agreement, self.agreement.digest());
        self.new_authority(|_| {});
    }

    /// Appends a leaf of today.
    pub fn log(&mut self, act: Act) -> LeafIndex {
        let leaf = Leaf {
            day: self.now.day(),
            act,
        };
        self.entries.push(leaf.entry());
        LeafIndex(u64::try_from(self.entries.len()).unwrap() - 1)
    }

    /// Logs a document.
    pub fn log_document(&mut self, kind: DocumentKind, digest: Digest) -> LeafIndex {
        self.log(Act::Document { kind, digest })
    }

    /// Signs a request without logging it.
    #[must_use]
    pub fn sign_request(&self, name: &str, specs: Vec<RowSpec>) -> Request {
        let request: RequestId = id(name);
        let secret = RequestSecret::from_bytes(*Digest::of(name.as_bytes()).as_bytes());
        let rows: Vec<RowContent> = (2..)
            .zip(&specs)
            .map(|(number, spec)| {
                RowContent::new(&spec.row(number), &spec.periods, &spec.address_keys)
            })
            .collect();
        let commitments: Vec<_> = rows.iter().map(|row| row.commit(&secret)).collect();
        let cover = Cover {
            genesis: self.root(),
            request: request.clone(),
            agency: id("ICE"),
            agreement: (
                self.agreement.document().id.clone(),
                self.agreement.digest(),
            ),
            signatory: id("SIG-1"),
            signatory_title: "Director".to_owned(),
            signed_on: self.now.day(),
            purpose: "criminal investigations".to_owned(),
            files: vec![CoverFile {
                digest: Digest::of(b"workbook"),
                bytes: 8,
                name: "request.csv".to_owned(),
            }],
            rows: u32::try_from(rows.len()).unwrap(),
            rows_root: tree::rows_root(&commitments),
        };
        let mut officers: Vec<&str> = specs.iter().map(|spec| spec.officer).collect();
        officers.sort_unstable();
        officers.dedup();
        let assurances = officers.into_iter().map(|officer| {
            let own = specs.iter().zip(&commitments);
            let own = own.filter(|(spec, _)| spec.officer == officer);
            self.assure(&request, officer, own.map(|(_, row)| row))
        });
        Request {
            assurances: assurances.collect(),
            cover: Signed::sign(cover, &[&person_key("SIG-1")]).unwrap(),
            id: request,
            secret,
            rows,
            specs,
        }
    }

    /// An officer's assurance of rows.
    pub fn assure<'a>(
        &self,
        request: &RequestId,
        officer: &str,
        rows: impl Iterator<Item = &'a crate::row_commitment::RowCommitment>,
    ) -> Signed<Assurance> {
        let assurance = Assurance {
            genesis: self.root(),
            request: request.clone(),
            officer: id(officer),
            signed_on: self.now.day(),
            rows: rows
                .map(|row| AssuredRow {
                    sheet: row.sheet,
                    row: row.row,
                    leaf: row.leaf_hash(),
                })
                .collect(),
        };
        Signed::sign(assurance, &[&person_key(officer)]).unwrap()
    }

    /// Signs a request and logs that it came in.
    pub fn request(&mut self, name: &str, specs: Vec<RowSpec>) -> Request {
        let request = self.sign_request(name, specs);
        self.log_request(&request);
        request
    }

    /// Logs that a request came in and keeps its parts for the sealed bundle.
    pub fn log_request(&mut self, request: &Request) {
        self.log(Act::Request {
            request: request.tag(),
            agency: id("ICE"),
            agreement: self.agreement.digest(),
            rows: request.cover.document().rows,
            commitment: request.commitments().request(&request.cover.note_digest()),
        });
        self.seal(request, RequestPart::Cover, "", request.cover.render());
        let secret = hex(request.secret.expose());
        self.seal(request, RequestPart::Secret, "", secret);
        for assurance in &request.assurances {
            let officer = assurance.document().officer.to_string();
            let note = assurance.render();
            self.seal(request, RequestPart::Assurance, &officer, note);
        }
        for (content, row) in request.rows.iter().zip(0_usize..) {
            let opening = content.open(&request.id, &request.secret, |_| true);
            let place = place(request, row);
            self.seal(request, RequestPart::Row, &place, opening.text());
        }
    }

    /// Adds a part of the sealed bundle.
    pub fn seal(
        &mut self,
        request: &Request,
        part: RequestPart,
        rest: &str,
        bytes: impl Into<Vec<u8>>,
    ) {
        self.sealed
            .push((part.name(&request.id, rest), bytes.into()));
    }

    /// The part of a leaf about a row that is the same for all kinds.
    #[must_use]
    pub fn row_act(
        &self,
        request: &Request,
        row: usize,
        reviewers: [&str; 2],
        commitment: Digest,
    ) -> RowAct {
        let tag = |official: &OfficialId| official_tag(&self.root(), official);
        RowAct {
            request: request.tag(),
            agency: id("ICE"),
            agreement: self.agreement.digest(),
            policy: self.authority().document().policy,
            elements: Elements::ALL,
            officer: tag(&request.officer(row)),
            reviewers: reviewers.map(|name| tag(&id(name))),
            commitment,
        }
    }

    /// A signed face decision.
    #[must_use]
    pub fn face(
        &self,
        request: &Request,
        row: usize,
        reviewer: &str,
        decision: FaceDecision,
        findings: &[u8],
    ) -> Signed<Face> {
        let (_, _, role, _) = PEOPLE.iter().find(|(id, ..)| *id == reviewer).unwrap();
        let face = Face {
            genesis: self.root(),
            row: request.row_id(row),
            leaf: request.leaf(row),
            findings: Digest::of(findings),
            examined_as_of: self.now.day(),
            reviewer: id(reviewer),
            role: *role,
            decision,
            signed_at: self.now,
        };
        Signed::sign(face, &[&person_key(reviewer)]).unwrap()
    }

    /// DO-1 and CO-1 admit a row; the findings' bytes stand in the bundle.
    pub fn admit(&mut self, request: &Request, row: usize, findings: &[u8]) -> LeafIndex {
        let faces = ["DO-1", "CO-1"]
            .map(|name| self.face(request, row, name, FaceDecision::Admit, findings));
        self.seal_faces(request, row, &faces, findings);
        let notes = faces.map(|face| face.note_digest());
        let commitment =
            request
                .commitments()
                .admitted(request.place(row), &request.leaf(row), &notes);
        let act = self.row_act(request, row, ["DO-1", "CO-1"], commitment);
        self.log(Act::Admitted(act))
    }

    /// DO-1 declines a row.
    pub fn decline(&mut self, request: &Request, row: usize, findings: &[u8]) -> LeafIndex {
        let decision = FaceDecision::Decline(DeclineGround::RelevanceNotShown);
        let face = self.face(request, row, "DO-1", decision, findings);
        self.seal_faces(request, row, std::slice::from_ref(&face), findings);
        let commitment = request.commitments().declined(
            request.place(row),
            &request.leaf(row),
            &[face.note_digest()],
        );
        let act = self.row_act(request, row, ["DO-1", "DO-1"], commitment);
        self.log(Act::Declined(act))
    }

    fn seal_faces(
        &mut self,
        request: &Request,
        row: usize,
        faces: &[Signed<Face>],
        findings: &[u8],
    ) {
        let place = place(request, row);
        for (number, face) in (1..).zip(faces) {
            let rest = format!("{place}/{number}");
            self.seal(request, RequestPart::Face, &rest, face.render());
        }
        self.seal(request, RequestPart::Findings, &place, findings);
    }

    /// Logs that rows were rejected on their findings.
    pub fn reject(&mut self, request: &Request, rows: &[(usize, &[u8])]) -> LeafIndex {
        let mut digests = Vec::new();
        for (row, findings) in rows {
            self.seal(
                request,
                RequestPart::Findings,
                &place(request, *row),
                *findings,
            );
            digests.push((request.leaf(*row), Digest::of(findings)));
        }
        let commitment = request.commitments().refusals(&digests);
        self.log(Act::Refusals {
            request: request.tag(),
            rows: u32::try_from(rows.len()).unwrap(),
            commitment,
        })
    }

    /// The statement of a row whose person is this record.
    #[must_use]
    pub fn statement(&self, request: &Request, row: usize, record: u32, entry: u16) -> Statement {
        let place = request.row_id(row);
        let case: CaseId = id(&format!("C-{}-{}", request.id, place.row));
        let salt = Digest::of(place.to_string().as_bytes());
        let agency: AgencyId = id("ICE");
        Statement {
            genesis: self.root(),
            case,
            row: place,
            row_leaf: request.leaf(row),
            cover: request.cover.digest(),
            agency,
            officer: request.officer(row),
            agreement: self.agreement.digest(),
            policy: self.authority().document().policy,
            certificate: self.certificate.digest(),
            log_origin: self.genesis.document().log_origin.clone(),
            register: register(),
            epoch: Epoch(1),
            record: RecordNumber(record),
            entry: EntryNumber(entry),
            periods: request.specs[row].periods.clone(),
            question: request.specs[row].question,
            created: Instant(self.now.0 - 600),
            expires: Instant(self.now.0 + 3600 * 24 * 3),
            salt: salt.as_bytes()[..16].try_into().unwrap(),
        }
    }

    /// A signed approval.
    #[must_use]
    pub fn approval(
        &self,
        statement: &Statement,
        reviewer: &str,
        decision: ApprovalDecision,
        signed_at: Instant,
    ) -> Signed<Approval> {
        let (_, _, role, _) = PEOPLE.iter().find(|(id, ..)| *id == reviewer).unwrap();
        let nonce = Digest::of(format!("{reviewer} {}", statement.digest()).as_bytes());
        let approval = Approval {
            genesis: self.root(),
            statement: statement.digest(),
            reviewer: id(reviewer),
            role: *role,
            decision,
            nonce: nonce.as_bytes()[..16].try_into().unwrap(),
            signed_at,
        };
        Signed::sign(approval, &[&person_key(reviewer)]).unwrap()
    }

    /// DO-1's and CO-1's approvals allowing what the statement asks.
    #[must_use]
    pub fn approvals(&self, statement: &Statement) -> [Signed<Approval>; 2] {
        let decision = ApprovalDecision::Allow(statement.question);
        [("DO-1", 300), ("CO-1", 200)].map(|(name, ago)| {
            let at = Instant(self.now.0 - ago);
            self.approval(statement, name, decision, at)
        })
    }

    /// Logs the matter of an approved statement and gives what opens its leaf.
    pub fn matter(
        &mut self,
        request: &Request,
        row: usize,
        statement: &Statement,
        approvals: &[Signed<Approval>; 2],
    ) -> LeafOpening {
        let (sheet, number) = request.place(row);
        let salt = request.commitments().salt(sheet, number, "matter");
        let [first, second] = approvals;
        let notes = [&first.note_digest(), &second.note_digest()];
        let commitment = matter_commitment(&salt, &statement.digest(), notes);
        let names = [first, second].map(|a| a.document().reviewer.to_string());
        let act = self.row_act(request, row, [&names[0], &names[1]], commitment);
        let index = self.log(Act::Matter(act));
        let place = place(request, row);
        self.seal(request, RequestPart::Statement, &place, statement.text());
        for (k, approval) in (1..).zip(approvals) {
            let rest = format!("{place}/{k}");
            self.seal(request, RequestPart::Approval, &rest, approval.render());
        }
        LeafOpening {
            index,
            day: self.now.day(),
            salt,
            request: request.tag(),
        }
    }

    /// Logs the matter of a case that a reviewer ended.
    pub fn ended_matter(
        &mut self,
        request: &Request,
        row: usize,
        statement: &Statement,
        approvals: &[Signed<Approval>],
    ) -> LeafIndex {
        let notes = approvals.iter().map(Signed::note_digest);
        let ended: Vec<Digest> = std::iter::once(statement.digest()).chain(notes).collect();
        let commitment =
            request
                .commitments()
                .silent_matter(request.place(row), &request.leaf(row), &ended);
        let place = place(request, row);
        self.seal(request, RequestPart::Statement, &place, statement.text());
        for (k, approval) in (1..).zip(approvals) {
            let rest = format!("{place}/{k}");
            self.seal(request, RequestPart::Approval, &rest, approval.render());
        }
        let act = self.row_act(request, row, ["DO-1", "CO-1"], commitment);
        self.log(Act::Matter(act))
    }

    /// Logs the matter of a row about which nothing is said.
    pub fn silent_matter(&mut self, request: &Request, row: usize) -> LeafIndex {
        let commitment =
            request
                .commitments()
                .silent_matter(request.place(row), &request.leaf(row), &[]);
        let act = self.row_act(request, row, ["DO-1", "CO-1"], commitment);
        self.log(Act::Matter(act))
    }

    /// Signs the receipt and logs that the answers issued.
    pub fn issue(&mut self, request: &Request, answers: &[Answer]) -> LeafIndex {
        let rows = u64::try_from(request.rows.len()).unwrap();
        let counts = AnswerCounts::count(rows, answers.iter().copied());
        let receipt = Receipt {
            genesis: self.root(),
            request: request.id.clone(),
            agency: id("ICE"),
            cover: request.cover.digest(),
            issued_on: self.now.day(),
            destroy_by: id("2027-11-21"),
            counts,
            responses: vec![(id("OFF-1"), Digest::of(b"response"))],
        };
        let receipt = Signed::sign(receipt, &[&key("gate.example", "gate")]).unwrap();
        self.seal(request, RequestPart::Receipt, "", receipt.render());
        let small = |count: u64| u32::try_from(count).unwrap();
        self.log(Act::Issued {
            request: request.tag(),
            rows: small(rows),
            rejected: small(counts.rejected),
            declined: small(counts.declined),
            answered: small(rows - counts.rejected - counts.declined),
            commitment: request.commitments().issued(&receipt.note_digest()),
        })
    }

    /// Leaf hashes of the log.
    #[must_use]
    pub fn leaves(&self) -> Vec<Digest> {
        self.entries.iter().map(|entry| leaf_hash(entry)).collect()
    }

    /// The checkpoint, signed by the log only.
    #[must_use]
    pub fn checkpoint(&self) -> Note {
        let origin = self.genesis.document().log_origin.clone();
        let checkpoint = Checkpoint {
            size: u64::try_from(self.entries.len()).unwrap(),
            root: tree_root(&self.leaves()),
            origin,
        };
        let context = checkpoint.origin.context().unwrap();
        let log = key("gate.example", "log");
        log.sign_note(&context, checkpoint.text()).unwrap()
    }

    /// The checkpoint cosigned by the keepers at these positions at a time.
    #[must_use]
    pub fn cosigned(&self, positions: &[usize], at: Instant) -> String {
        let mut note = self.checkpoint();
        let origin = self.genesis.document().log_origin.context().unwrap();
        for position in positions {
            let keeper = cosigner(keeper_id(*position).as_str());
            let line = keeper.cosign(&origin, note.text(), at).unwrap();
            note.add(line).unwrap();
        }
        note.render()
    }

    /// The warrant of an approved statement.
    #[must_use]
    pub fn warrant(
        &self,
        request: &Request,
        row: usize,
        statement: &Statement,
        approvals: &[Signed<Approval>; 2],
        leaf: &LeafOpening,
        header: (Vec<u8>, InclusionProof),
    ) -> Warrant {
        let row_leaves: Vec<Digest> = (0..request.rows.len()).map(|at| request.leaf(at)).collect();
        let officer = request.officer(row);
        let assurance = request
            .assurances
            .iter()
            .find(|assurance| assurance.document().officer == officer);
        Warrant {
            authority: self.authority().clone(),
            agreement: self.agreement.clone(),
            cover: request.cover.clone(),
            row: request.rows[row].open(&request.id, &request.secret, opens_to_keepers),
            row_proof: tree::prove(&row_leaves, row).unwrap(),
            assurance: assurance.unwrap().clone(),
            statement: statement.clone(),
            approvals: approvals.clone(),
            leaf: leaf.clone(),
            leaf_proof: tree::prove(&self.leaves(), usize::try_from(leaf.index.0).unwrap())
                .unwrap(),
            checkpoint: self.cosigned(&[0, 1, 2], self.now),
            header: header.0,
            header_proof: header.1,
        }
    }

    /// The auditor's bundle.
    #[must_use]
    pub fn bundle(&self, kind: BundleKind) -> Archive {
        let mut parts: Vec<(String, Vec<u8>)> = vec![
            (bundle::GENESIS.to_owned(), self.genesis.render().into()),
            (
                bundle::CHECKPOINT.to_owned(),
                self.cosigned(&[0, 1, 2], self.now).into(),
            ),
            (bundle::LEAVES.to_owned(), self.entries.concat()),
        ];
        let mut add = |prefix: &str, name: String, text: String| {
            parts.push((format!("{prefix}{name}"), text.into()));
        };
        for authority in &self.authorities {
            let version = authority.document().version.to_string();
            add(bundle::AUTHORITIES, version, authority.render());
        }
        let agreement = self.agreement.document().id.to_string();
        for (number, former) in (1..).zip(&self.former_agreements) {
            let name = format!("{agreement}.{number}");
            add(bundle::AGREEMENTS, name, former.render());
        }
        add(bundle::AGREEMENTS, agreement, self.agreement.render());
        let manifest = format!("{}-1", register());
        add(bundle::MANIFESTS, manifest, self.manifest.render());
        let certificate = self.certificate.document().id.to_string();
        add(bundle::CERTIFICATES, certificate, self.certificate.render());
        if kind == BundleKind::Sealed {
            parts.extend(self.sealed.iter().cloned());
        }
        self.index(kind, parts)
    }

    /// Signs an index over parts and puts them together.
    #[must_use]
    pub fn index(&self, kind: BundleKind, parts: Vec<(String, Vec<u8>)>) -> Archive {
        let index = BundleIndex {
            genesis: self.root(),
            kind,
            made_at: self.now,
            size: u64::try_from(self.entries.len()).unwrap(),
            parts: parts
                .iter()
                .map(|(name, bytes)| (Digest::of(bytes), name.clone()))
                .collect(),
        };
        let index = Signed::sign(index, &[&key("gate.example", "gate")]).unwrap();
        let mut archive = Archive::new(bundle::BUNDLE);
        archive.add(bundle::INDEX, index.render());
        for (name, bytes) in parts {
            archive.add(&name, bytes);
        }
        archive
    }
}

fn place(request: &Request, row: usize) -> String {
    let (sheet, number) = request.place(row);
    RequestPart::row(sheet, number)
}
