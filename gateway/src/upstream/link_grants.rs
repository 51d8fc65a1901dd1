//! The grants that links need: `read` on one job, given to and taken back from the account that reads for visitors.

use super::{Upstream, UpstreamError, empty, request, with_json};
use crate::session::Session;
use http::{Method, StatusCode};
use platform::{
    Uri,
    permission::{Action, Permission},
};
use url::Url;

impl Upstream {
    /// Grants `read` on something to somebody. What is granted already is no error.
    pub(crate) async fn grant_read(&self, session: &Session, to: &str, uri: &Uri) -> Result<(), UpstreamError> {
        let builder = request(Method::POST, &self.permissions_of(to), Some(&session.tokens.access_token));
        let grants = [Permission { uri: uri.clone(), action: Action::Read }];
        self.call(with_json(builder, &grants)?).await.map(drop)
    }

    /// Takes a grant back. One that is not there is no error: the platform answers 400 "has no effect".
    pub(crate) async fn take_back(&self, session: &Session, from: &str, uri: &Uri) -> Result<(), UpstreamError> {
        let mut url = self.permissions_of(from);
        url.query_pairs_mut().append_pair("uri", &uri.to_string());
        let request = empty(request(Method::DELETE, &url, Some(&session.tokens.access_token)))?;
        match self.call(request).await {
            Err(UpstreamError::Refused { status: StatusCode::BAD_REQUEST, .. }) => Ok(()),
            other => other.map(drop),
        }
    }

    fn permissions_of(&self, principal: &str) -> Url {
        self.api(&["users", &principal.replace('/', ":"), "permissions"])
    }
}
