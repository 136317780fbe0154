//! Whose fault an error is, what the caller can do, and which of two messages they may see.
//!
//! Place in the flow: every error enum of the workspace implements [`Explain`]; binaries turn it
//! into an exit code and print [`Explain::requester_message`] or, in the operator's log, the
//! error's own `Display` with its sources.
//!
//! Left to others: the errors themselves, one enum for each area.

/// Whose fault an error is; decides the exit code and what the caller does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The input cannot be read or is not what was asked for: mend it and send it again.
    Input,
    /// Law, policy or a budget refuses: nothing to retry unchanged.
    Refused,
    /// Something needed is away (keeper, log, database, disk): try again, nothing is lost.
    Unavailable,
    /// A check of ours failed on our own data: stop, keep everything, call the operator.
    Integrity,
}

/// Exit codes of every binary (DESIGN.md section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done.
    Done = 0,
    /// Done, with findings or a failed verification.
    Findings = 1,
    /// Usage error or unreadable input.
    Unreadable = 2,
    /// Refused by law, policy or budget.
    Refused = 3,
    /// Something it needs is unavailable.
    Unavailable = 4,
}

impl From<Fault> for ExitStatus {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Input => Self::Unreadable,
            Fault::Refused => Self::Refused,
            // Data of ours that is damaged is as good as away: nothing can be done with it.
            Fault::Unavailable | Fault::Integrity => Self::Unavailable,
        }
    }
}

impl From<ExitStatus> for std::process::ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

/// An error that says whose fault it is and what may be told to whom.
pub trait Explain: std::error::Error {
    /// Whose fault it is.
    fn fault(&self) -> Fault;

    /// What the requester may be told: exact where it concerns their own input, general otherwise.
    /// The `Display` of the error is the operator's message. Neither holds personal data.
    fn requester_message(&self) -> String {
        match self.fault() {
            Fault::Input | Fault::Refused => self.to_string(),
            Fault::Unavailable => "the gate cannot work at the moment; nothing was lost".to_owned(),
            Fault::Integrity => "the gate stopped itself; its operator has been told".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("keeper `k2` refused the connection")]
    struct Away;

    impl Explain for Away {
        fn fault(&self) -> Fault {
            Fault::Unavailable
        }
    }

    #[test]
    fn the_requester_does_not_hear_of_the_inside() {
        assert!(!Away.requester_message().contains("k2"));
        assert_eq!(ExitStatus::from(Away.fault()) as u8, 4);
    }
}
