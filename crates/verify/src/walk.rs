//! The log from its first leaf to its last: order, force, reviewers, budgets, conserved counts.
//!
//! Place in the flow: the whole of what a public bundle shows about acts. A sealed one is matched
//! against the [`RequestLog`]s that come out of it.
//!
//! Left to others: what leaves commit to (request).

use std::collections::HashMap;

use instrument::{
    authority::RosterPerson,
    budget::Ledger,
    leaf::{Act, DocumentKind, Elements, Leaf, RowAct, Tag, official_tag},
};
use model::{digest::Digest, id::AgencyId, role::Role, time::Date};

use crate::{Report, bundle::Opened, documents::Documents};

/// A leaf about one row.
#[derive(Debug, Clone)]
pub(crate) struct RowLeaf {
    pub(crate) number: usize,
    pub(crate) day: Date,
    pub(crate) act: RowAct,
}

/// All leaves of one request.
#[derive(Debug, Clone)]
pub(crate) struct RequestLog {
    pub(crate) number: usize,
    pub(crate) day: Date,
    pub(crate) agency: AgencyId,
    pub(crate) agreement: Digest,
    pub(crate) rows: u32,
    pub(crate) commitment: Digest,
    /// Leaf, rows and commitment.
    pub(crate) refusals: Option<(usize, u32, Digest)>,
    pub(crate) declined: Vec<RowLeaf>,
    pub(crate) admitted: Vec<RowLeaf>,
    pub(crate) matters: Vec<RowLeaf>,
    /// Leaf, day and commitment.
    pub(crate) issued: Option<(usize, Date, Digest)>,
}

/// The log by request.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) requests: HashMap<Tag, RequestLog>,
}

pub(crate) fn walk(opened: &Opened<'_>, documents: &Documents, report: &mut Report) -> Log {
    let mut walker = Walker {
        opened,
        documents,
        ledger: Ledger::new(),
        log: Log::default(),
        people: HashMap::new(),
        people_at: None,
    };
    let mut day = Date::MIN;
    for (number, leaf) in opened.leaves.iter().enumerate() {
        report.require(
            leaf.day >= day,
            "days that never go back",
            format!("leaf {number}"),
            "the leaf's day is before an earlier leaf's",
        );
        day = day.max(leaf.day);
        walker.step(number, leaf, report);
    }
    walker.total(report);
    walker.log
}

struct Walker<'a> {
    opened: &'a Opened<'a>,
    documents: &'a Documents,
    ledger: Ledger,
    log: Log,
    /// People of the authority notes so far, by tag, as last listed.
    people: HashMap<Tag, RosterPerson>,
    people_at: Option<u64>,
}

impl Walker<'_> {
    fn step(&mut self, number: usize, leaf: &Leaf, report: &mut Report) {
        let place = format!("leaf {number}");
        self.learn_people(number);
        match &leaf.act {
            Act::Document { .. } => {}
            Act::Request {
                request,
                agency,
                agreement,
                rows,
                commitment,
            } => {
                self.check_force(number, leaf.day, agency, agreement, report);
                let log = RequestLog {
                    number,
                    day: leaf.day,
                    agency: agency.clone(),
                    agreement: *agreement,
                    rows: *rows,
                    commitment: *commitment,
                    refusals: None,
                    declined: Vec::new(),
                    admitted: Vec::new(),
                    matters: Vec::new(),
                    issued: None,
                };
                let fresh = self.log.requests.insert(request.clone(), log).is_none();
                let what = "requests taken in once";
                report.require(fresh, what, place, "the request was taken in before");
            }
            Act::Declined(act) | Act::Admitted(act) | Act::Matter(act) => {
                self.row_act(number, leaf, act, report);
            }
            act => self.request_act(number, leaf.day, act, report),
        }
    }

    fn learn_people(&mut self, number: usize) {
        let authority = self.documents.authority_at(number);
        let version = authority.map(|authority| authority.version);
        if version == self.people_at {
            return;
        }
        self.people_at = version;
        let root = self.opened.root();
        for person in authority.into_iter().flat_map(|a| &a.roster) {
            self.people
                .insert(official_tag(&root, &person.id), person.clone());
        }
    }

    /// The agreement was in force on that day, under a fresh authority note, and logged before.
    fn check_force(
        &self,
        number: usize,
        day: Date,
        agency: &AgencyId,
        digest: &Digest,
        report: &mut Report,
    ) {
        let place = format!("leaf {number}");
        let logged = self
            .documents
            .is_logged_before(DocumentKind::Agreement, digest, number);
        let agreement = self.documents.agreements.get(digest).filter(|_| logged);
        let Some(agreement) = agreement.map(instrument::signed::Signed::document) else {
            report.fail(
                place,
                "the act is under an agreement that is not in the log before it",
            );
            return;
        };
        let authority = self.documents.authority_at(number);
        let allowed = authority.is_some_and(|note| note.allows_agreement(&agreement.id, digest));
        let what = "acts under an agreement in force";
        report.require(
            allowed,
            what,
            &place,
            "the agreement is not in the authority note then in force, or suspended",
        );
        let fresh = authority.is_some_and(|a| a.from.day() <= day && day <= a.until.day());
        report.require(
            fresh,
            what,
            &place,
            "no authority note was fresh on this day",
        );
        report.require(
            agreement.is_in_force(day),
            what,
            &place,
            "the agreement was not in force on this day",
        );
        report.require(
            agreement.requesting_agency == *agency,
            what,
            &place,
            "the act is another agency's than the agreement's",
        );
    }

    fn row_act(&mut self, number: usize, leaf: &Leaf, act: &RowAct, report: &mut Report) {
        let place = format!("leaf {number}");
        let kept = RowLeaf {
            number,
            day: leaf.day,
            act: act.clone(),
        };
        let is_declined = matches!(leaf.act, Act::Declined(_));
        if !is_declined {
            self.check_force(number, leaf.day, &act.agency, &act.agreement, report);
            self.check_counts(number, leaf, act, report);
        }
        self.check_people(number, leaf, act, report);
        let Some(request) = self.log.requests.get_mut(&act.request) else {
            report.fail(
                place,
                "the act is of a request that was not taken in before",
            );
            return;
        };
        report.require(
            (&request.agency, request.agreement) == (&act.agency, act.agreement),
            "acts under their request's agreement",
            &place,
            "the act is under another agreement than its request",
        );
        report.require(
            request.issued.is_none(),
            "acts before their request's answers issued",
            &place,
            "the request's answers had issued",
        );
        let order = "acts in their order";
        match leaf.act {
            Act::Declined(_) => request.declined.push(kept),
            Act::Admitted(_) => request.admitted.push(kept),
            _ => {
                let of = |leaves: &[RowLeaf]| {
                    let same = leaves.iter().filter(|leaf| leaf.act.officer == act.officer);
                    same.count()
                };
                let earlier = of(&request.matters) < of(&request.admitted);
                let problem = "the matter has no admitted row before it";
                report.require(earlier, order, &place, problem);
                request.matters.push(kept);
            }
        }
    }

    fn check_counts(&mut self, number: usize, leaf: &Leaf, act: &RowAct, report: &mut Report) {
        let place = format!("leaf {number}");
        let counts = self.ledger.apply(leaf).unwrap_or_default();
        let agreement = self.documents.agreements.get(&act.agreement);
        let result = match agreement {
            Some(agreement) => counts.check(&agreement.document().budgets),
            None => counts.check_ceilings(),
        };
        report.accept(result, "budgets and ceilings at a leaf", place);
    }

    fn check_people(&self, number: usize, leaf: &Leaf, act: &RowAct, report: &mut Report) {
        let place = format!("leaf {number}");
        let authority = self.documents.authority_at(number);
        report.require(
            authority.is_some_and(|authority| authority.policy == act.policy),
            "acts under the policy in force",
            &place,
            "the act is under another policy than the authority note in force",
        );
        let roles: Vec<Option<Role>> = act
            .reviewers
            .iter()
            .map(|tag| self.people.get(tag).map(|person| person.role))
            .collect();
        let reviews =
            |role: &Option<Role>| matches!(role, Some(Role::DisclosureOfficer | Role::Counsel));
        let [first, second] = &act.reviewers;
        let what = "reviewers";
        if matches!(leaf.act, Act::Declined(_)) {
            let good = roles.iter().all(reviews);
            report.require(good, what, place, "a reviewer is not on the roster as one");
            return;
        }
        report.require(first != second, what, &place, "one person reviewed twice");
        let pair = [Some(Role::DisclosureOfficer), Some(Role::Counsel)];
        let both = pair.iter().all(|role| roles.contains(role));
        report.require(
            both,
            what,
            &place,
            "the reviewers are not one disclosure officer and one counsel of the roster",
        );
        let officer = self.people.get(&act.officer);
        let agreement = self.documents.agreements.get(&act.agreement);
        let designated = officer.is_some_and(|person| {
            person.role == Role::NamedOfficer
                && agreement.is_some_and(|a| a.document().officers.contains(&person.id))
        });
        report.require(
            designated,
            "named officers designated by the agreement",
            &place,
            "the named officer is not one the agreement designates",
        );
        report.require(
            act.elements == Elements::ALL,
            "acts with every element of 6103(i)(2) present",
            &place,
            "an element of 6103(i)(2) is absent",
        );
    }

    fn request_act(&mut self, number: usize, day: Date, act: &Act, report: &mut Report) {
        let place = format!("leaf {number}");
        let (Act::Refusals { request, .. }
        | Act::Issued { request, .. }
        | Act::Recall { request, .. }) = act
        else {
            return;
        };
        let Some(log) = self.log.requests.get_mut(request) else {
            report.fail(
                place,
                "the act is of a request that was not taken in before",
            );
            return;
        };
        let order = "acts in their order";
        match act {
            Act::Refusals {
                rows, commitment, ..
            } => {
                let fresh = log.refusals.is_none() && log.issued.is_none();
                let problem = "the request's refusals stand in the log already, or it has issued";
                report.require(fresh, order, place, problem);
                log.refusals = Some((number, *rows, *commitment));
            }
            Act::Issued { commitment, .. } => {
                let fresh = log.issued.is_none();
                report.require(fresh, order, &place, "the request had issued before");
                let conserved = is_conserved(log, act);
                report.require(
                    conserved,
                    "issued requests whose counts add up to their leaves",
                    &place,
                    "the counts are not those of the request's leaves, or do not add up to its rows",
                );
                log.issued = Some((number, day, *commitment));
                self.count_issued(act, report);
            }
            _ => {
                let issued = log.issued.is_some();
                report.require(issued, order, place, "a recall comes after the answers");
                report.totals.recalls = report.totals.recalls.saturating_add(1);
            }
        }
    }

    fn count_issued(&self, act: &Act, report: &mut Report) {
        if let Act::Issued {
            rows,
            rejected,
            declined,
            answered,
            ..
        } = act
        {
            let totals = &mut report.totals;
            let add = |total: &mut u64, count: u32| *total = total.saturating_add(count.into());
            add(&mut totals.issued, 1);
            add(&mut totals.rows, *rows);
            add(&mut totals.rejected, *rejected);
            add(&mut totals.declined, *declined);
            add(&mut totals.answered, *answered);
        }
    }

    fn total(&self, report: &mut Report) {
        let requests = self.log.requests.values();
        report.totals.requests = u64::try_from(requests.len()).unwrap_or(u64::MAX);
        report.totals.pending = requests
            .filter(|request| request.issued.is_none())
            .fold(0, |sum, request| sum.saturating_add(request.rows.into()));
    }
}

/// Rows = rejected + declined + answered, each as counted in the leaves; every admitted row has its
/// matter.
fn is_conserved(log: &RequestLog, act: &Act) -> bool {
    let Act::Issued {
        rows,
        rejected,
        declined,
        answered,
        ..
    } = act
    else {
        return false;
    };
    let is = |count: u32, leaves: usize| usize::try_from(count).ok() == Some(leaves);
    let refused = log.refusals.map_or(0, |(_, rows, _)| rows);
    let sum = rejected
        .checked_add(*declined)
        .and_then(|sum| sum.checked_add(*answered));
    *rows == log.rows
        && *rejected == refused
        && is(*declined, log.declined.len())
        && is(*answered, log.admitted.len())
        && is(*answered, log.matters.len())
        && sum == Some(*rows)
}
