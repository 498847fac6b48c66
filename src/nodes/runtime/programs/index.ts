import type { Program } from '../process/process.js';
import { CORE_PROGRAMS } from './core.js';
import { echoserver } from './echoserver.js';
import { shell } from './shells.js';
import { SYSTEM_PROGRAMS } from './system.js';
import { tar } from './tar.js';
import { TEXT_TOOLS, textTool } from './text-tools.js';

const SHELLS = ['sh', 'bash', 'ash', 'dash'];

/** All programs by name. Which of them an image has is up to the image. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ...TEXT_TOOLS.map((name): [string, Program] => [name, textTool(name)]),
  ...Object.entries(SYSTEM_PROGRAMS),
  ...Object.entries(CORE_PROGRAMS),
  ...SHELLS.map((name): [string, Program] => [name, shell]),
  ['tar', tar],
  ['echoserver', echoserver],
]);

/** What every image with a shell has. */
export const COMMON_PROGRAMS: readonly string[] = [
  ...TEXT_TOOLS,
  ...Object.keys(SYSTEM_PROGRAMS),
  ...Object.keys(CORE_PROGRAMS),
  'sh',
  'tar',
];
