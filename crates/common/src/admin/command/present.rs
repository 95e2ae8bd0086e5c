//! One answer in the form that was asked for. JSON and YAML are one object in
//! an envelope; its fields are the contract, all other text is not.

use serde::Serialize;

use super::{CommandError, Output};
use crate::admin::types::Envelope;

/// An answer as text that ends with a newline. `table` is told whether it may
/// be wide; `names` are the names of what was asked for.
///
/// # Errors
/// The answer cannot be written in that form.
pub fn present<T: Serialize>(
    output: Output,
    kind: &str,
    answer: &T,
    table: impl FnOnce(bool) -> String,
    names: impl FnOnce() -> Vec<String>,
) -> Result<String, CommandError> {
    match output {
        Output::Table => Ok(table(false)),
        Output::Wide => Ok(table(true)),
        Output::Json | Output::Yaml => structured(output, kind, answer),
        Output::Name => Ok(names().into_iter().map(|name| name + "\n").collect()),
    }
}

/// The envelope, as YAML if that was asked for and as JSON otherwise.
pub(super) fn structured<T: Serialize>(output: Output, kind: &str, body: &T) -> Result<String, CommandError> {
    let envelope = Envelope { kind: kind.into(), version: 1, body };
    if output == Output::Yaml {
        return serde_saphyr::to_string(&envelope).map_err(|error| CommandError::Internal(error.to_string()));
    }
    let text = serde_json::to_string_pretty(&envelope);
    text.map(|text| text + "\n").map_err(|error| CommandError::Internal(error.to_string()))
}
