//! Kafka's rules for topic names.

/// The longest topic name, in bytes (and characters: only ASCII is allowed).
pub const MAX_TOPIC_NAME: usize = 249;

/// The topic that holds the offsets of consumer groups.
pub const CONSUMER_OFFSETS: &str = "__consumer_offsets";

/// The topic that holds the state of transactions.
pub const TRANSACTION_STATE: &str = "__transaction_state";

/// Whether the broker itself writes this topic.
pub fn is_internal(name: &str) -> bool {
    name == CONSUMER_OFFSETS || name == TRANSACTION_STATE
}

/// Checks a name as Kafka's `Topic.validate` does.
///
/// # Errors
/// The broken rule, as a sentence part.
pub fn validate_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("it is empty".into());
    }
    if name == "." || name == ".." {
        return Err("it may not be '.' or '..'".into());
    }
    if name.len() > MAX_TOPIC_NAME {
        return Err(format!("it is longer than {MAX_TOPIC_NAME} characters"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match name.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(format!("{c:?} is not one of the ASCII letters, digits, '.', '_' and '-'")),
        None => Ok(()),
    }
}

/// The name as metric names would show it. Two topics may not share one,
/// because Kafka's tools could not tell them apart.
pub(super) fn folded(name: &str) -> String {
    name.replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_kafkas_rules() {
        for good in ["orders", "a.b_c-D9", "__consumer_offsets", "...", &"x".repeat(249)] {
            assert_eq!(validate_name(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "a b", "a/b", "é", "a\0", &"x".repeat(250)] {
            assert!(validate_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_brokers_own_topics_are_internal() {
        assert!(is_internal(CONSUMER_OFFSETS) && is_internal(TRANSACTION_STATE));
        assert!(!is_internal("__mine"));
    }
}
