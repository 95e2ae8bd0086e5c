//! Walks the frames of one file and judges what is not a frame: the end, a torn tail, or damage.
//!
//! Every frame names the offset at which its flush began, and a flush begins only after the fsync of
//! the one before. So a bad frame at P was once durable, and is **damage**, as soon as any frame
//! behind it belongs to a flush that began behind P. If all frames behind it (the disk may have
//! written the later sectors first) belong to a flush that began at or before P, that flush never
//! finished, nobody was told of it, and P is a **torn tail**.
//!
//! One thing cannot be told: damage to the very last flush, if the process died after its fsync and
//! before the writer, idle, had marked the place. It passes for a torn tail, which is reported.

use std::io;

use super::file::{PAGE, WalFile};
use super::frame::{ALIGN, FrameType, HEADER_LEN, Header};

/// What the scanner comes to next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// An intact frame.
    Frame {
        /// Where it begins.
        offset: u64,
        /// Its header.
        header: Header,
    },
    /// Bytes that were durable once and are damaged. The scan goes on at `next`.
    Damage {
        /// Where they begin.
        offset: u64,
        /// The header of the damaged frame, if only its body is damaged.
        header: Option<Header>,
        /// Where the next intact header is.
        next: u64,
    },
    /// Nothing follows. `torn`: something does, of a flush that never finished.
    End {
        /// Where the intact frames end.
        offset: u64,
        /// Whether there were bytes of an unfinished flush.
        torn: bool,
    },
}

/// The walk through one file.
#[derive(Debug)]
pub struct Scanner<'a> {
    file: &'a WalFile,
    len: u64,
    at: u64,
    window: Vec<u8>,
    window_at: u64,
    /// The latest flush start named by a frame that the search for a hole's end came across.
    proof: u64,
}

const WINDOW: usize = 256 << 10;

impl<'a> Scanner<'a> {
    /// Begins at the first frame of `file`.
    pub fn new(file: &'a WalFile) -> Self {
        Self { file, len: file.len(), at: PAGE, window: Vec::new(), window_at: 0, proof: 0 }
    }

    /// The next thing. After an `End`, always the same `End`.
    pub fn next(&mut self) -> io::Result<Found> {
        let offset = self.at;
        let header = self.header_at(offset)?;
        if let Some(header) = header
            && self.body_intact(offset, &header)?
        {
            self.at = offset + header.frame_len();
            return Ok(Found::Frame { offset, header });
        }
        let behind = header.map_or(offset + ALIGN, |header| offset + header.frame_len());
        self.judge(offset, header, behind)
    }

    /// The header at `offset`, whether or not its body is intact.
    pub fn peek(&mut self, offset: u64) -> io::Result<Option<Header>> {
        self.header_at(offset)
    }

    /// Judges the bad frame at `offset`, which ends at `behind` or earlier.
    fn judge(&mut self, offset: u64, header: Option<Header>, behind: u64) -> io::Result<Found> {
        let mut next = None;
        let mut at = behind;
        while let Some((found_at, found)) = self.search(at)? {
            let next = *next.get_or_insert(found_at);
            self.proof = self.proof.max(found.batch_start);
            // What an earlier search found proves it as well: a frame lies behind its flush's start.
            if self.proof > offset {
                self.at = next;
                let header = match header {
                    None => self.mended(offset)?.filter(|header| offset + header.frame_len() == next),
                    some => some,
                };
                return Ok(Found::Damage { offset, header, next });
            }
            at = found_at + found.frame_len();
        }
        let torn = header.is_some() || next.is_some() || !self.all_zero(offset)?;
        Ok(Found::End { offset, torn })
    }

    /// The header at `offset`, if a single flipped bit is all that is wrong with it. Only to tell
    /// whose frame it was: in so few bytes no damage of up to four bits looks like that of one.
    fn mended(&mut self, offset: u64) -> io::Result<Option<Header>> {
        let (seed, len) = (self.file.seed, self.len);
        let Some(bytes) = self.bytes(offset, HEADER_LEN)?.first_chunk() else {
            return Ok(None);
        };
        let flipped = |bit: usize| {
            let mut bytes: [u8; HEADER_LEN] = *bytes;
            bytes[bit / 8] ^= 1 << (bit % 8);
            Header::decode(&bytes, seed, offset).filter(|header| header.fits(offset, len))
        };
        Ok((0..HEADER_LEN * 8).find_map(flipped))
    }

    /// The first intact header at or behind `from`.
    fn search(&mut self, from: u64) -> io::Result<Option<(u64, Header)>> {
        let (seed, len) = (self.file.seed, self.len);
        let mut at = from.next_multiple_of(ALIGN);
        loop {
            let part = self.bytes(at, WINDOW)?;
            let mut skipped = 0;
            while let Some(bytes) = part.get(skipped..).and_then(<[u8]>::first_chunk) {
                let offset = at + skipped as u64;
                if let Some(header) = Header::decode(bytes, seed, offset).filter(|h| h.fits(offset, len)) {
                    return Ok(Some((offset, header)));
                }
                skipped += ALIGN as usize;
            }
            if skipped == 0 {
                return Ok(None);
            }
            at += skipped as u64;
        }
    }

    /// The header at `offset`, if there is one and its frame lies within the file.
    fn header_at(&mut self, offset: u64) -> io::Result<Option<Header>> {
        let (seed, len) = (self.file.seed, self.len);
        let Some(bytes) = self.bytes(offset, HEADER_LEN)?.first_chunk() else {
            return Ok(None);
        };
        Ok(Header::decode(bytes, seed, offset).filter(|header| header.fits(offset, len)))
    }

    fn body_intact(&mut self, offset: u64, header: &Header) -> io::Result<bool> {
        let end = offset + header.frame_len();
        let mut at = offset + HEADER_LEN as u64;
        let mut crc = 0;
        while at < end {
            let part = self.bytes(at, (end - at).min(WINDOW as u64) as usize)?;
            if part.is_empty() {
                return Ok(false);
            }
            crc = crc32c::crc32c_append(crc, part);
            at += part.len() as u64;
        }
        Ok(crc == header.body_crc)
    }

    fn all_zero(&mut self, from: u64) -> io::Result<bool> {
        let mut at = from;
        while at < self.len {
            let part = self.bytes(at, (self.len - at).min(WINDOW as u64) as usize)?;
            if part.is_empty() || part.iter().any(|byte| *byte != 0) {
                return Ok(part.is_empty());
            }
            at += part.len() as u64;
        }
        Ok(true)
    }

    /// `len` bytes (at most a window) at `offset`; fewer, or none, at the end of the file.
    fn bytes(&mut self, offset: u64, len: usize) -> io::Result<&[u8]> {
        let window_end = self.window_at + self.window.len() as u64;
        if offset < self.window_at || offset + len as u64 > window_end {
            self.window.resize(WINDOW.min(self.len.saturating_sub(offset) as usize), 0);
            let got = self.file.read_up_to(&mut self.window, offset)?;
            self.window.truncate(got);
            self.window_at = offset;
        }
        let start = (offset - self.window_at) as usize;
        let end = (start + len).min(self.window.len());
        Ok(self.window.get(start..end).unwrap_or_default())
    }
}

/// The body of the intact frame at `offset`. Its length is bounded by the file's.
pub fn read_body(file: &WalFile, offset: u64, header: &Header) -> io::Result<bytes::Bytes> {
    let mut body = vec![0; header.len as usize];
    file.read_exact(&mut body, offset + HEADER_LEN as u64)?;
    Ok(body.into())
}

/// The footer of a file that was sealed and cut: found from its last frame. `None` if either is not
/// intact.
pub fn read_footer(file: &WalFile) -> io::Result<Option<bytes::Bytes>> {
    let mut scanner = Scanner::new(file);
    let Some(trailer_at) = file.len().checked_sub(HEADER_LEN as u64) else {
        return Ok(None);
    };
    let Some(trailer) = scanner.header_at(trailer_at)?.filter(|header| header.frame == FrameType::Trailer)
    else {
        return Ok(None);
    };
    let offset = trailer.index;
    if offset >= trailer_at {
        return Ok(None);
    }
    let Some(footer) = scanner.header_at(offset)?.filter(|header| header.frame == FrameType::Footer) else {
        return Ok(None);
    };
    if !scanner.body_intact(offset, &footer)? {
        return Ok(None);
    }
    read_body(file, offset, &footer).map(Some)
}
