//! The guard in front of the decoder: walks a request body by its schema and checks every length.
//!
//! `kafka-protocol` allocates as many array elements as the wire announces, before it reads one, so
//! that a five-byte request can abort the process. Nothing is decoded here before [`Schema::check`]
//! has seen every announced element and every byte of every string. The walk allocates nothing, its
//! depth is that of the (constant) schema, and it must accept whatever a correct client sends: nulls
//! and values are the decoder's and the handlers' business, lengths are the guard's.

// Tables read best as they were written.
#[rustfmt::skip]
pub(crate) mod admin;
#[rustfmt::skip]
pub(crate) mod data;
#[rustfmt::skip]
pub(crate) mod groups;
mod reader;

#[cfg(test)]
mod tests;

pub(crate) use reader::Reader;

/// Why bytes are not a request: the connection that sent them is closed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Malformed {
    /// The frame ends inside a field.
    #[error("frame ends inside {field}: {needed} bytes announced or needed, {left} left")]
    Truncated {
        /// The field, as Kafka's message definitions name it.
        field: &'static str,
        /// Bytes that the field needs, or elements that it announces (each needs a byte or more).
        needed: u64,
        /// Bytes that were left.
        left: usize,
    },
    /// A length below -1, or a variable-length integer longer than 32 bits.
    #[error("{field} has a length that cannot be")]
    BadLength {
        /// The field.
        field: &'static str,
    },
    /// A tagged field whose content is shorter or longer than it says.
    #[error("tagged field {field} does not fill the length that it announces")]
    BadTag {
        /// The field.
        field: &'static str,
    },
    /// More array elements than one request may have.
    #[error("more than {limit} array elements in one request")]
    TooManyElements {
        /// The limit.
        limit: u32,
    },
    /// The frame goes on behind the last field.
    #[error("{left} bytes behind the last field")]
    TrailingBytes {
        /// Bytes behind the last field.
        left: usize,
    },
    /// An API or version that is not in the table. `ApiVersions` told the client so.
    #[error("API {api_key} version {version} is not served")]
    NotServed {
        /// API key.
        api_key: i16,
        /// API version.
        version: i16,
    },
    /// The lengths are right, but the decoder refuses the content (a null where none may be, bad UTF-8).
    #[error("not a valid request body: {0}")]
    Body(String),
}

/// Array elements and unknown tagged fields that one request may carry. Each costs the decoder more
/// memory than it takes on the wire; a request of 100,000 partitions is within the limit.
pub(crate) const MAX_ELEMENTS: u32 = 1 << 18;

/// A request's fields over all its versions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schema {
    flexible_since: i16,
    fields: &'static [Field],
}

/// One field: present in versions `min..=max`, with a tag if it is an optional one (KIP-482).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    min: i16,
    max: i16,
    tag: Option<u32>,
    kind: Kind,
}

/// What a field looks like on the wire. Strings, bytes and arrays may be null anywhere: the decoder
/// knows where they may not.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// So many bytes.
    Fixed(usize),
    /// So many bytes that are planned and answered with structs of their own: one of them is an element.
    Counted(usize),
    /// 16-bit length, or compact.
    String,
    /// 32-bit length, or compact; record batches too.
    Bytes,
    /// 32-bit count, or compact, of values of one simple kind.
    Array(&'static Kind),
    /// 32-bit count, or compact, of structs.
    Structs(&'static [Field]),
    /// Fields one after the other.
    Struct(&'static [Field]),
    /// A byte, 1 for the fields that follow or -1 for null.
    NullableStruct(&'static [Field]),
}

const BOOL: Kind = Kind::Fixed(1);
const INT8: Kind = Kind::Fixed(1);
const INT16: Kind = Kind::Fixed(2);
const INT32: Kind = Kind::Fixed(4);
/// The index of a partition in an array of them.
const PARTITION: Kind = Kind::Counted(4);
const INT64: Kind = Kind::Fixed(8);
const UUID: Kind = Kind::Fixed(16);
const STRING: Kind = Kind::String;
const BYTES: Kind = Kind::Bytes;
const NEVER_FLEXIBLE: i16 = i16::MAX;

/// A request whose versions from `flexible_since` on use compact lengths and tagged fields.
const fn schema(flexible_since: i16, fields: &'static [Field]) -> Schema {
    Schema { flexible_since, fields }
}

/// A field of every version.
const fn field(name: &'static str, kind: Kind) -> Field {
    between(0, i16::MAX, name, kind)
}

/// A field of version `min` and all later ones.
const fn since(min: i16, name: &'static str, kind: Kind) -> Field {
    between(min, i16::MAX, name, kind)
}

/// A field of versions `min` to `max`.
const fn between(min: i16, max: i16, name: &'static str, kind: Kind) -> Field {
    Field { name, min, max, tag: None, kind }
}

/// A tagged field of version `min` and all later ones.
const fn tagged(tag: u32, min: i16, name: &'static str, kind: Kind) -> Field {
    Field { name, min, max: i16::MAX, tag: Some(tag), kind }
}

const fn array(of: &'static Kind) -> Kind {
    Kind::Array(of)
}

const fn structs(fields: &'static [Field]) -> Kind {
    Kind::Structs(fields)
}

const fn nullable_struct(fields: &'static [Field]) -> Kind {
    Kind::NullableStruct(fields)
}

impl Schema {
    /// Whether this version uses compact lengths and tagged fields (and request header 2).
    pub(crate) const fn is_flexible(&self, version: i16) -> bool {
        version >= self.flexible_since
    }

    /// Walks a whole body. Returns how many array elements and unknown tags the decoder will allocate.
    ///
    /// # Errors
    /// When the body is anything but one request of this schema and version.
    pub(crate) fn check(&self, version: i16, body: &[u8]) -> Result<u32, Malformed> {
        let mut walk =
            Walk { reader: Reader::new(body), version, flexible: self.is_flexible(version), elements: 0 };
        walk.fields(self.fields)?;
        match walk.reader.left() {
            0 => Ok(walk.elements),
            left => Err(Malformed::TrailingBytes { left }),
        }
    }
}

struct Walk<'a> {
    reader: Reader<'a>,
    version: i16,
    flexible: bool,
    elements: u32,
}

/// Reads a length of the inflexible versions.
type Fixed<'a> = fn(&mut Reader<'a>, &'static str) -> Result<Option<u64>, Malformed>;

impl<'a> Walk<'a> {
    fn fields(&mut self, fields: &[Field]) -> Result<(), Malformed> {
        for field in fields.iter().filter(|field| field.tag.is_none()) {
            if (field.min..=field.max).contains(&self.version) {
                self.value(field.name, field.kind)?;
            }
        }
        if self.flexible { self.tagged_fields(fields) } else { Ok(()) }
    }

    fn value(&mut self, name: &'static str, kind: Kind) -> Result<(), Malformed> {
        match kind {
            Kind::Fixed(size) | Kind::Counted(size) => self.reader.skip(name, size as u64),
            Kind::String => match self.length(name, Reader::i16_length)? {
                Some(length) => self.reader.skip(name, length),
                None => Ok(()),
            },
            Kind::Bytes => match self.length(name, Reader::i32_length)? {
                Some(length) => self.reader.skip(name, length),
                None => Ok(()),
            },
            Kind::Array(of) => match self.length(name, Reader::i32_length)? {
                Some(count) => self.elements(name, *of, count),
                None => Ok(()),
            },
            Kind::Structs(fields) => match self.length(name, Reader::i32_length)? {
                Some(count) => self.elements(name, Kind::Struct(fields), count),
                None => Ok(()),
            },
            Kind::Struct(fields) => self.fields(fields),
            Kind::NullableStruct(fields) => match self.reader.i8(name)? {
                1 => self.fields(fields),
                -1 => Ok(()),
                _ => Err(Malformed::BadLength { field: name }),
            },
        }
    }

    fn length(&mut self, name: &'static str, fixed: Fixed<'a>) -> Result<Option<u64>, Malformed> {
        if self.flexible { self.reader.compact_length(name) } else { fixed(&mut self.reader, name) }
    }

    fn elements(&mut self, name: &'static str, of: Kind, count: u64) -> Result<(), Malformed> {
        if let Kind::Fixed(size) = of {
            // Decoded, these take no more room than on the wire: there is nothing to count.
            return self.reader.skip(name, count.saturating_mul(size as u64));
        }
        // Every other element takes a byte or more, so that a hostile count ends here and not in a loop.
        if count > self.reader.left() as u64 {
            return Err(Malformed::Truncated { field: name, needed: count, left: self.reader.left() });
        }
        for _ in 0..count {
            self.count_element()?;
            self.value(name, of)?;
        }
        Ok(())
    }

    /// Known tags are walked by their schema: the decoder reads them in place and does not look at the
    /// length that they announce.
    fn tagged_fields(&mut self, fields: &[Field]) -> Result<(), Malformed> {
        const TAGS: &str = "tagged fields";
        for _ in 0..self.reader.unsigned_varint(TAGS)? {
            let tag = self.reader.unsigned_varint(TAGS)?;
            let length = u64::from(self.reader.unsigned_varint(TAGS)?);
            if let Some(field) =
                fields.iter().find(|field| field.tag == Some(tag) && self.version >= field.min)
            {
                let before = self.reader.left() as u64;
                self.value(field.name, field.kind)?;
                if before - self.reader.left() as u64 != length {
                    return Err(Malformed::BadTag { field: field.name });
                }
            } else {
                self.count_element()?;
                self.reader.skip(TAGS, length)?;
            }
        }
        Ok(())
    }

    fn count_element(&mut self) -> Result<(), Malformed> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(Malformed::TooManyElements { limit: MAX_ELEMENTS });
        }
        Ok(())
    }
}
