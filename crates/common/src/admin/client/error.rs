//! Why a question or a command got no good answer.

use crate::admin::Problem;

/// A failed try to reach one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The node.
    pub url: String,
    /// Why it failed.
    pub cause: String,
}

/// Why no answer was got.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdminError {
    /// No node could be reached.
    #[error("no node answers: {}; check that one of them runs and that --admin or --config names it", list(.0))]
    Unreachable(Vec<Attempt>),
    /// The key is missing or wrong.
    #[error("{url} does not accept the admin API key: {}; {}", .problem.detail, .problem.hint)]
    Unauthorized {
        /// The node.
        url: String,
        /// What it said.
        problem: Box<Problem>,
    },
    /// A node answered with an error.
    #[error("{url} refuses: {}; {}", .problem.detail, .problem.hint)]
    Refused {
        /// The node.
        url: String,
        /// What it said.
        problem: Box<Problem>,
    },
    /// What answered is no Chronik admin API, or one of another version.
    #[error(
        "{url} gave an answer that cannot be understood: {reason}; check that it is the admin port of a Chronik node"
    )]
    BadAnswer {
        /// The node.
        url: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// A change was sent and its answer lost: nobody knows whether it was
    /// made.
    #[error(
        "the answer of {} was lost ({}){}; the change may have been made: see the commands \"status\" and \
         \"operation list\", or give the same command again, which changes nothing twice",
        .lost.url, .lost.cause, retried(.retry.as_deref())
    )]
    AnswerLost {
        /// The node, and how its answer was lost.
        lost: Attempt,
        /// What came of asking other nodes, if there were any.
        retry: Option<Box<AdminError>>,
    },
}

fn list(attempts: &[Attempt]) -> String {
    let told: Vec<_> = attempts.iter().map(|a| format!("{} ({})", a.url, a.cause)).collect();
    told.join(", ")
}

fn retried(error: Option<&AdminError>) -> String {
    error.map(|error| format!(", and then {error}")).unwrap_or_default()
}

impl AdminError {
    /// The exit code of a command that ends because of it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unreachable(_) => 3,
            Self::Unauthorized { .. } => 4,
            Self::Refused { .. } | Self::BadAnswer { .. } | Self::AnswerLost { .. } => 1,
        }
    }

    /// Whether the same question may get a better answer later: nobody was
    /// there, or who was there could not answer yet.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { problem, .. } => problem.status >= 500,
            Self::Unauthorized { .. } | Self::BadAnswer { .. } | Self::AnswerLost { .. } => false,
        }
    }
}
