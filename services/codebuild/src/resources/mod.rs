pub(crate) mod project;
