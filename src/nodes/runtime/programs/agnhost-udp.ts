import { NetworkError } from '../../network/network.js';
import type { Process } from '../process/process.js';
import { goLog } from './go-log.js';

/** How long an answer is waited for. Milliseconds. */
const TIMEOUT = 5000;

/** What netexec answers to datagrams: `hostname`, `clientip`, `serverport` and `echo TEXT`. */
export function serveUdpCommands(process: Process, port: number): void {
  const stop = process.machine.network.receive(port, async (message, client) => {
    const command = Buffer.from(message).toString('utf8').trim().toLowerCase();
    const answer = answerTo(command, process, `${client.address}:${String(client.port)}`, port);
    if (answer === undefined && command !== '')
      await goLog(process, `Unknown UDP command received from ${client.address}:${String(client.port)}: ${command}`);
    return answer === undefined ? undefined : Buffer.from(answer);
  });
  void process.exited.then(stop);
}

function answerTo(command: string, process: Process, client: string, port: number): string | undefined {
  if (command.startsWith('echo ')) return command.slice('echo '.length);
  if (command === 'hostname') return process.machine.hostname;
  if (command === 'clientip') return client;
  return command === 'serverport' ? String(port) : undefined;
}

/** Sends a command and returns the answer; rejects with netexec's words. */
export async function dialUdp(process: Process, host: string, port: number, command: string): Promise<string> {
  let why = 'i/o timeout';
  try {
    const answer = await process.wait(process.machine.network.send(host, port, Buffer.from(command)));
    if (answer !== undefined) return Buffer.from(answer).toString('utf8');
    await process.sleep(TIMEOUT);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    why = error.message.toLowerCase();
  }
  throw new Error(`reading from udp connection failed. err:'read udp ${process.machine.network.address}->${host}:${String(port)}: ${why}'`);
}
