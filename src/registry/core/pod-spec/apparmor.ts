import type { FieldError } from '../../../apimachinery/field-error.js';
import { FieldPath } from '../../../apimachinery/field-path.js';
import type { AppArmorProfile, Pod } from '../../../schema/generated/core-v1.js';
import { deepEqual } from '../../object.js';
import { annotation, APPARMOR_PREFIX } from './annotations.js';
import { visitContainers } from '../../../component-helpers/containers.js';
import { checkAppArmorProfile } from './security-context.js';

const LOCALHOST = 'localhost/';

/** The field that says what an annotation said (KEP-24; Go: ApparmorFieldForAnnotation). */
export function appArmorFieldOf(text: string): AppArmorProfile | undefined {
  if (text === 'unconfined') return { type: 'Unconfined' };
  if (text === 'runtime/default') return { type: 'RuntimeDefault' };
  if (!text.startsWith(LOCALHOST) || text.length === LOCALHOST.length) return undefined;
  return { type: 'Localhost', localhostProfile: text.slice(LOCALHOST.length) };
}

const NOWHERE = FieldPath.of('');

/** Fills in the field where a new pod has only the annotation (Go: applyAppArmorVersionSkew). In place. */
export function applyAppArmorAnnotations(pod: Pod, warn: (text: string) => void): void {
  const { spec, metadata } = pod;
  const { annotations } = metadata;
  if (annotations === undefined || spec.os?.name === 'windows') return;
  visitContainers(spec, (container) => {
    const key = APPARMOR_PREFIX + (container.name ?? '');
    const text = annotation(annotations, key);
    if (text === undefined || container.securityContext?.appArmorProfile !== undefined) return;
    const profile = validField(text);
    const differs = profile !== undefined && !deepEqual(profile, spec.securityContext?.appArmorProfile);
    if (differs) container.securityContext = { ...container.securityContext, appArmorProfile: profile };
    if (profile === undefined || differs) {
      warn(
        `${FieldPath.of('metadata', 'annotations').key(key).toString()}: deprecated since v1.30; use the "appArmorProfile" field instead`,
      );
    }
  });
}

function validField(text: string): AppArmorProfile | undefined {
  const profile = appArmorFieldOf(text);
  if (profile === undefined) return undefined;
  const errors: FieldError[] = [];
  checkAppArmorProfile(profile, NOWHERE, errors);
  return errors.length === 0 ? profile : undefined;
}
