//! Wall time and peak memory of a program with all its child processes.
//!
//! Place in the flow: every program of the bench runs through here, ours and the others.
//!
//! Left to others: which programs.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    process::{ChildStdout, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{failure::Failure, process};

/// The shortest time between two looks at the processes.
const PERIOD: Duration = Duration::from_millis(5);
/// The longest time between two looks. Each look costs the program that is timed; the system keeps
/// the peak of a process until it ends.
const LONGEST_PERIOD: Duration = Duration::from_millis(100);
/// Looks in the time passed so far, between the two limits: a long run is looked at less often.
const LOOKS: u32 = 100;
/// Bytes kept from the end of what a program prints.
const TAIL_BYTES: usize = 64 * 1024;

/// What one run took.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Wall-clock time from start to end.
    pub took: Duration,
    /// Most resident memory that all processes held at one time, looked at every 5 ms, and never less than
    /// the peak of any one of them (Linux; 0 elsewhere).
    pub peak_bytes: u64,
    /// The peaks of all processes added up, whenever each had it.
    pub added_up_bytes: u64,
    /// The end of what it printed on standard output.
    pub tail: String,
    /// Bytes it printed.
    pub printed_bytes: u64,
    /// How it ended.
    pub status: ExitStatus,
}

/// Runs a program to its end; what it prints is taken and thrown away but for its end.
pub fn measure(command: &mut Command) -> Result<Measured, Failure> {
    let line = process::describe(command);
    let failed = |error: &std::io::Error| Failure::Missing(format!("`{line}`: {error}"));
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let output = child.stdout.take();
    let root = child.id();
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| watch(root, &ended));
        let print = output.map_or_else(|| Ok((String::new(), 0)), drain);
        let status = child.wait();
        let took = start.elapsed();
        ended.store(true, Ordering::Relaxed);
        let memory = watch.join().unwrap_or_default();
        let (tail, printed_bytes) = print.map_err(|error| failed(&error))?;
        Ok(Measured {
            took,
            peak_bytes: memory.at_once.max(memory.largest()),
            added_up_bytes: memory.added_up(),
            tail,
            printed_bytes,
            status: status.map_err(|error| failed(&error))?,
        })
    })
}

/// Reads to the end and gives the last bytes and how many there were.
fn drain(mut output: ChildStdout) -> std::io::Result<(String, u64)> {
    let mut buffer = vec![0_u8; 256 * 1024];
    let mut tail: Vec<u8> = Vec::new();
    let mut bytes = 0_u64;
    loop {
        let count = output.read(&mut buffer)?;
        if count == 0 {
            return Ok((String::from_utf8_lossy(&tail).into_owned(), bytes));
        }
        bytes = bytes.saturating_add(count as u64);
        tail.extend_from_slice(buffer.get(..count).unwrap_or(&[]));
        let surplus = tail.len().saturating_sub(TAIL_BYTES);
        tail.drain(..surplus);
    }
}

/// Resident memory seen of a program and its child processes, in bytes.
#[derive(Default)]
struct Memory {
    /// The peak of each process by its number.
    peaks: BTreeMap<u32, u64>,
    /// Most that all held together at one look.
    at_once: u64,
}

impl Memory {
    fn largest(&self) -> u64 {
        self.peaks.values().copied().max().unwrap_or(0)
    }

    fn added_up(&self) -> u64 {
        let peaks = self.peaks.values();
        peaks.fold(0, |sum, peak| sum.saturating_add(*peak))
    }
}

/// Looks at a process and its children until told that it has ended.
fn watch(root: u32, ended: &AtomicBool) -> Memory {
    let mut memory = Memory::default();
    let started = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        let mut open = vec![root];
        let mut together = 0_u64;
        while let Some(id) = open.pop() {
            // Before it has become the program, a process is a copy of this one.
            if !is_this_program(id) {
                let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
                together = together.saturating_add(bytes_of(&status, "VmRSS:"));
                let peak = memory.peaks.entry(id).or_insert(0);
                *peak = bytes_of(&status, "VmHWM:").max(*peak);
            }
            open.extend(children(id));
        }
        memory.at_once = memory.at_once.max(together);
        let hundredth = started.elapsed() / LOOKS;
        thread::sleep(hundredth.clamp(PERIOD, LONGEST_PERIOD));
    }
    memory
}

fn is_this_program(id: u32) -> bool {
    let program = |name: &str| fs::read_link(format!("/proc/{name}/exe")).ok();
    let own = program("self");
    own.is_some() && own == program(&id.to_string())
}

fn children(id: u32) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{id}/task")) else {
        return Vec::new();
    };
    let texts = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    texts
        .flat_map(|text| {
            let ids = text.split_whitespace().filter_map(|word| word.parse().ok());
            ids.collect::<Vec<u32>>()
        })
        .collect()
}

/// A line of a process's status that counts kibibytes, in bytes; 0 where there is none.
fn bytes_of(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_and_its_child_are_measured() {
        let mut command = Command::new("sh");
        command.args(["-c", "sh -c 'sleep 0.3; echo inner'; echo outer; exit 3"]);
        let measured = measure(&mut command).unwrap();
        assert_eq!(measured.tail, "inner\nouter\n");
        assert_eq!(measured.printed_bytes, 12);
        assert_eq!(measured.status.code(), Some(3));
        assert!(measured.took >= Duration::from_millis(300));
        if cfg!(target_os = "linux") {
            // Two shells, each of a few hundred KiB at least, and this program in neither.
            assert!(measured.peak_bytes > 300 << 10, "{}", measured.peak_bytes);
            assert!(measured.peak_bytes < 100 << 20, "{}", measured.peak_bytes);
            assert!(measured.added_up_bytes >= measured.peak_bytes);
        }
    }

    /// One after the other, two programs hold less at one time than their peaks added up.
    #[test]
    fn what_is_held_at_one_time_is_not_the_sum_of_all_peaks() {
        let hold = "head -c 60000000 /dev/zero | tail -c 60000000 | wc -c";
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{hold}; {hold}")]);
        let measured = measure(&mut command).unwrap();
        if cfg!(target_os = "linux") {
            assert!(measured.peak_bytes > 50_000_000, "{}", measured.peak_bytes);
            assert!(measured.peak_bytes < 100_000_000, "{}", measured.peak_bytes);
            assert!(
                measured.added_up_bytes > 110_000_000,
                "{}",
                measured.added_up_bytes
            );
        }
    }

    #[test]
    fn only_the_end_of_what_is_printed_is_kept() {
        let mut command = Command::new("sh");
        command.args(["-c", "head -c 300000 /dev/zero; echo end"]);
        let measured = measure(&mut command).unwrap();
        assert_eq!(measured.printed_bytes, 300_004);
        assert_eq!(measured.tail.len(), TAIL_BYTES);
        assert!(measured.tail.ends_with("end\n"));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = measure(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(failure.to_string().contains("no-such-program-here"));
    }
}
