//! An open register.
//!
//! Place in the flow: the gate and the laboratory hold one. Match plane and index are mapped and
//! checked against the manifest's digests; sealed entries and headers are read from disk one by
//! one (entries are authenticated by their sealing, headers by their Merkle proofs).
//!
//! Left to others: opening entries (seal), decisions (identity).

use std::{
    collections::HashMap,
    fs::File,
    io,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use identity::{
    blocking::BlockKey,
    candidates::{
        Candidates, CandidatesError, NameField, NameShare, RecordHead, RecordView, Records,
        UnreadBlock,
    },
    found::FoundSet,
};
use model::{
    digest::Digest,
    id::{EntryNumber, RecordNumber},
    time::TaxPeriod,
};
use seal::{
    context::SlotContext,
    entry::SealedEntry,
    header::RecordHeader,
    merkle::{MerkleTree, leaf_hash},
};
use standard::name::canonical_given;

pub use crate::register_error::RegisterError;
use crate::{
    bytes::{FormatError, PlaneBytes, le16, le32},
    extract::digest_of_file,
    file_map::FileMap,
    index::{self, Index},
    kind::RegisterKind,
    match_plane::{self, MatchPlane},
    names::TokenTable,
    snapshot::{Show, Snapshot, check_lengths, read_manifest},
    table::{HEADERS, SEALED, Table, TableError, TableKind},
};

/// An open register of one kind.
#[derive(Debug)]
pub struct Register<K: RegisterKind> {
    directory: PathBuf,
    snapshot: Snapshot,
    plane: MatchPlane,
    index: Index,
    sealed: Table,
    headers: Table,
    /// People by canonical first given name.
    forms: HashMap<String, u64>,
    tree: OnceLock<MerkleTree>,
    kind: PhantomData<K>,
}

const fn world(synthetic: bool) -> &'static str {
    if synthetic { "synthetic" } else { "production" }
}

impl<K: RegisterKind> Register<K> {
    /// Opens a snapshot directory.
    ///
    /// # Errors
    /// [`RegisterError`]: no manifest, the other kind, a changed or damaged plane.
    pub fn open(directory: &Path) -> Result<Self, RegisterError> {
        let snapshot = read_manifest(directory)?;
        check_lengths(directory, &snapshot)?;
        if snapshot.synthetic != K::SYNTHETIC {
            return Err(RegisterError::OtherKind {
                found: world(snapshot.synthetic),
                expected: world(K::SYNTHETIC),
            });
        }
        let plane = MatchPlane::open(open_plane(directory, &snapshot, match_plane::FILE)?)?;
        let index_bytes = open_plane(directory, &snapshot, index::FILE)?;
        let index = Index::open(index_bytes, plane.people())?;
        if plane.people() != snapshot.people {
            return Err(FormatError::Content {
                file: match_plane::FILE,
                section: "records",
            }
            .into());
        }
        if plane.name_forms().to_string() != snapshot.name_forms {
            return Err(RegisterError::OtherNames);
        }
        let mut forms: HashMap<String, u64> = HashMap::new();
        for (token, bearers) in plane.given_tokens().iter() {
            let sum = forms.entry(canonical_given(token).to_owned()).or_insert(0);
            *sum = sum.saturating_add(bearers);
        }
        Ok(Self {
            sealed: open_table(directory, &snapshot, SEALED)?,
            headers: open_table(directory, &snapshot, HEADERS)?,
            directory: directory.to_owned(),
            snapshot,
            plane,
            index,
            forms,
            tree: OnceLock::new(),
            kind: PhantomData,
        })
    }

    /// The manifest.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What `register show` prints.
    #[must_use]
    pub fn show(&self) -> Show {
        self.snapshot.show()
    }

    /// The match plane.
    #[must_use]
    pub fn match_plane(&self) -> &MatchPlane {
        &self.plane
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// One sealed entry.
    ///
    /// # Errors
    /// [`RegisterError`] where there is none or it is damaged.
    pub fn sealed_entry(
        &self,
        record: RecordNumber,
        entry: EntryNumber,
    ) -> Result<SealedEntry, RegisterError> {
        let missing = || RegisterError::NoSuchEntry { record, entry };
        if record.0 >= self.snapshot.people {
            return Err(missing());
        }
        let row = self.row(&self.sealed, SEALED, record)?;
        let mut rest = row.get(2..).unwrap_or(&[]);
        if entry.0 >= le16(&row) {
            return Err(missing());
        }
        let broken = || FormatError::Content {
            file: SEALED.file,
            section: "rows",
        };
        for _ in 0..entry.0 {
            let length = usize::try_from(le32(rest)).unwrap_or(usize::MAX);
            rest = rest
                .get(4..)
                .and_then(|rest| rest.get(length..))
                .ok_or_else(broken)?;
        }
        let length = usize::try_from(le32(rest)).unwrap_or(usize::MAX);
        let bytes = rest.get(4..).and_then(|rest| rest.get(..length));
        SealedEntry::parse(bytes.ok_or_else(broken)?)
            .map_err(|source| RegisterError::Entry { record, source })
    }

    /// The header of a record.
    ///
    /// # Errors
    /// [`RegisterError`] where there is none or it is damaged.
    pub fn header(&self, record: RecordNumber) -> Result<RecordHeader, RegisterError> {
        if record.0 >= self.snapshot.people {
            return Err(RegisterError::NoSuchEntry {
                record,
                entry: EntryNumber(0),
            });
        }
        let row = self.row(&self.headers, HEADERS, record)?;
        RecordHeader::parse(&row).map_err(|source| RegisterError::Header { record, source })
    }

    /// The inclusion proof of a record's header under [`Self::headers_root`]. The first call
    /// hashes all headers.
    ///
    /// # Errors
    /// [`RegisterError`] where there is no such record or the headers do not have the root.
    pub fn header_proof(&self, record: RecordNumber) -> Result<Vec<Digest>, RegisterError> {
        self.tree()?
            .proof(record.0.into())
            .ok_or(RegisterError::NoSuchEntry {
                record,
                entry: EntryNumber(0),
            })
    }

    /// The Merkle root over the headers, as the manifest states it.
    ///
    /// # Errors
    /// [`RegisterError::Root`] where the manifest states none.
    pub fn headers_root(&self) -> Result<Digest, RegisterError> {
        self.snapshot
            .headers_root
            .parse()
            .map_err(|_| RegisterError::Root)
    }

    fn tree(&self) -> Result<&MerkleTree, RegisterError> {
        if let Some(tree) = self.tree.get() {
            return Ok(tree);
        }
        let leaves = (0..self.snapshot.people)
            .map(|record| {
                self.row(&self.headers, HEADERS, RecordNumber(record))
                    .map(|row| leaf_hash(&row))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let tree = MerkleTree::from_leaf_hashes(leaves);
        if tree.root() != self.headers_root()? {
            return Err(RegisterError::Root);
        }
        Ok(self.tree.get_or_init(|| tree))
    }

    /// The latest of the periods asked that the record has, and the entry reported for it.
    ///
    /// # Errors
    /// [`RegisterError`] where the header cannot be read.
    pub fn latest_entry(
        &self,
        record: RecordNumber,
        periods: &[TaxPeriod],
    ) -> Result<Option<(EntryNumber, TaxPeriod)>, RegisterError> {
        Ok(self.header(record)?.latest_within(periods))
    }

    /// The context an entry was sealed in.
    ///
    /// # Errors
    /// [`RegisterError`] where there is no such entry.
    pub fn slot_context(
        &self,
        record: RecordNumber,
        entry: EntryNumber,
    ) -> Result<SlotContext, RegisterError> {
        self.header(record)?
            .context(&self.snapshot.register, self.snapshot.epoch, entry)
            .ok_or(RegisterError::NoSuchEntry { record, entry })
    }

    /// Compares every file with the manifest's digest; reads the whole register once.
    ///
    /// # Errors
    /// [`RegisterError::Digest`] for the first that differs.
    pub fn check_files(&self) -> Result<(), RegisterError> {
        for (name, facts) in &self.snapshot.files {
            let path = self.directory.join(name);
            let found = digest_of_file(&path).map_err(|error| RegisterError::Unreadable {
                path: path.clone(),
                source: io::Error::other(error),
            })?;
            if found.to_string() != facts.digest {
                return Err(RegisterError::Digest { file: name.clone() });
            }
        }
        Ok(())
    }

    fn tokens(&self, field: NameField) -> &TokenTable {
        match field {
            NameField::Given => self.plane.given_tokens(),
            NameField::Surname => self.plane.surname_tokens(),
        }
    }

    /// The share of a token that so many people bear; near ones are not counted.
    fn borne_by(&self, field: NameField, token: &str, same: u64) -> NameShare {
        NameShare {
            same,
            similar: 0,
            forms: match field {
                NameField::Given => self
                    .forms
                    .get(canonical_given(token))
                    .map_or(0, |all| all.saturating_sub(same)),
                NameField::Surname => 0,
            },
        }
    }

    fn row(
        &self,
        table: &Table,
        kind: TableKind,
        record: RecordNumber,
    ) -> Result<Vec<u8>, RegisterError> {
        table
            .row(record.0.into())
            .map_err(|error| table_error(&self.directory, kind, error))
    }
}

fn table_error(directory: &Path, kind: TableKind, error: TableError) -> RegisterError {
    match error {
        TableError::Io(source) => RegisterError::Unreadable {
            path: directory.join(kind.file),
            source,
        },
        TableError::Format(error) => error.into(),
    }
}

fn open_table(
    directory: &Path,
    snapshot: &Snapshot,
    kind: TableKind,
) -> Result<Table, RegisterError> {
    let path = directory.join(kind.file);
    let file = File::open(&path).map_err(|source| RegisterError::Unreadable {
        path: path.clone(),
        source,
    })?;
    Table::open(kind, file, snapshot.people.into())
        .map_err(|error| table_error(directory, kind, error))
}

/// Maps a plane and compares what is mapped with the manifest's digest.
fn open_plane(
    directory: &Path,
    snapshot: &Snapshot,
    name: &str,
) -> Result<PlaneBytes, RegisterError> {
    let path = directory.join(name);
    let map = FileMap::open(&path).map_err(|source| RegisterError::Unreadable { path, source })?;
    let expected = snapshot.files.get(name).map(|facts| facts.digest.as_str());
    if expected == Some(Digest::of(map.bytes()).to_string().as_str()) {
        Ok(map.into())
    } else {
        Err(RegisterError::Digest {
            file: name.to_owned(),
        })
    }
}

impl<K: RegisterKind> Candidates for Register<K> {
    fn people(&self) -> u64 {
        self.snapshot.people.into()
    }

    fn find(
        &self,
        keys: &[BlockKey],
        years: &[i16],
        found: &mut FoundSet,
    ) -> Result<Vec<UnreadBlock>, CandidatesError> {
        self.index.find(keys, years, found)
    }

    fn record(&self, record: RecordNumber) -> Result<RecordView<'_>, CandidatesError> {
        self.plane.record(record)
    }

    fn records(&self, numbers: &[RecordNumber]) -> Result<Records, CandidatesError> {
        self.plane.records(numbers)
    }

    fn heads(&self, numbers: &[RecordNumber]) -> Result<Vec<RecordHead>, CandidatesError> {
        self.plane.heads(numbers)
    }

    fn texts(&self, field: NameField, numbers: &[u32]) -> Result<Vec<&str>, CandidatesError> {
        self.plane.texts(field, numbers)
    }

    fn slips(&self, field: NameField, token: &str) -> Vec<&str> {
        let table = self.tokens(field);
        let near = table.neighbourhood(token).slips.into_iter();
        near.filter_map(|number| table.token(number)).collect()
    }

    fn share(&self, field: NameField, token: &str) -> NameShare {
        let table = self.tokens(field);
        match table.number(token) {
            Some(number) => NameShare {
                similar: table.similar_to(number),
                ..self.borne_by(field, token, table.bearers_of(number))
            },
            None => {
                let near = table.neighbourhood(token).slips.into_iter();
                NameShare {
                    similar: near.fold(0_u64, |sum, number| {
                        sum.saturating_add(table.bearers_of(number))
                    }),
                    ..self.borne_by(field, token, 0)
                }
            }
        }
    }

    fn borne(&self, field: NameField, token: &str) -> NameShare {
        let table = self.tokens(field);
        let same = table
            .number(token)
            .map_or(0, |number| table.bearers_of(number));
        self.borne_by(field, token, same)
    }
}
