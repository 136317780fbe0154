//! Checking a warrant and giving values for it.
//!
//! Place in the flow: the last gate before an address opens. [`Warrant::verify`] checks the parts
//! against each other; here they are checked against what only this keeper knows: the log it has
//! followed, the manifest it has pinned, and what it gave before. The line of the journal is on the
//! disk before the values leave.
//!
//! Left to others: joining the values and opening (seal, in the gate).

use instrument::{
    approval::Approval,
    genesis::GenesisKind,
    leaf::DocumentKind,
    signed::Signed,
    statement::Question,
    tree::witness_policy,
    warrant::{Grant, Trust, Warrant},
    wire::{RefusalCode, Reply, SlotValues},
};
use model::{ceiling::SECONDS_BETWEEN_APPROVALS, role::Role, time::Instant};
use note::{Note, Verifier};
use seal::{
    context::{SlotContext, SlotKey},
    header::RecordHeader,
    merkle::verify_inclusion,
};

use crate::{
    holding::Holding,
    home::Home,
    journal::{Opened, Record},
    keeper::Keeper,
    refusal::Refusal,
    tokens::lines,
};

impl<H: Home> Keeper<H> {
    pub(crate) fn open_warrant(&mut self, bytes: &[u8], now: Instant) -> Result<Reply, Refusal> {
        let warrant = Warrant::parse(bytes)?;
        self.check_head(&warrant)?;
        let statement = &warrant.statement;
        let holding = self.holding(&statement.register, statement.epoch)?;
        let charged = self.followed.matter(warrant.leaf.index)?;
        let trust = Trust {
            genesis: self.identity.genesis.document(),
            genesis_digest: self.identity.genesis.digest(),
            manifest: holding.manifest().document(),
            now,
        };
        let grant = warrant.verify(&trust, &charged.counts)?;
        // Follows from the leaf's proof under a root of our own log; said again in our own words.
        require(
            charged.act.commitment == warrant.expected_commitment(),
            "another matter stands at this leaf",
        )?;
        self.check_documents(&warrant, holding)?;
        self.check_terms(&warrant)?;
        let context = slot_context(&warrant, holding)?;
        let opened = opened(&warrant, &grant);
        let values = slot_values(&self.identity.keeper, holding, &context, &grant)?;
        if !self.is_repeated(&opened)? {
            self.check_history(&opened)?;
            self.keep(&Record::Opened(opened))?;
        }
        let note = self.sign(values)?;
        Ok(Reply::Values { note })
    }

    /// The warrant's checkpoint must be one of the very log this keeper follows, and not beyond it.
    fn check_head(&self, warrant: &Warrant) -> Result<(), Refusal> {
        let note = Note::parse(&warrant.checkpoint).map_err(|error| Refusal::unreadable(&error))?;
        let genesis = self.identity.genesis.document();
        let checkpoint = witness_policy(genesis, 0).verify_log(&note)?;
        match self.followed.root_at(checkpoint.size) {
            None => Err(Refusal::new(
                RefusalCode::Behind,
                "the checkpoint is beyond what was followed",
            )),
            Some(root) if root != checkpoint.root => Err(Refusal::new(
                RefusalCode::Fork,
                "the checkpoint is of another history",
            )),
            Some(_) if self.is_beyond(warrant.leaf.index) => Err(Refusal::new(
                RefusalCode::Behind,
                "the leaf was not followed yet",
            )),
            Some(_) => Ok(()),
        }
    }

    /// Every document the warrant rests on came into force in the log, before the matter.
    fn check_documents(&self, warrant: &Warrant, holding: &Holding) -> Result<(), Refusal> {
        let authority = warrant.authority.document();
        require(
            self.followed.latest_authority() == Some(warrant.authority.digest()),
            "the authority note is not the last one in the log",
        )?;
        require(
            authority.version >= self.journal.authority(),
            "the authority note is older than one already acted under",
        )?;
        let at = warrant.leaf.index;
        let logged = |kind, digest| self.followed.has_document_before(kind, digest, at);
        require(
            logged(DocumentKind::Agreement, warrant.agreement.digest()),
            "the agreement is not in the log before the matter",
        )?;
        require(
            logged(DocumentKind::Manifest, holding.manifest().digest()),
            "the manifest is not in the log before the matter",
        )?;
        require(
            logged(DocumentKind::Certificate, warrant.statement.certificate),
            "the certificate is not in the log before the matter",
        )?;
        let agency = &warrant.agreement.document().records_agency;
        let owners: Vec<Verifier> = authority
            .roster
            .iter()
            .filter(|person| person.role == Role::DataOwner && person.agency == *agency)
            .map(|person| person.key.clone())
            .collect();
        holding
            .manifest()
            .verify_threshold(&owners, 1)
            .map_err(|_| Refusal::warrant("no data owner has signed the manifest"))
    }

    /// Terms that [`Warrant::verify`] leaves to those who act.
    fn check_terms(&self, warrant: &Warrant) -> Result<(), Refusal> {
        let periods = u32::try_from(warrant.statement.periods.len()).unwrap_or(u32::MAX);
        require(
            periods <= warrant.agreement.document().periods_per_row,
            "the row asks about more periods than the agreement allows",
        )?;
        let signed_before =
            |approval: &Signed<Approval>| approval.document().signed_at.day() <= warrant.leaf.day;
        require(
            warrant.approvals.iter().all(signed_before),
            "an approval is of a later day than its leaf",
        )?;
        let is_production = self.identity.genesis.document().kind == GenesisKind::Production;
        let roster = &warrant.authority.document().roster;
        let has_authenticator = |approval: &Signed<Approval>| {
            let reviewer = &approval.document().reviewer;
            roster
                .iter()
                .any(|person| person.id == *reviewer && matches!(person.key, Verifier::WebAuthn(_)))
        };
        require(
            !is_production || warrant.approvals.iter().all(has_authenticator),
            "in production a reviewer signs with an authenticator",
        )
    }

    /// Whether this very answer was given before. A statement is charged once, at its leaf.
    fn is_repeated(&self, opened: &Opened) -> Result<bool, Refusal> {
        match self.journal.opened(&opened.statement) {
            None => Ok(false),
            Some(earlier) if earlier.leaf == opened.leaf && earlier.question == opened.question => {
                Ok(true)
            }
            Some(_) => Err(Refusal::warrant(
                "the statement was charged at another leaf",
            )),
        }
    }

    fn check_history(&self, opened: &Opened) -> Result<(), Refusal> {
        require(
            self.journal
                .fits(&opened.agency, &opened.request, &opened.tag),
            "the log counts this request under another tag",
        )?;
        let genesis = self.identity.genesis.document();
        let gap = match genesis.kind {
            GenesisKind::Synthetic => genesis.approval_gap_seconds,
            GenesisKind::Production => genesis.approval_gap_seconds.max(SECONDS_BETWEEN_APPROVALS),
        };
        let too_near = |(reviewer, at): &(_, Instant)| {
            self.journal
                .nearest_approval(reviewer, *at, &opened.statement)
                .is_some_and(|seconds| seconds < gap)
        };
        require(
            !opened.reviewers.iter().any(too_near),
            "two approvals of one reviewer are too near to each other",
        )
    }
}

fn opened(warrant: &Warrant, grant: &Grant) -> Opened {
    Opened {
        statement: grant.statement,
        leaf: warrant.leaf.index,
        question: grant.question,
        authority: warrant.authority.document().version,
        agency: warrant.statement.agency.clone(),
        request: warrant.statement.row.request.clone(),
        tag: warrant.leaf.request.clone(),
        reviewers: grant.reviewers.clone(),
    }
}

/// The entry the statement names, checked against the record's header in the pinned manifest.
fn slot_context(warrant: &Warrant, holding: &Holding) -> Result<SlotContext, Refusal> {
    let statement = &warrant.statement;
    let header = RecordHeader::parse(&warrant.header)
        .map_err(|_| Refusal::warrant("the record's header cannot be read"))?;
    let proof = &warrant.header_proof;
    let manifest = holding.manifest().document();
    verify_inclusion(
        &header.leaf_hash(),
        proof.index.0,
        proof.size,
        &proof.hashes,
        &manifest.headers_root,
    )
    .map_err(|_| Refusal::warrant("the record's header is not in the manifest"))?;
    require(
        header.record() == statement.record,
        "the header is another record's",
    )?;
    let latest = header.latest_within(&statement.periods);
    require(
        latest.is_some_and(|(entry, _)| entry == statement.entry),
        "the entry is not the latest within the periods asked",
    )?;
    header
        .context(&statement.register, statement.epoch, statement.entry)
        .ok_or_else(|| Refusal::warrant("the record has no such entry"))
}

fn slot_values(
    keeper: &model::id::KeeperId,
    holding: &Holding,
    context: &SlotContext,
    grant: &Grant,
) -> Result<SlotValues, Refusal> {
    require(
        !grant.address_keys.is_empty(),
        "the row holds no address that could open anything",
    )?;
    let keys: &[String] = match grant.question {
        Question::Verify => &[],
        Question::Address => &grant.address_keys,
    };
    let values = (0_u8..)
        .zip(keys)
        .flat_map(|(item, key)| {
            lines(
                item,
                &holding
                    .shares()
                    .slot_values(context, &SlotKey::on_file(key)),
            )
        })
        .collect();
    Ok(SlotValues {
        keeper: keeper.clone(),
        statement: grant.statement,
        question: grant.question,
        values,
    })
}

fn require(test: bool, words: &'static str) -> Result<(), Refusal> {
    if test {
        Ok(())
    } else {
        Err(Refusal::warrant(words))
    }
}
