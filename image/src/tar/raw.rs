//! One header block taken apart.

use super::number;

/// The fields of a header, as they stand there.
pub(super) struct Raw<'a> {
    pub(super) name: Vec<u8>,
    pub(super) link: &'a [u8],
    pub(super) flag: u8,
    pub(super) size: Option<u64>,
}

/// Takes a block apart; `None` when its checksum is not its own.
pub(super) fn parse(block: &[u8; 512]) -> Option<Raw<'_>> {
    let said = number::read(&block[148..156])?;
    let (mut unsigned, mut signed) = (0_u64, 0_i64);
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) { b' ' } else { *byte };
        unsigned += u64::from(byte);
        signed += i64::from(byte.cast_signed());
    }
    // Old writers summed signed bytes.
    if said != unsigned && i64::try_from(said) != Ok(signed) {
        return None;
    }
    let name = until_nul(&block[..100]);
    // Only POSIX has a prefix; GNU keeps other things there.
    let prefix = if &block[257..263] == b"ustar\0" { until_nul(&block[345..500]) } else { &[] };
    let name = if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() };
    Some(Raw { name, link: until_nul(&block[157..257]), flag: block[156], size: number::read(&block[124..136]) })
}

fn until_nul(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|byte| *byte == 0).unwrap_or(field.len())]
}
