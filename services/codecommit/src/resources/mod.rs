pub(crate) mod repository;
