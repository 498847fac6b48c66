import { describe, expect, it } from 'vitest';
import { TestPod } from './support.js';

const containers = [{}, {}];

describe('the processes of a pod', () => {
  it('are each container’s own', async () => {
    const pod = await new TestPod(containers).start();
    expect((await pod.exec(['ps'], undefined, 1)).stdout).toBe(
      'PID   USER     TIME  COMMAND\n    1 root      0:00 sleep infinity\n    2 root      0:00 ps\n',
    );
  });

  it('are all containers’ if the pod shares them, and end by signals like any other', async () => {
    const pod = await new TestPod(containers, { shareProcessNamespace: true }).start();
    const list = async (): Promise<string> => (await pod.exec(['ps', 'ax'], undefined, 1)).stdout;
    expect(await list()).toMatch(
      /^PID {3}USER {5}TIME {2}COMMAND\n {4}1 65535 {5}0:00 \/pause\n {4}2 root {6}0:00 sleep infinity\n {4}3 root {6}0:00 sleep infinity\n/,
    );
    expect((await pod.exec(['kill', '2'], undefined, 1)).code).toBe(0);
    expect(await list()).not.toMatch(/^ {4}2 /m);
    expect(pod.containers.map(({ running }) => running)).toEqual([false, true]);
    expect((await pod.exec(['cat', '/proc/1/comm'], undefined, 1)).stdout).toBe('sleep\n');
  });
});
