//! The form's input in the platform's words, with what can be known to be wrong refused by field.

use super::create_image::platform_image;
use crate::{rescue::Failure, session::Session};
use api::jobs::{JobCreate, RestartPolicy};
use platform::{
    config::Cluster,
    job::{self, Http},
    job_create::{ContainerKeys, FromPreset, JobKeys, ResourceKeys},
    name::job_name,
};

const TEXT_MAX_BYTES: usize = 64 * 1024;
const DESCRIPTION_MAX_CHARS: usize = 1024;
const ENV_MAX: usize = 1024;
const TAGS_MAX: usize = 16;
const SCHEDULE_MAX_SECS: f64 = 30.0 * 24.0 * 3600.0;

/// Checks and converts. Only rules that every platform has are checked here; the cluster has the last word.
pub(crate) fn from_preset(input: JobCreate, session: &Session, cluster: &Cluster) -> Result<FromPreset, Failure> {
    check(&input)?;
    if let Some(preset) = &input.preset
        && !cluster.resource_presets.iter().any(|p| p.name == *preset)
    {
        return Err(Failure::invalid("preset", format!("The cluster {} has no such preset.", cluster.name)));
    }
    let (org, project) = place(input.org, input.project, session)?;
    let image = platform_image(&input.image, session, cluster).map_err(|why| Failure::invalid("image", why))?;
    let job = JobKeys {
        pass_config: false,
        cluster_name: Some(session.cluster.clone()),
        org_name: org,
        project_name: Some(project),
        name: input.name,
        tags: input.tags,
        description: input.description.filter(|d| !d.is_empty()),
        schedule_timeout: input.schedule_timeout_secs,
        max_run_time_minutes: input.life_span_minutes,
        restart_policy: restart_policy(input.restart_policy)?,
        ..JobKeys::default()
    };
    let container = ContainerKeys {
        image,
        entrypoint: input.entrypoint.filter(|s| !s.trim().is_empty()),
        command: input.command.filter(|s| !s.trim().is_empty()),
        working_dir: input.working_dir.filter(|s| !s.is_empty()),
        http: input.http_port.map(|port| Http { port, requires_auth: true, health_check_path: None }),
        env: input.env,
        tty: input.tty,
        resources: Some(ResourceKeys { shm: Some(true), ..ResourceKeys::default() }),
        ..ContainerKeys::default()
    };
    Ok(FromPreset { job, preset_name: input.preset, container })
}

/// Where the job goes. The session's project is not to be mistaken for its namesake in another organisation.
fn place(org: Option<String>, project: Option<String>, session: &Session) -> Result<(Option<String>, String), Failure> {
    let org = org.or_else(|| session.org.clone());
    match project {
        Some(project) => Ok((org, project)),
        None if org == session.org => Ok((org, session.project.clone())),
        None => Err(Failure::invalid("project", "Name the project of that organisation too.")),
    }
}

/// `never` is the platform's default and is left out, as its own clients do.
fn restart_policy(policy: RestartPolicy) -> Result<Option<job::RestartPolicy>, Failure> {
    match policy {
        RestartPolicy::Never => Ok(None),
        RestartPolicy::OnFailure => Ok(Some(job::RestartPolicy::OnFailure)),
        RestartPolicy::Always => Ok(Some(job::RestartPolicy::Always)),
        RestartPolicy::Unknown => Err(Failure::invalid("restart_policy", "Choose never, on-failure or always.")),
    }
}

fn check(input: &JobCreate) -> Result<(), Failure> {
    if let Some(name) = &input.name {
        job_name(name).map_err(|why| Failure::invalid("name", format!("A job's name {why}.")))?;
    }
    for (field, text) in [("entrypoint", &input.entrypoint), ("command", &input.command)] {
        if let Some(text) = text {
            free_text(field, text)?;
        }
    }
    if let Some(dir) = input.working_dir.as_deref().filter(|d| !d.is_empty()) {
        free_text("working_dir", dir)?;
        if !dir.starts_with('/') {
            return Err(Failure::invalid("working_dir", "A working directory is an absolute path; it begins with /."));
        }
    }
    if input.description.as_ref().is_some_and(|d| d.chars().count() > DESCRIPTION_MAX_CHARS) {
        return Err(Failure::invalid("description", "A description is at most 1024 characters long."));
    }
    if input.http_port == Some(0) {
        return Err(Failure::invalid("http_port", "A port is a number from 1 to 65535."));
    }
    if input.life_span_minutes == Some(0) {
        return Err(Failure::invalid("life_span_minutes", "A life span is at least 1 minute; leave it out for none."));
    }
    if input.schedule_timeout_secs.is_some_and(|s| !(1.0..SCHEDULE_MAX_SECS).contains(&s)) {
        return Err(Failure::invalid("schedule_timeout_secs", "The longest wait is 1 second to 30 days."));
    }
    check_tags(&input.tags)?;
    check_env(input)
}

fn check_tags(tags: &[String]) -> Result<(), Failure> {
    if tags.len() > TAGS_MAX {
        return Err(Failure::invalid("tags", "A job has at most 16 tags."));
    }
    let fit = |tag: &String| {
        (1..=256).contains(&tag.chars().count()) && !tag.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    match tags.iter().position(|tag| !fit(tag)) {
        Some(at) => Err(Failure::invalid(format!("tags[{at}]"), "A tag is 1 to 256 characters long, without spaces.")),
        None => Ok(()),
    }
}

fn check_env(input: &JobCreate) -> Result<(), Failure> {
    if input.env.len() > ENV_MAX {
        return Err(Failure::invalid("env", "A job has at most 1024 environment variables."));
    }
    for (key, value) in &input.env {
        if key.is_empty() || key.len() > 1024 || key.chars().any(|c| c == '=' || c.is_whitespace() || c.is_control()) {
            let message = "The name of an environment variable is not empty and holds no space and no =.";
            return Err(Failure::invalid(format!("env.{}", key.chars().take(64).collect::<String>()), message));
        }
        if value.len() > TEXT_MAX_BYTES || value.contains('\0') {
            let message = "The value of an environment variable is at most 64 KiB long and holds no NUL.";
            return Err(Failure::invalid(format!("env.{key}"), message));
        }
    }
    Ok(())
}

fn free_text(field: &str, text: &str) -> Result<(), Failure> {
    if text.len() > TEXT_MAX_BYTES || text.contains('\0') {
        return Err(Failure::invalid(field, "The text is at most 64 KiB long and holds no NUL character."));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
