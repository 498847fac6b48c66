import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { parseAddress } from '../../apimachinery/ip.js';
import { isDns1123Subdomain, isWildcardDns1123Subdomain } from '../../apimachinery/validation/dns.js';
import { isValidPortName, isValidPortNum } from '../../apimachinery/validation/identifiers.js';
import { isValidIpForLegacyField } from '../../apimachinery/validation/ip.js';
import { nameIsDnsLabel, nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressSpec,
  IngressTLS,
} from '../../schema/generated/networking-v1.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { metadataErrors } from '../core/metadata.js';
import { addMessages, checkDnsSubdomain, unsupported } from '../core/pod-spec/checks.js';
import type { Typed } from '../object.js';
import { asGiven } from '../../schema/given-empty.js';
import { checkReference } from './reference.js';

/** The annotation that named the class before `spec.ingressClassName`. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

const SPEC = FieldPath.of('spec');
const STATUS_INGRESS = FieldPath.of('status', 'loadBalancer', 'ingress');
const PATH_TYPES: ReadonlySet<string> = new Set(['Exact', 'Prefix', 'ImplementationSpecific']);
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'] as const;
const BAD_ENDS = ['/..', '/.'] as const;
const NOT_AN_IP = 'must be a DNS name, not an IP address';
const ABSOLUTE = 'must be an absolute path';

/** What a stored object may keep although no new one may have it (Go: IngressValidationOptions). */
interface Tolerance {
  readonly secretNames: boolean;
  readonly wildcardRules: boolean;
}

const NEW: Tolerance = { secretNames: false, wildcardRules: false };

/** Faults of a new Ingress (Go: ValidateIngressCreate). */
export function validateIngress({ metadata, spec }: Typed<Ingress>): FieldError[] {
  const errors = kubeFinalizerErrors(metadata);
  checkSpec(spec, NEW, errors);
  const { annotations } = metadata;
  if (annotations !== undefined && Object.hasOwn(annotations, CLASS_ANNOTATION) && spec.ingressClassName !== undefined) {
    const annotation = annotations[CLASS_ANNOTATION];
    if (annotation !== spec.ingressClassName) {
      // The real server names the path so, without metadata.
      errors.push(
        invalid(FieldPath.of('annotations', CLASS_ANNOTATION), annotation, 'must match `ingressClassName` when both are specified'),
      );
    }
  }
  return errors;
}

/** Faults of a changed Ingress. */
export function validateIngressUpdate({ metadata, spec }: Typed<Ingress>, old: Typed<Ingress>): FieldError[] {
  const errors = [...kubeFinalizerErrors(metadata), ...metadataErrors(metadata, true, nameIsDnsSubdomain)];
  checkSpec(spec, toleranceFor(old.spec), errors);
  return errors;
}

/** Faults of a status; addresses that the stored one has are let through. */
export function validateIngressStatusUpdate({ metadata, status }: Typed<Ingress>, old: Typed<Ingress>): FieldError[] {
  const errors = kubeFinalizerErrors(metadata);
  const known = (old.status.loadBalancer.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  (status.loadBalancer.ingress ?? []).forEach(({ ip, hostname }, i) => {
    const path = STATUS_INGRESS.index(i);
    if (ip) errors.push(...isValidIpForLegacyField(path.child('ip'), ip, true, known));
    if (hostname) {
      checkDnsSubdomain(hostname, path.child('hostname'), errors);
      if (parseAddress(hostname) !== undefined) errors.push(invalid(path.child('hostname'), hostname, NOT_AN_IP));
    }
  });
  return errors;
}

function toleranceFor({ tls, rules }: IngressSpec): Tolerance {
  return {
    secretNames: (tls ?? []).some(({ secretName }) => secretNameMessages(secretName).length > 0),
    wildcardRules: (rules ?? []).some((rule) => rule.host?.includes('*') === true && ruleValueIsFaulty(rule)),
  };
}

function ruleValueIsFaulty(rule: IngressRule): boolean {
  const errors: FieldError[] = [];
  checkRuleValue(rule, SPEC, errors);
  return errors.length > 0;
}

function secretNameMessages(name: string | undefined): string[] {
  return name ? isDns1123Subdomain(name) : [];
}

function checkSpec(spec: IngressSpec, tolerance: Tolerance, errors: FieldError[]): void {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined) {
    errors.push(invalid(SPEC, asGiven(spec, 'rules'), 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend !== undefined) checkBackend(defaultBackend, SPEC.child('defaultBackend'), errors);
  rules.forEach((rule, i) => {
    checkRule(rule, tolerance, SPEC.child('rules').index(i), errors);
  });
  tls.forEach((entry, i) => {
    checkTls(entry, tolerance, SPEC.child('tls').index(i), errors);
  });
  if (ingressClassName !== undefined) checkDnsSubdomain(ingressClassName, SPEC.child('ingressClassName'), errors);
}

function checkTls({ hosts = [], secretName }: IngressTLS, tolerance: Tolerance, path: FieldPath, errors: FieldError[]): void {
  hosts.forEach((host, i) => {
    checkHost(host, path.child('hosts').index(i), errors);
  });
  if (!tolerance.secretNames) addMessages(path.child('secretName'), secretName, secretNameMessages(secretName), errors);
}

function checkHost(host: string, path: FieldPath, errors: FieldError[]): void {
  addMessages(path, host, host.includes('*') ? isWildcardDns1123Subdomain(host) : isDns1123Subdomain(host), errors);
}

function checkRule(rule: IngressRule, tolerance: Tolerance, path: FieldPath, errors: FieldError[]): void {
  const { host = '' } = rule;
  if (host !== '') {
    if (parseAddress(host) !== undefined) errors.push(invalid(path.child('host'), host, NOT_AN_IP));
    checkHost(host, path.child('host'), errors);
  }
  if (!host.includes('*') || !tolerance.wildcardRules) checkRuleValue(rule, path, errors);
}

function checkRuleValue({ http }: IngressRule, path: FieldPath, errors: FieldError[]): void {
  if (http === undefined) return;
  const at = path.child('http', 'paths');
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(at));
  paths.forEach((entry, i) => {
    checkPath(entry, at.index(i), errors);
  });
}

function checkPath({ path = '', pathType, backend }: HTTPIngressPath, at: FieldPath, errors: FieldError[]): void {
  if (pathType === undefined || pathType === null) {
    errors.push(required(at.child('pathType'), 'pathType must be specified'));
    return;
  }
  if (!PATH_TYPES.has(pathType)) errors.push(unsupported(at.child('pathType'), pathType, PATH_TYPES));
  else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) errors.push(invalid(at.child('path'), path, ABSOLUTE));
  } else checkPlainPath(path, at.child('path'), errors);
  checkBackend(backend, at.child('backend'), errors);
}

function checkPlainPath(path: string, at: FieldPath, errors: FieldError[]): void {
  if (!path.startsWith('/')) errors.push(invalid(at, path, ABSOLUTE));
  for (const sequence of BAD_SEQUENCES) if (path.includes(sequence)) errors.push(invalid(at, path, `must not contain '${sequence}'`));
  for (const end of BAD_ENDS) if (path.endsWith(end)) errors.push(invalid(at, path, `cannot end with '${end}'`));
}

function checkBackend({ resource, service }: IngressBackend, path: FieldPath, errors: FieldError[]): void {
  if (resource !== undefined && service !== undefined) errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  else if (resource !== undefined) checkReference(resource, path.child('resource'), errors);
  else if (service !== undefined) checkService(service, path, errors);
  else errors.push(invalid(path, '', 'resource or service backend is required'));
}

function checkService({ name = '', port }: IngressServiceBackend, path: FieldPath, errors: FieldError[]): void {
  const at = path.child('service');
  if (name === '') errors.push(required(at.child('name')));
  else addMessages(at.child('name'), name, nameIsDnsLabel(name, false), errors);
  const { name: portName = '', number = 0 } = port;
  if (portName !== '' && number !== 0) errors.push(invalid(path, '', 'cannot set both port name & port number'));
  else if (portName !== '') addMessages(at.child('port', 'name'), portName, isValidPortName(portName), errors);
  else if (number !== 0) addMessages(at.child('port', 'number'), number, isValidPortNum(number), errors);
  else errors.push(required(path, 'port name or number is required'));
}
