//! Transactions on ordered keys, and blobs: in memory and on a local disk.
