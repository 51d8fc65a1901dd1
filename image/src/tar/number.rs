//! Numbers of a header: octal digits, or GNU's base-256 for what those cannot hold.

/// Reads a numeric field; `None` when it is no number, or negative, or larger than 2^63.
pub(super) fn read(field: &[u8]) -> Option<u64> {
    match field.first()? {
        0x80 => field[1..].iter().try_fold(0_u64, |value, byte| {
            (value >> 55 == 0).then_some(value << 8 | u64::from(*byte)).filter(|value| *value < 1 << 63)
        }),
        // 0xff begins a negative number.
        first if *first & 0x80 != 0 => None,
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let text = field[..end].trim_ascii();
    // An empty field is how some writers say zero.
    text.iter().try_fold(0_u64, |value, byte| match byte {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn both_ways_of_writing_a_number_are_read() {
        assert_eq!(read(b"00000000012\0"), Some(10));
        assert_eq!(read(b"     12 \0\0\0\0"), Some(10));
        assert_eq!(read(b"777777777777"), Some(0o777_777_777_777));
        assert_eq!(read(b"\0\0\0\0"), Some(0));
        assert_eq!(read(b"\x80\0\0\0\0\0\0\x05\0\0\0\0"), Some(5 << 32));
        assert_eq!(read(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"), Some(u64::MAX >> 1));
        for bad in [
            &b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"[..],
            b"\x80\0\0\0\x80\0\0\0\0\0\0\0",
            b"\x80\x01\0\0\0\0\0\0\0\0\0\0",
            b"12x",
            b"8",
            b"-1",
            b"",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
