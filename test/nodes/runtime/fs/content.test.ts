import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../src/apimachinery/random.js';
import { Content } from '../../../../src/nodes/runtime/fs/content.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('The content of a file', () => {
  it('is what was written, wherever it was written and however it is read', () => {
    const random = new SeededRandom('content');
    const content = new Content(Buffer.from('first'));
    const expected = Buffer.alloc(600_000);
    expected.write('first');
    let length = 5;
    for (let step = 0; step < 300; step++) {
      const position = random.int(3) === 0 ? length : random.int(400_000);
      const bytes = Buffer.alloc(random.int(step % 10 === 0 ? 100_000 : 1000), step % 256);
      if (position + bytes.length > expected.length || bytes.length === 0) continue;
      content.write(position, bytes);
      bytes.copy(expected, position);
      length = Math.max(length, position + bytes.length);
      expect(content.length).toBe(length);
      if (step % 7 === 0) expect(Buffer.compare(content.bytes(), expected.subarray(0, length))).toBe(0);
    }
    const parts: Uint8Array[] = [];
    for (let at = 0, part = content.read(0, 10_000); part.length > 0; part = content.read(at, 10_000)) {
      parts.push(part);
      at += part.length;
    }
    expect(Buffer.compare(Buffer.concat(parts), expected.subarray(0, length))).toBe(0);
  });

  it('stays as it was for who has read it', () => {
    const given = Buffer.from('given');
    const content = new Content(given);
    const before = content.read(0, 10);
    content.write(0, Buffer.from('G'));
    const between = content.read(0, 10);
    content.write(0, Buffer.from('MIX'));
    content.write(5, Buffer.from(' and more'));
    const all = content.bytes();
    content.write(0, Buffer.from('---'));
    content.truncate();
    expect([given, before, between, all, content.bytes()].map(text)).toEqual(['given', 'given', 'Given', 'MIXen and more', '']);
  });

  it('takes whole pages as they are, and never writes to them', () => {
    const page = new Uint8Array(64 * 1024).fill(1);
    const [one, other] = [new Content(), new Content()];
    one.write(0, page);
    one.write(page.length, page);
    other.write(0, one.read(0, page.length));
    expect(other.read(0, page.length).buffer).toBe(page.buffer);
    one.write(10, Uint8Array.of(2));
    one.write(2 * page.length, Uint8Array.of(3));
    expect([one.read(10, 1)[0], one.length, one.bytes().at(-1)]).toEqual([2, 2 * page.length + 1, 3]);
    one.truncate();
    new Content().write(0, Buffer.alloc(100, 4));
    expect([page, other.bytes()].map((bytes) => bytes.every((byte) => byte === 1))).toEqual([true, true]);
  });
});
