//! The list that is walked: all operations of all services, each by its example and its variations.

use gate::{Example, OperationInfo, Registration};
use std::path::Path;
use testworld::World;

/// One example of an operation.
pub struct Case {
    pub operation: OperationInfo,
    /// What it has more than the operation's own example.
    pub variation: Option<&'static str>,
    pub example: Example,
}

pub fn services() -> Vec<Registration> {
    vec![
        cloudformation::service(),
        cloudtrail::service(),
        codebuild::service(),
        codecommit::service(),
        codeconnections::service(),
        codeconnections::star_service(),
        codepipeline::service(),
        ecr::service(),
        events::service(),
        iam::service(),
        kms::service(),
        logs::service(),
        operator::service(),
        organizations::service(),
        s3::service(),
        secretsmanager::service(),
        ssm::service(),
        sts::service(),
    ]
}

/// All of them, by service and name.
pub fn all() -> Vec<Case> {
    let world = World::new(services(), &[]);
    for folder in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services")).unwrap() {
        let service = folder.unwrap().file_name().into_string().unwrap();
        assert!(world.gate.service(&service).is_some(), "services/{service} is not walked: list it in {}", file!());
    }
    let mut cases = Vec::new();
    for operation in world.gate.operations() {
        cases.push(Case { operation, variation: None, example: (operation.example)() });
        for (variation, example) in (operation.variations)() {
            cases.push(Case { operation, variation: Some(variation), example });
        }
    }
    cases
}

impl Case {
    /// `service:Operation`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.operation.service, self.operation.name)
    }

    /// The name, and what the variation has.
    pub fn label(&self) -> String {
        match self.variation {
            Some(variation) => format!("{} {variation}", self.name()),
            None => self.name(),
        }
    }
}
