//! What is encrypted by AWS's own key, which no other account may use, and has to be read in another account.

use super::{Choice, Mended, Mending, words::Reader};
use crate::{
    Cause,
    driver::{list, text},
    refusals::Refusal,
};
use cloudformation::MadeResource;
use patch::{Change, Path};
use serde_json::{Value as Json, json};

/// How the policies of AWS's own keys begin.
const MANAGED_KEY: &str = "Allow access through";

/// The service for which AWS has the key whose policy refuses: nobody can change it.
pub(crate) fn managed_key(refusal: &Refusal) -> Option<String> {
    let sids = refusal.reasons.iter().filter(|_| refusal.action.starts_with("kms:")).map(|reason| text(reason, "sid"));
    let service = sids.filter_map(|sid| sid.strip_prefix(MANAGED_KEY)).next()?.split_whitespace().next()?;
    Some(match service.to_ascii_lowercase().as_str() {
        "s3" => "S3".into(),
        "codecommit" => "CodeCommit".into(),
        "secretsmanager" | "secrets" => "Secrets Manager".into(),
        "ssm" => "Systems Manager".into(),
        other => other.to_owned(),
    })
}

impl<'d> Mending<'d> {
    /// The repair of what AWS's own key keeps from others: not in its policy, but where the key is chosen.
    pub(super) fn keyless(&self, refusal: &Refusal) -> Option<Mended> {
        managed_key(refusal)?;
        let found = self.project(refusal).or_else(|| self.store(refusal));
        let (causes, choice) = found.unwrap_or_else(|| (Vec::new(), by_hand()));
        Some(Mended { repairs: vec![self.repair(vec![choice])], causes })
    }

    fn declaration(&self, refusal: &Refusal) -> Option<&Json> {
        self.driver.declarations.get(&refusal.about.as_ref()?.work)
    }

    /// The build project that encrypts what the refused action reads, if the pipeline has a key that it could have.
    fn project(&self, refusal: &Refusal) -> Option<(Vec<Cause>, Choice)> {
        let about = refusal.about.as_ref()?;
        let (declaration, action_name) = (self.declaration(refusal)?, about.part.get(1)?);
        let actions = || list(declaration, "stages").iter().flat_map(|stage| list(stage, "actions"));
        let reader = actions().find(|action| text(action, "name") == action_name)?;
        let reads = |artifact: &Json| list(reader, "inputArtifacts").iter().any(|input| input["name"] == artifact["name"]);
        let builder = actions()
            .find(|action| text(&action["actionTypeId"], "provider") == "CodeBuild" && list(action, "outputArtifacts").iter().any(reads))?;
        let key = declaration["artifactStore"]["encryptionKey"]["id"].as_str()?;
        let (region, account) = (self.driver.estate.region.as_str(), about.work.split(':').nth(4)?);
        let name = text(&builder["configuration"], "ProjectName");
        let made = self.made(&format!("arn:aws:codebuild:{region}:{account}:project/{name}"))?;
        let why = "the project has no EncryptionKey: it encrypts by AWS's own key for S3, which no other account may use";
        let path = Path::root().then("Resources").then(made.logical_id.as_str()).then("Properties");
        let title = format!("give the project {} the key of the pipeline's artifacts", made.logical_id);
        self.keyed(made, (path, "EncryptionKey"), why, title, |reader| self.written(Some(reader), key))
    }

    /// The pipeline whose artifacts no key of its own encrypts, if there is one key in its template.
    fn store(&self, refusal: &Refusal) -> Option<(Vec<Cause>, Choice)> {
        let declaration = self.declaration(refusal)?;
        if !declaration["artifactStore"]["encryptionKey"].is_null() {
            return None;
        }
        let work = &refusal.about.as_ref()?.work;
        let account = work.split(':').nth(4)?;
        let name = text(declaration, "name");
        let is = |made: &&MadeResource| made.resource_type == "AWS::CodePipeline::Pipeline" && made.physical_id == name;
        let made = self.resources.iter().filter(|made| made.account.as_str() == account).find(is)?;
        let why = "the artifact store has no EncryptionKey: AWS's own key for S3 encrypts it, which no other account may use";
        let mut keys = self.resources.iter().filter(|key| key.resource_type == "AWS::KMS::Key" && key.account == made.account);
        let key = keys.next().filter(|_| keys.next().is_none())?;
        let key = key.attributes.get("Arn").and_then(Json::as_str)?;
        let path = Path::root().then("Resources").then(made.logical_id.as_str()).then("Properties").then("ArtifactStore");
        let title = "encrypt the pipeline's artifacts by the key of its account".to_owned();
        self.keyed(made, (path, "EncryptionKey"), why, title, |reader| json!({"Type": "KMS", "Id": self.written(Some(reader), key)}))
    }

    /// A key that a resource is given, and where the resource is.
    fn keyed(
        &self,
        made: &MadeResource,
        (path, key): (Path, &str),
        why: &str,
        title: String,
        value: impl FnOnce(Reader<'_>) -> Json,
    ) -> Option<(Vec<Cause>, Choice)> {
        let stack = self.stack(made)?;
        let cause = Cause { text: why.to_owned(), place: self.driver.named_itself(stack, &made.logical_id) };
        self.document(stack)?;
        let value = value(Reader { stack, resource: &made.logical_id });
        let change = Change::Insert { path, key: key.to_owned(), value };
        let changes = vec![(stack.template.clone(), change)];
        Some((vec![cause], Choice { title, statement: Json::Null, changes, causes: Vec::new(), guardrail: None }))
    }
}

/// There is no key yet that could be named.
fn by_hand() -> Choice {
    Choice {
        title: "encrypt by a key of the delivery's own, and let its policy and the reader's role allow kms:Decrypt".into(),
        statement: Json::Null,
        changes: Vec::new(),
        causes: Vec::new(),
        guardrail: None,
    }
}
