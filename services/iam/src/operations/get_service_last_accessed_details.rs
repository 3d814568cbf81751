use crate::{
    Iam,
    examples::last_accessed,
    last_used::{JobState, LastUse, ServiceRow, job},
    pages::page,
};
use base::{Arn, IsoTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The report of a job, by service.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html>
pub struct GetServiceLastAccessedDetails;

/// Which report.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    job_id: String,
    max_items: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(flatten)]
    state: JobState,
    job_type: &'static str,
    services_last_accessed: Vec<ServiceLastAccessed>,
    is_truncated: bool,
    marker: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceLastAccessed {
    service_name: &'static str,
    service_namespace: String,
    last_authenticated: Option<IsoTime>,
    last_authenticated_entity: Option<Arn>,
    last_authenticated_region: Option<String>,
    total_authenticated_entities: usize,
    tracked_actions_last_accessed: Option<Vec<TrackedAction>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TrackedAction {
    action_name: String,
    last_accessed_entity: Option<Arn>,
    last_accessed_time: Option<IsoTime>,
    last_accessed_region: Option<String>,
}

fn parts(last: Option<(LastUse, Arn)>) -> (Option<IsoTime>, Option<Arn>, Option<String>) {
    match last {
        Some((last, arn)) => (Some(IsoTime(last.time)), Some(arn), Some(last.region)),
        None => (None, None, None),
    }
}

impl ServiceLastAccessed {
    fn of(row: ServiceRow) -> Self {
        let (last_authenticated, last_authenticated_entity, last_authenticated_region) = parts(row.last);
        // As on AWS: nothing is said of the actions of a service that was not used.
        let any = row.actions.iter().any(|(_, last)| last.is_some());
        let tracked = row.actions.into_iter().map(|(action_name, last)| {
            let (last_accessed_time, last_accessed_entity, last_accessed_region) = parts(last);
            TrackedAction { action_name, last_accessed_entity, last_accessed_time, last_accessed_region }
        });
        Self {
            service_name: actions::service_name(&row.namespace).map_or("", |service| service.name),
            last_authenticated,
            last_authenticated_entity,
            last_authenticated_region,
            total_authenticated_entities: row.entities,
            tracked_actions_last_accessed: any.then(|| tracked.collect()),
            service_namespace: row.namespace,
        }
    }
}

impl Operation for GetServiceLastAccessedDetails {
    type Service = Iam;
    const NAME: &'static str = "GetServiceLastAccessedDetails";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GetServiceLastAccessedDetails").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = job(call, &input.job_id)?;
        let state = JobState::of(&row);
        let page = page(row.services, |service| service.namespace.clone(), input.marker.as_deref(), input.max_items)?;
        Ok(Output {
            state,
            job_type: if row.by_action { "ACTION_LEVEL" } else { "SERVICE_LEVEL" },
            services_last_accessed: page.items.into_iter().map(ServiceLastAccessed::of).collect(),
            is_truncated: page.marker.is_some(),
            marker: page.marker,
        })
    }

    fn example() -> Example {
        last_accessed().then(json!({"JobId": "$1/JobId"}))
    }
}
