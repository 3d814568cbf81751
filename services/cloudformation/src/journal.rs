//! A stack's status and its events.

use crate::{
    CloudFormation, places,
    state::{EVENTS, Event, RESOURCES, ResourceRow, STACKS, Stack, digits},
    status::{ResourceStatus, StackStatus},
};
use base::Timestamp;
use gate::{Error, Scope};
use serde_json::json;

/// What happened to a resource.
pub(crate) struct Happened<'a> {
    pub(crate) logical_id: &'a str,
    pub(crate) resource_type: &'a str,
    pub(crate) physical_id: &'a str,
    pub(crate) status: ResourceStatus,
    pub(crate) reason: Option<String>,
    /// JSON text, secrets masked.
    pub(crate) properties: Option<String>,
}

impl Stack {
    /// Clients order events by their times, so that of one step each gets a millisecond of its own.
    fn append(&mut self, scope: &mut Scope<'_, CloudFormation>, mut event: Event) -> Result<(), Error> {
        event.time = event.time.max(Timestamp(self.last_event.0 + 1));
        self.last_event = event.time;
        let number = digits(self.events);
        self.events += 1;
        let [account, uuid] = self.key();
        scope.put(&EVENTS, &[account, uuid, number.as_str()], &event)
    }

    /// Moves the stack on: its event, and a word to all who wait for it. The row is saved by the caller.
    pub(crate) fn move_to(
        &mut self,
        scope: &mut Scope<'_, CloudFormation>,
        status: StackStatus,
        reason: Option<String>,
    ) -> Result<(), Error> {
        self.status = status;
        self.reason.clone_from(&reason);
        let arn = self.arn();
        let event = Event {
            id: base::uuid(scope.entropy()),
            logical_id: self.name.clone(),
            physical_id: arn.to_string(),
            resource_type: "AWS::CloudFormation::Stack".into(),
            time: scope.now(),
            status: status.as_str().into(),
            reason,
            properties: None,
            token: self.client_request_token.clone(),
        };
        let detail = json!({
            "stack-id": arn,
            "status-details": {"status": status.as_str(), "status-reason": self.reason.as_deref().unwrap_or_default()},
            "client-request-token": self.client_request_token.as_deref().unwrap_or_default(),
        });
        self.append(scope, event)?;
        // Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-structures.html>
        durable::tell(scope, self.account, "CloudFormation Stack Status Change", &[&arn], detail)?;
        durable::publish(scope, &format!("stack/{arn}"), json!({"status": status}))
    }

    pub(crate) fn resource_event(&mut self, scope: &mut Scope<'_, CloudFormation>, what: Happened<'_>) -> Result<(), Error> {
        let event = Event {
            id: format!("{}-{}-{}", what.logical_id, what.status, base::uuid(scope.entropy())),
            logical_id: what.logical_id.into(),
            physical_id: what.physical_id.into(),
            resource_type: what.resource_type.into(),
            time: scope.now(),
            status: what.status.as_str().into(),
            reason: what.reason,
            properties: what.properties,
            token: self.client_request_token.clone(),
        };
        self.append(scope, event)
    }

    pub(crate) fn save(&self, scope: &mut Scope<'_, CloudFormation>) -> Result<(), Error> {
        scope.put(&STACKS, &[self.account.as_str(), self.region.as_str(), self.uuid.as_str()], self)
    }

    pub(crate) fn save_resource(&self, scope: &mut Scope<'_, CloudFormation>, row: &ResourceRow) -> Result<(), Error> {
        let [account, uuid] = self.key();
        places::note(scope, self, &row.logical_id, row.made.as_ref())?;
        scope.put(&RESOURCES, &[account, uuid, row.logical_id.as_str()], row)
    }
}
