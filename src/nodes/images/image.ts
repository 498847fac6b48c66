import type { Program } from '../runtime/process/process.js';
import type { HttpHandler, UpgradeHandler } from '../runtime/programs/serve.js';

/** What an image's web server answers at a path. */
export interface ImageRoute {
  /** Exact, or a prefix if it ends with `*`. */
  readonly path: string;
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text, or a file of the container. */
  readonly body?: string | undefined;
  readonly file?: string | undefined;
}

/** A port on which an image listens. */
export interface ImagePort {
  readonly port: number;
  /** `tcp` accepts connections and says nothing; `grpc` answers that it is well (grpc.health.v1). */
  readonly protocol?: 'http' | 'https' | 'grpc' | 'tcp' | undefined;
  readonly routes?: readonly ImageRoute[] | undefined;
  /** A directory of the container whose files are served. */
  readonly root?: string | undefined;
  /** The value of the Server header. */
  readonly server?: string | undefined;
  /** Milliseconds of processor time that a request costs, and takes. */
  readonly work?: number | undefined;
  /** Requests are logged in this form. */
  readonly accessLog?: 'combined' | undefined;
  /** Answers in the routes' place, for images that are registered by code. */
  readonly handler?: HttpHandler | undefined;
  /** Takes connections over that are to speak another protocol, such as WebSocket. */
  readonly upgrade?: UpgradeHandler | undefined;
}

/** Which programs and files are there before an image's own. */
export type ImageBase = 'busybox' | 'alpine' | 'debian' | 'scratch';

/**
 * An image as data: what is in it, and how its program behaves. Entries of a file
 * given by `--images` have the same form.
 */
export interface Image {
  /** Repositories without registry and tag: `nginx`, `agnhost`, `team/*`. The last part decides if there is no slash. */
  readonly names: readonly string[];
  readonly base?: ImageBase | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly workingDir?: string | undefined;
  /** uid, or uid:gid; a name if the image's /etc/passwd has it. */
  readonly user?: string | undefined;
  readonly ports?: readonly ImagePort[] | undefined;
  /** Lines that the server writes to its log when it starts. */
  readonly log?: readonly string[] | undefined;
  /** The signal that stops it (STOPSIGNAL), and with which exit code it ends then. */
  readonly stopSignal?: string | undefined;
  readonly stopCode?: number | undefined;
  /** Files by path. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Programs on its PATH besides those of the base. */
  readonly programs?: readonly string[] | undefined;
  /** Why it can't be pulled. */
  readonly pullError?: string | undefined;
  /** What its entrypoint does, for images that are registered by code. */
  readonly run?: Program | undefined;
}
