//! The condition keys that a policy asks for.

use crate::Policy;

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
}

/// The names of `${name}` and `${name, 'default'}`; not the escapes `${*}`, `${?}` and `${$}`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    inner.map(|(inner, _)| inner.split(',').next().unwrap_or(inner).trim()).filter(|name| name.contains(':'))
}
