import type { Process } from '../process/process.js';
import { FsError } from '../fs/nodes.js';
import { parseArguments } from './arguments.js';

/** What is mounted; nothing more can be. */
export async function mount(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['t', 'o']);
  if (rest.length > 0) {
    await process.error('mount: permission denied (are you root?)\n');
    return 1;
  }
  const wanted = options.get('t');
  const table = Buffer.from(process.fs.read('/proc/mounts')).toString('utf8');
  for (const line of table.trimEnd().split('\n')) {
    const [device = '', path = '', type = '', flags = ''] = line.split(' ');
    if (wanted === undefined || wanted === type) await process.write(`${device} on ${path} type ${type} (${flags})\n`);
  }
  return 0;
}

const SYSCTLS = '/proc/sys';

/** busybox's sysctl: shows parameters of the kernel, which a container can't change. */
export async function sysctl(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1));
  const isBare = options.has('n');
  const names = options.has('a') || options.has('A') ? [...allSysctls(process, '')] : rest;
  let code = 0;
  for (const name of names) {
    const isSetting = options.has('w') || name.includes('=');
    const key = name.split('=')[0] ?? '';
    try {
      const value = Buffer.from(process.fs.read(`${SYSCTLS}/${key.replaceAll('.', '/')}`, process.credentials)).toString('utf8');
      if (isSetting) throw new FsError('EROFS');
      await process.write(isBare ? value : `${key} = ${value}`);
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      code = 1;
      await process.error(
        error.code === 'ENOENT'
          ? `sysctl: error: '${key}' is an unknown key\n`
          : `sysctl: error ${isSetting ? 'setting' : 'reading'} key '${key}': ${error.message}\n`,
      );
    }
  }
  return code;
}

function* allSysctls(process: Process, under: string): Generator<string> {
  for (const name of process.fs.list(`${SYSCTLS}/${under.replaceAll('.', '/')}`)) {
    const key = under === '' ? name : `${under}.${name}`;
    if (process.fs.lookup(`${SYSCTLS}/${key.replaceAll('.', '/')}`).kind === 'directory') yield* allSysctls(process, key);
    else yield key;
  }
}
