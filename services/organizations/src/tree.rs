//! The organization and its tree: read, and changed in one way only.

use crate::{
    Organizations,
    error::{constraint, duplicate_unit, invalid, no_account, no_parent, no_unit, not_in_use, not_management},
    policies,
    state::{ACCOUNTS, AccountRow, NODES, Node, NodeKind, ORGANIZATION, OrganizationRow, PolicyType},
    tags::Tag,
};
use base::{AccountId, Arn};
use gate::{Demand, Error, Scope, View};

/// Units below the root.
pub(crate) const MOST_LEVELS: usize = 5;
const MOST_UNITS: usize = 2000;
const MOST_ACCOUNTS: usize = 1000;
const NO_KEY: [&str; 0] = [];

/// The organization, if there is one.
pub(crate) fn organization(view: &mut View<'_, Organizations>) -> Result<Option<OrganizationRow>, Error> {
    view.get(&ORGANIZATION, &NO_KEY)
}

/// The organization, for what its management account alone may do.
pub(crate) fn managed(view: &mut View<'_, Organizations>) -> Result<OrganizationRow, Error> {
    let (account, management) = (view.account()?, view.management_account());
    if account == management {
        return organization(view)?.ok_or_else(not_in_use);
    }
    let member = node(view, account.as_str())?.is_some();
    Err(if member { not_management(management.as_str()) } else { not_in_use() })
}

/// As `managed`, for a change: decisions see it from the next call on.
pub(crate) fn change(scope: &mut Scope<'_, Organizations>) -> Result<OrganizationRow, Error> {
    let mut row = managed(scope)?;
    row.revision = base::uuid(scope.entropy());
    save(scope, &row)?;
    Ok(row)
}

pub(crate) fn save(scope: &mut Scope<'_, Organizations>, row: &OrganizationRow) -> Result<(), Error> {
    scope.put(&ORGANIZATION, &NO_KEY, row)
}

/// Drops the organization's own row; its tree is the caller's to drop.
pub(crate) fn drop(scope: &mut Scope<'_, Organizations>) {
    scope.delete(&ORGANIZATION, &NO_KEY);
}

pub(crate) fn node(view: &mut View<'_, Organizations>, id: &str) -> Result<Option<Node>, Error> {
    view.get(&NODES, id)
}

pub(crate) fn put(scope: &mut Scope<'_, Organizations>, node: &Node) -> Result<(), Error> {
    scope.put(&NODES, node.id.as_str(), node)
}

pub(crate) fn account(view: &mut View<'_, Organizations>, id: &str) -> Result<Node, Error> {
    node(view, id)?.filter(|n| n.kind == NodeKind::Account).ok_or_else(|| no_account(id))
}

pub(crate) fn unit(view: &mut View<'_, Organizations>, id: &str) -> Result<Node, Error> {
    node(view, id)?.filter(|n| n.kind == NodeKind::Unit).ok_or_else(|| no_unit(id))
}

/// The root or a unit.
pub(crate) fn parent(view: &mut View<'_, Organizations>, id: &str) -> Result<Node, Error> {
    node(view, id)?.filter(|n| n.kind != NodeKind::Account).ok_or_else(|| no_parent(id))
}

/// All of the tree.
pub(crate) fn nodes(view: &mut View<'_, Organizations>) -> Result<Vec<Node>, Error> {
    Ok(view.scan(&NODES, &NO_KEY)?.into_iter().map(|(_, node)| node).collect())
}

/// What hangs directly below `parent`, of one kind.
pub(crate) fn children(view: &mut View<'_, Organizations>, parent: &str, kind: NodeKind) -> Result<Vec<Node>, Error> {
    let mut all = nodes(view)?;
    all.retain(|node| node.kind == kind && node.parent.as_deref() == Some(parent));
    Ok(all)
}

/// From the root down to this node, itself included. Empty: it is not in the organization.
pub(crate) fn lineage(view: &mut View<'_, Organizations>, id: &str) -> Result<Vec<Node>, Error> {
    let mut line = Vec::new();
    let mut next = Some(id.to_owned());
    while let Some(id) = next {
        let Some(found) = node(view, &id)? else { break };
        next = found.parent.clone();
        line.push(found);
    }
    line.reverse();
    Ok(line)
}

/// `o-…/r-…/ou-…/`: of the units of a lineage, and of the account where `whole` is said.
pub(crate) fn path(organization: &OrganizationRow, lineage: &[Node], whole: bool) -> String {
    let mut path = format!("{}/", organization.id);
    for node in lineage.iter().filter(|node| whole || node.kind != NodeKind::Account) {
        path.push_str(&node.id);
        path.push('/');
    }
    path
}

/// A new child of `parent`, with the policy that is attached to everything new.
pub(crate) fn add(
    scope: &mut Scope<'_, Organizations>,
    organization: &OrganizationRow,
    (id, kind, name): (String, NodeKind, String),
    parent: Option<&str>,
    tags: Vec<Tag>,
) -> Result<Node, Error> {
    let siblings = nodes(scope)?;
    let (most, reason) = match kind {
        NodeKind::Unit => (MOST_UNITS, "OU_NUMBER_LIMIT_EXCEEDED"),
        NodeKind::Root | NodeKind::Account => (MOST_ACCOUNTS, "ACCOUNT_NUMBER_LIMIT_EXCEEDED"),
    };
    if siblings.iter().filter(|node| node.kind == kind).count() >= most {
        return Err(constraint(reason, format!("An organization of Sekisho has at most {most} of these.")));
    }
    if let (NodeKind::Unit, Some(parent)) = (kind, parent)
        && lineage(scope, parent)?.len() > MOST_LEVELS
    {
        return Err(constraint("OU_DEPTH_LIMIT_EXCEEDED", format!("Units go at most {MOST_LEVELS} levels deep.")));
    }
    let attached = organization.enabled.iter().map(|kind| policies::full_access(*kind).id.to_owned()).collect();
    let node = Node { id, kind, name, parent: parent.map(str::to_owned), attached, tags, joined: scope.now() };
    put(scope, &node)?;
    Ok(node)
}

pub(crate) fn account_row(view: &mut View<'_, Organizations>, id: &str) -> Result<AccountRow, Error> {
    view.get(&ACCOUNTS, id)?.ok_or_else(|| no_account(id))
}

/// An ARN of something in the organization.
pub(crate) fn arn(management: AccountId, organization: &OrganizationRow, kind: &str, rest: &str) -> Arn {
    Arn::global("organizations", management, &format!("{kind}/{}{rest}", organization.id))
}

/// The ARN of what has this identifier, whether it is there or not.
pub(crate) fn arn_of(view: &mut View<'_, Organizations>, organization: &OrganizationRow, id: &str) -> Result<Arn, Error> {
    let management = view.management_account();
    let kind = match id.split_once('-').map(|(prefix, _)| prefix) {
        Some("r") => "root",
        Some("ou") => "ou",
        Some("p") => return policies::arn_of(view, organization, id),
        _ => "account",
    };
    Ok(arn(management, organization, kind, &format!("/{id}")))
}

/// The right to `action` on what has this identifier. To others than the management account nothing in it has a name: their
/// calls are refused after the decision.
pub(crate) fn demand(view: &mut View<'_, Organizations>, action: &'static str, id: Option<&str>) -> Result<Demand, Error> {
    let ours = view.account()? == view.management_account();
    match (organization(view)?.filter(|_| ours), id) {
        (Some(organization), Some(id)) => Ok(Demand::new(action, arn_of(view, &organization, id)?)),
        _ => Ok(Demand::any(action)),
    }
}

/// As `demand`, with `organizations:PolicyType`.
pub(crate) fn demand_of_type(
    view: &mut View<'_, Organizations>,
    action: &'static str,
    id: Option<&str>,
    kind: Option<PolicyType>,
) -> Result<Demand, Error> {
    Ok(demand(view, action, id)?.with_some("organizations:PolicyType", kind.map(PolicyType::name)))
}

/// A unit's name, which no sibling has.
pub(crate) fn check_unit_name(view: &mut View<'_, Organizations>, parent: &str, name: &str) -> Result<(), Error> {
    if !(1..=128).contains(&name.chars().count()) {
        return Err(invalid("MAX_LENGTH_EXCEEDED", "A unit's name has 1 to 128 characters."));
    }
    let taken = children(view, parent, NodeKind::Unit)?.iter().any(|sibling| sibling.name == name);
    if taken { Err(duplicate_unit(name)) } else { Ok(()) }
}
