import { GROUP, PASSWD } from '../runtime/users.js';
import type { Image } from './image.js';

const NGINX_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>
</body>
</html>
`;

const AGNHOST: Image = {
  names: ['agnhost'],
  base: 'alpine',
  entrypoint: ['/agnhost'],
  cmd: ['pause'],
  // What test-webserver serves: readiness probes of the conformance tests ask for it.
  files: {
    '/localhost.crt': '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    '/etc/passwd': `${PASSWD}user-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh\n`,
    '/etc/group': `${GROUP}user-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n`,
  },
  programs: ['agnhost', 'agnhost-2', 'curl', 'dig', 'nslookup', 'nc'],
  stopCode: 2,
};

/** An image of Kubernetes' update demo: a web server with one picture, and a word about which one. */
function updateDemo(name: string): Image {
  const picture = `${name}.jpg`;
  const files = { [`/${picture}`]: `${name}\n`, '/data.json': `{\n  "image": "${picture}"\n}\n` };
  return { ...AGNHOST, names: [name], cmd: ['test-webserver'], files: { ...AGNHOST.files, ...files } };
}

/** Images that tutorials and tests use. */
export const BUILTIN_IMAGES: readonly Image[] = [
  {
    names: ['nginx', 'nginx-unprivileged', 'nginx-slim'],
    base: 'debian',
    entrypoint: ['/docker-entrypoint.sh'],
    cmd: ['nginx', '-g', 'daemon off;'],
    env: { NGINX_VERSION: '1.29.3' },
    ports: [{ port: 80, root: '/usr/share/nginx/html', server: 'nginx/1.29.3', accessLog: 'combined' }],
    log: [
      '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
      '/docker-entrypoint.sh: Configuration complete; ready for start up',
    ],
    stopSignal: 'QUIT',
    stopCode: 0,
    files: {
      '/usr/share/nginx/html/index.html': NGINX_PAGE,
      '/etc/nginx/nginx.conf': 'worker_processes  auto;\nevents {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
    },
    programs: ['nginx', 'curl'],
  },
  {
    names: ['httpd'],
    base: 'debian',
    entrypoint: ['httpd-foreground'],
    ports: [{ port: 80, root: '/usr/local/apache2/htdocs', server: 'Apache/2.4.65 (Unix)', accessLog: 'combined' }],
    log: ["AH00094: Command line: 'httpd -D FOREGROUND'"],
    stopSignal: 'WINCH',
    stopCode: 0,
    files: { '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n' },
    programs: ['httpd', 'httpd-foreground'],
  },
  {
    names: ['hpa-example'],
    base: 'debian',
    entrypoint: ['apache2-foreground'],
    ports: [{ port: 80, server: 'Apache/2.4.65 (Debian)', work: 40, routes: [{ path: '/*', body: 'OK!' }], accessLog: 'combined' }],
    stopSignal: 'WINCH',
    stopCode: 0,
    programs: ['apache2-foreground', 'php', 'curl'],
  },
  { names: ['stress', 'stress-ng'], base: 'alpine', entrypoint: ['/stress'], cmd: [], programs: ['stress'] },
  { names: ['busybox'], base: 'busybox', cmd: ['sh'] },
  { names: ['alpine'], base: 'alpine', cmd: ['/bin/sh'] },
  { names: ['debian', 'ubuntu', 'buildpack-deps', 'bash', 'centos', 'fedora', 'rockylinux'], base: 'debian', cmd: ['bash'] },
  { names: ['pause'], base: 'scratch', entrypoint: ['/pause'], stopCode: 0, programs: ['pause'] },
  { names: ['echoserver'], base: 'debian', entrypoint: ['echoserver'], programs: ['echoserver', 'curl'], stopCode: 0 },
  {
    names: ['redis', 'valkey', 'gb-redis-follower'],
    base: 'debian',
    entrypoint: ['redis-server'],
    workingDir: '/data',
    stopCode: 0,
    programs: ['redis-server', 'redis-cli'],
  },
  {
    names: ['postgres'],
    base: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['postgres'],
    ports: [{ port: 5432, protocol: 'tcp' }],
    log: ['LOG:  listening on IPv4 address "0.0.0.0", port 5432', 'LOG:  database system is ready to accept connections'],
    stopSignal: 'INT',
    stopCode: 0,
    programs: ['postgres', 'docker-entrypoint.sh'],
  },
  {
    names: ['mysql', 'mariadb'],
    base: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mysqld'],
    ports: [{ port: 3306, protocol: 'tcp' }],
    log: ["[Server] /usr/sbin/mysqld: ready for connections. Version: '8.4.6'  port: 3306"],
    stopCode: 0,
    programs: ['mysqld', 'docker-entrypoint.sh'],
  },
  {
    names: ['mongo'],
    base: 'debian',
    entrypoint: ['mongod'],
    ports: [{ port: 27017, protocol: 'tcp' }],
    stopCode: 0,
    programs: ['mongod'],
  },
  {
    names: ['memcached'],
    base: 'debian',
    entrypoint: ['memcached'],
    ports: [{ port: 11211, protocol: 'tcp' }],
    stopCode: 0,
    programs: ['memcached'],
  },
  AGNHOST,
  updateDemo('nautilus'),
  updateDemo('kitten'),
  { names: ['nonewprivs'], base: 'alpine', entrypoint: ['/nnp'], programs: ['nnp'] },
  {
    names: ['curl', 'alpine-curl'],
    base: 'alpine',
    entrypoint: ['/entrypoint.sh'],
    cmd: ['curl'],
    programs: ['curl', 'entrypoint.sh', 'nslookup'],
  },
  {
    names: ['net-tools', 'netshoot', 'dnsutils', 'jessie-dnsutils', 'glibc-dns-testing', 'network-multitool'],
    base: 'debian',
    cmd: ['bash'],
    programs: ['curl', 'dig', 'nslookup', 'nc', 'host', 'ping'],
  },
  // One runs on every node: known, so that nobody looks for it in files that would be made for that.
  { names: ['kube-proxy'], base: 'debian', entrypoint: ['/usr/local/bin/kube-proxy'] },
  { names: ['kubectl'], base: 'debian', entrypoint: ['kubectl'], programs: ['kubectl'] },
  { names: ['hello-app'], base: 'alpine', entrypoint: ['hello-app'], programs: ['hello-app'], stopCode: 0 },
  {
    names: ['kubernetes-bootcamp'],
    base: 'debian',
    entrypoint: ['sample-server'],
    programs: ['sample-server', 'curl'],
    stopCode: 0,
  },
  {
    names: ['sample-apiserver'],
    base: 'scratch',
    entrypoint: ['/kube-sample-apiserver'],
    programs: ['kube-sample-apiserver'],
    stopCode: 0,
  },
  {
    names: ['etcd'],
    base: 'scratch',
    entrypoint: ['etcd'],
    ports: [
      {
        port: 2379,
        routes: [
          { path: '/health', body: '{"health":"true","reason":""}' },
          { path: '/readyz', body: 'ok' },
        ],
      },
      { port: 2380, protocol: 'tcp' },
    ],
    log: ['{"level":"info","msg":"ready to serve client requests"}'],
    stopCode: 0,
    programs: ['etcd'],
  },
  { names: ['whoami'], base: 'scratch', entrypoint: ['whoami-server'], programs: ['whoami-server'], stopCode: 0 },
  { names: ['perl'], base: 'debian', cmd: ['perl'], programs: ['perl'] },
  { names: ['python'], base: 'debian', cmd: ['python3'], programs: ['python', 'python3'] },
  { names: ['node'], base: 'debian', cmd: ['node'], programs: ['node'] },
  { names: ['golang'], base: 'debian', cmd: ['bash'], programs: ['go'] },
  { names: ['openjdk', 'eclipse-temurin'], base: 'debian', cmd: ['bash'], programs: ['java'] },
  { names: ['ruby'], base: 'debian', cmd: ['ruby'], programs: ['ruby'] },
  { names: ['php'], base: 'debian', cmd: ['php'], programs: ['php'] },
  { names: ['glusterdynamic-provisioner'], base: 'debian', cmd: ['bash'] },
];
