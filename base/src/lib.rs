//! Names, numbers and secrets that every crate shares.
//!
//! Knows nothing of services, calls or storage.

mod account;
mod arn;
mod blob;
mod clock;
mod entropy;
mod ids;
mod secret;
mod time;
mod token;

pub use account::{AccountId, InvalidAccount, Region};
pub use arn::{Arn, InvalidArn};
pub use blob::Blob;
pub use clock::{Clock, ManualClock, SystemClock};
pub use entropy::{Entropy, SeededEntropy, SystemEntropy};
pub use ids::{access_key_id, access_key_id_of, account_of_access_key_id, secret_access_key, unique_id, uuid, uuid_v7};
pub use secret::{Secret, redacted, revealed};
pub use time::{EpochTime, IsoTime, Timestamp};
pub use token::{list_token, place_of_token};
