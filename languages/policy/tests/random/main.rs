//! Random cases: two evaluators that must agree, and laws that hold for every case.
//! `SEKISHO_CASES` sets how many, `SEKISHO_SEED` repeats a run.

mod compare;
mod coverage;
mod generate;
mod laws;
mod naive;

use coverage::Coverage;
use generate::Random;
use naive::{FLAGS, Options};
use policy::{Verdict, cases};
use serde_json::{Map, Value, json};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Runs `check` on random cases, each from a seed of its own that a failure prints.
fn on_cases(share: u64, mut check: impl FnMut(&mut Random, Value)) {
    let seed = number("SEKISHO_SEED", 1);
    for n in 0..number("SEKISHO_CASES", 8_000) / share {
        let mut random = Random::new(seed.wrapping_add(n.wrapping_mul(0x5851_f42d_4c95_7f2d)));
        let case = generate::case(&mut random);
        check(&mut random, case);
    }
}

fn decide(case: &Value) -> cases::CaseResult {
    let text = case.to_string();
    let all = cases::read(&text).unwrap_or_else(|error| panic!("{error}\n{case:#}"));
    cases::run(&all[0])
}

fn word(verdict: Verdict) -> String {
    serde_json::to_value(verdict).unwrap().as_str().unwrap().to_owned()
}

fn allows(case: &Value) -> bool {
    decide(case).decision == Verdict::Allow
}

/// Every setting of one option that is not the given one.
fn others(options: &Options) -> Vec<(&'static str, Options)> {
    let set = |name: &str, value: Value| {
        let mut other = options.clone();
        other.0.insert(name.into(), value);
        other
    };
    let flags = FLAGS.iter().map(|(name, default)| (*name, set(name, json!(!options.flag(name, *default)))));
    let name = "notResourceWithUnresolvedVariable";
    let settings = ["failSafe", "entryMatchesNothing", "statementDoesNotApply"];
    let enumerated = settings.iter().filter(|s| **s != options.unresolved_not_resource()).map(|s| (name, set(name, json!(s))));
    flags.chain(enumerated).collect()
}

#[test]
fn two_evaluators_agree() {
    let mut coverage = Coverage::default();
    on_cases(1, |random, mut case| {
        let mut options = Map::new();
        for (name, default) in FLAGS {
            if random.percent(10) {
                options.insert(name.into(), json!(!default));
            }
        }
        if random.percent(10) {
            let setting = random.pick(&["entryMatchesNothing", "statementDoesNotApply"]);
            options.insert("notResourceWithUnresolvedVariable".into(), json!(setting));
        }
        case["options"] = Value::Object(options.clone());
        let options = Options(options);
        let result = decide(&case);
        let expected = naive::verdict(&case, &options);
        assert_eq!(word(result.decision), expected, "{case:#}\n{result:#?}");
        let mut depends: Vec<&str> =
            others(&options).iter().filter(|(_, other)| naive::verdict(&case, other) != expected).map(|(name, _)| *name).collect();
        depends.dedup();
        depends.sort_unstable();
        let mut said = result.depends_on.clone();
        said.sort_unstable();
        assert_eq!(said, depends, "{case:#}\n{result:#?}");
        coverage.note(&case, coverage::noting(|| naive::rule(&case, &options)), &depends);
    });
    println!("seed {}", number("SEKISHO_SEED", 1));
    coverage.print();
    coverage.check();
}
