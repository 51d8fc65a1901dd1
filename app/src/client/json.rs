//! Reading the contract's JSON. Everything goes through one tree, and tagged events are told apart by hand: each way of reading
//! a type is machine code of its own in the download, and a job alone would have four.

use api::{
    audit::{AuditEvent, RevocationEvent},
    images::TransferEvent,
    jobs::JobEvent,
    top::TopEvent,
};
use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Error, Value};

/// Reads a value of the contract.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_value(serde_json::from_str(text)?)
}

/// Reads an event of the jobs stream.
pub(crate) fn read_job_event(text: &str) -> Result<JobEvent, Error> {
    let mut tree: Value = serde_json::from_str(text)?;
    Ok(match tag(&tree)? {
        "init" => JobEvent::Init,
        "job" => JobEvent::Job { job: Box::new(field(&mut tree, "job")?) },
        "removed" => JobEvent::Removed { id: field(&mut tree, "id")? },
        "init_done" => JobEvent::InitDone(serde_json::from_value(tree)?),
        "waiting" => JobEvent::Waiting { message: field(&mut tree, "message")? },
        "recovered" => JobEvent::Recovered,
        "heartbeat" => JobEvent::Heartbeat,
        "end" => JobEvent::End { reason: field(&mut tree, "reason")? },
        _ => JobEvent::Unknown,
    })
}

/// Reads an event of the telemetry stream.
pub(crate) fn read_top_event(text: &str) -> Result<TopEvent, Error> {
    let mut tree: Value = serde_json::from_str(text)?;
    Ok(match tag(&tree)? {
        "sample" => TopEvent::Sample(serde_json::from_value(tree)?),
        "waiting" => TopEvent::Waiting,
        "heartbeat" => TopEvent::Heartbeat,
        "end" => TopEvent::End { reason: field(&mut tree, "reason")? },
        _ => TopEvent::Unknown,
    })
}

/// Reads a line of the answer of a save or a copy.
pub(crate) fn read_transfer_event(text: &str) -> Result<TransferEvent, Error> {
    let mut tree: Value = serde_json::from_str(text)?;
    Ok(match tag(&tree)? {
        "committing" => TransferEvent::Committing,
        "committed" => TransferEvent::Committed,
        "layer" => TransferEvent::Layer {
            id: field(&mut tree, "id")?,
            state: field(&mut tree, "state")?,
            done_bytes: count(&tree, "done_bytes"),
            total_bytes: count(&tree, "total_bytes"),
        },
        "heartbeat" => TransferEvent::Heartbeat,
        "done" => TransferEvent::Done { receipt: field(&mut tree, "receipt")? },
        "failed" => TransferEvent::Failed { problem: field(&mut tree, "problem")? },
        _ => TransferEvent::Unknown,
    })
}

/// Reads a line of an audit.
pub(crate) fn read_audit_event(text: &str) -> Result<AuditEvent, Error> {
    let mut tree: Value = serde_json::from_str(text)?;
    Ok(match tag(&tree)? {
        "progress" => AuditEvent::Progress {
            step: field(&mut tree, "step")?,
            done: count(&tree, "done"),
            total: tree.get("total").and_then(Value::as_u64),
        },
        "heartbeat" => AuditEvent::Heartbeat,
        "images" => AuditEvent::Images { items: field(&mut tree, "items")? },
        "principals" => AuditEvent::Principals { items: field(&mut tree, "items")? },
        "grants" => AuditEvent::Grants { items: field(&mut tree, "items")? },
        "members" => AuditEvent::Members { items: field(&mut tree, "items")? },
        "org_members" => AuditEvent::OrgMembers { items: field(&mut tree, "items")? },
        "left" => AuditEvent::Left { items: field(&mut tree, "items")? },
        "done" => AuditEvent::Done {
            cluster: field(&mut tree, "cluster")?,
            whole: field(&mut tree, "whole")?,
            at: optional(&mut tree, "at")?,
            gathered_at: field(&mut tree, "gathered_at")?,
            gaps: field(&mut tree, "gaps")?,
            capability: field(&mut tree, "capability")?,
        },
        "failed" => AuditEvent::Failed { problem: field(&mut tree, "problem")? },
        _ => AuditEvent::Unknown,
    })
}

/// Reads a line of what became of a list of grants.
pub(crate) fn read_revocation_event(text: &str) -> Result<RevocationEvent, Error> {
    let mut tree: Value = serde_json::from_str(text)?;
    Ok(match tag(&tree)? {
        "row" => RevocationEvent::Row {
            index: field(&mut tree, "index")?,
            outcome: field(&mut tree, "outcome")?,
            now: optional(&mut tree, "now")?,
            problem: optional(&mut tree, "problem")?,
        },
        "heartbeat" => RevocationEvent::Heartbeat,
        "done" => RevocationEvent::Done { revoked: field(&mut tree, "revoked")?, atomic: field(&mut tree, "atomic")? },
        _ => RevocationEvent::Unknown,
    })
}

fn optional<T: DeserializeOwned>(tree: &mut Value, name: &'static str) -> Result<Option<T>, Error> {
    tree.get_mut(name).map(|value| serde_json::from_value(value.take())).transpose()
}

fn count(tree: &Value, name: &str) -> u64 {
    tree.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn tag(tree: &Value) -> Result<&str, Error> {
    tree.get("type").and_then(Value::as_str).ok_or_else(|| Error::custom("an event without a type"))
}

fn field<T: DeserializeOwned>(tree: &mut Value, name: &'static str) -> Result<T, Error> {
    serde_json::from_value(tree.get_mut(name).map(Value::take).ok_or_else(|| Error::missing_field(name))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::job::tests::job;
    use api::{
        Code, Problem,
        images::{LayerState, Receipt},
        jobs::Reach,
        logs::EndReason,
        top::Sample,
    };

    #[test]
    fn every_job_event_reads_as_the_contract_writes_it() {
        for event in [
            JobEvent::Init,
            JobEvent::Job { job: Box::new(job("job-1", "running")) },
            JobEvent::Removed { id: "job-1".into() },
            JobEvent::InitDone(Reach::default()),
            JobEvent::InitDone(Reach { after: "2026-11-23T10:00:00Z".parse().ok() }),
            JobEvent::Waiting { message: "The cluster is away.".into() },
            JobEvent::Recovered,
            JobEvent::Heartbeat,
            JobEvent::End { reason: EndReason::MaxLife },
        ] {
            let text = serde_json::to_string(&event).expect("the contract is plain data");
            assert_eq!(read_job_event(&text).expect("an event"), event, "{text}");
        }
        assert_eq!(read_job_event(r#"{"type":"newer","x":1}"#).expect("an event"), JobEvent::Unknown);
    }

    #[test]
    fn every_top_event_reads_as_the_contract_writes_it() {
        let time = "2026-11-23T10:00:00Z".parse().expect("a time");
        let sample = Sample { time, cpu: 0.5, memory_bytes: 7, gpu_duty_percent: Some(3), gpu_memory_bytes: None };
        for event in [
            TopEvent::Sample(sample),
            TopEvent::Waiting,
            TopEvent::Heartbeat,
            TopEvent::End { reason: EndReason::Finished },
        ] {
            let text = serde_json::to_string(&event).expect("the contract is plain data");
            assert_eq!(read_top_event(&text).expect("an event"), event, "{text}");
        }
    }

    #[test]
    fn every_transfer_event_reads_as_the_contract_writes_it() {
        let layer = |state| TransferEvent::Layer { id: "b7f3b88ae387".into(), state, done_bytes: 3, total_bytes: 9 };
        let receipt = Receipt { image: "a/b/c:v1".into(), digest: "sha256:0f".into(), size_bytes: 7 };
        let problem = Problem {
            code: Code::Forbidden,
            message: "No.".into(),
            request_id: "r1".into(),
            field: Some("image".into()),
        };
        for event in [
            TransferEvent::Committing,
            TransferEvent::Committed,
            layer(LayerState::Waiting),
            layer(LayerState::Pushing),
            layer(LayerState::Pushed),
            layer(LayerState::Exists),
            TransferEvent::Heartbeat,
            TransferEvent::Done { receipt },
            TransferEvent::Failed { problem },
        ] {
            let text = serde_json::to_string(&event).expect("the contract is plain data");
            assert_eq!(read_transfer_event(&text).expect("an event"), event, "{text}");
        }
        let bare = read_transfer_event(r#"{"type":"layer","id":"x","state":"melting"}"#).expect("an event");
        let unknown =
            TransferEvent::Layer { id: "x".into(), state: LayerState::Unknown, done_bytes: 0, total_bytes: 0 };
        assert_eq!(bare, unknown);
        assert_eq!(read_transfer_event(r#"{"type":"newer"}"#).expect("an event"), TransferEvent::Unknown);
    }

    #[test]
    fn every_line_of_an_audit_reads_as_the_contract_writes_it() {
        use api::audit::{AuditCapability, AuditGap, AuditImage, AuditStep, RevocationOutcome};
        use platform::permission::{Action, Grant, Member, OrgMember, OrgRole, Principal, PrincipalKind, ProjectRole};
        let now: jiff::Timestamp = "2026-11-28T10:00:00Z".parse().expect("a time");
        let uri: platform::Uri = "image://c/o/p/n".parse().expect("a uri");
        let problem = Problem { code: Code::Conflict, message: "No.".into(), request_id: String::new(), field: None };
        let capability = AuditCapability { history: true, atomic: false };
        let principal = || "bob".to_owned();
        for event in [
            AuditEvent::Progress { step: AuditStep::Images, done: 3, total: None },
            AuditEvent::Progress { step: AuditStep::People, done: 3, total: Some(4) },
            AuditEvent::Heartbeat,
            AuditEvent::Images {
                items: vec![AuditImage {
                    uri: uri.clone(),
                    repository: "o/p/n".into(),
                    pulled_at: Some(now),
                    run_at: None,
                }],
            },
            AuditEvent::Principals { items: vec![Principal { name: principal(), kind: PrincipalKind::Role }] },
            AuditEvent::Grants {
                items: vec![Grant {
                    principal: principal(),
                    uri: uri.clone(),
                    action: Action::Write,
                    granted_by: Some("alice".into()),
                    granted_at: Some(now),
                }],
            },
            AuditEvent::Members {
                items: vec![Member {
                    principal: principal(),
                    org: "o".into(),
                    project: "p".into(),
                    role: ProjectRole::Admin,
                }],
            },
            AuditEvent::OrgMembers {
                items: vec![OrgMember { principal: principal(), org: "o".into(), role: OrgRole::User }],
            },
            AuditEvent::Left { items: vec![principal()] },
            AuditEvent::Done {
                cluster: "c".into(),
                whole: false,
                at: Some(now),
                gathered_at: now,
                gaps: vec![AuditGap::Pulls],
                capability,
            },
            AuditEvent::Failed { problem: problem.clone() },
        ] {
            let text = serde_json::to_string(&event).expect("the contract is plain data");
            assert_eq!(read_audit_event(&text).expect("an event"), event, "{text}");
        }
        for event in [
            RevocationEvent::Row {
                index: 7,
                outcome: RevocationOutcome::Changed,
                now: Some(Action::Read),
                problem: Some(problem),
            },
            RevocationEvent::Row { index: 0, outcome: RevocationOutcome::Kept, now: None, problem: None },
            RevocationEvent::Heartbeat,
            RevocationEvent::Done { revoked: 3, atomic: true },
        ] {
            let text = serde_json::to_string(&event).expect("the contract is plain data");
            assert_eq!(read_revocation_event(&text).expect("an event"), event, "{text}");
        }
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for text in ["", "[]", "{}", r#"{"type":"job"}"#, r#"{"type":"end"}"#, r#"{"type":7}"#] {
            assert!(read_job_event(text).is_err(), "{text}");
        }
    }
}
