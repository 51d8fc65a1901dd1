//! A registry that does what the specification says, and what goes wrong on the way to it.

use crate::Digest;
use crate::upload::{Answer, Body, Event, Method, Request};
use std::collections::BTreeMap;

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    None,
    /// It never arrives.
    Lost,
    /// It arrives and is done; the answer does not.
    AnswerLost,
    /// A part of the body arrives, then the connection breaks.
    Cut(f64),
    /// A part of the body arrives, then the sender's patience ends.
    Slow(f64),
    /// 503 with Retry-After.
    Unavailable,
    /// 429.
    TooMany,
    /// The token is no longer valid.
    Expired,
    /// The registry restarts and has lost a part of the session.
    TailLost(f64),
    /// The registry forgets the session.
    SessionLost,
    /// 202, but nothing was kept.
    NotKept,
}

pub(super) struct Registry {
    /// One a request; after the last, all goes well.
    pub(super) faults: Vec<Fault>,
    pub(super) body_max: u64,
    pub(super) chunk_min: Option<u64>,
    /// Requests until a token expires.
    pub(super) token_life: Option<u32>,
    /// Whether an empty session is said as `0-0`.
    pub(super) zero_range: bool,
    /// How fast bytes come to it.
    pub(super) bytes_per_sec: u64,
    pub(super) received_bytes: u64,
    pub(super) token_used: u32,
    pub(super) requests: usize,
    pub(super) blobs: BTreeMap<(String, String), Vec<u8>>,
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) log: Vec<String>,
}

pub(super) struct Session {
    bytes: Vec<u8>,
    /// Counts the Locations given out, and the newest that reached the client.
    given: u32,
    reached: u32,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            faults: vec![],
            body_max: u64::MAX,
            chunk_min: None,
            token_life: None,
            zero_range: true,
            bytes_per_sec: u64::MAX,
            received_bytes: 0,
            token_used: 0,
            requests: 0,
            blobs: BTreeMap::new(),
            sessions: BTreeMap::new(),
            log: vec![],
        }
    }
}

impl Registry {
    pub(super) fn put(&mut self, repository: &str, blob: &[u8]) {
        self.blobs.insert((repository.into(), Digest::sha256_of(blob).to_string()), blob.to_vec());
    }

    pub(super) fn stored(&self, repository: &str, blob: &[u8]) -> Option<&[u8]> {
        self.blobs.get(&(repository.into(), Digest::sha256_of(blob).to_string())).map(Vec::as_slice)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.blobs.is_empty()
    }

    pub(super) fn log(&self) -> String {
        self.log.join(" ")
    }

    pub(super) fn renew(&mut self) {
        self.token_used = 0;
    }

    /// The answer, as late as it comes at the registry's speed.
    pub(super) fn answer(&mut self, request: &Request, blob: &[u8]) -> Event {
        let bytes = if let Body::Range { len, .. } = request.body { len } else { 0 };
        match self.event(request, blob) {
            Event::Answer(answer) => Event::Answer(answer.took(bytes * 1000 / self.bytes_per_sec)),
            other => other,
        }
    }

    fn event(&mut self, request: &Request, blob: &[u8]) -> Event {
        let fault = self.faults.get(self.requests).copied().unwrap_or(Fault::None);
        self.requests += 1;
        self.log.push(request.method.as_str().to_owned());
        let body = match request.body {
            Body::Empty => &[][..],
            Body::Range { offset, len } => &blob[offset as usize..(offset + len) as usize],
        };
        let id = session_of(&request.url);
        match fault {
            Fault::Lost => return Event::NoAnswer,
            Fault::Cut(part) | Fault::Slow(part) => {
                let taken = (body.len() as f64 * part) as usize;
                if request.method == Method::Patch && self.fits(request).is_ok() {
                    self.received_bytes += taken as u64;
                    if let Some(session) = self.sessions.get_mut(&id) {
                        session.bytes.extend_from_slice(&body[..taken]);
                    }
                }
                return if matches!(fault, Fault::Slow(_)) { Event::TimedOut } else { Event::NoAnswer };
            }
            Fault::Unavailable => return self.say(Answer::new(503).header("Retry-After", "1")),
            Fault::TooMany => return self.say(Answer::new(429)),
            Fault::Expired => return self.say(Answer::new(401)),
            Fault::TailLost(part) => {
                if let Some(session) = self.sessions.get_mut(&id) {
                    let keep = (session.bytes.len() as f64 * part) as usize;
                    session.bytes.truncate(keep);
                }
            }
            Fault::SessionLost => {
                self.sessions.remove(&id);
            }
            Fault::NotKept if request.method == Method::Patch && self.fits(request).is_ok() => {
                let answer = self.with_range(&id, Answer::new(202));
                return self.say(answer);
            }
            Fault::None | Fault::AnswerLost | Fault::NotKept => {}
        }
        if self.token_life.is_some_and(|life| self.token_used >= life) {
            return self.say(Answer::new(401));
        }
        self.token_used += 1;
        let answer = self.served(request, body, &id);
        if matches!(fault, Fault::AnswerLost) {
            return Event::NoAnswer;
        }
        self.say(answer)
    }

    fn say(&mut self, answer: Answer) -> Event {
        if answer.status >= 300 {
            self.log.push(answer.status.to_string());
        }
        if let Some(location) = &answer.location
            && let Some(session) = self.sessions.get_mut(&session_of(location))
        {
            session.reached = session.given;
        }
        Event::Answer(answer)
    }

    fn served(&mut self, request: &Request, body: &[u8], id: &str) -> Answer {
        let path = request.url.split('?').next().unwrap_or_default();
        match request.method {
            Method::Head => {
                let (repository, digest) = path.strip_prefix("/v2/").unwrap().split_once("/blobs/").unwrap();
                Answer::new(if self.blobs.contains_key(&(repository.into(), digest.into())) { 200 } else { 404 })
            }
            Method::Post => self.open(request, path),
            Method::Delete => Answer::new(if self.sessions.remove(id).is_some() { 204 } else { 404 }),
            Method::Get | Method::Patch | Method::Put if !self.sessions.contains_key(id) => Answer::new(404),
            Method::Get => self.with_range(id, Answer::new(204)),
            Method::Patch => {
                if body.len() as u64 > self.body_max {
                    return Answer::new(413);
                }
                if let Err(status) = self.fits(request) {
                    return self.with_range(id, Answer::new(status));
                }
                self.received_bytes += body.len() as u64;
                self.sessions.get_mut(id).unwrap().bytes.extend_from_slice(body);
                self.with_range(id, Answer::new(202))
            }
            Method::Put => self.close(request, body, id),
        }
    }

    fn open(&mut self, request: &Request, path: &str) -> Answer {
        let repository = path.strip_prefix("/v2/").unwrap().strip_suffix("/blobs/uploads/").unwrap();
        if let (Some(digest), Some(from)) = (query(&request.url, "mount"), query(&request.url, "from"))
            && let Some(blob) = self.blobs.get(&(from, digest)).cloned()
        {
            self.put(repository, &blob);
            return Answer::new(201);
        }
        let id = self.requests.to_string();
        self.sessions.insert(id.clone(), Session { bytes: vec![], given: 0, reached: 0 });
        let mut answer = self.with_range(&id, Answer::new(202));
        answer.chunk_min_bytes = self.chunk_min;
        answer.received = None;
        answer
    }

    fn close(&mut self, request: &Request, body: &[u8], id: &str) -> Answer {
        if body.len() as u64 > self.body_max {
            return Answer::new(413);
        }
        if self.is_stale(request) {
            return Answer::new(404);
        }
        self.received_bytes += body.len() as u64;
        // As the reference registry does: the body of a PUT is appended, whatever was there.
        let session = self.sessions.get_mut(id).unwrap();
        session.bytes.extend_from_slice(body);
        let digest = query(&request.url, "digest").unwrap();
        if Digest::sha256_of(&session.bytes).as_str() != digest {
            self.sessions.remove(id);
            return Answer::new(400).body(br#"{"errors":[{"code":"DIGEST_INVALID"}]}"#);
        }
        let bytes = self.sessions.remove(id).unwrap().bytes;
        let repository = request.url.strip_prefix("/v2/").unwrap().split("/blobs/").next().unwrap().to_owned();
        self.put(&repository, &bytes);
        Answer::new(201).header("Docker-Content-Digest", &digest).header("Location", "/v2/x/blobs/y")
    }

    /// The newest Location that reached the client wins; and chunks come in order.
    fn is_stale(&self, request: &Request) -> bool {
        let given: u32 = query(&request.url, "n").and_then(|n| n.parse().ok()).unwrap();
        self.sessions.get(&session_of(&request.url)).is_none_or(|session| given < session.reached)
    }

    fn fits(&self, request: &Request) -> Result<(), u16> {
        let session = self.sessions.get(&session_of(&request.url)).ok_or(404_u16)?;
        if self.is_stale(request) {
            return Err(404);
        }
        let said = request.headers.iter().find(|(name, _)| matches!(*name, "Content-Range" | "Upload-Offset"));
        let start = said.and_then(|(_, value)| value.split('-').next().and_then(|start| start.parse().ok()));
        if start == Some(session.bytes.len() as u64) { Ok(()) } else { Err(416) }
    }

    fn with_range(&mut self, id: &str, answer: Answer) -> Answer {
        let Some(session) = self.sessions.get_mut(id) else { return answer };
        session.given += 1;
        let answer = answer.header("Location", &format!("/v2/o/p/n/blobs/uploads/{id}?n={}", session.given));
        match session.bytes.len() {
            0 if !self.zero_range => answer,
            len => answer.header("Range", &format!("0-{}", len.saturating_sub(1))),
        }
    }
}

fn session_of(url: &str) -> String {
    url.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned()
}

fn query(url: &str, key: &str) -> Option<String> {
    let query = url.split_once('?')?.1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))?;
    Some(value.replace("%3A", ":"))
}
