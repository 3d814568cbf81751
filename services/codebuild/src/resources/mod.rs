pub(crate) mod project;
pub(crate) mod report_group;
