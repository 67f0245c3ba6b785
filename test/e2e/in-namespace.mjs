// Runs a command where AWS's names are answered on loopback, by dnsmasq, and port 443 leads to a Unix socket outside:
//   node in-namespace.mjs SOCKET NAME,NAME=ADDRESS COMMAND…    (names do not resolve, or to this address, where nothing listens)
import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { connect, createServer } from 'node:net';

const [socket, absent, ...command] = process.argv.slice(2);
// Of AWS's partitions.
const domains = [
  ...['amazonaws.com', 'amazonaws.com.cn', 'amazonaws.eu'],
  ...['c2s.ic.gov', 'sc2s.sgov.gov', 'cloud.adc-e.uk', 'csp.hci.ic.gov'],
];
const dnsmasq = spawn(
  'dnsmasq',
  [
    ...['--no-daemon', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--user=root', '--bind-interfaces'],
    ...['--port=53', '--listen-address=127.0.0.1'],
    ...domains.map((domain) => `--address=/${domain}/127.0.0.1`),
    ...absent
      .split(',')
      .filter(Boolean)
      .map((entry) => entry.split('='))
      .map(([name, address = '']) => `--address=/${name}/${address}`),
  ],
  { stdio: 'ignore' },
);
const door = createServer((from) => {
  const to = connect(socket);
  from.pipe(to).pipe(from);
  for (const side of [from, to]) side.on('error', () => [from, to].forEach((one) => one.destroy()));
});
await new Promise((ready) => door.listen(443, '127.0.0.1', ready));
for (let tries = 0; ; tries += 1) {
  const found = await lookup('sts.us-east-1.amazonaws.com').catch(() => null);
  if (found !== null) break;
  if (tries > 100) throw new Error('dnsmasq does not answer');
  await new Promise((later) => setTimeout(later, 100));
}
const child = spawn(command[0], command.slice(1), { stdio: 'inherit' });
child.on('close', (code) => {
  dnsmasq.kill();
  process.exit(code ?? 1);
});
