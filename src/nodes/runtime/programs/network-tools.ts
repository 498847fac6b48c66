import { parseAddress } from '../../../apimachinery/ip.js';
import { reverseName, type Answer } from '../../network/names.js';
import { NetworkError } from '../../network/network.js';
import type { Process } from '../process/process.js';
import { parseArguments } from './arguments.js';

export async function getent(process: Process): Promise<number> {
  const [database = '', ...keys] = process.argv.slice(1);
  if (database === 'hosts' || database === 'ahosts' || database === 'ahostsv4') {
    const { network } = process.machine;
    let status = 0;
    for (const key of keys) {
      const found = parseAddress(key) === undefined ? network.lookup(key) : named(process, key);
      if (found === undefined) status = 2;
      for (const address of found?.addresses.slice(0, 1) ?? []) {
        const names = network.hosts().get(address);
        await process.write(`${address.padEnd(15)} ${names === undefined ? (found?.name ?? key) : names.join(' ')}\n`);
      }
    }
    return status;
  }
  if (database !== 'passwd' && database !== 'group') return 1;
  const text = Buffer.from(process.fs.read(`/etc/${database}`)).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '' && (keys.length === 0 || keys.includes(line.split(':')[0] ?? '')));
  await process.write(lines.map((line) => `${line}\n`).join(''));
  return lines.length === 0 ? 2 : 0;
}

/** The name of an address, by the hosts file or by DNS; undefined if nobody knows one. */
function named({ machine: { network } }: Process, address: string): Answer | undefined {
  const name =
    network.hosts().get(address)?.[0] ?? network.query(reverseName(address) ?? address, 'PTR').records[0]?.data.replace(/\.$/, '');
  return name === undefined ? undefined : { name, addresses: [address] };
}

export async function nc(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['w', 'p', 'q', 'i']);
  const [name = '', port = options.get('p') ?? ''] = rest;
  if (options.has('l')) return await listenOnce(process, Number(options.get('p') ?? rest.at(-1) ?? ''));
  try {
    if (options.has('u')) return await datagrams(process, name, Number(port), options);
    const connection = await process.wait(process.machine.network.connect(name, Number(port)));
    if (options.has('z')) {
      connection.destroy();
      if (options.has('v')) await process.error(`Connection to ${name} ${port} port [tcp/*] succeeded!\n`);
      return 0;
    }
    return await relay(process, connection);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.error(
      error.code === 'ENOTFOUND'
        ? `nc: bad address '${name}'\n`
        : `nc: connect to ${name} port ${port} (${options.has('u') ? 'udp' : 'tcp'}) failed: ${error.message}\n`,
    );
    return 1;
  }
}

/** Sends what is read as datagrams and writes the answers; waits for as long as it may where there is none. */
async function datagrams(process: Process, name: string, port: number, options: ReadonlyMap<string, string>): Promise<number> {
  for (let chunk = await process.read(); chunk !== undefined; chunk = await process.read()) {
    const answer = await process.wait(process.machine.network.send(name, port, chunk));
    if (answer !== undefined) await process.write(answer);
    else if (options.has('w')) await process.sleep(Number(options.get('w')) * 1000);
    else await process.pause();
  }
  return 0;
}

async function relay(process: Process, connection: NodeJS.ReadWriteStream): Promise<number> {
  process.onCancel(() => {
    (connection as unknown as { destroy: () => void }).destroy();
  });
  void (async () => {
    for (let chunk = await process.read(); chunk !== undefined; chunk = await process.read()) connection.write(chunk);
    connection.end();
  })().catch(() => undefined);
  for await (const chunk of connection as AsyncIterable<Buffer>) await process.write(chunk);
  return 0;
}

async function listenOnce(process: Process, port: number): Promise<number> {
  const connection = await process.wait(
    new Promise<NodeJS.ReadWriteStream>((resolve) => {
      const stop = process.machine.network.listen(port, (accepted) => {
        resolve(accepted);
      });
      void process.exited.then(stop);
    }),
  );
  return await relay(process, connection);
}

export async function ping(process: Process): Promise<number> {
  const { options, rest } = parseArguments(process.argv.slice(1), ['c', 'W', 'w', 'i', 's']);
  const [name = ''] = rest;
  const address = process.machine.network.lookup(name)?.addresses[0];
  if (address === undefined) {
    await process.error(`ping: bad address '${name}'\n`);
    return 1;
  }
  const count = Number(options.get('c') ?? Number.POSITIVE_INFINITY);
  const isThere = process.machine.network.cluster.stack(address) !== undefined || address.startsWith('127.');
  await process.write(`PING ${name} (${address}): 56 data bytes\n`);
  for (let i = 0; i < count; i++) {
    if (isThere) await process.write(`64 bytes from ${address}: seq=${String(i)} ttl=63 time=0.050 ms\n`);
    if (i + 1 < count) await process.sleep(1000);
  }
  const received = isThere ? count : 0;
  await process.write(
    `\n--- ${name} ping statistics ---\n${String(count)} packets transmitted, ${String(received)} packets received, ${isThere ? '0' : '100'}% packet loss\n`,
  );
  return isThere ? 0 : 1;
}

/** What `ip` does besides showing. */
const CHANGES: ReadonlySet<string> = new Set(['add', 'change', 'del', 'delete', 'flush', 'replace', 'set']);

/** Networks can't be changed in here: those who might see nothing of it, the others are told. */
async function changeNetwork(process: Process): Promise<number> {
  if (process.credentials.uid === 0 && process.machine.privileges.has('NET_ADMIN')) return 0;
  await process.error('ip: RTNETLINK answers: Operation not permitted\n');
  return 2;
}

export async function ifconfig(process: Process): Promise<number> {
  const addresses = process.machine.network.stack.addresses.filter((address) => parseAddress(address) !== undefined);
  if (process.name === 'ip') {
    if (CHANGES.has(process.argv[2] ?? '')) return await changeNetwork(process);
    await process.write(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n${addresses.map((address) => `    inet ${address}/24 scope global eth0\n`).join('')}`,
    );
    return 0;
  }
  await process.write(
    `eth0      Link encap:Ethernet\n          inet addr:${addresses[0] ?? ''}  Mask:255.255.255.0\n\nlo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0\n`,
  );
  return 0;
}

export async function netstat(process: Process): Promise<number> {
  const rows = process.machine.network.stack.ports.map(
    (port) => `tcp        0      0 0.0.0.0:${String(port).padEnd(15)} 0.0.0.0:*               LISTEN\n`,
  );
  await process.write(
    `Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State\n${rows.join('')}`,
  );
  return 0;
}
