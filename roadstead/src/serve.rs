//! Puts gateway and cluster together and serves them until told to stop.

use crate::args::{self, Images, Jobs, Place, Record};
use crate::banner::Banner;
use crate::operations::Operations;
use crate::{address, assets, dispatch, keyfile, links};
use anyhow::{Context, bail};
use cluster::{Cluster, CopyRules, EngineChoice, Recorded};
use gateway::{Gateway, Memory, SessionKeys, ports::Host as _};
use gateway_native::{FileNotes, Front, HomeKey, Metrics, NativeHost, Proxies};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

const DAY: Duration = Duration::from_secs(24 * 3600);
const MIB: u64 = 1024 * 1024;

/// `roadstead up`: everything on one address.
pub(crate) async fn up(up: args::Up) -> anyhow::Result<()> {
    let (listener, address) = listen(&up.place).await?;
    let data = up.place.data.folder.clone();
    let cluster = Cluster::start(cluster_config(&up.place, &up.jobs, &up.images, address.clone())).await?;
    let own = loopback(&listener)?;
    let mut config = gateway::Config::new(Url::parse(&format!("http://{own}/api/v1"))?, session_keys(&data)?);
    config.platform_url = Some(address.join("api/v1")?);
    config.public_url = up.place.public_url.is_some().then(|| address.clone());
    // The cluster names itself by its public address; the gateway may send tokens there.
    config.trusted_hosts = vec![authority(&address)];
    set_pages(&mut config, &up.pages);
    config.links = Some(links::embedded(&data, &cluster).await?);
    let (operations, mut front) = operations(&up.front)?;
    let key = HomeKey::new();
    front.proxies = front.proxies.and_home(key.clone());
    // The cluster names itself by its public address; the gateway beside it need not go there.
    let host = NativeHost::new().at_home(&address.as_str().parse()?, own, key, cluster.router());
    let gateway = open_gateway(config, &host, &data).await?;
    let console = gateway_native::console(assets::Console);
    let router = dispatch::one_port(gateway::router(gateway.clone(), console), cluster.router());
    let code = cluster.sign_in_code(cluster.admin()).await?;
    address::keep(&data, &address);
    operations.listen(up.front.metrics).await?;
    say(&Banner { address: &address, data: &data, code: Some(&code), console: assets::is_built() });
    let kept = tokio::spawn(links::keep(gateway.clone(), cluster.clone()));
    let stopped = operations.stopping(stop_signal()?);
    let (leaving, closing) = (gateway.clone(), cluster.clone());
    let stop = async move {
        stopped.await;
        // Its pages hear it first: to them the end of the cluster's streams would look like a break.
        leaving.drain();
        closing.farewell();
    };
    gateway_native::serve(listener, operations.beside(router), front, gateway, host, stop).await;
    kept.abort();
    cluster.shutdown().await;
    Ok(())
}

/// `roadstead cluster`: the platform API alone.
pub(crate) async fn cluster(alone: args::Cluster) -> anyhow::Result<()> {
    let (listener, address) = listen(&alone.place).await?;
    let data = alone.place.data.folder.clone();
    let mut config = cluster_config(&alone.place, &alone.jobs, &alone.images, address.clone());
    config.console_urls.clone_from(&alone.console_urls);
    let cluster = Cluster::start(config).await?;
    let (operations, front) = operations(&alone.front)?;
    operations.listen(alone.front.metrics).await?;
    say(&Banner { address: &address, data: &data, code: None, console: true });
    let stopped = operations.stopping(stop_signal()?);
    let closing = cluster.clone();
    let stop = async move {
        stopped.await;
        closing.farewell();
    };
    gateway_native::serve_router(listener, operations.beside(cluster.router()), front, stop).await;
    cluster.shutdown().await;
    Ok(())
}

/// `roadstead gateway`: console and gateway before another server.
pub(crate) async fn gateway(alone: args::Gateway) -> anyhow::Result<()> {
    let (listener, address) = listen(&alone.place).await?;
    let data = &alone.place.data.folder;
    let mut config = gateway::Config::new(alone.upstream, session_keys(data)?);
    config.public_url = alone.place.public_url.is_some().then(|| address.clone());
    config.trusted_hosts = alone.allow_hosts;
    config.oauth_client_id = alone.oauth_client_id;
    set_pages(&mut config, &alone.pages);
    config.links = match alone.links_token {
        Some(token) => Some(links::with_token(data, token).await.context("--links-token")?),
        None => None,
    };
    let (operations, front) = operations(&alone.front)?;
    let host = NativeHost::new();
    let gateway = open_gateway(config, &host, data).await?;
    let router = gateway::router(gateway.clone(), gateway_native::console(assets::Console));
    operations.listen(alone.front.metrics).await?;
    say(&Banner { address: &address, data, code: None, console: assets::is_built() });
    let stop = operations.stopping(stop_signal()?);
    gateway_native::serve(listener, operations.beside(router), front, gateway, host, stop).await;
    Ok(())
}

/// `roadstead rotate-key`: a new key for sessions; those sealed with the one before stay good.
pub(crate) fn rotate_key(data: &Path) -> anyhow::Result<()> {
    let (current, previous) = key_files(data);
    if keyfile::find(&current).with_context(|| format!("the session key {}", current.display()))?.is_none() {
        bail!("there is no session key in {}: name the data folder of your server with --data", data.display());
    }
    keyfile::rotate(&current, &previous).with_context(|| format!("the session key {}", current.display()))?;
    println!(
        "There is a new session key; start the server again to use it. Sessions sealed with the one before stay good until you \
         rotate again: leave 30 days between, or delete {} to end them all.",
        previous.display()
    );
    Ok(())
}

async fn open_gateway(config: gateway::Config, host: &NativeHost, data: &Path) -> anyhow::Result<Gateway> {
    let path = data.join("sessions.sqlite");
    let notes = FileNotes::open(&path, host.now()).await;
    let notes = notes
        .map_err(|error| anyhow::anyhow!(error))
        .with_context(|| format!("the notes of sessions {}", path.display()))?;
    Ok(Gateway::remembering(config, Arc::new(host.clone()), Memory::with_notes(Arc::new(notes))))
}

fn operations(front: &args::Front) -> anyhow::Result<(Operations, Front)> {
    let metrics = Metrics::new();
    let served = Front {
        proxies: Proxies::parse(&front.trust_proxies).context("--trust-proxy")?,
        connections_max: front.connections_max,
        metrics: metrics.clone(),
        ..Front::default()
    };
    Ok((Operations::new(metrics), served))
}

/// What `user` commands need of the cluster's settings besides the data folder.
pub(crate) fn stored_config(data: &Path) -> anyhow::Result<cluster::Config> {
    Ok(cluster::Config::new(data.to_owned(), Url::parse("http://127.0.0.1:8080")?))
}

fn cluster_config(place: &Place, jobs: &Jobs, images: &Images, address: Url) -> cluster::Config {
    let mut config = cluster::Config::new(place.data.folder.clone(), address);
    if let Some(host) = &jobs.engine_host {
        config.engine = EngineChoice::DockerAt(host.clone());
    }
    config.sample_busybox.clone_from(&jobs.sample_busybox);
    config.log_retention = (jobs.log_days > 0).then(|| DAY * jobs.log_days);
    config.log_max_bytes = (jobs.log_mib > 0).then(|| jobs.log_mib.saturating_mul(MIB));
    config.recorded = match jobs.record_terminals {
        Record::Off => Recorded::Nothing,
        Record::Terminals => Recorded::Terminals,
        Record::All => Recorded::Everything,
    };
    config.cast_retention = (jobs.record_days > 0).then(|| DAY * jobs.record_days);
    config.cast_max_bytes = (jobs.record_mib > 0).then(|| jobs.record_mib.saturating_mul(MIB));
    config.image_quota_bytes = (images.image_quota_mib > 0).then(|| images.image_quota_mib.saturating_mul(MIB));
    config.copy = CopyRules {
        only: (!images.copy_from.is_empty()).then(|| images.copy_from.clone()),
        plain_http: images.copy_from_plain_http.clone(),
        private_addresses: images.copy_from_private,
    };
    config.upload_retention = DAY * images.upload_days;
    config.untagged_retention = (images.untagged_days > 0).then(|| DAY * images.untagged_days);
    config.kill_grace = Duration::from_secs(jobs.kill_grace_secs);
    config
}

fn set_pages(config: &mut gateway::Config, pages: &args::Pages) {
    config.chunk_max_bytes = pages.chunk_mib.saturating_mul(MIB);
    config.zstd_layers = pages.zstd_layers;
    let rate = if pages.session_rate == 0 { u32::MAX } else { pages.session_rate };
    config.paces.of_session = gateway::Pace { burst: rate.saturating_mul(4), per_second: rate };
}

fn session_keys(data: &Path) -> anyhow::Result<SessionKeys> {
    let (current, previous) = key_files(data);
    let key = keyfile::ensure(&current).with_context(|| format!("the session key {}", current.display()))?;
    let before = keyfile::find(&previous).with_context(|| format!("the session key {}", previous.display()))?;
    Ok(SessionKeys::new(key, before))
}

fn key_files(data: &Path) -> (PathBuf, PathBuf) {
    (data.join("session.key"), data.join("session.previous.key"))
}

async fn listen(place: &Place) -> anyhow::Result<(TcpListener, Url)> {
    if place.host.is_unspecified() && place.public_url.is_none() {
        // Clients are told an address by the cluster's configuration, and names of images begin with it.
        bail!(
            "--host {} stands for all addresses of this machine, and nobody can be sent there: say with --public-url by which one \
             browsers and command lines reach it, as in --public-url http://192.0.2.7:{}",
            place.host,
            place.port
        );
    }
    let wanted = SocketAddr::new(place.host, place.port);
    let listener = match TcpListener::bind(wanted).await {
        Ok(listener) => listener,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
            "port {} on {} is in use by another program (perhaps another Roadstead): choose one with --port, or 0 for any",
            place.port,
            place.host
        ),
        Err(error) => return Err(error).with_context(|| format!("cannot listen on {wanted}")),
    };
    let address = match &place.public_url {
        Some(url) => url.clone(),
        None => Url::parse(&format!("http://{}", listener.local_addr()?))?,
    };
    Ok((listener, address))
}

/// The address by which this process reaches itself.
fn loopback(listener: &TcpListener) -> anyhow::Result<SocketAddr> {
    let mut own = listener.local_addr()?;
    if own.ip().is_unspecified() {
        own.set_ip(if own.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    Ok(own)
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn say(banner: &Banner<'_>) {
    use std::io::Write;
    // A closed standard output is no reason to stop serving.
    let _ = io::stdout().write_all(banner.text().as_bytes()).and_then(|()| io::stdout().flush());
}

/// Resolves at Ctrl-C or SIGTERM.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping; jobs keep running");
    })
}
