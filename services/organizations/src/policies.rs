//! Policies: those of AWS and the organization's own.
//! Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html>

use crate::{
    Organizations,
    error::{constraint, invalid, no_policy},
    state::{Node, OrganizationRow, POLICIES, PolicyRow, PolicyType},
    tree,
};
use base::Arn;
use gate::{Error, View};
use policy::{Effect, Policy, PolicyKind};

/// Characters, white space included.
const LONGEST: usize = 5120;
pub(crate) const MOST: usize = 1000;
/// Policies of one type at one node.
pub(crate) const MOST_ATTACHED: usize = 5;

/// AWS's other types; they have no part in decisions.
const OTHER_TYPES: [&str; 11] = [
    "AISERVICES_OPT_OUT_POLICY",
    "BACKUP_POLICY",
    "BEDROCK_POLICY",
    "CHATBOT_POLICY",
    "DECLARATIVE_POLICY_EC2",
    "INSPECTOR_POLICY",
    "NETWORK_SECURITY_DIRECTOR_POLICY",
    "S3_POLICY",
    "SECURITYHUB_POLICY",
    "TAG_POLICY",
    "UPGRADE_ROLLOUT_POLICY",
];

impl PolicyType {
    /// AWS's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ServiceControl => "SERVICE_CONTROL_POLICY",
            Self::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }
    /// In messages.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
        }
    }
    /// By AWS's name.
    pub(crate) fn of(text: &str) -> Result<Self, Error> {
        match [Self::ServiceControl, Self::ResourceControl].into_iter().find(|kind| kind.name() == text) {
            Some(kind) => Ok(kind),
            None if OTHER_TYPES.contains(&text) => Err(Error::not_implemented(&format!("organizations with policies of type {text}"))),
            None => Err(invalid("INVALID_ENUM_POLICY_TYPE", "You specified an invalid policy type.")),
        }
    }
    fn kind(self) -> PolicyKind {
        match self {
            Self::ServiceControl => PolicyKind::ServiceControl,
            Self::ResourceControl => PolicyKind::ResourceControl,
        }
    }
}

/// A policy of AWS's own, attached to all that is new.
pub(crate) struct FullAccess {
    pub(crate) id: &'static str,
    name: &'static str,
    description: &'static str,
    content: &'static str,
}

static FULL_ACCESS: [FullAccess; 2] = [
    FullAccess {
        id: "p-FullAWSAccess",
        name: "FullAWSAccess",
        description: "Allows access to every operation",
        content: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    },
    FullAccess {
        id: "p-RCPFullAWSAccess",
        name: "RCPFullAWSAccess",
        description: "Allow all access to every resource",
        content: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#,
    },
];

pub(crate) fn full_access(kind: PolicyType) -> &'static FullAccess {
    match kind {
        PolicyType::ServiceControl => &FULL_ACCESS[0],
        PolicyType::ResourceControl => &FULL_ACCESS[1],
    }
}

/// AWS's policy of a type, as any other.
pub(crate) fn aws_managed(kind: PolicyType) -> PolicyRow {
    let own = full_access(kind);
    PolicyRow {
        id: own.id.into(),
        name: own.name.into(),
        description: own.description.into(),
        kind,
        content: own.content.into(),
        tags: Vec::new(),
    }
}

pub(crate) fn is_aws_managed(id: &str) -> bool {
    FULL_ACCESS.iter().any(|own| own.id == id)
}

pub(crate) fn find(view: &mut View<'_, Organizations>, id: &str) -> Result<Option<PolicyRow>, Error> {
    let own = [PolicyType::ServiceControl, PolicyType::ResourceControl].into_iter().find(|kind| full_access(*kind).id == id);
    match own {
        Some(kind) => Ok(Some(aws_managed(kind))),
        None => view.get(&POLICIES, id),
    }
}

pub(crate) fn load(view: &mut View<'_, Organizations>, id: &str) -> Result<PolicyRow, Error> {
    find(view, id)?.ok_or_else(|| no_policy(id))
}

/// For a change: AWS's own do not change.
pub(crate) fn load_own(view: &mut View<'_, Organizations>, id: &str) -> Result<PolicyRow, Error> {
    if is_aws_managed(id) {
        return Err(invalid("IMMUTABLE_POLICY", format!("{id} is AWS's own policy and cannot be changed.")));
    }
    load(view, id)
}

/// The type of a policy, if it is there.
pub(crate) fn kind_of(view: &mut View<'_, Organizations>, id: &str) -> Result<Option<PolicyType>, Error> {
    Ok(find(view, id)?.map(|row| row.kind))
}

/// All of a type, AWS's own among them.
pub(crate) fn all(view: &mut View<'_, Organizations>, kind: PolicyType) -> Result<Vec<PolicyRow>, Error> {
    let mut rows: Vec<PolicyRow> = view.scan(&POLICIES, &[] as &[&str; 0])?.into_iter().map(|(_, row)| row).collect();
    rows.retain(|row| row.kind == kind);
    rows.push(aws_managed(kind));
    Ok(rows)
}

/// How many policies of a type are attached to a node.
pub(crate) fn attached(view: &mut View<'_, Organizations>, node: &Node, kind: PolicyType) -> Result<usize, Error> {
    let mut count = 0;
    for id in &node.attached {
        count += usize::from(kind_of(view, id)? == Some(kind));
    }
    Ok(count)
}

pub(crate) fn arn(view: &View<'_, Organizations>, organization: &OrganizationRow, row: &PolicyRow) -> Arn {
    let rest = format!("{}/{}", row.kind.name().to_ascii_lowercase(), row.id);
    if is_aws_managed(&row.id) {
        Arn::new("organizations", "", "aws", &format!("policy/{rest}"))
    } else {
        tree::arn(view.management_account(), organization, "policy", &format!("/{rest}"))
    }
}

/// The ARN of the policy; of one that is not there, as if it were a service control policy.
pub(crate) fn arn_of(view: &mut View<'_, Organizations>, organization: &OrganizationRow, id: &str) -> Result<Arn, Error> {
    let row = find(view, id)?.unwrap_or_else(|| PolicyRow { id: id.to_owned(), ..aws_managed(PolicyType::ServiceControl) });
    Ok(arn(view, organization, &row))
}

/// A document of this type, as it may be kept.
/// Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
pub(crate) fn check_content(kind: PolicyType, content: &str) -> Result<(), Error> {
    let malformed = |why: String| {
        let message = format!("The provided policy document does not meet the requirements of the specified policy type. {why}");
        Error::new("MalformedPolicyDocumentException", message)
    };
    if content.chars().count() > LONGEST {
        let message =
            format!("The policy has {} characters; at most {LONGEST} are allowed, white space included.", content.chars().count());
        return Err(constraint("POLICY_CONTENT_LIMIT_EXCEEDED", message));
    }
    let parsed = Policy::parse(content, kind.kind()).map_err(|e| malformed(e.to_string()))?;
    if kind == PolicyType::ResourceControl {
        for statement in (0..parsed.statements()).filter_map(|index| parsed.statement(index)) {
            if statement.effect == Effect::Allow {
                return Err(malformed(format!("A resource control policy has Deny statements only (line {}).", statement.line)));
            }
            if statement.not_action {
                return Err(malformed(format!("A resource control policy has no NotAction (line {}).", statement.line)));
            }
        }
    }
    Ok(())
}

/// Name and description.
pub(crate) fn check_words(name: Option<&str>, description: Option<&str>) -> Result<(), Error> {
    if name.is_some_and(|name| !(1..=128).contains(&name.chars().count())) {
        return Err(invalid("MAX_LENGTH_EXCEEDED", "A policy's name has 1 to 128 characters."));
    }
    if description.is_some_and(|text| text.chars().count() > 512) {
        return Err(invalid("MAX_LENGTH_EXCEEDED", "A policy's description has at most 512 characters."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awss_own_policies_are_legal() {
        for kind in [PolicyType::ServiceControl, PolicyType::ResourceControl] {
            Policy::parse(full_access(kind).content, kind.kind()).unwrap();
        }
    }

    #[test]
    fn documents_are_refused_as_aws_does() {
        let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
        let rcp = deny.replace(r#""Action""#, r#""Principal":"*","Action""#);
        check_content(PolicyType::ServiceControl, deny).unwrap();
        check_content(PolicyType::ResourceControl, &rcp).unwrap();
        for (kind, text) in [
            (PolicyType::ServiceControl, rcp.clone()),
            (PolicyType::ServiceControl, "{".to_owned()),
            (PolicyType::ResourceControl, deny.to_owned()),
            (PolicyType::ResourceControl, rcp.replace("Deny", "Allow")),
            (PolicyType::ResourceControl, rcp.replace(r#""Action""#, r#""NotAction""#)),
        ] {
            assert_eq!(check_content(kind, &text).unwrap_err().code, "MalformedPolicyDocumentException", "{text}");
        }
        let long = deny.replace("Deny\"", &format!("Deny\"{}", " ".repeat(LONGEST)));
        assert_eq!(check_content(PolicyType::ServiceControl, &long).unwrap_err().code, "ConstraintViolationException");
        assert_eq!(PolicyType::of("TAG_POLICY").unwrap_err().status, 501);
    }
}
