//! One request of six rows that takes every way there is, and what must be true when it is done.
//!
//! Place in the flow: the tests of single use cases go part of it; the fault tests go all of it.
//!
//! Left to others: the deployment (world), failing (ports).

use std::collections::{BTreeMap, BTreeSet};

use casework::{
    error::CaseworkError,
    examine::Given,
    office::Loaded,
    record::{RequestState, RowRecord},
    state::RowState,
    use_case::{
        cover_request::{CoverInput, cover_request},
        decide_face::{FaceInput, decide_face},
        decide_person::{PersonInput, decide_person},
        identify_rows::{IdentifyInput, IdentifyReport, identify_rows},
        release::{Release, ReleaseInput, approvals_in_order, issue, issued_receipt, release},
        submit::{Submission, SubmitReport, submit},
    },
};
use instrument::{
    approval::ApprovalDecision,
    cover::CoverFile,
    document::Document as _,
    face::FaceDecision,
    leaf::Act,
    receipt::Receipt,
    signed::Signed,
    statement::Question,
    testing::{NOON, id},
    warrant::matter_commitment,
};
use model::{
    answer::{Answer, AnswerCounts, DeclineGround},
    column::Column,
    digest::Digest,
    entropy::random_bytes,
    id::{CaseId, OfficialId, RequestId, RowId},
    row::Row,
    time::Date,
};
use statute::sample;

use crate::{
    durable::{Durable, ResponseFile},
    ports::Gate,
    world::{World, gate_key, key_of, official},
};

/// A signed request as it comes in.
#[derive(Clone)]
pub struct Intake {
    pub request: RequestId,
    pub file: Digest,
    pub rows: Vec<Row>,
    pub given: Given,
    pub envelope: Vec<u8>,
}

/// Sample row `number` with some cells changed; an empty text leaves the cell out.
pub fn sample_row(number: usize, changes: &[(Column, &str)]) -> Row {
    let mut values = sample::values(number);
    for (column, text) in changes {
        values.retain(|(other, _)| other != column);
        values.push((*column, (*text).to_owned()));
    }
    sample::row(u32::try_from(number).unwrap() + 2, &values)
}

/// Mariela (row 2) asks to verify, Tobias (3) for the address, Anjali (4) gives no reason, Cormac (5),
/// Yevgenia (6), who is under a hold, and Lamine (7).
pub fn six_rows() -> Vec<Row> {
    vec![
        sample_row(0, &[]),
        sample_row(1, &[(Column::AsksFor, "address")]),
        sample_row(2, &[(Column::Reason, "")]),
        sample_row(3, &[]),
        sample_row(4, &[]),
        sample_row(5, &[]),
    ]
}

/// What a request's cover says.
pub struct CoverWords {
    pub signatory: &'static str,
    pub genesis: Digest,
    pub officers: &'static [&'static str],
}

impl CoverWords {
    pub fn of(world: &World) -> Self {
        Self {
            signatory: "SIG-1",
            genesis: world.documents.genesis_digest,
            officers: &["OFF-1001", "OFF-1002"],
        }
    }
}

/// Signs a request.
pub fn intake(world: &World, name: &str, rows: Vec<Row>) -> Intake {
    intake_by(world, name, rows, CoverWords::of(world))
}

/// Signs a request in other words.
pub fn intake_by(world: &World, name: &str, rows: Vec<Row>, words: CoverWords) -> Intake {
    let file = Digest::of(name.as_bytes());
    let purpose = "Criminal investigations of the persons listed, each under its own case number";
    let input = CoverInput {
        genesis: words.genesis,
        request: id(name),
        agreement: &world.documents.agreements[0],
        signatory: (official(words.signatory), "Director".to_owned()),
        signed_on: id("2026-11-18"),
        purpose: purpose.to_owned(),
        file: CoverFile {
            digest: file,
            bytes: 8,
            name: "request.csv".to_owned(),
        },
        rows: &rows,
    };
    let officers = words
        .officers
        .iter()
        .map(|o| (official(o), key_of(o)))
        .collect();
    let envelope = cover_request(&input, &key_of(words.signatory), &officers).unwrap();
    let agreement = &input.agreement.document().id;
    let fields = [
        ("request_id", name.to_owned()),
        ("agency", "ASKS".to_owned()),
        ("agreement", agreement.to_string()),
        ("signatory", words.signatory.to_owned()),
        ("signatory_title", "Director".to_owned()),
        ("signed_on", "2026-11-18".to_owned()),
        ("purpose", purpose.to_owned()),
    ];
    let cover = (1..).zip(fields);
    let columns: Vec<(Column, u16)> = Column::ALL.iter().copied().zip(0..).collect();
    Intake {
        request: id(name),
        file,
        given: Given {
            as_of: NOON.day(),
            cover: cover
                .map(|(line, (key, text))| (key.to_owned(), (text, format!("B{line}"))))
                .collect(),
            sheets: BTreeMap::from([(1, columns)]),
            workbook: Vec::new(),
        },
        rows,
        envelope: envelope.to_bytes(),
    }
}

impl Intake {
    pub fn row(&self, number: u32) -> RowId {
        RowId {
            request: self.request.clone(),
            sheet: 1,
            row: number,
        }
    }
}

// Single steps, in the name of people of the roster.

pub fn take_in(gate: &mut Gate<'_>, intake: &Intake) -> Result<SubmitReport, CaseworkError> {
    let submission = Submission {
        file: intake.file,
        rows: &intake.rows,
        given: intake.given.clone(),
        envelope: intake.envelope.clone(),
    };
    submit(&mut gate.office(), &submission)
}

pub fn face(
    gate: &mut Gate<'_>,
    row: &RowId,
    reviewer: &str,
    decision: FaceDecision,
) -> Result<RowState, CaseworkError> {
    let input = FaceInput {
        row,
        reviewer: &official(reviewer),
        key: &key_of(reviewer),
        decision,
    };
    decide_face(&mut gate.office(), &input)
}

pub fn admit(gate: &mut Gate<'_>, row: &RowId) {
    face(gate, row, "DO-1", FaceDecision::Admit).unwrap();
    let state = face(gate, row, "CO-1", FaceDecision::Admit).unwrap();
    assert_eq!(state, RowState::Admitted);
}

pub fn put_to_register(
    gate: &mut Gate<'_>,
    request: &RequestId,
    operator: &str,
) -> Result<IdentifyReport, CaseworkError> {
    let port = gate.port();
    let world = gate.world;
    let input = IdentifyInput {
        operator: &official(operator),
        records: &port,
        keepers: &port,
        delivery: &world.delivery,
        certificate: &world.certificate,
    };
    identify_rows(&mut gate.office(), request, &input)
}

pub fn person(
    gate: &mut Gate<'_>,
    case: &CaseId,
    reviewer: &str,
    decision: ApprovalDecision,
) -> Result<RowState, CaseworkError> {
    let input = PersonInput {
        case,
        reviewer: &official(reviewer),
        key: &key_of(reviewer),
        decision,
    };
    decide_person(&mut gate.office(), &input)
}

pub fn load(gate: &mut Gate<'_>, request: &RequestId) -> Result<Loaded, CaseworkError> {
    gate.office().load(request)
}

/// The row as it is kept now.
pub fn kept(gate: &mut Gate<'_>, row: &RowId) -> RowRecord {
    let loaded = load(gate, &row.request).unwrap();
    loaded.row(row).unwrap().clone()
}

pub fn case_of(gate: &mut Gate<'_>, row: &RowId) -> CaseId {
    kept(gate, row).statement.expect("the row has a case").case
}

pub fn open_all(gate: &mut Gate<'_>, request: &RequestId) -> Result<Release, CaseworkError> {
    let port = gate.port();
    let world = gate.world;
    let input = ReleaseInput {
        operator: &official("OP-1"),
        records: &port,
        keepers: &port,
        sets: &world.delivery.sets,
    };
    release(&mut gate.office(), request, &input)
}

/// Encrypts the responses: other bytes each time, over what lay there.
pub fn write_responses(gate: &Gate<'_>, release: &Release) -> Vec<(OfficialId, Digest)> {
    let rows = release.rows.iter().map(|row| {
        let lines = row.disclosed.as_ref().map(|(address, _)| address.lines());
        (row.row.clone(), row.answer, lines)
    });
    let file = ResponseFile {
        officer: official("OFF-1001"),
        digest: Digest::of(&random_bytes::<32>().unwrap()),
        rows: rows.collect(),
    };
    let sent = vec![(file.officer.clone(), file.digest)];
    gate.durable.borrow_mut().responses = vec![file];
    sent
}

/// Releases and issues, or finishes an issue that was cut short.
pub fn issue_all(
    gate: &mut Gate<'_>,
    request: &RequestId,
) -> Result<Signed<Receipt>, CaseworkError> {
    let operator = official("OP-1");
    if let Some(receipt) = issued_receipt(&mut gate.office(), request, &operator)? {
        return Ok(receipt);
    }
    let release = open_all(gate, request)?;
    let responses = write_responses(gate, &release);
    issue(&mut gate.office(), &release, responses, &gate_key())
}

// The whole way.

const ADMIT: FaceDecision = FaceDecision::Admit;
const VERIFY: ApprovalDecision = ApprovalDecision::Allow(Question::Verify);
const ADDRESS: ApprovalDecision = ApprovalDecision::Allow(Question::Address);

/// What the reviewers decide of the six rows, in the order of deciding.
const FACES: [(u32, &str, FaceDecision); 9] = [
    (2, "DO-1", ADMIT),
    (2, "CO-1", ADMIT),
    (3, "CO-1", ADMIT),
    (3, "DO-1", ADMIT),
    (
        5,
        "CO-1",
        FaceDecision::Decline(DeclineGround::OffenceNotComplete),
    ),
    (6, "DO-1", ADMIT),
    (6, "CO-1", ADMIT),
    (7, "DO-2", ADMIT),
    (7, "CO-1", ADMIT),
];

const PERSONS: [(u32, &str, ApprovalDecision); 6] = [
    (2, "DO-1", VERIFY),
    (2, "CO-1", VERIFY),
    (3, "CO-1", ADDRESS),
    (3, "DO-1", ADDRESS),
    (7, "DO-2", VERIFY),
    (7, "CO-1", ApprovalDecision::End),
];

/// Goes the whole way, leaving out what is done already: what people and operator do after a restart.
pub fn go(gate: &mut Gate<'_>, intake: &Intake) -> Result<Signed<Receipt>, CaseworkError> {
    take_in(gate, intake)?;
    let before = load(gate, &intake.request)?;
    for (row, reviewer, decision) in FACES {
        let row = intake.row(row);
        let mut faces = before.row(&row)?.faces.iter();
        if !faces.any(|face| face.document().reviewer == official(reviewer)) {
            face(gate, &row, reviewer, decision)?;
        }
    }
    put_to_register(gate, &intake.request, "OP-1")?;
    let before = load(gate, &intake.request)?;
    for (row, reviewer, decision) in PERSONS {
        let row = before.row(&intake.row(row))?;
        let mut approvals = row.approvals.iter();
        if !approvals.any(|approval| approval.document().reviewer == official(reviewer)) {
            gate.clock.step(60);
            let case = &row.statement.as_ref().unwrap().case;
            person(gate, case, reviewer, decision)?;
        }
    }
    issue_all(gate, &intake.request)
}

/// What is the same however often the way was interrupted.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub rows: Vec<(RowId, RowState, Option<Answer>)>,
    /// What the response says.
    pub told: Vec<(RowId, Answer, Option<Vec<String>>)>,
    pub counts: AnswerCounts,
    /// Leaves of each kind.
    pub acts: BTreeMap<&'static str, usize>,
}

fn kind(act: &Act) -> &'static str {
    match act {
        Act::Document { .. } => "document",
        Act::Request { .. } => "request",
        Act::Refusals { .. } => "refusals",
        Act::Declined(_) => "declined",
        Act::Admitted(_) => "admitted",
        Act::Matter(_) => "matter",
        Act::Issued { .. } => "issued",
        Act::Recall { .. } => "recall",
    }
}

/// Checks what is durable against itself and gives the outcome.
pub fn outcome(gate: &mut Gate<'_>, request: &RequestId) -> Outcome {
    let loaded = load(gate, request).unwrap();
    let durable = gate.durable.borrow();
    let leaves = durable.leaves();
    check_leaves(&durable, &loaded);
    check_receipt(&durable, &loaded);
    let mut acts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for leaf in &leaves {
        *acts.entry(kind(&leaf.act)).or_default() += 1;
    }
    let receipt: Signed<Receipt> = Signed::parse(loaded.request.receipt.as_ref().unwrap()).unwrap();
    let row = |row: &RowRecord| (row.id(), row.state, row.answer);
    Outcome {
        rows: loaded.rows.iter().map(row).collect(),
        told: durable.responses[0].rows.clone(),
        counts: receipt.document().counts,
        acts,
    }
}

/// Every act once, and every row's leaves where the database says they are, about what it says.
fn check_leaves(durable: &Durable, loaded: &Loaded) {
    let leaves = durable.leaves();
    let undated = leaves.iter().map(|leaf| {
        let day = Date::ZERO;
        let act = leaf.act.clone();
        instrument::leaf::Leaf { day, act }.digest()
    });
    let distinct: BTreeSet<Digest> = undated.collect();
    assert_eq!(
        distinct.len(),
        leaves.len(),
        "an act stands in the log twice"
    );
    let at = |place: Option<casework::record::LoggedLeaf>| {
        let place = place.expect("a leaf's place is kept");
        let leaf = &leaves[usize::try_from(place.index.0).unwrap()];
        assert_eq!(leaf.day, place.day);
        leaf.act.clone()
    };
    let commitments = loaded.commitments();
    let mut used = BTreeSet::new();
    for row in &loaded.rows {
        let faces: Vec<Digest> = row.faces.iter().map(Signed::note_digest).collect();
        let (place, leaf) = (row.place(), row.leaf());
        if row.state == RowState::Rejected {
            assert!(row.face_leaf.is_none() && row.matter_leaf.is_none());
            continue;
        }
        let expected = match at(row.face_leaf) {
            Act::Admitted(act) => (act.commitment, commitments.admitted(place, &leaf, &faces)),
            Act::Declined(act) => (act.commitment, commitments.declined(place, &leaf, &faces)),
            other => panic!("{other:?}"),
        };
        assert_eq!(expected.0, expected.1);
        assert!(used.insert(row.face_leaf.unwrap().index));
        if row.state == RowState::Approved {
            let Act::Matter(act) = at(row.matter_leaf) else {
                panic!("no matter")
            };
            let [officer, counsel] = approvals_in_order(row).unwrap().map(Signed::note_digest);
            let statement = row.statement.as_ref().unwrap().digest();
            let salt = commitments.salt(place.0, place.1, "matter");
            let expected = matter_commitment(&salt, &statement, [&officer, &counsel]);
            assert_eq!(act.commitment, expected);
        }
        if row.state.was_admitted() {
            assert!(matches!(at(row.matter_leaf), Act::Matter(_)));
            assert!(used.insert(row.matter_leaf.unwrap().index));
        }
    }
}

/// The receipt kept is the one the log commits to, and names the responses that lie there.
fn check_receipt(durable: &Durable, loaded: &Loaded) {
    assert_eq!(loaded.request.state, RequestState::Issued);
    let receipt: Signed<Receipt> = Signed::parse(loaded.request.receipt.as_ref().unwrap()).unwrap();
    receipt.verify(&gate_key().verifier().into()).unwrap();
    let document = receipt.document();
    assert!(document.counts.is_conserved());
    let place = loaded.request.issued_leaf.unwrap();
    let leaf = &durable.leaves()[usize::try_from(place.index.0).unwrap()];
    let Act::Issued { commitment, .. } = &leaf.act else {
        panic!("no issued leaf")
    };
    assert_eq!(
        *commitment,
        loaded.commitments().issued(&receipt.note_digest())
    );
    assert_eq!(leaf.day, document.issued_on);
    let files: Vec<_> = durable
        .responses
        .iter()
        .map(|f| (f.officer.clone(), f.digest))
        .collect();
    assert_eq!(
        document.responses, files,
        "the receipt names other responses"
    );
    for (row, (id, answer, _)) in loaded.rows.iter().zip(&durable.responses[0].rows) {
        assert_eq!((&row.id(), row.answer), (id, Some(*answer)));
    }
    let opened: BTreeSet<Digest> = durable.openings.iter().copied().collect();
    let approved = loaded
        .rows
        .iter()
        .filter(|row| row.state == RowState::Approved);
    let approved: BTreeSet<Digest> = approved
        .map(|row| row.statement.as_ref().unwrap().digest())
        .collect();
    assert_eq!(
        opened, approved,
        "keepers were asked about other statements"
    );
}
