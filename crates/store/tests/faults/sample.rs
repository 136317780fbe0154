//! A request of four rows in various states, with really signed notes.
//!
//! Place in the flow: every test writes it, hurts the file, and looks at what is read back.
//!
//! Left to others: the signed documents (instrument's testing world).

use casework::{
    examine::Given,
    record::{IdentityRecord, LoggedLeaf, RequestRecord, RequestState, RowRecord},
    state::RowState,
};
use instrument::{
    envelope::Envelope,
    face::{Face, FaceDecision},
    signed::Signed,
    statement::Question,
    testing::{NOON, Request, RowSpec, World, id, person_key},
};
use model::{
    answer::WithheldReason,
    digest::Digest,
    finding::{Finding, FindingClass, FindingView, RuleId},
    id::LeafIndex,
    role::Role,
};
use seal::rest::RestKey;

/// What a requester wrote; it stands nowhere in the file.
pub const PLAIN_WORDS: &str = "countersign-key-v1|street|100|WISTERIA|89501";

pub fn key() -> RestKey {
    RestKey::new(&[9; 32])
}

pub struct Sample {
    world: World,
    signed: Request,
    pub request: RequestRecord,
    pub rows: Vec<RowRecord>,
}

/// The request as it is taken in.
pub fn sample(name: &str) -> Sample {
    let world = World::new(Digest::of(b"headers"), Vec::new());
    let spec = || RowSpec::new(Question::Address, PLAIN_WORDS);
    let signed = world.sign_request(name, vec![spec(), spec(), spec(), spec()]);
    let envelope = Envelope {
        cover: signed.cover.clone(),
        assurances: signed.assurances.clone(),
        secret: signed.secret.clone(),
    };
    let rows = (0..4).map(|row| {
        let opening = signed.rows[row].open(&signed.id, &signed.secret, |_| true);
        let deficient = (row == 3).then(finding);
        RowRecord::new(opening, deficient.into_iter().collect())
    });
    let request = RequestRecord {
        id: signed.id.clone(),
        envelope: envelope.to_bytes(),
        file: Digest::of(b"workbook"),
        received: NOON,
        given: Given {
            as_of: NOON.day(),
            cover: Default::default(),
            sheets: Default::default(),
            workbook: Vec::new(),
        },
        findings: vec![finding()],
        state: RequestState::Received,
        request_leaf: None,
        refusals_leaf: None,
        receipt: None,
        issued_leaf: None,
    };
    Sample {
        rows: rows.collect(),
        request,
        world,
        signed,
    }
}

fn finding() -> FindingView {
    FindingView::from(&Finding {
        rule: RuleId("reason.missing"),
        class: FindingClass::Deficient,
        column: None,
        cell: None,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        message: "no reason is given".to_owned(),
        remedy: "give one".to_owned(),
    })
}

impl Sample {
    /// A signed admission of a row.
    pub fn face(&self, row: usize, reviewer: &str, role: Role) -> Signed<Face> {
        let face = Face {
            genesis: self.world.root(),
            row: self.rows[row].id(),
            leaf: self.rows[row].leaf(),
            findings: self.rows[row].findings_digest(),
            examined_as_of: NOON.day(),
            reviewer: id(reviewer),
            role,
            decision: FaceDecision::Admit,
            signed_at: NOON,
        };
        Signed::sign(face, &[&person_key(reviewer)]).unwrap()
    }

    /// The row with its first admission.
    pub fn half_admitted(&self, row: usize, reviewer: &str) -> RowRecord {
        let role = match reviewer.starts_with("DO") {
            true => Role::DisclosureOfficer,
            false => Role::Counsel,
        };
        RowRecord {
            faces: vec![self.face(row, reviewer, role)],
            state: RowState::HalfAdmitted,
            ..self.rows[row].clone()
        }
    }

    /// The row with both.
    pub fn admitted(&self, row: usize) -> RowRecord {
        let mut admitted = self.half_admitted(row, "DO-1");
        admitted.faces.push(self.face(row, "CO-1", Role::Counsel));
        admitted.state = RowState::Admitted;
        admitted.face_leaf = Some(LoggedLeaf {
            index: LeafIndex(7),
            day: NOON.day(),
        });
        admitted
    }

    /// The row put to the register: identified, and approved by as many as said.
    pub fn in_review(&self, row: usize, approvals: usize) -> RowRecord {
        let mut reviewed = self.admitted(row);
        let statement = self.world.statement(&self.signed, row, 1, 0);
        reviewed.approvals = self.world.approvals(&statement)[..approvals].to_vec();
        reviewed.statement = Some(statement);
        reviewed.identity = Some(identity(None));
        reviewed.state = match approvals {
            0 => RowState::InReview,
            1 => RowState::HalfApproved,
            _ => RowState::Approved,
        };
        reviewed
    }

    /// The row put to the register: nobody.
    pub fn withheld(&self, row: usize) -> RowRecord {
        RowRecord {
            identity: Some(identity(Some(WithheldReason::NoCandidate))),
            state: RowState::Withheld,
            ..self.admitted(row)
        }
    }
}

fn identity(withheld: Option<WithheldReason>) -> IdentityRecord {
    IdentityRecord {
        withheld,
        given_is_latest: false,
        evidence: vec![("surname".to_owned(), "same".to_owned(), 9000)],
        transcript: serde_json::json!({ "best": 1 }),
    }
}
