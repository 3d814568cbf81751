//! What a template says of itself and of others, as far as that shows without deploying it.

use regex_lite::Regex;
use std::{collections::BTreeMap, sync::LazyLock};
use template::document::{Kind, Node};

/// A role, bucket or key of a template.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub logical_id: String,
    pub kind: String,
    /// Its name, with `*` for what the stack decides; none where it is given none.
    pub name: Option<String>,
}

/// An ARN in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub service: String,
    pub region: String,
    /// The account's id, or the parameter that has it: `${ToolsAccount}`.
    pub account: String,
    pub resource: String,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub things: Vec<Thing>,
    pub named: Vec<Named>,
    /// Accounts that its roles' trust policies name.
    pub trusted: Vec<String>,
    pub outputs: Vec<String>,
    pub exports: Vec<String>,
    pub imports: Vec<String>,
    pub parameters: BTreeMap<String, Parameter>,
}

/// A parameter.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameter {
    pub kind: String,
    pub default: Option<String>,
    pub allowed: Vec<String>,
    pub pattern: Option<String>,
    pub least: Option<String>,
    pub least_length: usize,
    pub place: (u32, u32),
}

static ARN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):([0-9]{12}|\$\{[A-Za-z0-9]+\}):([^\s"',\]}]+)"#).ok());

/// The ARNs with an account in a text.
pub(super) fn arns(text: &str, into: &mut Vec<Named>) {
    for whole in LazyLock::force(&ARN).iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let group = |n: usize| whole.get(n).map_or_else(String::new, |group| group.as_str().to_owned());
        into.push(Named { service: group(1), region: group(2), account: group(3), resource: group(4) });
    }
}

/// A name with `*` for what the stack decides.
fn glob(node: &Node) -> Option<String> {
    if let Some(text) = node.scalar() {
        return Some(text.to_owned());
    }
    let sub = node.get("Fn::Sub")?;
    let text = sub.scalar().or_else(|| sub.items().first().and_then(Node::scalar))?;
    let (mut glob, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        glob.push_str(before);
        glob.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    glob.push_str(rest);
    Some(glob)
}

/// Whether a name fits one with stars.
pub(super) fn fits(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn parameters(template: &Node) -> BTreeMap<String, Parameter> {
    let mut all = BTreeMap::new();
    for entry in template.get("Parameters").map(Node::entries).unwrap_or_default() {
        let text = |name: &str| entry.value.get(name).and_then(Node::scalar).map(str::to_owned);
        let allowed = entry.value.get("AllowedValues").map(Node::items).unwrap_or_default();
        let parameter = Parameter {
            kind: text("Type").unwrap_or_else(|| "String".into()),
            default: entry.value.get("Default").map(|node| node.scalar().unwrap_or_default().to_owned()),
            allowed: allowed.iter().filter_map(Node::scalar).map(str::to_owned).collect(),
            pattern: text("AllowedPattern"),
            least: text("MinValue"),
            least_length: text("MinLength").and_then(|text| text.parse().ok()).unwrap_or_default(),
            place: (entry.key.span.line, entry.key.span.column),
        };
        all.insert(entry.key.text.clone(), parameter);
    }
    all
}

/// A text with the defaults of the parameters that it names.
fn filled(text: &str, parameters: &BTreeMap<String, Parameter>) -> String {
    let named = parameters.iter().filter_map(|(name, parameter)| Some((format!("${{{name}}}"), parameter.default.as_ref()?)));
    named.filter(|(_, value)| !value.is_empty()).fold(text.to_owned(), |text, (name, value)| text.replace(&name, value))
}

impl Facts {
    pub(super) fn of(template: &Node) -> Self {
        let mut facts = Self { parameters: parameters(template), ..Self::default() };
        strings(template, &mut |text| arns(&filled(text, &facts.parameters), &mut facts.named));
        facts.named.sort();
        facts.named.dedup();
        for entry in template.get("Resources").map(Node::entries).unwrap_or_default() {
            let kind = entry.value.get("Type").and_then(Node::scalar).unwrap_or_default().to_owned();
            let properties = entry.value.get("Properties");
            let named = ["RoleName", "BucketName", "UserName", "Name"].iter().find_map(|name| properties?.get(name));
            if let Some(trust) = properties.and_then(|properties| properties.get("AssumeRolePolicyDocument")) {
                let mut named = Vec::new();
                strings(trust, &mut |text| arns(&filled(text, &facts.parameters), &mut named));
                facts.trusted.extend(named.into_iter().map(|arn| arn.account));
            }
            facts.things.push(Thing { logical_id: entry.key.text.clone(), kind, name: named.and_then(glob) });
        }
        for entry in template.get("Outputs").map(Node::entries).unwrap_or_default() {
            facts.outputs.push(entry.key.text.clone());
            facts.exports.extend(entry.value.get("Export").and_then(|export| export.get("Name")).and_then(glob));
        }
        imports(template, &mut facts.imports);
        facts
    }

    pub(super) fn of_kind<'f>(&'f self, kind: &'f str) -> impl Iterator<Item = &'f Thing> {
        self.things.iter().filter(move |thing| thing.kind == kind)
    }

    pub(super) fn has_pipeline(&self) -> bool {
        self.of_kind("AWS::CodePipeline::Pipeline").next().is_some()
    }

    /// Whether it makes the role or user that an ARN names.
    pub(super) fn makes(&self, arn: &Named) -> bool {
        if arn.service != "iam" {
            return false;
        }
        let Some((kind, name)) = arn.resource.split_once('/') else { return false };
        let kind = match kind {
            "role" => "AWS::IAM::Role",
            "user" => "AWS::IAM::User",
            _ => return false,
        };
        let name = name.rsplit('/').next().unwrap_or(name);
        // A name with a wildcard tells nothing of whose it is.
        !name.contains(['*', '?', '$'])
            && self
                .of_kind(kind)
                .any(|thing| thing.name.as_deref().is_some_and(|glob| !glob.trim_matches('*').is_empty() && fits(glob, name)))
    }
}

/// All texts of a tree.
pub(super) fn strings(node: &Node, each: &mut dyn FnMut(&str)) {
    match &node.kind {
        Kind::String(text, _) => each(text),
        Kind::List(items) => items.iter().for_each(|item| strings(item, each)),
        Kind::Map(entries) => entries.iter().for_each(|entry| strings(&entry.value, each)),
        _ => {}
    }
}

fn imports(node: &Node, into: &mut Vec<String>) {
    match &node.kind {
        Kind::List(items) => items.iter().for_each(|item| imports(item, into)),
        Kind::Map(entries) => {
            for entry in entries {
                if entry.key.text == "Fn::ImportValue" {
                    into.extend(glob(&entry.value));
                }
                imports(&entry.value, into);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn names_fit_with_stars() {
        for (glob, name, expected) in [
            ("deploy", "deploy", true),
            ("deploy", "deployer", false),
            ("*-deploy", "prod-deploy", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("ab*bc", "abc", false),
        ] {
            assert_eq!(fits(glob, name), expected, "{glob} {name}");
        }
    }
}
