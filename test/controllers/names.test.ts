import { describe, expect, it } from 'vitest';
import type { ClusterKeys } from '../../src/controllers/access/cluster-keys.js';
import { allControllers } from '../../src/controllers/descriptors.js';
import { controllerNamesFault } from '../../src/controllers/names.js';

describe('the names of controllers', () => {
  it('are those of all that there are, and their aliases', () => {
    const descriptors = allControllers({} as ClusterKeys);
    const names = descriptors.flatMap(({ name, alias }) => [name, ...(alias === undefined ? [] : [alias])]);
    expect(controllerNamesFault(names)).toBeUndefined();
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [['*'], undefined],
    [['-*'], undefined],
    [['*', '-cronjob', 'tokencleaner', '-kube-scheduler'], undefined],
    [['csrsigner'], '"csrsigner" is not in the list of known controllers'],
    [['*', '-deployments'], '"deployments" is not in the list of known controllers'],
  ])('%j', (list, fault) => {
    expect(controllerNamesFault(list)).toBe(fault);
  });
});
