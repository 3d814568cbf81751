//! ECR's resource types of CloudFormation.

pub(crate) mod repository;
