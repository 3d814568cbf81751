//! What a question names, by ARNs or as people call it.

use super::ask::Asking;
use crate::{driver::text, rights::arn_of};
use base::Arn;
use cloudformation::MadeResource;
use std::{collections::BTreeSet, fmt};

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswerable {
    /// What is wrong with it.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Unanswerable {
    fn new(message: impl Into<String>, help: impl Into<Option<String>>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Unanswerable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The action as AWS writes it.
fn action(wanted: &str) -> Result<String, Unanswerable> {
    let Some((prefix, name)) = wanted.split_once(':').filter(|(prefix, name)| !prefix.is_empty() && !name.is_empty()) else {
        return Err(Unanswerable::new(format!("'{wanted}' is no action"), "write SERVICE:NAME, such as kms:Decrypt".to_owned()));
    };
    if wanted.contains(['*', '?']) {
        return Err(Unanswerable::new(format!("'{wanted}' is a pattern"), "ask for one action at a time".to_owned()));
    }
    let Some(service) = actions::service(prefix) else {
        return match actions::service_name(prefix) {
            Some(known) => Ok(format!("{}:{name}", known.prefix)),
            None => Err(Unanswerable::new(format!("AWS has no service whose actions begin with '{prefix}:'"), None)),
        };
    };
    match service.action(name) {
        Some(known) => Ok(format!("{}:{}", service.prefix, known.name)),
        None => {
            let known = service.actions.iter().map(|action| action.name);
            Err(Unanswerable::new(format!("AWS has no action '{wanted}'"), yaml::suggest(name, known)))
        }
    }
}

impl Asking<'_, '_> {
    /// The action and the resource's ARN of a question.
    pub(super) fn wanted(&self, can: &str, on: &str) -> Result<(String, String), Unanswerable> {
        let action = action(can)?;
        let resource = if on == "*" { "*".to_owned() } else { self.resource(on)? };
        let Some((service, known)) = actions::action(&action) else { return Ok((action, resource)) };
        let forms: Vec<&str> = service.resource_types_of(known).map(|kind| kind.arn).collect();
        if forms.is_empty() {
            // Policies allow it on everything or on nothing.
            return Ok((action, "*".into()));
        }
        if resource == "*" || !service.resource_types_of(known).any(|kind| kind.fits(&resource)) {
            let help = format!("name one whose ARN is like {}", forms.join(", or ").replace("${Partition}", "aws"));
            return Err(Unanswerable::new(format!("{action} is not done on {resource}"), help));
        }
        Ok((action, resource))
    }

    fn resource(&self, on: &str) -> Result<String, Unanswerable> {
        if on.starts_with("arn:") {
            return match on.parse::<Arn>() {
                Ok(arn) => Ok(arn.to_string()),
                Err(_) => Err(Unanswerable::new(
                    format!("'{on}' is no ARN"),
                    "an ARN has six parts: arn:aws:kms:REGION:ACCOUNT:key/ID".to_owned(),
                )),
            };
        }
        if on.starts_with("alias/") {
            let alias = |one: &&MadeResource| one.resource_type == "AWS::KMS::Alias" && text(&one.properties, "AliasName") == on;
            let target = self.made.iter().find(alias).map(|one| text(&one.properties, "TargetKeyId").to_owned());
            if let Some(target) = target {
                return if target.starts_with("arn:") { Ok(target) } else { self.resource(&target) };
            }
        }
        // The whole is a name, or a bucket's, behind which an object's comes.
        let ends = std::iter::once(on.len()).chain(on.rmatch_indices('/').map(|(at, _)| at));
        let (found, object) = ends
            .map(|end| (self.called_so(on.get(..end).unwrap_or(on)), on.get(end..).unwrap_or_default()))
            .find(|(found, _)| !found.is_empty())
            .unwrap_or_default();
        match found.as_slice() {
            [one] => Ok(format!("{one}{object}")),
            [] => {
                let known: BTreeSet<&str> = self.made.iter().map(|one| one.logical_id.as_str()).collect();
                let help = yaml::suggest(on, known.iter().copied());
                Err(Unanswerable::new(format!("the delivery makes nothing that is called '{on}'"), help))
            }
            several => {
                let help = format!("name one by its ARN: {}", several.join(", "));
                Err(Unanswerable::new(format!("'{on}' is the name of several"), help))
            }
        }
    }

    /// The ARNs of what is called so: in a template, or by itself.
    fn called_so(&self, name: &str) -> Vec<String> {
        let is_called = |one: &&MadeResource| {
            let account = self.driver.account_name(one.account.as_str());
            let long = format!("{account}/{}/{}", one.stack, one.logical_id);
            let own = one.physical_id == name || one.physical_id.rsplit(['/', ':']).next() == Some(name);
            one.logical_id == name || own || long == name || long.split_once('/').is_some_and(|(_, short)| short == name)
        };
        let mut all: Vec<String> = self.made.iter().filter(is_called).filter_map(|one| self.arn(one)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// The ARN of what a stack has made.
    pub(super) fn arn(&self, made: &MadeResource) -> Option<String> {
        let (account, region, id) = (made.account, &self.driver.estate.region, &made.physical_id);
        arn_of(made).or_else(|| match made.resource_type.as_str() {
            "AWS::S3::Bucket" => Some(format!("arn:aws:s3:::{id}")),
            "AWS::CodePipeline::Pipeline" => Some(format!("arn:aws:codepipeline:{region}:{account}:{id}")),
            "AWS::CodeBuild::Project" => Some(format!("arn:aws:codebuild:{region}:{account}:project/{id}")),
            "AWS::Lambda::Function" => Some(format!("arn:aws:lambda:{region}:{account}:function:{id}")),
            "AWS::SSM::Parameter" => Some(format!("arn:aws:ssm:{region}:{account}:parameter/{}", id.trim_start_matches('/'))),
            _ => None,
        })
    }

    /// The number of a principal.
    pub(super) fn principal(&self, who: &str) -> Result<usize, Unanswerable> {
        let names = |arn: &str| {
            let name = arn.rsplit('/').next().unwrap_or(arn);
            arn == who || name == who || self.called_so(who).iter().any(|known| known == arn)
        };
        let found: Vec<usize> = self.principals.iter().enumerate().filter(|(_, one)| names(&one.arn)).map(|(at, _)| at).collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => {
                let known = self.principals.iter().map(|one| one.arn.rsplit('/').next().unwrap_or(&one.arn));
                Err(Unanswerable::new(format!("there is no role or user '{who}'"), yaml::suggest(who, known)))
            }
            several => {
                let arns: Vec<&str> = several.iter().filter_map(|at| self.principals.get(*at)).map(|one| one.arn.as_str()).collect();
                Err(Unanswerable::new(format!("'{who}' is the name of several"), format!("name one by its ARN: {}", arns.join(", "))))
            }
        }
    }
}
