//! Filters of lists: a parameter passes if it passes each; of a filter's values any suffices.
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>

use crate::{
    error::{clipped, constraint},
    names::check_path,
    state::ParameterRow,
};
use gate::Error;
use serde::{Deserialize, Serialize};

/// One filter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterStringFilter {
    key: String,
    option: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

/// One filter of the older kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ParametersFilter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

/// Which list is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Describe,
    Path,
}

impl Of {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Describe => &["Path", "Name", "Type", "KeyId", "Tier", "DataType"],
            Self::Path => &["Type", "KeyId", "Label"],
        }
    }
}

const ALL: [&str; 7] = ["Name", "Type", "KeyId", "Path", "Label", "Tier", "DataType"];

fn key_error(message: String) -> Error {
    Error::new("InvalidFilterKey", message)
}

fn option_error(option: &str, valid: &str) -> Error {
    let option = clipped(option);
    Error::new("InvalidFilterOption", format!("The following filter option is not valid: {option}. Valid options include: [{valid}]."))
}

fn value_error(value: &str, valid: &str) -> Error {
    let value = clipped(value);
    Error::new("InvalidFilterOption", format!("The following filter value is not valid: {value}. Valid values include: [{valid}]."))
}

fn is_tag(key: &str) -> bool {
    key.len() > 4 && key.starts_with("tag:")
}

/// # Errors
/// AWS's, for a filter that makes no sense.
pub(crate) fn check(filters: &[ParameterStringFilter], of: Of) -> Result<(), Error> {
    for (n, filter) in filters.iter().enumerate() {
        filter.check_shape(n + 1)?;
        filter.check(of)?;
        if filters[..n].iter().any(|other| other.key == filter.key) {
            return Err(key_error(format!(
                "The following filter is duplicated in the request: {}. A request can contain only one occurrence of a specific filter.",
                filter.key
            )));
        }
    }
    Ok(())
}

pub(crate) fn pass(filters: &[ParameterStringFilter], row: &ParameterRow) -> bool {
    filters.iter().all(|filter| filter.passes(row))
}

/// The label by which a version is asked for, of a parameter that passes.
pub(crate) fn label<'r>(filters: &[ParameterStringFilter], row: &'r ParameterRow) -> Option<&'r str> {
    let filter = filters.iter().find(|filter| filter.key == "Label")?;
    row.labels.keys().find(|label| filter.compares(label)).map(String::as_str)
}

impl ParameterStringFilter {
    fn check_shape(&self, number: usize) -> Result<(), Error> {
        let member = |name: &str| format!("parameterFilters.{number}.member.{name}");
        if self.key.len() > 132 {
            return Err(constraint(&self.key, &member("key"), "have length less than or equal to 132"));
        }
        if !ALL.contains(&self.key.as_str()) && !is_tag(&self.key) {
            let must = "satisfy regular expression pattern: tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType";
            return Err(constraint(&self.key, &member("key"), must));
        }
        if let Some(option) = self.option.as_ref().filter(|option| !(1..=10).contains(&option.len())) {
            return Err(constraint(option, &member("option"), "have length between 1 and 10"));
        }
        if self.values.len() > 50 {
            return Err(constraint(&self.values.join(", "), &member("values"), "have length less than or equal to 50"));
        }
        match self.values.iter().find(|value| !(1..=1024).contains(&value.chars().count())) {
            Some(value) => Err(constraint(value, &member("values"), "have length between 1 and 1024")),
            None => Ok(()),
        }
    }

    fn check(&self, of: Of) -> Result<(), Error> {
        let key = self.key.as_str();
        let fits = of.keys().contains(&key) || of == Of::Describe && is_tag(key);
        if !fits {
            let valid = of.keys().join(", ");
            return Err(key_error(format!("The following filter key is not valid: {key}. Valid filter keys include: [{valid}].")));
        }
        if self.values.is_empty() && !is_tag(key) {
            return Err(Error::new("InvalidFilterValue", format!("The following filter values are missing : null for filter key {key}.")));
        }
        let valid: &[&str] = match key {
            "Path" => &["Recursive", "OneLevel"],
            "Label" => &["Equals"],
            "Name" => &["BeginsWith", "Contains", "Equals"],
            _ => &["BeginsWith", "Equals"],
        };
        if let Some(option) = self.option.as_deref().filter(|option| !valid.contains(option)) {
            return Err(option_error(option, &valid.join(", ")));
        }
        let one_of: &[&str] = match key {
            "Type" if self.option.as_deref() != Some("BeginsWith") => &["String", "StringList", "SecureString"],
            "Tier" if self.option.as_deref() != Some("BeginsWith") => &["Standard", "Advanced", "Intelligent-Tiering"],
            _ => &[],
        };
        for value in &self.values {
            if key == "Path" {
                check_path(value)?;
            }
            if !one_of.is_empty() && !one_of.contains(&value.as_str()) {
                return Err(value_error(value, &one_of.join(", ")));
            }
        }
        Ok(())
    }

    fn compares(&self, found: &str) -> bool {
        self.values.iter().any(|value| match self.option.as_deref() {
            Some("BeginsWith") => found.starts_with(value.as_str()),
            Some("Contains") => found.contains(value.as_str()),
            _ => found == value,
        })
    }

    fn passes(&self, row: &ParameterRow) -> bool {
        let current = &row.current;
        match self.key.as_str() {
            "Name" => self.name_passes(&row.name),
            "Type" => self.compares(current.kind.name()),
            "Tier" => self.compares(current.tier.name()),
            "DataType" => self.compares("text"),
            "KeyId" => current.key_id.as_ref().is_some_and(|key| self.compares(key)),
            "Label" => row.labels.keys().any(|label| self.compares(label)),
            "Path" => self.values.iter().any(|path| below(&row.name, path, self.option.as_deref() == Some("Recursive"))),
            key => row.tags.iter().any(|tag| {
                let own = key.strip_prefix("tag:") == Some(tag.key.as_str());
                own && (self.values.is_empty() || self.compares(&tag.value))
            }),
        }
    }

    /// The first slash of a name of one level does not count.
    fn name_passes(&self, name: &str) -> bool {
        let bare = |text: &str| text.strip_prefix('/').unwrap_or(text).to_owned();
        self.compares(name) || {
            let values = self.values.iter().map(|value| bare(value)).collect();
            self.option.as_deref() != Some("Contains") && Self { values, ..self.clone() }.compares(&bare(name))
        }
    }
}

/// Whether a parameter lies below a path; directly, or anywhere.
fn below(name: &str, path: &str, anywhere: bool) -> bool {
    let rest = name.trim_start_matches('/');
    let path = path.trim_matches('/');
    let rest = if path.is_empty() { Some(rest) } else { rest.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')) };
    rest.is_some_and(|rest| !rest.is_empty() && (anywhere || !rest.contains('/')))
}

/// The older filters: names by their beginning, all else as it is.
pub(crate) fn of_older(filters: Vec<ParametersFilter>) -> Result<Vec<ParameterStringFilter>, Error> {
    let modern = |filter: ParametersFilter| {
        if !["Name", "Type", "KeyId"].contains(&filter.key.as_str()) {
            return Err(constraint(&filter.key, "filters.member.key", "satisfy enum value set: [Type, KeyId, Name]"));
        }
        let option = (filter.key == "Name").then(|| "BeginsWith".to_owned());
        Ok(ParameterStringFilter { key: filter.key, option, values: filter.values })
    };
    filters.into_iter().map(modern).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_levels() {
        for (name, path, anywhere, expected) in [
            ("/a/b", "/a", false, true),
            ("/a/b/c", "/a", false, false),
            ("/a/b/c", "/a/", true, true),
            ("/ab/c", "/a", true, false),
            ("/a", "/a", true, false),
            ("a", "/", false, true),
            ("/a/b", "/", false, false),
        ] {
            assert_eq!(below(name, path, anywhere), expected, "{name} below {path}");
        }
    }

    fn code(key: &str, option: Option<&str>, values: &[&str], of: Of) -> String {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let filter = ParameterStringFilter { key: key.into(), option: option.map(str::to_owned), values };
        check(&[filter], of).map_or_else(|e| e.code.to_string(), |()| "fine".into())
    }

    #[test]
    fn senseless_filters_are_refused_as_aws_does() {
        assert_eq!(code("Nonsense", None, &["x"], Of::Describe), "ValidationException");
        assert_eq!(code("Label", None, &["x"], Of::Describe), "InvalidFilterKey");
        assert_eq!(code("Name", None, &["x"], Of::Path), "InvalidFilterKey");
        assert_eq!(code("tag:a", None, &["x"], Of::Path), "InvalidFilterKey");
        assert_eq!(code("tag:a", None, &[], Of::Describe), "fine");
        assert_eq!(code("Name", None, &[], Of::Describe), "InvalidFilterValue");
        assert_eq!(code("Name", Some("Contains"), &["x"], Of::Describe), "fine");
        assert_eq!(code("Type", Some("Contains"), &["String"], Of::Describe), "InvalidFilterOption");
        assert_eq!(code("Type", None, &["Text"], Of::Path), "InvalidFilterOption");
        assert_eq!(code("Path", Some("Equals"), &["/a"], Of::Describe), "InvalidFilterOption");
        assert_eq!(code("Path", None, &["a"], Of::Describe), "ValidationException");
    }
}
