import { describe, expect, it } from 'vitest';
import { SpdyConnection, type SpdyStream } from '../../../src/server/streams/spdy/connection.js';
import { pair, SpdyClient } from './spdy-client.js';

const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;

function connected(accept: (stream: SpdyStream) => void): { client: SpdyClient; connection: SpdyConnection } {
  const [ours, theirs] = pair();
  return { client: new SpdyClient(theirs), connection: new SpdyConnection(ours, accept) };
}

describe('a SPDY connection', () => {
  it('reads headers compressed with the dictionary, stream after stream', async () => {
    const seen: (string | undefined)[] = [];
    const { client } = connected((stream) => seen.push(stream.headers.get('streamtype')));
    for (const [index, streamType] of ['error', 'stdin', 'stdout'].entries()) await client.open(2 * index + 1, { streamType });
    await client.until(() => client.frames.filter(({ type }) => type === SYN_REPLY).length === 3);
    expect(seen).toEqual(['error', 'stdin', 'stdout']);
  });

  it('carries bytes both ways, and half-closes', async () => {
    const { client } = connected((stream) => {
      stream.pipe(stream);
    });
    await client.open(1, {});
    client.data(1, 'hello ');
    client.data(1, 'world', true);
    await client.until(() => client.frames.some(({ control, flags }) => !control && flags === 1));
    expect(client.received(1)).toBe('hello world');
  });

  it('splits what is larger than a frame of ours', async () => {
    const large = 'x'.repeat(200_000);
    const { client } = connected((stream) => {
      stream.end(large);
    });
    await client.open(1, {});
    await client.until(() => client.frames.some(({ control, flags }) => !control && flags === 1));
    expect(client.received(1)).toBe(large);
  });

  it('resets streams that are refused, numbered wrongly or destroyed', async () => {
    const { client } = connected((stream) => {
      if (stream.headers.has('refuse')) throw new Error('no');
      stream.destroy();
    });
    await client.open(3, { refuse: 'yes' });
    await client.open(1, {});
    await client.open(5, {});
    const resets = (): number[] => client.frames.filter(({ type }) => type === RST_STREAM).map(({ stream }) => stream);
    await client.until(() => resets().length === 3);
    expect(resets().sort()).toEqual([1, 3, 5]);
  });

  it('answers pings', async () => {
    const { client } = connected(() => undefined);
    client.control(PING, Buffer.from([0, 0, 0, 7]));
    await client.until(() => client.frames.some(({ type }) => type === PING));
    expect(client.frames[0]?.body).toEqual(Buffer.from([0, 0, 0, 7]));
  });

  it.each([
    ['a frame of another protocol', Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0])],
    ['a control frame that is too large', Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff])],
    ['headers that are no zlib stream', Buffer.from([0x80, 3, 0, 1, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
  ])('ends at %s', async (_what, bytes) => {
    const [ours, theirs] = pair();
    const connection = new SpdyConnection(ours, () => undefined);
    theirs.write(bytes);
    await connection.closed;
    expect(ours.destroyed).toBe(true);
  });
});
