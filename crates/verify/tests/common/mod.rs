//! A request that has gone the whole way, with a row of every kind, and its bundle.
//!
//! Place in the flow: tests of verify only.
//!
//! Left to others: keys and documents (instrument's testing world), the checks themselves.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::collections::BTreeMap;

use countersign_verify::{
    Options, Report,
    replay::{self, AssuredRow, Given, content, examine},
    verify,
};
use identity::{
    blocking::KEYS_VERSION,
    candidates::Marker,
    kinds::Search,
    level::{
        AddressLevel, Arrangement, BirthLevel, GivenLevel, Levels, MiddleLevel, SuffixLevel,
        SurnameLevel, TinLevel,
    },
    parameters::{MODEL_VERSION, model_digest},
    transcript::{CandidateGroup, NameClasses, RowFacts, Transcript},
};
use instrument::{
    approval::ApprovalDecision,
    bundle::{BundleKind, RequestPart},
    genesis::GenesisKind,
    row_commitment::Field,
    statement::{Question, Statement},
    testing::{Request, RowSpec, World},
};
use model::{
    answer::Answer,
    column::Column,
    digest::Digest,
    finding::FindingView,
    id::{EntryNumber, RecordNumber},
    time::{Date, Instant},
};
use statute::statute_book;

pub type Parts = Vec<(String, Vec<u8>)>;

pub fn world() -> World {
    let mut world = World::certified_for(replay::matcher(), Digest::of(b"headers"), Vec::new());
    world.change_agreement(|agreement| {
        agreement.statutes = vec!["8 U.S.C. 1253".to_owned()];
        agreement.periods_per_row = 4;
    });
    world.new_authority(|authority| authority.statute_book = statute_book().digest());
    world
}

/// A row of the sample, with its periods and keys read from its own words.
pub fn spec(number: usize, question: Question) -> RowSpec {
    let mut spec = RowSpec::new(question, "");
    spec.cells = statute::sample::values(number)
        .into_iter()
        .filter(|(column, _)| !matches!(column, Column::AsksFor | Column::OfficerId))
        .collect();
    let content = content(&spec.row(2));
    let value = |field| {
        let (_, text) = content.fields().find(|(found, _)| *found == field).unwrap();
        text.to_owned()
    };
    spec.periods = value(Field::Periods)
        .split(' ')
        .map(|year| year.parse().unwrap())
        .collect();
    spec.address_keys = vec![Some(value(Field::AddressKey(0))).filter(|key| !key.is_empty())];
    spec
}

pub fn deficient(number: usize) -> RowSpec {
    let mut spec = spec(number, Question::Verify);
    spec.cells.retain(|(column, _)| *column != Column::Reason);
    spec
}

pub fn given(as_of: Date, request: &Request) -> Given {
    let cover = request.cover.document();
    let fields = [
        ("request_id", cover.request.to_string()),
        ("agency", cover.agency.to_string()),
        ("agreement", cover.agreement.0.to_string()),
        ("signatory", cover.signatory.to_string()),
        ("signatory_title", cover.signatory_title.clone()),
        ("signed_on", cover.signed_on.to_string()),
        ("purpose", cover.purpose.clone()),
    ];
    Given {
        as_of,
        cover: fields
            .into_iter()
            .map(|(key, text)| (key.to_owned(), (text, "B1".to_owned())))
            .collect(),
        sheets: BTreeMap::from([(1, Column::ALL.iter().copied().zip(0..).collect())]),
        workbook: Vec::new(),
    }
}

/// Findings of every row of a request, as the gate would keep them.
pub fn findings(world: &World, request: &Request, given: &Given) -> Vec<Vec<FindingView>> {
    let rows: Vec<AssuredRow> = (2..)
        .zip(&request.specs)
        .map(|(number, spec)| AssuredRow {
            row: spec.row(number),
            is_assured: true,
        })
        .collect();
    examine(
        given,
        &rows,
        world.agreement.document(),
        GenesisKind::Synthetic,
    )
}

pub fn transcript(record: Option<u32>) -> Transcript {
    let classes = NameClasses {
        surname_exact: -14_000,
        surname_part: -12_000,
        surname_slip: -10_000,
        given_exact: -12_000,
        given_form: -10_000,
        given_slip: -9_000,
    };
    let levels = Levels {
        arrangement: Arrangement::Straight,
        surname: SurnameLevel::Exact,
        given: GivenLevel::Exact,
        middle: MiddleLevel::Exact,
        suffix: SuffixLevel::Neither,
        birth: BirthLevel::Exact,
        tin: TinLevel::Same,
        address: AddressLevel::OnFileUnit,
    };
    let group = CandidateGroup {
        levels,
        marker: Marker::None,
        count: 1,
    };
    Transcript {
        version: MODEL_VERSION.to_owned(),
        model: model_digest().to_string(),
        keys: KEYS_VERSION.to_owned(),
        people: 3,
        row: RowFacts {
            given_names: 2,
            later_written_out: 1,
            surnames: 1,
            suffix: false,
            date_of_birth: true,
            tin: true,
            addresses: 1,
            given_on_file: true,
            surname_on_file: true,
            exchanged_on_file: false,
            straight: classes,
            exchanged: classes,
        },
        search: Search::Addresses,
        unread: Vec::new(),
        candidates: record.map(|_| group).into_iter().collect(),
        passed_over: Vec::new(),
        light: 0,
        best: record.map(RecordNumber),
        entries_given: record.map(|_| EntryNumber(0)).into_iter().collect(),
    }
}

/// A world in which one request has gone the whole way, with a row of every kind.
pub struct Story {
    pub world: World,
    pub request: Request,
    pub findings: Vec<Vec<u8>>,
}

/// Rows 0 and 1 allowed, 2 withheld, 3 rejected, 4 declined, 5 ended by DO-1.
pub const ANSWERS: [Answer; 6] = [
    Answer::Confirmed,
    Answer::Disclosed,
    Answer::NoDisclosure,
    Answer::Rejected,
    Answer::Declined,
    Answer::NoDisclosure,
];

impl Story {
    pub fn begun() -> Self {
        let mut world = world();
        let specs = vec![
            spec(0, Question::Verify),
            spec(1, Question::Address),
            spec(2, Question::Address),
            deficient(3),
            spec(4, Question::Verify),
            spec(5, Question::Verify),
        ];
        let request = world.request("REQ-1", specs);
        let given = given(world.now.day(), &request);
        let json = serde_json::to_vec(&given).unwrap();
        world.seal(&request, RequestPart::Examination, "", json);
        let findings: Vec<Vec<u8>> = findings(&world, &request, &given)
            .iter()
            .map(|own| serde_json::to_vec(own).unwrap())
            .collect();
        Self {
            world,
            request,
            findings,
        }
    }

    pub fn statement(&mut self, row: usize, record: u32) -> Statement {
        let transcript = serde_json::to_vec(&transcript(Some(record))).unwrap();
        self.seal_row(RequestPart::Transcript, row, transcript);
        self.world.statement(&self.request, row, record, 0)
    }

    pub fn seal_row(&mut self, part: RequestPart, row: usize, bytes: Vec<u8>) {
        let (sheet, number) = self.request.place(row);
        let place = RequestPart::row(sheet, number);
        self.world.seal(&self.request, part, &place, bytes);
    }

    pub fn allow(&mut self, row: usize, record: u32, ago: u64) {
        let statement = self.statement(row, record);
        let decision = ApprovalDecision::Allow(statement.question);
        let approvals = ["DO-1", "CO-1"].map(|name| {
            let at = Instant(self.world.now.0 - ago);
            self.world.approval(&statement, name, decision, at)
        });
        self.world
            .matter(&self.request, row, &statement, &approvals);
    }

    pub fn decided() -> Self {
        Self::decided_where(Ended::ByReviewer)
    }

    /// As [`Story::decided`]; the case of row 5 ends this way.
    pub fn decided_where(ended: Ended) -> Self {
        let mut story = Self::begun();
        let rejected = story.findings[3].clone();
        story.world.reject(&story.request, &[(3, &rejected)]);
        for row in [0, 1, 2, 5] {
            let findings = story.findings[row].clone();
            story.world.admit(&story.request, row, &findings);
        }
        let findings = story.findings[4].clone();
        story.world.decline(&story.request, 4, &findings);
        story.allow(0, 7, 300);
        story.allow(1, 8, 200);
        let nobody = serde_json::to_vec(&transcript(None)).unwrap();
        story.seal_row(RequestPart::Transcript, 2, nobody);
        story.world.silent_matter(&story.request, 2);
        let statement = story.statement(5, 9);
        let at = Instant(story.world.now.0 - 90);
        let end = story
            .world
            .approval(&statement, "DO-1", ApprovalDecision::End, at);
        let ends = match ended {
            Ended::ByReviewer => vec![end],
            Ended::ByNobody => Vec::new(),
        };
        story
            .world
            .ended_matter(&story.request, 5, &statement, &ends);
        story
    }

    pub fn told() -> Self {
        let mut story = Self::decided();
        story.world.issue(&story.request, &ANSWERS);
        story
    }

    pub fn parts(&self, kind: BundleKind) -> Parts {
        let bundle = self.world.bundle(kind);
        let parts = bundle.parts().filter(|(name, _)| *name != "index");
        parts
            .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
            .collect()
    }

    /// The bundle with changed parts, its index signed again by the gate.
    pub fn with(&self, kind: BundleKind, change: impl FnOnce(&mut Parts)) -> Report {
        let mut parts = self.parts(kind);
        change(&mut parts);
        check(&self.world.index(kind, parts).to_bytes())
    }

    pub fn verify(&self, kind: BundleKind) -> Report {
        check(&self.world.bundle(kind).to_bytes())
    }
}

pub fn check(bytes: &[u8]) -> Report {
    verify(bytes, &Options::default())
}

/// Who ended the case of row 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    ByReviewer,
    ByNobody,
}

#[track_caller]
pub fn failed(report: &Report, place: &str, problem: &str) {
    assert!(!report.is_verified(), "not failed: {place}: {problem}");
    let found = report
        .failures
        .iter()
        .any(|failure| failure.place.contains(place) && failure.problem.contains(problem));
    assert!(found, "no `{place}: {problem}` in {:#?}", report.failures);
}

#[track_caller]
pub fn verified(report: &Report) {
    assert!(report.is_verified(), "{:#?}", report.failures);
}

/// The part of a request's row: `row/1-2`, `face/1-2/1` and so on.
pub fn part<'a>(parts: &'a mut Parts, name: &str) -> &'a mut Vec<u8> {
    let name = format!("request/REQ-1/{name}");
    let found = parts.iter_mut().find(|(found, _)| *found == name);
    &mut found.unwrap_or_else(|| panic!("no {name}")).1
}

pub fn remove(parts: &mut Parts, name: &str) {
    let before = parts.len();
    parts.retain(|(found, _)| found != name && *found != format!("request/REQ-1/{name}"));
    assert!(parts.len() < before, "no {name}");
}
