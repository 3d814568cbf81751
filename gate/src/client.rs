use crate::{Body, BodyOut, BodyReader, Caller, Error, Gate, Operation, RequestContext, core::Frame, pass};
use base::Region;
use std::{io::Read, sync::Arc};

/// Makes calls as one caller, each in its own transaction. Blocks: for threads beside the server's own.
#[derive(Clone)]
pub struct Client {
    gate: Gate,
    caller: Caller,
    agent: &'static str,
    region: Region,
}

impl Client {
    pub(crate) fn new(gate: Gate, caller: Caller, agent: &'static str, region: Region) -> Self {
        Self { gate, caller, agent, region }
    }

    fn frame(&self) -> Frame {
        let context = RequestContext {
            request_id: base::uuid(&*self.gate.0.entropy),
            source_ip: self.agent.into(),
            user_agent: self.agent.into(),
            secure_transport: true,
            region: self.region.clone(),
            source_arn: None,
            transport: crate::Transport::default(),
        };
        Frame { caller: self.caller.clone(), context: Arc::new(context), parent: None, event: None, about: None }
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Makes a call. The input is made anew for each attempt.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn call<Op: Operation>(&self, input: impl Fn() -> Op::Input) -> Result<Op::Output, Error> {
        let frame = self.frame();
        self.gate.settle(|core| pass::pass::<Op>(core, frame.clone(), input(), Body::None).map(|(output, _)| output)).unwrap_or_else(Err)
    }

    /// Makes a call whose answer has a body.
    ///
    /// # Errors
    /// AWS's error of the call.
    pub fn receive<Op: Operation>(&self, input: impl Fn() -> Op::Input) -> Result<(Op::Output, BodyReader), Error> {
        let frame = self.frame();
        self.gate
            .settle(|core| {
                let (output, out) = pass::pass::<Op>(core, frame.clone(), input(), Body::None)?;
                let out = out.unwrap_or(BodyOut { parts: Vec::new(), start: 0, length: 0 });
                Ok((output, BodyReader::open(core, &out)?))
            })
            .unwrap_or_else(Err)
    }

    /// Makes a call with a body; `body` opens it anew for each attempt.
    ///
    /// # Errors
    /// AWS's error of the call; or the body could not be opened.
    pub fn send<Op: Operation>(
        &self,
        input: impl Fn() -> Op::Input,
        body: impl Fn() -> std::io::Result<Box<dyn Read>>,
    ) -> Result<Op::Output, Error> {
        let frame = self.frame();
        self.gate
            .settle(|core| {
                let mut reader = body().map_err(|e| Error::internal(format_args!("the body could not be read: {e}")))?;
                pass::pass::<Op>(core, frame.clone(), input(), Body::Reader(&mut reader)).map(|(output, _)| output)
            })
            .unwrap_or_else(Err)
    }
}
