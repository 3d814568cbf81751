//! A second evaluator, written from the rules alone: slow, allocating, and sharing no code with the crate.

use crate::compare::{self, Context};
use serde_json::{Map, Value};

/// The undocumented points, by the names a case file gives them.
#[derive(Clone)]
pub struct Options(pub Map<String, Value>);

impl Options {
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.0.get(name).map_or(default, |v| v.as_bool().unwrap())
    }
    pub fn unresolved_not_resource(&self) -> &str {
        self.0.get("notResourceWithUnresolvedVariable").map_or("failSafe", |v| v.as_str().unwrap())
    }
}

/// Every flag with its default.
pub const FLAGS: [(&str, bool); 9] = [
    ("keyPolicyOfVersion2008", true),
    ("listAllMyBucketsByArn", true),
    ("forAnyValueIfExistsOnMissingKey", true),
    ("arnNotEqualsOnNonArn", true),
    ("forAllValuesEmptyStringIsMissing", false),
    ("everyoneIncludesServices", true),
    ("crossAccountGrantSuffices", true),
    ("arnPrefixIgnoresCase", true),
    ("multivaluedKeyWithoutSetOperator", false),
];

#[derive(PartialEq, Debug, Clone, Copy)]
enum Kind {
    Root,
    User,
    Role,
    Federated,
    Outside,
    Anonymous,
}

struct Caller {
    kind: Kind,
    service: bool,
    linked: bool,
    account: Option<String>,
    itself: Vec<String>,
    behind: Vec<String>,
}

fn caller(text: &str, ctx: &Context) -> Caller {
    let part: Vec<&str> = text.splitn(6, ':').collect();
    let mut c = Caller { kind: Kind::Outside, service: false, linked: false, account: None, itself: vec![text.into()], behind: vec![] };
    if text == "anonymous" {
        c.kind = Kind::Anonymous;
        return c;
    }
    if part.len() < 6 {
        c.service = true;
        return c;
    }
    if part[5].starts_with("oidc-provider/") {
        return c;
    }
    c.account = Some(part[4].into());
    let own_id = ctx.get("aws:userid").map(|v| v[0].split(':').next().unwrap().to_string());
    if part[5] == "root" {
        c.kind = Kind::Root;
    } else if part[5].starts_with("user/") {
        c.kind = Kind::User;
        c.itself.extend(own_id);
    } else if let Some(name) = part[5].strip_prefix("federated-user/") {
        c.kind = Kind::Federated;
        c.behind.push(format!("arn:aws:iam::{}:user/{name}", part[4]));
    } else {
        c.kind = Kind::Role;
        let role = part[5].split('/').nth(1).unwrap();
        let plain = format!("arn:aws:iam::{}:role/{role}", part[4]);
        let given = ctx.get("aws:principalarn").map(|v| v[0].clone());
        let arn = given.filter(|g| g.starts_with(&format!("arn:aws:iam::{}:role/", part[4])) && g.ends_with(&format!("/{role}")));
        c.linked = arn.as_ref().is_some_and(|a| a.contains("/aws-service-role/"));
        c.behind.push(arn.unwrap_or(plain));
        c.behind.extend(own_id);
    }
    c
}

fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    }
}
fn texts(value: &Value) -> Vec<String> {
    many(value).into_iter().map(|v| v.as_str().unwrap().to_string()).collect()
}

struct World<'a> {
    request: &'a Value,
    policies: &'a Value,
    ctx: Context,
    caller: Caller,
    options: &'a Options,
}

impl World<'_> {
    fn action(&self) -> String {
        self.request["action"].as_str().unwrap().to_lowercase()
    }
    fn resource(&self) -> &str {
        self.request["resource"].as_str().unwrap()
    }

    fn action_in(&self, list: &Value) -> bool {
        texts(list).iter().any(|pattern| {
            if pattern == "*" {
                return true;
            }
            let (service, name) = pattern.split_once(':').unwrap();
            let action = self.action();
            let (s, n) = action.split_once(':').unwrap();
            service.to_lowercase() == s && compare::glob(&name.to_lowercase(), n)
        })
    }

    /// Some(matches) or None for an unresolvable variable.
    fn resource_matches(&self, pattern: &str, new: bool, pads: bool) -> Option<bool> {
        if pattern == "*" {
            return Some(true);
        }
        let mut part: Vec<String> = pattern.splitn(6, ':').map(String::from).collect();
        if part.len() < 6 {
            if !pads && !pattern.contains('*') && !pattern.contains('?') {
                return Some(false);
            }
            part.resize(6, "*".into());
        }
        let rest = compare::tokens(&part[5], true, new, &self.ctx)?;
        if self.resource() == "*" {
            let special = self.action() == "s3:listallmybuckets" && pattern == "arn:aws:s3:::*";
            return Some(special && self.options.flag("listAllMyBucketsByArn", true));
        }
        let own: Vec<&str> = self.resource().splitn(6, ':').collect();
        let fold = self.options.flag("arnPrefixIgnoresCase", true);
        let head =
            (1..5).all(|n| compare::glob(&part[n], own[n]) || fold && compare::glob(&part[n].to_lowercase(), &own[n].to_lowercase()));
        Some(head && compare::tokens_match(&rest, &own[5].chars().collect::<Vec<_>>()))
    }

    fn resource_ok(&self, s: &Value, new: bool, pads: bool) -> bool {
        if let Some(list) = s.get("Resource") {
            return texts(list).iter().any(|p| self.resource_matches(p, new, pads) == Some(true));
        }
        let Some(list) = s.get("NotResource") else { return true };
        let results: Vec<Option<bool>> = texts(list).iter().map(|p| self.resource_matches(p, new, pads)).collect();
        if results.contains(&Some(true)) {
            return false;
        }
        if !results.contains(&None) {
            return true;
        }
        match self.options.unresolved_not_resource() {
            "failSafe" => s["Effect"] == "Deny",
            "entryMatchesNothing" => true,
            _ => false,
        }
    }

    /// All ways in which the list names the caller: D itself or everyone, R role behind, A account.
    fn ways(&self, list: &Value) -> String {
        let everyone = !self.caller.service || self.options.flag("everyoneIncludesServices", true);
        if list == "*" {
            return if everyone { "*".into() } else { String::new() };
        }
        let mut ways = String::new();
        for (kind, names) in list.as_object().unwrap() {
            for name in texts(names) {
                let (itself, behind) = (self.caller.itself.contains(&name), self.caller.behind.contains(&name));
                let aws = kind == "AWS";
                if aws && name == "*" {
                    ways += if everyone { "*" } else { "" };
                } else if aws && self.caller.account.as_ref().is_some_and(|a| name == *a || name == format!("arn:aws:iam::{a}:root")) {
                    ways += "A";
                } else if itself
                    && (aws && self.caller.kind != Kind::Outside
                        || kind == "Service" && self.caller.service
                        || kind == "Federated" && self.caller.kind == Kind::Outside && !self.caller.service)
                {
                    ways += "D";
                } else if behind && aws {
                    ways += "R";
                }
            }
        }
        ways
    }

    /// D, R, A or nothing.
    fn named(&self, s: &Value) -> Option<char> {
        if let Some(list) = s.get("Principal") {
            let ways = self.ways(list);
            return [('*', 'D'), ('D', 'D'), ('R', 'R'), ('A', 'A')].iter().find(|(w, _)| ways.contains(*w)).map(|(_, k)| *k);
        }
        let list = s.get("NotPrincipal")?;
        let ways = self.ways(list);
        if s["Effect"] == "Allow" {
            return ways.is_empty().then_some('D');
        }
        let needs = match self.caller.kind {
            Kind::Root => "A",
            Kind::User => "DA",
            Kind::Role | Kind::Federated => "DRA",
            Kind::Outside => "D",
            Kind::Anonymous => "*",
        };
        let spared = ways.contains('*') || needs.chars().all(|need| ways.contains(need));
        (!spared || !self.policy_list("boundary").is_empty()).then_some('D')
    }

    /// (effect, way) of every statement that applies.
    fn applying(&self, policy: &Value, has_principal: bool, pads: bool) -> Vec<(bool, char)> {
        let new = policy.get("Version").is_some_and(|v| v == "2012-10-17");
        let mut out = Vec::new();
        for s in many(&policy["Statement"]) {
            let action = s.get("Action").map_or_else(|| !self.action_in(&s["NotAction"]), |a| self.action_in(a));
            let way = if has_principal { self.named(s) } else { Some('D') };
            let conditions = s.get("Condition").is_none_or(|c| compare::all(c, new, &self.ctx, self.options));
            if let (true, Some(way), true, true) = (action, way, self.resource_ok(s, new, pads), conditions) {
                out.push((s["Effect"] == "Allow", way));
            }
        }
        out
    }

    fn policy_list(&self, name: &str) -> Vec<&Value> {
        self.policies.get(name).map(many).unwrap_or_default()
    }

    /// (some deny, some allow)
    fn group(&self, policies: &[&Value], has_principal: bool, pads: bool) -> (bool, bool) {
        let all: Vec<_> = policies.iter().flat_map(|p| self.applying(p, has_principal, pads)).collect();
        (all.iter().any(|a| !a.0), all.iter().any(|a| a.0))
    }

    fn grant(&self) -> bool {
        let operation = self.action().split(':').nth(1).unwrap().to_string();
        let with_context = ["decrypt", "encrypt", "generatedatakey", "reencryptto"].contains(&operation.as_str());
        self.policy_list("grants").iter().any(|g| {
            let is = |name: &Value| {
                let name = name.as_str().unwrap_or("nobody").to_string();
                self.caller.itself.contains(&name) || self.caller.behind.contains(&name)
            };
            let who = is(&g["GranteePrincipal"]);
            if g.get("KeyId").is_some_and(|id| id != self.resource() && id != "k1") || self.caller.kind == Kind::Outside {
                return false;
            }
            if operation == "retiregrant" && is(&g["RetiringPrincipal"]) {
                return true;
            }
            let operations = texts(&g["Operations"]).iter().any(|o| o.to_lowercase() == operation);
            let pairs: Vec<(&String, &Vec<String>)> = self.ctx.iter().filter(|(k, _)| k.starts_with("kms:encryptioncontext:")).collect();
            let has = |wanted: &Value| {
                wanted.as_object().unwrap().iter().all(|(k, v)| {
                    let key = format!("kms:encryptioncontext:{}", k.to_lowercase());
                    pairs.iter().any(|(own, values)| **own == key && values[0] == v.as_str().unwrap())
                })
            };
            let constraints = &g["Constraints"];
            let subset = constraints.get("EncryptionContextSubset").is_none_or(has);
            let equals = constraints.get("EncryptionContextEquals").is_none_or(|w| has(w) && w.as_object().unwrap().len() == pairs.len());
            who && operations && (!with_context || subset && equals)
        })
    }

    fn is_public(&self) -> bool {
        let fixing = ["aws:sourceaccount", "aws:sourcearn", "aws:principalorgid", "aws:sourceip"];
        self.policy_list("resource").iter().any(|p| {
            many(&p["Statement"]).iter().any(|s| {
                let everyone = s.get("NotPrincipal").is_some()
                    || s["Principal"] == "*"
                    || s["Principal"].get("AWS").is_some_and(|a| texts(a).contains(&"*".to_string()));
                let new = p.get("Version").is_some_and(|v| v == "2012-10-17");
                let narrowed = s.get("Condition").and_then(Value::as_object).is_some_and(|c| {
                    c.iter().any(|(op, keys)| {
                        let plain = op.strip_prefix("ForAnyValue:").unwrap_or(op);
                        ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals", "ArnLike", "IpAddress"].contains(&plain)
                            && keys.as_object().unwrap().iter().any(|(k, v)| {
                                fixing.contains(&k.to_lowercase().as_str())
                                    && texts(v).iter().all(|text| compare::is_fixed(plain, text, new))
                            })
                    })
                });
                s["Effect"] == "Allow" && everyone && !narrowed
            })
        })
    }
}

/// The verdict of a case under the given options.
pub fn verdict(case: &Value, options: &Options) -> &'static str {
    let rule = rule(case, options);
    let word = rule.split(':').next().unwrap();
    ["allow", "explicitDeny", "implicitDeny"].into_iter().find(|verdict| *verdict == word).unwrap()
}

/// The rules by which a case can end, in the order of section C.6.
pub const RULES: [&str; 31] = [
    "allow: sts:GetCallerIdentity",
    "explicitDeny: service control policy",
    "explicitDeny: resource control policy",
    "explicitDeny: VPC endpoint policy",
    "explicitDeny: resource policy",
    "explicitDeny: identity policy",
    "explicitDeny: boundary",
    "explicitDeny: session policy",
    "explicitDeny: block public access",
    "implicitDeny: resource control policy",
    "implicitDeny: service control policy",
    "implicitDeny: VPC endpoint policy",
    "allow: outside caller, resource policy",
    "implicitDeny: outside caller, resource policy",
    "allow: anonymous, resource policy",
    "allow: own account, resource policy, direct",
    "allow: own account, resource policy, role or user behind the session",
    "allow: own account, identity policy",
    "allow: own account, identity policy through the gate",
    "allow: own account, root",
    "allow: own account, root through the gate",
    "allow: own account, grant",
    "implicitDeny: own account, gate",
    "implicitDeny: own account, identity policy",
    "implicitDeny: own account, boundary",
    "implicitDeny: own account, session policy",
    "allow: other account, both sides",
    "allow: other account, grant",
    "implicitDeny: other account, operation does not cross",
    "implicitDeny: other account, caller's side",
    "implicitDeny: other account, resource's side",
];

/// The rule that ends a case, as in [`RULES`].
pub fn rule(case: &Value, options: &Options) -> &'static str {
    let request = &case["request"];
    let ctx = compare::context(&request["context"]);
    let caller = caller(request["principal"].as_str().unwrap(), &ctx);
    let w = World { request, policies: &case["policies"], ctx, caller, options };
    let action = w.action();
    if action == "sts:getcalleridentity" {
        return "allow: sts:GetCallerIdentity";
    }
    let (service, name) = action.split_once(':').unwrap();
    let owner = request["resourceAccount"].as_str().unwrap();
    let own = w.caller.account.as_deref() == Some(owner);
    let has_account = w.caller.account.is_some();

    let key_gate = service == "kms" && w.resource().contains(":key/");
    let assumes = name.starts_with("assumerole") || name == "tagsession";
    let role_gate = service == "sts" && assumes && w.resource().contains(":role/");
    let gate = key_gate || role_gate;
    let rp_list: Vec<&Value> = w
        .policy_list("resource")
        .into_iter()
        .filter(|p| service != "kms" || p.get("Version").is_some_and(|v| v == "2012-10-17") || options.flag("keyPolicyOfVersion2008", true))
        .collect();
    let rp: Vec<(bool, char)> = rp_list.iter().flat_map(|p| w.applying(p, true, false)).collect();
    let rp_allows = |way: char| rp.contains(&(true, way));

    let levels = |name: &str| w.policies.get(name).map(|l| many(l).into_iter().map(many).collect::<Vec<_>>()).unwrap_or_default();
    let scp: Vec<(bool, bool)> = if has_account && !w.caller.linked {
        levels("serviceControl").iter().map(|level| w.group(level, false, false)).collect()
    } else {
        vec![]
    };
    let limited = ["s3", "kms", "sts", "logs"].contains(&service) && action != "kms:retiregrant";
    let rcp: Vec<(bool, bool)> = if limited && !w.caller.linked {
        levels("resourceControl").iter().map(|level| w.group(level, true, false)).collect()
    } else {
        vec![]
    };
    let group = |name: &str, has_principal, pads| {
        let list = w.policy_list(name);
        (w.group(&list, has_principal, pads), w.policies.get(name).is_some())
    };
    let (vpce, has_vpce) = group("vpcEndpoint", true, false);
    let (idp, _) = group("identity", false, true);
    let (bnd, has_bnd) = group("boundary", false, true);
    let (ses, has_ses) = group("session", false, true);

    // 1: an explicit Deny anywhere.
    let denies = [
        (scp.iter().any(|g| g.0), "explicitDeny: service control policy"),
        (rcp.iter().any(|g| g.0), "explicitDeny: resource control policy"),
        (vpce.0, "explicitDeny: VPC endpoint policy"),
        (rp.iter().any(|r| !r.0), "explicitDeny: resource policy"),
        (idp.0, "explicitDeny: identity policy"),
        (bnd.0, "explicitDeny: boundary"),
        (ses.0, "explicitDeny: session policy"),
    ];
    if let Some((_, rule)) = denies.into_iter().find(|(denied, _)| *denied) {
        return rule;
    }
    if case["blockPublicAccess"] == true && service == "s3" && !own && !w.caller.service && w.is_public() {
        return "explicitDeny: block public access";
    }
    // 2, 3, 4: every level and the endpoint must allow.
    if rcp.iter().any(|g| !g.1) {
        return "implicitDeny: resource control policy";
    }
    if scp.iter().any(|g| !g.1) {
        return "implicitDeny: service control policy";
    }
    if has_vpce && !vpce.1 {
        return "implicitDeny: VPC endpoint policy";
    }
    let ok_bnd = !has_bnd || bnd.1;
    let ok_ses = !has_ses || ses.1;
    let (d, r, a) = (rp_allows('D'), rp_allows('R'), rp_allows('A'));
    let grant = key_gate && w.grant();
    // 5: callers without an account.
    if !has_account {
        return match (d, w.caller.kind) {
            (true, Kind::Anonymous) => "allow: anonymous, resource policy",
            (true, _) => "allow: outside caller, resource policy",
            (false, _) => "implicitDeny: outside caller, resource policy",
        };
    }
    let kind = w.caller.kind;
    // What limits a session or user beside its boundary: only roles and federated users have session policies.
    let ok_ses_resource = !matches!(kind, Kind::Role | Kind::Federated) || ok_ses;
    let ok_ses_identity = match kind {
        Kind::Role => ok_ses,
        Kind::Federated => ses.1,
        _ => true,
    };
    if own {
        // 6
        if kind == Kind::Root {
            return match (gate, a || d) {
                (false, _) if !d => "allow: own account, root",
                (false, _) => "allow: own account, resource policy, direct",
                (true, true) => "allow: own account, root through the gate",
                (true, false) if grant => "allow: own account, grant",
                (true, false) => "implicitDeny: own account, gate",
            };
        }
        if d {
            return "allow: own account, resource policy, direct";
        }
        if r && ok_bnd && ok_ses_resource && kind != Kind::User {
            return "allow: own account, resource policy, role or user behind the session";
        }
        if idp.1 && ok_bnd && ok_ses_identity && (!gate || a) {
            return if gate { "allow: own account, identity policy through the gate" } else { "allow: own account, identity policy" };
        }
        if grant {
            return "allow: own account, grant";
        }
        return match () {
            _ if gate && !a && !r => "implicitDeny: own account, gate",
            _ if !idp.1 && !r => "implicitDeny: own account, identity policy",
            _ if !ok_bnd => "implicitDeny: own account, boundary",
            _ => "implicitDeny: own account, session policy",
        };
    }
    // 7
    let not_across = ["kms:putkeypolicy"];
    if action == "iam:passrole" || not_across.contains(&action.as_str()) {
        return "implicitDeny: other account, operation does not cross";
    }
    let caller_side = kind == Kind::Root || idp.1 && ok_bnd && ok_ses_identity;
    if caller_side && (d || r || a) {
        return "allow: other account, both sides";
    }
    if grant && (caller_side || options.flag("crossAccountGrantSuffices", true)) {
        return "allow: other account, grant";
    }
    if caller_side { "implicitDeny: other account, resource's side" } else { "implicitDeny: other account, caller's side" }
}
