//! A policy of exactly what a call demanded: each action on its one resource, under the condition keys that the demand set.

use gate::{ContextValue, Decided, Part};
use serde_json::{Map, Value, json};

/// One right that a call needs of its caller, and the statement of it alone.
pub struct Right {
    pub demand: Decided,
    statement: Map<String, Value>,
}

impl Right {
    pub fn allow(&self) -> Value {
        self.with("Allow")
    }
    pub fn deny(&self) -> Value {
        self.with("Deny")
    }
    fn with(&self, effect: &str) -> Value {
        let mut statement = self.statement.clone();
        statement.insert("Effect".into(), json!(effect));
        Value::Object(statement)
    }
}

fn resource(decided: &Decided) -> &str {
    decided.resource.as_ref().map_or("*", |arn| arn.as_str())
}

/// `${` begins a variable in a policy.
fn literal(text: &str) -> String {
    text.replace("${", "${$}{")
}

fn same_pair(a: &Decided, b: &Decided) -> bool {
    a.action == b.action && a.resource == b.resource
}

fn condition(demand: &Decided, all: &[Decided]) -> Map<String, Value> {
    let (mut equals, mut each, mut null) = (Map::new(), Map::new(), Map::new());
    for (key, value) in &demand.own {
        match value {
            ContextValue::One(value) => drop(equals.insert(key.clone(), json!(literal(value)))),
            ContextValue::Many(values) if values.is_empty() => {}
            ContextValue::Many(values) => {
                each.insert(key.clone(), values.iter().map(|v| literal(v)).collect());
                null.insert(key.clone(), json!("false"));
            }
        }
    }
    // What another demand on the same pair sets, and this one does not, tells them apart.
    for (key, _) in all.iter().filter(|other| same_pair(other, demand)).flat_map(|other| &other.own) {
        if demand.context.get(key).is_none() {
            null.insert(key.clone(), json!("true"));
        }
    }
    let operators = [("StringEquals", equals), ("ForAllValues:StringEquals", each), ("Null", null)];
    operators.into_iter().filter(|(_, keys)| !keys.is_empty()).map(|(operator, keys)| (operator.into(), Value::Object(keys))).collect()
}

/// The rights that these demands need of the caller called `principal`, in the order in which they were demanded.
pub fn rights(decided: &[Decided], principal: &str) -> Vec<Right> {
    let own: Vec<Decided> = decided.iter().filter(|d| d.caller == principal).cloned().collect();
    let mut rights: Vec<Right> = Vec::new();
    for demand in &own {
        let mut statement = Map::new();
        statement.insert("Action".into(), json!(demand.action));
        statement.insert("Resource".into(), json!(literal(resource(demand))));
        let condition = condition(demand, &own);
        if !condition.is_empty() {
            statement.insert("Condition".into(), Value::Object(condition));
        }
        match rights.iter_mut().find(|right| right.statement == statement) {
            // Demanded twice: who needs it once needs it.
            Some(right) if demand.part == Part::Required => right.demand.part = Part::Required,
            Some(_) => {}
            None => rights.push(Right { demand: demand.clone(), statement }),
        }
    }
    rights
}
