import { deepEqual } from '../../object.js';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceSubresources,
  CustomResourceValidation,
  SelectableField,
} from '../../../schema/generated/apiextensions-v1.js';
import type { DefinitionVersion } from '../definition.js';

/** What is said once for all versions if they agree. */
interface Shared {
  readonly schema: CustomResourceValidation | undefined;
  readonly subresources: CustomResourceSubresources | undefined;
  readonly additionalPrinterColumns: readonly CustomResourceColumnDefinition[] | undefined;
  readonly selectableFields: readonly SelectableField[] | undefined;
}

/**
 * A spec as the real server's internal type has it: what all versions have in
 * common stands beside them (`validation` for the schema), and errors name that
 * place (Go: Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_…).
 */
export interface InternalSpec extends Shared {
  readonly spec: CustomResourceDefinitionSpec;
  /** Without what is shared. */
  readonly versions: readonly DefinitionVersion[];
  /** As they were given. */
  readonly given: readonly DefinitionVersion[];
}

const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

export function internalSpec(spec: CustomResourceDefinitionSpec): InternalSpec {
  const given = spec.versions ?? [];
  const [first] = given;
  const same = first === undefined ? [] : SHARED.filter((name) => given.every((version) => deepEqual(version[name], first[name])));
  const versions = given.map((version) => {
    const own = { ...version };
    for (const name of same) delete own[name];
    return own;
  });
  const shared = (name: (typeof SHARED)[number]): unknown => (same.includes(name) ? first?.[name] : undefined);
  return {
    spec,
    versions,
    given,
    schema: shared('schema') as Shared['schema'],
    subresources: shared('subresources') as Shared['subresources'],
    additionalPrinterColumns: shared('additionalPrinterColumns') as Shared['additionalPrinterColumns'],
    selectableFields: shared('selectableFields') as Shared['selectableFields'],
  };
}
