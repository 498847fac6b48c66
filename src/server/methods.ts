import { METHODS } from 'node:http';

/** Every method that Node's parser knows, but for CONNECT, which is no request to us. */
export const OBJECT_METHODS: readonly string[] = METHODS.filter((method) => method !== 'CONNECT');
