//! Commands that `chronikctl` and `chronik-server cluster` share: which nodes
//! to ask, with which key, and how to show the answer.

use std::path::{Path, PathBuf};

use super::ADMIN_KEY_FILE;
use super::client::{AdminClient, AdminError, AdminUrl};
use super::render::{problems, render_status};
use super::types::{Envelope, Status};
use crate::config::{ApiKey, ConfigError, Environment, Flags, NodeConfig, load};

/// The exit code of a command that found the cluster unhealthy.
const UNHEALTHY: u8 = 10;

/// How an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
}

/// What `status` was asked on the command line.
#[derive(Debug, Clone, Default)]
pub struct StatusRequest {
    /// `--admin`, as often as it was given.
    pub admin: Vec<String>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// The file to read if nothing says where the nodes are.
    pub default_config: Option<PathBuf>,
    /// `--api-key-file`.
    pub api_key_file: Option<PathBuf>,
    /// `--output`.
    pub output: Output,
}

/// What a command prints on standard output, and its exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The text, ending with a newline.
    pub text: String,
    /// 0, or 10 if the cluster is unhealthy.
    pub exit_code: u8,
}

/// Why a command could not answer.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The configuration has a mistake.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An argument or variable cannot be used.
    #[error("{0}")]
    Usage(String),
    /// There is no key to ask with.
    #[error("there is no admin API key; {0}")]
    NoKey(String),
    /// No node gave the answer.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Something that should not fail failed.
    #[error("{0}")]
    Internal(String),
}

impl CommandError {
    /// The exit code that tells scripts which kind of failure it is.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(error) => error.exit_code(),
            Self::Usage(_) => 2,
            Self::NoKey(_) => 4,
            Self::Admin(error) => error.exit_code(),
            Self::Internal(_) => 1,
        }
    }
}

/// Asks the cluster for its status.
///
/// # Errors
/// What kept it from being known; [`CommandError::exit_code`] is for the shell.
pub async fn status(request: &StatusRequest, environment: &Environment) -> Result<Report, CommandError> {
    let (urls, config) = nodes_to_ask(request, environment)?;
    let key = find_key(request, environment, config.as_ref())?;
    let client = AdminClient::new(urls, Some(key)).map_err(CommandError::Internal)?;
    let status = client.status().await?;
    let exit_code = if problems(&status).is_empty() { 0 } else { UNHEALTHY };
    let text = match request.output {
        Output::Table => render_status(&status),
        Output::Json => to_json(status)?,
    };
    Ok(Report { text, exit_code })
}

fn to_json(status: Status) -> Result<String, CommandError> {
    let envelope = Envelope { kind: "ClusterStatus".into(), version: 1, body: status };
    let text = serde_json::to_string_pretty(&envelope);
    text.map(|text| text + "\n").map_err(|error| CommandError::Internal(error.to_string()))
}

/// `--admin`, else `--config`, else `CHRONIK_ADMIN_URL`, else the file of the
/// environment or the default, else this machine.
fn nodes_to_ask(
    request: &StatusRequest,
    environment: &Environment,
) -> Result<(Vec<AdminUrl>, Option<NodeConfig>), CommandError> {
    let variable = environment.get("CHRONIK_ADMIN_URL").map(|urls| urls.split(',').map(str::trim));
    let named: Option<Vec<&str>> = match (request.admin.is_empty(), &request.config, variable) {
        (false, _, _) => Some(request.admin.iter().map(String::as_str).collect()),
        (true, None, Some(urls)) => Some(urls.collect()),
        _ => None,
    };
    let parse = |urls: Vec<String>| {
        let urls: Result<_, _> = urls.iter().map(|url| url.parse()).collect();
        urls.map_err(CommandError::Usage)
    };
    if let Some(named) = named {
        let config = request.config.is_some().then(|| read_config(request, environment)).transpose()?;
        return Ok((parse(named.into_iter().map(str::to_owned).collect())?, config));
    }
    let config = read_config(request, environment)?;
    let urls = parse(config.admin_addresses().iter().map(ToString::to_string).collect())?;
    Ok((urls, Some(config)))
}

fn read_config(request: &StatusRequest, environment: &Environment) -> Result<NodeConfig, CommandError> {
    let (config, default_config) = (request.config.clone(), request.default_config.clone());
    Ok(load(&Flags { config, default_config, ..Flags::default() }, environment)?)
}

/// `--api-key-file`, else `CHRONIK_ADMIN_API_KEY`, else the file in the data
/// directory, which only the node's own user can read.
fn find_key(
    request: &StatusRequest,
    environment: &Environment,
    config: Option<&NodeConfig>,
) -> Result<ApiKey, CommandError> {
    if let Some(path) = &request.api_key_file {
        return read_key(path).map_err(CommandError::Usage);
    }
    if let Some(key) = environment.get("CHRONIK_ADMIN_API_KEY") {
        return key.parse().map_err(|error| CommandError::Usage(format!("CHRONIK_ADMIN_API_KEY: {error}")));
    }
    let Some(config) = config else {
        return Err(CommandError::NoKey(
            "set CHRONIK_ADMIN_API_KEY or name a file with --api-key-file".into(),
        ));
    };
    read_key(&config.data_dir.join(ADMIN_KEY_FILE)).map_err(|why| {
        CommandError::NoKey(format!("set CHRONIK_ADMIN_API_KEY, or name a file with --api-key-file ({why})"))
    })
}

fn read_key(path: &Path) -> Result<ApiKey, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse().map_err(|error| format!("{}: {error}", path.display()))
}
