use crate::{
    Authorized, Error, Gate, Operation,
    core::{Core, Frame},
    operation::info,
    pass,
    record::{self, Opening},
};
use base::redacted;
use serde_json::Value;
use std::time::Duration;

/// What an answer goes on with: the call was decided and recorded before its first byte, and each look is decided anew, so that
/// who loses the right to it sees no more.
pub struct Sending {
    every: Duration,
    look: Box<dyn FnMut(&Gate) -> Result<Vec<Value>, Error> + Send>,
    gate: Gate,
}

impl Sending {
    /// How long to wait between two looks.
    pub fn every(&self) -> Duration {
        self.every
    }
    /// What has come since the last look: events, each with its name as its only member. Blocks.
    ///
    /// # Errors
    /// The answer ends with this.
    pub fn look(&mut self) -> Result<Vec<Value>, Error> {
        (self.look)(&self.gate)
    }
}

/// A look: the call, its input, and what the last look left; gives the events and what the next one is to know.
type Look<Op, S> = fn(&mut Authorized<'_, Op>, &<Op as Operation>::Input, S) -> Result<(Vec<Value>, S), Error>;

impl<Op: Operation> Authorized<'_, Op> {
    /// Lets the answer go on with what `look` finds, again and again. It works on a copy of its state, which counts when the
    /// look is committed. For requests from the wire: calls made inside have an answer that ends.
    pub fn go_on<S: Clone + Send + 'static>(&mut self, input: Op::Input, every: Duration, state: S, look: Look<Op, S>)
    where
        Op::Input: Clone + Send + 'static,
    {
        let frame = self.frame().clone();
        let mut state = state;
        let look = move |gate: &Gate| {
            let looked = gate.settle(|core| look_once::<Op, S>(core, &frame, &input, state.clone(), look));
            let (sent, next) = looked.unwrap_or_else(Err)?;
            state = next;
            Ok(sent)
        };
        let gate = self.core().gate.clone();
        self.core().sending = Some(Sending { every, look: Box::new(look), gate });
    }
}

/// A look that is refused leaves a record; what the others do inside leaves its own.
fn look_once<Op: Operation, S>(
    core: &mut Core,
    frame: &Frame,
    input: &Op::Input,
    state: S,
    look: Look<Op, S>,
) -> Result<(Vec<Value>, S), Error> {
    let mark = core.mark();
    let opening = Opening::new(core, frame, &info::<Op>(), redacted(|| Op::recorded(input)));
    let result = pass::decide::<Op>(core, frame, &opening.id, input)
        .and_then(|allowed| look(&mut Authorized::<Op>::new(core, frame, &opening.id, allowed), input, state));
    if let Err(error) = &result {
        core.undo(mark);
        if error.is_denied() {
            let record = opening.close(core.now, &[], Err(error))?;
            record::append(core, record);
        }
    }
    result
}
