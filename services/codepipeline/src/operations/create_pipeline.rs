use crate::{
    CodePipeline, custom,
    declaration::PipelineDeclaration,
    error, examples,
    pipelines::{self, Tag, check_tags, pairs},
    roles,
    state::{PIPELINES, PipelineRow, Trigger, VERSIONS, digits},
    structure,
    workflows::{poller, run},
};
use base::Arn;
use gate::{Authorized, Demand, Demands, Error, Example, Operation, Protocol, Service, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Makes a pipeline and starts its first execution.
/// Source: <https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_CreatePipeline.html>
pub struct CreatePipeline;

/// The pipeline and its tags.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatePipelineInput {
    /// The pipeline.
    pub pipeline: PipelineDeclaration,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// The pipeline as it is kept.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatePipelineOutput {
    pipeline: PipelineDeclaration,
    tags: Vec<Tag>,
}

/// The demands of declaring a pipeline: the pipeline's own, and that of handing its role to the service.
pub(super) fn declaring(
    action: &'static str,
    facts: &View<'_, CodePipeline>,
    pipeline: &PipelineDeclaration,
    tags: &[Tag],
) -> Result<Demands, Error> {
    structure::check_name("pipeline.name", &pipeline.name)?;
    let demand = pipelines::demand(action, facts, &pipeline.name)?.with_tags(pairs(tags));
    if pipeline.role_arn.account() != Some(facts.account()?) {
        return Err(Error::access_denied(Protocol::Json, format!("Cross-account pass role is not allowed: {}", pipeline.role_arn)));
    }
    let pass = Demand::new("iam:PassRole", pipeline.role_arn.clone()).with("iam:PassedToService", CodePipeline::PRINCIPAL);
    Ok(passed_connections(pipeline).into_iter().fold(Demands::from(demand).and(pass), Demands::and))
}

/// Who declares a pipeline hands its connections to the service.
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeconnections.html>
fn passed_connections(pipeline: &PipelineDeclaration) -> Vec<Demand> {
    let actions = pipeline.stages.iter().flat_map(|stage| &stage.actions);
    let sources = actions.filter(|action| action.action_type_id.provider == "CodeStarSourceConnection");
    let mut arns: Vec<Arn> = sources.filter_map(|action| action.setting("ConnectionArn")?.parse().ok()).collect();
    arns.retain(|arn| ["codeconnections", "codestar-connections"].contains(&arn.service()));
    arns.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    arns.dedup();
    let pass = |arn: Arn| {
        let service = arn.service().to_owned();
        Demand::new(format!("{service}:PassConnection"), arn).with(format!("{service}:PassedToService"), CodePipeline::PRINCIPAL)
    };
    arns.into_iter().map(pass).collect()
}

/// The declaration with what AWS fills in.
pub(super) fn kept(mut pipeline: PipelineDeclaration, version: u64) -> PipelineDeclaration {
    pipeline.version = Some(version);
    pipeline.execution_mode.get_or_insert_with(|| "SUPERSEDED".into());
    pipeline.pipeline_type.get_or_insert_with(|| "V1".into());
    pipeline
}

impl Operation for CreatePipeline {
    type Service = CodePipeline;
    const NAME: &'static str = "CreatePipeline";
    const READ_ONLY: bool = false;
    type Input = CreatePipelineInput;
    type Output = CreatePipelineOutput;

    fn demands(input: &CreatePipelineInput, facts: &mut View<'_, CodePipeline>) -> Result<Demands, Error> {
        declaring("codepipeline:CreatePipeline", facts, &input.pipeline, &input.tags)
    }

    fn execute(call: &mut Authorized<'_, Self>, input: CreatePipelineInput) -> Result<CreatePipelineOutput, Error> {
        let account = call.account()?;
        let name = input.pipeline.name.clone();
        if call.get(&PIPELINES, &[account.as_str(), name.as_str()])?.is_some() {
            return Err(error::name_in_use(&name, account.as_str()));
        }
        check_tags(&input.tags)?;
        let customs = custom::of(call, account, &input.pipeline)?;
        structure::check(&input.pipeline, call.region().as_str(), &customs, call.is_rehearsed())?;
        roles::check(call, account, &input.pipeline)?;
        let now = call.now();
        let pipeline = kept(input.pipeline, 1);
        let mut row = PipelineRow {
            generation: base::uuid(call.entropy()),
            version: 1,
            created: now,
            updated: now,
            tags: input.tags.iter().map(|t| (t.key.clone(), t.value.clone())).collect(),
            poller: None,
        };
        poller::replace(call, account, &pipeline, &mut row)?;
        call.put(&PIPELINES, &[account.as_str(), name.as_str()], &row)?;
        call.put(&VERSIONS, &[account.as_str(), name.as_str(), digits(1).as_str()], &pipeline)?;
        let trigger = Trigger { trigger_type: "CreatePipeline".into(), trigger_detail: Some(call.caller().name()) };
        run::start(call, account, &pipeline, &row, run::Start::by(trigger, pipelines::defaults(&pipeline)))?;
        Ok(CreatePipelineOutput { pipeline, tags: input.tags })
    }

    fn example() -> Example {
        examples::with_role(json!({"pipeline": examples::pipeline()})).inside(["sts:AssumeRole"])
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![
            (
                "with tags",
                examples::with_role(json!({"pipeline": examples::pipeline(), "tags": [{"key": "team", "value": "shop"}]}))
                    .inside(["sts:AssumeRole"]),
            ),
            ("with an action's own role", examples::with_action_role()),
        ]
    }
}
