//! Long work: steps and timers in order, signals and the feed, retries and giving up, commands until they are done.

use base::{AccountId, Region};
use durable::{Engine, Next, Work, Workflow};
use gate::{Error, Protocol, Registration, Scope, Service, StepContext, Table};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use testworld::{REGION, World};

const ACCOUNT: &str = "111111111111";

struct Kitchen(());
impl Service for Kitchen {
    const NAME: &'static str = "kitchen";
    const PRINCIPAL: &'static str = "kitchen.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// What happened, in order.
static DIARY: Table<Kitchen, String> = Table::new("diary");

fn write(scope: &mut Scope<'_, Kitchen>, line: &str) -> Result<(), Error> {
    let n = scope.scan::<[&str; 0], _>(&DIARY, &[])?.len();
    scope.put(&DIARY, format!("{n:04}").as_str(), &line.to_string())
}

/// Cooks: waits for a timer, then for a signal, then asks for a command, whose handler signals the end.
struct Cook;

#[derive(Serialize, Deserialize)]
enum Cooking {
    Begin,
    Boiling,
    Tasting,
    Serving,
    Failing,
    Panicking,
    /// Does something, and then one of the two above.
    ThenFailing,
    ThenPanicking,
}

impl Workflow for Cook {
    type Service = Kitchen;
    const NAME: &'static str = "Cook";
    type State = Cooking;
    fn token() -> Kitchen {
        Kitchen(())
    }
    fn step(work: &mut Work<'_, Self>, state: Cooking) -> Result<Next<Cooking>, Error> {
        match state {
            Cooking::Begin => {
                write(work, "begun")?;
                work.subscribe("kitchen/salt")?;
                let boiled = work.now().plus(Duration::from_secs(600));
                Ok(Next::At(Cooking::Boiling, boiled))
            }
            Cooking::Boiling => {
                write(work, "boiled")?;
                Ok(Next::Wait(Cooking::Tasting))
            }
            Cooking::Tasting => {
                for signal in work.signals() {
                    write(work, &format!("tasted {signal}"))?;
                }
                work.command("serve", "serve-1", json!({"table": 7}))?;
                Ok(Next::Wait(Cooking::Serving))
            }
            Cooking::Serving => {
                write(work, "served")?;
                Ok(Next::Done)
            }
            Cooking::Failing => {
                write(work, "never seen")?;
                Err(Error::internal("burnt"))
            }
            Cooking::Panicking => panic!("on purpose"),
            Cooking::ThenFailing => write(work, "washed").map(|()| Next::Go(Cooking::Failing)),
            Cooking::ThenPanicking => write(work, "washed").map(|()| Next::Go(Cooking::Panicking)),
        }
    }
    fn give_up(work: &mut Work<'_, Self>, _state: Cooking, error: &Error) -> Result<(), Error> {
        write(work, &format!("given up: {}", error.message))
    }
}

struct Place {
    world: World,
    engine: Engine,
    served: Arc<AtomicUsize>,
}

fn context() -> StepContext {
    StepContext { account: account(), region: Region::new(REGION) }
}

fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

impl Place {
    /// Whose handler fails so often before it does its work.
    fn new(failures: usize) -> Self {
        let world = World::new(vec![Registration::new::<Kitchen>(), iam::service(), sts::service()], &[ACCOUNT]);
        let mut engine = Engine::new(world.gate.clone());
        let served: Arc<AtomicUsize> = Arc::default();
        let count = served.clone();
        engine.workflow::<Cook>().handler::<Kitchen>("serve", move |agent| {
            if count.fetch_add(1, Ordering::SeqCst) < failures {
                return Err(Error::internal("the waiter stumbled"));
            }
            assert_eq!(agent.command.payload["table"], 7);
            agent.gate.step(&Kitchen(()), &context(), |scope| durable::signal(scope, "dish", json!("served")))
        });
        Self { world, engine, served }
    }
    fn step<T>(&self, work: impl FnMut(&mut Scope<'_, Kitchen>) -> Result<T, Error>) -> T {
        self.world.gate.step(&Kitchen(()), &context(), work).unwrap()
    }
    fn start(&self, state: Cooking) {
        self.step(|scope| durable::start::<Cook>(scope, "dish", account(), &state));
    }
    fn diary(&self) -> Vec<String> {
        self.step(|scope| Ok(scope.scan::<[&str; 0], _>(&DIARY, &[])?.into_iter().map(|(_, line)| line).collect()))
    }
    fn advance(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
    }
}

#[test]
fn steps_timers_signals_and_commands_in_their_order() {
    let place = Place::new(0);
    place.start(Cooking::Begin);
    let next = place.engine.run_due().unwrap();
    assert_eq!(place.diary(), ["begun"]);
    assert!(next.is_some(), "a timer is set");
    place.advance(599);
    place.engine.run_due().unwrap();
    assert_eq!(place.diary(), ["begun"], "the timer has not come");
    place.advance(1);
    place.engine.run_due().unwrap();
    assert_eq!(place.diary(), ["begun", "boiled"]);
    place.step(|scope| durable::publish(scope, "salt", json!("more")));
    place.engine.run_due().unwrap();
    assert_eq!(place.diary(), ["begun", "boiled", "tasted \"more\"", "served"]);
    assert_eq!(place.served.load(Ordering::SeqCst), 1);
    assert!(Engine::under_way(&place.world.gate, None).unwrap().is_empty());
    place.step(|scope| durable::publish(scope, "salt", json!("late")));
    assert_eq!(place.engine.run_due().unwrap(), None, "who has ended takes no notice");
}

#[test]
fn a_signal_comes_before_the_timer() {
    let place = Place::new(0);
    place.start(Cooking::Begin);
    place.engine.run_due().unwrap();
    place.step(|scope| durable::signal(scope, "dish", json!("hurry")));
    place.engine.run_due().unwrap();
    assert_eq!(place.diary(), ["begun", "boiled"]);
}

#[test]
fn a_step_that_panics_is_given_up_too() {
    let place = Place::new(0);
    place.start(Cooking::Panicking);
    for _ in 0..6 {
        place.engine.run_due().unwrap();
        place.advance(60);
    }
    assert!(place.diary()[0].contains("panicked"), "{:?}", place.diary());
}

#[test]
fn a_step_that_fails_leaves_nothing_is_tried_again_and_given_up_honestly() {
    let place = Place::new(0);
    place.start(Cooking::Failing);
    for _ in 0..5 {
        place.engine.run_due().unwrap();
        assert!(place.diary().is_empty(), "what a failed step wrote is gone");
        place.advance(60);
    }
    place.engine.run_due().unwrap();
    let diary = place.diary();
    assert_eq!(diary.len(), 1);
    assert!(diary[0].starts_with("given up:") && diary[0].contains("burnt"), "{diary:?}");
    assert!(Engine::under_way(&place.world.gate, Some(account())).unwrap().is_empty());
}

#[test]
fn what_precedes_a_step_that_fails_is_kept_and_done_once() {
    for (state, why) in [(Cooking::ThenFailing, "burnt"), (Cooking::ThenPanicking, "panicked")] {
        let place = Place::new(0);
        place.start(state);
        for _ in 0..8 {
            place.engine.run_due().unwrap();
            place.advance(60);
        }
        let diary = place.diary();
        assert_eq!((diary.len(), diary[0].as_str()), (2, "washed"), "{diary:?}");
        assert!(diary[1].starts_with("given up:") && diary[1].contains(why), "{diary:?}");
    }
}

#[test]
fn work_that_is_under_way_is_not_started_twice() {
    let place = Place::new(0);
    place.start(Cooking::Begin);
    let again = place.world.gate.step(&Kitchen(()), &context(), |scope| durable::start::<Cook>(scope, "dish", account(), &Cooking::Begin));
    assert!(again.is_err());
    place.engine.run_due().unwrap();
    assert_eq!(place.diary(), ["begun"]);
}

#[test]
fn a_command_is_done_until_it_succeeds() {
    let place = Place::new(1);
    place.start(Cooking::Begin);
    place.engine.run_due().unwrap();
    place.advance(600);
    place.engine.run_due().unwrap();
    place.step(|scope| durable::signal(scope, "dish", json!("salt")));
    assert!(place.engine.run_due().is_err(), "the first try fails");
    assert!(!place.diary().contains(&"served".to_string()));
    place.engine.run_due().unwrap();
    assert_eq!(place.served.load(Ordering::SeqCst), 1, "not again at once");
    place.advance(1);
    place.engine.run_due().unwrap();
    assert_eq!(place.served.load(Ordering::SeqCst), 2);
    assert!(place.diary().contains(&"served".to_string()));
}

#[test]
fn a_running_engine_does_the_same_by_itself() {
    let place = Place::new(0);
    place.start(Cooking::Begin);
    let Place { world, engine, served } = place;
    let diary = || {
        let read = |scope: &mut Scope<'_, Kitchen>| {
            Ok(scope.scan::<[&str; 0], _>(&DIARY, &[])?.into_iter().map(|(_, line)| line).collect::<Vec<String>>())
        };
        world.gate.step(&Kitchen(()), &context(), read).unwrap()
    };
    let until = |count: usize| {
        while diary().len() < count {
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let running = engine.start(|what, error| panic!("{what}: {error}"));
    until(1);
    for (signal, lines) in [("one", 2), ("two", 4)] {
        world.gate.step(&Kitchen(()), &context(), |scope| durable::signal(scope, "dish", json!(signal))).unwrap();
        until(lines);
    }
    assert_eq!(served.load(Ordering::SeqCst), 1);
    let lines: Vec<String> = diary();
    assert_eq!(lines, ["begun", "boiled", "tasted \"two\"", "served"]);
    running.stop(Duration::from_secs(5));
}
