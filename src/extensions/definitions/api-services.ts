import { isStatus } from '../../apimachinery/status.js';
import type { Client } from '../../client/client.js';
import { find } from '../../client/find.js';
import type { CustomResourceDefinition } from '../../registry/apiextensions/definition.js';
import type { KubeObject } from '../../registry/object.js';

const TARGET = { resource: { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' } } as const;
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';
const GROUP_PRIORITY = 1000;
const VERSION_PRIORITY = 100;

/** Keeps one APIService for each group version that definitions serve (Go: crd-autoregister and autoregister controllers). */
export class ApiServices {
  constructor(
    private readonly client: Client,
    private readonly definitions: () => Iterable<CustomResourceDefinition>,
  ) {}

  /** @param key `<version>.<group>`, which is also the name of the APIService */
  async sync(key: string): Promise<void> {
    const dot = key.indexOf('.');
    const version = key.slice(0, dot);
    const group = key.slice(dot + 1);
    const existing = await find(this.client, TARGET, key);
    const automatic = existing?.metadata.labels?.[MANAGED] === 'true';
    if (this.isServed(group, version)) {
      if (existing === undefined) await this.create(key, group, version);
    } else if (automatic) await this.remove(key);
  }

  private isServed(group: string, version: string): boolean {
    for (const { spec } of this.definitions()) {
      if (spec.group === group && spec.versions?.some((other) => other.name === version && other.served === true) === true) return true;
    }
    return false;
  }

  private async create(name: string, group: string, version: string): Promise<void> {
    const service: KubeObject = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name, labels: { [MANAGED]: 'true' } },
      spec: { group, version, groupPriorityMinimum: GROUP_PRIORITY, versionPriority: VERSION_PRIORITY },
    };
    try {
      await this.client.create(TARGET, service);
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    }
  }

  private async remove(name: string): Promise<void> {
    try {
      await this.client.delete(TARGET, name);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
}
