pub(crate) mod connection;
