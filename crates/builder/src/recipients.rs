//! To whom shares and the gate's key are encrypted: age X25519 recipients.
//!
//! Place in the flow: each keeper and the gate make an identity of their own and give its public
//! half (`age1…`) to whoever runs the builder.
//!
//! Left to others: identities (keeper, gate), age's file format (the age crate).

use std::{collections::BTreeMap, fmt, str::FromStr};

use instrument::genesis::Genesis;
use model::{
    fault::{Explain, Fault},
    id::KeeperId,
};
use thiserror::Error;

/// A keeper or the gate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Receiver {
    /// A keeper, who gets its shares.
    Keeper(KeeperId),
    /// The gate, which gets its token key.
    Gate,
}

impl fmt::Display for Receiver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keeper(id) => write!(formatter, "keeper {id}"),
            Self::Gate => formatter.write_str("gate"),
        }
    }
}

/// Recipients that are not in order. The fault of whoever wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecipientsError {
    /// A line has another form.
    #[error("line {line} of the recipients must be `keeper ID age1…` or `gate age1…`")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// A text on the command line has another form.
    #[error("a keeper's recipient is written `ID=age1…`, the gate's `age1…`")]
    Argument,
    /// One receiver stands twice.
    #[error("`{0}` has two recipients")]
    Twice(Receiver),
    /// A receiver of the genesis has none.
    #[error("`{0}` has no recipient")]
    Missing(Receiver),
    /// A keeper that the genesis does not name.
    #[error("the genesis names no keeper `{0}`")]
    Stranger(KeeperId),
    /// Two receivers have one recipient: whoever holds it would hold two keepers' shares.
    #[error("`{0}` and `{1}` have the same recipient")]
    Shared(Receiver, Receiver),
}

impl Explain for RecipientsError {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

/// The recipients of one build, by receiver.
#[derive(Debug, Clone, Default)]
pub struct Recipients(BTreeMap<Receiver, age::x25519::Recipient>);

impl Recipients {
    /// Reads lines `keeper ID age1…` and `gate age1…`; empty lines and lines that begin with `#`
    /// say nothing.
    ///
    /// # Errors
    /// [`RecipientsError::Line`], [`RecipientsError::Twice`].
    pub fn parse(text: &str) -> Result<Self, RecipientsError> {
        let mut recipients = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            let error = RecipientsError::Line { line: number };
            let (receiver, recipient) = match words[..] {
                [] => continue,
                [first, ..] if first.starts_with('#') => continue,
                ["keeper", id, recipient] => (
                    Receiver::Keeper(id.parse().map_err(|_| error.clone())?),
                    recipient,
                ),
                ["gate", recipient] => (Receiver::Gate, recipient),
                _ => return Err(error),
            };
            recipients.add(receiver, recipient.parse().map_err(|_| error)?)?;
        }
        Ok(recipients)
    }

    /// Adds a recipient.
    ///
    /// # Errors
    /// [`RecipientsError::Twice`].
    pub fn add(
        &mut self,
        receiver: Receiver,
        recipient: age::x25519::Recipient,
    ) -> Result<(), RecipientsError> {
        match self.0.insert(receiver.clone(), recipient) {
            None => Ok(()),
            Some(_) => Err(RecipientsError::Twice(receiver)),
        }
    }

    /// The recipient of a receiver, once [`Self::check`] has found everything in order.
    #[must_use]
    pub fn get(&self, receiver: &Receiver) -> Option<&age::x25519::Recipient> {
        self.0.get(receiver)
    }

    /// Checks that every keeper of the genesis and the gate have a recipient each, different ones,
    /// and nobody else has.
    ///
    /// # Errors
    /// [`RecipientsError::Missing`], [`RecipientsError::Stranger`], [`RecipientsError::Shared`].
    pub fn check(&self, genesis: &Genesis) -> Result<(), RecipientsError> {
        let keepers = genesis.keepers.iter().map(|keeper| keeper.id.clone());
        for receiver in keepers.map(Receiver::Keeper).chain([Receiver::Gate]) {
            if !self.0.contains_key(&receiver) {
                return Err(RecipientsError::Missing(receiver));
            }
        }
        let mut seen: BTreeMap<String, &Receiver> = BTreeMap::new();
        for (receiver, recipient) in &self.0 {
            match receiver {
                Receiver::Keeper(id) if genesis.keeper(id).is_none() => {
                    return Err(RecipientsError::Stranger(id.clone()));
                }
                _ => {}
            }
            if let Some(other) = seen.insert(recipient.to_string(), receiver) {
                return Err(RecipientsError::Shared(other.clone(), receiver.clone()));
            }
        }
        Ok(())
    }
}

/// A keeper's recipient as the command line has it, `ID=age1…`.
#[derive(Debug, Clone)]
pub struct KeeperRecipient {
    /// The keeper.
    pub keeper: KeeperId,
    /// Its recipient.
    pub recipient: age::x25519::Recipient,
}

impl FromStr for KeeperRecipient {
    type Err = RecipientsError;

    fn from_str(text: &str) -> Result<Self, RecipientsError> {
        let (keeper, recipient) = text.split_once('=').ok_or(RecipientsError::Argument)?;
        Ok(Self {
            keeper: keeper.parse().map_err(|_| RecipientsError::Argument)?,
            recipient: recipient.parse().map_err(|_| RecipientsError::Argument)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> String {
        age::x25519::Identity::generate().to_public().to_string()
    }

    fn check(text: &str, expected: Result<usize, RecipientsError>) {
        let read = Recipients::parse(text).map(|recipients| recipients.0.len());
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn lines_are_read_or_named() {
        let (a, b) = (fresh(), fresh());
        check("", Ok(0));
        check(&format!("# who\n\nkeeper k1 {a}\r\ngate {b}\n"), Ok(2));
        let line = |line| Err(RecipientsError::Line { line });
        check(&format!("gate {a}\nkeeper {b}\n"), line(2));
        check(&format!("keeper k/1 {a}\n"), line(1));
        check(&format!("gate {a} {b}\n"), line(1));
        check("gate age1\n", line(1));
        let twice = RecipientsError::Twice(Receiver::Gate);
        check(&format!("gate {a}\ngate {b}\n"), Err(twice));
        assert!(format!("k1={a}").parse::<KeeperRecipient>().is_ok());
        assert!("k1".parse::<KeeperRecipient>().is_err());
    }
}
