//! Failures of our own side are tried again; long stories are told in pages.

mod setup;

use gate::{Error, Physical, Property, Protocol, Registration, ResourceContext, ResourceType, Service};
use serde_json::{Value, json};
use setup::{Setup, with_template};
use std::sync::{Arc, Mutex};

struct Shaky;
impl Service for Shaky {
    const NAME: &'static str = "shaky";
    const PRINCIPAL: &'static str = "shaky.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// A type whose first `failures` creations fail. Keeps the names that it was asked for.
struct Thing {
    failures: usize,
    names: Arc<Mutex<Vec<String>>>,
}

impl ResourceType for Thing {
    fn name(&self) -> &'static str {
        "Shaky::Thing"
    }
    fn properties(&self) -> &'static [Property] {
        static PROPERTIES: [Property; 1] = [Property::optional("Word")];
        &PROPERTIES
    }
    fn create(&self, context: &mut ResourceContext<'_>, _properties: &Value) -> Result<Physical, Error> {
        let name = context.generated_name(64);
        let mut names = self.names.lock().unwrap();
        names.push(name.clone());
        if names.len() <= self.failures { Err(Error::internal("shaken")) } else { Ok(Physical::new(name)) }
    }
    fn update(&self, _context: &mut ResourceContext<'_>, id: &str, _old: &Value, _new: &Value) -> Result<Physical, Error> {
        Ok(Physical::new(id))
    }
    fn delete(&self, _context: &mut ResourceContext<'_>, _id: &str, _properties: &Value) -> Result<(), Error> {
        Ok(())
    }
}

fn shaky(failures: usize) -> (Setup, Arc<Mutex<Vec<String>>>) {
    let names = Arc::default();
    let thing = Thing { failures, names: Arc::clone(&names) };
    (Setup::with(Registration::new::<Shaky>().resource_type(thing)), names)
}

const ONE: &str = "Resources:\n  A:\n    Type: Shaky::Thing\n";

#[test]
fn a_shaken_call_is_made_again_under_the_same_name() {
    let (s, names) = shaky(2);
    s.create("app", ONE);
    assert_eq!(s.status("app"), "CREATE_COMPLETE");
    assert_eq!(
        s.events("app"),
        ["app CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS", "A CREATE_COMPLETE", "app CREATE_COMPLETE"]
    );
    let names = names.lock().unwrap();
    assert!(names.len() == 3 && names.iter().all(|name| *name == names[0]), "{names:?}");
}

#[test]
fn not_for_ever() {
    let (s, names) = shaky(usize::MAX);
    s.create("app", ONE);
    assert_eq!(s.status("app"), "ROLLBACK_COMPLETE");
    assert!(s.reason("app", "CREATE_FAILED").contains("HandlerErrorCode: ServiceInternalError"));
    assert_eq!(names.lock().unwrap().len(), 4);
}

#[test]
fn too_slow_a_creation_is_given_up() {
    let (s, _) = shaky(2);
    let mut input = with_template("app", ONE);
    input["TimeoutInMinutes"] = json!(1);
    s.ok("cloudformation:CreateStack", input);
    s.run();
    assert_eq!(s.status("app"), "ROLLBACK_COMPLETE");
    assert!(s.reason("app", "ROLLBACK_IN_PROGRESS").starts_with("Stack creation time exceeded the specified timeout."));
}

#[test]
fn events_come_in_pages() {
    let (s, _) = shaky(0);
    let many: String = (0..80).map(|n| format!("  R{n}:\n    Type: Shaky::Thing\n")).collect();
    s.create("app", &format!("Resources:\n{many}"));
    let events = s.events("app");
    assert_eq!(events.len(), 2 + 3 * 80);
    assert_eq!((events[0].as_str(), events[241].as_str()), ("app CREATE_IN_PROGRESS", "app CREATE_COMPLETE"));
    s.fails("ValidationError", "cloudformation:DescribeStackEvents", json!({"StackName": "app", "NextToken": "other"}));
}
