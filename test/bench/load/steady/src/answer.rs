/// The answer to a call, as in `read-answer.ts`.
#[derive(Clone, Copy, PartialEq)]
pub enum Answer {
    Allow,
    Deny,
    /// An RPC error, or a cancelled stream.
    NoVerdict,
    /// Everything that must not happen.
    Broken,
}

pub const ANSWERS: [(Answer, &str); 4] = [
    (Answer::Allow, "allow"),
    (Answer::Deny, "deny"),
    (Answer::NoVerdict, "noVerdict"),
    (Answer::Broken, "broken"),
];

/// The index of `:status: 200` in the static table.
const STATUS_200: u8 = 0x88;
const GRPC_PREFIX_BYTES: usize = 5;

/// `headers` is the first header block of the answer.
pub fn read_status(headers: &[u8]) -> Answer {
    if headers.first() == Some(&STATUS_200) {
        Answer::Allow
    } else {
        Answer::Deny
    }
}

/// Reads the data of one answered call. Without data the call ended in an RPC error.
pub fn read_check(data: &[u8]) -> Answer {
    if data.is_empty() {
        return Answer::NoVerdict;
    }
    let Some((prefix, message)) = data.split_first_chunk::<GRPC_PREFIX_BYTES>() else {
        return Answer::Broken;
    };
    let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]);
    if prefix[0] != 0 || length as usize != message.len() {
        return Answer::Broken;
    }
    read_check_response(message).unwrap_or(Answer::Broken)
}

fn read_check_response(message: &[u8]) -> Option<Answer> {
    let (mut code, mut told) = (0, None);
    for field in fields_of(message)? {
        match field.number {
            1 => {
                for part in fields_of(field.bytes)? {
                    if part.number == 1 {
                        code = part.value;
                    }
                }
            }
            2 => told = Some(Answer::Deny),
            3 => told = Some(Answer::Allow),
            _ => {}
        }
    }
    // Envoy uses the status as the answer, so the rest must agree with it.
    told.filter(|answer| (code == 0) == (*answer == Answer::Allow))
}

struct Field<'a> {
    number: u64,
    value: u64,
    bytes: &'a [u8],
}

fn fields_of(mut message: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut fields = vec![];
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        let value = varint(&mut message)?;
        let bytes = match tag % 8 {
            0 => &[],
            2 => message.split_off(..usize::try_from(value).ok()?)?,
            _ => return None,
        };
        fields.push(Field {
            number: tag / 8,
            value,
            bytes,
        });
    }
    Some(fields)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(value);
        }
    }
    None
}
