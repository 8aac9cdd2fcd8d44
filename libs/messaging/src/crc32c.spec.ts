import { crc32c } from './crc32c.js';

it('is the published check value', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

// RFC 3720, appendix B.4
it.each([
  ['zeros', Buffer.alloc(32), 0x8a9136aa],
  ['ones', Buffer.alloc(32, 255), 0x62a8ab43],
  ['rising', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['nothing', Buffer.alloc(0), 0],
])('is what the RFC says of 32 bytes of %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

it('is the same whatever the length, byte by byte', () => {
  const slow = (bytes: Buffer) => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return (crc ^ -1) >>> 0;
  };
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 167 + (i >> 3)) & 255));
  for (let length = 0; length < bytes.length; length++) {
    const some = bytes.subarray(bytes.length - length);
    expect(crc32c(some)).toBe(slow(some));
  }
});
