//! Images over real sockets: a real cluster with its registry, the gateway on one of its hosts, and clients of both kinds.

// Each of the two uses its part of it.
#[allow(dead_code)]
mod host;

mod images {
    mod archive;
    mod browse;
    mod chunks;
    mod pass;
    mod world;
}
