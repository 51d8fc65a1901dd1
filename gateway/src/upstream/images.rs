//! What the platform API says and does about images beside its registry: our own extension, saving and copying.
//!
//! A server without the extension answers 404: these calls then give None, and the registry itself is asked.

use super::{Upstream, UpstreamError, asked, empty, ndjson, with_json};
use crate::session::Session;
use futures::Stream;
use http::{Method, StatusCode};
use platform::{
    extension::{
        IMAGES_COPY,
        images::{Images, Layers, PATH, Tags, Usage},
    },
    transfer::{CopyRequest, SaveRequest, SaveTarget, TransferLine},
};
use url::Url;

const LINES: &str = "the progress of an image";

impl Upstream {
    fn extension(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let path: Vec<&str> = PATH.split('/').chain(segments.iter().copied()).collect();
        let mut url = self.api(&path);
        for (key, value) in query {
            url.query_pairs_mut().append_pair(key, value);
        }
        url
    }

    /// A page of images, after a name.
    pub(crate) async fn extension_images(
        &self,
        session: &Session,
        place: &[(&str, &str)],
        n: usize,
        last: &str,
    ) -> Result<Option<Images>, UpstreamError> {
        let n = n.to_string();
        let query: Vec<_> = place.iter().copied().chain([("n", n.as_str()), ("last", last)]).collect();
        let url = self.extension(&[], &query);
        self.read_if_offered(session, &url, "a list of images").await
    }

    /// A page of an image's tags, after a name.
    pub(crate) async fn extension_tags(
        &self,
        session: &Session,
        repository: &str,
        n: usize,
        last: &str,
    ) -> Result<Option<Tags>, UpstreamError> {
        let url = self.extension(&["tags"], &[("repository", repository), ("n", &n.to_string()), ("last", last)]);
        self.read_if_offered(session, &url, "a list of tags").await
    }

    /// The layers of a project.
    pub(crate) async fn extension_layers(
        &self,
        session: &Session,
        org: &str,
        project: &str,
    ) -> Result<Option<Layers>, UpstreamError> {
        self.read_if_offered(session, &self.extension(&[org, project, "layers"], &[]), "a list of layers").await
    }

    /// What a project's images take.
    pub(crate) async fn extension_usage(
        &self,
        session: &Session,
        org: &str,
        project: &str,
    ) -> Result<Option<Usage>, UpstreamError> {
        self.read_if_offered(session, &self.extension(&[org, project, "usage"], &[]), "what a project's images take")
            .await
    }

    /// Whether the cluster copies images from other registries: the address takes another method than this, or is not there.
    pub(crate) async fn can_copy(&self, session: &Session) -> bool {
        let path: Vec<&str> = IMAGES_COPY.split('/').collect();
        let request = asked(session, Method::GET, &self.api(&path));
        let Ok(request) = empty(request) else { return false };
        matches!(self.call(request).await, Err(UpstreamError::Refused { status: StatusCode::METHOD_NOT_ALLOWED, .. }))
    }

    /// Copies an image from another registry. None: the cluster cannot.
    pub(crate) async fn copy_image(
        &self,
        session: &Session,
        copy: &CopyRequest,
    ) -> Result<Option<impl Stream<Item = Result<TransferLine, UpstreamError>> + use<>>, UpstreamError> {
        let path: Vec<&str> = IMAGES_COPY.split('/').collect();
        let request = with_json(asked(session, Method::POST, &self.api(&path)), copy)?;
        match self.call(request).await {
            Ok(response) => Ok(Some(ndjson(response.into_body(), LINES))),
            Err(UpstreamError::Refused { status: StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, .. }) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes an image of a running job. `image` is a whole docker reference.
    pub(crate) async fn save_job(
        &self,
        session: &Session,
        job: &str,
        image: String,
    ) -> Result<impl Stream<Item = Result<TransferLine, UpstreamError>> + use<>, UpstreamError> {
        let place = self.place(session).await?;
        let url = Self::url(&place.monitoring, &[job, "save"]);
        let save = SaveRequest { container: SaveTarget { image } };
        let request = with_json(asked(session, Method::POST, &url), &save)?;
        Ok(ndjson(self.call(request).await?.into_body(), LINES))
    }
}
