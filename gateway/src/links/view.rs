//! What is shown: a link to who made it, a job to a visitor. A visitor's view is put together from nothing, so that a new
//! field of a job is not shown until somebody adds it here.

use super::StoredLink;
use api::{
    jobs::{Job, Transition},
    links::{Link, LinkField, SharedJob, SharedTransition},
};

/// Longest word that is taken for the platform's own.
const WORD_MAX_CHARS: usize = 40;

/// For who made it and who manages the job.
pub(super) fn view(link: StoredLink) -> Link {
    Link {
        id: link.id,
        job_id: link.job,
        job_name: link.job_name,
        project: link.project,
        author: link.author,
        scope: link.scope,
        fields: link.fields,
        note: link.note,
        created_at: link.created_at,
        expires_at: link.expires_at,
        views: link.views,
        last_viewed_at: link.last_viewed_at,
    }
}

/// The job as the link shows it.
pub(crate) fn shared_job(link: &StoredLink, job: &Job) -> SharedJob {
    let chosen = |field| link.fields.contains(&field);
    SharedJob {
        name: name(job).to_owned(),
        status: job.status,
        reason: word(job.reason.as_ref()),
        exit_code: job.exit_code,
        created_at: job.created_at,
        started_at: job.started_at,
        finished_at: job.finished_at,
        run_time_secs: job.run_time_secs,
        observed_at: job.observed_at,
        restarts: job.restarts,
        transitions: job.transitions.iter().map(transition).collect(),
        scope: link.scope,
        expires_at: link.expires_at,
        owner: chosen(LinkField::Owner).then(|| job.owner.clone()),
        project: chosen(LinkField::Project).then(|| job.project.clone()),
        image: chosen(LinkField::Image).then(|| job.container.image.clone()),
        preset: job.preset.clone().filter(|_| chosen(LinkField::Preset)),
        description: job.description.clone().filter(|_| chosen(LinkField::Description)),
        tags: if chosen(LinkField::Tags) { job.tags.clone() } else { Vec::new() },
    }
}

fn name(job: &Job) -> &str {
    job.name.as_ref().unwrap_or(&job.id)
}

fn transition(step: &Transition) -> SharedTransition {
    SharedTransition {
        time: step.time,
        status: step.status,
        reason: word(step.reason.as_ref()),
        exit_code: step.exit_code,
    }
}

/// The platform's reasons are single words; a sentence may name an image, a person or a host.
fn word(reason: Option<&String>) -> Option<String> {
    let is_word =
        |text: &&String| (1..=WORD_MAX_CHARS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    reason.filter(is_word).cloned()
}

/// Name and status, for the title of a page and of its preview.
pub(crate) fn title(job: &Job) -> String {
    format!("{} · {}", name(job), job.status.as_str())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use api::links::LinkScope;
    use jiff::Timestamp;
    use serde_json::json;

    pub(in crate::links) fn stored() -> StoredLink {
        StoredLink {
            id: "1".to_owned(),
            hash: [7; 32],
            cluster: "default".to_owned(),
            job: "job-1".to_owned(),
            job_name: Some("train".to_owned()),
            project: "demo".to_owned(),
            job_uri: "job://default/main/demo/job-1".to_owned(),
            author: "alice".to_owned(),
            scope: LinkScope::Status,
            fields: Vec::new(),
            note: Some("for the boss".to_owned()),
            created_at: Timestamp::from_second(1_800_000_000).expect("a time"),
            expires_at: Timestamp::from_second(1_800_604_800).expect("a time"),
            views: 0,
            last_viewed_at: None,
        }
    }

    /// A job whose every text is marked.
    fn marked() -> Job {
        let story = json!({
            "transition_time": "2026-11-23T08:00:01Z", "status": "pending", "reason": "SECRET in a sentence",
            "description": "SECRET", "exit_code": 1,
        });
        let job = json!({
            "id": "job-1", "name": "train", "owner": "SECRET-owner", "cluster_name": "SECRET", "org_name": "SECRET",
            "project_name": "SECRET", "status": "running", "uri": "job://default/main/demo/job-1",
            "history": {"status": "running", "reason": "Pulling", "description": "SECRET", "created_at": "2026-11-23T08:00:00Z"},
            "statuses": [story],
            "container": {
                "image": "SECRET-image", "command": "SECRET", "entrypoint": "SECRET", "working_dir": "SECRET",
                "env": {"SECRET": "SECRET"}, "resources": {"cpu": 1, "memory": 1},
            },
            "description": "SECRET", "tags": ["SECRET"], "preset_name": "SECRET", "http_url": "https://SECRET",
            "internal_hostname": "SECRET", "total_price_credits": "1",
        });
        let job: platform::job::Job = serde_json::from_value(job).expect("a job");
        crate::jobs::view(job, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn nothing_that_was_not_chosen_is_shown() {
        let shown = serde_json::to_string(&shared_job(&stored(), &marked())).expect("JSON");
        assert!(!shown.contains("SECRET") && !shown.contains("boss") && !shown.contains("alice"), "{shown}");
        assert!(shown.contains("train") && shown.contains("Pulling"), "{shown}");
    }

    #[test]
    fn each_choice_shows_its_own_field_and_no_other() {
        for field in LinkField::ALL {
            let link = StoredLink { fields: vec![field], ..stored() };
            let shown = shared_job(&link, &marked());
            let shown = serde_json::to_value(&shown).expect("JSON");
            let plain = serde_json::to_value(shared_job(&stored(), &marked())).expect("JSON");
            let (shown, plain) = (shown.as_object().expect("an object"), plain.as_object().expect("an object"));
            let more: Vec<_> = shown.keys().filter(|key| !plain.contains_key(*key)).collect();
            let name = serde_json::to_value(field).expect("JSON");
            assert_eq!(more, [name.as_str().expect("a word")]);
        }
    }
}
