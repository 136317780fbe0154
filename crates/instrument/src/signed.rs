//! A document together with the signatures on it.
//!
//! Place in the flow: covers, approvals and all other documents travel as signed notes; this type
//! keeps text and signatures together and asks the right key, under the document's own context.
//!
//! Left to others: note formats and cryptography (note), whose keys count (genesis, authority).

use model::{
    digest::Digest,
    fault::{Explain, Fault},
};
use note::{Context, Note, NoteError, SigningKey, Verifier, verified_by};
use thiserror::Error;

use crate::document::{Document, DocumentError};

/// Why a signed document is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignedError {
    /// The text is not the document it should be. The fault of whoever wrote it.
    #[error("{context}: the text is not in order")]
    Document {
        /// Context line of the document wanted.
        context: &'static str,
        /// What is wrong.
        #[source]
        source: DocumentError,
    },
    /// The note or a signature is not in order. The fault of whoever signed or changed it.
    #[error("{context}: the signatures are not in order")]
    Note {
        /// Context line of the document wanted.
        context: &'static str,
        /// What is wrong.
        #[source]
        source: NoteError,
    },
    /// Too few of the keys that count have signed.
    #[error("{context}: {have} of {needed} signatures")]
    TooFew {
        /// Context line of the document wanted.
        context: &'static str,
        /// Signatures that count.
        have: usize,
        /// Signatures needed.
        needed: usize,
    },
}

impl Explain for SignedError {
    fn fault(&self) -> Fault {
        match self {
            Self::Document { .. } => Fault::Input,
            Self::Note { source, .. } => source.fault(),
            Self::TooFew { .. } => Fault::Refused,
        }
    }
}

/// A document and the note it was read from or signed as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<D> {
    document: D,
    // INVARIANT: the note's text is the document's canonical text.
    note: Note,
}

impl<D: Document> Signed<D> {
    /// The note context of the document.
    #[must_use]
    pub fn context() -> Context {
        Context::document(D::CONTEXT)
    }

    /// Signs a document with one or more keys.
    ///
    /// # Errors
    /// [`SignedError::Note`] where a key is for another use.
    pub fn sign(document: D, keys: &[&SigningKey]) -> Result<Self, SignedError> {
        let wrap = |source| SignedError::Note {
            context: D::CONTEXT,
            source,
        };
        let text = document.text();
        let mut note = Note::unsigned(text.clone()).map_err(wrap)?;
        for key in keys {
            note.add(key.sign(&Self::context(), &text).map_err(wrap)?)
                .map_err(wrap)?;
        }
        Ok(Self { document, note })
    }

    /// Reads a note. Its signatures are not yet checked.
    ///
    /// # Errors
    /// [`SignedError`] where note or document is not in order.
    pub fn parse(text: &str) -> Result<Self, SignedError> {
        let note = Note::parse(text).map_err(|source| SignedError::Note {
            context: D::CONTEXT,
            source,
        })?;
        let document = D::parse(note.text()).map_err(|source| SignedError::Document {
            context: D::CONTEXT,
            source,
        })?;
        Ok(Self { document, note })
    }

    /// The document. Who signed it is for [`Signed::verify`] to say.
    #[must_use]
    pub const fn document(&self) -> &D {
        &self.document
    }

    /// Digest of the document's text, without signatures.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.note.text().as_bytes())
    }

    /// The note as text, with its signatures.
    #[must_use]
    pub fn render(&self) -> String {
        self.note.render()
    }

    /// Digest of the note with its signatures.
    #[must_use]
    pub fn note_digest(&self) -> Digest {
        Digest::of(self.render().as_bytes())
    }

    /// Checks that this key has signed.
    ///
    /// # Errors
    /// [`SignedError::Note`] where it has not, or not validly.
    pub fn verify(&self, key: &Verifier) -> Result<(), SignedError> {
        key.verify(&self.note, &Self::context())
            .map_err(|source| SignedError::Note {
                context: D::CONTEXT,
                source,
            })
    }

    /// Checks that `needed` different ones of these keys have signed.
    ///
    /// # Errors
    /// [`SignedError::TooFew`], or [`SignedError::Note`] for a bad signature of one of the keys.
    pub fn verify_threshold(&self, keys: &[Verifier], needed: usize) -> Result<(), SignedError> {
        let have = verified_by(&self.note, keys, &Self::context())
            .map_err(|source| SignedError::Note {
                context: D::CONTEXT,
                source,
            })?
            .len();
        if have >= needed {
            Ok(())
        } else {
            Err(SignedError::TooFew {
                context: D::CONTEXT,
                have,
                needed,
            })
        }
    }
}
