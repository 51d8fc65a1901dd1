//! Images of one engine: looked up, made of containers, given out and taken in as archives.
//!
//! Read by types of our own, over `wire`: podman leaves out what bollard insists on, and archives may be of any size.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use futures::stream::{BoxStream, StreamExt, TryStreamExt, try_unfold};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use image::reference::Reference;
use serde::Deserialize;

use super::name;
use super::wire::Wire;
use crate::engine::{
    Archive, ContainerId, EngineError, EngineStream, ImageError, LocalImage, PullProgress, RegistryAuth,
};

/// An engine's line of progress is far shorter.
const LONGEST_LINE: usize = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    id: String,
    repo_tags: Option<Vec<String>>,
    repo_digests: Option<Vec<String>>,
    #[serde(rename = "RootFS")]
    root_fs: Option<RootFs>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RootFs {
    layers: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    repo_tags: Option<Vec<String>>,
}

/// A line of an engine's progress, as far as it matters here.
#[derive(Deserialize)]
struct Line {
    error: Option<String>,
    #[serde(rename = "errorDetail")]
    detail: Option<Detail>,
    status: Option<String>,
    stream: Option<String>,
}

#[derive(Deserialize)]
struct Detail {
    message: Option<String>,
}

pub(super) async fn find(wire: &Wire, image: &Reference) -> Result<Option<LocalImage>, EngineError> {
    let text = image.to_string();
    let found = match wire.json::<Inspected>(&format!("/images/{}/json", in_path(&text))).await {
        Ok(found) => found,
        Err(EngineError::Failed { status: 404, .. }) => return Ok(None),
        Err(EngineError::Failed { status: 400, message }) => return Err(ImageError::classify(&text, &message).into()),
        Err(other) => return Err(other),
    };
    let repo_digests = found.repo_digests.unwrap_or_default();
    if !name::is_told(image, &found.repo_tags.unwrap_or_default(), &repo_digests) {
        return Ok(None);
    }
    Ok(Some(LocalImage {
        id: if found.id.contains(':') { found.id } else { format!("sha256:{}", found.id) },
        repo_digests,
        diff_ids: found.root_fs.and_then(|root| root.layers).unwrap_or_default(),
    }))
}

pub(super) async fn commit(wire: &Wire, id: &ContainerId, image: &Reference) -> Result<(), EngineError> {
    let (repo, tag) = name::repository_and_tag(image);
    let path = format!("/commit?container={}&repo={}&tag={}&pause=1", id.0, in_query(&repo), in_query(tag));
    // Podman reads a body even where there is nothing to say.
    let made = wire.post_json(&path, &serde_json::json!({})).await;
    made.map(drop).map_err(|error| super::failure::container_error(&id.0, error))
}

pub(super) async fn export(wire: &Wire, image: &Reference) -> Result<EngineStream<Bytes>, EngineError> {
    let image = image.to_string();
    let body = wire.get(&format!("/images/{}/get", in_path(&image))).await.map_err(|error| of_image(&image, error))?;
    let endpoint = wire.clone();
    Ok(body.into_data_stream().map_err(move |error| endpoint.gone(error)).boxed())
}

pub(super) async fn load(wire: &Wire, archive: Archive) -> Result<(), EngineError> {
    let body = wire.post_stream("/images/load?quiet=1", archive).await?;
    let mut lines = lines(wire.clone(), body);
    while let Some(line) = lines.try_next().await? {
        if let Some(message) = line.trouble() {
            return Err(EngineError::Failed { status: 500, message });
        }
    }
    Ok(())
}

pub(super) async fn remove(wire: &Wire, image: &Reference) -> Result<(), EngineError> {
    match wire.delete(&format!("/images/{}", in_path(&image.to_string()))).await {
        Ok(()) | Err(EngineError::Failed { status: 404, .. }) => Ok(()),
        Err(other) => Err(other),
    }
}

pub(super) async fn called(wire: &Wire, repository: &Reference) -> Result<Vec<String>, EngineError> {
    let rows: Vec<Listed> = wire.json("/images/json").await?;
    let names = rows.into_iter().filter_map(|row| row.repo_tags).flatten();
    Ok(names.filter(|found| name::full(found).is_ok_and(|found| name::is_of(&found, repository))).collect())
}

/// Podman's own way to fetch an image: only there can it be told that a registry speaks plain HTTP.
pub(super) async fn pull_by_podman(
    wire: &Wire,
    image: &str,
    auth: &RegistryAuth,
) -> Result<EngineStream<PullProgress>, EngineError> {
    let identity = serde_json::json!({
        "username": auth.username, "password": auth.password, "serveraddress": auth.registry,
    });
    let identity = URL_SAFE.encode(identity.to_string());
    let path = format!(
        "/v4.0.0/libpod/images/pull?reference={}&policy=always&tlsVerify={}",
        in_query(image),
        !auth.plain_http
    );
    let image = image.to_owned();
    let sorted = |error, image: &str| match error {
        EngineError::Failed { message, .. } => ImageError::classify(image, &message).into(),
        other => other,
    };
    let body = wire.post_at(&path, "X-Registry-Auth", &identity).await.map_err(|error| sorted(error, &image))?;
    let steps = lines(wire.clone(), body).map(move |line| {
        let line = line?;
        match line.trouble() {
            Some(message) => Err(ImageError::classify(&image, &message).into()),
            None => {
                let status = line.status.or(line.stream).unwrap_or_default();
                Ok(PullProgress { status: status.trim().to_owned(), ..PullProgress::default() })
            }
        }
    });
    Ok(steps.boxed())
}

impl Line {
    fn trouble(&self) -> Option<String> {
        let detail = self.detail.as_ref().and_then(|detail| detail.message.clone());
        detail.or_else(|| self.error.clone()).filter(|message| !message.is_empty())
    }
}

/// JSON values one after another, whatever stands between them.
fn lines(wire: Wire, body: Incoming) -> BoxStream<'static, Result<Line, EngineError>> {
    try_unfold((wire, body, Vec::new(), false), |(wire, mut body, mut rest, mut ended)| async move {
        loop {
            let mut values = serde_json::Deserializer::from_slice(&rest).into_iter::<Line>();
            match values.next() {
                Some(Ok(line)) => {
                    let used = values.byte_offset();
                    rest.drain(..used);
                    return Ok(Some((line, (wire, body, rest, ended))));
                }
                None if ended => return Ok(None),
                Some(Err(error)) if ended || !error.is_eof() || rest.len() > LONGEST_LINE => {
                    return Err(EngineError::Protocol(format!("a line of progress: {error}")));
                }
                None | Some(Err(_)) => {}
            }
            match body.frame().await {
                Some(Ok(frame)) => rest.extend_from_slice(&frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Err(wire.gone(error)),
                None => ended = true,
            }
        }
    })
    .boxed()
}

fn of_image(image: &str, error: EngineError) -> EngineError {
    match error {
        EngineError::Failed { status: 404, message } => ImageError::classify(image, &message).into(),
        other => other,
    }
}

/// A reference where a path goes on: its slashes and colons stay, and nothing can end the path.
fn in_path(image: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b':' | b'@' | b'.' | b'_' | b'-');
    let mut out = String::with_capacity(image.len());
    for byte in image.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn in_query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::in_path;

    #[test]
    fn a_reference_cannot_leave_its_place_in_a_path() {
        assert_eq!(in_path("127.0.0.1:5000/a/b_c:v1"), "127.0.0.1:5000/a/b_c:v1");
        assert_eq!(in_path("a?b#c d%2f"), "a%3Fb%23c%20d%252f");
    }
}
