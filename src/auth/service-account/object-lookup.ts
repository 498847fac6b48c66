import type { KubeObject } from '../../registry/object.js';
import type { Awaitable } from '../authentication/authenticator.js';

/** What tokens can be bound to, and the accounts themselves. */
export type BoundResource = 'serviceaccounts' | 'pods' | 'secrets' | 'nodes';

/** Reads one object; undefined if there is none. The namespace is empty for nodes. */
export type ObjectLookup = (resource: BoundResource, namespace: string, name: string) => Awaitable<KubeObject | undefined>;
