//! What is found: denials, and what cannot be deployed.

use crate::{
    Call, Cause, Certainty, Finding, Kind, Layer, Pipeline, Place, Severity, Stack, Value,
    driver::{Driver, StackName, list, text},
    reasons,
    refusals::{At, Missing, Refusal},
};
use base::AccountId;
use gate::Error;
use serde_json::{Value as Json, json};
use template::Template;

/// A shorter value is in a message by chance.
const SHORTEST_QUOTED: usize = 6;
/// Lines of an action in a template.
const LONGEST_ACTION: usize = 60;

/// AWS's words where one resource failed because another did.
const CANCELLED: &str = "Resource creation cancelled";

impl Driver<'_> {
    /// A role that is assumed and is not there: the next rehearsal takes it to exist.
    pub(crate) fn missing_role(&mut self, refusal: &Refusal) {
        let role = refusal.resource.contains(":role/") && refusal.action == "sts:AssumeRole";
        if !role || self.mends.roles.contains(&refusal.resource) || self.world.has_principal(&refusal.resource) != Some(false) {
            return;
        }
        self.mends.roles.insert(refusal.resource.clone());
        let (layer, subject) = self.subject(refusal);
        self.mends.findings.push(Finding {
            id: format!("assumed/role/{}", refusal.resource),
            kind: Kind::Assumed,
            severity: Severity::Warning,
            layer,
            subject,
            title: format!("{} is in none of the stacks: it is taken to exist", refusal.resource),
            call: None,
            causes: Vec::new(),
            notes: vec![format!("its trust is taken to let {} assume it, and its policies to allow what it does", refusal.principal)],
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        });
    }

    /// A refusal as a finding. None: it is about a role of which nothing is known, and is taken to be allowed.
    pub(crate) fn denied(&self, refusal: &Refusal) -> Option<Finding> {
        if self.mends.roles.contains(&refusal.principal) || self.mends.roles.contains(&refusal.resource) {
            return None;
        }
        Some(self.denial(refusal))
    }

    fn denial(&self, refusal: &Refusal) -> Finding {
        let (layer, subject) = self.subject(refusal);
        let resource = self.names.of(&refusal.resource).unwrap_or_else(|| refusal.resource.clone());
        let who = self.names.of(&refusal.principal).unwrap_or_else(|| refusal.principal.clone());
        let causes = reasons::telling(refusal)
            .into_iter()
            .map(|reason| Cause { text: reasons::in_words(reason), place: self.place(reason) })
            .collect();
        let certainty = match refusal.depends_on.is_empty() {
            true => Certainty::Certain,
            false => Certainty::DependsOn { options: refusal.depends_on.clone(), otherwise: "the call is allowed".into() },
        };
        let (mut causes, mut repairs): (Vec<Cause>, _) = (causes, self.repairs(refusal));
        if let Some((cause, repair)) = self.keyless_project(refusal) {
            causes.insert(0, cause);
            repairs = vec![repair];
        }
        Finding {
            id: format!("denied/{}/{}/{}", self.names.id_of(&refusal.principal), refusal.action, self.names.id_of(&refusal.resource)),
            kind: Kind::Denied,
            severity: Severity::Error,
            layer,
            subject,
            title: format!("{who} may not {} on {resource}", refusal.action),
            call: Some(Call {
                caller: refusal.caller.clone(),
                principal: refusal.principal.clone(),
                action: refusal.action.clone(),
                resource: refusal.resource.clone(),
                // What is imagined is one operation for all actions.
                operation: if refusal.operation.ends_with(":Perform") { refusal.action.clone() } else { refusal.operation.clone() },
                within: refusal.within.clone(),
                context: reasons::context(refusal),
            }),
            causes,
            notes: reasons::notes(refusal),
            certainty,
            repairs,
        }
    }

    fn subject(&self, refusal: &Refusal) -> (Layer, Vec<String>) {
        let of = |work: &str, part: &[String]| {
            let account = self.account_name(work.split(':').nth(4).unwrap_or_default());
            let name = work.rsplit(':').next().unwrap_or_default();
            // stack/NAME/ID
            let name = name.strip_prefix("stack/").and_then(|rest| rest.split('/').next()).unwrap_or(name);
            [vec![account, name.to_owned()], part.to_vec()].concat()
        };
        let layer = if refusal.at == At::Run { Layer::Run } else { Layer::Deployment };
        let subject = match (&refusal.about, &refusal.at) {
            (Some(about), _) => of(&about.work, &about.part),
            (None, At::Stack(account, name) | At::Pipeline(account, name)) => vec![account.clone(), name.clone()],
            (None, _) => {
                // codebuild/ACCOUNT/REGION/PROJECT:ID
                let build = refusal.during.rsplit('/').next().unwrap_or_default();
                self.builds.get(build).cloned().unwrap_or_else(|| vec![refusal.caller.clone()])
            }
        };
        (layer, subject)
    }

    /// Where a reason's statement, or what it should be in, was written.
    fn place(&self, reason: &Json) -> Option<Place> {
        let origin = reason.get("origin")?;
        let number = |value: &Json| value.as_u64().and_then(|n| u32::try_from(n).ok());
        let (line, column) = match origin["element"].as_array().map(Vec::as_slice) {
            Some([line, column]) => (number(line)?, number(column)?),
            _ => (number(&origin["line"])?, number(&origin["column"])?),
        };
        let stack = self.stack_of(text(origin, "stack"))?;
        Some(Place { file: stack.template.clone(), line, column, length: 0 })
    }

    /// The stack of an ARN.
    pub(crate) fn stack_of(&self, arn: &str) -> Option<&Stack> {
        let account = self.account_name(arn.split(':').nth(4)?);
        let name = arn.split('/').nth(1)?;
        self.estate.stacks.iter().find(|stack| stack.account == account && stack.name == name)
    }

    /// A policy that names a principal which was not there.
    pub(crate) fn missing_principal(&mut self, missing: &Missing) {
        let principal = &missing.principal;
        let (work, part) = missing.about.as_ref().map(|about| (about.work.clone(), about.part.clone())).unwrap_or_default();
        let stack = self.stack_of(&work).cloned();
        let place = stack.as_ref().and_then(|stack| self.named_in(stack, part.first()?, principal));
        let owner = part.first().map_or_else(|| "a policy".to_owned(), |id| format!("the policy of {id}"));
        let subject = match &stack {
            Some(stack) => [vec![stack.account.clone(), stack.name.clone()], part].concat(),
            None => vec![principal.clone()],
        };
        let causes = vec![Cause { text: "named here".into(), place }];
        let there = self.world.has_principal(principal);
        let (kind, severity, title, notes) = match there {
            Some(true) => (
                Kind::Undeployable,
                Severity::Error,
                format!("{owner} names {principal}, which is made only later: AWS refuses the policy"),
                vec![
                    "deploy what makes the principal first; or name its account's root, and narrow it by the condition aws:PrincipalArn"
                        .into(),
                ],
            ),
            _ => (
                Kind::Assumed,
                if there.is_some() { Severity::Warning } else { Severity::Note },
                format!("{owner} names {principal}, which is in none of the stacks: it is taken to exist"),
                vec!["if it does not exist, AWS refuses the policy".into()],
            ),
        };
        let made_by = self.names.stack_of(principal).filter(|_| there == Some(true));
        let mut notes = notes;
        if let (Some(made_by), Some(stack)) = (&made_by, &stack) {
            notes.insert(0, format!("the stack {}/{} makes it", made_by.0, made_by.1));
            self.deploy_before(made_by, stack);
        }
        let id = format!("{}/principal/{}/{principal}", kind.name(), subject.join("/"));
        let layer = Layer::Deployment;
        let (certainty, repairs) = (Certainty::Certain, Vec::new());
        let finding = Finding { id, kind, severity, layer, subject, title, call: None, causes, notes, certainty, repairs };
        match made_by.is_some() {
            // The next rehearsal has the order right, and finds it no more.
            true if !self.mends.findings.iter().any(|known| known.id == finding.id) => self.mends.findings.push(finding),
            true => {}
            false => self.findings.push(finding),
        }
    }

    /// Has the next rehearsal deploy a stack before another, unless it waits for that one's outputs.
    fn deploy_before(&mut self, first: &StackName, then: &Stack) {
        let name = (then.account.clone(), then.name.clone());
        let waits = self.estate.stacks.iter().filter(|stack| stack.account == first.0 && stack.name == first.1).any(|stack| {
            let of_it = |value: &Value| matches!(value, Value::Output(account, stack, _) if (account, stack) == (&name.0, &name.1));
            stack.parameters.values().any(of_it)
        });
        let pair = (first.clone(), name);
        if !waits && pair.0 != pair.1 && !self.mends.order.contains(&pair) {
            self.mends.order.push(pair);
        }
    }

    /// Where an action of a pipeline is declared, or the setting that the message is about.
    pub(crate) fn action_place(&self, account: AccountId, pipeline: &str, failed: &Json, message: &str) -> Option<Cause> {
        let action = text(failed, "actionName");
        let arn = format!("arn:aws:codepipeline:{}:{account}:{pipeline}", self.estate.region);
        let made = self.names.stack_of(&arn);
        let stack =
            made.as_ref().and_then(|(account, name)| self.estate.stacks.iter().find(|one| one.account == *account && one.name == *name));
        let place = match stack {
            Some(stack) => {
                let (_, logical_id, _) = self.names.within(&arn, &stack.account, &stack.name)?;
                let place = self.named_in(stack, logical_id, action)?;
                self.setting(stack, &place, failed, message).unwrap_or(place)
            }
            None => {
                let named = |one: &&Pipeline| one.input.pointer("/pipeline/name").and_then(Json::as_str) == Some(pipeline);
                let file = self.estate.files.get(&self.estate.pipelines.iter().find(named)?.file)?;
                let quoted = format!("\"{action}\"");
                let (line, column) =
                    file.text.lines().enumerate().find_map(|(n, line)| Some((n, line[..line.find(&quoted)?].chars().count())))?;
                let length = u32::try_from(quoted.chars().count()).ok()?;
                Place { file: file.path.clone(), line: u32::try_from(line).ok()? + 1, column: u32::try_from(column).ok()? + 1, length }
            }
        };
        Some(Cause { text: "this action".into(), place: Some(place) })
    }

    /// Where the setting of an action stands whose value a message quotes.
    fn setting(&self, stack: &Stack, action: &Place, failed: &Json, message: &str) -> Option<Place> {
        let settings = failed["input"]["configuration"].as_object()?;
        let quoted = |value: &Json| value.as_str().is_some_and(|value| value.len() > SHORTEST_QUOTED && message.contains(value));
        let length = |value: &Json| value.as_str().map_or(0, str::len);
        let (name, _) = settings.iter().filter(|(_, value)| quoted(value)).max_by_key(|(_, value)| length(value))?;
        let lines = self.estate.text(&stack.template)?.lines().enumerate().skip(action.line as usize).take(LONGEST_ACTION);
        let key = format!("{name}:");
        // An action has members of the same names beside its settings.
        let (n, column) = lines
            .skip_while(|(_, line)| !line.contains("Configuration"))
            .find_map(|(n, line)| Some((n, line[..line.find(&key)?].chars().count())))?;
        let number = |n: usize| u32::try_from(n).ok();
        Some(Place { file: action.file.clone(), line: number(n)? + 1, column: number(column)? + 1, length: number(name.chars().count())? })
    }

    /// Where a resource of a template names something: its line, or the resource's.
    pub(crate) fn named_in(&self, stack: &Stack, logical_id: &str, what: &str) -> Option<Place> {
        let source = self.estate.text(&stack.template)?;
        let template = Template::parse(source, &stack.template).ok()?;
        let span = &template.resource(logical_id)?.span;
        let at = |line: u32, column: u32, length: u32| Place { file: stack.template.clone(), line, column, length };
        let next = template.resources().iter().map(|resource| resource.span.line).filter(|line| *line > span.line).min();
        let name = what.rsplit('/').next().unwrap_or(what);
        let lines = source.lines().enumerate().skip(span.line as usize);
        let mut within = lines.take_while(|(n, _)| next.is_none_or(|next| *n + 1 < next as usize));
        let found = within.find_map(|(n, line)| {
            let column = line.find(name)?;
            Some(at(n as u32 + 1, line[..column].chars().count() as u32 + 1, name.chars().count() as u32))
        });
        found.or_else(|| Some(at(span.line, span.column, span.width().unwrap_or_default())))
    }

    /// A stack that CloudFormation refuses as a whole.
    pub(crate) fn refused_stack(&mut self, stack: &Stack, error: &Error) {
        let (line, column) = reasons::place_in(&error.message).unwrap_or((1, 1));
        let place = Place { file: stack.template.clone(), line, column, length: 0 };
        self.undeployable(
            format!("undeployable/stack/{}/{}", stack.account, stack.name),
            vec![stack.account.clone(), stack.name.clone()],
            format!("CloudFormation refuses the template: {}", error.message.replace("template:", &format!("{}:", stack.template))),
            Some(place),
        );
        self.summary.not_rehearsed.push(format!("what the stack {}/{} would have made", stack.account, stack.name));
    }

    pub(crate) fn missing_output(&mut self, stack: &Stack, parameter: &str, (account, name, output): &(String, String, String)) {
        self.undeployable(
            format!("undeployable/output/{account}/{name}/{output}"),
            vec![stack.account.clone(), stack.name.clone()],
            format!("the parameter {parameter} is to be the output {output} of the stack {account}/{name}, which does not give it"),
            None,
        );
    }

    /// The resources of a stack that could not be made.
    pub(crate) fn failed_resources(&mut self, account: AccountId, stack: &Stack) -> Result<(), Error> {
        let answer = self.world.call(account, "cloudformation:DescribeStackEvents", json!({"StackName": stack.name}))?;
        let source = self.estate.text(&stack.template).unwrap_or_default().to_owned();
        let template = Template::parse(&source, &stack.template).ok();
        for event in list(&answer, "StackEvents").iter().rev() {
            let (id, reason) = (text(event, "LogicalResourceId"), told(text(event, "ResourceStatusReason")));
            let of_stack = text(event, "ResourceType") == "AWS::CloudFormation::Stack" && id == stack.name;
            if of_stack || !text(event, "ResourceStatus").ends_with("_FAILED") || reason.starts_with(CANCELLED) {
                continue;
            }
            let place = template.as_ref().and_then(|template| template.resource(id)).map(|resource| Place {
                file: stack.template.clone(),
                line: resource.span.line,
                column: resource.span.column,
                length: resource.span.width().unwrap_or_default(),
            });
            let subject = vec![stack.account.clone(), stack.name.clone(), id.to_owned()];
            let title = format!("{} {id} cannot be made: {reason}", text(event, "ResourceType"));
            self.undeployable(format!("undeployable/resource/{}", subject.join("/")), subject, title, place);
        }
        self.summary.not_rehearsed.push(format!("what the stack {}/{} did not come to make", stack.account, stack.name));
        Ok(())
    }

    pub(crate) fn refused_pipeline(&mut self, pipeline: &Pipeline, name: &str, error: &Error) {
        self.undeployable(
            format!("undeployable/pipeline/{}/{name}", pipeline.account),
            vec![pipeline.account.clone(), name.to_owned()],
            format!("CreatePipeline refuses the pipeline {name}: {}", error.message),
            Some(Place { file: pipeline.file.clone(), line: 1, column: 1, length: 0 }),
        );
        self.summary.not_rehearsed.push(format!("the pipeline {}/{name}", pipeline.account));
    }

    fn undeployable(&mut self, id: String, subject: Vec<String>, title: String, place: Option<Place>) {
        let causes = place.map(|place| Cause { text: "here".into(), place: Some(place) }).into_iter().collect();
        self.findings.push(Finding {
            id,
            kind: Kind::Undeployable,
            severity: Severity::Error,
            layer: Layer::Deployment,
            subject,
            title,
            call: None,
            causes,
            notes: Vec::new(),
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        });
    }

    /// Something that is not known.
    pub(crate) fn unknown(&mut self, id: String, subject: Vec<String>, title: String, notes: Vec<String>) {
        self.aside(Kind::Unknown, id, subject, title, notes);
    }

    /// Something that is taken to exist.
    pub(crate) fn assumed(&mut self, id: String, subject: Vec<String>, title: String) {
        self.aside(Kind::Assumed, id, subject, title, Vec::new());
    }

    fn aside(&mut self, kind: Kind, id: String, subject: Vec<String>, title: String, notes: Vec<String>) {
        if self.findings.iter().any(|finding| finding.id == id) {
            return;
        }
        self.findings.push(Finding {
            id,
            kind,
            severity: Severity::Note,
            layer: Layer::Run,
            subject,
            title,
            call: None,
            causes: Vec::new(),
            notes,
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        });
    }
}

/// A handler's message without what is about the request.
fn told(reason: &str) -> &str {
    let message = reason.strip_prefix("Resource handler returned message: \"").and_then(|rest| rest.rsplit_once("\" (RequestToken:"));
    message.map_or(reason, |(message, _)| message)
}
