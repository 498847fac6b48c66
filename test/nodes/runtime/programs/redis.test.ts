import { describe, expect, it, vi } from 'vitest';
import { TestPod } from '../support.js';

const CONFIG = 'maxmemory 2mb\nmaxmemory-policy allkeys-lru\n';

/** A pod that is configured as the tutorial on ConfigMaps configures Redis. */
async function redis(): Promise<TestPod> {
  const pod = await new TestPod([
    { image: 'redis:8', command: ['sh', '-c', `printf '${CONFIG}' > /redis.conf; exec redis-server /redis.conf`] },
  ]).start();
  await vi.waitFor(async () => {
    expect(await pod.exec(['redis-cli', 'PING'])).toEqual({ code: 0, stdout: 'PONG\n', stderr: '' });
  });
  return pod;
}

describe('redis', () => {
  it('keeps what one client writes for the next', async () => {
    const pod = await redis();
    const answers: string[] = [];
    for (const command of [
      'SET color blue',
      'GET color',
      'INCR count',
      'RPUSH jobs apple banana',
      'LRANGE jobs 0 -1',
      'LPOP jobs',
      'KEYS c*',
    ])
      answers.push((await pod.exec(['redis-cli', ...command.split(' ')])).stdout);
    expect(answers).toEqual(['OK\n', 'blue\n', '1\n', '2\n', 'apple\nbanana\n', 'apple\n', 'color\ncount\n']);
  });

  it('is configured by its file, with sizes in bytes', async () => {
    const pod = await redis();
    const { stdout } = await pod.exec(['redis-cli'], 'CONFIG GET maxmemory\nCONFIG GET maxmemory-policy\nquit\n');
    expect(stdout).toBe('maxmemory\n2097152\nmaxmemory-policy\nallkeys-lru\n');
  });

  it.each([
    ['HSET', 'ERR wrong number of arguments for'],
    ['FLY away', "ERR unknown command 'FLY', with args beginning with: 'away'"],
    ['LPUSH color red', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
  ])('says what is wrong with %s', async (command, text) => {
    const pod = await redis();
    await pod.exec(['redis-cli', 'SET', 'color', 'blue']);
    const { code, stdout } = await pod.exec(['redis-cli', ...command.split(' ')]);
    expect(code).toBe(1);
    expect(stdout).toContain(text);
  });

  it('is not to be reached where nothing listens', async () => {
    const pod = await redis();
    const { code, stderr } = await pod.exec(['redis-cli', '-p', '1', 'PING']);
    expect([code, stderr]).toEqual([1, 'Could not connect to Redis at 127.0.0.1:1: Connection refused\n']);
  });
});
