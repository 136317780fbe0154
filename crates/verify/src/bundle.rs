//! Opening a bundle: genesis, index, log entries, checkpoint.
//!
//! Place in the flow: first. Without a genesis and an index that its gate signed nothing else means
//! anything, and verification ends.
//!
//! Left to others: documents, leaves and requests.

use std::collections::HashMap;

use instrument::{
    archive::Archive,
    bundle::{
        AGREEMENTS, AUTHORITIES, BundleIndex, BundleKind, CERTIFICATES, CHECKPOINT, GENESIS, INDEX,
        LEAVES, MANIFESTS, REQUESTS,
    },
    genesis::{Genesis, GenesisKind},
    leaf::{LEAF_BYTES, Leaf},
    signed::Signed,
    tree::witness_policy,
    warrant::CHECKPOINT_SECONDS,
};
use model::digest::Digest;
use note::Note;
use translog::{Checkpoint, CompactRange};

use crate::{Options, Report};

/// The parts that everything else is checked against.
pub(crate) struct Opened<'a> {
    pub(crate) archive: &'a Archive,
    parts: HashMap<&'a str, &'a [u8]>,
    pub(crate) genesis: Signed<Genesis>,
    pub(crate) index: Signed<BundleIndex>,
    pub(crate) leaves: Vec<Leaf>,
}

impl Opened<'_> {
    pub(crate) fn root(&self) -> Digest {
        self.genesis.digest()
    }

    /// A part as text; notes a failure where it is missing or not text.
    pub(crate) fn text(&self, name: &str, report: &mut Report) -> Option<&str> {
        let Some(bytes) = self.parts.get(name) else {
            report.fail(format!("part {name}"), "the part is missing");
            return None;
        };
        let text = std::str::from_utf8(bytes).ok();
        if text.is_none() {
            report.fail(format!("part {name}"), "the part is not text");
        }
        text
    }
}

pub(crate) fn open<'a>(
    archive: &'a Archive,
    options: &Options,
    report: &mut Report,
) -> Option<Opened<'a>> {
    let genesis = open_genesis(archive, options, report)?;
    let index = open_index(archive, &genesis, report)?;
    let leaves = read_leaves(archive, report)?;
    let opened = Opened {
        archive,
        parts: archive.parts().collect(),
        genesis,
        index,
        leaves,
    };
    check_parts(&opened, report);
    check_checkpoint(&opened, report);
    Some(opened)
}

fn open_genesis(
    archive: &Archive,
    options: &Options,
    report: &mut Report,
) -> Option<Signed<Genesis>> {
    let place = "part genesis";
    let text = report.accept(archive.text(GENESIS), "genesis", place)?;
    let genesis: Signed<Genesis> = report.accept(Signed::parse(text), "genesis", place)?;
    let document = genesis.document();
    let needed = usize::try_from(document.authority_threshold).unwrap_or(usize::MAX);
    report.accept(
        genesis.verify_threshold(&document.authorities, needed),
        "signatures of the genesis by its own authorities",
        place,
    )?;
    report.genesis = Some(genesis.digest());
    report.is_synthetic = document.kind == GenesisKind::Synthetic;
    match options.genesis_digest {
        Some(digest) => {
            report.require(
                digest == genesis.digest(),
                "genesis digest given by the auditor",
                place,
                "the genesis has another digest than the auditor gave",
            );
        }
        None => report.not_checked("whose genesis this is: no digest was given"),
    }
    Some(genesis)
}

fn open_index(
    archive: &Archive,
    genesis: &Signed<Genesis>,
    report: &mut Report,
) -> Option<Signed<BundleIndex>> {
    let place = "part index";
    let text = report.accept(archive.text(INDEX), "index", place)?;
    let index: Signed<BundleIndex> = report.accept(Signed::parse(text), "index", place)?;
    let signature = index.verify(&genesis.document().gate);
    report.accept(signature, "signature of the index by the gate", place)?;
    report.kind = Some(index.document().kind);
    report.require(
        index.document().genesis == genesis.digest(),
        "index",
        place,
        "the index stands under another genesis",
    );
    Some(index)
}

/// Whether the index names exactly the parts, and each part has a place in this kind of bundle.
fn check_parts(opened: &Opened<'_>, report: &mut Report) {
    let index = opened.index.document();
    let mut named = index.parts.iter();
    for (name, bytes) in opened.archive.parts().filter(|(name, _)| *name != INDEX) {
        let place = format!("part {name}");
        let same = named
            .next()
            .is_some_and(|(digest, named)| named == name && *digest == Digest::of(bytes));
        report.require(
            same,
            "parts named by the index",
            &place,
            "the index does not name this part with this digest in this place",
        );
        report.require(
            is_known(name, index.kind),
            "parts that belong to this kind of bundle",
            &place,
            "the part does not belong into this kind of bundle",
        );
    }
    for (_, name) in named {
        report.fail(
            format!("part {name}"),
            "the index names it, but it is missing",
        );
    }
    report.require(
        usize::try_from(index.size).ok() == Some(opened.leaves.len()),
        "index",
        "part index",
        "the index counts another number of leaves",
    );
}

fn is_known(name: &str, kind: BundleKind) -> bool {
    let folders = [AUTHORITIES, AGREEMENTS, MANIFESTS, CERTIFICATES];
    [GENESIS, CHECKPOINT, LEAVES].contains(&name)
        || folders.iter().any(|folder| name.starts_with(folder))
        || (kind == BundleKind::Sealed && name.starts_with(REQUESTS))
}

fn read_leaves(archive: &Archive, report: &mut Report) -> Option<Vec<Leaf>> {
    let bytes = report.accept(archive.bytes(LEAVES), "leaves", "part leaves")?;
    let (entries, rest) = bytes.as_chunks::<LEAF_BYTES>();
    if !rest.is_empty() {
        report.fail("part leaves", "the last leaf is not whole");
        return None;
    }
    let mut leaves = Vec::with_capacity(entries.len());
    for (number, entry) in entries.iter().enumerate() {
        let place = format!("leaf {number}");
        leaves.push(report.accept(Leaf::from_entry(entry), "leaves in canonical form", place)?);
    }
    Some(leaves)
}

fn check_checkpoint(opened: &Opened<'_>, report: &mut Report) {
    let place = "part checkpoint";
    let Some(text) = opened.text(CHECKPOINT, report) else {
        return;
    };
    let Some(note) = report.accept(Note::parse(text), "checkpoint", place) else {
        return;
    };
    let made_at = opened.index.document().made_at;
    let policy = witness_policy(opened.genesis.document(), CHECKPOINT_SECONDS);
    let cosigned = policy.verify_cosigned(&note, made_at);
    let what =
        "checkpoint signed by the log and cosigned by a quorum of keepers when the bundle was made";
    let Some(cosigned) = report.accept(cosigned, what, place) else {
        return;
    };
    report.head = Some((cosigned.checkpoint.size, made_at));
    let mut range = CompactRange::empty();
    for leaf in &opened.leaves {
        range.push_entry(&leaf.entry());
    }
    let own = Checkpoint {
        origin: opened.genesis.document().log_origin.clone(),
        size: range.size(),
        root: range.root(),
    };
    report.require(
        own == cosigned.checkpoint,
        "root recomputed over all leaves",
        place,
        "the leaves do not lead to the cosigned root",
    );
}
