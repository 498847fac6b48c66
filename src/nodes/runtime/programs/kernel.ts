import { parseQuantity } from '../../../apimachinery/quantity.js';
import { CAPACITY, SYSTEM } from '../../node/machine.js';

/** What the simulated machines say they are, wherever it shows. */
export const KERNEL = {
  name: 'Linux',
  release: SYSTEM.kernelVersion,
  version: '#1 SMP PREEMPT_DYNAMIC',
  machine: 'x86_64',
  cpus: Number(CAPACITY.cpu),
  memoryKiB: parseQuantity(CAPACITY.memory).value() / 1024,
  usedKiB: 262_144,
};
