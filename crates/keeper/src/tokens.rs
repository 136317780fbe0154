//! Evaluating the tokens of one admitted row.
//!
//! Place in the flow: stage B, before anybody is identified. At most
//! [`TOKENS_PER_ROW`] inputs are evaluated for a row, whatever comes of them; the
//! same inputs get the same values again.
//!
//! Left to others: the gate's own half of the function, joining the values (seal).

use instrument::wire::{RefusalCode, Reply, SetValueLine, TokenValues, TokensAsk};
use model::{ceiling::TOKENS_PER_ROW, digest::Digest, personal::Personal};
use seal::{open::KeeperValue, token::GateToken};

use crate::{
    home::Home,
    journal::{Evaluated, Record},
    keeper::Keeper,
    refusal::Refusal,
};

impl<H: Home> Keeper<H> {
    pub(crate) fn tokens(&mut self, ask: &TokensAsk) -> Result<Reply, Refusal> {
        let holding = self.holding(&ask.register, ask.epoch)?;
        let manifest = (
            instrument::leaf::DocumentKind::Manifest,
            holding.manifest().digest(),
        );
        let admitted = self.followed.admitted(ask.admitted)?;
        admitted
            .counts
            .check_ceilings()
            .map_err(|error| Refusal::new(RefusalCode::Budget, error.to_string()))?;
        let (kind, digest) = manifest;
        if !self
            .followed
            .has_document_before(kind, digest, ask.admitted)
        {
            return Err(Refusal::warrant(
                "the register's manifest is not in the log",
            ));
        }
        let evaluated = evaluated(ask)?;
        if !self.journal.evaluated(ask.admitted).contains(&evaluated) {
            self.check_token_budget(&evaluated)?;
            self.keep(&Record::Evaluated(evaluated.clone()))?;
        }
        self.token_values(ask, evaluated.inputs)
    }

    fn check_token_budget(&self, wanted: &Evaluated) -> Result<(), Refusal> {
        let used = self
            .journal
            .evaluated(wanted.leaf)
            .iter()
            .fold(wanted.count, |sum, earlier| {
                sum.saturating_add(earlier.count)
            });
        if used > TOKENS_PER_ROW {
            let words = format!("tokens of one row: {used} is more than {TOKENS_PER_ROW}");
            return Err(Refusal::new(RefusalCode::Budget, words));
        }
        Ok(())
    }

    fn token_values(&self, ask: &TokensAsk, inputs: Digest) -> Result<Reply, Refusal> {
        let shares = self.holding(&ask.register, ask.epoch)?.shares();
        let values = (0_u8..)
            .zip(&ask.inputs)
            .flat_map(|(item, input)| lines(item, &shares.token_values(&GateToken::new(*input))))
            .collect();
        let note = self.sign(TokenValues {
            keeper: self.identity.keeper.clone(),
            admitted: ask.admitted,
            inputs,
            values,
        })?;
        Ok(Reply::Tokens { note })
    }
}

fn evaluated(ask: &TokensAsk) -> Result<Evaluated, Refusal> {
    let count = u32::try_from(ask.inputs.len()).unwrap_or(u32::MAX);
    if count == 0 {
        let words = "no inputs were given";
        return Err(Refusal::new(RefusalCode::Unreadable, words));
    }
    if count > TOKENS_PER_ROW {
        let words = format!("tokens of one row: {count} is more than {TOKENS_PER_ROW}");
        return Err(Refusal::new(RefusalCode::Budget, words));
    }
    Ok(Evaluated {
        leaf: ask.admitted,
        register: ask.register.clone(),
        epoch: ask.epoch,
        count,
        inputs: Digest::of(&ask.inputs.concat()),
    })
}

/// Values of one item as lines of the wire.
pub(crate) fn lines(item: u8, values: &[KeeperValue]) -> Vec<SetValueLine> {
    values
        .iter()
        .map(|given| SetValueLine {
            item,
            set: given.set.0,
            value: Personal::new(*given.value.expose()),
        })
        .collect()
}
