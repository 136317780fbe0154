//! The authority note: who may act today, under which agreements, policy and statute book.
//!
//! Place in the flow: keepers, gate and verifier act under a fresh one only. It is signed by k of n
//! offline keys pinned in the genesis, versions only rise, and it lives 24 hours at most.
//!
//! Left to others: what a role may do (policy), terms of agreements ([`crate::agreement`]).

use model::{
    ceiling::AUTHORITY_NOTE_SECONDS,
    digest::Digest,
    id::{AgencyId, AgreementId, OfficialId},
    role::Role,
    time::{Date, Instant},
};
use note::Verifier;

use crate::document::{Document, DocumentError, Reader, Writer, date, parsed, parts};

/// One person on the roster. One person has one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterPerson {
    /// Who.
    pub id: OfficialId,
    /// Their agency.
    pub agency: AgencyId,
    /// Their one role.
    pub role: Role,
    /// First day the key counts.
    pub from: Date,
    /// Last day the key counts.
    pub until: Date,
    /// Key for signatures: Ed25519, or a WebAuthn credential for reviewers.
    pub key: Verifier,
    /// Where answers to them are encrypted to: an age X25519 recipient, for named officers.
    pub recipient: Option<String>,
}

/// What is suspended: nothing of it is answered while it stands in the note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suspension {
    /// Everything.
    All,
    /// An agreement.
    Agreement(AgreementId),
    /// A person.
    Official(OfficialId),
}

impl std::fmt::Display for Suspension {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => formatter.write_str("all"),
            Self::Agreement(id) => write!(formatter, "agreement {id}"),
            Self::Official(id) => write!(formatter, "official {id}"),
        }
    }
}

impl Suspension {
    fn read(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        let [kind, id] = parts(text)?;
        match kind {
            "agreement" => Some(Self::Agreement(parsed(id)?)),
            "official" => Some(Self::Official(parsed(id)?)),
            _ => None,
        }
    }
}

/// The authority note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Digest of the genesis it stands under.
    pub genesis: Digest,
    /// Rises with every note.
    pub version: u64,
    /// Valid from.
    pub from: Instant,
    /// Valid before; at most 24 hours after `from`.
    pub until: Instant,
    /// Digest of the policy in force.
    pub policy: Digest,
    /// Digest of the statute book in force.
    pub statute_book: Digest,
    /// Agreements in force, by digest.
    pub agreements: Vec<(AgreementId, Digest)>,
    /// The roster.
    pub roster: Vec<RosterPerson>,
    /// What is suspended.
    pub suspensions: Vec<Suspension>,
}

impl Authority {
    /// Whether the note may be acted on at `now`.
    #[must_use]
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.from <= now && now < self.until
    }

    /// The person with this id whose key counts on `day`, unless suspended.
    #[must_use]
    pub fn person(&self, id: &OfficialId, day: Date) -> Option<&RosterPerson> {
        let person = self.roster.iter().find(|person| person.id == *id)?;
        let on_duty = person.from <= day && day <= person.until;
        let suspended = self.suspensions.iter().any(|suspension| match suspension {
            Suspension::All => true,
            Suspension::Official(official) => official == id,
            Suspension::Agreement(_) => false,
        });
        (on_duty && !suspended).then_some(person)
    }

    /// Whether an agreement is in force: listed by this digest and not suspended.
    #[must_use]
    pub fn allows_agreement(&self, id: &AgreementId, digest: &Digest) -> bool {
        let listed = self
            .agreements
            .iter()
            .any(|(listed, by)| listed == id && by == digest);
        listed && !self.is_agreement_suspended(id)
    }

    /// Whether an agreement, or everything, is suspended.
    #[must_use]
    pub fn is_agreement_suspended(&self, id: &AgreementId) -> bool {
        self.suspensions.iter().any(|suspension| match suspension {
            Suspension::All => true,
            Suspension::Agreement(agreement) => agreement == id,
            Suspension::Official(_) => false,
        })
    }

    fn check(&self) -> Result<(), DocumentError> {
        if self.until <= self.from || self.until.0 - self.from.0 > AUTHORITY_NOTE_SECONDS {
            return Err(DocumentError::Inconsistent(
                "an authority note lives 24 hours at most",
            ));
        }
        let mut ids: Vec<_> = self.roster.iter().map(|person| &person.id).collect();
        let mut keys: Vec<_> = self
            .roster
            .iter()
            .map(|person| person.key.to_string())
            .collect();
        ids.sort();
        keys.sort();
        let doubled = ids.windows(2).any(|pair| pair.first() == pair.last())
            || keys.windows(2).any(|pair| pair.first() == pair.last());
        if doubled {
            return Err(DocumentError::Inconsistent(
                "one person has one role and one key",
            ));
        }
        Ok(())
    }
}

impl Document for Authority {
    const CONTEXT: &'static str = "countersign/authority/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("genesis", self.genesis)
            .line("version", self.version)
            .line("from", self.from)
            .line("until", self.until)
            .line("policy", self.policy)
            .line("statute-book", self.statute_book)
            .lines(
                "agreement",
                self.agreements
                    .iter()
                    .map(|(id, digest)| format!("{id} {digest}")),
            )
            .lines("person", self.roster.iter().map(write_person))
            .lines("suspended", &self.suspensions);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let authority = Self {
            genesis: reader.value("genesis")?,
            version: reader.value("version")?,
            from: reader.value("from")?,
            until: reader.value("until")?,
            policy: reader.value("policy")?,
            statute_book: reader.value("statute-book")?,
            agreements: reader.repeated("agreement", |text| {
                let [id, digest] = parts(text)?;
                Some((parsed(id)?, parsed(digest)?))
            })?,
            roster: reader.repeated("person", read_person)?,
            suspensions: reader.repeated("suspended", Suspension::read)?,
        };
        authority.check()?;
        Ok(authority)
    }
}

fn write_person(person: &RosterPerson) -> String {
    let recipient = person.recipient.as_deref().unwrap_or("-");
    format!(
        "{} {} {} {} {} {recipient} {}",
        person.id, person.agency, person.role, person.from, person.until, person.key
    )
}

fn read_person(text: &str) -> Option<RosterPerson> {
    let [id, agency, role, from, until, recipient, key] = parts(text)?;
    Some(RosterPerson {
        id: parsed(id)?,
        agency: parsed(agency)?,
        role: Role::from_code(role)?,
        from: date(from)?,
        until: date(until)?,
        recipient: (recipient != "-").then(|| recipient.to_owned()),
        key: parsed(key)?,
    })
}
