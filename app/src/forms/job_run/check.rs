//! What is wrong with a draft, by the same rules as the server's, and the input it makes.

use super::draft::{Draft, restart_word};
use crate::i18n::catalogue::run;
use crate::rules::{complaint::Complaint, image_name::runnable, span};
use api::jobs::{JobCreate, RestartPolicy};
use image::reference::Place;
use platform::name::{InvalidName, job_name};
use std::collections::BTreeMap;

const MAX_TEXT: usize = 64 * 1024;
const MAX_DESCRIPTION: usize = 1024;
const MAX_TAGS: usize = 16;
const MAX_TAG: usize = 256;
const MAX_TIMEOUT_SECS: u64 = 30 * 86_400;

/// Fields at fault, by their names in the contract.
pub(crate) type Complaints = BTreeMap<&'static str, Complaint>;

/// The input a draft makes, or all that is wrong with it. `place` is where the reader stands, once that is known.
pub(crate) fn check(draft: &Draft, place: Option<&Place>) -> Result<JobCreate, Complaints> {
    let mut wrong = Complaints::new();
    let mut note = |field: &'static str, complaint: Option<Complaint>| {
        if let Some(complaint) = complaint {
            wrong.entry(field).or_insert(complaint);
        }
    };
    let image = draft.image.trim();
    note("image", image_complaint(image, place));
    note("name", name_complaint(&draft.name));
    note("command", shell_complaint(&draft.command));
    note("entrypoint", shell_complaint(&draft.entrypoint));
    note("working_dir", path_complaint(draft.working_dir.trim()));
    note("description", description_complaint(&draft.description));
    let tags: Vec<String> = draft.tags.split_whitespace().map(str::to_owned).collect();
    note("tags", tags_complaint(&tags));
    let (env, env_complaint) = read_env(&draft.env);
    note("env", env_complaint);
    let http_port = read_port(draft.http_port.trim()).unwrap_or_else(|complaint| {
        note("http_port", Some(complaint));
        None
    });
    let life_span_minutes = read_life_span(draft.life_span.trim()).unwrap_or_else(|complaint| {
        note("life_span_minutes", Some(complaint));
        None
    });
    let schedule_timeout_secs = read_timeout(draft.schedule_timeout.trim()).unwrap_or_else(|complaint| {
        note("schedule_timeout_secs", Some(complaint));
        None
    });
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let restart_policy = [RestartPolicy::OnFailure, RestartPolicy::Always]
        .into_iter()
        .find(|policy| restart_word(*policy) == draft.restart)
        .unwrap_or_default();
    Ok(JobCreate {
        image: image.to_owned(),
        preset: filled(&draft.preset),
        name: filled(&draft.name),
        org: filled(&draft.org),
        project: filled(&draft.project),
        entrypoint: filled(&draft.entrypoint),
        command: filled(&draft.command),
        working_dir: filled(&draft.working_dir),
        env,
        http_port,
        tty: draft.tty,
        tags,
        description: filled(&draft.description),
        life_span_minutes,
        schedule_timeout_secs,
        restart_policy,
    })
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
}

fn too_long(max: usize) -> Complaint {
    Complaint::with(run::BAD_TOO_LONG, "n", &max)
}

fn image_complaint(image: &str, place: Option<&Place>) -> Option<Complaint> {
    if image.is_empty() {
        Some(run::BAD_IMAGE_EMPTY.into())
    } else if image.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Some(run::BAD_IMAGE.into())
    } else {
        runnable(place?, image)
    }
}

/// What is wrong with a name; an empty one is no name at all, which is allowed.
pub(crate) fn name_complaint(name: &str) -> Option<Complaint> {
    if name.is_empty() {
        return None;
    }
    Some(match job_name(name).err()? {
        InvalidName::Length { .. } => run::BAD_NAME_LENGTH.into(),
        InvalidName::First => run::BAD_NAME_START.into(),
        InvalidName::Hyphen => run::BAD_NAME_HYPHEN.into(),
        InvalidName::LooksLikeId => run::BAD_NAME_PREFIX.into(),
        // The first letter is what people get wrong; say that rather than which character it was.
        InvalidName::Character(_) if !name.starts_with(|c: char| c.is_ascii_lowercase()) => run::BAD_NAME_START.into(),
        InvalidName::Character(char) => Complaint::with(run::BAD_NAME_CHAR, "char", &char),
    })
}

fn text_complaint(text: &str) -> Option<Complaint> {
    if has_control(text) { Some(run::BAD_CONTROL.into()) } else { (text.len() > MAX_TEXT).then(|| too_long(MAX_TEXT)) }
}

fn description_complaint(text: &str) -> Option<Complaint> {
    let long = text.trim().chars().count() > MAX_DESCRIPTION;
    if long { Some(too_long(MAX_DESCRIPTION)) } else { text_complaint(text) }
}

fn shell_complaint(text: &str) -> Option<Complaint> {
    text_complaint(text).or_else(|| shell_words::split(text).is_err().then(|| run::BAD_QUOTES.into()))
}

fn path_complaint(path: &str) -> Option<Complaint> {
    text_complaint(path).or_else(|| (!path.is_empty() && !path.starts_with('/')).then(|| run::BAD_PATH.into()))
}

fn tags_complaint(tags: &[String]) -> Option<Complaint> {
    if tags.len() > MAX_TAGS {
        Some(run::BAD_TAGS_MANY.into())
    } else if tags.iter().any(|t| t.chars().count() > MAX_TAG) {
        Some(run::BAD_TAG_LONG.into())
    } else {
        tags.iter().any(|t| has_control(t)).then(|| run::BAD_CONTROL.into())
    }
}

fn read_env(rows: &[(String, String)]) -> (BTreeMap<String, String>, Option<Complaint>) {
    let mut env = BTreeMap::new();
    for (name, value) in rows {
        let name = name.trim();
        let complaint: Option<Complaint> = if name.is_empty() && value.is_empty() {
            continue;
        } else if name.is_empty() {
            Some(run::BAD_ENV_EMPTY.into())
        } else if name.chars().any(|c| c == '=' || c.is_whitespace() || c.is_control()) {
            Some(run::BAD_ENV_NAME.into())
        } else if value.contains('\0') {
            Some(run::BAD_CONTROL.into())
        } else if env.insert(name.to_owned(), value.clone()).is_some() {
            Some(Complaint::with(run::BAD_ENV_TWICE, "name", &name))
        } else {
            None
        };
        if complaint.is_some() {
            return (env, complaint);
        }
    }
    (env, None)
}

fn read_port(text: &str) -> Result<Option<u16>, Complaint> {
    match text {
        "" => Ok(None),
        text => text.parse().ok().filter(|p| *p > 0).map(Some).ok_or_else(|| run::BAD_PORT.into()),
    }
}

fn read_life_span(text: &str) -> Result<Option<u32>, Complaint> {
    if text.is_empty() || text == "0" {
        return Ok(None);
    }
    match span::parse(text).ok_or(run::BAD_DURATION)? {
        0 => Ok(None),
        secs if secs < 60 => Err(run::BAD_SPAN_SHORT.into()),
        // The platform counts whole minutes; a part of one is given whole.
        secs => u32::try_from(secs.div_ceil(60)).map(Some).map_err(|_| run::BAD_SPAN_LONG.into()),
    }
}

fn read_timeout(text: &str) -> Result<Option<f64>, Complaint> {
    if text.is_empty() {
        return Ok(None);
    }
    match span::parse(text).ok_or(run::BAD_DURATION)? {
        secs @ 1..MAX_TIMEOUT_SECS => Ok(Some(secs as f64)),
        _ => Err(run::BAD_TIMEOUT_RANGE.into()),
    }
}

#[cfg(test)]
mod tests;
