type Environment = Record<string, string | undefined>;

/**
 * The proxy that a request goes through, as curl and the AWS CLI take it from the environment; null: none.
 * `https_proxy` (or `http_proxy`) comes before `all_proxy`, lower case before upper; a proxy without a scheme is HTTP.
 * `no_proxy` lists hosts, with or without a port, each of which stands for its subdomains too; `*` is every host.
 */
export function proxyFor(url: URL, env: Environment): string | null {
  return isSpared(url, valueOf('no_proxy', env)) ? null : proxyOf(url.protocol, env);
}

/** The proxy for all that goes by this protocol (`https:`), whatever is spared; null: none. */
export function proxyOf(protocol: string, env: Environment): string | null {
  const proxy = valueOf(`${protocol.slice(0, -1)}_proxy`, env) || valueOf('all_proxy', env);
  if (proxy === '') return null;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function valueOf(name: string, env: Environment): string {
  return (env[name] || env[name.toUpperCase()] || '').trim();
}

function isSpared({ hostname, port, protocol }: URL, list: string): boolean {
  const at = port || (protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, host = '', of] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? [];
      return host !== '' && (of ?? at) === at && (hostname === host || hostname.endsWith(`.${host}`));
    });
}
