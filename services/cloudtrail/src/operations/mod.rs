pub(crate) mod get_event_data_store;
pub(crate) mod lookup_events;
pub(crate) mod update_event_data_store;
