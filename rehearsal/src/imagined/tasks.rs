//! Tasks that start: images, secrets and logs are the execution role's, and the task's own role is assumed.
//! Source: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>

use super::{
    call::{Act, last, perform},
    services::{Ecs, EcsTasks},
    state::{Gap, found, note},
};
use base::Arn;
use gate::{Actor, Error, Scope};
use serde_json::{Value, json};

/// What a task was refused, as it is told of.
type Started = Result<(), String>;

/// Starts the tasks of a task definition. What is not known of it needs nothing.
pub(super) fn start(scope: &mut Scope<'_, Ecs>, cluster: &Arn, definition: &str) -> Result<Started, Error> {
    let Some(thing) = found(scope, definition)? else { return Ok(Ok(())) };
    let work = |scope: &mut Scope<'_, Ecs>| run(scope, cluster, definition, &thing.properties);
    match scope.attempt(work) {
        Ok(()) => Ok(Ok(())),
        Err(error) if error.status >= 500 && error.code != "NotImplemented" => Err(error),
        Err(error) => Ok(Err(format!("ResourceInitializationError: {}", error.message))),
    }
}

fn run(scope: &mut Scope<'_, Ecs>, cluster: &Arn, definition: &str, task: &Value) -> Result<(), Error> {
    let id: String = base::uuid(scope.entropy()).replace('-', "");
    let account = cluster.account().ok_or_else(|| Error::internal("a cluster without an account"))?;
    let source = Arn::new("ecs", cluster.region(), account.as_str(), &format!("task/{}/{id}", last(cluster.as_str())));
    let session = |scope: &mut Scope<'_, Ecs>, role: &str| {
        let role =
            if role.starts_with("arn:") { role.to_owned() } else { Arn::global("iam", account, &format!("role/{role}")).to_string() };
        let mut tasks = scope.beside(&EcsTasks);
        let service = tasks.as_service(account, Some(&source));
        tasks.assume(&service, &role, &id)
    };
    let execution = match task["executionRoleArn"].as_str().filter(|role| !role.is_empty()) {
        Some(role) => Some(session(scope, role)?),
        None => None,
    };
    if let Some(role) = task["taskRoleArn"].as_str().filter(|role| !role.is_empty()) {
        session(scope, role)?;
    }
    let mut logged_in = false;
    for container in task["containerDefinitions"].as_array().into_iter().flatten() {
        let image = container["image"].as_str().unwrap_or_default();
        let Some(execution) = &execution else {
            let needs = image.contains(".dkr.ecr.") || container["secrets"].as_array().is_some_and(|secrets| !secrets.is_empty());
            if needs && task["requiresCompatibilities"].as_array().is_some_and(|list| list.contains(&json!("FARGATE"))) {
                let message = "Fargate requires task definition to have execution role ARN to support ECR images.";
                return Err(Error::new("ClientException", message));
            }
            continue;
        };
        pull(scope, execution, image, &mut logged_in)?;
        log(scope, execution, cluster, container, &id)?;
        secrets(scope, execution, definition, container)?;
    }
    Ok(())
}

/// Pulls an image of a repository of Amazon ECR.
fn pull(scope: &mut Scope<'_, Ecs>, execution: &Actor, image: &str, logged_in: &mut bool) -> Result<(), Error> {
    let Some((host, path)) = image.split_once('/') else { return Ok(()) };
    let parts: Vec<&str> = host.split('.').collect();
    let [account, "dkr", "ecr", region, ..] = parts[..] else { return Ok(()) };
    let name = path.split(['@', ':']).next().unwrap_or(path);
    let repository = Arn::new("ecr", region, account, &format!("repository/{name}"));
    if !std::mem::replace(logged_in, true) {
        perform(scope, execution, Act::any("ecr:GetAuthorizationToken"))?;
    }
    for action in ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"] {
        perform(scope, execution, Act::on(action, repository.as_str()))?;
    }
    Ok(())
}

/// Writes a container's log, where the awslogs driver does.
fn log(scope: &mut Scope<'_, Ecs>, execution: &Actor, cluster: &Arn, container: &Value, task: &str) -> Result<(), Error> {
    let driver = &container["logConfiguration"];
    let option = |name: &str| driver["options"][name].as_str();
    let (Some("awslogs"), Some(group), Some(account)) = (driver["logDriver"].as_str(), option("awslogs-group"), cluster.account()) else {
        return Ok(());
    };
    let region = option("awslogs-region").unwrap_or(cluster.region());
    let place = |resource: String| Arn::new("logs", region, account.as_str(), &resource).to_string();
    if option("awslogs-create-group") == Some("true") {
        perform(scope, execution, Act::on("logs:CreateLogGroup", place(format!("log-group:{group}"))))?;
    }
    let prefix = option("awslogs-stream-prefix").unwrap_or("ecs");
    let name = container["name"].as_str().unwrap_or_default();
    for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
        perform(scope, execution, Act::on(action, place(format!("log-group:{group}:log-stream:{prefix}/{name}/{task}"))))?;
    }
    Ok(())
}

/// Fetches a container's secrets.
fn secrets(scope: &mut Scope<'_, Ecs>, execution: &Actor, definition: &str, container: &Value) -> Result<(), Error> {
    let given = container["secrets"].as_array().into_iter().flatten();
    let logs = container["logConfiguration"]["secretOptions"].as_array().into_iter().flatten();
    for secret in given.chain(logs).filter_map(|secret| secret["valueFrom"].as_str()) {
        let answer = if secret.contains(":secretsmanager:") {
            // Behind the secret's own ARN may stand a key, a stage and a version.
            let parts: Vec<&str> = secret.splitn(8, ':').collect();
            scope.invoke_named(execution, "secretsmanager:GetSecretValue", json!({"SecretId": parts[..parts.len().min(7)].join(":")}))
        } else {
            let name = secret.split_once(":parameter").map_or(secret, |(_, name)| name);
            scope.invoke_named(execution, "ssm:GetParameters", json!({"Names": [name], "WithDecryption": true}))
        };
        match answer {
            Err(error) if error.is_denied() => return Err(error),
            Err(error) => note(scope, Gap::Assumed, secret, format!("a secret of {}: {}", last(definition), error.message))?,
            Ok(answer) if answer["InvalidParameters"].as_array().is_some_and(|none| !none.is_empty()) => {
                note(scope, Gap::Assumed, secret, format!("the parameter {secret} is in no template"))?;
            }
            Ok(_) => {}
        }
    }
    Ok(())
}
