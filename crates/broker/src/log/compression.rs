//! Expanding the records of a compressed batch, for the few who must look inside: `ListOffsets` by timestamp,
//! the loading of `__consumer_offsets`, and the key check of compacted topics.
//!
//! Records travel compressed end to end; nothing here runs on the path of an ordinary Produce or Fetch. The
//! output is always bounded, since a few bytes of input can claim gigabytes.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;

use super::error::BatchError;

/// A compression codec, by its number in the attributes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Records lie in the batch as they are.
    None = 0,
    /// RFC 1952.
    Gzip = 1,
    /// Raw Snappy, or the block framing of snappy-java ("xerial").
    Snappy = 2,
    /// The LZ4 frame format.
    Lz4 = 3,
    /// Zstandard (KIP-110); allowed from Produce 7 and Fetch 10 on.
    Zstd = 4,
}

impl Codec {
    /// The codec with this number, if Kafka has assigned it.
    pub fn from_id(id: u8) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd]
            .into_iter()
            .find(|codec| *codec as u8 == id)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "uncompressed",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        })
    }
}

/// The records of a batch, expanded; borrowed if they are not compressed. At most `max` bytes.
///
/// # Errors
/// [`BatchError::Expanded`] beyond `max`, [`BatchError::Decompress`] if the bytes are not of that codec.
pub fn expand(codec: Codec, payload: &[u8], max: usize) -> Result<Cow<'_, [u8]>, BatchError> {
    let expanded = match codec {
        Codec::None => return Ok(Cow::Borrowed(payload)),
        Codec::Gzip => read_all(codec, flate2::read::GzDecoder::new(payload), max),
        Codec::Snappy => expand_snappy(payload, max),
        Codec::Lz4 => read_all(codec, lz4_flex::frame::FrameDecoder::new(payload), max),
        Codec::Zstd => {
            // libzstd bounds its window to 128 MiB, and writes no further than it is asked to. A decoder that
            // expands a whole block or window first could be made to fill gigabytes by a few bytes.
            let decoder = zstd::stream::read::Decoder::with_buffer(payload);
            read_all(codec, decoder.map_err(|error| unreadable(codec, error))?, max)
        }
    };
    expanded.map(Cow::Owned)
}

fn read_all(codec: Codec, decoder: impl Read, max: usize) -> Result<Vec<u8>, BatchError> {
    let mut expanded = Vec::new();
    let beyond = (max as u64).saturating_add(1);
    decoder.take(beyond).read_to_end(&mut expanded).map_err(|error| unreadable(codec, error))?;
    if expanded.len() > max { Err(BatchError::Expanded { codec, max }) } else { Ok(expanded) }
}

/// snappy-java's stream header: its magic, then two 4-byte versions, then blocks of (4-byte length, raw
/// Snappy).
const XERIAL_MAGIC: &[u8] = b"\x82SNAPPY\0";
const XERIAL_VERSIONS: usize = 8;

fn expand_snappy(payload: &[u8], max: usize) -> Result<Vec<u8>, BatchError> {
    let mut expanded = Vec::new();
    let Some(stream) = payload.strip_prefix(XERIAL_MAGIC) else {
        append_snappy_block(payload, max, &mut expanded)?;
        return Ok(expanded);
    };
    let cut_off = || unreadable(Codec::Snappy, "the stream is cut off");
    let mut blocks = stream.get(XERIAL_VERSIONS..).ok_or_else(cut_off)?;
    while !blocks.is_empty() {
        let (length, rest) = blocks.split_first_chunk::<4>().ok_or_else(cut_off)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (block, rest) = rest.split_at_checked(length).ok_or_else(cut_off)?;
        append_snappy_block(block, max, &mut expanded)?;
        blocks = rest;
    }
    Ok(expanded)
}

fn append_snappy_block(block: &[u8], max: usize, expanded: &mut Vec<u8>) -> Result<(), BatchError> {
    let codec = Codec::Snappy;
    let length = snap::raw::decompress_len(block).map_err(|error| unreadable(codec, error))?;
    let start = expanded.len();
    let end = start.saturating_add(length);
    if end > max {
        return Err(BatchError::Expanded { codec, max });
    }
    // No Snappy block expands by more than 64 bytes for 3 (its longest copy): refuse a claim before
    // allocating it.
    if length > block.len().saturating_mul(32) {
        return Err(unreadable(codec, "the length is more than the block can expand to"));
    }
    expanded.resize(end, 0);
    let target = &mut expanded[start..];
    snap::raw::Decoder::new().decompress(block, target).map_err(|error| unreadable(codec, error))?;
    Ok(())
}

fn unreadable(codec: Codec, error: impl fmt::Display) -> BatchError {
    BatchError::Decompress { codec, what: error.to_string() }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    pub(in crate::log) const COMPRESSED: [Codec; 4] = [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    /// Compresses as a client does.
    pub(in crate::log) fn compress(codec: Codec, payload: &[u8]) -> Vec<u8> {
        match codec {
            Codec::None => payload.to_vec(),
            Codec::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(payload).unwrap();
                encoder.finish().unwrap()
            }
            Codec::Snappy => snap::raw::Encoder::new().compress_vec(payload).unwrap(),
            Codec::Lz4 => {
                let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
                encoder.write_all(payload).unwrap();
                encoder.finish().unwrap()
            }
            Codec::Zstd => zstd::stream::encode_all(payload, 3).unwrap(),
        }
    }

    fn xerial(payload: &[u8], block: usize) -> Vec<u8> {
        let mut stream = [XERIAL_MAGIC, &1u32.to_be_bytes(), &1u32.to_be_bytes()].concat();
        for part in payload.chunks(block) {
            let compressed = compress(Codec::Snappy, part);
            stream.extend((compressed.len() as u32).to_be_bytes());
            stream.extend(compressed);
        }
        stream
    }

    #[test]
    fn every_codec_stops_at_the_bound() {
        let zeroes = vec![0; 1 << 20];
        for codec in COMPRESSED {
            let compressed = compress(codec, &zeroes);
            assert!(compressed.len() < zeroes.len() / 10, "{codec} did not compress");
            assert_eq!(expand(codec, &compressed, zeroes.len()).unwrap(), zeroes, "{codec}");
            let refused = expand(codec, &compressed, zeroes.len() - 1);
            assert_eq!(refused, Err(BatchError::Expanded { codec, max: zeroes.len() - 1 }));
        }
    }

    #[test]
    fn the_stream_format_of_snappy_java_is_read() {
        let text = b"one two three four five six".repeat(100);
        assert_eq!(expand(Codec::Snappy, &xerial(&text, 512), text.len()).unwrap(), text);
        let stream = xerial(&text, 512);
        let bounded = expand(Codec::Snappy, &stream, text.len() - 1);
        assert!(matches!(bounded, Err(BatchError::Expanded { .. })));
        let mut cut = xerial(&text, 512);
        cut.pop();
        assert!(matches!(expand(Codec::Snappy, &cut, text.len()), Err(BatchError::Decompress { .. })));
    }

    #[test]
    fn a_snappy_block_that_claims_gigabytes_is_refused_unallocated() {
        let claim = [0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        assert!(expand(Codec::Snappy, &claim, usize::MAX).is_err());
    }

    /// A zstd frame of run-length blocks: 4 bytes for 128 KiB of output each. `window` is the window descriptor.
    fn zstd_bomb(window: u8, blocks: usize) -> Vec<u8> {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, window];
        (0..blocks).for_each(|_| frame.extend([0x02, 0x00, 0x10, 7]));
        frame.extend([0x03, 0x00, 0x00, 7]);
        frame
    }

    #[test]
    fn a_zstd_frame_cannot_ask_for_a_window_of_terabytes() {
        let max = 1 << 20;
        let eight_mebibytes = expand(Codec::Zstd, &zstd_bomb(13 << 3, 100), max).unwrap_err();
        assert_eq!(eight_mebibytes, BatchError::Expanded { codec: Codec::Zstd, max });
        let two_tebibytes = expand(Codec::Zstd, &zstd_bomb(31 << 3, 100), max).unwrap_err();
        assert!(matches!(two_tebibytes, BatchError::Decompress { .. }), "{two_tebibytes}");
    }

    proptest! {
        #[test]
        fn every_codec_gives_back_what_was_compressed(
            payload in proptest::collection::vec(any::<u8>(), 0..2_000),
            block in 1usize..500,
        ) {
            for codec in COMPRESSED {
                let compressed = compress(codec, &payload);
                prop_assert_eq!(&*expand(codec, &compressed, payload.len()).unwrap(), &payload[..]);
            }
            let stream = xerial(&payload, block);
            prop_assert_eq!(&*expand(Codec::Snappy, &stream, payload.len()).unwrap(), &payload[..]);
        }

        #[test]
        fn damaged_input_never_panics_and_stays_bounded(
            payload in proptest::collection::vec(any::<u8>(), 0..500),
            hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            for codec in COMPRESSED {
                let mut compressed = compress(codec, &payload);
                for (at, byte) in &hits {
                    let at = at.index(compressed.len());
                    compressed[at] = *byte;
                }
                if let Ok(expanded) = expand(codec, &compressed, 4_096) {
                    prop_assert!(expanded.len() <= 4_096);
                }
            }
        }
    }
}
