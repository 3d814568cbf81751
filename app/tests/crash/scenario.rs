//! What a team does: it deploys its stacks, pushes, approves; changes a template, pushes again, and approves again. A call whose
//! server was ended is made again, as any client does.

use super::{
    calls::{REGION, Refused, administrator, call},
    outcome::{self, Outcome},
    place::Place,
};
use base::{Clock, SystemClock};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use wire::sigv4::Credentials;

pub(crate) const ACCOUNTS: [(&str, &str); 3] = [("dev", "111111111111"), ("staging", "222222222222"), ("prod", "333333333333")];
const BEAT: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) struct Team {
    pub(crate) dev: Credentials,
    pub(crate) staging: Credentials,
    pub(crate) prod: Credentials,
}

/// Asks again and again until there is an answer.
fn wait<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>, String>) -> Result<T, String> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() > until {
            return Err(format!("waited in vain for {what}"));
        }
        std::thread::sleep(BEAT);
    }
}

pub(crate) fn run(place: &mut Place) -> Result<Outcome, String> {
    let team = Team {
        dev: administrator(place, ACCOUNTS[0].1)?,
        staging: administrator(place, ACCOUNTS[1].1)?,
        prod: administrator(place, ACCOUNTS[2].1)?,
    };
    let done = deliver(place, &team).and_then(|()| outcome::of(place, &team));
    done.map_err(|why| format!("{why}\n{}", place.complaints().join("\n")))
}

fn deliver(place: &mut Place, team: &Team) -> Result<(), String> {
    let template = place.read("target.yaml");
    for (name, who) in [("staging", &team.staging), ("prod", &team.prod)] {
        stack(place, who, "CreateStack", "target", &template, json!({"Environment": name, "DevAccount": ACCOUNTS[0].1}))?;
    }
    let pipeline = place.read("pipeline.yaml");
    let parameters = json!({
        "StagingRole": "arn:aws:iam::222222222222:role/shop-deploy", "StagingBucket": "shop-staging-222222222222",
        "ProdRole": "arn:aws:iam::333333333333:role/shop-deploy", "ProdBucket": "shop-prod-333333333333",
        "StagingStackRole": "arn:aws:iam::222222222222:role/shop-stack", "ProdStackRole": "arn:aws:iam::333333333333:role/shop-stack",
    });
    stack(place, &team.dev, "CreateStack", "delivery", &pipeline, parameters.clone())?;
    // A new pipeline runs at once, and finds no branch.
    wait("the first execution's end", || Ok((ended(place, team)? == 1).then_some(())))?;
    commits(place)?;
    push(place, team, "one")?;
    approve(place, team)?;
    wait("the second execution's end", || Ok((ended(place, team)? == 2).then_some(())))?;
    let changed = template.replace("Suspended", "Enabled");
    stack(place, &team.staging, "UpdateStack", "target", &changed, json!({"Environment": "staging", "DevAccount": ACCOUNTS[0].1}))?;
    let changed = pipeline.replace("RetentionInDays: 30", "RetentionInDays: 14").replace("Minutes: 10", "Minutes: 11");
    stack(place, &team.dev, "UpdateStack", "delivery", &changed, parameters)?;
    push(place, team, "two")?;
    approve(place, team)?;
    wait("the third execution's end", || Ok((ended(place, team)? == 3).then_some(())))
}

fn stack(place: &mut Place, who: &Credentials, operation: &str, name: &str, template: &str, parameters: Value) -> Result<(), String> {
    let parameters: Vec<Value> =
        parameters.as_object().unwrap().iter().map(|(key, value)| json!({"ParameterKey": key, "ParameterValue": value})).collect();
    let input = json!({"StackName": name, "TemplateBody": template, "Parameters": parameters, "Capabilities": ["CAPABILITY_NAMED_IAM"]});
    let done = |refused: &Refused| {
        refused.again && ["AlreadyExists", "_IN_PROGRESS state", "No updates are to be performed"].iter().any(|text| refused.says(text))
    };
    match call(place, who, "cloudformation", operation, &input) {
        Err(refused) if !done(&refused) => return Err(format!("{operation} {name}: {}", String::from(refused))),
        _ => {}
    }
    let status = wait(&format!("{name}'s end"), || {
        let answer = call(place, who, "cloudformation", "DescribeStacks", &json!({"StackName": name}))?;
        let status = answer["Stacks"][0]["StackStatus"].as_str().unwrap_or_default().to_string();
        Ok((!status.is_empty() && !status.ends_with("_IN_PROGRESS")).then_some(status))
    })?;
    let wanted = if operation == "CreateStack" { "CREATE_COMPLETE" } else { "UPDATE_COMPLETE" };
    if status == wanted { Ok(()) } else { Err(format!("{operation} {name} ended in {status}")) }
}

fn ended(place: &mut Place, team: &Team) -> Result<usize, String> {
    let answer = call(place, &team.dev, "codepipeline", "ListPipelineExecutions", &json!({"pipelineName": "shop"}))?;
    let all = answer["pipelineExecutionSummaries"].as_array().cloned().unwrap_or_default();
    Ok(all.iter().filter(|e| !matches!(e["status"].as_str(), Some("InProgress" | "Stopping"))).count())
}

fn approve(place: &mut Place, team: &Team) -> Result<(), String> {
    let token = wait("the approval", || {
        let state = call(place, &team.dev, "codepipeline", "GetPipelineState", &json!({"name": "shop"}))?;
        let latest = &state["stageStates"][3]["actionStates"][1]["latestExecution"];
        Ok(latest["token"].as_str().filter(|_| latest["status"] == "InProgress").map(str::to_owned))
    })?;
    let result = json!({"status": "Approved", "summary": "as it should be"});
    let input = json!({"pipelineName": "shop", "stageName": "Approval", "actionName": "Release", "token": token, "result": result});
    match call(place, &team.dev, "codepipeline", "PutApprovalResult", &input) {
        Err(refused) if !(refused.again && refused.says("Approval")) => Err(refused.into()),
        _ => Ok(()),
    }
}

fn git(place: &Place, folder: &Path, more: &[(&str, &str)], arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_SSL_CAINFO", place.authority());
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Dev").env(format!("GIT_{who}_EMAIL"), "dev@example.com");
        command.env(format!("GIT_{who}_DATE"), "2026-11-22T05:00:00Z");
    }
    command.env("GIT_CONFIG_COUNT", more.len().to_string());
    for (i, (key, value)) in more.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{i}"), key).env(format!("GIT_CONFIG_VALUE_{i}"), value);
    }
    let output = command.output().map_err(|e| format!("git: {e}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Two commits, the same ones in each world.
fn commits(place: &Place) -> Result<(), String> {
    let folder = place.folder().join("shop");
    let git = |arguments: &[&str]| git(place, &folder, &[], arguments);
    git(&["init", "--quiet", "--initial-branch", "one"])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "-m", "One"])?;
    git(&["checkout", "--quiet", "-b", "two"])?;
    let page = folder.join("web/index.html");
    // Larger than what lies inside a commit, so that blobs are written; and not to be compressed away.
    let noise: String = (0..40_000u64).map(|n| format!("{:08x}\n", (n + 1).wrapping_mul(2_654_435_761) as u32)).collect();
    std::fs::write(folder.join("web/noise.txt"), noise).map_err(|e| e.to_string())?;
    let text = std::fs::read_to_string(&page).map_err(|e| e.to_string())?;
    std::fs::write(&page, text + "<!-- two -->\n").map_err(|e| e.to_string())?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "-m", "Two"])
}

fn push(place: &mut Place, team: &Team, commit: &str) -> Result<(), String> {
    let path = "/v1/repos/shop";
    loop {
        let address = place.address()?;
        let password = wire::git::password(&team.dev.secret_access_key, &address.ip().to_string(), path, REGION, SystemClock.now());
        let token = team.dev.session_token.as_ref().map(|t| t.expose().clone()).unwrap_or_default();
        let basic = STANDARD.encode(format!("{}%{token}:{}", team.dev.access_key_id, password.expose()));
        let header = format!("Authorization: Basic {basic}");
        let url = format!("https://{address}{path}");
        let arguments = ["push", "--quiet", &url, &format!("{commit}:refs/heads/main")];
        let Err(why) = git(place, &place.folder().join("shop"), &[("http.extraHeader", &header)], &arguments) else { return Ok(()) };
        place.broken().map_err(|_| format!("git push: {why}"))?;
    }
}
