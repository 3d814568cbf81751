//! Authorization cases as files: a request, its policies and what is expected.

use crate::{
    Context, Decision, Grant, Named, Options, Policies, Policy, PolicyError, PolicyKind, Principal, Reason, Request, Verdict,
    compile::Compiler,
    context::ValueRef,
    decide,
    error::Places,
    json::{self, Node, Value},
};
use serde::{Serialize, de::DeserializeOwned};

/// One case, its policies compiled.
#[derive(Debug)]
pub struct Case {
    /// Free text.
    pub name: String,
    /// What the verdict should be; None asks only for a decision.
    pub expect: Option<Verdict>,
    caller: Caller,
    action: String,
    resource: String,
    resource_account: String,
    context: Context,
    policies: CasePolicies,
    options: Options,
}

/// What a case came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// The verdict.
    pub decision: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The options whose other setting would change the verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<&'static str>,
    /// The verdict the case expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<Verdict>,
    /// False if another verdict was expected.
    pub passed: bool,
}

type NamedPolicy = (String, Policy);

#[derive(Debug, Default)]
struct CasePolicies {
    identity: Vec<NamedPolicy>,
    boundary: Vec<NamedPolicy>,
    session: Option<Vec<NamedPolicy>>,
    resource: Vec<NamedPolicy>,
    service_control: Vec<Vec<NamedPolicy>>,
    resource_control: Vec<Vec<NamedPolicy>>,
    vpc_endpoint: Vec<NamedPolicy>,
    grants: Vec<Grant>,
    block_public_access: bool,
}

/// Reads a JSON array of cases, one case, or one case after another. An unknown key is an error.
pub fn read(text: &str) -> Result<Vec<Case>, PolicyError> {
    let roots = json::parse_many(text)?;
    let cases = match &roots[..] {
        [Node { value: Value::List(list), .. }] => list,
        _ => &roots,
    };
    let reader = Reader { text, places: &Places::new(text) };
    cases.iter().enumerate().map(|(n, node)| reader.case(node, n)).collect()
}

/// Decides a case.
pub fn run(case: &Case) -> CaseResult {
    let Decision { verdict, reasons, depends_on } = decision(case);
    CaseResult {
        name: case.name.clone(),
        decision: verdict,
        reasons,
        depends_on,
        expect: case.expect,
        passed: case.expect.is_none_or(|expected| expected == verdict),
    }
}

/// The decision of a case under its own options.
pub fn decision(case: &Case) -> Decision {
    let policies = &case.policies;
    let identity = named(&policies.identity);
    let session = policies.session.as_deref().map(named);
    let service_control: Vec<_> = policies.service_control.iter().map(|level| named(level)).collect();
    let resource_control: Vec<_> = policies.resource_control.iter().map(|level| named(level)).collect();
    decide(
        &Request {
            principal: case.caller.principal(),
            principal_account: case.caller.account.as_deref(),
            action: &case.action,
            resource: &case.resource,
            resource_account: &case.resource_account,
            context: &case.context,
        },
        &Policies {
            identity: &identity,
            boundary: named(&policies.boundary).first().copied(),
            session: session.as_deref(),
            resource: named(&policies.resource).first().copied(),
            service_control: &service_control,
            resource_control: &resource_control,
            vpc_endpoint: named(&policies.vpc_endpoint).first().copied(),
            grants: &policies.grants,
            block_public_access: policies.block_public_access,
        },
        &case.options,
    )
}

fn named(list: &[NamedPolicy]) -> Vec<Named<'_>> {
    list.iter().map(|(name, policy)| Named { name, policy }).collect()
}

/// The parts of a caller, kept while the principal borrows them.
#[derive(Debug)]
struct Caller {
    kind: CallerKind,
    text: String,
    account: Option<String>,
    /// The role behind a session or the user behind a federated user.
    behind: String,
    id: String,
}

#[derive(Debug, Clone, Copy)]
enum CallerKind {
    Root,
    User,
    Role,
    FederatedUser,
    WebIdentity,
    Service,
    Anonymous,
}

impl Caller {
    fn parse(text: &str, context: &Context) -> Result<Self, String> {
        let one = |key: &str| context.get(key).and_then(ValueRef::one).unwrap_or_default();
        let caller = |kind, account: &str, behind: String, id: &str| Self {
            kind,
            text: text.to_owned(),
            account: Some(account.to_owned()).filter(|account| !account.is_empty()),
            behind,
            id: id.to_owned(),
        };
        let plain = |kind| Ok(caller(kind, "", String::new(), ""));
        let Some([partition, service, _, account, rest]) = crate::resource::arn_parts(text) else {
            return match text {
                "anonymous" => plain(CallerKind::Anonymous),
                "accounts.google.com" | "graph.facebook.com" | "www.amazon.com" => plain(CallerKind::WebIdentity),
                _ if text.contains('.') && !text.contains([':', '/', '*', ' ']) => plain(CallerKind::Service),
                _ => Err(format!("'{text}' is no principal: write an ARN, a service such as codepipeline.amazonaws.com, or anonymous")),
            };
        };
        let id = one("aws:userid").split(':').next().unwrap_or_default();
        match (service, rest.split_once('/')) {
            ("iam", None) if rest == "root" => Ok(caller(CallerKind::Root, account, String::new(), "")),
            ("iam", Some(("user", _))) => Ok(caller(CallerKind::User, account, String::new(), id)),
            ("iam", Some(("oidc-provider" | "saml-provider", _))) => plain(CallerKind::WebIdentity),
            ("sts", Some(("assumed-role", names))) if names.contains('/') => {
                let role = names.split('/').next().unwrap_or_default();
                // A session's ARN leaves out its role's path; aws:PrincipalArn has it.
                let with_path = one("aws:PrincipalArn");
                let head = format!("arn:{partition}:iam::{account}:role/");
                let fits = with_path.strip_prefix(&head).is_some_and(|path| path.rsplit('/').next() == Some(role));
                let behind = if fits { with_path.to_owned() } else { format!("{head}{role}") };
                Ok(caller(CallerKind::Role, account, behind, id))
            }
            // A federated session is named by its maker at will; here it is taken for a session of its namesake.
            ("sts", Some(("federated-user", name))) => {
                let behind = format!("arn:{partition}:iam::{account}:user/{name}");
                Ok(caller(CallerKind::FederatedUser, account, behind, ""))
            }
            _ => Err(format!("'{text}' cannot call: write the ARN of a user, an assumed-role session, a federated user or a root")),
        }
    }

    fn principal(&self) -> Principal<'_> {
        let Self { text, behind, id, .. } = self;
        match self.kind {
            CallerKind::Root => Principal::Root { account: self.account.as_deref().unwrap_or_default() },
            CallerKind::User => Principal::User { arn: text, id },
            CallerKind::Role => {
                Principal::Role { role_arn: behind, role_id: id, session_arn: text, linked: behind.contains(":role/aws-service-role/") }
            }
            CallerKind::FederatedUser => Principal::FederatedUser { arn: text, user_arn: behind, id },
            CallerKind::WebIdentity => Principal::WebIdentity { provider: text },
            CallerKind::Service => Principal::Service { name: text },
            CallerKind::Anonymous => Principal::Anonymous,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    places: &'t Places<'t>,
}

type Read<T> = Result<T, PolicyError>;

impl Reader<'_> {
    fn error(&self, at: usize, path: &str, message: impl Into<String>) -> PolicyError {
        PolicyError::new(self.text, at, path, message)
    }

    fn members<'n>(&self, node: &'n Node<'_>, path: &str, known: &[&str]) -> Read<Vec<(&'n str, &'n Node<'n>, String)>> {
        let Value::Object(members) = &node.value else {
            return Err(self.error(node.at, path, format!("expected an object, found {}", node.kind())));
        };
        let unknown = members.iter().find(|m| !known.is_empty() && !known.contains(&&*m.key));
        if let Some(member) = unknown {
            let message = format!("unknown key '{}'; known here: {}", member.key, known.join(", "));
            return Err(self.error(member.at, path, message));
        }
        Ok(members.iter().map(|m| (&*m.key, &m.node, format!("{path}.{}", m.key))).collect())
    }

    fn string(&self, node: &Node<'_>, path: &str) -> Read<String> {
        let message = || self.error(node.at, path, format!("expected a string, found {}", node.kind()));
        node.text().map(str::to_owned).ok_or_else(message)
    }

    /// A value of a type that serde reads.
    fn typed<T: DeserializeOwned>(&self, node: &Node<'_>, path: &str) -> Read<T> {
        let text = &self.text[node.at..node.end];
        serde_json::from_str(text).map_err(|error| self.error(node.at, path, error.to_string()))
    }

    fn case(&self, node: &Node<'_>, index: usize) -> Read<Case> {
        let path = format!("case[{index}]");
        let known = ["name", "request", "policies", "blockPublicAccess", "options", "expect"];
        let mut name = path.clone();
        let mut expect = None;
        let mut options = Options::default();
        let mut block_public_access = false;
        let (mut request, mut policies) = (None, None);
        for (key, node, path) in self.members(node, &path, &known)? {
            match key {
                "name" => name = self.string(node, &path)?,
                "expect" => expect = Some(self.typed(node, &path)?),
                "options" => options = self.typed(node, &path)?,
                "blockPublicAccess" => block_public_access = self.typed(node, &path)?,
                "request" => request = Some((node, path)),
                _ => policies = Some((node, path)),
            }
        }
        let Some((node, path)) = request else {
            return Err(self.error(node.at, &path, "the case has no request"));
        };
        let mut case = self.request(node, &path)?;
        if let Some((node, path)) = policies {
            case.policies = self.policies(node, &path, &case.action)?;
        }
        case.policies.block_public_access = block_public_access;
        Ok(Case { name, expect, options, ..case })
    }

    fn request(&self, node: &Node<'_>, path: &str) -> Read<Case> {
        let mut texts: [Option<String>; 4] = Default::default();
        let names = ["principal", "action", "resource", "resourceAccount", "context"];
        let mut context = Context::new();
        for (key, node, path) in self.members(node, path, &names)? {
            match names.iter().position(|name| *name == key) {
                Some(n) if n < texts.len() => texts[n] = Some(self.string(node, &path)?),
                _ => context = self.context(node, &path)?,
            }
        }
        let missing = names.iter().zip(&texts).find(|(_, text)| text.is_none());
        if let Some((name, _)) = missing {
            return Err(self.error(node.at, path, format!("the request has no {name}")));
        }
        let [principal, action, resource, resource_account] = texts.map(Option::unwrap_or_default);
        if !action.contains(':') || action.contains(['*', '?']) {
            return Err(self.error(node.at, path, format!("'{action}' is no action: write service:Name")));
        }
        let caller = Caller::parse(&principal, &context).map_err(|message| self.error(node.at, path, message))?;
        Ok(Case {
            name: String::new(),
            expect: None,
            caller,
            action,
            resource,
            resource_account,
            context,
            policies: CasePolicies::default(),
            options: Options::default(),
        })
    }

    fn context(&self, node: &Node<'_>, path: &str) -> Read<Context> {
        let mut context = Context::new();
        for (key, node, path) in self.members(node, path, &[])? {
            if context.get(key).is_some() {
                return Err(self.error(node.at, &path, "the key is there twice: keys have no case"));
            }
            match &node.value {
                Value::List(list) => {
                    let values = list.iter().map(|value| self.scalar(value, &path)).collect::<Read<Vec<_>>>()?;
                    context.set_many(key, values);
                }
                _ => {
                    context.set(key, self.scalar(node, &path)?);
                }
            }
        }
        Ok(context)
    }

    fn scalar(&self, node: &Node<'_>, path: &str) -> Read<String> {
        match &node.value {
            Value::Number(number) => Ok((*number).to_owned()),
            Value::Bool(value) => Ok(value.to_string()),
            _ => self.string(node, path),
        }
    }

    fn policies(&self, node: &Node<'_>, path: &str, action: &str) -> Read<CasePolicies> {
        let known = ["identity", "boundary", "session", "resource", "serviceControl", "resourceControl", "vpcEndpoint", "grants"];
        let service = action.split(':').next().unwrap_or_default();
        let of_resource = match service {
            "sts" => PolicyKind::Trust,
            "kms" => PolicyKind::Key,
            _ => PolicyKind::Resource,
        };
        let mut all = CasePolicies::default();
        for (key, node, path) in self.members(node, path, &known)? {
            match key {
                "identity" => all.identity = self.list(node, &path, PolicyKind::Identity)?,
                "boundary" => all.boundary = self.at_most_one(node, &path, PolicyKind::Boundary)?,
                "session" => all.session = Some(self.list(node, &path, PolicyKind::Session)?),
                "resource" => all.resource = self.at_most_one(node, &path, of_resource)?,
                "serviceControl" => all.service_control = self.levels(node, &path, PolicyKind::ServiceControl)?,
                "resourceControl" => all.resource_control = self.levels(node, &path, PolicyKind::ResourceControl)?,
                "vpcEndpoint" => all.vpc_endpoint = self.at_most_one(node, &path, PolicyKind::VpcEndpoint)?,
                _ => all.grants = self.typed(node, &path)?,
            }
        }
        Ok(all)
    }

    fn levels(&self, node: &Node<'_>, path: &str, kind: PolicyKind) -> Read<Vec<Vec<NamedPolicy>>> {
        let levels = node.one_or_many().iter().enumerate();
        levels.map(|(n, level)| self.list(level, &format!("{path}[{n}]"), kind)).collect()
    }

    fn at_most_one(&self, node: &Node<'_>, path: &str, kind: PolicyKind) -> Read<Vec<NamedPolicy>> {
        let list = self.list(node, path, kind)?;
        if list.len() > 1 {
            return Err(self.error(node.at, path, format!("there is one such policy at most, not {}", list.len())));
        }
        Ok(list)
    }

    fn list(&self, node: &Node<'_>, path: &str, kind: PolicyKind) -> Read<Vec<NamedPolicy>> {
        let compiler = Compiler { text: self.text, kind, places: self.places };
        let short = path.split_once(".policies.").map_or(path, |(_, short)| short);
        let nodes = node.one_or_many().iter().enumerate();
        nodes
            .map(|(n, node)| {
                let policy = compiler.policy(node, &format!("{path}[{n}]"))?;
                Ok((format!("{short}[{n}]"), policy))
            })
            .collect()
    }
}
