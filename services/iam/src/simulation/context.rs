//! The condition keys of a simulated request.

use crate::{error::invalid_input, names::clipped};
use base::Timestamp;
use gate::Error;
use policy::Context;
use serde::{Deserialize, Serialize};

/// A condition key and its values.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ContextEntry {
    context_key_name: String,
    #[serde(default)]
    context_key_values: Vec<String>,
    context_key_type: ContextKeyType,
}

/// What the values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ContextKeyType {
    String,
    StringList,
    Numeric,
    NumericList,
    Boolean,
    BooleanList,
    Ip,
    IpList,
    Binary,
    BinaryList,
    Date,
    DateList,
}

impl ContextKeyType {
    fn is_list(self) -> bool {
        matches!(self, Self::StringList | Self::NumericList | Self::BooleanList | Self::IpList | Self::BinaryList | Self::DateList)
    }
    fn takes(self, value: &str) -> bool {
        match self {
            Self::String | Self::StringList => true,
            Self::Numeric | Self::NumericList => value.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Boolean | Self::BooleanList => ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word)),
            Self::Ip | Self::IpList => value.split('/').next().is_some_and(|address| address.parse::<std::net::IpAddr>().is_ok()),
            Self::Binary | Self::BinaryList => value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)),
            Self::Date | Self::DateList => value.parse::<u64>().is_ok() || Timestamp::parse_iso(value).is_some() || is_day(value),
        }
    }
}

/// `2026-11-22`, or with a time of a shape that conditions read.
fn is_day(value: &str) -> bool {
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let day = value.split(['T', 't']).next().unwrap_or_default();
    let mut parts = day.split('-');
    parts.next().is_some_and(|year| digits(year, 4)) && parts.all(|part| digits(part, 2))
}

const MOST_ENTRIES: usize = 500;

/// Puts the entries into the context: they replace what is known of the principal.
pub(super) fn put(context: &mut Context, entries: &[ContextEntry]) -> Result<(), Error> {
    if entries.len() > MOST_ENTRIES {
        return Err(invalid_input(format!("ContextEntries must have at most {MOST_ENTRIES} members.")));
    }
    for ContextEntry { context_key_name: name, context_key_values: values, context_key_type: kind } in entries {
        if !(5..=256).contains(&name.len()) || !name.contains(':') {
            return Err(invalid_input(format!("'{}' is no condition key.", clipped(name))));
        }
        if let Some(wrong) = values.iter().find(|value| !kind.takes(value)) {
            return Err(invalid_input(format!("The value '{}' of {name} is not of the type that ContextKeyType names.", clipped(wrong))));
        }
        match (kind.is_list(), &values[..]) {
            (true, values) => context.set_many(name, values),
            (false, [value]) => context.set(name, value),
            (false, _) => {
                return Err(invalid_input(format!("{name} has {} values and a ContextKeyType of one; use a list type.", values.len())));
            }
        };
    }
    Ok(())
}
