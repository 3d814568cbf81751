//! Every operation can be reached by its example.

mod setup;

use setup::Setup;

/// A call cannot make a rollback fail: `a_rollback_that_fails_is_continued` shows it.
const NEEDS_MORE: [&str; 1] = ["ContinueUpdateRollback"];

#[test]
fn examples_succeed() {
    let operations = Setup::new().world.gate.operations();
    let mut walked = 0;
    for operation in operations.iter().filter(|o| o.service == "cloudformation" && !NEEDS_MORE.contains(&o.name)) {
        let s = Setup::new();
        let example = (operation.example)();
        for (before, input) in example.before {
            s.ok(before, input);
            s.run();
        }
        s.ok(&format!("cloudformation:{}", operation.name), example.input);
        walked += 1;
    }
    assert!(walked >= 19, "{walked}");
}
