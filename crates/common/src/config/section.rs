//! Reading a TOML table key by key, so that every mistake is told with its
//! line, its full key, and the nearest key that exists.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, ConfigErrorKind as Kind};
use super::layer::{Located, Origin, Setting};
use crate::{HostPort, nearest};

/// The text of a configuration file and its name.
pub(super) struct SourceFile {
    pub name: String,
    pub text: String,
}

impl SourceFile {
    fn origin(&self, key: String, at: usize) -> Origin {
        let before = self.text.as_bytes().iter().take(at);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Origin::File { file: self.name.clone(), line, key }
    }

    /// The whole file as its outermost table.
    pub fn parse(&self) -> Result<Section<'_>, ConfigError> {
        match DeTable::parse(&self.text) {
            Ok(table) => Ok(Section::new(self, String::new(), table.into_inner())),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let problem = format!("not valid TOML: {}", error.message().trim().replace('\n', ", "));
                let remedy = "mend the line, or compare it with tests/cluster/node1.toml";
                Err(ConfigError::new(Kind::Syntax, &self.origin(String::new(), at), problem, remedy))
            }
        }
    }
}

struct Entry<'t> {
    key: String,
    at: usize,
    value: DeValue<'t>,
    value_at: Range<usize>,
}

/// A table whose keys are taken out one by one; [`Section::finish`] complains
/// about what nobody asked for.
pub(super) struct Section<'t> {
    file: &'t SourceFile,
    path: String,
    entries: Vec<Entry<'t>>,
    known: Vec<&'static str>,
}

impl<'t> Section<'t> {
    fn new(file: &'t SourceFile, path: String, table: DeTable<'t>) -> Self {
        let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'t>>)| Entry {
            at: key.span().start,
            key: std::borrow::Cow::into_owned(key.into_inner()),
            value_at: value.span(),
            value: value.into_inner(),
        };
        let mut entries: Vec<_> = table.into_iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.at);
        Self { file, path, entries, known: Vec::new() }
    }

    fn full(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn take(&mut self, key: &'static str) -> Option<(DeValue<'t>, Origin)> {
        self.known.push(key);
        let position = self.entries.iter().position(|entry| entry.key == key)?;
        let entry = self.entries.remove(position);
        // A value can stand lines below its key; a table has no text of its own.
        let at =
            if entry.value.is_table() || entry.value.is_array() { entry.at } else { entry.value_at.start };
        Some((entry.value, self.file.origin(self.full(key), at)))
    }

    /// Where this table's key `key` was set, if it is still there to be taken.
    pub fn origin_of(&self, key: &str) -> Option<Origin> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.file.origin(self.full(key), entry.at))
    }

    pub fn boolean(&mut self, key: &'static str) -> Result<Setting<bool>, ConfigError> {
        let Some((value, origin)) = self.take(key) else { return Ok(None) };
        match value.as_bool() {
            Some(value) => Ok(Some(Located::new(value, origin))),
            None => Err(wrong_type(&origin, &value, "true or false")),
        }
    }

    /// An integer in a range, as whatever type holds it.
    pub fn number<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Result<Setting<T>, ConfigError> {
        let Some((value, origin)) = self.take(key) else { return Ok(None) };
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        let Some(integer) = value.as_integer() else { return Err(wrong_type(&origin, &value, &wanted)) };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|n| range.contains(n)).and_then(|n| T::try_from(n).ok());
        let problem = || format!("{} is out of range", integer.as_str());
        let error = || ConfigError::new(Kind::BadValue, &origin, problem(), format!("use {wanted}"));
        let value = number.ok_or_else(error)?;
        Ok(Some(Located::new(value, origin)))
    }

    pub fn text(&mut self, key: &'static str) -> Result<Setting<String>, ConfigError> {
        let Some((value, origin)) = self.take(key) else { return Ok(None) };
        match value.as_str() {
            Some("") => Err(ConfigError::new(
                Kind::BadValue,
                &origin,
                "it is empty",
                "give it a value or leave it out",
            )),
            Some(text) => Ok(Some(Located::new(text.to_owned(), origin))),
            None => Err(wrong_type(&origin, &value, "a text in quotes")),
        }
    }

    pub fn address(&mut self, key: &'static str) -> Result<Setting<HostPort>, ConfigError> {
        self.text(key)?.map(|text| parse(text, "write it as \"host:port\"")).transpose()
    }

    pub fn texts(&mut self, key: &'static str) -> Result<Vec<Located<String>>, ConfigError> {
        let Some((value, origin)) = self.take(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = value else {
            return Err(wrong_type(&origin, &value, "a list of texts in brackets"));
        };
        let text = |item: Spanned<DeValue<'t>>| {
            let origin = self.file.origin(self.full(key), item.span().start);
            match item.get_ref().as_str() {
                Some(text) => Ok(Located::new(text.to_owned(), origin)),
                None => Err(wrong_type(&origin, item.get_ref(), "texts in quotes")),
            }
        };
        items.into_iter().map(text).collect()
    }

    pub fn table(&mut self, key: &'static str) -> Result<Option<Section<'t>>, ConfigError> {
        let Some((value, origin)) = self.take(key) else { return Ok(None) };
        match value {
            DeValue::Table(table) => Ok(Some(Section::new(self.file, self.full(key), table))),
            other => Err(wrong_type(&origin, &other, &format!("a table, written as [{}]", self.full(key)))),
        }
    }

    /// The tables of `[[key]]`, with where the first begins.
    pub fn tables(&mut self, key: &'static str) -> Result<Setting<Vec<Section<'t>>>, ConfigError> {
        let Some((value, origin)) = self.take(key) else { return Ok(None) };
        let wanted = format!("tables, written as [[{}]]", self.full(key));
        let DeValue::Array(items) = value else { return Err(wrong_type(&origin, &value, &wanted)) };
        let mut sections = Vec::new();
        for item in items {
            match item.into_inner() {
                DeValue::Table(table) => sections.push(Section::new(self.file, self.full(key), table)),
                other => return Err(wrong_type(&origin, &other, &wanted)),
            }
        }
        Ok(Some(Located::new(sections, origin)))
    }

    /// A key that must be there.
    pub fn required<T>(&self, key: &str, setting: Setting<T>) -> Result<Located<T>, ConfigError> {
        setting.ok_or_else(|| {
            let at = self.entries.first().map_or(0, |entry| entry.at);
            let line = self.file.origin(self.path.clone(), at);
            ConfigError::new(Kind::Missing, &line, format!("{key} is missing"), format!("add {key} = …"))
        })
    }

    /// Refuses a key that is known but has no effect in this version.
    pub fn without_effect(&mut self, keys: &[&'static str], remedy: &str) -> Result<(), ConfigError> {
        for key in keys {
            if let Some((_, origin)) = self.take(key) {
                return Err(ConfigError::new(
                    Kind::NoEffect,
                    &origin,
                    "it has no effect in this version",
                    remedy,
                ));
            }
            // Nobody is pointed to a key that is refused anyway.
            self.known.pop();
        }
        Ok(())
    }

    /// Complains about the first key that was not taken.
    pub fn finish(self) -> Result<(), ConfigError> {
        let Some(entry) = self.entries.first() else { return Ok(()) };
        let remedy = match nearest(&entry.key, &self.known) {
            Some(key) => format!("did you mean {key}?"),
            None => format!("the keys here are {}", self.known.join(", ")),
        };
        let origin = self.file.origin(self.full(&entry.key), entry.at);
        Err(ConfigError::new(Kind::UnknownKey, &origin, "unknown key", remedy))
    }
}

/// Parses a text that was set somewhere.
pub(super) fn parse<T>(text: Located<String>, remedy: &str) -> Result<Located<T>, ConfigError>
where
    T: FromStr<Err: Display>,
{
    match text.value.parse() {
        Ok(value) => Ok(Located::new(value, text.origin)),
        Err(error) => Err(ConfigError::new(Kind::BadValue, &text.origin, error.to_string(), remedy)),
    }
}

fn wrong_type(origin: &Origin, value: &DeValue<'_>, wanted: &str) -> ConfigError {
    let found = match value.type_str() {
        "string" => "a text",
        "integer" => "a whole number",
        "float" => "a fraction",
        "boolean" => "true or false",
        "array" => "a list",
        "table" => "a table",
        _ => "a date",
    };
    ConfigError::new(Kind::BadValue, origin, format!("it is {found}"), format!("use {wanted}"))
}
