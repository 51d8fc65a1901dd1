//! The limits of each field of a job request.

use std::collections::BTreeMap;

use platform::{
    config::Preset,
    job::{Http, Resources},
    job_create::ResourceKeys,
};
use serde_json::Value;

use super::{JobError, MIB, keys::Keys};

const LONGEST_IMAGE: usize = 1024;
const LONGEST_PATH: usize = 4096;
const LONGEST_PROSE: usize = 4096;
/// The kernel takes no single argument longer than 128 KiB (MAX_ARG_STRLEN).
const LONGEST_COMMAND: usize = 128 * 1024 - 1;
const MOST_ENV: usize = 1000;
const LONGEST_ENV_NAME: usize = 256;
const LONGEST_ENV_VALUE: usize = 64 * 1024;
const LARGEST_ENV: usize = 512 * 1024;
const MOST_TAGS: usize = 16;
const LONGEST_TAG: usize = 256;
const LEAST_CPU: f64 = 0.1;
const MOST_CPU: f64 = 4096.0;
const LEAST_MEMORY: u64 = 16 * MIB;
const MOST_MEMORY: u64 = 1 << 50;

pub(super) fn image(keys: &Keys, image: &str) -> Result<(), JobError> {
    if image.is_empty() || image.len() > LONGEST_IMAGE {
        return Err(keys.refuse("image", format!("must be 1 to {LONGEST_IMAGE} bytes long")));
    }
    if image.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(keys.refuse("image", "must hold neither spaces nor control characters"));
    }
    Ok(())
}

/// A command line: one text that a shell would split into words.
pub(super) fn shell_words(keys: &Keys, key: &str, text: Option<&str>) -> Result<(), JobError> {
    let Some(text) = text else { return Ok(()) };
    if text.len() > LONGEST_COMMAND {
        return Err(keys.refuse(key, format!("must be at most {LONGEST_COMMAND} bytes long")));
    }
    if text.contains('\0') {
        return Err(keys.refuse(key, "must hold no NUL character"));
    }
    shell_words::split(text).map(drop).map_err(|_| keys.refuse(key, "has a quote or backslash that nothing closes"))
}

pub(super) fn working_dir(keys: &Keys, path: Option<&str>) -> Result<(), JobError> {
    match path {
        Some(path) if !path.starts_with('/') => Err(keys.refuse("working_dir", "must be an absolute path")),
        Some(path) if path.len() > LONGEST_PATH || path.chars().any(char::is_control) => {
            let why = format!("must be at most {LONGEST_PATH} bytes long and hold no control characters");
            Err(keys.refuse("working_dir", why))
        }
        Some(_) | None => Ok(()),
    }
}

pub(super) fn env(keys: &Keys, env: &BTreeMap<String, String>) -> Result<(), JobError> {
    if env.len() > MOST_ENV {
        return Err(keys.refuse("env", format!("must hold at most {MOST_ENV} variables")));
    }
    for (name, value) in env {
        let plain = |c: char| !(c == '=' || c.is_control() || c.is_whitespace());
        if name.is_empty() || name.len() > LONGEST_ENV_NAME || !name.chars().all(plain) {
            let shown: String = name.chars().take(40).collect();
            let why = format!(
                "the name {shown:?} must be 1 to {LONGEST_ENV_NAME} bytes without '=', spaces and control characters"
            );
            return Err(keys.refuse("env", why));
        }
        if value.len() > LONGEST_ENV_VALUE || value.contains('\0') {
            let why =
                format!("the value of {name} must be at most {LONGEST_ENV_VALUE} bytes and hold no NUL character");
            return Err(keys.refuse("env", why));
        }
    }
    if env.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>() > LARGEST_ENV {
        return Err(keys.refuse("env", format!("must be at most {LARGEST_ENV} bytes in all")));
    }
    Ok(())
}

pub(super) fn http(keys: &Keys, http: Option<&Http>) -> Result<(), JobError> {
    let Some(http) = http else { return Ok(()) };
    if http.port == 0 {
        return Err(keys.refuse("http", "port must be from 1 to 65535"));
    }
    if http
        .health_check_path
        .as_ref()
        .is_some_and(|path| !path.starts_with('/') || path.len() > LONGEST_PATH || path.chars().any(char::is_control))
    {
        return Err(keys.refuse("http", "health_check_path must be an absolute path"));
    }
    Ok(())
}

pub(super) fn tags(keys: &mut Keys) -> Result<Vec<String>, JobError> {
    let mut tags: Vec<String> = keys.take("tags")?.unwrap_or_default();
    if tags.len() > MOST_TAGS {
        return Err(keys.refuse("tags", format!("must be at most {MOST_TAGS}")));
    }
    let fits = |tag: &String| {
        (1..=LONGEST_TAG).contains(&tag.chars().count()) && !tag.chars().any(|c| c.is_control() || c.is_whitespace())
    };
    if !tags.iter().all(fits) {
        let why = format!("each must be 1 to {LONGEST_TAG} characters, none of them a space or control character");
        return Err(keys.refuse("tags", why));
    }
    tags.sort();
    tags.dedup();
    Ok(tags)
}

pub(super) fn prose(keys: &Keys, key: &str, text: Option<&str>) -> Result<(), JobError> {
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.is_some_and(|text| text.len() > LONGEST_PROSE || text.chars().any(odd)) {
        let why = format!("must be at most {LONGEST_PROSE} bytes long and hold no control characters");
        return Err(keys.refuse(key, why));
    }
    Ok(())
}

/// A list or object that must be empty, because this cluster has nothing of the kind.
pub(super) fn nothing_of(keys: &mut Keys, key: &str, kind: &str) -> Result<(), JobError> {
    let empty = match keys.take_value(key) {
        None => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(items)) => items.is_empty(),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Null) => false,
    };
    if empty { Ok(()) } else { Err(keys.refuse(key, format!("this cluster has no {kind}"))) }
}

/// A switch that must be off, because this cluster does not offer it.
pub(super) fn not_offered(keys: &mut Keys, key: &str, why: &str) -> Result<(), JobError> {
    if keys.take(key)?.unwrap_or(false) { Err(keys.refuse(key, why)) } else { Ok(()) }
}

/// With a preset a request may say nothing about resources but `shm`.
pub(super) fn resources_of_preset(keys: &mut Keys, preset: &Preset) -> Result<Resources, JobError> {
    let shm = match keys.take_value("resources") {
        None => None,
        Some(value) => {
            let mut inner = Keys::of_object("resources", value)?;
            let shm = inner.take("shm")?;
            if !inner.is_empty() {
                return Err(keys.refuse("resources", "Both preset and resources are not allowed"));
            }
            shm
        }
    };
    Ok(Resources { cpu: preset.cpu, memory: preset.memory, shm, ..Resources::default() })
}

pub(super) fn explicit_resources(keys: &mut Keys) -> Result<Resources, JobError> {
    let asked: ResourceKeys = keys.take("resources")?.ok_or_else(|| keys.refuse("resources", "is required"))?;
    let cpu = asked.cpu.ok_or_else(|| keys.refuse("resources", "cpu is required"))?;
    if !(LEAST_CPU..=MOST_CPU).contains(&cpu) {
        return Err(keys.refuse("resources", format!("cpu must be from {LEAST_CPU} to {MOST_CPU}")));
    }
    let memory = asked.memory.or(asked.memory_mb.map(|mib| mib.saturating_mul(MIB)));
    let memory = memory.ok_or_else(|| keys.refuse("resources", "memory (bytes) is required"))?;
    if !(LEAST_MEMORY..=MOST_MEMORY).contains(&memory) {
        return Err(keys.refuse("resources", format!("memory must be from {LEAST_MEMORY} to {MOST_MEMORY} bytes")));
    }
    if asked.nvidia_gpu.unwrap_or(0) > 0 {
        return Err(keys.refuse("resources", "this cluster has no GPUs"));
    }
    Ok(Resources { cpu, memory, shm: asked.shm, ..Resources::default() })
}
