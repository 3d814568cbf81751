//! Several engines over one store, releases that do not know what they find, and ends that cannot be written.

use base::{AccountId, Region, Timestamp};
use durable::{Engine, Held, LEASE, Next, Status, Survey, TOGETHER, Work, Workflow};
use gate::{Error, Protocol, Registration, Scope, Service, StepContext, Table};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};
use testworld::{REGION, World};

const ACCOUNT: &str = "111111111111";

struct Mill(());

impl Service for Mill {
    const NAME: &'static str = "mill";
    const PRINCIPAL: &'static str = "mill.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// What was done, in order.
static DIARY: Table<Mill, String> = Table::new("diary");

fn write(scope: &mut Scope<'_, Mill>, line: &str) -> Result<(), Error> {
    let n = scope.scan::<[&str; 0], _>(&DIARY, &[])?.len();
    scope.put(&DIARY, format!("{n:04}").as_str(), &line.to_string())
}

#[derive(Serialize, Deserialize)]
enum Grinding {
    /// So many steps, one after another.
    Steps(usize),
    /// By the handler.
    Order,
    Waiting,
    /// Fails, and so does its end.
    Jammed,
}

struct Grind;

impl Workflow for Grind {
    type Service = Mill;
    const NAME: &'static str = "Grind";
    type State = Grinding;
    fn token() -> Mill {
        Mill(())
    }
    fn step(work: &mut Work<'_, Self>, state: Grinding) -> Result<Next<Grinding>, Error> {
        match state {
            Grinding::Steps(0) => Ok(Next::Done),
            Grinding::Steps(n) => {
                write(work, &format!("step {n}"))?;
                Ok(Next::Go(Grinding::Steps(n - 1)))
            }
            Grinding::Order => {
                work.command("bake", "loaf", json!({}))?;
                Ok(Next::Wait(Grinding::Waiting))
            }
            Grinding::Waiting => Ok(Next::Done),
            Grinding::Jammed => Err(Error::internal("a stone in the mill")),
        }
    }
    fn give_up(_work: &mut Work<'_, Self>, _state: Grinding, _error: &Error) -> Result<(), Error> {
        panic!("no way out")
    }
}

/// The same work, as a later release writes it.
struct LaterGrind;

impl Workflow for LaterGrind {
    type Service = Mill;
    const NAME: &'static str = "Grind";
    type State = Grinding;
    const VERSION: u32 = 2;
    fn token() -> Mill {
        Mill(())
    }
    fn step(work: &mut Work<'_, Self>, _state: Grinding) -> Result<Next<Grinding>, Error> {
        write(work, "by the later release")?;
        Ok(Next::Done)
    }
    fn give_up(_work: &mut Work<'_, Self>, _state: Grinding, _error: &Error) -> Result<(), Error> {
        Ok(())
    }
}

fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

fn context() -> StepContext {
    StepContext { account: account(), region: Region::new(REGION) }
}

/// Two machines over one store, each with a gate and a clock of its own.
struct Town {
    worlds: [World; 2],
}

impl Town {
    fn new() -> Self {
        let (store, blobs) = (store::Store::memory(), store::Blobs::memory());
        let world = |_| {
            let services = vec![Registration::new::<Mill>(), iam::service(), sts::service()];
            World::over(store.clone(), blobs.clone(), services, &[ACCOUNT])
        };
        Self { worlds: [0, 1].map(world) }
    }
    fn engine(&self, machine: usize, name: &str) -> Engine {
        let mut engine = Engine::new(self.worlds[machine].gate.clone()).named(name);
        engine.workflow::<Grind>();
        engine
    }
    fn step<T>(&self, work: impl FnMut(&mut Scope<'_, Mill>) -> Result<T, Error>) -> T {
        self.worlds[0].gate.step(&Mill(()), &context(), work).unwrap()
    }
    fn start(&self, state: &Grinding) {
        self.step(|scope| durable::start::<Grind>(scope, "flour", account(), state));
    }
    fn diary(&self) -> Vec<String> {
        self.step(|scope| Ok(scope.scan::<[&str; 0], _>(&DIARY, &[])?.into_iter().map(|(_, line)| line).collect()))
    }
    fn survey(&self) -> Survey {
        self.step(durable::survey)
    }
    fn advance(&self, duration: Duration) {
        self.worlds.iter().for_each(|world| world.clock.advance(duration));
    }
    fn now(&self) -> Timestamp {
        base::Clock::now(&*self.worlds[0].clock)
    }
}

/// Waits for what other threads do.
fn soon(what: &str, done: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("waited in vain for {what}");
}

#[test]
fn two_engines_make_each_step_once() {
    let town = Town::new();
    let running: Vec<_> =
        [0, 1].map(|n| town.engine(n, &format!("worker-{n}")).start(|what, error| panic!("{what}: {error}"))).into_iter().collect();
    for round in 0..20 {
        town.start(&Grinding::Steps(10));
        soon(&format!("the end of round {round}"), || town.survey().work.is_empty());
    }
    running.into_iter().for_each(|engine| drop(engine.stop(Duration::from_secs(5))));
    let expected: Vec<String> = (0..20).flat_map(|_| (1..=10).rev().map(|n| format!("step {n}"))).collect();
    assert_eq!(town.diary(), expected);
}

/// More steps than are made together.
const MANY: usize = TOGETHER + 2;

/// What is written by the first so many of them.
fn diary(steps: usize) -> Vec<String> {
    (1..=MANY).rev().take(steps).map(|n| format!("step {n}")).collect()
}

#[test]
fn who_makes_a_step_keeps_the_work_until_the_lease_ends() {
    let town = Town::new();
    town.start(&Grinding::Steps(MANY));
    let (one, other) = (town.engine(0, "one"), town.engine(1, "other"));
    assert!(one.run_next().unwrap());
    assert_eq!(other.run_due().unwrap(), Some(town.now().plus(LEASE)), "it looks again when the lease ends");
    assert_eq!(town.diary(), diary(TOGETHER));
    assert_eq!(town.survey().work[0].lease.as_ref().map(|lease| lease.worker.as_str()), Some("one"));
    town.advance(LEASE);
    other.run_due().unwrap();
    assert_eq!(town.diary(), diary(MANY));
    assert!(!one.run_next().unwrap(), "nothing is left");
}

#[test]
fn an_engine_that_starts_again_takes_its_own_over_at_once() {
    let town = Town::new();
    town.start(&Grinding::Steps(MANY));
    town.engine(0, "one").run_next().unwrap();
    assert_eq!(town.diary(), diary(TOGETHER));
    town.engine(1, "one").run_due().unwrap();
    assert_eq!(town.diary(), diary(MANY));
}

/// An engine whose handler tells that it has begun, waits to be let go on, and then writes if the command is still its own.
fn baker(town: &Town, machine: usize, name: &'static str, hold: Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>) -> Engine {
    let mut engine = town.engine(machine, name);
    let hold = Mutex::new(hold);
    engine.handler::<Mill>("bake", move |agent| {
        if let Some((begun, go_on)) = &*hold.lock().unwrap() {
            begun.send(()).unwrap();
            go_on.recv().unwrap();
        }
        agent.gate.step(&Mill(()), &context(), |scope| {
            let own = agent.holds(scope)?;
            if own {
                write(scope, &format!("baked by {name}"))?;
                durable::signal(scope, "flour", json!("baked"))?;
            }
            Ok(())
        })
    });
    engine
}

#[test]
fn a_command_whose_lease_went_to_another_changes_nothing_any_more() {
    let town = Town::new();
    town.start(&Grinding::Order);
    let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
    let (slow, quick) = (baker(&town, 0, "slow", Some((begun, may_go_on))), baker(&town, 1, "quick", None));
    std::thread::scope(|scope| {
        let slow = scope.spawn(move || slow.run_due().unwrap());
        has_begun.recv().unwrap();
        assert_eq!(quick.run_due().unwrap(), Some(town.now().plus(LEASE)));
        let waiting = &town.survey().commands[0];
        assert_eq!((waiting.attempts, waiting.lease.as_ref().unwrap().worker.as_str()), (1, "slow"));
        assert!(town.diary().is_empty(), "one of them does it");
        // The first one is as good as dead: nobody renews its lease.
        town.advance(LEASE);
        quick.run_due().unwrap();
        assert_eq!(town.diary(), ["baked by quick"]);
        go_on.send(()).unwrap();
        slow.join().unwrap();
    });
    assert_eq!(town.diary(), ["baked by quick"]);
    let survey = town.survey();
    assert!(survey.work.is_empty() && survey.commands.is_empty(), "{survey:?}");
}

#[test]
fn a_running_engine_renews_the_leases_of_what_it_has_in_hand() {
    let town = Town::new();
    town.start(&Grinding::Order);
    let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
    let running = baker(&town, 0, "slow", Some((begun, may_go_on))).start(|what, error| panic!("{what}: {error}"));
    has_begun.recv().unwrap();
    let before = town.survey().commands[0].lease.clone().unwrap().until;
    town.advance(LEASE * 3 / 4);
    // Whatever is committed about due work wakes the engine.
    town.step(|scope| durable::start::<Grind>(scope, "more", account(), &Grinding::Steps(0)));
    soon("a renewed lease", || town.survey().commands[0].lease.clone().unwrap().until > before);
    go_on.send(()).unwrap();
    running.stop(Duration::from_secs(5));
    assert_eq!(town.diary(), ["baked by slow"]);
}

#[test]
fn what_a_release_does_not_know_is_left_as_it_is_and_shown() {
    let town = Town::new();
    town.start(&Grinding::Steps(1));
    let ignorant = Engine::new(town.worlds[0].gate.clone());
    let said = ignorant.run_due().unwrap_err();
    assert!(said.message.contains("does not know the workflow mill/Grind"), "{said}");
    assert_eq!(ignorant.run_due().unwrap(), None, "it is said once, and nothing else waits for it");
    let left = town.survey().work[0].left.clone();
    assert!(left.is_some_and(|why| why.contains("mill/Grind")));
    town.engine(0, "server").run_due().unwrap();
    assert_eq!(town.diary(), ["step 1"]);
    assert!(town.survey().work.is_empty());
}

#[test]
fn a_state_of_a_later_version_is_left_to_the_later_release() {
    let town = Town::new();
    town.step(|scope| durable::start::<LaterGrind>(scope, "flour", account(), &Grinding::Steps(1)));
    let earlier = town.engine(0, "server");
    assert!(earlier.run_due().unwrap_err().message.contains("version 2"));
    town.advance(Duration::from_secs(86_400));
    assert_eq!(earlier.run_due().unwrap(), None);
    assert!(town.diary().is_empty());
    let under = &town.survey().work[0];
    assert_eq!((under.status, under.failures), (Status::Running, 0), "it has not failed");
    let mut later = Engine::new(town.worlds[1].gate.clone());
    later.workflow::<LaterGrind>();
    later.run_due().unwrap();
    assert_eq!(town.diary(), ["by the later release"]);
}

#[test]
fn work_whose_end_cannot_be_written_stays_and_says_why() {
    let town = Town::new();
    town.start(&Grinding::Jammed);
    let engine = town.engine(0, "server");
    let mut waits = Vec::new();
    for _ in 0..9 {
        // The last ones fail to write the end, which is reported.
        let _ = engine.run_due();
        let under = town.survey().work[0].clone();
        waits.extend(under.wake.map(|wake| wake.since(town.now()).as_secs()));
        town.advance(Duration::from_secs(600));
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128], "each pause is twice the one before");
    let under = &town.survey().work[0];
    assert_eq!(under.status, Status::Failed);
    let why = under.error.clone().unwrap();
    assert!(why.contains("its end could not be written") && why.contains("no way out"), "{why}");
    assert!(!engine.run_next().unwrap(), "it is not tried for ever");
}

#[test]
fn a_command_that_panics_is_tried_again_later_and_shown() {
    let town = Town::new();
    town.start(&Grinding::Order);
    let mut engine = town.engine(0, "server");
    let tries = Arc::new(Mutex::new(Vec::<Held>::new()));
    let seen = tries.clone();
    engine.handler::<Mill>("bake", move |agent| {
        seen.lock().unwrap().push(agent.held());
        panic!("the oven is cold")
    });
    assert!(engine.run_due().is_err());
    let waiting = town.survey().commands[0].clone();
    assert_eq!((waiting.failures, waiting.next), (1, Some(town.now().plus(Duration::from_secs(1)))));
    assert!(waiting.error.is_some_and(|why| why.contains("the oven is cold")));
    engine.run_due().unwrap();
    assert_eq!(tries.lock().unwrap().len(), 1, "not before its time");
    town.advance(Duration::from_secs(1));
    assert!(engine.run_due().is_err());
    assert_eq!(town.survey().commands[0].failures, 2);
}
