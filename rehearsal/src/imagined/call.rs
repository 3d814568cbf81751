//! How imagined operations pass the gate: as all others do, with their demands decided and recorded.

use super::state::{Thing, found, keep, things};
use base::Arn;
use gate::{Actor, Authorized, ContextValue, Demand, Demands, Error, Example, Operation, Registration, Scope, Service, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::marker::PhantomData;

/// An operation of an imagined service: what it demands is exact, what it does is just enough for those who call it.
pub(super) trait Imagined: 'static {
    type Service: Service;
    const NAME: &'static str;
    const READ_ONLY: bool;

    fn demands(input: &Value, facts: &mut View<'_, Self::Service>) -> Result<Demands, Error>;
    fn execute(call: &mut Scope<'_, Self::Service>, input: Value) -> Result<Value, Error>;
}

/// An imagined operation as the gate knows it.
pub(super) struct Call<T>(PhantomData<fn() -> T>);

impl<T: Imagined> Operation for Call<T> {
    type Service = T::Service;
    const NAME: &'static str = T::NAME;
    const READ_ONLY: bool = T::READ_ONLY;
    type Input = Value;
    type Output = Value;

    fn demands(input: &Value, facts: &mut View<'_, T::Service>) -> Result<Demands, Error> {
        T::demands(input, facts)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Value) -> Result<Value, Error> {
        T::execute(call, input)
    }

    fn example() -> Example {
        Example::of(json!({}))
    }

    /// What is passed through may be secret: a function's event holds credentials.
    fn recorded(_input: &Value) -> Value {
        Value::Null
    }
}

/// Anything that is done, of which nothing but its right is known.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Act {
    /// `service:Action`.
    pub action: String,
    /// The ARN of what it is done on. None: the action has no resource level.
    pub resource: Option<String>,
    /// Condition keys and their values, a text or a list of texts.
    pub context: Vec<(String, Value)>,
    /// The tags that the request gives.
    pub tags: Vec<(String, String)>,
    /// The roles that are passed on, and to which services.
    pub passes: Vec<(String, String)>,
    /// The role that the service assumes to see whether it may, and what it says, code and message, if it may not.
    pub assumes: Option<(String, String, String)>,
    /// The resource policy that something has afterwards, by its ARN.
    pub policy: Option<(String, Option<String>)>,
    /// What is there afterwards, by its ARN.
    pub keeps: Option<(String, Thing)>,
    /// What is there no more, by its ARN.
    pub forgets: Option<String>,
}

impl Act {
    /// An action on a resource.
    pub fn on(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: Some(resource.into()), ..Self::default() }
    }
    /// An action without resource level.
    pub fn any(action: impl Into<String>) -> Self {
        Self { action: action.into(), ..Self::default() }
    }
    /// With a condition key.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.context.push((key.into(), value.into()));
        self
    }
}

fn context_value(value: &Value) -> ContextValue {
    match value {
        Value::String(text) => text.into(),
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>().into(),
        other => other.to_string().into(),
    }
}

/// Whether an ARN is one: what is not known stands in places where ARNs stand.
pub(super) fn arn(text: &str) -> Result<Arn, Error> {
    text.parse().map_err(|_| Error::validation(format!("'{text}' is not an ARN")))
}

/// The right to pass a role on.
pub(super) fn passing(role: &str, service: &str) -> Result<Demand, Error> {
    Ok(Demand::new("iam:PassRole", arn(role)?).with("iam:PassedToService", service))
}

/// An act of a service's own, which keeps what it makes among its things.
pub(super) struct Perform<S>(PhantomData<fn() -> S>);

impl<S: Service> Operation for Perform<S> {
    type Service = S;
    const NAME: &'static str = "Perform";
    const READ_ONLY: bool = false;
    type Input = Act;
    type Output = Value;

    fn demands(act: &Act, _facts: &mut View<'_, S>) -> Result<Demands, Error> {
        let mut demand = match &act.resource {
            Some(resource) => Demand::new(act.action.clone(), arn(resource)?),
            None => Demand::any(act.action.clone()),
        };
        for (key, value) in &act.context {
            demand = demand.with(key.clone(), context_value(value));
        }
        let demand = demand.with_tags(act.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let passes = act.passes.iter().map(|(role, service)| passing(role, service)).collect::<Result<Vec<_>, _>>()?;
        Ok(Demands::all([demand].into_iter().chain(passes)))
    }

    fn execute(call: &mut Authorized<'_, Self>, act: Act) -> Result<Value, Error> {
        if let Some((role, code, says)) = act.assumes {
            assumable(call, &role).map_err(|error| refused(error, &code, says))?;
        }
        if let Some((arn, mut thing)) = act.keeps {
            thing.policy = thing.policy.or(found(call, &arn)?.and_then(|before| before.policy));
            keep(call, &arn, &thing)?;
        }
        if let Some((arn, policy)) = act.policy {
            let mut thing = found(call, &arn)?.unwrap_or_default();
            thing.policy = policy.map(|text| with_ids(call, &text)).transpose()?;
            keep(call, &arn, &thing)?;
        }
        if let Some(arn) = act.forgets {
            call.delete(&things::<S>(), &arn);
        }
        Ok(json!({}))
    }

    fn example() -> Example {
        Example::of(json!({"action": "imagined:Perform"}))
    }
}

/// Whether the service may assume a role.
fn assumable<S: Service>(scope: &mut Scope<'_, S>, role: &str) -> Result<(), Error> {
    let account = scope.account()?;
    let service = scope.as_service(account, None);
    scope.assume(&service, role, S::NAME).map(drop)
}

/// A service's own words for a denial.
pub(super) fn refused(error: Error, code: &str, says: String) -> Error {
    let known = ["AccessDeniedException", "InvalidParameterValueException", "InvalidRoleException"];
    match known.into_iter().find(|known| *known == code) {
        Some(code) if error.status < 500 => Error::new(code, says),
        _ => error,
    }
}

/// A resource policy as AWS keeps it: its principals must exist.
pub(super) fn with_ids<S: Service>(scope: &mut Scope<'_, S>, text: &str) -> Result<String, Error> {
    scope.principals_to_ids(text).map_err(|missing| match missing {
        Ok(principal) => Error::new("InvalidParameter", format!("Invalid parameter: Policy Error: PrincipalNotFound: {principal}")),
        Err(error) => error,
    })
}

/// Does something as somebody, from within an imagined service.
pub(super) fn perform<S: Service>(scope: &mut Scope<'_, S>, actor: &Actor, act: Act) -> Result<(), Error> {
    scope.invoke::<Perform<super::services::Imaginary>>(actor, act).map(drop)
}

/// A service's registration with an imagined operation.
pub(super) fn with<T: Imagined>(registration: Registration) -> Registration {
    registration.operation::<Call<T>>()
}

/// A text member of an input that must be there.
pub(super) fn required<'v>(input: &'v Value, name: &str) -> Result<&'v str, Error> {
    input[name].as_str().filter(|text| !text.is_empty()).ok_or_else(|| Error::validation(format!("{name} is missing")))
}

/// The last part of a name or an ARN.
pub(super) fn last(text: &str) -> &str {
    text.rsplit(['/', ':']).next().unwrap_or(text)
}
