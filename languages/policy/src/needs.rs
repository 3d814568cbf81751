//! What a policy is about, whatever the request: the condition keys that it asks for, the actions that it may allow.

use crate::{Context, Effect, Policy, index::Asked, statement::ActionPattern};

impl Policy {
    /// The keys of its conditions and variables, as it writes them, each once, in the order in which they stand.
    pub fn context_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        let mut add = |key: &str| {
            if !keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                keys.push(key.to_owned());
            }
        };
        for view in (0..self.statements()).filter_map(|n| self.statement(n)) {
            if self.current {
                view.resources.iter().flatten().flat_map(|text| variables(text)).for_each(&mut add);
            }
            for (_, key, values) in &view.conditions {
                add(key);
                if self.current {
                    values.iter().flat_map(|text| variables(text)).for_each(&mut add);
                }
            }
        }
        keys
    }

    /// Whether one of its Allows covers an action, on some resource under some condition.
    pub fn may_allow(&self, action: &str) -> bool {
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        let (asked, none) = (Asked::new(service, name), Context::new());
        self.list.iter().any(|s| s.effect == Effect::Allow && s.covers_action(&asked, &none))
    }

    /// Whether one of its Allows names actions of a service.
    pub fn allows_some_of(&self, service: &str) -> bool {
        let allows = self.list.iter().filter(|s| s.effect == Effect::Allow && !s.action.negated);
        allows.flat_map(|s| s.action.list.iter()).filter_map(ActionPattern::service).any(|own| own.eq_ignore_ascii_case(service))
    }
}

/// The names of `${name}` and `${name, 'default'}`; not the escapes `${*}`, `${?}` and `${$}`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    inner.map(|(inner, _)| inner.split(',').next().unwrap_or(inner).trim()).filter(|name| name.contains(':'))
}
