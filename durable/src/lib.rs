//! Runs long work: steps, timers, retries, recovery, the outbox.
