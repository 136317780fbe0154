//! Joining keepers' values and opening the one entry they were given for.
//!
//! Place in the flow: the gate calls [`open`] with the values of a warrant; keepers' signatures
//! over their values have been checked before. Values of one set come from different keepers and
//! must be equal; where they are not, the slot's commitment decides which are right.
//!
//! Left to others: asking keepers again, and what happens to one that lied (gate, casework).

use std::collections::BTreeSet;

use model::{
    fault::{Explain, Fault},
    id::KeeperId,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    address::MailingAddress,
    context::{SlotContext, SlotKey},
    entry::{SealedEntry, Slot},
    keys::{SetValue, combine},
    mac::{Derivation, decrypt_once, equal_in_constant_time, wrapped},
    shares::{SetIndex, ShareSets},
};

/// One keeper's value for one of its sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperValue {
    /// Who gave it.
    pub keeper: KeeperId,
    /// For which set.
    pub set: SetIndex,
    /// The value.
    pub value: SetValue,
}

/// How the keepers behaved while an entry was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conduct {
    /// All values of each set were equal.
    Agreed,
    /// One keeper gave a wrong value. Named only where all keepers answered for all their sets:
    /// then no m − 1 keepers together could make an honest one look like this.
    Liar(KeeperId),
    /// Values differed, but not all keepers answered or more than one must have lied: one of these
    /// at least gave a wrong value.
    Disputed(Vec<KeeperId>),
}

/// An opened address, and how the keepers behaved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The address.
    pub address: MailingAddress,
    /// Whether a keeper is to be reported.
    pub conduct: Conduct,
}

/// An entry that was not opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Some sets have no value: ask more keepers.
    #[error("no keeper has answered for `{}` of the share sets", sets.len())]
    Uncovered {
        /// The sets without a value.
        sets: Vec<SetIndex>,
    },
    /// A keeper gave a value for a set it does not belong to. The keeper's fault.
    #[error("keeper `{keeper}` is not a member of share set `{}`", set.0)]
    NotAMember {
        /// Who gave it.
        keeper: KeeperId,
        /// For which set.
        set: SetIndex,
    },
    /// A keeper gave two values for one set. The keeper's fault.
    #[error("keeper `{keeper}` gave two values for share set `{}`", set.0)]
    ValueTwice {
        /// Who gave them.
        keeper: KeeperId,
        /// For which set.
        set: SetIndex,
    },
    /// Nothing opens and values of one set differ: at least one of these keepers lied.
    #[error("keepers gave different values for one share set, and none of them opens the entry")]
    Disputed {
        /// Those whose values differ from another's.
        keepers: Vec<KeeperId>,
    },
    /// No slot opens: the record has no such address on file. (A lie told where only one keeper
    /// answered for a set looks the same; asking the others brings it out.)
    #[error("no slot of the entry opens under this address key")]
    NoKey,
    /// The slot opened but its contents did not. Our own file is damaged.
    #[error("the sealed entry is damaged")]
    Damaged,
}

impl Explain for OpenError {
    fn fault(&self) -> Fault {
        match self {
            Self::Uncovered { .. } => Fault::Unavailable,
            Self::NotAMember { .. } | Self::ValueTwice { .. } | Self::Disputed { .. } => {
                Fault::Integrity
            }
            Self::NoKey => Fault::Refused,
            Self::Damaged => Fault::Integrity,
        }
    }
}

/// Opens an entry under one address key.
///
/// # Errors
/// [`OpenError`]; no error shows anything of the address.
pub fn open(
    entry: &SealedEntry,
    context: &SlotContext,
    key: &SlotKey,
    sets: &ShareSets,
    values: &[KeeperValue],
) -> Result<Opened, OpenError> {
    let table = ValueTable::new(sets, values)?;
    let digest = context.slot_digest(key);
    let mut found: Option<(&Slot, Zeroizing<[u8; 32]>)> = None;
    let mut explanations: BTreeSet<Vec<KeeperId>> = BTreeSet::new();
    for choice in table.choices() {
        let secret = combine(choice.iter().copied());
        let commitment = Derivation::COMMITMENT.of(&secret, digest.expose());
        if let Some(slot) = find_slot(entry, &commitment) {
            explanations.insert(table.differing(&choice));
            found = Some((slot, Derivation::PAD.of(&secret, &[])));
        }
    }
    let disputed = table.disputed();
    let Some((slot, pad)) = found else {
        return Err(if disputed.is_empty() {
            OpenError::NoKey
        } else {
            OpenError::Disputed { keepers: disputed }
        });
    };
    Ok(Opened {
        address: unwrap_address(entry, slot, context, &pad).ok_or(OpenError::Damaged)?,
        conduct: conduct(&table, &explanations, disputed),
    })
}

/// The slot with this commitment; all slots are compared, each in constant time.
fn find_slot<'a>(entry: &'a SealedEntry, commitment: &[u8; 32]) -> Option<&'a Slot> {
    entry.slots.iter().fold(None, |found, slot| {
        if equal_in_constant_time(&slot.commitment, commitment) {
            Some(slot)
        } else {
            found
        }
    })
}

fn unwrap_address(
    entry: &SealedEntry,
    slot: &Slot,
    context: &SlotContext,
    pad: &[u8; 32],
) -> Option<MailingAddress> {
    let secret = Zeroizing::new(wrapped(&slot.wrapped, pad));
    let key = Derivation::SEALING_KEY.of(&secret, &[]);
    let plaintext = decrypt_once(&key, &context.entry_digest(), &entry.ciphertext)?;
    MailingAddress::unpack(&plaintext)
}

fn conduct(
    table: &ValueTable<'_>,
    explanations: &BTreeSet<Vec<KeeperId>>,
    disputed: Vec<KeeperId>,
) -> Conduct {
    if disputed.is_empty() {
        return Conduct::Agreed;
    }
    let mut single = explanations.iter().filter_map(|liars| match &liars[..] {
        [one] => Some(one),
        _ => None,
    });
    match (table.is_complete(), single.next(), single.next()) {
        (true, Some(liar), None) => Conduct::Liar(liar.clone()),
        _ => Conduct::Disputed(disputed),
    }
}

/// All values given, by set.
pub(crate) struct ValueTable<'a> {
    sets: &'a ShareSets,
    /// For each set, who gave which value. INVARIANT: never empty.
    given: Vec<Vec<(&'a KeeperId, &'a SetValue)>>,
}

impl<'a> ValueTable<'a> {
    /// Sorts values by set.
    ///
    /// # Errors
    /// [`OpenError::NotAMember`], [`OpenError::ValueTwice`], [`OpenError::Uncovered`].
    pub(crate) fn new(sets: &'a ShareSets, values: &'a [KeeperValue]) -> Result<Self, OpenError> {
        let mut given: Vec<Vec<(&KeeperId, &SetValue)>> = vec![Vec::new(); sets.count()];
        for KeeperValue { keeper, set, value } in values {
            let place = given.get_mut(usize::from(set.0));
            let Some(place) = place.filter(|_| sets.is_member(keeper, *set)) else {
                return Err(OpenError::NotAMember {
                    keeper: keeper.clone(),
                    set: *set,
                });
            };
            if place.iter().any(|(other, _)| *other == keeper) {
                return Err(OpenError::ValueTwice {
                    keeper: keeper.clone(),
                    set: *set,
                });
            }
            place.push((keeper, value));
        }
        let uncovered: Vec<SetIndex> = sets
            .indexes()
            .zip(&given)
            .filter(|(_, given)| given.is_empty())
            .map(|(set, _)| set)
            .collect();
        if uncovered.is_empty() {
            Ok(Self { sets, given })
        } else {
            Err(OpenError::Uncovered { sets: uncovered })
        }
    }

    /// The choices of one value for each set that are worth trying. Without disagreement there is
    /// one; otherwise one for every set of keepers that might lie (at most 2^8): the value most
    /// others of the set gave, or a liar's own where nobody else answered.
    fn choices(&self) -> Vec<Vec<&'a SetValue>> {
        let suspects = self.disputed();
        let count = u32::try_from(suspects.len()).unwrap_or(0);
        let mut choices: Vec<Vec<&SetValue>> = (0_u32..1 << count)
            .map(|mask| {
                let is_suspect = |keeper: &KeeperId| {
                    suspects
                        .iter()
                        .position(|suspect| suspect == keeper)
                        .is_some_and(|position| mask >> position & 1 == 1)
                };
                self.given
                    .iter()
                    .filter_map(|given| best_value(given, is_suspect))
                    .collect()
            })
            .collect();
        choices.sort();
        choices.dedup();
        choices
    }

    /// Keepers whose value for some set differs from another's, in the order of their names.
    pub(crate) fn disputed(&self) -> Vec<KeeperId> {
        let differing = self
            .given
            .iter()
            .filter(|given| given.windows(2).any(|pair| !same_value(pair)))
            .flatten();
        let names: BTreeSet<&KeeperId> = differing.map(|(keeper, _)| *keeper).collect();
        names.into_iter().cloned().collect()
    }

    /// Keepers whose value for some set is not the one chosen.
    fn differing(&self, choice: &[&SetValue]) -> Vec<KeeperId> {
        let wrong = self.given.iter().zip(choice).flat_map(|(given, chosen)| {
            given
                .iter()
                .filter(move |(_, value)| value != chosen)
                .map(|(keeper, _)| *keeper)
        });
        let names: BTreeSet<&KeeperId> = wrong.collect();
        names.into_iter().cloned().collect()
    }

    /// Whether every keeper answered for every set it belongs to.
    fn is_complete(&self) -> bool {
        self.sets
            .indexes()
            .zip(&self.given)
            .all(|(set, given)| given.len() == self.sets.members(set).count())
    }

    /// The value of each set; to be used only where nothing is disputed.
    pub(crate) fn first_values(&self) -> impl Iterator<Item = &'a SetValue> + '_ {
        self.given
            .iter()
            .filter_map(|given| given.first().map(|(_, value)| *value))
    }
}

fn same_value(pair: &[(&KeeperId, &SetValue)]) -> bool {
    matches!(pair, [(_, a), (_, b)] if a == b)
}

/// The value most often given by keepers that are not suspected, or failing any, by anyone. Among
/// equally frequent ones the smallest: the other is reached through another suspicion.
fn best_value<'a>(
    given: &[(&'a KeeperId, &'a SetValue)],
    is_suspect: impl Fn(&KeeperId) -> bool,
) -> Option<&'a SetValue> {
    let trusted: Vec<&SetValue> = given
        .iter()
        .filter(|(keeper, _)| !is_suspect(keeper))
        .map(|(_, value)| *value)
        .collect();
    let pool = if trusted.is_empty() {
        given.iter().map(|(_, value)| *value).collect()
    } else {
        trusted
    };
    pool.iter().copied().min_by_key(|value| {
        let votes = pool.iter().filter(|other| *other == value).count();
        (std::cmp::Reverse(votes), *value)
    })
}
