//! The use cases, one a file, in the order of the way of a row.
//!
//! Place in the flow: the gate's commands call these; the desk will too. Each takes the
//! [`crate::office::Office`] first, checks the documents in force, asks policy and the transition
//! table, and only then changes anything. What is in the log is written to the log before anything
//! that depends on it; every use case can be repeated after a crash at any point.
//!
//! Left to others: parsing, terminals, files.

pub mod cover_request;
pub mod submit;

pub mod audit_bundle;
pub mod decide_face;
pub mod decide_person;
pub mod identify_rows;
pub mod issue;
pub mod open_case;
pub mod release;
pub mod view;
