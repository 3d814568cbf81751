//! ARNs as a template would have them: by resources' names, by parameters, by the account's and the region's; and without what
//! is made at random.

use super::{Mending, calls::Needed};
use crate::{Stack, names::lasting, refusals::Refusal};
use cloudformation::MadeResource;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Who reads a value: the stack, and the resource that it is written in.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r> {
    pub(super) stack: &'r Stack,
    pub(super) resource: &'r str,
}

/// The letters that Secrets Manager adds to a secret's name.
const SECRET: usize = 6;

impl Mending<'_> {
    /// The resources that a call's next runs will be about.
    pub(super) fn resource_of(&self, refusal: &Refusal) -> String {
        let resource = &refusal.resource;
        if let Some((bucket, key)) = resource.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split_once('/')) {
            return format!("arn:aws:s3:::{bucket}/{}", self.objects(refusal, bucket, key));
        }
        if let Some((group, _)) = resource.split_once(":log-stream:") {
            return format!("{group}:*");
        }
        // What has a name in a template is found by what it was called at random.
        if self.made(resource).is_some() { resource.clone() } else { lasting(resource) }
    }

    /// The objects that an object stands for.
    fn objects(&self, refusal: &Refusal, bucket: &str, key: &str) -> String {
        let lasting = lasting(&refusal.resource);
        if lasting != refusal.resource {
            // PIPELINE/ARTIFACT/NAME
            return key.split_once('/').map_or("*".into(), |(pipeline, _)| format!("{pipeline}/*"));
        }
        let of_pipeline = refusal.about.as_ref().is_some_and(|about| about.work.starts_with("arn:aws:codepipeline:"));
        let others = |call: &Needed| {
            let here = call.resource.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split_once('/'));
            call.action == refusal.action && here.is_some_and(|(b, k)| b == bucket && k != key)
        };
        let reads = refusal.action.starts_with("s3:Get");
        if of_pipeline && !reads || self.calls.of(&refusal.principal).any(others) { "*".into() } else { key.to_owned() }
    }

    /// An ARN as a resource of a template would have it.
    pub(super) fn written(&self, reader: Option<Reader<'_>>, arn: &str) -> Json {
        let (Some(reader), true) = (reader, arn.starts_with("arn:")) else { return json!(without_chance(arn)) };
        if let Some(value) = self.of_stack(reader, arn).or_else(|| self.of_parameter(reader.stack, arn)) {
            return value;
        }
        let plain = without_chance(&self.without_generated(arn));
        let mut parts: Vec<String> = plain.splitn(6, ':').map(str::to_owned).collect();
        let mut replaced = false;
        let region = reader.stack.region.as_ref().unwrap_or(&self.driver.estate.region);
        if let Some(part) = parts.get_mut(3).filter(|part| **part == region.as_str()) {
            *part = "${AWS::Region}".into();
            replaced = true;
        }
        if let Some(part) = parts.get_mut(4)
            && let Some(word) = self.account_word(reader.stack, part)
        {
            *part = word;
            replaced = true;
        }
        // Names have the ids of accounts as well.
        if let Some(name) = parts.get_mut(5) {
            for id in account_ids(name) {
                if let Some(word) = self.account_word(reader.stack, &id) {
                    *name = name.replace(&id, &word);
                    replaced = true;
                }
            }
        }
        let written = parts.join(":");
        if replaced { json!({"Fn::Sub": written}) } else { json!(written) }
    }

    /// An account's id as a template has it in a text.
    fn account_word(&self, stack: &Stack, account: &str) -> Option<String> {
        if account.is_empty() {
            return None;
        }
        if self.driver.account(&stack.account).is_some_and(|own| own.as_str() == account) {
            return Some("${AWS::AccountId}".into());
        }
        self.parameters(stack).find(|(_, value)| value == account).map(|(name, _)| format!("${{{name}}}"))
    }

    /// An account's id as a value.
    pub(super) fn account_value(&self, stack: Option<&Stack>, account: &str) -> Json {
        match stack.and_then(|stack| self.account_word(stack, account)) {
            Some(word) => json!({"Ref": word.trim_start_matches("${").trim_end_matches('}')}),
            None => json!(account),
        }
    }

    fn parameters(&self, stack: &Stack) -> impl Iterator<Item = &(String, String)> {
        self.driver.parameters.get(&(stack.account.clone(), stack.name.clone())).into_iter().flatten()
    }

    /// By a parameter that brings the ARN, or the name at its end.
    fn of_parameter(&self, stack: &Stack, arn: &str) -> Option<Json> {
        if let Some((name, _)) = self.parameters(stack).find(|(_, value)| value == arn) {
            return Some(json!({"Ref": name}));
        }
        let begins = |value: &String| value.starts_with("arn:") && arn.strip_prefix(value.as_str()).is_some_and(is_inside);
        let (name, value) = self.parameters(stack).find(|(_, value)| begins(value))?;
        Some(json!({"Fn::Sub": format!("${{{name}}}{}", without_chance(&arn[value.len()..]))}))
    }

    /// By the name that the resource, or what holds it, has in the same template. A name that would close a circle is not used.
    fn of_stack(&self, reader: Reader<'_>, arn: &str) -> Option<Json> {
        let account = self.driver.account(&reader.stack.account)?;
        let here = || self.resources.iter().filter(|made| made.account == account && made.stack == reader.stack.name);
        let usable = |made: &&MadeResource| !self.needs(made, reader.resource);
        let mut found: Vec<(usize, Json)> = Vec::new();
        for made in here().filter(usable) {
            let id = &made.logical_id;
            let own = made.attributes.get("Arn").and_then(Json::as_str);
            for (whole, value, word) in [
                (own.unwrap_or_default(), json!({"Fn::GetAtt": [id, "Arn"]}), format!("${{{id}.Arn}}")),
                (made.physical_id.as_str(), json!({"Ref": id}), format!("${{{id}}}")),
            ] {
                if whole.starts_with("arn:")
                    && let Some(rest) = arn.strip_prefix(whole)
                    && (rest.is_empty() || is_inside(rest))
                {
                    let value = if rest.is_empty() { value } else { json!({"Fn::Sub": format!("{word}{}", without_chance(rest))}) };
                    found.push((whole.len(), value));
                }
            }
        }
        found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        found.into_iter().next().map(|(_, value)| value).or_else(|| self.by_name(reader, here().filter(usable), arn))
    }

    /// `arn:…:${Pipeline}`: of what has no attribute that is its ARN.
    fn by_name<'m>(&self, reader: Reader<'_>, mut here: impl Iterator<Item = &'m MadeResource>, arn: &str) -> Option<Json> {
        let service = arn.split(':').nth(2)?;
        let ends = |made: &&MadeResource| {
            let of_service = made.resource_type.split("::").nth(1).is_some_and(|name| name.eq_ignore_ascii_case(service));
            let name = made.physical_id.trim_start_matches('/');
            let before = arn.strip_suffix(name).is_some_and(|head| head.ends_with([':', '/']));
            of_service && !name.is_empty() && !made.attributes.contains_key("Arn") && before
        };
        let made = here.find(ends)?;
        let name = made.physical_id.as_str();
        let head = if arn.ends_with(name) {
            arn.strip_suffix(name)?
        } else {
            arn.strip_suffix(name.trim_start_matches('/'))?.strip_suffix('/')?
        };
        let mut parts: Vec<String> = head.splitn(6, ':').map(str::to_owned).collect();
        let region = reader.stack.region.as_ref().unwrap_or(&self.driver.estate.region);
        if let Some(part) = parts.get_mut(3).filter(|part| **part == region.as_str()) {
            *part = "${AWS::Region}".into();
        }
        if let Some(part) = parts.get_mut(4)
            && let Some(word) = self.account_word(reader.stack, part)
        {
            *part = word;
        }
        Some(json!({"Fn::Sub": format!("{}${{{}}}", parts.join(":"), made.logical_id)}))
    }

    /// Whether a resource is made only after another of its stack, or is that one.
    fn needs(&self, made: &MadeResource, other: &str) -> bool {
        let mut todo = vec![made.logical_id.as_str()];
        let mut known = BTreeSet::new();
        while let Some(id) = todo.pop() {
            if id == other {
                return true;
            }
            if known.insert(id) {
                let here = |one: &&MadeResource| one.account == made.account && one.stack == made.stack && one.logical_id == id;
                todo.extend(self.resources.iter().find(here).into_iter().flat_map(|one| &one.dependencies).map(String::as_str));
            }
        }
        false
    }

    /// Without the letters that CloudFormation adds to names: `STACK-RESOURCE-*`.
    fn without_generated(&self, arn: &str) -> String {
        for made in &self.resources {
            let head = format!("{}-{}-", made.stack, made.logical_id);
            let name = &made.physical_id;
            let generated = name.len() > head.len() && name.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(&head));
            if generated && let Some((before, after)) = arn.split_once(name.as_str()) {
                return format!("{before}{}*{after}", &name[..head.len()]);
            }
        }
        arn.to_owned()
    }
}

/// The accounts' ids in a name: twelve digits that stand alone.
fn account_ids(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.len() == 12 && word.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned).collect()
}

/// Whether a text goes on within what came before it.
fn is_inside(rest: &str) -> bool {
    rest.starts_with('/') || rest.starts_with(':')
}

/// Without what is made at random.
fn without_chance(arn: &str) -> String {
    let plain = lasting(arn);
    if arn.contains(":secretsmanager:")
        && let Some((name, chance)) = plain.rsplit_once('-')
        && chance.len() == SECRET
        && chance.chars().all(|c| c.is_ascii_alphanumeric())
    {
        return format!("{name}-??????");
    }
    plain
}
