//! Values for the parameters of templates that nobody gave values for.

use super::{
    accounts::{Book, labels, spaced},
    facts::Parameter,
    notes::Notes,
    units::Unit,
};
use crate::{Place, StateParameter, Value};
use base::Region;
use regex_lite::Regex;
use std::collections::BTreeMap;

/// What a value is guessed from.
pub(super) struct Guess<'g> {
    pub units: &'g [Unit],
    pub book: &'g Book,
    pub region: &'g Region,
    pub said: &'g [String],
}

/// What a stand-in for a type looks like.
const OF_TYPES: [(&str, &str); 11] = [
    ("VPC::Id", "vpc-0123456789abcdef0"),
    ("Subnet::Id", "subnet-0123456789abcdef0"),
    ("SecurityGroup::Id", "sg-0123456789abcdef0"),
    ("Image::Id", "ami-0123456789abcdef0"),
    ("Instance::Id", "i-0123456789abcdef0"),
    ("Volume::Id", "vol-0123456789abcdef0"),
    ("HostedZone::Id", "Z0123456789ABCDEFGHIJ"),
    ("AvailabilityZone::Name", "us-east-1a"),
    ("KeyPair::KeyName", "stand-in"),
    ("SecurityGroup::GroupName", "stand-in"),
    ("Number", "1"),
];

/// What parameters whose names end like this take of another stack: the type, and whether its ARN.
const MADE: [(&str, &str, bool); 9] = [
    ("AWS::KMS::Key", "keyarn", true),
    ("AWS::KMS::Key", "cmkarn", true),
    ("AWS::KMS::Key", "kmsarn", true),
    ("AWS::KMS::Key", "keyid", false),
    ("AWS::KMS::Key", "cmk", true),
    ("AWS::KMS::Key", "kmskey", true),
    ("AWS::S3::Bucket", "bucketarn", true),
    ("AWS::S3::Bucket", "bucketname", false),
    ("AWS::S3::Bucket", "bucket", false),
];

impl Guess<'_> {
    /// The values of one template's parameters in one account.
    pub(super) fn values<'k>(
        &self,
        at: usize,
        account: &str,
        given: impl Iterator<Item = &'k String>,
        notes: &mut Notes,
        state: &mut Vec<StateParameter>,
    ) -> BTreeMap<String, Value> {
        let given: Vec<&String> = given.collect();
        let unit = &self.units[at];
        let mut values = BTreeMap::new();
        for (name, parameter) in unit.facts.parameters.iter().filter(|(name, _)| !given.contains(name)) {
            let said = self.said(unit, name);
            let value = match (said, &parameter.default) {
                (Some(value), _) => Some(Value::Text(value)),
                (None, Some(_)) => None,
                (None, None) => Some(self.guessed(at, account, name, parameter, notes)),
            };
            if parameter.kind.starts_with("AWS::SSM::Parameter::Value") {
                let named = match &value {
                    Some(Value::Text(text)) => Some(text.clone()),
                    _ => parameter.default.clone(),
                };
                self.parameter_of_ssm(unit, account, name, named, parameter, notes, state);
            }
            values.extend(value.map(|value| (name.clone(), value)));
        }
        values
    }

    fn said(&self, unit: &Unit, name: &str) -> Option<String> {
        let value = |option: &String| {
            let (key, value) = option.split_once('=')?;
            let (template, key) = key.rsplit_once(':').map_or((None, key), |(template, key)| (Some(template), key));
            let fits = template
                .is_none_or(|template| unit.file == template || unit.file.ends_with(&format!("/{template}")) || unit.name == template);
            (fits && key == name).then(|| value.to_owned())
        };
        self.said.iter().rev().find_map(value)
    }

    fn guessed(&self, at: usize, account: &str, name: &str, parameter: &Parameter, notes: &mut Notes) -> Value {
        let unit = &self.units[at];
        let place = Some(Place { file: unit.file.clone(), line: parameter.place.0, column: parameter.place.1, length: 0 });
        let id = format!("parameter/{}/{name}", unit.key);
        let how = format!("`--parameter {}:{name}=VALUE` says otherwise.", unit.file);
        if let Some((from, output)) = self.output(at, name) {
            let other = &self.units[from];
            if let Some(of) = other.accounts.iter().find(|of| of_same_label(of, name)).or_else(|| other.accounts.first()) {
                let title = format!("the parameter {name} of {} is taken to be the output {output} of {}", unit.file, other.file);
                notes.assumed(&id, title, place, vec![how]);
                return Value::Output(of.clone(), other.name.clone(), output);
            }
        }
        if let Some((from, logical_id, as_arn)) = self.made(at, name) {
            let other = &self.units[from];
            if let Some(of) = other.accounts.first() {
                let title = format!("the parameter {name} of {} is taken to be {logical_id} of {}", unit.file, other.file);
                notes.assumed(&id, title, place, vec![how]);
                return Value::Made(of.clone(), other.name.clone(), logical_id, as_arn);
            }
        }
        let (value, why) = match self.role(at, name).or_else(|| self.account(account, name)) {
            Some(found) => found,
            None => (self.shaped(account, name, parameter), "it has no value and no default".to_owned()),
        };
        notes.warning(&id, format!("the parameter {name} of {} is taken to be {value}: {why}", unit.file), place, vec![how]);
        Value::Text(value)
    }

    /// A value in the shape that the parameter's name asks for, if its declaration takes it.
    fn shaped(&self, account: &str, name: &str, parameter: &Parameter) -> String {
        let shaped = self.book.id(account).and_then(|id| super::stand_ins::of_name(name, id, self.region));
        let plain = parameter.allowed.is_empty() && parameter.kind == "String";
        let fits = |value: &String| match &parameter.pattern {
            Some(pattern) => Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(value)),
            None => true,
        };
        shaped.filter(|value| plain && fits(value)).unwrap_or_else(|| stand_in(name, parameter, self.region))
    }

    /// An output of another template that is called like the parameter.
    fn output(&self, at: usize, name: &str) -> Option<(usize, String)> {
        let others = || self.units.iter().enumerate().filter(|(other, _)| *other != at);
        let all = || others().flat_map(|(other, unit)| unit.facts.outputs.iter().map(move |output| (other, output)));
        let plain = |text: &str| text.to_lowercase().trim_end_matches("arn").to_owned();
        let exact = all().find(|(_, output)| *output == name);
        // `StagingRole` is the output `RoleArn` of the account staging: of those that fit, the longest says most.
        let last = || {
            let fitting = all().filter(|(other, output)| {
                let (end, whole) = (plain(output), plain(name));
                let of_account = self.units[*other].accounts.iter().any(|account| of_same_label(account, name));
                end.len() >= 4 && whole.ends_with(&end) && (of_account || whole == end)
            });
            fitting.max_by_key(|(_, output)| output.len())
        };
        exact.or_else(last).map(|(other, output)| (other, output.clone()))
    }

    /// A key or a bucket of the template that has the pipeline, where a parameter's name tells of one and it is the only one.
    fn made(&self, at: usize, name: &str) -> Option<(usize, String, bool)> {
        let word: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let (kind, _, as_arn) = MADE.iter().find(|(_, end, _)| word.ends_with(end))?;
        let (from, unit) = self.units.iter().enumerate().find(|(other, unit)| *other != at && unit.facts.has_pipeline())?;
        let mut found = unit.facts.of_kind(kind);
        let only = found.next().filter(|_| found.next().is_none() && !self.units[at].facts.has_pipeline())?;
        Some((from, only.logical_id.clone(), *as_arn))
    }

    /// The ARN of a role that a parameter's name tells of.
    fn role(&self, at: usize, name: &str) -> Option<(String, String)> {
        let wanted = name.to_lowercase();
        let wanted = wanted.strip_suffix("arn")?.trim_end_matches("role");
        let mut found = Vec::new();
        for unit in self.units.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, unit)| unit) {
            for role in unit.facts.of_kind("AWS::IAM::Role") {
                let Some(own) = role.name.as_ref().filter(|own| !own.contains('*')) else { continue };
                let words = format!("{}{}", role.logical_id, own).to_lowercase().replace(['-', '_'], "");
                if wanted.len() >= 4 && words.contains(wanted) {
                    found.extend(
                        unit.accounts.iter().filter_map(|account| self.book.id(account)).map(|id| format!("arn:aws:iam::{id}:role/{own}")),
                    );
                }
            }
        }
        match found.as_slice() {
            [only] => Some((only.clone(), "that role's name fits".to_owned())),
            _ => None,
        }
    }

    /// The id of an account that a parameter's name tells of.
    fn account(&self, own: &str, name: &str) -> Option<(String, String)> {
        if !name.to_lowercase().contains("account") || name.to_lowercase().ends_with("arn") {
            return None;
        }
        let others: Vec<_> = self.book.accounts.iter().filter(|account| account.name != own).collect();
        let labelled = self.book.accounts.iter().find(|account| of_same_label(&account.name, name));
        let account = labelled.or(match others.as_slice() {
            [only] => Some(*only),
            _ => None,
        })?;
        Some((account.id.to_string(), format!("that is the account {}", account.name)))
    }

    #[allow(clippy::too_many_arguments, reason = "all of it is the one parameter's")]
    fn parameter_of_ssm(
        &self,
        unit: &Unit,
        account: &str,
        name: &str,
        named: Option<String>,
        parameter: &Parameter,
        notes: &mut Notes,
        state: &mut Vec<StateParameter>,
    ) {
        let Some(named) = named else { return };
        let inner = parameter.kind.split_once('<').map_or("String", |(_, inner)| inner.trim_end_matches('>'));
        let (kind, inner) = match inner.strip_prefix("List<").or(inner.strip_prefix("CommaDelimitedList")) {
            Some(inner) => ("StringList", inner),
            None => ("String", inner),
        };
        // What `cdk bootstrap` leaves in an account: any version that is new enough.
        let version = "21".to_owned();
        let plain = stand_in(name, &Parameter { kind: inner.to_owned(), ..Parameter::default() }, self.region);
        let bootstrapped = named.starts_with("/cdk-bootstrap/");
        let value = if bootstrapped { version } else { plain };
        let place = Some(Place { file: unit.file.clone(), line: parameter.place.0, column: parameter.place.1, length: 0 });
        let title = format!("the SSM parameter {named} is taken to exist, with the value {value}");
        let id = format!("ssm/{account}/{named}");
        match bootstrapped {
            true => notes.assumed(&id, title, place, vec!["`cdk bootstrap` makes it in each account and region.".into()]),
            false => notes.warning(&id, title, place, Vec::new()),
        }
        if !state.iter().any(|known| known.account == account && known.name == named) {
            state.push(StateParameter { account: account.to_owned(), name: named, kind: kind.to_owned(), value });
        }
    }
}

fn of_same_label(account: &str, name: &str) -> bool {
    let own = labels(account);
    !own.is_empty() && labels(&spaced(name)).first() == own.first()
        || account.len() > 2 && name.to_lowercase().starts_with(&account.to_lowercase())
}

/// A value that a parameter takes.
fn stand_in(name: &str, parameter: &Parameter, region: &Region) -> String {
    if let Some(first) = parameter.allowed.first() {
        return first.clone();
    }
    if let Some((_, value)) = OF_TYPES.iter().find(|(kind, _)| parameter.kind.contains(kind)) {
        return parameter.least.clone().unwrap_or_else(|| value.replace("us-east-1", region.as_str()));
    }
    let mut plain = super::placeholders::slug(name);
    if name.to_lowercase().ends_with("accountid") || name.to_lowercase().ends_with("account") {
        plain = "999900009999".to_owned();
    }
    while plain.len() < parameter.least_length.min(4096) {
        plain.push('x');
    }
    let candidates = [
        plain.as_str(),
        "stand-in",
        "standin",
        "StandIn",
        "a",
        "1",
        "10",
        "111111111111",
        "10.0.0.0/16",
        "stand@example.com",
        "example.com",
        "arn:aws:iam::111111111111:role/stand-in",
        "https://example.com",
    ];
    let pattern = parameter.pattern.as_ref().and_then(|pattern| Regex::new(&format!("^(?:{pattern})$")).ok());
    let fitting = pattern.and_then(|pattern| candidates.into_iter().find(|candidate| pattern.is_match(candidate)));
    fitting.unwrap_or(&plain).to_owned()
}
