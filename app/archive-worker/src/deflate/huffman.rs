//! Huffman codes of a limited length (RFC 1951, section 3.2.2).

/// The longest code for literals, lengths and distances: four literals, or a match with all that belongs to it, fit into 56 bits.
pub(super) const LONGEST: usize = 12;
/// The longest code for code lengths, by the format.
pub(super) const LONGEST_OF_LENGTHS: usize = 7;

/// Writes into `lengths` how long the code of each symbol is, for symbols that occur so often: 0 for those that do not, else at
/// most `longest`. At least two symbols get one, for a code of a single symbol is not complete, and some decoders refuse it.
pub(super) fn lengths(counts: &[u32], longest: usize, lengths: &mut [u8]) {
    lengths.fill(0);
    let used = rarest_first(counts);
    let mut of_length = spread(&used, longest);
    fit(&mut of_length, longest);
    let mut symbols = used.iter();
    for length in (1..=longest).rev() {
        for (_, symbol) in symbols.by_ref().take(of_length[length]) {
            lengths[*symbol] = length as u8;
        }
    }
}

/// How often, and which symbol; those of the same count in their own order, so that the result is always the same.
fn rarest_first(counts: &[u32]) -> Vec<(u32, usize)> {
    let counted = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut used: Vec<(u32, usize)> = counted.map(|(symbol, count)| (*count, symbol)).collect();
    for symbol in 0..2 {
        if used.len() < 2 && used.iter().all(|(_, other)| *other != symbol) {
            used.push((1, symbol));
        }
    }
    used.sort_unstable();
    used
}

/// How many symbols would have codes of each length, those beyond `longest` counted there.
fn spread(used: &[(u32, usize)], longest: usize) -> [usize; 16] {
    // Huffman's tree by two queues: leaves come in their order, and inner nodes come into being in theirs.
    let (leaves, nodes) = (used.len(), 2 * used.len() - 1);
    let mut weights: Vec<u64> = used.iter().map(|(count, _)| u64::from(*count)).collect();
    let mut parents = vec![0; nodes];
    let (mut leaf, mut inner) = (0, leaves);
    for node in leaves..nodes {
        let mut weight = 0;
        for _ in 0..2 {
            let is_leaf = leaf < leaves && (inner == node || weights[leaf] <= weights[inner]);
            let lightest = if is_leaf { &mut leaf } else { &mut inner };
            weight += weights[*lightest];
            parents[*lightest] = node;
            *lightest += 1;
        }
        weights.push(weight);
    }
    let mut of_length = [0; 16];
    let mut depths = vec![0; nodes];
    for node in (0..nodes - 1).rev() {
        depths[node] = depths[parents[node]] + 1;
        if node < leaves {
            of_length[longest.min(depths[node])] += 1;
        }
    }
    of_length
}

/// Makes lengths that were cut to the longest a code again: the sum of 2^-length over all symbols becomes 1 (Kraft).
fn fit(of_length: &mut [usize; 16], longest: usize) {
    let mut sum: usize = (1..=longest).map(|length| of_length[length] << (longest - length)).sum();
    while sum > 1 << longest {
        // One of the longest takes the place beside another that moves down a step.
        let Some(length) = (1..longest).rev().find(|length| of_length[*length] > 0) else { return };
        of_length[longest] -= 1;
        of_length[length] -= 1;
        of_length[length + 1] += 2;
        sum -= 1;
    }
}

/// The codes of these lengths, with their bits in the order in which they are written.
pub(super) fn codes(lengths: &[u8], codes: &mut [u16]) {
    let mut next = [0_u16; 16];
    for length in lengths.iter().filter(|length| **length > 0) {
        next[usize::from(*length)] += 1;
    }
    let (mut first, mut before) = (0, 0);
    for count in &mut next[1..] {
        first = (first + before) << 1;
        before = *count;
        *count = first;
    }
    for (code, length) in codes.iter_mut().zip(lengths).filter(|(_, length)| **length > 0) {
        let own = &mut next[usize::from(*length)];
        *code = own.reverse_bits() >> (16 - length);
        *own += 1;
    }
}
