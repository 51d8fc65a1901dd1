//! The symbols that lengths and distances are written as (RFC 1951, section 3.2.5).

/// Symbols for bytes, the end, and lengths.
pub(super) const LITERALS: usize = 286;
/// Symbols for distances.
pub(super) const DISTANCES: usize = 30;
/// What ends a block.
pub(super) const END: usize = 256;

const FIRST_LENGTH: usize = 257;
/// The least length of each symbol.
const LENGTHS: [u16; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
/// The symbol of each length less three.
const SYMBOLS: [u16; 256] = symbols();

const fn symbols() -> [u16; 256] {
    let mut symbols = [0; 256];
    let (mut symbol, mut less) = (0, 0);
    while less < 256 {
        if symbol + 1 < LENGTHS.len() && less + 3 >= LENGTHS[symbol + 1] as usize {
            symbol += 1;
        }
        symbols[less] = (FIRST_LENGTH + symbol) as u16;
        less += 1;
    }
    symbols
}

/// The symbol of a length, 3 to 258.
#[inline(always)]
pub(super) fn of_length(len: usize) -> usize {
    usize::from(SYMBOLS[(len - 3) & 255])
}

/// What its symbol does not say of a length.
pub(super) fn length_rest(len: usize) -> u32 {
    (len - usize::from(LENGTHS[of_length(len) - FIRST_LENGTH])) as u32
}

/// How many bits follow a symbol for literals and lengths.
pub(super) fn length_extra(symbol: usize) -> u32 {
    match symbol {
        265..285 => (symbol as u32 - 261) / 4,
        _ => 0,
    }
}

/// The symbol of a distance, 1 to 32768; the bits that follow it, and how many they are.
#[inline(always)]
pub(super) fn of_distance(back: usize) -> (usize, u32, u32) {
    let less = back as u32 - 1;
    // The two nearest are as the two behind them, less two: which it is cannot be foretold, so there is no branch.
    let bits = 30 - (less | 2).leading_zeros();
    let symbol = 2 * (bits + 1) + (less >> bits & 1) - 2 * u32::from(less < 2);
    (symbol as usize, less & ((1 << bits) - 1), bits)
}

/// How many bits follow a symbol for distances.
pub(super) fn distance_extra(symbol: usize) -> u32 {
    (symbol as u32 / 2).saturating_sub(1)
}
