use serde_json::Value;

/// A call, and the calls that make the world it needs: the tests that walk all operations use it.
///
/// A string `"$0/Role/Arn"` in an input stands for the member `/Role/Arn` of the answer to the first `after` call.
/// The calls before are made in account 111111111111 in region `us-east-1`.
#[derive(Debug, Clone)]
pub struct Example {
    /// The calls before.
    pub before: Vec<Before>,
    /// The operation's own input.
    pub input: Value,
    /// The body, for operations that take one.
    pub body: Option<&'static [u8]>,
    /// Who makes the call.
    pub by: CalledBy,
    /// The calls that it makes inside, as `service:Operation`, in the order in which they end: each leaves a record of its own.
    pub inside: Vec<&'static str>,
    /// The error's code, for a call that ends with one whoever makes it.
    pub fails: Option<&'static str>,
}

/// A call before an example's own.
#[derive(Debug, Clone)]
pub struct Before {
    /// `service:Operation`.
    pub operation: &'static str,
    /// Its input.
    pub input: Value,
    /// The body, for operations that take one.
    pub body: Option<&'static [u8]>,
    /// Who makes it.
    pub by: BeforeBy,
}

/// Who makes a call before an example's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeforeBy {
    /// An administrator.
    Administrator,
    /// Who makes the example's call, with all rights.
    Caller,
    /// The same, without rights: the answer is `/EncodedMessage`, that of the denial.
    Denied,
}

/// Who makes an example's call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CalledBy {
    /// A role's session in account 111111111111.
    #[default]
    Role,
    /// The user `Walker` of that account, with a long-lived access key.
    User,
    /// A role's session in the organization's management account, where the calls before are made too.
    Management,
    /// Nobody: the call needs no signature.
    Nobody,
}

impl Example {
    /// A call with this input in a new account.
    pub fn of(input: Value) -> Self {
        Self { before: Vec::new(), input, body: None, by: CalledBy::default(), inside: Vec::new(), fails: None }
    }
    /// After this call was made.
    pub fn after(self, operation: &'static str, input: Value) -> Self {
        self.before(operation, input, None, BeforeBy::Administrator)
    }
    /// After this call was made with a body.
    pub fn after_sending(self, operation: &'static str, input: Value, body: &'static [u8]) -> Self {
        self.before(operation, input, Some(body), BeforeBy::Administrator)
    }
    /// After this call was made by who makes the example's.
    pub fn after_own(self, operation: &'static str, input: Value) -> Self {
        self.before(operation, input, None, BeforeBy::Caller)
    }
    /// After this call was denied to one without rights.
    pub fn after_denied(self, operation: &'static str, input: Value) -> Self {
        self.before(operation, input, None, BeforeBy::Denied)
    }
    fn before(mut self, operation: &'static str, input: Value, body: Option<&'static [u8]>, by: BeforeBy) -> Self {
        self.before.push(Before { operation, input, body, by });
        self
    }
    /// With a body.
    pub fn body(mut self, body: &'static [u8]) -> Self {
        self.body = Some(body);
        self
    }
    /// Made by another than a role's session.
    pub fn by(mut self, by: CalledBy) -> Self {
        self.by = by;
        self
    }
    /// Making these calls inside.
    pub fn inside(mut self, calls: impl IntoIterator<Item = &'static str>) -> Self {
        self.inside = calls.into_iter().collect();
        self
    }
    /// Ending with this error: for calls that demand more when there is nothing to answer with.
    pub fn fails(mut self, code: &'static str) -> Self {
        self.fails = Some(code);
        self
    }
}
