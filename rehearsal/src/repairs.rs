//! What mends a denial, as changes of the user's own files: the exact action on the exact resource, in the right document.

use crate::{
    Cause, Edit, Patch, Repair, Stack,
    driver::{Driver, list, text},
    names::lasting,
    reasons::kind_in_words,
    refusals::Refusal,
};
use patch::{Document, Path, Syntax};
use serde_json::{Value as Json, json};

/// The types whose attribute `Arn` is their ARN.
const WITH_ARN: [&str; 7] = ["bucket", "function", "key", "project", "repository", "role", "rule"];
/// The types whose `Ref` is their ARN.
const REF_IS_ARN: [&str; 3] = ["managedpolicy", "secret", "topic"];

/// How the policies of AWS's own keys begin.
const MANAGED_KEY: &str = "Allow access through";

/// The template that a resource is in, and the resource.
struct Owner<'e> {
    stack: &'e Stack,
    logical_id: String,
    document: Document,
}

impl Driver<'_> {
    /// The ways to mend a refusal, the best first.
    pub(crate) fn repairs(&self, refusal: &Refusal) -> Vec<Repair> {
        let mut repairs = Vec::new();
        let mut lacking = Vec::new();
        for reason in &refusal.reasons {
            match (text(reason, "role"), text(reason, "kind")) {
                ("nearMiss", kind) => repairs.extend(self.nearly(refusal, reason, kind)),
                ("missing", kind) => lacking.push((kind.to_owned(), self.lacking(refusal, reason, kind))),
                ("decided", kind) if reason["effect"] == "Deny" => repairs.push(self.spared(refusal, reason, kind)),
                _ => {}
            }
        }
        // What several documents lack is mended in all of them; a key that its own policy must give needs no more than that.
        let by_key = lacking.iter().any(|(kind, _)| kind == "key") && self.same_account(refusal);
        let needed: Vec<Repair> =
            lacking.into_iter().filter(|(kind, _)| !(by_key && kind == "identity")).map(|(_, repair)| repair).collect();
        let guarded = repairs.iter().any(|repair| repair.guardrail.is_some());
        if guarded {
            // What a condition of trust keeps out is not to be let in beside it.
            return repairs;
        }
        if repairs.is_empty() || needed.len() > 1 {
            repairs.splice(0..0, together(needed));
        } else {
            repairs.extend(together(needed));
        }
        repairs
    }

    fn same_account(&self, refusal: &Refusal) -> bool {
        refusal.principal.split(':').nth(4) == refusal.resource.split(':').nth(4)
    }

    /// The build project that encrypts what a refused action reads by AWS's own key, which no other account may use: where it is,
    /// and the key that it should have.
    pub(crate) fn keyless_project(&self, refusal: &Refusal) -> Option<(Cause, Repair)> {
        let managed = refusal.reasons.iter().any(|reason| text(reason, "sid").starts_with(MANAGED_KEY));
        let about = refusal.about.as_ref().filter(|_| managed && refusal.action == "kms:Decrypt")?;
        let (declaration, action_name) = (self.declarations.get(&about.work)?, about.part.get(1)?);
        let actions = || list(declaration, "stages").iter().flat_map(|stage| list(stage, "actions"));
        let reader = actions().find(|action| text(action, "name") == action_name)?;
        let reads = |artifact: &Json| list(reader, "inputArtifacts").iter().any(|input| input["name"] == artifact["name"]);
        let builder = actions()
            .find(|action| text(&action["actionTypeId"], "provider") == "CodeBuild" && list(action, "outputArtifacts").iter().any(reads))?;
        let (region, account) = (self.estate.region.as_str(), about.work.split(':').nth(4)?);
        let arn = format!("arn:aws:codebuild:{region}:{account}:project/{}", text(&builder["configuration"], "ProjectName"));
        let (stack_account, stack_name) = self.names.stack_of(&arn)?;
        let stack = self.estate.stacks.iter().find(|stack| stack.account == stack_account && stack.name == stack_name)?;
        let (_, logical_id, _) = self.names.within(&arn, &stack_account, &stack_name)?;
        let cause = Cause {
            text: "the project has no EncryptionKey: it encrypts by AWS's own key for S3, which no other account may use".into(),
            place: self.named_in(stack, logical_id, logical_id),
        };
        let key = declaration["artifactStore"]["encryptionKey"]["id"].as_str()?;
        let owner = self.owner_in(stack, logical_id)?;
        let properties = Path::root().then("Resources").then(logical_id).then("Properties");
        let edits = owner.document.insert(&properties, "EncryptionKey", &self.written(Some(stack), key)).ok()?;
        let repair = Repair {
            title: format!("give the project {logical_id} the key of the pipeline's artifacts"),
            statement: Json::Null,
            patches: vec![patch_of(stack, edits)],
            guardrail: None,
        };
        Some((cause, repair))
    }

    /// The resource that a reason's origin is in.
    fn owner(&self, reason: &Json) -> Option<Owner<'_>> {
        let origin = reason.get("origin")?;
        self.owner_in(self.stack_of(text(origin, "stack"))?, text(origin, "logicalId"))
    }

    fn owner_in<'s>(&'s self, stack: &'s Stack, logical_id: &str) -> Option<Owner<'s>> {
        // A text that was made fit is not the user's own.
        if self.estate.given.texts.contains_key(&stack.template) {
            return None;
        }
        let file = self.estate.files.get(&stack.template)?;
        let document = Document::read(&file.text, Syntax::of(&file.text)).ok()?;
        Some(Owner { stack, logical_id: logical_id.to_owned(), document })
    }

    /// A statement that allows what a document lacks.
    fn lacking(&self, refusal: &Refusal, reason: &Json, kind: &str) -> Repair {
        let owner = self.owner(reason);
        let stack = owner.as_ref().map(|owner| owner.stack);
        let resource = self.written(stack, &lasting(&refusal.resource));
        let (principal, condition) = self.principal(stack, refusal);
        let named = matches!(kind, "resource" | "key" | "trust");
        let mut statement = json!({"Effect": "Allow"});
        if named {
            statement["Principal"] = principal;
        }
        statement["Action"] = json!(refusal.action);
        match kind {
            "trust" => {}
            "key" => statement["Resource"] = json!("*"),
            _ => statement["Resource"] = resource,
        }
        if let (true, Some(condition)) = (named, condition) {
            statement["Condition"] = condition;
        }
        let guardrail =
            matches!(kind, "boundary" | "session" | "serviceControl" | "resourceControl").then(|| format!("the {}", kind_in_words(kind)));
        let patches = owner.and_then(|owner| added(&owner, kind, &statement)).into_iter().collect();
        let title = format!("allow {} in the {}", refusal.action, kind_in_words(kind));
        Repair { title, statement, patches, guardrail }
    }

    /// A statement that would allow but for its resource: the resource is added to it. One whose condition of trust does not hold:
    /// a guardrail.
    fn nearly(&self, refusal: &Refusal, reason: &Json, kind: &str) -> Option<Repair> {
        let element = text(reason, "element");
        let owner = self.owner(reason)?;
        let path = statement_at(&owner, reason)?;
        let statement = owner.document.value(&path)?;
        if element == "Resource" && matches!(kind, "identity" | "resource") {
            let resource = self.written(Some(owner.stack), &wide_enough(&refusal.resource));
            let edits = owner.document.append(&path.then("Resource"), &resource).ok()?;
            return Some(Repair {
                title: format!("name {} in the statement that allows {}", lasting(&refusal.resource), refusal.action),
                statement,
                patches: vec![patch_of(owner.stack, edits)],
                guardrail: None,
            });
        }
        let mut words = element.splitn(3, ' ');
        if let (Some("Condition"), Some(operator), Some(key), "trust") = (words.next(), words.next(), words.next(), kind) {
            let conditions = path.then("Condition");
            let under = conditions.then(operator);
            // The last key takes its operator along, the last operator the condition.
            let single = |path: &Path| owner.document.value(path).is_some_and(|value| value.as_object().is_some_and(|all| all.len() == 1));
            let gone = match (single(&under), single(&conditions)) {
                (true, true) => conditions,
                (true, false) => under,
                (false, _) => under.then(key),
            };
            let edits = owner.document.remove(&gone).ok()?;
            return Some(Repair {
                title: format!("do not ask for {key}: the caller does not send what is asked for"),
                statement,
                patches: vec![patch_of(owner.stack, edits)],
                guardrail: Some(format!("the condition {key} of the trust in {}", owner.logical_id)),
            });
        }
        None
    }

    /// A Deny that spares the caller.
    fn spared(&self, refusal: &Refusal, reason: &Json, kind: &str) -> Repair {
        let sid = reason["sid"].as_str().map_or_else(|| format!("a Deny in the {}", kind_in_words(kind)), |sid| format!("the Deny {sid}"));
        let patch = self.owner(reason).and_then(|owner| {
            let path = statement_at(&owner, reason)?;
            let condition = json!(refusal.principal);
            let key = "aws:PrincipalArn";
            let document = &owner.document;
            let edits = match document.value(&path.then("Condition")) {
                None => document.insert(&path, "Condition", &json!({"ArnNotEquals": {key: condition}})),
                Some(conditions) if conditions.get("ArnNotEquals").is_none() => {
                    document.insert(&path.then("Condition"), "ArnNotEquals", &json!({key: condition}))
                }
                Some(_) => document.append(&path.then("Condition").then("ArnNotEquals").then(key), &condition),
            };
            Some(patch_of(owner.stack, edits.ok()?))
        });
        Repair {
            title: format!("let {sid} spare {}", refusal.principal),
            statement: Json::Null,
            patches: patch.into_iter().collect(),
            guardrail: Some(sid),
        }
    }

    /// The caller as a policy names it, and the condition that narrows it where it cannot be named: it is made after the policy.
    fn principal(&self, stack: Option<&Stack>, refusal: &Refusal) -> (Json, Option<Json>) {
        let principal = &refusal.principal;
        if !principal.starts_with("arn:") {
            return (json!({"Service": principal}), None);
        }
        let made = self.names.stack_of(principal);
        let position = |account: &str, name: &str| self.estate.stacks.iter().position(|one| one.account == account && one.name == name);
        let later = match (stack, &made) {
            (Some(stack), Some((account, name))) if (account, name) != (&stack.account, &stack.name) => {
                position(account, name) > position(&stack.account, &stack.name)
            }
            _ => false,
        };
        if later {
            let account = principal.split(':').nth(4).unwrap_or_default();
            let root = self.written(stack, &format!("arn:aws:iam::{account}:root"));
            return (json!({"AWS": root}), Some(json!({"ArnEquals": {"aws:PrincipalArn": self.written(stack, principal)}})));
        }
        (json!({"AWS": self.written(stack, principal)}), None)
    }

    /// An ARN as a template would have it: by the resource's name, by a parameter, by the account's and the region's.
    fn written(&self, stack: Option<&Stack>, arn: &str) -> Json {
        let (Some(stack), true) = (stack, arn.starts_with("arn:")) else { return json!(arn) };
        if let Some((kind, logical_id, rest)) = self.names.within(arn, &stack.account, &stack.name) {
            match (rest, WITH_ARN.contains(&kind), REF_IS_ARN.contains(&kind)) {
                ("", true, _) => return json!({"Fn::GetAtt": [logical_id, "Arn"]}),
                ("", _, true) => return json!({"Ref": logical_id}),
                (rest, true, _) if kind == "bucket" => return json!({"Fn::Sub": format!("${{{logical_id}.Arn}}/{rest}")}),
                _ => {}
            }
        }
        let parameters = self.parameters.get(&(stack.account.clone(), stack.name.clone()));
        let parameters = || parameters.into_iter().flatten();
        if let Some((name, _)) = parameters().find(|(_, value)| value == arn) {
            return json!({"Ref": name});
        }
        let mut parts: Vec<String> = arn.splitn(6, ':').map(str::to_owned).collect();
        let own = self.account(&stack.account).map(|id| id.to_string()).unwrap_or_default();
        let mut replaced = false;
        if let Some(region) = parts.get_mut(3).filter(|part| **part == self.estate.region.as_str()) {
            *region = "${AWS::Region}".into();
            replaced = true;
        }
        if let Some(account) = parts.get_mut(4).filter(|part| !part.is_empty()) {
            let parameter = parameters().find(|(_, value)| value == account).map(|(name, _)| format!("${{{name}}}"));
            if let Some(word) = if *account == own { Some("${AWS::AccountId}".into()) } else { parameter } {
                *account = word;
                replaced = true;
            }
        }
        let written = parts.join(":");
        if replaced { json!({"Fn::Sub": written}) } else { json!(written) }
    }
}

/// An object stands for its folder: the next run has others.
fn wide_enough(resource: &str) -> String {
    let lasting = lasting(resource);
    match lasting.strip_prefix("arn:aws:s3:::").and_then(|rest| rest.split_once('/')) {
        Some((bucket, _)) if !lasting.ends_with('*') => format!("arn:aws:s3:::{bucket}/*"),
        _ => lasting,
    }
}

/// Several changes that are needed all, as one repair; one of a guardrail makes it a guardrail's.
fn together(needed: Vec<Repair>) -> Option<Repair> {
    let mut all = needed.into_iter();
    let mut first = all.next()?;
    for one in all {
        first.title = format!("{}, and {}", first.title, one.title);
        first.guardrail = first.guardrail.or(one.guardrail);
        first.statement = json!([first.statement, one.statement]);
        for patch in one.patches {
            match first.patches.iter_mut().find(|known| known.file == patch.file) {
                Some(known) => {
                    known.edits.extend(patch.edits);
                    known.edits.sort_by_key(|edit| edit.start);
                }
                None => first.patches.push(patch),
            }
        }
    }
    Some(first)
}

fn patch_of(stack: &Stack, edits: Vec<patch::Edit>) -> Patch {
    let edits = edits.into_iter().map(|edit| Edit { start: edit.start, end: edit.end, text: edit.text }).collect();
    Patch { file: stack.template.clone(), edits }
}

/// The path of the statement of a reason.
fn statement_at(owner: &Owner<'_>, reason: &Json) -> Option<Path> {
    let origin = &reason["origin"];
    let number = |name: &str| origin[name].as_u64().and_then(|n| usize::try_from(n).ok());
    let path = owner.document.path_at(number("line")?, number("column")?)?;
    // The innermost value there is within the statement.
    let at = path.0.iter().rposition(|step| *step == "Statement".into())?;
    let is_list = owner.document.value(&Path(path.0[..=at].to_vec()))?.is_array();
    let length = if is_list { at + 2 } else { at + 1 };
    (path.0.len() >= length).then(|| Path(path.0[..length].to_vec()))
}

/// The patch that adds a statement to the document of a kind that the resource has.
fn added(owner: &Owner<'_>, kind: &str, statement: &Json) -> Option<Patch> {
    let document = &owner.document;
    let resource = Path::root().then("Resources").then(owner.logical_id.as_str());
    let properties = resource.then("Properties");
    let whole = |statement: &Json| json!({"Version": "2012-10-17", "Statement": [statement]});
    let resource_type = document.value(&resource.then("Type"))?;
    let edits = match (kind, resource_type.as_str()?) {
        ("identity", "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group") => {
            match document.value(&properties.then("Policies").then(0)) {
                Some(_) => document.append(&properties.then("Policies").then(0).then("PolicyDocument").then("Statement"), statement),
                None => {
                    let policy = json!({"PolicyName": "delivery", "PolicyDocument": whole(statement)});
                    document.append(&properties.then("Policies"), &policy)
                }
            }
        }
        ("trust", "AWS::IAM::Role") => document.append(&properties.then("AssumeRolePolicyDocument").then("Statement"), statement),
        ("key", "AWS::KMS::Key") => document.append(&properties.then("KeyPolicy").then("Statement"), statement),
        ("resource", "AWS::S3::Bucket") => {
            // The bucket's policy is a resource of its own.
            let policy = policy_of_bucket(document, &owner.logical_id);
            match policy {
                Some(id) => {
                    let path = Path::root().then("Resources").then(id.as_str()).then("Properties").then("PolicyDocument").then("Statement");
                    document.append(&path, statement)
                }
                None => {
                    let id = format!("{}Policy", owner.logical_id);
                    let properties = json!({"Bucket": {"Ref": owner.logical_id}, "PolicyDocument": whole(statement)});
                    document.insert(
                        &Path::root().then("Resources"),
                        &id,
                        &json!({"Type": "AWS::S3::BucketPolicy", "Properties": properties}),
                    )
                }
            }
        }
        ("resource" | "boundary" | "identity", _) => document.append(&properties.then("PolicyDocument").then("Statement"), statement),
        _ => return None,
    };
    Some(patch_of(owner.stack, edits.ok()?))
}

/// The logical id of a bucket's policy.
fn policy_of_bucket(document: &Document, bucket: &str) -> Option<String> {
    let resources = document.value(&Path::root().then("Resources"))?;
    let of_it =
        |resource: &&Json| resource["Type"] == "AWS::S3::BucketPolicy" && resource["Properties"]["Bucket"] == json!({"Ref": bucket});
    resources.as_object()?.iter().find(|(_, resource)| of_it(resource)).map(|(id, _)| id.clone())
}
