use super::answer::GitAnswer;
use crate::names;
use base64::{Engine, engine::general_purpose::STANDARD};
use gate::{Error, Proof, SignedGit};
use http::{HeaderMap, header};
use wire::git::Credentials;

pub(crate) const PREFIX: &str = "/v1/repos/";

/// The two programs of git's transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// Sends objects to the client.
    UploadPack,
    /// Takes objects from the client.
    ReceivePack,
}

impl Program {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "upload-pack",
            Self::ReceivePack => "receive-pack",
        }
    }
    /// The gate's operation.
    pub(crate) fn operation(self) -> &'static str {
        match self {
            Self::UploadPack => "GitPull",
            Self::ReceivePack => "GitPush",
        }
    }
    fn read(name: &str) -> Option<Self> {
        [Self::UploadPack, Self::ReceivePack].into_iter().find(|p| name.strip_prefix("git-") == Some(p.name()))
    }
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) repository: String,
    pub(crate) program: Program,
    /// Whether the references are asked for, not the transfer itself.
    pub(crate) advertise: bool,
}

/// Reads method, path and query.
pub(crate) fn route(method: &str, target: &str) -> Result<Route, GitAnswer> {
    let none = || GitAnswer::text(404, "There is nothing here. A repository's URL ends in /v1/repos/NAME.");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (repository, rest) = path.strip_prefix(PREFIX).and_then(|p| p.split_once('/')).ok_or_else(none)?;
    if !names::is_repository(repository) {
        return Err(none());
    }
    let repository = repository.to_owned();
    match (method, rest) {
        ("GET", "info/refs") => {
            let service = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "service").map(|(_, value)| value);
            let program = service.as_deref().and_then(Program::read);
            let old = || GitAnswer::text(403, "git's old protocol over HTTP is not served. Use a git of version 1.6.6 or newer.");
            Ok(Route { repository, program: program.ok_or_else(old)?, advertise: true })
        }
        ("POST", _) => Ok(Route { repository, program: Program::read(rest).ok_or_else(none)?, advertise: false }),
        (_, rest) if rest == "info/refs" || Program::read(rest).is_some() => Err(GitAnswer::text(405, "The method is not allowed here.")),
        _ => Err(none()),
    }
}

/// The credentials that git shows, not believed yet. None: it shows none.
pub(crate) fn proof(headers: &HeaderMap, repository: &str) -> Option<Proof> {
    let shown = headers.get(header::AUTHORIZATION)?;
    let malformed = |why: &str| {
        Proof::Malformed(
            Error::new(
                "IncompleteSignatureException",
                format!("The credentials cannot be read: {why}. git gets them from `aws codecommit credential-helper`."),
            )
            .status(403),
        )
    };
    let basic = shown.to_str().ok().and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = basic.and_then(|(_, text)| STANDARD.decode(text.trim()).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((user, password)) = decoded.as_deref().and_then(|text| text.split_once(':')) else {
        return Some(malformed("expected Basic authentication"));
    };
    Some(match Credentials::read(user, password) {
        Ok(credentials) => {
            let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned();
            Proof::Git(Box::new(SignedGit { credentials, host, path: format!("{PREFIX}{repository}") }))
        }
        Err(e) => malformed(&e.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_gits_own_paths_are_known() {
        let found = route("GET", "/v1/repos/shop/info/refs?service=git-upload-pack").ok();
        assert_eq!(found, Some(Route { repository: "shop".into(), program: Program::UploadPack, advertise: true }));
        let found = route("POST", "/v1/repos/shop/git-receive-pack").ok();
        assert_eq!(found, Some(Route { repository: "shop".into(), program: Program::ReceivePack, advertise: false }));
        let cases = [
            ("GET", "/v1/repos/shop/info/refs", 403),
            ("GET", "/v1/repos/shop/HEAD", 404),
            ("GET", "/v1/repos/../info/refs?service=git-upload-pack", 404),
            ("GET", "/v1/repos/a%2fb/info/refs?service=git-upload-pack", 404),
            ("GET", "/v1/repos/shop/git-upload-pack", 405),
            ("POST", "/v1/repos/shop/git-upload-archive", 404),
            ("PUT", "/v1/repos/shop/info/refs", 405),
        ];
        for (method, target, status) in cases {
            assert_eq!(route(method, target).err().map(|a| a.status), Some(status), "{method} {target}");
        }
    }
}
