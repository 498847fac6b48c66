import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerExit } from '../../../src/nodes/runtime/runtime.js';
import { TestPod } from './support.js';

const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

let pod: TestPod;
beforeAll(async () => {
  const volumes = [
    { name: 'memory', emptyDir: { medium: 'Memory' } },
    { name: 'disk', emptyDir: {} },
  ];
  const volumeMounts = [
    { name: 'memory', mountPath: '/memory' },
    { name: 'disk', mountPath: '/disk' },
  ];
  const image = { image: IMAGE, command: undefined };
  pod = await new TestPod(
    [
      { ...image, args: ['netexec'], volumeMounts },
      { ...image, args: ['nettest', '--port=8090'] },
      { ...image, args: ['grpc-health-checking', '--service=db', '--http-port=8091'] },
      { ...image, args: ['test-webserver'] },
      { ...image, args: ['mounttest', '--file_content=/etc/hostname'], volumeMounts, securityContext: { runAsUser: 1001 } },
    ],
    { volumes },
  ).start();
});
afterAll(() => {
  pod.sandbox.remove();
});

describe('agnhost mounttest', () => {
  const cases: readonly [args: string, stdout: string, code?: number][] = [
    ['--fs_type=/memory', 'mount type of "/memory": tmpfs\n'],
    ['--fs_type=/disk', 'mount type of "/disk": 61267\n'],
    ['--file_perm=/memory --file_mode=/memory', 'mode of file "/memory": dtrwxrwxrwx\nperms of file "/memory": -rwxrwxrwx\n'],
    [
      '--new_file_0660=/disk/a --file_perm=/disk/a --file_owner=/disk/a',
      'content of file "/disk/a": mount-tester new file\n\nperms of file "/disk/a": -rw-rw----\nowner UID of "/disk/a": 0\nowner GID of "/disk/a": 0\n',
    ],
    ['--file_content=/nope', 'error reading file content for "/nope": open /nope: no such file or directory\n', 1],
    ['--file_mode=/nope', 'error from Stat("/nope"): no such file or directory\n', 1],
    ['--new_file_0644=/nope/b', 'error writing new file "/nope/b": open /nope/b: no such file or directory\n', 1],
    ['--file_content_in_loop=/disk/a', 'content of file "/disk/a": mount-tester new file\n\n'],
  ];
  it.each(cases)('answers %s', async (args, stdout, code = 0) => {
    expect(await pod.exec(['/agnhost', 'mounttest', ...args.split(' ')])).toMatchObject({ stdout, code });
  });

  it('goes on looking for a file that may come', async () => {
    const script = '/agnhost mounttest --file_content_in_loop=/disk/late & read line; kill $!; echo $line';
    const { stdout } = await pod.sh(`(${script})`, '\n');
    expect(stdout).toContain('Error reading file /disk/late: open /disk/late: no such file or directory, retrying\n');
  });
});

describe('agnhost', () => {
  it('logs what netexec is asked, with its query and the time', async () => {
    const { stdout } = await pod.sh("wget -qO- 'http://localhost:8080/echo?msg=hi&x=1'; wget -qO- 'http://localhost:8080/none'");
    expect(stdout).toMatch(/^hiNOW: \d/);
    const log = pod.sandbox.container('c0')?.log.tail(2, 1000);
    const time = String.raw`\d{4}/\d\d/\d\d \d\d:\d\d:\d\d`;
    expect(log).toMatch(new RegExp(`^${time} GET /echo\\?msg=hi&code=\n${time} GET /\n$`));
  });

  it.each([
    ['/exit?code=7', 7],
    ['/exit?code=3&wait=10ms', 3],
    ['/shutdown', 0],
  ])('ends netexec when %s is asked for', async (path, exitCode) => {
    const container = { name: 'ending', image: IMAGE, args: ['netexec', '--http-port=8099', '--udp-port=-1'], resources: {} };
    const exit = await new Promise<ContainerExit>((resolve, reject) => {
      pod.sandbox.startContainer({ container, attempt: 0, onExit: resolve }).catch(reject);
      void pod.sh(`until wget -qO- 'http://localhost:8099${path}' || [ $? != 1 ]; do sleep 0.05; done`);
    });
    expect(exit).toMatchObject({ exitCode });
  });

  it('remembers who has written to nettest', async () => {
    const write = (data: string): string => `wget -qO- --post-data='${data}' http://localhost:8090/write`;
    const { stdout } = await pod.sh(`${write('{"Source": "a"}')}; ${write('{"Source": "a"}')}; ${write('{')} >/dev/null`);
    expect(stdout).toBe('{"Hostname":"web"}\n{"Hostname":"web"}\n');
    const state: unknown = JSON.parse((await pod.sh('wget -qO- http://localhost:8090/read')).stdout);
    expect(state).toMatchObject({ Hostname: 'web', Received: { a: 2 }, Errors: [expect.any(String), 'web: Got request with no source'] });
  });

  it('serves files by their types', async () => {
    const { stdout } = await pod.sh('curl -si localhost/localhost.crt; curl -si localhost/none');
    expect(stdout).toContain('BEGIN CERTIFICATE');
    expect(stdout).toContain('404 page not found');
  });

  it('ends pause with the signal in its log and its termination message', async () => {
    let ended: (exit: ContainerExit) => void = () => undefined;
    const exit = new Promise<ContainerExit>((resolve) => (ended = resolve));
    const container = { name: 'paused', image: IMAGE, resources: {} };
    const running = await pod.sandbox.startContainer({ container, attempt: 0, onExit: ended });
    const log = pod.sandbox.container('paused')?.log;
    await expect.poll(() => log?.tail(9, 999)).toBe('Paused\nSignals registered\n');
    running.stop(30_000);
    expect(await exit).toMatchObject({ exitCode: 2, reason: 'Error', message: 'exiting because of signal "terminated"\n' });
  });

  it('has a second name, which entrypoint-tester shows', async () => {
    expect((await pod.exec(['/agnhost-2', 'entrypoint-tester', 'a'])).stdout).toBe('[/agnhost-2 entrypoint-tester a]\n');
  });
});

describe('a gRPC probe', () => {
  const probe = (port: number, service?: string): Promise<{ ok: boolean; message: string }> | undefined =>
    pod.containers[2]?.probe({ grpc: { port, service } }, 1000);

  it('asks for the health of a service', async () => {
    expect(await probe(5000, 'db')).toEqual({ ok: true, message: '' });
    await pod.sh('wget -qO- localhost:8091/make-not-serving');
    expect(await probe(5000, 'db')).toEqual({ ok: false, message: 'service unhealthy (responded with "NOT_SERVING")' });
    await pod.sh('wget -qO- localhost:8091/make-serving');
    expect(await probe(5000, 'db')).toMatchObject({ ok: true });
  });

  it('tells of services that nobody has and of ports where nobody listens', async () => {
    expect(await probe(5000)).toEqual({
      ok: false,
      message: 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
    });
    expect(await probe(2333)).toEqual({
      ok: false,
      message: 'timeout: failed to connect service "10.244.1.5:2333" within 1s: context deadline exceeded',
    });
  });

  it('fails where somebody speaks something else', async () => {
    expect(await probe(8080)).toMatchObject({ ok: false, message: expect.stringContaining('error: health rpc probe failed') as string });
  });
});
