import { describe, expect, it } from 'vitest';
import { TestPod } from './support.js';

describe('the kernel of a container', () => {
  it('shows its limits, and new ones after a resize', async () => {
    const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '250m', memory: '128Mi' } };
    const pod = await new TestPod([{ resources }, { resources: {} }]).start();
    const show = 'cd /sys/fs/cgroup; cat cpu.max cpu.weight memory.max /proc/1/oom_score_adj';
    expect((await pod.sh(show)).stdout).toBe('25000 100000\n17\n134217728\n997\n');
    expect((await pod.sh(show, undefined, 1)).stdout).toBe('max 100000\n1\nmax\n999\n');
    pod.containers[0]?.resize({ requests: { cpu: '1' }, limits: { cpu: '2', memory: '1Gi' } });
    expect((await pod.sh(show)).stdout).toBe('200000 100000\n100\n1073741824\n999\n');
    pod.sandbox.remove();
  });

  it('shows what its processes may do', async () => {
    const contexts = [{}, { allowPrivilegeEscalation: false, runAsUser: 5, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }];
    const containers = [...contexts, { privileged: true }].map((securityContext) => ({ securityContext }));
    const pod = await new TestPod(containers, { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }).start();
    const show = (index: number): Promise<{ stdout: string }> =>
      pod.sh("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | cut -f 2", undefined, index);
    expect((await show(0)).stdout).toBe('00000000a80425fb\n00000000a80425fb\n0\n2\n');
    expect((await show(1)).stdout).toBe('0000000000000000\n0000000000000400\n1\n2\n');
    expect((await show(2)).stdout).toBe('000001ffffffffff\n000001ffffffffff\n0\n0\n');
    pod.sandbox.remove();
  });

  it('limits a container without limits as its pod says, or else as the node does', async () => {
    const env = ['limits.cpu', 'limits.memory'].map((resource, i) => ({
      name: `L${String(i)}`,
      valueFrom: { resourceFieldRef: { resource } },
    }));
    const pod = await new TestPod([{ env, resources: {} }], { resources: { limits: { cpu: '1250m' } } }).start();
    const { stdout } = await pod.sh('echo $L0 $L1; cat /sys/fs/cgroup/cpu.max');
    expect(stdout).toBe('2 16681824256\n125000 100000\n');
    pod.sandbox.remove();
  });

  it('has the parameters that the pod asks for', async () => {
    const sysctls = [{ name: 'net.ipv4.tcp_fin_timeout', value: '15' }];
    const pod = await new TestPod([{}], { securityContext: { sysctls } }).start();
    const script = 'sysctl net.ipv4.tcp_fin_timeout; sysctl -n kernel.hostname; cat /proc/sys/net/ipv4/tcp_fin_timeout';
    expect((await pod.sh(script)).stdout).toBe('net.ipv4.tcp_fin_timeout = 15\nweb\n15\n');
    expect((await pod.sh('sysctl kernel.none')).stderr).toBe("sysctl: error: 'kernel.none' is an unknown key\n");
    expect(await pod.sh('sysctl -w net.core.somaxconn=1')).toMatchObject({
      code: 1,
      stderr: "sysctl: error setting key 'net.core.somaxconn': Read-only file system\n",
    });
    pod.sandbox.remove();
  });

  it('lists what is mounted', async () => {
    const spec = { volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory' } }] };
    const pod = await new TestPod([{ volumeMounts: [{ name: 'tmp', mountPath: '/cache' }] }], spec).start();
    const { stdout } = await pod.sh('mount -t tmpfs; mount -t cgroup2; mount -t tmpfs none /mnt');
    expect(stdout.split('\n')).toEqual([
      'tmpfs on /dev type tmpfs (rw,nosuid,size=65536k,mode=755)',
      'tmpfs on /cache type tmpfs (rw,relatime)',
      'cgroup2 on /sys/fs/cgroup type cgroup2 (ro,nosuid,nodev,noexec,relatime)',
      '',
    ]);
    pod.sandbox.remove();
  });

  const nnp = { image: 'registry.k8s.io/e2e-test-images/nonewprivs:1.4' };
  const privileges: readonly [what: string, container: object, command: string, output: string][] = [
    ['no change of its network', {}, 'ip link add dummy0 type dummy', 'ip: RTNETLINK answers: Operation not permitted\n'],
    ['any change if it is privileged', { securityContext: { privileged: true } }, 'ip link add dummy0 type dummy', ''],
    ['one with the capability', { securityContext: { capabilities: { add: ['NET_ADMIN'] } } }, 'ip addr add 10.0.0.1/8 dev eth0', ''],
    ['a program to become root', { ...nnp, securityContext: { runAsUser: 1000 } }, '/nnp', 'Effective uid: 0\n'],
    [
      'none to become root where that is forbidden',
      { ...nnp, securityContext: { runAsUser: 1000, allowPrivilegeEscalation: false } },
      '/nnp',
      'Effective uid: 1000\n',
    ],
  ];
  it.each(privileges)('allows %s', async (_what, container, command, output) => {
    const pod = await new TestPod([container]).start();
    const { stdout, stderr } = await pod.sh(command);
    expect(stdout + stderr).toBe(output);
    pod.sandbox.remove();
  });
});
