import { describe, expect, it } from 'vitest';
import type { ContainerExit } from '../../../src/nodes/runtime/runtime.js';
import type { Container } from '../../../src/schema/generated/core-v1.js';
import { TestPod } from './support.js';

/** Runs a container to its end. */
async function run(pod: TestPod, container: Partial<Container>): Promise<ContainerExit> {
  return await new Promise((resolve, reject) => {
    const spec = { name: 'once', image: 'busybox', resources: {}, ...container };
    pod.sandbox.startContainer({ container: spec, attempt: 0, onExit: resolve }).catch(reject);
  });
}

describe('a container whose root file system can only be read', () => {
  it('can be written where something is mounted, and nowhere else', async () => {
    const pod = await new TestPod(
      [{ securityContext: { readOnlyRootFilesystem: true }, volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] }],
      { volumes: [{ name: 'tmp', emptyDir: {} }] },
    ).start();
    const paths = ['/file', '/etc/file', '/etc/hosts', '/tmp/file', '/dev/file', '/dev/null', '/dev/termination-log'];
    const { stdout } = await pod.sh(paths.map((path) => `(echo x > ${path}) 2>/dev/null && echo ${path}`).join('; '));
    expect(stdout.split('\n').slice(0, -1)).toEqual(['/tmp/file', '/dev/file', '/dev/null', '/dev/termination-log']);
    expect((await pod.sh('touch /file; tail -f /none')).stderr).toBe(
      "touch: cannot touch '/file': Read-only file system\ntail: can't open /none: No such file or directory\ntail: no files\n",
    );
    const message = "/bin/sh: can't create /file: Read-only file system\n";
    expect((await pod.exec(['/bin/sh', '-c', 'echo test > /file'])).stderr).toBe(message);
    pod.sandbox.remove();
  });
});

describe('the last words of a container', () => {
  const cases: readonly [what: string, container: Partial<Container>, exit: Partial<ContainerExit>][] = [
    ['are what it wrote there', { command: ['sh', '-c', 'printf DONE > /dev/termination-log'] }, { exitCode: 0, message: 'DONE' }],
    [
      'may be written by anybody, wherever they go',
      {
        command: ['sh', '-c', 'printf DONE > /var/last'],
        terminationMessagePath: '/var/last',
        securityContext: { runAsUser: 10_000, readOnlyRootFilesystem: true },
      },
      { exitCode: 0, message: 'DONE' },
    ],
    [
      'are the end of its log if it failed and its policy says so',
      { command: ['sh', '-c', 'printf DONE; false'], terminationMessagePolicy: 'FallbackToLogsOnError' },
      { exitCode: 1, message: 'DONE' },
    ],
    [
      'are none if it did well, whatever its log says',
      { command: ['sh', '-c', 'echo DONE'], terminationMessagePolicy: 'FallbackToLogsOnError' },
      { exitCode: 0, message: '' },
    ],
  ];
  it.each(cases)('%s', async (_what, container, exit) => {
    const pod = await new TestPod([]).start();
    expect(await run(pod, container)).toMatchObject(exit);
    pod.sandbox.remove();
  });
});
