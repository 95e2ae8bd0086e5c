//! Which nodes to ask, and with which key.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::CommandError;
use crate::admin::ADMIN_KEY_FILE;
use crate::admin::client::{AdminClient, AdminUrl, ClientTls};
use crate::config::{ApiKey, Environment, Flags, NodeConfig, load};

/// The arguments that every command has.
#[derive(Debug, Clone, Default, Args)]
pub struct CommonArgs {
    /// Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on
    #[arg(long, value_name = "URL")]
    pub admin: Vec<String>,

    /// Find the nodes, and the key that this machine's node keeps, through a node's configuration
    #[arg(short, long, value_name = "FILE", conflicts_with = "admin")]
    pub config: Option<PathBuf>,

    /// File that holds the admin API key
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,

    /// Certificates of the authorities that sign the nodes' certificates, instead of the system's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Certificate to show to nodes that ask for one
    #[arg(long, value_name = "FILE")]
    pub cert_file: Option<PathBuf>,

    /// Private key of that certificate
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,

    /// How to show the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// How an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Output {
    /// Text for people, as wide as the terminal; it may change
    #[default]
    Table,
    /// The same with everything that is known, however wide
    Wide,
    /// One JSON object; fields are only ever added
    Json,
    /// The same object as YAML
    Yaml,
    /// Only the names, one a line
    Name,
}

impl CommonArgs {
    /// A client for the nodes that flags, environment and configuration name.
    ///
    /// # Errors
    /// A flag, a variable or the configuration cannot be used, or there is no key.
    pub fn client(&self, environment: &Environment) -> Result<AdminClient, CommandError> {
        let (urls, config) = self.nodes_to_ask(environment)?;
        let key = self.find_key(environment, config.as_ref())?;
        AdminClient::with_tls(urls, Some(key), &self.tls(environment)).map_err(CommandError::Usage)
    }

    /// Each flag, else its variable.
    fn tls(&self, environment: &Environment) -> ClientTls {
        let file =
            |flag: &Option<PathBuf>, name| flag.clone().or_else(|| environment.get(name).map(PathBuf::from));
        ClientTls {
            ca_file: file(&self.ca_file, "CHRONIK_ADMIN_CA_FILE"),
            cert_file: file(&self.cert_file, "CHRONIK_ADMIN_CERT_FILE"),
            key_file: file(&self.key_file, "CHRONIK_ADMIN_KEY_FILE"),
        }
    }

    /// The same arguments for another command line, each after a space.
    pub(super) fn as_typed(&self) -> String {
        let path = |path: &PathBuf| path.display().to_string();
        let admin = self.admin.iter().map(|url| ("--admin", url.clone()));
        let files = [
            ("--config", &self.config),
            ("--api-key-file", &self.api_key_file),
            ("--ca-file", &self.ca_file),
            ("--cert-file", &self.cert_file),
            ("--key-file", &self.key_file),
        ];
        let files = files.into_iter().filter_map(|(flag, file)| Some((flag, path(file.as_ref()?))));
        let words = admin.chain(files).flat_map(|(flag, value)| [flag.to_owned(), quoted(&value)]);
        words.flat_map(|word| [" ".to_owned(), word]).collect()
    }

    /// `--admin`, else `--config`, else `CHRONIK_ADMIN_URL`, else the file of
    /// the environment or the default, else this machine. What a configuration
    /// with `[admin_tls]` names speaks TLS.
    fn nodes_to_ask(
        &self,
        environment: &Environment,
    ) -> Result<(Vec<AdminUrl>, Option<NodeConfig>), CommandError> {
        let variable = environment.get("CHRONIK_ADMIN_URL").map(|urls| urls.split(',').map(str::trim));
        let named: Option<Vec<&str>> = match (self.admin.is_empty(), &self.config, variable) {
            (false, _, _) => Some(self.admin.iter().map(String::as_str).collect()),
            (true, None, Some(urls)) => Some(urls.collect()),
            _ => None,
        };
        if let Some(named) = named {
            let config = self.config.is_some().then(|| self.read_config(environment)).transpose()?;
            let urls: Result<_, _> = named.into_iter().map(str::parse).collect();
            return Ok((urls.map_err(CommandError::Usage)?, config));
        }
        let config = self.read_config(environment)?;
        let tls = config.admin_tls.is_some();
        let urls: Result<_, _> = config.admin_addresses().iter().map(|at| AdminUrl::of(at, tls)).collect();
        Ok((urls.map_err(CommandError::Usage)?, Some(config)))
    }

    fn read_config(&self, environment: &Environment) -> Result<NodeConfig, CommandError> {
        Ok(load(&Flags { config: self.config.clone(), ..Flags::default() }, environment)?)
    }

    /// `--api-key-file`, else `CHRONIK_ADMIN_API_KEY`, else the file in the
    /// data directory, which only the node's own user can read.
    fn find_key(
        &self,
        environment: &Environment,
        config: Option<&NodeConfig>,
    ) -> Result<ApiKey, CommandError> {
        if let Some(path) = &self.api_key_file {
            return read_key(path).map_err(CommandError::Usage);
        }
        if let Some(key) = environment.get("CHRONIK_ADMIN_API_KEY") {
            return key
                .parse()
                .map_err(|error| CommandError::Usage(format!("CHRONIK_ADMIN_API_KEY: {error}")));
        }
        let Some(config) = config else {
            return Err(CommandError::NoKey(
                "set CHRONIK_ADMIN_API_KEY or name a file with --api-key-file".into(),
            ));
        };
        read_key(&config.data_dir.join(ADMIN_KEY_FILE)).map_err(|why| {
            CommandError::NoKey(format!(
                "set CHRONIK_ADMIN_API_KEY, or name a file with --api-key-file ({why})"
            ))
        })
    }
}

fn read_key(path: &Path) -> Result<ApiKey, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()))
}

/// A word as a POSIX shell takes it literally.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_repeats_the_arguments_as_a_shell_takes_them() {
        let common = CommonArgs {
            admin: vec!["http://a:1".into(), "b:2".into()],
            api_key_file: Some("/my keys/it's".into()),
            ca_file: Some("ca.pem".into()),
            ..CommonArgs::default()
        };
        assert_eq!(
            common.as_typed(),
            r" --admin http://a:1 --admin b:2 --api-key-file '/my keys/it'\''s' --ca-file ca.pem"
        );
        let common = CommonArgs { config: Some("/etc/chronik/node1.toml".into()), ..CommonArgs::default() };
        assert_eq!(common.as_typed(), " --config /etc/chronik/node1.toml");
    }
}
