//! `aws SERVICE OPERATION --options`.

use super::names::{Kind, Member, Model, Operation};
use super::values::value;
use super::{Maker, Options};
use crate::model::Word;
use crate::produced::normal;
use serde_json::{Map, Value};

/// Options of the CLI itself that take no value.
const FLAGS: [&str; 12] = [
    "debug",
    "no-verify-ssl",
    "no-paginate",
    "no-sign-request",
    "no-cli-pager",
    "no-cli-auto-prompt",
    "cli-auto-prompt",
    "generate-cli-skeleton",
    "no-fail-on-empty-changeset",
    "fail-on-empty-changeset",
    "force-upload",
    "no-execute-changeset",
];
/// Options of the CLI itself that take one.
const OWN: [&str; 12] = [
    "output",
    "query",
    "ca-bundle",
    "cli-read-timeout",
    "cli-connect-timeout",
    "color",
    "cli-binary-format",
    "endpoint-url",
    "region",
    "profile",
    "max-items",
    "page-size",
];
/// What waiters call.
const WAITERS: [(&str, &str, &str); 16] = [
    ("cloudformation", "stack-", "DescribeStacks"),
    ("cloudformation", "change-set-", "DescribeChangeSet"),
    ("ecs", "services-", "DescribeServices"),
    ("ecs", "tasks-", "DescribeTasks"),
    ("codedeploy", "deployment-", "GetDeployment"),
    ("lambda", "function-updated-v2", "GetFunction"),
    ("lambda", "function-active-v2", "GetFunction"),
    ("lambda", "function-exists", "GetFunction"),
    ("lambda", "function-", "GetFunctionConfiguration"),
    ("s3", "bucket-", "HeadBucket"),
    ("s3", "object-", "HeadObject"),
    ("ecr", "image-scan-", "DescribeImageScanFindings"),
    ("iam", "role-", "GetRole"),
    ("eks", "cluster-", "DescribeCluster"),
    ("dynamodb", "table-", "DescribeTable"),
    ("rds", "db-instance-", "DescribeDBInstances"),
];

/// An `aws` line, taken apart.
pub(crate) struct Command {
    pub plain: Vec<Word>,
    pub named: Vec<(String, Vec<Word>)>,
    pub options: Options,
}

impl Command {
    pub(crate) fn read(words: &[Word]) -> Self {
        let mut command = Self { plain: vec![], named: vec![], options: Options::default() };
        let mut index = 0;
        while let Some(word) = words.get(index) {
            index += 1;
            let Some(option) = word.beginning().strip_prefix("--").filter(|name| !name.is_empty()) else {
                // Values after the operation belong to the option before them.
                match command.named.last_mut().filter(|(name, _)| !FLAGS.contains(&name.as_str()) && !single(name)) {
                    Some((_, values)) => values.push(word.clone()),
                    None => command.plain.push(word.clone()),
                }
                continue;
            };
            let (name, inline) = match option.split_once('=') {
                Some((name, _)) => (name.to_owned(), word.split('=', 2).into_iter().nth(1)),
                None => (option.to_owned(), None),
            };
            let mut values: Vec<Word> = inline.into_iter().collect();
            if single(&name) && values.is_empty() {
                values.extend(words.get(index).cloned());
                index += 1;
            }
            match name.as_str() {
                "region" => command.options.region = values.pop(),
                "profile" => command.options.profile = values.pop(),
                _ => command.named.push((name, values)),
            }
        }
        command
    }
    pub(crate) fn option(&self, name: &str) -> Option<Word> {
        self.named.iter().find(|(option, _)| option == name)?.1.first().cloned()
    }
    pub(crate) fn has(&self, name: &str) -> bool {
        self.named.iter().any(|(option, _)| option == name)
    }
}

/// Whether an option takes exactly one value, wherever it stands.
fn single(name: &str) -> bool {
    OWN.contains(&name)
}

impl Maker<'_> {
    pub(crate) fn aws(&mut self) {
        let mut words = self.invocation.words.get(1..).unwrap_or_default().to_vec();
        // These name, last and without an option, the file that the answer's body goes to.
        let names_a_file = |pair: [&str; 2]| words.windows(2).any(|two| two.iter().map(Word::shown).eq(pair));
        if names_a_file(["lambda", "invoke"]) || names_a_file(["s3api", "get-object"]) {
            words.pop();
        }
        // The options of `s3` and flags before file names would take them for their values.
        let high = words.iter().any(|word| word.text().is_some_and(|text| text == "s3"));
        if high {
            words.retain(|word| !super::s3::FLAGS.contains(&word.shown().as_str()));
        }
        let command = Command::read(&words);
        let (Some(program), Some(operation)) = (command.plain.first().and_then(Word::text), command.plain.get(1)) else {
            if !matches!(words.first().map(Word::shown).as_deref(), None | Some("--version" | "help" | "configure")) {
                self.unread("which service `aws` is to call is not known".into());
            }
            return;
        };
        let Some(operation) = operation.text() else { return self.unread(format!("which operation of {program} is called is not known")) };
        if let Some(elsewhere) = ["endpoint-url", "no-sign-request"].into_iter().find(|name| command.has(name)) {
            return self.unread(format!("`aws {program} {operation}` with --{elsewhere} is not read"));
        }
        let options = command.options.clone();
        let get = |name: &str| command.option(name);
        let one = |member: &'static str, name: &str| get(name).map(|word| (member, word)).into_iter().collect::<Vec<_>>();
        match (program.as_str(), operation.as_str()) {
            _ if operation == "help" => {}
            ("configure" | "sso", _) | ("codecommit", "credential-helper") => {}
            ("s3", _) => self.s3(&operation, &command),
            ("ecr", "get-login-password" | "get-login") => self.call("ecr", "GetAuthorizationToken", &[], &options),
            ("ecr-public", "get-login-password") => {
                self.call("ecr-public", "GetAuthorizationToken", &[], &options);
                self.call("sts", "GetServiceBearerToken", &[], &options);
            }
            ("cloudformation", "deploy") => self.deploy(&command),
            ("cloudformation", "package") | ("deploy", "push") => {
                let bucket =
                    get("s3-bucket").or_else(|| get("s3-location").and_then(|word| word.after("s3://")?.split('/', 2).into_iter().next()));
                let members: Vec<_> = bucket.into_iter().map(|bucket| ("Bucket", bucket)).collect();
                self.call("s3", "PutObject", &members, &options);
                if program == "deploy" {
                    self.call("codedeploy", "RegisterApplicationRevision", &one("applicationName", "application-name"), &options);
                }
            }
            ("ecs", "deploy") => {
                let service: Vec<_> = [("service", get("service")), ("cluster", get("cluster"))]
                    .into_iter()
                    .filter_map(|(name, word)| Some((name, word?)))
                    .collect();
                self.call("ecs", "DescribeServices", &service, &options);
                self.call("codedeploy", "GetApplication", &one("applicationName", "codedeploy-application"), &options);
                self.call("codedeploy", "GetDeploymentGroup", &one("deploymentGroupName", "codedeploy-deployment-group"), &options);
                self.call("ecs", "RegisterTaskDefinition", &[], &options);
                self.call("codedeploy", "CreateDeployment", &one("deploymentGroupName", "codedeploy-deployment-group"), &options);
                self.call("codedeploy", "GetDeployment", &[], &options);
            }
            ("eks", "update-kubeconfig") => self.call("eks", "DescribeCluster", &one("name", "name"), &options),
            ("eks", "get-token") => {}
            ("logs", "tail") => self.call("logs", "FilterLogEvents", &[], &options),
            ("codeartifact", "login") => {
                self.call("codeartifact", "GetAuthorizationToken", &one("domain", "domain"), &options);
                self.call("codeartifact", "GetRepositoryEndpoint", &one("repository", "repository"), &options);
                self.call("sts", "GetServiceBearerToken", &[], &options);
            }
            (_, "wait") => self.wait(&program, &command),
            _ => self.plainly(&program, &operation, &command),
        }
    }
    fn wait(&mut self, program: &str, command: &Command) {
        let model = Model::of_command(program);
        let state = command.plain.get(2).map(Word::shown).unwrap_or_default();
        let waiter = WAITERS.iter().find(|(name, begins, _)| *name == model.prefix && state.starts_with(begins));
        match waiter.and_then(|(.., operation)| model.operation(operation)) {
            Some(operation) => self.with_input(&model, &operation, command),
            None => self.unread(format!("what `aws {program} wait {state}` calls is not known")),
        }
    }
    fn plainly(&mut self, program: &str, operation: &str, command: &Command) {
        let named =
            |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !named(program) || !named(operation) {
            return self.unread(format!("`aws {program} {operation}` is not an operation"));
        }
        let model = Model::of_command(program);
        match model.operation(operation) {
            Some(operation) => self.with_input(&model, &operation, command),
            None => self.unread(format!("the operation {operation} of {program} is not known")),
        }
    }
    fn with_input(&mut self, model: &Model, operation: &Operation, command: &Command) {
        let (input, unknown) = self.input(operation, command);
        self.push(&model.prefix, &operation.name, input, unknown, &command.options);
    }
    fn input(&self, operation: &Operation, command: &Command) -> (Value, Vec<(String, Word)>) {
        let mut input = Map::new();
        let mut unknown = vec![];
        if let Some(word) = command.option("cli-input-json") {
            match self.argument(&word).map(|text| serde_json::from_str(&text)) {
                Some(Ok(Value::Object(map))) => input = map,
                _ => unknown.push((String::new(), word)),
            }
        }
        if let Some(word) = command.option("cli-input-yaml") {
            unknown.push((String::new(), word));
        }
        for (option, words) in &command.named {
            let own = FLAGS.contains(&option.as_str()) || OWN.contains(&option.as_str());
            if own || matches!(option.as_str(), "cli-input-json" | "cli-input-yaml") {
                continue;
            }
            let negated = option.strip_prefix("no-").filter(|_| words.is_empty()).filter(|_| operation.is_known());
            let negated = negated.and_then(|name| operation.member(name));
            let no = negated.is_some();
            // Options that are no members are the CLI's own ways to say what members say.
            let Some(Member { name, kind }) = negated.or_else(|| operation.member(option)) else { continue };
            if words.is_empty() {
                input.insert(name, Value::Bool(!no));
                continue;
            }
            if kind == Kind::Bytes {
                continue;
            }
            let texts: Option<Vec<String>> = words.iter().map(|word| self.argument(word)).collect();
            match texts {
                Some(texts) => {
                    input.insert(name, typed(kind, &texts));
                }
                None => {
                    let word = words.iter().find(|word| self.argument(word).is_none()).cloned().unwrap_or_default();
                    unknown.push((format!("/{name}"), word));
                }
            }
        }
        (Value::Object(input), unknown)
    }
    /// The text of an option's value; of a file, its content.
    fn argument(&self, word: &Word) -> Option<String> {
        let text = word.text()?;
        match text.strip_prefix("file://").or_else(|| text.strip_prefix("fileb://")) {
            Some(path) => (self.files)(&normal(self.invocation.directory.as_deref()?, path.trim_start_matches("./"))?),
            None => Some(text),
        }
    }
    /// `aws cloudformation deploy`: a change set is made, waited for, executed and waited for again.
    fn deploy(&mut self, command: &Command) {
        let stack: Vec<_> = command.option("stack-name").into_iter().map(|word| ("StackName", word)).collect();
        let options = &command.options;
        if let Some(bucket) = command.option("s3-bucket") {
            self.call("s3", "PutObject", &[("Bucket", bucket)], options);
        }
        self.call("cloudformation", "DescribeStacks", &stack, options);
        // The CLI makes the name of the change set up.
        let named = |members: &[(&'static str, Word)]| {
            members.iter().cloned().chain([("ChangeSetName", Word::known("awscli-cloudformation-package-deploy"))]).collect::<Vec<_>>()
        };
        let role = command.option("role-arn").map(|word| ("RoleARN", word));
        let template = command.option("template-file").and_then(|word| self.argument(&Word::known(&format!("file://{}", word.text()?))));
        let template = template.map(|text| ("TemplateBody", Word::known(&text)));
        let members: Vec<_> = stack.iter().cloned().chain(role).chain(template).collect();
        self.call("cloudformation", "CreateChangeSet", &named(&members), options);
        self.call("cloudformation", "DescribeChangeSet", &named(&stack), options);
        if !command.has("no-execute-changeset") {
            self.call("cloudformation", "ExecuteChangeSet", &named(&stack), options);
            self.call("cloudformation", "DescribeStacks", &stack, options);
            let shown = command.option("stack-name").map_or_else(|| "a stack".into(), |word| format!("the stack {}", word.shown()));
            self.unread(format!("what {shown} makes is not rehearsed: `aws cloudformation deploy` makes it"));
        }
    }
}

/// An option's values, as the CLI reads them for a member of this kind.
fn typed(kind: Kind, texts: &[String]) -> Value {
    let one = || texts.join(" ");
    let each = |read: fn(&str) -> Value| match texts {
        // A list may stand as JSON as well.
        [text] if text.trim_start().starts_with('[') => value(text),
        texts => texts.iter().map(|text| read(text)).collect(),
    };
    match kind {
        Kind::Text | Kind::Bytes => Value::String(one()),
        Kind::Number => serde_json::from_str::<serde_json::Number>(one().trim()).map_or_else(|_| Value::String(one()), Value::Number),
        Kind::Truth => Value::Bool(one().eq_ignore_ascii_case("true")),
        Kind::Texts => each(|text| Value::String(text.into())),
        Kind::List => each(value),
        Kind::Structure => value(&one()),
        Kind::Unknown => match texts {
            [text] => value(text),
            texts => texts.iter().map(|text| value(text)).collect(),
        },
    }
}
