import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isDns1123Subdomain } from '../../apimachinery/validation/dns.js';
import { isQualifiedName } from '../../apimachinery/validation/labels.js';
import { byteLength } from '../../apimachinery/validation/messages.js';
import { nameIsDnsSubdomain, nameIsPathSegment } from '../../apimachinery/validation/names.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type { Event as CoreEvent, ObjectReference } from '../../schema/generated/core-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { fieldAt, type FieldGetter } from '../matcher.js';
import { deepEqual, type KubeObject } from '../object.js';
import type { RequestContext } from '../request.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { eventConversion } from './event-conversion.js';
import { metadataErrors, metadataUpdateErrors } from './metadata.js';

type Event = KubeObject & Omit<CoreEvent, keyof KubeObject>;

/** Bytes. */
const LIMITS = [
  ['reportingInstance', 128],
  ['action', 128],
  ['reason', 128],
] as const;
const NOTE_LIMIT = 1024;
const NAMESPACE = FieldPath.of('involvedObject', 'namespace');

/** Whether a request came by events.k8s.io, whose rules are strict; core's are those of old. */
function isStrict({ path }: RequestContext): boolean {
  return path.startsWith('/apis/');
}

/** What every event must satisfy (Go: legacyValidateEvent). */
function legacyErrors(event: Event, strict: boolean): FieldError[] {
  const namespace = event.metadata.namespace ?? '';
  const errors = event.eventTime ? newEventErrors(event, namespace, strict) : oldEventErrors(event, namespace);
  for (const text of isDns1123Subdomain(namespace)) errors.push(invalid(FieldPath.of('namespace'), namespace, text));
  return errors;
}

function mismatch(about: string): FieldError {
  return invalid(NAMESPACE, about, 'does not match event.namespace');
}

/** Events without an eventTime are about an object of their own namespace; of `default` if it has none. */
function oldEventErrors({ involvedObject: { namespace: about = '' } }: Event, namespace: string): FieldError[] {
  const fits = about === '' ? namespace === '' || namespace === 'default' : about === namespace;
  return fits ? [] : [mismatch(about)];
}

function newEventErrors(event: Event, namespace: string, strict: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const about = event.involvedObject.namespace ?? '';
  if (about === '' && namespace !== 'default' && namespace !== 'kube-system') errors.push(mismatch(about));
  const controller = event.reportingComponent ?? '';
  const path = FieldPath.of(strict ? 'reportingController' : 'reportingComponent');
  if (controller === '') errors.push(required(path));
  for (const text of isQualifiedName(controller)) errors.push(invalid(path, controller, text));
  for (const [name, limit] of LIMITS) {
    const value = event[name] ?? '';
    if (value === '') errors.push(required(FieldPath.of(name)));
    if (byteLength(value) > limit) errors.push(tooManyCharacters(name, limit));
  }
  if (byteLength(event.message ?? '') > NOTE_LIMIT) errors.push(tooManyCharacters('message', NOTE_LIMIT));
  return errors;
}

function tooManyCharacters(name: string, limit: number): FieldError {
  return invalid(FieldPath.of(name), '', `can have at most ${String(limit)} characters`);
}

function seriesErrors({ series }: Event): FieldError[] {
  if (series === undefined) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalid(FieldPath.of('series.count'), '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required(FieldPath.of('series.lastObservedTime')));
  return errors;
}

function strictErrors(event: Event): FieldError[] {
  const errors = [...metadataErrors(event.metadata, true, nameIsDnsSubdomain), ...seriesErrors(event)];
  const unset = (name: string, isSet: boolean): void => {
    if (isSet) errors.push(invalid(FieldPath.of(name), '', 'needs to be unset'));
  };
  const { type = '' } = event;
  if (!event.eventTime) errors.push(required(FieldPath.of('eventTime')));
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalid(FieldPath.of('type'), '', `has invalid value: ${type}`));
  unset('firstTimestamp', !!event.firstTimestamp);
  unset('lastTimestamp', !!event.lastTimestamp);
  unset('count', !!event.count);
  unset('source', !!event.source.component || !!event.source.host);
  return errors;
}

/** Fields that stay as they are, in the order in which they are checked (one of them twice). */
const FIXED = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'reason',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
] as const;

/** A reference as Go prints its internal type. */
function shownReference(reference: ObjectReference | undefined): unknown {
  if (reference === undefined) return null;
  const { kind = '', namespace = '', name = '', uid = '', apiVersion = '', resourceVersion = '', fieldPath = '' } = reference;
  return {
    Kind: kind,
    Namespace: namespace,
    Name: name,
    UID: uid,
    APIVersion: apiVersion,
    ResourceVersion: resourceVersion,
    FieldPath: fieldPath,
  };
}

/** A field as Go prints it, also where JSON leaves it out. */
function shown(event: Event, name: (typeof FIXED)[number]): unknown {
  switch (name) {
    case 'involvedObject':
    case 'related':
      return shownReference(event[name]);
    case 'source':
      return { Component: event.source.component ?? '', Host: event.source.host ?? '' };
    case 'count':
      return event.count ?? 0;
    case 'firstTimestamp':
    case 'lastTimestamp':
    case 'eventTime':
      return event[name] ?? null;
    default:
      return event[name] ?? '';
  }
}

function strictUpdateErrors(event: Event, old: Event): FieldError[] {
  const errors = metadataUpdateErrors(event.metadata, old.metadata);
  if (!deepEqual(event.series, old.series)) errors.push(...seriesErrors(event));
  for (const name of FIXED) {
    const path = FieldPath.of(name === 'reportingComponent' ? 'reportingController' : name);
    errors.push(...validateImmutableField(shown(event, name), shown(old, name), path));
  }
  return errors;
}

const strategy: Strategy<Event> = {
  allowCreateOnUpdate: true,
  garbageCollection: 'unsupported',
  validateName: nameIsPathSegment,
  validatesMetadata: true,
  validate(event, context) {
    const strict = isStrict(context);
    return strict ? [...legacyErrors(event, true), ...strictErrors(event)] : legacyErrors(event, false);
  },
  validateUpdate(event, old, context) {
    const strict = isStrict(context);
    return strict ? [...legacyErrors(event, true), ...strictUpdateErrors(event, old)] : legacyErrors(event, false);
  },
};

const ABOUT = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;

/** Labels of events by the name of the object that they are about, which differs between the groups. */
function labels(about: string, controller: string): Record<string, FieldGetter> {
  const getters: Record<string, FieldGetter> = {
    reason: fieldAt('reason'),
    type: fieldAt('type'),
    [controller]: fieldAt('reportingComponent'),
  };
  for (const name of ABOUT) getters[`${about}.${name}`] = fieldAt(`involvedObject.${name}`);
  return getters;
}

const component = fieldAt('source.component');
const reporter = fieldAt('reportingComponent');

/** Events of both groups, in core's form. */
export const events: BehaviourFactory = () => ({
  strategy: strategyFor(strategy),
  conversions: { 'events.k8s.io/v1': eventConversion },
  fieldLabels: { ...labels('involvedObject', 'reportingComponent'), source: (event) => component(event) || reporter(event) },
  versionFieldLabels: { 'events.k8s.io/v1': labels('regarding', 'reportingController') },
});
