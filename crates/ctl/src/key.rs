//! `key`: the API keys of the cluster.

use chronik_common::admin::command::{CommandError, CommonArgs, Report};
use chronik_common::admin::v1::{CreateKeyRequest, Keys, NewKey, RevokeKeyRequest, Role};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use crate::call::{Call, answer, help_end};
use crate::guard::{self, Risk};
use crate::table::{Column, known, render, text, word};
use crate::time;

/// What can be done with API keys.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// List the keys; their secrets are shown to nobody
    List(ListArgs),
    /// Create a key, and print its secret this one time
    Create(CreateArgs),
    /// Revoke a key: it is refused from now on
    Revoke(RevokeArgs),
}

/// The arguments of `key list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["key list"]))]
pub struct ListArgs {
    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `key create`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["key create grafana --role read", "key create ci --role operator -o name > ci.key"]))]
pub struct CreateArgs {
    /// What the key is for
    pub name: String,

    /// What it shall allow
    #[arg(long, value_enum)]
    pub role: RoleArg,

    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// Do not ask whether it is meant
    #[arg(short, long)]
    pub yes: bool,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The arguments of `key revoke`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["key revoke 3f9a"]))]
pub struct RevokeArgs {
    /// Id of the key
    pub id: String,

    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// Do not ask whether it is meant
    #[arg(short, long)]
    pub yes: bool,

    /// Whom to ask and how to show the answer.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// What a key allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Questions only
    Read,
    /// Changes of nodes, topics, partitions, groups and operations as well
    Operator,
    /// Everything, keys included
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Read => Self::Read,
            RoleArg::Operator => Self::Operator,
            RoleArg::Admin => Self::Admin,
        }
    }
}

impl KeyCommand {
    pub(crate) async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        match self {
            Self::List(args) => args.run(call).await,
            Self::Create(args) => args.run(call).await,
            Self::Revoke(args) => args.run(call).await,
        }
    }
}

impl ListArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let keys = client.keys().await?;
        call.warn_if_stale(&client);
        let names = || keys.keys.iter().map(|key| key.id.clone()).collect();
        answer(&self.common, "Keys", &keys, |width| table(&keys, width), names)
    }
}

impl CreateArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let effect = format!("create a key of role {}", word(Role::from(self.role)));
        guard::pass(call.in_use, call.session.console, &effect, Risk::Harmless, self.yes, false)?;
        let request = CreateKeyRequest { name: self.name, role: self.role.into(), reason: self.reason };
        let key = client.create_key(&request).await?;
        answer(&self.common, "NewKey", &key, |_| created(&key), || vec![key.secret.clone()])
    }
}

/// What came of a revocation.
#[derive(Debug, Serialize)]
struct Revoked {
    id: String,
}

impl RevokeArgs {
    async fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let client = call.client(&self.common)?;
        let effect = format!("revoke key {}", self.id);
        guard::pass(call.in_use, call.session.console, &effect, Risk::Destructive, self.yes, false)?;
        client.revoke_key(&self.id, &RevokeKeyRequest { reason: self.reason }).await?;
        let revoked = Revoked { id: self.id };
        let text = format!("Key {} is revoked.\n", revoked.id);
        answer(&self.common, "KeyRevoked", &revoked, |_| text, || vec![revoked.id.clone()])
    }
}

fn created(key: &NewKey) -> String {
    format!(
        "Key {} of role {} is created. Its secret is shown this one time; keep it in a file that only you can read:\n{}\n",
        key.key.id,
        word(key.key.role),
        key.secret
    )
}

const TABLE: [Column; 5] =
    [text("ID", 0), text("ROLE", 0), text("NAME", 0), text("CREATED (UTC)", 1), text("BY", 1)];

fn table(keys: &Keys, width: Option<u16>) -> String {
    let rows: Vec<_> = keys
        .keys
        .iter()
        .map(|key| {
            vec![
                key.id.clone(),
                word(key.role),
                key.name.clone(),
                known(key.created_at_ms, time::moment),
                known(key.created_by.as_ref(), ToString::to_string),
            ]
        })
        .collect();
    render(&TABLE, &rows, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_shows_no_secret_and_creation_shows_it_once() {
        let new: NewKey = serde_json::from_value(serde_json::json!({
            "id": "3f9a", "name": "grafana", "role": "read", "created_at_ms": 0, "created_by": "bootstrap",
            "secret": "3f9a.c0ffee"
        }))
        .unwrap();
        insta::assert_snapshot!("key_list", table(&Keys { keys: vec![new.key.clone()] }, Some(80)));
        insta::assert_snapshot!("key_created", created(&new));
    }
}
