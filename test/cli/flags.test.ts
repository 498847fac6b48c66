import { describe, expect, it } from 'vitest';
import { listFlag, numberFlag, parseFlags, SERVER_FLAGS, UsageError } from '../../src/cli/flags.js';
import { helpText } from '../../src/cli/help.js';
import { defaultKubeconfigPath } from '../../src/cli/kubeconfig-file.js';
import { clusterOptionsFrom } from '../../src/cli/server-options.js';

describe('flags', () => {
  it.each([
    [['--controllers=-*'], ['-*']],
    [['--controllers', '-*'], ['-*']],
    [
      ['--controllers', '*,-cronjob'],
      ['*', '-cronjob'],
    ],
  ])('%j names controllers, with a dash in front or without', (args, expected) => {
    expect(listFlag(parseFlags(args, SERVER_FLAGS).values, 'controllers')).toEqual(expected);
  });

  it('an unknown flag is named', () => {
    expect(() => parseFlags(['--colour=red'], SERVER_FLAGS)).toThrow(UsageError);
    expect(() => parseFlags(['--colour=red'], SERVER_FLAGS)).toThrow('--colour');
  });

  it.each(['x', '-1', '70000', '1.5'])('a port of %s is refused with the flag’s name', (port) => {
    expect(() => numberFlag({ 'secure-port': port }, 'secure-port', 0, 65535)).toThrow('--secure-port takes a whole number');
  });

  it.each([
    [{ 'authorization-mode': 'Magic' }, '--authorization-mode knows'],
    [{ controllers: '*,-cronjobs' }, '--controllers: "cronjobs" is not in the list of known controllers'],
    [{ 'log-format': 'xml' }, '--log-format is text or json'],
    [{ 'token-auth-file': '/nowhere/tokens.csv' }, "--token-auth-file: can't read"],
  ])('%j is refused', (values, message) => {
    expect(() => clusterOptionsFrom(values)).toThrow(message);
  });

  it('help tells every flag and has examples', () => {
    const text = helpText();
    for (const name of Object.keys(SERVER_FLAGS)) expect(text).toContain(name === 'v' ? '-v' : `--${name}`);
    expect(text).toContain('Examples:');
  });

  it('the default kubeconfig lies in the user’s state folder', () => {
    expect(defaultKubeconfigPath(6443, { XDG_STATE_HOME: '/state' })).toBe('/state/kubesim/kubeconfig-6443.yaml');
  });
});
