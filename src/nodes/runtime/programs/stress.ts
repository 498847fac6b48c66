import { parseSleep, parseArguments } from './arguments.js';
import { klog } from './klog.js';
import { quantityIn } from '../../../apimachinery/quantity.js';
import type { Process } from '../process/process.js';

/**
 * Takes processors and memory as the two programs of this name that tutorials use:
 * stress (`--cpu N --vm N --vm-bytes 150M [--timeout 10s]`) and vish/stress (`-cpus 2 -mem-total 950Mi`).
 */
export async function stress(process: Process): Promise<number> {
  const args = process.argv.slice(1);
  return args.some((arg) => /^-(cpus|mem-)/.test(arg)) || args.length === 0
    ? await vishStress(process, args)
    : await classicStress(process, args);
}

const SUFFIXES: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
/** What a worker of `--vm` takes unless it is told. */
const DEFAULT_BYTES = 256 * 2 ** 20;

function bytesOf(text: string): number {
  const [, number = '', suffix = ''] = /^(\d+)([bkmg]?)$/i.exec(text) ?? [];
  return Number(number) * (SUFFIXES[suffix.toLowerCase()] ?? 1);
}

async function classicStress(process: Process, args: readonly string[]): Promise<number> {
  const names = ['cpu', 'c', 'io', 'i', 'vm', 'm', 'hdd', 'd', 'vm-bytes', 'vm-stride', 'vm-hang', 'hdd-bytes', 'timeout', 't', 'backoff'];
  const { options } = parseArguments(args, names);
  const count = (long: string, short: string): number => Number(options.get(long) ?? options.get(short) ?? 0);
  const [cpu, io, vm, hdd] = [count('cpu', 'c'), count('io', 'i'), count('vm', 'm'), count('hdd', 'd')];
  const line = `${String(cpu)} cpu, ${String(io)} io, ${String(vm)} vm, ${String(hdd)} hdd`;
  await process.write(`stress: info: [${String(process.pid)}] dispatching hogs: ${line}\n`);
  const size = options.has('vm-bytes') ? bytesOf(options.get('vm-bytes') ?? '') : DEFAULT_BYTES;
  // Workers that hang keep their memory and sleep; the others write to it all the time.
  const cores = cpu + (options.has('vm-hang') ? 0 : vm);
  const timeout = parseSleep(options.get('timeout') ?? options.get('t') ?? 'inf') ?? Number.POSITIVE_INFINITY;
  const release = process.machine.load.hold({ cores, memory: vm * size });
  try {
    if (timeout === Number.POSITIVE_INFINITY) await process.pause();
    await process.sleep(timeout);
  } finally {
    release();
  }
  await process.write(`stress: info: [${String(process.pid)}] successful run completed in ${String(Math.round(timeout / 1000))}s\n`);
  return 0;
}

async function vishStress(process: Process, args: readonly string[]): Promise<number> {
  // Go's flags: one dash or two, and `=` or the next word.
  const { options } = parseArguments(
    args.map((arg) => arg.replace(/^-(?=[a-z])/, '--')),
    ['cpus', 'mem-total', 'mem-alloc-size', 'mem-alloc-sleep'],
  );
  const total = options.get('mem-total') ?? '0';
  const cpus = Number(options.get('cpus') ?? 0);
  const chunk = options.get('mem-alloc-size') ?? '4Ki';
  const pause = options.get('mem-alloc-sleep') ?? '1ms';
  const memory = quantityIn(total)?.value() ?? 0;
  await klog(process, 'I', 'main.go:26', `Allocating "${total}" memory, in "${chunk}" chunks, with a ${pause} sleep between allocations`);
  const release = process.machine.load.hold({ cores: cpus, memory });
  try {
    for (let i = 0; i < cpus; i++) await klog(process, 'I', 'main.go:39', 'Spawning a thread to consume CPU');
    await klog(process, 'I', 'main.go:29', `Allocated "${total}" memory`);
    return await process.pause();
  } finally {
    release();
  }
}
