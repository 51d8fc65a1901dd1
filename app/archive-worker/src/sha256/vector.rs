//! Four words side by side: the vectors of WebAssembly, and the same in plain words for tests elsewhere.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use plain::Words;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use simd::Words;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd {
    use std::arch::wasm32::{
        i8x16_shuffle, u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr, u32x4_splat, v128, v128_and,
        v128_xor,
    };

    #[derive(Clone, Copy)]
    pub(crate) struct Words(v128);

    impl Words {
        #[inline(always)]
        pub(crate) fn of(words: [u32; 4]) -> Self {
            Self(u32x4(words[0], words[1], words[2], words[3]))
        }

        /// Of bytes, the highest of each word first.
        #[inline(always)]
        pub(crate) fn of_bytes(words: [[u8; 4]; 4]) -> Self {
            let Self(little) = Self::of(words.map(u32::from_le_bytes));
            Self(i8x16_shuffle::<3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12>(little, little))
        }

        #[inline(always)]
        pub(crate) fn all(word: u32) -> Self {
            Self(u32x4_splat(word))
        }

        #[inline(always)]
        pub(crate) fn plus(self, other: Self) -> Self {
            Self(u32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn and(self, other: Self) -> Self {
            Self(v128_and(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn xor(self, other: Self) -> Self {
            Self(v128_xor(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn left(self, bits: u32) -> Self {
            Self(u32x4_shl(self.0, bits))
        }

        #[inline(always)]
        pub(crate) fn right(self, bits: u32) -> Self {
            Self(u32x4_shr(self.0, bits))
        }

        #[inline(always)]
        pub(crate) fn words(self) -> [u32; 4] {
            [
                u32x4_extract_lane::<0>(self.0),
                u32x4_extract_lane::<1>(self.0),
                u32x4_extract_lane::<2>(self.0),
                u32x4_extract_lane::<3>(self.0),
            ]
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod plain {
    use std::array::from_fn;

    #[derive(Clone, Copy)]
    pub(crate) struct Words([u32; 4]);

    impl Words {
        pub(crate) fn of(words: [u32; 4]) -> Self {
            Self(words)
        }

        /// Of bytes, the highest of each word first.
        pub(crate) fn of_bytes(words: [[u8; 4]; 4]) -> Self {
            Self(words.map(u32::from_be_bytes))
        }

        pub(crate) fn all(word: u32) -> Self {
            Self([word; 4])
        }

        pub(crate) fn plus(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
        }

        pub(crate) fn and(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane] & other.0[lane]))
        }

        pub(crate) fn xor(self, other: Self) -> Self {
            Self(from_fn(|lane| self.0[lane] ^ other.0[lane]))
        }

        pub(crate) fn left(self, bits: u32) -> Self {
            Self(self.0.map(|word| word << bits))
        }

        pub(crate) fn right(self, bits: u32) -> Self {
            Self(self.0.map(|word| word >> bits))
        }

        pub(crate) fn words(self) -> [u32; 4] {
            self.0
        }
    }
}
