//! How an image was made, as the Dockerfile that would have made it: instruction by instruction, with the layer of each.
//!
//! Builders write `history` each in their own way (classic builder, BuildKit, buildah, debuerreotype, apko); what is not
//! understood is shown as it stands.

use api::images::PlatformImage;

/// Instructions of a Dockerfile that leave a step.
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];
/// From this length on, commands joined by `&&` stand one a line.
const LONG: usize = 80;

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// `RUN`, `COPY` ...; empty where the step says none.
    pub(crate) keyword: &'static str,
    /// What follows the keyword.
    pub(crate) text: String,
    /// The author's words, where they say more than the step.
    pub(crate) comment: Option<String>,
    /// Index of the layer it made.
    pub(crate) layer: Option<usize>,
}

/// The steps, the oldest first. A layer that no step claims is a step of its own, in its place: no layer goes unseen.
pub(crate) fn steps(image: &PlatformImage) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut next_layer = 0;
    let unclaimed = |layer| Step { keyword: "", text: String::new(), comment: None, layer: Some(layer) };
    for made in &image.history {
        let layer = made.layer.filter(|layer| *layer < image.layers.len());
        if let Some(layer) = layer {
            steps.extend((next_layer..layer).map(unclaimed));
            next_layer = next_layer.max(layer + 1);
        }
        let (keyword, text) = instruction(&made.created_by);
        // BuildKit says of every step that BuildKit made it.
        let said = |comment: &&String| !comment.is_empty() && !comment.starts_with("buildkit.dockerfile");
        steps.push(Step { keyword, text, comment: made.comment.as_ref().filter(said).cloned(), layer });
    }
    steps.extend((next_layer..image.layers.len()).map(unclaimed));
    steps
}

/// The instruction that a `created_by` stands for: its keyword and what follows.
fn instruction(created_by: &str) -> (&'static str, String) {
    let text = created_by.trim();
    let text = text.strip_suffix("# buildkit").unwrap_or(text).trim_end();
    if let Some(shell) = text.strip_prefix("/bin/sh -c ") {
        return match shell.trim_start().strip_prefix("#(nop)") {
            Some(nop) => split(nop.trim()),
            None => ("RUN", folded(shell.trim())),
        };
    }
    // `|2 A=1 B=2 /bin/sh -c ...`: a command with build arguments.
    if text.starts_with('|')
        && let Some((_, shell)) = text.split_once("/bin/sh -c ")
    {
        return ("RUN", folded(shell.trim()));
    }
    split(text)
}

fn split(text: &str) -> (&'static str, String) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let Some(keyword) = KEYWORDS.into_iter().find(|keyword| *keyword == first) else {
        return ("", folded(text));
    };
    let rest = rest.trim();
    match keyword {
        "RUN" => {
            let shell = match rest.strip_prefix('|') {
                Some(with_arguments) => with_arguments.split_once("/bin/sh -c ").map_or(rest, |(_, shell)| shell),
                None => rest.strip_prefix("/bin/sh -c ").unwrap_or(rest),
            };
            ("RUN", folded(shell.trim()))
        }
        "EXPOSE" => ("EXPOSE", exposed(rest)),
        _ => (keyword, folded(rest)),
    }
}

/// `map[80/tcp:{} 443/tcp:{}]`, as Go prints it, is `80/tcp 443/tcp`.
fn exposed(text: &str) -> String {
    match text.strip_prefix("map[").or_else(|| text.strip_prefix('[')).and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => inner.split(' ').map(|port| port.trim_end_matches(":{}")).collect::<Vec<_>>().join(" "),
        None => text.to_owned(),
    }
}

/// A long command over several lines, as it was probably written. What was spread by tabs and runs of spaces comes together.
fn folded(text: &str) -> String {
    if text.len() < LONG || text.contains('\n') {
        return text.to_owned();
    }
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace(" && ", "\n&& ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::images::{HistoryStep, ImageConfig, Layer, Platform};

    #[test]
    fn each_builders_steps_read_as_a_dockerfile() {
        for (created_by, keyword, text) in [
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD", "[\"bash\"]"),
            ("/bin/sh -c #(nop) ADD file:0f in / ", "ADD", "file:0f in /"),
            ("/bin/sh -c apt-get update", "RUN", "apt-get update"),
            ("|1 A=1 /bin/sh -c make # buildkit", "RUN", "make"),
            ("RUN /bin/sh -c make install # buildkit", "RUN", "make install"),
            ("RUN |2 A=1 B=2 /bin/sh -c make # buildkit", "RUN", "make"),
            ("COPY /a /b # buildkit", "COPY", "/a /b"),
            ("EXPOSE map[443/tcp:{} 80/tcp:{}]", "EXPOSE", "443/tcp 80/tcp"),
            ("WORKDIR /srv", "WORKDIR", "/srv"),
            ("# debian.sh --arch 'amd64' out/ 'trixie'", "", "# debian.sh --arch 'amd64' out/ 'trixie'"),
            ("apko", "", "apko"),
            ("", "", ""),
        ] {
            assert_eq!(instruction(created_by), (keyword, text.to_owned()), "{created_by}");
        }
    }

    #[test]
    fn a_long_command_stands_one_part_a_line() {
        let long = "/bin/sh -c apt-get update  \t&& apt-get install -y --no-install-recommends ca-certificates \t&& rm -rf /var/lib/apt/lists/*";
        let (_, text) = instruction(long);
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("&& apt-get install")), "{text}");
    }

    #[test]
    fn no_layer_goes_unseen_whatever_the_history_says() {
        let layer = |n: u8| Layer {
            digest: format!("sha256:{n:064x}"),
            diff_id: None,
            size_bytes: u64::from(n),
            media_type: "application/vnd.oci.image.layer.v1.tar+gzip".into(),
        };
        let step = |layer| HistoryStep { created_by: "RUN make".into(), layer, ..HistoryStep::default() };
        let image = |history| PlatformImage {
            platform: Platform::default(),
            digest: String::new(),
            size_bytes: 0,
            layers: vec![layer(1), layer(2), layer(3)],
            history,
            config: ImageConfig::default(),
        };
        let layers = |history| steps(&image(history)).iter().map(|step| step.layer).collect::<Vec<_>>();
        assert_eq!(layers(vec![]), [Some(0), Some(1), Some(2)]);
        assert_eq!(layers(vec![step(None), step(Some(1))]), [None, Some(0), Some(1), Some(2)]);
        assert_eq!(layers(vec![step(Some(9))]), [None, Some(0), Some(1), Some(2)]);
    }
}
