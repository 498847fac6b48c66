import { matchesPattern } from '../../shell/pattern.js';
import { OK, type Reply } from './protocol.js';

type Value = string | string[] | Set<string> | Map<string, string>;

const WRONG_TYPE: Reply = { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' };
const NO_INTEGER: Reply = { error: 'ERR value is not an integer or out of range' };

interface Command {
  /** Words that must follow the name. */
  readonly least: number;
  run(database: Database, words: readonly string[]): Reply;
}

/** Enough of Redis for tutorials: strings, lists, sets, hashes and the configuration, without expiry. */
export class Database {
  readonly values = new Map<string, Value>();

  /** @param settings what the configuration file and the command line say */
  constructor(readonly settings: Map<string, string>) {}

  execute([name = '', ...words]: readonly string[]): Reply {
    const command = COMMANDS.get(name.toUpperCase());
    if (command === undefined)
      return { error: `ERR unknown command '${name}', with args beginning with: ${words.map((word) => `'${word}' `).join('')}` };
    if (words.length < command.least) return { error: `ERR wrong number of arguments for '${name.toLowerCase()}' command` };
    try {
      return command.run(this, words);
    } catch (error) {
      if (error instanceof WrongType) return WRONG_TYPE;
      throw error;
    }
  }

  text(key: string): string | undefined {
    const value = this.values.get(key);
    if (value !== undefined && typeof value !== 'string') throw new WrongType();
    return value;
  }

  list(key: string): string[] {
    return this.made(key, (value) => (Array.isArray(value) ? value : undefined), []);
  }

  set(key: string): Set<string> {
    return this.made(key, (value) => (value instanceof Set ? value : undefined), new Set<string>());
  }

  hash(key: string): Map<string, string> {
    return this.made(key, (value) => (value instanceof Map ? value : undefined), new Map<string, string>());
  }

  private made<T extends Value>(key: string, as: (value: Value) => T | undefined, fresh: T): T {
    const value = this.values.get(key);
    if (value === undefined) {
      this.values.set(key, fresh);
      return fresh;
    }
    const found = as(value);
    if (found === undefined) throw new WrongType();
    return found;
  }

  /** Redis keeps nothing empty. */
  tidy(key: string): void {
    const value = this.values.get(key);
    const size = value === undefined || typeof value === 'string' ? 1 : Array.isArray(value) ? value.length : value.size;
    if (size === 0) this.values.delete(key);
  }
}

class WrongType extends Error {}

const command = (least: number, run: Command['run']): Command => ({ least, run });

function add(database: Database, key: string, by: string): Reply {
  const sum = Number(database.text(key) ?? '0') + Number(by);
  if (!Number.isSafeInteger(sum)) return NO_INTEGER;
  database.values.set(key, String(sum));
  return sum;
}

function pop(database: Database, key: string, end: 'shift' | 'pop'): Reply {
  const value = database.list(key)[end]() ?? null;
  database.tidy(key);
  return value;
}

/** From `start` to `stop` inclusive; negative indices count from the end. */
function range(list: readonly string[], start: string, stop: string): readonly string[] {
  const index = (text: string): number => (Number(text) < 0 ? list.length + Number(text) : Number(text));
  return list.slice(Math.max(0, index(start)), Math.max(0, index(stop) + 1));
}

const INFO = '# Server\r\nredis_version:8.2.2\r\nredis_mode:standalone\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n';

function config({ settings }: Database, [action = '', name = '', value = '']: readonly string[]): Reply {
  switch (action.toUpperCase()) {
    case 'GET':
      return [...settings].filter(([key]) => matchesPattern(name.toLowerCase(), key)).flat();
    case 'SET':
      settings.set(name.toLowerCase(), value);
      return OK;
    default:
      return { error: `ERR unknown subcommand '${action}'. Try CONFIG HELP.` };
  }
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['PING', command(0, (_, [text]) => text ?? { status: 'PONG' })],
  ['ECHO', command(1, (_, [text = '']) => text)],
  ['AUTH', command(1, () => OK)],
  ['SELECT', command(1, () => OK)],
  ['QUIT', command(0, () => OK)],
  ['INFO', command(0, () => INFO)],
  ['ROLE', command(0, () => ['master', 0, []])],
  ['COMMAND', command(0, () => [])],
  ['CONFIG', command(2, config)],
  ['DBSIZE', command(0, ({ values }) => values.size)],
  [
    'FLUSHALL',
    command(0, ({ values }) => {
      values.clear();
      return OK;
    }),
  ],
  [
    'SET',
    command(2, ({ values }, [key = '', value = '']) => {
      values.set(key, value);
      return OK;
    }),
  ],
  ['GET', command(1, (database, [key = '']) => database.text(key) ?? null)],
  ['DEL', command(1, ({ values }, keys) => keys.filter((key) => values.delete(key)).length)],
  ['EXISTS', command(1, ({ values }, keys) => keys.filter((key) => values.has(key)).length)],
  ['KEYS', command(1, ({ values }, [pattern = '']) => [...values.keys()].filter((key) => matchesPattern(pattern, key)))],
  ['INCR', command(1, (database, [key = '']) => add(database, key, '1'))],
  ['DECR', command(1, (database, [key = '']) => add(database, key, '-1'))],
  ['INCRBY', command(2, (database, [key = '', by = '']) => add(database, key, by))],
  ['RPUSH', command(2, (database, [key = '', ...words]) => database.list(key).push(...words))],
  ['LPUSH', command(2, (database, [key = '', ...words]) => database.list(key).unshift(...words.reverse()))],
  ['LPOP', command(1, (database, [key = '']) => pop(database, key, 'shift'))],
  ['RPOP', command(1, (database, [key = '']) => pop(database, key, 'pop'))],
  ['LLEN', command(1, (database, [key = '']) => (database.values.has(key) ? database.list(key).length : 0))],
  [
    'LRANGE',
    command(3, (database, [key = '', start = '', stop = '']) => (database.values.has(key) ? range(database.list(key), start, stop) : [])),
  ],
  [
    'SADD',
    command(2, (database, [key = '', ...members]) => {
      const set = database.set(key);
      const before = set.size;
      for (const member of members) set.add(member);
      return set.size - before;
    }),
  ],
  ['SMEMBERS', command(1, (database, [key = '']) => (database.values.has(key) ? [...database.set(key)] : []))],
  [
    'HSET',
    command(3, (database, [key = '', ...pairs]) => {
      const hash = database.hash(key);
      const before = hash.size;
      for (let i = 0; i + 1 < pairs.length; i += 2) hash.set(pairs[i] ?? '', pairs[i + 1] ?? '');
      return hash.size - before;
    }),
  ],
  ['HGET', command(2, (database, [key = '', field = '']) => (database.values.has(key) ? (database.hash(key).get(field) ?? null) : null))],
  ['HGETALL', command(1, (database, [key = '']) => (database.values.has(key) ? [...database.hash(key)].flat() : []))],
]);
