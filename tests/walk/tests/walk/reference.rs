//! What is demanded, against AWS's Service Authorization Reference (`languages/actions`): every action is one of AWS's, every
//! resource has the form of a kind that the action is about, every condition key is global or one of the action's.

use crate::{cases::Case, kinds::Learned};
use gate::Decided;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/walk/reference.txt")
}

/// Lines of `action | what | reason`.
fn listed() -> BTreeMap<(String, String), String> {
    let text = std::fs::read_to_string(path()).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parsed = lines.map(|line| match &line.split(" | ").map(str::trim).collect::<Vec<_>>()[..] {
        [action, what, reason] => (((*action).to_owned(), (*what).to_owned()), (*reason).to_owned()),
        _ => panic!("reference.txt: not `action | what | reason`: {line}"),
    });
    parsed.collect()
}

/// What of a demand is not in the reference: `action`, `resource`, `no resource`, `key NAME`.
fn unknown(decided: &Decided) -> Vec<String> {
    let Some((service, action)) = actions::action(&decided.action) else { return vec!["action".into()] };
    let mut unknown = Vec::new();
    let fits = |arn: &str| service.resource_types_of(action).any(|kind| kind.fits(arn));
    match &decided.resource {
        Some(arn) if !fits(arn.as_str()) => unknown.push("resource".into()),
        None if action.on.iter().any(|on| on.required) => unknown.push("no resource".into()),
        _ => {}
    }
    let foreign = |key: &&String| actions::global_key(key).is_none() && !service.has_key(action, key);
    unknown.extend(decided.own.iter().map(|(key, _)| key).filter(foreign).map(|key| format!("key {key}")));
    unknown
}

/// All demands of all calls, those made inside too.
pub fn check(learned: &[(Case, Result<Learned, String>)]) {
    let listed = listed();
    let mut unneeded: BTreeSet<&(String, String)> = listed.keys().collect();
    let mut wrong = BTreeMap::new();
    let mut demands = BTreeSet::new();
    for (case, learned) in learned {
        let named =
            actions::action_of(case.operation.service, case.operation.name).map(|name| format!("{}:{name}", case.operation.service));
        let Ok(learned) = learned else { continue };
        let own = |decided: &&Decided| decided.operation == case.name();
        let demanded = |action: &String| learned.attempt.decided.iter().filter(own).any(|decided| decided.action == *action);
        let key = (case.label(), "another action".to_owned());
        if !named.as_ref().is_some_and(demanded) {
            unneeded.remove(&key);
            if !listed.contains_key(&key) {
                wrong.insert(key, format!("it does not demand {}", named.unwrap_or_default()));
            }
        }
    }
    let calls = learned.iter().filter_map(|(case, learned)| Some((case, learned.as_ref().ok()?)));
    for (case, decided) in calls.flat_map(|(case, learned)| learned.attempt.decided.iter().map(move |decided| (case, decided))) {
        demands.insert(decided.action.clone());
        for what in unknown(decided) {
            let key = (decided.action.clone(), what);
            unneeded.remove(&key);
            if !listed.contains_key(&key) {
                let resource = decided.resource.as_ref().map_or("*", |arn| arn.as_str());
                wrong.insert(key, format!("{} demands it of {resource}", case.label()));
            }
        }
    }
    println!("{} actions are demanded; {} exceptions, see {}", demands.len(), listed.len(), path().display());
    let wrong: Vec<String> = wrong.iter().map(|((action, what), by)| format!("{action} | {what} | {by}")).collect();
    assert!(wrong.is_empty(), "{} demands are not in AWS's reference:\n{}", wrong.len(), wrong.join("\n"));
    let unneeded: Vec<String> = unneeded.iter().map(|(action, what)| format!("{action} | {what}")).collect();
    assert!(unneeded.is_empty(), "reference.txt lists what is in AWS's reference now; take it off:\n{}", unneeded.join("\n"));
}
