//! The router in process, before a scripted host: what the console asks, what the cluster is asked, what comes back.

mod console {
    mod jobs;
    mod security;
    mod session;
    mod trouble;
    pub(crate) mod world;
}
