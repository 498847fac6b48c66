import { describe, expect, it } from 'vitest';
import { TestPod } from '../support.js';

describe('the programs of languages', () => {
  it.each([
    [['perl', '-Mbignum=bpi', '-wle', 'print bpi(20)'], '3.1415926535897932384\n'],
    [['perl', '-Mbignum=bpi', '-wle', 'print bpi(1)'], '3\n'],
    [['perl', '-e', 'print "hello"'], 'hello\n'],
    [['perl', '-e', 'system("date")'], ''],
    [['perl', '--version'], 'perl (simulated)\n'],
  ])('print what is plain to see: %j', async (command, text) => {
    const pod = await new TestPod([{ image: 'perl:5.34.0' }]).start();
    expect(await pod.exec(command)).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  it('knows as much of pi as the tutorial on Jobs asks for, and no more than it should', async () => {
    const pod = await new TestPod([{ image: 'perl:5.34.0' }]).start();
    const bpi = (digits: number) => pod.exec(['perl', '-Mbignum=bpi', '-wle', `print bpi(${String(digits)})`]);
    const { stdout } = await bpi(2000);
    expect(stdout).toHaveLength(2002);
    // The Feynman point: six nines from the 762nd decimal on.
    expect(stdout.slice(2 + 761, 2 + 767)).toBe('999999');
    expect((await bpi(1_000_000)).code).toBe(1);
  });
});
