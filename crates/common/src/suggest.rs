//! "Did you mean …?"

/// The known word that looks most like what was written, if any looks like it.
pub fn nearest<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |word: &&&str| strsim::damerau_levenshtein(written, word);
    let word = known.iter().min_by_key(distance)?;
    (distance(&word) <= 1 + written.chars().count() / 4).then_some(*word)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_words_that_look_alike_are_suggested() {
        assert_eq!(nearest("node_idd", &["data_dir", "node_id"]), Some("node_id"));
        assert_eq!(nearest("colour", &["data_dir", "node_id"]), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
