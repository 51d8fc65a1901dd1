//! Names of images: docker references, `image:` URIs, and the way from one to the other.
//!
//! A docker reference says which registry and repository; an `image:` URI says which cluster, organisation and project. The
//! repository `ORG/PROJECT/NAME` of a cluster's registry is the image `image://CLUSTER/ORG/PROJECT/NAME`.

mod docker;
mod name;
mod place;
mod platform_name;
#[cfg(test)]
mod tests;

pub use docker::Reference;
pub use name::{NAME_MAX_BYTES, TAG_MAX_BYTES, check_path, check_tag};
pub use place::{Image, Place};
pub use platform_name::ImageName;

use crate::digest::InvalidDigest;

/// What is to be done about tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagRule {
    /// None written: `latest`. For push, pull, run, save.
    Latest,
    /// As written. For a path of the API.
    Optional,
    /// One written is an error. For lists of tags, and for sharing.
    Forbidden,
}

/// Why a text is not the name of an image; each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// Nothing there, or a name that ends with its project.
    #[error("name the image, as in image:my-image:v1")]
    NoName,
    /// A leading hyphen looks like an option.
    #[error("an image's name cannot start with a hyphen")]
    Dash,
    /// `image:latest`.
    #[error(
        "\"image:latest\" can mean an image called \"latest\" or one called \"image\": write image:latest:TAG or docker.io/library/image:latest"
    )]
    Ambiguous,
    /// Too few parts in `image://CLUSTER/...`.
    #[error("after the cluster come the project and the image's name, as in image://CLUSTER/ORG/PROJECT/NAME")]
    NoProject,
    /// No cluster, or one with a port or a user.
    #[error("image://CLUSTER/ takes a cluster's name (letters, digits, hyphens, dots), without port, user or password")]
    Cluster,
    /// `http://...`.
    #[error("an image's reference has no scheme: leave out what stands before and with \"://\"")]
    Scheme,
    /// A character that no name has.
    #[error("an image's name cannot hold {character:?}")]
    Character {
        /// Which.
        character: char,
    },
    /// A part that breaks docker's rule.
    #[error(
        "\"{component}\" cannot be part of an image's name: lower-case letters and digits, with single '.', '_', '__' or hyphens between them"
    )]
    Component {
        /// Which.
        component: String,
    },
    /// A host that is none.
    #[error("\"{host}\" is not a registry's host, as in registry.example.com:5000")]
    Host {
        /// Which.
        host: String,
    },
    /// A tag that breaks the rule.
    #[error("\"{tag}\" is not a tag: at most 128 letters, digits, '_', '.' and '-', not beginning with '.' or '-'")]
    Tag {
        /// Which.
        tag: String,
    },
    /// A digest that is none.
    #[error("what stands after '@' is no digest")]
    Digest(#[from] InvalidDigest),
    /// Over docker's limit.
    #[error("an image's name is at most 255 characters long, not {bytes}")]
    TooLong {
        /// How long it was, bytes.
        bytes: usize,
    },
    /// [`TagRule::Forbidden`].
    #[error("leave out the tag: this is about the image with all its tags")]
    TagForbidden,
    /// An image elsewhere, where one of the platform is needed.
    #[error(
        "this names an image of another registry; one of this platform begins with image:, as in image:my-image:v1"
    )]
    External,
}
