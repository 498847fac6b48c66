import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseAccept } from '../../apimachinery/content-type.js';
import { notAcceptable } from '../../apimachinery/status.js';
import { formatTime } from '../../apimachinery/time.js';
import { OBJECT_METHODS } from '../methods.js';
import type { ServerOptions } from '../options.js';
import { encodeValue, sendBytes } from '../respond.js';

/** One of the pages for people who look into a component (KEP-4827, KEP-4828). */
interface Page {
  readonly kind: 'Statusz' | 'Flagz';
  /** Its fields in the structured form, after kind and metadata. */
  readonly fields: () => Readonly<Record<string, unknown>>;
  readonly lines: () => readonly string[];
}

const GROUP = 'config.k8s.io';
const VERSIONS: ReadonlySet<string> = new Set(['v1alpha1', 'v1beta1']);
const WARNING =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';
/** What the real server lists of itself. */
const PATHS = ['/flagz', '/healthz', '/livez', '/metrics', '/readyz', '/statusz', '/version'];
/** Of the toolchain that the real v1.36 is built with. */
const GO_VERSION = 'go1.26.3';

/** /statusz and /flagz, on since v1.36: text, or JSON and YAML for those who name the type and version. */
export function zpagesRoutes(app: FastifyInstance, options: ServerOptions): void {
  const { clock, documents } = options;
  const startedAt = clock.now();
  const uptime = (): number => Math.floor((clock.now() - startedAt) / 1000);
  const { gitVersion = '', emulationMajor = '', emulationMinor = '' } = documents.version() as Readonly<Record<string, string>>;
  const [binaryVersion, emulationVersion] = [gitVersion.replace(/^v/, ''), `${emulationMajor}.${emulationMinor}`];
  const pages: readonly Page[] = [
    {
      kind: 'Statusz',
      fields: () => ({
        startTime: formatTime(startedAt),
        uptimeSeconds: uptime(),
        goVersion: GO_VERSION,
        binaryVersion,
        emulationVersion,
        paths: PATHS,
      }),
      lines: () => [
        `Started: ${unixDate(startedAt)}`,
        `Up: ${upText(uptime())}`,
        `Go version: ${GO_VERSION}`,
        `Binary version: ${binaryVersion}`,
        `Emulation version: ${emulationVersion}`,
        `Paths: ${PATHS.join(' ')}`,
      ],
    },
    {
      kind: 'Flagz',
      fields: () => ({ flags: documents.flags() }),
      lines: () => Object.entries(documents.flags()).map(([name, value]) => `${name}: ${value}`),
    },
  ];
  for (const page of pages)
    app.route({
      method: [...OBJECT_METHODS],
      url: `/${page.kind.toLowerCase()}`,
      handler: (request, reply) => answer(page, request, reply),
    });
}

async function answer(page: Page, { kube }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const form = formOf(kube.accept, page.kind);
  if (form === 'text') {
    const text = `\napiserver ${page.kind.toLowerCase()}\n${WARNING}\n${page.kind === 'Statusz' ? '\n' : ''}${page.lines().join('\n')}\n`;
    await sendBytes(reply, 200, 'text/plain; charset=utf-8', Buffer.from(text), undefined);
    return;
  }
  const { format, version } = form;
  const value = { kind: page.kind, apiVersion: `${GROUP}/${version}`, metadata: { name: 'apiserver' }, ...page.fields() };
  const body = await encodeValue(value, { format, pretty: true });
  await sendBytes(reply, 200, `application/${format};g=${GROUP};v=${version};as=${page.kind}`, body, undefined);
}

/** What Accept asks for; throws 406. */
function formOf(accept: string | undefined, kind: Page['kind']): 'text' | { readonly format: 'json' | 'yaml'; readonly version: string } {
  if (accept === undefined || accept === '') return 'text';
  for (const { type, subtype, parameters } of parseAccept(accept)) {
    const [version = '', group, as] = ['v', 'g', 'as'].map((name) => parameters.get(name));
    if (as === undefined && ((type === '*' && subtype === '*') || (type === 'text' && (subtype === 'plain' || subtype === '*'))))
      return 'text';
    const isWanted = as === kind && group === GROUP && VERSIONS.has(version);
    if (isWanted && type === 'application' && (subtype === 'json' || subtype === 'yaml')) return { format: subtype, version };
  }
  throw notAcceptable('only the following media types are accepted: application/json, application/yaml, text/plain');
}

/** `Sun Nov 29 07:45:33 UTC 2026` (Go: time.UnixDate). */
function unixDate(time: number): string {
  const [day = '', date = '', month = '', year = '', clock = ''] = new Date(time).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${clock} UTC ${year}`;
}

function upText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(Math.floor(seconds / 3600))} hr ${two(Math.floor(seconds / 60) % 60)} min ${two(seconds % 60)} sec`;
}
