//! Debian packages: installed where that is allowed, named in a clear message where it is not.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::command::{capture, command, quiet};
use crate::paths::find_program;

/// Whether packages may be installed here: Debian or one of its children, as root.
pub(crate) fn may_install() -> bool {
    is_root() && is_debian()
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    // The owner of our own /proc entry: the standard library has no safe call for the user id.
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn is_debian() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let named = release.lines().any(|line| {
        (line.starts_with("ID=") || line.starts_with("ID_LIKE="))
            && (line.contains("debian") || line.contains("ubuntu"))
    });
    named && find_program("apt-get").is_some()
}

/// Installs packages, or says which ones to install.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !may_install() {
        bail!(
            "this needs {}, which only root can install: `sudo apt-get install {}` (or your system's packages of the same purpose), then run it again",
            packages.join(", "),
            packages.join(" ")
        );
    }
    // Lists may be missing or too old on a fresh machine: fetched only when the first try fails.
    if apt_get(&["install"], packages).is_ok() {
        return Ok(());
    }
    apt_get(&["update"], &[])?;
    match apt_get(&["install"], packages) {
        Ok(()) => Ok(()),
        Err(_) => {
            // An upgrade pulled in half way (systemd removes its own temporary folder) is finished like this.
            apt_get(&["--fix-broken", "install"], &[])?;
            apt_get(&["install"], packages).with_context(|| format!("could not install {}", packages.join(", ")))
        }
    }
}

fn apt_get(action: &[&str], packages: &[&str]) -> Result<()> {
    quiet(
        command("apt-get")
            .args(["-y", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"])
            .args(action)
            .args(if packages.is_empty() { &[][..] } else { &["--no-install-recommends"][..] })
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive")
            // An upgrade of systemd empties /tmp while apt still needs its files there.
            .env("TMPDIR", "/var/tmp"),
        "apt-get",
    )
}

/// Ends services that a package began with, now and at the machine's next starts.
pub(crate) fn turn_off(units: &[&str]) {
    // Where systemd does not run there is nothing to stop.
    let _ = capture(command("systemctl").args(["disable", "--now"]).args(units));
}

/// Fetches one source-independent package's file from a suite that this machine does not use, into `folder`.
///
/// apt checks the signature as always; its lists for this live in a folder of their own, so the machine's
/// sources stay as they are. `pick` chooses the version among those on offer.
pub(crate) fn download(package: &str, suites: &[&str], pick: impl Fn(&str) -> bool, folder: &Path) -> Result<()> {
    let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    if !Path::new(keyring).is_file() {
        install(&["debian-archive-keyring"])?;
    }
    for part in ["state/lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let sources: String = suites
        .iter()
        .map(|suite| format!("deb [signed-by={keyring}] http://deb.debian.org/debian {suite} main\n"))
        .collect();
    fs::write(folder.join("sources.list"), sources)?;
    let options = [
        format!("Dir::State={}", folder.join("state").display()),
        "Dir::State::status=/var/lib/dpkg/status".to_owned(),
        format!("Dir::Cache={}", folder.join("cache").display()),
        format!("Dir::Etc::sourcelist={}", folder.join("sources.list").display()),
        "Dir::Etc::sourceparts=-".to_owned(),
        "APT::Sandbox::User=root".to_owned(),
        "Acquire::Languages=none".to_owned(),
        "Acquire::Retries=3".to_owned(),
    ];
    let options: Vec<&str> = options.iter().flat_map(|option| ["-o", option]).collect();

    quiet(command("apt-get").args(&options).args(["-q", "update"]), "apt-private")?;
    let offers = capture(command("apt-cache").args(&options).args(["madison", package]))?;
    let version = offers
        .lines()
        .filter_map(|line| line.split('|').nth(1).map(str::trim))
        .find(|version| pick(version))
        .with_context(|| {
            format!("none of {} has the wanted version of {package}; on offer:\n{offers}", suites.join(", "))
        })?;
    let wanted = format!("{package}={version}");
    quiet(command("apt-get").args(&options).args(["-q", "download", &wanted]).current_dir(folder), "apt-private")
}
