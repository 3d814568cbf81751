//! Which change mends a refusal: of a statement that nearly allows it, if nobody gets more by it than the call, else a new one.

use super::{
    Choice, Mending,
    add::added,
    ask::{actions, lacking, names_principals, one_or_list},
    calls::{Look, Needed, is_caller, principals, strings},
    sites::{Site, Stated},
};
use crate::{Cause, Place, names::lasting, reasons::kind_in_words, refusals::Refusal};
use patch::{Change, Path};
use serde_json::{Value as Json, json};

/// The caller, where a condition names him.
const PRINCIPAL: &str = "aws:PrincipalArn";

/// What is changed of a statement; the better first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// An action's name is mistaken.
    Spell(String),
    /// The value of a condition is another's.
    Value(String, String),
    /// Its resources are none that a call needs.
    Resource,
    /// Nobody whom it names makes such a call.
    Principal,
    /// One more action.
    MoreActions,
    MoreResources,
    MorePrincipals,
}

/// A statement that nearly allows a refused call.
struct Near<'s, 'm> {
    how: How,
    /// How much of the resource's name it has.
    near: usize,
    site: &'s Site<'m>,
    stated: Stated,
}

impl Near<'_, '_> {
    fn is(&self, other: &Near<'_, '_>) -> bool {
        let place = |near: &Near<'_, '_>| (near.site.stack.template.clone(), near.stated.path.clone());
        self.how == other.how && place(self) == place(other)
    }
}

impl<'d> Mending<'d> {
    /// The ways to give what a refusal lacks in documents of a kind, the best first.
    pub(super) fn choices(&self, kind: &str, refusal: &Refusal) -> Vec<Choice> {
        let sites = self.sites(kind, refusal);
        let fellows = self.fellows(refusal);
        let best = self.nearest(kind, refusal, &sites);
        let same = |other: &&&Refusal| match (&best, self.nearest(kind, other, &sites)) {
            (Some(best), Some(other)) => other.is(best),
            (None, None) => true,
            _ => false,
        };
        let group: Vec<&Refusal> = fellows.iter().filter(same).copied().collect();
        let changed = best.and_then(|near| self.changed(kind, &near, &group));
        let new = self.new_statement(kind, &group, &sites);
        changed.into_iter().chain([new]).collect()
    }

    fn nearest<'s, 'm>(&self, kind: &str, refusal: &Refusal, sites: &'s [Site<'m>]) -> Option<Near<'s, 'm>> {
        let call = Needed::refused(refusal);
        let mut best: Option<Near<'s, 'm>> = None;
        for site in sites.iter().filter(|site| !site.shared) {
            for stated in site.statements().into_iter().filter(Stated::allows) {
                let Some(how) = self.how(kind, refusal, &call, site, &stated) else { continue };
                let alike = |text: &str| text.chars().zip(call.resource.chars()).take_while(|(a, b)| a == b).count();
                let near = strings(&stated.value["Resource"]).into_iter().map(alike).max().unwrap_or_default();
                if best.as_ref().is_none_or(|best| (&how, std::cmp::Reverse(near)) < (&best.how, std::cmp::Reverse(best.near))) {
                    best = Some(Near { how, near, site, stated });
                }
            }
        }
        best
    }

    fn how(&self, kind: &str, refusal: &Refusal, call: &Needed, site: &Site<'_>, stated: &Stated) -> Option<How> {
        let statement = &stated.value;
        let named = names_principals(kind);
        let whom = principals(statement);
        let principal = !named || whom.iter().any(|(_, text)| is_caller(text, call));
        let action = Look { action: statement.get("Action"), ..Look::default() }.matches(call);
        let resource = Look { resource: statement.get("Resource"), ..Look::default() }.matches(call);
        let condition = Look { condition: statement.get("Condition"), ..Look::default() }.matches(call);
        let tight = self.condition(None, kind, refusal);
        let has_tight = tight.iter().all(|(operator, keys)| {
            let there = &statement["Condition"][operator];
            keys.as_object().is_some_and(|keys| keys.keys().all(|key| there.get(key).is_some()))
        });
        match (principal, action, resource, condition) {
            (true, false, true, true) => {
                if let Some(wrong) = misspelt(statement, &call.action) {
                    return Some(How::Spell(wrong));
                }
                let alone = !named || matches!(&whom[..], [(_, text)] if *text == call.principal);
                (alone && has_tight && self.same_work(kind, refusal, statement)).then_some(How::MoreActions)
            }
            (true, true, true, false) if kind != "trust" && !self.serves(kind, refusal, statement) => {
                if let [(operator, key)] = &super::guard::failing(stated, call)[..]
                    && key.eq_ignore_ascii_case(PRINCIPAL)
                    && named
                    && !operator.contains("Not")
                {
                    return Some(How::Value(operator.clone(), key.clone()));
                }
                let (operator, keys) = tight.iter().next()?;
                let key = keys.as_object()?.keys().next()?;
                statement["Condition"][operator].get(key)?;
                let mut mended = statement["Condition"].clone();
                mended[operator][key] = keys[key].clone();
                let holds = Look { condition: Some(&mended), ..Look::default() }.matches(call);
                holds.then(|| How::Value(operator.clone(), key.clone()))
            }
            (true, true, false, true) if kind != "key" && statement.get("Resource").is_some() => {
                if !self.others_needed(statement, refusal, kind) {
                    return None;
                }
                match self.serves(kind, refusal, statement) {
                    false => Some(How::Resource),
                    true => has_tight.then_some(How::MoreResources),
                }
            }
            (false, true, true, true) => {
                // Who is in the account is let in by its own policies; and a key without its account is lost.
                let own = |text: &str| text == format!("arn:aws:iam::{}:root", site.made.account) || text == site.made.account.as_str();
                let unlike = whom.iter().any(|(of, text)| *of != call.principal_kind() || own(text) || !self.is_known(text));
                let later = self.principal(Some(site.reader()), &call.principal).1.is_some();
                if whom.is_empty() || unlike || later || !self.others_needed(statement, refusal, kind) {
                    return None;
                }
                match self.serves(kind, refusal, statement) {
                    false => Some(How::Principal),
                    true => has_tight.then_some(How::MorePrincipals),
                }
            }
            _ => None,
        }
    }

    /// Whether all calls of a principal are known: it acts in the delivery, or its account is one of the delivery's.
    fn is_known(&self, principal: &str) -> bool {
        let account = principal.strip_suffix(":root").and_then(|arn| arn.split(':').nth(4)).unwrap_or(principal);
        self.calls.of(principal).next().is_some() || self.driver.estate.accounts.iter().any(|known| known.id.as_str() == account)
    }

    /// Whether somebody makes a call that the statement is about.
    fn serves(&self, kind: &str, refusal: &Refusal, statement: &Json) -> bool {
        let look = Look::all(statement);
        if names_principals(kind) {
            let whom = principals(statement);
            let target = |call: &&Needed| kind == "resource" || call.resource == refusal.resource;
            let theirs = |call: &&Needed| whom.iter().any(|(_, text)| is_caller(text, call));
            return self.calls.iter().filter(target).filter(theirs).any(|call| look.matches(call));
        }
        // What a build does and could not be read may need it.
        !self.driver.world.refusals.all_unread().is_empty() || self.calls.of(&refusal.principal).any(|call| look.matches(call))
    }

    /// Whether the caller needs all that the statement allows, on what it was refused.
    fn others_needed(&self, statement: &Json, refusal: &Refusal, kind: &str) -> bool {
        let actions = strings(&statement["Action"]);
        let base = self.base(refusal);
        let wanted = json!([base, format!("{base}:*"), self.resource_of(refusal)]);
        let about = |call: &&Needed| match kind {
            "key" | "trust" => call.resource == refusal.resource,
            _ => Look { resource: Some(&wanted), ..Look::default() }.matches(call),
        };
        let calls: Vec<&Needed> = self.calls.of(&refusal.principal).filter(about).collect();
        // What is read in a version is read; and sessions bring their tags.
        let plain = |action: &str| match action {
            "sts:TagSession" | "sts:SetSourceIdentity" => "sts:AssumeRole".to_owned(),
            action => action.trim_end_matches("Version").to_owned(),
        };
        let needed = |action: &&str| {
            let is = |known: &str| known.eq_ignore_ascii_case(action) || known.eq_ignore_ascii_case(&plain(action));
            !action.contains(['*', '?']) && (is(&refusal.action) || calls.iter().any(|call| is(&call.action)))
        };
        actions.iter().all(needed)
    }

    /// Whether a statement is about no more than the resource, and about the same service.
    fn same_work(&self, kind: &str, refusal: &Refusal, statement: &Json) -> bool {
        let service = refusal.action.split(':').next();
        let actions = strings(&statement["Action"]);
        let trimmed = |text: &str| text.trim_end_matches(['*', ':', '/']).to_owned();
        let wanted = self.resource_of(refusal);
        let same = match statement.get("Resource").map(strings).as_deref() {
            None => true,
            Some(["*"]) => kind == "key" || wanted == "*",
            Some([one]) => {
                // The artifacts of a bucket are one thing.
                let artifact = lasting(&refusal.resource) != refusal.resource;
                let bucket = wanted.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split('/').next());
                trimmed(one) == trimmed(&wanted) || artifact && bucket.is_some_and(|bucket| *one == format!("arn:aws:s3:::{bucket}/*"))
            }
            Some(_) => false,
        };
        same && !actions.is_empty() && actions.iter().all(|action| !action.contains('*') && action.split(':').next() == service)
    }

    /// The change of a statement, for all refusals that it mends.
    fn changed(&self, kind: &str, near: &Near<'_, '_>, group: &[&Refusal]) -> Option<Choice> {
        let (site, stated, first) = (near.site, &near.stated, *group.first()?);
        let reader = Some(site.reader());
        let path = |element: &str| stated.path.then(element);
        let (name, call) = (stated.name(), Needed::refused(first));
        let mut causes = Vec::new();
        let mut tell = |element: &str, text: String| {
            let (line, column) = site.place(stated, element)?;
            causes.push(Cause { text, place: Some(Place { file: site.stack.template.clone(), line, column, length: 0 }) });
            Some(())
        };
        let actions = actions(group);
        let resources = self.resources(reader, group);
        let append = |element: Path, values: Vec<Json>| {
            values.into_iter().map(|value| Change::Append { path: element.clone(), value }).collect::<Vec<_>>()
        };
        let (title, changes) = match &near.how {
            How::Spell(wrong) => {
                tell("Action", format!("{wrong} is no action: {} is meant?", call.action));
                let path = match site.document.value(&path("Action"))? {
                    Json::Array(list) => path("Action").then(list.iter().position(|one| one == wrong)?),
                    _ => path("Action"),
                };
                (format!("say {} where {name} says {wrong}", call.action), vec![Change::Replace { path, value: json!(call.action) }])
            }
            How::Value(operator, key) => {
                let value = match key.eq_ignore_ascii_case(PRINCIPAL) {
                    true => self.written(reader, &call.principal),
                    false => self.condition(reader, kind, first).get(operator)?.get(key)?.clone(),
                };
                let path = path("Condition").then(operator.as_str()).then(key.as_str());
                (format!("ask for what is sent as {key} in {name}"), vec![Change::Replace { path, value }])
            }
            How::Resource => {
                let change = Change::Replace { path: path("Resource"), value: one_or_list(resources) };
                (format!("let {name} name {}: no call needs what it names", self.called(first)), vec![change])
            }
            How::MoreResources => (format!("let {name} name {} as well", self.called(first)), append(path("Resource"), resources)),
            How::MoreActions => {
                tell("Action", format!("{name} is about the same, without {}", actions.join(" and ")));
                let values = actions.iter().map(|action| json!(action)).collect();
                (format!("allow {} in {name} as well", actions.join(" and ")), append(path("Action"), values))
            }
            How::Principal | How::MorePrincipals => {
                let (principal, _) = self.principal(reader, &call.principal);
                let within = path("Principal").then(call.principal_kind());
                let value = principal.get(call.principal_kind())?.clone();
                let who = self.driver.names.of(&call.principal).unwrap_or_else(|| call.principal.clone());
                match near.how {
                    How::Principal => {
                        let change = Change::Replace { path: within, value };
                        (format!("let {name} name {who}: whom it names makes no such call"), vec![change])
                    }
                    _ => (format!("let {name} name {who} as well"), append(within, vec![value])),
                }
            }
        };
        let changes = changes.into_iter().map(|change| (site.stack.template.clone(), change)).collect();
        let document = format!("the {}", kind_in_words(kind));
        Some(Choice {
            title,
            statement: self.statement(reader, kind, group),
            changes,
            causes,
            guardrail: guardrail(kind).then_some(document),
        })
    }

    /// What the owner of a document is called.
    fn owner_name(&self, kind: &str, refusal: &Refusal) -> String {
        if let Some(owner) = self.owner(kind, refusal) {
            return owner.logical_id.clone();
        }
        let arn = if names_principals(kind) { &refusal.resource } else { &refusal.principal };
        match arn.strip_prefix("arn:aws:s3:::") {
            Some(bucket) => bucket.split('/').next().unwrap_or(bucket).to_owned(),
            None => arn.clone(),
        }
    }

    /// The refusals that a document which is not there yet would mend, in groups that one statement mends.
    fn all_of_document(&self, kind: &str, first: &Refusal) -> Vec<Vec<&'d Refusal>> {
        let owner = |refusal: &Refusal| self.owner(kind, refusal).map(|made| (made.account, made.stack.clone(), made.logical_id.clone()));
        let of = owner(first);
        let mut groups: Vec<Vec<&Refusal>> = Vec::new();
        for refusal in self.refusals.iter().filter(|one| lacking(one).contains(&kind) && owner(one) == of) {
            if !groups.iter().flatten().any(|one| std::ptr::eq(*one, refusal)) {
                groups.push(self.fellows(refusal));
            }
        }
        groups
    }

    fn called(&self, refusal: &Refusal) -> String {
        let base = self.base(refusal);
        match base.strip_suffix("/*").and_then(|bucket| self.driver.names.of(bucket)) {
            Some(bucket) => format!("all objects of {bucket}"),
            None => self.driver.names.of(&base).unwrap_or(base),
        }
    }

    /// A statement of its own.
    fn new_statement(&self, kind: &str, group: &[&Refusal], sites: &[Site<'_>]) -> Choice {
        let service = |action: &str| action.split(':').next().map(str::to_owned);
        let wanted = group.first().and_then(|refusal| service(&refusal.action));
        let speaks = |site: &&Site<'_>| {
            site.statements().iter().any(|stated| strings(&stated.value["Action"]).into_iter().any(|action| service(action) == wanted))
        };
        let own = || sites.iter().filter(|site| !site.shared && site.list().is_some());
        let site = own().find(speaks).or_else(|| own().next());
        let whole =
            if site.is_none() { group.first().map(|first| self.all_of_document(kind, first)).unwrap_or_default() } else { Vec::new() };
        let (statement, changes) = match (site, group.first()) {
            (Some(site), _) => {
                let statement = self.statement(Some(site.reader()), kind, group);
                let change = site.list().map(|path| Change::Append { path, value: statement.clone() });
                (statement, change.into_iter().map(|change| (site.stack.template.clone(), change)).collect())
            }
            (None, Some(first)) => added(self, kind, first, &whole),
            (None, None) => (Json::Null, Vec::new()),
        };
        let all = if whole.is_empty() { group.to_vec() } else { whole.concat() };
        let actions = actions(&all);
        let of = group.first().map(|refusal| format!(" of {}", self.owner_name(kind, refusal)));
        let document = format!("the {}", kind_in_words(kind));
        let title = format!("allow {} in {document}{}", actions.join(" and "), of.unwrap_or_default());
        Choice { title, statement, changes, causes: Vec::new(), guardrail: guardrail(kind).then_some(document) }
    }
}

/// Whether policies of a kind only hold in, so that more of them weakens them.
fn guardrail(kind: &str) -> bool {
    matches!(kind, "boundary" | "session" | "serviceControl" | "resourceControl" | "vpcEndpoint")
}

/// An action of the statement that is none, and may be meant to be this one.
fn misspelt(statement: &Json, action: &str) -> Option<String> {
    let (prefix, _) = action.split_once(':')?;
    let wrong = |text: &&str| {
        let known = text.split_once(':').and_then(|(of, name)| Some((actions::service(of)?, name)));
        let none = match known {
            Some((service, name)) => service.prefix.eq_ignore_ascii_case(prefix) && service.action(name).is_none(),
            None => text.split_once(':').is_some_and(|(of, _)| actions::service_name(of).is_none()),
        };
        none && !text.contains(['*', '?']) && template::did_you_mean(text, [action]).is_some()
    };
    strings(&statement["Action"]).into_iter().find(wrong).map(str::to_owned)
}
