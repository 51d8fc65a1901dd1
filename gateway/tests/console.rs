//! The router in process, before a scripted host: what the console asks, what the cluster is asked, what comes back.

mod console {
    mod audit;
    mod images;
    mod jobs;
    mod links;
    mod oauth;
    mod security;
    mod session;
    mod shared;
    mod shelf;
    mod trouble;
    mod watched;
    pub(crate) mod world;
}
