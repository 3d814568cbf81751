//! The issuer of the examples: its name, a token that it signed once, and its public key. The private one is kept nowhere. What walks
//! the examples serves the keys in the issuer's place.

/// The issuer.
pub const EXAMPLE_ISSUER: &str = "https://issuer.example.com";

/// Whom its token is for.
pub const EXAMPLE_AUDIENCE: &str = "sts.amazonaws.com";

/// The issuer's key set, as it publishes it.
pub const EXAMPLE_KEYS: &str = r#"{"keys":[{"kty":"EC","use":"sig","alg":"ES256","kid":"example","crv":"P-256","x":"-RVrREMQ_9iS0rmRqu2q6DLGVDzSOZdyNFuRNFp0jJQ","y":"58tAEQKl48dl7feg-eHDFjXx6c87eDUNUHJkAdyIakE"}]}"#;

/// A token for `repo:example/delivery:ref:refs/heads/main`, of 2026 and good until 2100, with a session tag and a source identity.
pub const EXAMPLE_TOKEN: &str = concat!(
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImV4YW1wbGUiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLmNvbSIsImF",
    "1ZCI6InN0cy5hbWF6b25hd3MuY29tIiwic3ViIjoicmVwbzpleGFtcGxlL2RlbGl2ZXJ5OnJlZjpyZWZzL2hlYWRzL21haW4iLCJpYXQiOjE3N",
    "jcyMjU2MDAsImV4cCI6NDEwMjQ0NDgwMCwiaHR0cHM6Ly9hd3MuYW1hem9uLmNvbS90YWdzIjp7InByaW5jaXBhbF90YWdzIjp7InRlYW0iOls",
    "iYSJdfSwidHJhbnNpdGl2ZV90YWdfa2V5cyI6WyJ0ZWFtIl19LCJodHRwczovL2F3cy5hbWF6b24uY29tL3NvdXJjZV9pZGVudGl0eSI6InNvb",
    "WVib2R5In0.T_InADvsj62IAS4SWSo488iWA-Lp5bLoo3etEOTq80gVfUSybkjaYDyTOmtwumms82K6Iuxn5Kx8cCg4K63Otg"
);
