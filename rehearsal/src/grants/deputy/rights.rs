//! Rights to hand out rights.

use crate::{
    Finding, Kind, Severity,
    grants::{
        documents::{Read, Statement},
        overlap::{covers_action, covers_resource},
    },
};

const BOUNDARY: [&str; 1] = ["iam:permissionsboundary"];
const NO_KEY: [&str; 0] = [];

/// Action, keys whose conditions hold it in, what it leads to.
const RIGHTS: [(&str, &[&str], &str); 11] = [
    ("iam:AddUserToGroup", &NO_KEY, "who has it can take any group's rights"),
    ("iam:AttachRolePolicy", &BOUNDARY, "who has it can give himself any right"),
    ("iam:AttachUserPolicy", &BOUNDARY, "who has it can give himself any right"),
    ("iam:CreateAccessKey", &NO_KEY, "who has it can become any user"),
    ("iam:CreatePolicyVersion", &NO_KEY, "who has it can change what any policy allows"),
    ("iam:DeleteRolePermissionsBoundary", &NO_KEY, "who has it can take the boundary off"),
    ("iam:PassRole", &["iam:passedtoservice", "iam:associatedresourcearn"], "any role can be handed to a service and used there"),
    ("iam:PutRolePolicy", &BOUNDARY, "who has it can give himself any right"),
    ("iam:PutUserPolicy", &BOUNDARY, "who has it can give himself any right"),
    ("iam:UpdateAssumeRolePolicy", &NO_KEY, "who has it can open any role to himself"),
    ("sts:AssumeRole", &["aws:resourceaccount", "aws:resourceorgid"], "every role that trusts the account can be used"),
];

pub(super) fn of(document: &Read<'_>, statement: &Statement) -> Vec<Finding> {
    let Some(resources) = &statement.resources else { return Vec::new() };
    // A name that nobody would give: who reaches it reaches all of the kind.
    let any = |kind: &str| format!("arn:aws:iam::{}:{kind}/\u{1}", document.of.account);
    let reaches = |kind: &str| resources.iter().any(|resource| covers_resource(resource, &any(kind)));
    let mut all = Vec::new();
    for (action, keys, what) in RIGHTS {
        let kind = match action {
            "iam:CreatePolicyVersion" => "policy",
            "iam:AddUserToGroup" => "group",
            name if name.contains("User") || name.contains("AccessKey") => "user",
            _ => "role",
        };
        let Some(at) = statement.position(action).filter(|_| reaches(kind)) else { continue };
        let guarded = !keys.is_empty() && statement.has_key(keys);
        // A role that can be handed to one service alone is still any role.
        if guarded && action != "iam:PassRole" {
            continue;
        }
        let title = format!("{} may {action} on every {kind}: {what}", document.of.name);
        let why = format!("the resource is {}", resources.join(", "));
        all.push(document.finding(Kind::Deputy, Severity::Warning, (statement.index, &at), action, title, why));
    }
    // One finding says what all of a statement's rights come to.
    if all.len() > MOST {
        let others: Vec<String> = all.drain(1..).map(|finding| finding.title).collect();
        all[0].notes.extend(others);
    }
    all
}

/// More findings of one statement are told as one.
const MOST: usize = 2;

impl Statement {
    /// Where the statement names an action, if it does. Administrators, who may do everything, are told of elsewhere.
    fn position(&self, action: &str) -> Option<String> {
        let at = self.actions.as_ref()?.iter().position(|pattern| pattern != "*" && covers_action(pattern, action))?;
        Some(format!("Action/{at}"))
    }
}
