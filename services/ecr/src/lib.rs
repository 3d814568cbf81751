//! Amazon ECR: repositories for images, with their policies, lifecycle rules and settings. Images themselves are not here yet:
//! every repository is empty, and what pushes or pulls is refused by name.
//!
//! Must not know other services than kms.

mod encryption;
mod error;
mod examples;
mod lifecycle;
mod listing;
mod operations;
mod policies;
mod repositories;
mod resources;
mod settings;
mod shapes;
mod state;
mod tags;

use gate::{Protocol, Registration, Service};

pub use operations::{
    create_repository::CreateRepository, delete_lifecycle_policy::DeleteLifecyclePolicy, delete_repository::DeleteRepository,
    delete_repository_policy::DeleteRepositoryPolicy, describe_images::DescribeImages, describe_repositories::DescribeRepositories,
    get_lifecycle_policy::GetLifecyclePolicy, get_repository_policy::GetRepositoryPolicy, list_images::ListImages,
    list_tags_for_resource::ListTagsForResource, put_image_scanning_configuration::PutImageScanningConfiguration,
    put_image_tag_mutability::PutImageTagMutability, put_lifecycle_policy::PutLifecyclePolicy, set_repository_policy::SetRepositoryPolicy,
    tag_resource::TagResource, untag_resource::UntagResource,
};
pub use resources::repository::Repository;

/// The service's token.
pub struct Ecr(());

impl Service for Ecr {
    const NAME: &'static str = "ecr";
    const PRINCIPAL: &'static str = "ecr.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Ecr>()
        .operation::<CreateRepository>()
        .operation::<DeleteLifecyclePolicy>()
        .operation::<DeleteRepository>()
        .operation::<DeleteRepositoryPolicy>()
        .operation::<DescribeImages>()
        .operation::<DescribeRepositories>()
        .operation::<GetLifecyclePolicy>()
        .operation::<GetRepositoryPolicy>()
        .operation::<ListImages>()
        .operation::<ListTagsForResource>()
        .operation::<PutImageScanningConfiguration>()
        .operation::<PutImageTagMutability>()
        .operation::<PutLifecyclePolicy>()
        .operation::<SetRepositoryPolicy>()
        .operation::<TagResource>()
        .operation::<UntagResource>()
        .resource_type(Repository)
        .resources(repositories::resources)
}
