//! Images over real sockets: a real cluster with its registry, the gateway on its native host, and clients of both kinds.

mod images {
    mod archive;
    mod browse;
    mod pass;
    mod world;
}
