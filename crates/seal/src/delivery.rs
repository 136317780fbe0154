//! The text forms in which keys leave the builder: one for each keeper, one for the gate.
//!
//! Place in the flow: the builder writes them, encrypts each to its recipient and wipes the rest;
//! keeper and gate read them back. Lines of `name: value`, in a fixed order, nothing else.
//!
//! Left to others: encryption (builder), where a keeper keeps its shares (keeper).

use std::str::FromStr;

use model::{
    digest::{hex, unhex},
    fault::{Explain, Fault},
    id::{Epoch, KeeperId, RegisterId},
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    context::{SlotContext, SlotKey},
    keys::{EpochKeys, GateTokenKey, ShareKey, set_value},
    open::KeeperValue,
    shares::{SetIndex, ShareSets, ShareSetsError},
    token::{GateToken, keeper_token_value},
};

const SHARES_LABEL: &str = "countersign/keeper-shares/v2";
const GATE_LABEL: &str = "countersign/gate-token-key/v2";

/// The share keys of one keeper for one epoch of one register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperShares {
    /// The register they belong to.
    pub register: RegisterId,
    /// The epoch they belong to.
    pub epoch: Epoch,
    /// Whose they are.
    pub keeper: KeeperId,
    sets: ShareSets,
    // INVARIANT: one for each set of the keeper, in order.
    shares: Vec<(SetIndex, ShareKey)>,
}

/// The gate's token key for one epoch of one register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateDelivery {
    /// The register it belongs to.
    pub register: RegisterId,
    /// The epoch it belongs to.
    pub epoch: Epoch,
    /// The share sets, so that the gate can join keepers' values.
    pub sets: ShareSets,
    /// The key.
    pub key: GateTokenKey,
}

/// A text that is not a delivery. The fault of the builder or of whoever changed the file. Its
/// wording holds nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeliveryError {
    /// A line is missing, out of place or not of its form.
    #[error("line `{line}` of the key delivery must be `{expected}`")]
    Line {
        /// Counted from 1.
        line: usize,
        /// The form wanted.
        expected: &'static str,
    },
    /// Something follows the last line.
    #[error("the key delivery has more than its `{0}` lines")]
    Trailing(usize),
    /// The keepers named make no share sets.
    #[error("the keepers of the key delivery make no share sets")]
    Sets(#[from] ShareSetsError),
    /// The keeper is not among the keepers.
    #[error("keeper `{0}` is not among the keepers of the key delivery")]
    Stranger(KeeperId),
}

impl Explain for DeliveryError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

impl KeeperShares {
    /// What `keeper` gets of an epoch's keys; `None` for one that is not among its keepers.
    #[must_use]
    pub fn of(keys: &EpochKeys, keeper: &KeeperId) -> Option<Self> {
        let shares: Vec<(SetIndex, ShareKey)> = keys
            .shares()
            .filter(|(set, _)| keys.sets().is_member(keeper, *set))
            .map(|(set, key)| (set, key.clone()))
            .collect();
        if shares.is_empty() {
            return None;
        }
        Some(Self {
            register: keys.register().clone(),
            epoch: keys.epoch(),
            keeper: keeper.clone(),
            sets: keys.sets().clone(),
            shares,
        })
    }

    /// The share sets of the epoch.
    #[must_use]
    pub fn sets(&self) -> &ShareSets {
        &self.sets
    }

    /// This keeper's values for one slot, one for each of its sets; none for a slot of another
    /// register or epoch.
    #[must_use]
    pub fn slot_values(&self, context: &SlotContext, key: &SlotKey) -> Vec<KeeperValue> {
        if context.register != self.register || context.epoch != self.epoch {
            return Vec::new();
        }
        let slot = context.slot_digest(key);
        self.values(|share| set_value(share, &slot))
    }

    /// This keeper's values for one token, one for each of its sets.
    #[must_use]
    pub fn token_values(&self, gate_token: &GateToken) -> Vec<KeeperValue> {
        self.values(|share| keeper_token_value(share, gate_token))
    }

    fn values(&self, evaluate: impl Fn(&ShareKey) -> crate::keys::SetValue) -> Vec<KeeperValue> {
        self.shares
            .iter()
            .map(|(set, share)| KeeperValue {
                keeper: self.keeper.clone(),
                set: *set,
                value: evaluate(share),
            })
            .collect()
    }

    /// The text form.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = head(SHARES_LABEL, &self.register, self.epoch, &self.sets);
        text.push_str(&format!("keeper: {}\n", self.keeper));
        for (set, key) in &self.shares {
            let digits = Zeroizing::new(hex(key.expose()));
            text.push_str(&format!("share {}: ", set.0));
            text.push_str(&digits);
            text.push('\n');
        }
        text
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`DeliveryError`] naming the line.
    pub fn parse(text: &str) -> Result<Self, DeliveryError> {
        let mut lines = Lines::new(text);
        let (register, epoch, sets) = lines.head(SHARES_LABEL)?;
        let keeper: KeeperId = lines.value("keeper: ", "keeper: ID")?;
        let own = sets.sets_of(&keeper);
        if own.is_empty() {
            return Err(DeliveryError::Stranger(keeper));
        }
        let mut shares = Vec::with_capacity(own.len());
        for set in own {
            let key = lines.key(&format!("share {}: ", set.0), "share SET: KEY")?;
            shares.push((set, ShareKey::from_bytes(*key)));
        }
        lines.end()?;
        Ok(Self {
            register,
            epoch,
            keeper,
            sets,
            shares,
        })
    }
}

impl GateDelivery {
    /// What the gate gets of an epoch's keys.
    #[must_use]
    pub fn of(keys: &EpochKeys) -> Self {
        Self {
            register: keys.register().clone(),
            epoch: keys.epoch(),
            sets: keys.sets().clone(),
            key: keys.gate().clone(),
        }
    }

    /// The text form.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = head(GATE_LABEL, &self.register, self.epoch, &self.sets);
        let digits = Zeroizing::new(hex(self.key.expose()));
        text.push_str("key: ");
        text.push_str(&digits);
        text.push('\n');
        text
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`DeliveryError`] naming the line.
    pub fn parse(text: &str) -> Result<Self, DeliveryError> {
        let mut lines = Lines::new(text);
        let (register, epoch, sets) = lines.head(GATE_LABEL)?;
        let key = lines.key("key: ", "key: KEY")?;
        lines.end()?;
        Ok(Self {
            register,
            epoch,
            sets,
            key: GateTokenKey::from_bytes(*key),
        })
    }
}

/// The lines both forms begin with, in a buffer that need not grow (growing would leave copies).
fn head(label: &str, register: &RegisterId, epoch: Epoch, sets: &ShareSets) -> Zeroizing<String> {
    let keepers: Vec<&str> = sets.keepers().iter().map(KeeperId::as_str).collect();
    let mut text = Zeroizing::new(String::with_capacity(16 * 1024));
    text.push_str(&format!(
        "{label}\nregister: {register}\nepoch: {epoch}\nneeded: {}\nkeepers: {}\n",
        sets.needed(),
        keepers.join(" "),
    ));
    text
}

/// Reads lines in order, counting them.
struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 0,
        }
    }

    /// What follows `prefix` on the next line, which ends with a line feed.
    fn take(&mut self, prefix: &str, expected: &'static str) -> Result<&'a str, DeliveryError> {
        self.line += 1;
        let error = self.error(expected);
        let (line, rest) = self.rest.split_once('\n').ok_or(error.clone())?;
        self.rest = rest;
        line.strip_prefix(prefix).ok_or(error)
    }

    /// A value that shows itself exactly as it was written.
    fn value<T: FromStr + ToString>(
        &mut self,
        prefix: &str,
        expected: &'static str,
    ) -> Result<T, DeliveryError> {
        let text = self.take(prefix, expected)?;
        let value: T = text.parse().map_err(|_| self.error(expected))?;
        if value.to_string() == text {
            Ok(value)
        } else {
            Err(self.error(expected))
        }
    }

    fn key(
        &mut self,
        prefix: &str,
        expected: &'static str,
    ) -> Result<Zeroizing<[u8; 32]>, DeliveryError> {
        let text = self.take(prefix, expected)?;
        let bytes = Zeroizing::new(unhex(text).ok_or(self.error(expected))?);
        let key = bytes.as_slice().try_into();
        key.map(Zeroizing::new).map_err(|_| self.error(expected))
    }

    fn head(&mut self, label: &str) -> Result<(RegisterId, Epoch, ShareSets), DeliveryError> {
        if !self.take(label, "the name of the format")?.is_empty() {
            return Err(self.error("the name of the format"));
        }
        let register = self.value("register: ", "register: ID")?;
        let epoch = self.value("epoch: ", "epoch: NUMBER")?;
        let needed: usize = self.value("needed: ", "needed: NUMBER")?;
        let keepers = self
            .take("keepers: ", "keepers: ID ID …")?
            .split(' ')
            .map(str::parse)
            .collect::<Result<Vec<KeeperId>, _>>()
            .map_err(|_| self.error("keepers: ID ID …"))?;
        Ok((register, epoch, ShareSets::new(needed, keepers)?))
    }

    fn end(&self) -> Result<(), DeliveryError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DeliveryError::Trailing(self.line))
        }
    }

    fn error(&self, expected: &'static str) -> DeliveryError {
        DeliveryError::Line {
            line: self.line,
            expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> EpochKeys {
        let keepers = ["k1", "k2", "k3", "k4"].map(|name| name.parse().unwrap());
        let sets = ShareSets::new(3, keepers.to_vec()).unwrap();
        EpochKeys::from_seed("R-1".parse().unwrap(), Epoch(2), sets, &[5; 32])
    }

    #[test]
    fn deliveries_read_back_as_written() {
        let keys = keys();
        for keeper in keys.sets().keepers() {
            let shares = KeeperShares::of(&keys, keeper).unwrap();
            assert_eq!(KeeperShares::parse(&shares.to_text()), Ok(shares));
        }
        let gate = GateDelivery::of(&keys);
        assert_eq!(GateDelivery::parse(&gate.to_text()), Ok(gate));
        assert_eq!(KeeperShares::of(&keys, &"k9".parse().unwrap()), None);
    }

    #[test]
    fn one_changed_letter_is_noticed_with_its_line() {
        let shares = KeeperShares::of(&keys(), &"k2".parse().unwrap()).unwrap();
        let text = shares.to_text();
        for (place, _) in text.char_indices() {
            let (before, after) = text.split_at(place);
            let changed = format!("{before}\u{1}{}", &after[1..]);
            let error = KeeperShares::parse(&changed).unwrap_err();
            let line = before.matches('\n').count() + 1;
            let message = error.to_string();
            assert!(
                matches!(error, DeliveryError::Line { line: named, .. } if named == line),
                "{place}: {message}"
            );
            assert!(KeeperShares::parse(before).is_err());
        }
    }

    #[test]
    fn other_forms_of_the_same_values_are_refused() {
        let text = KeeperShares::of(&keys(), &"k2".parse().unwrap())
            .unwrap()
            .to_text();
        for (from, to) in [
            ("epoch: 2", "epoch: 02"),
            ("epoch: 2", "epoch: +2"),
            ("needed: 3", "needed: 5"),
            ("k1 k2", "k1  k2"),
            ("k1 k2", "k1 k1"),
            ("keeper: k2", "keeper: k9"),
            ("share 0", "share 1"),
            ("\nkeeper:", "\r\nkeeper:"),
            ("shares/v2", "shares/v1"),
        ] {
            assert!(text.contains(from));
            assert!(
                KeeperShares::parse(&text.replacen(from, to, 1)).is_err(),
                "{to}"
            );
        }
        assert_eq!(
            KeeperShares::parse(&format!("{}x", text.as_str())),
            Err(DeliveryError::Trailing(9))
        );
    }
}
