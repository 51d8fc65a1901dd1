//! Tars written by the `tar` crate and by hand, and walked by ours.

use super::*;
use proptest::prelude::*;

/// Walks over a whole archive in memory.
pub(crate) fn entries(tar: &[u8]) -> Result<Vec<Entry>, TarError> {
    let mut walk = Walk::default();
    let mut found = Vec::new();
    while let Some(want) = walk.want() {
        let Some(bytes) = tar.get(want.offset as usize..want.end() as usize) else { break };
        found.extend(walk.feed(bytes)?);
    }
    Ok(found)
}

/// A tar of regular files by the `tar` crate.
pub(crate) fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A header by hand: any name, type and link.
pub(crate) fn block(name: &[u8], flag: u8, size: u64, link: &str) -> Vec<u8> {
    let mut block = vec![0_u8; 512];
    block[..name.len()].copy_from_slice(name);
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[156] = flag;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar  \0");
    sign(&mut block);
    block
}

fn sign(block: &mut [u8]) {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn with_content(mut block: Vec<u8>, content: &[u8]) -> Vec<u8> {
    block.extend_from_slice(content);
    block.resize(block.len() + padding(content.len() as u64), 0);
    block
}

#[test]
fn gnu_long_names_and_pax_names_are_both_read() {
    let long = format!("{}/{}", "d".repeat(120), "f".repeat(150));
    let gnu = tar_of(&[(&long, b"gnu")]);
    assert_eq!(entries(&gnu).unwrap()[0].path, long);
    let mut pax = header(&long, FileKind::File, 3);
    pax.extend_from_slice(b"pax");
    let found = entries(&pax).unwrap();
    assert_eq!((found[0].path.as_str(), &pax[found[0].content.offset as usize..]), (long.as_str(), &b"pax"[..]));
    // Between 100 and 256 bytes ustar's prefix serves.
    let middle = format!("{}/{}", "d".repeat(120), "f".repeat(90));
    assert_eq!(header(&middle, FileKind::File, 0).len(), 512);
    assert_eq!(entries(&header(&middle, FileKind::File, 0)).unwrap()[0].path, middle);
}

#[test]
fn sizes_beyond_octal_are_read_however_they_are_written() {
    let size = 20_u64 << 30;
    assert_eq!(entries(&header("big", FileKind::File, size)).unwrap()[0].content.len, size);
    let mut gnu = block(b"big", b'0', 0, "");
    gnu[124] = 0x80;
    gnu[125..128].fill(0);
    gnu[128..136].copy_from_slice(&size.to_be_bytes());
    sign(&mut gnu);
    assert_eq!(entries(&gnu).unwrap()[0].content.len, size);
    gnu[124..136].fill(0xff);
    sign(&mut gnu);
    assert_eq!(entries(&gnu), Err(TarError::Number { offset: 0 }));
}

#[test]
fn kinds_and_links_are_told() {
    let mut tar = Vec::new();
    tar.extend(block(b"./", b'5', 0, ""));
    tar.extend(block(b"old-folder/", 0, 0, ""));
    tar.extend(with_content(block(b"a/layer.tar", b'0', 5, ""), b"12345"));
    tar.extend(block(b"b/layer.tar", b'2', 0, "../a/layer.tar"));
    tar.extend(block(b"c/layer.tar", b'1', 0, "./a/layer.tar"));
    tar.extend(block(b"loop", b'2', 0, "loop"));
    tar.extend(block(b"out", b'2', 0, "../../etc/passwd"));
    tar.extend(block(b"pipe", b'6', 0, ""));
    tar.extend(vec![0; 1024]);
    let mut index = Index::default();
    for entry in entries(&tar).unwrap() {
        index.add(&entry).unwrap();
    }
    let span = index.file("a/layer.tar").unwrap();
    assert_eq!(&tar[span.offset as usize..span.end() as usize], b"12345");
    assert_eq!(index.file("b/layer.tar"), Ok(span));
    assert_eq!(index.file("c/layer.tar"), Ok(span));
    for name in ["loop", "out"] {
        assert_eq!(index.file(name), Err(NotFound::Link { path: name.into() }));
    }
    for name in ["pipe", "old-folder"] {
        assert_eq!(index.file(name), Err(NotFound::NotAFile { path: name.into() }));
    }
    assert!(matches!(index.file("x"), Err(NotFound::Absent { .. })));
    assert_eq!(index.len(), 8);
}

#[test]
fn what_no_image_tool_writes_is_refused_and_named() {
    let name = |name: &[u8]| entries(&block(name, b'0', 0, "")).unwrap_err();
    for bad in [&b"../../etc/passwd"[..], b"/etc/passwd", b"a/../../b", b"a\nb", b"\xff\xfe"] {
        assert!(matches!(name(bad), TarError::Name { offset: 0, .. }), "{bad:?}");
    }
    let pax = b"13 path=a\0bc\n";
    let nul = [with_content(block(b"h", b'x', pax.len() as u64, ""), pax), block(b"x", b'0', 0, "")].concat();
    assert!(matches!(entries(&nul), Err(TarError::Name { .. })));
    assert!(matches!(entries(&block(b"l", b'1', 0, "../x")), Err(TarError::Name { .. })));
    assert!(matches!(entries(&block(b"s", b'S', 0, "")), Err(TarError::Sparse { .. })));
    let pax = b"22 GNU.sparse.major=1\n";
    let sparse = [with_content(block(b"h", b'x', pax.len() as u64, ""), pax), block(b"x", b'0', 0, "")].concat();
    assert!(matches!(entries(&sparse), Err(TarError::Sparse { .. })));
    let huge = TarError::ExtendedTooLarge { offset: 0, bytes: 1 << 30 };
    assert_eq!(entries(&block(b"n", b'L', 1 << 30, "")), Err(huge));
    let mut damaged = block(b"x", b'0', 0, "");
    damaged[0] ^= 1;
    assert_eq!(entries(&damaged), Err(TarError::Header { offset: 0 }));
}

#[test]
fn a_name_twice_is_refused_but_a_folder_may_be_named_again() {
    let add = |flags: [u8; 2]| {
        let tar = [block(b"x", flags[0], 0, "y"), block(b"x", flags[1], 0, "y")].concat();
        let mut index = Index::default();
        entries(&tar).unwrap().iter().try_for_each(|entry| index.add(entry))
    };
    assert_eq!(add([b'5', b'5']), Ok(()));
    for flags in [[b'0', b'0'], [b'0', b'2'], [b'5', b'0']] {
        assert_eq!(add(flags), Err(TarError::Duplicate { path: "x".into(), offset: 512 }));
    }
}

#[test]
fn too_many_entries_are_refused() {
    let mut index = Index::default();
    let add = |index: &mut Index, n: usize| {
        let content = Span { offset: 0, len: 0 };
        index.add(&Entry { path: n.to_string(), kind: EntryKind::File, content, header_offset: 0 })
    };
    for n in 0..ENTRIES_MAX {
        add(&mut index, n).unwrap();
    }
    assert_eq!(add(&mut index, ENTRIES_MAX), Err(TarError::TooMany));
}

proptest! {
    #[test]
    fn what_another_writer_wrote_is_found_at_its_place(
        files in prop::collection::btree_map("[a-z0-9]{1,60}(/[a-z0-9]{1,90}){0,3}", prop::collection::vec(any::<u8>(), 0..2000), 0..8)
    ) {
        let list: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let tar = tar_of(&list);
        let found = entries(&tar).unwrap();
        prop_assert_eq!(found.len(), files.len());
        for (entry, (path, bytes)) in found.iter().zip(&list) {
            prop_assert_eq!(&entry.path, path);
            prop_assert_eq!(&tar[entry.content.offset as usize..entry.content.end() as usize], *bytes);
        }
    }

    #[test]
    fn any_bytes_are_walked_or_refused(
        files in prop::collection::vec(("[a-z]{1,8}", 0..700_usize), 1..4),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let contents: Vec<(String, Vec<u8>)> = files.into_iter().map(|(name, size)| (name, vec![1; size])).collect();
        let list: Vec<(&str, &[u8])> = contents.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let mut tar = tar_of(&list);
        for (at, byte) in changes {
            let at = at.index(tar.len());
            let header = at / 512 * 512;
            tar[at] = byte;
            // With its checksum put right, so that what lies behind that is reached too.
            if at % 2 == 0 && header + 512 <= tar.len() {
                sign(&mut tar[header..header + 512]);
            }
        }
        if let Ok(found) = entries(&tar) {
            let mut index = Index::default();
            for entry in &found {
                prop_assert!(!entry.path.split('/').any(|part| part == ".."));
                let _ = index.add(entry);
            }
            for path in index.paths() {
                let _ = index.file(path);
            }
        }
    }

    #[test]
    fn spans_are_cut_out_of_a_stream_whatever_its_pieces(
        lens in prop::collection::vec((0..50_u64, 0..80_u64), 0..6),
        piece in 1..40_usize,
    ) {
        let mut at = 0;
        let spans: Vec<Span> = lens.iter().map(|(gap, len)| {
            let span = Span { offset: at + gap, len: *len };
            at = span.end();
            span
        }).collect();
        let bytes: Vec<u8> = (0..at + 10).map(|n| n as u8).collect();
        let mut cutter = SpanCutter::new(spans.iter().rev().copied().collect());
        let mut found: std::collections::BTreeMap<Span, Vec<u8>> = Default::default();
        for piece in bytes.chunks(piece) {
            cutter.push(piece, |span, part| found.entry(span).or_default().extend_from_slice(part));
        }
        prop_assert!(cutter.is_done());
        for span in spans.iter().filter(|span| span.len > 0) {
            prop_assert_eq!(&found[span][..], &bytes[span.offset as usize..span.end() as usize]);
        }
    }
}
