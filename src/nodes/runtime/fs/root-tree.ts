import type { Image, ImageBase } from '../../images/image.js';
import type { KernelFiles } from '../kernel-files.js';
import { GROUP, PASSWD } from '../users.js';
import { directory, file, link, type DirectoryNode, type FileNode, type Quota } from './nodes.js';

/** What the kubelet and the runtime put into every container. */
export interface SystemFiles {
  readonly hostname: string;
  readonly hosts: () => string;
  readonly resolvConf: () => string;
  /** What the kernel shows, by path. */
  readonly kernel: KernelFiles;
  /** What the container may write outside of its volumes. */
  readonly quota: Quota;
}

const DIRECTORIES = ['bin', 'dev', 'etc', 'home', 'lib', 'mnt', 'opt', 'proc', 'root', 'run', 'sbin', 'srv', 'sys', 'tmp', 'usr', 'var'];

/** `/etc/os-release` of what images are made from, and nodes. */
export const RELEASES: Readonly<Record<ImageBase, string>> = {
  alpine: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\nHOME_URL="https://alpinelinux.org/"\n',
  debian: 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nVERSION="13 (trixie)"\nID=debian\n',
  busybox: '',
  scratch: '',
};

/** The files of an image, as they are before a container is made of it. */
export function imageTree(image: Image, programs: readonly string[], quota?: Quota): DirectoryNode {
  const root = directory(0o755, { quota, type: 'overlay' });
  for (const name of DIRECTORIES) root.children.set(name, directory(name === 'tmp' ? 0o1777 : name === 'root' ? 0o700 : 0o755));
  const bin = at(root, 'bin');
  for (const program of programs) bin.children.set(program, executable(program));
  for (const path of [
    'usr/bin',
    'usr/sbin',
    'usr/local/bin',
    'usr/lib',
    'usr/share',
    'var/log',
    'var/lib',
    'var/tmp',
    'dev/shm',
    'dev/pts',
  ])
    at(root, path);
  at(root, 'var').children.set('run', link('/run'));
  const release = RELEASES[image.base ?? 'alpine'];
  if (release !== '') put(root, '/etc/os-release', file(release));
  put(root, '/etc/passwd', file(PASSWD));
  put(root, '/etc/group', file(GROUP));
  for (const [path, content] of Object.entries(image.files ?? {}))
    put(root, path, file(content, content.startsWith('#!') ? { mode: 0o755 } : {}));
  return root;
}

/** The files that a container begins with. */
export function rootTree(image: Image, programs: readonly string[], system: SystemFiles): DirectoryNode {
  const root = imageTree(image, programs, system.quota);
  put(root, '/etc/hostname', file(`${system.hostname}\n`));
  // Programs may rewrite these, as far as the container is concerned.
  put(root, '/etc/hosts', file(system.hosts()));
  put(root, '/etc/resolv.conf', file(system.resolvConf()));
  for (const [name, device] of Object.entries(DEVICES)) put(root, `/dev/${name}`, file('', { device, mode: 0o666 }));
  // A file system of its own, that can be written where the rest can't.
  root.children.set('dev', { kind: 'mount', node: at(root, 'dev'), readOnly: false });
  for (const [path, generate] of Object.entries(system.kernel))
    put(root, `/${path}`, file('', { mode: 0o444, generate: () => Buffer.from(generate()) }));
  return root;
}

const DEVICES: Readonly<Record<string, NonNullable<FileNode['device']>>> = {
  null: 'null',
  zero: 'zero',
  full: 'full',
  random: 'random',
  urandom: 'random',
};

/** What a program's file holds: enough for `file` and for `kubectl cp` to take it for one. */
const ELF = Buffer.from('\x7fELF\x02\x01\x01\x00simulated\n', 'latin1');

function executable(program: string): FileNode {
  return file(ELF, { mode: 0o755, program });
}

/** The directory at a path, made if it isn't there. */
function at(root: DirectoryNode, path: string): DirectoryNode {
  let node = root;
  for (const part of path.split('/').filter((each) => each !== '')) {
    let child = node.children.get(part);
    if (child?.kind !== 'directory') node.children.set(part, (child = directory()));
    node = child;
  }
  return node;
}

function put(root: DirectoryNode, path: string, node: FileNode): void {
  const slash = path.lastIndexOf('/');
  at(root, path.slice(0, slash)).children.set(path.slice(slash + 1), node);
}
