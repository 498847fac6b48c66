import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { DeviceClass, DeviceClassSpec } from '../../schema/generated/resource-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { withCel } from '../cel.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { isExtendedResource } from '../../component-helpers/resource-names.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { MAX_CONFIGURATIONS } from './claim-spec.js';
import { checkList } from './collections.js';
import { checkConfiguration, checkSelectors } from './configuration.js';

const SPEC = FieldPath.of('spec');

/** resource.k8s.io/v1 DeviceClass. Configurations that stay as they are count as stored. */
export const deviceClasses: BehaviourFactory = () => {
  const specErrors = (spec: DeviceClassSpec, old: DeviceClassSpec | undefined): FieldError[] => {
    const errors: FieldError[] = [];
    checkSelectors(spec.selectors, SPEC.child('selectors'), errors);
    const stored = old !== undefined && semanticEqual(spec.config, old.config);
    checkList(
      spec.config,
      MAX_CONFIGURATIONS,
      (config, path) => {
        checkConfiguration(config, stored, path, errors);
      },
      SPEC.child('config'),
      errors,
    );
    const { extendedResourceName: name } = spec;
    if (name !== undefined && !isExtendedResource(name)) {
      errors.push(invalid(SPEC.child('extendedResourceName'), name, 'must be a valid extended resource name'));
    }
    return errors;
  };
  return {
    strategy: refined<Typed<DeviceClass>>(specStatus({ generation: true, status: false }).main, {
      ...withCel<Typed<DeviceClass>>(({ spec: { selectors = [] } }) => selectors.length > 0),
      validatesMetadata: true,
      validate: ({ metadata, spec }) => [...metadataErrors(metadata, false, nameIsDnsSubdomain), ...specErrors(spec, undefined)],
      validateUpdate: ({ metadata, spec }, old) => [
        ...metadataErrors(metadata, false, nameIsDnsSubdomain),
        ...metadataUpdateErrors(metadata, old.metadata),
        ...specErrors(spec, old.spec),
      ],
    }),
    returnsDeleted: true,
  };
};
