//! What a parameter may hold: sizes by tier, types of data, allowed patterns.
//! Source: <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>

use crate::{
    error::{clipped, constraint},
    policies::Policy,
    state::{Kind, Tier},
};
use gate::Error;
use regex_lite::RegexBuilder;

/// Bytes.
const STANDARD: usize = 4096;
const ADVANCED: usize = 8192;
const LONGEST_PATTERN: usize = 1024;
/// Bytes of a compiled pattern.
const PATTERN_SIZE: usize = 1 << 20;

pub(crate) fn kind(text: &str) -> Result<Kind, Error> {
    match text {
        "String" => Ok(Kind::String),
        "StringList" => Ok(Kind::StringList),
        "SecureString" => Ok(Kind::SecureString),
        _ => Err(constraint(text, "type", "satisfy enum value set: [SecureString, StringList, String]")),
    }
}

/// The tier of a new version: as it is asked for, as the parameter has it, or as the value needs it.
pub(crate) fn tier(asked: Option<&str>, had: Option<Tier>, length: usize, policies: &[Policy]) -> Result<Tier, Error> {
    let tier = match (asked, had) {
        (Some("Advanced"), _) | (None | Some("Intelligent-Tiering"), Some(Tier::Advanced)) => Tier::Advanced,
        (Some("Standard"), Some(Tier::Advanced)) => {
            return Err(Error::validation(format!(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the \
                 standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter. Be \
                 aware that advanced parameters have a value limit of {ADVANCED} characters. Standard parameters have a value limit of \
                 {STANDARD} characters."
            )));
        }
        (Some("Intelligent-Tiering"), _) if length > STANDARD || !policies.is_empty() => Tier::Advanced,
        (None | Some("Standard" | "Intelligent-Tiering"), _) => Tier::Standard,
        (Some(other), _) => {
            return Err(constraint(other, "tier", "satisfy enum value set: [Advanced, Intelligent-Tiering, Standard]"));
        }
    };
    let told = match tier {
        Tier::Standard if length > STANDARD => format!(
            "Standard tier parameters support a maximum parameter value of {STANDARD} characters. To create a larger parameter value, upgrade \
             the parameter to use the advanced-parameter tier. For more information, see \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
        ),
        Tier::Standard if !policies.is_empty() => {
            "Standard tier parameters don't support parameter policies. To use parameter policies, change the parameter to use the \
             advanced-parameter tier."
                .into()
        }
        Tier::Advanced if length > ADVANCED => {
            format!("Advanced tier parameters support a maximum parameter value of {ADVANCED} characters.")
        }
        _ => return Ok(tier),
    };
    Err(Error::validation(told))
}

/// The type of data; all but text needs a service that is not here.
pub(crate) fn check_data_type(given: Option<&str>) -> Result<(), Error> {
    match given {
        None | Some("text") => Ok(()),
        Some(known @ ("aws:ec2:image" | "aws:ssm:integration")) => {
            Err(Error::not_implemented(&format!("ssm:PutParameter with the DataType {known}")))
        }
        Some(other) => Err(Error::validation(format!(
            "The following data type is not supported: {} (Data type names are all lowercase.)",
            clipped(other)
        ))),
    }
}

pub(crate) fn check(kind: Kind, value: &str, pattern: Option<&str>) -> Result<(), Error> {
    if value.is_empty() {
        return Err(constraint(value, "value", "have length greater than or equal to 1"));
    }
    if value.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}")) {
        return Err(Error::validation("Parameter value can't nest another parameter. Do not use \"{{}}\" in the value."));
    }
    let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else { return Ok(()) };
    if pattern.chars().count() > LONGEST_PATTERN {
        return Err(constraint(pattern, "allowedPattern", &format!("have length less than or equal to {LONGEST_PATTERN}")));
    }
    let whole = RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(PATTERN_SIZE).build();
    let whole = whole.map_err(|e| {
        let told = format!("The pattern '{}' is not a regular expression that can be used here: {e}", clipped(pattern));
        Error::new("InvalidAllowedPatternException", told)
    })?;
    let fits = match kind {
        Kind::StringList => value.split(',').all(|item| whole.is_match(item)),
        Kind::String | Kind::SecureString => whole.is_match(value),
    };
    if fits {
        return Ok(());
    }
    Err(Error::new("ParameterPatternMismatchException", format!("Parameter value, cannot be validated against allowedPattern: {pattern}")))
}

pub(crate) fn check_description(text: Option<&str>) -> Result<(), Error> {
    match text {
        Some(long) if long.chars().count() > 1024 => Err(constraint(long, "description", "have length less than or equal to 1024")),
        _ => Ok(()),
    }
}

pub(crate) fn check_key_id(given: Option<&str>, kind: Kind) -> Result<(), Error> {
    let Some(key) = given else { return Ok(()) };
    let letters = key.bytes().all(|b| b.is_ascii_alphanumeric() || b":/_-".contains(&b));
    if key.is_empty() || key.len() > 256 || !letters {
        return Err(constraint(key, "keyId", "satisfy regular expression pattern: ^([a-zA-Z0-9:/_-]+)$"));
    }
    if kind != Kind::SecureString {
        return Err(Error::validation(format!("KeyId is not required for {} type parameter.", kind.name())));
    }
    Ok(())
}
