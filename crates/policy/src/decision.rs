//! Loading and asking the Cedar policies.
//!
//! Place in the flow: loaded once at start; a policy set that does not validate strictly is
//! refused, so the gate does not start with one.
//!
//! Left to others: proofs about the policies (the `proofs` workspace).

use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, Schema, ValidationMode,
    Validator,
};
use model::{
    canonical::Encoder,
    digest::Digest,
    fault::{Explain, Fault},
};
use serde_json::{Value, json};
use thiserror::Error;

use crate::subject::{Action, Actor, Matter};

const POLICIES: &str = include_str!("../../../policies/countersign.cedar");
const SCHEMA: &str = include_str!("../../../policies/countersign.cedarschema");

/// The policies cannot be loaded. The fault of whoever changed them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// Schema or policies do not parse.
    #[error("the policies cannot be read: {0}")]
    Syntax(String),
    /// The policies do not validate strictly against the schema.
    #[error("the policies do not validate: {0}")]
    Invalid(String),
}

impl Explain for PolicyError {
    fn fault(&self) -> Fault {
        Fault::Integrity
    }
}

/// Why an action is denied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Denial {
    /// No policy permits it.
    #[error("no policy permits a {role} to {action} a matter that is {state}")]
    NotPermitted {
        /// The actor's role.
        role: &'static str,
        /// The action.
        action: &'static str,
        /// The matter's state.
        state: &'static str,
    },
    /// A policy forbids it.
    #[error("the policy `{0}` forbids it")]
    Forbidden(String),
    /// Evaluation failed, which denies.
    #[error("the policies could not be evaluated")]
    Undecidable,
}

impl Explain for Denial {
    fn fault(&self) -> Fault {
        match self {
            Self::NotPermitted { .. } | Self::Forbidden(_) => Fault::Refused,
            Self::Undecidable => Fault::Integrity,
        }
    }
}

/// The loaded policies.
#[derive(Debug)]
pub struct Policy {
    policies: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
    digest: Digest,
}

impl Policy {
    /// Loads the policies this program was built with.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn load() -> Result<Self, PolicyError> {
        Self::from_text(POLICIES, SCHEMA)
    }

    /// Loads policies and schema from text and validates them strictly.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn from_text(policies: &str, schema: &str) -> Result<Self, PolicyError> {
        let digest = Encoder::new("countersign/policy/v1")
            .text(policies)
            .text(schema)
            .finish();
        let syntax = |error: &dyn std::fmt::Display| PolicyError::Syntax(error.to_string());
        let (schema, _) = Schema::from_cedarschema_str(schema).map_err(|error| syntax(&error))?;
        let policies = PolicySet::from_str(policies).map_err(|error| syntax(&error))?;
        let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(PolicyError::Invalid(error.to_string()));
        }
        if let Some(warning) = result.validation_warnings().next() {
            return Err(PolicyError::Invalid(warning.to_string()));
        }
        Ok(Self {
            policies,
            schema,
            authorizer: Authorizer::new(),
            digest,
        })
    }

    /// Digest of policies and schema, as authority notes and statements name it.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether the actor may do this to the matter.
    ///
    /// # Errors
    /// [`Denial`] with the reason.
    pub fn permits(&self, actor: &Actor, action: Action, matter: &Matter) -> Result<(), Denial> {
        let response = self
            .evaluate(actor, action, matter)
            .ok_or(Denial::Undecidable)?;
        if response.diagnostics().errors().next().is_some() {
            return Err(Denial::Undecidable);
        }
        match response.decision() {
            Decision::Allow => Ok(()),
            Decision::Deny => Err(self.denial(&response, actor, action, matter)),
        }
    }

    fn denial(
        &self,
        response: &cedar_policy::Response,
        actor: &Actor,
        action: Action,
        matter: &Matter,
    ) -> Denial {
        let forbidding = response.diagnostics().reason().next();
        match forbidding {
            Some(policy) => {
                let name = self.policies.annotation(policy, "id").map(str::to_owned);
                Denial::Forbidden(name.unwrap_or_else(|| policy.to_string()))
            }
            None => Denial::NotPermitted {
                role: actor.role.code(),
                action: action.code(),
                state: matter.state,
            },
        }
    }

    fn evaluate(
        &self,
        actor: &Actor,
        action: Action,
        matter: &Matter,
    ) -> Option<cedar_policy::Response> {
        let principal = uid("Official", actor.id.as_str())?;
        let resource = uid("Matter", "matter")?;
        let action = uid("Action", action.code())?;
        let context = Context::empty();
        let request =
            Request::new(principal, action, resource, context, Some(&self.schema)).ok()?;
        let entities =
            Entities::from_json_value(entities(actor, matter), Some(&self.schema)).ok()?;
        Some(
            self.authorizer
                .is_authorized(&request, &self.policies, &entities),
        )
    }
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    EntityUid::from_json(json!({ "type": format!("Countersign::{kind}"), "id": id })).ok()
}

fn reference(id: &str) -> Value {
    json!({ "__entity": { "type": "Countersign::Official", "id": id } })
}

fn entities(actor: &Actor, matter: &Matter) -> Value {
    let decided_by: Vec<Value> = matter
        .decided_by
        .iter()
        .map(|(id, _)| reference(id.as_str()))
        .collect();
    let decided_roles: Vec<&str> = matter
        .decided_by
        .iter()
        .map(|(_, role)| role.code())
        .collect();
    json!([
        {
            "uid": { "type": "Countersign::Official", "id": actor.id.as_str() },
            "attrs": { "role": actor.role.code(), "agency": actor.agency.as_str() },
            "parents": []
        },
        {
            "uid": { "type": "Countersign::Matter", "id": "matter" },
            "attrs": {
                "state": matter.state,
                "requesting_agency": matter.requesting_agency.as_str(),
                "records_agency": matter.records_agency.as_str(),
                "decided_by": decided_by,
                "decided_roles": decided_roles
            },
            "parents": []
        }
    ])
}

#[cfg(test)]
mod tests {
    use model::role::Role;

    use super::*;

    fn actor(id: &str, role: Role, agency: &str) -> Actor {
        Actor {
            id: id.parse().unwrap(),
            role,
            agency: agency.parse().unwrap(),
        }
    }

    fn matter(state: &'static str, decided_by: &[(&str, Role)]) -> Matter {
        Matter {
            state,
            requesting_agency: "ASKS".parse().unwrap(),
            records_agency: "HOLDS".parse().unwrap(),
            decided_by: decided_by
                .iter()
                .map(|(id, role)| (id.parse().unwrap(), *role))
                .collect(),
        }
    }

    #[test]
    fn two_different_people_of_two_roles() {
        let policy = Policy::load().unwrap();
        let officer = actor("DO-1", Role::DisclosureOfficer, "HOLDS");
        let second_officer = actor("DO-2", Role::DisclosureOfficer, "HOLDS");
        let counsel = actor("CO-1", Role::Counsel, "HOLDS");
        let first = matter("in-review", &[]);
        assert_eq!(policy.permits(&officer, Action::Allow, &first), Ok(()));
        let second = matter("half-approved", &[("DO-1", Role::DisclosureOfficer)]);
        assert_eq!(policy.permits(&counsel, Action::Allow, &second), Ok(()));
        let duty = Err(Denial::Forbidden("separation-of-duty".into()));
        assert_eq!(policy.permits(&officer, Action::Allow, &second), duty);
        assert_eq!(
            policy.permits(&second_officer, Action::Allow, &second),
            duty
        );
    }

    #[test]
    fn the_requesting_agency_and_the_operator_decide_nothing() {
        let policy = Policy::load().unwrap();
        let theirs = actor("DO-9", Role::DisclosureOfficer, "ASKS");
        let operator = actor("OP-1", Role::Operator, "HOLDS");
        for (action, state) in [
            (Action::Admit, "admissible"),
            (Action::Allow, "in-review"),
            (Action::End, "in-review"),
        ] {
            assert!(
                policy
                    .permits(&theirs, action, &matter(state, &[]))
                    .is_err()
            );
            assert!(
                policy
                    .permits(&operator, action, &matter(state, &[]))
                    .is_err()
            );
        }
    }

    #[test]
    fn a_policy_that_could_err_is_not_loaded() {
        let erring = "permit(principal, action, resource) when { principal.shoe_size > 3 };";
        assert!(matches!(
            Policy::from_text(erring, SCHEMA),
            Err(PolicyError::Invalid(_))
        ));
        assert!(matches!(
            Policy::from_text("permit(", SCHEMA),
            Err(PolicyError::Syntax(_))
        ));
    }

    #[test]
    fn the_digest_changes_with_the_text() {
        let changed = format!("{POLICIES}\n// x");
        let policy = Policy::from_text(&changed, SCHEMA).unwrap();
        assert_ne!(policy.digest(), Policy::load().unwrap().digest());
    }
}
