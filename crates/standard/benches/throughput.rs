//! How many addresses a second one thread brings to standard form, over the labelled addresses of
//! usaddress. Prints only; run it with
//! `cargo bench -p countersign-standard --bench throughput`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use countersign_standard::{
    address::{self, AddressText},
    name,
};

const ROUNDS: usize = 200;

fn main() {
    let lines: Vec<String> = support::labelled(include_str!("../tests/data/labeled.xml"))
        .iter()
        .filter(|row| row.has("StreetName") && !row.text(&["AddressNumber"]).is_empty())
        .map(|row| row.without(&["PlaceName", "StateName", "ZipCode"]))
        .collect();
    let at_reno = |line_1| AddressText {
        line_1,
        line_2: "",
        city: "Reno",
        state: "NV",
        postal_code: "89501",
    };
    let mut good: usize = lines
        .iter()
        .filter(|line| address::standardize(&at_reno(line)).is_ok())
        .count();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        good += lines
            .iter()
            .filter(|line| address::standardize(&at_reno(line)).is_ok())
            .count();
    }
    let rate = (lines.len() * ROUNDS) as f64 / start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut tokens = 0;
    for _ in 0..ROUNDS {
        for line in &lines {
            tokens += name::standard_name(line, "Garcia-Lopez", "Jr")
                .surnames
                .len();
        }
    }
    let names = (lines.len() * ROUNDS) as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.0} addresses/s, {names:.0} names/s ({good} good, {tokens} tokens)");
}
