//! The course of a rehearsal: stacks, pipelines, sources, executions, and what was found on the way.

use crate::{
    Account, Estate, Finding, Layer, MadeText, Pipeline, Report, Stack, Subject, Summary, Value as Given,
    builds::Builds,
    imagined::{self, Gap},
    names::Names,
    refusals::{At, Refusals},
    repairs::{
        Mending,
        calls::{Calls, Needed},
    },
    rights,
    world::{Setup, World},
};
use base::AccountId;
use gate::Error;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock},
};

/// What an earlier rehearsal of the estate has found to stand in the way of the next: mended from the beginning.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Mends {
    /// Stacks that are deployed before others: (account, stack), and the one that comes after it.
    pub(crate) order: Vec<(StackName, StackName)>,
    /// Templates that are deployed otherwise than they stand.
    pub(crate) texts: BTreeMap<String, MadeText>,
    /// Parameters that stacks are given under another name: the stack, the name as it was written, and the one that was meant.
    pub(crate) renamed: BTreeMap<(StackName, String), String>,
    /// Pipelines that are made otherwise than they stand, by their places in the estate.
    pub(crate) pipelines: BTreeMap<usize, Value>,
    /// The ARNs of roles that are taken to exist.
    pub(crate) roles: BTreeSet<String>,
    /// The ARNs of roles that stand ready until the stack that makes them is deployed.
    pub(crate) ahead: BTreeMap<String, StackName>,
    /// What was found of it.
    pub(crate) findings: Vec<Finding>,
}

/// A stack's account and its name.
pub(crate) type StackName = (String, String);

/// The estate's accounts, and those of the roles that are taken to exist.
fn accounts(estate: &Estate, mends: &Mends) -> Vec<Account> {
    let mut all = estate.accounts.clone();
    let missed = mends.roles.iter().filter_map(|role| role.split(':').nth(4)?.parse::<AccountId>().ok());
    for id in missed.chain(estate.given.state.accounts()) {
        if !all.iter().any(|known| known.id == id) {
            all.push(Account { name: id.to_string(), id });
        }
    }
    all
}

pub(crate) struct Driver<'e> {
    pub(crate) estate: &'e Estate,
    pub(crate) world: World,
    pub(crate) imagine: Arc<Builds>,
    /// Faults other than denials, in their order; the denials among them come at the end.
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: Summary,
    /// What stacks gave: account's name, stack's name, output's name.
    pub(crate) outputs: BTreeMap<(String, String, String), String>,
    pub(crate) names: Names,
    /// What stacks were given: names and values.
    pub(crate) parameters: BTreeMap<StackName, Vec<(String, String)>>,
    /// The pipelines' declarations, by ARN.
    pub(crate) declarations: BTreeMap<String, Value>,
    pub(crate) mends: Mends,
    /// How many of its findings earlier rehearsals made: their places are the user's.
    told: usize,
    /// Another rehearsal follows if something is mended.
    may_mend: bool,
    /// The actions that started builds, by the builds' ids: account, pipeline, stage, action.
    pub(crate) builds: BTreeMap<String, Vec<String>>,
}

/// Puts a text in the place of another wherever it stands.
fn replaced(value: &mut Value, mark: &str, by: &str) {
    match value {
        Value::String(text) if text.contains(mark) => *text = text.replace(mark, by),
        Value::Array(items) => items.iter_mut().for_each(|item| replaced(item, mark, by)),
        Value::Object(members) => members.values_mut().for_each(|member| replaced(member, mark, by)),
        _ => {}
    }
}

/// A list member, or an empty one.
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// A text member, or nothing.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

impl<'e> Driver<'e> {
    pub(crate) fn new(estate: &'e Estate, setup: &Setup, mends: Mends, mend: bool) -> Result<Self, Error> {
        let refusals = Arc::<Refusals>::default();
        let imagine = Arc::new(Builds {
            values: Mutex::default(),
            refusals: refusals.clone(),
            files: estate.files.clone(),
            wanted: Mutex::default(),
            gate: OnceLock::new(),
        });
        let world = World::new(setup, &estate.region, &accounts(estate, &mends), refusals, imagine.clone())?;
        imagine.gate.get_or_init(|| world.gate.clone());
        Ok(Self {
            estate,
            world,
            imagine,
            findings: Vec::new(),
            summary: Summary { accounts: estate.accounts.len(), ..Summary::default() },
            outputs: BTreeMap::new(),
            names: Names::default(),
            builds: BTreeMap::new(),
            parameters: BTreeMap::new(),
            declarations: BTreeMap::new(),
            told: mends.findings.len(),
            may_mend: mend,
            mends,
        })
    }

    /// Deploys and runs all of it. False: what comes behind a fault is not judged before it is mended.
    pub(crate) fn go(&mut self) -> Result<bool, Error> {
        self.ground()?;
        if !(self.stacks()? && self.pipelines()?) {
            return Ok(false);
        }
        self.run()?;
        self.functions()?;
        self.trails()?;
        Ok(true)
    }
}

impl Driver<'_> {
    pub(crate) fn account(&self, name: &str) -> Option<AccountId> {
        self.estate.accounts.iter().find(|account| account.name == name).map(|account| account.id)
    }

    /// What an account is called.
    pub(crate) fn account_name(&self, id: &str) -> String {
        self.estate.accounts.iter().find(|account| account.id.as_str() == id).map_or_else(|| id.to_owned(), |account| account.name.clone())
    }

    /// The stacks in the order in which they can be deployed.
    fn in_order(&self) -> Vec<&'_ Stack> {
        let mut stacks: Vec<&Stack> = self.estate.stacks.iter().collect();
        for (first, then) in &self.mends.order {
            let at = |name: &StackName| stacks.iter().position(|stack| stack.account == name.0 && stack.name == name.1);
            if let (Some(first), Some(then)) = (at(first), at(then))
                && then < first
            {
                let moved = stacks.remove(first);
                stacks.insert(then, moved);
            }
        }
        stacks
    }

    /// Deploys the stacks. False: the next rehearsal goes on behind a fault.
    fn stacks(&mut self) -> Result<bool, Error> {
        let stacks: Vec<Stack> = self.in_order().into_iter().cloned().collect();
        for stack in &stacks {
            let Some(account) = self.account(&stack.account) else { continue };
            self.world.refusals.at(At::Stack(stack.account.clone(), stack.name.clone()));
            let before = (self.mends.texts.clone(), self.mends.renamed.len());
            if self.deploy(account, stack)? {
                self.summary.stacks += 1;
                self.summary.subjects.push(Subject { layer: Layer::Deployment, path: vec![stack.account.clone(), stack.name.clone()] });
            }
            if (&self.mends.texts, self.mends.renamed.len()) != (&before.0, before.1) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Deploys a stack. False: it did not come to be, or not whole.
    fn deploy(&mut self, account: AccountId, stack: &Stack) -> Result<bool, Error> {
        let Some(template) = self.estate.text(&stack.template).map(str::to_owned) else { return Ok(false) };
        let mut parameters = Vec::new();
        for (key, value) in &stack.parameters {
            let value = match value {
                Given::Text(text) => text.clone(),
                Given::Output(account, name, output) => {
                    let from = (account.clone(), name.clone(), output.clone());
                    match self.outputs.get(&from) {
                        Some(value) => value.clone(),
                        None => match self.missing_output(stack, key, &from) {
                            Some(meant) => meant,
                            None => continue,
                        },
                    }
                }
                Given::Made(account, name, logical_id, as_arn) => {
                    let Some(id) = self.account(account) else { continue };
                    match self.names.made(id, (account, name), logical_id) {
                        Some((kind, physical)) if *as_arn => self.arn_of(id, kind, physical),
                        Some((_, physical)) => physical.to_owned(),
                        // It could not be made, which is told.
                        None => continue,
                    }
                }
            };
            self.parameters.entry((stack.account.clone(), stack.name.clone())).or_default().push((key.clone(), value.clone()));
            let name = (stack.account.clone(), stack.name.clone());
            let key = self.mends.renamed.get(&(name, key.clone())).unwrap_or(key);
            parameters.push(json!({"ParameterKey": key, "ParameterValue": value}));
        }
        let capabilities = match stack.capabilities.is_empty() {
            true => vec!["CAPABILITY_NAMED_IAM".to_owned(), "CAPABILITY_AUTO_EXPAND".to_owned()],
            false => stack.capabilities.clone(),
        };
        self.make_room(stack);
        let tags: Vec<Value> = stack.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        // What was made stays, so that all that does not need the rest goes on.
        let input = json!({
            "StackName": stack.name, "TemplateBody": template, "Parameters": parameters, "Capabilities": capabilities, "Tags": tags,
            "DisableRollback": true,
        });
        if let Err(error) = self.world.call(account, "cloudformation:CreateStack", input) {
            if !(self.may_mend && self.mend_refused(stack, &error)) {
                self.refused_stack(stack, &error);
            }
            return Ok(false);
        }
        let name = stack.name.clone();
        let settled = self.world.run_until(|world| {
            let answer = world.call(account, "cloudformation:DescribeStacks", json!({"StackName": name}))?;
            let status = list(&answer, "Stacks").first().map(|found| text(found, "StackStatus").to_owned()).unwrap_or_default();
            Ok(!status.ends_with("_IN_PROGRESS"))
        })?;
        let answer = self.world.call(account, "cloudformation:DescribeStacks", json!({"StackName": stack.name}))?;
        let Some(found) = list(&answer, "Stacks").first() else { return Ok(false) };
        for output in list(found, "Outputs") {
            let key = (stack.account.clone(), stack.name.clone(), text(output, "OutputKey").to_owned());
            self.outputs.insert(key, text(output, "OutputValue").to_owned());
        }
        self.learn_names(account, stack)?;
        let complete = settled && text(found, "StackStatus") == "CREATE_COMPLETE";
        if !complete {
            let failed = self.failed_resources(account, stack)?;
            if !(self.may_mend && self.mend_failed(stack, &failed)) {
                self.cannot_be_made(stack, &failed);
            }
        }
        Ok(complete)
    }

    /// The ARN of what a stack made, of the kinds that parameters take.
    fn arn_of(&self, account: AccountId, kind: &str, physical: &str) -> String {
        let region = &self.estate.region;
        match kind {
            "bucket" => format!("arn:aws:s3:::{physical}"),
            "key" => format!("arn:aws:kms:{region}:{account}:key/{physical}"),
            "role" => format!("arn:aws:iam::{account}:role/{physical}"),
            _ => physical.to_owned(),
        }
    }

    /// What the stack's resources are called in the template.
    fn learn_names(&mut self, account: AccountId, stack: &Stack) -> Result<(), Error> {
        let answer = self.world.call(account, "cloudformation:DescribeStackResources", json!({"StackName": stack.name}))?;
        for resource in list(&answer, "StackResources") {
            self.names.learn(account, &stack.account, &stack.name, resource);
        }
        Ok(())
    }

    /// Makes the pipelines that are given as JSON. False: the next rehearsal goes on behind a fault.
    fn pipelines(&mut self) -> Result<bool, Error> {
        let before = self.mends.pipelines.clone();
        for pipeline in &self.estate.pipelines {
            let Some(account) = self.account(&pipeline.account) else { continue };
            let name = pipeline.input.pointer("/pipeline/name").and_then(Value::as_str).unwrap_or_default().to_owned();
            self.world.refusals.at(At::Pipeline(pipeline.account.clone(), name.clone()));
            if let Err(error) = self.world.call(account, "codepipeline:CreatePipeline", self.filled_in(pipeline)) {
                let message = error.clone();
                if !(self.may_mend && self.mend_refused_pipeline(pipeline, &name, error)) {
                    self.refused_pipeline(pipeline, &name, &message);
                }
            }
        }
        Ok(self.mends.pipelines == before)
    }

    /// The pipeline's input with the outputs that it waits for.
    pub(crate) fn filled_in(&self, pipeline: &Pipeline) -> Value {
        let mut input = pipeline.input.clone();
        let mut everywhere = Vec::new();
        for (pointer, mark, value) in &pipeline.outputs {
            let value = match value {
                Given::Text(text) => Some(text),
                Given::Output(account, stack, output) => self.outputs.get(&(account.clone(), stack.clone(), output.clone())),
                // Pipelines are given no such values.
                Given::Made(..) => None,
            };
            match (input.pointer_mut(pointer), value) {
                (Some(Value::String(text)), Some(value)) if text.contains(mark) => *text = text.replace(mark, value),
                // It was moved.
                (_, Some(value)) => everywhere.push((mark, value)),
                _ => {}
            }
        }
        for (mark, value) in everywhere {
            replaced(&mut input, mark, value);
        }
        input
    }

    /// What the imagined services did not know.
    fn gaps(&mut self) -> Result<(), Error> {
        for what in self.world.refusals.all_unread() {
            self.unknown(format!("unknown/build/{what}"), vec!["builds".into()], what, Vec::new());
        }
        for note in imagined::notes(&self.world.gate)? {
            let subject = vec![self.names.of(&note.about).unwrap_or_else(|| note.about.clone())];
            match note.gap {
                Gap::Assumed => self.assumed(format!("assumed/{}", self.names.id_of(&note.about)), subject, note.text),
                Gap::Unknown => self.unknown(format!("unknown/{}", self.names.id_of(&note.about)), subject, note.text, Vec::new()),
            }
        }
        Ok(())
    }

    /// The places of what was told are those of the text that was deployed: the next rehearsal's may be another.
    fn settle_places(&mut self) {
        let estate = self.estate;
        let told = self.mends.findings.iter_mut().skip(self.told).flat_map(|finding| &mut finding.causes);
        told.filter_map(|cause| cause.place.as_mut()).for_each(|place| *place = estate.place(place));
    }

    /// What was mended is all that this rehearsal leads to.
    pub(crate) fn again_from_the_beginning(mut self) -> (Report, Mends) {
        self.settle_places();
        (Report { findings: Vec::new(), summary: self.summary, files: self.estate.files.clone(), matrix: Vec::new() }, self.mends)
    }

    pub(crate) fn report(mut self) -> Result<(Report, Mends), Error> {
        let (refusals, missing) = self.world.refusals.take();
        let made = cloudformation::made(&self.world.gate)?;
        made.iter().for_each(|one| self.names.learn_arn(one));
        for missing in &missing {
            self.missing_principal(missing, &made);
        }
        self.gaps()?;
        self.summary.calls = self.world.decided();
        for refusal in &refusals {
            self.missing_role(refusal);
        }
        let beyond = self.beyond(&refusals);
        let calls: Vec<Needed> = Calls::new(|look| self.world.each_decided(look)).into();
        let (mut grants, narrowings) = self.grants(&made, &calls);
        let matrix = self.matrix(&refusals, &calls);
        let mut findings = std::mem::take(&mut self.findings);
        let mending = Mending::new(&self, &refusals, made);
        let known = refusals.iter().filter(|refusal| !beyond.contains(&refusal.resource));
        let mut denied: Vec<Finding> = known.filter_map(|refusal| self.denied(refusal, &mending)).collect();
        // What differs only in what is made at random is one.
        let mut known = BTreeSet::new();
        denied.retain(|finding| known.insert(finding.id.clone()));
        rights::narrow(&mut grants, &narrowings, &mending);
        self.summary.denied = denied.len();
        findings.extend(denied);
        findings.extend(grants);
        // In the order in which a user would meet them; the lists are.
        findings.sort_by_key(|finding| finding.layer);
        for place in findings.iter_mut().flat_map(|finding| &mut finding.causes).filter_map(|cause| cause.place.as_mut()) {
            *place = self.estate.place(place);
        }
        self.settle_places();
        findings.splice(0..0, self.mends.findings.iter().cloned());
        findings.sort_by_key(|finding| finding.layer);
        Ok((Report { findings, summary: self.summary, files: self.estate.files.clone(), matrix }, self.mends))
    }
}
