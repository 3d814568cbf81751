//! ECR's errors, as AWS words them.

use crate::shapes::ImageIdentifier;
use base::AccountId;
use gate::Error;

/// Enough of a value to know it by.
pub(crate) fn clipped(text: &str) -> String {
    text.chars().take(200).collect()
}

/// A parameter that does not fit.
pub(crate) fn invalid(parameter: &str, constraint: &str) -> Error {
    let message = format!("Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'");
    Error::new("InvalidParameterException", message)
}

/// A tag that does not fit.
pub(crate) fn invalid_tag(message: impl Into<String>) -> Error {
    Error::new("InvalidTagParameterException", message.into())
}

/// What KMS answered to a call that ECR made on the caller's behalf; a denial stays one, with its cause.
pub(crate) fn behind(cause: Error) -> Error {
    if cause.is_denied() || cause.code == "NotImplemented" {
        return cause;
    }
    Error::new("KmsException", format!("The operation failed because of KMS: {}: {}", cause.code, cause.message))
}

fn about(name: &str, registry: AccountId) -> String {
    format!("with name '{name}' in the registry with id '{registry}'")
}

pub(crate) fn no_repository(name: &str, registry: AccountId) -> Error {
    let message = format!("The repository with name '{}' does not exist in the registry with id '{registry}'", clipped(name));
    Error::new("RepositoryNotFoundException", message)
}

pub(crate) fn exists(name: &str, registry: AccountId) -> Error {
    let message = format!("The repository with name '{name}' already exists in the registry with id '{registry}'");
    Error::new("RepositoryAlreadyExistsException", message)
}

pub(crate) fn no_policy(name: &str, registry: AccountId) -> Error {
    let message = format!("Repository policy does not exist for the repository {}", about(name, registry));
    Error::new("RepositoryPolicyNotFoundException", message)
}

pub(crate) fn no_lifecycle(name: &str, registry: AccountId) -> Error {
    let message = format!("Lifecycle policy does not exist for the repository {}", about(name, registry));
    Error::new("LifecyclePolicyNotFoundException", message)
}

pub(crate) fn no_image(image: &ImageIdentifier, name: &str, registry: AccountId) -> Error {
    let text = |part: &Option<String>| part.as_deref().map_or_else(|| "null".into(), clipped);
    let id = format!("{{imageDigest:'{}', imageTag:'{}'}}", text(&image.image_digest), text(&image.image_tag));
    let message = format!("The image with imageId {id} does not exist within the repository {}", about(name, registry));
    Error::new("ImageNotFoundException", message)
}
