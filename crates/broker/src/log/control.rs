//! Control entries: what a partition's leader tells all replicas through the log, beside records.
//!
//! A Raft entry that counts no records and has a body is a control entry. It takes up no offset, so consumers
//! never see it. Its body is a tag (one byte) and what the tag calls for; a tag's meaning never changes, and a
//! new meaning takes a new tag.
//!
//! Must never: guess. A replica that does not understand a control entry would go on in a state that the
//! others are not in, so it has to stop serving.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use thiserror::Error;

const LOG_START: u8 = 1;

/// What a control entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// The records below this offset are deleted (retention, `DeleteRecords`).
    LogStart(i64),
}

/// Why a body is no control entry that this version understands.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ControlError {
    /// A newer version wrote it.
    #[error("control entries of kind {0} are not known to this version: upgrade this node")]
    Unknown(u8),
    /// Not as long as its kind is, or with a value that it cannot have.
    #[error("a control entry of kind {kind} and {length} bytes makes no sense")]
    Malformed {
        /// Its tag; 0 if there is none.
        kind: u8,
        /// Bytes of the body.
        length: usize,
    },
}

impl Control {
    /// The body of the entry.
    pub fn encode(self) -> Bytes {
        let mut out = BytesMut::with_capacity(9);
        match self {
            Self::LogStart(offset) => {
                out.put_u8(LOG_START);
                out.put_i64(offset);
            }
        }
        out.freeze()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`ControlError`] for whatever [`Control::encode`] does not give.
    pub fn decode(body: &[u8]) -> Result<Self, ControlError> {
        let length = body.len();
        match body.split_first() {
            Some((&LOG_START, mut rest)) if rest.len() == 8 => {
                let offset = rest.get_i64();
                (offset >= 0)
                    .then_some(Self::LogStart(offset))
                    .ok_or(ControlError::Malformed { kind: LOG_START, length })
            }
            Some((&LOG_START, _)) => Err(ControlError::Malformed { kind: LOG_START, length }),
            Some((&kind, _)) => Err(ControlError::Unknown(kind)),
            None => Err(ControlError::Malformed { kind: 0, length }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_encoding_is_a_tag_and_eight_bytes() {
        assert_eq!(&Control::LogStart(258).encode()[..], [1, 0, 0, 0, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn what_a_newer_version_wrote_is_named_and_not_guessed_at() {
        assert_eq!(Control::decode(&[2, 0]), Err(ControlError::Unknown(2)));
        assert_eq!(Control::decode(&[]), Err(ControlError::Malformed { kind: 0, length: 0 }));
        let negative = Control::LogStart(-1).encode();
        assert_eq!(Control::decode(&negative), Err(ControlError::Malformed { kind: 1, length: 9 }));
    }

    proptest! {
        #[test]
        fn only_what_was_encoded_is_decoded(
            offset in 0..=i64::MAX,
            other in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            let body = Control::LogStart(offset).encode();
            prop_assert_eq!(Control::decode(&body), Ok(Control::LogStart(offset)));
            prop_assert!(Control::decode(&body[..8]).is_err());
            prop_assert!(Control::decode(&[&body[..], &[0]].concat()).is_err());
            if let Ok(control) = Control::decode(&other) {
                prop_assert_eq!(&control.encode()[..], &other[..]);
            }
        }
    }
}
