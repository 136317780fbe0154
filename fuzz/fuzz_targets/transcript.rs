//! Any bytes as the transcript of a decision: refused, or judged without harm.
#![no_main]

use identity::{
    decide::{Thresholds, judge},
    parameters::{MODEL_VERSION, model_digest},
    transcript::Transcript,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(mut transcript) = serde_json::from_slice::<Transcript>(data) else {
        return;
    };
    // Of this model, or nothing beyond the version is looked at.
    transcript.version = MODEL_VERSION.to_owned();
    transcript.model = model_digest().to_string();
    transcript.keys = identity::blocking::KEYS_VERSION.to_owned();
    let first = judge(&transcript, &Thresholds::UNCERTIFIED);
    assert!(first == judge(&transcript, &Thresholds::UNCERTIFIED));
});
