use crate::{
    Ssm, cipher,
    error::exists,
    events,
    examples::with_parameter,
    names::{Key, check_new, resource},
    parameters,
    policies::{self, Policy},
    state::{Kind, ParameterRow, Stored, Tier, VERSIONS, VersionRow, digits},
    tags::{self, Tag},
    values,
    workflows::keeper,
};
use base::{Arn, Secret};
use gate::{Authorized, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a parameter, or a new version of one.
/// Source: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
pub struct PutParameter;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    name: String,
    description: Option<String>,
    value: Secret<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    key_id: Option<String>,
    #[serde(default)]
    overwrite: bool,
    allowed_pattern: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    tier: Option<String>,
    policies: Option<String>,
    data_type: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    /// The new version's number.
    pub version: u64,
    tier: Tier,
}

/// What is asked for, as far as it is read.
struct Asked {
    kind: Option<Kind>,
    policies: Option<Vec<Policy>>,
    input: Input,
}

impl Asked {
    /// The first version of a parameter.
    fn anew(self, call: &mut Authorized<'_, PutParameter>, key: Key, name: String) -> Result<ParameterRow, Error> {
        let kind = self.kind.ok_or_else(|| Error::validation("A parameter type is required when you create a parameter."))?;
        let arn = call.arn(&resource(&name))?;
        let mut tags = Vec::new();
        tags::set(&mut tags, self.input.tags.clone())?;
        let current = self.version(call, &arn, kind, None)?;
        // Of an expired parameter of this name nothing stays.
        if let Some(expired) = call.get(&crate::state::PARAMETERS, &key)? {
            parameters::remove(call, &expired)?;
        }
        Ok(ParameterRow { key, name, arn, current, oldest: 1, labels: Default::default(), tags, shared: None, keeper: None })
    }

    /// A version more of a parameter; the oldest makes room.
    fn over(self, call: &mut Authorized<'_, PutParameter>, mut row: ParameterRow) -> Result<ParameterRow, Error> {
        let kind = self.kind.unwrap_or(row.current.kind);
        if kind != row.current.kind && row.key.text().contains('/') {
            return Err(Error::new(
                "HierarchyTypeMismatchException",
                format!(
                    "The type of a parameter in a hierarchy can't be changed: {} is a {}. Create a new, unique parameter.",
                    row.name,
                    row.current.kind.name()
                ),
            ));
        }
        let current = self.version(call, &row.arn.clone(), kind, Some(&row.current))?;
        if current.number - row.oldest >= MOST_VERSIONS {
            if !row.labels_of(row.oldest).is_empty() {
                return Err(Error::new(
                    "ParameterMaxVersionLimitExceeded",
                    format!(
                        "You attempted to create a new version of {} by calling the PutParameter API with the overwrite flag. Version {}, \
                         the oldest version, can't be deleted because it has a label associated with it. Move the label to another version \
                         of the parameter, and try again.",
                        row.name, row.oldest
                    ),
                ));
            }
            call.delete(&VERSIONS, &[row.key.account.as_str(), &row.key.text(), &digits(row.oldest)]);
            row.oldest += 1;
        }
        parameters::archive(call, &row)?;
        Ok(ParameterRow { current, ..row })
    }

    /// What is not given stays as it was.
    fn version(
        self,
        call: &mut Authorized<'_, PutParameter>,
        arn: &Arn,
        kind: Kind,
        old: Option<&VersionRow>,
    ) -> Result<VersionRow, Error> {
        let Input { value, description, key_id, allowed_pattern, tier, .. } = self.input;
        values::check_key_id(key_id.as_deref(), kind)?;
        let kept = |given: Option<String>, old: Option<&String>| given.or_else(|| old.cloned()).filter(|text| !text.is_empty());
        let allowed_pattern = kept(allowed_pattern, old.and_then(|old| old.allowed_pattern.as_ref()));
        values::check(kind, value.expose(), allowed_pattern.as_deref())?;
        let policies = self.policies.or_else(|| old.map(|old| policies::kept(&old.policies))).unwrap_or_default();
        let tier = values::tier(tier.as_deref(), old.map(|old| old.tier), value.expose().len(), &policies)?;
        let key_id = key_id.or_else(|| old.and_then(|old| old.key_id.clone())).unwrap_or_else(|| cipher::MANAGED_KEY.into());
        let (key_id, value) = match kind {
            Kind::SecureString => {
                let sealed = cipher::seal(call, tier, &key_id, arn, &value)?;
                (Some(key_id), sealed)
            }
            Kind::String | Kind::StringList => (None, Stored::Plain(value)),
        };
        Ok(VersionRow {
            number: old.map_or(1, |old| old.number + 1),
            kind,
            value,
            key_id,
            description: kept(description, old.and_then(|old| old.description.as_ref())),
            allowed_pattern,
            tier,
            policies,
            changed: call.now(),
            changed_by: call.caller().name(),
        })
    }
}

/// Versions that a parameter keeps.
const MOST_VERSIONS: u64 = 100;

impl Operation for PutParameter {
    type Service = Ssm;
    const NAME: &'static str = "PutParameter";
    const READ_ONLY: bool = false;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ssm>) -> Result<Demands, Error> {
        let name = check_new(&input.name)?;
        let arn = facts.arn(&resource(name))?;
        let put = parameters::demand(facts, "ssm:PutParameter", &arn)?
            .with("ssm:Overwrite", input.overwrite.to_string())
            .with("ssm:Policies", input.policies.is_some().to_string())
            .with_tags(tags::pairs(&input.tags));
        if input.tags.is_empty() {
            return Ok(put.into());
        }
        let tag = parameters::demand(facts, "ssm:AddTagsToResource", &arn)?.with_tags(tags::pairs(&input.tags));
        Ok(Demands::from(put).and(tag))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let name = check_new(&input.name)?.to_owned();
        values::check_data_type(input.data_type.as_deref())?;
        values::check_description(input.description.as_deref())?;
        let kind = input.kind.as_deref().map(values::kind).transpose()?;
        if input.overwrite && !input.tags.is_empty() {
            return Err(Error::validation(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite \
                 flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
            ));
        }
        let (account, now) = (call.account()?, call.now());
        let key = Key::new(account, &name);
        let old = parameters::row(call, &key)?;
        if old.is_some() && !input.overwrite {
            return Err(exists());
        }
        let policies = input.policies.as_deref().map(|text| policies::read(text, now)).transpose()?;
        let asked = Asked { kind, policies, input };
        let row = match old {
            Some(old) => asked.over(call, old)?,
            None => asked.anew(call, key, name)?,
        };
        let operation = if row.current.number == 1 { "Create" } else { "Update" };
        events::changed(call, &row, operation)?;
        let row = keeper::attend(call, row)?;
        parameters::save(call, &row)?;
        Ok(Output { version: row.current.number, tier: row.current.tier })
    }

    fn example() -> Example {
        Example::of(json!({"Name": "/example/name", "Type": "String", "Value": "a value"}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        let sealed = json!({"Name": "/example/name", "Type": "SecureString", "Value": "a value", "KeyId": "$0/KeyMetadata/Arn"});
        let mut advanced = sealed.clone();
        advanced["Tier"] = "Advanced".into();
        let under_key = |input| Example::of(input).after("kms:CreateKey", json!({}));
        let tagged = json!({"Name": "/example/name", "Type": "String", "Value": "a value", "Tags": [{"Key": "a", "Value": "b"}]});
        vec![
            ("of an advanced secret", under_key(advanced).inside(["kms:GenerateDataKey"])),
            ("of a secret", under_key(sealed).inside(["kms:Encrypt"])),
            ("over an older one", with_parameter(json!({"Name": "/example/name", "Value": "another", "Overwrite": true}))),
            ("with tags", Example::of(tagged)),
        ]
    }
}
