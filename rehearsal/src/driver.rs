//! The course of a rehearsal: stacks, pipelines, sources, executions, and what was found on the way.

use crate::{
    Estate, Finding, Layer, Pipeline, Report, Stack, Subject, Summary, Value as Given,
    builds::Builds,
    imagined::{self, Gap},
    names::Names,
    refusals::{At, Refusals},
    world::{Setup, World},
};
use base::AccountId;
use gate::Error;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Rehearses an estate.
///
/// # Errors
/// The world itself failed: nothing of what the user gave is at fault.
pub fn rehearse(estate: &Estate, setup: &Setup) -> Result<Report, Error> {
    let mut mends = Mends::default();
    for _ in 0..MOST_TRIES {
        let (report, next) = once(estate, setup, mends.clone())?;
        if next == mends {
            return Ok(report);
        }
        mends = next;
    }
    once(estate, setup, mends).map(|(report, _)| report)
}

/// What an earlier rehearsal of the estate has found to stand in the way of the next: mended from the beginning.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Mends {
    /// Values that a build has to put out for the engines to take them: by the variable's name.
    pub(crate) values: BTreeMap<String, String>,
    /// Stacks that are deployed before others: (account, stack), and the one that comes after it.
    pub(crate) order: Vec<(StackName, StackName)>,
    /// The ARNs of roles that are taken to exist.
    pub(crate) roles: BTreeSet<String>,
    /// What was found of it.
    pub(crate) findings: Vec<Finding>,
}

/// A stack's account and its name.
pub(crate) type StackName = (String, String);

/// Rehearses once. Also gives what the next rehearsal has to mend beforehand.
fn once(estate: &Estate, setup: &Setup, mends: Mends) -> Result<(Report, Mends), Error> {
    let refusals = Arc::<Refusals>::default();
    let builds = Builds { values: mends.values.clone(), refusals: refusals.clone() };
    let world = World::new(setup, &estate.region, &estate.accounts, refusals, Arc::new(builds))?;
    let mut driver = Driver {
        estate,
        world,
        findings: Vec::new(),
        summary: Summary { accounts: estate.accounts.len(), ..Summary::default() },
        outputs: BTreeMap::new(),
        names: Names::default(),
        builds: BTreeMap::new(),
        parameters: BTreeMap::new(),
        declarations: BTreeMap::new(),
        mends,
    };
    driver.ground()?;
    driver.stacks()?;
    driver.pipelines()?;
    driver.run()?;
    driver.report()
}

/// Rehearsals of one estate: each but the last learns a value that its engines do not take.
const MOST_TRIES: usize = 8;

pub(crate) struct Driver<'e> {
    pub(crate) estate: &'e Estate,
    pub(crate) world: World,
    /// Faults other than denials, in their order; the denials among them come at the end.
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: Summary,
    /// What stacks gave: account's name, stack's name, output's name.
    outputs: BTreeMap<(String, String, String), String>,
    pub(crate) names: Names,
    /// What stacks were given: names and values.
    pub(crate) parameters: BTreeMap<StackName, Vec<(String, String)>>,
    /// The pipelines' declarations, by ARN.
    pub(crate) declarations: BTreeMap<String, Value>,
    pub(crate) mends: Mends,
    /// The actions that started builds, by the builds' ids: account, pipeline, stage, action.
    pub(crate) builds: BTreeMap<String, Vec<String>>,
}

/// A list member, or an empty one.
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// A text member, or nothing.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
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

    fn stacks(&mut self) -> Result<(), Error> {
        let stacks: Vec<Stack> = self.in_order().into_iter().cloned().collect();
        for stack in &stacks {
            let Some(account) = self.account(&stack.account) else { continue };
            self.world.refusals.at(At::Stack(stack.account.clone(), stack.name.clone()));
            if self.deploy(account, stack)? {
                self.summary.stacks += 1;
                self.summary.subjects.push(Subject { layer: Layer::Deployment, path: vec![stack.account.clone(), stack.name.clone()] });
            }
        }
        Ok(())
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
                        None => {
                            self.missing_output(stack, key, &from);
                            continue;
                        }
                    }
                }
            };
            self.parameters.entry((stack.account.clone(), stack.name.clone())).or_default().push((key.clone(), value.clone()));
            parameters.push(json!({"ParameterKey": key, "ParameterValue": value}));
        }
        let capabilities = match stack.capabilities.is_empty() {
            true => vec!["CAPABILITY_NAMED_IAM".to_owned(), "CAPABILITY_AUTO_EXPAND".to_owned()],
            false => stack.capabilities.clone(),
        };
        let tags: Vec<Value> = stack.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        // What was made stays, so that all that does not need the rest goes on.
        let input = json!({
            "StackName": stack.name, "TemplateBody": template, "Parameters": parameters, "Capabilities": capabilities, "Tags": tags,
            "DisableRollback": true,
        });
        if let Err(error) = self.world.call(account, "cloudformation:CreateStack", input) {
            self.refused_stack(stack, &error);
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
            self.failed_resources(account, stack)?;
        }
        Ok(complete)
    }

    /// What the stack's resources are called in the template.
    fn learn_names(&mut self, account: AccountId, stack: &Stack) -> Result<(), Error> {
        let answer = self.world.call(account, "cloudformation:DescribeStackResources", json!({"StackName": stack.name}))?;
        for resource in list(&answer, "StackResources") {
            self.names.learn(account, &stack.account, &stack.name, resource);
        }
        Ok(())
    }

    fn pipelines(&mut self) -> Result<(), Error> {
        for pipeline in &self.estate.pipelines {
            let Some(account) = self.account(&pipeline.account) else { continue };
            let name = pipeline.input.pointer("/pipeline/name").and_then(Value::as_str).unwrap_or_default().to_owned();
            self.world.refusals.at(At::Pipeline(pipeline.account.clone(), name.clone()));
            if let Err(error) = self.world.call(account, "codepipeline:CreatePipeline", self.filled_in(pipeline)) {
                self.refused_pipeline(pipeline, &name, &error);
            }
        }
        Ok(())
    }

    /// The pipeline's input with the outputs that it waits for.
    fn filled_in(&self, pipeline: &Pipeline) -> Value {
        let mut input = pipeline.input.clone();
        for (pointer, mark, value) in &pipeline.outputs {
            let value = match value {
                Given::Text(text) => Some(text),
                Given::Output(account, stack, output) => self.outputs.get(&(account.clone(), stack.clone(), output.clone())),
            };
            if let (Some(Value::String(text)), Some(value)) = (input.pointer_mut(pointer), value) {
                *text = text.replace(mark, value);
            }
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

    fn report(mut self) -> Result<(Report, Mends), Error> {
        let (refusals, missing) = self.world.refusals.take();
        for missing in &missing {
            self.missing_principal(missing);
        }
        self.gaps()?;
        self.summary.calls = self.world.decided();
        self.summary.denied = refusals.len();
        for refusal in &refusals {
            self.missing_role(refusal);
        }
        let mut findings = self.mends.findings.clone();
        findings.append(&mut self.findings);
        findings.extend(refusals.iter().filter_map(|refusal| self.denied(refusal)));
        // In the order in which a user would meet them; the lists are.
        findings.sort_by_key(|finding| finding.layer);
        for place in findings.iter_mut().flat_map(|finding| &mut finding.causes).filter_map(|cause| cause.place.as_mut()) {
            *place = self.estate.place(place);
        }
        Ok((Report { findings, summary: self.summary, files: self.estate.files.clone() }, self.mends))
    }
}
