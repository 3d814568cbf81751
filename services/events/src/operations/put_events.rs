use crate::{Events, examples::with_bus, names::Bus, routing};
use base::{Arn, EpochTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Sends events to buses.
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
pub struct PutEvents;

/// The events.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutEventsInput {
    entries: Vec<Entry>,
    endpoint_id: Option<String>,
}

/// An event.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    time: Option<EpochTime>,
    source: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
    trace_header: Option<String>,
    /// An event of another bus as it is, and how many buses it came by: only a rule of a bus sends such, never a request.
    #[serde(skip)]
    forwarded: Option<(Value, u8)>,
}

impl PutEventsInput {
    /// An event that a rule sends on to another bus.
    pub(crate) fn forwarded(bus: &Arn, event: Value, hops: u8) -> Self {
        let text = |member: &str| event[member].as_str().map(str::to_owned);
        let entry = Entry {
            source: text("source"),
            detail_type: text("detail-type"),
            event_bus_name: Some(bus.to_string()),
            forwarded: Some((event, hops)),
            ..Entry::default()
        };
        Self { entries: vec![entry], endpoint_id: None }
    }
}

/// What became of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutEventsOutput {
    failed_entry_count: usize,
    entries: Vec<ResultEntry>,
}

/// An event's id, or why it was not taken.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultEntry {
    event_id: Option<String>,
    error_code: Option<&'static str>,
    error_message: Option<String>,
}

/// Bytes of all events of a call, as AWS counts them.
const LARGEST: usize = 1_048_576;
const MOST: usize = 10;

impl Entry {
    fn size(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail].into_iter().flatten().map(String::len).sum::<usize>();
        texts + self.resources.iter().map(String::len).sum::<usize>() + self.time.map_or(0, |_| 14)
    }

    /// The detail; or why the event is not taken.
    fn check(&self) -> Result<Value, (&'static str, String)> {
        if let Some((event, _)) = &self.forwarded {
            return Ok(event["detail"].clone());
        }
        let required = |name: &str, value: Option<&String>| match value.filter(|text| !text.is_empty()) {
            Some(_) => Ok(()),
            None => Err(("InvalidArgument", format!("Parameter {name} is not valid. Reason: {name} is a required argument."))),
        };
        required("Source", self.source.as_ref())?;
        required("DetailType", self.detail_type.as_ref())?;
        required("Detail", self.detail.as_ref())?;
        if self.source.as_deref().is_some_and(|source| source.starts_with("aws.")) {
            return Err(("NotAuthorizedForSourceException", "Not authorized for the source.".into()));
        }
        let detail = self.detail.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        detail.filter(Value::is_object).ok_or_else(|| ("MalformedDetail", "Detail is malformed.".into()))
    }
}

impl Operation for PutEvents {
    type Service = Events;
    const NAME: &'static str = "PutEvents";
    const READ_ONLY: bool = false;
    const DATA_EVENT: bool = true;
    type Input = PutEventsInput;
    type Output = PutEventsOutput;

    fn demands(input: &PutEventsInput, view: &mut View<'_, Events>) -> Result<Demands, Error> {
        if input.entries.is_empty() || input.entries.len() > MOST {
            return Err(Error::validation(format!("1 validation error detected: 'entries' must have between 1 and {MOST} members")));
        }
        let mut buses: BTreeMap<Arn, Vec<&Entry>> = BTreeMap::new();
        for entry in &input.entries {
            buses.entry(Bus::named(view, entry.event_bus_name.as_deref())?.arn()).or_default().push(entry);
        }
        Ok(Demands::all(buses.into_iter().map(|(bus, entries)| {
            let texts = |of: fn(&Entry) -> Option<&String>| entries.iter().filter_map(|entry| of(entry)).cloned().collect::<Vec<_>>();
            let by_rule = entries.iter().any(|entry| entry.forwarded.is_some());
            Demand::new("events:PutEvents", bus)
                .with("events:source", texts(|entry| entry.source.as_ref()))
                .with("events:detail-type", texts(|entry| entry.detail_type.as_ref()))
                .with("events:eventBusInvocation", by_rule)
        })))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: PutEventsInput) -> Result<PutEventsOutput, Error> {
        if input.endpoint_id.is_some() {
            return Err(Error::not_implemented("events:PutEvents with EndpointId"));
        }
        if input.entries.iter().map(Entry::size).sum::<usize>() > LARGEST {
            return Err(Error::validation("Total size of the entries in the request is over the limit."));
        }
        let mut entries = Vec::new();
        for entry in input.entries {
            entries.push(match entry.check() {
                Ok(detail) => taken(call, entry, detail)?,
                Err((code, message)) => ResultEntry { error_code: Some(code), error_message: Some(message), ..ResultEntry::default() },
            });
        }
        Ok(PutEventsOutput { failed_entry_count: entries.iter().filter(|entry| entry.error_code.is_some()).count(), entries })
    }

    fn example() -> Example {
        with_bus(json!({"Entries": [{"EventBusName": "example", "Source": "shop", "DetailType": "Order", "Detail": "{\"n\":1}"}]}))
    }

    /// What was sent stays with the rules.
    fn recorded(input: &PutEventsInput) -> Value {
        let told = |entry: &Entry| json!({"source": entry.source, "detailType": entry.detail_type, "eventBusName": entry.event_bus_name});
        json!({"entries": input.entries.iter().map(told).collect::<Vec<_>>()})
    }
}

fn taken(call: &mut Authorized<'_, PutEvents>, entry: Entry, detail: Value) -> Result<ResultEntry, Error> {
    let bus = Bus::named(call, entry.event_bus_name.as_deref())?;
    if bus.find(call)?.is_none() {
        let error_message = Some(format!("Event bus {} does not exist.", bus.name));
        return Ok(ResultEntry { error_code: Some("ResourceNotFoundException"), error_message, ..ResultEntry::default() });
    }
    let (event, hops) = match entry.forwarded {
        Some(forwarded) => forwarded,
        None => {
            let event = json!({
                "version": "0",
                "id": base::uuid(call.entropy()),
                "detail-type": entry.detail_type,
                "source": entry.source,
                "account": call.account()?,
                "time": entry.time.map_or_else(|| call.now(), |time| time.0).iso(),
                "region": bus.region,
                "resources": entry.resources,
                "detail": detail,
            });
            (event, 0)
        }
    };
    routing::route(call, &bus, &event, hops)?;
    Ok(ResultEntry { event_id: event["id"].as_str().map(str::to_owned), ..ResultEntry::default() })
}
