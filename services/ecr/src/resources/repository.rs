use crate::{
    CreateRepository, DeleteLifecyclePolicy, DeleteRepository, DeleteRepositoryPolicy, PutImageScanningConfiguration,
    PutImageTagMutability, PutLifecyclePolicy, SetRepositoryPolicy, TagResource, UntagResource, shapes::RepositoryInfo,
};
use gate::{Error, Physical, Property, ResourceContext, ResourceTags, ResourceType};
use serde_json::{Map, Value, json};

/// A repository for images. `Ref` gives its name.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html>
pub struct Repository;

static PROPERTIES: [Property; 9] = [
    Property::optional("EmptyOnDelete"),
    Property::optional("EncryptionConfiguration").structure().replaces(),
    Property::optional("ImageScanningConfiguration").structure(),
    Property::optional("ImageTagMutability"),
    Property::optional("ImageTagMutabilityExclusionFilters").list(),
    Property::optional("LifecyclePolicy").structure(),
    Property::optional("RepositoryName").replaces(),
    Property::optional("RepositoryPolicyText").document(),
    Property::optional("Tags").list(),
];

/// Characters of a name.
const LONGEST: usize = 256;

fn given<'v>(properties: &'v Value, name: &str) -> Option<&'v Value> {
    properties.get(name).filter(|value| !value.is_null())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A property object by the names of the API: `ScanOnPush` is `scanOnPush` there.
fn small(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (small_name(name), small(value))).collect::<Map<_, _>>().into(),
        Value::Array(items) => items.iter().map(small).collect(),
        other => other.clone(),
    }
}

fn small_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn physical(repository: &RepositoryInfo) -> Physical {
    Physical::new(&repository.repository_name)
        .attribute("Arn", repository.repository_arn.as_str())
        .attribute("RepositoryUri", repository.repository_uri.clone())
}

/// Sets the repository's policy and lifecycle rules as `new` has them, where they differ from `old`.
fn set_documents(context: &mut ResourceContext<'_>, name: &str, old: &Value, new: &Value) -> Result<(), Error> {
    if given(old, "RepositoryPolicyText") != given(new, "RepositoryPolicyText") {
        match given(new, "RepositoryPolicyText") {
            Some(document) => context
                .call_with::<SetRepositoryPolicy>(json!({"repositoryName": name, "policyText": text(document), "force": true}))
                .map(|_| ()),
            None => context.call_with::<DeleteRepositoryPolicy>(json!({"repositoryName": name})).map(|_| ()),
        }?;
    }
    let rules = |properties: &Value| given(properties, "LifecyclePolicy").and_then(|policy| given(policy, "LifecyclePolicyText")).map(text);
    match (rules(old), rules(new)) {
        (had, has) if had == has => Ok(()),
        (_, Some(document)) => {
            context.call_with::<PutLifecyclePolicy>(json!({"repositoryName": name, "lifecyclePolicyText": document})).map(|_| ())
        }
        (_, None) => context.call_with::<DeleteLifecyclePolicy>(json!({"repositoryName": name})).map(|_| ()),
    }
}

/// The registry is the stack's account.
fn check(context: &ResourceContext<'_>, properties: &Value) -> Result<(), Error> {
    let registry = given(properties, "LifecyclePolicy").and_then(|policy| given(policy, "RegistryId"));
    match registry.map(text).filter(|id| id != context.account.as_str()) {
        Some(other) => Err(Error::new(
            "ValidationError",
            format!("LifecyclePolicy.RegistryId is the stack's own account, {}, not {other}", context.account),
        )),
        None => Ok(()),
    }
}

impl ResourceType for Repository {
    fn name(&self) -> &'static str {
        "AWS::ECR::Repository"
    }

    fn properties(&self) -> &'static [Property] {
        &PROPERTIES
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "RepositoryUri"]
    }
    fn create(&self, context: &mut ResourceContext<'_>, properties: &Value) -> Result<Physical, Error> {
        check(context, properties)?;
        let name = given(properties, "RepositoryName").map_or_else(|| context.generated_name(LONGEST).to_lowercase(), text);
        let mut input: Map<String, Value> = ["EncryptionConfiguration", "ImageScanningConfiguration", "ImageTagMutability"]
            .iter()
            .chain(&["ImageTagMutabilityExclusionFilters"])
            .filter_map(|property| Some((small_name(property), small(given(properties, property)?))))
            .collect();
        input.insert("repositoryName".into(), name.as_str().into());
        input.insert("tags".into(), ResourceTags::of(properties)?.list("Key", "Value"));
        let made = context.call_with::<CreateRepository>(Value::Object(input))?.repository;
        set_documents(context, &name, &Value::Null, properties)?;
        Ok(physical(&made))
    }

    fn update(&self, context: &mut ResourceContext<'_>, id: &str, old: &Value, new: &Value) -> Result<Physical, Error> {
        check(context, new)?;
        let changed = |name: &str| given(old, name) != given(new, name);
        if changed("ImageScanningConfiguration") {
            let scanning = given(new, "ImageScanningConfiguration").map_or_else(|| json!({}), small);
            let input = json!({"repositoryName": id, "imageScanningConfiguration": scanning});
            context.call_with::<PutImageScanningConfiguration>(input)?;
        }
        if changed("ImageTagMutability") || changed("ImageTagMutabilityExclusionFilters") {
            let mutability = given(new, "ImageTagMutability").cloned().unwrap_or_else(|| "MUTABLE".into());
            let filters = given(new, "ImageTagMutabilityExclusionFilters").map_or_else(|| json!([]), small);
            let input = json!({"repositoryName": id, "imageTagMutability": mutability, "imageTagMutabilityExclusionFilters": filters});
            context.call_with::<PutImageTagMutability>(input)?;
        }
        set_documents(context, id, old, new)?;
        let arn = context.arn("ecr", &format!("repository/{id}"));
        let (gone, set) = ResourceTags::change(old, new)?;
        if !gone.is_empty() {
            context.call_with::<UntagResource>(json!({"resourceArn": arn, "tagKeys": gone}))?;
        }
        if !set.is_empty() {
            context.call_with::<TagResource>(json!({"resourceArn": arn, "tags": set.list("Key", "Value")}))?;
        }
        let uri = format!("{}.dkr.ecr.{}.amazonaws.com/{id}", context.account, context.region);
        Ok(Physical::new(id).attribute("Arn", arn.as_str()).attribute("RepositoryUri", uri))
    }

    fn delete(&self, context: &mut ResourceContext<'_>, id: &str, properties: &Value) -> Result<(), Error> {
        let force = given(properties, "EmptyOnDelete").cloned().unwrap_or_else(|| false.into());
        match context.call_with::<DeleteRepository>(json!({"repositoryName": id, "force": force})) {
            Err(error) if error.code != "RepositoryNotFoundException" => Err(error),
            _ => Ok(()),
        }
    }
}
