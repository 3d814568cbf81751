//! What a rehearsal may be given, from texts to an estate.

use rehearsal::{
    Estate, Finding, Origin, Place, Value,
    inputs::{Held, Options, Problem, Reader, read},
};
use std::collections::BTreeMap;

struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    fn of<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_ref().to_vec())).collect())
    }
}

impl Reader for Memory {
    fn held(&self, path: &str) -> Held {
        let inside = format!("{path}/");
        if self.0.contains_key(path) {
            Held::File
        } else if self.0.keys().any(|file| file.starts_with(&inside)) {
            Held::Folder
        } else {
            Held::Nothing
        }
    }
    fn read(&self, path: &str, most: usize) -> Result<Vec<u8>, String> {
        let bytes = self.0.get(path).ok_or("there is no such file")?;
        if bytes.len() > most { Err("it is too large".into()) } else { Ok(bytes.clone()) }
    }
    fn list(&self, folder: &str) -> Result<Vec<(String, Held)>, String> {
        let inside = format!("{folder}/");
        let names: BTreeMap<String, Held> = self
            .0
            .keys()
            .filter_map(|file| file.strip_prefix(&inside))
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => (name.to_owned(), Held::Folder),
                None => (rest.to_owned(), Held::File),
            })
            .collect();
        Ok(names.into_iter().collect())
    }
}

fn options(paths: &[&str]) -> Options {
    Options { paths: paths.iter().map(|path| (*path).to_owned()).collect(), ..Options::default() }
}

fn estate<T: AsRef<[u8]>>(options: &Options, files: &[(&str, T)]) -> (Estate, Vec<Finding>) {
    read(options, &Memory::of(files)).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn problems<T: AsRef<[u8]>>(options: &Options, files: &[(&str, T)]) -> Vec<Problem> {
    match read(options, &Memory::of(files)) {
        Ok(_) => panic!("it was read"),
        Err(problems) => problems,
    }
}

fn stacks(estate: &Estate) -> Vec<(&str, &str, &str)> {
    estate.stacks.iter().map(|stack| (stack.account.as_str(), stack.name.as_str(), stack.template.as_str())).collect()
}

const PIPELINE: &str = "Resources:
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Actions:
            - RoleArn: arn:aws:iam::222222222222:role/deployer
";
const TARGET: &str = "Parameters:
  Team: { Type: String }
Resources:
  Deployer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deployer
      AssumeRolePolicyDocument:
        Statement: { Effect: Allow, Principal: { AWS: 'arn:aws:iam::333333333333:root' }, Action: sts:AssumeRole }
";

#[test]
fn templates_belong_where_others_name_their_roles() {
    let (estate, findings) = estate(&options(&["pipeline.yaml", "target.yaml"]), &[("pipeline.yaml", PIPELINE), ("target.yaml", TARGET)]);
    assert_eq!(stacks(&estate), [("222222222222", "target", "target.yaml"), ("333333333333", "pipeline", "pipeline.yaml")]);
    assert_eq!(estate.stacks[0].parameters["Team"], Value::Text("team".into()));
    assert_eq!(findings.len(), 3, "{findings:#?}");
    assert!(estate.given.texts.is_empty(), "what can be deployed as it stands is");
}

#[test]
fn a_template_goes_into_several_accounts_when_the_user_says_so() {
    let mut options = options(&["pipeline.yaml"]);
    options.accounts =
        ["dev=111111111111:pipeline.yaml", "staging=222222222222:target.yaml", "prod=444444444444:target.yaml"].map(str::to_owned).to_vec();
    options.parameters = vec!["target.yaml:Team=web".into()];
    let (estate, findings) = estate(&options, &[("pipeline.yaml", PIPELINE), ("target.yaml", TARGET)]);
    let stacks = stacks(&estate);
    assert_eq!(stacks, [("staging", "target", "target.yaml"), ("dev", "pipeline", "pipeline.yaml"), ("prod", "target", "target.yaml")]);
    assert!(findings.is_empty(), "{findings:#?}");
    options.parameters = vec!["Taem=web".into()];
    assert_eq!(problems(&options, &[("pipeline.yaml", PIPELINE), ("target.yaml", TARGET)])[0].file, "--parameter");
}

#[test]
fn a_pipeline_is_read_with_comments_and_from_get_pipelines_answer() {
    let answer = "{\"pipeline\": {\"name\": \"p\", // the name\n \"roleArn\": \"arn:aws:iam::DEV_ACCOUNT:role/p\", \"stages\": [],},\n\"metadata\": {\"created\": 1}}";
    let mut options = options(&["p.json"]);
    options.bindings = vec!["DEV_ACCOUNT=123456789012".into()];
    let (estate, findings) = estate(&options, &[("p.json", answer)]);
    assert_eq!(estate.pipelines[0].account, "123456789012");
    assert_eq!(
        estate.pipelines[0].input,
        serde_json::json!({"pipeline": {"name": "p", "roleArn": "arn:aws:iam::123456789012:role/p", "stages": []}})
    );
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].place().map(|place| (place.line, place.column)), Some((1, 28)));
}

const ARTICLE: &str = "# Delivery
The pipeline assumes a role of the target account.
```yaml
Key:
  Type: AWS::KMS::Key
  Properties:
    KeyPolicy:
      Statement:
        - { Effect: Allow, Principal: { AWS: 'arn:aws:iam::PROD_ACCOUNT:root' }, Action: kms:Decrypt, Resource: '*' }
Topic:
  Type: AWS::SNS::Topic
```
## Roles
```yaml
# In the production account
DeployRole:
  Type: AWS::IAM::Role
  Properties:
    RoleName: deploy
    AssumeRolePolicyDocument:
      Statement: { Effect: Allow, Principal: { AWS: 'arn:aws:iam::DEV_ACCOUNT_ID:root' }, Action: sts:AssumeRole }
    Policies:
      - PolicyName: key
        PolicyDocument:
          Statement: { Effect: Allow, Action: kms:Decrypt, Resource: 'arn:aws:kms:eu-west-1:DEV_ACCOUNT_ID:key/the-key-id' }
```
```yaml
Topic:
  Type: AWS::SNS::Topic
  Properties:
    TopicName: !Sub '${Project}-news'
```
";

#[test]
fn an_article_is_put_together_by_accounts() {
    let (estate, findings) = estate(&options(&["a.md"]), &[("a.md", ARTICLE)]);
    assert_eq!(stacks(&estate), [("development", "a-development", "a.md#development"), ("production", "a-production", "a.md#production")]);
    let home = estate.text("a.md#development").unwrap();
    assert!(home.contains("\"Fn::Sub\": \"${Project}-news\"") && home.contains("\"GivenKeyRef\""), "{home}");
    let target = estate.text("a.md#production").unwrap();
    assert!(target.contains(":key/${GivenKeyRef}"), "{target}");
    let given = Value::Output("development".into(), "a-development".into(), "GivenKeyRef".into());
    assert_eq!(estate.stacks[1].parameters["GivenKeyRef"], given);
    for template in ["a.md#development", "a.md#production"] {
        template::Template::parse(estate.text(template).unwrap(), template).unwrap_or_else(|found| panic!("{found:?}"));
    }
    // A place in what was made is one in the article.
    let line = target.lines().position(|line| line.contains("\"RoleName\"")).unwrap() as u32 + 1;
    let column = target.lines().nth(line as usize - 1).unwrap().find("\"deploy\"").unwrap() as u32 + 2;
    let place = estate.place(&Place { file: "a.md#production".into(), line, column, length: 6 });
    assert_eq!((place.file.as_str(), place.line, place.column), ("a.md", 19, 15));
    assert!(estate.given.block("a.md", 19).is_some_and(|block| ARTICLE[block.start..block.end].starts_with("# In the production")));
    let titles: Vec<&str> = findings.iter().map(|finding| finding.title.as_str()).collect();
    for said in ["DEV_ACCOUNT_ID", "PROD_ACCOUNT", "the-key-id", "Project is defined in none"] {
        assert_eq!(titles.iter().filter(|title| title.starts_with(said)).count(), 1, "{said}: {titles:#?}");
    }
    assert!(estate.given.as_written("arn:aws:iam::999900000001:root").contains("DEV_ACCOUNT_ID"));
}

#[test]
fn a_delivery_is_read_with_its_sources() {
    let delivery = "accounts: { dev: \"111111111111\" }\nstacks:\n  - { name: a, account: dev, template: a.yaml }\nsources:\n  - { account: dev, repository: shop, from: shop }\n";
    let files = [("d/sekisho.yaml", delivery), ("d/a.yaml", TARGET), ("d/shop/buildspec.yml", "version: 0.2"), ("d/shop/.git/HEAD", "x")];
    let (estate, _) = estate(&options(&["d"]), &files);
    assert_eq!(stacks(&estate), [("dev", "a", "d/a.yaml")]);
    let source = &estate.sources[0];
    assert_eq!(source.origin, Origin::CodeCommit { repository: "shop".into(), branch: "main".into() });
    let paths: Vec<&str> = source.files.iter().flatten().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["buildspec.yml"]);
    let missing = problems(&options(&["d"]), &files[..1]);
    assert_eq!((missing[0].file.as_str(), missing[0].line, missing[0].column), ("d/sekisho.yaml", 3, 40), "{missing:?}");
}

#[test]
fn an_assembly_is_read_by_its_manifest() {
    let manifest = r#"{"version": "36.0.0", "artifacts": {
        "App": {"type": "aws:cloudformation:stack", "environment": "aws://222222222222/eu-west-1", "dependencies": ["Base", "App.assets"],
                "properties": {"templateFile": "App.template.json", "stackName": "the-app", "parameters": {"Team": "web"}, "tags": {"a": "b"}}},
        "Base": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
                "properties": {"templateFile": "Base.template.json"}},
        "App.assets": {"type": "cdk:asset-manifest", "properties": {"file": "App.assets.json"}}}}"#;
    let app = r#"{"Parameters": {"Team": {"Type": "String"}, "BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}}, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}"#;
    let base = r#"{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}"#;
    let files = [("cdk.out/manifest.json", manifest), ("cdk.out/App.template.json", app), ("cdk.out/Base.template.json", base)];
    let (estate, findings) = estate(&options(&["cdk.out"]), &files);
    assert_eq!(
        stacks(&estate),
        [("unknown-account", "Base", "cdk.out/Base.template.json"), ("222222222222", "the-app", "cdk.out/App.template.json")]
    );
    assert_eq!(estate.region.as_str(), "eu-west-1");
    assert_eq!(estate.stacks[1].parameters["Team"], Value::Text("web".into()));
    assert_eq!(estate.given.state.parameters[0].value, "21");
    assert!(findings.iter().any(|finding| finding.title.contains("names no account")), "{findings:#?}");
}

#[test]
fn states_of_accounts_are_the_clis_answers() {
    let state = r#"{"UserId": "x", "Account": "222222222222", "Arn": "arn:aws:iam::222222222222:user/audit"}
{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [{"Path": "/", "RoleName": "deploy", "Arn": "arn:aws:iam::222222222222:role/deploy",
 "AssumeRolePolicyDocument": {"Statement": []}, "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": []}}],
 "AttachedManagedPolicies": [{"PolicyName": "m", "PolicyArn": "arn:aws:iam::222222222222:policy/m"}], "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::222222222222:policy/b"}}],
 "Policies": [{"Arn": "arn:aws:iam::222222222222:policy/m", "PolicyVersionList": [{"IsDefaultVersion": true, "Document": {"Statement": [1]}}]}]}
{"KeyMetadata": {"KeyId": "k", "Arn": "arn:aws:kms:eu-west-1:222222222222:key/k"}}
{"Policy": "{\"Statement\": [{\"Resource\": \"*\"}]}", "PolicyName": "default"}
{"Bucket": "site"}
{"Policy": "{\"Statement\": {\"Resource\": \"arn:aws:s3:::site/*\"}}"}
{"Policy": {"PolicySummary": {"Id": "p-1", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY"}, "Content": "{}"}}
{"Targets": [{"TargetId": "222222222222", "Type": "ACCOUNT"}]}"#;
    let mut options = options(&["target.yaml"]);
    options.account_states = vec!["state.json".into()];
    let (estate, _) = estate(&options, &[("target.yaml", TARGET), ("state.json", state)]);
    let state = &estate.given.state;
    let role = &state.roles[0].identity;
    assert_eq!((role.name.as_str(), role.inline.len(), role.attached.len(), role.boundary.is_some()), ("deploy", 1, 1, true));
    assert_eq!(state.policies[0].document, serde_json::json!({"Statement": [1]}));
    assert_eq!(state.keys[0].arn, "arn:aws:kms:eu-west-1:222222222222:key/k");
    assert_eq!((state.buckets[0].name.as_str(), state.buckets[0].policy.is_some()), ("site", true));
    assert_eq!(state.organization[0].targets.len(), 1);
    let broken = problems(&options, &[("target.yaml", TARGET), ("state.json", "{\"Policy\": \"{}\"}")]);
    assert!(broken[0].message.contains("nothing says of which key"), "{broken:?}");
}

#[test]
fn trails_tell_of_calls_and_denials() {
    let log = r#"{"Records": [
      {"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "recipientAccountId": "111111111111", "errorCode": "AccessDenied",
       "errorMessage": "User: arn:aws:sts::222222222222:assumed-role/deploy/s is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111111111111:key/k because no resource-based policy allows it",
       "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::222222222222:assumed-role/deploy/s", "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::222222222222:role/deploy"}}}},
      {"eventSource": "s3.amazonaws.com", "eventName": "ListObjectsV2", "requestParameters": {"bucketName": "site"},
       "userIdentity": {"type": "AWSService", "invokedBy": "codepipeline.amazonaws.com"}}]}"#;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, log.as_bytes()).unwrap();
    let mut options = options(&["target.yaml"]);
    options.trails = vec!["log.json.gz".into()];
    let (estate, _) = estate(&options, &[("target.yaml", TARGET.as_bytes().to_vec()), ("log.json.gz", packed.finish().unwrap())]);
    let calls = &estate.given.trail;
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (calls[0].principal.as_str(), calls[0].action.as_str(), calls[0].denied),
        ("arn:aws:iam::222222222222:role/deploy", "kms:Decrypt", true)
    );
    assert_eq!(calls[0].resources, ["arn:aws:kms:eu-west-1:111111111111:key/k"]);
    assert_eq!((calls[1].action.as_str(), calls[1].denied), ("s3:ListBucket", false));
    assert_eq!(calls[1].resources, ["arn:aws:s3:::site"]);
}

#[test]
fn what_cannot_be_used_is_named_with_its_place() {
    let one = |text: &str| problems(&options(&["a.yaml"]), &[("a.yaml", text)]).remove(0);
    assert_eq!(one("Resources:\n  A: [1\n").line, 3);
    assert_eq!(one("").message, "the file is empty");
    assert!(one("hello: world").message.contains("no template"));
    assert!(one("{\"a\": 1").line == 1);
    let bomb: String =
        (1..30).fold("a0: &a0 [1, 1]\n".to_owned(), |text, n| text + &format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1));
    assert!(one(&bomb).message.contains("values"), "{}", one(&bomb));
    assert!(one(&"[".repeat(200)).help.is_some_and(|help| help.contains("nested")));
    assert!(problems(&options(&["b.yaml"]), &[("a.yaml", "")])[0].message.contains("no such file"));
    assert!(problems(&options(&["a.yaml"]), &[("a.yaml", "x".repeat(2 << 20))])[0].message.contains("large"));
    assert!(problems(&options(&["a.yaml"]), &[("a.yaml", [0x61, 0xff])])[0].message.contains("UTF-8"));
    assert_eq!(problems(&Options { bindings: vec!["x".into()], ..options(&["a.yaml"]) }, &[("a.yaml", TARGET)])[0].file, "--bind");
}

/// A pipeline with a key, which releases `service.yaml` by a role of another account.
const TOOLS: &str = "Parameters:
  ProductionAccount: { Type: String }
Resources:
  Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: {} } }
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Actions:
            - RoleArn: !Sub arn:aws:iam::${ProductionAccount}:role/web-deploy
              Configuration: { TemplatePath: Built::stacks/service.yaml }
";
const PRODUCTION: &str = "Parameters:
  ToolsAccount: { Type: String, Default: '111111111111' }
  KeyArn: { Type: String }
Resources:
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      RoleName: web-deploy
      AssumeRolePolicyDocument:
        Statement: [{ Principal: { AWS: !Sub 'arn:aws:iam::${ToolsAccount}:role/web-pipeline' } }]
";
const SERVICE: &str = "Resources: { Site: { Type: AWS::S3::Bucket } }\n";

#[test]
fn templates_belong_where_parameters_say_and_take_over_what_the_pipeline_has() {
    let files = [("tools.yaml", TOOLS), ("production.yaml", PRODUCTION)];
    let (estate, _) = estate(&options(&["tools.yaml", "production.yaml"]), &files);
    assert_eq!(stacks(&estate), [("111111111111", "tools", "tools.yaml"), ("production", "production", "production.yaml")]);
    let production = estate.accounts.iter().find(|account| account.name == "production").unwrap();
    assert_eq!(estate.stacks[0].parameters["ProductionAccount"], Value::Text(production.id.to_string()));
    assert_eq!(estate.stacks[1].parameters["KeyArn"], Value::Made("111111111111".into(), "tools".into(), "Key".into(), true));
}

#[test]
fn a_template_that_a_pipeline_deploys_is_not_deployed_by_hand() {
    let files = [("tools.yaml", TOOLS), ("stacks/service.yaml", SERVICE)];
    let (estate, findings) = estate(&options(&["tools.yaml", "stacks/service.yaml"]), &files);
    assert_eq!(stacks(&estate).iter().map(|(_, name, _)| *name).collect::<Vec<_>>(), ["tools"]);
    assert!(findings.iter().any(|finding| finding.id == "assumed/released/stacks/service.yaml"), "{findings:#?}");
}
