//! A job's status as a badge: colour, shape and word, so that none of them is needed alone.

use crate::i18n::{Phrase, catalogue::status, use_i18n};
use api::jobs::JobStatus;
use leptos::prelude::*;

/// What a status is called.
pub(crate) fn status_phrase(status: JobStatus) -> Phrase {
    match status {
        JobStatus::Pending => status::PENDING,
        JobStatus::Suspended => status::SUSPENDED,
        JobStatus::Running => status::RUNNING,
        JobStatus::Succeeded => status::SUCCEEDED,
        JobStatus::Failed => status::FAILED,
        JobStatus::Cancelled => status::CANCELLED,
        JobStatus::Unknown => status::UNKNOWN,
    }
}

/// What a platform's reason means, in plain words; None for one that is not known.
pub(crate) fn reason_phrase(reason: &str) -> Option<Phrase> {
    Some(match reason {
        "Creating" => status::WHY_CREATING,
        "Scheduling" => status::WHY_SCHEDULING,
        "ClusterScalingUp" => status::WHY_SCALING,
        "Pulling" => status::WHY_PULLING,
        "ContainerCreating" | "PodInitializing" => status::WHY_CONTAINER_CREATING,
        "Restarting" => status::WHY_RESTARTING,
        "ErrImagePull" | "ImagePullBackOff" => status::WHY_ERR_PULL,
        "InvalidImageName" => status::WHY_BAD_IMAGE_NAME,
        "Collected" => status::WHY_COLLECTED,
        "OOMKilled" => status::WHY_OOM,
        "ContainerCannotRun" => status::WHY_CANNOT_RUN,
        "Error" => status::WHY_ERROR,
        "Completed" => status::WHY_COMPLETED,
        "UserRequested" => status::WHY_USER,
        "LifeSpanEnded" => status::WHY_LIFE_SPAN,
        "QuotaExhausted" => status::WHY_QUOTA,
        "ClusterScaleUpFailed" => status::WHY_SCALE_UP_FAILED,
        "DiskUnavailable" => status::WHY_DISK,
        "NotFound" => status::WHY_LOST,
        "ClusterNotFound" => status::WHY_CLUSTER,
        "LogStalled" => status::WHY_LOG_STALLED,
        "EngineUnavailable" => status::WHY_ENGINE_AWAY,
        "EngineFailed" => status::WHY_ENGINE_FAILED,
        _ => return None,
    })
}

fn look(status: JobStatus) -> (&'static str, &'static str) {
    match status {
        JobStatus::Pending => ("badge badge-wait", "M6 1.5a4.5 4.5 0 104.500 4.500"),
        JobStatus::Suspended => ("badge badge-wait badge-paused", "M4 3v6M8 3v6"),
        JobStatus::Running => ("badge badge-live", ""),
        JobStatus::Succeeded => ("badge badge-good", "M2 6.500l2.700 2.700L10 3.500"),
        JobStatus::Failed => ("badge badge-bad", "M3 3l6 6M9 3l-6 6"),
        JobStatus::Cancelled => ("badge", "M2.500 6h7"),
        JobStatus::Unknown => ("badge", "M6 3v3.500M6 9v.1"),
    }
}

/// The badge.
#[component]
pub(crate) fn StatusBadge(
    #[prop(into)] status: Signal<JobStatus>,
    /// Whether it tells of the past and must not move.
    #[prop(into, optional)]
    past: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let status = status.get();
        let (class, mark) = look(status);
        view! {
            <span class=class class:badge-still=past>
                <svg class="badge-mark" viewBox="0 0 12 12" aria-hidden="true">
                    {if mark.is_empty() {
                        view! { <circle cx="6" cy="6" r="3" fill="currentColor" stroke="none"/> }.into_any()
                    } else {
                        view! { <path d=mark/> }.into_any()
                    }}
                </svg>
                {i18n.now(status_phrase(status))}
            </span>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_the_platform_has_plain_words() {
        for reason in [
            "Creating",
            "Scheduling",
            "Pulling",
            "ContainerCreating",
            "PodInitializing",
            "ErrImagePull",
            "ImagePullBackOff",
            "InvalidImageName",
            "Collected",
            "OOMKilled",
            "ContainerCannotRun",
            "Error",
            "ClusterScalingUp",
            "ClusterScaleUpFailed",
            "DiskUnavailable",
            "NotFound",
            "ClusterNotFound",
            "Restarting",
            "UserRequested",
            "LifeSpanEnded",
            "QuotaExhausted",
            "Completed",
            "LogStalled",
            "EngineUnavailable",
            "EngineFailed",
        ] {
            assert!(reason_phrase(reason).is_some(), "{reason}");
        }
        assert_eq!(reason_phrase("Newfangled"), None);
    }
}
