//! One run of a command: its WebSocket and its screen.

use super::{credit::Credit, xterm::Xterm};
use crate::client::{Incoming, Socket, json, use_client, with_query};
use crate::i18n::{Phrase, catalogue::terminal as words};
use crate::paths::endpoint;
use api::exec::{self, Frame, Notice, Reply};
use leptos::{prelude::*, task::spawn_local};
use platform::channel::Resize;
use std::rc::Rc;
use web_sys::HtmlElement;

/// Most bytes of one stdin frame; what is pasted is sent in as many as it takes.
const STDIN_MAX_BYTES: usize = 16 * 1024;
/// The close code of a connection that broke without a word (RFC 6455, 7.1.5).
const CLOSE_ABNORMAL: u16 = 1006;

/// How a session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Loading,
    Connecting,
    Open,
    Ended {
        code: i32,
        message: Option<String>,
    },
    /// It could not begin, or broke off; why.
    Refused(Phrase),
    LoadFailed,
}

/// A session; its parts live as long as the component that made it.
#[derive(Clone, Copy)]
pub(super) struct Session {
    id: StoredValue<String>,
    client: crate::client::Client,
    pub(super) stage: RwSignal<Stage>,
    /// The cluster records what is shown.
    pub(super) recorded: RwSignal<bool>,
    screen: StoredValue<Option<Rc<Xterm>>, LocalStorage>,
    socket: StoredValue<Option<Rc<Socket>>, LocalStorage>,
    credit: StoredValue<Credit>,
    /// Which start this is: answers of an older one are not listened to.
    turn: StoredValue<u32>,
}

impl Session {
    pub(super) fn new(id: String) -> Self {
        Self {
            id: StoredValue::new(id),
            client: use_client(),
            stage: RwSignal::new(Stage::Loading),
            recorded: RwSignal::new(false),
            screen: StoredValue::new_local(None),
            socket: StoredValue::new_local(None),
            credit: StoredValue::new(Credit::default()),
            turn: StoredValue::new(0),
        }
    }

    /// Runs the command anew, on a cleared screen.
    pub(super) fn start(self, host: HtmlElement, label: &'static str, reader: bool, command: String) {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        self.socket.set_value(None);
        self.recorded.set(false);
        self.stage.set(if self.screen().is_some() { Stage::Connecting } else { Stage::Loading });
        spawn_local(async move {
            let screen = match self.screen() {
                Some(screen) => {
                    screen.clear();
                    screen
                }
                None => match Xterm::open(
                    &host,
                    label,
                    reader,
                    move |text| self.input(&text),
                    move |w, h| self.resized(w, h),
                    move |bytes| self.shown(bytes),
                )
                .await
                {
                    Ok(opened) => {
                        let opened = Rc::new(opened);
                        // The reader may have left while it was loading.
                        if self.screen.try_set_value(Some(Rc::clone(&opened))).is_some() {
                            return;
                        }
                        opened
                    }
                    Err(_) => {
                        self.stage.try_set(Stage::LoadFailed);
                        return;
                    }
                },
            };
            if self.turn.try_get_value() == Some(turn) {
                self.stage.set(Stage::Connecting);
                self.connect(turn, &command, &screen);
            }
        });
    }

    fn connect(self, turn: u32, command: &str, screen: &Rc<Xterm>) {
        let path = format!("{}/exec", endpoint::job(&self.id.get_value()));
        let path = with_query(&path, [("cmd", command), ("tty", "1")]);
        let tell = move |incoming| {
            if self.turn.try_get_value() == Some(turn) {
                self.hear(incoming);
            }
        };
        self.credit.update_value(Credit::begin);
        match Socket::open(&path, Rc::new(tell)) {
            Ok(socket) => self.socket.set_value(Some(Rc::new(socket))),
            Err(_) => self.stage.set(Stage::Refused(words::BROKEN)),
        }
        screen.focus();
    }

    fn hear(self, incoming: Incoming) {
        match incoming {
            Incoming::Open => {
                self.stage.set(Stage::Open);
                self.answer(0);
                // The size is the first frame there must be (platform API, exec).
                if let Some(screen) = self.screen() {
                    let (width, height) = screen.size();
                    self.resized(width, height);
                }
            }
            Incoming::Binary(bytes) => self.take(&bytes.to_vec()),
            Incoming::Text(text) => {
                if let Ok(Notice { recorded }) = json::read(&text) {
                    self.recorded.set(recorded);
                }
            }
            Incoming::Closed { code } => self.closed(code),
        }
    }

    fn take(self, bytes: &[u8]) {
        match Frame::parse(bytes) {
            Ok(Frame::Stdout(text) | Frame::Stderr(text)) => {
                if let Some(screen) = self.screen() {
                    self.credit.update_value(|credit| credit.write(text.len()));
                    screen.write(text);
                }
            }
            Ok(Frame::Exit(exit)) => self.stage.set(Stage::Ended { code: exit.exit_code, message: exit.message }),
            // Nothing a server sends; a newer one may.
            Ok(Frame::Stdin(_) | Frame::Resize(_)) | Err(_) => {}
        }
    }

    /// The screen has shown more.
    fn shown(self, bytes: u32) {
        if let Some(Some(bytes)) = self.credit.try_update_value(|credit| credit.show(bytes)) {
            self.answer(bytes);
        }
    }

    /// Tells the gateway how much of the output is shown.
    fn answer(self, bytes: u64) {
        if let (Some(Some(socket)), Ok(reply)) =
            (self.socket.try_get_value(), serde_json::to_string(&Reply::Credit { bytes }))
        {
            socket.send_text(&reply);
        }
    }

    fn closed(self, code: u16) {
        self.socket.set_value(None);
        if self.stage.with_untracked(|s| matches!(s, Stage::Ended { .. })) {
            return;
        }
        let was_open = self.is_open();
        self.stage.set(Stage::Refused(match code {
            exec::CLOSE_NOT_RUNNING => words::NOT_RUNNING,
            exec::CLOSE_SIGNED_OUT => words::SIGNED_OUT,
            exec::CLOSE_FORBIDDEN => words::FORBIDDEN,
            exec::CLOSE_BAD_UPSTREAM => words::BAD_UPSTREAM,
            _ => words::BROKEN,
        }));
        if code == exec::CLOSE_SIGNED_OUT || (code == CLOSE_ABNORMAL && !was_open) {
            // A refused handshake tells no reason; when it was the session, the pages must know.
            spawn_local(self.client.probe_session());
        }
    }

    /// What was typed or pasted.
    pub(super) fn input(self, text: &str) {
        if let Some(Some(socket)) = self.socket.try_get_value() {
            for piece in text.as_bytes().chunks(STDIN_MAX_BYTES) {
                socket.send_binary(&Frame::Stdin(piece).encode());
            }
        }
    }

    /// The screen has another size.
    pub(super) fn resized(self, width: u16, height: u16) {
        if let Some(Some(socket)) = self.socket.try_get_value()
            && self.is_open()
        {
            socket.send_binary(&Frame::Resize(Resize { height, width }).encode());
        }
    }

    pub(super) fn paste(self, text: &str) {
        if let Some(screen) = self.screen() {
            screen.paste(text);
            screen.focus();
        }
    }

    pub(super) fn focus(self) {
        if let Some(screen) = self.screen() {
            screen.focus();
        }
    }

    pub(super) fn selection(self) -> Option<String> {
        self.screen().map(|screen| screen.selection())
    }

    pub(super) fn reader(self, on: bool) {
        if let Some(screen) = self.screen() {
            screen.reader(on);
        }
    }

    pub(super) fn is_open(self) -> bool {
        self.stage.try_with_untracked(|s| *s == Stage::Open).unwrap_or(false)
    }

    /// Ends the session and takes the screen down.
    pub(super) fn close(self) {
        self.turn.set_value(self.turn.get_value().wrapping_add(1));
        self.socket.set_value(None);
        self.screen.set_value(None);
    }

    fn screen(self) -> Option<Rc<Xterm>> {
        self.screen.try_get_value().flatten()
    }
}
