//! The genesis: the root of trust of one deployment, pinned by its digest everywhere.
//!
//! Place in the flow: before everything. It names the keys of authority, log, gate, builder and
//! keepers. A synthetic genesis accepts software keys and never-issued taxpayer numbers only and
//! stamps everything SYNTHETIC; a production genesis comes from a ceremony (SEALING.md section 2).
//! Documents carry its digest, so neither accepts the other's.
//!
//! Left to others: who is on duty today ([`crate::authority`]).

use model::{
    id::{KeeperId, OfficialId},
    time::Instant,
};
use note::{CosignerKey, Verifier, VerifierKey};
use translog::LogOrigin;

use crate::document::{Document, DocumentError, Reader, Writer, parsed, parts};

/// Which of the two roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenesisKind {
    /// Software keys, never-issued taxpayer numbers, everything stamped SYNTHETIC.
    Synthetic,
    /// A ceremony's: hardware-attested keys under at least three operators.
    Production,
}

impl GenesisKind {
    /// The word in the document.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic",
            Self::Production => "production",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Synthetic, Self::Production]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// A trustee of the genesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenesisKeeper {
    /// The keeper.
    pub id: KeeperId,
    /// Who operates it. In production at least three different, one outside the records agency.
    pub operator: OfficialId,
    /// Key of its checkpoint cosignatures.
    pub cosigner: CosignerKey,
    /// Key of its signed values.
    pub values: Verifier,
}

/// The genesis document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// Synthetic or production.
    pub kind: GenesisKind,
    /// When it was made.
    pub created: Instant,
    /// Origin line of the log's checkpoints.
    pub log_origin: LogOrigin,
    /// Signatures an authority note needs (k of the keys below).
    pub authority_threshold: u32,
    /// Offline keys that sign authority notes and this genesis.
    pub authorities: Vec<Verifier>,
    /// The log's checkpoint key, held by the gate.
    pub log: VerifierKey,
    /// The gate's key for receipts and bundles.
    pub gate: Verifier,
    /// The builder's key for manifests.
    pub builder: Verifier,
    /// The laboratory's key for calibration certificates.
    pub certifier: Verifier,
    /// Keepers needed to open (m).
    pub keepers_needed: u32,
    /// Cosignatures a checkpoint needs (q); 2q − n must exceed the liars allowed.
    pub cosignatures_needed: u32,
    /// The keepers (n), in the order of their positions in share sets.
    pub keepers: Vec<GenesisKeeper>,
    /// Seconds between two approvals of one reviewer; below the ceiling only when synthetic.
    pub approval_gap_seconds: u64,
}

impl Genesis {
    fn check(&self) -> Result<(), DocumentError> {
        let keepers = u32::try_from(self.keepers.len()).unwrap_or(u32::MAX);
        let authorities = u32::try_from(self.authorities.len()).unwrap_or(u32::MAX);
        let wrong = |test: bool, words| {
            if test {
                Err(DocumentError::Inconsistent(words))
            } else {
                Ok(())
            }
        };
        wrong(
            self.authority_threshold == 0 || self.authority_threshold > authorities,
            "the authority threshold does not fit the number of authority keys",
        )?;
        wrong(
            !(1..=16).contains(&keepers),
            "a genesis has 1 to 16 keepers",
        )?;
        wrong(
            self.keepers_needed == 0 || self.keepers_needed > keepers,
            "more keepers are needed than there are",
        )?;
        wrong(
            self.cosignatures_needed * 2 <= keepers || self.cosignatures_needed > keepers,
            "two quorums of cosigners must share a keeper",
        )?;
        let production = self.kind == GenesisKind::Production;
        wrong(
            production && self.approval_gap_seconds < model::ceiling::SECONDS_BETWEEN_APPROVALS,
            "only a synthetic genesis may shorten the time between approvals",
        )?;
        wrong(
            self.log.name().as_str() != self.log_origin.as_str(),
            "the log's key has the log's name",
        )?;
        let mut operators: Vec<_> = self.keepers.iter().map(|keeper| &keeper.operator).collect();
        operators.sort();
        operators.dedup();
        wrong(
            production && operators.len() < 3,
            "production keepers need at least three operators",
        )?;
        let mut ids: Vec<_> = self.keepers.iter().map(|keeper| &keeper.id).collect();
        ids.sort();
        wrong(
            ids.windows(2).any(|pair| pair.first() == pair.last()),
            "two keepers have one id",
        )
    }

    /// The keeper with this id and its position.
    #[must_use]
    pub fn keeper(&self, id: &KeeperId) -> Option<(usize, &GenesisKeeper)> {
        self.keepers
            .iter()
            .enumerate()
            .find(|(_, keeper)| keeper.id == *id)
    }
}

impl Document for Genesis {
    const CONTEXT: &'static str = "countersign/authority/genesis/v1";

    fn write(&self, writer: &mut Writer) {
        writer
            .line("kind", self.kind.code())
            .line("created", self.created)
            .line("log-origin", &self.log_origin)
            .line("authority-threshold", self.authority_threshold)
            .lines("authority", &self.authorities)
            .line("log", &self.log)
            .line("gate", &self.gate)
            .line("builder", &self.builder)
            .line("certifier", &self.certifier)
            .line("keepers-needed", self.keepers_needed)
            .line("cosignatures-needed", self.cosignatures_needed)
            .line("approval-gap-seconds", self.approval_gap_seconds)
            .lines(
                "keeper",
                self.keepers.iter().map(|keeper| {
                    format!(
                        "{} {} {} {}",
                        keeper.id, keeper.operator, keeper.cosigner, keeper.values
                    )
                }),
            );
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DocumentError> {
        let genesis = Self {
            kind: reader.with("kind", GenesisKind::from_code)?,
            created: reader.value("created")?,
            log_origin: reader.value("log-origin")?,
            authority_threshold: reader.value("authority-threshold")?,
            authorities: reader.repeated("authority", parsed)?,
            log: reader.value("log")?,
            gate: reader.value("gate")?,
            builder: reader.value("builder")?,
            certifier: reader.value("certifier")?,
            keepers_needed: reader.value("keepers-needed")?,
            cosignatures_needed: reader.value("cosignatures-needed")?,
            approval_gap_seconds: reader.value("approval-gap-seconds")?,
            keepers: reader.repeated("keeper", read_keeper)?,
        };
        genesis.check()?;
        Ok(genesis)
    }
}

fn read_keeper(text: &str) -> Option<GenesisKeeper> {
    let [id, operator, cosigner, values] = parts(text)?;
    Some(GenesisKeeper {
        id: parsed(id)?,
        operator: parsed(operator)?,
        cosigner: parsed(cosigner)?,
        values: parsed(values)?,
    })
}
