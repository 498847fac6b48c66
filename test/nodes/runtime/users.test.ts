import { describe, expect, it } from 'vitest';
import type { PodSecurityContext, SecurityContext } from '../../../src/schema/generated/core-v1.js';
import { TestPod } from './support.js';

const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

describe('the user of a container', () => {
  const cases: readonly [what: string, image: string, pod: PodSecurityContext, own: SecurityContext, id: string][] = [
    ['is root unless somebody says otherwise', 'busybox', {}, {}, 'uid=0(root) gid=0(root) groups=0(root) /root'],
    ['is the pod’s', 'busybox', { runAsUser: 7, runAsGroup: 8 }, {}, 'uid=7 gid=8 groups=8 /'],
    [
      'is the container’s before the pod’s',
      'busybox',
      { runAsUser: 7 },
      { runAsUser: 65_534 },
      'uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup) /nonexistent',
    ],
    [
      'has the groups of the image, the volumes and the pod',
      AGNHOST,
      { runAsUser: 1000, supplementalGroups: [60_000], fsGroup: 5 },
      {},
      'uid=1000(user-defined-in-image) gid=1000(user-defined-in-image) groups=1000(user-defined-in-image),5,50000(group-defined-in-image),60000 /home/user-defined-in-image',
    ],
    [
      'has no groups of the image if the policy is strict',
      AGNHOST,
      { runAsUser: 1000, supplementalGroups: [60_000], supplementalGroupsPolicy: 'Strict' },
      {},
      'uid=1000(user-defined-in-image) gid=1000(user-defined-in-image) groups=1000(user-defined-in-image),60000 /home/user-defined-in-image',
    ],
  ];
  it.each(cases)('%s', async (_what, image, securityContext, own, id) => {
    const pod = await new TestPod([{ image, securityContext: own }], { securityContext }).start();
    expect((await pod.sh('echo $(id) $HOME')).stdout).toBe(`${id}\n`);
    pod.sandbox.remove();
  });
});

describe('stat', () => {
  it('tells of owners, modes and sizes', async () => {
    const pod = await new TestPod([{}]).start();
    const script = [
      'cd /tmp; printf hello > f; mkdir -m 2775 d; ln -s f l; chown 65534:7 f',
      'stat -c "%n %a %A %u:%g %U:%G %s %F" f d l; stat -L -c=%s l; stat --printf "%s\\n" f; stat none',
    ].join('; ');
    const { stdout, stderr, code } = await pod.sh(script);
    expect(stdout.split('\n')).toEqual([
      'f 644 -rw-r--r-- 65534:7 nobody:7 5 regular file',
      'd 2775 drwxrwsr-x 0:0 root:root 4096 directory',
      'l 777 lrwxrwxrwx 0:0 root:root 1 symbolic link',
      '=5',
      '5',
      '',
    ]);
    expect({ stderr, code }).toEqual({ stderr: "stat: cannot stat 'none': No such file or directory\n", code: 1 });
    pod.sandbox.remove();
  });
});
