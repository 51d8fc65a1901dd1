//! An answer of a registry: what of it an upload looks at.

use serde::Deserialize;

/// Status, the few headers that matter, and the error in the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location`.
    pub location: Option<String>,
    /// Bytes that the session has, from `Range: 0-N`.
    pub received: Option<u64>,
    /// `Retry-After`, seconds.
    pub retry_after_secs: Option<u64>,
    /// `OCI-Chunk-Min-Length`, bytes.
    pub chunk_min_bytes: Option<u64>,
    /// `Docker-Content-Digest`.
    pub digest: Option<String>,
    /// Code of the first error (`DIGEST_INVALID` ...).
    pub code: String,
    /// Its message.
    pub message: String,
    /// From the request's first byte to here, milliseconds; 0 where nobody looked at a clock.
    pub took_millis: u64,
}

impl Answer {
    /// An answer without headers.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Says how long it took to come, milliseconds.
    #[must_use]
    pub fn took(mut self, millis: u64) -> Self {
        self.took_millis = millis;
        self
    }

    /// Takes a header in, whatever its case; those that do not matter are passed over.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "location" => self.location = Some(value.to_owned()),
            "range" => self.received = received(value),
            // A date instead of seconds would need a clock: the usual back-off serves.
            "retry-after" => self.retry_after_secs = value.parse().ok(),
            "oci-chunk-min-length" => self.chunk_min_bytes = value.parse().ok(),
            "docker-content-digest" => self.digest = Some(value.to_owned()),
            _ => {}
        }
        self
    }

    /// Takes in the body of an error (OCI distribution spec, "Error Codes"); anything else is passed over.
    #[must_use]
    pub fn body(mut self, bytes: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Errors {
            errors: Vec<Error>,
        }
        #[derive(Deserialize)]
        struct Error {
            #[serde(default)]
            code: String,
            #[serde(default)]
            message: String,
        }
        if let Ok(Errors { errors }) = serde_json::from_slice(bytes)
            && let Some(first) = errors.into_iter().next()
        {
            self.code = first.code;
            self.message = first.message.chars().take(300).collect();
        }
        self
    }

    /// Whether the project's quota, or the disk, has no room for what was sent.
    ///
    /// The specification has no code for it: some registries have one of their own, others say DENIED and mean it in words, as our
    /// own and Harbor ("... will exceed the configured upper limit of ...") do.
    #[must_use]
    pub fn is_quota(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        let says_so = ["quota", "upper limit"].iter().any(|words| message.contains(words));
        self.status == 507 || self.code.to_ascii_uppercase().contains("QUOTA") || (self.status == 403 && says_so)
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// `0-N` says N+1 bytes. What cannot be read is as if it were not there.
fn received(range: &str) -> Option<u64> {
    let range = range.strip_prefix("bytes").map_or(range, |rest| rest.trim_start_matches(['=', ' ']));
    let (start, end) = range.split_once('-')?;
    if start.trim() != "0" {
        return None;
    }
    match end.trim() {
        // What some registries write for an empty session.
        "" | "-1" => Some(0),
        end => end.parse::<u64>().ok()?.checked_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn headers_are_read_whatever_their_case_and_nonsense_is_passed_over() {
        let answer = Answer::new(202)
            .header("LOCATION", " /v2/x ")
            .header("range", "0-1023")
            .header("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")
            .header("OCI-Chunk-Min-Length", "many")
            .header("X-Other", "1");
        assert_eq!(answer.location.as_deref(), Some("/v2/x"));
        assert_eq!(answer.received, Some(1024));
        assert_eq!((answer.retry_after_secs, answer.chunk_min_bytes), (None, None));
        for (range, received) in
            [("bytes=0-9", Some(10)), ("0-0", Some(1)), ("0--1", Some(0)), ("0-", Some(0)), ("5-9", None), ("x", None)]
        {
            assert_eq!(Answer::new(204).header("Range", range).received, received, "{range}");
        }
        assert_eq!(Answer::new(204).header("Range", &format!("0-{}", u64::MAX)).received, None);
    }

    #[test]
    fn the_registrys_words_are_read_from_an_errors_body() {
        let answer = Answer::new(400).body(br#"{"errors":[{"code":"DIGEST_INVALID","message":"no","detail":{}}]}"#);
        assert_eq!((answer.code.as_str(), answer.message.as_str()), ("DIGEST_INVALID", "no"));
        assert_eq!(Answer::new(502).body(b"<html>"), Answer::new(502));
    }
}
