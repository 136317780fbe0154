//! A plane file mapped into memory: the one place with `unsafe`.
//!
//! Place in the flow: the register maps match plane and index here and then compares the mapped bytes
//! with the manifest's digest, so that what is checked is what is read. Several programs that open one
//! register have its pages in memory once, and the system may take back pages that nobody uses.
//!
//! What is assumed of the file, and what the operator must see to: **nobody writes to it while it is
//! mapped.** A snapshot is made once and never changed; its files belong to the account that builds,
//! and the gate's account may only read them. They are opened read-only and mapped privately. A new
//! register is another directory, never the same files written over. If the file is cut short
//! nevertheless, the system stops the program at the first page that is gone (SIGBUS): nothing is
//! answered. If bytes are changed in place nevertheless, a lookup may find other candidates or end in
//! [`CandidatesError::Damaged`](identity::candidates::CandidatesError::Damaged): every offset is
//! checked where it is used, and texts are checked to be UTF-8 each time they are read.
//!
//! Left to others: what the bytes mean (match_plane, index), the digest (register).

use std::{fs::File, io, path::Path};

use memmap2::Mmap;

/// The bytes of a file, mapped read-only.
#[derive(Debug)]
pub struct FileMap(Mmap);

impl FileMap {
    /// Maps a file.
    ///
    /// # Errors
    /// As the system's: no such file, no permission, no memory. An empty file maps to no bytes.
    #[expect(
        unsafe_code,
        reason = "mapping a file; the module says what it rests on"
    )]
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the mapping is read-only and private, and the module's assumption is that nobody
        // writes to the file as long as it lives.
        let map = unsafe { Mmap::map(&file)? };
        // Advice only: lookups read everywhere, and large pages spare the processor most walks through
        // its page tables. A system that has none for files keeps small ones.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self(map))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_mapped_file_has_its_bytes_and_a_missing_one_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plane");
        assert!(FileMap::open(&path).is_err());
        for bytes in [
            Vec::new(),
            vec![7; 3],
            (0..=255).cycle().take(70_000).collect(),
        ] {
            fs::write(&path, &bytes).unwrap();
            assert_eq!(FileMap::open(&path).unwrap().bytes(), bytes);
            fs::remove_file(&path).unwrap();
        }
    }
}
