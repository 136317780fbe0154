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
    fmt,
    hash::{BuildHasherDefault, Hasher},
    sync::{Mutex, PoisonError},
};

use model::{
    canonical::Encoder,
    personal::Personal,
    siphash::SipKey,
    token::{Token, TokenKind},
};
use zeroize::Zeroizing;

use crate::{
    hmac::{Padded, PreparedKey},
    keys::{DrawnKeys, EpochKeys, GateTokenKey, SetValue, ShareKey, combine},
    open::{KeeperValue, OpenError, ValueTable},
    shares::ShareSets,
    values::{PreparedShares, Question, value},
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
    SetValue::new(*value(share_key, Question::TOKEN, gate_token.expose()))
}

/// As [`TokenKind::value`] has it.
const TOKEN_LABEL: &str = "countersign/token/v1";

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

/// What a part is remembered by: 128 bits of a keyed function of kind and part. Two parts of one name
/// are as likely as two equal keys of 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartName(u64, u64);

impl PartName {
    /// One of so many shards, evenly.
    #[must_use]
    pub fn shard(self, shards: usize) -> usize {
        let word = usize::try_from(self.1).unwrap_or(0);
        word.checked_rem(shards).unwrap_or(0)
    }
}

/// Values by the name of a part.
pub type ByPartName<V> = HashMap<PartName, V, BuildHasherDefault<FirstWord>>;

/// The hash of a name is its first word, which is a hash already.
#[derive(Default)]
pub struct FirstWord(Option<u64>);

impl Hasher for FirstWord {
    fn finish(&self) -> u64 {
        self.0.unwrap_or(0)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0.get_or_insert(word);
    }
}

/// Evaluates tokens with all keys of an epoch in hand, and remembers what it has evaluated (at
/// most 2 million). It remembers by values of a keyed function, so no address part stays in its memory.
pub struct TokenEvaluator {
    gate: PreparedKey,
    shares: PreparedShares,
    names: SipKey,
    memory: Vec<Mutex<ByPartName<Token>>>,
}

impl fmt::Debug for TokenEvaluator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenEvaluator(secret)")
    }
}

impl TokenEvaluator {
    /// Prepares an epoch's keys.
    #[must_use]
    pub fn new(keys: &EpochKeys) -> Self {
        Self::of(keys.drawn())
    }

    /// Prepares the keys of a register that may have no id yet: tokens do not depend on it.
    #[must_use]
    pub fn of(keys: &DrawnKeys) -> Self {
        let gate = keys.gate().prepare();
        let names = Encoder::new("countersign/token-memory/v1");
        Self {
            names: SipKey::from_first_half(&gate.mac(names.as_bytes())),
            shares: PreparedShares::new(keys.shares().map(|(_, key)| key)),
            gate,
            memory: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// The token of one part. The same whether remembered or not.
    #[must_use]
    pub fn evaluate(&self, kind: TokenKind, part: &str) -> Token {
        let name = self.name(kind, part);
        let Some(shard) = self.memory.get(name.shard(SHARDS)) else {
            return self.evaluate_once(kind, part);
        };
        if let Some(token) = lock(shard).get(&name) {
            return token.clone();
        }
        let token = self.evaluate_once(kind, part);
        let mut memory = lock(shard);
        if memory.len() < SHARD_TOKENS_MAX {
            memory.insert(name, token.clone());
        }
        token
    }

    /// The token of one part, not remembered: for parts that hardly repeat, such as TINs.
    #[must_use]
    pub fn evaluate_once(&self, kind: TokenKind, part: &str) -> Token {
        let mut padded = Padded::default();
        let value = [
            TOKEN_LABEL.as_bytes(),
            kind.label().as_bytes(),
            part.as_bytes(),
        ];
        padded.set_values(value.into_iter());
        let gate_token = GateToken::new(self.gate.mac_of(&padded));
        let mut token = Zeroizing::new([[0; 32]]);
        let asked = std::slice::from_ref(gate_token.expose());
        self.shares
            .combined(Question::TOKEN, asked, token.as_mut_slice());
        let [token] = *token;
        Token::new(token)
    }

    /// What a part is remembered by, here and wherever else tokens of these keys are kept.
    #[must_use]
    pub fn name(&self, kind: TokenKind, part: &str) -> PartName {
        let name = self.names.begin_wide().bytes(part.as_bytes());
        let (first, second) = name.bytes(&[kind as u8]).finish();
        PartName(first, second)
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
