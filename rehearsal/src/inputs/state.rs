//! What accounts hold, as the AWS CLI answers: its answers one after the other in one file, or in many.
//!
//! The answers of `get-key-policy`, `get-bucket-policy` and the like do not say whose they are: that is what stands before them,
//! the answers of `describe-key` and `describe-policy`, or `{"Bucket": "name"}` and `{"Parent": "id"}`.

use super::options::{Problem, Reader};
use crate::{
    AccountState, StateBucket, StateExport, StateGuardrail, StateIdentity, StateKey, StateParameter, StatePoliced, StatePolicy, StateRole,
};
use base::AccountId;
use serde_json::Value;

/// The most bytes of a file.
const MOST_BYTES: usize = 64 << 20;

/// Whose answers come next.
#[derive(Default)]
struct About {
    account: Option<AccountId>,
    key: Option<(AccountId, String)>,
    bucket: Option<String>,
    guardrail: Option<String>,
    /// What the units and accounts that are listed next are below.
    parent: Option<String>,
    /// The line that the answer begins in.
    line: u32,
}

/// Reads a file.
pub(super) fn read(file: &str, reader: &dyn Reader, state: &mut AccountState) -> Result<(), Problem> {
    let bytes = reader.read(file, MOST_BYTES).map_err(|why| Problem::whole(file, why))?;
    let mut about = About::default();
    let mut documents = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
    let mut any = false;
    let (mut line, mut counted) = (1, 0);
    loop {
        // White space goes before an answer.
        let from = documents.byte_offset();
        let blank = bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        line += lines(&bytes[counted..(from + blank).min(bytes.len())]);
        counted = (from + blank).min(bytes.len());
        about.line = line;
        let Some(document) = documents.next() else { break };
        let document = document.map_err(|error| {
            let at = |number: usize| u32::try_from(number).unwrap_or(1);
            Problem::at(file, at(error.line()), at(error.column()), format!("expected answers of the AWS CLI, as JSON: {error}"))
        })?;
        any = true;
        if !take(&document, file, &mut about, state)? {
            let problem = Problem::at(file, line, 1, "here stands an answer that nothing is known of");
            return Err(problem.help("`sekisho rehearse --print-state-script` prints the script that saves what is of use"));
        }
    }
    if any { Ok(()) } else { Err(Problem::whole(file, "the file is empty")) }
}

fn lines(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// A document, which may be in a text.
fn document(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.clone(),
    }
}

fn account_of(arn: &str) -> Option<AccountId> {
    arn.split(':').nth(4)?.parse().ok()
}

/// Takes one answer. False: it is none that is known.
fn take(answer: &Value, file: &str, about: &mut About, state: &mut AccountState) -> Result<bool, Problem> {
    let has = |name: &str| answer.get(name).is_some();
    if has("Account") && has("Arn") {
        about.account = answer["Account"].as_str().and_then(|id| id.parse().ok());
    } else if has("RoleDetailList") || has("UserDetailList") || has("GroupDetailList") {
        details(answer, file, state);
    } else if let Some(key) = answer.get("KeyMetadata") {
        let arn = text(key, "Arn");
        about.key = account_of(&arn).map(|account| (account, arn));
    } else if let Some(aliases) = answer["Aliases"].as_array() {
        for alias in aliases {
            let known =
                state.keys.iter_mut().find(|key| key.arn.ends_with(&text(alias, "TargetKeyId")) && alias["TargetKeyId"].is_string());
            if let Some(key) = known {
                key.aliases.push(text(alias, "AliasName"));
            }
        }
    } else if has("Bucket") && answer.as_object().is_some_and(|members| members.len() == 1) {
        about.bucket = Some(text(answer, "Bucket"));
        bucket(about, file, state)?;
    } else if let Some(rules) = answer.get("ServerSideEncryptionConfiguration") {
        let key = list(rules, "Rules").first().and_then(|rule| rule.pointer("/ApplyServerSideEncryptionByDefault/KMSMasterKeyID"));
        let key = key.and_then(Value::as_str).map(str::to_owned);
        bucket(about, file, state)?.key = key;
    } else if let Some(targets) = answer["Targets"].as_array() {
        let guardrail = about.guardrail.as_ref().and_then(|id| state.organization.iter_mut().find(|known| known.id == *id));
        if let Some(guardrail) = guardrail {
            guardrail.targets.extend(targets.iter().filter_map(|target| target["TargetId"].as_str()).map(str::to_owned));
        }
    } else if let Some(summary) = answer.pointer("/Policy/PolicySummary") {
        about.guardrail = Some(text(summary, "Id"));
        state.organization.push(StateGuardrail {
            id: text(summary, "Id"),
            name: text(summary, "Name"),
            kind: text(summary, "Type"),
            document: document(&answer["Policy"]["Content"]),
            targets: Vec::new(),
            file: file.to_owned(),
            line: about.line,
        });
    } else if organized(answer, about, state) || others(answer, file, state) {
    } else if answer["Policy"].is_string() {
        policy(document(&answer["Policy"]), file, about, state)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Takes what tells of the organization's tree.
fn organized(answer: &Value, about: &mut About, state: &mut AccountState) -> bool {
    let tree = &mut state.tree;
    if let Some(organization) = answer.get("Organization") {
        tree.id = organization["Id"].as_str().map(str::to_owned);
        tree.management = organization["MasterAccountId"].as_str().and_then(|id| id.parse().ok());
        return true;
    }
    if let Some(parent) = answer["Parent"].as_str() {
        about.parent = Some(parent.to_owned());
        return true;
    }
    let told = [("Roots", false), ("OrganizationalUnits", true), ("Accounts", true)];
    let Some((nodes, below)) = told.iter().find_map(|(name, below)| Some((answer[*name].as_array()?, *below))) else { return false };
    for node in nodes {
        let parent = about.parent.clone().filter(|_| below);
        let id = text(node, "Id");
        if !id.is_empty() && !tree.nodes.iter().any(|known| known.0 == id) {
            tree.nodes.push((id, text(node, "Name"), parent));
        }
    }
    true
}

fn policed(state: &mut AccountState, file: &str, arn: String, policy: Option<&str>) {
    state.policed.retain(|known| known.arn != arn);
    state.policed.push(StatePoliced { arn, policy: policy.map(str::to_owned), file: file.to_owned() });
}

/// Takes what stands for itself: exports, parameters, policies of repositories, topics and queues.
fn others(answer: &Value, file: &str, state: &mut AccountState) -> bool {
    if let Some(exports) = answer["Exports"].as_array() {
        let read = exports.iter().filter_map(|export| {
            let account = account_of(export["ExportingStackId"].as_str()?)?;
            Some(StateExport { account, name: export["Name"].as_str()?.to_owned(), value: text(export, "Value") })
        });
        state.exports.extend(read);
    } else if let Some(repositories) = answer["repositories"].as_array() {
        for arn in repositories.iter().filter_map(|one| one["repositoryArn"].as_str()) {
            if !state.policed.iter().any(|known| known.arn == arn) {
                state.policed.push(StatePoliced { arn: arn.to_owned(), policy: None, file: file.to_owned() });
            }
        }
    } else if let (Some(name), Some(account), Some(policy)) =
        (answer["repositoryName"].as_str(), answer["registryId"].as_str(), answer["policyText"].as_str())
    {
        // The answer does not tell of its region: the list of repositories does, if it goes before.
        let end = format!(":{account}:repository/{name}");
        let arn = state.policed.iter().find(|known| known.arn.ends_with(&end)).map(|known| known.arn.clone());
        policed(state, file, arn.unwrap_or_else(|| format!("arn:aws:ecr:{end}")), Some(policy));
    } else if let Some(arn) = answer.pointer("/Attributes/TopicArn").or(answer.pointer("/Attributes/QueueArn")).and_then(Value::as_str) {
        policed(state, file, arn.to_owned(), answer["Attributes"]["Policy"].as_str().filter(|policy| !policy.is_empty()));
    } else if let Some(parameters) = answer["Parameters"].as_array() {
        for parameter in parameters {
            if let Some(account) = account_of(&text(parameter, "ARN")) {
                let kind = parameter["Type"].as_str().unwrap_or("String").to_owned();
                let (name, value) = (text(parameter, "Name"), text(parameter, "Value"));
                state.parameters.push(StateParameter { account: account.to_string(), name, kind, value });
            }
        }
    } else {
        return false;
    }
    true
}

/// The policy of a key or of a bucket: its resources tell which.
fn policy(document: Value, file: &str, about: &mut About, state: &mut AccountState) -> Result<(), Problem> {
    let of_bucket = bucket_of(&document);
    if of_bucket.is_none() {
        let Some((account, arn)) = about.key.take() else {
            let problem = Problem::whole(file, "there is a key policy, and nothing says of which key");
            return Err(problem.help("the answer of `aws kms describe-key` goes before it"));
        };
        let (policy, aliases, file, line) = (document, Vec::new(), file.to_owned(), about.line);
        state.keys.retain(|key| key.arn != arn);
        state.keys.push(StateKey { account, arn, policy, aliases, file, line });
        return Ok(());
    }
    if of_bucket != about.bucket {
        about.bucket = of_bucket;
    }
    bucket(about, file, state)?.policy = Some(document);
    Ok(())
}

/// The bucket that a policy's resources name.
fn bucket_of(document: &Value) -> Option<String> {
    let statements = match &document["Statement"] {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    let resources = statements.iter().flat_map(|statement| match &statement["Resource"] {
        Value::Array(list) => list.iter().collect::<Vec<_>>(),
        one => vec![one],
    });
    let mut names = resources.filter_map(|resource| resource.as_str()?.strip_prefix("arn:aws:s3:::")?.split('/').next());
    names.next().map(str::to_owned)
}

/// The bucket that is spoken of.
fn bucket<'s>(about: &About, file: &str, state: &'s mut AccountState) -> Result<&'s mut StateBucket, Problem> {
    let (Some(name), Some(account)) = (&about.bucket, about.account) else {
        let problem = Problem::whole(file, "there is an answer about a bucket, and nothing says of which bucket in which account");
        return Err(problem.help("the answer of `aws sts get-caller-identity`, and {\"Bucket\": \"name\"}, go before it"));
    };
    let at = state.buckets.iter().position(|known| known.name == *name).unwrap_or_else(|| {
        state.buckets.push(StateBucket { account, name: name.clone(), policy: None, key: None, file: file.to_owned() });
        state.buckets.len() - 1
    });
    Ok(&mut state.buckets[at])
}

/// The answer of GetAccountAuthorizationDetails.
fn details(answer: &Value, file: &str, state: &mut AccountState) {
    for policy in list(answer, "Policies") {
        let arn = text(policy, "Arn");
        let versions = list(policy, "PolicyVersionList");
        let version = versions.iter().find(|version| version["IsDefaultVersion"] == true).or(versions.first());
        if account_of(&arn).is_some() && state.policies.iter().all(|known| known.arn != arn) {
            let document = version.map_or(Value::Null, |version| document(&version["Document"]));
            state.policies.push(StatePolicy { arn, document, file: file.to_owned() });
        }
    }
    for role in list(answer, "RoleDetailList") {
        if let Some(identity) = identity(role, ["RoleName", "RolePolicyList"], file) {
            state.roles.push(StateRole { identity, trust: document(&role["AssumeRolePolicyDocument"]) });
        }
    }
    state.users.extend(list(answer, "UserDetailList").iter().filter_map(|user| identity(user, ["UserName", "UserPolicyList"], file)));
    state.groups.extend(list(answer, "GroupDetailList").iter().filter_map(|group| identity(group, ["GroupName", "GroupPolicyList"], file)));
}

fn identity(value: &Value, [name, policies]: [&str; 2], file: &str) -> Option<StateIdentity> {
    let texts = |list: &[Value]| list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Some(StateIdentity {
        account: account_of(value["Arn"].as_str()?)?,
        name: value[name].as_str()?.to_owned(),
        path: value["Path"].as_str().unwrap_or("/").to_owned(),
        inline: list(value, policies).iter().map(|policy| (text(policy, "PolicyName"), document(&policy["PolicyDocument"]))).collect(),
        attached: list(value, "AttachedManagedPolicies").iter().map(|policy| text(policy, "PolicyArn")).collect(),
        boundary: value.pointer("/PermissionsBoundary/PermissionsBoundaryArn").and_then(Value::as_str).map(str::to_owned),
        groups: texts(list(value, "GroupList")),
        tags: list(value, "Tags").iter().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect(),
        file: file.to_owned(),
    })
}
