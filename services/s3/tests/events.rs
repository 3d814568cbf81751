//! What EventBridge is told of, in the transaction of the change.

mod common;

use common::{BUCKET, TOOLS, put, with_bucket};
use durable::{Engine, Next, Work, Workflow};
use gate::{Error, Protocol, Service, StepContext, Table};
use serde_json::{Value, json};
use testworld::{fails, ok};

/// A service that listens.
struct Listener;
impl Service for Listener {
    const NAME: &'static str = "listener";
    const PRINCIPAL: &'static str = "listener.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}
static HEARD: Table<Listener, Value> = Table::new("heard");

struct Listens;
impl Workflow for Listens {
    type Service = Listener;
    const NAME: &'static str = "Listens";
    type State = u64;
    fn token() -> Listener {
        Listener
    }
    fn step(work: &mut Work<'_, Self>, mut heard: u64) -> Result<Next<u64>, Error> {
        work.subscribe(&format!("s3/event/{TOOLS}"))?;
        for event in work.signals() {
            work.put(&HEARD, format!("{heard:04}").as_str(), &event)?;
            heard += 1;
        }
        Ok(Next::Wait(heard))
    }
    fn give_up(_: &mut Work<'_, Self>, _: u64, _: &Error) -> Result<(), Error> {
        Ok(())
    }
}

#[test]
fn changes_of_objects_are_told_to_event_bridge_alone() {
    let (world, admin) = with_bucket();
    let mut engine = Engine::new(world.gate.clone());
    engine.workflow::<Listens>();
    let context = StepContext { account: TOOLS.parse().unwrap(), region: world.gate.region().clone() };
    world.gate.step(&Listener, &context, |scope| durable::start::<Listens>(scope, "listens", context.account, &0)).unwrap();
    engine.run_due().unwrap();
    let of = |more: Value| {
        let mut input = json!({"Bucket": BUCKET});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    put(&world, &admin, "before", b"x");
    for name in ["TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations"] {
        let refused =
            fails(&world, &admin, "s3:PutBucketNotificationConfiguration", of(json!({"NotificationConfiguration": {name: [{"Id": "a"}]}})));
        assert!(refused.status == 501 && refused.message.contains(name), "{refused}");
    }
    ok(&world, &admin, "s3:PutBucketNotificationConfiguration", of(json!({"NotificationConfiguration": {"EventBridgeConfiguration": {}}})));
    assert_eq!(ok(&world, &admin, "s3:GetBucketNotificationConfiguration", of(json!({}))), json!({"EventBridgeConfiguration": {}}));
    put(&world, &admin, "a", b"hello");
    world.clock.advance(std::time::Duration::from_secs(1));
    ok(&world, &admin, "s3:CopyObject", of(json!({"Key": "b", "CopySource": format!("{BUCKET}/a")})));
    world.clock.advance(std::time::Duration::from_secs(1));
    ok(&world, &admin, "s3:DeleteObject", of(json!({"Key": "a"})));
    ok(&world, &admin, "s3:PutBucketNotificationConfiguration", of(json!({"NotificationConfiguration": ""})));
    put(&world, &admin, "after", b"x");
    engine.run_due().unwrap();
    let heard = world.gate.step(&Listener, &context, |scope| scope.scan::<[&str; 0], _>(&HEARD, &[])).unwrap();
    let told: Vec<_> = heard
        .iter()
        .map(|(_, e)| (e["detail-type"].clone(), e["detail"]["reason"].clone(), e["detail"]["object"]["key"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!("Object Created"), json!("PutObject"), json!("a")),
            (json!("Object Created"), json!("CopyObject"), json!("b")),
            (json!("Object Deleted"), json!("DeleteObject"), json!("a")),
        ]
    );
    let first = &heard[0].1;
    assert_eq!((&first["source"], &first["account"], &first["detail"]["object"]["size"]), (&json!("aws.s3"), &json!(TOOLS), &json!(5)));
    assert_eq!(first["detail"]["requester"], TOOLS);
    assert_eq!(heard[2].1["detail"]["deletion-type"], "Permanently Deleted");
}
