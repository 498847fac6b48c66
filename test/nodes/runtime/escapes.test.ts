import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestPod } from './support.js';

/** A file of the host that nobody in a container may ever see. */
const SECRET = path.join(os.tmpdir(), `kubesim-escape-${String(process.pid)}`);
const WORD = 'the host’s own';

beforeAll(() => {
  writeFileSync(SECRET, WORD);
  process.env['KUBESIM_ESCAPE'] = WORD;
});

let pod: TestPod;
beforeEach(async () => {
  pod = await new TestPod(
    [
      {
        volumeMounts: [
          { name: 'host', mountPath: '/host' },
          { name: 'sub', mountPath: '/sub', subPath: '../../..' },
        ],
      },
    ],
    {
      volumes: [
        { name: 'host', hostPath: { path: '/' } },
        { name: 'sub', emptyDir: {} },
      ],
    },
  ).start();
});
afterEach(() => {
  pod.sandbox.remove();
});

/** Bytes that an attempt may hold at a time: what a container's files may, and some for its programs. */
const MEMORY = (128 + 32) * 1024 * 1024;
/** Milliseconds in which it ends. */
const TIME = 1000;

const attempts: readonly (readonly [what: string, script: string])[] = [
  ['a path with ..', `cat /../../../..${SECRET}`],
  ['a path with .. below a volume', `cat /host/../../..${SECRET}`],
  ['the host’s files by hostPath', `cat /host${SECRET}`],
  ['a subPath out of its volume', `cat /sub/..${SECRET}`],
  ['a link out of the root', `ln -s /../..${SECRET} /tmp/l; cat /tmp/l`],
  ['a link out of a volume', `ln -s ../../../../../..${SECRET} /host/l; cat /host/l`],
  ['a chain of links', 'ln -s b /tmp/a; ln -s a /tmp/b; cat /tmp/a'],
  ['the environment of process 1', 'cat /proc/1/environ'],
  ['the environment of the host', 'env | grep -q KUBESIM_ESCAPE'],
  ['the root of process 1', `cat /proc/1/root${SECRET}`],
  ['the working directory of a process', `cat /proc/self/cwd/..${SECRET}`],
  ['the host’s kernel log', 'cat /proc/kmsg /dev/kmsg'],
  ['the host’s memory', 'cat /dev/mem /proc/kcore'],
  ['the host’s disks', 'cat /dev/sda /dev/vda /dev/nvme0n1'],
  ['a port of the host', 'wget -q -O - http://127.0.0.1:22'],
  ['the host by its name', `wget -q -O - http://${os.hostname()}.:22`],
  ['the host by a stand-in address', 'nc -z 192.0.2.2 22'],
  ['the cloud’s metadata server', 'wget -q -O - http://169.254.169.254/'],
  ['the world outside', 'nc -z 1.1.1.1 53'],
  ['a socket of the host', 'cat /var/run/docker.sock /run/containerd/containerd.sock'],
  ['a fork bomb', 'b() { b | b & }; b; wait; exit 1'],
  ['endless recursion', 'r() { r; }; r'],
  ['a loop of subshells', 'x() { (x); }; x'],
  ['a string that doubles', 'x=aaaaaaaa; while :; do x=$x$x; done'],
  ['a file that grows', 'dd if=/dev/zero of=/tmp/big bs=1M'],
  ['a file that copies itself', 'echo x > /tmp/c; while cat /tmp/c /tmp/c > /tmp/d && cat /tmp/d > /tmp/c; do :; done; exit 1'],
  ['endless input for sort', 'yes | sort'],
  ['a brace bomb', 'echo {1..1000}{1..1000}{1..1000}'],
  ['a regular expression bomb', '[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! =~ ^(a+)+$ ]]'],
  ['endless output of grep', 'yes | grep y'],
  ['a loop in awk', `awk 'BEGIN { while (1) x = x "a" }'`],
  ['a string that doubles in awk', `awk 'BEGIN { x = "a"; while (1) x = x x }'`],
  ['a loop in sed', `echo a | sed ':a; b a'`],
  ['a line that doubles in sed', `echo a | sed ':a; s/.*/&&/; b a'`],
  ['a function in jq that never ends', `echo 1 | jq 'def f: f; f'`],
  ['a regular expression bomb in grep', `echo ${'a'.repeat(40)}! | grep -E '^(a+)+$'`],
  ['a regular expression bomb in awk', `echo ${'a'.repeat(40)}! | awk '/^(a+)+$/ { f = 1 } END { exit !f }'`],
  ['a sequence without end', 'x=$(seq 1 1000000000000)'],
  ['a heap of variables', 'i=0; while i=$((i + 1)); do eval "v$i=x"; done'],
  ['a deep tree', 'cd /tmp; while mkdir d && cd d; do :; done; exit 1'],
  ['a gzip bomb', 'dd if=/dev/zero bs=1M count=20 | gzip > /tmp/z && gunzip -c /tmp/z > /dev/null'],
  ['a tar bomb', `{ printf 'big%097d0000644 0000000 0000000 77777777777 00000000000 012345 0'; dd if=/dev/zero; } | tar xf - -C /tmp`],
  ['an archive that never ends', '{ echo; dd if=/dev/zero; } | tar xf - -C /tmp; exit 1'],
  ['a glob bomb', 'case aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa in *a*a*a*a*a*a*a*a*a*a*b) exit 0;; esac; exit 1'],
];

describe('ways from the inside to the host', () => {
  // The host may be busy with other tests: one try of three must be in time.
  it.each(attempts)('end in an error: %s', { timeout: 10_000, retry: 2 }, async (_what, script) => {
    const memory = new MemoryWatch();
    const started = performance.now();
    const processor = process.cpuUsage();
    const { code, stdout, stderr } = await pod.sh(script);
    const { user, system } = process.cpuUsage(processor);
    // Where other tests hold the processor, only its own time tells of the attempt.
    const milliseconds = Math.min(performance.now() - started, (user + system) / 1000);
    expect(code).not.toBe(0);
    expect(stderr).not.toContain('not found');
    expect(stdout).not.toContain(WORD);
    expect(memory.stop()).toBeLessThan(MEMORY);
    expect(milliseconds).toBeLessThan(TIME);
  });

  it('end in an error: a member of an archive outside of its folder', async () => {
    const { code, stderr } = await pod.exec(['tar', 'xf', '-', '-C', '/tmp'], archiveOf('../../evil'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: "tar: ../../evil: Member name contains '..'\n" });
  });

  it('leave the host’s files as they were', () => {
    expect(readFileSync(SECRET, 'utf8')).toBe(WORD);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Watches how many bytes more than at first the process holds. */
class MemoryWatch {
  private readonly before = MemoryWatch.held();
  private most = 0;
  private readonly timer = setInterval(() => {
    this.look();
  }, 10);

  /** The most that was held; if it is above MEMORY, that isn't for want of a collection. */
  stop(): number {
    clearInterval(this.timer);
    this.look();
    return this.most;
  }

  private look(): void {
    const used = MemoryWatch.used() - this.before;
    this.most = Math.max(this.most, used > MEMORY ? MemoryWatch.held() - this.before : used);
  }

  private static held(): number {
    collectGarbage();
    return MemoryWatch.used();
  }

  private static used(): number {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }
}

/** A tar archive with one empty file of this name. */
function archiveOf(name: string): string {
  const header = `${name.padEnd(100, '\0')}0000644\0${'0000000\0'.repeat(2)}${'00000000000\0'.repeat(2)}        0`.padEnd(257, '\0');
  return `${header}ustar\x0000`.padEnd(512 * 3, '\0');
}
