//! How an operation goes through its accounts.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html>

use crate::error::invalid;
use gate::Error;
use serde::{Deserialize, Serialize};

/// How an operation goes through its accounts and regions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Preferences {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region_concurrency_type: Option<Regions>,
    #[serde(default)]
    pub(crate) region_order: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_tolerance_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_tolerance_percentage: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_concurrent_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_concurrent_percentage: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) concurrency_mode: Option<Concurrency>,
}

/// Whether regions are worked on one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Regions {
    /// One after the other.
    Sequential,
    /// All at once.
    Parallel,
}

/// Whether failures that are tolerated limit how many accounts are worked on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Concurrency {
    /// Never so many at once that more could fail than are tolerated.
    StrictFailureTolerance,
    /// As many as may be at once.
    SoftFailureTolerance,
}

impl Preferences {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.failure_tolerance_count.is_some() && self.failure_tolerance_percentage.is_some() {
            return Err(invalid("You can specify either FailureToleranceCount or FailureTolerancePercentage, but not both"));
        }
        if self.max_concurrent_count.is_some() && self.max_concurrent_percentage.is_some() {
            return Err(invalid("You can specify either MaxConcurrentCount or MaxConcurrentPercentage, but not both"));
        }
        if self.failure_tolerance_percentage.is_some_and(|p| p > 100)
            || self.max_concurrent_percentage.is_some_and(|p| !(1..=100).contains(&p))
        {
            return Err(invalid("A percentage of OperationPreferences is not between 0 (MaxConcurrentPercentage: 1) and 100"));
        }
        if self.max_concurrent_count == Some(0) {
            return Err(crate::error::constraint("operationPreferences.maxConcurrentCount", "0", "have value greater than or equal to 1"));
        }
        let strict = self.concurrency_mode != Some(Concurrency::SoftFailureTolerance);
        if let (true, Some(most), Some(tolerated)) = (strict, self.max_concurrent_count, self.failure_tolerance_count)
            && most > tolerated + 1
        {
            return Err(invalid("MaxConcurrentCount must be at most one more than FailureToleranceCount"));
        }
        Ok(())
    }

    /// How many accounts of a region may fail.
    pub(crate) fn tolerated(&self, accounts: usize) -> usize {
        match (self.failure_tolerance_count, self.failure_tolerance_percentage) {
            (Some(count), _) => count,
            (None, Some(percentage)) => accounts * percentage / 100,
            (None, None) => 0,
        }
    }

    /// How many accounts are worked on at once, of which `failed` have failed already.
    pub(crate) fn at_once(&self, accounts: usize, failed: usize) -> usize {
        let most = match (self.max_concurrent_count, self.max_concurrent_percentage) {
            (Some(count), _) => count,
            (None, Some(percentage)) => (accounts * percentage / 100).max(1),
            (None, None) => 1,
        };
        match self.concurrency_mode {
            Some(Concurrency::SoftFailureTolerance) => most,
            _ => most.min((self.tolerated(accounts) + 1).saturating_sub(failed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_percentages() {
        let of = |tolerance, most| Preferences {
            failure_tolerance_percentage: Some(tolerance),
            max_concurrent_percentage: Some(most),
            ..Preferences::default()
        };
        // Rounded down, but at least one at once.
        assert_eq!((of(25, 50).tolerated(10), of(25, 50).at_once(10, 0)), (2, 3));
        assert_eq!((of(5, 5).tolerated(10), of(5, 5).at_once(10, 0)), (0, 1));
        assert_eq!(of(100, 100).at_once(10, 4), 7);
        let soft = Preferences { concurrency_mode: Some(Concurrency::SoftFailureTolerance), ..of(0, 100) };
        assert_eq!(soft.at_once(10, 0), 10);
        assert!(Preferences { max_concurrent_count: Some(3), failure_tolerance_count: Some(1), ..Preferences::default() }.check().is_err());
    }
}
