//! The whole role × action × state matrix, asked of the policies one by one.
//!
//! Place in the flow: documentation and a test that keeps the text equal to the policies.
//!
//! Left to others: nothing; it is a table.

use model::role::Role;

use crate::{
    decision::Policy,
    subject::{Action, Actor, Matter},
};

/// States policy knows: requests' two, then the rows'.
pub const STATES: [&str; 12] = [
    "new",
    "decided",
    "rejected",
    "admissible",
    "half-admitted",
    "admitted",
    "declined",
    "withheld",
    "in-review",
    "half-approved",
    "approved",
    "ended",
];

/// The matrix as text: for each action and role the states in which it is permitted, for a person of
/// the agency the role belongs to who has not decided yet.
#[must_use]
pub fn matrix(policy: &Policy) -> String {
    let mut text =
        String::from("action          role                permitted when the matter is\n");
    for action in Action::ALL {
        for role in Role::ALL {
            let states: Vec<&str> = STATES
                .into_iter()
                .filter(|state| is_permitted(policy, role, action, state))
                .collect();
            if !states.is_empty() {
                text.push_str(&format!(
                    "{:<15} {role:<19} {}\n",
                    action.code(),
                    states.join(", ")
                ));
            }
        }
    }
    text
}

fn is_permitted(policy: &Policy, role: Role, action: Action, state: &'static str) -> bool {
    let (Ok(asks), Ok(holds), Ok(id)) = ("ASKS".parse(), "HOLDS".parse(), "P-1".parse()) else {
        return false;
    };
    let requesting = matches!(role, Role::Signatory | Role::NamedOfficer);
    let matter = Matter {
        state,
        requesting_agency: asks,
        records_agency: holds,
        decided_by: Vec::new(),
    };
    let agency = if requesting {
        &matter.requesting_agency
    } else {
        &matter.records_agency
    };
    let actor = Actor {
        id,
        role,
        agency: agency.clone(),
    };
    policy.permits(&actor, action, &matter).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_matrix_is_the_policies() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/src/access-matrix.txt"
        );
        let now = matrix(&Policy::load().unwrap());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            now,
            "run with UPDATE=1"
        );
    }
}
