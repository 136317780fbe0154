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

/// The measurement, as `calibrate` wrote it.
const TEXT: &str = include_str!("../../data/measurement.txt");
/// What makes it anew.
pub const COMMAND: &str = "countersign-lab calibrate --people 200000 --rows 60000 --tune-seeds 22-23 --seeds 5001-5288 --aim 1000000 \
                           --frozen crates/lab/data/thresholds.txt --out crates/lab/data/measurement.txt";

/// The measurement kept with this program. It may be of an earlier matcher: whoever uses it looks.
///
/// # Errors
/// [`DocumentError`] where the file built in is damaged: our fault.
pub fn kept() -> Result<Measurement, DocumentError> {
    Measurement::parse(TEXT)
}
