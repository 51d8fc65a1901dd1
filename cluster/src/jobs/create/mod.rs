//! What a client asked for, read field by field and checked against every rule of job requests.
//!
//! Owns reading both forms (flat with a preset, nested with explicit resources) and their limits, so that each refusal
//! names the field. Knows neither the caller's rights nor the database.

mod keys;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use platform::{
    config::Preset,
    job::{Container, Http, Priority, Resources, RestartPolicy},
    name,
};
use serde_json::Value;

use super::{JobError, LONGEST_RUN_MINUTES, NewJob, spec::JobSpec};
use keys::Keys;
pub(crate) use keys::short;

const MIB: u64 = 1 << 20;

/// A request that breaks no rule; where it belongs may still be unsaid.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) cluster: Option<String>,
    pub(crate) org: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) spec: JobSpec,
    pub(crate) max_run_time_minutes: Option<u32>,
}

impl Draft {
    /// Reads `POST jobs?from_preset`: the container's keys lie beside the job's.
    pub(crate) fn from_preset(body: Value, presets: &[Preset]) -> Result<Self, JobError> {
        let mut keys = Keys::of_object("", body)?;
        let asked: Option<String> = keys.take("preset_name")?;
        let preset = match &asked {
            Some(name) => presets.iter().find(|preset| preset.name == *name),
            None => presets.first(),
        };
        let preset = preset.ok_or_else(|| {
            let known: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
            JobError::field("preset_name", format!("no such preset; choose one of {}", known.join(", ")))
        })?;
        let resources = rules::resources_of_preset(&mut keys, preset)?;
        let container = container(&mut keys, resources)?;
        draft(&mut keys, container, Some(preset.name.clone()), preset.scheduler_enabled)
    }

    /// Reads `POST jobs`: the container is an object of its own, with explicit resources.
    pub(crate) fn with_container(body: Value) -> Result<Self, JobError> {
        let mut keys = Keys::of_object("", body)?;
        let inner = keys.take_value("container").ok_or_else(|| JobError::field("container", "is required"))?;
        let mut inner = Keys::of_object("container", inner)?;
        let resources = rules::explicit_resources(&mut inner)?;
        let container = container(&mut inner, resources)?;
        let scheduler_enabled = keys.take("scheduler_enabled")?.unwrap_or(false);
        draft(&mut keys, container, None, scheduler_enabled)
    }

    /// The job to be stored, of `owner`, in a project that was found to exist.
    pub(crate) fn settle(self, owner: &str, org: &str, project: &str) -> NewJob {
        NewJob {
            id: format!("job-{}", uuid::Uuid::new_v4()),
            name: self.name,
            owner: owner.to_owned(),
            org: org.to_owned(),
            project: project.to_owned(),
            spec: self.spec,
            max_run_time_minutes: self.max_run_time_minutes,
        }
    }
}

fn container(keys: &mut Keys, resources: Resources) -> Result<Container, JobError> {
    let image: String = keys.take("image")?.ok_or_else(|| keys.refuse("image", "is required"))?;
    rules::image(keys, &image)?;
    let entrypoint = keys.take("entrypoint")?;
    rules::shell_words(keys, "entrypoint", entrypoint.as_deref())?;
    let command = keys.take("command")?;
    rules::shell_words(keys, "command", command.as_deref())?;
    let working_dir: Option<String> = keys.take("working_dir")?;
    rules::working_dir(keys, working_dir.as_deref())?;
    let env: BTreeMap<String, String> = keys.take("env")?.unwrap_or_default();
    rules::env(keys, &env)?;
    let http: Option<Http> = keys.take("http")?;
    rules::http(keys, http.as_ref())?;
    rules::nothing_of(keys, "secret_env", "secrets")?;
    rules::nothing_of(keys, "secret_volumes", "secrets")?;
    rules::nothing_of(keys, "disk_volumes", "disks")?;
    rules::nothing_of(keys, "volumes", "storage")?;
    let tty = keys.take("tty")?.unwrap_or(false);
    Ok(Container { image, entrypoint, command, working_dir, env, http, tty, resources, volumes: Vec::new() })
}

fn draft(
    keys: &mut Keys,
    container: Container,
    preset_name: Option<String>,
    scheduler_enabled: bool,
) -> Result<Draft, JobError> {
    let name: Option<String> = keys.take("name")?;
    if let Some(name) = &name {
        match name::job_name(name) {
            Ok(()) => {}
            Err(name::InvalidName::LooksLikeId) => return Err(JobError::LooksLikeId),
            Err(why) => return Err(keys.refuse("name", why.to_string())),
        }
    }
    let tags = rules::tags(keys)?;
    let description: Option<String> = keys.take("description")?;
    rules::prose(keys, "description", description.as_deref())?;
    let max_run_time_minutes: Option<u32> = keys.take("max_run_time_minutes")?;
    if max_run_time_minutes.is_some_and(|minutes| !(1..=LONGEST_RUN_MINUTES).contains(&minutes)) {
        return Err(keys.refuse("max_run_time_minutes", format!("must be from 1 to {LONGEST_RUN_MINUTES}")));
    }
    let schedule_timeout: Option<f64> = keys.take("schedule_timeout")?;
    if schedule_timeout.is_some_and(|secs| !(1.0..30.0 * 24.0 * 3600.0).contains(&secs)) {
        return Err(keys.refuse("schedule_timeout", "must be 1 second or more and less than 30 days"));
    }
    let restart_policy: RestartPolicy = keys.take("restart_policy")?.unwrap_or_default();
    let priority: Option<Priority> = keys.take("priority")?;
    let wait_for_jobs_quota = keys.take("wait_for_jobs_quota")?.unwrap_or(false);
    rules::not_offered(keys, "pass_config", "this cluster does not pass its configuration into jobs")?;
    rules::not_offered(keys, "privileged", "this cluster runs no privileged jobs")?;
    let energy_schedule: Option<String> = keys.take("energy_schedule_name")?;
    if energy_schedule.is_some_and(|name| name != "default") {
        return Err(keys.refuse("energy_schedule_name", "this cluster has no energy schedules"));
    }
    Ok(Draft {
        cluster: place(keys, "cluster_name")?,
        org: place(keys, "org_name")?,
        project: place(keys, "project_name")?,
        name,
        spec: JobSpec {
            container,
            preset_name,
            tags,
            description,
            restart_policy,
            schedule_timeout,
            priority,
            scheduler_enabled,
            wait_for_jobs_quota,
        },
        max_run_time_minutes,
    })
}

fn place(keys: &mut Keys, key: &'static str) -> Result<Option<String>, JobError> {
    let given: Option<String> = keys.take(key)?;
    if let Some(given) = &given {
        // `NO_ORG` is the clients' word for "without an organisation"; it falls out as unknown later.
        if given != "NO_ORG" {
            name::resource_name(given).map_err(|why| keys.refuse(key, why.to_string()))?;
        }
    }
    Ok(given)
}
