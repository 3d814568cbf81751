//! Templates with what they are evaluated with.

use crate::{
    CloudFormation,
    error::findings,
    state::{EXPORTS, ResourceRow, Stack, TEMPLATES, Version},
};
use gate::{Error, Physical, Scope};
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex},
};
use template::{Attributes, Diagnostic, DynamicReference, Inputs, Located, LocatedValue, Plan, Template};

/// The name that a template's places carry.
const FILE: &str = "template";

type Parsed = VecDeque<(Arc<str>, Arc<Template>)>;

/// The last templates by their content: each step of a stack reads its template anew.
static PARSED: Mutex<Parsed> = Mutex::new(VecDeque::new());
const MAX_PARSED: usize = 32;

fn remembered(key: &str, read: impl FnOnce() -> Result<Template, Vec<Diagnostic>>) -> Result<Arc<Template>, Vec<Diagnostic>> {
    let cache = || PARSED.lock().unwrap_or_else(|e| e.into_inner());
    if let Some((_, found)) = cache().iter().find(|(known, _)| **known == *key) {
        return Ok(found.clone());
    }
    let template = Arc::new(read()?);
    let mut cache = cache();
    if cache.len() >= MAX_PARSED {
        cache.pop_front();
    }
    cache.push_back((key.into(), template.clone()));
    Ok(template)
}

/// A template's text, read and checked.
pub(crate) fn parsed(text: &str) -> Result<Arc<Template>, Vec<Diagnostic>> {
    remembered(text, || Template::parse(text, FILE))
}

/// The template as it is for a version of a stack: what its transforms make of the version's parameters.
pub(crate) fn transformed(stack: &Stack, version: &Version, text: &str) -> Result<Arc<Template>, Vec<Diagnostic>> {
    let template = parsed(text)?;
    if template.transforms().is_empty() {
        return Ok(template);
    }
    // A version's parameters never change.
    let key = format!("{} {}", stack.arn(), version.template);
    remembered(&key, || with_inputs(stack, version, &BTreeMap::new(), &Lacking::default(), |inputs| Template::process(text, FILE, inputs)))
}

/// The text of a version's template after its transforms.
pub(crate) fn processed(stack: &Stack, version: &Version, text: String) -> Result<String, Vec<Diagnostic>> {
    if parsed(&text)?.transforms().is_empty() {
        return Ok(text);
    }
    let processed = with_inputs(stack, version, &BTreeMap::new(), &Lacking::default(), |inputs| Template::processed(&text, FILE, inputs))?;
    Ok(processed.unwrap_or(text))
}

/// The template of a version.
pub(crate) fn template_of(scope: &mut Scope<'_, CloudFormation>, stack: &Stack, version: &Version) -> Result<Arc<Template>, Error> {
    let [account, uuid] = stack.key();
    let text = scope.get(&TEMPLATES, &[account, uuid, version.template.as_str()])?;
    let text = text.ok_or_else(|| Error::internal(format_args!("the template of {} is missing", stack.arn())))?;
    transformed(stack, version, &text).map_err(|list| findings(&list))
}

/// The values of those of the exports that are there.
pub(crate) fn exported(
    scope: &mut Scope<'_, CloudFormation>,
    stack: &Stack,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut values = BTreeMap::new();
    for name in names {
        if let Some(export) = scope.get(&EXPORTS, &[stack.account.as_str(), &stack.region, name])? {
            values.insert(name.clone(), export.value);
        }
    }
    Ok(values)
}

/// Evaluates a stack's template as far as it goes before any resource exists, and lets `work` ask for the rest.
pub(crate) fn with_plan<T>(
    stack: &Stack,
    template: &Template,
    version: &Version,
    exports: &BTreeMap<String, String>,
    work: impl FnOnce(&Plan<'_>) -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    with_lacking(stack, template, version, exports, &Lacking::default(), work)
}

/// The references to Systems Manager's parameters whose values an evaluation did not have.
#[derive(Default)]
pub(crate) struct Lacking(RefCell<BTreeSet<String>>);

impl Lacking {
    pub(crate) fn take(&self) -> BTreeSet<String> {
        self.0.take()
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
}

/// As `with_plan`, and tells which values must be fetched: a result is worth something only if there are none.
pub(crate) fn with_lacking<T>(
    stack: &Stack,
    template: &Template,
    version: &Version,
    exports: &BTreeMap<String, String>,
    lacking: &Lacking,
    work: impl FnOnce(&Plan<'_>) -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    with_inputs(stack, version, exports, lacking, |inputs| work(&template.plan(inputs)?))
}

/// Lets `work` have what a version's template is evaluated with.
fn with_inputs<T>(
    stack: &Stack,
    version: &Version,
    exports: &BTreeMap<String, String>,
    lacking: &Lacking,
    work: impl FnOnce(&Inputs<'_>) -> T,
) -> T {
    let import = |name: &str| exports.get(name).cloned();
    let resolve = |reference: &DynamicReference| {
        let DynamicReference::Ssm { name, version: number } = reference else {
            return Err("secrets are fetched when they are used".into());
        };
        let named = number.as_ref().map_or_else(|| name.clone(), |number| format!("{name}:{number}"));
        match version.stored.get(&named) {
            Some(value) => Ok(value.clone()),
            None => {
                lacking.0.borrow_mut().insert(named);
                Ok(String::new())
            }
        }
    };
    let arn = stack.arn();
    let mut inputs = Inputs::new(&stack.region, stack.account.as_str(), &stack.name, arn.as_str());
    inputs.parameters = version.parameters.clone();
    inputs.imports = &import;
    inputs.resolver = Some(&resolve);
    work(&inputs)
}

/// The resources that exist.
pub(crate) struct Known(pub(crate) HashMap<String, ResourceRow>);

impl Attributes for Known {
    fn reference(&self, logical_id: &str) -> Option<String> {
        Some(self.0.get(logical_id)?.made.as_ref()?.physical_id.clone())
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        Physical::attribute_of(&self.0.get(logical_id)?.made.as_ref()?.attributes, attribute)
    }
}

/// A value as JSON, with `****` for what must not be shown.
pub(crate) fn masked(value: &Located) -> Value {
    match &value.value {
        LocatedValue::List(items) => Value::Array(items.iter().map(masked).collect()),
        LocatedValue::Map(members) => members.iter().map(|(key, value)| (key.clone(), masked(value))).collect(),
        _ if value.secret => Value::String("****".into()),
        _ => value.to_json(),
    }
}

/// The JSON pointers of what must not be shown.
pub(crate) fn secrets(value: &Located) -> Vec<String> {
    fn within(value: &Located, pointer: &mut String, found: &mut Vec<String>) {
        let length = pointer.len();
        let mut step = |key: &str, value: &Located, found: &mut Vec<String>| {
            pointer.push('/');
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            within(value, pointer, found);
            pointer.truncate(length);
        };
        match &value.value {
            LocatedValue::List(items) => items.iter().enumerate().for_each(|(n, item)| step(&n.to_string(), item, found)),
            LocatedValue::Map(members) => members.iter().for_each(|(key, value)| step(key, value, found)),
            _ if value.secret => found.push(pointer.clone()),
            _ => {}
        }
    }
    let mut found = Vec::new();
    within(value, &mut String::new(), &mut found);
    found
}

/// Equality of property values: templates write numbers and booleans as text or not, as they like.
pub(crate) fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match (left, right) {
        (None, None) => true,
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(Some(left), Some(right)))
        }
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            left.len() == right.len() && left.iter().all(|(key, value)| right.contains_key(key) && same(Some(value), right.get(key)))
        }
        (Some(left), Some(right)) => left == right || text(left).is_some_and(|left| text(right).is_some_and(|right| left == right)),
        _ => false,
    }
}

/// The names of the properties that differ, in order.
pub(crate) fn differing(old: &Value, new: &Value) -> Vec<String> {
    let keys = |value: &Value| value.as_object().map(|members| members.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
    let mut all = keys(old);
    all.extend(keys(new));
    all.into_iter().filter(|name| !same(old.get(name), new.get(name))).collect()
}
