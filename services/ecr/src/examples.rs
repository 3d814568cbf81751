//! The worlds of the operations' examples.

use gate::Example;
use serde_json::{Value, json};

/// A lifecycle policy.
pub(crate) const LIFECYCLE: &str = r#"{"rules":[{"rulePriority":1,"description":"the last ten","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}"#;

/// A repository policy.
pub(crate) const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"ecr:DescribeRepositories"}]}"#;

/// A call in a world with the repository `example`.
pub(crate) fn with_repository(input: Value) -> Example {
    Example::of(input).after("ecr:CreateRepository", json!({"repositoryName": "example", "tags": [{"Key": "team", "Value": "shop"}]}))
}
