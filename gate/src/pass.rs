//! The path itself, on one screen. Typed calls made inside and decoded requests from the wire both come here.

use crate::{
    Authorized, Body, BodyKey, BodyOut, Error, Operation, Service, View, assumptions,
    authenticate::global_region,
    authorize::{Allowed, authorize},
    core::{Core, Frame},
    federation,
    gate::clipped,
    operation::info,
    record::{self, Opening},
    temporary,
};
use base::{Region, redacted, revealed};
use serde_json::Value;

/// What a call gives: its output, and a body if it sends one.
pub(crate) type Passed<T> = Result<(T, Option<BodyOut>), Error>;

/// demands → authorize → execute → record. A call that fails leaves its record and nothing else.
pub(crate) fn pass<Op: Operation>(core: &mut Core, frame: Frame, input: Op::Input, body: Body<'_>) -> Passed<Op::Output> {
    let frame = placed::<Op>(frame);
    let (frame, shown) = federation::shown::<Op>(core, frame, &input);
    let opening = Opening::new(core, &frame, &info::<Op>(), redacted(|| Op::recorded(&input)));
    let mark = core.mark();
    let mut resources = Vec::new();
    let result = shown.and_then(|()| core.enter()).and_then(|()| {
        // Only a mender asks for it; without one nothing is pushed, and nothing is there to be popped.
        if core.gate.0.assumptions.is_some() {
            core.within.push((Op::Service::NAME, Op::NAME));
        }
        let result = attempt::<Op>(core, &frame, &opening.id, input, body, &mut resources);
        core.within.pop();
        core.leave();
        result
    });
    let outcome = match &result {
        Ok(_) if Op::READ_ONLY => Ok(Value::Null),
        Ok((output, _)) => Ok(redacted(|| serde_json::to_value(output)).map_err(Error::internal)?),
        Err(error) => {
            core.undo(mark);
            Err(error)
        }
    };
    let record = opening.close(core.now, &resources, outcome)?;
    record::append(core, record);
    result
}

/// A call of a global service counts in that service's region, wherever it was made from.
fn placed<Op: Operation>(frame: Frame) -> Frame {
    match global_region(Op::Service::NAME) {
        Some(region) if frame.context.region.as_str() != region => frame.in_region(&Region::new(region)),
        _ => frame,
    }
}

fn attempt<Op: Operation>(
    core: &mut Core,
    frame: &Frame,
    event: &str,
    input: Op::Input,
    body: Body<'_>,
    resources: &mut Vec<base::Arn>,
) -> Passed<Op::Output> {
    let allowed = loop {
        let decided = decide::<Op>(core, frame, event, &input);
        if !assumptions::mended::<Op>(core, frame, &input, &decided)? {
            break decided?;
        }
    };
    resources.clone_from(&allowed.resources);
    let mut call = Authorized::<Op>::new(core, frame, event, allowed);
    call.take_body(body, &input)?;
    let output = Op::execute(&mut call, input)?;
    let body = call.answer.take();
    Ok((output, body))
}

pub(crate) fn decide<Op: Operation>(core: &mut Core, frame: &Frame, event: &str, input: &Op::Input) -> Result<Allowed, Error> {
    temporary::may_call(&frame.caller, Op::Service::NAME, Op::NAME)?;
    let demands = Op::demands(input, &mut View::new(core, frame))?;
    authorize(core, frame, &info::<Op>(), event, &demands)
}

/// Decodes, then passes. Input of the wrong shape is refused and recorded like any other call.
pub(crate) fn pass_value<Op: Operation>(core: &mut Core, frame: Frame, input: Value, body: Body<'_>) -> Passed<Value> {
    let typed = match wire::lenient::from_known::<Op::Input>(&input, idle::<Op>()) {
        Ok(typed) => typed,
        Err(e) => {
            let error = malformed::<Op>(&e);
            let opening = Opening::new(core, &frame, &info::<Op>(), Value::Null);
            let record = opening.close(core.now, &[], Err(&error))?;
            record::append(core, record);
            return Err(error);
        }
    };
    let (output, body) = pass::<Op>(core, frame, typed, body)?;
    let mut output = revealed(|| serde_json::to_value(&output)).map_err(Error::internal)?;
    drop_nulls(&mut output);
    Ok((output, body))
}

/// AWS leaves out members that have no value.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, v| !v.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Members of the protocol rather than of operations.
fn idle<Op: Operation>() -> &'static [&'static str] {
    if Op::Service::PROTOCOL == crate::Protocol::RestXml { wire::s3::IDLE } else { &[] }
}

/// Input that has not the operation's shape, or that asks for what is not there: that is refused by its name, not ignored.
fn malformed<Op: Operation>(e: &wire::lenient::DecodeError) -> Error {
    if e.unknown {
        return Error::not_implemented(&format!("{}:{} with {}", Op::Service::NAME, Op::NAME, clipped(&e.path)));
    }
    let code = match Op::Service::PROTOCOL {
        crate::Protocol::Query => "ValidationError",
        crate::Protocol::Json if e.misshapen => "SerializationException",
        crate::Protocol::Json => "ValidationException",
        // What lies in an XML body is a member of a member.
        crate::Protocol::RestXml if e.path.contains(['.', '[']) => "MalformedXML",
        crate::Protocol::RestXml => "InvalidArgument",
    };
    Error::new(code, format!("{} of {}: {e}", Op::NAME, Op::Service::NAME))
}

/// The first half of a call whose body is large: decided before the body is read. Its record is written by the second half.
pub(crate) fn open_value<Op: Operation>(core: &mut Core, frame: Frame, input: Value) -> Result<BodyKey, Error> {
    let typed = wire::lenient::from_known::<Op::Input>(&input, idle::<Op>()).map_err(|e| malformed::<Op>(&e))?;
    let event = frame.event.clone().unwrap_or_default();
    let allowed = decide::<Op>(core, &frame, &event, &typed)?;
    Op::open(&mut Authorized::<Op>::new(core, &frame, &event, allowed), &typed)
}
