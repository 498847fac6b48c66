import { FieldPath } from '../../apimachinery/field-path.js';
import type { FieldError } from '../../apimachinery/field-error.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { ResourceClaimTemplate } from '../../schema/generated/resource-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { readyCel } from '../cel.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { templateMetadataErrors } from '../core/template-metadata.js';
import { validateImmutablePrinted } from '../immutable.js';
import { typed, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { adminPathOf, NamespaceLabels } from './admin-access.js';
import { adminAccessRefusal } from './claim-access.js';
import { checkClaimSpec, defaultClaimSpec, hasSelectors } from './claim-spec.js';
import { goResource } from './go-structs.js';

type Template = Typed<ResourceClaimTemplate>;

const SPEC = FieldPath.of('spec');

function printed(spec: Template['spec']): unknown {
  return goResource.print('ResourceClaimTemplateSpec', spec);
}

/** resource.k8s.io/v1 ResourceClaimTemplate. */
export const resourceClaimTemplates: BehaviourFactory = (environment) => {
  const namespaces = new NamespaceLabels(environment);
  const templateErrors = ({ metadata, spec }: Template): FieldError[] => {
    const errors = [
      ...metadataErrors(metadata, true, nameIsDnsSubdomain),
      ...templateMetadataErrors(spec.metadata, SPEC.child('metadata')),
    ];
    checkClaimSpec(spec.spec, SPEC.child('spec'), errors);
    return errors;
  };
  return {
    strategy: refined<Template>(specStatus({ status: false }).main, {
      validatesMetadata: true,
      async beginCreate(template, { namespace }) {
        await readyCel(hasSelectors(template.spec.spec));
        return namespaces.read(template, adminPathOf(template.spec.spec) !== undefined, namespace);
      },
      beginUpdate: (template) => readyCel(hasSelectors(template.spec.spec)),
      validate(template) {
        const path = adminPathOf(template.spec.spec);
        const refusals = path === undefined ? [] : adminAccessRefusal(path, namespaces.of(template));
        return [...refusals, ...templateErrors(template)];
      },
      validateUpdate: (template, old) => [
        ...templateErrors(template),
        ...metadataUpdateErrors(template.metadata, old.metadata),
        ...validateImmutablePrinted(printed(template.spec), printed(old.spec), SPEC),
      ],
    }),
    returnsDeleted: true,
    defaults(object) {
      defaultClaimSpec(typed<ResourceClaimTemplate>(object).spec.spec);
    },
  };
};
