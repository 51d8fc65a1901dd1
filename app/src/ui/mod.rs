//! The shelf of plain controls. Knows the browser and the language, nothing of jobs or of the gateway.

pub(crate) mod button;
pub(crate) mod chart;
pub(crate) mod column_heading;
pub(crate) mod dialog;
pub(crate) mod drop;
pub(crate) mod field;
pub(crate) mod file_drop;
pub(crate) mod icon;
pub(crate) mod lines;
pub(crate) mod menu;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod tabs;
pub(crate) mod window;
