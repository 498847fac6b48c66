import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { takeOver } from '../../../src/server/streams/upgrade.js';

it('takes a connection over with what came after its headers, and tells of it once', () => {
  const socket = new Socket();
  const response = new ServerResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  const onTaken = vi.fn();
  const taken = takeOver(response, { socket, head: Buffer.from('early'), onTaken });
  expect(onTaken).toHaveBeenCalledTimes(1);
  expect(response.socket).toBeNull();
  expect(String(taken.read())).toBe('early');
});
