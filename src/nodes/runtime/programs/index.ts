import type { Program } from '../process/process.js';
import { agnhost, nnp } from './agnhost.js';
import { CORE_PROGRAMS } from './core.js';
import { curl, curlEntrypoint, wget } from './curl.js';
import { echoserver } from './echoserver.js';
import { FILE_TOOLS } from './file-tools.js';
import { ls } from './ls.js';
import { interpreter } from './interpreters.js';
import { kubectl } from './kubectl/kubectl.js';
import { dig, host, nslookup } from './dns-tools.js';
import { getent, ifconfig, nc, netstat, ping } from './network-tools.js';
import { redisCli } from './redis/redis-cli.js';
import { redisServer } from './redis/redis-server.js';
import { sampleApiserver } from './sample-apiserver/sample-apiserver.js';
import { helloApp, sampleServer, whoamiServer } from './samples.js';
import { stat } from './stat.js';
import { shell } from './shells.js';
import { SYSTEM_PROGRAMS } from './system.js';
import { stress } from './stress.js';
import { tar } from './tar.js';
import { TEXT_TOOLS, textTool } from './text/text-tools.js';

const SHELLS = ['sh', 'bash', 'ash', 'dash'];

/** Languages whose images Jobs and Pods of tutorials use. */
const LANGUAGES = ['perl', 'python', 'python3', 'node', 'ruby', 'php', 'java', 'go'];

/** What busybox has for the network. */
const NETWORK_TOOLS: Readonly<Record<string, Program>> = { wget, nslookup, getent, nc, ping, ifconfig, ip: ifconfig, netstat, ss: netstat };

/** All programs by name. Which of them an image has is up to the image. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...TEXT_TOOLS.map((name): [string, Program] => [name, textTool(name)]),
  ...Object.entries(FILE_TOOLS),
  ...Object.entries(SYSTEM_PROGRAMS),
  ...Object.entries(CORE_PROGRAMS),
  ...SHELLS.map((name): [string, Program] => [name, shell]),
  ...LANGUAGES.map((name): [string, Program] => [name, interpreter]),
  ['tar', tar],
  ['ls', ls],
  ['stat', stat],
  ...Object.entries(NETWORK_TOOLS),
  ['curl', curl],
  ['entrypoint.sh', curlEntrypoint],
  ['dig', dig],
  ['host', host],
  ['kubectl', kubectl],
  ['agnhost', agnhost],
  ['agnhost-2', agnhost],
  ['nnp', nnp],
  ['kube-sample-apiserver', sampleApiserver],
  ['echoserver', echoserver],
  ['redis-server', redisServer],
  ['redis-cli', redisCli],
  ['stress', stress],
  ['hello-app', helloApp],
  ['sample-server', sampleServer],
  ['whoami-server', whoamiServer],
]);

/** What every image with a shell has. */
export const COMMON_PROGRAMS: readonly string[] = [
  ...TEXT_TOOLS,
  ...Object.keys(FILE_TOOLS),
  ...Object.keys(SYSTEM_PROGRAMS),
  ...Object.keys(CORE_PROGRAMS),
  ...Object.keys(NETWORK_TOOLS),
  'sh',
  'tar',
  'ls',
  'stat',
];
