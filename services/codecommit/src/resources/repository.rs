use crate::{
    CreateRepository, CreateRepositoryInput, DeleteRepository, DeleteRepositoryInput, GetRepository, GetRepositoryInput,
    PutRepositoryTriggers, RepositoryMetadata, TagResource, UntagResource, UpdateRepositoryDescription, UpdateRepositoryDescriptionInput,
    UpdateRepositoryEncryptionKey, UpdateRepositoryName, UpdateRepositoryNameInput, encryption,
    first_commit::{self, Code},
};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// `AWS::CodeCommit::Repository`. `Ref` gives the repository's id. `Code` is what it begins with: later changes of it
/// change nothing, as on AWS.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codecommit-repository.html>
pub(crate) struct Repository;

static PROPERTIES: [Property; 6] = [
    Property::required("RepositoryName"),
    Property::optional("Code").structure(),
    Property::optional("KmsKeyId"),
    Property::optional("RepositoryDescription"),
    Property::optional("Tags").list(),
    Property::optional("Triggers").list(),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    repository_name: String,
    repository_description: Option<String>,
    kms_key_id: Option<String>,
    code: Option<Code>,
    #[serde(default)]
    triggers: Vec<Map<String, Value>>,
}

impl Properties {
    fn read(properties: &Value) -> Result<Self, Error> {
        serde_json::from_value(properties.clone()).map_err(|e| Error::validation(format!("AWS::CodeCommit::Repository: {e}")))
    }
}

fn physical(metadata: &RepositoryMetadata) -> Physical {
    Physical::new(&metadata.repository_id)
        .attribute("Arn", metadata.arn.as_str())
        .attribute("Name", metadata.repository_name.as_str())
        .attribute("CloneUrlHttp", metadata.clone_url_http.as_str())
        .attribute("CloneUrlSsh", metadata.clone_url_ssh.as_str())
}

/// The triggers with the names that the API has for their members.
fn put_triggers(context: &mut ResourceContext<'_>, name: &str, triggers: Vec<Map<String, Value>>) -> Result<(), Error> {
    let lower = |key: String| key.chars().take(1).flat_map(char::to_lowercase).chain(key.chars().skip(1)).collect::<String>();
    let triggers: Vec<Map<String, Value>> =
        triggers.into_iter().map(|trigger| trigger.into_iter().map(|(key, value)| (lower(key), value)).collect()).collect();
    context.call_with::<PutRepositoryTriggers>(json!({"repositoryName": name, "triggers": triggers})).map(drop)
}

impl ResourceType for Repository {
    fn name(&self) -> &'static str {
        "AWS::CodeCommit::Repository"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "CloneUrlHttp", "CloneUrlSsh", "Name"]
    }

    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let new = Properties::read(properties)?;
        let tags = ResourceTags::of(properties)?.map().clone();
        let Properties { repository_name, repository_description, kms_key_id, code, triggers, .. } = new;
        let input = CreateRepositoryInput { repository_name: repository_name.clone(), repository_description, tags, kms_key_id };
        let made = context.call::<CreateRepository>(input)?.repository_metadata;
        if let Some(code) = code {
            first_commit::push(context, &repository_name, code)?;
        }
        if !triggers.is_empty() {
            put_triggers(context, &repository_name, triggers)?;
        }
        Ok(physical(&made))
    }

    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let (gone, tags) = ResourceTags::change(old, new)?;
        let (old, new) = (Properties::read(old)?, Properties::read(new)?);
        if old.repository_name != new.repository_name {
            let input = UpdateRepositoryNameInput { old_name: old.repository_name.clone(), new_name: new.repository_name.clone() };
            context.call::<UpdateRepositoryName>(input)?;
        }
        let name = new.repository_name.clone();
        if old.repository_description != new.repository_description {
            let repository_description = new.repository_description.clone();
            context.call::<UpdateRepositoryDescription>(UpdateRepositoryDescriptionInput {
                repository_name: name.clone(),
                repository_description,
            })?;
        }
        if old.kms_key_id != new.kms_key_id {
            let key = new.kms_key_id.as_deref().unwrap_or(encryption::MANAGED);
            context.call_with::<UpdateRepositoryEncryptionKey>(json!({"repositoryName": name, "kmsKeyId": key}))?;
        }
        if old.triggers != new.triggers {
            put_triggers(context, &name, new.triggers.clone())?;
        }
        let metadata = context.call::<GetRepository>(GetRepositoryInput { repository_name: name })?.repository_metadata;
        let arn = metadata.arn.as_str();
        if !gone.is_empty() {
            context.call_with::<UntagResource>(json!({"resourceArn": arn, "tagKeys": gone}))?;
        }
        if !tags.is_empty() {
            context.call_with::<TagResource>(json!({"resourceArn": arn, "tags": tags.map()}))?;
        }
        Ok(physical(&metadata))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        let input = DeleteRepositoryInput { repository_name: Properties::read(properties)?.repository_name };
        context.call::<DeleteRepository>(input).map(drop)
    }
}
