//! The streams over real sockets: a small cluster that speaks the platform API (and can be slow, break off, or not know the
//! extension), the gateway on one of its hosts, and a browser's WebSockets.

// Each of the two uses its part of it.
#[allow(dead_code)]
mod host;

mod streams {
    mod browser;
    mod cluster;
    mod events;
    mod exec;
    mod isolates;
    mod logs;
    mod monitoring;
    mod shared;
    mod top;
}
