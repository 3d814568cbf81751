//! What a template is evaluated with.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Span;
use crate::dynamic::DynamicReference;

/// Answers a reference to a plain parameter with its value, or says why it cannot. References to secrets are not asked for.
pub type Resolver<'a> = &'a dyn Fn(&DynamicReference) -> Result<String, String>;

/// Everything outside the template that its values depend on, but for the resources themselves.
pub struct Inputs<'a> {
    /// Parameter values by name.
    pub parameters: BTreeMap<String, String>,
    /// Where those values were written, when that is known.
    pub parameter_spans: BTreeMap<String, Span>,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// `AWS::StackId`.
    pub stack_id: String,
    /// `AWS::Partition`.
    pub partition: String,
    /// `AWS::URLSuffix`.
    pub url_suffix: String,
    /// `AWS::NotificationARNs`.
    pub notification_arns: Vec<String>,
    /// The region's availability zones, for `Fn::GetAZs`.
    pub availability_zones: Vec<String>,
    /// The value of an export of this account and region.
    pub imports: &'a dyn Fn(&str) -> Option<String>,
    /// Answers `{{resolve:...}}` and parameters of Systems Manager types.
    pub resolver: Option<Resolver<'a>>,
}

impl<'a> Inputs<'a> {
    /// Inputs for a stack, with the region's partition and suffix, three zones, and nothing else.
    pub fn new(region: &str, account: &str, stack_name: &str, stack_id: &str) -> Inputs<'a> {
        let (partition, url_suffix) = match region {
            _ if region.starts_with("cn-") => ("aws-cn", "amazonaws.com.cn"),
            _ if region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com"),
            _ => ("aws", "amazonaws.com"),
        };
        Inputs {
            parameters: BTreeMap::new(),
            parameter_spans: BTreeMap::new(),
            region: region.to_owned(),
            account: account.to_owned(),
            stack_name: stack_name.to_owned(),
            stack_id: stack_id.to_owned(),
            partition: partition.to_owned(),
            url_suffix: url_suffix.to_owned(),
            notification_arns: Vec::new(),
            availability_zones: ["a", "b", "c"].iter().map(|zone| format!("{region}{zone}")).collect(),
            imports: &|_| None,
            resolver: None,
        }
    }
}

/// What is known of the resources that exist.
pub trait Attributes {
    /// What `Ref` gives for a resource.
    fn reference(&self, logical_id: &str) -> Option<String>;
    /// What `Fn::GetAtt` gives for a resource.
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value>;
}
