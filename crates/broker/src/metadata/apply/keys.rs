//! API keys: which are valid.

use std::sync::Arc;

use super::Applied;
use crate::metadata::command::Outcome;
use crate::metadata::error::MetadataError;
use crate::metadata::image::MetadataImage;
use crate::metadata::key::{AccessKey, MAX_KEYS};

/// Longest id and name, in bytes.
const MAX_TEXT: usize = 200;

impl MetadataImage {
    pub(super) fn create_key(&mut self, key: AccessKey) -> Applied {
        check(&key)?;
        match self.keys.get(&key.id) {
            Some(known) if *known == key => return Ok(Outcome::KeyCreated),
            Some(_) => return Err(MetadataError::KeyExists { id: key.id }),
            None => {}
        }
        if self.keys.len() >= MAX_KEYS {
            let reason = format!("there are {MAX_KEYS} API keys; revoke those that nobody needs any more");
            return Err(MetadataError::LimitReached { reason });
        }
        Arc::make_mut(&mut self.keys).insert(key.id.clone(), key);
        Ok(Outcome::KeyCreated)
    }

    pub(super) fn revoke_key(&mut self, id: &str) -> Outcome {
        if self.keys.contains_key(id) {
            Arc::make_mut(&mut self.keys).remove(id);
        }
        Outcome::KeyRevoked
    }
}

fn check(key: &AccessKey) -> Result<(), MetadataError> {
    let refuse = |reason: String| Err(MetadataError::InvalidRequest { reason });
    if key.id.is_empty() || key.id.len() > MAX_TEXT || !key.id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return refuse("the id of an API key is made of letters and digits".into());
    }
    if key.name.len() > MAX_TEXT {
        return refuse(format!("the name of an API key is longer than {MAX_TEXT} bytes"));
    }
    let digits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if key.hash.len() != 64 || !key.hash.bytes().all(digits) {
        return refuse(format!("what is kept of API key {} is no SHA-256", key.id));
    }
    Ok(())
}
