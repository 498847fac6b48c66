import type { Container, EphemeralContainer, ResourceRequirements } from '../../schema/generated/core-v1.js';
import type { Image, ImagePort } from '../images/image.js';
import { containerEnvironment, expandReferences } from './environment.js';
import { FileSystem } from './fs/file-system.js';
import { contentOf, directory, file, type DirectoryNode, type FileNode } from './fs/nodes.js';
import { imageTree, rootTree } from './fs/root-tree.js';
import { kernelFiles } from './kernel-files.js';
import type { PodSandbox } from './pod-sandbox.js';
import { hostsFile, resolvConf } from './pod-files.js';
import { privilegesOf } from './privileges.js';
import { Machine } from './process/machine.js';
import { ProcessTable } from './process/process-table.js';
import type * as Servers from './programs/image-server.js';
import type * as Programs from './programs/index.js';
import type { Process, Program, StandardStreams } from './process/process.js';
import type { Terminal } from './process/terminal.js';
import { RuntimeError } from './runtime.js';
import { userOf, type ContainerUser } from './users.js';

/** A program with its command line. */
export interface Command {
  readonly argv: readonly string[];
  readonly program: Program;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where programs of an image lie, whatever link leads there. */
const PROGRAM_PATH = /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$|^\/([^/]+)$/;

let programs: typeof Programs | undefined;
let servers: typeof Servers | undefined;

/** Loads what runs in containers; until one starts nobody needs it. */
export async function loadPrograms(): Promise<void> {
  programs ??= await import('./programs/index.js');
  servers ??= await import('./programs/image-server.js');
}

/** The files of an image, whether anything runs in it or not. Programs must have been loaded. */
export function filesOfImage(image: Image): DirectoryNode {
  return imageTree(image, programsOf(image));
}

/** What lies on the PATH of an image. */
function programsOf({ base, programs: own = [] }: Image): readonly string[] {
  const common = base === 'scratch' ? [] : (programs?.COMMON_PROGRAMS ?? []);
  return [...common, ...(base === 'debian' ? ['bash'] : []), ...own];
}

/** Where a program's last words go unless its spec says otherwise. */
export const TERMINATION_LOG = '/dev/termination-log';

/** What is inside one attempt of a container: environment, files, processes. Made as far as somebody looks. */
export class ContainerInside {
  readonly machine: Machine;
  /** What the container has of its node; a resize changes it. */
  resources: ResourceRequirements;
  /** Who the programs run as. */
  readonly credentials: ContainerUser;
  /** Told when programs take more memory: so many bytes in all. */
  memoryGrown: (bytes: number) => void = () => undefined;
  private fileSystem: FileSystem | undefined;

  private constructor(
    private readonly sandbox: PodSandbox,
    readonly spec: Container | EphemeralContainer,
    readonly image: Image,
    private readonly isKnown: boolean,
    private readonly specEnvironment: () => ReadonlyMap<string, string>,
  ) {
    const { environment } = sandbox;
    this.credentials = userOf(sandbox.place.pod, spec, image);
    this.resources = 'resources' in spec ? spec.resources : {};
    this.machine = new Machine({
      table: sandbox.processes ?? new ProcessTable(false),
      fs: () => this.files(),
      prepare: () => sandbox.volumes.prepare(),
      clock: environment.clock,
      random: environment.random,
      cpu: environment.cpu,
      network: sandbox.network,
      hostname: sandbox.hostname,
      privileges: privilegesOf(spec.securityContext, sandbox.place.pod.spec.securityContext),
      findProgram: (name, process) => this.find(name, process.env.get('PATH') ?? PATH, process.cwd),
      memoryGrown: (bytes) => {
        this.memoryGrown(bytes);
      },
      working: environment.working,
    });
  }

  /** Rejects with RuntimeError CreateContainerConfigError. */
  static async create(sandbox: PodSandbox, spec: Container | EphemeralContainer): Promise<ContainerInside> {
    await loadPrograms();
    const { images, sources } = sandbox.environment;
    const { image, isKnown } = images.find(spec.image ?? '');
    const inside = new ContainerInside(sandbox, spec, image, isKnown, containerEnvironment(spec, sandbox.place, sources));
    inside.checkSubPaths();
    const { runAsNonRoot } = { ...sandbox.place.pod.spec.securityContext, ...spec.securityContext };
    if (runAsNonRoot === true && inside.credentials.uid === 0)
      throw new RuntimeError(
        'CreateContainerConfigError',
        `container has runAsNonRoot and image will run as root (pod: "${sandbox.podName}", container: ${spec.name ?? ''})`,
      );
    return inside;
  }

  /** Throws RuntimeError for a subPath that would lead out of its volume (Go: kubelet makeMounts). */
  private checkSubPaths(): void {
    for (const { subPath, subPathExpr } of this.spec.volumeMounts ?? []) {
      if (subPathExpr === undefined) continue;
      const environment = this.specEnvironment();
      const path = expandReferences(subPathExpr, (name) => environment.get(name));
      if (path.includes('$(')) throw new RuntimeError('CreateContainerConfigError', `missing value for ${JSON.stringify(path)}`);
      if (path.startsWith('/'))
        throw new RuntimeError('CreateContainerConfigError', `error SubPath \`${path}\` must not be an absolute path`);
      if (`${subPath ?? ''}/${path}`.split('/').includes('..'))
        throw new RuntimeError('CreateContainerConfigError', `unable to provision SubPath \`${path}\`: must not contain '..'`);
    }
  }

  private readonly env = (): ReadonlyMap<string, string> => {
    const result = new Map<string, string>([
      ['PATH', PATH],
      ...Object.entries(this.image.env ?? {}),
      ['HOSTNAME', this.sandbox.hostname],
      ...(this.spec.tty === true ? ([['TERM', 'xterm']] as const) : []),
      ...this.specEnvironment(),
    ]);
    if (!result.has('HOME')) result.set('HOME', this.credentials.home);
    return result;
  };

  /** What the image and the spec say is to run; rejects with RuntimeError StartError if there is no such program. */
  async mainProgram(): Promise<Command> {
    const { image, spec } = this;
    const hasCommand = (spec.command ?? []).length > 0;
    const words = hasCommand
      ? [...(spec.command ?? []), ...(spec.args ?? [])]
      : [...(image.entrypoint ?? []), ...((spec.args ?? []).length > 0 ? (spec.args ?? []) : (image.cmd ?? []))];
    const environment = words.some((word) => word.includes('$(')) ? this.specEnvironment() : undefined;
    const argv = environment === undefined ? words : words.map((word) => expandReferences(word, (name) => environment.get(name)));
    if (!hasCommand && image.run !== undefined) return { argv, program: image.run };
    // An image that only says on which ports it listens has some server or other.
    if (!hasCommand && image.ports !== undefined && (image.entrypoint ?? image.cmd) === undefined && servers !== undefined)
      return { argv: [spec.image ?? '', ...argv], program: servers.imageServer(image) };
    const [name = ''] = argv;
    const program = name === '' ? undefined : await this.programFor(argv);
    if (program !== undefined) return { argv, program };
    if (!this.isKnown) return { argv: argv.length === 0 ? [spec.image ?? ''] : argv, program: this.quietServer() };
    throw new RuntimeError('StartError', `failed to create containerd task: failed to create shim task: ${this.notFound(name)}`);
  }

  notFound(name: string): string {
    const why = name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH';
    return `OCI runtime exec failed: exec failed: unable to start container process: exec: "${name}": ${why}: unknown`;
  }

  /** The program of a command line, with what its files need made ready; undefined if there is none. */
  async programFor(argv: readonly string[]): Promise<Program | undefined> {
    const [name = ''] = argv;
    const known = this.ofImage(name);
    if (known !== undefined) return known.isQuiet ? known.program : prepared(known.program);
    await this.machine.prepare();
    const env = this.env();
    return this.find(name, env.get('PATH') ?? PATH, this.workingDir);
  }

  private get workingDir(): string {
    const given = this.spec.workingDir ?? this.image.workingDir ?? '/';
    return given === '' ? '/' : given;
  }

  start({ argv, program }: Command, streams: StandardStreams, terminal: Terminal | undefined, parent?: Process): Process {
    const { credentials } = this;
    return this.machine.start({ argv, env: this.env, cwd: this.workingDir, credentials, terminal, parent, ...streams }, program);
  }

  /** A program that the image has, found without looking at files. */
  private ofImage(name: string): { readonly program: Program; readonly isQuiet: boolean } | undefined {
    const match = name.includes('/') ? PROGRAM_PATH.exec(name) : undefined;
    const base = match === undefined ? name : (match?.[1] ?? match?.[2]);
    if (base === undefined || programs === undefined || servers === undefined) return undefined;
    if (this.image.entrypoint?.[0] === name && !programs.PROGRAMS.has(base))
      return { program: servers.imageServer(this.image), isQuiet: true };
    if (this.image.programs?.includes(base) === true)
      return { program: programs.PROGRAMS.get(base) ?? servers.imageServer(this.image), isQuiet: base === 'pause' };
    if (this.image.base === 'scratch') return undefined;
    // A shell's own `bash` is only where the image has one.
    if (base === 'bash' && this.image.base !== 'debian' && this.isKnown) return undefined;
    const program = base === 'bash' || programs.COMMON_PROGRAMS.includes(base) ? programs.PROGRAMS.get(base) : undefined;
    return program === undefined ? undefined : { program, isQuiet: base === 'sleep' || base === 'true' || base === 'false' };
  }

  /** What execve would run for a name. */
  private find(name: string, path: string, cwd: string): Program | undefined {
    if (name === '') return undefined;
    const { fs } = this.machine;
    const candidates = name.includes('/')
      ? [name.startsWith('/') ? name : `${cwd}/${name}`]
      : path.split(':').map((place) => `${place}/${name}`);
    for (const candidate of candidates) {
      const node = fs.tryLookup(candidate);
      if (node?.kind === 'file' && (node.mode & 0o111) !== 0) return this.programOf(node, candidate);
    }
    return this.ofImage(name)?.program;
  }

  private programOf(node: FileNode, path: string): Program | undefined {
    if (node.program !== undefined) return this.ofImage(node.program)?.program ?? programs?.PROGRAMS.get(node.program);
    const content = contentOf(node);
    if (content[0] === 0x7f && content[1] === 0x45) {
      // Somebody's copy of a real program: the one that we have of that name stands in for it.
      return programs?.PROGRAMS.get(path.slice(path.lastIndexOf('/') + 1));
    }
    const [first = ''] = Buffer.from(content.subarray(0, 256)).toString('utf8').split('\n');
    const interpreter = first.startsWith('#!') ? first.slice(2).trim().split(/\s+/) : ['/bin/sh'];
    const words = interpreter[0]?.endsWith('/env') === true ? interpreter.slice(1) : interpreter;
    return (process) => {
      const program = process.machine.findProgram(words[0] ?? 'sh', process);
      if (program === undefined) throw new Error(`${path}: bad interpreter: No such file or directory`);
      const { env, cwd, credentials, terminal, stdin, stdout, stderr } = process;
      const argv = [...words, path, ...process.argv.slice(1)];
      const child = process.machine.start({ argv, env, cwd, credentials, terminal, stdin, stdout, stderr, parent: process }, program);
      return process.wait(child.exited, () => {
        child.kill(process.signal);
      });
    };
  }

  /** Stands in for programs that nobody knows: runs, listens where the pod says, ends when asked to. */
  private quietServer(): Program {
    const { spec } = this;
    const numberOf = (port: number | string | undefined): number | undefined =>
      typeof port === 'number' ? port : (spec.ports ?? []).find(({ name }) => name === port)?.containerPort;
    const ports = new Map<number, ImagePort>();
    for (const { containerPort, protocol } of spec.ports ?? [])
      if (containerPort !== undefined && protocol !== 'UDP') ports.set(containerPort, { port: containerPort });
    for (const probe of [spec.livenessProbe, spec.readinessProbe, spec.startupProbe]) {
      const port = numberOf(probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port);
      const protocol = probe?.grpc !== undefined ? 'grpc' : probe?.httpGet?.scheme === 'HTTPS' ? 'https' : 'http';
      if (port !== undefined) ports.set(port, { port, protocol });
    }
    return servers?.imageServer(this.image, [...ports.values()]) ?? ((process) => process.pause());
  }

  /** Whether a probe's command may be taken for one that succeeds: nobody knows what the image has. */
  get isGuessed(): boolean {
    return !this.isKnown;
  }

  /** The text of a file, if the files have been looked at at all. */
  textOf(path: string): string {
    const node = this.fileSystem?.tryLookup(path);
    return node?.kind === 'file' ? Buffer.from(contentOf(node)).toString('utf8') : '';
  }

  private files(): FileSystem {
    this.fileSystem ??= this.makeFiles();
    return this.fileSystem;
  }

  private makeFiles(): FileSystem {
    const { sandbox, image } = this;
    const { place } = sandbox;
    const { files } = sandbox.environment.sources;
    const now = (): number => sandbox.environment.clock.now();
    const root = rootTree(image, programsOf(image), {
      hostname: sandbox.hostname,
      quota: sandbox.storage.container(this.spec),
      hosts: () => hostsFile(place.pod, place.nodeName, place.podIPs, () => files.textOf(place.nodeName, '/etc/hosts')),
      resolvConf: () => resolvConf(sandbox.resolver),
      kernel: kernelFiles({
        machine: this.machine,
        pod: place.pod,
        user: this.credentials,
        resources: () => this.resources,
        mounts: () => this.mountLines(),
      }),
    });
    const fs = new FileSystem(root, now);
    // Whoever the program runs as, its last words can be written.
    fs.mount(this.spec.terminationMessagePath ?? TERMINATION_LOG, file('', { mode: 0o666, mtime: now() }), false);
    for (const mount of this.spec.volumeMounts ?? []) this.mount(fs, mount);
    if (this.workingDir !== '/') fs.mkdir(this.workingDir, { recursive: true });
    // Written while its container is set up; from now on what the security context says counts.
    return this.spec.securityContext?.readOnlyRootFilesystem === true ? new FileSystem(root, now, true) : fs;
  }

  /** Lines of /proc/mounts for the volumes. */
  private mountLines(): string[] {
    return (this.spec.volumeMounts ?? []).map(({ name = '', mountPath = '', readOnly: isReadOnly }) => {
      const tree = this.sandbox.volumes.tree(name);
      const type = tree?.kind === 'directory' && tree.type === 'tmpfs' ? 'tmpfs' : 'ext4';
      const flag = isReadOnly === true || this.sandbox.isReadOnlyVolume(name) ? 'ro' : 'rw';
      return `${type === 'tmpfs' ? type : '/dev/vda1'} ${mountPath} ${type} ${flag},relatime 0 0`;
    });
  }

  private mount(
    fs: FileSystem,
    { name = '', mountPath = '', subPath, subPathExpr, readOnly: isReadOnly }: NonNullable<Container['volumeMounts']>[number],
  ): void {
    const tree = this.sandbox.volumes.tree(name);
    if (tree === undefined) return;
    const environment = subPathExpr === undefined ? undefined : this.specEnvironment();
    const path = subPathExpr === undefined ? (subPath ?? '') : expandReferences(subPathExpr, (key) => environment?.get(key));
    const node = path === '' || tree.kind === 'file' ? tree : below(tree, path);
    fs.mount(mountPath, node, isReadOnly === true || this.sandbox.isReadOnlyVolume(name));
  }
}

/** The part of a volume that a subPath names; made if it isn't there, never outside of the volume. */
function below(tree: DirectoryNode, path: string): DirectoryNode | FileNode {
  const fs = new FileSystem(tree, () => 0);
  if (!fs.exists(path)) fs.mkdir(path, { recursive: true });
  const node = fs.lookup(path);
  return node.kind === 'link' ? directory() : node;
}

function prepared(program: Program): Program {
  return async (process) => {
    await process.machine.prepare();
    return await program(process);
  };
}
