use serde::{Deserialize, Serialize};
use std::cell::Cell;

/// What `NotResource` does when a variable of one of its entries has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UnresolvedNotResource {
    /// An Allow does not apply, a Deny does.
    #[default]
    FailSafe,
    /// The entry matches nothing, so that the statement covers every resource.
    EntryMatchesNothing,
    /// The statement does not apply, whatever its effect.
    StatementDoesNotApply,
}

/// The points that AWS does not document or where its pages disagree. [`crate::decide`] names those
/// on which a verdict rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    /// KMS takes key policies of Version 2008-10-17. If not, such a key policy counts as absent.
    pub key_policy_of_version_2008: bool,
    /// `arn:aws:s3:::*` covers s3:ListAllMyBuckets, whose resource is `*`.
    pub list_all_my_buckets_by_arn: bool,
    /// What an unresolvable variable in `NotResource` does.
    pub not_resource_with_unresolved_variable: UnresolvedNotResource,
    /// `ForAnyValue:...IfExists` holds for a missing key.
    pub for_any_value_if_exists_on_missing_key: bool,
    /// `ArnNotEquals` and `ArnNotLike` hold when one side is no ARN.
    pub arn_not_equals_on_non_arn: bool,
    /// `ForAllValues` takes an empty string for a missing key.
    pub for_all_values_empty_string_is_missing: bool,
    /// A principal of `*` means service principals too.
    pub everyone_includes_services: bool,
    /// A KMS grant suffices for a caller of another account; if not, it only stands for the key policy.
    pub cross_account_grant_suffices: bool,
    /// Partition, service, region and account of a resource ARN are compared without regard to case.
    pub arn_prefix_ignores_case: bool,
    /// A multivalued key without a set operator is compared as with ForAnyValue; if not, it never holds.
    pub multivalued_key_without_set_operator: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            key_policy_of_version_2008: true,
            list_all_my_buckets_by_arn: true,
            not_resource_with_unresolved_variable: UnresolvedNotResource::FailSafe,
            for_any_value_if_exists_on_missing_key: true,
            arn_not_equals_on_non_arn: true,
            for_all_values_empty_string_is_missing: false,
            everyone_includes_services: true,
            cross_account_grant_suffices: true,
            arn_prefix_ignores_case: true,
            multivalued_key_without_set_operator: false,
        }
    }
}

/// One field of [`Options`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    KeyPolicyOfVersion2008,
    ListAllMyBucketsByArn,
    NotResourceWithUnresolvedVariable,
    ForAnyValueIfExistsOnMissingKey,
    ArnNotEqualsOnNonArn,
    ForAllValuesEmptyStringIsMissing,
    EveryoneIncludesServices,
    CrossAccountGrantSuffices,
    ArnPrefixIgnoresCase,
    MultivaluedKeyWithoutSetOperator,
}

impl Point {
    pub const ALL: [Self; 10] = [
        Self::KeyPolicyOfVersion2008,
        Self::ListAllMyBucketsByArn,
        Self::NotResourceWithUnresolvedVariable,
        Self::ForAnyValueIfExistsOnMissingKey,
        Self::ArnNotEqualsOnNonArn,
        Self::ForAllValuesEmptyStringIsMissing,
        Self::EveryoneIncludesServices,
        Self::CrossAccountGrantSuffices,
        Self::ArnPrefixIgnoresCase,
        Self::MultivaluedKeyWithoutSetOperator,
    ];

    /// The field's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyPolicyOfVersion2008 => "keyPolicyOfVersion2008",
            Self::ListAllMyBucketsByArn => "listAllMyBucketsByArn",
            Self::NotResourceWithUnresolvedVariable => "notResourceWithUnresolvedVariable",
            Self::ForAnyValueIfExistsOnMissingKey => "forAnyValueIfExistsOnMissingKey",
            Self::ArnNotEqualsOnNonArn => "arnNotEqualsOnNonArn",
            Self::ForAllValuesEmptyStringIsMissing => "forAllValuesEmptyStringIsMissing",
            Self::EveryoneIncludesServices => "everyoneIncludesServices",
            Self::CrossAccountGrantSuffices => "crossAccountGrantSuffices",
            Self::ArnPrefixIgnoresCase => "arnPrefixIgnoresCase",
            Self::MultivaluedKeyWithoutSetOperator => "multivaluedKeyWithoutSetOperator",
        }
    }

    /// The options with this point's other settings.
    pub fn others(self, options: &Options) -> Vec<Options> {
        use UnresolvedNotResource::{EntryMatchesNothing, FailSafe, StatementDoesNotApply};
        let mut other = options.clone();
        let Some(flag) = self.flag(&mut other) else {
            return [FailSafe, EntryMatchesNothing, StatementDoesNotApply]
                .into_iter()
                .filter(|setting| *setting != options.not_resource_with_unresolved_variable)
                .map(|setting| Options { not_resource_with_unresolved_variable: setting, ..options.clone() })
                .collect();
        };
        *flag = !*flag;
        vec![other]
    }

    fn flag(self, options: &mut Options) -> Option<&mut bool> {
        Some(match self {
            Self::KeyPolicyOfVersion2008 => &mut options.key_policy_of_version_2008,
            Self::ListAllMyBucketsByArn => &mut options.list_all_my_buckets_by_arn,
            Self::NotResourceWithUnresolvedVariable => return None,
            Self::ForAnyValueIfExistsOnMissingKey => &mut options.for_any_value_if_exists_on_missing_key,
            Self::ArnNotEqualsOnNonArn => &mut options.arn_not_equals_on_non_arn,
            Self::ForAllValuesEmptyStringIsMissing => &mut options.for_all_values_empty_string_is_missing,
            Self::EveryoneIncludesServices => &mut options.everyone_includes_services,
            Self::CrossAccountGrantSuffices => &mut options.cross_account_grant_suffices,
            Self::ArnPrefixIgnoresCase => &mut options.arn_prefix_ignores_case,
            Self::MultivaluedKeyWithoutSetOperator => &mut options.multivalued_key_without_set_operator,
        })
    }
}

/// The options as an evaluation reads them: it notes which were consulted, for only those can matter.
pub(crate) struct Asks<'o> {
    options: &'o Options,
    asked: Cell<u16>,
}

impl<'o> Asks<'o> {
    pub fn new(options: &'o Options) -> Self {
        Self { options, asked: Cell::new(0) }
    }
    /// Reads an option and notes it. To be called only where the setting makes a difference.
    pub fn ask<T>(&self, point: Point, read: impl FnOnce(&Options) -> T) -> T {
        self.asked.set(self.asked.get() | 1 << point as u16);
        read(self.options)
    }
    pub fn asked(&self) -> impl Iterator<Item = Point> + use<> {
        let asked = self.asked.get();
        Point::ALL.into_iter().filter(move |point| asked & 1 << *point as u16 != 0)
    }
}
