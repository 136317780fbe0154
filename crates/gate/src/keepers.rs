//! The keepers, over their connections.
//!
//! Place in the flow: behind casework's [`Keepers`] and inside the log's cosigned head. Each ask goes to
//! all keepers at once; those that do not answer in time count as away; what they sign is checked
//! against the genesis before anybody uses it.
//!
//! Left to others: what keepers check (keeper), combining values (seal).

use std::{
    io::{Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use casework::ports::{Keepers, PortError};
use instrument::{
    document::Document,
    genesis::{Genesis, GenesisKeeper},
    signed::Signed,
    wire::{Ask, MAXIMUM_FRAME_BYTES, RefusalCode, Reply, SlotValues, TokenValues, TokensAsk},
};
use model::{fault::Fault, id::KeeperId};

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// How long to wait for an answer.
const ANSWER: Duration = Duration::from_secs(20);

/// One keeper and where it listens now.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// What the genesis says of it.
    pub keeper: GenesisKeeper,
    /// `ADDRESS:PORT`, where known.
    pub address: Option<String>,
}

/// All keepers.
#[derive(Debug, Clone)]
pub struct KeeperPool {
    /// In the genesis's order.
    pub endpoints: Vec<Endpoint>,
    needed: usize,
}

impl KeeperPool {
    /// The keepers of a genesis at their addresses.
    pub fn new(genesis: &Genesis, address: impl Fn(&KeeperId) -> Option<String>) -> Self {
        let endpoints = genesis
            .keepers
            .iter()
            .map(|keeper| Endpoint {
                keeper: keeper.clone(),
                address: address(&keeper.id),
            })
            .collect();
        let needed = usize::try_from(genesis.keepers_needed).unwrap_or(usize::MAX);
        Self { endpoints, needed }
    }

    /// Asks every keeper at once; each gets its own ask.
    pub fn ask_all(&self, ask: impl Fn(&Endpoint) -> Ask + Sync) -> Vec<Result<Reply, PortError>> {
        std::thread::scope(|scope| {
            let asks: Vec<_> = self
                .endpoints
                .iter()
                .map(|endpoint| scope.spawn(|| endpoint.ask(&ask(endpoint))))
                .collect();
            asks.into_iter()
                .map(|asked| {
                    asked.join().unwrap_or_else(|_| {
                        Err(PortError::unavailable("a keeper", "the asking stopped"))
                    })
                })
                .collect()
        })
    }

    /// Signed documents of those that gave one; an error unless enough did.
    fn gather<D: Document + Clone>(
        &self,
        replies: Vec<Result<Reply, PortError>>,
        note: impl Fn(Reply) -> Result<String, Reply>,
        keeper_of: impl Fn(&D) -> &KeeperId,
    ) -> Result<Vec<D>, PortError> {
        let mut documents = Vec::new();
        let mut failures: Vec<PortError> = Vec::new();
        for (endpoint, reply) in self.endpoints.iter().zip(replies) {
            match reply.and_then(|reply| endpoint.document(note(reply), &keeper_of)) {
                Ok(document) => documents.push(document),
                Err(error) => failures.push(error),
            }
        }
        if documents.len() >= self.needed {
            return Ok(documents);
        }
        Err(too_few(documents.len(), self.needed, failures))
    }
}

/// What to say where fewer keepers did their part than are needed: the first that refused, or else
/// what every one of the others said. One away or lying is never the fault of the rest.
pub fn too_few(done: usize, needed: usize, mut failures: Vec<PortError>) -> PortError {
    let refused = failures
        .iter()
        .position(|failure| failure.fault == Fault::Refused);
    if let Some(place) = refused {
        return failures.swap_remove(place);
    }
    let said: Vec<String> = failures.iter().map(ToString::to_string).collect();
    PortError::unavailable(
        "the keepers",
        format!(
            "{done} did their part, {needed} are needed; {}",
            said.join("; ")
        ),
    )
}

impl Endpoint {
    /// What it is called in messages.
    pub fn name(&self) -> String {
        format!("keeper {}", self.keeper.id)
    }

    /// One ask over a connection of its own.
    pub fn ask(&self, ask: &Ask) -> Result<Reply, PortError> {
        let away = |error: &dyn std::fmt::Display| PortError::unavailable(self.name(), error);
        let address = self
            .address
            .as_deref()
            .ok_or_else(|| away(&"its address is not known"))?;
        let mut addresses = address.to_socket_addrs().map_err(|error| away(&error))?;
        let address = addresses
            .next()
            .ok_or_else(|| away(&"its address is none"))?;
        let mut stream =
            TcpStream::connect_timeout(&address, CONNECT).map_err(|error| away(&error))?;
        stream
            .set_read_timeout(Some(ANSWER))
            .and_then(|()| stream.set_write_timeout(Some(ANSWER)))
            .and_then(|()| stream.set_nodelay(true))
            .map_err(|error| away(&error))?;
        let bytes = ask.to_bytes();
        let length = u32::try_from(bytes.len()).map_err(|error| away(&error))?;
        stream
            .write_all(&length.to_be_bytes())
            .and_then(|()| stream.write_all(&bytes))
            .map_err(|error| away(&error))?;
        let frame = read_frame(&mut stream).map_err(|error| away(&error))?;
        Reply::parse(&frame).map_err(|error| away(&error))
    }

    /// The document a keeper signed, checked to be its own.
    fn document<D: Document + Clone>(
        &self,
        note: Result<String, Reply>,
        keeper_of: impl Fn(&D) -> &KeeperId,
    ) -> Result<D, PortError> {
        let note = note.map_err(|reply| self.refusal(reply))?;
        let lied = |error: &dyn std::fmt::Display| PortError::damaged(self.name(), error);
        let signed: Signed<D> = Signed::parse(&note).map_err(|error| lied(&error))?;
        signed
            .verify(&self.keeper.values)
            .map_err(|error| lied(&error))?;
        if *keeper_of(signed.document()) != self.keeper.id {
            return Err(lied(&"it signed for another keeper"));
        }
        Ok(signed.document().clone())
    }

    /// What to make of a reply that is not what was asked for.
    pub fn refusal(&self, reply: Reply) -> PortError {
        match reply {
            Reply::Refused { code, message } => PortError {
                what: self.name(),
                detail: format!("{}: {message}", code.code()),
                fault: match code {
                    RefusalCode::Warrant | RefusalCode::Budget | RefusalCode::Suspended => {
                        Fault::Refused
                    }
                    RefusalCode::Fork | RefusalCode::Unreadable => Fault::Integrity,
                    RefusalCode::Behind | RefusalCode::NoShares | RefusalCode::Unavailable => {
                        Fault::Unavailable
                    }
                },
            },
            _ => PortError::damaged(self.name(), "it answered something else than was asked"),
        }
    }
}

fn read_frame(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0_u8; 4];
    stream.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MAXIMUM_FRAME_BYTES {
        return Err(std::io::Error::other(
            "the answer is longer than an answer may be",
        ));
    }
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame)?;
    Ok(frame)
}

impl Keepers for KeeperPool {
    fn tokens(&self, ask: &TokensAsk) -> Result<Vec<TokenValues>, PortError> {
        let replies = self.ask_all(|_| Ask::Tokens(ask.clone()));
        let note = |reply| match reply {
            Reply::Tokens { note } => Ok(note),
            other => Err(other),
        };
        self.gather(replies, note, |values: &TokenValues| &values.keeper)
    }

    fn open(&self, warrant: &[u8]) -> Result<Vec<SlotValues>, PortError> {
        let replies = self.ask_all(|_| Ask::Open {
            warrant: warrant.to_vec(),
        });
        let note = |reply| match reply {
            Reply::Values { note } => Ok(note),
            other => Err(other),
        };
        self.gather(replies, note, |values: &SlotValues| &values.keeper)
    }
}
