//! Names of parameters, as they are made and as they are asked for.
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>

use crate::{
    Ssm,
    error::{clipped, constraint},
};
use base::{AccountId, Arn};
use gate::{Error, RowKey, View};
use serde::{Deserialize, Serialize};

/// Characters of a whole name.
const LONGEST: usize = 1011;
const MOST_LEVELS: usize = 15;

/// A parameter's row key: its account, and its name level by level, so that a path is a stretch of keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) account: AccountId,
    levels: Vec<String>,
}

impl Key {
    pub(crate) fn new(account: AccountId, name: &str) -> Self {
        // The empty end keeps a parameter apart from those below it.
        let levels = name.trim_matches('/').split('/').chain([""]).map(str::to_owned).collect();
        Self { account, levels }
    }
    /// What stands behind the levels of `path`: where a page goes on.
    pub(crate) fn behind(&self, path: &PathKey) -> Option<Vec<&str>> {
        let rest = self.levels.strip_prefix(path.levels.as_slice())?;
        Some(rest.iter().map(String::as_str).collect())
    }
    /// The name without its first slash: the same for `/name` and `name`, which are one parameter.
    pub(crate) fn text(&self) -> String {
        self.levels[..self.levels.len() - 1].join("/")
    }
}

impl RowKey for Key {
    fn parts(&self) -> Vec<&[u8]> {
        [self.account.as_str().as_bytes()].into_iter().chain(self.levels.iter().map(|level| level.as_bytes())).collect()
    }
}

/// All parameters below a path.
#[derive(Debug, Clone)]
pub(crate) struct PathKey {
    account: AccountId,
    levels: Vec<String>,
}

impl PathKey {
    pub(crate) fn new(account: AccountId, path: &str) -> Self {
        Self { account, levels: path.split('/').filter(|level| !level.is_empty()).map(str::to_owned).collect() }
    }
    /// Levels of `name` below the path; 0 for the path itself.
    pub(crate) fn depth(&self, name: &str) -> usize {
        name.trim_matches('/').split('/').count().saturating_sub(self.levels.len())
    }
}

impl RowKey for PathKey {
    fn parts(&self) -> Vec<&[u8]> {
        [self.account.as_str().as_bytes()].into_iter().chain(self.levels.iter().map(|level| level.as_bytes())).collect()
    }
}

/// The ARN's resource: a name has no second slash behind `parameter`.
pub(crate) fn resource(name: &str) -> String {
    format!("parameter/{}", name.strip_prefix('/').unwrap_or(name))
}

fn malformed() -> Error {
    Error::validation(
        "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided \
         by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_",
    )
}

fn well_formed(name: &str) -> bool {
    let fits = |level: &str| !level.is_empty() && level.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    match name.strip_prefix('/') {
        Some(rest) => rest.split('/').all(fits),
        None => fits(name),
    }
}

/// Whether the name is one of AWS's own.
pub(crate) fn is_public(name: &str) -> bool {
    name.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("/aws/"))
}

/// The name of a parameter that is to be made; spaces around it do not count.
pub(crate) fn check_new(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    if name.is_empty() {
        return Err(constraint(name, "name", "have length greater than or equal to 1"));
    }
    if name.starts_with("arn:") {
        return Err(Error::validation(format!("A parameter is made and changed by its name, not by an ARN: '{}'", clipped(name))));
    }
    if is_public(name) {
        return Err(Error::new("AccessDeniedException", format!("No access to reserved parameter name: {}.", clipped(name))));
    }
    let bare = name.strip_prefix('/').unwrap_or(name);
    if ["aws", "ssm"].iter().any(|word| bare.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(word))) {
        return Err(if bare.contains('/') {
            malformed()
        } else {
            Error::validation("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).")
        });
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(Error::validation(
            "Parameter name must be a fully qualified name: a name that has levels begins with a forward slash '/'.",
        ));
    }
    if !well_formed(name) {
        return Err(malformed());
    }
    if name.len() > LONGEST {
        return Err(Error::validation(format!(
            "A fully qualified parameter name has at most {LONGEST} characters; this one has {}.",
            name.len()
        )));
    }
    let levels = bare.split('/').count();
    if levels > MOST_LEVELS {
        return Err(Error::new(
            "HierarchyLevelLimitExceededException",
            format!("A hierarchy can have a maximum of {MOST_LEVELS} levels; this name has {levels}."),
        ));
    }
    Ok(name)
}

/// The path of `GetParametersByPath` and of the filter `Path`.
pub(crate) fn check_path(path: &str) -> Result<&str, Error> {
    let path = path.trim();
    let inner = path.strip_prefix('/').map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let fits = path == "/" || inner.is_some_and(|inner| well_formed(&format!("/{inner}")));
    if !fits || path.len() > 2048 {
        return Err(Error::validation(
            "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". It \
             can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . \
             (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward \
             slash symbol \"/\". Valid example: /get/parameters2-/by1./path0_.",
        ));
    }
    let levels = path.split('/').filter(|level| !level.is_empty()).count();
    if levels > MOST_LEVELS {
        return Err(Error::validation(format!("A hierarchy can have a maximum of {MOST_LEVELS} levels; this path has {levels}.")));
    }
    Ok(path)
}

/// A parameter as a caller names it: `name`, `name:version`, `name:label`, or an ARN in place of the name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) arn: Arn,
    pub(crate) key: Key,
    pub(crate) name: String,
    /// A version's number, or a label.
    pub(crate) selector: Option<String>,
}

impl Named {
    /// # Errors
    /// The text can be the name of no parameter.
    pub(crate) fn read(view: &View<'_, Ssm>, text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() || text.len() > 2048 {
            return Err(constraint(text, "name", "have length between 1 and 2048"));
        }
        let (full, account, region) = if text.starts_with("arn:") {
            let arn: Arn = text.parse().map_err(|_| malformed())?;
            let name = arn.resource_of("parameter").filter(|_| arn.service() == "ssm").ok_or_else(malformed)?;
            // The ARN does not say whether the name begins with a slash: the row knows.
            let name = if name.contains('/') { format!("/{name}") } else { name.to_owned() };
            (name, arn.account(), arn.region().to_owned())
        } else {
            (text.to_owned(), Some(view.account()?), view.region().as_str().to_owned())
        };
        let (name, selector) = match full.split_once(':') {
            Some((name, selector)) => (name.to_owned(), Some(selector.to_owned())),
            None => (full, None),
        };
        if !well_formed(&name) || selector.as_ref().is_some_and(|selector| selector.is_empty() || selector.contains(':')) {
            return Err(malformed());
        }
        // AWS's own parameters belong to no account.
        let owner = if is_public(&name) { "" } else { account.as_ref().map_or("", AccountId::as_str) };
        let arn = Arn::new("ssm", &region, owner, &resource(&name));
        let account = match account {
            Some(account) => account,
            None => view.account()?,
        };
        Ok(Self { arn, key: Key::new(account, &name), name, selector })
    }

    /// The same for operations that take no version.
    pub(crate) fn whole(view: &View<'_, Ssm>, text: &str) -> Result<Self, Error> {
        let named = Self::read(view, text)?;
        if named.selector.is_some() { Err(malformed()) } else { Ok(named) }
    }

    /// The same for operations that take names of the caller's own account, and no ARNs.
    pub(crate) fn own(view: &View<'_, Ssm>, text: &str) -> Result<Self, Error> {
        if text.trim().starts_with("arn:") {
            return Err(Error::validation(format!("Give the parameter's name, not its ARN: '{}'", clipped(text))));
        }
        Self::whole(view, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules() {
        for good in ["a", "/a", "My.param_1-x", "/Dev/DB/x", &format!("{}x", "/l".repeat(15)), "a-ssm", "/app/aws/x"] {
            assert!(check_new(good).is_ok(), "{good}");
        }
        for (bad, code) in [
            ("awsThing", "ValidationException"),
            ("SSM-x", "ValidationException"),
            ("/ssm/x", "ValidationException"),
            ("/aws/service/x", "AccessDeniedException"),
            ("a/b", "ValidationException"),
            ("a b", "ValidationException"),
            ("/a//b", "ValidationException"),
            ("/a/", "ValidationException"),
            ("/", "ValidationException"),
            ("é", "ValidationException"),
            ("a:1", "ValidationException"),
            (" ", "ValidationException"),
            (&"/l".repeat(16), "HierarchyLevelLimitExceededException"),
            (&"x".repeat(1012), "ValidationException"),
        ] {
            assert_eq!(check_new(bad).unwrap_err().code, code, "{bad}");
        }
        assert_eq!(check_new("  a  ").unwrap(), "a");
    }

    #[test]
    fn a_path_is_a_stretch_of_keys() {
        let account: AccountId = "111111111111".parse().unwrap();
        let path = PathKey::new(account, "/a/");
        assert_eq!((path.depth("/a"), path.depth("/a/b"), path.depth("/a/b/c")), (0, 1, 2));
        assert_eq!(Key::new(account, "/a/b").behind(&path).unwrap(), ["b", ""]);
        assert_eq!(Key::new(account, "/ab").behind(&path), None);
        assert_eq!(Key::new(account, "/name"), Key::new(account, "name"));
        assert_eq!(Key::new(account, "/a/b").text(), "a/b");
    }
}
