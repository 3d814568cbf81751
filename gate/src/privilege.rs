//! Rights of single services, each given by an `impl` in that service's crate. A test of the architecture lists them.

use crate::Service;

/// May seal session tokens: `sts` alone.
pub trait IssuesSessions: Service {}
/// May read the trail: `cloudtrail` alone.
pub trait ReadsTrail: Service {}
/// May set how long the trail is kept: `cloudtrail` alone.
pub trait KeepsTrail: Service {}
/// May have new accounts set up: `organizations` alone.
pub trait CreatesAccounts: Service {}
/// May set up a new account's first principal: `iam` alone.
pub trait FoundsAccounts: Service {}
/// May follow who used what and when, for last-used figures, but not the records themselves: `iam` alone.
pub trait FollowsUse: Service {}
