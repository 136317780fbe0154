//! The keys of one epoch: one for each share set, the gate's token key, the builder's own key.
//!
//! Place in the flow: drawn by the builder, delivered (delivery), and wiped when dropped. The
//! builder's key never leaves the builder.
//!
//! Left to others: encryption of what is delivered (builder), keeping it (keeper, gate).

use std::fmt;

use model::{
    canonical::Encoder,
    entropy::{EntropyError, random_bytes},
    id::{Epoch, RegisterId},
    personal::Personal,
};
use zeroize::Zeroizing;

use crate::{
    context::SlotDigest,
    hmac::{Padded, PreparedKey},
    mac::MacKey,
    shares::{SetIndex, ShareSets},
    values::{Question, value},
};

macro_rules! secret_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        // In a place of its own: moving the key leaves no copy behind that nobody wipes.
        pub struct $name(Box<Zeroizing<[u8; 32]>>);

        impl $name {
            /// Takes 32 bytes that are a key.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(Box::new(Zeroizing::new(bytes)))
            }

            /// Draws a key from the operating system.
            ///
            /// # Errors
            /// [`EntropyError`] where the system's generator fails.
            pub fn draw() -> Result<Self, EntropyError> {
                random_bytes::<32>().map(Self::from_bytes)
            }

            /// The key's bytes.
            #[must_use]
            pub fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(secret)"))
            }
        }
    };
}

secret_key!(
    /// The key `k_A` of one share set.
    ShareKey
);
secret_key!(
    /// The gate's half of the token function.
    GateTokenKey
);
secret_key!(
    /// The builder's own key of one epoch: address secrets, dummy slots, record order, residence ids.
    BuilderKey
);

impl GateTokenKey {
    pub(crate) fn mac_key(&self) -> MacKey {
        MacKey::new(&self.0)
    }

    /// Ready for millions of messages.
    pub(crate) fn prepare(&self) -> PreparedKey {
        PreparedKey::new(&self.0)
    }
}

/// Output of a share set's keyed function: of a slot (`v_A`) or of a token. Secret until used.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SetValue(Personal<[u8; 32]>);

impl SetValue {
    /// Takes the 32 bytes of a value.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Personal::new(bytes))
    }

    /// The value's bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// `v_A` for a slot: derived of the share key with the slot's digest (spec/sealed-address.md).
#[must_use]
pub fn set_value(share_key: &ShareKey, slot: &SlotDigest) -> SetValue {
    SetValue::new(*value(share_key, Question::SLOT, slot.expose()))
}

/// XOR of values, one for each set: `K` of a slot.
#[must_use]
pub fn combine<'a>(values: impl IntoIterator<Item = &'a SetValue>) -> Zeroizing<[u8; 32]> {
    let mut sum = Zeroizing::new([0_u8; 32]);
    for value in values {
        for (place, byte) in sum.iter_mut().zip(value.expose()) {
            *place ^= byte;
        }
    }
    sum
}

/// All keys of one epoch of a register that may have no id yet: the id contains the extract's digest,
/// and people are read with the keys while the extract is digested.
#[derive(Debug)]
pub struct DrawnKeys {
    epoch: Epoch,
    sets: ShareSets,
    // INVARIANT: one for each set.
    shares: Vec<ShareKey>,
    gate: GateTokenKey,
    builder: BuilderKey,
}

impl DrawnKeys {
    /// Draws every key afresh from the operating system.
    ///
    /// # Errors
    /// [`EntropyError`] where the system's generator fails.
    pub fn draw(epoch: Epoch, sets: ShareSets) -> Result<Self, EntropyError> {
        let shares = sets
            .indexes()
            .map(|_| ShareKey::draw())
            .collect::<Result<_, _>>()?;
        Ok(Self {
            epoch,
            sets,
            shares,
            gate: GateTokenKey::draw()?,
            builder: BuilderKey::draw()?,
        })
    }

    /// Keys derived from 32 bytes and a name, for the laboratory, synthetic registers and tests, whose
    /// runs must repeat. Whoever holds the seed holds every key.
    #[must_use]
    pub fn from_seed(name: &str, epoch: Epoch, sets: ShareSets, seed: &[u8; 32]) -> Self {
        let root = MacKey::new(seed);
        let derive = |label: &str, number: u8| {
            let mut encoder = Encoder::new("countersign/seeded-epoch-keys/v1");
            encoder
                .text(name)
                .number(u64::from(epoch.0))
                .text(label)
                .number(u64::from(number));
            root.mac(encoder.as_bytes())
        };
        let shares = sets
            .indexes()
            .map(|set| ShareKey::from_bytes(derive("share", set.0)))
            .collect();
        let gate = GateTokenKey::from_bytes(derive("gate", 0));
        let builder = BuilderKey::from_bytes(derive("builder", 0));
        Self {
            epoch,
            sets,
            shares,
            gate,
            builder,
        }
    }

    /// The keys of the register of this id: the one that was sealed with them.
    #[must_use]
    pub fn of_register(self, register: RegisterId) -> EpochKeys {
        EpochKeys {
            register,
            drawn: self,
        }
    }

    /// The epoch these keys seal.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The share sets.
    #[must_use]
    pub fn sets(&self) -> &ShareSets {
        &self.sets
    }

    /// The share keys with their sets, in order.
    pub fn shares(&self) -> impl Iterator<Item = (SetIndex, &ShareKey)> {
        self.sets.indexes().zip(&self.shares)
    }

    /// The gate's token key.
    #[must_use]
    pub fn gate(&self) -> &GateTokenKey {
        &self.gate
    }

    /// The builder's key, prepared for many values.
    #[must_use]
    pub fn builder_values(&self) -> BuilderValues {
        BuilderValues(PreparedKey::new(self.builder.expose()))
    }
}

/// All keys of one epoch of one register. Sealing and delivery take register and epoch from here, so
/// that neither is done for another by mistake.
#[derive(Debug)]
pub struct EpochKeys {
    register: RegisterId,
    drawn: DrawnKeys,
}

impl EpochKeys {
    /// As [`DrawnKeys::draw`].
    ///
    /// # Errors
    /// [`EntropyError`] where the system's generator fails.
    pub fn draw(register: RegisterId, epoch: Epoch, sets: ShareSets) -> Result<Self, EntropyError> {
        Ok(DrawnKeys::draw(epoch, sets)?.of_register(register))
    }

    /// As [`DrawnKeys::from_seed`], by the register's id.
    #[must_use]
    pub fn from_seed(register: RegisterId, epoch: Epoch, sets: ShareSets, seed: &[u8; 32]) -> Self {
        DrawnKeys::from_seed(register.as_str(), epoch, sets, seed).of_register(register)
    }

    /// The register these keys seal.
    #[must_use]
    pub fn register(&self) -> &RegisterId {
        &self.register
    }

    /// The keys, without the register.
    #[must_use]
    pub fn drawn(&self) -> &DrawnKeys {
        &self.drawn
    }

    /// The epoch these keys seal.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.drawn.epoch
    }

    /// The share sets.
    #[must_use]
    pub fn sets(&self) -> &ShareSets {
        &self.drawn.sets
    }

    /// The share keys with their sets, in order.
    pub fn shares(&self) -> impl Iterator<Item = (SetIndex, &ShareKey)> {
        self.drawn.shares()
    }

    /// The gate's token key.
    #[must_use]
    pub fn gate(&self) -> &GateTokenKey {
        &self.drawn.gate
    }

    /// The builder's key, prepared for many values.
    #[must_use]
    pub fn builder_values(&self) -> BuilderValues {
        self.drawn.builder_values()
    }

    #[cfg(test)]
    pub(crate) fn builder(&self) -> &BuilderKey {
        &self.drawn.builder
    }
}

/// The builder's key, prepared once.
#[derive(Debug)]
pub struct BuilderValues(PreparedKey);

impl BuilderValues {
    /// A keyed value for the builder's own uses (record order, residence ids): HMAC under the
    /// builder's key of the label `purpose` and the parts. Different purposes are independent.
    #[must_use]
    pub fn value(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.padded(purpose, parts, &mut Padded::default())
    }

    /// As [`Self::value`], in memory that is used again.
    pub(crate) fn padded(&self, purpose: &str, parts: &[&[u8]], padded: &mut Padded) -> [u8; 32] {
        pad(purpose, parts, padded);
        self.0.mac_of(padded)
    }

    /// As [`Self::padded`], of several values of one purpose that mostly begin alike.
    pub(crate) fn several<const N: usize>(
        &self,
        purpose: &str,
        parts: [&[&[u8]]; N],
        padded: &mut [Padded; N],
    ) -> [[u8; 32]; N] {
        for (padded, parts) in padded.iter_mut().zip(parts) {
            pad(purpose, parts, padded);
        }
        self.0.macs_of(padded)
    }
}

/// Pads what a value is a keyed function of.
fn pad(purpose: &str, parts: &[&[u8]], padded: &mut Padded) {
    let label: &[u8] = b"countersign/builder/v1";
    let first = [label, purpose.as_bytes()];
    padded.set_values(first.into_iter().chain(parts.iter().copied()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cancel_in_pairs_and_keys_do_not_print() {
        let key = ShareKey::from_bytes([9; 32]);
        let value = set_value(&key, &SlotDigest::of(b"x"));
        assert_eq!(*combine([&value, &value]), [0; 32]);
        assert_eq!(*combine([&value]), *value.expose());
        assert_eq!(
            format!("{key:?} {value:?}"),
            "ShareKey(secret) SetValue((personal))"
        );
    }

    #[test]
    fn every_drawn_and_every_seeded_key_is_its_own() {
        let sets = ShareSets::new(
            3,
            ["a", "b", "c", "d"]
                .map(|name| name.parse().unwrap())
                .to_vec(),
        )
        .unwrap();
        let register: RegisterId = "R-1".parse().unwrap();
        let drawn = EpochKeys::draw(register.clone(), Epoch(1), sets.clone()).unwrap();
        let seeded = EpochKeys::from_seed(register.clone(), Epoch(1), sets.clone(), &[1; 32]);
        let next = EpochKeys::from_seed(register, Epoch(2), sets, &[1; 32]);
        let mut all: Vec<[u8; 32]> = Vec::new();
        for keys in [&drawn, &seeded, &next] {
            all.extend(keys.shares().map(|(_, key)| *key.expose()));
            all.push(*keys.gate().expose());
            all.push(*keys.builder().expose());
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(count, 24);
        let values = drawn.builder_values();
        assert_ne!(
            values.value("order", &[b"ab", b"c"]),
            values.value("order", &[b"a", b"bc"])
        );
    }
}
