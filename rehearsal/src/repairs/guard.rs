//! What only a user may weaken: a Deny, and a condition of trust.

use super::{
    Choice, Mending,
    ask::one_or_list,
    calls::{Look, Needed, is_caller, principals},
    sites::{Site, Stated},
    words::Reader,
};
use crate::{driver::text, reasons::kind_in_words, refusals::Refusal};
use patch::{Change, Path};
use serde_json::{Value as Json, json};

impl Mending<'_> {
    /// The change of a trust policy whose conditions keep the caller out; to let him in beside them weakens them as well.
    pub(super) fn trusted(&self, refusal: &Refusal) -> Option<Choice> {
        let call = Needed::refused(refusal);
        for site in self.sites("trust", refusal) {
            for stated in site.statements().into_iter().filter(Stated::allows) {
                let statement = &stated.value;
                let kind = |(kind, _): &(&str, &str)| *kind == call.principal_kind();
                let about = Look { action: statement.get("Action"), ..Look::default() }.matches(&call);
                let holds = Look { condition: statement.get("Condition"), ..Look::default() }.matches(&call);
                let whom = principals(statement);
                if !about || holds || !whom.iter().any(kind) {
                    continue;
                }
                if whom.iter().any(|(_, text)| is_caller(text, &call)) {
                    return self.without_condition(&site, &stated, &call, refusal);
                }
                // Of other services the conditions say nothing about this one.
                if call.principal_kind() == "AWS" {
                    let key = failing(&stated, &call).into_iter().next().map(|(_, key)| key)?;
                    let mut choice = self.choices("trust", refusal).pop()?;
                    choice.guardrail = Some(format!("the condition {key} of the trust in {}", site.made.logical_id));
                    return Some(choice);
                }
            }
        }
        None
    }

    /// The conditions that do not hold: with what is sent, where something is sent, else gone.
    fn without_condition(&self, site: &Site<'_>, stated: &Stated, call: &Needed, refusal: &Refusal) -> Option<Choice> {
        let failing = failing(stated, call);
        let (_, first) = failing.first()?;
        let conditions = stated.path.then("Condition");
        let mut left = site.document.value(&conditions)?;
        let mut sent = Vec::new();
        for (operator, key) in &failing {
            let positive = ["ArnEquals", "ArnLike", "StringEquals", "StringLike", "StringEqualsIgnoreCase"].contains(&operator.as_str());
            match call.value(key).filter(|_| positive) {
                Some(value) => {
                    let value = match value.strip_prefix("arn:") {
                        Some(_) => self.written(Some(site.reader()), value),
                        None if key.eq_ignore_ascii_case("aws:SourceAccount") => self.account_value(Some(site.stack), value),
                        None => json!(value),
                    };
                    left[operator.as_str()][key.as_str()] = value;
                    sent.push(key.as_str());
                }
                None => {
                    let under = left.get_mut(operator.as_str())?.as_object_mut()?;
                    under.shift_remove(key);
                    if under.is_empty() {
                        left.as_object_mut()?.shift_remove(operator);
                    }
                }
            }
        }
        let empty = left.as_object().is_some_and(|left| left.is_empty());
        let change = if empty { Change::Remove { path: conditions } } else { Change::Replace { path: conditions, value: left } };
        let keys = failing.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>().join(" and ");
        let title = match sent.len() == failing.len() {
            true => format!("ask for what is sent as {keys}"),
            false => format!("do not ask for {keys}: the caller does not send what is asked for"),
        };
        Some(Choice {
            title,
            statement: self.statement(Some(site.reader()), "trust", &[refusal]),
            changes: vec![(site.stack.template.clone(), change)],
            causes: Vec::new(),
            guardrail: Some(format!("the condition {first} of the trust in {}", site.made.logical_id)),
        })
    }

    /// A Deny that spares the caller.
    pub(super) fn spared(&self, refusal: &Refusal, reason: &Json) -> Choice {
        let kind = text(reason, "kind");
        let guardrail = match reason["sid"].as_str() {
            Some(sid) => format!("the Deny {sid}"),
            None => format!("a Deny in the {}", kind_in_words(kind)),
        };
        let found = self.denying(refusal, reason, kind);
        let who = self.driver.names.of(&refusal.principal).unwrap_or_else(|| refusal.principal.clone());
        Choice {
            title: format!("let {guardrail} spare {who}"),
            statement: Json::Null,
            changes: found.into_iter().collect(),
            causes: Vec::new(),
            guardrail: Some(guardrail),
        }
    }

    fn denying(&self, refusal: &Refusal, reason: &Json, kind: &str) -> Option<(String, Change)> {
        let index = usize::try_from(reason["statement"].as_u64()?).ok()?;
        let sid = reason["sid"].as_str();
        let sites = self.sites(kind, refusal);
        let is = |stated: &Stated| stated.value["Effect"] == "Deny" && stated.value["Sid"].as_str() == sid;
        let origin = &reason["origin"];
        let of_origin = |site: &&Site<'_>| origin.is_null() || site.made.logical_id == text(origin, "logicalId");
        let (site, stated) = sites.iter().filter(of_origin).find_map(|site| {
            let all = site.statements();
            let by_index = all.iter().position(is).filter(|at| sid.is_some() || *at == index);
            let at = by_index.or_else(|| (sid.is_none() && all.get(index).is_some_and(is)).then_some(index))?;
            Some((site, all.into_iter().nth(at)?))
        })?;
        Some((site.stack.template.clone(), self.sparing(site.reader(), &site.document, &stated.path, &refusal.principal)?))
    }

    fn sparing(&self, reader: Reader<'_>, document: &patch::Document, path: &Path, principal: &str) -> Option<Change> {
        let (operator, key) = match principal.starts_with("arn:") {
            true => ("ArnNotEquals", "aws:PrincipalArn"),
            false => ("StringNotEquals", "aws:PrincipalServiceName"),
        };
        let value = self.written(Some(reader), principal);
        let conditions = path.then("Condition");
        let Some(present) = document.value(&conditions) else {
            return Some(Change::Insert { path: path.clone(), key: "Condition".into(), value: json!({operator: {key: value}}) });
        };
        Some(match present.get(operator).map(|under| under.get(key)) {
            None => Change::Insert { path: conditions, key: operator.into(), value: json!({key: value}) },
            Some(None) => Change::Insert { path: conditions.then(operator), key: key.into(), value },
            Some(Some(Json::Array(_))) => Change::Append { path: conditions.then(operator).then(key), value },
            Some(Some(one)) => Change::Replace { path: conditions.then(operator).then(key), value: one_or_list(vec![one.clone(), value]) },
        })
    }
}

/// The operators and keys of a statement's conditions that do not hold.
pub(super) fn failing(stated: &Stated, call: &Needed) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for (operator, keys) in stated.value["Condition"].as_object().into_iter().flatten() {
        for (key, value) in keys.as_object().into_iter().flatten() {
            let condition = json!({operator.as_str(): {key.as_str(): value}});
            if !(Look { condition: Some(&condition), ..Look::default() }).matches(call) {
                list.push((operator.clone(), key.clone()));
            }
        }
    }
    list
}

/// The key of the condition for want of which a trust policy keeps the caller out.
pub(super) fn of_trust(refusal: &Refusal) -> Option<String> {
    let near = refusal.reasons.iter().find(|reason| reason["role"] == "nearMiss" && reason["kind"] == "trust")?;
    let element = near["element"].as_str()?.strip_prefix("Condition ")?;
    element.split(' ').nth(1).map(str::to_owned)
}
