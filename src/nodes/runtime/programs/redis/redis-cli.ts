import type { Duplex } from 'node:stream';
import { NetworkError } from '../../../network/network.js';
import type { Process } from '../../process/process.js';
import { parseArguments } from '../arguments.js';
import { encodeReply, isList, ReplyReader, type Reply } from './protocol.js';

/** `redis-cli [-h HOST] [-p PORT] [COMMAND…]`; without a command, one from each line of its input. */
export async function redisCli(process: Process): Promise<number> {
  const args = process.argv.slice(1);
  const own = leading(args);
  const { options } = parseArguments(own, ['h', 'p', 'a', 'n', 'u']);
  const host = options.get('h') ?? '127.0.0.1';
  const port = options.get('p') ?? '6379';
  const words = args.slice(own.length);
  let client: RedisClient;
  try {
    client = new RedisClient(await process.wait(process.machine.network.connect(host, Number(port))));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const why = error.code === 'ENOTFOUND' ? 'Name or service not known' : 'Connection refused';
    await process.error(`Could not connect to Redis at ${host}:${port}: ${why}\n`);
    return 1;
  }
  process.onCancel(() => {
    client.close();
  });
  const isForPeople = process.terminal !== undefined;
  try {
    if (words.length > 0) return await run(process, client, words, isForPeople);
    await converse(process, client, isForPeople ? `${host}:${port}> ` : '');
    return 0;
  } finally {
    client.close();
  }
}

/** What stands before the command: its own words may look like options. */
function leading(args: readonly string[]): readonly string[] {
  let count = 0;
  while (args[count]?.startsWith('-') === true) count += /^-[hpanu]$/.test(args[count] ?? '') ? 2 : 1;
  return args.slice(0, count);
}

async function converse(process: Process, client: RedisClient, prompt: string): Promise<void> {
  let pending = '';
  await process.write(prompt);
  for (let chunk = await process.read(); chunk !== undefined; chunk = await process.read()) {
    pending += Buffer.from(chunk).toString('latin1');
    for (let end = pending.indexOf('\n'); end !== -1; end = pending.indexOf('\n')) {
      const words = wordsOf(pending.slice(0, end));
      pending = pending.slice(end + 1);
      if (/^(quit|exit)$/i.test(words[0] ?? '')) return;
      if (words.length > 0) await run(process, client, words, prompt !== '');
      await process.write(prompt);
    }
  }
}

/** Words of a line; quotes hold together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

async function run(process: Process, client: RedisClient, words: readonly string[], isForPeople: boolean): Promise<number> {
  const reply = await process.wait(client.ask(words));
  await process.write(`${isForPeople ? shown(reply, '') : plain(reply)}\n`);
  return typeof reply === 'object' && reply !== null && 'error' in reply ? 1 : 0;
}

/** As a terminal is shown it. */
function shown(reply: Reply, indent: string): string {
  if (reply === null) return '(nil)';
  if (typeof reply === 'number') return `(integer) ${String(reply)}`;
  if (typeof reply === 'string') return JSON.stringify(reply);
  if (isList(reply)) {
    if (reply.length === 0) return '(empty array)';
    const width = String(reply.length).length;
    return reply
      .map((each, i) => `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}) ${shown(each, `${indent}${' '.repeat(width + 2)}`)}`)
      .join('\n');
  }
  return 'status' in reply ? reply.status : `(error) ${reply.error}`;
}

/** As other programs read it. */
function plain(reply: Reply): string {
  if (reply === null) return '';
  if (typeof reply === 'number' || typeof reply === 'string') return String(reply);
  if (isList(reply)) return reply.map(plain).join('\n');
  return 'status' in reply ? reply.status : `${reply.error}\n`;
}

class RedisClient {
  private readonly reader = new ReplyReader();
  private readonly waiting: ((reply: Reply) => void)[] = [];

  constructor(private readonly connection: Duplex) {
    const lost = (): void => {
      for (const resolve of this.waiting.splice(0)) resolve({ error: 'Error: Server closed the connection' });
    };
    connection.on('data', (chunk: Buffer) => {
      for (const reply of this.reader.take(chunk)) this.waiting.shift()?.(reply);
    });
    connection.on('close', lost);
    connection.on('error', lost);
  }

  ask(words: readonly string[]): Promise<Reply> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.connection.write(Buffer.from(encodeReply(words), 'latin1'));
    });
  }

  close(): void {
    this.connection.destroy();
  }
}
