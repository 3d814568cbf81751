//! Over mutants of right deliveries, a statement, an action, a resource or a principal of which is gone or altered: `--fix` makes
//! the rehearsal clean, touches nothing that forbids, and grants nothing beyond what the right delivery granted.

use crate::{Folder, cross_account, errors, estate, mended, quickstart, rehearsed, services};
use cloudformation::MadeResource;
use patch::{Change, Document, Path, Syntax};
use policy::{Context, Named, Options, Policies, Policy, PolicyKind, Principal, Request, Verdict};
use rehearsal::{Kind, Value as Given};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testworld::{World, ok};

/// The mutants of a sample, and what it begins with.
const SAMPLE: usize = 12;
const SEED: u64 = 20_261_123;

/// What was done, the file, and the folder with it.
struct Mutant {
    what: String,
    folder: Folder,
}

/// The paths of all statements.
fn statements(value: &Value, path: &Path, found: &mut Vec<(Path, Value)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let path = path.then(key.as_str());
                match member {
                    Value::Array(list) if key == "Statement" => {
                        found.extend(list.iter().enumerate().map(|(n, one)| (path.then(n), one.clone())));
                    }
                    member => statements(member, &path, found),
                }
            }
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(n, one)| statements(one, &path.then(n), found)),
        _ => {}
    }
}

fn mutants(folder: &Folder, file: &str) -> Vec<Mutant> {
    let text = folder.text(file);
    let document = Document::read(text, Syntax::of(text)).unwrap();
    let resources = Path::root().then("Resources");
    let mut found = Vec::new();
    statements(&document.value(&resources).unwrap(), &resources, &mut found);
    let mut all = Vec::new();
    let mut add = |what: String, change: Change| {
        let edits = document.change(&[change]).unwrap_or_else(|error| panic!("{what}: {error}"));
        let text = patch::apply(text, &edits).unwrap();
        all.push(Mutant { what, folder: folder.with(file, &text) });
    };
    for (path, statement) in found.iter().filter(|(_, statement)| statement["Effect"] == "Allow") {
        add(format!("{file}{path} is gone"), Change::Remove { path: path.clone() });
        for element in ["Action", "Resource"] {
            for (n, one) in statement[element].as_array().into_iter().flatten().enumerate() {
                add(format!("{file}{path} without {one}"), Change::Remove { path: path.then(element).then(n) });
            }
        }
        if let Some(action) = statement["Action"].as_str() {
            let value = json!(action.trim_end_matches(char::is_alphabetic));
            if value.as_str().is_some_and(|text| text.ends_with(':')) {
                let wrong = json!(format!("{}x", &action[..action.len() - 1]));
                add(format!("{file}{path} misspelt: {wrong}"), Change::Replace { path: path.then("Action"), value: wrong });
            }
        }
        if statement.get("Principal").is_none() && statement["Resource"] != "*" {
            let value = json!("arn:aws:s3:::another-bucket/*");
            add(format!("{file}{path} on another resource"), Change::Replace { path: path.then("Resource"), value });
        }
        for (n, one) in statement["Principal"]["AWS"].as_array().into_iter().flatten().enumerate() {
            add(format!("{file}{path} without {one}"), Change::Remove { path: path.then("Principal").then("AWS").then(n) });
        }
    }
    all
}

/// Some of the list, by a seed.
fn sample(mut all: Vec<Mutant>, seed: u64) -> Vec<Mutant> {
    let mut state = seed;
    let mut picked = Vec::new();
    while picked.len() < SAMPLE && !all.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(state >> 33).unwrap() % all.len();
        picked.push(all.swap_remove(at));
    }
    picked
}

/// What the stacks of a folder make, in a world of their own.
fn made(folder: &Folder) -> Vec<MadeResource> {
    let estate = estate(folder);
    let accounts: Vec<String> = estate.accounts.iter().map(|account| account.id.to_string()).collect();
    let world = World::new(services(), &accounts.iter().map(String::as_str).collect::<Vec<_>>());
    let mut engine = durable::Engine::new(world.gate.clone());
    cloudformation::workflows(&mut engine);
    codepipeline::workflows(&mut engine);
    kms::workflows(&mut engine);
    s3::workflows(&mut engine);
    let mut outputs: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for stack in &estate.stacks {
        let account = estate.accounts.iter().find(|account| account.name == stack.account).unwrap().id.to_string();
        let by = world.administrator(&account);
        let value = |value: &Given| match value {
            Given::Text(text) => text.clone(),
            Given::Output(account, stack, output) => {
                outputs.get(&(account.clone(), stack.clone(), output.clone())).cloned().unwrap_or_else(|| panic!("no output {output}"))
            }
            other => panic!("{other:?}"),
        };
        let parameters: Vec<Value> =
            stack.parameters.iter().map(|(key, given)| json!({"ParameterKey": key, "ParameterValue": value(given)})).collect();
        let template = estate.text(&stack.template).unwrap();
        let input = json!({"StackName": stack.name, "TemplateBody": template, "Parameters": parameters,
            "Capabilities": ["CAPABILITY_NAMED_IAM"], "DisableRollback": true});
        ok(&world, &by, "cloudformation:CreateStack", input);
        engine.run_due().unwrap();
        let answer = ok(&world, &by, "cloudformation:DescribeStacks", json!({"StackName": stack.name}));
        for output in answer["Stacks"][0]["Outputs"].as_array().into_iter().flatten() {
            let text = |name: &str| output[name].as_str().unwrap().to_owned();
            outputs.insert((stack.account.clone(), stack.name.clone(), text("OutputKey")), text("OutputValue"));
        }
    }
    cloudformation::made(&world.gate).unwrap()
}

/// What a document belongs to, and what it is to it.
type Whose = (String, &'static str);

/// All statements, by whose they are: of roles, wherever they stand; of trust, keys and buckets.
fn granted(made: &[MadeResource]) -> BTreeMap<Whose, Vec<Value>> {
    let mut all: BTreeMap<Whose, Vec<Value>> = BTreeMap::new();
    let list = |document: &Value| match &document["Statement"] {
        Value::Array(list) => list.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    for one in made {
        let here = format!("{}/", one.account);
        let mut add = |whose: &str, kind: &'static str, document: &Value| {
            all.entry((format!("{here}{whose}"), kind)).or_default().extend(list(document));
        };
        let properties = &one.properties;
        match one.resource_type.as_str() {
            "AWS::IAM::Role" => {
                add(&one.physical_id, "trust", &properties["AssumeRolePolicyDocument"]);
                for policy in properties["Policies"].as_array().into_iter().flatten() {
                    add(&one.physical_id, "identity", &policy["PolicyDocument"]);
                }
            }
            "AWS::IAM::Policy" => {
                for role in properties["Roles"].as_array().into_iter().flatten() {
                    add(role.as_str().unwrap(), "identity", &properties["PolicyDocument"]);
                }
            }
            "AWS::IAM::ManagedPolicy" => add(&one.logical_id, "managed", &properties["PolicyDocument"]),
            "AWS::KMS::Key" => add(&one.logical_id, "key", &properties["KeyPolicy"]),
            "AWS::S3::BucketPolicy" => add(properties["Bucket"].as_str().unwrap(), "bucket", &properties["PolicyDocument"]),
            _ => {}
        }
    }
    all
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Object(kinds) => kinds.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Whether one of the statements is about an action on a resource; conditions aside.
fn covered(statements: &[Value], action: &str, resource: &str, principal: Option<&str>) -> bool {
    statements.iter().filter(|statement| statement["Effect"] == "Allow").any(|statement| {
        let account = principal.and_then(|arn| arn.split(':').nth(4)).unwrap_or_default();
        let named = texts(&statement["Principal"]);
        let root = format!("arn:aws:iam::{account}:root");
        let whom = principal.is_none_or(|one| named.iter().any(|name| name == one || *name == root || name == "*"));
        let plain = json!({"Effect": "Deny", "Action": statement["Action"], "Resource": statement.get("Resource").unwrap_or(&json!("*"))});
        let text = json!({"Version": "2012-10-17", "Statement": [plain]}).to_string();
        let policy = Policy::parse(&text, PolicyKind::Identity).unwrap();
        let role = "arn:aws:iam::111111111111:role/one";
        let context = Context::new();
        let request = Request {
            principal: Principal::Role { role_arn: role, role_id: "AROAONE", session_arn: role, linked: false },
            principal_account: Some("111111111111"),
            action,
            resource,
            resource_account: "111111111111",
            context: &context,
        };
        let named = [Named { name: "one", policy: &policy }];
        let policies = Policies { identity: &named, ..Policies::default() };
        whom && policy::decide(&request, &policies, &Options::default()).verdict == Verdict::ExplicitDeny
    })
}

/// What is random in what a world makes: the ids of keys.
fn lasting(statement: &Value) -> Value {
    let text = statement.to_string();
    let ids = text.split('"').filter(|word| word.contains(":key/") && !word.ends_with('*'));
    let plain = ids.fold(text.clone(), |text, arn| text.replace(arn, &format!("{}key/made", arn.split("key/").next().unwrap_or_default())));
    serde_json::from_str(&plain).unwrap()
}

/// Everything that the mended delivery grants and the mutant does not: the right one grants it as well.
fn no_more_than(right: &[MadeResource], mutant: &[MadeResource], mended: &[MadeResource], what: &str) {
    let (right, mutant, mended) = (granted(right), granted(mutant), granted(mended));
    for (whose, statements) in &mended {
        let of = |all: &BTreeMap<Whose, Vec<Value>>| all.get(whose).into_iter().flatten().map(lasting).collect::<Vec<_>>();
        let (right, known) = (of(&right), of(&mutant));
        for statement in statements.iter().map(lasting).filter(|statement| !known.contains(statement)) {
            assert_eq!(statement["Effect"], "Allow", "{what}: a Deny was changed: {statement}");
            let mut principals: Vec<Option<String>> = texts(&statement["Principal"]).into_iter().map(Some).collect();
            if principals.is_empty() {
                principals.push(None);
            }
            let resources = statement.get("Resource").map_or_else(|| vec!["*".to_owned()], texts);
            for action in texts(&statement["Action"]) {
                for resource in &resources {
                    // Of a pattern: one of those that it is about.
                    let one = if resource == "*" { resource.clone() } else { resource.replace('*', "one-of-them") };
                    for principal in &principals {
                        let fits =
                            covered(&right, &action, &one, principal.as_deref()) || covered(&known, &action, &one, principal.as_deref());
                        assert!(fits, "{what}: {whose:?} is granted {action} on {resource} by {statement}");
                    }
                }
            }
        }
        // What forbids, and what trust asks for, is as it was.
        let forbids = |list: &[Value]| list.iter().filter(|one| one["Effect"] == "Deny").cloned().collect::<Vec<_>>();
        let now: Vec<Value> = statements.iter().map(lasting).collect();
        assert_eq!(forbids(&now), forbids(&known), "{what}: {whose:?}");
        if whose.1 == "managed" {
            assert_eq!(now, known, "{what}: a boundary was changed");
        }
    }
}

fn holds(right: &Folder, files: &[&str]) {
    let all: Vec<Mutant> = files.iter().flat_map(|file| mutants(right, file)).collect();
    let count = all.len();
    let base = made(right);
    let (mut repaired, mut clean) = (0, 0);
    for mutant in sample(all, SEED) {
        let before = rehearsed(&mutant.folder);
        let kinds: Vec<Kind> = errors(&before).iter().map(|finding| finding.kind).collect();
        if kinds.is_empty() {
            clean += 1;
            continue;
        }
        let guarded = errors(&before).iter().any(|finding| finding.repairs.iter().any(|repair| repair.guardrail.is_some()));
        // What CloudFormation refuses is not a denial.
        if guarded || kinds.contains(&Kind::Undeployable) {
            continue;
        }
        let (folder, report) = mended(&mutant.folder, &[]);
        assert!(errors(&report).is_empty(), "{}: {:#?}", mutant.what, errors(&report));
        no_more_than(&base, &made(&mutant.folder), &made(&folder), &mutant.what);
        repaired += 1;
    }
    println!("seed {SEED}: {SAMPLE} of {count} mutants, {repaired} mended, {clean} clean as they are");
    assert!(repaired > SAMPLE / 2, "the sample says too little: {repaired} mended, {clean} clean");
}

#[test]
fn of_the_quickstart() {
    holds(&quickstart(), &["template.yaml"]);
}

#[test]
fn of_the_delivery_across_accounts() {
    holds(&cross_account(), &["pipeline.yaml", "target.yaml"]);
}
