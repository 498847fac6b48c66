import { copy } from '../fs/copy.js';
import { FsError } from '../fs/nodes.js';
import type { Process, Program } from '../process/process.js';
import { parseArguments } from './arguments.js';

/** Programs that do one short thing to each file that is named. */
export const FILE_TOOLS: Readonly<Record<string, Program>> = {
  mkdir,
  rmdir: (process) =>
    each(
      process,
      parseArguments(process.argv.slice(1)).rest,
      (path) => {
        if (process.fs.lookup(path, { follow: false }).kind !== 'directory') throw new FsError('ENOTDIR');
        process.fs.remove(path, { as: process.credentials });
      },
      (name) => `failed to remove '${name}'`,
    ),
  rm,
  touch,
  ln,
  mv,
  readlink,
  basename: async (process) => {
    const [path = '', suffix = ''] = process.argv.slice(1);
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
    const short = suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
    await process.write(`${short === '' && path.startsWith('/') ? '/' : short}\n`);
    return 0;
  },
  dirname: async (process) => {
    const path = (process.argv[1] ?? '').replace(/\/+$/, '');
    const at = path.lastIndexOf('/');
    await process.write(`${at < 0 ? (path === '' ? '/' : '.') : at === 0 ? '/' : path.slice(0, at)}\n`);
    return 0;
  },
  clear: async (process) => {
    await process.write('\x1b[H\x1b[2J\x1b[3J');
    return 0;
  },
};

/** Does something to each path; 1 if it failed for one, with a line as coreutils write it. */
async function each(
  process: Process,
  names: readonly string[],
  action: (path: string, name: string) => void,
  failed: (name: string) => string,
): Promise<number> {
  if (names.length === 0) {
    await process.error(`${process.name}: missing operand\n`);
    return 1;
  }
  let status = 0;
  for (const name of names) {
    try {
      action(process.resolve(name), name);
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      await process.error(`${process.name}: ${failed(name)}: ${error.message}\n`);
      status = 1;
    }
    await process.step();
  }
  return status;
}

function mkdir(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['m', 'mode']);
  const mode = options.get('m') ?? options.get('mode');
  const recursive = options.has('p') || options.has('parents');
  return each(
    process,
    rest,
    (path) => {
      process.fs.mkdir(path, {
        recursive,
        as: process.credentials,
        mode: mode === undefined ? 0o777 & ~process.umask : Number.parseInt(mode, 8),
      });
    },
    (name) => `cannot create directory '${name}'`,
  );
}

function rm(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1));
  const recursive = options.has('r') || options.has('R') || options.has('recursive');
  const force = options.has('f') || options.has('force');
  if (force && rest.length === 0) return Promise.resolve(0);
  return each(
    process,
    rest,
    (path) => {
      if (force && process.fs.tryLookup(path, false) === undefined) return;
      const node = process.fs.lookup(path, { follow: false, as: process.credentials });
      if (node.kind === 'directory' && !recursive) throw new FsError('EISDIR');
      process.fs.remove(path, { recursive, as: process.credentials });
    },
    (name) => `cannot remove '${name}'`,
  );
}

function touch(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['d', 't', 'r', 'date', 'reference']);
  const now = process.machine.clock.now();
  return each(
    process,
    rest,
    (path) => {
      const exists = process.fs.exists(path);
      if (!exists && (options.has('c') || options.has('no-create'))) return;
      if (!exists) process.fs.open(path, { truncate: false, as: process.credentials, mode: 0o666 & ~process.umask });
      const date = options.get('d') ?? options.get('date');
      process.fs.lookup(path).mtime = date === undefined ? now : Date.parse(date) || now;
    },
    (name) => `cannot touch '${name}'`,
  );
}

/** Where a file goes that is named `name`: into `target` if that is a directory. */
function placeIn(process: Process, target: string, name: string): string {
  const path = process.resolve(target);
  const base = name.replace(/\/+$/, '').split('/').at(-1) ?? name;
  return process.fs.tryLookup(path)?.kind === 'directory' ? `${path}/${base}` : path;
}

function ln(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1));
  const { fs, credentials: as } = process;
  const target = rest.length > 1 ? (rest.at(-1) ?? '.') : '.';
  return each(
    process,
    rest.length > 1 ? rest.slice(0, -1) : rest,
    (path, name) => {
      const place = options.has('n') || options.has('T') ? process.resolve(target) : placeIn(process, target, name);
      if (options.has('f') && fs.tryLookup(place, false) !== undefined) fs.remove(place, { as });
      if (options.has('s')) fs.symlink(name, place, as);
      else fs.hardLink(path, place);
    },
    (name) => `failed to create ${options.has('s') ? 'symbolic' : 'hard'} link '${name}'`,
  );
}

function mv(process: Process): Promise<number> {
  const { rest } = parseArguments(process.argv.slice(1));
  const { fs, credentials: as } = process;
  const target = rest.at(-1) ?? '';
  return each(
    process,
    rest.slice(0, -1),
    (path, name) => {
      const place = placeIn(process, target, name);
      try {
        fs.rename(path, place, as);
      } catch (error) {
        if (!(error instanceof FsError) || error.code !== 'EXDEV') throw error;
        copy(fs, path, place, as, true);
        fs.remove(path, { recursive: true, as });
      }
    },
    (name) => `cannot move '${name}' to '${target}'`,
  );
}

async function readlink(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1));
  let status = 0;
  for (const name of rest) {
    const path = process.resolve(name);
    const node = process.fs.tryLookup(path, false);
    if (options.has('f') || options.has('e') || options.has('m')) {
      if (node !== undefined) await process.write(`${process.fs.realPath(path)}\n`);
      else status = 1;
    } else if (node?.kind === 'link') await process.write(`${node.target}\n`);
    else status = 1;
  }
  return status;
}
