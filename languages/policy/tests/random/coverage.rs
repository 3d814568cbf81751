//! What the random cases reached: by which rule they ended, which features they had, and how each operator came out.

use crate::naive::RULES;
use serde_json::Value;
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

/// What a request has for a condition's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Seen {
    Missing,
    One,
    Many,
}

type Combination = (String, Seen);

thread_local! {
    static NOTING: Cell<bool> = const { Cell::new(false) };
    static CONDITIONS: RefCell<BTreeMap<Combination, [u64; 2]>> = const { RefCell::new(BTreeMap::new()) };
}

/// Notes each condition that `work` asks.
pub fn noting<T>(work: impl FnOnce() -> T) -> T {
    NOTING.set(true);
    let done = work();
    NOTING.set(false);
    done
}

/// Says that the second evaluator asked a condition.
pub fn condition(operator: &str, seen: Seen, holds: bool) {
    if !NOTING.get() {
        return;
    }
    CONDITIONS.with_borrow_mut(|all| match all.get_mut(&(operator.to_owned(), seen)) {
        Some(counts) => counts[usize::from(holds)] += 1,
        None => {
            let mut counts = [0; 2];
            counts[usize::from(holds)] = 1;
            all.insert((operator.to_owned(), seen), counts);
        }
    });
}

/// Counts of a run.
#[derive(Default)]
pub struct Coverage {
    rules: BTreeMap<&'static str, u64>,
    features: BTreeMap<&'static str, [u64; 3]>,
    options: BTreeMap<&'static str, u64>,
    cases: u64,
}

/// What a case may have, and how its text shows it.
const FEATURES: [(&str, &str); 22] = [
    ("boundary", "\"boundary\":"),
    ("session policies", "\"session\":"),
    ("service control levels", "\"serviceControl\":"),
    ("resource control levels", "\"resourceControl\":"),
    ("VPC endpoint policy", "\"vpcEndpoint\":"),
    ("grants", "\"grants\":"),
    ("grant, context equals", "EncryptionContextEquals"),
    ("grant, context subset", "EncryptionContextSubset"),
    ("grant, retiring principal", "RetiringPrincipal"),
    ("federated user", "\"principal\":\"arn:aws:sts::111111111111:federated-user"),
    ("web identity", "\"principal\":\"arn:aws:iam::111111111111:oidc-provider"),
    ("service", "\"principal\":\"codepipeline"),
    ("anonymous", "\"principal\":\"anonymous"),
    ("service-linked role", "\"principal\":\"arn:aws:sts::111111111111:assumed-role/L"),
    ("root", "\"principal\":\"arn:aws:iam::111111111111:root"),
    ("block public access", "\"blockPublicAccess\":true"),
    ("NotPrincipal", "\"NotPrincipal\""),
    ("NotAction", "\"NotAction\""),
    ("NotResource", "\"NotResource\""),
    ("unique ids as principals", "AROAROLEOFR\""),
    ("variables", "${aws:"),
    ("variables with defaults", ", '"),
];

impl Coverage {
    pub fn note(&mut self, case: &Value, rule: &'static str, depends: &[&'static str]) {
        self.cases += 1;
        *self.rules.entry(rule).or_default() += 1;
        let text = case.to_string();
        let verdict = ["allow", "explicitDeny", "implicitDeny"].iter().position(|verdict| rule.starts_with(verdict)).unwrap();
        for (name, mark) in FEATURES {
            if text.contains(mark) {
                self.features.entry(name).or_default()[verdict] += 1;
            }
        }
        for option in depends {
            *self.options.entry(option).or_default() += 1;
        }
    }

    pub fn print(&self) {
        println!("{} cases ended by", self.cases);
        for rule in RULES {
            println!("  {:>8}  {rule}", self.rules.get(rule).unwrap_or(&0));
        }
        println!("cases with                        allow  explicit  implicit");
        for (name, _) in FEATURES {
            let [allow, explicit, implicit] = self.features.get(name).unwrap_or(&[0; 3]);
            println!("  {name:<28} {allow:>9} {explicit:>9} {implicit:>9}");
        }
        println!("verdicts that hang on an option");
        for (name, count) in &self.options {
            println!("  {count:>8}  {name}");
        }
        CONDITIONS.with_borrow(|all| {
            println!(
                "conditions asked of a key that is                  missing (held, not)       single (held, not)         many (held, not)"
            );
            let operators: BTreeSet<&String> = all.keys().map(|(operator, _)| operator).collect();
            for operator in &operators {
                let counts = |seen| {
                    let [not, held] = all.get(&((*operator).clone(), seen)).unwrap_or(&[0; 2]);
                    format!("{held:>9} {not:>9}")
                };
                println!("  {operator:<46} {}   {}   {}", counts(Seen::Missing), counts(Seen::One), counts(Seen::Many));
            }
            println!("  {} operators with their set operators and IfExists", operators.len());
        });
    }

    /// A run of any length must reach all this.
    pub fn check(&self) {
        let missed: Vec<&str> = RULES.into_iter().filter(|rule| !self.rules.contains_key(rule)).collect();
        assert!(missed.is_empty(), "no case ended by {missed:?}");
        let poor: Vec<&str> =
            FEATURES.iter().map(|(name, _)| *name).filter(|name| self.features.get(name).is_none_or(|counts| counts[0] == 0)).collect();
        assert!(poor.is_empty(), "no allowed case has {poor:?}");
        assert_eq!(self.options.len(), crate::naive::FLAGS.len() + 1, "every option decided some case: {:?}", self.options);
        CONDITIONS.with_borrow(|all| {
            // 26 operators besides Null, each with three set operators and with and without IfExists.
            let operators: BTreeSet<&String> = all.keys().map(|(operator, _)| operator).collect();
            assert_eq!(operators.len(), 26 * 6 + 1, "{operators:?}");
        });
    }
}
