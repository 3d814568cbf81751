//! What EventBridge keeps.

use crate::{Events, tags::Tag, targets::Target};
use base::{AccountId, Arn, Timestamp};
use gate::Table;
use serde::{Deserialize, Serialize};

/// An event bus. The default one of an account has a row only once something was said of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BusRow {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    /// Users and roles in it are unique ids.
    pub(crate) policy: Option<String>,
    pub(crate) tags: Vec<Tag>,
}

/// A rule with its targets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RuleRow {
    pub(crate) account: AccountId,
    pub(crate) region: String,
    pub(crate) bus: String,
    pub(crate) name: String,
    pub(crate) arn: Arn,
    pub(crate) pattern: Option<String>,
    pub(crate) schedule: Option<String>,
    pub(crate) state: String,
    pub(crate) description: Option<String>,
    pub(crate) role: Option<Arn>,
    /// The account that made it.
    pub(crate) creator: AccountId,
    pub(crate) tags: Vec<Tag>,
    pub(crate) targets: Vec<Target>,
    /// The work that waits for its next time.
    pub(crate) clock: Option<String>,
}

pub(crate) const RULE_ENABLED: &str = "ENABLED";
pub(crate) const DISABLED: &str = "DISABLED";
pub(crate) const DEFAULT: &str = "default";

impl RuleRow {
    pub(crate) fn enabled(&self) -> bool {
        self.state != DISABLED
    }
    pub(crate) fn key(&self) -> [&str; 4] {
        [self.account.as_str(), &self.region, &self.bus, &self.name]
    }
}

impl BusRow {
    pub(crate) fn key(&self) -> [&str; 3] {
        [self.account.as_str(), &self.region, &self.name]
    }
}

/// Account, region, name.
pub(crate) static BUSES: Table<Events, BusRow> = Table::new("buses");
/// Account, region, bus, name.
pub(crate) static RULES: Table<Events, RuleRow> = Table::new("rules");
/// Account, region: the work that hears the account's services, while a rule of the default bus is for events.
pub(crate) static LISTENERS: Table<Events, String> = Table::new("listeners");
