//! Values that stand for what nothing tells of, in the shape that the parameter's name asks for.

use base::{AccountId, Region};

/// What names that end like this mean: the service, and the resource of a name. The first that fits counts.
const OF_WORDS: [(&str, &str, &str); 24] = [
    ("rolearn", "iam", "role/*"),
    ("instanceprofilearn", "iam", "instance-profile/*"),
    ("boundaryarn", "iam", "policy/*"),
    ("policyarn", "iam", "policy/*"),
    ("userarn", "iam", "user/*"),
    ("keyarn", "kms", "key/11111111-2222-4333-8444-555555555555"),
    ("cmkarn", "kms", "key/11111111-2222-4333-8444-555555555555"),
    ("kmsarn", "kms", "key/11111111-2222-4333-8444-555555555555"),
    ("bucketarn", "s3", "*"),
    ("repositoryarn", "ecr", "repository/*"),
    ("repoarn", "ecr", "repository/*"),
    ("servicearn", "ecs", "service/*/*"),
    ("clusterarn", "ecs", "cluster/*"),
    ("taskdefinitionarn", "ecs", "task-definition/*:1"),
    ("topicarn", "sns", "*"),
    ("queuearn", "sqs", "*"),
    ("functionarn", "lambda", "function:*"),
    ("lambdaarn", "lambda", "function:*"),
    ("secretarn", "secretsmanager", "secret:*-AbCdEf"),
    ("connectionarn", "codestar-connections", "connection/11111111-2222-4333-8444-555555555555"),
    ("certificatearn", "acm", "certificate/11111111-2222-4333-8444-555555555555"),
    ("statemachinearn", "states", "stateMachine:*"),
    ("listenerarn", "elasticloadbalancing", "listener/app/*/0123456789abcdef/0123456789abcdef"),
    ("loggrouparn", "logs", "log-group:*"),
];

/// Services whose ARNs have no region, and those without an account as well.
const GLOBAL: [&str; 1] = ["iam"];
const NOWHERE: [&str; 1] = ["s3"];

/// The ARN or the image repository that a parameter of this name stands for. None: its name asks for neither.
pub(crate) fn of_name(name: &str, account: AccountId, region: &Region) -> Option<String> {
    let word: String = name.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    if let Some(stem) = word.strip_suffix("uri").filter(|stem| ["repo", "repository", "image", "ecr"].iter().any(|end| stem.ends_with(end)))
    {
        return Some(format!("{account}.dkr.ecr.{region}.amazonaws.com/{stem}"));
    }
    let stem = word.strip_suffix("arn").filter(|stem| !stem.is_empty())?;
    let found = OF_WORDS.iter().find(|(end, _, _)| word.ends_with(end));
    let (service, resource) = found.map_or(("service", "*"), |(_, service, resource)| (*service, *resource));
    let region = if GLOBAL.contains(&service) || NOWHERE.contains(&service) { "" } else { region.as_str() };
    let account = if NOWHERE.contains(&service) { String::new() } else { account.to_string() };
    Some(format!("arn:aws:{service}:{region}:{account}:{}", resource.replace('*', stem)))
}

#[cfg(test)]
mod tests {
    use super::of_name;
    use base::Region;

    #[test]
    fn the_name_says_what_it_is() {
        let region = Region::new("eu-west-1");
        let of = |name: &str| of_name(name, "111111111111".parse().unwrap(), &region);
        for (name, expected) in [
            ("RepositoryArn", "arn:aws:ecr:eu-west-1:111111111111:repository/repository"),
            ("RepositoryUri", "111111111111.dkr.ecr.eu-west-1.amazonaws.com/repository"),
            ("pCmkArn", "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-4333-8444-555555555555"),
            ("ArtifactBucketArn", "arn:aws:s3:::artifactbucket"),
            ("DEPLOY_ROLE_ARN", "arn:aws:iam::111111111111:role/deployrole"),
            ("ThingArn", "arn:aws:service:eu-west-1:111111111111:thing"),
        ] {
            assert_eq!(of(name).as_deref(), Some(expected), "{name}");
        }
        for name in ["Arn", "ClusterName", "SiteUri"] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
