//! Frames over TCP: one ask in, one reply out, again and again on one connection.
//!
//! Place in the flow: the binary hands in a listener, a clock and a place for log lines. A frame is a
//! 4-byte big-endian length and an archive ([`instrument::wire`]). Connections, frames and waiting
//! times are all bounded, so that nobody can wear a keeper out by holding on.
//!
//! Left to others: what is answered ([`crate::keeper`]); encryption, which on one machine's loopback
//! there is none of.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant as Moment},
};

use instrument::wire::{Ask, MAXIMUM_FRAME_BYTES, RefusalCode, Reply};
use model::time::Instant;

use crate::{home::Home, keeper::Keeper, refusal::Refusal};

/// Most connections at once; one more is closed without a word.
pub const MAXIMUM_CONNECTIONS: usize = 64;

/// How long a connection may be silent between two asks.
const IDLE: Duration = Duration::from_secs(300);

/// How long one frame may take to arrive, once begun, or to leave.
const FRAME: Duration = Duration::from_secs(20);

/// What the rim lends to the loop.
#[derive(Debug, Clone, Copy)]
pub struct Rim {
    /// The clock.
    pub now: fn() -> Instant,
    /// Where a line for each ask goes: its kind and how it ended, nothing else.
    pub log: fn(&str),
}

/// Answers connections until the listener fails.
///
/// # Errors
/// What the operating system says of the listener.
pub fn serve<H: Home + Send + 'static>(
    listener: &TcpListener,
    keeper: Keeper<H>,
    rim: Rim,
) -> io::Result<()> {
    let keeper = Arc::new(Mutex::new(keeper));
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let (stream, _) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) if is_passing(&error) => continue,
            Err(error) => return Err(error),
        };
        if open.fetch_add(1, Ordering::SeqCst) >= MAXIMUM_CONNECTIONS {
            open.fetch_sub(1, Ordering::SeqCst);
            (rim.log)("connection refused: too many");
            continue;
        }
        let (keeper, open) = (Arc::clone(&keeper), Arc::clone(&open));
        thread::spawn(move || {
            // How a connection ends concerns its other side only.
            let _ = converse(stream, &keeper, rim);
            open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

fn converse<H: Home>(mut stream: TcpStream, keeper: &Mutex<Keeper<H>>, rim: Rim) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(FRAME))?;
    while let Some(frame) = read_frame(&mut stream)? {
        let reply = answer(&frame, keeper, rim);
        write_frame(&mut stream, &reply.to_bytes())?;
    }
    Ok(())
}

fn answer<H: Home>(frame: &[u8], keeper: &Mutex<Keeper<H>>, rim: Rim) -> Reply {
    let (kind, reply) = match Ask::parse(frame) {
        Err(error) => ("unread", Refusal::unreadable(&error).into()),
        Ok(ask) => (kind_of(&ask), lock(keeper).answer(ask, (rim.now)())),
    };
    (rim.log)(&format!("{kind} {}", outcome_of(&reply)));
    reply
}

/// The keeper, also after a thread that held it panicked: it writes before it changes its memory.
fn lock<H>(keeper: &Mutex<Keeper<H>>) -> MutexGuard<'_, Keeper<H>> {
    keeper
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

const fn kind_of(ask: &Ask) -> &'static str {
    match ask {
        Ask::Status => "status",
        Ask::Follow { .. } => "follow",
        Ask::Tokens(_) => "tokens",
        Ask::Open { .. } => "open",
    }
}

fn outcome_of(reply: &Reply) -> String {
    match reply {
        Reply::Refused { code, message } => format!("refused {}: {message}", code.code()),
        _ => "answered".to_owned(),
    }
}

/// The next frame; `None` where the other side is done, or silent for too long.
fn read_frame(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0_u8; 4];
    stream.set_read_timeout(Some(IDLE))?;
    let (first, rest) = prefix.split_at_mut(1);
    match stream.read(first) {
        Ok(0) => return Ok(None),
        Ok(_) => {}
        Err(error) if is_timeout(&error) => return Ok(None),
        Err(error) => return Err(error),
    }
    let deadline = Moment::now() + FRAME;
    read_before(stream, rest, deadline)?;
    let length = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
    if length > MAXIMUM_FRAME_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a frame is too long",
        ));
    }
    let mut frame = Vec::new();
    while frame.len() < length {
        let start = frame.len();
        frame.resize(length.min(start + 256 * 1024), 0);
        let piece = frame.get_mut(start..).unwrap_or_default();
        read_before(stream, piece, deadline)?;
    }
    Ok(Some(frame))
}

fn read_before(stream: &mut TcpStream, mut to: &mut [u8], deadline: Moment) -> io::Result<()> {
    while !to.is_empty() {
        let left = deadline.saturating_duration_since(Moment::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let count = stream.read(to)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        to = to.get_mut(count..).unwrap_or_default();
    }
    Ok(())
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

fn write_frame(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    let reply;
    let bytes = if bytes.len() > MAXIMUM_FRAME_BYTES {
        reply = Reply::Refused {
            code: RefusalCode::Unavailable,
            message: "the reply is too long".to_owned(),
        }
        .to_bytes();
        &reply
    } else {
        bytes
    };
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    stream.write_all(&[&length.to_be_bytes(), bytes].concat())?;
    stream.flush()
}
