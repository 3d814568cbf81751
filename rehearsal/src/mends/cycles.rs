//! Resources of a template that wait for each other: each cycle is told, and taken apart in the way that loses least.

use super::{
    Mended,
    edges::{self, Edge},
    literal::Literal,
    tree::{self, Step},
};
use crate::{Cause, Repair};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use template::document::Node;

/// More cycles than a template has that anybody wrote.
const MOST: usize = 100;
/// Properties whose value is a policy that names others.
const POLICIES: [&str; 6] =
    ["KeyPolicy", "PolicyDocument", "ResourcePolicy", "RepositoryPolicyText", "AssumeRolePolicyDocument", "TopicPolicy"];

/// Takes all cycles apart.
pub(super) fn mend(tree: &mut Node, stack: &super::Of<'_>) -> Vec<Mended> {
    let mut all = Vec::new();
    while all.len() < MOST {
        let known = edges::edges(tree);
        let round: Vec<Edge> = edges::on_cycles(&known).into_iter().cloned().collect();
        let Some(way) = way(tree, &round) else { break };
        all.push(told(&round, &way, stack));
        if way.apply(tree).is_none() {
            break;
        }
    }
    all
}

/// A way to take a cycle apart.
enum Way {
    /// The inline policies of a role become policies of their own.
    Apart(String),
    /// A reference is written out.
    Literal(Edge, Literal),
    /// What is waited for without need.
    Depends(Edge),
    /// A resource gets the name that references to it are written out with.
    Named(Edge, Literal),
    /// A reference leads to something that is made up.
    Lost(Edge, Literal),
}

fn way(tree: &Node, round: &[Edge]) -> Option<Way> {
    let apart = round.iter().find(|edge| edge.through("Policies") && tree::kind(tree, &edge.from) == "AWS::IAM::Role");
    if let Some(edge) = apart {
        return Some(Way::Apart(edge.from.clone()));
    }
    let of_policy = |edge: &&Edge| edge.property().is_some_and(|name| POLICIES.contains(&name));
    if let Some(edge) = round.iter().find(|edge| edge.property().is_none()) {
        return Some(Way::Depends(edge.clone()));
    }
    let fixed = |edge: &Edge| Some(Way::Literal(edge.clone(), Literal::fixed(tree, &edge.to)?));
    let others = || round.iter().filter(|edge| edge.from != edge.to);
    if let Some(way) = others().filter(of_policy).find_map(fixed).or_else(|| others().find_map(fixed)) {
        return Some(way);
    }
    let named = |edge: &&Edge| edge.from != edge.to && Literal::property(tree::kind(tree, &edge.to)).is_some();
    let found = round.iter().filter(of_policy).find(named).or_else(|| round.iter().find(named));
    let made_up = |edge: &Edge| Literal::made_up(tree::kind(tree, &edge.to), &edge.to);
    if let Some(edge) = found {
        return Some(Way::Named(edge.clone(), made_up(edge)));
    }
    let edge = round.iter().find(of_policy).or_else(|| round.first())?;
    Some(Way::Lost(edge.clone(), made_up(edge)))
}

impl Way {
    fn apply(&self, tree: &mut Node) -> Option<()> {
        match self {
            Self::Apart(role) => apart(tree, role),
            Self::Literal(edge, literal) | Self::Lost(edge, literal) => literal.instead(tree, &edge.path, &edge.to),
            Self::Depends(edge) => tree::take(tree, &edge.path).map(|_| ()),
            Self::Named(edge, literal) => {
                let property = Literal::property(tree::kind(tree, &edge.to))?;
                let span = edge.span.clone();
                let name = literal.arn().rsplit([':', '/']).find(|part| *part != "*")?.to_owned();
                tree::put(tree, &["Resources", &edge.to, "Properties", property], tree::made(&json!(name), &span));
                literal.instead(tree, &edge.path, &edge.to)
            }
        }
    }

    /// The reference by which the cycle is told.
    fn is_at(&self, edge: &Edge) -> bool {
        match self {
            Self::Apart(role) => edge.from == *role && edge.through("Policies"),
            Self::Literal(at, _) | Self::Depends(at) | Self::Named(at, _) | Self::Lost(at, _) => edge.path == at.path && edge.to == at.to,
        }
    }

    fn repair(&self) -> String {
        match self {
            Self::Apart(role) => {
                format!("Move the inline policies of {role} into resources AWS::IAM::Policy of their own, with Roles: [!Ref {role}]")
            }
            Self::Literal(edge, literal) => format!("Write {} instead of the reference to {}: its name is fixed", literal.arn(), edge.to),
            Self::Depends(edge) => format!("Remove {} from the DependsOn of {}", edge.to, edge.from),
            Self::Named(edge, literal) => {
                format!("Give {} a fixed name, and write {} instead of the reference to it", edge.to, literal.arn())
            }
            Self::Lost(edge, _) => {
                format!("Remove the reference to {} from {}, or make one of the two in another stack", edge.to, edge.from)
            }
        }
    }
}

/// Makes each inline policy of a role a resource.
fn apart(tree: &mut Node, role: &str) -> Option<()> {
    let own = [tree::keys(&["Resources", role, "Properties"]), vec![Step::Key("Policies".into())]].concat();
    let policies = tree::take(tree, &own)?;
    let condition = tree.get("Resources")?.get(role)?.get("Condition").cloned();
    let taken: BTreeSet<String> = tree::resources(tree).iter().map(|entry| entry.key.text.clone()).collect();
    for (n, policy) in policies.items().iter().enumerate() {
        let id = (0..).map(|more| format!("{role}Policy{}", n + more)).find(|id| !taken.contains(id))?;
        let mut policy = policy.clone();
        let span = policy.span.clone();
        tree::put(&mut policy, &["Roles"], tree::made(&json!([{"Ref": role}]), &span));
        let mut resource = tree::made(&json!({"Type": "AWS::IAM::Policy"}), &span);
        if let Some(condition) = &condition {
            tree::put(&mut resource, &["Condition"], condition.clone());
        }
        tree::put(&mut resource, &["Properties"], policy);
        tree::put(tree, &["Resources", &id], resource);
        before_pipelines(tree, &id);
    }
    Some(())
}

/// Has pipelines wait for a policy, where it does not wait for them: they begin to run as soon as they are made.
fn before_pipelines(tree: &mut Node, policy: &str) {
    let pipelines: Vec<String> = tree::resources(tree).iter().map(|entry| entry.key.text.clone()).collect();
    for id in pipelines.iter().filter(|id| tree::kind(tree, id) == "AWS::CodePipeline::Pipeline").cloned().collect::<Vec<_>>() {
        let path = ["Resources", id.as_str(), "DependsOn"];
        let before = tree::at(tree, &tree::keys(&path)).cloned();
        let mut names: Vec<Value> = before
            .iter()
            .flat_map(|node| node.scalar().into_iter().chain(node.items().iter().filter_map(Node::scalar)))
            .map(Value::from)
            .collect();
        names.push(policy.into());
        let span = tree.span.clone();
        tree::put(tree, &path, tree::made(&names.into(), &span));
        let waits = edges::on_cycles(&edges::edges(tree)).iter().any(|edge| edge.to == policy);
        match before {
            _ if !waits => {}
            Some(before) => tree::put(tree, &path, before),
            None => drop(tree::take(tree, &tree::keys(&path))),
        }
    }
}

fn told(round: &[Edge], way: &Way, stack: &super::Of<'_>) -> Mended {
    let mut causes: Vec<Cause> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut tell = |edge: &Edge| {
        let cause = Cause { text: format!("{} needs {}", edge.from, edge.to), place: Some(stack.place(&edge.span)) };
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    };
    let mut seen = BTreeSet::new();
    for edge in round.iter().filter(|edge| way.is_at(edge)) {
        tell(edge);
        let back = edges::way_back(round, edge);
        for step in &back {
            tell(step);
        }
        if seen.insert(edge.to.as_str()) && names.is_empty() {
            names.push(&edge.from);
            names.push(&edge.to);
            names.extend(back.iter().map(|step| step.to.as_str()));
        }
    }
    let lost = match way {
        Way::Lost(edge, literal) => {
            vec![format!("it goes on with {} for {}, so what rests on that is not known", super::shown(literal.arn(), stack), edge.to)]
        }
        _ => Vec::new(),
    };
    let mut subject = names.first().map(|name| vec![(*name).to_owned()]).unwrap_or_default();
    subject.truncate(1);
    Mended {
        id: format!("cycle/{}", names.join("/")),
        part: subject,
        title: format!("Circular dependency between resources: {}", names.join(" needs ")),
        causes,
        notes: lost,
        repairs: vec![Repair { title: way.repair(), statement: Value::Null, patches: Vec::new(), guardrail: None }],
    }
}
