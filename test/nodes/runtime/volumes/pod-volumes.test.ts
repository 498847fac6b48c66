import { describe, expect, it } from 'vitest';
import { FileSystem } from '../../../../src/nodes/runtime/fs/file-system.js';
import { NodeFiles } from '../../../../src/nodes/runtime/volumes/node-files.js';
import { sandboxEnvironment, TestPod } from '../support.js';

describe('the volumes of a pod', () => {
  it('hold the files of an image, which nobody can change', async () => {
    const pod = await new TestPod([{ volumeMounts: [{ name: 'picture', mountPath: '/picture' }] }], {
      volumes: [{ name: 'picture', image: { reference: 'registry.k8s.io/e2e-test-images/kitten:1.8' } }],
    }).start();
    const { stdout, stderr } = await pod.sh('cat /picture/data.json; grep ^ID= /picture/etc/os-release; echo x > /picture/new');
    expect(stdout).toBe('{\n  "image": "kitten.jpg"\n}\nID=alpine\n');
    expect(stderr).toContain('Read-only file system');
    pod.sandbox.remove();
  });

  it('may be written to by everybody if they begin empty', async () => {
    const pod = await new TestPod(
      [
        {
          securityContext: { runAsUser: 1000 },
          volumeMounts: [
            { name: 'disk', mountPath: '/disk' },
            { name: 'memory', mountPath: '/memory' },
            { name: 'facts', mountPath: '/facts' },
          ],
        },
      ],
      {
        volumes: [
          { name: 'disk', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory' } },
          { name: 'facts', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
    ).start();
    expect((await pod.sh('stat -c "%a %n" /disk /memory /facts')).stdout).toBe('777 /disk\n1777 /memory\n1777 /facts\n');
    pod.sandbox.remove();
  });
});

describe('/etc/hosts', () => {
  it('is the kubelet’s, and a node has its own', async () => {
    const pod = await new TestPod([{ volumeMounts: [{ name: 'hosts', mountPath: '/node-hosts' }] }], {
      hostAliases: [{ ip: '10.1.2.3', hostnames: ['db', 'store'] }],
      volumes: [{ name: 'hosts', hostPath: { path: '/etc/hosts', type: 'File' } }],
    }).start();
    const { stdout } = await pod.sh('head -n 1 /etc/hosts; tail -n 4 /etc/hosts; echo; head -n 1 /node-hosts');
    expect(stdout).toBe(
      '# Kubernetes-managed hosts file.\n10.244.1.5\tweb\n\n# Entries added by HostAliases.\n10.1.2.3\tdb\tstore\n\n127.0.0.1\tlocalhost\n',
    );
    pod.sandbox.remove();
  });

  it('begins with the node’s for a pod in its network', async () => {
    const environment = sandboxEnvironment();
    const spec = { hostNetwork: true, volumes: [{ name: 'etc', hostPath: { path: '/etc' } }] };
    const pod = await new TestPod([{ volumeMounts: [{ name: 'etc', mountPath: '/node' }] }], spec, environment).start();
    const { stdout } = await pod.sh('cat /node/hostname; head -n 2 /etc/hosts');
    expect(stdout).toBe('node\n# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n');
    pod.sandbox.remove();
  });
});

describe('a hostPath volume', () => {
  const files = new NodeFiles();
  const fs = new FileSystem(files.node('n'), () => 0);
  fs.mkdir('/data/inner', { recursive: true });
  fs.write('/data/file', 'x');
  fs.symlink('/data/inner', '/link');
  const cases: readonly [type: string, path: string, found: string][] = [
    ['', '/', 'directory'],
    ['', '/data/file', 'file'],
    ['', '/new/below', 'directory'],
    ['', '/link', 'directory'],
    ['Directory', '/link', 'directory'],
    ['Directory', '/data/file', 'hostPath type check failed: /data/file is not a directory'],
    ['Directory', '/none', 'hostPath type check failed: /none is not a directory'],
    ['DirectoryOrCreate', '/other/below', 'directory'],
    ['DirectoryOrCreate', '/data/file/below', 'mkdir /data/file/below: not a directory'],
    ['File', '/data', 'hostPath type check failed: /data is not a file'],
    ['FileOrCreate', '/data/made', 'file'],
    ['FileOrCreate', '/none/made', 'open /none/made: no such file or directory'],
    ['Socket', '/run/docker.sock', 'file'],
    ['', '/data/../../etc', "hostPath /data/../../etc must not contain '..'"],
  ];
  it.each(cases)('of type %j finds at %s: %s', (type, path, found) => {
    const node = files.hostPath('n', path, type);
    expect(typeof node === 'string' ? node : node.kind).toBe(found);
  });
});
