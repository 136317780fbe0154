//! Files of gigabytes, written around the system's page cache by a thread of their own.
//!
//! Place in the flow: under all planes of a snapshot ([`super::write`]): nobody reads them soon after they
//! were written, and what stands in the cache costs memory and, where that memory lay idle, more time than
//! making its content. Whoever opens a register reads what lookups need from the disk once.
//!
//! A file system that takes no direct writes gets ordinary ones: the bytes are the same.
//!
//! Left to others: which files (write), their content.

use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    thread::{Builder, JoinHandle},
};

use model::digest::Digest;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use sha2::{Digest as _, Sha256};

/// Bytes handed to the disk at once.
const PIECE_BYTES: usize = 1 << 20;

/// What memory, length and place of a direct write are multiples of. Larger than most disks ask.
const ALIGNMENT: usize = 4096;

/// Pieces under way: one is filled while others wait or are written.
const PIECES: usize = 4;

/// Memory of one piece, at a place that direct writes take.
struct Piece {
    memory: Vec<u8>,
    start: usize,
    filled: usize,
}

impl Piece {
    fn new() -> Self {
        let memory = vec![0; PIECE_BYTES + ALIGNMENT];
        let start = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self {
            memory,
            start,
            filled: 0,
        }
    }

    /// Takes in what there is room for, and says how much.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let end = self.start.saturating_add(PIECE_BYTES);
        let from = self.start.saturating_add(self.filled);
        let room = self.memory.get_mut(from..end).unwrap_or(&mut []);
        let taken = room.len().min(bytes.len());
        let parts = room.get_mut(..taken).zip(bytes.get(..taken));
        if let Some((room, bytes)) = parts {
            room.copy_from_slice(bytes);
        }
        self.filled = self.filled.saturating_add(taken);
        taken
    }

    fn is_full(&self) -> bool {
        self.filled >= PIECE_BYTES
    }

    fn bytes(&self) -> &[u8] {
        let end = self.start.saturating_add(self.filled);
        self.memory.get(self.start..end).unwrap_or(&[])
    }
}

/// What the thread is to do.
enum Order {
    Write(Piece),
    /// Nothing more comes. A file whose owner goes without this is given up.
    Finish,
}

/// What was written.
pub struct Written {
    /// Bytes of the file.
    pub bytes: u64,
    /// Their digest.
    pub digest: Digest,
}

/// A file while it is written.
pub struct DirectFile {
    piece: Piece,
    /// `None` once nothing more is to be written.
    full: Option<SyncSender<Order>>,
    emptied: Receiver<Piece>,
    /// `None` once its result was taken.
    writer: Option<JoinHandle<io::Result<Written>>>,
}

impl DirectFile {
    /// Writes from where the file stands: its beginning, or another multiple of the alignment.
    ///
    /// # Errors
    /// The system's, where no thread can be had.
    pub fn new(file: File) -> io::Result<Self> {
        let (full, to_write) = sync_channel(PIECES);
        let (give_back, emptied) = channel();
        for _ in 1..PIECES {
            // The receiver lives here: it takes them all.
            let _ = give_back.send(Piece::new());
        }
        let writer = Builder::new()
            .name("plane".to_owned())
            .spawn(move || Unbuffered::new(file).write_pieces(&to_write, &give_back))?;
        Ok(Self {
            piece: Piece::new(),
            full: Some(full),
            emptied,
            writer: Some(writer),
        })
    }

    /// Waits until everything stands on the disk.
    ///
    /// # Errors
    /// The first that any write had.
    pub fn finish(mut self) -> io::Result<Written> {
        if self.piece.filled > 0 {
            self.hand_over()?;
        }
        if let Some(full) = &self.full {
            // A thread that ended before has its error for the next line.
            let _ = full.send(Order::Finish);
        }
        self.end()
    }

    /// Hands the piece over and takes an empty one.
    fn hand_over(&mut self) -> io::Result<()> {
        let Ok(empty) = self.emptied.recv() else {
            return self.end().and(Err(ErrorKind::BrokenPipe.into()));
        };
        let piece = std::mem::replace(&mut self.piece, empty);
        let sent = self
            .full
            .as_ref()
            .map(|full| full.send(Order::Write(piece)));
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => self.end().and(Err(ErrorKind::BrokenPipe.into())),
        }
    }

    /// Lets the thread end and gives its result.
    fn end(&mut self) -> io::Result<Written> {
        self.full = None;
        let ended = self.writer.take().map(JoinHandle::join);
        match ended {
            Some(Ok(result)) => result,
            Some(Err(_)) | None => Err(ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Write for DirectFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.full.is_none() {
            // The error was told by the write before.
            return Err(ErrorKind::BrokenPipe.into());
        }
        if self.piece.is_full() {
            self.hand_over()?;
        }
        Ok(self.piece.take(buffer))
    }

    /// Does nothing: what is not a whole piece waits for [`Self::finish`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for DirectFile {
    fn drop(&mut self) {
        // What waits is still written, but not waited for on the disk; afterwards nothing more is.
        let _ = self.end();
    }
}

/// A file written directly, as long as file system and lengths allow.
struct Unbuffered {
    file: File,
    direct: bool,
}

impl Unbuffered {
    fn new(file: File) -> Self {
        let flags = fcntl_getfl(&file);
        let set = flags.and_then(|flags| fcntl_setfl(&file, flags | OFlags::DIRECT));
        Self {
            direct: set.is_ok(),
            file,
        }
    }

    /// Writes and digests pieces until all came; then waits for the disk.
    fn write_pieces(
        mut self,
        orders: &Receiver<Order>,
        emptied: &Sender<Piece>,
    ) -> io::Result<Written> {
        let mut hasher = Sha256::new();
        let mut bytes = 0_u64;
        for order in orders {
            let Order::Write(mut piece) = order else {
                self.file.sync_all()?;
                let digest = Digest::from_bytes(hasher.finalize().into());
                return Ok(Written { bytes, digest });
            };
            hasher.update(piece.bytes());
            write_all(&mut self, piece.bytes())?;
            bytes = bytes.saturating_add(u64::try_from(piece.filled).unwrap_or(0));
            piece.filled = 0;
            // Nobody waits for it any more when the last one was handed over.
            let _ = emptied.send(piece);
        }
        Err(ErrorKind::BrokenPipe.into())
    }
}

/// Where pieces go.
trait Sink: Write {
    /// Whether writes must be aligned.
    fn is_direct(&self) -> bool;

    /// From here on writes are ordinary ones.
    fn through_cache(&mut self) -> io::Result<()>;
}

impl Write for Unbuffered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Unbuffered {
    fn is_direct(&self) -> bool {
        self.direct
    }

    fn through_cache(&mut self) -> io::Result<()> {
        let flags = fcntl_getfl(&self.file)?;
        fcntl_setfl(&self.file, flags - OFlags::DIRECT)?;
        self.direct = false;
        Ok(())
    }
}

fn write_all(sink: &mut impl Sink, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        // The last piece, or the rest of one that the disk took in part.
        if sink.is_direct() && !bytes.len().is_multiple_of(ALIGNMENT) {
            sink.through_cache()?;
        }
        match sink.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or(&[]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if sink.is_direct() && error.kind() == ErrorKind::InvalidInput => {
                sink.through_cache()?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, OpenOptions},
        io::Read,
        os::unix::net::UnixStream,
    };

    use super::*;

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|place| (place % 251) as u8).collect()
    }

    #[test]
    fn files_of_any_length_stand_as_they_were_given() {
        let folder = tempfile::tempdir().unwrap();
        let lengths = [0, 1, ALIGNMENT - 1, ALIGNMENT, ALIGNMENT + 1];
        let whole = [1, 2, PIECES + 3].map(|pieces| pieces * PIECE_BYTES);
        let lengths = lengths.into_iter().chain(whole);
        for length in lengths
            .chain(whole.map(|length| length - 1))
            .chain(whole.map(|length| length + 1))
        {
            let expected = bytes(length);
            for step in [1_000, 70_001, usize::MAX] {
                let path = folder.path().join("plane");
                let mut direct = DirectFile::new(File::create(&path).unwrap()).unwrap();
                for part in expected.chunks(step) {
                    direct.write_all(part).unwrap();
                }
                let written = direct.finish().unwrap();
                assert_eq!(written.bytes, length as u64);
                assert_eq!(written.digest, Digest::of(&expected));
                assert!(
                    fs::read(&path).unwrap() == expected,
                    "{length} bytes in steps of {step}"
                );
            }
        }
    }

    #[test]
    fn a_full_disk_is_an_error_of_a_later_write_or_of_the_end() {
        for pieces in [0, 1, 3, 20] {
            let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
            let mut direct = DirectFile::new(full).unwrap();
            let error = (0..pieces)
                .find_map(|_| direct.write_all(&bytes(PIECE_BYTES)).err())
                .or_else(|| direct.write_all(b"the last").err())
                .or_else(|| direct.finish().err());
            let kind = error.unwrap().kind();
            assert_eq!(kind, ErrorKind::StorageFull, "{pieces} pieces");
        }
    }

    #[test]
    fn after_an_error_nothing_is_taken_any_more() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut direct = DirectFile::new(full).unwrap();
        while direct.write_all(&bytes(PIECE_BYTES)).is_ok() {}
        assert!(direct.write(b"x").is_err());
        assert!(direct.finish().is_err());
    }

    /// A disk that answers as it is told, and takes everything when it has no more answers. It refuses what
    /// is not aligned while it is direct.
    struct Fake {
        direct: bool,
        answers: Vec<io::Result<usize>>,
        taken: Vec<u8>,
    }

    impl Write for Fake {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let aligned = bytes.len().is_multiple_of(ALIGNMENT);
            assert!(aligned || !self.direct, "{} bytes directly", bytes.len());
            let taken = self.answers.pop().unwrap_or(Ok(bytes.len()))?;
            self.taken.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink for Fake {
        fn is_direct(&self) -> bool {
            self.direct
        }

        fn through_cache(&mut self) -> io::Result<()> {
            self.direct = false;
            Ok(())
        }
    }

    #[test]
    fn what_a_disk_takes_in_part_or_refuses_to_take_directly_is_written_all_the_same() {
        let error = |kind: ErrorKind| Err(io::Error::from(kind));
        let cases: [(Vec<io::Result<usize>>, bool); 5] = [
            (vec![], true),
            (vec![Ok(ALIGNMENT)], true),
            (vec![Ok(ALIGNMENT + 1)], false),
            (vec![error(ErrorKind::InvalidInput)], false),
            (vec![error(ErrorKind::Interrupted)], true),
        ];
        for (answers, direct) in cases {
            let mut fake = Fake {
                direct: true,
                answers,
                taken: Vec::new(),
            };
            write_all(&mut fake, &bytes(3 * ALIGNMENT)).unwrap();
            assert_eq!((fake.taken, fake.direct), (bytes(3 * ALIGNMENT), direct));
        }
        for kind in [ErrorKind::InvalidInput, ErrorKind::StorageFull] {
            let mut fake = Fake {
                direct: false,
                answers: vec![error(kind)],
                taken: Vec::new(),
            };
            assert_eq!(write_all(&mut fake, b"x").unwrap_err().kind(), kind);
        }
    }

    #[test]
    fn a_file_given_up_is_written_no_further_once_its_owner_is_gone() {
        let file = tempfile::tempfile().unwrap();
        let mut direct = DirectFile::new(file.try_clone().unwrap()).unwrap();
        direct.write_all(&bytes(3 * PIECE_BYTES)).unwrap();
        drop(direct);
        let length = file.metadata().unwrap().len();
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(file.metadata().unwrap().len(), length);
    }

    #[test]
    fn what_takes_no_direct_writes_gets_ordinary_ones() {
        // A socket takes no flag for direct writes.
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let reader = std::thread::spawn(move || {
            let mut found = Vec::new();
            theirs.read_to_end(&mut found).map(|_| found)
        });
        let file = File::from(std::os::fd::OwnedFd::from(ours));
        let mut unbuffered = Unbuffered::new(file);
        assert!(!unbuffered.direct);
        write_all(&mut unbuffered, &bytes(10 * ALIGNMENT)).unwrap();
        drop(unbuffered);
        assert_eq!(reader.join().unwrap().unwrap(), bytes(10 * ALIGNMENT));
    }
}
