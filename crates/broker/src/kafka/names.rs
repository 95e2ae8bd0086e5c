//! What a topic may be called (Kafka's `Topic.validate`).

const MAX_LENGTH: usize = 249;

/// Why this name is none, in words for the client.
///
/// # Errors
/// For a name that no topic may have.
pub(crate) fn check_topic_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("Topic name is invalid: the empty string is not allowed".to_owned());
    }
    if name == "." || name == ".." {
        return Err("Topic name is invalid: '.' or '..' is not allowed".to_owned());
    }
    if name.len() > MAX_LENGTH {
        return Err(format!(
            "Topic name is invalid: the length of '{name}' is longer than the max allowed length {MAX_LENGTH}"
        ));
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')) {
        return Err(format!(
            "Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, \
             '.', '_' and '-'"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_kafka_allows() {
        for name in ["a", "A-b_c.9", "__consumer_offsets", &"x".repeat(249)] {
            assert_eq!(check_topic_name(name), Ok(()));
        }
        for name in ["", ".", "..", "a b", "ä", "a/b", "a:b", "a\0", &"x".repeat(250)] {
            assert!(check_topic_name(name).is_err(), "{name:?}");
        }
    }
}
