import { parseQuantity } from '../../apimachinery/quantity.js';
import { computeQosClass } from '../../component-helpers/quality-of-service.js';
import type { Pod, ResourceRequirements } from '../../schema/generated/core-v1.js';
import { CAPACITY } from '../node/machine.js';
import type { Credentials } from './fs/file-system.js';
import type { Machine } from './process/machine.js';
import { capabilityMask } from './privileges.js';
import { KERNEL } from './programs/kernel.js';

/** What a container's kernel is asked about. */
export interface KernelView {
  readonly machine: Machine;
  readonly pod: Pod;
  readonly user: Credentials;
  /** What the container has by now: a resize changes it. */
  readonly resources: () => ResourceRequirements;
  /** Lines of /proc/mounts besides those that every container has. */
  readonly mounts: () => readonly string[];
}

/** Texts of files by their path without the first slash; each reader gets them anew. */
export type KernelFiles = Readonly<Record<string, () => string>>;

const MOUNTS = [
  'overlay / overlay rw,relatime 0 0',
  'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0',
  'tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0',
  'sysfs /sys sysfs ro,nosuid,nodev,noexec,relatime 0 0',
  'cgroup2 /sys/fs/cgroup cgroup2 ro,nosuid,nodev,noexec,relatime 0 0',
];

/** What the kernel shows of itself, of the container's processes and of its limits. */
export function kernelFiles(view: KernelView): KernelFiles {
  return { ...processFiles(view), ...cgroupFiles(view), ...sysctlFiles(view) };
}

function processFiles({ machine, pod, resources, mounts, user }: KernelView): KernelFiles {
  const first = (): Machine['first'] => machine.first;
  const total = `MemTotal:       ${String(KERNEL.memoryKiB)} kB\nMemFree:        ${String(KERNEL.memoryKiB - KERNEL.usedKiB)} kB\n`;
  return {
    'proc/version': () => `Linux version ${KERNEL.release} (simulated) ${KERNEL.version}\n`,
    'proc/cpuinfo': () => Array.from({ length: KERNEL.cpus }, (_, i) => `processor\t: ${String(i)}\nmodel name\t: simulated\n`).join('\n'),
    'proc/meminfo': () => total,
    'proc/uptime': () => `${String(Math.floor((machine.clock.now() - (first()?.startedAt ?? 0)) / 1000))}.00 0.00\n`,
    'proc/loadavg': () => '0.00 0.00 0.00 1/1 1\n',
    'proc/mounts': () => [...MOUNTS, ...mounts()].map((line) => `${line}\n`).join(''),
    'proc/1/cmdline': () => `${(first()?.argv ?? []).join('\0')}\0`,
    'proc/1/comm': () => `${first()?.name ?? ''}\n`,
    'proc/1/oom_score_adj': () => `${String(oomScore(pod, resources()))}\n`,
    'proc/1/status': () => status(machine, user),
    'proc/self/status': () => status(machine, user),
    'proc/self/cgroup': () => '0::/\n',
  };
}

/** What all processes of the container have in common, and the first one's name. */
function status({ first, privileges }: Machine, { uid, gid, groups }: Credentials): string {
  const mask = capabilityMask(privileges);
  const four = (id: number): string => Array.from({ length: 4 }, () => String(id)).join('\t');
  return Object.entries({
    Name: first?.name ?? '',
    State: 'S (sleeping)',
    Pid: '1',
    PPid: '0',
    Uid: four(uid),
    Gid: four(gid),
    Groups: [gid, ...groups].join(' '),
    CapInh: '0'.repeat(mask.length),
    CapPrm: uid === 0 ? mask : '0'.repeat(mask.length),
    CapEff: uid === 0 ? mask : '0'.repeat(mask.length),
    CapBnd: mask,
    NoNewPrivs: privileges.areFixed ? '1' : '0',
    Seccomp: privileges.areFiltered ? '2' : '0',
  })
    .map(([name, value]) => `${name}:\t${value}\n`)
    .join('');
}

/** Of those that never give way, and of those that always do. */
const GUARANTEED = -997;
const BEST_EFFORT = 1000;

/** How readily the kernel kills a container when memory is short (Go: qos.GetContainerOOMScoreAdjust). */
function oomScore({ spec }: Pod, { requests }: ResourceRequirements): number {
  if (spec.priorityClassName === 'system-node-critical') return GUARANTEED;
  const quality = computeQosClass(spec);
  if (quality !== 'Burstable') return quality === 'Guaranteed' ? GUARANTEED : BEST_EFFORT;
  const share = parseQuantity(requests?.['memory'] ?? '0').value() / parseQuantity(CAPACITY.memory).value();
  return Math.min(BEST_EFFORT - 1, Math.max(BEST_EFFORT + GUARANTEED, BEST_EFFORT - Math.floor(BEST_EFFORT * share)));
}

/** Microseconds in which a container has its share of time; its least share. */
const PERIOD = 100_000;
const LEAST_QUOTA = 1000;

/** The container's cgroup, version 2 (docs.kernel.org/admin-guide/cgroup-v2.html; Go: cm.ResourceConfigForPod). */
function cgroupFiles({ resources, pod }: KernelView): KernelFiles {
  const cpuOf = (amounts: ResourceRequirements['limits']): number => parseQuantity(amounts?.['cpu'] ?? '0').milliValue();
  // A container without limits has those of its pod.
  const limits = (): ResourceRequirements['limits'] => ({ ...pod.spec.resources?.limits, ...resources().limits });
  const files: KernelFiles = {
    'cgroup.controllers': () => 'cpuset cpu io memory hugetlb pids rdma misc',
    'cpu.max': () => {
      const milli = cpuOf(limits());
      return `${milli === 0 ? 'max' : String(Math.max(LEAST_QUOTA, Math.floor((milli * PERIOD) / 1000)))} ${String(PERIOD)}`;
    },
    'cpu.weight': () => {
      const own = resources();
      return String(cpuWeight(cpuOf(own.requests?.['cpu'] === undefined ? own.limits : own.requests)));
    },
    'memory.max': () => {
      const bytes = parseQuantity(limits()?.['memory'] ?? '0').value();
      return bytes === 0 ? 'max' : String(bytes);
    },
    'pids.max': () => 'max',
  };
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`sys/fs/cgroup/${name}`, () => `${text()}\n`]));
}

const LEAST_SHARES = 2;
const MOST_SHARES = 262_144;

/** Thousandths of a core as a weight from 1 to 10,000 (Go: opencontainers/cgroups ConvertCPUSharesToCgroupV2Value). */
function cpuWeight(milli: number): number {
  const shares = Math.floor((milli * 1024) / 1000);
  if (shares <= LEAST_SHARES) return 1;
  if (shares >= MOST_SHARES) return 10_000;
  const log = Math.log2(shares);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

/** Parameters of the kernel that pods ask for, as they are unless a pod does (docs.kernel.org/admin-guide/sysctl). */
const SYSCTLS: Readonly<Record<string, string>> = {
  'kernel.ostype': KERNEL.name,
  'kernel.osrelease': KERNEL.release,
  'kernel.shm_rmid_forced': '0',
  'net.core.somaxconn': '4096',
  'net.ipv4.ip_forward': '1',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0\t2147483647',
  'net.ipv4.tcp_keepalive_time': '7200',
  'net.ipv4.tcp_fin_timeout': '60',
  'net.ipv4.tcp_syncookies': '1',
};

function sysctlFiles({ machine, pod }: KernelView): KernelFiles {
  const asked = (pod.spec.securityContext?.sysctls ?? []).map(({ name = '', value = '' }) => [name.replaceAll('/', '.'), value] as const);
  const values = { ...SYSCTLS, 'kernel.hostname': machine.hostname, ...Object.fromEntries(asked) };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`proc/sys/${name.replaceAll('.', '/')}`, () => `${value}\n`] as const),
  );
}
