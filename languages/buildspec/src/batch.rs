//! The builds of a batch.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{one_or_more, yes_or_no};

/// The most builds of a batch.
pub const MAX_BUILDS: usize = 100;
const MAX_IDENTIFIER: usize = 128;

/// The builds of a batch: a graph, a list, or a matrix.
/// Source: <https://docs.aws.amazon.com/codebuild/latest/userguide/batch-build-buildspec.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of fast-fail, build-list, …")]
pub struct Batch {
    /// Whether the others are stopped when one has failed.
    #[serde(deserialize_with = "yes_or_no")]
    pub fast_fail: bool,
    /// Builds that wait for each other.
    pub build_graph: Option<Vec<Task>>,
    /// Builds beside each other.
    pub build_list: Option<Vec<Task>>,
    /// One build for each combination.
    pub build_matrix: Option<Matrix>,
}

/// One build of a batch, and what it has otherwise than the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of identifier, env, …")]
pub struct Task {
    /// Its name in the batch.
    pub identifier: String,
    /// Another buildspec, by its path.
    pub buildspec: Option<String>,
    /// Builds of the batch that have to succeed first.
    #[serde(deserialize_with = "one_or_more")]
    pub depend_on: Vec<String>,
    /// Another environment.
    pub env: BatchEnv,
    /// Whether the batch succeeds without it.
    #[serde(deserialize_with = "yes_or_no")]
    pub ignore_failure: bool,
    /// Whether one may log in: not here.
    #[serde(deserialize_with = "yes_or_no")]
    pub debug_session: bool,
}

/// What a build of a batch has otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of image, variables, …")]
pub struct BatchEnv {
    /// Its size.
    pub compute_type: Option<String>,
    /// A fleet: not here.
    pub fleet: Option<String>,
    /// Its image.
    pub image: Option<String>,
    /// Whether it is asked to serve containers.
    pub privileged_mode: Option<bool>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
}

/// One build for each combination of values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a mapping of static, dynamic")]
pub struct Matrix {
    /// What all of them have.
    #[serde(rename = "static")]
    pub fixed: Static,
    /// What is combined.
    pub dynamic: Dynamic,
}

/// What all builds of a matrix have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of env, ignore-failure")]
pub struct Static {
    /// The environment.
    pub env: BatchEnv,
    /// Whether the batch succeeds without them.
    #[serde(deserialize_with = "yes_or_no")]
    pub ignore_failure: bool,
}

/// What is combined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a mapping of buildspec, env")]
pub struct Dynamic {
    /// Buildspecs by their paths.
    #[serde(deserialize_with = "one_or_more")]
    pub buildspec: Vec<String>,
    /// Environments.
    pub env: DynamicEnv,
}

/// Environments that are combined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a mapping of image, compute-type, variables, …")]
pub struct DynamicEnv {
    /// Sizes.
    #[serde(deserialize_with = "one_or_more")]
    pub compute_type: Vec<String>,
    /// Images.
    #[serde(deserialize_with = "one_or_more")]
    pub image: Vec<String>,
    /// Types.
    #[serde(rename = "type", deserialize_with = "one_or_more")]
    pub kind: Vec<String>,
    /// Values of each variable.
    pub variables: BTreeMap<String, Vec<String>>,
}

/// Each of the tasks with each of the values.
fn times(tasks: Vec<Task>, values: &[String], set: impl Fn(&mut Task, &str)) -> Vec<Task> {
    if values.is_empty() {
        return tasks;
    }
    // One more than may be is enough to say that there are too many.
    let pairs = tasks.iter().flat_map(|task| values.iter().map(move |value| (task, value))).take(MAX_BUILDS + 1);
    let with = |(task, value): (&Task, &String)| {
        let mut task = task.clone();
        set(&mut task, value);
        task
    };
    pairs.map(with).collect()
}

impl Matrix {
    fn tasks(&self) -> Vec<Task> {
        let first = Task { env: self.fixed.env.clone(), ignore_failure: self.fixed.ignore_failure, ..Task::default() };
        let dynamic = &self.dynamic;
        let mut tasks = times(vec![first], &dynamic.buildspec, |task, path| task.buildspec = Some(path.into()));
        tasks = times(tasks, &dynamic.env.compute_type, |task, size| task.env.compute_type = Some(size.into()));
        tasks = times(tasks, &dynamic.env.image, |task, image| task.env.image = Some(image.into()));
        tasks = times(tasks, &dynamic.env.kind, |task, kind| task.env.kind = Some(kind.into()));
        for (name, values) in &dynamic.env.variables {
            tasks = times(tasks, values, |task, value| drop(task.env.variables.insert(name.clone(), value.into())));
        }
        tasks
    }
}

impl Batch {
    /// The builds, each with an identifier, in an order in which each stands behind those that it waits for; or what is
    /// wrong with them.
    pub fn tasks(&self) -> Result<Vec<Task>, String> {
        let mut tasks = match (&self.build_graph, &self.build_list, &self.build_matrix) {
            (Some(graph), None, None) => graph.clone(),
            (None, Some(list), None) => list.clone(),
            (None, None, Some(matrix)) => matrix.tasks(),
            _ => return Err("`batch` needs one of build-graph, build-list and build-matrix".to_owned()),
        };
        if tasks.is_empty() || tasks.len() > MAX_BUILDS {
            return Err(format!("a batch has 1 to {MAX_BUILDS} builds"));
        }
        for (at, task) in tasks.iter_mut().enumerate() {
            if task.identifier.is_empty() && self.build_graph.is_none() {
                task.identifier = format!("build{at}");
            }
            check(task, self.build_graph.is_some())?;
        }
        in_order(tasks)
    }
}

fn check(task: &Task, graph: bool) -> Result<(), String> {
    let name = &task.identifier;
    let fits = !name.is_empty() && name.len() <= MAX_IDENTIFIER && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !fits {
        return Err(format!("`{}` is no identifier of a build: letters, digits and underscores", name.escape_debug()));
    }
    if !graph && !task.depend_on.is_empty() {
        return Err(format!("`{name}` has `depend-on`, which belongs to a build-graph"));
    }
    if task.debug_session || task.env.fleet.is_some() {
        return Err(format!("`{name}` asks for a debug session or a fleet, which are not there"));
    }
    Ok(())
}

fn in_order(tasks: Vec<Task>) -> Result<Vec<Task>, String> {
    let mut left: BTreeMap<&str, &Task> = BTreeMap::new();
    for task in &tasks {
        if left.insert(&task.identifier, task).is_some() {
            return Err(format!("two builds have the identifier `{}`", task.identifier));
        }
    }
    if let Some((task, missing)) =
        tasks.iter().find_map(|task| Some((task, task.depend_on.iter().find(|name| !left.contains_key(name.as_str()))?)))
    {
        return Err(format!("`{}` depends on `{missing}`, which is no build of the batch", task.identifier));
    }
    let mut ordered = Vec::with_capacity(tasks.len());
    while ordered.len() < tasks.len() {
        let ready: Vec<&Task> = tasks
            .iter()
            .filter(|task| left.contains_key(task.identifier.as_str()))
            .filter(|task| task.depend_on.iter().all(|name| !left.contains_key(name.as_str())))
            .collect();
        if ready.is_empty() {
            let names: Vec<&str> = left.into_keys().collect();
            return Err(format!("these builds wait for each other: {}", names.join(", ")));
        }
        for task in ready {
            left.remove(task.identifier.as_str());
            ordered.push(task.clone());
        }
    }
    Ok(ordered)
}
