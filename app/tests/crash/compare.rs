//! Whether two worlds are the same, but for what a crash may change.

use super::outcome::{Kind, Outcome, orphans};
use std::collections::{BTreeMap, BTreeSet};

/// Calls that depend on the time that things take, in every run: who waits looks again, a log is sent in batches.
const BY_TIME: [(&str, &str); 3] = [
    (BUILD_LOOKS, "the pipeline looks at its build when it changes, and every ten seconds"),
    (STACK_LOOKS, "the pipeline looks at a stack when it changes, and every five seconds"),
    ("shop-build/* logs:PutLogEvents", "a build's log is sent in batches, twice a second"),
];

const BUILD_LOOKS: &str = "shop-pipeline/* codebuild:BatchGetBuilds";
const STACK_LOOKS: &str = "shop-deploy/* cloudformation:DescribeStacks";
/// Each look needs a session, as each other call of the pipeline does; in another account, one more.
const SESSIONS: &str = "codepipeline.amazonaws.com sts:AssumeRole arn:aws:iam::111111111111:role/shop-pipeline";
const SESSIONS_THERE: &str = "shop-pipeline/* sts:AssumeRole arn:aws:iam::";

/// The calls, without the sessions of looks.
fn steady(calls: &BTreeMap<Kind, usize>) -> BTreeMap<Kind, usize> {
    let looks = |of: &dyn Fn(&Kind) -> bool| calls.iter().filter(|(kind, _)| of(kind)).map(|(_, n)| n).sum::<usize>();
    let at_stacks = |kind: &Kind| kind.contains(STACK_LOOKS);
    let all = looks(&|kind| kind.contains(BUILD_LOOKS) || at_stacks(kind));
    let less = |kind: &Kind| match kind.split_once(SESSIONS_THERE).and_then(|(_, role)| role.split_once(':')) {
        Some((account, _)) => looks(&|look| at_stacks(look) && look.contains(&format!("::{account}:assumed-role"))),
        None if kind.starts_with(SESSIONS) => all,
        None => 0,
    };
    calls.iter().map(|(kind, n)| (kind.clone(), n.saturating_sub(less(kind)))).collect()
}

/// Calls that a build makes, or that are made for it: a build that was cut off starts again, and makes them again.
const OF_BUILDS: [&str; 4] =
    ["shop-build/* ", "codebuild.amazonaws.com sts:AssumeRole", "codebuild.amazonaws.com kms:Sign", "role/shop-build "];

/// Of each difference so much is shown.
const LONGEST: usize = 2000;

fn by_time(kind: &str) -> bool {
    BY_TIME.iter().any(|(call, _)| kind.contains(call))
}

fn of_builds(kind: &str) -> bool {
    OF_BUILDS.iter().any(|call| kind.contains(call))
}

/// What the team asks again when its server was ended: git begins by asking what is there, which is a record of its own.
const ASKED_AGAIN: &str = "codecommit:GitPush";

/// `crashes`: how often a process was ended.
pub(crate) fn same(expected: &Outcome, found: &Outcome, crashes: usize) -> Result<(), String> {
    let mut differences = Vec::new();
    let lines = |only: BTreeSet<&String>, sign: &str| only.into_iter().map(|line| format!("{sign} {line}")).collect::<Vec<_>>();
    differences.extend(lines(expected.state.difference(&found.state).collect(), "missing:"));
    differences.extend(lines(found.state.difference(&expected.state).collect(), "not expected:"));
    differences.extend(counts(&expected.asked, &found.asked, 0, crashes));
    differences.extend(counts(&steady(&expected.inside), &steady(&found.inside), found.restarted, crashes));
    differences.extend(orphans(found).into_iter().map(|name| format!("{name} was made in a call that has no record")));
    let shortened: Vec<String> = differences.iter().map(|line| line.chars().take(LONGEST).collect()).collect();
    if differences.is_empty() { Ok(()) } else { Err(format!("builds restarted: {}\n  {}", found.restarted, shortened.join("\n  "))) }
}

fn counts(expected: &BTreeMap<Kind, usize>, found: &BTreeMap<Kind, usize>, restarted: usize, crashes: usize) -> Vec<String> {
    let kinds: BTreeSet<&Kind> = expected.keys().chain(found.keys()).collect();
    let mut differences = Vec::new();
    for kind in kinds {
        let (wanted, there) = (expected.get(kind).copied().unwrap_or(0), found.get(kind).copied().unwrap_or(0));
        let good = if by_time(kind) {
            // The first look, at least.
            there > 0 || wanted == 0
        } else if kind.contains(ASKED_AGAIN) {
            (wanted..=wanted + crashes).contains(&there)
        } else if restarted > 0 && of_builds(kind) {
            // One that is cut off again before it has told so in its log is begun once more than the log says.
            (wanted..=wanted * (crashes + 1) + crashes).contains(&there)
        } else {
            wanted == there
        };
        if !good {
            differences.push(format!("{there} times instead of {wanted}: {kind}"));
        }
    }
    differences
}
