import type { Clock } from '../../apimachinery/clock.js';
import { formatTime } from '../../apimachinery/time.js';
import { isStatus } from '../../apimachinery/status.js';
import type { Client } from '../../client/client.js';
import { DEFINITIONS, withCondition, type CustomResourceDefinition, type NewCondition } from '../../registry/apiextensions/definition.js';

/** What a change of a definition's status sets besides conditions. */
export type StatusChange = Partial<Pick<CustomResourceDefinition['status'], 'acceptedNames'>>;

const TARGET = { resource: DEFINITIONS, subresource: 'status' } as const;

/** Writes the status of definitions as the API server itself. */
export class DefinitionWriter {
  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
  ) {}

  /**
   * Sets conditions in this order. Undefined if the definition was changed or
   * removed meanwhile: then whoever asked hears of it and decides anew.
   */
  async setConditions(
    definition: CustomResourceDefinition,
    conditions: readonly NewCondition[],
    change: StatusChange = {},
    finalizers = definition.metadata.finalizers,
  ): Promise<CustomResourceDefinition | undefined> {
    const now = formatTime(this.clock.now());
    let list = definition.status.conditions;
    for (const condition of conditions) list = withCondition(list, condition, now);
    const metadata = { ...definition.metadata, finalizers };
    try {
      return await this.client.update<CustomResourceDefinition>(TARGET, {
        ...definition,
        metadata,
        status: { ...definition.status, ...change, conditions: list },
      });
    } catch (error) {
      if (isStatus(error, 'NotFound') || isStatus(error, 'Conflict')) return undefined;
      throw error;
    }
  }
}
