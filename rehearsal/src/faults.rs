//! What is found: denials, and what cannot be deployed.

use crate::{
    Call, Cause, Certainty, Finding, Kind, Layer, Pipeline, Place, Severity, Stack, Value,
    driver::{Driver, StackName, list, text},
    mends::{self, Failed},
    reasons,
    refusals::{At, Missing, Refusal},
    repairs::{self, Mended, Mending},
    world::MANAGEMENT,
};
use base::AccountId;
use cloudformation::MadeResource;
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
        let account = refusal.resource.split(':').nth(4).unwrap_or_default();
        let role = refusal.resource.contains(":role/") && refusal.action == "sts:AssumeRole" && account != MANAGEMENT;
        // One of an account that nobody told of is not there either.
        if role && self.made_later(refusal) {
            return;
        }
        if !role || self.mends.roles.contains(&refusal.resource) || self.world.has_principal(&refusal.resource) == Some(true) {
            return;
        }
        self.mends.roles.insert(refusal.resource.clone());
        let (layer, subject) = self.subject(refusal);
        let who = self.names.of(&refusal.principal).unwrap_or_else(|| refusal.principal.clone());
        let mut notes = vec![format!("its trust is taken to let {who} assume it, and its policies to allow what it does")];
        if let (true, Some(account)) = (refusal.resource.contains(":role/cdk-"), refusal.principal.split(':').nth(4)) {
            let trust = if account.is_empty() { String::new() } else { format!(" --trust {account}") };
            notes.push(format!("`cdk bootstrap{trust}` makes such roles"));
        }
        self.mends.findings.push(Finding {
            id: format!("assumed/role/{}", refusal.resource),
            kind: Kind::Assumed,
            severity: Severity::Warning,
            layer,
            subject,
            title: format!("{} is in none of the stacks: it is taken to exist", refusal.resource),
            call: None,
            causes: Vec::new(),
            notes,
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        });
    }

    /// Whether a role that is assumed is made only later: the next rehearsal deploys the stack that makes it before, or has a
    /// role stand ready for it.
    fn made_later(&mut self, refusal: &Refusal) -> bool {
        let At::Stack(account, stack) = &refusal.at else { return false };
        let role = &refusal.resource;
        // Of a role that is there, the trust policy has a place.
        let unseen = |reason: &Json| text(reason, "kind") == "trust" && reason.get("origin").is_none_or(Json::is_null);
        if self.mends.ahead.contains_key(role) || !refusal.reasons.iter().any(unseen) {
            return false;
        }
        let Some(maker) = self.names.stack_of(role).filter(|maker| (&maker.0, &maker.1) != (account, stack)) else { return false };
        let Some(stack) = self.estate.stacks.iter().find(|one| one.account == *account && one.name == *stack).cloned() else {
            return false;
        };
        // What a policy that names it has told already.
        if self.mends.order.contains(&(maker.clone(), (stack.account.clone(), stack.name.clone()))) {
            return true;
        }
        let before = self.mends.order.len();
        self.deploy_before(&maker, &stack);
        let mut notes = vec![format!("the stack {}/{} makes it", maker.0, maker.1)];
        if self.mends.order.len() == before {
            self.mends.ahead.insert(role.clone(), maker);
            notes.push(format!("that stack waits for {}/{}: split this one, and make the pipeline last", stack.account, stack.name));
        } else {
            notes.push("deploy that stack first".into());
        }
        let (layer, subject) = self.subject(refusal);
        let name = refusal.about.as_ref().and_then(|about| about.part.first().cloned());
        let place = name.and_then(|id| self.named_in(&stack, &id, role));
        self.mends.findings.push(Finding {
            id: format!("undeployable/later/{}/{role}", subject.join("/")),
            kind: Kind::Undeployable,
            severity: Severity::Error,
            layer,
            title: format!("the pipeline needs {role}, which is made only later: CreatePipeline tries it, and is refused"),
            subject,
            call: None,
            causes: vec![Cause { text: "named here".into(), place }],
            notes,
            certainty: Certainty::Certain,
            repairs: Vec::new(),
        });
        true
    }

    /// A refusal as a finding. None: it is about a role of which nothing is known, and is taken to be allowed.
    pub(crate) fn denied(&self, refusal: &Refusal, mending: &Mending<'_>) -> Option<Finding> {
        if self.mends.roles.contains(&refusal.principal) || self.mends.roles.contains(&refusal.resource) {
            return None;
        }
        Some(self.denial(refusal, mending))
    }

    fn denial(&self, refusal: &Refusal, mending: &Mending<'_>) -> Finding {
        let (layer, subject) = self.subject(refusal);
        let resource = self.names.of(&refusal.resource).unwrap_or_else(|| refusal.resource.clone());
        let who = self.names.of(&refusal.principal).unwrap_or_else(|| refusal.principal.clone());
        let managed = repairs::managed_key(refusal).map(|service| {
            let account = refusal.resource.split(':').nth(4).unwrap_or_default();
            format!("AWS's key for {service} of account {}", self.account_name(account))
        });
        let resource = managed.clone().unwrap_or(resource);
        let Mended { repairs, mut causes } = mending.of(refusal);
        if managed.is_some() {
            let text = "the policy of AWS's own key lets in its account alone, and nobody can change it".to_owned();
            causes.push(Cause { text, place: None });
        }
        let found = !causes.is_empty();
        let told = if managed.is_some() { Vec::new() } else { reasons::telling(refusal, found) };
        causes.extend(told.into_iter().map(|reason| {
            let missing = reason["role"] == "missing";
            let owner = if missing { mending.place(text(reason, "kind"), refusal) } else { None };
            Cause { text: reasons::in_words(reason), place: owner.or_else(|| self.place(reason)) }
        }));
        let certainty = match refusal.depends_on.is_empty() {
            true => Certainty::Certain,
            false => Certainty::DependsOn { options: refusal.depends_on.clone(), otherwise: "the call is allowed".into() },
        };
        let again = refusal.at == At::Again;
        let perhaps = refusal.because.as_ref().is_some_and(|because| !because.certain);
        let mut notes = reasons::notes(refusal);
        notes.extend(self.told_in_state(refusal));
        if again {
            notes.push("the first run does not need it; the next one, which meets what the first has made, does".into());
        }
        Finding {
            id: format!("denied/{}/{}/{}", self.names.id_of(&refusal.principal), refusal.action, self.names.id_of(&refusal.resource)),
            kind: Kind::Denied,
            severity: if again || perhaps { Severity::Warning } else { Severity::Error },
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
            notes,
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
        let layer = if matches!(refusal.at, At::Run | At::Again) { Layer::Run } else { Layer::Deployment };
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
    pub(crate) fn place(&self, reason: &Json) -> Option<Place> {
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
    pub(crate) fn missing_principal(&mut self, missing: &Missing, made: &[MadeResource]) {
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
        let meant = mends::meant(principal, made).filter(|_| there != Some(true));
        let (kind, severity, title, notes) = match (there, meant) {
            (Some(true), _) => (
                Kind::Undeployable,
                Severity::Error,
                format!("{owner} names {principal}, which is made only later: AWS refuses the policy"),
                vec![
                    "deploy what makes the principal first; or name its account's root, and narrow it by the condition aws:PrincipalArn"
                        .into(),
                ],
            ),
            (_, Some(meant)) => (
                Kind::Undeployable,
                Severity::Error,
                format!("{owner} names {principal}, which is in none of the stacks: AWS refuses the policy if it does not exist"),
                vec![format!("did you mean {meant}?")],
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
            let of_it = |value: &Value| value.awaits() == Some((&name.0, &name.1));
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

    /// Where the name of a resource stands in a template.
    pub(crate) fn named_itself(&self, stack: &Stack, logical_id: &str) -> Option<Place> {
        let template = Template::parse(self.estate.text(&stack.template)?, &stack.template).ok()?;
        let span = &template.resource(logical_id)?.span;
        let length = span.width().unwrap_or_default();
        Some(Place { file: stack.template.clone(), line: span.line, column: span.column, length })
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
        let mut first = None;
        let mut found = None;
        for (n, line) in within.by_ref() {
            let whole = line.find(what).map(|start| start + what.len() - name.len());
            if let Some(column) = whole.or_else(|| line.find(name)) {
                let place = at(n as u32 + 1, line[..column].chars().count() as u32 + 1, name.chars().count() as u32);
                if whole.is_some() {
                    found = Some(place);
                    break;
                }
                first.get_or_insert(place);
            }
        }
        let found = found.or(first);
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

    /// The resources of a stack that could not be made.
    pub(crate) fn failed_resources(&mut self, account: AccountId, stack: &Stack) -> Result<Vec<Failed>, Error> {
        let answer = self.world.call(account, "cloudformation:DescribeStackEvents", json!({"StackName": stack.name}))?;
        let mut failed = Vec::new();
        for event in list(&answer, "StackEvents").iter().rev() {
            let (id, reason) = (text(event, "LogicalResourceId"), told(text(event, "ResourceStatusReason")));
            let of_stack = text(event, "ResourceType") == "AWS::CloudFormation::Stack" && id == stack.name;
            if of_stack || !text(event, "ResourceStatus").ends_with("_FAILED") || reason.starts_with(CANCELLED) {
                continue;
            }
            failed.push(Failed { id: id.to_owned(), reason: reason.to_owned() });
        }
        Ok(failed)
    }

    /// What is told of a stack that is not rehearsed whole.
    pub(crate) fn cannot_be_made(&mut self, stack: &Stack, failed: &[Failed]) {
        for Failed { id, reason } in failed {
            let subject = vec![stack.account.clone(), stack.name.clone(), id.clone()];
            let place = self.named_itself(stack, id);
            self.undeployable(
                format!("undeployable/resource/{}", subject.join("/")),
                subject,
                format!("{id} cannot be made: {reason}"),
                place,
            );
        }
        self.summary.not_rehearsed.push(format!("what the stack {}/{} did not come to make", stack.account, stack.name));
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

    pub(crate) fn undeployable(&mut self, id: String, subject: Vec<String>, title: String, place: Option<Place>) {
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
