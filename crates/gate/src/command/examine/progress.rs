//! How far a long examination is, on a terminal.
//!
//! Place in the flow: standard error only, and only where it is a terminal; a short examination
//! shows nothing.
//!
//! Left to others: what is counted.

use std::{
    cell::RefCell,
    io::{IsTerminal as _, stderr},
    time::Duration,
};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

/// Rows below which nothing is shown.
const SHOWN_FROM: u64 = 20_000;

/// The progress of one examination.
#[derive(Debug, Default)]
pub struct Progress {
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    rows: u64,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// So many more rows have been examined.
    pub fn examined(&self, rows: usize) {
        let mut state = self.state.borrow_mut();
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        state.rows = state.rows.saturating_add(rows);
        if state.rows < SHOWN_FROM {
            return;
        }
        if state.bar.is_none() && stderr().is_terminal() {
            state.bar = spinner();
        }
        if let Some(bar) = &state.bar {
            bar.set_message(format!("{} rows examined", HumanCount(state.rows)));
        }
    }

    /// The rows are read and are now compared with each other.
    pub fn comparing(&self) {
        let state = self.state.borrow();
        if let Some(bar) = &state.bar {
            bar.set_message(format!(
                "{} rows are compared with each other",
                HumanCount(state.rows)
            ));
        }
    }

    /// Marks the annotated workbook: so many rows are written.
    pub fn marked(&self, rows: u64) {
        let state = self.state.borrow();
        if let Some(bar) = state.bar.as_ref().filter(|_| rows.is_multiple_of(1024)) {
            let all = HumanCount(state.rows);
            bar.set_message(format!("{} of {all} rows marked", HumanCount(rows)));
        }
    }

    /// Takes the line away, before anything is printed.
    pub fn clear(&self) {
        if let Some(bar) = self.state.borrow_mut().bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn spinner() -> Option<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {msg} · {elapsed}").ok()?;
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(Duration::from_millis(120));
    Some(bar)
}
