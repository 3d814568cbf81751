use crate::{
    Iam,
    examples::last_accessed,
    last_used::{EntityRow, JobState, job},
    pages::page,
};
use base::{Arn, IsoTime};
use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The report of a job, by the entities that used one service.
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetailsWithEntities.html>
pub struct GetServiceLastAccessedDetailsWithEntities;

/// Which report and service.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    job_id: String,
    service_namespace: String,
    max_items: Option<usize>,
    marker: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(flatten)]
    state: JobState,
    entity_details_list: Vec<EntityDetails>,
    is_truncated: bool,
    marker: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntityDetails {
    entity_info: EntityInfo,
    last_authenticated: Option<IsoTime>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntityInfo {
    arn: Arn,
    name: String,
    #[serde(rename = "Type")]
    kind: String,
    id: String,
    path: String,
}

impl EntityDetails {
    fn of(row: EntityRow, service: &str) -> Self {
        let last_authenticated = row.used.get(service).copied().map(IsoTime);
        let EntityRow { arn, name, kind, id, path, .. } = row;
        Self { entity_info: EntityInfo { arn, name, kind, id, path }, last_authenticated }
    }
}

impl Operation for GetServiceLastAccessedDetailsWithEntities {
    type Service = Iam;
    const NAME: &'static str = "GetServiceLastAccessedDetailsWithEntities";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(_input: &Input, _facts: &mut View<'_, Iam>) -> Result<Demands, Error> {
        Ok(Demand::any("iam:GetServiceLastAccessedDetailsWithEntities").into())
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        let row = job(call, &input.job_id)?;
        let state = JobState::of(&row);
        let granted = row.services.iter().any(|service| service.namespace == input.service_namespace);
        let entities = if granted { row.entities } else { Vec::new() };
        let mut entities: Vec<EntityRow> = entities;
        entities.sort_by(|a, b| a.arn.cmp(&b.arn));
        let page = page(entities, |entity| entity.arn.to_string(), input.marker.as_deref(), input.max_items)?;
        Ok(Output {
            state,
            entity_details_list: page.items.into_iter().map(|row| EntityDetails::of(row, &input.service_namespace)).collect(),
            is_truncated: page.marker.is_some(),
            marker: page.marker,
        })
    }

    fn example() -> Example {
        last_accessed().then(json!({"JobId": "$1/JobId", "ServiceNamespace": "s3"}))
    }
}
