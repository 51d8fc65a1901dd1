//! The platform CLI's command lines for what the console does. They are pasted into shells, so every value is quoted.

mod images;

pub(crate) use images::{ArchiveFile, ImageCommands, Puller, push_archives, push_example, save};

use super::span;
use api::{
    jobs::{Job, JobCreate, RestartPolicy},
    session::Session,
};

/// `apolo run ...` that starts the same job, in one line. Where the session's jobs go by themselves is left out.
pub(crate) fn run(create: &JobCreate, session: Option<&Session>) -> String {
    run_parts(create, session).join(" ")
}

/// The same over several lines, for narrow places.
pub(crate) fn run_folded(create: &JobCreate, session: Option<&Session>) -> String {
    run_parts(create, session).join(" \\\n  ")
}

/// The command, each flag with its value.
fn run_parts(create: &JobCreate, session: Option<&Session>) -> Vec<String> {
    let own = session.filter(|session| create.org.is_none() || create.org == session.org);
    let mut parts: Vec<String> = vec!["apolo run".into()];
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            parts.push(format!("{name} {}", quote(&value)));
        }
    };
    flag("--name", create.name.clone());
    flag("--preset", create.preset.clone());
    flag("--org", create.org.clone().filter(|_| own.is_none()));
    flag("--project", create.project.clone().filter(|project| own.is_none_or(|session| session.project != *project)));
    flag("--description", create.description.clone());
    for tag in &create.tags {
        flag("--tag", Some(tag.clone()));
    }
    for (name, value) in &create.env {
        flag("--env", Some(format!("{name}={value}")));
    }
    flag("--workdir", create.working_dir.clone());
    flag("--entrypoint", create.entrypoint.clone());
    // The CLI publishes port 80 and limits the life span to a day unless told otherwise; say it always.
    flag("--http-port", Some(create.http_port.unwrap_or(0).to_string()));
    flag("--life-span", Some(create.life_span_minutes.map_or_else(|| "0".into(), |m| span::write(u64::from(m) * 60))));
    flag("--schedule-timeout", create.schedule_timeout_secs.map(|secs| span::write(secs as u64)));
    flag(
        "--restart",
        match create.restart_policy {
            RestartPolicy::Never | RestartPolicy::Unknown => None,
            RestartPolicy::OnFailure => Some("on-failure".into()),
            RestartPolicy::Always => Some("always".into()),
        },
    );
    parts.push(format!("{} --detach", if create.tty { "--tty" } else { "--no-tty" }));
    parts.push(quote(&create.image));
    if let Some(command) = &create.command {
        // After `--` nothing is a flag.
        parts.push(format!("-- {}", words(command)));
    }
    parts
}

/// A command as arguments of the CLI. It quotes and joins several, which the server splits again; a single one it sends as it
/// is, so that one must be quoted for the server too.
fn words(command: &str) -> String {
    match shell_words::split(command) {
        Ok(words) if words.len() > 1 => words.iter().map(|w| quote(w)).collect::<Vec<_>>().join(" "),
        Ok(_) | Err(_) => quote(command),
    }
}

/// The same with the values of the environment hidden, for screens that others may see.
pub(crate) fn masked(mut create: JobCreate) -> JobCreate {
    for value in create.env.values_mut() {
        "***".clone_into(value);
    }
    create
}

/// The commands that show what a job's page shows.
pub(crate) fn watch(job: &Job) -> Vec<String> {
    let id = quote(&job.id);
    let mut lines = vec![format!("apolo status {id}"), format!("apolo logs {id}")];
    if job.status.is_active() {
        lines.extend([format!("apolo top {id}"), format!("apolo exec {id} -- sh")]);
        lines.extend(Forward::of(job).map(|forward| forward.command));
        lines.push(format!("apolo kill {id}"));
    }
    lines
}

/// The way to a job's HTTP port through the CLI.
pub(crate) struct Forward {
    /// To be left running.
    pub(crate) command: String,
    /// Where the port answers meanwhile.
    pub(crate) url: String,
}

impl Forward {
    /// None where the job has no such port.
    pub(crate) fn of(job: &Job) -> Option<Self> {
        let port = job.container.http_port?;
        // Ports below 1024 are not for everybody.
        let local = if port < 1024 { port + 8000 } else { port };
        let command = format!("apolo port-forward {} {local}:{port}", quote(&job.id));
        Some(Self { command, url: format!("http://127.0.0.1:{local}/") })
    }
}

fn quote(text: &str) -> String {
    // NUL cannot be in an argument and is refused by the form; shell-words would quote everything else.
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:=@,+%".contains(&b));
    if plain { text.to_owned() } else { shell_words::quote(text).into_owned() }
}

/// What starts a job like this one.
pub(crate) fn again(job: &Job) -> JobCreate {
    let container = &job.container;
    JobCreate {
        image: container.image.clone(),
        preset: job.preset.clone(),
        name: job.name.clone(),
        org: job.org.clone(),
        project: Some(job.project.clone()),
        entrypoint: container.entrypoint.clone(),
        command: container.command.clone(),
        working_dir: container.working_dir.clone(),
        env: container.env.clone(),
        http_port: container.http_port,
        tty: container.tty,
        tags: job.tags.clone(),
        description: job.description.clone(),
        life_span_minutes: job.life_span_minutes,
        schedule_timeout_secs: job.schedule_timeout_secs,
        restart_policy: job.restart_policy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{job::tests::job, project::tests::session};

    #[test]
    fn the_command_says_everything_and_quotes_what_a_shell_would_split() {
        let create = JobCreate {
            image: "ubuntu:24.04".into(),
            name: Some("train".into()),
            preset: Some("cpu-small".into()),
            command: Some("echo 'a b' $HOME".into()),
            env: [("GREETING".into(), "it's me".into())].into(),
            tags: vec!["night run".into()],
            life_span_minutes: Some(90),
            restart_policy: RestartPolicy::OnFailure,
            ..JobCreate::default()
        };
        let line = run(&create, None);
        let words = shell_words::split(&line).expect("a shell line");
        assert_eq!(words[..6], ["apolo", "run", "--name", "train", "--preset", "cpu-small"]);
        assert!(line.contains("--life-span 1h30m"), "{line}");
        assert!(line.contains("--http-port 0"), "{line}");
        assert!(words.contains(&"GREETING=it's me".to_owned()), "{line}");
        assert!(words.contains(&"night run".to_owned()), "{line}");
        assert_eq!(words[words.len() - 4..], ["--", "echo", "a b", "$HOME"]);
        assert_eq!(shell_words::split(&run_folded(&create, None).replace("\\\n", "")).expect("a shell line"), words);
    }

    #[test]
    fn a_single_word_with_a_space_stays_one_word_for_the_server() {
        let line = run(&JobCreate { command: Some("'my tool'".into()), ..JobCreate::default() }, None);
        let sent = shell_words::split(&line).expect("a shell line").pop().expect("a command");
        assert_eq!(shell_words::split(&sent).expect("a command"), ["my tool"]);
    }

    #[test]
    fn a_masked_command_names_variables_and_not_their_values() {
        let create = JobCreate { env: [("API_KEY".into(), "s3cr3t".into())].into(), ..JobCreate::default() };
        let line = run(&masked(create), None);
        assert!(line.contains("API_KEY=") && !line.contains("s3cr3t"), "{line}");
    }

    #[test]
    fn a_job_run_again_starts_as_it_was_started() {
        let mut before = job("job-1", "failed");
        before.name = Some("train".into());
        before.tags = vec!["a".into()];
        before.org = Some("beta".into());
        let create = again(&before);
        assert_eq!(create.image, "ubuntu:24.04");
        assert_eq!(create.name.as_deref(), Some("train"));
        assert_eq!(create.tags, ["a"]);
        assert_eq!((create.org.as_deref(), create.project.as_deref()), (Some("beta"), Some("demo")));
    }

    #[test]
    fn the_command_names_organisation_and_project_where_they_are_not_those_it_takes_by_itself() {
        let session = session();
        let flags = |org: Option<&str>, project: Option<&str>| {
            let (org, project) = (org.map(str::to_owned), project.map(str::to_owned));
            let line = run(&JobCreate { org, project, ..JobCreate::default() }, Some(&session));
            line.split(" --http-port").next().expect("a line").to_owned()
        };
        assert_eq!(flags(None, None), "apolo run");
        assert_eq!(flags(Some("acme"), Some("vision")), "apolo run");
        assert_eq!(flags(Some("acme"), Some("ml")), "apolo run --project ml");
        assert_eq!(flags(None, Some("ml")), "apolo run --project ml");
        assert_eq!(flags(Some("beta"), Some("vision")), "apolo run --org beta --project vision");
    }

    #[test]
    fn an_ended_job_has_no_commands_that_need_it_running() {
        assert_eq!(watch(&job("job-1", "failed")), ["apolo status job-1", "apolo logs job-1"]);
        assert_eq!(watch(&job("job-1", "running")).len(), 5);
    }

    #[test]
    fn an_http_port_is_forwarded_to_one_that_anybody_may_open() {
        for (port, command, url) in [
            (8000, "apolo port-forward job-1 8000:8000", "http://127.0.0.1:8000/"),
            (80, "apolo port-forward job-1 8080:80", "http://127.0.0.1:8080/"),
        ] {
            let mut job = job("job-1", "running");
            job.container.http_port = Some(port);
            assert!(watch(&job).contains(&command.to_owned()), "{port}");
            assert_eq!(Forward::of(&job).expect("a port").url, url);
        }
    }
}
