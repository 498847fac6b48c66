import { FsError, type FsNode } from '../fs/nodes.js';
import type { Process } from '../process/process.js';
import type { Parsed } from './arguments.js';

const NEW_CONTENT = 'mount-tester new file\n';
/** Modes that new files may have, as they stand in the names of the options. */
const NEW_MODES = ['0644', '0666', '0660', '0777'] as const;
/** The time between two looks at a file, and all the time that is spent on it. Milliseconds, seconds. */
const LOOP_PAUSE = 2000;
const LOOP_TIME = 180;
/** EXT4_SUPER_MAGIC: what statfs(2) says of all that isn't a tmpfs. */
const EXT4 = '61267';

/** The options of `agnhost mounttest` that take a value. */
export const MOUNTTEST_VALUES = [
  'fs_type',
  'file_mode',
  'file_perm',
  'file_owner',
  'file_content',
  'file_content_in_loop',
  'retry_time',
  ...NEW_MODES.map((mode) => `new_file_${mode}`),
];

/** `agnhost mounttest`: makes files and tells of types, modes, owners and contents, in this order; 1 if anything failed. */
export async function agnhostMounttest(process: Process, { options }: Parsed): Promise<number> {
  const test = new MountTest(process);
  const at = (name: string): string => options.get(name) ?? '';
  // Any mode can be had.
  process.umask = 0;
  await test.look('error from statfs', at('fs_type'), (path, node) => `mount type of "${path}": ${typeOf(node)}\n`);
  for (const mode of NEW_MODES) await test.make(at(`new_file_${mode}`), Number.parseInt(mode, 8));
  await test.look('error from Stat', at('file_mode'), (path, node) => `mode of file "${path}": ${modeText(node)}\n`);
  await test.look('error from Stat', at('file_perm'), (path, { mode }) => `perms of file "${path}": -${permissions(mode)}\n`);
  await test.look(
    'error from stat',
    at('file_owner'),
    (path, { uid, gid }) => `owner UID of "${path}": ${String(uid)}\nowner GID of "${path}": ${String(gid)}\n`,
  );
  await test.read(at('file_content'));
  const until = process.machine.clock.now() + Number(options.get('retry_time') ?? LOOP_TIME) * 1000;
  await test.loop(at('file_content_in_loop'), until, options.get('break_on_expected_content') !== 'false');
  return test.hasFailed ? 1 : 0;
}

class MountTest {
  hasFailed = false;

  constructor(private readonly process: Process) {}

  /** Says what an action says, or why it failed. */
  private async attempt(fault: string, action: () => string): Promise<boolean> {
    let line: string;
    try {
      line = action();
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      this.hasFailed = true;
      await this.process.write(`${fault}: ${error.message.toLowerCase()}\n`);
      return false;
    }
    await this.process.write(line);
    return true;
  }

  async look(fault: string, path: string, tell: (path: string, node: FsNode) => string): Promise<void> {
    const { fs, credentials } = this.process;
    if (path !== '') await this.attempt(`${fault}("${path}")`, () => tell(path, fs.lookup(path, { as: credentials })));
  }

  async make(path: string, mode: number): Promise<void> {
    if (path === '') return;
    const { fs, credentials } = this.process;
    const isMade = await this.attempt(`error writing new file "${path}": open ${path}`, () => {
      fs.write(path, NEW_CONTENT, credentials, mode);
      return '';
    });
    if (isMade) await this.read(path);
  }

  async read(path: string): Promise<void> {
    if (path === '') return;
    await this.attempt(`error reading file content for "${path}": open ${path}`, () => shown(path, this.contentOf(path)));
  }

  private contentOf(path: string): string {
    return Buffer.from(this.process.fs.read(path, this.process.credentials)).toString('utf8');
  }

  /**
   * Looks again and again; only how the last look went counts.
   * @param until milliseconds since the epoch
   * @param breaks whether a new file's content ends it
   */
  async loop(path: string, until: number, breaks: boolean): Promise<void> {
    if (path === '') return;
    const { process } = this;
    let content: string | undefined = '';
    while (process.machine.clock.now() < until) {
      try {
        content = this.contentOf(path);
        await process.write(shown(path, content));
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
        content = undefined;
        await process.write(`Error reading file ${path}: open ${path}: ${error.message.toLowerCase()}, retrying\n`);
      }
      if (breaks && content === NEW_CONTENT) break;
      if (breaks && content !== undefined) await process.write(`Unexpected content. Expected: ${NEW_CONTENT}. Retrying\n`);
      await process.sleep(LOOP_PAUSE);
    }
    if (content === undefined) this.hasFailed = true;
  }
}

function shown(path: string, content: string): string {
  return `content of file "${path}": ${content}\n`;
}

function typeOf(node: FsNode): string {
  return node.kind === 'directory' && node.type === 'tmpfs' ? 'tmpfs' : EXT4;
}

/** Go: fs.FileMode.String */
function modeText({ mode, kind }: FsNode): string {
  const letters = [
    kind === 'directory' ? 'd' : '',
    kind === 'link' ? 'L' : '',
    mode & 0o4000 ? 'u' : '',
    mode & 0o2000 ? 'g' : '',
    mode & 0o1000 ? 't' : '',
  ].join('');
  return `${letters === '' ? '-' : letters}${permissions(mode)}`;
}

function permissions(mode: number): string {
  return [...'rwxrwxrwx'].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-')).join('');
}
