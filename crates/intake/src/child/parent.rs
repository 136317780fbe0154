//! The parent's side: starts the reading process, takes its frames, ends it.
//!
//! Place in the flow: called by the gate for every file from outside. Effects: opens the file,
//! starts a process, measures wall-clock time.
//!
//! Left to others: frames (codec).

use std::{
    fs::File,
    io::BufReader,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::codec::{Frame, FrameReader};
use crate::{Event, IntakeError, Limits, Sink, Stop, Summary};

/// Signal of `abort`, which ends a Rust program whose memory is refused.
const SIGABRT: i32 = 6;
/// Signal for too much processor time.
const SIGXCPU: i32 = 24;

/// Reads `file` in a process of its own and delivers everything in it to `sink`, as [`crate::read`]
/// does in this process.
///
/// `program` is started with `args` and two more arguments; it must hand those two to
/// [`super::serve`]. Its standard input is the file, its environment is empty, its standard error
/// is dropped. It is ended when it has used `limits.seconds` of processor time, or when nothing was
/// heard from it for as long; while `sink` takes its time the process cannot speak.
///
/// # Errors
/// What [`crate::read`] gives; [`IntakeError::TimeLimit`] and [`IntakeError::MemoryLimit`] where
/// the process broke its limits; [`IntakeError::Unreadable`] for a file that cannot be opened;
/// [`IntakeError::Child`] where the process did not start or did not answer. What was delivered
/// before an error is to be thrown away.
pub fn read_in_child(
    program: &Path,
    args: &[&str],
    file: &Path,
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<Summary, IntakeError> {
    let (input, bytes) = open(file)?;
    let extension = file.extension().and_then(|extension| extension.to_str());
    let extension: String = extension.unwrap_or("").chars().take(8).collect();
    let mut child = Command::new(program)
        .args(args)
        .args([extension, limits.to_words()])
        .env_clear()
        .stdin(Stdio::from(input))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| IntakeError::Child {
            what: format!("it did not start: {}", error.kind()),
        })?;
    let output = child.stdout.take();
    let watched = Watched::new(child, limits.seconds);
    let received = match output {
        Some(output) => {
            let output = BufReader::with_capacity(256 * 1024, output);
            receive(output, &watched.hearing, sink)
        }
        None => Ok(None),
    };
    let (status, overdue) = watched.end(received.is_err());
    match received? {
        Some(summary) => Ok(summary),
        None if overdue => Err(IntakeError::TimeLimit {
            seconds: limits.seconds,
        }),
        None => Err(cause_of_death(status, limits, bytes)),
    }
}

/// Opens a regular file, with its size; anything else could block or never end.
fn open(file: &Path) -> Result<(File, u64), IntakeError> {
    let unreadable = |kind: String| IntakeError::Unreadable { kind };
    let kind = std::fs::metadata(file).map_err(|error| unreadable(error.kind().to_string()))?;
    if !kind.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    let opened = File::open(file).map_err(|error| unreadable(error.kind().to_string()))?;
    Ok((opened, kind.len()))
}

/// Takes frames to the summary. `None` where the process stopped before it.
fn receive(
    input: impl std::io::Read,
    hearing: &Hearing,
    sink: &mut dyn Sink,
) -> Result<Option<Summary>, IntakeError> {
    let mut frames = FrameReader::new(input);
    let mut rows = 0_u64;
    loop {
        match frames.next()? {
            Some(Frame::Event(event)) => {
                if matches!(event, Event::Row(_)) {
                    rows = rows.saturating_add(1);
                }
                hearing.is_busy();
                let taken = sink.event(event);
                hearing.waits();
                taken.map_err(|Stop| IntakeError::Stopped)?;
            }
            Some(Frame::Summary(summary)) if summary.rows == rows => return Ok(Some(summary)),
            Some(Frame::Summary(summary)) => {
                let what = format!("it read {} rows and {rows} arrived", summary.rows);
                return Err(IntakeError::Child { what });
            }
            Some(Frame::Error(error)) => return Err(error),
            None => return Ok(None),
        }
    }
}

fn cause_of_death(status: Option<ExitStatus>, limits: &Limits, file_bytes: u64) -> IntakeError {
    match status.map(|status| (status.signal(), status.code())) {
        Some((Some(SIGABRT), _)) => IntakeError::MemoryLimit {
            bytes: limits.memory_for(file_bytes),
        },
        Some((Some(SIGXCPU), _)) => IntakeError::TimeLimit {
            seconds: limits.seconds,
        },
        Some((Some(signal), _)) => IntakeError::Child {
            what: format!("it was ended by signal {signal}"),
        },
        Some((None, Some(code))) => IntakeError::Child {
            what: format!("it ended with code {code} and without an answer"),
        },
        _ => IntakeError::Child {
            what: "its end could not be observed".to_owned(),
        },
    }
}

/// Since when this side waits for the process.
struct Hearing {
    begin: Instant,
    /// Nanoseconds after the beginning; [`Hearing::BUSY`] while the sink has an event.
    since: AtomicU64,
}

impl Hearing {
    const BUSY: u64 = u64::MAX;

    fn begin() -> Self {
        Self {
            begin: Instant::now(),
            since: AtomicU64::new(0),
        }
    }

    fn is_busy(&self) {
        self.since.store(Self::BUSY, Ordering::Relaxed);
    }

    fn waits(&self) {
        let now = u64::try_from(self.begin.elapsed().as_nanos());
        self.since
            .store(now.unwrap_or(Self::BUSY), Ordering::Relaxed);
    }

    /// What is left of a time of waiting.
    fn left(&self, allowed: Duration) -> Duration {
        match self.since.load(Ordering::Relaxed) {
            Self::BUSY => allowed,
            since => allowed
                .saturating_add(Duration::from_nanos(since))
                .saturating_sub(self.begin.elapsed()),
        }
    }
}

/// A process with a thread that kills it when its time is over.
struct Watched {
    child: Arc<Mutex<Child>>,
    overdue: Arc<AtomicBool>,
    hearing: Arc<Hearing>,
    done: Sender<()>,
    watch: JoinHandle<()>,
}

fn locked(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    // A thread that panicked while it held the lock left the handle as good as it was.
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watched {
    fn new(child: Child, seconds: u64) -> Self {
        let child = Arc::new(Mutex::new(child));
        let overdue = Arc::new(AtomicBool::new(false));
        let (done, over) = mpsc::channel::<()>();
        let hearing = Arc::new(Hearing::begin());
        let (its_child, its_overdue) = (Arc::clone(&child), Arc::clone(&overdue));
        let its_hearing = Arc::clone(&hearing);
        let watch = thread::spawn(move || {
            let allowed = Duration::from_secs(seconds);
            let mut left = allowed;
            while !left.is_zero() {
                if over.recv_timeout(left) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                left = its_hearing.left(allowed);
            }
            its_overdue.store(true, Ordering::SeqCst);
            // An error means that it has ended by itself.
            let _ = locked(&its_child).kill();
        });
        Self {
            child,
            overdue,
            hearing,
            done,
            watch,
        }
    }

    /// Waits for the end, which is near once its output has ended; kills it if it is not wanted
    /// any more. Gives how it ended and whether its time was over.
    fn end(self, unwanted: bool) -> (Option<ExitStatus>, bool) {
        if unwanted {
            let _ = locked(&self.child).kill();
        }
        // Polled, because waiting would hold the lock that the watch needs to kill it.
        let status = loop {
            match locked(&self.child).try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) => {}
                Err(_) => break None,
            }
            thread::sleep(Duration::from_millis(1));
        };
        let _ = self.done.send(());
        let _ = self.watch.join();
        (status, self.overdue.load(Ordering::SeqCst))
    }
}
