use serde_json::Value;

/// A call that succeeds, and the calls that make the world it needs: the tests that walk all operations use it.
///
/// A string `"$0/Role/Arn"` in an input stands for the member `/Role/Arn` of the answer to the first `after` call.
/// The caller is an administrator of account 111111111111 in region `us-east-1`.
#[derive(Debug, Clone)]
pub struct Example {
    /// The calls before, as (`service:Operation`, input).
    pub before: Vec<(&'static str, Value)>,
    /// The operation's own input.
    pub input: Value,
    /// The body, for operations that take one.
    pub body: Option<&'static [u8]>,
    /// The calls that it makes inside, as `service:Operation`, in the order in which they end: each leaves a record of its own.
    pub inside: Vec<&'static str>,
}

impl Example {
    /// A call with this input in a new account.
    pub fn of(input: Value) -> Self {
        Self { before: Vec::new(), input, body: None, inside: Vec::new() }
    }
    /// After this call was made.
    pub fn after(mut self, operation: &'static str, input: Value) -> Self {
        self.before.push((operation, input));
        self
    }
    /// With a body.
    pub fn body(mut self, body: &'static [u8]) -> Self {
        self.body = Some(body);
        self
    }
    /// Making these calls inside.
    pub fn inside(mut self, calls: impl IntoIterator<Item = &'static str>) -> Self {
        self.inside = calls.into_iter().collect();
        self
    }
}
