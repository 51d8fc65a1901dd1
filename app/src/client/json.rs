//! Reading the contract's JSON. Everything goes through one tree, and tagged events are told apart by hand: each way of reading
//! a type is machine code of its own in the download, and a job alone would have four.

use api::{jobs::JobEvent, top::TopEvent};
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
        "init_done" => JobEvent::InitDone,
        "waiting" => JobEvent::Waiting { message: field(&mut tree, "message")? },
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
    use api::{logs::EndReason, top::Sample};

    #[test]
    fn every_job_event_reads_as_the_contract_writes_it() {
        for event in [
            JobEvent::Init,
            JobEvent::Job { job: Box::new(job("job-1", "running")) },
            JobEvent::Removed { id: "job-1".into() },
            JobEvent::InitDone,
            JobEvent::Waiting { message: "The cluster is away.".into() },
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
    fn what_is_no_event_is_refused() {
        for text in ["", "[]", "{}", r#"{"type":"job"}"#, r#"{"type":"end"}"#, r#"{"type":7}"#] {
            assert!(read_job_event(text).is_err(), "{text}");
        }
    }
}
