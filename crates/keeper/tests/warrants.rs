//! A good warrant opens its one entry; each way of spoiling it is refused for its own reason.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod common;

use common::{
    Case, ON_FILE, address, epoch_keys, follow, header_of, headers, open, refused, sealed_entry,
    slot_values, values_of, world, year,
};
use instrument::{
    agreement::Agreement,
    approval::{Approval, ApprovalDecision},
    assurance::Assurance,
    authority::{Authority, Suspension},
    cover::Cover,
    document::Document as _,
    leaf::{Act, DocumentKind, Leaf, RowAct},
    signed::Signed,
    statement::{Question, Statement},
    testing::{self, Request, RowSpec, World, id, keeper_id, person_key},
    warrant::Warrant,
    wire::{RefusalCode, Reply},
};
use model::{
    digest::Digest,
    id::{EntryNumber, LeafIndex, RecordNumber},
    role::Role,
    time::Instant,
};
use seal::{
    context::SlotKey,
    open::{Conduct, OpenError},
};

/// A warrant in the making: each step can be spoilt before it is signed or logged.
struct Plan {
    agreement: Option<fn(&mut Agreement)>,
    agreement_keys: &'static [&'static str],
    authority: fn(&mut Authority),
    authority_keys: &'static [&'static str],
    spec: fn(&mut RowSpec),
    cover: fn(&mut Cover),
    cover_key: &'static str,
    assurance: fn(&mut Assurance),
    assurance_key: &'static str,
    /// Before the matter: change what the log holds.
    log: fn(&mut World, &Request),
    statement: fn(&mut Statement),
    reviewers: [&'static str; 2],
    approvals: [fn(&mut Approval); 2],
    approval_keys: Option<[&'static str; 2]>,
    act: fn(&mut RowAct),
    /// After the matter: change what the log holds.
    later: fn(&mut World),
    warrant: fn(&mut Warrant),
    cosigners: &'static [usize],
    cosigned_ago: u64,
    /// Seconds after which the keeper is asked.
    asked_after: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            agreement: None,
            agreement_keys: &["SIG-1", "OWN-1"],
            authority: |_| {},
            authority_keys: &["a1", "a2"],
            spec: |_| {},
            cover: |_| {},
            cover_key: "SIG-1",
            assurance: |_| {},
            assurance_key: "OFF-1",
            log: |_, _| {},
            statement: |_| {},
            reviewers: ["DO-1", "CO-1"],
            approvals: [|_| {}, |_| {}],
            approval_keys: None,
            act: |_| {},
            later: |_| {},
            warrant: |_| {},
            cosigners: &[0, 1, 2],
            cosigned_ago: 0,
            asked_after: 0,
        }
    }
}

impl Plan {
    fn set_terms(&self, world: &mut World) {
        let official = |name: &&str| person_key(name);
        if let Some(change) = self.agreement {
            let mut document = world.agreement.document().clone();
            change(&mut document);
            let keys: Vec<_> = self.agreement_keys.iter().map(official).collect();
            let keys: Vec<_> = keys.iter().collect();
            world.agreement = Signed::sign(document, &keys).unwrap();
            world.log_document(DocumentKind::Agreement, world.agreement.digest());
        }
        let agreement = &world.agreement;
        let mut document = world.authority().document().clone();
        document.version += 1;
        document.agreements = vec![(agreement.document().id.clone(), agreement.digest())];
        (self.authority)(&mut document);
        let keys: Vec<_> = self
            .authority_keys
            .iter()
            .map(|name| testing::key(name, "authority"))
            .collect();
        let keys: Vec<_> = keys.iter().collect();
        let signed = Signed::sign(document, &keys).unwrap();
        world.log_document(DocumentKind::Authority, signed.digest());
        world.authorities.push(signed);
    }

    fn request(&self, world: &mut World) -> Request {
        let mut spec = RowSpec::new(Question::Address, ON_FILE);
        (self.spec)(&mut spec);
        let mut request = world.sign_request("REQ-1", vec![spec]);
        let mut cover = request.cover.document().clone();
        (self.cover)(&mut cover);
        let signatory = person_key(self.cover_key);
        request.cover = Signed::sign(cover, &[&signatory]).unwrap();
        let mut assurance = request.assurances[0].document().clone();
        (self.assurance)(&mut assurance);
        let officer = person_key(self.assurance_key);
        request.assurances = vec![Signed::sign(assurance, &[&officer]).unwrap()];
        world.log_request(&request);
        request
    }

    fn approve(&self, world: &World, statement: &Statement) -> [Signed<Approval>; 2] {
        let keys = self.approval_keys.unwrap_or(self.reviewers);
        [0, 1].map(|at| {
            let decision = ApprovalDecision::Allow(statement.question);
            let signed_at = Instant(world.now.0 - 100);
            let good = world.approval(statement, self.reviewers[at], decision, signed_at);
            let mut document = good.document().clone();
            (self.approvals[at])(&mut document);
            Signed::sign(document, &[&person_key(keys[at])]).unwrap()
        })
    }

    fn build(&self) -> (Case, Warrant) {
        let mut world = world();
        self.set_terms(&mut world);
        let request = self.request(&mut world);
        let admitted = world.admit(&request, 0, b"[]");
        (self.log)(&mut world, &request);
        let mut statement = world.statement(&request, 0, 1, 1);
        (self.statement)(&mut statement);
        let approvals = self.approve(&world, &statement);
        let leaf = world.matter(&request, 0, &statement, &approvals);
        let last = world.entries.pop().unwrap();
        let mut logged = Leaf::from_entry(&last).unwrap();
        let Act::Matter(act) = &mut logged.act else {
            panic!("not a matter");
        };
        (self.act)(act);
        world.entries.push(logged.entry());
        (self.later)(&mut world);
        let case = Case {
            world,
            request,
            admitted,
            statement,
            approvals,
            leaf,
        };
        let mut warrant = case.warrant_for_any_officer();
        let at = Instant(case.world.now.0 + self.asked_after - self.cosigned_ago);
        warrant.checkpoint = case.world.cosigned(self.cosigners, at);
        (self.warrant)(&mut warrant);
        (case, warrant)
    }

    fn ask(&self) -> (Case, Reply) {
        let (case, warrant) = self.build();
        let mut keeper = case.keeper(0);
        let now = Instant(case.world.now.0 + self.asked_after);
        let reply = open(&mut keeper, &warrant, now);
        (case, reply)
    }

    #[track_caller]
    fn refused(&self, code: RefusalCode, words: &str) {
        refused(&self.ask().1, code, words);
    }

    #[track_caller]
    fn warrant_refused(&self, words: &str) {
        self.refused(RefusalCode::Warrant, words);
    }
}

trait AnyOfficer {
    fn warrant_for_any_officer(&self) -> Warrant;
}

impl AnyOfficer for Case {
    /// As [`Case::warrant`], also where the assurance names another officer than the row.
    fn warrant_for_any_officer(&self) -> Warrant {
        let mut other = self.clone();
        let good = self.world.sign_request("REQ-1", self.request.specs.clone());
        other.request.assurances = good.assurances;
        let record = usize::try_from(self.statement.record.0).unwrap_or(0);
        let mut warrant = other.world.warrant(
            &other.request,
            0,
            &self.statement,
            &self.approvals,
            &self.leaf,
            header_of(record.min(2)),
        );
        warrant.assurance = self.request.assurances[0].clone();
        warrant
    }
}

/// `Plan` with some fields of its own.
macro_rules! plan {
    ($($field:ident: $value:expr),* $(,)?) => {
        Plan { $($field: $value,)* ..Plan::default() }
    };
}

#[test]
fn a_good_warrant_opens_its_entry_with_any_three_keepers() {
    let (case, warrant) = Plan::default().build();
    let keys = epoch_keys();
    let context = headers()[1]
        .context(&testing::register(), model::id::Epoch(1), EntryNumber(1))
        .unwrap();
    for away in 0..4 {
        let values: Vec<_> = (0..4)
            .filter(|position| *position != away)
            .flat_map(|position| {
                let reply = open(&mut case.keeper(position), &warrant, case.world.now);
                values_of(&slot_values(&case.world, &reply), 0)
            })
            .collect();
        let opened = seal::open::open(
            &sealed_entry(),
            &context,
            &SlotKey::on_file(ON_FILE),
            keys.sets(),
            &values,
        )
        .unwrap();
        assert_eq!(opened.address, address());
        assert_eq!(opened.conduct, Conduct::Agreed);
    }
}

#[test]
fn one_keeper_that_lies_is_named() {
    let (case, warrant) = Plan::default().build();
    let mut values = Vec::new();
    for position in 0..4 {
        let reply = open(&mut case.keeper(position), &warrant, case.world.now);
        let mut given = values_of(&slot_values(&case.world, &reply), 0);
        if position == 2 {
            for value in &mut given {
                let mut bytes = *value.value.expose();
                bytes[7] ^= 1;
                value.value = seal::keys::SetValue::new(bytes);
            }
        }
        values.extend(given);
    }
    let context = headers()[1]
        .context(&testing::register(), model::id::Epoch(1), EntryNumber(1))
        .unwrap();
    let key = SlotKey::on_file(ON_FILE);
    let keys = epoch_keys();
    let opened = seal::open::open(&sealed_entry(), &context, &key, keys.sets(), &values).unwrap();
    assert_eq!(opened.address, address());
    assert_eq!(opened.conduct, Conduct::Liar(keeper_id(2)));
}

#[test]
fn a_row_whose_address_is_not_on_file_opens_nothing() {
    let plan = plan! { spec: |spec| spec.address_keys = vec![Some("countersign-key-v1|street|1|NOWHERE|89501".to_owned())] };
    let (case, warrant) = plan.build();
    let values: Vec<_> = (0..4)
        .flat_map(|position| {
            let reply = open(&mut case.keeper(position), &warrant, case.world.now);
            values_of(&slot_values(&case.world, &reply), 0)
        })
        .collect();
    let context = headers()[1]
        .context(&testing::register(), model::id::Epoch(1), EntryNumber(1))
        .unwrap();
    for key in [ON_FILE, "countersign-key-v1|street|1|NOWHERE|89501"] {
        let key = SlotKey::on_file(key);
        let keys = epoch_keys();
        let opened = seal::open::open(&sealed_entry(), &context, &key, keys.sets(), &values);
        assert_eq!(opened, Err(OpenError::NoKey));
    }
    plan! { spec: |spec| spec.address_keys = Vec::new() }
        .warrant_refused("no address that could open anything");
}

#[test]
fn a_question_of_verify_gets_a_signed_word_and_no_values() {
    let narrow: fn(&mut Approval) =
        |approval| approval.decision = ApprovalDecision::Allow(Question::Verify);
    for plan in [
        plan! { spec: |spec| spec.question = Question::Verify },
        plan! { approvals: [|_| {}, narrow] },
        plan! { approvals: [narrow, |_| {}] },
    ] {
        let (case, reply) = plan.ask();
        let values = slot_values(&case.world, &reply);
        assert_eq!(values.question, Question::Verify);
        assert_eq!(values.values, []);
    }
}

#[test]
fn every_address_key_of_the_row_gets_its_values() {
    let plan = plan! { spec: |spec| spec.address_keys = vec![None, Some("k|a".to_owned()), None, Some("k|b".to_owned())] };
    let (case, reply) = plan.ask();
    let values = slot_values(&case.world, &reply);
    assert_eq!(values.question, Question::Address);
    let items: Vec<(u8, u8)> = values
        .values
        .iter()
        .map(|line| (line.item, line.set))
        .collect();
    assert_eq!(items, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
}

#[test]
fn authority_notes() {
    plan! { authority_keys: &["a1"] }.warrant_refused("1 of 2 signatures");
    plan! { authority_keys: &["a1", "outsider"] }.warrant_refused("1 of 2 signatures");
    plan! { authority: |a| a.genesis = Digest::of(b"other") }
        .warrant_refused("the authority note stands under another genesis");
    plan! { asked_after: 3600 * 20 }.warrant_refused("the authority note is not fresh");
    plan! { authority: |a| { a.from = a.from.plus(7200); a.until = a.until.plus(7200); } }
        .warrant_refused("the authority note is not fresh");
}

#[test]
fn an_authority_note_that_was_replaced_or_never_logged_is_refused() {
    let words = "the authority note is not the last one in the log";
    let plan = plan! { later: |world| {
        // The suspension comes into force; the hostile gate shows the note before it.
        world.new_authority(|a| a.suspensions.push(Suspension::All));
        world.authorities.pop();
    } };
    plan.warrant_refused(words);
    plan! { warrant: |warrant| {
        let mut document = warrant.authority.document().clone();
        document.version += 7;
        let keys = ["a1", "a2"].map(|name| testing::key(name, "authority"));
        warrant.authority = Signed::sign(document, &[&keys[0], &keys[1]]).unwrap();
    } }
    .warrant_refused(words);
}

#[test]
fn an_older_authority_note_logged_again_is_refused() {
    let (mut case, warrant) = Plan::default().build();
    let mut keeper = case.keeper(0);
    let reply = open(&mut keeper, &warrant, case.world.now);
    slot_values(&case.world, &reply);
    let first = case.world.authorities[0].clone();
    case.world
        .log_document(DocumentKind::Authority, first.digest());
    case.world.authorities.push(first);
    follow(&case.world, &mut keeper);
    let again = case.warrant_for_any_officer();
    refused(
        &open(&mut keeper, &again, case.world.now),
        RefusalCode::Warrant,
        "older than one already acted under",
    );
}

#[test]
fn agreements() {
    plan! { agreement: Some(|a| a.genesis = Digest::of(b"other")) }
        .warrant_refused("the agreement stands under another genesis");
    let not_listed = "the agreement is not in the authority note, or suspended";
    plan! { authority: |a| a.agreements.clear() }.warrant_refused(not_listed);
    plan! { authority: |a| a.agreements[0].1 = Digest::of(b"other") }.warrant_refused(not_listed);
    plan! { authority: |a| a.suspensions.push(Suspension::Agreement(id("MOU-1"))) }
        .warrant_refused(not_listed);
    plan! { authority: |a| a.suspensions.push(Suspension::All) }.warrant_refused(not_listed);
    plan! { agreement: Some(|a| a.answer_days = 4), agreement_keys: &["SIG-1"] }
        .warrant_refused("0 of 1 signatures");
    plan! { agreement: Some(|a| a.answer_days = 4), agreement_keys: &["OWN-1"] }
        .warrant_refused("0 of 1 signatures");
    plan! { agreement: Some(|a| a.until = id("2026-11-20")) }
        .warrant_refused("the agreement is not in force");
    plan! { agreement: Some(|a| a.from = id("2026-11-22")) }
        .warrant_refused("the agreement is not in force");
    plan! { agreement: Some(|a| a.safeguards_until = id("2026-11-20")) }
        .warrant_refused("the recipient's safeguards are not certified");
    plan! { agreement: Some(|a| a.safeguard_findings_open = 1) }
        .warrant_refused("a safeguard finding is open");
    plan! { agreement: Some(|a| a.periods_per_row = 0) }
        .warrant_refused("more periods than the agreement allows");
}

#[test]
fn covers_and_rows() {
    plan! { cover: |c| c.genesis = Digest::of(b"other") }
        .warrant_refused("the cover stands under another genesis");
    plan! { cover: |c| c.agreement.1 = Digest::of(b"other") }
        .warrant_refused("the cover names another agreement");
    plan! { cover: |c| c.agency = id("DHS") }.warrant_refused("the cover is another agency's");
    plan! { cover: |c| c.signatory = id("SIG-9") }
        .warrant_refused("the cover's signatory is not one of the agreement");
    plan! { authority: |a| a.suspensions.push(Suspension::Official(id("SIG-1"))) }
        .warrant_refused("the signatory is not on the roster");
    plan! { cover_key: "OWN-1" }.warrant_refused("countersign/official/cover/v1");
    plan! { cover: |c| c.request = id("REQ-2") }.warrant_refused("the row is of another request");
    plan! { cover: |c| c.rows = 2 }.warrant_refused("the row's proof is for another tree");
    plan! { cover: |c| c.rows_root = Digest::of(b"other") }
        .warrant_refused("the row is not in the signed cover");
}

#[test]
fn assurances() {
    plan! { assurance: |a| a.request = id("REQ-2") }
        .warrant_refused("the assurance is for another request");
    plan! { assurance: |a| a.genesis = Digest::of(b"other") }
        .warrant_refused("the assurance stands under another genesis");
    plan! { assurance: |a| a.rows.clear() }.warrant_refused("the officer has not assured this row");
    plan! { assurance: |a| a.officer = id("OFF-2"), assurance_key: "OFF-2" }
        .warrant_refused("the assurance is not the named officer's");
    plan! { agreement: Some(|a| { a.officers.remove(0); }) }
        .warrant_refused("the officer is not designated");
    plan! { authority: |a| a.suspensions.push(Suspension::Official(id("OFF-1"))) }
        .warrant_refused("the named officer is not on the roster");
    plan! { authority: |a| a.roster[1].agency = id("DHS") }
        .warrant_refused("the officer is another agency's");
    plan! { authority: |a| a.roster[1].until = id("2026-11-20") }
        .warrant_refused("the named officer is not on the roster");
    plan! { assurance_key: "OFF-2" }.warrant_refused("countersign/assurance/v1");
}

#[test]
fn statements() {
    plan! { statement: |s| s.genesis = Digest::of(b"other") }
        .warrant_refused("the statement stands under another genesis");
    plan! { statement: |s| s.cover = Digest::of(b"other") }
        .warrant_refused("the statement names another cover");
    plan! { statement: |s| s.row_leaf = Digest::of(b"other") }
        .warrant_refused("the statement is about another row");
    plan! { statement: |s| s.row.row = 3 }.warrant_refused("the statement names another row");
    plan! { statement: |s| s.agency = id("DHS") }
        .warrant_refused("the statement is for another agency");
    plan! { statement: |s| s.officer = id("OFF-2") }
        .warrant_refused("the statement is for another officer");
    plan! { statement: |s| s.agreement = Digest::of(b"other") }
        .warrant_refused("the statement names another agreement");
    plan! { statement: |s| s.policy = Digest::of(b"other") }
        .warrant_refused("the policy has changed");
    plan! { statement: |s| s.log_origin = id("other.example/log") }
        .warrant_refused("the statement names another log");
    let no_shares = "no shares of this register and epoch are held";
    plan! { statement: |s| s.register = id("R-9") }.refused(RefusalCode::NoShares, no_shares);
    plan! { statement: |s| s.epoch.0 = 2 }.refused(RefusalCode::NoShares, no_shares);
    plan! { statement: |s| s.periods = vec![year(2022)] }
        .warrant_refused("the row asks about other periods");
    plan! { spec: |spec| spec.question = Question::Verify, statement: |s| s.question = Question::Address }
        .warrant_refused("the row asks another question");
    plan! { statement: |s| s.created = s.created.plus(3600) }
        .warrant_refused("the statement is of the future");
    plan! { statement: |s| s.expires = s.created.plus(550), asked_after: 3 }
        .warrant_refused("the statement has lapsed");
}

#[test]
fn approvals() {
    plan! { approvals: [|_| {}, |a| a.genesis = Digest::of(b"other")] }
        .warrant_refused("an approval stands under another genesis");
    plan! { approvals: [|_| {}, |a| a.statement = Digest::of(b"other")] }
        .warrant_refused("an approval is of another statement");
    plan! { reviewers: ["DO-1", "DO-2"] }
        .warrant_refused("one disclosure officer and one counsel approve");
    plan! { reviewers: ["DO-1", "DO-1"] }
        .warrant_refused("one disclosure officer and one counsel approve");
    plan! { reviewers: ["CO-1", "DO-1"] }
        .warrant_refused("one disclosure officer and one counsel approve");
    plan! { approvals: [|_| {}, |a| a.signed_at = Instant(a.signed_at.0 - 7200)] }
        .warrant_refused("an approval was not signed while the statement stood");
    plan! { approvals: [|_| {}, |a| a.signed_at = a.signed_at.plus(160)] }
        .warrant_refused("an approval is of the future");
    plan! { reviewers: ["DO-1", "CO-2"], authority: |a| a.suspensions.push(Suspension::Official(id("CO-2"))) }
        .warrant_refused("a reviewer is not on the roster");
    plan! { authority: |a| a.roster[5].role = Role::Inspector }
        .warrant_refused("a reviewer is not on the roster");
    plan! { authority: |a| a.roster[5].agency = id("ASKS") }
        .warrant_refused("a reviewer is not of the records agency");
    plan! { approval_keys: Some(["DO-1", "DO-1"]) }
        .warrant_refused("countersign/review/approval/v1");
    plan! { approvals: [|_| {}, |a| a.decision = ApprovalDecision::End] }
        .warrant_refused("a reviewer ended the case");
}

#[test]
fn leaves_and_checkpoints() {
    plan! { act: |act| act.officer = instrument::leaf::Tag::new("00000000000000aa").unwrap(),
    log: |world, request| {
        // Admitted under the other tag as well, so that only the warrant can object.
        let mut act = world.row_act(request, 0, ["DO-1", "CO-1"], Digest::of(b"c"));
        act.officer = instrument::leaf::Tag::new("00000000000000aa").unwrap();
        world.log(Act::Admitted(act));
    } }
    .warrant_refused("the leaf is not in the log");
    plan! { act: |act| act.officer = instrument::leaf::Tag::new("00000000000000aa").unwrap() }
        .warrant_refused("the matter has no admitted row");
    plan! { warrant: |w| w.leaf.day = id("2026-11-20") }
        .warrant_refused("the leaf is not in the log");
    plan! { act: |act| act.elements.0 = 0x7f }.warrant_refused("the leaf is not in the log");
    plan! { act: |act| act.commitment = Digest::of(b"other") }
        .warrant_refused("the leaf is not in the log");
    plan! { act: |act| act.reviewers.reverse() }.warrant_refused("the leaf is not in the log");
    plan! { warrant: |w| w.leaf.salt[0] ^= 1 }.warrant_refused("the leaf is not in the log");
    plan! { warrant: |w| w.leaf.day = id("2026-11-22") }
        .warrant_refused("the leaf is of the future");
    plan! { warrant: |w| w.leaf.index = LeafIndex(w.leaf.index.0 - 1) }
        .warrant_refused("there is no matter at this leaf");
    plan! { warrant: |w| w.leaf_proof.index = LeafIndex(0) }
        .warrant_refused("the leaf's proof is for another leaf");
    plan! { warrant: |w| w.leaf_proof.size -= 1 }
        .warrant_refused("the leaf's proof is for another checkpoint");
    plan! { warrant: |w| w.leaf_proof.hashes[0] = Digest::of(b"other") }
        .warrant_refused("the leaf is not in the log");
    plan! { warrant: |w| w.leaf.index = LeafIndex(900) }
        .refused(RefusalCode::Behind, "the leaf was not followed yet");
    plan! { cosigners: &[0, 1] }.warrant_refused("2 of 3 fresh cosignatures");
    plan! { cosigned_ago: 901 }.warrant_refused("0 of 3 fresh cosignatures");
    let (case, reply) = plan! { cosigned_ago: 900 }.ask();
    slot_values(&case.world, &reply);
    plan! { warrant: |w| w.checkpoint = w.checkpoint.replacen("gate.example/log\n", "evil.example/log\n", 1) }
        .refused(RefusalCode::Fork, "");
    plan! { warrant: |w| w.checkpoint.clear() }.refused(RefusalCode::Unreadable, "");
}

#[test]
fn what_the_warrant_rests_on_is_in_the_log_before_the_matter() {
    let drop = |kind: DocumentKind| {
        move |world: &mut World| {
            world.entries.retain(|entry| {
                !matches!(Leaf::from_entry(entry).unwrap().act, Act::Document { kind: k, .. } if k == kind)
            });
        }
    };
    let check = |kind, words: &str| {
        let mut world = world();
        drop(kind)(&mut world);
        let request = world.request("REQ-1", vec![RowSpec::new(Question::Address, ON_FILE)]);
        let admitted = world.admit(&request, 0, b"[]");
        let statement = world.statement(&request, 0, 1, 1);
        let case = Case::approved(world, request, admitted, statement);
        let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
        refused(&reply, RefusalCode::Warrant, words);
    };
    check(DocumentKind::Agreement, "the agreement is not in the log");
    check(DocumentKind::Manifest, "the manifest is not in the log");
    check(
        DocumentKind::Certificate,
        "the certificate is not in the log",
    );
    check(
        DocumentKind::Authority,
        "the authority note is not the last",
    );
    plan! { statement: |s| s.certificate = Digest::of(b"other") }
        .warrant_refused("the certificate is not in the log");
}

#[test]
fn a_manifest_no_data_owner_signed_is_refused() {
    plan! { authority: |a| { a.roster.retain(|p| p.id.as_str() != "OWN-1"); a.roster.push(instrument::authority::RosterPerson {
        id: id("OWN-2"), agency: id("HOLDS"), role: Role::DataOwner, from: id("2026-01-01"), until: id("2027-12-31"),
        key: testing::key("OWN-2", "official").verifier().into(), recipient: None }); } }
    // The agreement is checked the same way, and first.
    .warrant_refused("0 of 1 signatures");
    plan! { authority: |a| { a.roster[7].agency = id("TIGTA"); } }
        .warrant_refused("0 of 1 signatures");
}

#[test]
fn the_entry_is_the_latest_of_the_record_within_the_periods() {
    plan! { statement: |s| s.entry = EntryNumber(0) }
        .warrant_refused("the entry is not the latest within the periods asked");
    plan! { spec: |spec| spec.periods = vec![year(2019)], statement: |s| s.periods = vec![year(2019)] }
        .warrant_refused("the entry is not the latest within the periods asked");
    plan! { warrant: |w| { let (header, proof) = header_of(0); w.header = header; w.header_proof = proof; } }
        .warrant_refused("the header is another record's");
    plan! { statement: |s| { s.record = RecordNumber(0); s.entry = EntryNumber(0); },
            warrant: |w| { let (header, proof) = header_of(1); w.header = header; w.header_proof = proof; } }
        .warrant_refused("the header is another record's");
    plan! { warrant: |w| w.header_proof = header_of(0).1 }
        .warrant_refused("the record's header is not in the manifest");
    plan! { warrant: |w| w.header.push(0) }.warrant_refused("the record's header cannot be read");
    let plan = plan! { spec: |spec| spec.periods = vec![year(2021), year(2022)],
    statement: |s| { s.periods = vec![year(2021), year(2022)]; s.entry = EntryNumber(0); } };
    let (case, reply) = plan.ask();
    slot_values(&case.world, &reply);
}

#[test]
fn a_matter_without_an_admitted_row_is_never_opened() {
    let mut world = world();
    let request = world.request("REQ-1", vec![RowSpec::new(Question::Address, ON_FILE)]);
    let statement = world.statement(&request, 0, 1, 1);
    let case = Case::approved(world, request, LeafIndex(0), statement);
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(
        &reply,
        RefusalCode::Warrant,
        "the matter has no admitted row",
    );

    let world = self::world();
    let request = world.sign_request("REQ-1", vec![RowSpec::new(Question::Address, ON_FILE)]);
    let statement = world.statement(&request, 0, 1, 1);
    let case = Case::approved(world, request, LeafIndex(0), statement);
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(
        &reply,
        RefusalCode::Warrant,
        "a request that is not in the log",
    );
}

#[test]
fn one_admitted_row_is_opened_once() {
    let mut case = Case::address();
    let mut second = case.statement.clone();
    second.salt[0] ^= 1;
    let approvals = case.world.approvals(&second);
    let leaf = case.world.matter(&case.request, 0, &second, &approvals);
    case.statement = second;
    case.approvals = approvals;
    case.leaf = leaf;
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(
        &reply,
        RefusalCode::Warrant,
        "the matter has no admitted row",
    );
}

#[test]
fn a_leaf_whose_day_goes_back_is_never_opened() {
    let mut world = world();
    let request = world.request("REQ-1", vec![RowSpec::new(Question::Address, ON_FILE)]);
    let admitted = world.admit(&request, 0, b"[]");
    let statement = world.statement(&request, 0, 1, 1);
    let approvals = world.approvals(&statement);
    let mut yesterday = world.clone();
    yesterday.now = Instant(world.now.0 - 86_400);
    let leaf = yesterday.matter(&request, 0, &statement, &approvals);
    yesterday.now = world.now;
    let case = Case {
        world: yesterday,
        request,
        admitted,
        statement,
        approvals,
        leaf,
    };
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(&reply, RefusalCode::Warrant, "day goes back");
}

#[test]
fn an_approval_signed_after_its_leafs_day_is_refused() {
    let mut case = Case::address();
    // The next day the same leaf is shown with the very approvals it commits to; had they been
    // signed after it, the leaf would have been back-dated.
    let mut world = world();
    world.now = Instant(world.now.0 + 86_400);
    world.new_authority(|_| {});
    let request = world.request("REQ-1", vec![RowSpec::new(Question::Address, ON_FILE)]);
    world.admit(&request, 0, b"[]");
    let statement = world.statement(&request, 0, 1, 1);
    let approvals = world.approvals(&statement);
    for entry in &mut world.entries {
        let mut leaf = Leaf::from_entry(entry).unwrap();
        leaf.day = id("2026-11-21");
        *entry = leaf.entry();
    }
    let mut back = world.clone();
    back.now = Instant(world.now.0 - 86_400);
    case.leaf = back.matter(&request, 0, &statement, &approvals);
    back.now = world.now;
    case.world = back;
    case.request = request;
    case.statement = statement;
    case.approvals = approvals;
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(
        &reply,
        RefusalCode::Warrant,
        "an approval is of a later day than its leaf",
    );
}

#[test]
fn the_agreements_budget_and_the_compiled_ceiling_hold() {
    let mut world = world();
    world.change_agreement(|a| a.budgets.openings_per_day = 2);
    let specs = vec![RowSpec::new(Question::Address, ON_FILE); 3];
    let request = world.request("REQ-1", specs);
    for row in 0..3 {
        world.admit(&request, row, b"[]");
    }
    world.silent_matter(&request, 1);
    world.silent_matter(&request, 2);
    let statement = world.statement(&request, 0, 1, 1);
    let case = Case::approved(world, request, LeafIndex(0), statement);
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(
        &reply,
        RefusalCode::Budget,
        "openings of the agreement in a day: 3 is more than 2",
    );

    let mut world = self::world();
    world.change_agreement(|a| a.budgets.admitted_rows_per_request = 9999);
    let specs = vec![RowSpec::new(Question::Address, ON_FILE); 51];
    let request = world.request("REQ-1", specs);
    for row in 0..51 {
        world.admit(&request, row, b"[]");
    }
    let statement = world.statement(&request, 0, 1, 1);
    let case = Case::approved(world, request, LeafIndex(0), statement);
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(
        &reply,
        RefusalCode::Budget,
        "admitted rows of one request: 51 is more than 50",
    );
}

/// Two rows, both admitted; the second case's approvals are signed `apart` seconds after the first's.
fn two_cases(apart: u64) -> (Case, Warrant, Warrant) {
    let mut world = world();
    let specs = vec![RowSpec::new(Question::Address, ON_FILE); 2];
    let request = world.request("REQ-1", specs);
    let admitted = world.admit(&request, 0, b"[]");
    world.admit(&request, 1, b"[]");
    let mut matters = Vec::new();
    for row in 0..2 {
        let statement = world.statement(&request, row, 1, 1);
        let decision = ApprovalDecision::Allow(Question::Address);
        let after = if row == 0 { 0 } else { apart };
        let approvals = [("DO-1", 300), ("CO-1", 100)].map(|(name, ago)| {
            let at = Instant(world.now.0 - ago + after);
            world.approval(&statement, name, decision, at)
        });
        let leaf = world.matter(&request, row, &statement, &approvals);
        matters.push((statement, approvals, leaf));
    }
    let warrants: Vec<Warrant> = matters
        .iter()
        .enumerate()
        .map(|(row, (statement, approvals, leaf))| {
            world.warrant(&request, row, statement, approvals, leaf, header_of(1))
        })
        .collect();
    let (statement, approvals, leaf) = matters.remove(0);
    let case = Case {
        world,
        request,
        admitted,
        statement,
        approvals,
        leaf,
    };
    (case, warrants[0].clone(), warrants[1].clone())
}

#[test]
fn approvals_of_one_reviewer_are_thirty_seconds_apart_in_whatever_order() {
    for (apart, good) in [(30, true), (29, false), (0, false)] {
        for swapped in [false, true] {
            let (case, first, second) = two_cases(apart);
            let (first, second) = if swapped {
                (second, first)
            } else {
                (first, second)
            };
            let mut keeper = case.keeper(0);
            slot_values(&case.world, &open(&mut keeper, &first, case.world.now));
            let reply = open(&mut keeper, &second, case.world.now);
            if good {
                slot_values(&case.world, &reply);
            } else {
                refused(&reply, RefusalCode::Warrant, "too near to each other");
                // The refused one charged nothing: the first is still answered.
                slot_values(&case.world, &open(&mut keeper, &first, case.world.now));
                assert_eq!(keeper.opened_count(), 1);
            }
        }
    }
}

#[test]
fn one_cover_counts_under_one_tag() {
    let (case, first, _) = two_cases(60);
    let mut keeper = case.keeper(0);
    slot_values(&case.world, &open(&mut keeper, &first, case.world.now));
    // The same request comes in again under another secret's tag.
    let mut world = case.world.clone();
    let mut request = case.request.clone();
    let mut other = request.clone();
    other.secret = instrument::row_commitment::RequestSecret::from_bytes([8; 32]);
    let tag = other.tag();
    world.log(Act::Request {
        request: tag.clone(),
        agency: id("ASKS"),
        agreement: world.agreement.digest(),
        rows: 2,
        commitment: Digest::of(b"c"),
    });
    let act = |commitment| RowAct {
        request: tag.clone(),
        ..world.row_act(&request, 1, ["DO-1", "CO-1"], commitment)
    };
    let admitted = Act::Admitted(act(Digest::of(b"a")));
    let mut statement = world.statement(&request, 1, 1, 1);
    statement.salt[3] ^= 9;
    let decision = ApprovalDecision::Allow(Question::Address);
    let approvals = [("DO-1", 200), ("CO-1", 10)]
        .map(|(name, ago)| world.approval(&statement, name, decision, Instant(world.now.0 - ago)));
    let commitment = instrument::warrant::matter_commitment(
        &[1; 16],
        &statement.digest(),
        [&approvals[0].note_digest(), &approvals[1].note_digest()],
    );
    let matter = Act::Matter(act(commitment));
    world.log(admitted);
    let index = world.log(matter);
    request.secret = case.request.secret.clone();
    let leaf = instrument::warrant::LeafOpening {
        index,
        day: world.now.day(),
        salt: [1; 16],
        request: tag,
    };
    let warrant = world.warrant(&request, 1, &statement, &approvals, &leaf, header_of(1));
    follow(&world, &mut keeper);
    let reply = open(&mut keeper, &warrant, world.now);
    refused(
        &reply,
        RefusalCode::Warrant,
        "counts this request under another tag",
    );
}

#[test]
fn a_statement_is_charged_once_at_its_leaf() {
    let mut case = Case::address();
    let mut keeper = case.keeper(0);
    let first = case.warrant();
    let before = slot_values(&case.world, &open(&mut keeper, &first, case.world.now));
    for _ in 0..3 {
        let again = slot_values(&case.world, &open(&mut keeper, &first, case.world.now));
        assert_eq!(again, before);
    }
    assert_eq!(keeper.opened_count(), 1);
    // The same statement at a second leaf, after a second admission.
    case.world.request("REQ-1", case.request.specs.clone());
    let index = {
        let act =
            Leaf::from_entry(&case.world.entries[usize::try_from(case.leaf.index.0).unwrap()])
                .unwrap()
                .act;
        let Act::Matter(act) = act else { panic!() };
        case.world.log(Act::Admitted(act.clone()));
        case.world.log(Act::Matter(act))
    };
    case.leaf.index = index;
    follow(&case.world, &mut keeper);
    let reply = open(&mut keeper, &case.warrant(), case.world.now);
    let Reply::Refused { code, .. } = reply else {
        panic!("{reply:?}")
    };
    assert_eq!(code, RefusalCode::Warrant);
}

#[test]
fn a_suspended_keeper_gives_nothing_but_still_witnesses() {
    let case = Case::address();
    let mut keeper = case.keeper(0);
    keeper.home().0.borrow_mut().is_suspended = true;
    let reply = open(&mut keeper, &case.warrant(), case.world.now);
    refused(&reply, RefusalCode::Suspended, "suspended");
    assert!(matches!(
        follow(&case.world, &mut keeper),
        Reply::Cosigned { .. }
    ));
    keeper.home().0.borrow_mut().is_suspended = false;
    let reply = open(&mut keeper, &case.warrant(), case.world.now);
    slot_values(&case.world, &reply);
}

#[test]
fn any_changed_byte_of_a_warrant_is_refused() {
    let case = Case::address();
    let mut keeper = case.keeper(0);
    let good = case.warrant().to_bytes();
    for position in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[position] ^= 1;
        let ask = instrument::wire::Ask::Open { warrant: bad };
        let reply = keeper.answer(ask, case.world.now);
        assert!(matches!(reply, Reply::Refused { .. }), "byte {position}");
    }
    assert_eq!(keeper.opened_count(), 0);
}

#[test]
fn refusals_name_nobody_and_quote_nothing() {
    let secret_words = [ON_FILE, "WISTERIA"];
    for plan in [
        plan! { cover_key: "OWN-1" },
        plan! { cosigners: &[0] },
        plan! { statement: |s| s.row.row = 3 },
    ] {
        let (_, reply) = plan.ask();
        let text = format!("{reply:?}");
        assert!(
            secret_words.iter().all(|word| !text.contains(word)),
            "{text}"
        );
    }
}

#[test]
fn a_keeper_of_another_genesis_knows_nothing_of_this_one() {
    let case = Case::address();
    let mut other = world();
    let mut genesis = other.genesis.document().clone();
    genesis.created = Instant(genesis.created.0 + 1);
    let keys = ["a1", "a2"].map(|name| testing::key(name, "authority"));
    other.genesis = Signed::sign(genesis, &[&keys[0], &keys[1]]).unwrap();
    let identity = common::identity(&other, 0);
    let mut keeper = countersign_keeper::keeper::Keeper::open(
        identity,
        Vec::new(),
        common::MemoryHome::default(),
    )
    .unwrap();
    let reply = follow(&case.world, &mut keeper);
    refused(
        &reply,
        RefusalCode::Fork,
        "leaf 0, and no other, is the pinned genesis",
    );
}

/// A case in a world that was changed before anything of it was logged.
fn case_in(mut world: World) -> Case {
    let request = world.request("REQ-1", vec![RowSpec::new(Question::Address, ON_FILE)]);
    let admitted = world.admit(&request, 0, b"[]");
    let statement = world.statement(&request, 0, 1, 1);
    Case::approved(world, request, admitted, statement)
}

#[test]
fn a_manifest_the_builder_alone_signed_is_refused() {
    let mut world = world();
    let document = world.manifest.document().clone();
    let builder = testing::key("builder", "official");
    world.manifest = Signed::sign(document, &[&builder]).unwrap();
    let case = case_in(world);
    let reply = open(&mut case.keeper(0), &case.warrant(), case.world.now);
    refused(
        &reply,
        RefusalCode::Warrant,
        "no data owner has signed the manifest",
    );
}

#[test]
fn a_warrant_of_another_history_is_an_alarm() {
    // A quorum of others cosigned a log that this keeper was shown differently.
    let shown = Case::address();
    let mut keeper = shown.keeper(3);
    let mut forked = world();
    forked.log_document(DocumentKind::Certificate, Digest::of(b"fork"));
    let forked = case_in(forked);
    let mut longer = shown.world.clone();
    longer.log_document(DocumentKind::Certificate, Digest::of(b"other"));
    follow(&longer, &mut keeper);
    let reply = open(&mut keeper, &forked.warrant(), forked.world.now);
    refused(
        &reply,
        RefusalCode::Fork,
        "the checkpoint is of another history",
    );
}

#[test]
fn in_production_software_keys_approve_nothing() {
    let check = |kind| {
        let model = world();
        let manifest = model.manifest.document();
        let genesis = instrument::genesis::Genesis {
            kind,
            ..testing::genesis()
        };
        let case = case_in(World::under(
            genesis,
            manifest.headers_root,
            manifest.shares.clone(),
        ));
        open(&mut case.keeper(0), &case.warrant(), case.world.now)
    };
    let synthetic = check(instrument::genesis::GenesisKind::Synthetic);
    assert!(matches!(synthetic, Reply::Values { .. }), "{synthetic:?}");
    let production = check(instrument::genesis::GenesisKind::Production);
    refused(
        &production,
        RefusalCode::Warrant,
        "signs with an authenticator",
    );
}
