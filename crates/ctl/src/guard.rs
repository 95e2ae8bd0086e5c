//! Whether a change may be asked for: the context's protection, and the
//! person's confirmation. The default answer is no.
//!
//! It never decides whether a change is wise: the server's dry run tells that.

use chronik_common::admin::command::{CommandError, Console};
use clap::Args;

use crate::contexts::InUse;

/// The arguments of commands that change something.
#[derive(Debug, Clone, Default, Args)]
pub struct ChangeArgs {
    /// Only show what would be done, and what is in the way
    #[arg(long)]
    pub dry_run: bool,

    /// Do not ask whether it is meant
    #[arg(short, long)]
    pub yes: bool,

    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// How a change is confirmed where nothing makes it stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk<'a> {
    /// It is not asked about.
    Harmless,
    /// It is asked about.
    Destructive,
    /// This name has to be typed: a habit of typing "y" deletes the wrong one.
    Final(&'a str),
}

/// Lets a change pass, or says why not.
///
/// # Errors
/// The context forbids changes, nobody is there to confirm, or who is there
/// did not.
pub fn pass(
    in_use: Option<&InUse>,
    console: &dyn Console,
    effect: &str,
    risk: Risk<'_>,
    yes: bool,
    dry_run: bool,
) -> Result<(), CommandError> {
    if dry_run {
        return Ok(());
    }
    if let Some(InUse { name, context, .. }) = in_use
        && context.read_only
    {
        return Err(CommandError::Usage(format!(
            "context \"{name}\" is read-only: {effect} is refused; use another context, or --dry-run to see the plan"
        )));
    }
    let guarded = in_use.filter(|in_use| in_use.context.protected);
    let agreed = match guarded {
        Some(in_use) => yes && in_use.named_by_flag,
        None => yes || risk == Risk::Harmless,
    };
    if agreed {
        return Ok(());
    }
    if !console.is_attended() {
        return Err(CommandError::Usage(match guarded {
            Some(InUse { name, .. }) => format!(
                "context \"{name}\" is protected and nobody is there to confirm: {effect}; give --yes --context {name}"
            ),
            None => format!("nobody is there to confirm: {effect}; give --yes, or --dry-run to see the plan"),
        }));
    }
    ask(console, effect, risk, guarded)
}

fn ask(
    console: &dyn Console,
    effect: &str,
    risk: Risk<'_>,
    guarded: Option<&InUse>,
) -> Result<(), CommandError> {
    let place =
        guarded.map(|in_use| format!(" in the protected context \"{}\"", in_use.name)).unwrap_or_default();
    let (question, expected) = match risk {
        Risk::Final(name) => (format!("This will {effect}{place}.\nType {name} to go on: "), vec![name]),
        Risk::Harmless | Risk::Destructive => {
            (format!("This will {effect}{place}. Go on? [y/N] "), vec!["y", "Y", "yes"])
        }
    };
    let typed = console.ask(&question).map_err(|error| CommandError::NotConfirmed(error.to_string()))?;
    if expected.contains(&typed.trim()) {
        return Ok(());
    }
    Err(CommandError::NotConfirmed(match risk {
        Risk::Final(name) => format!("\"{}\" is not {name}", typed.trim()),
        Risk::Harmless | Risk::Destructive => "it was not confirmed".to_owned(),
    }))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::future::Future;
    use std::io;
    use std::pin::Pin;

    use super::*;
    use crate::contexts::Context;

    /// A person who types this, or nobody.
    pub(crate) struct Person(pub(crate) Option<&'static str>);

    impl Console for Person {
        fn is_attended(&self) -> bool {
            self.0.is_some()
        }
        fn rewrites(&self) -> bool {
            false
        }
        fn progress(&self, _: &str) {}
        fn note(&self, _: &str) {}
        fn ask(&self, _: &str) -> io::Result<String> {
            Ok(format!("{}\n", self.0.unwrap_or_default()))
        }
        fn interrupted(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            Box::pin(std::future::pending())
        }
    }

    fn context(protected: bool, read_only: bool, named_by_flag: bool) -> InUse {
        let context = Context { protected, read_only, ..Context::default() };
        InUse { name: "prod".into(), context, named_by_flag }
    }

    /// The exit code of an answer, 0 if it may pass.
    fn code(in_use: Option<&InUse>, types: Option<&'static str>, risk: Risk<'_>, yes: bool) -> u8 {
        pass(in_use, &Person(types), "delete topic a", risk, yes, false)
            .map_or_else(|e| e.exit_code(), |()| 0)
    }

    #[test]
    fn who_may_pass() {
        use Risk::{Destructive, Final, Harmless};
        let (protected, named) = (context(true, false, false), context(true, false, true));
        let read_only = context(false, true, true);
        for (in_use, types, risk, yes, expected) in [
            (None, None, Harmless, false, 0),
            (None, None, Destructive, false, 2),
            (None, None, Destructive, true, 0),
            (None, Some("y"), Destructive, false, 0),
            (None, Some(""), Destructive, false, 1),
            (None, Some("y"), Final("a"), false, 1),
            (None, Some("a"), Final("a"), false, 0),
            (Some(&protected), None, Harmless, true, 2),
            (Some(&protected), Some("y"), Harmless, true, 0),
            (Some(&protected), Some("n"), Harmless, true, 1),
            (Some(&named), None, Harmless, true, 0),
            (Some(&named), None, Harmless, false, 2),
            (Some(&read_only), Some("a"), Final("a"), true, 2),
        ] {
            assert_eq!(code(in_use, types, risk, yes), expected, "{in_use:?} {types:?} {risk:?} {yes}");
        }
    }

    #[test]
    fn a_dry_run_always_passes() {
        let read_only = context(true, true, false);
        pass(Some(&read_only), &Person(None), "delete topic a", Risk::Final("a"), false, true).unwrap();
    }

    #[test]
    fn the_hint_names_the_way_out() {
        let error = |in_use: Option<&InUse>| {
            pass(in_use, &Person(None), "delete topic a", Risk::Final("a"), false, false)
                .unwrap_err()
                .to_string()
        };
        insta::assert_snapshot!(error(None), @"nobody is there to confirm: delete topic a; give --yes, or --dry-run to see the plan");
        insta::assert_snapshot!(error(Some(&context(true, false, false))), @r#"context "prod" is protected and nobody is there to confirm: delete topic a; give --yes --context prod"#);
        insta::assert_snapshot!(error(Some(&context(false, true, false))), @r#"context "prod" is read-only: delete topic a is refused; use another context, or --dry-run to see the plan"#);
    }
}
