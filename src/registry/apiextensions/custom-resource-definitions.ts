import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { loadCel } from '../../cel/loader.js';
import { loadPatterns } from '../../schema/custom/validation/patterns.js';
import type { BehaviourFactory } from '../behaviour.js';
import { deepEqual, type KubeObject } from '../object.js';
import { keepField } from '../spec-status.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { fillDefinitionDefaults } from './defaults.js';
import { hasRules, type CustomResourceDefinition } from './definition.js';
import { deleteDefinition } from './deletion.js';
import { definitionErrors, definitionUpdateErrors, statusErrors } from './validation/definition.js';
import { unknownFormatWarnings } from './validation/unknown-formats.js';

/** Puts the storage version among those that instances may be stored in. */
function noteStorageVersion(definition: CustomResourceDefinition): void {
  const { spec, status } = definition;
  const stored = spec.versions?.find((version) => version.storage)?.name;
  if (stored === undefined || status.storedVersions?.includes(stored) === true) return;
  definition.status = { ...status, storedVersions: [...(status.storedVersions ?? []), stored] };
}

/** Checks of schemas need an engine for patterns, and one for rules if there are any. */
async function ready({ spec }: CustomResourceDefinition): Promise<() => void> {
  await loadPatterns();
  if (hasRules(spec)) await loadCel();
  return () => undefined;
}

const main: Strategy<CustomResourceDefinition> = {
  allowUnconditionalUpdate: false,
  beginCreate: ready,
  beginUpdate: ready,
  delete: deleteDefinition,
  validateName(name, prefix, object) {
    const messages = nameIsDnsSubdomain(name, prefix);
    const { names, group = '' } = (object as CustomResourceDefinition).spec;
    if (name !== `${names.plural ?? ''}.${group}`) messages.push('must be spec.names.plural+"."+spec.group');
    return messages;
  },
  prepareForCreate(definition) {
    definition.status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null };
    definition.metadata.generation = 1;
    noteStorageVersion(definition);
  },
  validate: (definition) => definitionErrors(definition),
  warningsOnCreate: ({ spec }) => unknownFormatWarnings(spec),
  prepareForUpdate(definition, old) {
    keepField(definition, old, 'status');
    if (!deepEqual(definition.spec, old.spec)) definition.metadata.generation = (old.metadata.generation ?? 0) + 1;
    noteStorageVersion(definition);
  },
  validateUpdate: (definition, old) => definitionUpdateErrors(definition, old),
  warningsOnUpdate: ({ spec }, old) => unknownFormatWarnings(spec, old.spec),
  resetFields: [['status']],
};

const status: Strategy<CustomResourceDefinition> = {
  allowUnconditionalUpdate: false,
  prepareForUpdate(definition, old) {
    keepField(definition, old, 'spec');
  },
  validateUpdate: ({ status: changed }) => statusErrors(changed),
  resetFields: [['spec']],
};

/** CustomResourceDefinitions; their instances are the matter of `src/extensions`. */
export const customResourceDefinitions: BehaviourFactory = () => ({
  strategy: strategyFor(main),
  status: strategyFor(status),
  defaults(object: KubeObject) {
    fillDefinitionDefaults(object as CustomResourceDefinition);
  },
});
