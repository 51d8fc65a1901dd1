//! The one binary: console, gateway and embedded cluster.
//!
//! It reads the command line and puts the parts together; it is the only crate that knows both the gateway and the cluster.

mod address;
mod args;
mod assets;
mod banner;
mod dispatch;
mod keyfile;
mod links;
mod logging;
mod operations;
mod password;
mod serve;
mod user;

use args::{Args, Command};
use clap::Parser;

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    logging::start(args.log_json);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        match args.command {
            Command::Up(up) => serve::up(up).await,
            Command::Cluster(cluster) => serve::cluster(cluster).await,
            Command::Gateway(gateway) => serve::gateway(gateway).await,
            Command::RotateKey(data) => serve::rotate_key(&data.folder),
            Command::User(user) => user::run(user).await,
        }
    })
}
