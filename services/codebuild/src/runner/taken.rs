//! What went into a build, as its provenance tells it.

use crate::model::{PipelineSource, ProjectSource};
use provenance::Dependency;
use serde_json::json;

/// What a source was resolved to.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// The commit, or the object's version.
    pub(super) version: Option<String>,
    /// Of an archive.
    pub(super) sha256: Option<String>,
}

impl Brought {
    pub(super) fn of_commit(commit: String) -> Self {
        Self { version: Some(commit), sha256: None }
    }
}

/// A commit that a pipeline's artifact led to.
pub(super) fn of_commit(name: &str, url: &str, id: &str) -> Dependency {
    commit(name, format!("git+{url}"), Some(id))
}

/// The buildspec; the digest is that of its text.
pub(super) fn buildspec(location: &str, sha256: String) -> Dependency {
    let uri = if location.starts_with("arn:") { location.into() } else { String::new() };
    Dependency { name: "buildspec".into(), uri, digest: [("sha256".into(), sha256)].into(), ..Dependency::default() }
}

fn object(name: &str, location: &str, brought: &Brought) -> Dependency {
    Dependency {
        name: name.into(),
        uri: format!("s3://{}", location.trim_start_matches("arn:aws:s3:::")),
        digest: brought.sha256.iter().map(|sha256| ("sha256".to_owned(), sha256.clone())).collect(),
        annotations: brought.version.iter().map(|version| ("versionId".to_owned(), json!(version))).collect(),
    }
}

/// A source of the project itself. `asked`: the version that it or the start names.
pub(super) fn of(name: &str, source: &ProjectSource, asked: Option<&str>, brought: &Brought) -> Option<Dependency> {
    let location = source.location.as_deref()?;
    match source.kind.as_str() {
        "S3" => Some(object(name, location, brought)),
        "CODEPIPELINE" | "NO_SOURCE" => None,
        _ => {
            let branch = asked.and_then(|asked| asked.split("^{").next()).filter(|asked| asked.starts_with("refs/heads/"));
            let at = branch.map(|branch| format!("@{branch}")).unwrap_or_default();
            Some(commit(name, format!("git+{location}{at}"), brought.version.as_deref()))
        }
    }
}

fn commit(name: &str, uri: String, commit: Option<&str>) -> Dependency {
    let digest = commit.map(|commit| ("gitCommit".to_owned(), commit.to_owned())).into_iter().collect();
    Dependency { name: name.into(), uri, digest, ..Dependency::default() }
}

/// A pipeline's artifact, and what the pipeline took it from.
pub(super) fn of_pipeline(source: &PipelineSource, brought: &Brought) -> Vec<Dependency> {
    let artifact = object(&source.name, &format!("{}/{}", source.bucket, source.key), brought);
    let origin = source.uri.as_ref().map(|uri| match uri.starts_with("git+") {
        true => commit(&source.name, uri.clone(), source.revision.as_deref()),
        false => Dependency {
            name: source.name.clone(),
            uri: uri.clone(),
            annotations: source.revision.iter().map(|version| ("versionId".to_owned(), json!(version))).collect(),
            ..Dependency::default()
        },
    });
    [artifact].into_iter().chain(origin).collect()
}
