import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestPod } from './support.js';

let pod: TestPod;
beforeAll(async () => {
  pod = await new TestPod([{}]).start();
});
afterAll(() => {
  pod.sandbox.remove();
});

describe('text tools', () => {
  it.each([
    ['seq 1 10000 | sed s/1/2/ | wc -c', '48894\n'],
    ['seq 1 50000 > /tmp/lines; grep -c 7 /tmp/lines; sort -rn /tmp/lines | head -n 1', '17195\n50000\n'],
    ['for i in 1 2 3 4 5 6; do echo $i | grep -q 3 && echo found & done; wait', 'found\n'],
  ])('have the time that their input needs: %s', async (script, stdout) => {
    expect(await pod.sh(script)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('let others go on meanwhile, and end with their process', async () => {
    const busy = pod.sh("timeout 0.1 sed ':a; s/.*/&&/; b a' /etc/hostname; echo $?");
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    expect((await busy).stdout).toBe('124\n');
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});
