//! The contexts file: clusters under names, so that nobody types addresses.
//!
//! Pure but for [`File::read`] and [`File::write`]. It never holds a key, only
//! the name of the file that does.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use chronik_common::admin::command::CommandError;
use chronik_common::config::Environment;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// What the contexts file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contexts {
    /// The context that is used when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// All contexts, by name.
    #[serde(default)]
    pub contexts: BTreeMap<String, Context>,
}

/// How to reach one cluster, and how careful to be with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Admin APIs of its nodes, the first asked first.
    pub admin: Vec<String>,
    /// The file that holds the admin API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_file: Option<PathBuf>,
    /// The certificates of the authorities that sign the nodes' certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// The certificate that is shown to the nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_file: Option<PathBuf>,
    /// Its private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Every change is asked about; `--yes` counts only next to `--context`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// Every change is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// A colour to tell it by, in the header of `top`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
}

/// A colour that every terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

/// The contexts file of a user.
#[derive(Debug, Clone)]
pub struct File(PathBuf);

impl File {
    /// `$XDG_CONFIG_HOME/chronik/contexts.toml`, else below `~/.config`;
    /// `None` without a home.
    pub fn of(environment: &Environment) -> Option<Self> {
        let xdg = environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = environment.get("HOME").map(|home| Path::new(home).join(".config"));
        Some(Self(xdg.or(home)?.join("chronik").join("contexts.toml")))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What it says; a file that is not there says nothing.
    ///
    /// # Errors
    /// It cannot be read, or is no contexts file.
    pub fn read(&self) -> Result<Contexts, CommandError> {
        match std::fs::read_to_string(&self.0) {
            Ok(text) => toml::from_str(&text).map_err(|error| self.unusable(&error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Contexts::default()),
            Err(error) => Err(self.unusable(&error)),
        }
    }

    /// Replaces the file as a whole: whoever reads it meanwhile sees the old
    /// or the new one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, contexts: &Contexts) -> Result<(), CommandError> {
        let text = toml::to_string_pretty(contexts).map_err(|e| CommandError::Internal(e.to_string()))?;
        replace(&self.0, &text).map_err(|error| self.unusable(&error))
    }

    fn unusable(&self, error: &dyn std::fmt::Display) -> CommandError {
        CommandError::Usage(format!("the contexts file {}: {error}", self.0.display()))
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("toml.new");
    std::fs::write(&new, text)?;
    std::fs::rename(&new, path)
}

/// The context that a command uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// Its name.
    pub name: String,
    /// The context.
    pub context: Context,
    /// Whether `--context` names it on the command line.
    pub named_by_flag: bool,
}

/// Which context to use. One that is named has to exist; the current one is
/// left alone where the nodes are named in another way.
///
/// # Errors
/// There is no context of that name.
pub fn choose(
    contexts: &Contexts,
    flag: Option<&str>,
    variable: Option<&str>,
    nodes_are_named: bool,
) -> Result<Option<InUse>, CommandError> {
    let current = contexts.current.as_deref().filter(|_| !nodes_are_named);
    let Some(name) = flag.or(variable).or(current) else {
        return Ok(None);
    };
    let Some(context) = contexts.contexts.get(name) else {
        return Err(unknown(name, contexts));
    };
    Ok(Some(InUse { name: name.to_owned(), context: context.clone(), named_by_flag: flag.is_some() }))
}

/// The mistake of naming a context that does not exist.
pub fn unknown(name: &str, contexts: &Contexts) -> CommandError {
    let known: Vec<_> = contexts.contexts.keys().map(String::as_str).collect();
    let hint = if known.is_empty() {
        "there is none yet; see \"chronikctl context add --help\"".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    CommandError::Usage(format!("there is no context \"{name}\"; {hint}"))
}

/// The variables as if the context had set those that are not set.
///
/// # Errors
/// Its key file cannot be read.
pub fn overlay(environment: Environment, in_use: &InUse) -> Result<Environment, CommandError> {
    let Context { admin, api_key_file, ca_file, cert_file, key_file, .. } = &in_use.context;
    let mut environment = environment.or("CHRONIK_ADMIN_URL", admin.join(","));
    let files = [
        ("CHRONIK_ADMIN_CA_FILE", ca_file),
        ("CHRONIK_ADMIN_CERT_FILE", cert_file),
        ("CHRONIK_ADMIN_KEY_FILE", key_file),
    ];
    for (name, file) in files {
        if let Some(file) = file {
            environment = environment.or(name, file.display().to_string());
        }
    }
    let needed = api_key_file.as_ref().filter(|_| environment.get("CHRONIK_ADMIN_API_KEY").is_none());
    let Some(path) = needed else {
        return Ok(environment);
    };
    let key = std::fs::read_to_string(path).map_err(|error| {
        CommandError::NoKey(format!("context \"{}\" names the file {}: {error}", in_use.name, path.display()))
    })?;
    Ok(environment.or("CHRONIK_ADMIN_API_KEY", key.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts() -> Contexts {
        toml::from_str(
            "current = \"dev\"\n[contexts.dev]\nadmin = [\"http://a:1\", \"http://b:1\"]\n\
             [contexts.prod]\nadmin = [\"http://p:1\"]\nprotected = true\n",
        )
        .unwrap()
    }

    #[test]
    fn flag_before_variable_before_current() {
        let name = |flag, variable, named| {
            choose(&contexts(), flag, variable, named).unwrap().map(|in_use| in_use.name)
        };
        assert_eq!(name(Some("prod"), Some("dev"), false).as_deref(), Some("prod"));
        assert_eq!(name(None, Some("prod"), false).as_deref(), Some("prod"));
        assert_eq!(name(None, None, false).as_deref(), Some("dev"));
        assert_eq!(name(None, None, true), None);
        assert_eq!(name(Some("prod"), None, true).as_deref(), Some("prod"));
    }

    #[test]
    fn a_name_that_does_not_exist_is_never_ignored() {
        let error = choose(&contexts(), None, Some("staging"), true).unwrap_err();
        assert_eq!(error.to_string(), "there is no context \"staging\"; there are: dev, prod");
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn variables_win_over_the_context() {
        let in_use = choose(&contexts(), None, None, false).unwrap().unwrap();
        let overlaid = overlay(Environment::default(), &in_use).unwrap();
        assert_eq!(overlaid.get("CHRONIK_ADMIN_URL"), Some("http://a:1,http://b:1"));
        let set: Environment = [("CHRONIK_ADMIN_URL", "http://c:1")].into_iter().collect();
        assert_eq!(overlay(set, &in_use).unwrap().get("CHRONIK_ADMIN_URL"), Some("http://c:1"));
    }

    #[test]
    fn the_file_is_found_below_xdg_or_home_and_survives_a_round_trip() {
        let path = |variables: &[(&str, &str)]| {
            File::of(&variables.iter().copied().collect()).map(|file| file.path().display().to_string())
        };
        assert_eq!(
            path(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]).as_deref(),
            Some("/x/chronik/contexts.toml")
        );
        assert_eq!(path(&[("HOME", "/h")]).as_deref(), Some("/h/.config/chronik/contexts.toml"));
        assert_eq!(path(&[]), None);

        let folder = tempfile::tempdir().unwrap();
        let file = File(folder.path().join("deep/contexts.toml"));
        assert_eq!(file.read().unwrap(), Contexts::default());
        file.write(&contexts()).unwrap();
        assert_eq!(file.read().unwrap(), contexts());
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let error = toml::from_str::<Contexts>("[contexts.a]\nadmin = []\nreadonly = true\n").unwrap_err();
        assert!(error.to_string().contains("readonly"), "{error}");
    }
}
