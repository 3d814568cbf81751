use crate::{
    Caller, Error, Founder, Organization, Origin, RequestContext, Service, Sought, Standing, Table,
    core::{Core, Frame},
    table::{Bounds, RowKey},
};
use base::{AccountId, Arn, Entropy, Region, Secret, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

/// A policy document with the name by which reasons call it.
#[derive(Debug, Clone)]
pub struct Document {
    /// `inline policy X of role R`, `arn:aws:iam::…:policy/P`, `key policy`.
    pub name: String,
    /// The JSON text.
    pub text: String,
}

/// What decisions need to know of a resource.
#[derive(Debug, Clone)]
pub struct ResourceFacts {
    /// The owner.
    pub account: AccountId,
    /// The resource policy, trust policy or key policy.
    pub policy: Option<Document>,
    /// The resource's tags, for `aws:ResourceTag`.
    pub tags: Vec<(String, String)>,
    /// KMS grants.
    pub grants: Vec<policy::Grant>,
    /// S3's RestrictPublicBuckets.
    pub block_public_access: bool,
    /// An AWS managed key: resource control policies do not limit it.
    /// Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
    pub beyond_resource_control: bool,
}

impl ResourceFacts {
    /// A resource of `account` with neither policy nor tags.
    pub fn owned_by(account: AccountId) -> Self {
        Self { account, policy: None, tags: Vec::new(), grants: Vec::new(), block_public_access: false, beyond_resource_control: false }
    }
}

/// The policies that belong to a principal.
#[derive(Debug, Clone, Default)]
pub struct PrincipalPolicies {
    /// Identity policies, inline and attached, of the user (and its groups) or the role.
    pub identity: Vec<Document>,
    /// The permissions boundary.
    pub boundary: Option<Document>,
    /// The principal's own tags; session tags override them.
    pub tags: Vec<(String, String)>,
}

/// A long-lived access key.
pub struct AccessKey {
    /// Whose it is.
    pub identity: crate::Identity,
    /// Its secret.
    pub secret: Secret<String>,
    /// Whether it may be used.
    pub active: bool,
}

/// The operator's own access key, kept outside the data directory.
pub struct OperatorKey {
    /// `AKIA…`.
    pub id: String,
    /// Its secret.
    pub secret: Secret<String>,
}

/// What a session needs of its role.
#[derive(Debug, Clone)]
pub struct RoleFacts {
    /// The unique id (`AROA…`).
    pub id: String,
    /// MaxSessionDuration in seconds.
    pub max_session_seconds: u64,
}

/// An OpenID Connect provider of an account, as IAM keeps it.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    /// `arn:aws:iam::…:oidc-provider/HOST/PATH`.
    pub arn: Arn,
    /// The audiences that it vouches for.
    pub client_ids: Vec<String>,
    /// The issuer's keys, as far as they are known.
    pub keys: wire::jwt::KeySet,
    /// Why they could not be fetched the last time.
    pub failure: Option<String>,
}

type ResourceLookup = Box<dyn Fn(&mut Core, &Frame, &Arn) -> Result<Option<ResourceFacts>, Error> + Send + Sync>;
type PrincipalLookup = Box<dyn Fn(&mut Core, &Frame, &Caller) -> Result<Option<PrincipalPolicies>, Error> + Send + Sync>;
type KeyLookup = Box<dyn Fn(&mut Core, &Frame, &str) -> Result<Option<AccessKey>, Error> + Send + Sync>;
type IdLookup = Box<dyn Fn(&mut Core, &Frame, &str) -> Result<Option<String>, Error> + Send + Sync>;
type RoleLookup = Box<dyn Fn(&mut Core, &Frame, &Arn) -> Result<Option<RoleFacts>, Error> + Send + Sync>;
type Founding = Box<dyn Fn(&mut Core, &Frame, AccountId, &Founder<'_>) -> Result<bool, Error> + Send + Sync>;
type OrganizationLookup = Box<dyn Fn(&mut Core, &Frame) -> Result<Option<Organization>, Error> + Send + Sync>;
type StandingLookup = Box<dyn Fn(&mut Core, &Frame, AccountId) -> Result<Option<Standing>, Error> + Send + Sync>;
type Founded = Box<dyn Fn(&mut Core, &Frame, AccountId, Option<&str>) -> Result<(), Error> + Send + Sync>;

/// What the gate asks of the organization, and tells it.
pub(crate) struct OrganizationLookups {
    pub(crate) organization: OrganizationLookup,
    pub(crate) standing: StandingLookup,
    pub(crate) founded: Founded,
}
type OriginLookup = Box<dyn Fn(&mut Core, &Frame, &Sought<'_>) -> Result<Option<Origin>, Error> + Send + Sync>;
type PolicyLookup = Box<dyn Fn(&mut Core, &Frame, &Arn) -> Result<Option<Document>, Error> + Send + Sync>;
type ProviderLookup = Box<dyn Fn(&mut Core, &Frame, AccountId, &str) -> Result<Option<IdentityProvider>, Error> + Send + Sync>;
type KeysWanted = Box<dyn Fn(&mut Core, &Frame, &str) -> Result<bool, Error> + Send + Sync>;

/// What services tell the gate of their principals and resources.
#[derive(Default)]
pub(crate) struct Registry {
    pub(crate) resources: BTreeMap<&'static str, ResourceLookup>,
    pub(crate) principals: Option<PrincipalLookup>,
    pub(crate) access_keys: Option<KeyLookup>,
    pub(crate) unique_ids: Option<IdLookup>,
    pub(crate) roles: Option<RoleLookup>,
    pub(crate) managed_policies: Option<PolicyLookup>,
    pub(crate) identity_providers: Option<ProviderLookup>,
    pub(crate) issuer_keys_wanted: Option<KeysWanted>,
    pub(crate) founding: Option<Founding>,
    pub(crate) organization: Option<OrganizationLookups>,
    pub(crate) origins: Option<OriginLookup>,
}

impl Registry {
    /// Two owners of one ARN shape, or of the principals, are a mistake of wiring.
    pub(crate) fn merge(&mut self, other: Registry) -> Result<(), String> {
        for (service, lookup) in other.resources {
            if self.resources.insert(service, lookup).is_some() {
                return Err(format!("two services claim the resources of '{service}'"));
            }
        }
        fn one<T>(mine: &mut Option<T>, theirs: Option<T>, what: &str) -> Result<(), String> {
            match (mine.is_some(), theirs) {
                (true, Some(_)) => Err(format!("two services claim the {what}")),
                (_, theirs) => {
                    *mine = mine.take().or(theirs);
                    Ok(())
                }
            }
        }
        one(&mut self.principals, other.principals, "principals")?;
        one(&mut self.access_keys, other.access_keys, "access keys")?;
        one(&mut self.unique_ids, other.unique_ids, "unique ids")?;
        one(&mut self.roles, other.roles, "roles")?;
        one(&mut self.managed_policies, other.managed_policies, "managed policies")?;
        one(&mut self.identity_providers, other.identity_providers, "identity providers")?;
        one(&mut self.issuer_keys_wanted, other.issuer_keys_wanted, "keys of issuers")?;
        one(&mut self.founding, other.founding, "founding of accounts")?;
        one(&mut self.organization, other.organization, "organization")?;
        one(&mut self.origins, other.origins, "origins of policies")
    }
}

/// A read-only view of the call's snapshot, of the tables of service `S`. All that is read is part of the call's read set.
pub struct View<'a, S> {
    pub(crate) core: &'a mut Core,
    pub(crate) frame: &'a Frame,
    marker: PhantomData<fn() -> S>,
}

impl<'a, S: Service> View<'a, S> {
    pub(crate) fn new(core: &'a mut Core, frame: &'a Frame) -> Self {
        Self { core, frame, marker: PhantomData }
    }
    /// A row.
    ///
    /// # Errors
    /// The store failed.
    pub fn get<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(&mut self, table: &Table<S, V>, key: &K) -> Result<Option<V>, Error> {
        table.seen(self.core, self.frame).get(self.core, key)
    }
    /// A row that many calls read: decoded once for as long as its bytes stay the same. Not for rows that hold secrets in the
    /// clear, since they stay in memory.
    ///
    /// # Errors
    /// The store failed.
    pub fn shared<K: RowKey + ?Sized, V>(&mut self, table: &Table<S, V>, key: &K) -> Result<Option<Arc<V>>, Error>
    where
        V: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        table.seen(self.core, self.frame).shared(self.core, key)
    }
    /// All rows whose keys begin with `prefix`, in order: the parts of their keys, and their values.
    ///
    /// # Errors
    /// The store failed.
    pub fn scan<K: RowKey + ?Sized, V: Serialize + DeserializeOwned>(
        &mut self,
        table: &Table<S, V>,
        prefix: &K,
    ) -> Result<Vec<(Vec<String>, V)>, Error> {
        table.seen(self.core, self.frame).scan(self.core, prefix, Bounds::ALL)
    }
    /// Looks at what belongs to another region: the rows of regional tables are that region's.
    pub fn in_region<T>(&mut self, region: &Region, look: impl FnOnce(&mut View<'_, S>) -> T) -> T {
        if region == self.region() {
            return look(self);
        }
        let frame = self.frame.in_region(region);
        look(&mut View::new(self.core, &frame))
    }
    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.frame.caller
    }
    /// Whether the operator calls: whose word is no second person's.
    pub fn by_operator(&self) -> bool {
        crate::record::is_operator(self.caller(), self.core.gate.0.management_account)
    }
    /// Whether the world is a rehearsal's: see [`Gate::is_mended`](crate::Gate::is_mended).
    pub fn is_rehearsed(&self) -> bool {
        self.core.gate.is_mended()
    }
    /// The account of the operator, which manages the organization.
    pub fn management_account(&self) -> AccountId {
        self.core.gate.0.management_account
    }
    /// The caller's account.
    ///
    /// # Errors
    /// The caller is anonymous: there is no account to look in.
    pub fn account(&self) -> Result<AccountId, Error> {
        account_of(&self.frame.caller, S::PROTOCOL)
    }
    /// The region of the call.
    pub fn region(&self) -> &Region {
        &self.frame.context.region
    }
    /// Whether there is an operation: `sns:Publish`.
    pub fn offers(&self, operation: &str) -> bool {
        operation.split_once(':').is_some_and(|(service, name)| self.core.gate.operation(service, name).is_some())
    }
    /// The URL at which the server is reached: the one that clients have by default, where none was said.
    pub fn server_url(&self) -> &str {
        self.core.gate.server_url()
    }
    /// How the call came.
    pub fn context(&self) -> &RequestContext {
        &self.frame.context
    }
    /// The moment of the call.
    pub fn now(&self) -> Timestamp {
        self.core.now
    }
    /// Opens what `Scope::seal` sealed. None: it was altered, or sealed for another place.
    pub fn unseal(&self, aad: &str, sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
        self.core.gate.0.sealer.open_kept(S::NAME, aad.as_bytes(), sealed).map(Secret::new)
    }
    /// Random bytes.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.core.gate.0.entropy
    }
    /// An ARN of service `S` in the caller's account and the call's region.
    ///
    /// # Errors
    /// The caller is anonymous.
    pub fn arn(&self, resource: &str) -> Result<Arn, Error> {
        Ok(Arn::new(S::NAME, self.region().as_str(), self.account()?.as_str(), resource))
    }
    /// The unique id of a user or role by its ARN, or the ARN by its unique id. None: there is none.
    ///
    /// # Errors
    /// The store failed.
    pub fn unique_id(&mut self, text: &str) -> Result<Option<String>, Error> {
        unique_id(self.core, self.frame, text)
    }
}

pub(crate) fn account_of(caller: &Caller, protocol: crate::Protocol) -> Result<AccountId, Error> {
    caller.account().ok_or_else(|| {
        Error::access_denied(protocol, "The request has no credentials: sign it, for example after `eval $(sekisho env ACCOUNT)`.")
    })
}

pub(crate) fn unique_id(core: &mut Core, frame: &Frame, text: &str) -> Result<Option<String>, Error> {
    let gate = core.gate.clone();
    match &gate.0.registry.unique_ids {
        Some(lookup) => lookup(core, frame, text),
        None => Ok(None),
    }
}

pub(crate) fn managed_policy(core: &mut Core, frame: &Frame, arn: &Arn) -> Result<Option<Document>, Error> {
    let gate = core.gate.clone();
    match &gate.0.registry.managed_policies {
        Some(lookup) => lookup(core, frame, arn),
        None => Ok(None),
    }
}
