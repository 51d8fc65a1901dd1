//! A save or a copy that the cluster does while a dialog watches.

use crate::client::{Client, Failure, Leash, json};
use api::{
    Code,
    images::{LayerState, Receipt, TransferEvent},
};
use leptos::{prelude::*, task::spawn_local};
use serde::Serialize;
use std::ops::ControlFlow;

/// Layers shown at most; no image has as many.
const LAYERS_MAX: usize = 512;

/// How a transfer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not begun.
    Ready,
    /// The cluster is at work.
    Going,
    /// All is in the registry.
    Done(Receipt),
    /// It was refused, failed, or was lost sight of.
    Failed(Failure),
}

/// One layer on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LayerLine {
    pub(crate) id: String,
    pub(crate) state: LayerState,
    pub(crate) done_bytes: u64,
    /// 0: not known.
    pub(crate) total_bytes: u64,
}

/// What has been told so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Whether the container's changes have been made into a layer; None where there are none to be made.
    pub(crate) committed: Option<bool>,
    /// In the order they were first named.
    pub(crate) layers: Vec<LayerLine>,
}

impl Progress {
    /// Takes in an event; the end of the transfer, where it is one.
    fn take(&mut self, event: TransferEvent) -> Option<Stage> {
        match event {
            TransferEvent::Committing => self.committed = Some(false),
            TransferEvent::Committed => self.committed = Some(true),
            TransferEvent::Layer { id, state, done_bytes, total_bytes } => {
                let line = LayerLine { id, state, done_bytes, total_bytes };
                if let Some(known) = self.layers.iter_mut().find(|known| known.id == line.id) {
                    // A later event may leave out what an earlier one told.
                    let total_bytes = line.total_bytes.max(known.total_bytes);
                    *known = LayerLine { total_bytes, ..line };
                } else if self.layers.len() < LAYERS_MAX {
                    self.layers.push(line);
                }
            }
            TransferEvent::Heartbeat | TransferEvent::Unknown => {}
            TransferEvent::Done { receipt } => return Some(Stage::Done(receipt)),
            TransferEvent::Failed { problem } => {
                return Some(Stage::Failed(match problem.code {
                    // The watching ended; the work may not have.
                    Code::Unavailable | Code::UpstreamTimeout | Code::BadUpstream => Failure::BrokenOff,
                    _ => Failure::Problem(problem),
                }));
            }
        }
        None
    }

    /// Bytes gone and bytes in all, of the layers whose size is known; a layer that was there before has nothing to go.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        let moving = self.layers.iter().filter(|layer| layer.state != LayerState::Exists);
        moving.fold((0, 0), |(done, total), layer| {
            let gone = if layer.state == LayerState::Pushed { layer.total_bytes } else { layer.done_bytes };
            (done + gone.min(layer.total_bytes), total + layer.total_bytes)
        })
    }
}

/// A transfer, for as long as its dialog stands. Leaving it ends the watching, not the work.
#[derive(Clone, Copy)]
pub(crate) struct Transfer {
    client: Client,
    leash: Leash,
    pub(crate) stage: RwSignal<Stage>,
    pub(crate) progress: RwSignal<Progress>,
}

impl Transfer {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            leash: Leash::new(),
            stage: RwSignal::new(Stage::Ready),
            progress: RwSignal::new(Progress::default()),
        }
    }

    /// Asks for the work and follows it.
    pub(crate) fn start(self, path: String, input: impl Serialize + 'static) {
        self.progress.set(Progress::default());
        self.stage.set(Stage::Going);
        spawn_local(async move {
            let mut end = None;
            let answer = self
                .client
                .post_lines(&path, &input, self.leash, |line| {
                    let Ok(event) = json::read_transfer_event(line) else {
                        end = Some(Stage::Failed(Failure::BrokenOff));
                        return ControlFlow::Break(());
                    };
                    end = self.progress.try_update(|progress| progress.take(event)).flatten();
                    if end.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })
                .await;
            let stage = match answer {
                Ok(()) => end.unwrap_or(Stage::Failed(Failure::BrokenOff)),
                Err(failure) => Stage::Failed(failure),
            };
            self.stage.try_set(stage);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(id: &str, state: LayerState, done_bytes: u64, total_bytes: u64) -> TransferEvent {
        TransferEvent::Layer { id: id.into(), state, done_bytes, total_bytes }
    }

    #[test]
    fn each_layer_has_one_line_that_keeps_its_place_and_its_size() {
        let mut progress = Progress::default();
        for event in [
            TransferEvent::Committing,
            layer("a", LayerState::Waiting, 0, 0),
            layer("b", LayerState::Pushing, 1, 10),
            TransferEvent::Committed,
            layer("a", LayerState::Exists, 0, 0),
            layer("b", LayerState::Pushed, 0, 0),
            TransferEvent::Heartbeat,
        ] {
            assert_eq!(progress.take(event), None);
        }
        assert_eq!(progress.committed, Some(true));
        assert_eq!(progress.layers.iter().map(|l| l.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(progress.bytes(), (10, 10));
    }

    #[test]
    fn a_layer_that_was_there_before_has_nothing_to_go() {
        let mut progress = Progress::default();
        progress.take(layer("a", LayerState::Exists, 0, 100));
        progress.take(layer("b", LayerState::Pushing, 5, 20));
        assert_eq!(progress.bytes(), (5, 20));
    }

    #[test]
    fn a_cluster_that_is_lost_from_sight_may_still_finish() {
        let problem = |code| api::Problem { code, message: "m".into(), request_id: String::new(), field: None };
        let end = |code| Progress::default().take(TransferEvent::Failed { problem: problem(code) });
        assert_eq!(end(Code::Unavailable), Some(Stage::Failed(Failure::BrokenOff)));
        assert_eq!(end(Code::TooLarge), Some(Stage::Failed(Failure::Problem(problem(Code::TooLarge)))));
    }

    #[test]
    fn only_done_and_failed_end_a_transfer() {
        let receipt = Receipt { image: "a/b/c:v1".into(), digest: "sha256:0f".into(), size_bytes: 7 };
        let end = Progress::default().take(TransferEvent::Done { receipt: receipt.clone() });
        assert_eq!(end, Some(Stage::Done(receipt)));
        assert_eq!(Progress::default().take(TransferEvent::Unknown), None);
    }
}
