import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { answerInBatches } from '../../src/server/batches.js';

/** A server that notes what it answers, and a function that has a request arrive. */
function server() {
  const emitter = new EventEmitter();
  const answered: string[] = [];
  emitter.on('request', ({ name }: { name: string }) => answered.push(name));
  answerInBatches(emitter);
  const receive = (name: string, request: object = { socket: { destroyed: false } }): void => {
    emitter.emit('request', { name, ...request }, {});
  };
  return { answered, receive };
}

describe('answering in batches', () => {
  it('begins requests in the order in which they came, once all of a turn have been read', async () => {
    const { answered, receive } = server();
    receive('first');
    receive('second');
    expect(answered).toEqual([]);
    await setImmediate();
    expect(answered).toEqual(['first', 'second']);
  });

  it('begins what arrives later in the next turn', async () => {
    const { answered, receive } = server();
    receive('first');
    await setImmediate();
    receive('second');
    expect(answered).toEqual(['first']);
    await setImmediate();
    expect(answered).toEqual(['first', 'second']);
  });

  it.each([
    { over: 'HTTP/1.1', request: { socket: { destroyed: true } } },
    { over: 'HTTP/2', request: { stream: { destroyed: true }, socket: { destroyed: false } } },
  ])('leaves out a request over $over whose client has gone', async ({ request }) => {
    const { answered, receive } = server();
    receive('gone', request);
    receive('there');
    await setImmediate();
    expect(answered).toEqual(['there']);
  });
});
