//! `context`: the clusters that this machine knows under names.

use std::path::PathBuf;

use chronik_common::admin::AdminUrl;
use chronik_common::admin::command::{CommandError, Output, Report, present};
use clap::{Args, Subcommand};

use crate::call::{Call, help_end};
use crate::complete;
use crate::contexts::{Colour, Context, Contexts, File, unknown};
use crate::table::{self, Column, facts, known, render, text, word};

/// Which context a command uses.
pub const WHICH_ONE: &str = "\
Which context a command uses:
  The one that --context names, else the one that CHRONIK_CONTEXT names, else the current one. One that is named stays
  in force next to --admin and --config: its key is used, and it is as protected or read-only as it says. The current
  one is not applied at all if --admin, --config, CHRONIK_ADMIN_URL or CHRONIK_CONFIG names the nodes.";

/// What can be done with contexts.
#[derive(Debug, Clone, Subcommand)]
pub enum ContextCommand {
    /// List the contexts; a star marks the current one
    List(ShownArgs),
    /// Show one context; the current one if none is named
    Show(ShowArgs),
    /// Make a context the current one
    Use(NameArgs),
    /// Add a context, or replace the one of that name
    Add(AddArgs),
    /// Remove a context
    Remove(NameArgs),
}

/// The arguments of `context list`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["context list"]))]
pub struct ShownArgs {
    /// How to show the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// The arguments of `context show`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["context show", "context show prod -o yaml"]))]
pub struct ShowArgs {
    /// Name of the context
    #[arg(add = complete::contexts())]
    pub name: Option<String>,

    /// How to show the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// The arguments of `context use` and `context remove`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&["context use prod", "context remove prod"]))]
pub struct NameArgs {
    /// Name of the context
    #[arg(add = complete::contexts())]
    pub name: String,
}

/// The arguments of `context add`.
#[derive(Debug, Clone, Args)]
#[command(after_help = help_end(&[
    "context add dev --url http://localhost:10001",
    "context add prod --url http://n1:10001,http://n2:10002 --key ~/.chronik/prod.key --protected --colour red",
]))]
pub struct AddArgs {
    /// Name of the context
    pub name: String,

    /// Admin APIs of its nodes, separated by commas; the first is asked first
    #[arg(long, value_name = "URLS", required = true, value_delimiter = ',')]
    pub url: Vec<String>,

    /// File that holds the admin API key
    #[arg(long = "key", value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,

    /// Certificates of the authorities that sign the nodes' certificates
    #[arg(long = "ca", value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Certificate to show to the nodes
    #[arg(long = "cert", value_name = "FILE", requires = "key_file")]
    pub cert_file: Option<PathBuf>,

    /// Private key of that certificate
    #[arg(long = "cert-key", value_name = "FILE", requires = "cert_file")]
    pub key_file: Option<PathBuf>,

    /// Ask before every change; --yes counts only next to --context
    #[arg(long)]
    pub protected: bool,

    /// Refuse every change
    #[arg(long)]
    pub read_only: bool,

    /// A colour to tell it by, in the header of `top`
    #[arg(long, value_enum)]
    pub colour: Option<Colour>,
}

impl ContextCommand {
    /// The form of the answer.
    pub(crate) fn run(self, call: &Call<'_>) -> Result<Report, CommandError> {
        let Some(file) = File::of(call.session.environment) else {
            return Err(CommandError::Usage(
                "there is no place for contexts; set HOME or XDG_CONFIG_HOME".into(),
            ));
        };
        let contexts = file.read()?;
        match self {
            Self::List(args) => list(&contexts, args.output),
            Self::Show(args) => show(&contexts, args),
            Self::Use(args) => change(&file, contexts, |contexts| make_current(contexts, args.name)),
            Self::Add(args) => change(&file, contexts, |contexts| add(contexts, args)),
            Self::Remove(args) => change(&file, contexts, |contexts| remove(contexts, &args.name)),
        }
    }
}

fn change(
    file: &File,
    mut contexts: Contexts,
    change: impl FnOnce(&mut Contexts) -> Result<String, CommandError>,
) -> Result<Report, CommandError> {
    let text = change(&mut contexts)?;
    file.write(&contexts)?;
    Ok(Report { text, exit_code: 0 })
}

fn make_current(contexts: &mut Contexts, name: String) -> Result<String, CommandError> {
    if !contexts.contexts.contains_key(&name) {
        return Err(unknown(&name, contexts));
    }
    let text = format!("Context \"{name}\" is the current one now.\n");
    contexts.current = Some(name);
    Ok(text)
}

/// The first context becomes the current one: there is no other that could be
/// meant.
fn add(contexts: &mut Contexts, args: AddArgs) -> Result<String, CommandError> {
    let AddArgs { name, url, api_key_file, ca_file, cert_file, key_file, protected, read_only, colour } =
        args;
    for url in &url {
        url.parse::<AdminUrl>().map_err(CommandError::Usage)?;
    }
    let context =
        Context { admin: url, api_key_file, ca_file, cert_file, key_file, protected, read_only, colour };
    let replaced = contexts.contexts.insert(name.clone(), context).is_some();
    let first = contexts.contexts.len() == 1;
    if first {
        contexts.current = Some(name.clone());
    }
    let verb = if replaced { "replaced" } else { "added" };
    let note = if first { ", and is the current one" } else { "" };
    Ok(format!("Context \"{name}\" is {verb}{note}.\n"))
}

fn remove(contexts: &mut Contexts, name: &str) -> Result<String, CommandError> {
    if contexts.contexts.remove(name).is_none() {
        return Err(unknown(name, contexts));
    }
    contexts.current.take_if(|current| current == name);
    Ok(format!("Context \"{name}\" is removed; the files that it named are still there.\n"))
}

const LIST: [Column; 6] = [
    text("", 0),
    text("CONTEXT", 0),
    text("ADMIN", 1),
    text("GUARD", 1),
    text("KEY FILE", 2),
    text("COLOUR", 3),
];

fn list(contexts: &Contexts, output: Output) -> Result<Report, CommandError> {
    let rows: Vec<_> = contexts
        .contexts
        .iter()
        .map(|(name, context)| {
            vec![
                if contexts.current.as_ref() == Some(name) { "*" } else { "" }.to_owned(),
                name.clone(),
                context.admin.join(","),
                guard(context),
                known(context.api_key_file.as_ref(), |file| file.display().to_string()),
                known(context.colour, word),
            ]
        })
        .collect();
    let names = || contexts.contexts.keys().cloned().collect();
    let text = present(output, "Contexts", contexts, |wide| render(&LIST, &rows, table::width(wide)), names)?;
    Ok(Report { text, exit_code: 0 })
}

fn guard(context: &Context) -> String {
    match (context.protected, context.read_only) {
        (_, true) => "read-only",
        (true, false) => "protected",
        (false, false) => "-",
    }
    .to_owned()
}

fn show(contexts: &Contexts, args: ShowArgs) -> Result<Report, CommandError> {
    let Some(name) = args.name.or_else(|| contexts.current.clone()) else {
        return Err(CommandError::Usage(
            "no context is the current one; name one, or see \"context use\"".into(),
        ));
    };
    let Some(context) = contexts.contexts.get(&name) else {
        return Err(unknown(&name, contexts));
    };
    let file = |file: &Option<PathBuf>| known(file.as_ref(), |file| file.display().to_string());
    let table = |_| {
        facts(&[
            ("Context", name.clone()),
            ("Admin", context.admin.join(", ")),
            ("Key file", file(&context.api_key_file)),
            ("CA file", file(&context.ca_file)),
            ("Certificate", file(&context.cert_file)),
            ("Its key", file(&context.key_file)),
            ("Guard", guard(context)),
            ("Colour", known(context.colour, word)),
        ])
    };
    let text = present(args.output, "Context", context, table, || vec![name.clone()])?;
    Ok(Report { text, exit_code: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(name: &str) -> AddArgs {
        AddArgs {
            name: name.into(),
            url: vec!["http://n1:10001".into()],
            api_key_file: Some("/k".into()),
            ca_file: None,
            cert_file: None,
            key_file: None,
            protected: true,
            read_only: false,
            colour: Some(Colour::Red),
        }
    }

    #[test]
    fn contexts_come_and_go() {
        let mut contexts = Contexts::default();
        assert_eq!(
            add(&mut contexts, added("prod")).unwrap(),
            "Context \"prod\" is added, and is the current one.\n"
        );
        assert_eq!(add(&mut contexts, added("dev")).unwrap(), "Context \"dev\" is added.\n");
        assert_eq!(contexts.current.as_deref(), Some("prod"));
        make_current(&mut contexts, "dev".into()).unwrap();
        insta::assert_snapshot!("context_list", list(&contexts, Output::Wide).unwrap().text);
        let args = ShowArgs { name: None, output: Output::Table };
        insta::assert_snapshot!("context_show", show(&contexts, args).unwrap().text);
        remove(&mut contexts, "dev").unwrap();
        assert_eq!(contexts.current, None);
        assert_eq!(remove(&mut contexts, "dev").unwrap_err().exit_code(), 2);
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_when_it_is_added() {
        let args = AddArgs { url: vec!["ftp://a".into()], ..added("x") };
        assert_eq!(add(&mut Contexts::default(), args).unwrap_err().exit_code(), 2);
    }
}
