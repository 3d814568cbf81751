//! Pipelines that CodePipeline refuses: each fault is told, and what stands in the way is imagined or left out.

use super::{
    Mended, advice,
    tree::{self, Path, Step},
};
use base::AccountId;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use template::document::{Kind, Node};
use template::{Span, did_you_mean};

/// The repository whose branches stand for artifacts that nobody makes, each of an artifact's name.
pub(crate) const SOURCE: &str = "rehearsed-source";
/// The stages and actions that are put in.
const STAGE: &str = "Imagined";

/// A pipeline as it is declared: in a template, or as the input of CreatePipeline.
pub(super) struct Declared<'n> {
    tree: &'n mut Node,
    /// The way to the object with the stages.
    base: Path,
    /// Names begin with capitals, as templates have them.
    capital: bool,
    account: AccountId,
    roles: BTreeSet<String>,
    span: Span,
}

/// A stage and an action in it, by their places in the lists.
type At = (usize, usize);

impl<'n> Declared<'n> {
    pub(super) fn in_template(tree: &'n mut Node, id: &str, account: AccountId) -> Option<Self> {
        let base = tree::keys(&["Resources", id, "Properties"]);
        let span = tree::at(tree, &base)?.span.clone();
        Some(Self { tree, base, capital: true, account, roles: BTreeSet::new(), span })
    }

    pub(super) fn as_input(tree: &'n mut Node, account: AccountId) -> Self {
        let span = tree.span.clone();
        Self { tree, base: tree::keys(&["pipeline"]), capital: false, account, roles: BTreeSet::new(), span }
    }

    /// The roles that are taken to exist.
    pub(super) fn roles(self) -> BTreeSet<String> {
        self.roles
    }

    /// A member's name: `inputArtifacts`, or `InputArtifacts`.
    fn name(&self, name: &str) -> String {
        let mut letters = name.chars();
        match letters.next() {
            Some(first) if self.capital => first.to_uppercase().chain(letters).collect(),
            _ => name.to_owned(),
        }
    }

    fn path(&self, steps: &[Step]) -> Path {
        [&self.base[..], &[Step::Key(self.name("stages"))], steps].concat()
    }

    fn key(&self, name: &str) -> Step {
        Step::Key(self.name(name))
    }

    fn action_path(&self, (stage, action): At) -> Path {
        self.path(&[Step::Item(stage), self.key("actions"), Step::Item(action)])
    }

    fn stages(&self) -> &[Node] {
        tree::at(self.tree, &self.path(&[])).map(Node::items).unwrap_or_default()
    }

    fn actions(&self, stage: usize) -> &[Node] {
        tree::at(self.tree, &self.path(&[Step::Item(stage), self.key("actions")])).map(Node::items).unwrap_or_default()
    }

    fn text<'a>(&self, node: &'a Node, names: &[&str]) -> &'a str {
        let path: Path = names.iter().map(|name| self.key(name)).collect();
        tree::at(node, &path).and_then(Node::scalar).unwrap_or_default()
    }

    fn all(&self) -> Vec<(At, &Node)> {
        (0..self.stages().len()).flat_map(|stage| self.actions(stage).iter().enumerate().map(move |(n, one)| ((stage, n), one))).collect()
    }

    fn is_source(&self, action: &Node) -> bool {
        self.text(action, &["actionTypeId", "category"]) == "Source"
    }

    /// The artifacts of an action: `inputArtifacts` or `outputArtifacts`.
    fn artifacts<'a>(&self, action: &'a Node, which: &str) -> Vec<&'a str> {
        let list = action.get(&self.name(which)).map(Node::items).unwrap_or_default();
        list.iter().map(|one| self.text(one, &["name"])).filter(|name| !name.is_empty()).collect()
    }

    fn outputs(&self) -> BTreeSet<String> {
        self.all().into_iter().flat_map(|(_, action)| self.artifacts(action, "outputArtifacts")).map(str::to_owned).collect()
    }

    /// The artifacts that actions ask for and none makes.
    fn orphans(&self) -> Vec<String> {
        let made = self.outputs();
        let mut all = Vec::new();
        for name in self.all().into_iter().flat_map(|(_, action)| self.artifacts(action, "inputArtifacts")) {
            if !made.contains(name) && !all.iter().any(|known| known == name) {
                all.push(name.to_owned());
            }
        }
        all
    }

    /// The action that a message names.
    fn named(&self, message: &str) -> Option<At> {
        let names = |name: &str| {
            message.contains(&format!("ction '{name}'"))
                || message.contains(&format!("action {name} "))
                || message.contains(&format!("'{name}'"))
        };
        let found = self
            .all()
            .into_iter()
            .find(|(_, action)| Some(self.text(action, &["name"])).is_some_and(|name| !name.is_empty() && names(name)));
        found.map(|(at, _)| at)
    }

    /// A value with this pipeline's names of members.
    fn made(&self, value: Value) -> Node {
        fn renamed(value: Value, of: &dyn Fn(&str) -> String, settings: bool) -> Value {
            match value {
                Value::Object(members) => members
                    .into_iter()
                    .map(|(name, value)| {
                        let inner = name == "configuration";
                        (if settings { name } else { of(&name) }, renamed(value, of, inner))
                    })
                    .collect::<serde_json::Map<_, _>>()
                    .into(),
                Value::Array(items) => items.into_iter().map(|item| renamed(item, of, settings)).collect(),
                other => other,
            }
        }
        tree::made(&renamed(value, &|name| self.name(name), false), &self.span)
    }

    fn list(&mut self, path: &[Step]) -> Option<&mut Vec<Node>> {
        match &mut tree::at_mut(self.tree, path)?.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// An action that makes an artifact, of which nothing else is known.
    fn source(&mut self, artifact: &str) -> Value {
        let role = format!("arn:aws:iam::{}:role/{SOURCE}", self.account);
        self.roles.insert(role.clone());
        json!({
            "name": format!("{STAGE}-{artifact}"),
            "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
            "configuration": {"RepositoryName": SOURCE, "BranchName": artifact, "PollForSourceChanges": "false"},
            "outputArtifacts": [{"name": artifact}],
            "roleArn": role,
        })
    }

    /// A first stage that makes artifacts, or actions of the first stage that do.
    fn bring(&mut self, artifacts: &[String]) -> Option<()> {
        let wanted = if artifacts.is_empty() { vec![STAGE.to_owned()] } else { artifacts.to_vec() };
        let sources: Vec<Value> = wanted.iter().map(|artifact| self.source(artifact)).collect();
        let there = self.actions(0).iter().any(|action| self.is_source(action));
        if there {
            let made: Vec<Node> = sources.into_iter().map(|source| self.made(source)).collect();
            let path = self.path(&[Step::Item(0), self.key("actions")]);
            self.list(&path)?.extend(made);
        } else {
            let stage = self.made(json!({"name": STAGE, "actions": sources}));
            let path = self.path(&[]);
            self.list(&path)?.insert(0, stage);
        }
        Some(())
    }

    /// Has an action succeed, whatever it is: as an approval that is given. What it makes is made elsewhere.
    fn imagine(&mut self, at: At) -> Option<()> {
        let action = tree::at(self.tree, &self.action_path(at))?;
        let name = self.text(action, &["name"]).to_owned();
        let outputs: Vec<String> = self.artifacts(action, "outputArtifacts").into_iter().map(str::to_owned).collect();
        if self.is_source(action) {
            let first = outputs.first().cloned().unwrap_or_else(|| STAGE.to_owned());
            let mut source = self.source(&first);
            source["name"] = name.into();
            let source = self.made(source);
            *tree::at_mut(self.tree, &self.action_path(at))? = source;
            return Some(());
        }
        let run_order = action.get(&self.name("runOrder")).cloned();
        let mut made = self.made(json!({
            "name": name, "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
        }));
        if let Some(order) = run_order {
            tree::put(&mut made, &[&self.name("runOrder")], order);
        }
        *tree::at_mut(self.tree, &self.action_path(at))? = made;
        if outputs.is_empty() { Some(()) } else { self.bring(&outputs) }
    }

    /// Gives a member called `name` another value.
    fn rename(&mut self, path: &Path, name: &str) -> Option<()> {
        let value = tree::made(&json!(name), &self.span);
        *tree::at_mut(self.tree, path)? = value;
        Some(())
    }

    /// Mends what a message tells of.
    pub(super) fn mend(&mut self, message: &str) -> Option<Told> {
        let quoted = |after: &str| message.split_once(after).and_then(|(_, rest)| rest.split_once('\'')).map(|(name, _)| name.to_owned());
        let no_sources = !self.all().iter().any(|(_, action)| self.is_source(action));
        if message.contains("Pipeline has only ") || (message.contains("Pipeline should start with") && no_sources) {
            return self.too_few();
        }
        if message.contains("Pipeline should start with") {
            let at = self.all().into_iter().find(|((stage, _), action)| *stage == 0 && !self.is_source(action)).map(|(at, _)| at)?;
            let told = self.told(at, "the action is taken to be in a stage of its own behind the sources");
            let action = tree::take(self.tree, &self.action_path(at))?;
            let mut stage = self.made(json!({"name": format!("{STAGE}-{}", self.stages().len())}));
            tree::put(&mut stage, &[&self.name("actions")], Node { span: action.span.clone(), kind: Kind::List(vec![action]) });
            let path = self.path(&[]);
            self.list(&path)?.insert(1, stage);
            return Some(told);
        }
        if let Some(name) = quoted("Source action '") {
            let at = self.all().into_iter().find(|((stage, _), one)| *stage > 0 && self.text(one, &["name"]) == name).map(|(at, _)| at)?;
            let told = self.told(at, "the action is taken to be in the first stage");
            let action = tree::take(self.tree, &self.action_path(at))?;
            let path = self.path(&[Step::Item(0), self.key("actions")]);
            self.list(&path)?.push(action);
            return Some(told);
        }
        if let Some((_, rest)) = message.split_once("Input Artifact Bundle ") {
            let (artifact, rest) = rest.split_once(" in ")?;
            return self.undeclared(artifact, rest);
        }
        if let Some(name) = quoted("Stage name '") {
            let at = (0..self.stages().len()).rev().find(|at| self.text(&self.stages()[*at], &["name"]) == name)?;
            let told = self.told((at, 0), "the later one goes by another name");
            let path = self.path(&[Step::Item(at), self.key("name")]);
            self.rename(&path, &format!("{name}-{at}"))?;
            return Some(told);
        }
        if let Some(name) = quoted("Action name '") {
            let stage = quoted("in stage '")?;
            let of_it = |(at, one): &(At, &Node)| self.text(&self.stages()[at.0], &["name"]) == stage && self.text(one, &["name"]) == name;
            let at = self.all().into_iter().rev().find(of_it).map(|(at, _)| at)?;
            let told = self.told(at, "the later one goes by another name");
            let path = [self.action_path(at), vec![self.key("name")]].concat();
            self.rename(&path, &format!("{name}-{}", at.1))?;
            return Some(told);
        }
        if message.contains("Output Artifact Bundle name must be unique") {
            let name = message.split("pipeline. ").nth(1)?.split(' ').next()?;
            let at =
                self.all().into_iter().rev().find(|(_, one)| self.artifacts(one, "outputArtifacts").contains(&name)).map(|(at, _)| at)?;
            let told = self.told(at, "the later one goes by another name");
            let n = self.artifacts(tree::at(self.tree, &self.action_path(at))?, "outputArtifacts").iter().position(|one| *one == name)?;
            let path = [self.action_path(at), vec![self.key("outputArtifacts"), Step::Item(n), self.key("name")]].concat();
            self.rename(&path, &format!("{name}-{}-{}", at.0, at.1))?;
            return Some(told);
        }
        if let Some(setting) = quoted("contains unknown configuration '") {
            let at = self.named(message)?;
            let told = self.told(at, "it goes on without the setting");
            tree::take(self.tree, &[self.action_path(at), vec![self.key("configuration"), Step::Key(setting)]].concat())?;
            return Some(told);
        }
        let at = self.named(message)?;
        let told = self.told(at, "the action is imagined to succeed, and what it would do is not known");
        self.imagine(at)?;
        Some(told)
    }

    /// A pipeline of less than a source and what follows.
    fn too_few(&mut self) -> Option<Told> {
        let sources = !self.actions(0).is_empty() && self.actions(0).iter().all(|action| self.is_source(action));
        if sources {
            let note = "a stage that does nothing is taken to follow";
            let told = self.told((0, 0), note);
            let stage = self.made(json!({"name": STAGE, "actions": [{
                "name": STAGE, "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
            }]}));
            let path = self.path(&[]);
            self.list(&path)?.push(stage);
            return Some(told);
        }
        let orphans = self.orphans();
        let first = self.stages().first().map(|stage| self.text(stage, &["name"]).to_owned()).unwrap_or_default();
        let note = match orphans.as_slice() {
            [] => "a stage of sources is taken to come before".to_owned(),
            all => format!("stages that make {} are taken to come before: what they are allowed is not known", all.join(", ")),
        };
        let told =
            Told { part: vec![first], spot: self.stages().first().map(|stage| self.spot(stage)), notes: vec![note], repairs: Vec::new() };
        self.bring(&orphans)?;
        Some(told)
    }

    /// An artifact that nobody makes, or that is made only later.
    fn undeclared(&mut self, artifact: &str, rest: &str) -> Option<Told> {
        let asks = |(_, one): &(At, &Node)| {
            self.artifacts(one, "inputArtifacts").contains(&artifact) && rest.starts_with(&format!("action {} ", self.text(one, &["name"])))
        };
        let at = self.all().into_iter().find(asks).map(|(at, _)| at)?;
        let before: BTreeSet<String> = self
            .all()
            .into_iter()
            .filter(|((stage, _), _)| *stage < at.0)
            .flat_map(|(_, one)| self.artifacts(one, "outputArtifacts"))
            .map(str::to_owned)
            .collect();
        let n = self.artifacts(tree::at(self.tree, &self.action_path(at))?, "inputArtifacts").iter().position(|one| *one == artifact)?;
        let path = [self.action_path(at), vec![self.key("inputArtifacts"), Step::Item(n), self.key("name")]].concat();
        let spot = tree::at(self.tree, &path).map(|node| node.span.clone());
        let meant = did_you_mean(artifact, before.iter().map(String::as_str));
        let name = meant.as_ref().and_then(|meant| meant.split('\'').nth(1)).map(str::to_owned);
        let mut told = self.told(at, &meant.unwrap_or_else(|| format!("something that makes {artifact} is taken to come before")));
        told.spot = spot.or(told.spot);
        match name {
            Some(name) => {
                told.repairs.push(advice(format!("Write {name} instead of {artifact}")));
                self.rename(&path, &name)?;
            }
            None if self.outputs().contains(artifact) => {
                let other = format!("{artifact}-before");
                self.rename(&path, &other)?;
                self.bring(&[other])?;
            }
            None => self.bring(&[artifact.to_owned()])?,
        }
        Some(told)
    }

    fn spot(&self, node: &Node) -> Span {
        node.get(&self.name("name")).map_or_else(|| node.span.clone(), |name| name.span.clone())
    }

    fn told(&self, (stage, action): At, note: &str) -> Told {
        let name = |node: Option<&Node>| node.map(|node| self.text(node, &["name"]).to_owned());
        let stage_node = self.stages().get(stage);
        let action_node = self.actions(stage).get(action);
        let spot = action_node.or(stage_node).map(|node| self.spot(node));
        let part = [name(stage_node), name(action_node)].into_iter().flatten().collect();
        Told { part, spot, notes: vec![note.to_owned()], repairs: Vec::new() }
    }
}

/// What is told of a fault.
pub(super) struct Told {
    /// The stage's name, and the action's.
    pub(super) part: Vec<String>,
    /// Where it stands in the tree.
    pub(super) spot: Option<Span>,
    notes: Vec<String>,
    repairs: Vec<crate::Repair>,
}

impl Told {
    pub(super) fn mended(self, parent: &[String], id: &str, title: String, place: Option<crate::Place>) -> Mended {
        let causes = place.map(|place| crate::Cause { text: "here".into(), place: Some(place) }).into_iter().collect();
        let part = [parent, &self.part].concat();
        Mended { id: format!("{}/{id}", part.join("/")), part, title, causes, notes: self.notes, repairs: self.repairs }
    }
}
