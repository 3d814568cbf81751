//! Fail points: the moments at which a crash is tested, each with a name.
//!
//! They are there in builds with debug assertions alone: what is released has none of them, whatever its environment says.

/// Ends the process here, as a crash would, if this is the moment that the test chose.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn fail_point(_name: &'static str) {}

#[cfg(debug_assertions)]
pub use armed::fail_point;

#[cfg(debug_assertions)]
mod armed {
    use std::{
        fs::OpenOptions,
        io::Write,
        sync::{
            OnceLock,
            atomic::{AtomicU64, Ordering},
        },
    };

    /// The number of the point to end at, counted from 1 since the process began.
    const AT: &str = "SEKISHO_CRASH_AT";
    /// A file that takes the name of each point that is passed: how many there are.
    const TRACE: &str = "SEKISHO_CRASH_TRACE";

    struct Plan {
        at: Option<u64>,
        trace: Option<std::fs::File>,
        passed: AtomicU64,
    }

    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();

    fn plan() -> Option<Plan> {
        let at = std::env::var(AT).ok().and_then(|text| text.parse().ok());
        let trace = std::env::var_os(TRACE).and_then(|path| OpenOptions::new().append(true).create(true).open(path).ok());
        (at.is_some() || trace.is_some()).then(|| Plan { at, trace, passed: AtomicU64::new(0) })
    }

    /// Ends the process here, as a crash would, if this is the moment that the test chose.
    pub fn fail_point(name: &'static str) {
        let Some(plan) = PLAN.get_or_init(plan) else { return };
        let number = plan.passed.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(mut trace) = plan.trace.as_ref() {
            // The trace counts points; one that is lost is not tested.
            let _ = trace.write_all(format!("{name}\n").as_bytes());
        }
        if plan.at == Some(number) {
            eprintln!("sekisho: ended on purpose at point {number}: {name}");
            std::process::abort();
        }
    }
}
