//! The streams over real sockets: a small cluster that speaks the platform API (and can be slow, break off, or not know the
//! extension), the gateway on its native host, and a browser's WebSockets.

mod streams {
    mod browser;
    mod cluster;
    mod events;
    mod exec;
    mod logs;
    mod monitoring;
    mod shared;
    mod top;
}
