import type { Connection } from '../../../network/connection.js';
import type { Process } from '../../process/process.js';
import { untilStopped } from '../image-server.js';
import { listen } from '../serve.js';
import { Database } from './database.js';
import { encodeReply, isList, ReplyReader, type Reply } from './protocol.js';

const DEFAULTS: readonly (readonly [string, string])[] = [
  ['port', '6379'],
  ['bind', '* -::*'],
  ['dir', '/data'],
  ['appendonly', 'no'],
  ['maxmemory', '0'],
  ['maxmemory-policy', 'noeviction'],
  ['save', '3600 1 300 100 60 10000'],
];

/** Settings that are sizes, and are told in bytes. */
const SIZES: ReadonlySet<string> = new Set(['maxmemory']);
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** `redis-server [FILE] [--NAME VALUE…]` */
export async function redisServer(process: Process): Promise<number> {
  const settings = await settingsOf(process);
  const port = Number(settings.get('port'));
  const database = new Database(settings);
  listen(process, port, (connection) => {
    serve(connection, database);
  });
  await process.write(`* Running mode=standalone, port=${String(port)}.\n* Server initialized\n* Ready to accept connections tcp\n`);
  return await untilStopped(process, {});
}

async function settingsOf(process: Process): Promise<Map<string, string>> {
  const settings = new Map(DEFAULTS);
  const [, ...args] = process.argv;
  // The image's own entrypoint takes the program's name as well.
  if (args[0] === 'redis-server') args.shift();
  const file = args[0]?.startsWith('--') === false ? args.shift() : undefined;
  if (file !== undefined) {
    await process.machine.prepare();
    const text = Buffer.from(process.fs.read(process.resolve(file), process.credentials)).toString('utf8');
    for (const line of text.split('\n')) if (!line.trimStart().startsWith('#')) put(settings, line);
  }
  for (const option of args.join(' ').split(/(?:^|\s)--/)) put(settings, option);
  return settings;
}

function put(settings: Map<string, string>, line: string): void {
  const [name = '', ...rest] = line.trim().split(/\s+/);
  if (name === '') return;
  const value = rest.join(' ').replace(/^"(.*)"$/, '$1');
  settings.set(name.toLowerCase(), SIZES.has(name.toLowerCase()) ? bytesOf(value) : value);
}

function bytesOf(text: string): string {
  const [, number = '', unit = ''] = /^(\d+)([a-z]*)$/.exec(text.toLowerCase()) ?? [];
  const factor = UNITS[unit];
  return number === '' || factor === undefined ? text : String(Number(number) * factor);
}

function serve(connection: Connection, database: Database): void {
  const reader = new ReplyReader();
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: Buffer) => {
    try {
      for (const request of reader.take(chunk)) connection.write(Buffer.from(encodeReply(answer(database, request)), 'latin1'));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      connection.end(encodeReply({ error: `ERR ${text}` }));
    }
  });
}

function answer(database: Database, request: Reply): Reply {
  if (!isList(request)) return { error: 'ERR Protocol error: expected an array' };
  return database.execute(request.map((word) => (typeof word === 'string' ? word : '')));
}
