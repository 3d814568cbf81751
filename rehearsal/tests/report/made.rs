//! Reports made by hand.

use rehearsal::{Call, Cause, Certainty, Edit, Files, Finding, Kind, Layer, Patch, Place, Repair, Report, Severity, Subject, Summary};
use serde_json::{Value, json};

pub const TARGET: &str = "\
# The account that is deployed into.
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }
            Action: kms:*
            Resource: '*'
  Deploy:
    Type: AWS::IAM::Role
    Properties:
      RoleName: deploy
      AssumeRolePolicyDocument:
        Statement:
          - { Effect: Allow, Principal: { AWS: '111111111111' }, Action: sts:AssumeRole }
      Policies:
        - PolicyName: artifacts
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [s3:GetObject, s3:PutObject]
                Resource: !Sub '${Bucket.Arn}/*'
";

/// A place, found by a text that comes once.
pub fn place(file: &str, text: &str, marked: &str) -> Place {
    let at = text.find(marked).unwrap_or_else(|| panic!("{marked} is not in {file}"));
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let [line, column, length] = [line, column, marked.chars().count()].map(|n| u32::try_from(n).expect("small"));
    Place { file: file.into(), line, column, length }
}

pub fn cause(text: &str, place: Option<Place>) -> Cause {
    Cause { text: text.into(), place }
}

/// A patch that puts a text behind another that comes once.
pub fn behind(file: &str, text: &str, marked: &str, new: &str) -> Patch {
    let at = text.find(marked).unwrap_or_else(|| panic!("{marked} is not in {file}")) + marked.len();
    Patch { file: file.into(), edits: vec![Edit { start: at, end: at, text: new.into() }] }
}

pub fn repair(title: &str, statement: Value, patches: Vec<Patch>, guardrail: Option<&str>) -> Repair {
    Repair { title: title.into(), statement, patches, guardrail: guardrail.map(Into::into) }
}

pub fn finding(kind: Kind, severity: Severity, title: &str) -> Finding {
    Finding {
        id: format!("{}:{}", kind.name(), title.replace(' ', "-")),
        kind,
        severity,
        layer: Layer::Run,
        subject: vec!["dev".into(), "shop".into(), "Deploy".into(), "Stack".into()],
        title: title.into(),
        call: None,
        causes: Vec::new(),
        notes: Vec::new(),
        certainty: Certainty::Certain,
        repairs: Vec::new(),
    }
}

pub fn report(findings: Vec<Finding>, files: &[(&str, &str)]) -> Report {
    let mut all = Files::default();
    files.iter().for_each(|(path, text)| all.add(path, text));
    let subject = |layer, name: &str| Subject { layer, path: vec!["dev".into(), name.into()] };
    let subjects = vec![subject(Layer::Deployment, "network"), subject(Layer::Run, "shop"), subject(Layer::Run, "docs")];
    let denied = findings.iter().filter(|f| f.kind == Kind::Denied).count();
    let summary = Summary { accounts: 2, stacks: 1, pipelines: 2, calls: 412, denied, not_rehearsed: Vec::new(), subjects };
    Report { findings, summary, files: all, matrix: Vec::new() }
}

pub fn clean() -> Report {
    report(Vec::new(), &[("target.yaml", TARGET)])
}

/// A denial, as full as a finding can be.
pub fn denial() -> Finding {
    let granted = json!({
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/build"},
        "Action": "kms:Decrypt",
        "Resource": "*",
    });
    let statement = "          - Effect: Allow\n            Principal: { AWS: 'arn:aws:iam::111111111111:role/build' }\n            Action: kms:Decrypt\n            Resource: '*'\n";
    let last = "            Action: kms:*\n            Resource: '*'\n";
    Finding {
        call: Some(Call {
            caller: "arn:aws:sts::111111111111:assumed-role/build/AWSCodeBuild-1".into(),
            principal: "arn:aws:iam::111111111111:role/build".into(),
            action: "kms:Decrypt".into(),
            resource: "arn:aws:kms:us-east-1:222222222222:key/Key".into(),
            operation: "kms:Decrypt".into(),
            within: vec!["s3:GetObject".into()],
            context: vec![("kms:ViaService".into(), "s3.us-east-1.amazonaws.com".into())],
        }),
        causes: vec![
            cause("no statement of the key policy allows it", Some(place("target.yaml", TARGET, "KeyPolicy"))),
            cause("the root of its own account alone is trusted", Some(place("target.yaml", TARGET, "AWS: !Sub"))),
            cause("this one allows s3:GetObject, not the key", Some(place("target.yaml", TARGET, "[s3:GetObject, s3:PutObject]"))),
        ],
        notes: vec!["S3 answers AccessDenied, and does not name the key.".into()],
        repairs: vec![
            repair(
                "Allow kms:Decrypt to role build in the key policy of Key",
                granted,
                vec![behind("target.yaml", TARGET, last, statement)],
                None,
            ),
            repair("Encrypt the artifacts with a key of account dev", Value::Null, Vec::new(), None),
        ],
        ..finding(Kind::Denied, Severity::Error, "role build may not decrypt with Key")
    }
}

/// One finding of each kind.
pub fn kinds() -> Report {
    let stack = vec!["dev".to_owned(), "network".to_owned(), "Deploy".to_owned()];
    let undeployable = Finding {
        layer: Layer::Deployment,
        subject: stack.clone(),
        causes: vec![cause("`!Sub` names Bucket, which is not in this template", Some(place("target.yaml", TARGET, "'${Bucket.Arn}/*'")))],
        ..finding(Kind::Undeployable, Severity::Error, "Unresolved resource dependencies [Bucket]")
    };
    let deputy = Finding {
        layer: Layer::Deployment,
        subject: stack.clone(),
        causes: vec![cause("all of account 111111111111 is trusted", Some(place("target.yaml", TARGET, "'111111111111'")))],
        repairs: vec![repair(
            "Trust the pipeline's role alone",
            json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:role/pipeline"}, "Action": "sts:AssumeRole"}),
            Vec::new(),
            Some("trust of role deploy"),
        )],
        ..finding(Kind::Deputy, Severity::Warning, "anybody in account 111111111111 can become role deploy")
    };
    let wide = Finding {
        causes: vec![cause("matches every object", Some(place("target.yaml", TARGET, "Resource: !Sub")))],
        ..finding(Kind::Wide, Severity::Warning, "role deploy reads more than the pipeline's artifacts")
    };
    let unused = Finding {
        causes: vec![cause("no call needs s3:PutObject", Some(place("target.yaml", TARGET, "s3:PutObject")))],
        repairs: vec![repair(
            "Remove s3:PutObject",
            Value::Null,
            vec![Patch { file: "target.yaml".into(), edits: vec![removal(TARGET, ", s3:PutObject")] }],
            None,
        )],
        ..finding(Kind::Unused, Severity::Note, "nothing needs s3:PutObject")
    };
    let mismatch = Finding {
        causes: vec![cause("the project has no encryption key, the pipeline's is arn:aws:kms:us-east-1:222222222222:key/Key", None)],
        ..finding(Kind::Mismatch, Severity::Warning, "project compile writes artifacts with another key")
    };
    let dead = Finding {
        certainty: Certainty::DependsOn {
            options: vec!["codepipeline-sends-external-id".into()],
            otherwise: "the statement allows the call".into(),
        },
        ..finding(Kind::Dead, Severity::Warning, "the condition on sts:ExternalId is never true")
    };
    let assumed = finding(Kind::Assumed, Severity::Note, "role arn:aws:iam::333333333333:role/audit is taken to exist");
    let unknown = finding(Kind::Unknown, Severity::Note, "what ./deploy.sh calls is not known");
    let findings = vec![undeployable, deputy, denial(), mismatch, wide, unused, dead, assumed, unknown];
    let mut report = report(findings, &[("target.yaml", TARGET)]);
    report.summary.not_rehearsed = vec!["pipeline docs: what comes after the approval of stage Release".into()];
    report
}

pub fn removal(text: &str, gone: &str) -> Edit {
    let start = text.find(gone).unwrap_or_else(|| panic!("no {gone}"));
    Edit { start, end: start + gone.len(), text: String::new() }
}

/// A text of findings that are all alike but for their number.
pub fn many(number: usize) -> Report {
    let text: String = (1..=number).map(|n| format!("  Role{n}: {{ Type: AWS::IAM::Role }}\n")).collect();
    let one = |n: usize| Finding {
        causes: vec![cause("this one", Some(place_in_line(n)))],
        ..finding(Kind::Denied, Severity::Error, &format!("role {n} may not"))
    };
    report((1..=number).map(one).collect(), &[("many.yaml", &text)])
}

fn place_in_line(n: usize) -> Place {
    Place { file: "many.yaml".into(), line: u32::try_from(n).expect("small"), column: 3, length: 4 }
}

/// Numbers that are the same in each run.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    /// Fewer than `most` of the parts, one after the other.
    pub fn text(&mut self, most: usize, parts: &[&str]) -> String {
        (0..self.below(most)).map(|_| parts[self.below(parts.len())]).collect()
    }
}
