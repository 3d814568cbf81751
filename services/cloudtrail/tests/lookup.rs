//! What the trail shows, and to whom.

use serde_json::{Value, json};
use testworld::World;

const A: &str = "111111111111";
const B: &str = "222222222222";

fn world() -> World {
    World::new(vec![cloudtrail::service(), iam::service(), sts::service()], &[A, B])
}

fn lookup(world: &World, account: &str, input: Value) -> Vec<Value> {
    let answer = world.call(Some(&world.administrator(account)), "cloudtrail:LookupEvents", input).unwrap();
    answer["Events"].as_array().unwrap().clone()
}

#[test]
fn events_by_attribute_newest_first_and_paged() {
    let world = world();
    let admin = world.administrator(A);
    for name in ["p1", "p2", "p3"] {
        let document = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
        world.call(Some(&admin), "iam:CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document.to_string()})).unwrap();
    }
    let by_name = json!([{"AttributeKey": "EventName", "AttributeValue": "CreatePolicy"}]);
    let events = lookup(&world, A, json!({"LookupAttributes": by_name}));
    let names: Vec<String> = events
        .iter()
        .map(|e| {
            serde_json::from_str::<Value>(e["CloudTrailEvent"].as_str().unwrap()).unwrap()["requestParameters"]["policyName"].to_string()
        })
        .collect();
    assert_eq!(names.len(), 3);
    let first = world.call(Some(&admin), "cloudtrail:LookupEvents", json!({"LookupAttributes": by_name, "MaxResults": 2})).unwrap();
    assert_eq!(first["Events"].as_array().unwrap().len(), 2);
    let rest = world
        .call(
            Some(&admin),
            "cloudtrail:LookupEvents",
            json!({"LookupAttributes": by_name, "MaxResults": 2, "NextToken": first["NextToken"]}),
        )
        .unwrap();
    assert_eq!(rest["Events"].as_array().unwrap().len(), 1);
    let id = events[0]["EventId"].clone();
    let one = lookup(&world, A, json!({"LookupAttributes": [{"AttributeKey": "EventId", "AttributeValue": id}]}));
    assert_eq!(one[0]["EventId"], id);
    assert_eq!(one[0]["EventSource"], "iam.amazonaws.com");
    assert_eq!(one[0]["ReadOnly"], "false");
}

#[test]
fn an_account_sees_its_own_calls_only() {
    let world = world();
    world.call(Some(&world.administrator(A)), "iam:ListRoles", json!({})).unwrap();
    let by_name = json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ListRoles"}]});
    assert_eq!(lookup(&world, A, by_name.clone()).len(), 1);
    assert!(lookup(&world, B, by_name).is_empty());
}

#[test]
fn input_that_makes_no_sense_is_refused() {
    let world = world();
    let admin = world.administrator(A);
    for (input, code) in [
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"StartTime": 2, "EndTime": 1}), "InvalidTimeRangeException"),
        (json!({"LookupAttributes": [{"AttributeKey": "Nope", "AttributeValue": "x"}]}), "InvalidLookupAttributesException"),
        (json!({"EventCategory": "insight"}), "NotImplemented"),
    ] {
        assert_eq!(world.call(Some(&admin), "cloudtrail:LookupEvents", input.clone()).unwrap_err().code, code, "{input}");
    }
}
