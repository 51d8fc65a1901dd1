//! What a test tells the fake engine to do, and asks it about, beside the [`Engine`] trait.

use bytes::Bytes;

use super::{FakeEngine, images::Image};
#[cfg(doc)]
use crate::engine::Engine;
use crate::engine::{ContainerId, ContainerSpec, OutputStream};

impl FakeEngine {
    /// Every call fails and every stream breaks, as when the engine's daemon was stopped. Containers run on.
    pub fn go_away(&self) {
        self.lock().away = true;
        self.touch();
    }

    /// Undoes [`FakeEngine::go_away`].
    pub fn come_back(&self) {
        self.lock().away = false;
        self.touch();
    }

    /// From now on no container starts, though the engine answers.
    pub fn break_containers(&self) {
        self.lock().broken = true;
    }

    /// So many starts fail for a reason of the engine's own.
    pub fn fail_starts(&self, count: u32) {
        self.lock().failing_starts = count;
    }

    /// From now on every container's log fails to be read after so many pieces, as with a damaged file.
    pub fn damage_logs(&self, after: Option<usize>) {
        self.lock().logs_readable = after;
        self.touch();
    }

    /// The next container is made so slowly that its maker hears nothing of it, and that it is found only after its name was refused so often.
    pub fn make_slowly(&self, refusals: u32) {
        self.lock().slow_making = refusals;
    }

    /// Shows the containers that [`FakeEngine::make_slowly`] hides.
    pub fn show_slowly_made(&self) {
        self.lock().containers.values_mut().for_each(|container| container.hidden = 0);
        self.touch();
    }

    /// Waits until there are only so many containers.
    pub async fn has_only(&self, count: usize) {
        // It fails when the engine is away, and then a test sees what there is.
        let _ = self.until(|state| (state.containers.len() <= count).then_some(Ok(()))).await;
    }

    /// Lets output have earlier times than what was printed before, as when the host's clock was set back.
    pub fn go_back_in_time(&self) {
        self.lock().last_time = 0;
    }

    /// Lets pulls of `slow/` images end.
    pub fn release_pulls(&self) {
        self.lock().pulls_released = true;
        self.touch();
    }

    /// Waits until no command of a session runs.
    pub async fn sessions_over(&self) {
        // It fails when the engine is away, and then nothing runs that could be seen.
        let _ = self.until(|state| (state.sessions == 0).then_some(Ok(()))).await;
    }

    /// Names of all images there are.
    #[must_use]
    pub fn image_names(&self) -> Vec<String> {
        self.lock().images.keys().cloned().collect()
    }

    /// Gives a container a label.
    pub fn label(&self, id: &ContainerId, name: &str, value: &str) {
        if let Some(container) = self.lock().containers.get_mut(id) {
            container.spec.labels.insert(name.to_owned(), value.to_owned());
        }
    }

    /// From now on exports end after this part of their bytes, as when an engine dies in the middle of one.
    pub fn cut_exports(&self, part: Option<f64>) {
        self.lock().exports_end = part;
    }

    /// Exports begin only when [`FakeEngine::release_exports`] is called.
    pub fn hold_exports(&self) {
        self.lock().exports_held = true;
    }

    /// Undoes [`FakeEngine::hold_exports`].
    pub fn release_exports(&self) {
        self.lock().exports_held = false;
        self.touch();
    }

    /// An archive of an image of that name, as [`Engine::load`] takes it.
    #[must_use]
    pub fn archive_of(image: &str) -> Bytes {
        Image::opaque(image).archive(image)
    }

    /// The specification and id of every container there is.
    #[must_use]
    pub fn containers(&self) -> Vec<(ContainerId, ContainerSpec)> {
        self.lock().containers.iter().map(|(id, container)| (id.clone(), container.spec.clone())).collect()
    }

    /// Adds a line to a container's log, as its process would.
    pub fn print(&self, id: &ContainerId, text: &str) {
        self.write(id, OutputStream::Stdout, format!("{text}\n").into_bytes());
    }
}
