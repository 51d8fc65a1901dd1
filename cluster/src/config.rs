//! What a cluster is told when it starts.
//!
//! Owns settings and their defaults. Reads no file and no environment: the binary does.

use std::{path::PathBuf, time::Duration};

use platform::config::Preset;
use url::Url;

use crate::{casts::Recorded, images::CopyRules};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Which container engine runs the jobs.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum EngineChoice {
    /// `DOCKER_HOST` alone when it is set, else the first that passes a self-test: one of the data folder's own, then the usual
    /// docker and podman sockets.
    #[default]
    Auto,
    /// This Docker API address only, as `DOCKER_HOST` writes it.
    DockerAt(String),
}

/// The settings of one cluster.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything the cluster remembers lives here.
    pub data_dir: PathBuf,
    /// The address clients reach it at, without `/api/v1`.
    pub base_url: Url,
    /// Addresses of consoles besides the one above that users may sign in to with this cluster's passwords.
    pub console_urls: Vec<Url>,
    /// The cluster's name in URIs.
    pub cluster_name: String,
    /// The first organisation.
    pub org_name: String,
    /// The first project of the first organisation.
    pub project_name: String,
    /// The user made at the first start, who may do everything.
    pub admin_name: String,
    /// What a job may ask for; the first is the default. Not empty.
    pub presets: Vec<Preset>,
    /// Which engine runs the containers.
    pub engine: EngineChoice,
    /// A static busybox from which the sample image is made; none: no sample image.
    pub sample_busybox: Option<PathBuf>,
    /// How long the log of a finished job is kept; none: for ever.
    pub log_retention: Option<Duration>,
    /// Most bytes of log kept for one job, the oldest going first; none: everything.
    pub log_max_bytes: Option<u64>,
    /// Which sessions in jobs are recorded.
    pub recorded: Recorded,
    /// How long a recording is kept; none: for ever.
    pub cast_retention: Option<Duration>,
    /// Most bytes of all recordings, the oldest going first; none: everything.
    pub cast_max_bytes: Option<u64>,
    /// Most bytes of the images of one project; none: as many as the disk holds.
    pub image_quota_bytes: Option<u64>,
    /// How long an unfinished upload of an image may lie untouched before it is cleared away.
    pub upload_retention: Duration,
    /// How long a manifest without a tag is kept after it was last used; none: for ever.
    pub untagged_retention: Option<Duration>,
    /// From where images may be copied into projects.
    pub copy: CopyRules,
    /// How long a killed process may take to end by itself.
    pub kill_grace: Duration,
    /// How long access tokens handed out by a sign-in live.
    pub token_lifetime: Duration,
}

impl Config {
    /// Defaults for a data folder and a public address, with presets sized to this machine.
    #[must_use]
    pub fn new(data_dir: PathBuf, base_url: Url) -> Self {
        Self {
            data_dir,
            base_url,
            console_urls: Vec::new(),
            cluster_name: "default".to_owned(),
            org_name: "main".to_owned(),
            project_name: "default".to_owned(),
            admin_name: "admin".to_owned(),
            presets: machine_presets(&Machine::this()),
            engine: EngineChoice::Auto,
            sample_busybox: None,
            log_retention: None,
            log_max_bytes: None,
            recorded: Recorded::Nothing,
            cast_retention: None,
            cast_max_bytes: None,
            image_quota_bytes: None,
            upload_retention: DAY * 7,
            untagged_retention: Some(DAY * 30),
            copy: CopyRules::default(),
            kill_grace: Duration::from_secs(10),
            token_lifetime: Duration::from_secs(24 * 3600),
        }
    }
}

/// Whether an address leads to the machine of whoever asks it.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What the machine can give to jobs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Machine {
    pub(crate) cores: f64,
    pub(crate) memory_bytes: u64,
}

impl Machine {
    /// The machine this runs on. Where it does not say how much memory it has, 2 GiB.
    pub(crate) fn this() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        #[allow(clippy::cast_precision_loss)]
        Self { cores: cores as f64, memory_bytes: total_memory(&meminfo).unwrap_or(2 * GIB) }
    }
}

fn total_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// The usual sizes, as far as the machine can give them; the first is cut down to fit even the smallest.
fn machine_presets(machine: &Machine) -> Vec<Preset> {
    let preset = |name: &str, cpu: f64, memory: u64| Preset {
        name: name.to_owned(),
        cpu,
        memory,
        credits_per_hour: "0".to_owned(),
        nvidia_gpu: None,
        scheduler_enabled: false,
        preemptible_node: false,
    };
    let small = preset("cpu-small", machine.cores.min(1.0), machine.memory_bytes.min(2 * GIB));
    let larger = [("cpu-medium", 2.0, 4 * GIB), ("cpu-large", 4.0, 16 * GIB), ("cpu-xlarge", 8.0, 32 * GIB)]
        .into_iter()
        .filter(|(_, cpu, memory)| *cpu <= machine.cores && *memory <= machine.memory_bytes)
        .map(|(name, cpu, memory)| preset(name, cpu, memory));
    std::iter::once(small).chain(larger).chain([preset("cpu-micro", 0.25, 256 * MIB)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(machine: &Machine) -> Vec<String> {
        machine_presets(machine).into_iter().map(|preset| preset.name).collect()
    }

    #[test]
    fn presets_stop_where_the_machine_does() {
        let machine = Machine { cores: 4.0, memory_bytes: 8 * GIB };
        assert_eq!(names(&machine), ["cpu-small", "cpu-medium", "cpu-micro"]);
    }

    #[test]
    fn the_default_preset_fits_even_the_smallest_machine() {
        let presets = machine_presets(&Machine { cores: 1.0, memory_bytes: GIB });
        assert_eq!((presets[0].cpu, presets[0].memory), (1.0, GIB));
    }

    #[test]
    fn memory_is_read_from_the_kernel_and_nonsense_is_not() {
        assert_eq!(total_memory("MemTotal:       24650000 kB\nMemFree: 1 kB\n"), Some(24_650_000 * 1024));
        for nonsense in ["", "MemTotal:", "MemTotal: x kB", "MemTotal: 12", "MemTotal: 99999999999999999999 kB"] {
            assert_eq!(total_memory(nonsense), None, "{nonsense}");
        }
    }
}
