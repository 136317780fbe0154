//! Tokens of TINs and address parts: `T = PRF_keepers(PRF_gate(value))` (SEALING.md section 3).
//!
//! Place in the flow: the gate applies its own key to the parts of a signed row and asks keepers
//! for values of the result, so neither side can run through all ZIP codes alone. Builder and
//! laboratory, which hold all keys, use [`TokenEvaluator`].
//!
//! Left to others: which parts an address has (standard), the probe budget (keeper), binding a
//! token to a record ([`model::token::Token::bound`]).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use model::{
    canonical::Encoder,
    personal::Personal,
    token::{Token, TokenKind},
};

use crate::{
    hmac::{PreparedKey, combined_mac},
    keys::{EpochKeys, GateTokenKey, SetValue, ShareKey, combine},
    open::{KeeperValue, OpenError, ValueTable},
    shares::ShareSets,
};

/// What keepers are asked about: the gate's keyed function of a kind and a part.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct GateToken(Personal<[u8; 32]>);

impl GateToken {
    /// Takes 32 bytes received from a gate.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Personal::new(bytes))
    }

    /// The bytes, for sending to a keeper.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// The gate's half: HMAC(gate key, canonical form of kind and part).
#[must_use]
pub fn gate_prf(gate_key: &GateTokenKey, kind: TokenKind, part: &str) -> GateToken {
    GateToken::new(gate_key.mac_key().mac(&kind.value(part)))
}

/// A keeper's half for one share key. Its label keeps it apart from every slot.
#[must_use]
pub fn keeper_token_value(share_key: &ShareKey, gate_token: &GateToken) -> SetValue {
    SetValue::new(share_key.mac_key().mac(&keeper_input(gate_token)))
}

fn keeper_input(gate_token: &GateToken) -> Vec<u8> {
    Encoder::new("countersign/keeper-token/v1")
        .bytes(gate_token.expose())
        .as_bytes()
        .to_vec()
}

/// Joins keepers' values to a token.
///
/// Nothing commits to a token, so a lie told where only one keeper answered for a set gives a
/// token that matches nothing; asking all keepers brings it out.
///
/// # Errors
/// [`OpenError`]: sets without a value, strangers, doubled values, or values that differ.
pub fn token(sets: &ShareSets, values: &[KeeperValue]) -> Result<Token, OpenError> {
    let table = ValueTable::new(sets, values)?;
    let disputed = table.disputed();
    if disputed.is_empty() {
        Ok(Token::new(*combine(table.first_values())))
    } else {
        Err(OpenError::Disputed { keepers: disputed })
    }
}

/// Whoever can evaluate tokens: the builder and the laboratory here, the gate by way of keepers.
pub trait Tokens {
    /// Why a token could not be had.
    type Error;

    /// The token of one part.
    ///
    /// # Errors
    /// As the implementation says.
    fn token(&self, kind: TokenKind, part: &str) -> Result<Token, Self::Error>;
}

/// Shards of the evaluator's memory, so that threads seldom wait for each other.
const SHARDS: usize = 64;

/// Most tokens one shard remembers.
const SHARD_TOKENS_MAX: usize = 1 << 15;

/// Evaluates tokens with all keys of an epoch in hand, and remembers what it has evaluated (at
/// most 2 million). It remembers by gate token, so no address part stays in its memory.
#[derive(Debug)]
pub struct TokenEvaluator {
    gate: PreparedKey,
    shares: Vec<PreparedKey>,
    memory: Vec<Mutex<HashMap<GateToken, Token>>>,
}

impl TokenEvaluator {
    /// Prepares an epoch's keys.
    #[must_use]
    pub fn new(keys: &EpochKeys) -> Self {
        Self {
            gate: keys.gate().prepare(),
            shares: keys.shares().map(|(_, key)| key.prepare()).collect(),
            memory: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// The token of one part. The same whether remembered or not.
    #[must_use]
    pub fn evaluate(&self, kind: TokenKind, part: &str) -> Token {
        let gate_token = self.gate_token(kind, part);
        let [first, ..] = *gate_token.expose();
        let Some(shard) = self.memory.get(usize::from(first) % SHARDS) else {
            return self.join(&gate_token);
        };
        let known = lock(shard).get(&gate_token).cloned();
        if let Some(token) = known {
            return token;
        }
        let token = self.join(&gate_token);
        let mut memory = lock(shard);
        if memory.len() < SHARD_TOKENS_MAX {
            memory.insert(gate_token, token.clone());
        }
        token
    }

    /// The token of one part, not remembered: for parts that hardly repeat, such as TINs.
    #[must_use]
    pub fn evaluate_once(&self, kind: TokenKind, part: &str) -> Token {
        self.join(&self.gate_token(kind, part))
    }

    fn gate_token(&self, kind: TokenKind, part: &str) -> GateToken {
        GateToken::new(self.gate.mac(&kind.value(part)))
    }

    fn join(&self, gate_token: &GateToken) -> Token {
        let input = keeper_input(gate_token);
        Token::new(*combined_mac(&self.shares, &input))
    }
}

/// The map, also after a thread that held it panicked: an entry is inserted whole or not at all.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tokens for TokenEvaluator {
    type Error = std::convert::Infallible;

    fn token(&self, kind: TokenKind, part: &str) -> Result<Token, Self::Error> {
        Ok(self.evaluate(kind, part))
    }
}
