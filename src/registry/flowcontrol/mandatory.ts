import { typeRegistry } from '../../schema/types.js';

/** Objects of these names must stay as the server made them (KEP-1040). */
const MANDATORY: ReadonlySet<string> = new Set(['exempt', 'catch-all']);

interface StartObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}

/** The spec that an object of this kind and name must have, if it is one of the mandatory ones. */
export function mandatorySpec(kind: 'FlowSchema' | 'PriorityLevelConfiguration', name: string): unknown {
  if (!MANDATORY.has(name)) return undefined;
  const objects = typeRegistry().facts.fixture('start') as unknown as readonly StartObject[];
  return objects.find((object) => object.kind === kind && object.metadata.name === name)?.spec;
}
