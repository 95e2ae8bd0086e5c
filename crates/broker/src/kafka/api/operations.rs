//! The bit fields of authorized operations (KIP-430).
//!
//! While there are no ACLs, everyone may do everything, and is told so when asked.

/// Not asked for.
pub(super) const NOT_ASKED: i32 = i32::MIN;
/// Everything that can be done to a topic.
pub(super) const ALL_ON_TOPIC: i32 =
    bits(&[READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS]);
/// Everything that can be done to the cluster.
pub(super) const ALL_ON_CLUSTER: i32 =
    bits(&[CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE]);

// `AclOperation` codes.
const READ: u8 = 3;
const WRITE: u8 = 4;
const CREATE: u8 = 5;
const DELETE: u8 = 6;
const ALTER: u8 = 7;
const DESCRIBE: u8 = 8;
const CLUSTER_ACTION: u8 = 9;
const DESCRIBE_CONFIGS: u8 = 10;
const ALTER_CONFIGS: u8 = 11;
const IDEMPOTENT_WRITE: u8 = 12;

const fn bits(operations: &[u8]) -> i32 {
    let (mut bits, mut rest) = (0, operations);
    while let [first, others @ ..] = rest {
        bits |= 1 << *first;
        rest = others;
    }
    bits
}

/// `all` if asked for.
pub(super) const fn authorized(asked: bool, all: i32) -> i32 {
    if asked { all } else { NOT_ASKED }
}
