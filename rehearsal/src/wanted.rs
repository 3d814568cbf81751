//! The files that actions ask of artifacts: what stands for them where nothing is known of what makes them.

use crate::{
    Estate,
    driver::{list, text},
};
use base::AccountId;
use buildspec::Artifacts;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A file that an action reads from an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its path within the artifact.
    pub(crate) path: String,
    /// What stands for it.
    pub(crate) content: Vec<u8>,
    /// What is said of it.
    pub(crate) told: String,
}

/// In what is said of a file of which nothing is known.
pub(crate) const NOT_KNOWN: &str = " holds is not known: ";

/// What is wanted of the builds of projects, by their accounts and names.
pub(crate) type OfBuilds = BTreeMap<(AccountId, String), Vec<(String, Wanted)>>;

/// A file of an artifact, in an action's settings.
struct Named {
    artifact: String,
    path: String,
    what: What,
}

/// What a file is to an action.
enum What {
    /// A template, and the parameters that it has at least.
    Template(Vec<String>),
    /// Parameters, tags and a stack policy.
    Configuration,
    /// A JSON file with values of these names.
    Values(Vec<String>),
    Images,
    ImageDetail,
    TaskDefinition,
    /// Of a deployment to ECS.
    ServiceAppSpec,
}

/// A template that makes nothing.
fn empty_template(parameters: &[String]) -> Value {
    let parameters: Map<String, Value> = parameters.iter().map(|name| (name.clone(), json!({"Type": "String"}))).collect();
    let mut template = json!({"Resources": {"Imagined": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}});
    if !parameters.is_empty() {
        template["Parameters"] = parameters.into();
    }
    template
}

/// An `appspec.yaml` for ECS with nothing in it but what it must have.
const SERVICE_APPSPEC: &str = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        \
    TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo:\n          ContainerName: imagined\n          ContainerPort: 80\n";

impl What {
    fn name(&self) -> &'static str {
        match self {
            Self::Template(_) => "template",
            Self::Configuration => "template configuration",
            Self::Values(_) => "JSON file",
            Self::Images => "image definitions file",
            Self::ImageDetail => "image detail file",
            Self::TaskDefinition => "task definition",
            Self::ServiceAppSpec => "AppSpec file",
        }
    }

    /// What is not known if nothing is known of it.
    fn therefore(&self) -> &'static str {
        match self {
            Self::Template(_) => "what its stack makes is not rehearsed",
            Self::Configuration => "the parameters that it sets have their defaults",
            Self::Values(_) | Self::Images | Self::ImageDetail => "what it says is not checked",
            Self::TaskDefinition => "the roles that it hands to tasks are not checked",
            Self::ServiceAppSpec => "the hooks that it names are not checked",
        }
    }

    fn imagined(&self) -> Vec<u8> {
        let value = match self {
            Self::Values(names) => names.iter().map(|name| (name.clone(), json!("imagined"))).collect::<Map<_, _>>().into(),
            Self::Template(parameters) => empty_template(parameters),
            Self::Configuration => json!({}),
            Self::Images => json!([]),
            Self::ImageDetail => json!({"ImageURI": "imagined"}),
            Self::TaskDefinition => {
                json!({"family": "imagined", "containerDefinitions": [{"name": "imagined", "image": "imagined", "essential": true}]})
            }
            Self::ServiceAppSpec => return SERVICE_APPSPEC.as_bytes().to_vec(),
        };
        value.to_string().into_bytes()
    }
}

/// `Artifact::path`.
fn parted(setting: &str) -> Option<(&str, &str)> {
    setting.split_once("::").filter(|(artifact, path)| !artifact.is_empty() && !path.is_empty())
}

/// All that an action names.
fn named(action: &Value) -> Vec<Named> {
    let settings = &action["configuration"];
    let setting = |name: &str| Some(text(settings, name)).filter(|value| !value.is_empty());
    let input = list(action, "inputArtifacts").first().map_or("", |input| text(input, "name"));
    let named = |artifact: &str, path: &str, what: What| Named { artifact: artifact.to_owned(), path: path.to_owned(), what };
    let mut all = Vec::new();
    match text(&action["actionTypeId"], "provider") {
        "CloudFormation" => {
            let overrides: Value = setting("ParameterOverrides").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            let overrides = overrides.as_object().cloned().unwrap_or_default();
            if let Some((artifact, path)) = setting("TemplatePath").and_then(parted) {
                all.push(named(artifact, path, What::Template(overrides.keys().cloned().collect())));
            }
            if let Some((artifact, path)) = setting("TemplateConfiguration").and_then(parted) {
                all.push(named(artifact, path, What::Configuration));
            }
            let mut files: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
            for value in overrides.values() {
                if let [Value::String(artifact), Value::String(path), Value::String(name)] = list(value, "Fn::GetParam") {
                    files.entry((artifact, path)).or_default().push(name.clone());
                }
            }
            all.extend(files.into_iter().map(|((artifact, path), names)| named(artifact, path, What::Values(names))));
        }
        "ECS" => all.push(named(input, setting("FileName").unwrap_or("imagedefinitions.json"), What::Images)),
        "CodeDeployToECS" => {
            let of = |name: &str| setting(name).unwrap_or(input);
            let path = setting("TaskDefinitionTemplatePath").unwrap_or("taskdef.json");
            all.push(named(of("TaskDefinitionTemplateArtifact"), path, What::TaskDefinition));
            all.push(named(of("AppSpecTemplateArtifact"), setting("AppSpecTemplatePath").unwrap_or("appspec.yaml"), What::ServiceAppSpec));
            let images = (1..=MOST_IMAGES).filter_map(|number| setting(&format!("Image{number}ArtifactName")));
            all.extend(images.map(|artifact| named(artifact, "imageDetail.json", What::ImageDetail)));
        }
        _ => {}
    }
    all
}

/// The most images of one blue/green deployment.
const MOST_IMAGES: usize = 4;

/// What a pipeline's actions want of an artifact.
pub(crate) fn of_artifact(estate: &Estate, pipeline: &Value, artifact: &str) -> Vec<Wanted> {
    let actions = list(pipeline, "stages").iter().flat_map(|stage| list(stage, "actions"));
    let mut wanted: Vec<Wanted> = Vec::new();
    for Named { path, what, .. } in actions.flat_map(named).filter(|named| named.artifact == artifact) {
        if wanted.iter().any(|known| known.path == path) {
            continue;
        }
        let given = if matches!(what, What::Template(_)) { template(estate, &path) } else { None };
        wanted.push(match given {
            Some((file, content)) => Wanted { told: format!("{path} of the artifact {artifact} is taken to be {file}"), content, path },
            None => Wanted {
                told: format!("what the {} {path} of the artifact {artifact}{NOT_KNOWN}{}", what.name(), what.therefore()),
                content: what.imagined(),
                path,
            },
        });
    }
    wanted
}

/// The template among the given files that a path within an artifact means: the only one that ends like it.
fn template(estate: &Estate, path: &str) -> Option<(String, Vec<u8>)> {
    let mut found = estate.files.iter().filter(|file| ends_with(&file.path, path));
    let file = found.next().filter(|_| found.next().is_none())?;
    let content = estate.text(&file.path)?;
    Some((file.path.clone(), content.as_bytes().to_vec()))
}

/// Whether a file's path ends with all of another's parts.
pub(crate) fn ends_with(file: &str, path: &str) -> bool {
    let path = path.trim_start_matches("./");
    file.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// What a pipeline wants of its builds: the project's account and name, the artifact, and the file.
pub(crate) fn of_builds(estate: &Estate, account: AccountId, pipeline: &Value, all: &mut OfBuilds) {
    let actions = list(pipeline, "stages").iter().flat_map(|stage| list(stage, "actions"));
    for action in actions.filter(|action| text(&action["actionTypeId"], "provider") == "CodeBuild") {
        let account = text(action, "roleArn").split(':').nth(4).and_then(|id| id.parse().ok()).unwrap_or(account);
        let project = text(&action["configuration"], "ProjectName").to_owned();
        for artifact in list(action, "outputArtifacts").iter().map(|output| text(output, "name")) {
            let wanted = of_artifact(estate, pipeline, artifact).into_iter().map(|wanted| (artifact.to_owned(), wanted));
            all.entry((account, project.clone())).or_default().extend(wanted);
        }
    }
}

/// Where a build has to leave a file for its artifact to hold it at this path. None: the artifact never holds it.
pub(crate) fn left_at(artifacts: &Artifacts, path: &str) -> Option<String> {
    let base = artifacts.base_directory.as_deref().unwrap_or("").trim_matches('/');
    let path = path.trim_start_matches("./");
    let full = if matches!(base, "" | ".") { path.to_owned() } else { format!("{base}/{path}") };
    artifacts.select(std::slice::from_ref(&full)).iter().any(|(_, name)| name == path).then_some(full)
}
