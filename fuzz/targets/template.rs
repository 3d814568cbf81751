//! Templates, YAML and JSON: a finding lies within the text, a plan orders what is there, and a JSON template means the
//! same without its white space.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use template::{Attributes, Inputs, Template};

struct Known;
impl Attributes for Known {
    fn reference(&self, logical_id: &str) -> Option<String> {
        Some(format!("{logical_id}-1"))
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        Some(Value::String(format!("{logical_id}.{attribute}")))
    }
}

/// All properties that a template comes to, or None if it comes to none.
fn evaluated(template: &Template) -> Option<Vec<(String, Value)>> {
    let inputs = Inputs::new("us-east-1", "111111111111", "stack", "arn:aws:cloudformation:us-east-1:111111111111:stack/stack/1");
    let plan = template.plan(&inputs).ok()?;
    let mut all = Vec::new();
    for id in plan.order() {
        assert!(template.resource(id).is_some(), "a plan has what the template has");
        for needed in plan.dependencies(id) {
            let place = |id: &String| plan.order().iter().position(|other| other == id);
            assert!(place(needed) < place(id), "what is needed comes first");
        }
        if let Ok(properties) = plan.properties(id, &Known) {
            all.push((id.clone(), properties.to_json()));
        }
    }
    // An output may need what is not known; asking must not break.
    drop(plan.outputs(&Known));
    Some(all)
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let template = match Template::parse(text, "fuzzed.yaml") {
        Ok(template) => template,
        Err(findings) => return assert!(!findings.is_empty(), "a refusal says why"),
    };
    if !template.transforms().is_empty() {
        let inputs = Inputs::new("us-east-1", "111111111111", "stack", "arn:aws:cloudformation:us-east-1:111111111111:stack/stack/1");
        match Template::process(text, "fuzzed.yaml", &inputs) {
            Ok(made) => {
                evaluated(&made);
                let processed = Template::processed(text, "fuzzed.yaml", &inputs).expect("what is processed can be shown");
                assert!(processed.is_none_or(|text| serde_json::from_str::<Value>(&text).is_ok()));
            }
            Err(findings) => assert!(!findings.is_empty(), "a refusal says why"),
        }
        return;
    }
    let first = evaluated(&template);
    if text.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str::<Value>(text)
        && let Ok(compact) = Template::parse(&value.to_string(), "compact.json")
    {
        assert_eq!(evaluated(&compact), first, "the same without white space");
    }
});
