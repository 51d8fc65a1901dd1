//! What an archive is called on a disk.

use super::Form;
use crate::Digest;

/// The name under which an archive is saved, fit for a header and a disk: `net_v1.tar`, `net_0123456789ab.oci.tar`. `version` is a
/// tag or a digest.
#[must_use]
pub fn file_name(repository: &str, version: &str, form: Form) -> String {
    let name = repository.rsplit('/').next().unwrap_or_default();
    let digest = version.parse::<Digest>().ok();
    let version = digest.as_ref().map_or(version, Digest::short);
    let ending = match form {
        Form::Docker => "tar",
        Form::Oci => "oci.tar",
    };
    format!("{name}_{version}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_the_image_and_its_version() {
        assert_eq!(file_name("acme/demo/net", "v1.2", Form::Docker), "net_v1.2.tar");
        assert_eq!(file_name("acme/demo/a/net", "latest", Form::Oci), "net_latest.oci.tar");
        let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
        assert_eq!(file_name("acme/demo/net", &digest, Form::Docker), "net_0123456789ab.tar");
        assert_eq!(file_name("net", &digest, Form::Oci), "net_0123456789ab.oci.tar");
    }
}
