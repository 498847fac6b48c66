import { describe, expect, it } from 'vitest';
import { planNodes } from '../../../src/nodes/node/plan.js';

describe('planNodes', () => {
  it('makes one node a control plane that takes pods', () => {
    expect(planNodes(1)).toEqual([
      { name: 'kube-master', isControlPlane: true, isTainted: false, address: '172.18.0.2', ownPodCidr: '10.100.0.0/24' },
    ]);
  });

  it('gives a control plane its workers', () => {
    const nodes = planNodes(4);
    expect(nodes.map(({ name }) => name)).toEqual(['kube-master', 'kube-worker1', 'kube-worker2', 'kube-worker3']);
    expect(nodes.map(({ isTainted }) => isTainted)).toEqual([true, false, false, false]);
  });

  it('makes no node if none is asked for', () => {
    expect(planNodes(0)).toEqual([]);
  });

  it('gives thousands of nodes addresses and ranges of their own', () => {
    const nodes = planNodes(5000);
    expect(new Set(nodes.map(({ address }) => address)).size).toBe(5000);
    expect(new Set(nodes.map(({ ownPodCidr }) => ownPodCidr)).size).toBe(5000);
    expect(nodes.at(-1)).toMatchObject({ address: '172.18.19.137', ownPodCidr: '10.119.135.0/24' });
  });
});
