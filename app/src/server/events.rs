//! Answers that go on: events, for as long as the client listens.

use super::{answer::framed, route::Body};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use gate::{Error, Sending};
use serde_json::{Value, json};
use std::io;
use tokio::time::Instant;
use wire::event_stream::{event, exception};

/// What is known of a stream between two of its pieces.
struct Going {
    sending: Sending,
    next: Instant,
}

/// Each member of the value is an event of that name.
fn written(events: &[Value]) -> Vec<u8> {
    let members = events.iter().filter_map(Value::as_object).flatten();
    members.flat_map(|(name, payload)| event(name, payload)).collect()
}

/// What JSON protocols begin with, the first events, then those of each look, until one fails or the client goes. `output` is a structure whose only member is the stream.
pub(super) fn body(output: &Value, sending: Sending) -> Body {
    let mut first = event("initial-response", &json!({}));
    let members = output.as_object().into_iter().flatten();
    members.for_each(|(_, events)| first.extend(written(std::slice::from_ref(events))));
    let next = Instant::now() + sending.every();
    let looks = stream::unfold(Some(Going { sending, next }), |going| async { Some(look(going?).await) });
    framed(stream::once(async { Ok(Bytes::from(first)) }).chain(looks))
}

/// The next piece, and how it goes on after it.
async fn look(mut going: Going) -> (io::Result<Bytes>, Option<Going>) {
    tokio::time::sleep_until(going.next).await;
    going.next = Instant::now() + going.sending.every();
    let looked = tokio::task::spawn_blocking(move || (going.sending.look(), going)).await;
    match looked {
        Ok((Ok(events), going)) => (Ok(Bytes::from(written(&events))), Some(going)),
        Ok((Err(error), _)) => (Ok(Bytes::from(exception(&error.code, &error.message))), None),
        Err(_) => {
            let error = Error::internal("a look at the stream's source failed");
            (Ok(Bytes::from(exception("SessionStreamingException", &error.message))), None)
        }
    }
}
