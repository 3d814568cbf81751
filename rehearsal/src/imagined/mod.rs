//! Services that deliveries use and that are not here: each call is demanded, decided and recorded as on AWS, and its effect is
//! no more than what the next call looks at.
//!
//! They are registered in worlds in memory alone. Whatever is not known of them is noted, and told as a finding.

mod appspec;
mod call;
mod codedeploy;
mod ecs;
mod lambda;
mod messages;
mod services;
mod state;
mod states;
mod tasks;
mod trails;
mod types;

pub use call::Act;
pub(crate) use lambda::{call_as_function, function_of};
pub use state::{Gap, Note, Thing, hold, learn, notes};

use call::Perform;
use gate::Registration;
use services::{Imaginary, known};

/// All imagined services.
pub fn services() -> Vec<Registration> {
    let elsewhere = types::with_types(known::<Imaginary>().operation::<Perform<Imaginary>>());
    vec![
        codedeploy::service(),
        ecs::service(),
        elsewhere,
        lambda::service(),
        messages::queues(),
        messages::topics(),
        states::service(),
        trails::service(),
    ]
}
