use crate::{Ecr, error::invalid, examples::with_repository, repositories, shapes::RepositoryInfo, state::REPOSITORIES};

use gate::{Authorized, Demand, Demands, Error, Example, Operation, View};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Names in one call.
const MOST_NAMES: usize = 100;

/// The repositories of a registry, or some by their names.
/// Source: <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html>
pub struct DescribeRepositories;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    registry_id: Option<String>,
    #[serde(default)]
    repository_names: Vec<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    repositories: Vec<RepositoryInfo>,
    next_token: Option<String>,
}

impl Operation for DescribeRepositories {
    type Service = Ecr;
    const NAME: &'static str = "DescribeRepositories";
    const READ_ONLY: bool = true;
    type Input = Input;
    type Output = Output;

    fn demands(input: &Input, facts: &mut View<'_, Ecr>) -> Result<Demands, Error> {
        if input.repository_names.is_empty() {
            let registry = repositories::registry(facts, input.registry_id.as_deref())?;
            return Ok(Demand::new("ecr:DescribeRepositories", repositories::arn(facts, registry, "*")).into());
        }
        if input.repository_names.len() > MOST_NAMES {
            return Err(invalid("repositoryNames", "Member must have length less than or equal to 100"));
        }
        let names = input.repository_names.iter();
        let on = |name: &String| repositories::demand(facts, "ecr:DescribeRepositories", input.registry_id.as_deref(), name);
        Ok(Demands::all(names.map(on).collect::<Result<Vec<_>, _>>()?))
    }

    fn execute(call: &mut Authorized<'_, Self>, input: Input) -> Result<Output, Error> {
        if !input.repository_names.is_empty() {
            if input.next_token.is_some() || input.max_results.is_some() {
                return Err(invalid("repositoryNames", "nextToken and maxResults are not given with repositoryNames"));
            }
            let load = |name: &String| Ok(RepositoryInfo::of(repositories::load(call, input.registry_id.as_deref(), name)?));
            let repositories = input.repository_names.iter().map(load).collect::<Result<_, Error>>()?;
            return Ok(Output { repositories, next_token: None });
        }
        let limit = crate::listing::limit(input.max_results)?;
        let registry = repositories::registry(call, input.registry_id.as_deref())?;
        let from = input.next_token.as_deref().map(crate::listing::read_token).transpose()?;
        let region = call.region().as_str().to_owned();
        let prefix = [registry.as_str(), region.as_str()];
        let from = from.as_deref().map(|name| [name]);
        let mut rows = call.page(&REPOSITORIES, &prefix, from.as_ref().map(|key| &key[..]), limit + 1, false)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_token = rows.last().filter(|_| more).map(|(_, row)| base::list_token(&row.name));
        Ok(Output { repositories: rows.into_iter().map(|(_, row)| RepositoryInfo::of(row)).collect(), next_token })
    }

    fn example() -> Example {
        with_repository(json!({}))
    }

    fn variations() -> Vec<(&'static str, Example)> {
        vec![("by name", with_repository(json!({"repositoryNames": ["example"]})))]
    }
}
