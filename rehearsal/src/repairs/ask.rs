//! What is to be allowed: the exact action on the exact resource, to the caller, under the tightest condition that the call meets.

use super::{
    Mending,
    calls::{Needed, VIA},
    sites::Site,
    words::Reader,
};
use crate::{driver::text, names::lasting, refusals::Refusal};
use serde_json::{Map, Value as Json, json};

const PASSED_TO: &str = "iam:PassedToService";
const SOURCE: &str = "aws:SourceAccount";
const FOR_SERVICE: &str = "kms:GrantIsForAWSResource";

/// The kinds of policies that name principals.
pub(super) fn names_principals(kind: &str) -> bool {
    matches!(kind, "resource" | "key" | "trust")
}

/// One value, or the list of them.
pub(super) fn one_or_list(mut values: Vec<Json>) -> Json {
    if values.len() == 1 { values.remove(0) } else { Json::Array(values) }
}

/// The actions of several refusals, each once.
pub(super) fn actions<'r>(refusals: &[&'r Refusal]) -> Vec<&'r str> {
    let mut actions: Vec<&str> = Vec::new();
    for refusal in refusals {
        if !actions.contains(&refusal.action.as_str()) {
            actions.push(&refusal.action);
        }
    }
    actions
}

impl Needed {
    pub(super) fn refused(refusal: &Refusal) -> Self {
        Self {
            principal: refusal.principal.clone(),
            caller: refusal.caller.clone(),
            action: refusal.action.clone(),
            resource: refusal.resource.clone(),
            context: serde_json::from_value(refusal.context.clone()).unwrap_or_default(),
        }
    }

    /// `AWS`, or `Service`.
    pub(super) fn principal_kind(&self) -> &'static str {
        if self.principal.starts_with("arn:") { "AWS" } else { "Service" }
    }
}

/// The kinds of policies that allow nothing where one of them has to.
pub(super) fn lacking(refusal: &Refusal) -> Vec<&str> {
    let missing: Vec<&str> = refusal.reasons.iter().filter(|one| text(one, "role") == "missing").map(|one| text(one, "kind")).collect();
    // A key that its own policy must give needs no more than that.
    let same_account = refusal.principal.split(':').nth(4) == refusal.resource.split(':').nth(4);
    let by_key = same_account && missing.contains(&"key");
    let mut kinds = Vec::new();
    for kind in missing {
        if !(by_key && kind == "identity" || kinds.contains(&kind)) {
            kinds.push(kind);
        }
    }
    kinds
}

impl<'d> Mending<'d> {
    /// What the resources of several refusals have in common that one statement mends.
    pub(super) fn base(&self, refusal: &Refusal) -> String {
        let resource = self.resource_of(refusal);
        match resource.contains(":log-group:") {
            true => resource.trim_end_matches(":*").to_owned(),
            false => resource,
        }
    }

    /// The refusals that are mended alike: of the same caller, by the same documents, on the same resource.
    pub(super) fn fellows(&self, refusal: &Refusal) -> Vec<&'d Refusal> {
        let (base, kinds, condition) = (self.base(refusal), lacking(refusal), self.condition(None, "", refusal));
        let alike = |other: &&Refusal| {
            other.principal == refusal.principal
                && lacking(other) == kinds
                && self.base(other) == base
                && self.condition(None, "", other) == condition
        };
        self.refusals.iter().filter(alike).collect()
    }

    /// The tightest condition that this call meets, and that the next will.
    pub(super) fn condition(&self, reader: Option<Reader<'_>>, kind: &str, refusal: &Refusal) -> Map<String, Json> {
        let call = Needed::refused(refusal);
        let mut under = Map::new();
        let mut operator = "StringEquals";
        if refusal.action.starts_with("kms:") {
            let resource = lasting(&refusal.resource);
            let alike = |one: &&Needed| one.action == refusal.action && lasting(&one.resource) == resource;
            let mut vias: Vec<Option<String>> =
                self.calls.of(&refusal.principal).filter(alike).map(|one| one.value(VIA).map(str::to_owned)).collect();
            vias.push(call.value(VIA).map(str::to_owned));
            vias.sort();
            vias.dedup();
            let all: Option<Vec<String>> = vias.into_iter().collect();
            if let Some(all) = all {
                let of_region = |via: &String| self.of_region(reader, via);
                under.insert(VIA.into(), one_or_list(all.iter().map(of_region).collect()));
            } else if call.value(FOR_SERVICE) == Some("true") {
                operator = "Bool";
                under.insert(FOR_SERVICE.into(), json!("true"));
            }
        }
        if let (Some(service), "iam:PassRole") = (call.value(PASSED_TO), refusal.action.as_str()) {
            under.insert(PASSED_TO.into(), json!(service));
        }
        if let (Some(account), "Service", true) = (call.value(SOURCE), call.principal_kind(), names_principals(kind)) {
            under.insert(SOURCE.into(), self.account_value(reader.map(|reader| reader.stack), account));
        }
        if under.is_empty() { Map::new() } else { Map::from_iter([(operator.to_owned(), Json::Object(under))]) }
    }

    /// `s3.REGION.amazonaws.com`, for every region.
    fn of_region(&self, reader: Option<Reader<'_>>, service: &String) -> Json {
        let Some(reader) = reader else { return json!(service) };
        let region = reader.stack.region.as_ref().unwrap_or(&self.driver.estate.region);
        let generic = service.replace(&format!(".{region}."), ".${AWS::Region}.");
        if generic == *service { json!(service) } else { json!({"Fn::Sub": generic}) }
    }

    /// The caller as a policy names it, and the condition that narrows it where it cannot be named: it is made after the policy.
    pub(super) fn principal(&self, reader: Option<Reader<'_>>, principal: &str) -> (Json, Option<(&'static str, Json)>) {
        if !principal.starts_with("arn:") {
            return (json!({"Service": principal}), None);
        }
        let written = self.written(reader, principal);
        let pattern = match &written {
            Json::String(text) => text.contains('*'),
            value => value["Fn::Sub"].as_str().is_some_and(|text| text.contains('*')),
        };
        if !pattern && !self.is_made_later(reader, principal, &written) {
            return (json!({"AWS": written}), None);
        }
        let account = principal.split(':').nth(4).unwrap_or_default();
        let root = self.written(reader, &format!("arn:aws:iam::{account}:root"));
        (json!({"AWS": root}), Some((if pattern { "ArnLike" } else { "ArnEquals" }, written)))
    }

    /// Whether a principal is not there yet when the policy is written.
    fn is_made_later(&self, reader: Option<Reader<'_>>, principal: &str, written: &Json) -> bool {
        let (Some(reader), Some(made)) = (reader, self.made(principal)) else { return false };
        let Some(of) = self.stack(made) else { return false };
        if (&of.account, &of.name) == (&reader.stack.account, &reader.stack.name) {
            // What is not written by its name would have closed a circle.
            return written.get("Fn::GetAtt").is_none();
        }
        if written.get("Ref").is_some() {
            return false;
        }
        let stacks = &self.driver.estate.stacks;
        let position = |account: &str, name: &str| stacks.iter().position(|one| one.account == account && one.name == name);
        position(&of.account, &of.name) > position(&reader.stack.account, &reader.stack.name)
    }

    /// The statement that allows what was refused.
    pub(super) fn statement(&self, reader: Option<Reader<'_>>, kind: &str, refusals: &[&Refusal]) -> Json {
        let Some(first) = refusals.first() else { return Json::Null };
        let mut statement = json!({"Effect": "Allow"});
        let mut conditions = self.condition(reader, kind, first);
        if names_principals(kind) {
            let (principal, narrowed) = self.principal(reader, &first.principal);
            statement["Principal"] = principal;
            if let Some((operator, arn)) = narrowed {
                conditions.insert(operator.into(), json!({"aws:PrincipalArn": arn}));
            }
        }
        statement["Action"] = one_or_list(actions(refusals).into_iter().map(|action| json!(action)).collect());
        let own = self.owner(kind, first).map(|owner| owner.resource_type.as_str());
        match (kind, own) {
            ("trust", _) | ("resource", Some("AWS::ECR::Repository")) => {}
            ("key", _) | ("resource", Some("AWS::SecretsManager::Secret")) => statement["Resource"] = json!("*"),
            _ => statement["Resource"] = one_or_list(self.resources(reader, refusals)),
        }
        if !conditions.is_empty() {
            statement["Condition"] = Json::Object(conditions);
        }
        statement
    }

    /// The resources of several refusals, each once.
    pub(super) fn resources(&self, reader: Option<Reader<'_>>, refusals: &[&Refusal]) -> Vec<Json> {
        let mut resources: Vec<Json> = Vec::new();
        for refusal in refusals {
            let resource = self.written(reader, &self.resource_of(refusal));
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
        resources
    }
}

impl Site<'_> {
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { stack: self.stack, resource: &self.made.logical_id }
    }
}
