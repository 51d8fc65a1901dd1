//! What an event makes of the state.

use super::location::resolve;
use super::machine::{Phase, Upload};
use super::{Answer, Body, Event, Outcome, Request, UploadError};

/// Sessions begun anew before it is given up.
const MOST_RESTARTS: u32 = 5;
/// Digests found wrong before it is taken for the source's fault: a registry that loses bytes looks the same.
const MOST_MISMATCHES: u32 = 3;
/// 401 answers in a row before the person must sign in.
const MOST_UNAUTHORISED: u32 = 3;

impl Upload {
    /// Takes in what came of the last action. `jitter` is any random number; waits are spread by it. An event that does not
    /// belong to the last action is passed over.
    pub fn handle(&mut self, event: Event, jitter: u32) {
        match event {
            Event::Answer(answer) => {
                if let Some(request) = self.flight.take() {
                    self.answered(&request, &answer, jitter);
                }
            }
            Event::NoAnswer => {
                if self.flight.take().is_some() {
                    self.doubtful(None, jitter);
                }
            }
            Event::TimedOut => {
                if let Some(request) = self.flight.take() {
                    if let Body::Range { .. } = request.body {
                        self.chunks.slow();
                    }
                    self.doubtful(None, jitter);
                }
            }
            Event::Waited => self.waited(true),
            Event::Online => self.waited(false),
            Event::Renewed => {
                if let Phase::Renew { then } = &mut self.phase {
                    self.phase = (**then).clone();
                }
            }
            Event::NotRenewed => {
                if let Phase::Renew { .. } = self.phase {
                    self.phase = Phase::Failed(UploadError::SignedOut);
                }
            }
        }
    }

    fn waited(&mut self, to_the_end: bool) {
        if let Phase::Wait { then, asked, .. } = &self.phase
            && (to_the_end || !asked)
        {
            self.phase = (**then).clone();
        }
    }

    fn answered(&mut self, request: &Request, answer: &Answer, jitter: u32) {
        if let Some(bytes) = answer.chunk_min_bytes {
            self.chunks.at_least(bytes);
        }
        // Before the general rules: what an answer means in one phase only.
        let phase = self.phase.clone();
        match (&phase, answer.status) {
            (Phase::Check, 404) | (Phase::Check, 405) => {
                self.phase = if self.mount_from.is_some() { Phase::Mount } else { Phase::Open };
                return;
            }
            (Phase::Check, 200..=299) => return self.done(Outcome::Existed),
            (Phase::Verify, 404) => return self.restart(jitter),
            (Phase::Verify, 200..=299) => return self.done(Outcome::Uploaded),
            (Phase::Mount, 201) => return self.done(Outcome::Mounted),
            // Not to be had from there: sent like any other.
            (Phase::Mount, 400 | 403 | 404 | 405) => {
                self.mount_from = None;
                self.phase = Phase::Open;
                return;
            }
            (Phase::Cancel, 200..=299 | 404) => return self.done(Outcome::Cancelled),
            _ => {}
        }
        if answer.is_success() {
            self.took_location(request, answer);
            return self.succeeded(request, answer, jitter);
        }
        match (phase, answer.status) {
            (_, 401) => self.renew(),
            _ if answer.is_quota() => self.fail(UploadError::Quota { message: answer.message.clone() }),
            (_, 403) => {
                let (repository, message) = (self.repository.clone(), answer.message.clone());
                self.fail(UploadError::Denied { repository, message });
            }
            (Phase::Push | Phase::Close, 400 | 422) => self.not_taken(answer, jitter),
            // The session is gone: because its work is done, or because the registry lost it.
            (Phase::Push | Phase::Close | Phase::Ask, 404 | 410) if self.complete => self.phase = Phase::Verify,
            (Phase::Push | Phase::Close | Phase::Ask, 404 | 410) => self.restart(jitter),
            (Phase::Push | Phase::Close, 416) => {
                self.zero_refused |= self.offset == 0;
                self.took_location(request, answer);
                // Not the network's fault, but it must not go round for ever.
                self.doubtful(None, jitter);
            }
            (Phase::Push, 413) => self.too_large(request),
            (_, 408 | 425 | 429 | 500..=599) => {
                self.took_location(request, answer);
                self.doubtful(answer.retry_after_secs, jitter);
            }
            (_, status) => self.fail(UploadError::Refused { status, message: answer.message.clone() }),
        }
    }

    fn succeeded(&mut self, request: &Request, answer: &Answer, jitter: u32) {
        match self.phase {
            Phase::Open | Phase::Mount => {
                if self.location.is_none() {
                    let what = "it opened an upload without saying where (Location)".to_owned();
                    return self.fail(UploadError::BadAnswer { method: request.method.as_str().to_owned(), what });
                }
                (self.offset, self.zero_refused) = (0, false);
                self.phase = Phase::Push;
            }
            Phase::Ask => {
                let stands_at = match answer.received {
                    // What many registries say of an empty session; one byte only where 0 was refused.
                    Some(1) if !self.zero_refused => 0,
                    Some(bytes) => bytes,
                    None => 0,
                };
                self.stands_at(stands_at, jitter);
            }
            Phase::Push if request.method == super::Method::Patch => {
                let Body::Range { offset, len } = request.body else { return };
                let before = self.offset;
                self.stands_at(answer.received.unwrap_or(offset + len), jitter);
                if self.offset > before {
                    self.chunks.landed(len, answer.took_millis);
                } else if self.phase == Phase::Push {
                    // Taken with thanks, and not kept.
                    self.doubtful(answer.retry_after_secs, jitter);
                }
            }
            Phase::Push | Phase::Close => match (&answer.digest, &self.digest) {
                (Some(stored), Some(own)) if stored != own.as_str() => self.mismatched(jitter),
                _ => self.done(Outcome::Uploaded),
            },
            _ => {
                let what = format!("status {}", answer.status);
                self.fail(UploadError::BadAnswer { method: request.method.as_str().to_owned(), what });
            }
        }
    }

    /// The registry has so many bytes.
    fn stands_at(&mut self, bytes: u64, jitter: u32) {
        if self.complete && bytes > self.available {
            // More than there is: whatever it has, it is not this blob.
            return self.restart(jitter);
        }
        let progressed = bytes > self.offset;
        self.offset = bytes;
        self.phase = Phase::Push;
        if progressed {
            (self.zero_refused, self.unauthorised) = (false, 0);
            self.retry.progressed();
        }
    }

    fn took_location(&mut self, request: &Request, answer: &Answer) {
        let is_session = matches!(self.phase, Phase::Open | Phase::Mount | Phase::Push | Phase::Ask);
        let location = answer.location.as_deref().and_then(|location| resolve(&request.url, location));
        // After a PUT that succeeded it is the blob's own address, which nobody needs.
        let is_blob = request.method == super::Method::Put && answer.is_success();
        if let (true, false, Some(location)) = (is_session, is_blob, location) {
            self.location = Some(location);
        }
    }

    /// Something went wrong and nobody knows what arrived: wait, then ask.
    fn doubtful(&mut self, asked_secs: Option<u64>, jitter: u32) {
        let then = match &self.phase {
            Phase::Push | Phase::Close => Phase::Ask,
            other => other.clone(),
        };
        self.phase = match self.retry.failed(asked_secs, jitter) {
            Some(millis) => Phase::Wait { millis, asked: asked_secs.is_some(), then: Box::new(then) },
            None => Phase::Failed(UploadError::Unreachable { tries: self.retry.tries() }),
        };
    }

    fn renew(&mut self) {
        self.unauthorised += 1;
        if self.unauthorised >= MOST_UNAUTHORISED {
            return self.fail(UploadError::SignedOut);
        }
        let then = match &self.phase {
            Phase::Push | Phase::Close => Phase::Ask,
            other => other.clone(),
        };
        self.phase = Phase::Renew { then: Box::new(then) };
    }

    fn too_large(&mut self, request: &Request) {
        let Body::Range { len, .. } = request.body else {
            return self.fail(UploadError::Refused { status: 413, message: String::new() });
        };
        // A refused body may have been taken in part.
        self.phase = Phase::Ask;
        if !self.chunks.refused(len) {
            self.fail(UploadError::ChunkRefused { bytes: len });
        }
    }

    /// 400 to bytes or to the end: the registry holds something else than the blob.
    fn not_taken(&mut self, answer: &Answer, jitter: u32) {
        match answer.code.as_str() {
            "DIGEST_INVALID" => self.mismatched(jitter),
            "NAME_INVALID" | "UNSUPPORTED" => {
                self.fail(UploadError::Refused { status: answer.status, message: answer.message.clone() });
            }
            _ => self.restart(jitter),
        }
    }

    fn mismatched(&mut self, jitter: u32) {
        self.mismatches += 1;
        if self.mismatches >= MOST_MISMATCHES { self.fail(UploadError::Corrupt) } else { self.restart(jitter) }
    }

    /// A new session, from the first byte.
    fn restart(&mut self, jitter: u32) {
        self.restarts += 1;
        self.location = None;
        (self.offset, self.zero_refused) = (0, false);
        self.phase = Phase::Open;
        if self.restarts > MOST_RESTARTS {
            self.fail(UploadError::Unreachable { tries: self.restarts });
        } else if self.restarts > 1 {
            self.doubtful(None, jitter);
        }
    }

    fn done(&mut self, outcome: Outcome) {
        if matches!(outcome, Outcome::Uploaded | Outcome::Existed | Outcome::Mounted) && self.complete {
            self.offset = self.available;
        }
        self.phase = Phase::Done(outcome);
    }

    fn fail(&mut self, error: UploadError) {
        self.phase = Phase::Failed(error);
    }
}
