//! pax extended headers: `LENGTH KEY=VALUE\n`, one after the other (POSIX pax, "pax Extended Header").

/// What of an extended header bears on the entry after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: bool,
}

/// Reads records; `None` when they are none.
pub(super) fn read(mut bytes: &[u8]) -> Option<Records> {
    let mut records = Records::default();
    while !bytes.is_empty() {
        let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&bytes[..space]).ok()?.parse().ok()?;
        if length <= space + 1 || length > bytes.len() {
            return None;
        }
        let (record, rest) = bytes.split_at(length);
        bytes = rest;
        let body = record[space + 1..].strip_suffix(b"\n")?;
        let equals = body.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (&body[..equals], &body[equals + 1..]);
        match key {
            b"path" => records.path = Some(value.to_vec()),
            b"linkpath" => records.link = Some(value.to_vec()),
            b"size" => {
                let size: u64 = std::str::from_utf8(value).ok()?.parse().ok()?;
                records.size = Some(size).filter(|size| *size < 1 << 63);
                records.size?;
            }
            key if key.starts_with(b"GNU.sparse.") => records.sparse = true,
            _ => {}
        }
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::{Records, read};

    #[test]
    fn records_are_read_by_their_length() {
        let expected = Records { path: Some(b"a=b\nc".to_vec()), size: Some(12), ..Records::default() };
        assert_eq!(read(b"15 path=a=b\nc\n\0").map(|_| ()), None, "a zero is no record");
        assert_eq!(read(b"14 path=a=b\nc\n11 size=12\n"), Some(expected));
        assert!(read(b"22 GNU.sparse.major=1\n").is_some_and(|records| records.sparse));
        for bad in [
            &b"x"[..],
            b"5 a=b",
            b"99 a=b\n",
            b"0 a=b\n",
            b"6 a=bc",
            b"12 size=-1x\n",
            b"29 size=9999999999999999999\n",
            b"6 abc\n",
        ] {
            assert_eq!(read(bad), None, "{}", String::from_utf8_lossy(bad));
        }
    }
}
