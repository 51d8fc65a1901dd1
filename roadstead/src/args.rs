//! The command line.

use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};
use gateway::parse_address;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use url::Url;

/// The usual data folder.
pub(crate) const DATA_FOLDER: &str = ".roadstead";

/// A hundred years: times before and after now stay within what clocks and dates can tell.
const DAYS_MAX: i64 = 36_500;

/// Days, of which there must be so many at least.
fn days(least: i64) -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(least..=DAYS_MAX)
}

/// Run container jobs from a browser.
#[derive(Debug, Parser)]
#[command(name = "roadstead", version, about, long_about = None)]
pub(crate) struct Args {
    /// Write the log as JSON lines (the filter is ROADSTEAD_LOG, as in `info,cluster=debug`).
    #[arg(long, global = true)]
    pub(crate) log_json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Console, gateway and cluster on one address.
    Up(Up),
    /// The cluster alone: the platform API.
    Cluster(Cluster),
    /// Console and gateway alone, before any server of the platform API.
    Gateway(Gateway),
    /// Make a new key for sessions; those sealed with the one before stay good.
    RotateKey(Data),
    /// Add and list users, make tokens and sign-in links (also while the server runs).
    User(User),
}

/// Where to listen and where to keep things.
#[derive(Clone, Debug, Arguments)]
pub(crate) struct Place {
    /// Address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,
    /// Port to listen on; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Address by which browsers and command lines reach this server; by default http://HOST:PORT. Without default where HOST stands for
    /// all addresses of the machine (0.0.0.0, ::).
    #[arg(long, value_parser = parse_address)]
    pub(crate) public_url: Option<Url>,
    #[command(flatten)]
    pub(crate) data: Data,
}

#[derive(Clone, Debug, Arguments)]
pub(crate) struct Data {
    /// Folder for everything that is kept: accounts, jobs, logs, keys.
    #[arg(long = "data", env = "ROADSTEAD_DATA", default_value = DATA_FOLDER, global = true)]
    pub(crate) folder: PathBuf,
}

/// How jobs are run.
#[derive(Clone, Debug, Arguments)]
pub(crate) struct Jobs {
    /// Socket of the container engine, as DOCKER_HOST writes it; by default the first that can run a job: the one that `cargo xtask up`
    /// started for this data folder, then the usual Docker and Podman sockets.
    #[arg(long)]
    pub(crate) engine_host: Option<String>,
    /// A static busybox to make the sample image of, so that the first job needs no network.
    #[arg(long)]
    pub(crate) sample_busybox: Option<PathBuf>,
    /// Days that the log of a finished job is kept; 0 keeps it for good.
    #[arg(long, default_value_t = 30, value_parser = days(0))]
    pub(crate) log_days: u32,
    /// MiB of log kept for each job; the oldest goes first. 0 keeps all.
    #[arg(long, default_value_t = 4096)]
    pub(crate) log_mib: u64,
    /// Record what people see in the terminals they open in jobs, for administrators; `all`: in every command, also without a
    /// terminal. They are told.
    #[arg(
        long,
        env = "ROADSTEAD_RECORD_TERMINALS",
        value_enum,
        default_value_t = Record::Off,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "terminals"
    )]
    pub(crate) record_terminals: Record,
    /// Days that a recording is kept; 0 keeps it for good.
    #[arg(long, default_value_t = 90, value_parser = days(0))]
    pub(crate) record_days: u32,
    /// MiB that all recordings may take; the oldest goes first. 0 keeps all.
    #[arg(long, default_value_t = 1024)]
    pub(crate) record_mib: u64,
    /// Seconds between asking a killed job to end and ending it.
    #[arg(long, default_value_t = 10)]
    pub(crate) kill_grace_secs: u64,
}

/// How images are kept.
#[derive(Clone, Debug, Arguments)]
pub(crate) struct Images {
    /// MiB that the images of one project may take, each layer counted once; 0 sets no limit.
    #[arg(long, default_value_t = 0)]
    pub(crate) image_quota_mib: u64,
    /// Days that an unfinished upload of an image may lie untouched.
    #[arg(long, default_value_t = 7, value_parser = days(1))]
    pub(crate) upload_days: u32,
    /// Days that an image without a tag is kept after it was last used; 0 keeps it for good.
    #[arg(long, default_value_t = 30, value_parser = days(0))]
    pub(crate) untagged_days: u32,
    /// Registry that images may be copied from, as host or host:port; may be given several times. Without it: any with a public address.
    #[arg(long = "copy-from", value_name = "HOST")]
    pub(crate) copy_from: Vec<String>,
    /// Registry without TLS that images may be copied from, wherever it lies, as host or host:port; may be given several times.
    #[arg(long = "copy-from-plain-http", value_name = "HOST")]
    pub(crate) copy_from_plain_http: Vec<String>,
    /// Let registries that images are copied from lie at private addresses: whoever may write images can then reach those.
    #[arg(long)]
    pub(crate) copy_from_private: bool,
}

/// What pages may do.
#[derive(Clone, Debug, Arguments)]
pub(crate) struct Pages {
    /// MiB of an image that a page sends in one request at most. Lower it where a proxy before this server takes less.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(crate) chunk_mib: u64,
    /// Requests a second of one session, for as long as they last; four times as many at once. 0 sets no limit.
    #[arg(long, default_value_t = 250)]
    pub(crate) session_rate: u32,
    /// Say that the cluster's engines read layers in zstd (Docker 23 and later, Podman, containerd): pages then prefer it.
    #[arg(long)]
    pub(crate) zstd_layers: bool,
}

/// What stands before this server, and how much it takes.
#[derive(Clone, Debug, Arguments)]
pub(crate) struct Front {
    /// Address of a reverse proxy whose X-Forwarded-For is believed, as an address or network (10.0.0.0/8); may be given several times.
    #[arg(long = "trust-proxy", value_name = "ADDRESS")]
    pub(crate) trust_proxies: Vec<String>,
    /// Connections at most, open streams included.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) connections_max: usize,
    /// Loopback address and port to serve Prometheus metrics at, as in 127.0.0.1:9464.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) metrics: Option<std::net::SocketAddr>,
}

#[derive(Debug, Arguments)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
    #[command(flatten)]
    pub(crate) images: Images,
    #[command(flatten)]
    pub(crate) pages: Pages,
    #[command(flatten)]
    pub(crate) front: Front,
}

#[derive(Debug, Arguments)]
pub(crate) struct Cluster {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) jobs: Jobs,
    #[command(flatten)]
    pub(crate) images: Images,
    #[command(flatten)]
    pub(crate) front: Front,
    /// Address of a console (a `roadstead gateway`) whose users may sign in with this cluster's passwords; may be given several times.
    #[arg(long = "console-url", value_name = "URL", value_parser = parse_address)]
    pub(crate) console_urls: Vec<Url>,
}

#[derive(Debug, Arguments)]
pub(crate) struct Gateway {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Base of the platform API, as given to `apolo login`: https://api.apolo.us/api/v1 or a `roadstead cluster`.
    #[arg(long, value_parser = parse_address)]
    pub(crate) upstream: Url,
    #[command(flatten)]
    pub(crate) pages: Pages,
    #[command(flatten)]
    pub(crate) front: Front,
    /// OAuth client id that the platform's sign-in knows this console by; by default the command line's own.
    #[arg(long)]
    pub(crate) oauth_client_id: Option<String>,
    /// Token of an account of the platform that reads jobs for links to their status. Whoever makes a link grants it read on that
    /// job. Without it there are no such links.
    #[arg(long, env = "ROADSTEAD_LINKS_TOKEN", hide_env_values = true)]
    pub(crate) links_token: Option<String>,
    /// Further hosts that the platform's configuration may send the gateway to (monitoring, registry), as host or host:port.
    #[arg(long = "allow-host")]
    pub(crate) allow_hosts: Vec<String>,
}

#[derive(Debug, Arguments)]
pub(crate) struct User {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(subcommand)]
    pub(crate) act: UserAct,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserAct {
    /// Add a user to the default project.
    Add {
        /// Name: lower-case letters, digits and single hyphens.
        name: String,
        /// What the user may do in the project.
        #[arg(long, value_enum, default_value_t = Role::Writer)]
        role: Role,
        /// The project.
        #[arg(long)]
        project: Option<String>,
        /// Ask for a password on the terminal, or read it from standard input.
        #[arg(long)]
        password: bool,
    },
    /// List the users.
    List,
    /// Print a token for the command line: `apolo config login-with-token TOKEN URL`.
    Token {
        /// Whose.
        name: String,
        /// How long it lasts.
        #[arg(long, default_value_t = 30, value_parser = days(1))]
        days: u32,
    },
    /// Set a password: asked for on the terminal, or read from standard input. All of the user's sign-ins end.
    Passwd {
        /// Whose.
        name: String,
    },
    /// Print a one-time link by which a user sets a password; it is good for a day.
    PasswordLink {
        /// Whose.
        name: String,
        /// Address of the cluster; by default where `roadstead up` was last up on this data folder.
        #[arg(long, value_parser = parse_address)]
        url: Option<Url>,
    },
    /// Print a one-time link that signs a browser in.
    Link {
        /// Whose.
        name: String,
        /// Address of the console; by default where `roadstead up` was last up on this data folder.
        #[arg(long, value_parser = parse_address)]
        url: Option<Url>,
    },
}

/// What is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Record {
    /// Nothing.
    Off,
    /// Terminals.
    Terminals,
    /// Commands without a terminal too.
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// See and use.
    Reader,
    /// Start and end jobs.
    Writer,
    /// Share on.
    Manager,
    /// Everything, people included.
    Admin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_beyond_what_dates_can_tell_are_refused_by_their_option() {
        for (line, least) in [
            (&["user", "token", "admin", "--days"][..], 1),
            (&["up", "--upload-days"], 1),
            (&["up", "--untagged-days"], 0),
            (&["up", "--log-days"], 0),
            (&["cluster", "--record-days"], 0),
        ] {
            let (option, command) = line.split_last().expect("an option");
            let read = |days: i64| {
                let given = format!("{option}={days}");
                Args::try_parse_from(["roadstead"].iter().chain(command).copied().chain([given.as_str()]))
            };
            assert!(read(least).is_ok() && read(36_500).is_ok(), "{line:?}");
            for days in [least - 1, 36_501, 3_000_000] {
                let refused = read(days).expect_err("out of range").to_string();
                assert!(refused.contains(option) && refused.contains("36500"), "{refused}");
            }
        }
    }

    #[test]
    fn an_address_beyond_ascii_is_refused_by_its_option_and_asked_for_in_punycode() {
        for line in [
            &["gateway", "--upstream", "https://münchen.example/api/v1"][..],
            &["up", "--public-url", "https://münchen.example"],
            &["cluster", "--console-url", "https://münchen.example"],
            &["user", "link", "bob", "--url", "https://münchen.example"],
        ] {
            let refused = Args::try_parse_from(["roadstead"].iter().chain(line)).expect_err("no address").to_string();
            let option = line.iter().find(|word| word.starts_with("--")).expect("an option");
            assert!(refused.contains(option) && refused.contains("Punycode, as in https://xn--"), "{refused}");
        }
        assert!(Args::try_parse_from(["roadstead", "gateway", "--upstream", "https://xn--mnchen-3ya.example"]).is_ok());
        assert!(Args::try_parse_from(["roadstead", "up", "--public-url", "jobs"]).is_err());
    }
}
