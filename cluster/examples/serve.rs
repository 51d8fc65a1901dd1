//! A cluster alone on a loopback port, for trying clients against it:
//! `cargo run -p cluster --example serve --features fake-engine -- DATA_FOLDER PORT [fake | DOCKER_HOST]`.
//! Prints a token of the administrator.

use std::{env, sync::Arc, time::Duration};

use anyhow::Context as _;
use cluster::{Accounts, Cluster, Config, EngineChoice, engine::fake::FakeEngine};
use tokio::net::TcpListener;
use url::Url;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).init();
    let mut words = env::args().skip(1);
    let folder = words.next().context("name a data folder")?;
    let port: u16 = words.next().context("name a port")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = Url::parse(&format!("http://{}", listener.local_addr()?))?;
    let mut config = Config::new(folder.into(), address.clone());
    config.kill_grace = Duration::from_secs(2);
    let people = Accounts::open(&config).await?;
    println!("{}", people.token(&config.admin_name, Duration::from_secs(24 * 3600)).await?);
    let cluster = match words.next().as_deref() {
        Some("fake") => Cluster::start_on(config, Arc::clone(&FakeEngine::new()) as _).await?,
        Some(host) => {
            config.engine = EngineChoice::DockerAt(host.to_owned());
            Cluster::start(config).await?
        }
        None => Cluster::start(config).await?,
    };
    let stopping = cluster.clone();
    let stop = async move {
        // Without the signal there is nothing to wait for but the end of the process.
        let _ = tokio::signal::ctrl_c().await;
        stopping.farewell();
    };
    axum::serve(listener, cluster.router()).with_graceful_shutdown(stop).await?;
    cluster.shutdown().await;
    Ok(())
}
