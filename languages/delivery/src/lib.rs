//! The delivery file sekisho.yaml. Pure.
