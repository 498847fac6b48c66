import { existsSync, readFileSync } from 'node:fs';
import type { Json } from './type.js';

/** The compiled facts (`dist/facts/`, made by scripts/generate.mjs out of `openapi/`; openapi/README.md has the meaning of the keys). */

export interface ResourceEntry {
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly singular?: string;
  readonly namespaced?: boolean;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly hash?: string;
  readonly verbs?: readonly string[];
  readonly returnsDeleted?: boolean;
}

/** What is known of a file of facts without reading it. */
export interface FileEntry {
  readonly file: string;
  readonly group?: string;
  readonly version?: string;
  /** Prefix of the OpenAPI definition names. */
  readonly definitions: string;
  readonly protobuf?: string;
  readonly priority?: { readonly group: number; readonly version: number };
  readonly resources?: Readonly<Record<string, ResourceEntry>>;
  /** Kinds by who has them: the file's group version, core/v1, or every group version. */
  readonly kinds: { readonly own?: readonly string[]; readonly core?: readonly string[]; readonly registered?: readonly string[] };
}

export interface FactsIndex {
  /** Version in the `info` of OpenAPI documents. */
  readonly openapi: string;
  /** Of all that the built-in OpenAPI documents are made from: facts, descriptions and the code that puts them together. */
  readonly hash: string;
  /** Group → its versions, served or not, in the order in which OpenAPI lists them. */
  readonly registered: Readonly<Record<string, readonly string[]>>;
  readonly files: readonly FileEntry[];
}

export interface FieldEntry {
  readonly type: string;
  readonly proto?: number;
  readonly required?: boolean;
  readonly always?: boolean;
  readonly omitzero?: boolean;
  readonly inline?: boolean;
  readonly default?: Json;
  readonly list?: string;
  readonly keys?: readonly string[];
  readonly map?: 'granular' | 'atomic';
  readonly patch?: string;
  readonly patchKey?: string;
  readonly described?: boolean;
}

/** The entry `_` of a struct. */
export interface StructMarks {
  readonly map?: 'granular' | 'atomic';
  readonly unions?: Json;
  readonly gvk?: 'own' | 'core' | 'registered' | 'none';
  readonly proto?: boolean;
}

export interface StructEntry {
  readonly _?: StructMarks;
  readonly [field: string]: FieldEntry | StructMarks | undefined;
}

export interface FactFile {
  readonly names: Readonly<Record<string, { readonly type: string; readonly enum?: readonly string[] }>>;
  readonly types: Readonly<Record<string, StructEntry>>;
}

/** Where the facts are: beside the bundle, or in `dist/` when this module runs from `src/`. */
function locateFacts(): URL {
  for (const path of ['./facts/', '../facts/', '../../dist/facts/']) {
    const folder = new URL(path, import.meta.url);
    if (existsSync(new URL('index.json', folder))) return folder;
  }
  throw new Error('the API facts are missing: run `npm run generate`');
}

/** Reads the compiled facts, each file at most once and not before it is asked for. */
export class Facts {
  readonly #folder: URL;
  readonly #files = new Map<string, FactFile>();
  readonly index: FactsIndex;

  constructor(folder: URL = locateFacts()) {
    this.#folder = folder;
    this.index = this.#read('index.json') as FactsIndex;
  }

  file(name: string): FactFile {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = this.#read(`${name}.json`) as FactFile;
      this.#files.set(name, file);
    }
    return file;
  }

  /** Descriptions of a file's definitions: type → field (or '' for the type) → text. Empty if the build had no source of them. */
  descriptions(name: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
    const path = `descriptions/${name}.json`;
    return existsSync(new URL(path, this.#folder)) ? (this.#read(path) as Record<string, Record<string, string>>) : {};
  }

  /**
   * The objects of a folder of `fixtures`, in order: what the API server creates at its `start`, what
   * `kubeadm` and `metrics`-server add (with `${name}` where a cluster's own values belong), how pods behave.
   */
  fixture(name: 'start' | 'kubeadm' | 'metrics' | 'behaviour'): readonly Json[] {
    return this.#read(`${name}.json`) as readonly Json[];
  }

  #read(path: string): unknown {
    return JSON.parse(readFileSync(new URL(path, this.#folder), 'utf8'));
  }
}
