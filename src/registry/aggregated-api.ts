import type { Duplex } from 'node:stream';
import type { UserInfo } from '../apimachinery/user-info.js';

/** A request that the API server passes on to the server of an APIService. */
export interface AggregatedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** Lower-case names; without credentials. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** Who makes the request. */
  readonly user: UserInfo;
  /** Whether the client asks for another protocol (`connection` and `upgrade` in the headers). */
  readonly isUpgrade?: boolean | undefined;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** What a server's agreement to another protocol leaves. */
export interface Upgraded {
  readonly connection: Duplex;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
}

/** The answer of an aggregated API. */
export interface AggregatedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The parts of a long answer are sent as they come. */
  readonly body: Buffer | AsyncIterable<Uint8Array>;
  /** The connection that has left HTTP, of a 101, with the lines of its answer. */
  readonly upgraded?: Upgraded | undefined;
}

/**
 * What stands behind an APIService: another server, or a part of this process.
 * It serves `/apis/GROUP/VERSION` and everything below; documents of OpenAPI
 * (`/openapi/v2`, `/openapi/v3`, …) if it has them.
 */
export type AggregatedApi = (request: AggregatedRequest) => Promise<AggregatedAnswer>;

/** An answer in JSON. */
export function jsonAnswer(status: number, value: object): AggregatedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}
