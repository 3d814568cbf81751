//! One build from its slot to its end, phase by phase.

use super::{
    Workshop,
    book::{Book, Ending},
    execute::{Cause, Execution, log_denied},
    fetched::Fetched,
    interpret::phase_complete,
    log::Log,
    outputs::Outputs,
    slots::Slot,
    sources::{Sources, download},
    spec,
    workspace::Workspace,
};
use crate::{
    model::PhaseContext,
    state::{BuildRow, FAILED, FAULT, SUCCEEDED},
    variables,
    workflows::build::Order,
};
use base::Timestamp;
use buildspec::Buildspec;
use durable::Agent;
use gate::{Client, Error};
use std::time::Duration;
use workload::{Backend, Level, probe_with};

const QUEUE_BEAT: Duration = Duration::from_millis(500);

/// The handler of the command: an error here means again later, so only the store's own failures are errors.
pub(super) fn run(shop: &Workshop, agent: &Agent<'_>) -> Result<(), Error> {
    let order: Order = serde_json::from_value(agent.command.payload.clone())
        .map_err(|e| Error::internal(format_args!("the order of a build is not readable: {e}")))?;
    let book = Book::open(agent, &order);
    let Some(_slot) = queue(shop, &book)? else { return Ok(()) };
    book.update(|row, now| {
        row.attempts += 1;
        if row.attempts > 1 {
            row.phases.truncate(2);
            row.exported.clear();
        }
        row.enter("PROVISIONING", now);
    })?;
    let Some(row) = book.load()?.filter(|row| row.ended.is_none()) else { return Ok(()) };
    let log = Log::new(row.log.clone(), agent.gate.clock().clone());
    let begun = book.now();
    let job = Job { shop, book: &book, order: &order, row: &row, log: &log, begun };
    match job.work() {
        Ok(failed) => {
            let status = if failed { FAILED } else { SUCCEEDED };
            book.update(|row, now| {
                row.complete(SUCCEEDED, Vec::new(), now);
                row.status = status.into();
            })
        }
        Err(ending) => job.end_early(&ending),
    }
}

/// Waits for a slot; None: the build ended in the queue.
fn queue<'s>(shop: &'s Workshop, book: &Book<'_>) -> Result<Option<Slot<'s>>, Error> {
    loop {
        let Some(row) = book.load()?.filter(|row| row.ended.is_none()) else { return Ok(None) };
        let patience = Duration::from_secs(row.queued_timeout_in_minutes * 60);
        let late = row.attempts == 0 && book.now().since(row.started) >= patience;
        if row.stopping || late {
            let ending = Ending::from(if row.stopping { Cause::Stopped } else { Cause::TimedOut });
            book.update(|row, now| row.complete(ending.status, contexts(&ending), now))?;
            return Ok(None);
        }
        if let Some(slot) = shop.slots.take(QUEUE_BEAT) {
            return Ok(Some(slot));
        }
    }
}

fn contexts(ending: &Ending) -> Vec<PhaseContext> {
    let told = !ending.context.status_code.is_empty() || !ending.context.message.is_empty();
    told.then(|| ending.context.clone()).into_iter().collect()
}

struct Job<'a> {
    shop: &'a Workshop,
    book: &'a Book<'a>,
    order: &'a Order,
    row: &'a BuildRow,
    log: &'a Log,
    begun: Timestamp,
}

impl Job<'_> {
    fn client(&self) -> Result<Client, Error> {
        self.book.client(self.order, self.row)
    }

    fn enter(&self, phase: &str) -> Result<(), Ending> {
        self.book.update(|row, now| row.enter(phase, now))?;
        Ok(())
    }

    fn leave(&self, phase: &str) -> Result<(), Ending> {
        phase_complete(self.log, phase, SUCCEEDED, None);
        self.flush()?;
        self.book.update(|row, now| row.leave(SUCCEEDED, Vec::new(), now))?;
        Ok(())
    }

    fn flush(&self) -> Result<(), Ending> {
        self.log.flush(&self.client()?);
        self.log.failure().map_or(Ok(()), |error| Err(log_denied(&error)))
    }

    /// All phases. True: one of them failed, and the build went on as its buildspec says.
    fn work(&self) -> Result<bool, Ending> {
        let unconfined = self.provision()?;
        let place = Workspace::make(&self.shop.runner.runtime_dir, self.book.uuid())
            .map_err(|e| Ending::fault(format!("the build's workspace could not be made: {e}")))?;
        let client = || self.client();
        let execution = Execution {
            shop: self.shop,
            book: self.book,
            row: self.row,
            log: self.log,
            place: &place,
            unconfined,
            client: &client,
            begun: self.begun,
        };
        self.enter("DOWNLOAD_SOURCE")?;
        self.log.say("Phase is DOWNLOAD_SOURCE");
        let (sources, mut spec) = self.source(&place, &execution.root())?;
        let fetched = Fetched::read(&self.client()?, self.row, &spec, self.log)?;
        self.leave("DOWNLOAD_SOURCE")?;
        // What was resolved is part of the environment.
        let mut resolved = BuildRow { resolved_source_version: sources.version.clone(), ..self.row.clone() };
        fetched.into(&mut resolved, &mut spec);
        let told = Execution { row: &resolved, ..execution }.run(&spec, &sources.primary, &sources.secondary)?;
        self.book.update(|row, _| row.exported.clone_from(&told.exported))?;
        if told.ended == Some(true) {
            self.enter("UPLOAD_ARTIFACTS")?;
            let client = self.client()?;
            let outputs =
                Outputs { client: &client, row: self.row, uuid: self.book.uuid(), place: &place, source: &sources.primary, log: self.log };
            let location = outputs.upload(&spec)?;
            self.book.update(|row, _| row.artifact_location.clone_from(&location))?;
            self.leave("UPLOAD_ARTIFACTS")?;
        }
        self.enter("FINALIZING")?;
        drop(place);
        self.flush()?;
        Ok(told.failed)
    }

    /// Asks whether the machine isolates as demanded, and opens the log. True: builds see the host's own paths.
    fn provision(&self) -> Result<bool, Ending> {
        let unconfined = match self.shop.runner.backend {
            Backend::Unconfined => true,
            Backend::Exactly { level } => !level.has_own_files(),
            Backend::Isolated { minimum } => {
                let (probe, minimum) = (probe_with(&self.shop.helper), minimum.max(Level::Restricted));
                if probe.level < minimum {
                    let refused = workload::Error::Refused { minimum, found: probe.level, reason: probe.reason() };
                    return Err(Ending::fault(format!("{refused} (`--workload unconfined`)")));
                }
                !probe.level.has_own_files()
            }
        };
        if let Some((group, stream)) = &self.row.log {
            self.open_log(group, stream).map_err(|error| self.no_log(&error))?;
        }
        if self.row.attempts > 1 {
            self.log.say("The server ended while this build ran. It starts again, in a fresh workspace");
        }
        self.log.say(&format!("The image {} is a name here: commands see the programs of this machine", self.row.environment.image));
        self.flush()?;
        Ok(unconfined)
    }

    fn open_log(&self, group: &str, stream: &str) -> Result<(), Error> {
        let client = self.client()?;
        let there = |result: Result<(), Error>| match result {
            Err(error) if error.code == "ResourceAlreadyExistsException" => Ok(()),
            other => other,
        };
        let open_stream = || {
            there(client.call::<logs::CreateLogStream>(|| logs::CreateLogStreamInput {
                log_group_name: group.into(),
                log_stream_name: stream.into(),
            }))
        };
        // A group that is there already needs no right to make one: roles for a given group have none (CDK's, for one).
        match open_stream() {
            Err(error) if error.code == "ResourceNotFoundException" => {
                there(
                    client
                        .call::<logs::CreateLogGroup>(|| logs::CreateLogGroupInput { log_group_name: group.into(), ..Default::default() }),
                )?;
                open_stream()
            }
            opened => opened,
        }
    }

    fn no_log(&self, error: &Error) -> Ending {
        let (role, arn) = (&self.row.service_role, self.book.arn());
        Ending::failed(
            "ACCESS_DENIED",
            format!(
                "Service role {role} does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build {arn}. Error message: {}",
                error.message
            ),
        )
    }

    fn source(&self, place: &Workspace, root: &str) -> Result<(Sources, Buildspec), Ending> {
        let sources = download(&self.client()?, self.row, self.book.uuid(), place, self.log)?;
        if sources.version.is_some() {
            self.book.update(|row, _| row.resolved_source_version.clone_from(&sources.version))?;
        }
        let seen = format!("{root}/{}", sources.primary);
        self.log.say(&format!("CODEBUILD_SRC_DIR={seen}"));
        let (spec, location) = spec::read(self.row, &place.shared.join(&sources.primary), &seen)?;
        self.log.say(&format!("YAML location is {location}"));
        for (name, version) in spec.phases.install.iter().flat_map(|install| &install.runtime_versions) {
            self.log.say(&format!("The runtime {name} {version} is asked for; what this machine has is what runs"));
        }
        if let Some(version) = variables::source_version(self.row) {
            self.log.say(&format!("CODEBUILD_SOURCE_VERSION={version}"));
        }
        Ok((sources, spec))
    }

    /// Ends the open phase and the build as `ending` says.
    fn end_early(&self, ending: &Ending) -> Result<(), Error> {
        let open = self.book.load()?.and_then(|row| row.phases.last().map(|p| p.kind.clone())).unwrap_or_default();
        phase_complete(self.log, &open, ending.status, contexts(ending).first());
        if let Ok(client) = self.client() {
            self.log.flush(&client);
        }
        self.book.update(|row, now| {
            row.leave(ending.status, contexts(ending), now);
            if ending.status == FAILED || ending.status == FAULT {
                row.enter("FINALIZING", now);
                row.leave(SUCCEEDED, Vec::new(), now);
            }
            row.complete(ending.status, Vec::new(), now);
        })
    }
}
