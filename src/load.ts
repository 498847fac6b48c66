/**
 * Loads the built program's modules together with the code that V8 made of them in
 * an earlier run: half of a start was compiling. The build leaves that code beside
 * each module; V8 takes only what its own version and flags made. Bundled for itself,
 * as CommonJS, since it stands before all else.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

/** What a module's file holds: a function, as scripts/build.mjs wraps it. */
type Body = (
  exports: unknown,
  require: (name: string) => unknown,
  module: { exports: unknown },
  file: string,
  folder: string,
  url: string,
) => void;

const modules = new Map<string, { exports: unknown }>();
const scripts = new Map<string, Script>();
const folders = [path.join(__dirname, 'chunks')];

/**
 * What a module exports; each runs once.
 * @param name of a file in `chunks`
 */
export function load(name: string): unknown {
  return loadFile(path.join(__dirname, 'chunks', name));
}

function loadFile(file: string): unknown {
  const known = modules.get(file);
  if (known !== undefined) return known.exports;
  const module = { exports: {} as unknown };
  modules.set(file, module);
  const outside = createRequire(file);
  const folder = path.dirname(file);
  const require = (name: string): unknown => (name.startsWith('.') ? loadFile(path.join(folder, name)) : outside(name));
  const body = scriptOf(file).runInThisContext() as Body;
  body(module.exports, require, module, file, folder, pathToFileURL(file).href);
  return module.exports;
}

function scriptOf(file: string): Script {
  const source = readFileSync(file, 'utf8');
  for (const folder of folders) {
    const cachedData = codeIn(folder, file);
    if (cachedData === undefined) continue;
    const script = new Script(source, { filename: file, cachedData });
    if (script.cachedDataRejected === false) return script;
  }
  const script = new Script(source, { filename: file });
  scripts.set(file, script);
  return script;
}

function codeIn(folder: string, file: string): Buffer | undefined {
  try {
    return readFileSync(codeFile(folder, file));
  } catch {
    return undefined;
  }
}

/** Names of modules hold a hash of what is in them. */
function codeFile(folder: string, file: string): string {
  return path.join(folder, `${path.basename(file, '.cjs')}.code`);
}

/**
 * Looks for compiled code in the user's cache folder too, and leaves there at the end
 * what was in none: another Node than the build's makes its own. A folder that others
 * write to would run their code.
 */
export function keepCode(environment: NodeJS.ProcessEnv = process.env): void {
  const cache = environment['XDG_CACHE_HOME'] || cacheOfHome();
  if (cache === undefined) return;
  const folder = path.join(cache, 'kubesim', process.version);
  folders.push(folder);
  process.once('exit', () => {
    if (scripts.size === 0) return;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      saveCode(folder);
    } catch {
      // The next start takes longer, no more.
    }
  });
}

/** Undefined for a user that the system doesn't know, as there are in containers. */
function cacheOfHome(): string | undefined {
  try {
    return path.join(os.homedir(), '.cache');
  } catch {
    return undefined;
  }
}

/** Writes the code of all modules that had to be compiled, with what ran of them until now. */
export function saveCode(folder: string): void {
  for (const [file, script] of scripts) {
    const target = codeFile(folder, file);
    const draft = `${target}.${String(process.pid)}`;
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, target);
  }
}
