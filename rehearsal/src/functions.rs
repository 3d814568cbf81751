//! Functions whose code stands in a template: what it calls is read, and decided.

use crate::{
    calls::{Calling, Place},
    driver::Driver,
    imagined,
    refusals::At,
};
use base::Arn;
use gate::Error;
use std::collections::BTreeSet;

/// Functions that are looked at, at most.
const MOST_FUNCTIONS: usize = 500;
/// Lines that are compared to find where code stands, and places at which it may begin that are looked at.
const MOST_LINES: usize = 20;
const MOST_STARTS: usize = 100;

impl Driver<'_> {
    /// Makes the calls of all functions that were invoked.
    pub(crate) fn functions(&mut self) -> Result<(), Error> {
        self.world.refusals.at(At::Run);
        let mut invoked = BTreeSet::new();
        self.world.each_decided(|one| {
            if one.action == "lambda:InvokeFunction" && invoked.len() < MOST_FUNCTIONS {
                invoked.extend(one.resource.clone());
            }
        });
        for function in invoked {
            self.function(&function)?;
        }
        Ok(())
    }

    fn function(&self, arn: &Arn) -> Result<(), Error> {
        let gate = &self.world.gate;
        let (Some(found), Some(account)) = (imagined::function_of(gate, arn)?, arn.account()) else { return Ok(()) };
        let mut code = found.code;
        let written = self.estate.files.iter().find_map(|file| Some((file.path.clone(), line_of(&file.text, &code.text)?)));
        let file = written.map(|(file, line)| {
            code.line = line;
            file
        });
        let refusals = &self.world.refusals;
        let place = Place {
            account,
            region: gate.region().clone(),
            file,
            call: &|name, input| imagined::call_as_function(gate, arn, &found.role, name, &input),
            credentials: &|| Err(Error::internal("a function's calls go to its own region")),
        };
        let mut calling = Calling::new(place, Some(gate), refusals);
        let calls = script::of_code(&code);
        for unread in &calls.unread {
            refusals.unread(format!("{} ({})", unread.why, calling.read_at(&unread.place)));
        }
        for call in calls.calls.iter().filter(|call| !is_answer(&call.service, &call.operation)) {
            calling.make(call);
        }
        Ok(())
    }
}

/// What a function tells a pipeline of its job: it was told when the function was invoked.
fn is_answer(service: &str, operation: &str) -> bool {
    service == "codepipeline" && ["PutJobSuccessResult", "PutJobFailureResult"].contains(&operation)
}

/// The line, from 1, that a text begins in within a file, where it may be indented.
fn line_of(file: &str, code: &str) -> Option<u32> {
    let wanted: Vec<&str> = code.lines().map(str::trim).collect();
    let before = wanted.iter().take_while(|line| line.is_empty()).count();
    let lines: Vec<&str> = file.lines().map(str::trim).collect();
    let wanted = wanted.get(before..)?;
    let first = *wanted.first()?;
    let starts = lines.iter().enumerate().filter(|(_, line)| **line == first).map(|(at, _)| at);
    let same = |start: &usize| wanted.iter().zip(lines.iter().skip(*start)).take(MOST_LINES).all(|(one, other)| one == other);
    let at = starts.take(MOST_STARTS).find(same)?;
    u32::try_from(at.checked_sub(before)?).ok()?.checked_add(1)
}
