//! Documents that are not there yet: a role's first policy, a bucket's.

use super::{
    Mending,
    ask::one_or_list,
    sites::{APART, WITHIN},
    words::Reader,
};
use crate::refusals::Refusal;
use patch::{Change, Path};
use serde_json::{Value as Json, json};

/// What a role's first policy is called.
const POLICY: &str = "delivery";

/// The statements, one for each group, and the changes that write them into a new document; none where the owner is in no template.
pub(super) fn added(mending: &Mending<'_>, kind: &str, first: &Refusal, groups: &[Vec<&Refusal>]) -> (Json, Vec<(String, Change)>) {
    let made = mending.owner(kind, first);
    let stack = made.and_then(|made| mending.stack(made));
    let found = made.zip(stack).and_then(|(made, stack)| Some((made, stack, mending.document(stack)?)));
    let statements = |reader: Option<Reader<'_>>| groups.iter().map(|group| mending.statement(reader, kind, group)).collect::<Vec<_>>();
    let Some((made, stack, document)) = found else { return (one_or_list(statements(None)), Vec::new()) };
    let id = made.logical_id.as_str();
    let resources = Path::root().then("Resources");
    let properties = resources.then(id).then("Properties");
    let apart = APART.iter().find(|(of, ..)| *of == made.resource_type).filter(|_| kind == "resource");
    // A bucket's policy is made after the bucket: it may name what the bucket may not.
    let name = free_name(&document, id);
    let reader = Reader { stack, resource: if apart.is_some() { &name } else { id } };
    let statements = statements(Some(reader));
    let whole = |statements: &[Json]| json!({"Version": "2012-10-17", "Statement": statements});
    if document.value(&properties).is_none() {
        return (one_or_list(statements), Vec::new());
    }
    let within = WITHIN.iter().find(|(of, _)| *of == made.resource_type);
    let change = match (kind, made.resource_type.as_str(), apart, within) {
        ("identity", "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group", ..) => Some(Change::Append {
            path: properties.then("Policies"),
            value: json!({"PolicyName": POLICY, "PolicyDocument": whole(&statements)}),
        }),
        ("resource", _, Some((_, policy, names, property)), _) => {
            let of = if names.ends_with('s') { json!([{"Ref": id}]) } else { json!({"Ref": id}) };
            let value = json!({"Type": policy, "Properties": {*names: of, *property: whole(&statements)}});
            Some(Change::Insert { path: resources, key: name, value })
        }
        ("key", _, _, Some((_, property))) => {
            // Without its account a key could never be changed again.
            let root = json!({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"});
            let own = json!({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"});
            let value = whole(&[vec![own], statements.clone()].concat());
            Some(Change::Insert { path: properties, key: (*property).to_owned(), value })
        }
        ("resource", _, _, Some((_, property))) => {
            Some(Change::Insert { path: properties, key: (*property).to_owned(), value: whole(&statements) })
        }
        _ => None,
    };
    (one_or_list(statements), change.into_iter().map(|change| (stack.template.clone(), change)).collect())
}

/// A name for a policy that no resource has.
fn free_name(document: &patch::Document, id: &str) -> String {
    let taken = |name: &String| document.value(&Path::root().then("Resources").then(name.as_str())).is_some();
    let mut name = format!("{id}Policy");
    while taken(&name) {
        name.push('2');
    }
    name
}
