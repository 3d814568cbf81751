use super::get_session_token::{DEFAULT, LONGEST};
use crate::{
    Sts,
    error::denied,
    members::{NAME, PolicyDescriptor, Tag, borrowed, check_duration, check_policy_arns, check_tags, check_word, of_session, pairs},
    session::{self, Credentials},
};
use base::Arn;
use gate::{Authorized, CalledBy, Demand, Demands, Error, Example, FederatedSession, Identity, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A session for somebody else with the rights of the calling IAM user, limited by session policies: without them it has none.
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html>
pub struct GetFederationToken;

/// For whom, and the limits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    policy: Option<String>,
    #[serde(default)]
    policy_arns: Vec<PolicyDescriptor>,
    duration_seconds: Option<u64>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Who the session is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FederatedUser {
    federated_user_id: String,
    arn: Arn,
}

/// The session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
    federated_user: FederatedUser,
    packed_policy_size: Option<usize>,
}

impl Operation for GetFederationToken {
    type Service = Sts;
    const NAME: &'static str = "GetFederationToken";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Sts>) -> Result<Demands, Error> {
        match facts.caller().identity() {
            Identity::User { temporary: None, .. } => {}
            Identity::Anonymous => return Err(super::get_caller_identity::anonymous()),
            _ => return Err(denied("Cannot call GetFederationToken with session credentials")),
        }
        check_word("name", &input.name, (2, 32), NAME)?;
        check_duration(input.duration_seconds, LONGEST)?;
        check_policy_arns(&input.policy_arns)?;
        let tags = pairs(&input.tags);
        check_tags(borrowed(&tags))?;
        let session = Arn::global("sts", facts.account()?, &format!("federated-user/{}", input.name));
        let demand = |action: &'static str| of_session(Demand::new(action, session.clone()), borrowed(&tags), &[], None);
        let demands = Demands::from(demand("sts:GetFederationToken"));
        Ok(if tags.is_empty() { demands } else { demands.and(demand("sts:TagSession")) })
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let Identity::User { account, arn, id, name, .. } = call.caller().identity().clone() else {
            return Err(denied("Cannot call GetFederationToken with session credentials"));
        };
        let policies = session::policies(call, account, input.policy, input.policy_arns)?;
        let tags = pairs(&input.tags);
        let packed_policy_size = session::packed_size(policies.as_deref(), &tags)?;
        let session = FederatedSession {
            account,
            user_arn: arn,
            user_id: id,
            user_name: name,
            name: input.name,
            policies,
            tags,
            credentials: session::temporary(call, account, input.duration_seconds.unwrap_or(DEFAULT)),
        };
        let federated_user = FederatedUser { federated_user_id: session.id(), arn: session.arn() };
        let credentials = session::credentials(call, &Identity::Federated(Box::new(session)))?;
        Ok(Output { credentials, federated_user, packed_policy_size })
    }

    fn example() -> Example {
        let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
        let input = json!({"Name": "somebody", "Policy": policy, "Tags": [{"Key": "team", "Value": "a"}]});
        Example::of(input).by(CalledBy::User)
    }
}
