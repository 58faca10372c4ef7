//! Strict RLP: a reader that accepts canonical encodings only, and the few writers we need.
//!
//! Spec: yellow paper, appendix B.

use alloy_primitives::U256;

/// What is wrong with an encoding, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RlpError {
    /// One sentence without a full stop.
    pub message: String,
    /// Byte offset of the fault in the outermost input.
    pub offset: usize,
}

type Result<T> = std::result::Result<T, RlpError>;

/// Reads the items of one list payload, or of a whole input, from front to back.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    data: &'a [u8],
    offset: usize,
}

struct Header {
    is_list: bool,
    /// Bytes before the payload.
    prefix: usize,
    length: usize,
}

impl<'a> Reader<'a> {
    /// Reads `data`, which starts at `offset` of the outermost input.
    pub fn new(data: &'a [u8], offset: usize) -> Self {
        Self { data, offset }
    }

    /// Error at the present position.
    pub fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(RlpError {
            message: message.into(),
            offset: self.offset,
        })
    }

    /// Whether every item has been read.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The bytes that have not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.data
    }

    /// Checks that nothing is left.
    pub fn finish(&self) -> Result<()> {
        if self.data.is_empty() {
            return Ok(());
        }
        self.error(format!("{} bytes too many", self.data.len()))
    }

    fn header(&self) -> Result<Header> {
        let Some(&first) = self.data.first() else {
            return self.error("cut short");
        };
        let (is_list, base) = match first {
            0..=0x7f => {
                return Ok(Header {
                    is_list: false,
                    prefix: 0,
                    length: 1,
                });
            }
            0x80..=0xbf => (false, 0x80),
            _ => (true, 0xc0),
        };
        let short = (first - base) as usize;
        let (prefix, length) = if short <= 55 {
            (1, short)
        } else {
            (1 + short - 55, self.long_length(short - 55)?)
        };
        if self.data.len() - prefix < length {
            return self.error("cut short");
        }
        if !is_list && length == 1 && self.data[prefix] < 0x80 {
            return self.error("single byte with a prefix");
        }
        Ok(Header {
            is_list,
            prefix,
            length,
        })
    }

    fn long_length(&self, size: usize) -> Result<usize> {
        let Some(bytes) = self.data.get(1..1 + size) else {
            return self.error("cut short");
        };
        if bytes[0] == 0 {
            return self.error("length with leading zeros");
        }
        let length = bytes
            .iter()
            .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        if length <= 55 {
            return self.error("long form for a short length");
        }
        match usize::try_from(length) {
            Ok(length) if length <= self.data.len() => Ok(length),
            _ => self.error("cut short"),
        }
    }

    fn take(&mut self, header: &Header) -> &'a [u8] {
        let end = header.prefix + header.length;
        let payload = &self.data[header.prefix..end];
        self.data = &self.data[end..];
        self.offset += end;
        payload
    }

    /// Reads a byte string.
    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let header = self.header()?;
        if header.is_list {
            return self.error("expected a byte string, found a list");
        }
        Ok(self.take(&header))
    }

    /// Reads a byte string of exactly `N` bytes.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let start = self.clone();
        let bytes = self.bytes()?;
        match bytes.try_into() {
            Ok(array) => Ok(array),
            Err(_) => start.error(format!("expected {N} bytes, found {}", bytes.len())),
        }
    }

    /// Reads a canonical integer of at most 256 bits.
    pub fn uint(&mut self) -> Result<U256> {
        self.integer(32).map(U256::from_be_slice)
    }

    /// Reads a canonical integer of at most 64 bits.
    pub fn uint64(&mut self) -> Result<u64> {
        let bytes = self.integer(8)?;
        Ok(bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// Reads a canonical integer of at most 8 bits.
    pub fn uint8(&mut self) -> Result<u8> {
        Ok(self.integer(1)?.first().copied().unwrap_or(0))
    }

    fn integer(&mut self, size: usize) -> Result<&'a [u8]> {
        let start = self.clone();
        let bytes = self.bytes()?;
        if bytes.first() == Some(&0) {
            return start.error("integer with leading zeros");
        }
        if bytes.len() > size {
            return start.error(format!("integer longer than {} bits", size * 8));
        }
        Ok(bytes)
    }

    /// Reads a list and returns a reader of its items.
    pub fn list(&mut self) -> Result<Reader<'a>> {
        let header = self.header()?;
        if !header.is_list {
            return self.error("expected a list, found a byte string");
        }
        let offset = self.offset + header.prefix;
        Ok(Reader::new(self.take(&header), offset))
    }
}

/// Appends the prefix of a byte string or list whose payload has `length` bytes.
fn put_header(out: &mut Vec<u8>, base: u8, length: usize) {
    if length <= 55 {
        out.push(base + length as u8);
        return;
    }
    let bytes = (length as u64).to_be_bytes();
    let skip = (length as u64).leading_zeros() as usize / 8;
    out.push(base + 55 + (8 - skip) as u8);
    out.extend_from_slice(&bytes[skip..]);
}

/// Appends the prefix of a list whose payload has `length` bytes.
pub fn put_list_header(out: &mut Vec<u8>, length: usize) {
    put_header(out, 0xc0, length);
}

/// Appends a byte string.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() == 1 && bytes[0] < 0x80 {
        out.push(bytes[0]);
        return;
    }
    put_header(out, 0x80, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends an integer of up to 256 bits.
pub fn put_uint(out: &mut Vec<u8>, value: &U256) {
    let bytes = value.to_be_bytes::<32>();
    put_bytes(out, &bytes[value.leading_zeros() / 8..]);
}

/// Appends an integer of up to 64 bits.
pub fn put_uint64(out: &mut Vec<u8>, value: u64) {
    put_bytes(
        out,
        &value.to_be_bytes()[value.leading_zeros() as usize / 8..],
    );
}

/// Appends `payload` as a list.
pub fn put_list(out: &mut Vec<u8>, payload: &[u8]) {
    put_list_header(out, payload.len());
    out.extend_from_slice(payload);
}

/// Appends a list whose payload `write` produces, without a second buffer for short payloads.
pub fn put_list_with(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    let length = out.len() - start;
    let mut header = Vec::with_capacity(9);
    put_list_header(&mut header, length);
    out.splice(start..start, header);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_trip() {
        for value in [0u64, 1, 127, 128, 255, 256, u64::MAX] {
            let mut out = Vec::new();
            put_uint64(&mut out, value);
            let mut wide = Vec::new();
            put_uint(&mut wide, &U256::from(value));
            assert_eq!(out, wide);
            assert_eq!(Reader::new(&out, 0).uint64(), Ok(value));
        }
    }

    #[test]
    fn long_strings_round_trip() {
        for length in [0usize, 1, 55, 56, 255, 256, 70_000] {
            let data = vec![0xab; length];
            let mut out = Vec::new();
            put_bytes(&mut out, &data);
            let mut reader = Reader::new(&out, 0);
            assert_eq!(reader.bytes(), Ok(&data[..]));
            assert!(reader.is_empty());
        }
    }

    #[test]
    fn forms_that_are_not_canonical_are_refused() {
        for bad in [
            &[0x81, 0x01][..],
            &[0x00][..],
            &[0x82, 0x00, 0x01][..],
            &[0xb8, 0x01, 0xff][..],
            &[0xb9, 0x00, 0x40][..],
            &[0x83, 0x01][..],
            &[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
            &[][..],
        ] {
            assert!(Reader::new(bad, 0).uint().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_list_written_in_place_has_the_right_header() {
        for length in [0usize, 55, 56, 300] {
            let mut out = vec![9];
            put_list_with(&mut out, |out| out.extend(std::iter::repeat_n(1u8, length)));
            let mut expected = vec![9];
            put_list(&mut expected, &vec![1u8; length]);
            assert_eq!(out, expected);
        }
    }
}
