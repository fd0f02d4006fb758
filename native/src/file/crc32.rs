//! CRC-32, the checksum of zip: as `java.util.zip.CRC32` and Python's `zlib.crc32` compute it.

use std::sync::Once;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// Bytes that are looked up at once.
const AT_ONCE: usize = 16;

type Tables = [[AtomicU32; 256]; AT_ONCE];

/// Returns, for each byte and each number of bytes that follow it, what it does to the checksum. It is worked out when it is first
/// asked for, since it would take 16 KB of the library that no compression makes smaller.
fn tables() -> &'static Tables {
    static TABLES: Tables = [const { [const { AtomicU32::new(0) }; 256] }; AT_ONCE];
    static FILLED: Once = Once::new();
    FILLED.call_once(|| {
        for (byte, entry) in (0_u32..).zip(&TABLES[0]) {
            let mut value = byte;
            for _ in 0..8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            }
            entry.store(value, Relaxed);
        }
        for following in 1..AT_ONCE {
            for (before, entry) in TABLES[following - 1].iter().zip(&TABLES[following]) {
                let before = before.load(Relaxed);
                let first = TABLES[0][(before & 0xFF) as usize].load(Relaxed);
                entry.store(before >> 8 ^ first, Relaxed);
            }
        }
    });
    &TABLES
}

/// The checksum of bytes that come one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Crc32(u32);

impl Default for Crc32 {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Crc32 {
    /// Takes further bytes into account.
    pub fn update(&mut self, bytes: &[u8]) {
        let tables = tables();
        let (blocks, rest) = bytes.as_chunks::<AT_ONCE>();
        for block in blocks {
            let begin = self.0.to_le_bytes();
            self.0 = 0;
            for (i, byte) in block.iter().enumerate() {
                let byte = if i < begin.len() { byte ^ begin[i] } else { *byte };
                self.0 ^= tables[AT_ONCE - 1 - i][usize::from(byte)].load(Relaxed);
            }
        }
        for byte in rest {
            self.0 = self.0 >> 8 ^ tables[0][usize::from(self.0 as u8 ^ byte)].load(Relaxed);
        }
    }

    /// Returns the checksum of the bytes so far.
    #[must_use]
    pub fn value(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = Crc32::default();
        crc.update(bytes);
        crc.value()
    }

    #[test]
    fn checksums_are_those_of_zip() {
        // The check value of the catalogue of CRCs, and what Python's zlib.crc32 gives.
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc(b""), 0);
        assert_eq!(crc(b"The quick brown fox jumps over the lazy dog"), 0x414F_A339);
    }

    #[test]
    fn pieces_have_the_checksum_of_the_whole() {
        let bytes: Vec<u8> = (0..1000_u32).map(|i| (i * i % 251) as u8).collect();
        // Bit by bit, as the checksum is defined.
        let mut expected = u32::MAX;
        for byte in &bytes {
            expected ^= u32::from(*byte);
            for _ in 0..8 {
                expected = if expected & 1 == 1 { expected >> 1 ^ 0xEDB8_8320 } else { expected >> 1 };
            }
        }
        for piece in [1, 3, 15, 16, 17, 100, 1000] {
            let mut crc = Crc32::default();
            bytes.chunks(piece).for_each(|piece| crc.update(piece));
            assert_eq!(crc.value(), !expected, "pieces of {piece}");
        }
    }
}
