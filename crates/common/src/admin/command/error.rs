//! Why a command could not do what it was asked.

use serde::Serialize;

use super::Output;
use super::present::structured;
use crate::admin::Problem;
use crate::admin::client::AdminError;
use crate::config::ConfigError;

/// Why a command could not do what it was asked.
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
    /// The person was asked to confirm, and did not.
    #[error("{0}; nothing was changed")]
    NotConfirmed(String),
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
            Self::NotConfirmed(_) | Self::Internal(_) => 1,
        }
    }

    /// The error as it is written to standard error: a line for people, or
    /// with `-o json` and `-o yaml` an envelope of kind `Problem`.
    pub(super) fn told(&self, program: &str, output: Output) -> String {
        let line = format!("{program}: {self}\n");
        match output {
            Output::Json | Output::Yaml => structured(output, "Problem", &self.problem()).unwrap_or(line),
            Output::Table | Output::Wide | Output::Name => line,
        }
    }

    /// What the node said, or the same form for what never reached one; the
    /// status is 0 then.
    fn problem(&self) -> ProblemView {
        let own = |code: &str| Problem {
            status: 0,
            ..Problem::new(0, code, "The command failed", self.to_string(), "")
        };
        let problem = match self {
            Self::Admin(AdminError::Refused { problem, .. } | AdminError::Unauthorized { problem, .. }) => {
                Problem::clone(problem)
            }
            Self::Admin(AdminError::Unreachable(_)) => own("unreachable"),
            Self::Admin(AdminError::BadAnswer { .. }) => own("bad_answer"),
            Self::Admin(AdminError::AnswerLost { .. }) => own("answer_lost"),
            Self::Config(_) => own("bad_configuration"),
            Self::Usage(_) => own("usage"),
            Self::NoKey(_) => own("no_key"),
            Self::NotConfirmed(_) => own("not_confirmed"),
            Self::Internal(_) => own("internal"),
        };
        ProblemView { problem, exit_code: self.exit_code() }
    }
}

/// A problem under a name in its envelope, next to the exit code.
#[derive(Debug, Serialize)]
struct ProblemView {
    problem: Problem,
    exit_code: u8,
}
