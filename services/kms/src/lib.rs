//! AWS KMS: symmetric keys, their policies, grants and aliases, and what is encrypted under them.
//!
//! Key material never leaves this crate, and lies sealed. Must not know other services.

mod aliases;
mod blob;
mod error;
mod examples;
mod facts;
mod grants;
mod keys;
mod material;
mod operations;
mod pages;
mod policies;
mod resources;
mod shapes;
mod state;
mod tags;
mod usage;

use gate::{Protocol, Registration, Service};

pub use operations::{
    cancel_key_deletion::CancelKeyDeletion,
    create_alias::CreateAlias,
    create_grant::CreateGrant,
    create_key::CreateKey,
    decrypt::{Decrypt, DecryptInput, DecryptOutput},
    delete_alias::DeleteAlias,
    describe_key::DescribeKey,
    disable_key::DisableKey,
    disable_key_rotation::DisableKeyRotation,
    enable_key::EnableKey,
    enable_key_rotation::EnableKeyRotation,
    encrypt::{Encrypt, EncryptInput, EncryptOutput},
    generate_data_key::{GenerateDataKey, GenerateDataKeyInput, GenerateDataKeyOutput},
    generate_data_key_without_plaintext::{
        GenerateDataKeyWithoutPlaintext, GenerateDataKeyWithoutPlaintextInput, GenerateDataKeyWithoutPlaintextOutput,
    },
    get_key_policy::GetKeyPolicy,
    get_key_rotation_status::GetKeyRotationStatus,
    list_aliases::ListAliases,
    list_grants::ListGrants,
    list_keys::ListKeys,
    list_resource_tags::ListResourceTags,
    put_key_policy::PutKeyPolicy,
    re_encrypt::ReEncrypt,
    retire_grant::RetireGrant,
    revoke_grant::RevokeGrant,
    schedule_key_deletion::ScheduleKeyDeletion,
    tag_resource::TagResource,
    untag_resource::UntagResource,
    update_alias::UpdateAlias,
    update_key_description::UpdateKeyDescription,
};
pub use resources::{alias::Alias, key::Key};
pub use shapes::KeyMetadata;
pub use tags::Tag;

/// The service's token.
pub struct Kms(());

impl Service for Kms {
    const NAME: &'static str = "kms";
    const PRINCIPAL: &'static str = "kms.amazonaws.com";
    const PROTOCOL: Protocol = Protocol::Json;
}

/// The service.
pub fn service() -> Registration {
    Registration::new::<Kms>()
        .operation::<CancelKeyDeletion>()
        .operation::<CreateAlias>()
        .operation::<CreateGrant>()
        .operation::<CreateKey>()
        .operation::<Decrypt>()
        .operation::<DeleteAlias>()
        .operation::<DescribeKey>()
        .operation::<DisableKey>()
        .operation::<DisableKeyRotation>()
        .operation::<EnableKey>()
        .operation::<EnableKeyRotation>()
        .operation::<Encrypt>()
        .operation::<GenerateDataKey>()
        .operation::<GenerateDataKeyWithoutPlaintext>()
        .operation::<GetKeyPolicy>()
        .operation::<GetKeyRotationStatus>()
        .operation::<ListAliases>()
        .operation::<ListGrants>()
        .operation::<ListKeys>()
        .operation::<ListResourceTags>()
        .operation::<PutKeyPolicy>()
        .operation::<ReEncrypt>()
        .operation::<RetireGrant>()
        .operation::<RevokeGrant>()
        .operation::<ScheduleKeyDeletion>()
        .operation::<TagResource>()
        .operation::<UntagResource>()
        .operation::<UpdateAlias>()
        .operation::<UpdateKeyDescription>()
        .resource_type(Alias)
        .resource_type(Key)
        .resources(facts::resources)
}
