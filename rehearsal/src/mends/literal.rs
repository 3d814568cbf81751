//! What stands for a reference to a resource: the ARN or the name that it will have, or one that is made up.

use super::{
    edges::got,
    tree::{self, Step},
};
use serde_json::json;
use template::document::{Kind, Node};

/// Types whose physical name a template may fix: the type, the property, and the ARN with `{}` for the name. `Ref` gives the name, but
/// for those at the end.
const NAMED: [(&str, &str, &str); 16] = [
    ("AWS::IAM::Role", "RoleName", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/{}"),
    ("AWS::IAM::User", "UserName", "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/{}"),
    ("AWS::IAM::Group", "GroupName", "arn:${AWS::Partition}:iam::${AWS::AccountId}:group/{}"),
    ("AWS::S3::Bucket", "BucketName", "arn:${AWS::Partition}:s3:::{}"),
    ("AWS::CodeBuild::Project", "Name", "arn:${AWS::Partition}:codebuild:${AWS::Region}:${AWS::AccountId}:project/{}"),
    ("AWS::CodePipeline::Pipeline", "Name", "arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:{}"),
    ("AWS::CodeCommit::Repository", "RepositoryName", "arn:${AWS::Partition}:codecommit:${AWS::Region}:${AWS::AccountId}:{}"),
    ("AWS::ECR::Repository", "RepositoryName", "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/{}"),
    ("AWS::Lambda::Function", "FunctionName", "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:{}"),
    ("AWS::Logs::LogGroup", "LogGroupName", "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:{}:*"),
    ("AWS::Events::Rule", "Name", "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/{}"),
    ("AWS::SSM::Parameter", "Name", "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/{}"),
    // `Ref` gives these' ARN.
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName", "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/{}"),
    ("AWS::SNS::Topic", "TopicName", "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:{}"),
    ("AWS::SecretsManager::Secret", "Name", "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:{}"),
    (
        "AWS::StepFunctions::StateMachine",
        "StateMachineName",
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:{}",
    ),
];
/// The types from here on.
const REF_IS_ARN: usize = 12;

/// How a resource is referred to without a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// Its name: a text of `Fn::Sub`.
    name: String,
    /// Its ARN: the same.
    arn: String,
    /// `Ref` gives the ARN.
    by_arn: bool,
}

impl Literal {
    /// Of a resource whose name is fixed.
    pub(super) fn fixed(tree: &Node, id: &str) -> Option<Self> {
        let kind = tree::kind(tree, id);
        let at = NAMED.iter().position(|(known, ..)| *known == kind)?;
        let (_, property, arn) = NAMED[at];
        let name = tree.get("Resources")?.get(id)?.get("Properties")?.get(property)?;
        let name = match (&name.kind, name.entries()) {
            (Kind::String(text, _), _) => text.replace("${", "${!"),
            (_, [only]) if only.key.text == "Fn::Sub" => only.value.scalar()?.to_owned(),
            _ => return None,
        };
        // A name that is made of other resources is a reference to them.
        let free = super::edges::substituted(&name)
            .iter()
            .all(|part| part.starts_with("AWS::") || tree.get("Parameters").is_some_and(|all| all.get(part).is_some()));
        free.then(|| Self { arn: arn.replace("{}", &name), name, by_arn: at >= REF_IS_ARN })
    }

    /// Of a resource of which nothing is known but its type.
    pub(super) fn made_up(kind: &str, id: &str) -> Self {
        let name = if kind == "AWS::S3::Bucket" { id.to_lowercase() } else { id.to_owned() };
        let known = NAMED.iter().position(|(known, ..)| *known == kind);
        let mut parts = kind.split("::").skip(1);
        let (service, what) = (parts.next().unwrap_or("unknown").to_lowercase(), parts.next().unwrap_or("thing").to_lowercase());
        let arn = match known {
            Some(at) => NAMED[at].2.replace("{}", &name),
            None => format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{what}/{name}"),
        };
        Self { name, arn, by_arn: known.is_some_and(|at| at >= REF_IS_ARN) }
    }

    /// The property that fixes the name of a resource of a type.
    pub(super) fn property(kind: &str) -> Option<&'static str> {
        NAMED.iter().find(|(known, ..)| *known == kind).map(|(_, property, _)| *property)
    }

    /// The ARN as a template writes it.
    pub(super) fn arn(&self) -> &str {
        &self.arn
    }

    fn text(&self, attribute: Option<&str>) -> &str {
        match attribute {
            None if !self.by_arn => &self.name,
            Some(attribute) if !attribute.ends_with("Arn") => &self.name,
            _ => &self.arn,
        }
    }

    /// Puts this in place of the reference to `id` that a function at `path` is.
    pub(super) fn instead(&self, tree: &mut Node, path: &[Step], id: &str) -> Option<()> {
        // A name in a `DependsOn`.
        if matches!(path.get(2), Some(Step::Key(section)) if section == "DependsOn") {
            return tree::take(tree, path).map(|_| ());
        }
        let node = tree::at_mut(tree, path)?;
        let [only] = node.entries() else { return None };
        let span = only.value.span.clone();
        let text = match only.key.text.as_str() {
            "Ref" => self.text(None).to_owned(),
            "Fn::GetAtt" => self.text(got(&only.value).map(|(_, attribute)| attribute)).to_owned(),
            "Fn::Sub" => return self.within(node, id),
            _ => return None,
        };
        *node = tree::made(&json!({"Fn::Sub": text}), &span);
        Some(())
    }

    /// Within the text of a `Fn::Sub`.
    fn within(&self, node: &mut Node, id: &str) -> Option<()> {
        let argument = tree::at_mut(node, &tree::keys(&["Fn::Sub"]))?;
        let text = match &mut argument.kind {
            Kind::List(items) => items.first_mut()?,
            _ => argument,
        };
        let Kind::String(text, parts) = &mut text.kind else { return None };
        for name in super::edges::substituted(text).into_iter().map(str::to_owned).collect::<Vec<_>>() {
            let (of, attribute) = name.split_once('.').map_or((name.as_str(), None), |(of, attribute)| (of, Some(attribute)));
            if of == id {
                *text = text.replace(&format!("${{{name}}}"), self.text(attribute));
                parts.clear();
            }
        }
        Some(())
    }
}
