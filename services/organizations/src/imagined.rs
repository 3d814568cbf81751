//! An organization that is taken to be there already, for rehearsals: with the identifiers that it has elsewhere.

use crate::{
    Organizations, ids, policies,
    state::{ACCOUNTS, Node, NodeKind, OrganizationRow, POLICIES, PolicyRow, PolicyType},
    tree,
};
use base::AccountId;
use gate::{Error, Gate, Scope, StepContext};

/// An organization, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct ImaginedOrganization {
    /// `o-…`.
    pub id: Option<String>,
    /// The account that manages it: no policy limits it.
    pub management: Option<AccountId>,
    /// The root, its units, and accounts; accounts that are not among them are below the root.
    pub nodes: Vec<ImaginedNode>,
    /// Its policies.
    pub policies: Vec<ImaginedPolicy>,
    /// Whether it is told where AWS's policies for full access are attached. They are everywhere otherwise.
    pub whole: bool,
}

/// A place in the tree.
#[derive(Debug, Clone)]
pub struct ImaginedNode {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is below; nothing of the root.
    pub parent: Option<String>,
}

/// A policy.
#[derive(Debug, Clone)]
pub struct ImaginedPolicy {
    /// `p-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `SERVICE_CONTROL_POLICY`, `RESOURCE_CONTROL_POLICY`.
    pub kind: String,
    /// Its document.
    pub content: String,
    /// The ids of what it is attached to.
    pub targets: Vec<String>,
}

/// What a refused policy is called, and why it was refused.
pub type Unfit = (String, Error);

/// Makes the organization; the answer has the policies that could not be made.
///
/// # Errors
/// There is an organization, or the world is not one of a rehearsal.
pub fn imagine(gate: &Gate, imagined: &ImaginedOrganization) -> Result<Vec<Unfit>, Error> {
    if !gate.is_mended() {
        return Err(Error::internal("organizations are imagined in rehearsals alone"));
    }
    let context = StepContext { account: gate.management_account(), region: gate.region().clone() };
    gate.step(&Organizations(()), &context, |scope| make(scope, imagined))
}

fn make(scope: &mut Scope<'_, Organizations>, imagined: &ImaginedOrganization) -> Result<Vec<Unfit>, Error> {
    if tree::organization(scope)?.is_some() {
        return Err(Error::new("AlreadyInOrganizationException", "The AWS account is already a member of an organization."));
    }
    let root = imagined.nodes.iter().find(|node| node.parent.is_none() && node.id.starts_with("r-"));
    let mut enabled = vec![PolicyType::ServiceControl];
    if imagined.policies.iter().any(|policy| policy.kind == PolicyType::ResourceControl.name()) {
        enabled.push(PolicyType::ResourceControl);
    }
    let row = OrganizationRow {
        id: imagined.id.clone().unwrap_or_else(|| ids::organization(scope.entropy())),
        root: root.map_or_else(|| ids::root(scope.entropy()), |root| root.id.clone()),
        enabled,
        revision: base::uuid(scope.entropy()),
        unlimited: imagined.management,
    };
    tree::save(scope, &row)?;
    let mut unfit = Vec::new();
    for policy in imagined.policies.iter().filter(|policy| !policies::is_aws_managed(&policy.id)) {
        if let Err(error) = add_policy(scope, policy) {
            unfit.push((policy.name.clone(), error));
        }
    }
    let full = |id: &str| {
        let everywhere = row.enabled.iter().map(|kind| policies::full_access(*kind)).filter(|full| {
            let told = imagined.policies.iter().find(|policy| policy.id == full.id);
            told.is_none_or(|told| !imagined.whole || told.targets.iter().any(|target| target == id))
        });
        everywhere.map(|full| full.id.to_owned()).collect::<Vec<_>>()
    };
    let mut nodes: Vec<(String, NodeKind, String, Option<String>)> = vec![(row.root.clone(), NodeKind::Root, "Root".into(), None)];
    let units: Vec<&ImaginedNode> = imagined.nodes.iter().filter(|node| node.id.starts_with("ou-")).collect();
    for node in &units {
        let above = node.parent.clone().filter(|parent| parent.starts_with("ou-") && ends(&units, node));
        let parent = above.unwrap_or_else(|| row.root.clone());
        nodes.push((node.id.clone(), NodeKind::Unit, node.name.clone(), Some(parent)));
    }
    for (key, account) in scope.scan(&ACCOUNTS, &[] as &[&str; 0])? {
        let id = key.into_iter().next_back().unwrap_or_default();
        let told = imagined.nodes.iter().find(|node| node.id == id).and_then(|node| node.parent.clone());
        let parent = told.filter(|parent| nodes.iter().any(|(id, ..)| id == parent)).unwrap_or_else(|| row.root.clone());
        nodes.push((id, NodeKind::Account, account.name, Some(parent)));
    }
    for (id, kind, name, parent) in nodes {
        let known = |node: &str| imagined.nodes.iter().any(|one| one.id == node) || kind == NodeKind::Root;
        let mut attached = match known(&id) {
            true => full(&id),
            false => row.enabled.iter().map(|kind| policies::full_access(*kind).id.to_owned()).collect(),
        };
        let own = imagined.policies.iter().filter(|policy| {
            let fit = !policies::is_aws_managed(&policy.id) && !unfit.iter().any(|(name, _)| *name == policy.name);
            fit && policy.targets.contains(&id)
        });
        attached.extend(own.map(|policy| policy.id.clone()));
        let node = Node { id, kind, name, parent, attached, tags: Vec::new(), joined: scope.now() };
        tree::put(scope, &node)?;
    }
    Ok(unfit)
}

/// Whether all above a unit is known, up to the root.
fn ends(units: &[&ImaginedNode], of: &ImaginedNode) -> bool {
    let mut at = of;
    for _ in 0..=tree::MOST_LEVELS {
        match at.parent.as_deref() {
            Some(parent) if parent.starts_with("r-") => return true,
            Some(parent) => match units.iter().find(|unit| unit.id == parent) {
                Some(unit) => at = unit,
                None => return false,
            },
            None => return false,
        }
    }
    false
}

fn add_policy(scope: &mut Scope<'_, Organizations>, policy: &ImaginedPolicy) -> Result<(), Error> {
    let kind = PolicyType::of(&policy.kind)?;
    policies::check_content(kind, &policy.content)?;
    let (id, name, content) = (policy.id.clone(), policy.name.clone(), policy.content.clone());
    let row = PolicyRow { id, name, description: String::new(), kind, content, tags: Vec::new() };
    scope.put(&POLICIES, policy.id.as_str(), &row)
}
