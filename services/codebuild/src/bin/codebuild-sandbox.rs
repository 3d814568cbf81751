//! The sandbox's helper, for the tests of this crate; the product's own binary does this by itself.

fn main() {
    if std::env::args().nth(1).as_deref() == Some(workload::HELPER_COMMAND) {
        workload::helper_main();
    }
    eprintln!("this is the sandbox's helper: it is started by a test");
    std::process::exit(2);
}
