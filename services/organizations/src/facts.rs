//! What the gate asks of the organization, and is told by it of accounts.

use crate::{
    Organizations, policies,
    state::{ACCOUNTS, AccountRow, Node, NodeKind, ORGANIZATION, PolicyType},
    tree,
};
use base::{AccountId, Arn};
use gate::{Document, Error, Level, Organization, ResourceFacts, Scope, Standing, View};

/// The organization and its revision: one read.
pub(crate) fn organization(view: &mut View<'_, Organizations>) -> Result<Option<Organization>, Error> {
    let row = view.shared(&ORGANIZATION, &[""; 0])?;
    Ok(row.map(|row| Organization { id: row.id.clone(), revision: row.revision.clone() }))
}

fn level(view: &mut View<'_, Organizations>, node: &Node, kind: PolicyType) -> Result<Level, Error> {
    let name = match node.kind {
        NodeKind::Root => format!("root {}", node.id),
        NodeKind::Unit => format!("unit {} ({})", node.name, node.id),
        NodeKind::Account => format!("account {} ({})", node.name, node.id),
    };
    let mut attached = Vec::new();
    for id in &node.attached {
        // A policy in use cannot be deleted; if it is gone all the same, nobody may act as if it had never been there.
        let row = policies::find(view, id)?.ok_or_else(|| Error::internal(format_args!("the policy {id} is in use and is gone")))?;
        if row.kind == kind {
            attached.push(Document { name: format!("{} {} ({id}) of {name}", kind.words(), row.name), text: row.content });
        }
    }
    Ok(Level { name, policies: attached })
}

/// Where an account stands. The management account has a place and no limits.
/// Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
pub(crate) fn standing(view: &mut View<'_, Organizations>, account: AccountId) -> Result<Option<Standing>, Error> {
    let lineage = tree::lineage(view, account.as_str())?;
    let Some(organization) = tree::organization(view)?.filter(|_| !lineage.is_empty()) else { return Ok(None) };
    let mut standing = Standing { path: tree::path(&organization, &lineage, false), ..Standing::default() };
    if account == view.management_account() || organization.unlimited == Some(account) {
        return Ok(Some(standing));
    }
    standing.closed = tree::account_row(view, account.as_str())?.closed;
    for kind in organization.enabled {
        let levels = lineage.iter().map(|node| level(view, node, kind)).collect::<Result<_, _>>()?;
        match kind {
            PolicyType::ServiceControl => standing.service_control = levels,
            PolicyType::ResourceControl => standing.resource_control = levels,
        }
    }
    Ok(Some(standing))
}

/// Tags of what is in the organization.
pub(crate) fn resources(view: &mut View<'_, Organizations>, arn: &Arn) -> Result<Option<ResourceFacts>, Error> {
    let management = view.management_account();
    let id = arn.resource().rsplit('/').next().unwrap_or_default();
    let tags = match tree::node(view, id)? {
        Some(node) => Some(node.tags),
        None => policies::find(view, id)?.filter(|row| !policies::is_aws_managed(&row.id)).map(|row| row.tags),
    };
    let tags = tags.map(|tags| tags.into_iter().map(|tag| (tag.key, tag.value)).collect());
    Ok(tags.map(|tags| ResourceFacts { tags, ..ResourceFacts::owned_by(management) }))
}

/// An account of this server is ready: from its first time on it belongs to the organization, if there is one.
pub(crate) fn founded(scope: &mut Scope<'_, Organizations>, account: AccountId, name: Option<&str>) -> Result<(), Error> {
    let Some(mut row) = scope.get(&ACCOUNTS, account.as_str())? else {
        let unnamed = if account == scope.management_account() { "management" } else { account.as_str() };
        let row = AccountRow {
            name: name.unwrap_or(unnamed).to_owned(),
            // A name that nobody can own: RFC 2606.
            email: format!("{account}@sekisho.invalid"),
            closed: false,
        };
        scope.put(&ACCOUNTS, account.as_str(), &row)?;
        if tree::organization(scope)?.is_some() {
            let organization = tree::change(scope)?;
            let new = (account.to_string(), NodeKind::Account, row.name);
            tree::add(scope, &organization, new, Some(&organization.root), Vec::new())?;
        }
        return Ok(());
    };
    if let Some(name) = name.filter(|name| *name != row.name) {
        row.name = name.to_owned();
        scope.put(&ACCOUNTS, account.as_str(), &row)?;
        if let Some(mut node) = tree::node(scope, account.as_str())? {
            tree::change(scope)?;
            node.name = row.name;
            tree::put(scope, &node)?;
        }
    }
    Ok(())
}
