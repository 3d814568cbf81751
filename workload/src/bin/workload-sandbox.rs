//! Runs one program isolated, for trying a machine out and for the tests of this crate:
//! `workload-sandbox SPEC.json [MINIMUM]` runs a [`workload::Spec`] at the best level there is, copies its output,
//! and exits with its code; `workload-sandbox probe` tells what works here.
#![allow(clippy::disallowed_methods, reason = "reads its own argument's file")]

use std::process::ExitCode;

use workload::{Backend, Level, Sandbox, Spec};

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == workload::HELPER_COMMAND {
        workload::helper_main();
    }
    let result = if argument == "probe" { Ok(probe()) } else { run(&argument, std::env::args().nth(2)) };
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(125)
    })
}

fn probe() -> ExitCode {
    let probe = workload::probe();
    for (name, result) in &probe.findings {
        match result {
            Ok(()) => println!("yes: {name}"),
            Err(reason) => println!("no:  {name}: {reason}"),
        }
    }
    println!("{}", probe.level);
    for one in workload::examine() {
        println!("{}: {:?}", one.level, one.works);
        one.checks.iter().for_each(|check| println!("  {}: {:?}", check.what, check.holds));
    }
    ExitCode::SUCCESS
}

fn run(file: &str, minimum: Option<String>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
    let spec: Spec = serde_json::from_str(&text).map_err(|e| format!("{file}: {e}"))?;
    let minimum = match minimum {
        None => Level::RootNoUserNs,
        Some(name) => name.parse::<Level>()?,
    };
    let mut sandbox = Sandbox::start(spec, &Backend::Isolated { minimum })?;
    if let Some(mut output) = sandbox.take_output() {
        std::io::copy(&mut output.stdout, &mut std::io::stdout())?;
    }
    let exit = sandbox.wait()?;
    if exit.code.is_none() {
        eprintln!("{exit:?}");
    }
    Ok(exit.code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::from(124), ExitCode::from))
}
