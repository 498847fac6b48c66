import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Process } from '../process/process.js';
import { untilStopped } from './image-server.js';
import { bodyOf, clientOf, serveHttp } from './serve.js';

const PORT = 8080;

/** Tells a request back: the page of k8s.gcr.io/echoserver. */
export async function echoserver(process: Process): Promise<number> {
  serveHttp(process, PORT, (request, response) => echo(process, request, response));
  await process.write('Generating self-signed cert\nStarting nginx\n');
  return await untilStopped(process, { stopCode: 0 });
}

async function echo(process: Process, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await bodyOf(request)).toString('utf8');
  const url = request.url ?? '/';
  const [path = '/', query = ''] = url.split('?');
  const [host = 'localhost'] = (request.headers.host ?? 'localhost').split(':');
  const headers = Object.keys(request.headers)
    .sort()
    .map((name) => `\t${name}=${String(request.headers[name])}\n`)
    .join('');
  const pod = ['POD_NAME', 'POD_NAMESPACE', 'POD_IP', 'NODE_NAME'].filter((name) => process.env.has(name));
  const podLines =
    pod.length === 0
      ? '\t-no pod information available-\n'
      : pod.map((name) => `\t${name.toLowerCase().replace('_', ' ')}:\t${process.env.get(name) ?? ''}\n`).join('');
  const page = `

Hostname: ${process.machine.hostname}

Pod Information:
${podLines}
Server values:
	server_version=nginx: 1.13.3 - lua: 10008

Request Information:
	client_address=${clientOf(request).address}
	method=${request.method ?? ''}
	real path=${path}
	query=${query}
	request_version=${request.httpVersion}
	request_scheme=http
	request_uri=http://${host}:${String(PORT)}${url}

Request Headers:
${headers}
Request Body:
${body === '' ? '\t-no body in request-\n' : body}
`;
  response.writeHead(200, { 'content-type': 'text/plain', server: 'echoserver' });
  response.end(page);
}
