import { MAX_SCORE, type ScorePlugin } from '../plugin.js';
import type { NodeInfo } from '../node-info.js';

/** Prefers nodes whose cpu and memory are used to the same degree (Go: noderesources.BalancedAllocation). */
export const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepareScore({ requests: { milliCpu, memory } }) {
    if (milliCpu === 0 && memory === 0) return undefined;
    return {
      score: (node) => {
        const gain = balance(node, milliCpu, memory) - balance(node, 0, 0);
        return MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + gain) / 2);
      },
    };
  },
};

/** 100 if both are used to the same degree, 50 if one is full and the other empty. */
function balance({ allocatable, requested }: NodeInfo, milliCpu: number, memory: number): number {
  if (allocatable.milliCpu === 0 || allocatable.memory === 0) return MAX_SCORE;
  const cpuShare = Math.min(1, (requested.milliCpu + milliCpu) / allocatable.milliCpu);
  const memoryShare = Math.min(1, (requested.memory + memory) / allocatable.memory);
  return Math.trunc((1 - Math.abs(cpuShare - memoryShare) / 2) * MAX_SCORE);
}
