//! The states of a row and the one table of legal moves between them.
//!
//! Place in the flow: every use case asks [`next`] before it changes anything; the table is rendered
//! to `docs/src/row-states.md` and a test fails when the two differ.
//!
//! Left to others: who may make a move (policy), what a move writes (use cases).

use model::answer::Answer;
use serde::{Deserialize, Serialize};

/// Where a row of a submitted request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    /// A statutory element is absent. Final.
    Rejected,
    /// Examined, no deficient finding: waits for officer and counsel.
    Admissible,
    /// One of the two has admitted it.
    HalfAdmitted,
    /// Both have: it may be put to the register.
    Admitted,
    /// Officer or counsel declined it on its own words. Final.
    Declined,
    /// Nobody was identified. Final.
    Withheld,
    /// Somebody was identified: a case waits for officer and counsel.
    InReview,
    /// One of the two has allowed an answer.
    HalfApproved,
    /// Both have. Final; the answer issues with the request.
    Approved,
    /// A reviewer ended the case, or its statement lapsed. Final.
    Ended,
}

impl RowState {
    /// All states, in the order of the way of a row.
    pub const ALL: [Self; 10] = [
        Self::Rejected,
        Self::Admissible,
        Self::HalfAdmitted,
        Self::Admitted,
        Self::Declined,
        Self::Withheld,
        Self::InReview,
        Self::HalfApproved,
        Self::Approved,
        Self::Ended,
    ];

    /// The word in files, tables and policies.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Admissible => "admissible",
            Self::HalfAdmitted => "half-admitted",
            Self::Admitted => "admitted",
            Self::Declined => "declined",
            Self::Withheld => "withheld",
            Self::InReview => "in-review",
            Self::HalfApproved => "half-approved",
            Self::Approved => "approved",
            Self::Ended => "ended",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether nothing more can happen to the row before its request issues.
    #[must_use]
    pub fn is_final(self) -> bool {
        TRANSITIONS.iter().all(|(from, _, _)| *from != self)
    }

    /// Whether officer and counsel both admitted the row at some time.
    #[must_use]
    pub const fn was_admitted(self) -> bool {
        matches!(
            self,
            Self::Admitted
                | Self::Withheld
                | Self::InReview
                | Self::HalfApproved
                | Self::Approved
                | Self::Ended
        )
    }

    /// The answer a row has by its state alone; `None` for approved rows, whose answer is found at
    /// release. What is not final is pending.
    #[must_use]
    pub const fn answer(self) -> Option<Answer> {
        match self {
            Self::Rejected => Some(Answer::Rejected),
            Self::Declined => Some(Answer::Declined),
            Self::Withheld | Self::Ended => Some(Answer::NoDisclosure),
            Self::Approved => None,
            Self::Admissible
            | Self::HalfAdmitted
            | Self::Admitted
            | Self::InReview
            | Self::HalfApproved => Some(Answer::Pending),
        }
    }
}

impl std::fmt::Display for RowState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.code())
    }
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowEvent {
    /// A reviewer admits it on its face.
    Admit,
    /// A reviewer declines it on its face, with a coded ground.
    Decline,
    /// The register names one person.
    Identify,
    /// It does not.
    Withhold,
    /// A reviewer allows an answer about the person.
    Allow,
    /// A reviewer ends the case.
    End,
    /// The statement's time has run out.
    Lapse,
}

impl RowEvent {
    /// The word in the table.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Decline => "decline",
            Self::Identify => "identify",
            Self::Withhold => "withhold",
            Self::Allow => "allow",
            Self::End => "end",
            Self::Lapse => "lapse",
        }
    }
}

/// Every legal move: from, event, to. There is no other.
pub const TRANSITIONS: &[(RowState, RowEvent, RowState)] = &[
    (
        RowState::Admissible,
        RowEvent::Admit,
        RowState::HalfAdmitted,
    ),
    (RowState::Admissible, RowEvent::Decline, RowState::Declined),
    (RowState::HalfAdmitted, RowEvent::Admit, RowState::Admitted),
    (
        RowState::HalfAdmitted,
        RowEvent::Decline,
        RowState::Declined,
    ),
    (RowState::Admitted, RowEvent::Identify, RowState::InReview),
    (RowState::Admitted, RowEvent::Withhold, RowState::Withheld),
    (RowState::InReview, RowEvent::Allow, RowState::HalfApproved),
    (RowState::InReview, RowEvent::End, RowState::Ended),
    (RowState::InReview, RowEvent::Lapse, RowState::Ended),
    (RowState::HalfApproved, RowEvent::Allow, RowState::Approved),
    (RowState::HalfApproved, RowEvent::End, RowState::Ended),
    (RowState::HalfApproved, RowEvent::Lapse, RowState::Ended),
];

/// Where an event takes a row; `None` where it is not a legal move.
#[must_use]
pub fn next(from: RowState, event: RowEvent) -> Option<RowState> {
    TRANSITIONS
        .iter()
        .find(|(state, moved, _)| *state == from && *moved == event)
        .map(|(_, _, to)| *to)
}

/// The table as the documentation shows it.
#[must_use]
pub fn render_table() -> String {
    let mut text = String::from(
        "# States of a row\n\nGenerated from `crates/casework/src/state.rs`. Every legal move is here; there is no other.\n\n\
         | from | event | to |\n|---|---|---|\n",
    );
    for (from, event, to) in TRANSITIONS {
        text.push_str(&format!("| {from} | {} | {to} |\n", event.code()));
    }
    text.push_str("\n| state | final | answer when the request issues |\n|---|---|---|\n");
    for state in RowState::ALL {
        let last = if state.is_final() { "yes" } else { "no" };
        let answer = match state.answer() {
            Some(Answer::Pending) => "the request does not issue yet",
            Some(answer) => answer.label(),
            None => "Confirmed, Disclosed or No disclosure",
        };
        text.push_str(&format!("| {state} | {last} | {answer} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_and_no_final_state_pends() {
        for state in RowState::ALL {
            let starts = matches!(state, RowState::Rejected | RowState::Admissible);
            let reached = TRANSITIONS.iter().any(|(_, _, to)| *to == state);
            assert!(starts || reached, "{state} cannot be reached");
            assert_eq!(
                state.is_final(),
                state.answer() != Some(Answer::Pending),
                "{state}"
            );
            assert_eq!(RowState::from_code(state.code()), Some(state));
        }
    }

    #[test]
    fn no_row_is_approved_without_two_admissions_and_two_allowances() {
        // Walk all paths from the start and count.
        let mut paths = vec![(RowState::Admissible, 0, 0)];
        while let Some((state, admits, allows)) = paths.pop() {
            if state == RowState::Approved {
                assert_eq!((admits, allows), (2, 2));
            }
            for (from, event, to) in TRANSITIONS {
                if *from == state {
                    let admitted = admits + u32::from(*event == RowEvent::Admit);
                    let allowed = allows + u32::from(*event == RowEvent::Allow);
                    paths.push((*to, admitted, allowed));
                }
            }
        }
    }

    #[test]
    fn an_event_never_leads_to_two_states() {
        for (index, (from, event, _)) in TRANSITIONS.iter().enumerate() {
            let again = TRANSITIONS
                .iter()
                .skip(index + 1)
                .any(|(f, e, _)| f == from && e == event);
            assert!(!again, "{from} {}", event.code());
        }
    }

    #[test]
    fn the_documented_table_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/row-states.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, render_table()).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            render_table(),
            "run with UPDATE=1"
        );
    }
}
