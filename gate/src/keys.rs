//! The condition keys that every call carries.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use crate::{Caller, Demand, Identity, ResourceFacts, Transport, core::Frame};
use base::{AccountId, Timestamp};
use policy::Context;

/// Services whose calls on a caller's behalf are listed in `aws:CalledVia`.
const CALLED_VIA: [&str; 1] = ["cloudformation.amazonaws.com"];

pub(crate) fn principal(context: &mut Context, caller: &Caller, own_tags: &[(String, String)]) {
    let service = matches!(caller.identity(), Identity::Service { .. });
    context.set_bool("aws:PrincipalIsAWSService", service);
    context.set_bool("aws:ViaAWSService", !caller.via().is_empty());
    let called: Vec<String> = caller.via().iter().filter(|s| CALLED_VIA.contains(&s.as_str())).cloned().collect();
    if let (Some(first), Some(last)) = (called.first(), called.last()) {
        context.set("aws:CalledViaFirst", first.clone());
        context.set("aws:CalledViaLast", last.clone());
        context.set_many("aws:CalledVia", called.clone());
    }
    for (key, value) in own_tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value);
    }
    let (arn, kind) = match caller.identity() {
        Identity::Anonymous => {
            context.set("aws:PrincipalType", "Anonymous");
            return;
        }
        Identity::Service { name, source_arn, source_account, .. } => {
            context.set("aws:PrincipalServiceName", name);
            context.set_many("aws:PrincipalServiceNamesList", vec![name.clone()]);
            if let Some(arn) = source_arn {
                context.set("aws:SourceArn", arn.as_str());
            }
            if let Some(account) = source_account {
                context.set("aws:SourceAccount", account.as_str());
            }
            return;
        }
        Identity::Root { .. } => (caller.name(), "Account"),
        Identity::User { arn, name, .. } => {
            context.set("aws:username", name);
            (arn.to_string(), "User")
        }
        Identity::Role(session) => {
            session_tags(context, &session.tags);
            if let Some(identity) = &session.source_identity {
                context.set("aws:SourceIdentity", identity);
            }
            if let Some(provider) = &session.provider {
                context.set("aws:FederatedProvider", provider.as_str());
            }
            (session.role_arn.to_string(), "AssumedRole")
        }
        Identity::Federated(session) => {
            session_tags(context, &session.tags);
            (session.arn().to_string(), "FederatedUser")
        }
        // It has no ARN, no account and no tags yet: these are the role's, when it has one.
        Identity::WebIdentity(identity) => {
            for (key, value) in &identity.keys {
                context.put(key, value.clone());
            }
            context.set("aws:FederatedProvider", identity.provider.as_str());
            return;
        }
    };
    if let Some(temporary) = caller.identity().temporary() {
        context.set("aws:TokenIssueTime", temporary.issued.iso());
        context.set_bool("aws:MultiFactorAuthPresent", false);
    }
    context.set("aws:PrincipalArn", &arn);
    context.set("aws:PrincipalType", kind);
    context.set("aws:userid", caller.user_id());
    if let Some(account) = caller.account() {
        context.set("aws:PrincipalAccount", account.as_str());
    }
}

/// Session tags hide the principal's own.
fn session_tags(context: &mut Context, tags: &[(String, String)]) {
    for (key, value) in tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value);
    }
}

/// How a request to S3 came.
fn transport(context: &mut Context, transport: &Transport, now: Timestamp) {
    let mut set = |key, value: Option<&str>| {
        if let Some(value) = value {
            context.set(key, value);
        }
    };
    set("s3:TlsVersion", transport.tls_version);
    set("s3:authType", transport.auth_type);
    set("s3:signatureversion", transport.signature_version);
    set("s3:x-amz-content-sha256", transport.content_sha256.as_deref());
    if transport.auth_type == Some("REST-QUERY-STRING") {
        let age = transport.presigned.map_or(0, |made| now.since(made).as_millis());
        set("s3:signatureAge", Some(&age.to_string()));
    }
}

/// The context of one demand.
pub(crate) fn context(
    frame: &Frame,
    now: Timestamp,
    own_tags: &[(String, String)],
    demand: &Demand,
    owner: AccountId,
    resource: Option<&ResourceFacts>,
) -> Context {
    let mut context = Context::with_room();
    principal(&mut context, &frame.caller, own_tags);
    let request = &*frame.context;
    context.set_bool("aws:SecureTransport", request.secure_transport);
    context.set("aws:CurrentTime", now.iso());
    context.set("aws:EpochTime", now.seconds().to_string());
    context.set("aws:RequestedRegion", request.region.as_str());
    context.set("aws:UserAgent", &request.user_agent);
    if request.source_ip.parse::<std::net::IpAddr>().is_ok() {
        context.set("aws:SourceIp", &request.source_ip);
    }
    if demand.action.starts_with("s3:") {
        transport(&mut context, &request.transport, now);
    }
    if demand.resource.is_some() {
        context.set("aws:ResourceAccount", owner.as_str());
    }
    for (key, value) in resource.iter().flat_map(|r| &r.tags) {
        context.set(&format!("aws:ResourceTag/{key}"), value);
    }
    for (key, value) in &demand.context {
        context.put(key, value.clone());
    }
    context
}
