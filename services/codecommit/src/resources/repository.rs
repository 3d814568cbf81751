use crate::{
    CreateRepository, CreateRepositoryInput, DeleteRepository, DeleteRepositoryInput, GetRepository, GetRepositoryInput,
    RepositoryMetadata, UpdateRepositoryDescription, UpdateRepositoryDescriptionInput, UpdateRepositoryName, UpdateRepositoryNameInput,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceType};
use serde::Deserialize;
use serde_json::Value;

/// `AWS::CodeCommit::Repository`. `Ref` gives the repository's id.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codecommit-repository.html>
pub(crate) struct Repository;

static PROPERTIES: [Property; 3] =
    [Property::required("RepositoryName"), Property::optional("RepositoryDescription"), Property::optional("Tags").list()];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    repository_name: String,
    repository_description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

fn read(properties: &Value) -> Result<Properties, Error> {
    serde_json::from_value(properties.clone()).map_err(|e| Error::validation(format!("AWS::CodeCommit::Repository: {e}")))
}

fn physical(metadata: &RepositoryMetadata) -> Physical {
    Physical::new(&metadata.repository_id)
        .attribute("Arn", metadata.arn.as_str())
        .attribute("Name", metadata.repository_name.as_str())
        .attribute("CloneUrlHttp", metadata.clone_url_http.as_str())
}

impl ResourceType for Repository {
    fn name(&self) -> &'static str {
        "AWS::CodeCommit::Repository"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "CloneUrlHttp", "Name"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        let Properties { repository_name, repository_description, tags } = read(properties)?;
        let tags = tags.into_iter().map(|t| (t.key, t.value)).collect();
        let input = CreateRepositoryInput { repository_name, repository_description, tags, kms_key_id: None };
        Ok(physical(&context.call::<CreateRepository>(input)?.repository_metadata))
    }

    fn update(&self, context: &mut ResourceContext<'_>, _id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        let (old, new) = (read(old)?, read(new)?);
        if old.tags != new.tags {
            return Err(Error::not_implemented("AWS::CodeCommit::Repository with changed Tags"));
        }
        if old.repository_name != new.repository_name {
            let input = UpdateRepositoryNameInput { old_name: old.repository_name, new_name: new.repository_name.clone() };
            context.call::<UpdateRepositoryName>(input)?;
        }
        if old.repository_description != new.repository_description {
            let input = UpdateRepositoryDescriptionInput {
                repository_name: new.repository_name.clone(),
                repository_description: new.repository_description,
            };
            context.call::<UpdateRepositoryDescription>(input)?;
        }
        let input = GetRepositoryInput { repository_name: new.repository_name };
        Ok(physical(&context.call::<GetRepository>(input)?.repository_metadata))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, _id: &str, properties: &Value) -> Result<(), Error> {
        let input = DeleteRepositoryInput { repository_name: read(properties)?.repository_name };
        context.call::<DeleteRepository>(input).map(drop)
    }
}
