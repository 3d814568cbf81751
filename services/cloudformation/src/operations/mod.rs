pub(crate) mod cancel_update_stack;
pub(crate) mod continue_update_rollback;
pub(crate) mod create_change_set;
pub(crate) mod create_stack;
pub(crate) mod create_stack_instances;
pub(crate) mod create_stack_set;
pub(crate) mod delete_change_set;
pub(crate) mod delete_stack;
pub(crate) mod delete_stack_instances;
pub(crate) mod delete_stack_set;
pub(crate) mod describe_change_set;
pub(crate) mod describe_stack_events;
pub(crate) mod describe_stack_instance;
pub(crate) mod describe_stack_resource;
pub(crate) mod describe_stack_resources;
pub(crate) mod describe_stack_set;
pub(crate) mod describe_stack_set_operation;
pub(crate) mod describe_stacks;
pub(crate) mod execute_change_set;
pub(crate) mod get_stack_policy;
pub(crate) mod get_template;
pub(crate) mod get_template_summary;
pub(crate) mod list_change_sets;
pub(crate) mod list_exports;
pub(crate) mod list_imports;
pub(crate) mod list_stack_instances;
pub(crate) mod list_stack_resources;
pub(crate) mod list_stack_set_operation_results;
pub(crate) mod list_stack_set_operations;
pub(crate) mod list_stack_sets;
pub(crate) mod list_stacks;
pub(crate) mod rollback_stack;
pub(crate) mod set_stack_policy;
pub(crate) mod signal_resource;
pub(crate) mod stop_stack_set_operation;
pub(crate) mod update_stack;
pub(crate) mod update_stack_instances;
pub(crate) mod update_stack_set;
pub(crate) mod update_termination_protection;
pub(crate) mod validate_template;

use crate::error::invalid;
use gate::{Error, Example};
use serde::Serialize;
use serde_json::{Value, json};

/// A template without parameters.
const EXAMPLE: &str = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: /example\n";

/// The same with a parameter that nobody is shown.
const EXAMPLE_PARAMETER: &str = "Parameters:\n  Password: {Type: String, NoEcho: true}\nResources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: /example\n";

/// The same with a name that Systems Manager keeps.
const EXAMPLE_STORED: &str = "Parameters:\n  Name: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /example}\nResources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: !Ref Name\n";

/// A stack policy that lets updates do everything.
const EXAMPLE_POLICY: &str = r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}"#;

/// The trust policy of the examples' stack role.
const ROLE_TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"cloudformation.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// `input` with the stack's role, in a world where it is the first to be made.
fn example_with_role(mut input: Value) -> Example {
    input["RoleARN"] = json!("$0/Role/Arn");
    Example::of(input).after("iam:CreateRole", json!({"RoleName": "ExampleStack", "AssumeRolePolicyDocument": ROLE_TRUST}))
}

/// The call that begins the stack of the examples.
fn example_stack() -> (&'static str, Value) {
    ("cloudformation:CreateStack", json!({"StackName": "Example", "TemplateBody": EXAMPLE}))
}

/// The call that makes the change set of the examples.
fn example_change_set() -> (&'static str, Value) {
    let input = json!({"StackName": "Example", "ChangeSetName": "first", "ChangeSetType": "CREATE", "TemplateBody": EXAMPLE});
    ("cloudformation:CreateChangeSet", input)
}

/// As AWS's trail does, records leave out the template and the parameters' values.
fn recorded(input: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(input).unwrap_or(Value::Null);
    if let Some(members) = value.as_object_mut() {
        members.remove("TemplateBody");
    }
    for member in ["Parameters", "ParameterOverrides"] {
        let parameters = value.get_mut(member).and_then(Value::as_array_mut).into_iter().flatten();
        for parameter in parameters.filter_map(Value::as_object_mut) {
            parameter.remove("ParameterValue");
        }
    }
    value
}

fn has_members(value: Option<&Value>) -> bool {
    value.and_then(Value::as_object).is_some_and(|members| members.values().any(|member| *member != Value::Bool(false)))
}

/// None: the previous template.
fn new_or_previous(text: Option<String>, use_previous: Option<bool>) -> Result<Option<String>, Error> {
    match (&text, use_previous.unwrap_or(false)) {
        (Some(_), true) => Err(invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")),
        (None, false) => Err(invalid("Either Template URL or Template Body must be specified.")),
        _ => Ok(text),
    }
}
