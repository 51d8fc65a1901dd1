//! Rules of the push page: what an image is offered to be pushed as, which tags stand after a try, how a layer's line reads.

pub(crate) mod offer;
pub(crate) mod tagged;

use crate::i18n::{
    I18n, Lang, Phrase,
    catalogue::{push, units},
    format::{decimal, duration, image_bytes},
};
use api::images::Compression;
use archive_protocol::{Fault, FaultCode, LayerLine, LayerStage, Progress};

/// Cells of a layer's bar.
const BAR: usize = 24;

/// A compression as it is written.
pub(crate) fn compression_word(compression: Compression) -> &'static str {
    match compression {
        Compression::Zstd => "zstd",
        Compression::Gzip | Compression::Unknown => "gzip",
    }
}

/// The compression that a word stands for.
pub(crate) fn compression_of(word: &str) -> Compression {
    if word == compression_word(Compression::Zstd) { Compression::Zstd } else { Compression::Gzip }
}

/// A kind of fault in the reader's language.
pub(crate) fn fault_phrase(code: FaultCode) -> Phrase {
    match code {
        FaultCode::NotAnArchive => push::FAULT_NOT_AN_ARCHIVE,
        FaultCode::Utf16 => push::FAULT_UTF16,
        FaultCode::Truncated => push::FAULT_TRUNCATED,
        FaultCode::Malformed => push::FAULT_MALFORMED,
        FaultCode::Missing => push::FAULT_MISSING,
        FaultCode::DigestMismatch => push::FAULT_DIGEST,
        FaultCode::Foreign => push::FAULT_FOREIGN,
        FaultCode::FileChanged => push::FAULT_FILE_CHANGED,
        FaultCode::NoRoom => push::FAULT_NO_ROOM,
        FaultCode::Insecure => push::FAULT_INSECURE,
        FaultCode::Window => push::FAULT_WINDOW,
        FaultCode::Forbidden => push::FAULT_FORBIDDEN,
        FaultCode::Quota => push::FAULT_QUOTA,
        FaultCode::SignedOut => push::FAULT_SIGNED_OUT,
        FaultCode::Unreachable => push::FAULT_UNREACHABLE,
        FaultCode::OtherTab => push::FAULT_OTHER_TAB,
        FaultCode::Refused => push::FAULT_REFUSED,
        FaultCode::NotVerified => push::FAULT_NOT_VERIFIED,
        FaultCode::Broken => push::FAULT_BROKEN,
        FaultCode::Cancelled => push::FAULT_CANCELLED,
    }
}

/// A fault in the reader's language; what exactly was found stands behind it as it was said.
pub(crate) fn fault_text(i18n: I18n, fault: &Fault) -> String {
    fault_in(i18n.lang(), fault)
}

/// The same in a language.
pub(crate) fn fault_in(lang: Lang, fault: &Fault) -> String {
    let kind = fault_phrase(fault.code).in_lang(lang);
    if fault.detail.is_empty() { kind.to_owned() } else { format!("{kind} ({})", fault.detail) }
}

/// What `docker push` writes of a layer after its id: `Pushing`, and `[=====>    ] 2.7/93.8 MB` of one that is on its way.
pub(crate) fn line(lang: Lang, line: &LayerLine) -> (&'static str, Option<String>) {
    let far = (line.stage == LayerStage::Pushing).then(|| {
        let share = share(line.done_bytes, line.total_bytes);
        format!("[{}] {}", bar(share), of(lang, line.done_bytes, line.total_bytes))
    });
    (stage_phrase(line.stage).in_lang(lang), far)
}

fn stage_phrase(stage: LayerStage) -> Phrase {
    match stage {
        LayerStage::Waiting => push::LAYER_WAITING,
        LayerStage::Pushing => push::LAYER_PUSHING,
        LayerStage::Pushed => push::LAYER_PUSHED,
        LayerStage::Exists => push::LAYER_EXISTS,
        LayerStage::Mounted => push::LAYER_MOUNTED,
    }
}

fn bar(share: f64) -> String {
    let full = ((share * BAR as f64) as usize).min(BAR);
    let mut bar = "=".repeat(full);
    if full < BAR {
        bar.push('>');
    }
    format!("{bar:<BAR$}")
}

/// `2.7/93.8 MB`, in the decimal units that `docker push` uses.
pub(crate) fn of(lang: Lang, done_bytes: u64, total_bytes: u64) -> String {
    let (unit, name) = match total_bytes {
        0..1_000_000 => (1e3, units::KB),
        1_000_000..1_000_000_000 => (1e6, units::MB),
        _ => (1e9, units::GB),
    };
    let number = |bytes: u64| decimal(lang, bytes as f64 / unit, 1);
    format!("{}/{}\u{a0}{}", number(done_bytes), number(total_bytes), name.in_lang(lang))
}

/// Whole percent of a push. Before anything is known of it, and when it stops there, nothing is done.
pub(crate) fn percent(progress: &Progress) -> u32 {
    if progress.total_bytes == 0 { 0 } else { (share(progress.done_bytes, progress.total_bytes) * 100.0) as u32 }
}

/// From 0 to 1; of nothing all is done.
pub(crate) fn share(done_bytes: u64, total_bytes: u64) -> f64 {
    if total_bytes == 0 { 1.0 } else { (done_bytes as f64 / total_bytes as f64).min(1.0) }
}

/// Speed and time left; `None` as long as nothing lands.
pub(crate) fn pace(i18n: I18n, progress: &Progress) -> Option<String> {
    if progress.bytes_per_sec == 0 {
        return None;
    }
    let lang = i18n.lang();
    let speed = i18n.fill(push::PER_SEC, &[("size", &image_bytes(lang, progress.bytes_per_sec))]);
    Some(match progress.secs_left {
        Some(secs) => i18n.fill(push::PACE_LEFT, &[("speed", &speed), ("left", &duration(lang, secs))]),
        None => speed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_of_which_nothing_is_known_is_not_done() {
        let at = |done_bytes, total_bytes| percent(&Progress { done_bytes, total_bytes, ..Progress::default() });
        assert_eq!([at(0, 0), at(0, 9), at(5, 10), at(10, 10)], [0, 0, 50, 100]);
    }

    #[test]
    fn a_layers_line_reads_as_docker_writes_it() {
        let mut layer = LayerLine {
            id: String::new(),
            stage: LayerStage::Pushing,
            done_bytes: 46_900_000,
            total_bytes: 93_800_000,
        };
        let far = |layer: &LayerLine| line(Lang::En, layer).1.unwrap_or_default();
        assert_eq!(line(Lang::En, &layer).0, "Pushing");
        assert_eq!(far(&layer), "[============>           ] 46.9/93.8\u{a0}MB");
        layer.done_bytes = layer.total_bytes;
        assert_eq!(far(&layer), "[========================] 93.8/93.8\u{a0}MB");
        layer.stage = LayerStage::Exists;
        assert_eq!(line(Lang::En, &layer), ("Layer already exists", None));
        assert_eq!(of(Lang::Ru, 1_500, 2_500), "1,5/2,5\u{a0}кБ");
    }
}
