//! Rights over real sockets: a real cluster, the gateway on its native host, and people of all kinds.

mod access {
    mod bare;
    mod people;
    mod sharing;
    mod walk;
    mod world;
}
