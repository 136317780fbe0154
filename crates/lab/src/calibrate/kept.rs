//! The measurement kept with the program, which the demonstration's certifier signs.
//!
//! Place in the flow: a demonstration has 20 seconds, 30,000 releases take longer: they were measured
//! beforehand, by the command below, and a test measures one trial of it again.
//!
//! Left to others: signing it (`countersign certify`).

use instrument::{
    certificate::measurement::Measurement,
    document::{Document as _, DocumentError},
};

/// A measurement kept with this program, and how it was made.
pub struct Kept {
    /// The measurement, as `calibrate` wrote it.
    text: &'static str,
    /// What makes it anew.
    pub command: &'static str,
}

/// The one that is certified: the nation as its rates say.
pub const KEPT: Kept = Kept {
    text: include_str!("../../data/measurement.txt"),
    command: "countersign-lab calibrate --people 200000 --rows 60000 --tune-seeds 22-23 --seeds 6001-6592 --aim 1000000 \
              --frozen crates/lab/data/thresholds.txt --out crates/lab/data/measurement.txt",
};

/// One of a nation whose groups are equally large, for bounds of the small ones; it certifies nothing.
pub const KEPT_GROUPS: Kept = Kept {
    text: include_str!("../../data/measurement-groups.txt"),
    command: "countersign-lab calibrate --people 200000 --rows 50000 --seeds 7001-7165 --groups equal \
              --frozen crates/lab/data/thresholds.txt --out crates/lab/data/measurement-groups.txt",
};

/// One of registers of five million, for the commonest surnames; good for a certificate of its own.
pub const KEPT_LARGE: Kept = Kept {
    text: include_str!("../../data/measurement-large.txt"),
    command: "countersign-lab calibrate --people 5000000 --rows 1500000 --seeds 8001-8007 \
              --frozen crates/lab/data/thresholds.txt --out crates/lab/data/measurement-large.txt",
};

impl Kept {
    /// The measurement. It may be of an earlier matcher: whoever uses it looks.
    ///
    /// # Errors
    /// [`DocumentError`] where the file built in is damaged: our fault.
    pub fn measurement(&self) -> Result<Measurement, DocumentError> {
        Measurement::parse(self.text)
    }
}
