//! One build from its slot to its end, phase by phase.

use super::{
    Workshop,
    book::{Book, Ending},
    bucket_log,
    cache::{self, Cache},
    driver::Named,
    execute::{Cause, Execution, Run, log_denied},
    fetched::Fetched,
    imagined,
    interpret::phase_complete,
    log::Log,
    outputs::Outputs,
    reporting::Reporting,
    runtimes,
    slots::Slot,
    sources::{Download, Sources},
    spec::{self, Found},
    taken,
    telling::Telling,
    workspace::Workspace,
};
use crate::{
    model::PhaseContext,
    state::{BuildRow, FAILED, FAULT, SUCCEEDED},
    variables,
    workflows::{
        batch::{BatchTasks, DOWNLOAD},
        build::Order,
    },
};
use base::Timestamp;
use buildspec::Buildspec;
use durable::Agent;
use gate::{Client, Error};
use std::{collections::BTreeMap, time::Duration};
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
            row.reports.clear();
        }
        row.enter("PROVISIONING", now);
    })?;
    let Some(row) = book.load()?.filter(|row| row.ended.is_none()) else { return Ok(()) };
    let log = Log::new(row.log.clone(), row.s3_log.is_some(), agent.gate.clock().clone());
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

/// The cache's keys as the shell completed them, the primary one first.
fn cache_keys(texts: &[(Named, String)], told: &[(usize, String)]) -> Vec<String> {
    let of = |at: usize| told.iter().find(|(number, _)| *number == at).map(|(_, text)| text.clone());
    let keys = texts.iter().enumerate().filter(|(_, (named, _))| matches!(named, Named::CacheKey(_)));
    keys.filter_map(|(at, _)| of(at).filter(|text| !text.is_empty())).collect()
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

    fn leave(&self, phase: &str) {
        phase_complete(self.log, phase, SUCCEEDED, None);
        self.book.note(|row, now| row.leave(SUCCEEDED, Vec::new(), now));
    }

    fn flush(&self) -> Result<(), Ending> {
        self.log.flush(&self.client()?);
        self.log.failure().map_or(Ok(()), |error| Err(log_denied(&error)))
    }

    /// All phases, in a workspace that is gone afterwards. True: one of them failed, and the build went on as its buildspec says.
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
        let worked = self.phases(&execution);
        if self.row.s3_log.is_some() {
            if let Err(ending) = &worked {
                self.say_end(ending)?;
            }
            bucket_log::write(&self.client()?, self.book, self.row, self.log, &place);
        }
        worked
    }

    fn phases(&self, execution: &Execution<'_>) -> Result<bool, Ending> {
        self.enter("DOWNLOAD_SOURCE")?;
        self.log.say("Phase is DOWNLOAD_SOURCE");
        let (sources, mut spec) = self.source(execution)?;
        if self.row.part.as_ref().is_some_and(|part| part.identifier == DOWNLOAD) {
            self.hand_over(&spec)?;
            return Ok(false);
        }
        let fetched = Fetched::read(&self.client()?, self.row, &spec, self.log)?;
        self.leave("DOWNLOAD_SOURCE");
        // What was resolved is part of the environment.
        let mut resolved = BuildRow { resolved_source_version: sources.version.clone(), ..self.row.clone() };
        if sources.url.is_some() {
            resolved.source.location.clone_from(&sources.url);
        }
        fetched.into(&mut resolved, &mut spec);
        let execution = Execution { row: &resolved, ..*execution };
        let cache = Cache::of(&execution, self.row, &spec, self.log);
        let texts = self.texts(&spec, cache.is_some());
        let keyed = texts.iter().any(|(named, _)| matches!(named, Named::CacheKey(_)));
        if let Some(cache) = cache.as_ref().filter(|_| !keyed) {
            cache.restore(&self.client()?, &[]);
        }
        let restore = |told: &[(usize, String)]| {
            if let (Some(cache), Ok(client)) = (&cache, self.client()) {
                cache.restore(&client, &cache_keys(&texts, told));
            }
        };
        // Unconfined, what lies outside the source is the host's own.
        let kept = if cache.is_some() && !execution.unconfined { cache::kept(&spec) } else { Vec::new() };
        let run =
            Run { spec: &spec, source: &sources.primary, secondary: &sources.secondary, texts: &texts, kept: &kept, restore: &restore };
        let told = match &self.shop.imagine {
            Some(imagine) => imagined::run(&**imagine, (self.book, self.order, self.row), &execution, &run)?,
            None => execution.run(&run)?,
        };
        let (exported, retry) = (told.exported.clone(), told.retry);
        self.book.note(move |row, _| {
            row.exported.clone_from(&exported);
            row.retry_wanted = retry;
        });
        let named = |wanted: &dyn Fn(&Named) -> Option<String>| -> BTreeMap<String, String> {
            told.texts.iter().filter_map(|(at, text)| Some((wanted(&texts.get(*at)?.0)?, text.clone()))).collect()
        };
        let names = named(&|name| if let Named::Artifact(id) = name { Some(id.clone()) } else { None });
        let groups = named(&|name| if let Named::ReportGroup(key) = name { Some(key.clone()) } else { None });
        if told.ended == Some(true) {
            self.hand_out(&execution, &spec, &sources, &names, &groups)?;
            let key = cache_keys(&texts, &told.texts);
            if let Some(cache) = cache.as_ref().filter(|_| !told.failed) {
                cache.save(&self.client()?, key.first().map(String::as_str), &sources.primary)?;
            }
            self.leave("UPLOAD_ARTIFACTS");
        }
        self.finalize()?;
        Ok(told.failed)
    }

    /// Files the reports and uploads the artifacts. A report that fails does not keep artifacts back.
    fn hand_out(
        &self,
        execution: &Execution<'_>,
        spec: &Buildspec,
        sources: &Sources,
        names: &BTreeMap<String, String>,
        groups: &BTreeMap<String, String>,
    ) -> Result<(), Ending> {
        self.enter("UPLOAD_ARTIFACTS")?;
        let client = self.client()?;
        let arn = self.book.arn();
        let outputs = Outputs {
            client: &client,
            row: self.row,
            uuid: self.book.uuid(),
            arn: &arn,
            owner: &self.book.owner,
            place: execution.place,
            source: &sources.primary,
            log: self.log,
            names,
        };
        let reported = Reporting { outputs: &outputs, book: self.book, groups }.all(spec);
        let placed = outputs.upload(spec)?;
        Telling { book: self.book, row: self.row, taken: &sources.taken, begun: self.begun, isolation: self.isolation() }
            .sign(&placed.subjects)?;
        self.book.note(move |row, _| {
            row.placed.clone_from(&placed.primary);
            row.secondary_placed.clone_from(&placed.secondary);
        });
        reported
    }

    /// The first build of a batch reads which builds follow.
    fn hand_over(&self, spec: &Buildspec) -> Result<(), Ending> {
        let wrong = |why: String| Ending::failed("YAML_FILE_ERROR", why);
        let batch = spec.batch.as_ref().ok_or_else(|| wrong("the buildspec has no `batch`: its builds are not known".into()))?;
        let tasks = BatchTasks::of(batch).map_err(wrong)?;
        let tasks = serde_json::to_value(tasks).map_err(|e| Ending::fault(e.to_string()))?;
        self.leave("DOWNLOAD_SOURCE");
        self.book.note(move |row, _| row.tasks = Some(tasks.clone()));
        self.finalize()
    }

    fn finalize(&self) -> Result<(), Ending> {
        self.book.note(|row, now| row.enter("FINALIZING", now));
        self.flush()
    }

    /// The texts that the build's shell completes.
    fn texts(&self, spec: &Buildspec, cached: bool) -> Vec<(Named, String)> {
        let mut texts = if cached { cache::keys(self.row, spec) } else { Vec::new() };
        if let Some(artifacts) = &spec.artifacts {
            let primary = artifacts.name.iter().map(|name| (Named::Artifact(String::new()), name.clone()));
            let secondary = artifacts.secondary_artifacts.iter();
            texts.extend(primary);
            texts.extend(secondary.filter_map(|(id, artifacts)| Some((Named::Artifact(id.clone()), artifacts.name.clone()?))));
        }
        let groups = spec.reports.keys().filter(|key| key.contains('$'));
        texts.extend(groups.map(|key| (Named::ReportGroup(key.clone()), key.clone())));
        texts
    }

    /// Asks whether the machine isolates as demanded, and opens the log. True: builds see the host's own paths.
    fn provision(&self) -> Result<bool, Ending> {
        let unconfined = match self.shop.runner.backend {
            _ if self.shop.imagine.is_some() => false,
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
        if self.row.environment.privileged_mode == Some(true) {
            self.log.say("privilegedMode gives nothing here: builds have no more rights by it, and no Docker daemon");
        }
        self.log.say(&format!("The image {} is a name here: commands see the programs of this machine", self.row.environment.image));
        self.flush()?;
        Ok(unconfined)
    }

    /// The level of isolation, for the build's provenance.
    fn isolation(&self) -> &'static str {
        match self.shop.runner.backend {
            _ if self.shop.imagine.is_some() => "imagined",
            Backend::Unconfined => Level::Unconfined.letter(),
            Backend::Exactly { level } => level.letter(),
            Backend::Isolated { .. } => probe_with(&self.shop.helper).level.letter(),
        }
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

    fn source(&self, execution: &Execution<'_>) -> Result<(Sources, Buildspec), Ending> {
        let (place, root, client) = (execution.place, execution.root(), self.client()?);
        let download =
            Download { client: &client, order: self.order, row: self.row, uuid: self.book.uuid(), place, log: self.log, execution };
        let mut sources = download.run()?;
        if sources.version.is_some() {
            let version = sources.version.clone();
            self.book.note(move |row, _| row.resolved_source_version.clone_from(&version));
        }
        let seen = format!("{root}/{}", sources.primary);
        self.log.say(&format!("CODEBUILD_SRC_DIR={seen}"));
        let Found { spec, location, sha256 } = spec::read(&client, self.row, &place.shared.join(&sources.primary), &seen)?;
        self.log.say(&format!("YAML location is {location}"));
        sources.taken.push(taken::buildspec(&location, sha256));
        if self.shop.imagine.is_none() {
            runtimes::check(&spec, self.log)?;
        }
        if let Some(version) = variables::source_version(self.row) {
            self.log.say(&format!("CODEBUILD_SOURCE_VERSION={version}"));
        }
        Ok((sources, spec))
    }

    /// Says in the log how the open phase ended.
    fn say_end(&self, ending: &Ending) -> Result<(), Error> {
        let open = self.book.load()?.and_then(|row| row.phases.last().map(|p| p.kind.clone())).unwrap_or_default();
        phase_complete(self.log, &open, ending.status, contexts(ending).first());
        Ok(())
    }

    /// Ends the open phase and the build as `ending` says.
    fn end_early(&self, ending: &Ending) -> Result<(), Error> {
        if self.row.s3_log.is_none() {
            self.say_end(ending)?;
        }
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
