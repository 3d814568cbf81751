//! Parameter Store's resource types of CloudFormation.

pub(crate) mod parameter;
