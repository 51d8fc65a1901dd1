//! One row of an export, in the same words as CSV and as JSON.

use super::csv;
use api::audit::ExportForm;
use serde_json::{Map, Value};

/// A row: each column's name and value. An empty value is an empty cell, and absent in JSON.
pub(super) struct Record(pub(super) Vec<(&'static str, String)>);

/// Writes records one after the other in a form, with what stands before, between and behind them.
pub(super) struct Writer {
    form: ExportForm,
    columns: &'static [&'static str],
    any: bool,
}

impl Writer {
    pub(super) fn new(form: ExportForm, columns: &'static [&'static str]) -> Self {
        Self { form, columns, any: false }
    }

    pub(super) fn begin(&self, out: &mut String) {
        match self.form {
            ExportForm::Csv => csv::row(out, self.columns.iter().copied()),
            ExportForm::Json => out.push('['),
        }
    }

    pub(super) fn write(&mut self, out: &mut String, record: Record) {
        debug_assert!(record.0.iter().map(|(name, _)| *name).eq(self.columns.iter().copied()), "columns of the head");
        match self.form {
            ExportForm::Csv => csv::row(out, record.0.iter().map(|(_, value)| value.as_str())),
            ExportForm::Json => {
                out.push_str(if self.any { ",\n" } else { "\n" });
                let filled = record.0.into_iter().filter(|(_, value)| !value.is_empty());
                let object: Map<String, Value> =
                    filled.map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
                out.push_str(&Value::Object(object).to_string());
            }
        }
        self.any = true;
    }

    pub(super) fn end(&self, out: &mut String) {
        match self.form {
            ExportForm::Csv => {}
            ExportForm::Json => out.push_str(if self.any { "\n]\n" } else { "]\n" }),
        }
    }
}
