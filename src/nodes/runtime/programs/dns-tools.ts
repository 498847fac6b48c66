import { reverseName, type DnsAnswer, type DnsRecord, type RecordType } from '../../network/names.js';
import type { Process } from '../process/process.js';

/** Of all records of the cluster (kubeadm's Corefile). Seconds. */
const TTL = 30;

/** What DNS tools say where there is no server to ask. */
const NO_SERVERS = ';; no servers could be reached\n';

function serverOf(process: Process): string | undefined {
  return process.machine.network.resolver.nameservers[0];
}

function typeOf(word: string | undefined): RecordType | undefined {
  const type = word?.toUpperCase();
  return type === 'A' || type === 'AAAA' || type === 'CNAME' || type === 'PTR' || type === 'SRV' || type === 'TXT' ? type : undefined;
}

/** Addresses of both families, with the aliases that lead to them once. */
function bothFamilies(process: Process, name: string): DnsAnswer & { readonly name: string } {
  const { network } = process.machine;
  const four = network.query(name, 'A');
  if (!four.exists) return four;
  const six = network.names.query(four.name, 'AAAA').records.filter(({ type }) => type === 'AAAA');
  return { ...four, records: [...four.records, ...six] };
}

/** What nslookup and host ask for: what they are told to, the name of an address, or else its addresses. */
function ask(
  process: Process,
  name: string,
  type: RecordType | undefined,
): { readonly answer: ReturnType<typeof bothFamilies>; readonly reverse: string | undefined } {
  const { network } = process.machine;
  if (type !== undefined) return { answer: network.query(name, type), reverse: undefined };
  const reverse = reverseName(name);
  return { answer: reverse === undefined ? bothFamilies(process, name) : network.query(reverse, 'PTR', [reverse]), reverse };
}

interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** dig's command line, as far as scripts use it: names and types in any order, `-t`, `-x`, and `+` options. */
function digCommand(words: readonly string[]): { readonly questions: readonly Question[]; readonly flags: ReadonlySet<string> } {
  const names: { name: string; type?: RecordType }[] = [];
  const flags = new Set<string>();
  let type: RecordType | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('+')) flags.add(word.slice(1));
    else if (word === '-x') names.push({ name: reverseName(words[++i] ?? '') ?? '', type: 'PTR' });
    else if (word === '-t') type = typeOf(words[++i]);
    else if (word === '-q') names.push({ name: words[++i] ?? '' });
    else if (word === '-p' || word === '-b' || word === '-c') i++;
    else if (word.startsWith('@') || word.startsWith('-') || word.toUpperCase() === 'IN') continue;
    else if (typeOf(word) !== undefined) type = typeOf(word);
    else names.push({ name: word });
  }
  return { questions: names.map((each) => ({ name: each.name, type: each.type ?? type ?? 'A' })), flags };
}

export async function dig(process: Process): Promise<number> {
  const words = process.argv.slice(1);
  const { questions, flags } = digCommand(words);
  const { network } = process.machine;
  const server = serverOf(process);
  if (server === undefined) {
    await process.write(`\n; <<>> DiG 9.18.41 <<>> ${words.join(' ')}\n;; global options: +cmd\n${NO_SERVERS}`);
    return 9;
  }
  for (const { name, type } of questions) {
    const answer = network.query(name, type, flags.has('search') ? network.candidates(name) : [name]);
    if (flags.has('short')) await process.write(answer.records.map(({ data }) => `${data}\n`).join(''));
    else if (flags.has('noall')) await process.write(flags.has('answer') ? answer.records.map(zoneLine).join('') : '');
    else await process.write(digReport(words, { name: answer.name, type }, answer, server));
  }
  return 0;
}

function zoneLine({ name, type, data }: DnsRecord): string {
  return `${name}. ${String(TTL)} IN ${type}\t${data}\n`;
}

function digReport(words: readonly string[], { name, type }: Question, { exists, records }: DnsAnswer, server: string): string {
  return [
    `\n; <<>> DiG 9.18.41 <<>> ${words.join(' ')}\n;; global options: +cmd\n;; Got answer:\n`,
    `;; ->>HEADER<<- opcode: QUERY, status: ${exists ? 'NOERROR' : 'NXDOMAIN'}, id: 1\n`,
    `;; flags: qr aa rd; QUERY: 1, ANSWER: ${String(records.length)}, AUTHORITY: 0, ADDITIONAL: 1\n\n`,
    `;; QUESTION SECTION:\n;${name}.\t\tIN\t${type}\n\n`,
    records.length === 0 ? '' : `;; ANSWER SECTION:\n${records.map(zoneLine).join('')}\n`,
    `;; Query time: 1 msec\n;; SERVER: ${server}#53(${server}) (UDP)\n\n`,
  ].join('');
}

/** BIND's where there is a dig as well, busybox's otherwise. */
export async function nslookup(process: Process): Promise<number> {
  const options = process.argv.slice(1).filter((word) => word.startsWith('-'));
  const [name = ''] = process.argv.slice(1).filter((word) => !word.startsWith('-'));
  const type = options.map((option) => typeOf(/^-(?:q|type|query|querytype)=(.*)$/.exec(option)?.[1])).find((each) => each !== undefined);
  const server = serverOf(process);
  if (server === undefined) {
    await process.write(NO_SERVERS);
    return 1;
  }
  const isBind = process.machine.findProgram('dig', process) !== undefined;
  await process.write(`Server:\t\t${server}\nAddress:\t${server}${isBind ? '#' : ':'}53\n\n`);
  const { answer, reverse } = ask(process, name, type);
  if (!answer.exists) {
    await process.write(`** server can't find ${reverse ?? process.machine.network.candidates(name).at(-1) ?? name}: NXDOMAIN\n\n`);
    return 1;
  }
  if (answer.records.length === 0) await process.write(`*** Can't find ${answer.name}: No answer\n`);
  await process.write(`${answer.records.map(nslookupLine).join('')}\n`);
  return 0;
}

function nslookupLine({ name, type, data }: DnsRecord): string {
  switch (type) {
    case 'CNAME':
      return `${name}\tcanonical name = ${data}\n`;
    case 'PTR':
      return `${name}\tname = ${data}\n`;
    case 'SRV':
      return `${name}\tservice = ${data}\n`;
    case 'TXT':
      return `${name}\ttext = ${data}\n`;
    default:
      return `Name:\t${name}\nAddress: ${data}\n`;
  }
}

export async function host(process: Process): Promise<number> {
  const words = process.argv.slice(1);
  const at = words.indexOf('-t');
  const type = at === -1 ? undefined : typeOf(words[at + 1]);
  const [name = ''] = words.filter((word, index) => !word.startsWith('-') && (at === -1 || index !== at + 1));
  if (serverOf(process) === undefined) {
    await process.write(NO_SERVERS);
    return 1;
  }
  const { answer, reverse } = ask(process, name, type);
  if (!answer.exists) {
    await process.write(`Host ${reverse ?? name} not found: 3(NXDOMAIN)\n`);
    return 1;
  }
  if (answer.records.length === 0 && type !== undefined) await process.write(`${answer.name} has no ${type} record\n`);
  for (const record of answer.records) await process.write(`${record.name} ${HOST_WORDS[record.type]} ${record.data}\n`);
  return 0;
}

const HOST_WORDS: Readonly<Record<RecordType, string>> = {
  A: 'has address',
  AAAA: 'has IPv6 address',
  CNAME: 'is an alias for',
  PTR: 'domain name pointer',
  SRV: 'has SRV record',
  TXT: 'descriptive text',
};
