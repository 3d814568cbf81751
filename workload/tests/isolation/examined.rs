//! What the examination of a machine finds.

use workload::Level;

use crate::support::*;

#[test]
fn the_level_that_is_used_holds_everything() {
    let Some(level) = level() else { return };
    let examined = workload::examine_with(&helper());
    assert_eq!(examined.iter().map(|one| one.level.letter()).collect::<String>(), "ABCD");
    let used = examined.iter().find(|one| one.level == level).unwrap();
    assert!(used.works.is_ok() && used.checks.len() == 10, "{used:?}");
    assert!(used.checks.iter().all(|check| check.holds.is_ok()), "{used:?}");
}

#[test]
fn what_a_level_does_not_hold_is_said() {
    if restricted().is_none() {
        return;
    }
    let examined = workload::examine_with(&helper());
    let restricted = examined.iter().find(|one| one.level == Level::Restricted).unwrap();
    let failed: Vec<&str> = restricted.checks.iter().filter(|check| check.holds.is_err()).map(|check| check.what.as_str()).collect();
    assert_eq!(failed, ["processes of the host are hidden", "processes are bounded", "private files are bounded"]);
}

#[test]
fn levels_are_named_by_letters() {
    for level in Level::ALL {
        assert_eq!(level.letter().parse::<Level>().ok(), (level != Level::Unconfined).then_some(level));
    }
    assert_eq!("b".parse(), Ok(Level::Namespaces));
    assert!("E".parse::<Level>().unwrap_err().contains("A (the best)"));
}
