//! The few frames of HTTP/2 (RFC 9113) that a client of unary calls needs.

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;

pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

pub const ENABLE_PUSH: u16 = 2;
pub const MAX_CONCURRENT_STREAMS: u16 = 3;
pub const INITIAL_WINDOW_SIZE: u16 = 4;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const HEADER_BYTES: usize = 9;
pub const DEFAULT_WINDOW_BYTES: i64 = 65_535;
pub const CANCEL: u32 = 8;

pub fn push_frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    out.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
    out.push(kind);
    out.push(flags);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

pub fn push_settings(out: &mut Vec<u8>, settings: &[(u16, u32)]) {
    let mut payload = vec![];
    for (id, value) in settings {
        payload.extend_from_slice(&id.to_be_bytes());
        payload.extend_from_slice(&value.to_be_bytes());
    }
    push_frame(out, SETTINGS, 0, 0, &payload);
}

pub fn push_window_update(out: &mut Vec<u8>, bytes: u32) {
    push_frame(out, WINDOW_UPDATE, 0, 0, &bytes.to_be_bytes());
}

pub struct Frame<'a> {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: &'a [u8],
}

/// The first frame of these bytes, and its length; `None` while it is incomplete.
pub fn first_frame(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let header = bytes.first_chunk::<HEADER_BYTES>()?;
    let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
    let payload = bytes.get(HEADER_BYTES..HEADER_BYTES + length)?;
    let stream = u32_at(header, 5) & 0x7fff_ffff;
    let frame = Frame {
        kind: header[3],
        flags: header[4],
        stream,
        payload,
    };
    Some((frame, HEADER_BYTES + length))
}

pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |four| {
        u32::from_be_bytes(four.try_into().expect("four bytes"))
    })
}
