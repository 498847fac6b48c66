import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { request } from '../../src/cli/api.js';
import { COMMANDS } from '../../src/cli/command.js';
import { connectionFrom } from '../../src/cli/connection.js';
import { commandHelp, helpText } from '../../src/cli/help.js';
import { writeKubeconfig } from '../../src/cli/kubeconfig-file.js';
import { main } from '../../src/cli/main.js';
import { startCluster, type Cluster } from '../../src/index.js';

let cluster: Cluster;
let folder: string;
let admin: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-cli-'));
  admin = path.join(folder, 'kubeconfig-1.yaml');
  cluster = await startCluster({ nodes: 0 });
  writeKubeconfig(admin, cluster.kubeconfig);
  await cluster.settled();
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the program; what it prints comes back. */
async function kubesim(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
  const code = await main(args);
  vi.restoreAllMocks();
  return { code, stdout, stderr };
}

/** Who the cluster takes the holder of a kubeconfig for. */
async function whoAmI(connection: Parameters<typeof request>[0]): Promise<{ username: string; groups: string[] }> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const review = await request(connection, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', body);
  return (review.status as { userInfo: { username: string; groups: string[] } }).userInfo;
}

describe('kubesim user', () => {
  it('writes a kubeconfig for any user, readable by its owner only', async () => {
    const file = path.join(folder, 'alice.yaml');
    const args = ['user', 'alice', '--group', 'developers', '--group', 'ops', '-n', 'shop', '-o', file, '--kubeconfig', admin];
    expect(await kubesim(...args)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('namespace: shop');
    expect(await whoAmI(connectionFrom({ kubeconfig: file }))).toMatchObject({
      username: 'alice',
      groups: ['developers', 'ops', 'system:authenticated'],
    });
  });

  it('prints it where no file is named, and leaves no request behind', async () => {
    const { code, stdout } = await kubesim('user', 'bob', '--duration', '20m', '--kubeconfig', admin);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^apiVersion: v1\n[^]*client-key-data: /);
    const requests = { resource: { group: 'certificates.k8s.io', version: 'v1', resource: 'certificatesigningrequests' } };
    expect((await cluster.client.list(requests)).items).toEqual([]);
  });

  it.each<[string[], string, number?]>([
    [['user'], "user takes one user's NAME"],
    [['user', 'a', 'b'], "user takes one user's NAME"],
    [['user', 'a', '--colour'], "Unknown option '--colour'; see kubesim user --help"],
    [['user', 'a', '--duration', '5m'], '--duration takes a time of at least 10 minutes, such as 24h, not "5m"'],
    [['user', 'a', '--duration', 'soon'], '--duration takes a time of at least 10 minutes'],
    [['user', 'a', '--group', 'system:masters'], 'the kubeconfig that kubesim wrote at its start is one of that group', 1],
  ])('%j is refused with advice', async (args, message, exit = 2) => {
    const { code, stderr, stdout } = await kubesim(...args, '--kubeconfig', admin);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('kubesim token', () => {
  it('prints a token of a service account', async () => {
    const { code, stdout } = await kubesim('token', 'default/default', '--kubeconfig', admin);
    expect(code).toBe(0);
    const { file, server, ca } = connectionFrom({ kubeconfig: admin });
    expect(await whoAmI({ file, server, ca, token: stdout.trim() })).toMatchObject({ username: 'system:serviceaccount:default:default' });
  });

  it('for whom and how long one says', async () => {
    const { stdout } = await kubesim('token', 'default/default', '--audience', 'vault', '--duration', '2h', '--kubeconfig', admin);
    const claims = JSON.parse(Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString()) as {
      aud: string[];
      exp: number;
      iat: number;
    };
    expect(claims.aud).toEqual(['vault']);
    expect(claims.exp - claims.iat).toBe(7200);
  });

  it.each<[string[], string, number?]>([
    [['token', 'default'], 'token takes one service account as NAMESPACE/NAME'],
    [['token', 'a/b/c'], 'token takes one service account as NAMESPACE/NAME'],
    [['token', 'default/nobody'], 'serviceaccounts "nobody" not found', 1],
  ])('%j is refused with advice', async (args, message, exit = 2) => {
    const { code, stderr } = await kubesim(...args, '--kubeconfig', admin);
    expect(code).toBe(exit);
    expect(stderr).toContain(message);
  });
});

describe('the cluster that a command is for', () => {
  it('is the one of --kubeconfig, of $KUBECONFIG, or the one started last', () => {
    const state = mkdtempSync(path.join(folder, 'state-'));
    const other = path.join(state, 'kubesim', 'kubeconfig-2.yaml');
    const newest = path.join(state, 'kubesim', 'kubeconfig-3.yaml');
    for (const file of [other, newest]) writeKubeconfig(file, cluster.kubeconfig);
    utimesSync(other, 1, 1);
    expect(connectionFrom({ kubeconfig: admin }, { KUBECONFIG: other }).file).toBe(admin);
    expect(connectionFrom({}, { KUBECONFIG: `/nowhere:${other}`, XDG_STATE_HOME: state }).file).toBe(other);
    expect(connectionFrom({}, { XDG_STATE_HOME: state }).file).toBe(newest);
  });

  it.each<[string, string]>([
    ['kind: Config', 'it has no current-context'],
    ['current-context: x', 'it has no context "x"'],
    ['a: [', 'yaml'],
  ])('must be told by a good kubeconfig: %j', (text, message) => {
    const file = path.join(folder, 'bad.yaml');
    writeFileSync(file, text);
    expect(() => connectionFrom({ kubeconfig: file })).toThrow(message);
  });

  it('is told where there is none, and where it is gone', async () => {
    expect(() => connectionFrom({}, { XDG_STATE_HOME: path.join(folder, 'none') })).toThrow(/no cluster was started yet .*run kubesim/);
    expect(() => connectionFrom({ kubeconfig: '/nowhere' })).toThrow("can't read the kubeconfig /nowhere");
    const gone = path.join(folder, 'gone.yaml');
    writeFileSync(gone, cluster.kubeconfig.replace(String(cluster.port), '1'));
    const { code, stderr } = await kubesim('token', 'default/default', '--kubeconfig', gone);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /can't reach https:\/\/127\.0\.0\.1:1 .*ECONNREFUSED.*; is that cluster still running\? --kubeconfig names another one/,
    );
  });
});

describe('kubeconfigFor', () => {
  it.each([
    [{ user: 'carol', groups: ['ops'] }, ['ops', 'system:authenticated']],
    [{ user: 'system:serviceaccount:a:b' }, ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated']],
    [{ user: 'root', groups: ['system:masters'], namespace: 'shop' }, ['system:masters', 'system:authenticated']],
  ])('%j makes a test act as that user', async (identity, groups) => {
    const file = path.join(folder, 'for.yaml');
    writeKubeconfig(file, cluster.kubeconfigFor(identity));
    expect(await whoAmI(connectionFrom({ kubeconfig: file }))).toMatchObject({ username: identity.user, groups });
  });
});

it('help tells the commands, each with flags and examples of its own', async () => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    expect(helpText()).toContain(`kubesim ${command.usage}`);
    const { code, stdout } = await kubesim(name, '--help');
    expect({ code, stdout }).toEqual({ code: 0, stdout: commandHelp(command) });
    for (const flag of Object.keys(command.flags)) expect(stdout).toContain(`--${flag}`);
  }
});
